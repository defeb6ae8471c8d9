import wrapAnsi from 'wrap-ansi';
import { columnsOf, sliceColumns } from '../repl/columns.ts';

/** One row of wrapped text; `isCut` says that it is wider than the pane and is cut there, to keep tables aligned. */
export interface WrappedRow {
  readonly text: string;
  readonly isCut: boolean;
}

/** Two columns of a table, or box drawing: shifting any part of such a line would break its alignment. */
const TABULAR = /\S {2,}\S|[─│┌┐└┘├┤┬┴┼]/;
/** What stands before the words of a line: indent, tree branches, a list mark. Later rows are indented by its width. */
const LEAD = /^[ │├└─┬]*(?:(?:[-*•▸●○✓✗]|\d{1,2}[.)]) )?/;
/** The last column of a table may wrap in place when this many columns are left for it. */
const LAST_COLUMN_MIN = 20;
/** An indent takes at most this share of a row (1/2), else the words would stand in a thread. */
const LEAD_SHARE = 2;

/** A line of the program's or cluster's words, wrapped between words; tables wrap only in their last column, or are cut. */
export function wrapLine(line: string, columns: number): readonly WrappedRow[] {
  if (columnsOf(line) <= columns) return [{ text: line, isCut: false }];
  const lead = TABULAR.test(line) ? lastColumn(line) : columnsOf(LEAD.exec(line)?.[0] ?? '');
  const tail = line.slice(sliceColumns(line, 0, lead).length);
  const isTable = TABULAR.test(line);
  if (isTable && (columns - lead < LAST_COLUMN_MIN || !tail.includes(' '))) return [{ text: line, isCut: true }];
  return hang(line, isTable ? lead : Math.min(lead, Math.floor(columns / LEAD_SHARE)), columns);
}

/** Wraps the part after the first `lead` columns; later rows start below it. */
function hang(line: string, lead: number, columns: number): readonly WrappedRow[] {
  const head = sliceColumns(line, 0, lead);
  const words = line.slice(head.length);
  const rows = wrapAnsi(words, columns - lead, { hard: true, trim: true }).split('\n');
  const indent = head.replace(/[├]/g, '│').replace(/[^│]/g, (character) => ' '.repeat(columnsOf(character)));
  return rows.map((row, i) => ({ text: (i === 0 ? head : indent) + row, isCut: false }));
}

/** Column at which the last column of a table line begins. */
function lastColumn(line: string): number {
  let at = 0;
  for (const gap of line.matchAll(/\S( {2,})(?=\S)/g)) at = gap.index + gap[0].length;
  if (at === 0) return columnsOf(LEAD.exec(line)?.[0] ?? '');
  return columnsOf(line.slice(0, at));
}
