import { graphemeColumns, graphemes } from '../repl/columns.ts';
import type { StyledLine } from './styled.ts';
import { STYLES, type Style, type Theme } from './theme.ts';

/** Number of a style inside a grid. */
const INDEX = new Map<Style, number>(STYLES.map((style, i) => [style, i]));

/** A part of the screen. */
export interface Rect {
  readonly x: number;
  readonly y: number;
  readonly columns: number;
  readonly rows: number;
}

/**
 * The screen as cells.
 *
 * Shape: `glyphs[y * columns + x]`; a wide grapheme stands in its left cell and '' in its right one. Writing over one half of a wide grapheme
 * turns the other half into a space, as a terminal does, so that no row ever shifts.
 */
export class Grid {
  readonly columns: number;
  readonly rows: number;
  readonly glyphs: string[];
  readonly styles: Uint8Array;

  constructor(columns: number, rows: number) {
    this.columns = columns;
    this.rows = rows;
    this.glyphs = new Array<string>(columns * rows).fill(' ');
    this.styles = new Uint8Array(columns * rows);
  }

  /** Writes a text from a cell on, up to column `end` (exclusive); the column after it. */
  put(x: number, y: number, text: string, options: { readonly style: Style; readonly end?: number }): number {
    if (y < 0 || y >= this.rows) return x;
    const end = Math.min(options.end ?? this.columns, this.columns);
    const style = INDEX.get(options.style) ?? 0;
    let at = x;
    for (const grapheme of graphemes(text)) {
      const width = grapheme === '\n' ? 1 : graphemeColumns(grapheme);
      if (width === 0) continue;
      if (at + width > end) {
        if (at < end) this.#cell(at, y, ' ', style);
        break;
      }
      this.#cell(at, y, grapheme === '\n' ? ' ' : grapheme, style);
      if (width === 2) this.#rightHalf(at + 1, y, style);
      at += width;
    }
    return at;
  }

  /** Writes one line of segments into a rectangle's row. */
  line(rect: Rect, row: number, line: StyledLine): number {
    let at = rect.x;
    if (row < 0 || row >= rect.rows) return at;
    for (const segment of line) at = this.put(at, rect.y + row, segment.text, { style: segment.style, end: rect.x + rect.columns });
    return at;
  }

  fill(rect: Rect, style: Style, glyph = ' '): void {
    const index = INDEX.get(style) ?? 0;
    for (let y = rect.y; y < Math.min(rect.y + rect.rows, this.rows); y++) {
      for (let x = rect.x; x < Math.min(rect.x + rect.columns, this.columns); x++) this.#cell(x, y, glyph, index);
    }
  }

  /** The rows as texts without looks, trailing spaces cut: what a test compares. */
  toLines(): string[] {
    const lines: string[] = [];
    for (let y = 0; y < this.rows; y++) lines.push(this.glyphs.slice(y * this.columns, (y + 1) * this.columns).join('').trimEnd());
    return lines;
  }

  #cell(x: number, y: number, glyph: string, style: number): void {
    const at = y * this.columns + x;
    if (this.glyphs[at] === '' && x > 0) this.glyphs[at - 1] = ' ';
    if (x + 1 < this.columns && this.glyphs[at + 1] === '') this.glyphs[at + 1] = ' ';
    this.glyphs[at] = glyph;
    this.styles[at] = style;
  }
  #rightHalf(x: number, y: number, style: number): void {
    const at = y * this.columns + x;
    if (x + 1 < this.columns && this.glyphs[at + 1] === '') this.glyphs[at + 1] = ' ';
    this.glyphs[at] = '';
    this.styles[at] = style;
  }
}

/** Glyphs that every terminal draws with the width we count: ASCII, Hangul syllables, box lines. After others the cursor is placed anew. */
const SURE = /^[\x20-\x7e\uac00-\ud7a3─│]$/;

/** The escape codes that turn one screen into another; `previous` undefined = the terminal was just cleared. */
export function encodeDifference(previous: Grid | undefined, next: Grid, theme: Theme): string {
  const codes = STYLES.map((style) => `\x1b[0${theme[style] === '' ? '' : `;${theme[style]}`}m`);
  let out = '';
  let pen = -1;
  for (let y = 0; y < next.rows; y++) {
    let cursor = -1;
    for (let x = 0; x < next.columns; x++) {
      const at = y * next.columns + x;
      const glyph = next.glyphs[at] as string;
      const style = next.styles[at] as number;
      if (glyph === '' || isSame(previous, next, at)) continue;
      if (cursor !== x) out += `\x1b[${y + 1};${x + 1}H`;
      if (pen !== style) out += codes[style] as string;
      pen = style;
      out += glyph;
      const isWide = x + 1 < next.columns && next.glyphs[at + 1] === '';
      cursor = SURE.test(glyph) ? x + (isWide ? 2 : 1) : -1;
    }
  }
  return pen === -1 ? '' : `${out}\x1b[0m`;
}

/** A wide grapheme is the same only when both its cells are. */
function isSame(previous: Grid | undefined, next: Grid, at: number): boolean {
  if (previous === undefined) return next.glyphs[at] === ' ' && next.styles[at] === 0;
  if (previous.glyphs[at] !== next.glyphs[at] || previous.styles[at] !== next.styles[at]) return false;
  return (at + 1) % next.columns === 0 || (previous.glyphs[at + 1] === '') === (next.glyphs[at + 1] === '');
}
