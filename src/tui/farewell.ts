import type { Room } from './room.ts';
import type { StyledLine } from './styled.ts';
import type { Theme } from './theme.ts';

/** Screens of the talk that stay on the normal screen. */
const SCREENS_LEFT = 3;

/** The end of the transcript as plain terminal output, whole lines, newest last. */
export function farewell(room: Room, theme: Theme): string {
  const rows = room.transcript.rows.slice(-SCREENS_LEFT * Math.max(1, room.window.rows));
  const lines = rows.map((row) => coloured([row.mark, ...row.words], theme).trimEnd());
  return `${[...lines, room.words.goodbye].join('\n')}\n`;
}

function coloured(line: StyledLine, theme: Theme): string {
  let out = '';
  for (const { text, style } of line) out += theme[style] === '' ? text : `\x1b[${theme[style]}m${text}\x1b[0m`;
  return out;
}
