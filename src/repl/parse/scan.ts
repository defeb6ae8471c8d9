/** Cuts a text into shell words and operators: quotes, escapes, comments, here-documents. Knows nothing of commands. */
import type { Range } from './token.ts';

/** A word or an operator as the shell sees it. */
export interface Piece {
  readonly kind: 'word' | 'operator' | 'heredoc';
  /** Without quotes and escapes; for a heredoc its end mark. */
  readonly value: string;
  readonly offset: number;
  readonly end: number;
  /** Some part of it was quoted. */
  readonly isQuoted: boolean;
  /** It began with a quote, so it is no flag. */
  readonly startsQuoted: boolean;
  /** Of a heredoc: its lines. */
  body?: string;
}

/** What `scan` found. */
export interface Scanned {
  readonly pieces: readonly Piece[];
  readonly comments: readonly Range[];
  readonly bodies: readonly Range[];
  readonly open: 'quote' | 'heredoc' | '';
  /** Where that begins. */
  readonly openAt: number;
}

const OPERATORS = ['&&', '||', '>>', '|', ';', '>', '&', '\n'] as const;
/** Characters that end a word. */
const BREAKS: ReadonlySet<string> = new Set([' ', '\t', '\n', '\r', ';', '|', '>', '\u00a0', '\u3000']);

class Scanner {
  readonly text: string;
  readonly pieces: Piece[] = [];
  readonly comments: Range[] = [];
  readonly bodies: Range[] = [];
  open: Scanned['open'] = '';
  openAt = 0;
  #at = 0;
  #pending: Piece[] = [];

  constructor(text: string) {
    this.text = text;
  }

  run(): Scanned {
    while (this.#at < this.text.length) this.#step();
    if (this.#pending.length > 0) this.#leftOpen('heredoc', this.#pending[0]?.offset ?? 0);
    return this;
  }

  #step(): void {
    const char = this.text[this.#at] as string;
    if (char === '\n') return this.#newline();
    if (char === ' ' || char === '\t' || char === '\r' || char === '\u00a0' || char === '\u3000') { this.#at++; return; }
    if (char === '#') return this.#comment();
    if (char === '\\' && this.text[this.#at + 1] === '\n') { this.#at += 2; return; }
    if (this.text.startsWith('<<', this.#at)) return this.#heredoc();
    if (this.text.startsWith('->', this.#at) && this.#isFault()) return this.#arrow();
    const operator = OPERATORS.find((text) => this.text.startsWith(text, this.#at));
    if (operator === undefined) this.pieces.push(this.#word());
    else this.#operator(operator, operator.length);
  }

  /** `fault block cp-1 -> cp-2`: the arrow is a word there, not an option and a redirection. */
  #isFault(): boolean {
    const from = this.pieces.findLastIndex(({ kind, value }) => kind === 'operator' && value !== '|');
    const first = this.pieces[from + 1]?.value;
    return first === 'fault' || first === 'heal';
  }

  #arrow(): void {
    this.pieces.push({ kind: 'word', value: '->', offset: this.#at, end: this.#at + 2, isQuoted: false, startsQuoted: false });
    this.#at += 2;
  }

  #operator(value: string, length: number): void {
    this.pieces.push({ kind: 'operator', value, offset: this.#at, end: this.#at + length, isQuoted: false, startsQuoted: false });
    this.#at += length;
  }

  /** A line break ends a command like `;`, unless nothing stands before it. */
  #newline(): void {
    const last = this.pieces[this.pieces.length - 1];
    if (last === undefined || last.kind === 'operator') this.#at++;
    else this.#operator(';', 1);
    for (const piece of this.#pending.splice(0)) this.#body(piece);
  }

  #comment(): void {
    const end = this.text.indexOf('\n', this.#at);
    const to = end < 0 ? this.text.length : end;
    this.comments.push({ from: this.#at, to });
    this.#at = to;
  }

  #heredoc(): void {
    const offset = this.#at;
    this.#at += this.text[this.#at + 2] === '-' ? 3 : 2;
    while (this.text[this.#at] === ' ') this.#at++;
    const mark = this.#word();
    const piece: Piece = { ...mark, kind: 'heredoc', offset, body: '' };
    this.pieces.push(piece);
    this.#pending.push(piece);
  }

  #body(piece: Piece): void {
    const from = this.#at;
    const lines: string[] = [];
    while (this.#at < this.text.length) {
      const found = this.text.indexOf('\n', this.#at);
      const end = found < 0 ? this.text.length : found;
      const line = this.text.slice(this.#at, end).replace(/\r$/, '');
      this.#at = Math.min(end + 1, this.text.length);
      if (line.replace(/^\t+/, '') === piece.value) {
        piece.body = lines.map((each) => `${each}\n`).join('');
        this.bodies.push({ from, to: this.#at });
        return;
      }
      lines.push(line);
    }
    this.#leftOpen('heredoc', piece.offset);
    piece.body = lines.map((each) => `${each}\n`).join('');
    this.bodies.push({ from, to: this.#at });
  }

  #word(): Piece {
    const offset = this.#at;
    let value = '';
    let isQuoted = false;
    while (this.#at < this.text.length) {
      const char = this.text[this.#at] as string;
      if (BREAKS.has(char) || (char === '&' && this.text[this.#at + 1] === '&')) break;
      if (char === "'" || char === '"') {
        isQuoted = true;
        value += this.#quoted(char);
      } else if (char === '\\' && this.#at + 1 < this.text.length) {
        value += this.text[this.#at + 1] === '\n' ? '' : this.text[this.#at + 1];
        this.#at += 2;
      } else {
        value += char;
        this.#at++;
      }
    }
    if (this.#at === offset) this.#at++;
    const first = this.text[offset];
    return { kind: 'word', value, offset, end: this.#at, isQuoted, startsQuoted: first === "'" || first === '"' };
  }

  #quoted(quote: string): string {
    let value = '';
    const from = this.#at;
    for (this.#at++; this.#at < this.text.length; this.#at++) {
      const char = this.text[this.#at] as string;
      if (char === quote) { this.#at++; return value; }
      const next = this.text[this.#at + 1] ?? '';
      if (char === '\\' && quote === '"' && '"\\$`\n'.includes(next) && next !== '') {
        value += next === '\n' ? '' : next;
        this.#at++;
      } else {
        value += char;
      }
    }
    this.#leftOpen('quote', from);
    return value;
  }

  #leftOpen(what: 'quote' | 'heredoc', at: number): void {
    this.open = what;
    this.openAt = at;
  }
}

/** Cuts a text into words and operators. */
export function scan(text: string): Scanned {
  return new Scanner(text).run();
}
