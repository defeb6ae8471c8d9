import stringWidth from 'string-width';

/** Made when the first text needs it: loading the data costs as much as the rest of a start. */
let segmenter: Intl.Segmenter | undefined;

/** Printable ASCII, newline and precomposed Hangul: one UTF-16 unit is one grapheme. */
const SIMPLE = /^[\n\x20-\x7e\uac00-\ud7a3]*$/;
const ASCII = /^[\x20-\x7e]*$/;
 
const CONTROLS = /[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g;
/** Escape sequences of terminals: CSI, OSC, and two-character ones. */
 
const ESCAPES = /\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[ -~])/g;
/** Tab stops of terminals. */
const TAB_COLUMNS = 8;

/** User-perceived characters of a text, in order. */
export function graphemes(text: string): string[] {
  if (SIMPLE.test(text)) return text.split('');
  segmenter ??= new Intl.Segmenter('ko', { granularity: 'grapheme' });
  return Array.from(segmenter.segment(text), (part) => part.segment);
}

/** Widths of graphemes seen before: string-width takes microseconds for each, and a screen has thousands. */
const seen = new Map<string, number>();
const SEEN_MAX = 10_000;

/** Columns one grapheme takes on a terminal: 0, 1 or 2. */
export function graphemeColumns(grapheme: string): number {
  if (grapheme.length === 1) {
    const code = grapheme.charCodeAt(0);
    if (code >= 0x20 && code < 0x7f) return 1;
    if (code >= 0xac00 && code <= 0xd7a3) return 2;
  }
  const known = seen.get(grapheme);
  if (known !== undefined) return known;
  const columns = Math.min(2, stringWidth(grapheme));
  if (seen.size >= SEEN_MAX) seen.clear();
  seen.set(grapheme, columns);
  return columns;
}

/** Columns a text takes on a terminal. */
export function columnsOf(text: string): number {
  if (ASCII.test(text)) return text.length;
  let sum = 0;
  if (SIMPLE.test(text)) {
    for (let i = 0; i < text.length; i++) sum += text.charCodeAt(i) < 0x7f ? 1 : 2;
    return sum;
  }
  for (const grapheme of graphemes(text)) sum += graphemeColumns(grapheme);
  return sum;
}

/** UTF-16 units looked at for each column when a long word is broken: more than any grapheme in practice has. */
const GRAPHEME_UNITS = 16;

/**
 * Breaks a text into rows of at most `columns` between its words (at spaces); a word longer than a row is broken where the row ends. Spaces
 * at a break are dropped.
 */
export function wrapWords(text: string, columns: number): string[] {
  const rows: string[] = [];
  let row = '';
  let used = 0;
  for (const word of text.split(/(?<= )(?=[^ ])/)) {
    const bare = word.trimEnd();
    const width = columnsOf(bare);
    if (used + width > columns && row !== '') {
      rows.push(row.trimEnd());
      [row, used] = ['', 0];
    }
    let rest = bare;
    let left = width;
    while (left > columns && columns > 1) {
      const part = fitting(rest.slice(0, columns * GRAPHEME_UNITS), columns);
      rows.push(part);
      rest = rest.slice(part.length);
      left -= columnsOf(part);
    }
    row += rest + word.slice(bare.length);
    used += left + word.length - bare.length;
  }
  rows.push(row.trimEnd());
  return rows;
}

/** The longest beginning of a text that fits in `columns` (at least 2). */
function fitting(text: string, columns: number): string {
  let out = '';
  let used = 0;
  for (const grapheme of graphemes(text)) {
    used += graphemeColumns(grapheme);
    if (used > columns) break;
    out += grapheme;
  }
  return out === '' ? text : out;
}

/** The part of a text from column `from` that fits in `columns`; halves of wide characters become spaces. */
export function sliceColumns(text: string, from: number, columns: number): string {
  if (ASCII.test(text)) return text.slice(from, from + columns);
  let out = '';
  let at = 0;
  for (const grapheme of graphemes(text)) {
    const width = graphemeColumns(grapheme);
    const end = at + width;
    if (end > from + columns) return at < from + columns && at >= from ? `${out} ` : out;
    if (at >= from) out += grapheme;
    else if (end > from) out += ' ';
    at = end;
  }
  return out;
}

/** A text cut to a width, with `…` when something is missing. */
export function cutColumns(text: string, columns: number): string {
  if (columns <= 0) return '';
  return columnsOf(text) <= columns ? text : `${sliceColumns(text, 0, columns - 1)}…`;
}

/** A text cut or filled with spaces to exactly a width. */
export function padColumns(text: string, columns: number): string {
  const cut = cutColumns(text, columns);
  return cut + ' '.repeat(Math.max(0, columns - columnsOf(cut)));
}

/** Text fit for a terminal: no escape sequences or controls but newline, tabs as spaces, composed Hangul. */
export function cleanText(text: string): string {
  if (SIMPLE.test(text)) return text;
  const plain = text.replace(/\r\n?/g, '\n').replace(ESCAPES, '');
  const spaced = plain.includes('\t') ? plain.split('\n').map(expandTabs).join('\n') : plain;
  return spaced.replace(CONTROLS, '').normalize('NFC');
}

function expandTabs(line: string): string {
  const [first = '', ...rest] = line.split('\t');
  return rest.reduce((out, part) => out + ' '.repeat(TAB_COLUMNS - (columnsOf(out) % TAB_COLUMNS)) + part, first);
}
