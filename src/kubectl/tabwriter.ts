/**
 * Text with tabs as aligned columns. A column is a block of neighbouring lines that all have a cell there, so far-away lines do not
 * widen each other.
 *
 *     "a:\tx\nlong:\ty\nalone\nb:\tz"   →   a:     x
 *                                           long:  y
 *                                           alone
 *                                           b:  z
 *
 * @source golang text/tabwriter (minwidth 0, padding 2, as kubectl describe uses it)
 */

const PADDING = 2;

const lengthOf = (text: string): number => [...text].length;

interface Writing { readonly lines: readonly (readonly string[])[]; readonly widths: number[]; readonly out: string[] }

/** Aligns the cells of a text; each line ends with a line feed. */
export function alignTabs(text: string): string {
  const lines = text.replace(/\n$/, '').split('\n').map((line) => line.split('\t'));
  const writing: Writing = { lines, widths: [], out: [] };
  format(writing, 0, lines.length);
  return `${writing.out.join('\n')}\n`;
}

function format(writing: Writing, from: number, to: number): void {
  const column = writing.widths.length;
  let start = from;
  for (let line = from; line < to; line++) {
    if (!hasCell(writing.lines[line], column)) continue;
    write(writing, start, line);
    start = line;
    let width = 0;
    while (line < to && hasCell(writing.lines[line], column)) {
      width = Math.max(width, lengthOf(writing.lines[line]?.[column] ?? '') + PADDING);
      line++;
    }
    writing.widths.push(width);
    format(writing, start, line);
    writing.widths.pop();
    start = line;
  }
  write(writing, start, to);
}

/** The last cell of a line belongs to no column. */
const hasCell = (cells: readonly string[] | undefined, column: number): boolean => cells !== undefined && column < cells.length - 1;

function write({ lines, widths, out }: Writing, from: number, to: number): void {
  for (const cells of lines.slice(from, to)) {
    out.push(cells.map((cell, i) => (widths[i] === undefined ? cell : cell + ' '.repeat(widths[i] - lengthOf(cell)))).join(''));
  }
}
