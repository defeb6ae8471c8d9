/**
 * Runs the commands of one typed line, one after another: hands each to the learner's shell (a process of the world), lets virtual time pass
 * until it ends, and passes on what it prints.
 */
import { type Micros, micros, seconds } from '../base/data.ts';
import { equalData } from '../base/compare.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { formatClock } from '../base/duration.ts';
import { TERMINAL } from '../cluster/plan.ts';
import type { Draft, Edited } from '../kubectl/command.ts';
import type { TerminalState } from '../kubectl/terminal.ts';
import { josa } from '../lessons/josa.ts';
import { sessionCommands } from './commands/registry.ts';
import { columnsOf } from './columns.ts';
import { say, type SessionControls } from './controls.ts';
import { applyFilters } from './filters.ts';
import { type Journey, travelOn } from './journey.ts';
import { type Failure, renderFailure, type Stranger } from './parse/failure.ts';
import { parse, type Pipeline } from './parse/parse.ts';
import { prepare } from './prepare.ts';
import type { Chunk } from './session-view.ts';

/** What the runner needs of its session. */
export interface LineHost extends SessionControls {
  readonly cluster: Cluster;
  exitCode: number;
  passUntil(at: Micros, untilReal: number): void;
  /** Opens an editor; undefined = it is open and `edited` will be called. */
  readonly editor?: ((draft: Draft) => Edited | undefined) | undefined;
  emit(chunk: Chunk): void;
  /** Remembers the world before something that changes it. */
  mark(label: string): void;
  /** A command was handed to the shell; `root` is the event that everything it does follows from. */
  started(root: number, changesWorld: boolean): void;
  /** Tells what has happened in the cluster so far. */
  tell(): void;
  /** Whether a line that is no command answered an open question of a lesson. */
  takesAnswer(line: string, stranger: Stranger | undefined): boolean;
  /** A lesson is open and not finished. */
  readonly isLearning: boolean;
  /** The line has ended. */
  finished(line: FinishedLine): void;
}

/** What a line printed, in whole. */
export interface FinishedLine { readonly source: string; readonly stdout: string; readonly stderr: string }

/** A command of the prompt that is running. */
interface Job { readonly pipeline: Pipeline; readonly serial: number; stdout: string; printed: number; lastOutputAt: number; readonly startedAt: number }
/** A line being worked on. */
interface Line { readonly source: string; readonly jobs: Pipeline[]; stdout: string; stderr: string }

/** How far to run: real time in `performance.now()` terms; `script` = endless commands end when all is quiet. */
export interface RunLimits { readonly untilReal: number; readonly untilVirtual: Micros; readonly script: boolean }

/** A script's `get -w` ends when nothing has happened for this long, and any command after that. */
const QUIET_MAX = seconds(30);
/** A command that runs this long has waited for something. */
const WAITED = seconds(1);
const COMMAND_MAX = seconds(3600);
/** Work between two looks at the clock, in events. */
const SLICE_EVENTS = 2000;
/** A program that has been quiet for this long waits for what the learner types. */
const INPUT_QUIET = seconds(1);
const INTERRUPTED = 130;
/** EX_SOFTWARE of sysexits. */
const ABANDONED = 70;

/** What `kubectl edit` says where nothing can be edited. */
const NO_EDITOR = 'unable to launch the editor "vi"\nThere is no terminal for an editor here. Set KUBE_EDITOR, or give the edited object: kubectl edit TYPE NAME <<EOF';

export class LineRunner {
  /** Writes redirected output; returns what went wrong. */
  redirect: ((file: string, text: string, append: boolean) => string | undefined) | undefined;
  /** Writes a file of one character per byte; returns what went wrong. */
  saveFile: ((path: string, data: string) => string | undefined) | undefined;
  readonly #host: LineHost;
  #line: Line | undefined;
  #job: Job | undefined;
  /** Output of the command before a `|`, for the one behind it. */
  #piped: string | undefined;
  /** Time that the running command lets pass, and what joins the next command to it. */
  #journey: { readonly journey: Journey; readonly then: Pipeline['then'] } | undefined;
  #begun: Journey | undefined;
  #waits = false;
  /** Output after the last line feed of a program that takes input: its prompt. */
  #held = '';
  #echo = '';
  /** The terminal has shown what was typed: the program's own echo of it is dropped. */
  dropsEcho = false;

  constructor(host: LineHost) {
    this.#host = host;
  }

