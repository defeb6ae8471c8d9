import { columnsOf, sliceColumns, wrapWords } from '../repl/columns.ts';

/** One row of wrapped text; `isCut` says that it is wider than the pane and is cut there, to keep tables aligned. */
export interface WrappedRow {
  readonly text: string;
  readonly isCut: boolean;
}

/** Two columns of a table, or box drawing: shifting any part of such a line would break its alignment. */
const TABULAR = /\S {2,}\S|[─│┌┐└┘├┤┬┴┼]/;
const BOX = /[─│┌┐└┘├┤┬┴┼]/;
/** What stands before the words of a line: the time of a trace, indent, tree branches, a list mark. Later rows are indented by its width. */
const LEAD = /^(?: *\+[\d.]+[µa-z]+ {2,})?[ │├└─┬]*(?:(?:[-*•▸●○✓✗]|\d{1,2}[.)]) )?/;
/** The last column of a table may wrap in place when this many columns are left for it. */
const LAST_COLUMN_MIN = 20;
/** Kept of a row that is cut: sideways shifting reaches no further. */
const CUT_CHARACTERS_MAX = 2_500;
/** An indent takes at most this share of a row (1/2), else the words would stand in a thread. */
const LEAD_SHARE = 2;

/** A line of the program's or cluster's words, wrapped between words; tables wrap only in their last column, or are cut. */
export function wrapLine(line: string, columns: number): readonly WrappedRow[] {
  if (columnsOf(line) <= columns) return [{ text: line, isCut: false }];
  const lead = LEAD.exec(line)?.[0] ?? '';
  const rest = line.slice(lead.length);
  if (!TABULAR.test(rest)) return hang(line, Math.min(columnsOf(lead), Math.floor(columns / LEAD_SHARE)), columns);
  const last = lead.length + lastColumn(rest);
  const at = columnsOf(line.slice(0, last));
  const canWrap = columns - at >= LAST_COLUMN_MIN && line.slice(last).includes(' ') && !BOX.test(rest);
  return canWrap ? hang(line, at, columns) : [{ text: line.slice(0, CUT_CHARACTERS_MAX), isCut: true }];
}

/** Wraps the part after the first `lead` columns; later rows start below it. */
function hang(line: string, lead: number, columns: number): readonly WrappedRow[] {
  const head = sliceColumns(line, 0, lead);
  const words = line.slice(head.length);
  const rows = wrapWords(words.trimStart(), columns - lead);
  const indent = head.replaceAll('├', '│').replace(/[^│]/g, (character) => ' '.repeat(columnsOf(character)));
  return rows.map((row, i) => ({ text: (i === 0 ? head : indent) + row, isCut: false }));
}

/** Offset at which the last column of a table line begins. */
function lastColumn(line: string): number {
  let at = 0;
  for (const gap of line.matchAll(/\S {2,}(?=\S)/g)) at = gap.index + gap[0].length;
  return at;
}
