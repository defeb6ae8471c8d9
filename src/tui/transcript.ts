import { cleanText, graphemes } from '../repl/columns.ts';
import type { Chunk, Span } from '../repl/session-view.ts';
import { joinGraphemes, seg, type Segment, type StyledLine, withCode } from './styled.ts';
import type { Style } from './theme.ts';
import { wrapLine } from './wrap.ts';

/** Rows of wrapped text kept; older ones are forgotten. */
export const TRANSCRIPT_ROWS_MAX = 10_000;
/** Longer rows of prose are hard to read; output of commands takes the whole pane. */
const PROSE_COLUMNS_MAX = 100;
/** Columns of the mark that says who speaks. */
export const GUTTER_COLUMNS = 2;

/** One row of the transcript: a mark for the speaker, and words. */
export interface TranscriptRow {
  readonly mark: Segment;
  readonly words: StyledLine;
  /** Wider than the pane: shown cut with `…`, and shifted sideways on demand. */
  readonly isCut: boolean;
  readonly stream: Chunk['stream'];
}

/** What the speakers are called. */
export interface SpeakerNames {
  readonly tutor: string;
  readonly cluster: string;
  readonly note: string;
}

interface Speaker {
  readonly first: string;
  readonly later: string;
  readonly style: Style;
  readonly words: Style;
}

const SPEAKERS: Readonly<Record<Chunk['stream'], Speaker>> = {
  input: { first: '❯ ', later: '┊ ', style: 'learner', words: 'learner' },
  stdout: { first: '  ', later: '  ', style: 'text', words: 'text' },
  stderr: { first: '! ', later: '! ', style: 'error', words: 'error' },
  tutor: { first: '┃ ', later: '┃ ', style: 'tutor', words: 'text' },
  cluster: { first: '· ', later: '· ', style: 'cluster', words: 'dim' },
  note: { first: '~ ', later: '~ ', style: 'note', words: 'note' },
};

interface Block {
  readonly chunk: Chunk;
  /** Who speaks, when it is not the one who spoke before. */
  readonly label: string | undefined;
  rowCount: number;
}

/**
 * What was said, as rows wrapped for the pane's width, with a scroll position.
 *
 * Bounds: at most `TRANSCRIPT_ROWS_MAX` rows (and as many chunks). `hidden` counts the rows below the view; new text keeps a scrolled view
 * where it is.
 */
export class Transcript {
  #blocks: Block[] = [];
  #rows: TranscriptRow[] = [];
  #columns: number;
  #hidden = 0;
  #unseen = 0;
  /** Rows before this one were wiped from the view; scrolling up brings them back. */
  #wiped = 0;
  readonly #names: () => SpeakerNames;
  readonly #highlight: (line: string) => readonly Span[];

  constructor(options: { readonly columns: number; readonly names: () => SpeakerNames; readonly highlight: (line: string) => readonly Span[] }) {
    this.#columns = options.columns;
    this.#names = options.names;
    this.#highlight = options.highlight;
  }

