import { StringDecoder } from 'node:string_decoder';
import readlineSync from 'readline-sync';
import { cleanText } from './columns.ts';
import { cannotWrite } from './file-errors.ts';
import type { Chunk, SessionView } from './session-view.ts';

/** How the plain prompt behaves. */
export interface PlainOptions {
  /** No tutor, cluster or note lines: only what commands print. */
  readonly quiet?: boolean;
  /** Whether standard input is a terminal (default: as it is). */
  readonly interactive?: boolean;
  /** Called when output is shown and before the first line is read: for a greeting. */
  readonly begin?: () => void;
}

/** Exit codes of a script: every line succeeded, at least one failed, the input itself was unusable. */
const EXIT_OK = 0;
const EXIT_FAILED = 1;
const EXIT_USAGE = 2;
/** Longest line of a script, and longest text of lines that belong together (a heredoc): etcd takes no request above 1.5 MiB. */
const LINE_BYTES_MAX = 1_572_864;
/** Real time that one tick stands for while a line runs. */
const TICK_MS = 1_000;
/** Work in one tick, so that Ctrl-C is heard. */
const SLICE_MS = 50;
/** A line that never ends by itself (`get -w`) is ended after this much virtual time at speed 1: longer than any deadline of the controllers. */
const RUNNING_TICKS_MAX = 1_800;
/** A paused clock does not move: a running line is then ended after this many ticks. */
const STANDING_TICKS_MAX = 20;
/** Bytes readline-sync reads at once: longer than a terminal's line (4,096), so that no character is split. */
const READ_BYTES = 8_192;

/**
 * The prompt without a screen: one line after another. While it waits for input virtual time stands still; a running line takes the virtual
 * time it needs at once. Without a terminal it reads standard input as a script. Resolves with the exit code.
 */
export async function runPlain(session: SessionView, options: PlainOptions = {}): Promise<number> {
  const output = new PlainOutput(session, options.quiet === true);
  options.begin?.();
  try {
    const isInteractive = options.interactive ?? process.stdin.isTTY;
    return isInteractive ? await talk(session, output) : await runScript(session, output);
  } finally {
    session.close();
  }
}

/** Puts chunks on standard output and standard error; a closed pipe ends the run quietly. */
class PlainOutput {
  /** The reader of our output is gone (EPIPE). */
  isClosed = false;
  /** Output could not be written. */
  hasFailed = false;
  /** The present line wrote to standard error. */
  hasComplained = false;
  readonly #session: SessionView;

  constructor(session: SessionView, isQuiet: boolean) {
    this.#session = session;
    for (const stream of [process.stdout, process.stderr]) {
      stream.on('error', (error: NodeJS.ErrnoException) => {
        if (!this.isClosed && error.code !== 'EPIPE' && error.code !== 'EIO') this.#lost(error, session.lang);
        this.isClosed = true;
      });
    }
    session.onChunk((chunk) => this.#chunk(chunk, isQuiet));
  }

  /** Waits until a slow reader has taken what was written. */
  async drained(): Promise<void> {
    if (!process.stdout.writableNeedDrain || this.isClosed) return;
    await new Promise<void>((resolve) => {
      for (const event of ['drain', 'close', 'error']) process.stdout.once(event, () => resolve());
    });
  }

  /** What was printed is lost (a full disk): the run has failed, and says so where that can still be read. */
  #lost(error: NodeJS.ErrnoException, lang: 'ko' | 'en'): void {
    this.hasFailed = true;
    this.note(`pilothouse: ${cannotWrite(lang === 'ko' ? '출력' : 'the output', error, lang)}`);
  }

  note(text: string): void { process.stderr.write(`${text}\n`); }

  #chunk(chunk: Chunk, isQuiet: boolean): void {
    if (this.isClosed) return;
    switch (chunk.stream) {
      case 'input': return;
      case 'stdout': process.stdout.write(`${asPrinted(chunk.text, process.stdout)}\n`); return;
      case 'stderr':
        this.hasComplained = true;
        process.stderr.write(`${asPrinted(chunk.text, process.stderr)}\n`);
        return;
      case 'tutor': case 'cluster': case 'note':
        if (!isQuiet) process.stdout.write(`${prefixed(cleanText(chunk.text), this.#session.lang === 'ko' ? KOREAN[chunk.stream] : chunk.stream)}\n`);
    }
  }
}

const KOREAN = { tutor: '튜터', cluster: '클러스터', note: '알림' } as const;

/** What a program prints reaches a pipe or a file byte for byte; a terminal is spared what would confuse it. */
const asPrinted = (text: string, stream: NodeJS.WriteStream): string => (stream.isTTY ? cleanText(text) : text);

/** The speaker's name before every line, so that a pipe can tell words from output. */
function prefixed(text: string, name: string): string {
  return text.split('\n').map((line) => `[${name}] ${line}`.trimEnd()).join('\n');
}

