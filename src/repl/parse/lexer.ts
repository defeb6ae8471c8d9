/**
 * Turns shell words into tokens that the grammar can read: knows which words begin a command, which flags take a value, where a
 * CEL expression or a question in plain words begins. The grammar says what may follow what.
 */
import type { Flag } from '../../kubectl/command.ts';
import { catalog, type CatalogNode, flagsOf } from './catalog.ts';
import { type Piece, scan } from './scan.ts';
import type { Lexed, Token, TokenType } from './token.ts';
import { cutAsked, meaningOf } from './words.ts';

/** Commands whose words may be `|`. */
const BAR_WORDS: ReadonlySet<string> = new Set(['fault', 'heal']);
/** Commands whose rest of the line is one expression. */
const RAW: ReadonlySet<string> = new Set(['until']);
/** Commands that end in a question when more words follow. */
const ASKING: ReadonlySet<string> = new Set(['why', 'what', 'who', 'show']);
const TRAILING_MARKS = /[?!.？！。]+$/u;

const NO_FLAGS: ReadonlyMap<string, Flag> = new Map();

type Mode = 'start' | 'command' | 'node' | 'ask' | 'rest';

class Lexer {
  readonly text: string;
  readonly tokens: Token[] = [];
  #node: CatalogNode = catalog().commands;
  #mode: Mode = 'start';
  #pathIsOpen = true;
  #waiting: Flag | undefined;
  #rawUntil = 0;

  constructor(text: string) {
    this.text = text;
  }

  run(): Lexed {
    const scanned = scan(this.text);
    for (const piece of scanned.pieces) if (piece.offset >= this.#rawUntil) this.#piece(piece);
    return {
      tokens: this.tokens, comments: scanned.comments.filter((range) => range.from >= this.#rawUntil), bodies: scanned.bodies,
      open: scanned.open, openAt: scanned.openAt, path: this.#node.path, waiting: this.#waiting,
      flags: this.#takesFlags() ? flagsOf(this.#node) : NO_FLAGS,
    };
  }

  #piece(piece: Piece): void {
    if (piece.kind === 'operator') return this.#operator(piece);
    if (piece.kind === 'heredoc') return this.#push('heredoc', piece, { body: piece.body ?? '' });
    if (this.#waiting !== undefined) {
      this.#push('argument', piece, { flag: this.#waiting });
      this.#waiting = undefined;
    } else if (this.#mode === 'rest') {
      this.#push('rest', piece, {});
    } else if (this.#takesFlags() && !piece.startsQuoted && piece.value.length > 1 && piece.value.startsWith('-')) {
      this.#flag(piece);
    } else {
      this.#word(piece);
    }
  }

  #takesFlags(): boolean {
    return (this.#mode === 'command' || this.#mode === 'rest') && flagsOf(this.#node).size > 0;
  }

  #operator(piece: Piece): void {
    this.#push('operator', piece, { text: piece.value });
    if (piece.value === '|') {
      if (!BAR_WORDS.has(this.#node.path[0] ?? '')) this.#restart(catalog().filters);
    } else if (piece.value !== '>' && piece.value !== '>>') {
      this.#restart(catalog().commands);
    }
  }

  #restart(root: CatalogNode): void {
    this.#node = root;
    this.#mode = 'start';
    this.#pathIsOpen = true;
    this.#waiting = undefined;
  }

  #word(piece: Piece): void {
    if (this.#mode === 'node') return this.#nodeWord(piece);
    if (this.#mode === 'ask') return this.#asked(piece);
    if (this.#mode === 'start') return this.#firstWord(piece);
    const canonical = this.#node.aliases.get(piece.value) ?? piece.value;
    const child = this.#pathIsOpen ? this.#node.children.get(canonical) : undefined;
    if (child === undefined) this.#pathIsOpen = false;
    else this.#node = child;
    this.#push('word', piece, { text: child === undefined ? quotedText(piece) : canonical });
  }

  #firstWord(piece: Piece): void {
    const { commands, filters } = catalog();
    if (this.#node === filters && (commands.aliases.get(piece.value) ?? piece.value) === 'kubectl') this.#pipeInto(commands);
    const canonical = this.#node.aliases.get(piece.value) ?? piece.value;
    const bare = this.#node === commands ? commands.children.get('kubectl')?.children.get(canonical) : undefined;
    const child = this.#node.children.get(canonical) ?? bare;
    this.#mode = 'command';
    if (child === undefined && this.#node === commands && !/^[1-9]$/.test(piece.value)) {
      this.#mode = 'ask';
      return this.#asked(piece);
    }
    this.#push('word', piece, { text: canonical });
    if (child !== undefined) this.#node = child;
    if (canonical === 'on' || canonical === 'ssh') this.#mode = 'node';
    else if (ASKING.has(canonical)) this.#mode = 'ask';
    else if (RAW.has(canonical)) this.#raw(piece.end);
  }

  /** `| kubectl`: what stands before is no filter's input but a command's. */
  #pipeInto(commands: CatalogNode): void {
    const bar = this.tokens.pop();
    if (bar !== undefined) this.tokens.push({ ...bar, text: '|>' });
    this.#node = commands;
  }

  /** `on NODE:`, `on NODE` and `ssh NODE`: after the node a command begins. */
  #nodeWord(piece: Piece): void {
    const last = this.tokens.at(-1);
    if (piece.value !== ':' && last?.type === 'word' && last.text !== this.#node.path[0]) {
      this.#restart(catalog().commands);
      return this.#firstWord(piece);
    }
    const cut = this.#node.path[0] === 'on' && piece.value.endsWith(':') && piece.value.length > 1;
    const end = cut ? piece.end - 1 : piece.end;
    if (piece.value === ':') {
      this.#push('operator', piece, { text: ':' });
      return this.#restart(catalog().commands);
    }
    this.#push('word', { ...piece, end, value: cut ? piece.value.slice(0, -1) : piece.value }, {});
    if (cut) this.#push('operator', { ...piece, offset: end, value: ':' }, { text: ':' });
    if (cut || this.#node.path[0] === 'ssh') this.#restart(catalog().commands);
  }

  /** The rest of the line as one expression, with `within DURATION` at its end cut off. */
  #raw(from: number): void {
    const newline = this.text.indexOf('\n', from);
    const lineEnd = newline < 0 ? this.text.length : newline;
    const within = /\s(within)\s+(\S+)\s*$/.exec(this.text.slice(from, lineEnd));
    const end = within === null ? lineEnd : from + within.index;
    const offset = from + (/^\s*/.exec(this.text.slice(from, end))?.[0].length ?? 0);
    this.#rawUntil = lineEnd;
    const whole = this.text.slice(offset, end).trimEnd();
    if (whole === '') return;
    const piece = { kind: 'word', isQuoted: false, startsQuoted: false } as const;
    this.#push('raw', { ...piece, value: whole, offset, end: offset + whole.length }, {});
    if (within?.[2] === undefined) return;
    this.#push('word', { ...piece, value: 'within', offset: end + 1, end: end + 7 }, {});
    const at = this.text.indexOf(within[2], end + 7);
    this.#push('word', { ...piece, value: within[2], offset: at, end: at + within[2].length }, {});
  }

  #asked(piece: Piece): void {
    const value = piece.isQuoted ? piece.value : piece.value.replace(TRAILING_MARKS, '');
    if (value === '') return;
    let offset = piece.offset;
    for (const part of piece.isQuoted ? [{ text: value, type: 'word' as const }] : cutAsked(value)) {
      const end = piece.isQuoted ? piece.end : offset + part.text.length;
      const means = part.type === 'word' ? meaningOf(part.text) : undefined;
      this.#push(part.type, { ...piece, value: part.text, offset, end }, { isAsked: true, text: part.text.toLowerCase(), ...(means === undefined ? {} : { means }) });
      offset = end;
    }
  }

