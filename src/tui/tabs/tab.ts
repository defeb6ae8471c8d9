import type { SessionView } from '../../repl/session-view.ts';
import type { StyledLine } from '../styled.ts';
import type { Words } from '../words.ts';

/** What a tab may look at, and how much room it has. */
export interface TabRoom {
  readonly session: SessionView;
  readonly words: Words;
  readonly columns: number;
  readonly rows: number;
}

/** One tab of the side pane: a new one is a file here and a line in `registry.ts`. */
export interface Tab {
  readonly id: string;
  readonly title: Readonly<Record<'ko' | 'en', string>>;
  /** Whether the view begins at the end (a log) or at the start. */
  readonly startsAtEnd: boolean;
  /** The whole content; the pane shows a part of it when it is longer than the room. */
  readonly lines: (room: TabRoom) => readonly StyledLine[];
  /** What the strip of a narrow window shows: at most `rows` lines. */
  readonly strip: (room: TabRoom) => readonly StyledLine[];
}