/** Reads lines from the terminal until `quit` or the end of input. */
async function talk(session: SessionView, output: PlainOutput): Promise<number> {
  const isUtf8 = /utf-?8/i.test(process.env['LC_ALL'] ?? process.env['LC_CTYPE'] ?? process.env['LANG'] ?? '');
  const prompts = isUtf8 ? { first: '❯ ', more: '┊ ' } : { first: 'pilothouse> ', more: '> ' };
  let pending = '';
  session.dropsEcho = true;
  while (!session.wantsQuit && !output.isClosed) {
    const line = readLine(session.takesInput === true ? session.inputPrompt ?? '' : pending === '' ? prompts.first : prompts.more);
    if (line === undefined && session.takesInput === true) { await endInput(session, output); continue; }
    if (line === undefined) break;
    const text = pending === '' ? line : `${pending}\n${line}`;
    pending = session.takesInput !== true && session.needsMore(text) ? text : '';
    if (pending === '' && (text.trim() !== '' || session.takesInput === true)) await runLine(session, output, text);
  }
  return EXIT_OK;
}

/** One line of the terminal; undefined at its end (Ctrl-D). */
function readLine(prompt: string): string | undefined {
  const line = readlineSync.question(prompt, { keepWhitespace: true, history: false, cd: false, bufferSize: READ_BYTES } as readlineSync.BasicOptions);
  const atEnd = line === '' && readlineSync.getRawInput() === '\0';
  if (!atEnd) return line.replaceAll('\0', '').normalize('NFC');
  process.stdout.write('\n');
  return undefined;
}

/** Runs one line to its end in virtual time; whether it succeeded. Ctrl-C ends it as it would in a shell. */
async function runLine(session: SessionView, output: PlainOutput, text: string): Promise<boolean> {
  const interrupt = (): void => session.interrupt();
  process.on('SIGINT', interrupt);
  output.hasComplained = false;
  session.begin(text);
  return await settle(session, output, interrupt);
}

/** Works until the running line has ended, or waits for input. */
async function settle(session: SessionView, output: PlainOutput, interrupt: () => void): Promise<boolean> {
  let standing = 0;
  for (let ticks = 0; session.busy && session.waitsForInput !== true && !output.isClosed && ticks < RUNNING_TICKS_MAX + STANDING_TICKS_MAX; ticks++) {
    const before = session.status().clock;
    if (session.work === undefined) session.tick(TICK_MS, SLICE_MS);
    else session.work(SLICE_MS);
    if (session.work !== undefined) ticks = 0;
    standing = session.status().clock === before && session.work === undefined ? standing + 1 : 0;
    if (ticks >= RUNNING_TICKS_MAX || standing >= STANDING_TICKS_MAX) session.interrupt();
    await new Promise(setImmediate);
  }
  await output.drained();
  process.removeListener('SIGINT', interrupt);
  return session.exitCode === undefined ? !output.hasComplained : session.exitCode === 0;
}

/** No more input for the program in a container: it ends by itself. */
async function endInput(session: SessionView, output: PlainOutput): Promise<boolean> {
  const interrupt = (): void => session.interrupt();
  process.on('SIGINT', interrupt);
  session.typeEnd?.();
  return await settle(session, output, interrupt);
}

/** Runs standard input as lines; stops at `quit` or when nobody reads the output any more. */
async function runScript(session: SessionView, output: PlainOutput): Promise<number> {
  let pending = '';
  let hasFailed = false;
  for await (const line of scriptLines()) {
    if (session.wantsQuit || output.isClosed) break;
    const text = pending === '' ? line : `${pending}\n${line}`;
    if (text.length > LINE_BYTES_MAX) {
      output.note(session.lang === 'ko' ? `pilothouse: 표준 입력: 한 줄이 ${LINE_BYTES_MAX}바이트보다 길어요. 큰 매니페스트는 파일에 담아 -f 파일로 넣어 주세요.`
        : `pilothouse: standard input: a line is longer than ${LINE_BYTES_MAX} bytes; put large manifests into a file and use -f FILE`);
      return EXIT_USAGE;
    }
    pending = session.takesInput !== true && session.needsMore(text) ? text : '';
    if (pending === '' && (text.trim() !== '' || session.takesInput === true) && !(await runLine(session, output, text))) hasFailed = true;
  }
  if (pending !== '' && !session.wantsQuit && !output.isClosed && !(await runLine(session, output, pending))) hasFailed = true;
  if (session.takesInput === true && !(await endInput(session, output))) hasFailed = true;
  return hasFailed || output.hasFailed ? EXIT_FAILED : EXIT_OK;
}

/** The lines of standard input as they come: any line ending, no NUL bytes, the last line with or without its end. */
async function* scriptLines(): AsyncGenerator<string> {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  for await (const data of process.stdin) {
    const lines = (rest + decoder.write(data as Buffer)).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) yield cleanLine(line);
    if (rest.length > LINE_BYTES_MAX) break;
  }
  rest += decoder.end();
  if (rest !== '') yield cleanLine(rest);
}

/** A byte order mark and carriage returns of other systems are not part of a line. */
function cleanLine(line: string): string {
  return line.replace(/^\ufeff/, '').replace(/\r$/, '').replaceAll('\0', '').normalize('NFC');
}
