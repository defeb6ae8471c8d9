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
  let used = 0;
  let caretRow = 0;
  let caretColumn = 0;
  const newRow = (): void => {
    rows.push({ characters: [], styles: [] });
    used = 0;
  };
  for (let i = 0; i <= input.graphemes.length; i++) {
    const character = input.graphemes[i];
    const width = character === undefined || character === '\n' ? 1 : graphemeColumns(character);
    if (used + width > columns && (character !== '\n' || i === input.cursor)) newRow();
    if (i === input.cursor) [caretRow, caretColumn] = [rows.length - 1, used];
    if (character === undefined) break;
    if (character === '\n') {
      newRow();
      continue;
    }
    const row = rows[rows.length - 1] as Row;
    row.characters.push(character);
    row.styles.push(input.styles[i] ?? 'text');
    used += width;
  }
  if (rows.length > 1 && caretRow < rows.length - 1 && rows.at(-1)?.characters.length === 0 && input.graphemes.at(-1) !== '\n') rows.pop();
  const first = Math.max(0, Math.min(caretRow - Math.floor(rowsMax / 2), rows.length - rowsMax));
  const shown = rows.slice(first, first + rowsMax);
  return {
    rows: shown.map((row) => joinGraphemes(row.characters, row.styles)),
    caretRow: caretRow - first,
    caretColumn,
    rowsAbove: first,
    rowsBelow: rows.length - first - shown.length,
  };
}
