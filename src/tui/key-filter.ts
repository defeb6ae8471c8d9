import { EventEmitter } from 'node:events';
import { StringDecoder } from 'node:string_decoder';
import type { Mouse } from './room-keys.ts';

/** The part of a terminal's input stream that the filter needs. */
export interface TerminalInput {
  readonly isTTY: boolean;
  readonly isRaw: boolean;
  setRawMode(on: boolean): unknown;
  resume(): unknown;
  pause(): unknown;
  on(event: 'data', listener: (data: Buffer) => void): unknown;
  on(event: 'end', listener: () => void): unknown;
  removeAllListeners(event: 'data' | 'end'): unknown;
}

/** How long half an escape sequence waits for its rest before it counts as the Escape key, in milliseconds. */
const ESCAPE_WAIT_MS = 25;
/** Characters of one paste that are kept; the room refuses texts longer than a line may be anyway. */
const PASTE_CHARACTERS_MAX = 1 << 20;
const PASTE_START = '\x1b[200~';
const PASTE_END = '\x1b[201~';
 
const MOUSE = /^\x1b\[<(\d+);(\d+);(\d+)([mM])/;
/** The start of an escape sequence that has not ended yet. */
 
const UNFINISHED = /\x1b(?:\[[0-9;<?>=]*|O)?$/;
/** Taken out of the keys, among them answers of the terminal and key reports that blessed would type out as letters. */
 
const SPECIAL = /\x1b\[200~|\x1b\[[?<>=][0-9;]*[@-~]|\x1b\[\d+;\d+;[\d;]*[@-~]|\x1b\[[\d;]*u|\x1b[\r\n]|[^\x00-\x7f]+/;

/**
 * Stands between the terminal and blessed, which loses text that shares a chunk with a mouse report, cannot tell a paste from keys, and takes
 * composed text apart. Pastes, mouse reports, composed text and Alt-Enter leave here as events of their own (`paste`, `mouse`, `text`,
 * `newline`), in order; everything else goes on to blessed as `data`.
 */
export class KeyFilter extends EventEmitter {
  readonly isTTY: boolean;
  readonly #input: TerminalInput;
  readonly #decoder = new StringDecoder('utf8');
  #isFirst = true;
  #held = '';
  #paste: string | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(input: TerminalInput) {
    super();
    this.#input = input;
    this.isTTY = input.isTTY;
    input.on('data', (data) => this.feed(this.#decoder.write(data)));
    input.on('end', () => this.emit('hangup'));
  }

  get isRaw(): boolean { return this.#input.isRaw; }
  setRawMode(on: boolean): this {
    this.#input.setRawMode(on);
    return this;
  }
  resume(): this {
    this.#input.resume();
    return this;
  }
  pause(): this {
    this.#input.pause();
    return this;
  }

  /** Ends the filter; the terminal's stream is free for others. */
  close(): void {
    clearTimeout(this.#timer);
    this.#input.removeAllListeners('data');
    this.#input.removeAllListeners('end');
    this.#input.pause();
  }

  feed(chunk: string): void {
    clearTimeout(this.#timer);
    let rest = this.#held + this.#typedAhead(chunk);
    this.#held = '';
    while (rest !== '') rest = this.#paste === undefined ? this.#keys(rest) : this.#pasted(rest);
  }

  /** Handles what stands in front; the rest of the text. */
  #keys(text: string): string {
    const special = SPECIAL.exec(text);
    const plain = special === null ? text : text.slice(0, special.index);
    if (special === null) {
      this.#plain(plain);
      return '';
    }
    if (plain !== '') this.emit('data', plain);
    this.#special(special[0]);
    return text.slice(special.index + special[0].length);
  }

  /** What was typed before the screen came went through the terminal's own line editing, which makes a line feed of Enter. */
  #typedAhead(text: string): string {
    const isFirst = this.#isFirst;
    this.#isFirst = false;
    return isFirst && text.length > 1 && !text.includes(PASTE_START) ? text.replaceAll('\n', '\r') : text;
  }

  #special(text: string): void {
    if (text === PASTE_START) this.#paste = '';
    else if (text === '\x1b\r' || text === '\x1b\n') this.emit('newline');
    else if (text.startsWith('\x1b')) this.#report(text);
    else this.emit('text', text);
  }

  /** Passes keys on, but keeps back an escape sequence whose end has not come. */
  #plain(text: string): void {
    const unfinished = UNFINISHED.exec(text);
    const whole = unfinished === null ? text : text.slice(0, unfinished.index);
    if (whole !== '') this.emit('data', whole);
    if (unfinished === null) return;
    this.#held = unfinished[0];
    this.#timer = setTimeout(() => {
      const held = this.#held;
      this.#held = '';
      this.emit('data', held);
    }, ESCAPE_WAIT_MS);
  }

  #pasted(text: string): string {
    const so = (this.#paste ?? '') + text;
    const end = so.indexOf(PASTE_END, Math.max(0, (this.#paste ?? '').length - PASTE_END.length));
    if (end < 0) {
      this.#paste = so.length > PASTE_CHARACTERS_MAX ? so.slice(0, PASTE_CHARACTERS_MAX) + so.slice(-PASTE_END.length) : so;
      return '';
    }
    this.#paste = undefined;
    this.emit('paste', so.slice(0, end));
    return so.slice(end + PASTE_END.length);
  }

  /** A mouse report (SGR): button 0 pressed is a press, 64 and 65 are the wheel. The rest, and other reports, are nobody's business. */
  #report(report: string): void {
    const match = MOUSE.exec(report);
    if (match === null || match[4] === 'm') return;
    const kind: Mouse['kind'] | undefined = match[1] === '0' ? 'press' : match[1] === '64' ? 'wheelUp' : match[1] === '65' ? 'wheelDown' : undefined;
    if (kind !== undefined) this.emit('mouse', { kind, x: Number(match[2]) - 1, y: Number(match[3]) - 1 } satisfies Mouse);
  }
}