  #flag(piece: Piece): void {
    if (piece.value === '--') {
      this.#push('dashes', piece, {});
      this.#mode = 'rest';
    } else if (piece.value.startsWith('--')) {
      this.#longFlag(piece);
    } else {
      this.#shortFlags(piece);
    }
  }

  #longFlag(piece: Piece): void {
    const equals = piece.value.indexOf('=');
    const name = equals < 0 ? piece.value : piece.value.slice(0, equals);
    const flag = flagsOf(this.#node).get(name);
    if (flag === undefined) return this.#push('unknownFlag', piece, { text: name });
    if (equals >= 0) return this.#assignment(piece, { flag, at: name.length, skip: 1 });
    if (flag.type === 'bool' || flag.implied !== undefined) return this.#push('switch', piece, { flag });
    this.#push('option', piece, { flag });
    this.#waiting = flag;
  }

  /** `-A`, `-it`, `-ojson`, `-o=json`, `-20` (of head and tail). */
  #shortFlags(piece: Piece): void {
    const table = flagsOf(this.#node);
    const number = table.get('--lines');
    if (number !== undefined && /^-\d+$/.test(piece.value)) return this.#assignment(piece, { flag: number, at: 1, skip: 0 });
    for (let i = 1; i < piece.value.length; i++) {
      const flag = table.get(`-${piece.value[i] ?? ''}`);
      const part = { ...piece, offset: piece.offset + i - (i === 1 ? 1 : 0), end: piece.offset + i + 1, value: piece.value[i] ?? '' };
      if (flag === undefined) return this.#push('unknownFlag', { ...part, end: piece.end }, { text: `-${part.value}` });
      const equals = piece.value[i + 1] === '=';
      if (flag.type === 'bool' && !equals) {
        this.#push('switch', part, { flag });
      } else if (i + 1 === piece.value.length && flag.implied === undefined) {
        this.#push('option', piece.value.length === 2 ? piece : part, { flag });
        this.#waiting = flag;
      } else {
        return this.#assignment({ ...piece, offset: part.offset }, { flag, at: i === 1 ? 2 : 1, skip: equals ? 1 : 0, cut: i + 1 });
      }
    }
  }

  /** A flag and its value in one word; `at` is where the name ends, counted from the piece's offset. */
  #assignment(piece: Piece, how: { readonly flag: Flag; readonly at: number; readonly skip: number; readonly cut?: number }): void {
    const isSwitch = how.flag.type === 'bool' || how.flag.implied !== undefined;
    const middle = Math.min(piece.offset + how.at + how.skip, piece.end);
    const value = piece.value.slice((how.cut ?? how.at) + how.skip);
    this.#push(isSwitch ? 'switch' : 'option', { ...piece, end: middle, value: '' }, { flag: how.flag });
    this.#push(isSwitch ? 'assigned' : 'argument', { ...piece, offset: middle, value }, { flag: how.flag });
  }

  #push(type: TokenType, piece: Piece, more: Partial<Token>): void {
    this.tokens.push({
      type, text: quotedText(piece), value: piece.value, offset: piece.offset, end: piece.end, isQuoted: piece.isQuoted, isAsked: false, ...more,
    });
  }
}

/** A quoted word is never an operator of the grammar. */
function quotedText(piece: Piece): string {
  return piece.startsQuoted ? `"${piece.value}` : piece.value;
}

/** Cuts a text into tokens. */
export function lex(text: string): Lexed {
  return new Lexer(text).run();
}
