/**
 * Tables with borders of `+`, `-` and `|`.
 *
 *     +----------+------+
 *     | ENDPOINT | HASH |
 *     +----------+------+
 *     | cp-1:237 |   12 |
 *     +----------+------+
 *
 * @source olekukonko/tablewriter v0.0.5 table.go, wrap.go, util.go (the version that etcdctl 3.6 is built with)
 */

/** Wider cells are wrapped at spaces. @source tablewriter MAX_ROW_WIDTH */
const CELL_WIDTH_MAX = 30;
/** Cost of a line that is too long, for which nothing can be done. @source tablewriter defaultPenalty */
const TOO_LONG_COST = 100_000;

const widthOf = (lines: readonly string[]): number => lines.reduce((most, line) => Math.max(most, [...line].length), 0);

/** How uneven a line of these words is: the square of the space left over. */
function costOf(length: number, limit: number): number {
  const left = limit - length;
  return left < 0 ? TOO_LONG_COST - left : left * left;
}

/** Breaks words into lines so that the sum of the squares of the spaces left over is least; the last line is free. */
function wrapWords(words: readonly string[], limit: number): readonly string[] {
  const costs: number[] = [];
  const breaks: number[] = [];
  for (let from = words.length - 1; from >= 0; from--) {
    let length = -1;
    costs[from] = Infinity;
    for (let to = from; to < words.length; to++) {
      length += (words[to]?.length ?? 0) + 1;
      const isLast = to === words.length - 1;
      const cost = isLast && length <= limit ? 0 : costOf(length, limit) + (isLast ? 0 : costs[to + 1] ?? 0);
      if (cost < (costs[from] ?? Infinity)) { costs[from] = cost; breaks[from] = to + 1; }
    }
  }
  const lines: string[] = [];
  for (let from = 0; from < words.length; from = breaks[from] ?? words.length) lines.push(words.slice(from, breaks[from]).join(' '));
  return lines;
}

function wrap(cell: string): readonly string[] {
  const words = cell.split(/\s+/).filter((word) => word !== '');
  if (words.length === 0) return [''];
  return wrapWords(words, Math.max(Math.min(cell.length, CELL_WIDTH_MAX), widthOf(words)));
}

const title = (text: string): string => text.replaceAll('_', ' ').toUpperCase();

function centred(text: string, width: number): string {
  const gap = width - [...text].length;
  const left = Math.floor(gap / 2);
  return ' '.repeat(left) + text + ' '.repeat(gap - left);
}

const toTheRight = (text: string, width: number): string => ' '.repeat(width - [...text].length) + text;

/** A table with its header in capitals and centred, and its cells to the right. */
export function asciiTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const head = header.map((cell) => wrap(title(cell)));
  const body = rows.map((row) => row.map(wrap));
  const widths = header.map((_, i) => widthOf([head, ...body].flatMap((row) => row[i] ?? [''])));
  const border = `+${widths.map((width) => '-'.repeat(width + 2)).join('+')}+\n`;
  const row = (cells: readonly (readonly string[])[], align: (text: string, width: number) => string): string => {
    const height = Math.max(1, ...cells.map((cell) => cell.length));
    return Array.from({ length: height }, (_, line) => `|${cells.map((cell, i) => ` ${align(cell[line] ?? '', widths[i] ?? 0)} `).join('|')}|\n`).join('');
  };
  const lines = body.map((cells) => row(cells, toTheRight)).join('');
  return border + row(head, centred) + border + lines + border;
}
