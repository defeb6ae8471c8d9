import { columnsOf, sliceColumns } from '../repl/columns.ts';
import type { Style } from './theme.ts';

/** A stretch of text in one style. */
export interface Segment {
  readonly text: string;
  readonly style: Style;
}

/** One row of a pane. */
export type StyledLine = readonly Segment[];

export const seg = (text: string, style: Style = 'text'): Segment => ({ text, style });

/** Rows of one line with the `code` between backticks set off; a code stretch may go on in the next row. Odd backticks are only letters. */
export function withCode(rows: readonly string[], style: Style): readonly StyledLine[] {
  const ticks = rows.reduce((sum, row) => sum + row.split('`').length - 1, 0);
  if (ticks === 0 || ticks % 2 === 1) return rows.map((row) => [seg(row, style)]);
  let isCode = false;
  return rows.map((row) => row.split('`').map((part, i) => {
    if (i > 0) isCode = !isCode;
    return seg(part, isCode ? 'code' : style);
  }).filter((word) => word.text !== ''));
}

/** The words of a line, without its looks. */
export function plainText(line: StyledLine): string {
  let out = '';
  for (const segment of line) out += segment.text;
  return out;
}

export function lineColumns(line: StyledLine): number {
  let sum = 0;
  for (const segment of line) sum += columnsOf(segment.text);
  return sum;
}

/** The columns `from` … `from + columns` of a line. */
function sliceLine(line: StyledLine, from: number, columns: number): StyledLine {
  const out: Segment[] = [];
  let at = 0;
  for (const segment of line) {
    const width = columnsOf(segment.text);
    const start = Math.max(0, from - at);
    const room = from + columns - Math.max(at, from);
    if (start < width && room > 0) out.push(seg(sliceColumns(segment.text, start, room), segment.style));
    at += width;
  }
  return out;
}

/** A line that fits in `columns` when shifted by `shift` columns to the left, with `…` at each end where something is missing. */
export function cutLine(line: StyledLine, columns: number, shift = 0): StyledLine {
  const width = lineColumns(line);
  if (shift === 0 && width <= columns) return line;
  if (columns <= 2) return sliceLine(line, shift, columns);
  const from = shift > 0 ? shift + 1 : 0;
  const hasMore = width > shift + columns;
  const room = columns - (shift > 0 ? 1 : 0) - (hasMore ? 1 : 0);
  const mark = [seg('…', 'dim')];
  return [...(shift > 0 ? mark : []), ...sliceLine(line, from, room), ...(hasMore ? mark : [])];
}

/** A row of a table shifted sideways: its first column stays, so that one sees whose row it is. */
export function cutRow(line: StyledLine, columns: number, shift: number): StyledLine {
  const first = columnsOf(/^ *\S+(?: \S+)* {2,}(?=\S)/.exec(plainText(line))?.[0] ?? '');
  if (shift === 0 || first === 0 || first > columns / 2) return cutLine(line, columns, shift);
  return [...sliceLine(line, 0, first), ...cutLine(sliceLine(line, first, lineColumns(line)), columns - first, shift)];
}

/** Lays items out in rows of at most `columns`, two spaces between them. */
export function flow(items: readonly StyledLine[], columns: number, indent: number): StyledLine[] {
  const rows: Segment[][] = [];
  let row: Segment[] = [];
  let used = 0;
  for (const item of items) {
    const width = lineColumns(item);
    if (row.length > 0 && used + 2 + width > columns) {
      rows.push(row);
      row = [];
    }
    if (row.length === 0) {
      row.push(seg(' '.repeat(indent)));
      used = indent;
    } else {
      row.push(seg('  '));
      used += 2;
    }
    row.push(...item);
    used += width;
  }
  if (row.length > 0) rows.push(row);
  return rows;
}

/** Styles of single graphemes joined to segments; `styles[i]` belongs to grapheme `i`. */
export function joinGraphemes(characters: readonly string[], styles: readonly Style[]): StyledLine {
  const out: Segment[] = [];
  let text = '';
  let style: Style = 'text';
  characters.forEach((character, i) => {
    const next = styles[i] ?? 'text';
    if (next !== style && text !== '') {
      out.push(seg(text, style));
      text = '';
    }
    style = next;
    text += character;
  });
  if (text !== '') out.push(seg(text, style));
  return out;
}