  get busy(): boolean { return this.#line !== undefined; }
  /** When the running command began. */
  get startedAt(): Micros { return micros(this.#job?.startedAt ?? this.#host.now); }

  begin(source: string): void {
    const host = this.#host;
    host.exitCode = 0;
    this.#line = { source, jobs: [], stdout: '', stderr: '' };
    const parsed = parse(source, host.lang);
    if (!parsed.ok && host.takesAnswer(source, parsed.stranger)) { this.#finishLine(); return; }
    if (!parsed.ok) {
      host.exitCode = parsed.exit;
      this.#refuse(source, parsed);
      this.#finishLine();
      return;
    }
    this.#line.jobs.push(...parsed.commands);
    this.#nextJob();
  }

  /** Tells what is wrong with a line that cannot be read. */
  #refuse(source: string, failure: Failure): void {
    const host = this.#host;
    if (failure.stranger === 'greeting') { host.exitCode = 0; host.print(host.isLearning ? say(host, '안녕하세요. 하던 수업을 이어 가 볼까요? 할 일은 `check`로 다시 볼 수 있어요.', 'Hello! Shall we go on with the lesson? `check` says what is next.') : failure.message, 'tutor'); return; }
    const { marked, message } = renderFailure(source, failure, columnsOf);
    if (marked.length > 0) host.print(marked.join('\n'), 'stderr', false);
    const isLost = failure.stranger === 'unknown' && host.isLearning;
    host.print(isLost ? lostIn(host, source.slice(failure.at, failure.at + failure.width)) : message, 'stderr', !failure.isProgramText);
  }

  /** Keeps text that the session itself prints as output of the line. */
  keep(stream: Chunk['stream'], text: string): void {
    if (this.#line === undefined) return;
    if (stream === 'stdout' || stream === 'note') this.#line.stdout += `${text}\n`;
    if (stream === 'stderr') this.#line.stderr += `${text}\n`;
  }

  /** Lets time pass for the command of the session that runs now. */
  travel(journey: Journey): void { this.#begun = journey; }
  get isTravelling(): boolean { return this.#journey !== undefined; }

  interrupt(): void {
    if (this.#journey !== undefined) {
      this.#journey = undefined;
      this.#host.print(say(this.#host, `여기서 멈췄어요. 지금 시각은 ${josa(formatClock(this.#host.now), '이에요')}.`, `Stopped here; it is ${formatClock(this.#host.now)}.`), 'note');
    }
    if (this.#job !== undefined) {
      this.#stopShell();
      this.#collect(this.#job);
    }
    if (this.#line === undefined) return;
    this.#line.jobs.length = 0;
    this.#job = undefined;
    this.#host.exitCode = INTERRUPTED;
    this.#finishLine();
  }

  /** Gives the line up where it stands: something of ours failed, and the world may not be asked. */
  abandon(): void {
    this.#job = undefined;
    this.#journey = undefined;
    this.#piped = undefined;
    this.#held = '';
    if (this.#line === undefined) return;
    this.#line.jobs.length = 0;
    this.#host.exitCode = ABANDONED;
    this.#finishLine();
  }

  pump(limits: RunLimits): void {
    if (this.#journey !== undefined) { this.#travelOn(this.#journey, limits.untilReal); return; }
    const job = this.#job;
    if (job === undefined) { this.#nextJob(); return; }
    const { kernel } = this.#host.cluster;
    const ended = (): boolean => {
      const terminal = this.#terminal();
      return terminal?.serial === job.serial && terminal.exit !== null;
    };
    // What a command says is shown when it says it, between what the cluster does.
    const mayStop = (): boolean => {
      const terminal = this.#terminal();
      return terminal !== undefined && (terminal.editing !== null || (terminal.serial === job.serial && (terminal.exit !== null || terminal.output.length > job.printed)));
    };
    if (this.#awaitEditor(job)) return;
    do {
      const until = limits.script ? micros(Math.min(limits.untilVirtual, job.lastOutputAt + (this.takesInput ? INPUT_QUIET : QUIET_MAX))) : limits.untilVirtual;
      const why = kernel.run({ eventsMax: SLICE_EVENTS, until, stop: mayStop });
      this.#collect(job);
      if (this.#awaitEditor(job)) return;
      if (ended()) { this.#endJob(job); return; }
      if (why === 'until' || why === 'idle') {
        this.#waits = limits.script && this.takesInput;
        if (this.#waits) return;
        if (limits.script && (isStream(job.pipeline) || this.#host.now - job.startedAt >= COMMAND_MAX || why === 'idle')) { this.#stopStream(job); return; }
        if (!limits.script) return;
        job.lastOutputAt = this.#host.now;
      }
    } while (performance.now() < limits.untilReal);
  }

  /** What is typed now goes to a program in a container. */
  get takesInput(): boolean { return this.#job !== undefined && (this.#terminal()?.typedTo ?? 0) !== 0; }
  /** That program has nothing to do until something is typed. */
  get waitsForInput(): boolean { return this.#waits && this.takesInput; }

  /** Gives the program a line; null = the end of input (Ctrl-D). */
  type(text: string | null): void {
    this.#host.cluster.timeline.act({ type: 'deliver', to: TERMINAL, body: { type: 'terminal.typed', text: text === null ? null : `${text}\n` } });
    this.#waits = false;
    this.#echo = this.dropsEcho && text !== null ? this.#held + text : '';
    if (this.#job !== undefined) this.#job.lastOutputAt = this.#host.now;
  }

  /** The text that the running command wants edited; undefined = none. */
  get editing(): Draft | undefined { return this.#terminal()?.editing ?? undefined; }

  /** Gives the running command what came out of the editor. */
  edited(edited: Edited): void {
    const job = this.#job;
    if (job === undefined || this.editing === undefined) return;
    this.#host.cluster.timeline.act({ type: 'deliver', to: TERMINAL, body: { type: 'terminal.edited', serial: job.serial, edited } });
    job.lastOutputAt = this.#host.now;
  }

  /** True while an editor is open: time stands still. An editor that answers at once is asked here. */
  #awaitEditor(job: Job): boolean {
    const draft = this.editing;
    if (draft === undefined || this.#terminal()?.serial !== job.serial) return false;
    const edited = this.#host.editor?.(draft);
    if (edited === undefined && this.#host.editor !== undefined) return true;
    this.edited(edited ?? { type: 'noEditor', message: NO_EDITOR });
    return false;
  }

  #nextJob(): void {
    const line = this.#line;
    for (;;) {
      const pipeline = line?.jobs.shift();
      if (line === undefined || pipeline === undefined) { this.#finishLine(); return; }
      if (pipeline.isSession) this.#runSession(pipeline);
      else if (this.#startJob(pipeline)) return;
      if (this.#journey !== undefined) return;
      if (pipeline.then === '&&' && this.#host.exitCode !== 0) line.jobs.length = 0;
      if (this.#line !== line) return;
    }
  }

  #runSession(pipeline: Pipeline): void {
    const host = this.#host;
    const command = sessionCommands.find(one => equalData(one.path, pipeline.command.path));
    if (command === undefined) { host.exitCode = 1; return; }
    const problem = command.run(pipeline.command.operands as never, host);
    if (problem === undefined && this.#begun !== undefined) this.#journey = { journey: this.#begun, then: pipeline.then };
    this.#begun = undefined;
    this.#endCommand(problem);
  }

  #endCommand(problem: string | undefined): void {
    this.#host.exitCode = problem === undefined ? 0 : 1;
    if (problem !== undefined) this.#host.print(problem, 'stderr');
  }

  #travelOn({ journey, then }: { readonly journey: Journey; readonly then: Pipeline['then'] }, untilReal: number): void {
    const end = travelOn(journey, this.#host, untilReal);
    if (end === undefined) return;
    this.#journey = undefined;
    this.#endCommand(end.failed);
    if (then === '&&' && end.failed !== undefined && this.#line !== undefined) this.#line.jobs.length = 0;
    this.#nextJob();
  }

  #startJob(given: Pipeline): boolean {
    const host = this.#host;
    const pipeline = this.#piped === undefined ? given : { ...given, stdin: this.#piped };
    this.#piped = given.then === '|' ? '' : undefined;
    const { timeline, kernel, topology } = host.cluster;
    const ready = prepare(pipeline, { lang: host.lang, columns: 0, topology });
    if (!ready.ok) {
      host.print(ready.error, 'stderr');
      host.exitCode = 1;
      return false;
    }
    const { args, settings, changesWorld } = ready.value;
    if (changesWorld) host.mark(pipeline.source);
    const serial = kernel.world.sequence + 1;
    host.started(timeline.act({ type: 'deliver', to: TERMINAL, body: { type: 'terminal.run', serial, args, settings } }), changesWorld);
    this.#job = { pipeline, serial, stdout: '', printed: 0, startedAt: host.now, lastOutputAt: host.now };
    return true;
  }

  /** A script's endless command has been quiet for long enough: it is ended as by Ctrl-C, without failing the script. */
  #stopStream(job: Job): void {
    this.#stopShell();
    this.#endJob(job, isStream(job.pipeline) ? 0 : INTERRUPTED);
  }

  #stopShell(): void {
    this.#host.cluster.timeline.act({ type: 'deliver', to: TERMINAL, body: { type: 'terminal.interrupt' } });
    this.#host.cluster.kernel.run({ until: this.#host.now });
  }

  #terminal(): TerminalState | undefined {
    return this.#host.cluster.kernel.stateOf<TerminalState>(TERMINAL);
  }

  /** Passes on what the command printed since the last look. */
  #collect(job: Job): void {
    const terminal = this.#terminal();
    const output = terminal?.serial === job.serial ? terminal.output : [];
    const isFiltered = job.pipeline.filters.length > 0 || job.pipeline.redirect !== undefined || job.pipeline.then === '|';
    let text = '';
    for (; job.printed < output.length; job.printed++) {
      const piece = output[job.printed];
      if (piece === undefined) continue;
      job.lastOutputAt = this.#host.now;
      if (piece.stream === 'stderr') { this.#say('stdout', text); text = ''; this.#say('stderr', piece.text); continue; }
      if (isFiltered) job.stdout += piece.text; else text += piece.text;
    }
    this.#say('stdout', text);
  }

  /** Passes on output of a program; a chunk has no line feed at its end. */
  #say(stream: 'stdout' | 'stderr', output: string): void {
    if (output === '') return;
    if (this.#line !== undefined) this.#line[stream] += output;
    const text = stream === 'stdout' && (this.takesInput || this.#held !== '') ? this.#wholeLines(output) : output;
    if (text === '') return;
    // A command that has waited (`wait`, `rollout status`) tells of an end: what led to it comes first.
    if (this.#job !== undefined && this.#host.now - this.#job.startedAt >= WAITED) this.#host.tell();
    this.#host.emit({ stream, text: text.endsWith('\n') ? text.slice(0, -1) : text });
  }

  /** Holds back what comes after the last line feed until the line is whole. */
  #wholeLines(output: string): string {
    const text = (this.#held + output).replace(/\r\n/g, '\n');
    const end = text.lastIndexOf('\n') + 1;
    this.#held = text.slice(end);
    const lines = text.slice(0, end);
    if (this.#echo === '' || !lines.startsWith(`${this.#echo}\n`)) return lines;
    const rest = lines.slice(this.#echo.length + 1);
    this.#echo = '';
    return rest;
  }

  /** The unfinished line of a program that waits for input, for example `/ # `. */
  get inputPrompt(): string { return this.#held; }

  #endJob(job: Job, exit = this.#terminal()?.exit ?? 0): void {
    const host = this.#host;
    const held = this.#held;
    this.#held = '';
    if (held !== '') host.emit({ stream: 'stdout', text: held });
    this.#saveFiles(job);
    host.exitCode = exit;
    if (job.pipeline.filters.length > 0) {
      const filtered = applyFilters(job.stdout, job.pipeline.filters);
      host.exitCode = filtered.exit;
      this.#finishOutput(job, filtered.text);
      for (const error of filtered.errors) host.print(error, 'stderr');
    } else if (job.pipeline.redirect !== undefined || job.pipeline.then === '|') {
      this.#finishOutput(job, job.stdout);
    }
    this.#job = undefined;
    if (job.pipeline.then === '&&' && host.exitCode !== 0 && this.#line !== undefined) this.#line.jobs.length = 0;
    this.#nextJob();
  }

  /** Files that the command wrote (`kubectl cp`) go to the learner's machine. */
  #saveFiles(job: Job): void {
    const terminal = this.#terminal();
    if (terminal?.serial !== job.serial) return;
    for (const { path, data } of terminal.saved) {
      const problem = this.saveFile?.(path, data);
      if (problem !== undefined) this.#host.print(`error: ${problem}`, 'stderr');
    }
  }

  #finishOutput(job: Job, text: string): void {
    const { redirect } = job.pipeline;
    if (redirect === undefined && job.pipeline.then === '|') { this.#piped = text; return; }
    if (redirect === undefined) { this.#say('stdout', text); return; }
    const written = this.redirect?.(redirect.file, text, redirect.append);
    if (written !== undefined) { this.#host.print(written, 'stderr'); this.#host.exitCode = 1; }
  }

  #finishLine(): void {
    const line = this.#line;
    this.#line = undefined;
    if (line !== undefined) this.#host.finished(line);
  }
}

/** To someone in a lesson whose word is no command: not how lessons begin, but what helps in this one. */
const lostIn = (host: LineHost, word: string): string =>
  say(host, `"${word}" 명령은 몰라요. 막혔으면 \`hint\`, 무엇이 남았는지 보려면 \`check\`라고 해 보세요. 할 수 있는 일은 \`help\`에 모여 있어요.`,
    `I do not know "${word}". \`hint\` helps with this step, \`check\` says what is still missing, and \`help\` shows what you can do.`);

/** A command that goes on until it is interrupted. */
function isStream(pipeline: Pipeline): boolean {
  const { flags, path } = pipeline.command;
  return flags['watch'] === true || flags['watch-only'] === true || flags['follow'] === true || path.at(-1) === 'watch' || (path.at(-1) === 'keep-alive' && flags['once'] !== true);
}
