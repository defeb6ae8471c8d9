import type { Terminal as TerminalType } from '@xterm/headless';

/** What one cell of the screen shows. */
export interface Cell {
  readonly characters: string;
  readonly columns: number;
  readonly foreground: number;
  readonly background: number;
  readonly isBold: boolean;
  readonly isInverse: boolean;
}

/** A program on a pseudo-terminal, with its screen read as cells. */
export interface PtyProgram {
  readonly write: (text: string) => void;
  readonly resize: (columns: number, rows: number) => void;
  readonly lines: () => string[];
  /** Waits until the screen shows what is looked for; fails with the screen's text. */
  readonly until: (test: (lines: string[]) => boolean, ms?: number) => Promise<string[]>;
  /** Waits until nothing was written for a while. */
  readonly idle: (ms?: number) => Promise<void>;
  readonly cursor: () => readonly [number, number];
  readonly cell: (x: number, y: number) => Cell;
  readonly raw: () => string;
  readonly exited: Promise<{ readonly exitCode: number; readonly signal?: number }>;
  readonly kill: (signal: string) => void;
  readonly pid: number;
  readonly terminal: TerminalType;
}

export interface PtyOptions {
  readonly columns?: number;
  readonly rows?: number;
  readonly env?: Readonly<Record<string, string>>;
  readonly term?: string;
  readonly scrollback?: number;
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Starts a program; `columns × rows` default to 120 × 40. */
export async function startPty(file: string, args: readonly string[], options: PtyOptions = {}): Promise<PtyProgram> {
  const pty = await import('@lydell/node-pty');
  const { Terminal } = await import('./xterm.ts');
  let [columns, rows] = [options.columns ?? 120, options.rows ?? 40];
  const terminal = new Terminal({ cols: columns, rows, allowProposedApi: true, scrollback: options.scrollback ?? 0 });
  const { NO_COLOR: _, ...inherited } = process.env;
  const env = { ...inherited, LANG: 'C.UTF-8', LC_ALL: 'C.UTF-8', ...options.env };
  const child = pty.spawn(file, [...args], { name: options.term ?? 'xterm-256color', cols: columns, rows, env });
  let raw = '';
  // xterm parses later than it is written to: both must be over before a screen is looked at.
  let pending = 0;
  let last = Date.now();
  child.onData((data: string) => {
    raw += data;
    pending++;
    last = Date.now();
    terminal.write(data, () => {
      pending--;
      last = Date.now();
    });
  });
  terminal.onData((reply: string) => child.write(reply));
  const exited = new Promise<{ exitCode: number; signal?: number }>((resolve) => { child.onExit((end: { exitCode: number; signal?: number }) => resolve(end)); });
  const lineAt = (y: number): string => terminal.buffer.active.getLine(terminal.buffer.active.viewportY + y)?.translateToString(true).trimEnd() ?? '';
  const lines = (): string[] => Array.from({ length: rows }, (_, y) => lineAt(y));
  return {
    terminal, lines, exited, raw: () => raw, pid: child.pid,
    write: (text) => {
      last = Date.now();
      child.write(text);
    },
    resize: (width, height) => {
      last = Date.now();
      [columns, rows] = [width, height];
      terminal.resize(width, height);
      child.resize(width, height);
    },
    until: async (test, ms = 5_000) => {
      for (const end = Date.now() + ms; ;) {
        const now = lines();
        if (pending === 0 && test(now)) return now;
        if (Date.now() > end) throw new Error(`the screen did not come; it shows:\n${now.join('\n')}`);
        await sleep(4);
      }
    },
    idle: async (ms = 60) => { while (pending > 0 || Date.now() - last < ms) await sleep(5); },
    cursor: () => [terminal.buffer.active.cursorX, terminal.buffer.active.cursorY],
    cell: (x, y) => {
      const cell = terminal.buffer.active.getLine(terminal.buffer.active.viewportY + y)?.getCell(x);
      return {
        characters: cell?.getChars() ?? '', columns: cell?.getWidth() ?? 0, foreground: cell?.getFgColor() ?? 0, background: cell?.getBgColor() ?? 0,
        isBold: (cell?.isBold() ?? 0) !== 0, isInverse: (cell?.isInverse() ?? 0) !== 0,
      };
    },
    kill: (signal) => child.kill(signal),
  };
}
