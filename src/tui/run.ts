import type { SessionView } from '../repl/session-view.ts';
import { pressKey, typeText, useMouse } from './room-keys.ts';
import { paintRoom } from './room-paint.ts';
import { Room } from './room.ts';
import { farewell } from './farewell.ts';
import { TerminalScreen } from './terminal.ts';
import { themeNamed } from './theme.ts';
import { YoungSpace } from './young-space.ts';

/** How the room looks and listens. */
export interface TuiOptions {
  /** A name of `THEME_NAMES`. */
  readonly theme: string;
  readonly mouse: boolean;
}

/** Between two ticks when the simulator has nothing urgent: about 30 pictures a second. */
const TICK_MS = 33;
/** A gap in real time longer than this (a suspended laptop, a stopped process) counts as this. */
const GAP_MS_MAX = 1_000;
/** Size of a terminal that does not tell its own: that of a VT100. */
const WINDOW = { columns: 80, rows: 24 };
/** Exit codes: 128 + the signal's number, as shells count; 70 is EX_SOFTWARE of sysexits. */
const HANGUP = 129;
const SIGNALS = [['SIGTERM', 143], ['SIGHUP', HANGUP], ['SIGINT', 130], ['SIGQUIT', 131]] as const;
const EXIT_SOFTWARE = 70;

/** Opens the room on the terminal; resolves with the exit code when the learner leaves. */
export function runTui(session: SessionView, options: TuiOptions): Promise<number> {
  return new Promise((resolve) => {
    new Visit(session, options, resolve).open();
  });
}

/** One visit to the room: wires the terminal, the clock and the process's signals to it, and undoes all of it at the end. */
class Visit {
  readonly #session: SessionView;
  readonly #options: TuiOptions;
  readonly #leave: (code: number) => void;
  readonly #room: Room;
  readonly #youngSpace = new YoungSpace();
  #screen: TerminalScreen | undefined;
  #timer: NodeJS.Timeout | undefined;
  #frame: NodeJS.Immediate | undefined;
  #tickedAt = 0;
  #isOver = false;
  readonly #handlers: (readonly [string, (...args: unknown[]) => void])[] = [];

  constructor(session: SessionView, options: TuiOptions, leave: (code: number) => void) {
    this.#session = session;
    this.#options = options;
    this.#leave = leave;
    this.#room = new Room(session, { columns: process.stdout.columns || WINDOW.columns, rows: process.stdout.rows || WINDOW.rows });
  }

  open(): void {
    this.#handle('uncaughtException', (error) => this.#broke(error));
    this.#handle('unhandledRejection', (error) => this.#broke(error));
    // A terminal that went away answers writes with EIO; that is a hang-up, not a bug.
    process.stdout.on('error', () => this.#end(HANGUP));
    for (const [signal, code] of SIGNALS) this.#handle(signal, () => this.#end(code));
    const room = this.#room;
    const changed = (change: () => void): void => {
      change();
      this.#schedule();
    };
    this.#screen = new TerminalScreen({
      theme: themeNamed(this.#options.theme, process.env['NO_COLOR']),
      mouse: this.#options.mouse,
      title: 'pilothouse',
      events: {
        key: (key) => changed(() => pressKey(room, key)),
        text: (text) => changed(() => typeText(room, text)),
        paste: (text) => changed(() => { room.isDirty = true; room.paste(text); }),
        mouse: (mouse) => changed(() => useMouse(room, mouse)),
        resize: (window) => changed(() => { room.window = window; room.isDirty = true; }),
        hangup: () => this.#end(HANGUP),
        draw: () => this.#schedule(),
      },
    });
    room.window = this.#screen.window;
    this.#paint();
    this.#tickedAt = performance.now();
    this.#youngSpace.look(this.#tickedAt);
    this.#timer = setTimeout(() => this.#tick(), TICK_MS);
  }

  /** Lets the simulator work for a slice, paints when something changed, and leaves time for keys before the next slice. */
  #tick(): void {
    const now = performance.now();
    this.#youngSpace.look(now);
    this.#room.pass(Math.min(now - this.#tickedAt, GAP_MS_MAX));
    this.#tickedAt = now;
    if (this.#room.wantsQuit) return this.#end(0);
    if (this.#room.isDirty) this.#schedule();
    const spent = performance.now() - now;
    this.#timer = setTimeout(() => this.#tick(), Math.max(1, TICK_MS - spent));
  }

  /** Paints once after all keys that have come. */
  #schedule(): void {
    if (this.#room.wantsQuit) return this.#end(0);
    if (this.#isOver || this.#screen === undefined) return;
    this.#frame ??= setImmediate(() => this.#paint());
  }

  #paint(): void {
    this.#frame = undefined;
    const screen = this.#screen;
    if (this.#isOver || screen === undefined) return;
    if (this.#room.wantsRedraw) screen.forget();
    this.#room.wantsRedraw = false;
    const { clipboard } = this.#room;
    if (clipboard !== undefined) screen.copy(clipboard);
    this.#room.clipboard = undefined;
    screen.show(paintRoom(this.#room));
  }

  /** Ends the visit: terminal restored, session saved, the end of the talk left on the normal screen. */
  #end(code: number): void {
    if (this.#isOver) return;
    this.#isOver = true;
    clearTimeout(this.#timer);
    clearImmediate(this.#frame);
    try {
      this.#screen?.close();
    } catch {
      // A terminal that is gone cannot be restored.
    }
    for (const [event, handler] of this.#handlers) process.removeListener(event, handler);
    try {
      this.#session.close();
    } finally {
      if (code !== HANGUP) process.stdout.write(farewell(this.#room, themeNamed(this.#options.theme, process.env['NO_COLOR'])));
      this.#leave(code);
    }
  }

  /** A bug of ours: the terminal is given back first, then the message is told. */
  #broke(error: unknown): void {
    const message = error instanceof Error ? error.message : String(error);
    const status = this.#statusOrNone();
    try {
      this.#end(EXIT_SOFTWARE);
    } finally {
      process.stderr.write(`pilothouse: internal error: ${message}${status}\n`);
    }
  }

  #statusOrNone(): string {
    try {
      const { seed, clock, cluster } = this.#session.status();
      return ` (cluster ${cluster}, seed ${seed}, at ${clock})`;
    } catch {
      return '';
    }
  }

  #handle(event: string, handler: (...args: unknown[]) => void): void {
    process.on(event, handler);
    this.#handlers.push([event, handler]);
  }
}
