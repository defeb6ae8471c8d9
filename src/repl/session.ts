/**
 * One learner's session: a cluster, its story, and a line of the prompt at a time. The screens (TUI, plain mode), scenarios and lesson checks all
 * drive this class; it is the only place where typed lines meet the simulation.
 */
import { formatClock, formatDuration } from '../base/duration.ts';
import { type Micros, micros, type Result, seconds } from '../base/data.ts';
import { equalData } from '../base/compare.ts';
import { createCel, type Cel } from '../cluster/cel/evaluate.ts';
import { type Cluster, openCluster } from '../cluster/cluster.ts';
import { fidelityLines } from '../cluster/fidelity.ts';
import { TERMINAL } from '../cluster/plan.ts';
import type { Topology } from '../cluster/topology.ts';
import { lookAt } from '../cluster/view.ts';
import { OUTPUT_KEPT, type TypedLine, type WorldView } from '../cluster/view-contract.ts';
import { why } from '../cluster/why.ts';
import type { TerminalState } from '../kubectl/terminal.ts';
import { topics } from '../lessons/explain.ts';
import { narrate, newTutor, type TutorLevel, type TutorNote } from '../lessons/tutor.ts';
import type { FaultKind } from '../sim/fault.ts';
import type { Note } from '../sim/trace.ts';
import type { World } from '../sim/world.ts';
import { sessionCommands } from './commands/registry.ts';
import { columnsOf } from './columns.ts';
import { complete, type Providers } from './complete.ts';
import type { SessionControls } from './controls.ts';
import { applyFilters } from './filters.ts';
import { helpText } from './help.ts';
import { highlight } from './highlight.ts';
import { LessonDesk } from './lesson-desk.ts';
import { drawMap } from './map.ts';
import { renderFailure } from './parse/failure.ts';
import { prepare } from './prepare.ts';
import { needsMore, parse, type Pipeline } from './parse/parse.ts';
import { providersOf } from './providers.ts';
import { readSave, type Save, writeSave } from './save-file.ts';
import { isNews, latestEvents, noteLine, tellAbout, tellTopic, tellTrace, tellWho } from './stories.ts';
import type { Chunk, Completions, HappenedEvent, MapNode, SessionView, Span, StatusLine } from './session-view.ts';

export interface SessionOptions {
  readonly topology: Topology;
  readonly seed: number;
  readonly lang: 'ko' | 'en';
  /** Folder with curriculum.yaml and the lessons. */
  readonly lessonsFolder: string;
  /** Test mode of the kernel. */
  readonly verify?: boolean;
  /** A booted world for this topology and seed. */
  readonly booted?: World;
  /** Called after each line with what must survive a crash. */
  readonly keep?: (save: Save) => void;
  /** Builds the cluster of a lesson (with its booted world, if there is one). */
  readonly topologyOf?: (name: string) => Topology | undefined;
}

/** A command of the prompt that is running. */
interface Job { readonly pipeline: Pipeline; readonly serial: number; stdout: string; printed: number; lastOutputAt: number; readonly startedAt: number }

/** A line being worked on. */
interface Line { readonly source: string; readonly jobs: Pipeline[]; stdout: string; stderr: string }

/** A script's `get -w` ends when nothing has happened for this long, and any command after that. */
const QUIET_MAX = seconds(30);
const COMMAND_MAX = seconds(3600);
/** A command may run ahead of real time this far before the screen paces it. */
const RUN_AHEAD = seconds(3);
/** Work between two looks at the clock, in events. */
const SLICE_EVENTS = 2000;
const INTERRUPTED = 130;

export class Session implements SessionView, SessionControls {
  lang: 'ko' | 'en';
  speed = 1;
  paused = false;
  wantsQuit = false;
  exitCode = 0;
  level: TutorLevel = 'normal';
  readonly history: string[] = [];
  readonly desk: LessonDesk;
  readonly cel: Cel = createCel();
  #cluster: Cluster;
  readonly #options: SessionOptions;
  #listeners: ((chunk: Chunk) => void)[] = [];
  #typed: TypedLine[] = [];
  #line: Line | undefined;
  #job: Job | undefined;
  #allowance = 0;
  #tutor = newTutor;
  #fresh: TutorNote[] = [];
  /** Notes are the learner's news only while time runs for the first time. */
  #listening = false;
  #lastRoot = 0;

