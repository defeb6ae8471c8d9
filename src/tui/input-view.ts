import { graphemeColumns } from '../repl/columns.ts';
import { joinGraphemes, type StyledLine } from './styled.ts';
import type { Style } from './theme.ts';

/** The line being typed as it stands in the input's rows. */
export interface InputView {
  readonly rows: readonly StyledLine[];
  /** Row and column of the cursor inside `rows`. */
  readonly caretRow: number;
  readonly caretColumn: number;
  /** Rows above and below that do not fit. */
  readonly rowsAbove: number;
  readonly rowsBelow: number;
}

export interface InputText {
  readonly graphemes: readonly string[];
  readonly styles: readonly Style[];
  readonly cursor: number;
}

interface Row {
  readonly characters: string[];
  readonly styles: Style[];
}

/**
 * Breaks the typed text into rows of `columns`, at its own newlines and at the edge, and shows the at most `rowsMax` rows around the
 * cursor. A cursor after a full row stands at the start of the next one.
 */
export function viewInput(input: InputText, columns: number, rowsMax: number): InputView {
  const rows: Row[] = [{ characters: [], styles: [] }];
  const caret = { row: 0, column: 0 };
  let used = 0;
  const newRow = (): void => {
    rows.push({ characters: [], styles: [] });
    used = 0;
  };
  input.graphemes.forEach((character, i) => {
    const isCaret = i === input.cursor;
    const isNewline = character === '\n';
    const width = isNewline ? 1 : graphemeColumns(character);
    if (used + width > columns && (!isNewline || isCaret)) newRow();
    if (isCaret) [caret.row, caret.column] = [rows.length - 1, used];
    if (isNewline) return newRow();
    rows.at(-1)?.characters.push(character);
    rows.at(-1)?.styles.push(input.styles[i] ?? 'text');
    used += width;
  });
  if (input.cursor >= input.graphemes.length) {
    if (used + 1 > columns) newRow();
    [caret.row, caret.column] = [rows.length - 1, used];
  }
  const first = Math.max(0, Math.min(caret.row - Math.floor(rowsMax / 2), rows.length - rowsMax));
  const shown = rows.slice(first, first + rowsMax);
  return {
    rows: shown.map((row) => joinGraphemes(row.characters, row.styles)),
    caretRow: caret.row - first,
    caretColumn: caret.column,
    rowsAbove: first,
    rowsBelow: rows.length - first - shown.length,
  };
}
