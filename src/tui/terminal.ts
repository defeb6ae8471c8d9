import blessed, { type Widgets } from 'blessed';
import { encodeDifference, type Grid } from './grid.ts';
import { KeyFilter, type TerminalInput } from './key-filter.ts';
import type { Key, Mouse } from './room-keys.ts';
import type { Picture } from './room-paint.ts';
import type { Window } from './room.ts';
import type { Theme } from './theme.ts';

/** What the terminal tells. */
export interface TerminalEvents {
  readonly key: (key: Key) => void;
  readonly text: (text: string) => void;
  readonly paste: (text: string) => void;
  readonly mouse: (mouse: Mouse) => void;
  readonly resize: (window: Window) => void;
  /** The terminal went away. */
  readonly hangup: () => void;
  /** Asked when blessed wants the screen drawn. */
  readonly draw: () => void;
}

/** What blessed keeps to itself in its type declarations. */
interface Inner {
  draw(start: number, end: number): void;
  readonly program: { _write(text: string): void; flush(): void; readonly cols: number; readonly rows: number; on(event: 'keypress', listener: (character: string | undefined, key: BlessedKey) => void): void };
}
interface BlessedKey {
  readonly full?: string;
  readonly ctrl?: boolean;
  readonly meta?: boolean;
}

const BRACKETED_PASTE = { on: '\x1b[?2004h', off: '\x1b[?2004l' };
/** Presses and the wheel, reported in decimal (SGR): columns beyond 223 stay right. */
const MOUSE = { on: '\x1b[?1000h\x1b[?1006h', off: '\x1b[?1006l\x1b[?1000l' };
/** A frame is shown as a whole by terminals that know synchronized output; others ignore the marks. */
const FRAME = { start: '\x1b[?2026h\x1b[?25l', end: '\x1b[?2026l' };

/**
 * The terminal, kept by blessed: the alternate screen, raw keys, the size. What stands on it is drawn from our own cells, since blessed's
 * drawing shifts a row when a popup covers half of a wide character.
 */
export class TerminalScreen {
  readonly #screen: Widgets.Screen;
  readonly #inner: Inner;
  readonly #filter: KeyFilter;
  readonly #theme: Theme;
  readonly #hasMouse: boolean;
  #shown: Grid | undefined;
  #caret = '';
  #isOpen = true;

  constructor(options: { readonly theme: Theme; readonly mouse: boolean; readonly title: string; readonly events: TerminalEvents }) {
    this.#theme = options.theme;
    this.#hasMouse = options.mouse;
    this.#filter = new KeyFilter(process.stdin as unknown as TerminalInput);
    const settings = { title: options.title, input: this.#filter, output: process.stdout, smartCSR: false, autoPadding: false };
    this.#screen = blessed.screen(settings as unknown as Widgets.IScreenOptions);
    this.#inner = this.#screen as unknown as Inner;
    this.#inner.draw = () => options.events.draw();
    this.#listen(options.events);
    this.#modes(true);
  }

  get window(): Window { return { columns: this.#inner.program.cols, rows: this.#inner.program.rows }; }

  /** Shows a picture: only the cells that differ from the one before are written. */
  show(picture: Picture): void {
    if (!this.#isOpen) return;
    const { grid, caret } = picture;
    const isSameSize = this.#shown !== undefined && this.#shown.columns === grid.columns && this.#shown.rows === grid.rows;
    const clear = isSameSize ? '' : '\x1b[0m\x1b[2J';
    const cells = encodeDifference(isSameSize ? this.#shown : undefined, grid, this.#theme);
    const cursor = caret === undefined ? '' : `\x1b[${caret.y + 1};${caret.x + 1}H\x1b[?25h`;
    if (clear !== '' || cells !== '' || cursor !== this.#caret) this.#inner.program._write(FRAME.start + clear + cells + cursor + FRAME.end);
    this.#shown = grid;
    this.#caret = cursor;
  }

  /** Forgets what is on the screen: the next picture is drawn whole. */
  forget(): void { this.#shown = undefined; }

  copy(text: string): void {
    this.#inner.program._write(`\x1b]52;c;${Buffer.from(text, 'utf8').toString('base64')}\x07`);
  }

  /** Gives the terminal back as it was: normal screen, cooked keys, cursor shown. May be called twice. */
  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#modes(false);
    this.#screen.destroy();
    if (process.stdin.isTTY) process.stdin.setRawMode(false);
    this.#filter.close();
  }

  #modes(isOn: boolean): void {
    const mouse = this.#hasMouse ? (isOn ? MOUSE.on : MOUSE.off) : '';
    this.#inner.program._write((isOn ? BRACKETED_PASTE.on : BRACKETED_PASTE.off) + mouse);
  }

  #listen(events: TerminalEvents): void {
    this.#inner.program.on('keypress', (character, key) => {
      const isPlain = character !== undefined && character >= ' ' && character !== '\x7f' && key?.ctrl !== true && key?.meta !== true;
      events.key({ name: key?.full ?? '', text: isPlain ? character : '' });
    });
    this.#filter.on('text', events.text);
    this.#filter.on('paste', events.paste);
    this.#filter.on('mouse', events.mouse);
    this.#filter.on('newline', () => events.key({ name: 'M-enter', text: '' }));
    this.#filter.on('hangup', events.hangup);
    this.#screen.on('resize', () => {
      this.forget();
      events.resize(this.window);
    });
  }
}
