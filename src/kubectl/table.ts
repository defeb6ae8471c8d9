/**
 * Columns of text, as kubectl aligns them: each column as wide as its widest cell and three spaces, at least six.
 * @source golang text/tabwriter; kubernetes/cli-runtime pkg/printers/tabwriter.go
 */

/** tabwriterMinWidth and tabwriterPadding. */
const MIN_WIDTH = 6;
const PADDING = 3;

export interface ColumnOptions { readonly minWidth?: number; readonly padding?: number }

/** Characters of a text; tabwriter counts code points, so wide characters count once. */
function lengthOf(text: string): number {
  let { length } = text;
  // The second half of a pair is no character of its own.
  for (let i = 1; i < text.length; i++) if (text.charCodeAt(i) >= 0xdc00 && text.charCodeAt(i) <= 0xdfff && (text.charCodeAt(i - 1) & 0xfc00) === 0xd800) length--;
  return length;
}

/** Widths of all columns but the last, padding included; `known` are widths to keep at least. */
export function widthsOf(rows: readonly (readonly string[])[], known: readonly number[] = [], options: ColumnOptions = {}): readonly number[] {
  const widths = [...known];
  for (const row of rows) {
    for (let i = 0; i < row.length - 1; i++) {
      widths[i] = Math.max(widths[i] ?? options.minWidth ?? MIN_WIDTH, lengthOf(row[i] ?? '') + (options.padding ?? PADDING));
    }
  }
  return widths;
}

/** Rows with these widths, each ending in a line feed. */
export function layOut(rows: readonly (readonly string[])[], widths: readonly number[]): string {
  let text = '';
  for (const row of rows) {
    for (let i = 0; i < row.length; i++) {
      const cell = row[i] ?? '';
      text += cell;
      if (i < row.length - 1) text += ' '.repeat(Math.max(0, (widths[i] ?? 0) - lengthOf(cell)));
    }
    text += '\n';
  }
  return text;
}

/** Rows in aligned columns. */
export function table(rows: readonly (readonly string[])[], options: ColumnOptions = {}): string {
  return layOut(rows, widthsOf(rows, [], options));
}