  constructor(options: SessionOptions) {
    this.#options = options;
    this.lang = options.lang;
    this.#cluster = this.#open(options.topology, options.seed, options.booted);
    this.desk = new LessonDesk(this, options.lessonsFolder);
  }

  // ---- What there is ---------------------------------------------------------------------------------------------------

  get cluster(): Cluster { return this.#cluster; }
  get now(): Micros { return this.#cluster.kernel.world.now; }
  get seed(): number { return this.#cluster.seed; }
  get busy(): boolean { return this.#line !== undefined; }
  get digest(): string { return this.#cluster.kernel.digest; }
  get view(): WorldView { return lookAt(this.#cluster.kernel, () => this.#typed); }
  get typed(): readonly TypedLine[] { return this.#typed; }

  onChunk(listener: (chunk: Chunk) => void): void { this.#listeners.push(listener); }

  print(text: string, stream: Chunk['stream'] = 'stdout'): void {
    if (this.#line !== undefined && (stream === 'stdout' || stream === 'note')) this.#line.stdout += `${text}\n`;
    if (this.#line !== undefined && stream === 'stderr') this.#line.stderr += `${text}\n`;
    this.#emit({ stream, text });
  }

  #emit(chunk: Chunk): void {
    for (const listener of this.#listeners) listener(chunk);
  }

  /** Puts another cluster in place of the present one. */
  openCluster(topology: Topology, seed: number): void {
    this.#cluster = this.#open(topology, seed);
    this.#typed = [];
  }

  #open(topology: Topology, seed: number, booted?: World): Cluster {
    this.#listening = false;
    const cluster = openCluster({
      topology, seed, ...(this.#options.verify !== undefined ? { verify: this.#options.verify } : {}), ...(booted !== undefined ? { booted } : {}),
    });
    cluster.kernel.onRecord(note => { if (this.#listening && isNews(note)) this.#fresh.push(note); });
    this.#listening = true;
    return cluster;
  }

  // ---- Lines -----------------------------------------------------------------------------------------------------------

  begin(line: string): void {
    if (this.busy) return;
    const source = line.replace(/\r\n?/g, '\n').replace(/\0/g, '').trimEnd();
    if (source.trim() !== '' && this.history.at(-1) !== source) this.history.push(source);
    this.#emit({ stream: 'input', text: source });
    this.exitCode = 0;
    this.#line = { source, jobs: [], stdout: '', stderr: '' };
    this.#allowance = RUN_AHEAD;
    const parsed = parse(source, this.lang);
    if (!parsed.ok) {
      this.exitCode = parsed.exit;
      this.print(renderFailure(source, parsed, columnsOf).join('\n'), 'stderr');
      this.#finishLine();
      return;
    }
    this.#line.jobs.push(...parsed.commands);
    this.#nextJob();
  }

  /** Runs a line to its end in virtual time, as a script does. */
  run(line: string): TypedLine {
    this.begin(line);
    while (this.busy) this.#pump({ untilReal: Infinity, untilVirtual: micros(Number.MAX_SAFE_INTEGER), script: true });
    this.#tell();
    return this.#typed.at(-1) ?? { line, exit: this.exitCode, stdout: '', stderr: '' };
  }

  work(budgetMs: number): void {
    this.#pump({ untilReal: performance.now() + budgetMs, untilVirtual: micros(Number.MAX_SAFE_INTEGER), script: true });
    this.#tell();
  }

  interrupt(): void {
    if (this.#job !== undefined) {
      this.#cluster.timeline.act({ type: 'deliver', to: TERMINAL, body: { type: 'terminal.interrupt' } });
      this.#cluster.kernel.run({ until: this.now });
      this.#collect(this.#job);
    }
    if (this.#line === undefined) return;
    this.#line.jobs.length = 0;
    this.#job = undefined;
    this.exitCode = INTERRUPTED;
    this.#finishLine();
  }

  tick(realMs: number, budgetMs: number): void {
    const untilReal = performance.now() + budgetMs;
    const passing = this.paused ? 0 : Math.round(realMs * 1000 * this.speed);
    if (this.busy) {
      this.#allowance += passing;
      const started = this.#job?.startedAt ?? this.now;
      this.#pump({ untilReal, untilVirtual: micros(started + this.#allowance), script: false });
    } else if (passing > 0) {
      this.#runUntil(micros(this.now + passing), untilReal);
    }
    this.#tell();
  }

  #nextJob(): void {
    const line = this.#line;
    for (;;) {
      const pipeline = line?.jobs.shift();
      if (line === undefined || pipeline === undefined) { this.#finishLine(); return; }
      if (pipeline.isSession) this.#runSession(pipeline);
      else if (this.#startJob(pipeline)) return;
      if (pipeline.then === '&&' && this.exitCode !== 0) line.jobs.length = 0;
      if (this.#line !== line) return;
    }
  }

  #runSession(pipeline: Pipeline): void {
    const command = sessionCommands.find(one => equalData(one.path, pipeline.command.path));
    if (command === undefined) { this.exitCode = 1; return; }
    const problem = command.run(pipeline.command.operands as never, this);
    this.exitCode = problem === undefined ? 0 : 1;
    if (problem !== undefined) this.print(problem, 'stderr');
  }

  #startJob(pipeline: Pipeline): boolean {
    const ready = prepare(pipeline, { lang: this.lang, namespace: this.#namespace, columns: 0, topology: this.#cluster.topology });
    if (!ready.ok) {
      this.print(ready.error, 'stderr');
      this.exitCode = 1;
      return false;
    }
    if (ready.value.namespace !== undefined) this.#namespace = ready.value.namespace;
    if (ready.value.changesWorld) this.mark(pipeline.source);
    const serial = this.#cluster.kernel.world.sequence + 1;
    const root = this.#cluster.timeline.act({ type: 'deliver', to: TERMINAL, body: { type: 'terminal.run', serial, args: ready.value.args, settings: ready.value.settings } });
    if (ready.value.changesWorld || this.#lastRoot === 0) this.#lastRoot = root;
    this.#job = { pipeline, serial, stdout: '', printed: 0, startedAt: this.now, lastOutputAt: this.now };
    return true;
  }

  #namespace = 'default';

  /** Remembers the world before something that changes it. */
  mark(label: string): void {
    this.#cluster.timeline.mark(label);
  }

  #pump(limits: { readonly untilReal: number; readonly untilVirtual: Micros; readonly script: boolean }): void {
    const job = this.#job;
    if (job === undefined) { this.#nextJob(); return; }
    const { kernel } = this.#cluster;
    const ended = (): boolean => {
      const terminal = this.#terminal();
      return terminal?.serial === job.serial && terminal.exit !== null;
    };
    do {
      const until = limits.script ? micros(Math.min(limits.untilVirtual, job.lastOutputAt + QUIET_MAX)) : limits.untilVirtual;
      const why = kernel.run({ eventsMax: SLICE_EVENTS, until, stop: ended });
      this.#collect(job);
      if (ended()) { this.#endJob(job); return; }
      if (why === 'until' || why === 'idle') {
        if (limits.script && (isStream(job.pipeline) || this.now - job.startedAt >= COMMAND_MAX || why === 'idle')) { this.#stopStream(job); return; }
        if (!limits.script) return;
        job.lastOutputAt = this.now;
      }
    } while (performance.now() < limits.untilReal);
  }

  /** A script's endless command has been quiet for long enough: it is ended as by Ctrl-C, without failing the script. */
  #stopStream(job: Job): void {
    this.#cluster.timeline.act({ type: 'deliver', to: TERMINAL, body: { type: 'terminal.interrupt' } });
    this.#cluster.kernel.run({ until: this.now });
    this.#endJob(job, isStream(job.pipeline) ? 0 : INTERRUPTED);
  }

  #terminal(): TerminalState | undefined {
    return this.#cluster.kernel.stateOf<TerminalState>(TERMINAL);
  }

  /** Passes on what the command printed since the last look. */
  #collect(job: Job): void {
    const terminal = this.#terminal();
    const output = terminal?.serial === job.serial ? terminal.output : [];
    const isFiltered = job.pipeline.filters.length > 0 || job.pipeline.redirect !== undefined;
    let text = '';
    for (; job.printed < output.length; job.printed++) {
      const piece = output[job.printed];
      if (piece === undefined) continue;
      job.lastOutputAt = this.now;
      if (piece.stream === 'stderr') { this.#say('stdout', text); text = ''; this.#say('stderr', piece.text); continue; }
      if (isFiltered) job.stdout += piece.text; else text += piece.text;
    }
    this.#say('stdout', text);
  }

  /** Passes on output of a program as it is. */
  #say(stream: 'stdout' | 'stderr', text: string): void {
    if (text === '') return;
    if (this.#line !== undefined) this.#line[stream] += text;
    this.#emit({ stream, text: text.endsWith('\n') ? text.slice(0, -1) : text });
  }

  #endJob(job: Job, exit = this.#terminal()?.exit ?? 0): void {
    this.exitCode = exit;
    if (job.pipeline.filters.length > 0) {
      const filtered = applyFilters(job.stdout, job.pipeline.filters);
      this.exitCode = filtered.exit;
      this.#finishOutput(job, filtered.text);
      for (const error of filtered.errors) this.print(error, 'stderr');
    } else if (job.pipeline.redirect !== undefined) {
      this.#finishOutput(job, job.stdout);
    }
    this.#job = undefined;
    if (job.pipeline.then === '&&' && this.exitCode !== 0 && this.#line !== undefined) this.#line.jobs.length = 0;
    this.#nextJob();
  }

  #finishOutput(job: Job, text: string): void {
    const { redirect } = job.pipeline;
    if (redirect === undefined) { this.#say('stdout', text); return; }
    const written = this.#redirect?.(redirect.file, text, redirect.append);
    if (written !== undefined) { this.print(written, 'stderr'); this.exitCode = 1; }
  }

  /** Writes redirected output; set by the program. Returns what went wrong. */
  #redirect: ((file: string, text: string, append: boolean) => string | undefined) | undefined;
  set redirect(write: (file: string, text: string, append: boolean) => string | undefined) { this.#redirect = write; }

  #finishLine(): void {
    const line = this.#line;
    this.#line = undefined;
    if (line === undefined) return;
    const cut = (text: string): string => (text.length > OUTPUT_KEPT ? text.slice(0, OUTPUT_KEPT) : text);
    this.#typed.push({ line: line.source, exit: this.exitCode, stdout: cut(line.stdout), stderr: cut(line.stderr) });
    this.#cluster.timeline.passed();
    this.#tell();
    this.desk.observe();
    this.#options.keep?.(this.toSave());
  }

  /** Lets the tutor speak about what has happened since the last time. */
  #tell(): void {
    if (this.#fresh.length === 0) return;
    const notes = this.#fresh;
    this.#fresh = [];
    const { state, lines } = narrate(this.#tutor, notes, { level: this.level, ...this.desk.narration() });
    this.#tutor = state;
    for (const line of lines) this.#emit({ stream: line.kind === 'introduction' ? 'tutor' : 'cluster', text: line.text[this.lang] });
    this.desk.observe();
  }

  // ---- Time ------------------------------------------------------------------------------------------------------------

  #runUntil(at: Micros, untilReal = Infinity): void {
    const { kernel, timeline } = this.#cluster;
    while (kernel.world.now < at) {
      if (kernel.run({ until: at, eventsMax: SLICE_EVENTS }) !== 'events') break;
      timeline.passed();
      if (performance.now() >= untilReal) break;
    }
    timeline.passed();
  }

  advance(wanted: Micros): Result<null, string> {
    this.mark(`advance ${formatDuration(wanted)}`);
    this.#runUntil(micros(this.now + wanted));
    return { ok: true, value: null };
  }

  /** Lets time pass without an undo mark (lesson checks, scenarios). */
  pass(wanted: Micros): void {
    this.#runUntil(micros(this.now + wanted));
    this.#tell();
  }

  step(count: number): readonly string[] {
    this.mark(count === 1 ? 'step' : `step ${count}`);
    const { kernel } = this.#cluster;
    const lines: string[] = [];
    for (let i = 0; i < count; i++) {
      const before = kernel.trace.notes.at(-1)?.id ?? 0;
      const next = kernel.peek();
      if (next === undefined || kernel.run({ eventsMax: 1 }) === 'idle') break;
      lines.push(`${formatClock(this.now)} ${next}`);
      for (const note of kernel.trace.notes) if (note.id > before) lines.push(`    ${noteLine(note, this.lang)}`);
    }
    return lines.slice(-20);
  }

  runUntil(quoted: string, within: Micros): Result<boolean, string> {
    // A shell would take the quotes around the whole condition away.
    const condition = /^(['"])(.*)\1$/s.exec(quoted.trim())?.[2] ?? quoted;
    const compiled = this.cel.condition(condition);
    if (!compiled.ok) return { ok: false, error: compiled.error.message[this.lang] };
    this.mark(`until ${condition}`);
    const end = this.now + within;
    for (;;) {
      const verdict = compiled.value.holds({ view: this.view });
      if (verdict.state === 'error') return { ok: false, error: verdict.because[this.lang] };
      if (verdict.state === 'true') return { ok: true, value: true };
      if (this.now >= end) return { ok: true, value: false };
      this.#runUntil(micros(Math.min(end, this.now + 100_000)));
    }
  }

  setPaused(paused: boolean): void { this.paused = paused; }
  setSpeed(factor: number): void { this.speed = factor; }

  undo(count: number): readonly string[] { return this.#travel(count, () => this.#cluster.timeline.undo()); }
  redo(count: number): readonly string[] { return this.#travel(count, () => this.#cluster.timeline.redo()); }

  #travel(count: number, move: () => string | undefined): readonly string[] {
    const labels: string[] = [];
    this.#silently(() => {
      for (let i = 0; i < count; i++) {
        const label = move();
        if (label === undefined) return;
        labels.push(label);
      }
    });
    return labels;
  }

  goTo(at: Micros): Result<null, string> {
    if (at > this.now) return this.advance(micros(at - this.now));
    return this.#silently(() => this.#cluster.timeline.goto(at, `goto ${formatClock(at)}`));
  }

  #silently<T>(act: () => T): T {
    this.#listening = false;
    const result = act();
    this.#listening = true;
    return result;
  }

  // ---- Faults ----------------------------------------------------------------------------------------------------------

  inject(kind: string, words: readonly string[]): Result<string, string> {
    const { kernel, timeline } = this.#cluster;
    const found = kernel.faultKinds.find(one => one.name === kind);
    if (found === undefined) return { ok: false, error: this.#noSuchFault(kind) };
    const parsed = found.parse(words, kernel.targets);
    if (!parsed.ok) return parsed;
    const label = [kind, ...words].join(' ');
    if (kernel.world.faults.some(fault => [fault.kind, ...fault.words].join(' ') === label)) {
      return { ok: false, error: this.lang === 'ko' ? `그 장애는 벌써 일어나 있어요: ${label}` : `that fault is active already: ${label}` };
    }
    this.mark(`fault ${label}`);
    this.#lastRoot = kernel.world.sequence + 1;
    timeline.act({ type: 'fault', kind, args: parsed.value, words });
    return { ok: true, value: label };
  }

  #noSuchFault(kind: string): string {
    const known = this.#cluster.kernel.faultKinds.map(one => one.name).join(', ');
    return this.lang === 'ko' ? `"${kind}" 장애는 없어요. 쓸 수 있는 장애: ${known}` : `there is no fault "${kind}"; faults are ${known}`;
  }

  heal(kind: string | undefined, words: readonly string[]): Result<readonly string[], string> {
    const { kernel, timeline } = this.#cluster;
    const active = kernel.world.faults;
    const wanted = kind === undefined || kind === 'all' ? active : active.filter(fault => matches(fault, kind, words));
    if (wanted.length === 0 && kind !== undefined && kind !== 'all') {
      const list = active.map(fault => [fault.kind, ...fault.words].join(' ')).join('; ');
      const none = this.lang === 'ko' ? '지금은 아무 장애도 없어요.' : 'no fault is active';
      return { ok: false, error: active.length === 0 ? none : this.lang === 'ko' ? `그런 장애는 없어요. 지금 있는 장애: ${list}` : `no such fault; active faults: ${list}` };
    }
    if (wanted.length > 0) this.mark(`heal ${kind ?? 'all'}`);
    const healed: string[] = [];
    for (const fault of wanted) {
      timeline.act({ type: 'heal', id: fault.id });
      healed.push([fault.kind, ...fault.words].join(' '));
    }
    return { ok: true, value: healed };
  }

  activeFaults(): readonly string[] { return this.#cluster.kernel.world.faults.map(fault => [fault.kind, ...fault.words].join(' ')); }
  faultKinds(): readonly FaultKind[] { return this.#cluster.kernel.faultKinds; }

  // ---- Explanations ----------------------------------------------------------------------------------------------------

  trace(target: string | undefined): Result<readonly string[], string> {
    const { kernel } = this.#cluster;
    return target === undefined ? tellTrace(kernel, this.#lastRoot, this.lang) : tellAbout(kernel, target, this.lang);
  }

  why(target: string, state: string | undefined): Result<readonly string[], string> {
    const text = (note: Note): string => noteLine(note, this.lang);
    return why({ kernel: this.#cluster.kernel, view: this.view, lang: this.lang, namespace: this.#namespace, text }, target, state);
  }

  who(act: string, target: string): Result<readonly string[], string> { return tellWho(this.#cluster.kernel, act, { target, lang: this.lang }); }
  explain(topic: string): Result<readonly string[], string> { return tellTopic(topic, this.lang); }
  topics(): readonly string[] { return topics(this.lang); }

  // ---- Lessons ---------------------------------------------------------------------------------------------------------

  lessons(): ReturnType<SessionControls['lessons']> { return this.desk.list(); }
  learn(lesson: string | undefined): Result<null, string> { return this.desk.learn(lesson); }
  lessonNext(): Result<null, string> { return this.desk.move('next'); }
  lessonHint(): Result<null, string> { return this.desk.move('hint'); }
  lessonSolution(): Result<null, string> { return this.desk.move('solution'); }
  lessonCheck(): Result<null, string> { return this.desk.move('check'); }
  lessonReset(): Result<null, string> { return this.desk.reset(); }
  lessonAnswer(given: string): Result<null, string> { return this.desk.answer(given); }

  /** The cluster of a lesson in place of the present one; null = there is no such cluster. */
  openForLesson(name: string, seed: number): boolean {
    const topology = this.#options.topologyOf?.(name);
    if (topology === undefined) return false;
    this.openCluster(topology, seed);
    return true;
  }

  // ---- Settings --------------------------------------------------------------------------------------------------------

  setLang(lang: 'ko' | 'en'): void { this.lang = lang; }
  setLevel(level: TutorLevel): void { this.level = level; }

  statusLines(): readonly string[] {
    const { kernel, topology } = this.#cluster;
    const faults = this.activeFaults();
    const ko = this.lang === 'ko';
    return [
      `${ko ? '클러스터' : 'cluster'}: ${topology.name}, ${topology.machines.length} ${ko ? '머신' : 'machines'}`,
      `${ko ? '시각' : 'clock'}: ${formatClock(this.now)}, ${this.speed}x${this.paused ? (ko ? ', 멈춤' : ', paused') : ''}`,
      `${ko ? '씨앗' : 'seed'}: ${this.seed}, ${ko ? '사건' : 'events'}: ${kernel.events}, ${ko ? '지문' : 'digest'}: ${kernel.digest}`,
      `${ko ? '장애' : 'faults'}: ${faults.length === 0 ? (ko ? '없음' : 'none') : faults.join('; ')}`,
    ];
  }

  fidelityLines(): readonly string[] { return fidelityLines(this.lang); }

  help(words: readonly string[]): Result<string, string> { return helpText(words, this.lang); }
  quit(): void { this.wantsQuit = true; }

  // ---- Saving ----------------------------------------------------------------------------------------------------------

  toSave(): Save {
    const { kernel, timeline, topology, seed } = this.#cluster;
    return {
      topology, seed, lang: this.lang, journal: timeline.journal, handled: kernel.world.handled, at: kernel.world.now, digest: kernel.digest,
      typed: this.#typed, learner: this.desk.learner, lesson: this.desk.state,
    };
  }

  /** Continues a save. The error says why it cannot. */
  fromSave(saved: Save): Result<null, string> {
    const cluster = this.#open(saved.topology, saved.seed);
    this.#listening = false;
    cluster.timeline.load(saved.journal, { handled: saved.handled, at: saved.at });
    this.#listening = true;
    if (cluster.kernel.digest !== saved.digest) {
      return { ok: false, error: `the replay went another way than the saved run (digest ${cluster.kernel.digest}, saved ${saved.digest}): it was made by another build` };
    }
    this.#cluster = cluster;
    this.#typed = [...saved.typed];
    this.desk.restore(saved.learner, saved.lesson);
    return { ok: true, value: null };
  }

  save(path: string | undefined): Result<string, string> { return writeSave(path, this.toSave()); }

  restore(path: string): Result<null, string> {
    const saved = readSave(path);
    return saved.ok ? this.fromSave(saved.value) : saved;
  }

  close(): void { this.#options.keep?.(this.toSave()); }

  // ---- The editor ------------------------------------------------------------------------------------------------------

  needsMore(text: string): boolean { return needsMore(text); }
  highlight(line: string): readonly Span[] { return highlight(line); }
  complete(line: string, cursor: number): Completions { return complete(line, cursor, this.#providers()); }

  suggest(line: string): string {
    if (line === '') return '';
    const earlier = this.history.findLast(past => past.startsWith(line) && past.length > line.length && !past.includes('\n'));
    return earlier === undefined ? '' : earlier.slice(line.length);
  }

  #providers(): Providers {
    return providersOf({ view: this.view, lang: this.lang, namespace: this.#namespace, lessons: this.desk.list(), faultKinds: this.faultKinds() });
  }

  /** Drawn anew only when something it shows has changed: screens ask for every picture. */
  map(): readonly MapNode[] {
    const { kernel, topology } = this.#cluster;
    const { world } = kernel;
    const state = `${this.view.etcd().revision} ${this.view.etcd().leader} ${world.processes.map(process => process.status).join()} ${world.machinesDown.join()}`;
    if (this.#map.state !== state || this.#map.topology !== topology) this.#map = { state, topology, nodes: drawMap(this.view, topology, world.machinesDown) };
    return this.#map.nodes;
  }

  #map: { readonly state: string; readonly topology: Topology | undefined; readonly nodes: readonly MapNode[] } = { state: '', topology: undefined, nodes: [] };

  events(max: number): readonly HappenedEvent[] { return latestEvents(this.#cluster.kernel.trace.notes, max, this.lang); }

  status(): StatusLine {
    return {
      clock: formatClock(this.now), speed: this.speed, paused: this.paused, seed: this.seed, cluster: this.#cluster.topology.name, lesson: this.desk.label(),
      busy: this.busy, faults: this.activeFaults(), branch: '',
    };
  }
}

/** A command that goes on until it is interrupted. */
function isStream(pipeline: Pipeline): boolean {
  const { flags, path } = pipeline.command;
  return flags['watch'] === true || flags['watch-only'] === true || flags['follow'] === true || path.at(-1) === 'watch' || (path.at(-1) === 'keep-alive' && flags['once'] !== true);
}

function matches(fault: { readonly kind: string; readonly words: readonly string[] }, kind: string, words: readonly string[]): boolean {
  if (fault.kind === kind) return words.length === 0 || equalData(fault.words, words);
  // `heal worker-1`: every fault that names it.
  return words.length === 0 && fault.words.includes(kind);
}