  get rows(): readonly TranscriptRow[] { return this.#rows; }
  /** Rows below the view. */
  get hidden(): number { return this.#hidden; }
  /** Rows that came while the view was scrolled up. */
  get unseen(): number { return this.#unseen; }

  append(chunk: Chunk): void {
    const isFollowing = this.#blocks.at(-1)?.chunk.stream === chunk.stream;
    const block: Block = { chunk, label: isFollowing ? undefined : this.#label(chunk.stream), rowCount: 0 };
    const added = this.#wrap(block);
    this.#blocks.push(block);
    for (const row of added) this.#rows.push(row);
    if (this.#hidden > 0) {
      this.#hidden += added.length;
      this.#unseen += added.length;
    }
    if (this.#rows.length > TRANSCRIPT_ROWS_MAX * 1.1) this.#forget();
  }

  /** Wraps everything again for another width; the view goes to the end. */
  resize(columns: number): void {
    if (columns === this.#columns) return;
    this.#columns = columns;
    this.#rows = this.#blocks.flatMap((block) => this.#wrap(block));
    this.#wiped = 0;
    this.#forget();
    this.scrollToEnd();
  }

  /** Scrolls by rows: positive is up (older). */
  scroll(rows: number, viewRows: number): void {
    if (rows > 0) this.#wiped = 0;
    this.#hidden = Math.max(0, Math.min(this.#hidden + rows, this.#rows.length - viewRows));
    if (this.#hidden === 0) this.#unseen = 0;
  }
  scrollToEnd(): void {
    this.#hidden = 0;
    this.#unseen = 0;
  }

  /** Empties the view, as Ctrl-L does in a shell; what was said is still there above. */
  wipe(): void {
    this.scrollToEnd();
    this.#wiped = this.#rows.length;
  }

  /** The rows in view, oldest first. */
  view(viewRows: number): readonly TranscriptRow[] {
    const end = this.#rows.length - this.#hidden;
    return this.#rows.slice(Math.max(this.#wiped, end - viewRows), end);
  }

  /** The output of the latest line that printed something, for the clipboard. */
  lastOutput(): string {
    let end = this.#blocks.length - 1;
    while (end >= 0 && this.#blocks[end]?.chunk.stream !== 'stdout') end--;
    let start = end;
    while (start > 0 && this.#blocks[start - 1]?.chunk.stream !== 'input') start--;
    return this.#blocks.slice(Math.max(0, start), end + 1).filter((block) => block.chunk.stream === 'stdout')
      .map((block) => cleanText(block.chunk.text).replace(/\n$/, '')).join('\n');
  }

  clear(): void {
    this.#blocks = [];
    this.#rows = [];
    this.scrollToEnd();
  }

  #forget(): void {
    const excess = this.#rows.length - TRANSCRIPT_ROWS_MAX;
    if (excess <= 0) return;
    let dropped = 0;
    let blocks = 0;
    for (const block of this.#blocks) {
      if (dropped + block.rowCount > excess) break;
      dropped += block.rowCount;
      blocks++;
    }
    this.#blocks = this.#blocks.slice(blocks);
    this.#rows = this.#rows.slice(excess);
    this.#wiped = Math.max(0, this.#wiped - excess);
    const first = this.#blocks[0];
    if (first !== undefined) first.rowCount -= excess - dropped;
    this.#hidden = Math.min(this.#hidden, this.#rows.length);
  }

  #wrap(block: Block): TranscriptRow[] {
    const { stream, text } = block.chunk;
    const all = cleanText(text).replace(/\n$/, '').split('\n');
    const lines = all.slice(-TRANSCRIPT_ROWS_MAX);
    const rows: TranscriptRow[] = [];
    const isProse = stream === 'tutor' || stream === 'note';
    const columns = Math.max(1, Math.min(this.#columns - GUTTER_COLUMNS, isProse ? PROSE_COLUMNS_MAX : Infinity));
    if (stream === 'input' && block !== this.#blocks[0] && this.#blocks.length > 0) rows.push({ mark: seg(''), words: [], isCut: false, stream });
    const { label } = block;
    // A label before columns would push the first row out of them.
    if (label !== undefined && /^ {2}/.test(lines[0] ?? '')) lines.unshift('');
    lines.forEach((line, i) => {
      const isFirst = i === 0;
      const hasLabel = isFirst && label !== undefined;
      const speaker = SPEAKERS[stream];
      const wrapped = wrapLine(hasLabel ? `${label} ${line}` : line, columns);
      this.#styled(block.chunk, wrapped.map((row) => row.text)).forEach((words, j) => {
        rows.push({
          mark: seg(isFirst && j === 0 ? speaker.first : speaker.later, speaker.style),
          words: hasLabel && j === 0 ? withLabel(words, label, speaker.style) : words,
          isCut: wrapped[j]?.isCut ?? false,
          stream,
        });
      });
    });
    block.rowCount = rows.length;
    return rows;
  }

  #label(stream: Chunk['stream']): string | undefined {
    switch (stream) {
      case 'tutor': return `${this.#names().tutor}:`;
      case 'cluster': return `${this.#names().cluster}:`;
      case 'note': return `${this.#names().note}:`;
      case 'input': case 'stdout': case 'stderr': return undefined;
    }
  }

  /** The rows of one wrapped line with their styles. */
  #styled({ stream, spoken }: Chunk, rows: readonly string[]): readonly StyledLine[] {
    if (stream === 'input') return rows.map((row) => highlighted(row, this.#highlight(row)));
    if (stream === 'stdout' || (stream === 'stderr' && spoken !== true)) return rows.map((row) => [seg(row, SPEAKERS[stream].words)]);
    return withCode(rows, SPEAKERS[stream].words);
  }
}

/** A line with the styles of its spans. */
export function highlighted(line: string, spans: readonly Span[]): StyledLine {
  const characters = graphemes(line);
  return joinGraphemes(characters, graphemeStyles(characters, spans));
}

/** The style of each grapheme of a highlighted line. */
export function graphemeStyles(characters: readonly string[], spans: readonly Span[]): Style[] {
  const styles: Style[] = [];
  let offset = 0;
  for (const character of characters) {
    const at = offset;
    const span = spans.find((candidate) => candidate.from <= at && at < candidate.to);
    styles.push(span === undefined ? 'text' : span.style === 'error' ? 'wrong' : span.style);
    offset += character.length;
  }
  return styles;
}

function withLabel(words: StyledLine, label: string, style: Style): StyledLine {
  const [first, ...rest] = words;
  if (first === undefined || !first.text.startsWith(label)) return words;
  return [seg(label, style), seg(first.text.slice(label.length), first.style), ...rest];
}
