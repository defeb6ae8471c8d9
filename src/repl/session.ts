/**
 * One learner's session: a cluster, its story, and a line of the prompt at a time. The screens (TUI, plain mode), scenarios and lesson checks all
 * drive this class; it is the only place where typed lines meet the simulation.
 */
import { formatClock } from '../base/duration.ts';
import { type Micros, micros, type Result, seconds } from '../base/data.ts';
import { createCel, type Cel } from '../cluster/cel/evaluate.ts';
import { type Cluster, openCluster } from '../cluster/cluster.ts';
import { fidelityLines } from '../cluster/fidelity.ts';
import type { Topology } from '../cluster/topology.ts';
import { lookAt } from '../cluster/view.ts';
import { keptLine, type TypedLine, type WorldView } from '../cluster/view-contract.ts';
import { why } from '../cluster/why.ts';
import { TERMINAL } from '../cluster/plan.ts';
import type { Draft, Edited } from '../kubectl/command.ts';
import { firstKubeconfig, namespaceIn } from '../kubectl/kubeconfig.ts';
import type { TerminalState } from '../kubectl/terminal.ts';
import { topics } from '../lessons/explain.ts';
import { narrate, newTutor, type TutorLevel, type TutorNote } from '../lessons/tutor.ts';
import type { FaultKind } from '../sim/fault.ts';
import type { Note } from '../sim/trace.ts';
import type { World } from '../sim/world.ts';
import { complete, type Providers } from './complete.ts';
import type { SessionControls } from './controls.ts';
import { BugReports } from './bug-reports.ts';
import { faultsToHeal, labelOf, readyFault } from './fault-desk.ts';
import { helpText } from './help.ts';
import { etcdPicture } from './etcd-picture.ts';
import { highlight } from './highlight.ts';
import type { Journey } from './journey.ts';
import { LessonDesk } from './lesson-desk.ts';
import { drawMap } from './map.ts';
import { type FinishedLine, type LineHost, LineRunner } from './line-runner.ts';
import { readEdited } from './manifest.ts';
import type { Stranger } from './parse/failure.ts';
import { needsMore } from './parse/parse.ts';
import { providersOf } from './providers.ts';
import { readSave, type Save, writeSave } from './save-file.ts';
import { isNews, latestEvents, noteLine, tellAbout, tellTopic, tellTrace, tellWho } from './stories.ts';
import { requestLines } from './requests.ts';
import type { Chunk, Completions, EtcdPicture, HappenedEvent, MapNode, SessionView, Span, StatusLine } from './session-view.ts';

export interface SessionOptions {
  readonly topology: Topology;
  readonly seed: number;
  readonly lang: 'ko' | 'en';
  /** Folder with curriculum.yaml and the lessons. */
  readonly lessonsFolder: string;
  /** Test mode of the kernel. */
  readonly verify?: boolean;
  /** Lives on when something of ours fails, and says so; without it the error is thrown (tests). */
  readonly survives?: boolean;
  /** A booted world for this topology and seed. */
  readonly booted?: World;
  /** Called after each line with what must survive a crash. */
  readonly keep?: (save: Save) => void;
  /** Builds the cluster of a lesson (with its booted world, if there is one). */
  readonly topologyOf?: (name: string) => Topology | undefined;
}

/** A command may run ahead of real time this far before the screen paces it. */
const RUN_AHEAD = seconds(3);
/** Work between two looks at the clock, in events. */
const SLICE_EVENTS = 2000;

export class Session implements SessionView, LineHost {
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
  readonly #runner: LineRunner;
  #allowance = 0;
  #tutor = newTutor;
  #fresh: TutorNote[] = [];
  /** Notes are the learner's news only while time runs for the first time. */
  #listening = false;
  #lastRoot = 0;
  readonly #bugs = new BugReports();

  constructor(options: SessionOptions) {
    this.#options = options;
    this.lang = options.lang;
    this.#cluster = this.#open(options.topology, options.seed, options.booted);
    this.#runner = new LineRunner(this);
    this.desk = new LessonDesk(this, options.lessonsFolder);
  }

  // ---- What there is ---------------------------------------------------------------------------------------------------

  get cluster(): Cluster { return this.#cluster; }
  get now(): Micros { return this.#cluster.kernel.world.now; }
  get seed(): number { return this.#cluster.seed; }
  get busy(): boolean { return this.#runner.busy; }
  get digest(): string { return this.#cluster.kernel.digest; }
  get view(): WorldView { return lookAt(this.#cluster.kernel, () => this.#typed); }
  /** The namespace that lines act in when they name none. */
  get namespace(): string { return namespaceIn(this.#cluster.kernel.stateOf<TerminalState>(TERMINAL)?.kubeconfig ?? firstKubeconfig); }
  get typed(): readonly TypedLine[] { return this.#typed; }

  onChunk(listener: (chunk: Chunk) => void): void { this.#listeners.push(listener); }

  print(text: string, stream: Chunk['stream'] = 'stdout', spoken = true): void {
    this.#runner.keep(stream, text);
    this.emit(stream === 'stderr' && spoken ? { stream, text, spoken } : { stream, text });
  }

  emit(chunk: Chunk): void {
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
      ...(this.#options.survives === true ? { onBug: bug => { if (this.#listening) this.#bugs.stepFailed(bug, this); } } : {}),
    });
    cluster.kernel.onRecord(note => { if (this.#listening && isNews(note)) this.#fresh.push(note); });
    this.#listening = true;
    return cluster;
  }

  // ---- Lines -----------------------------------------------------------------------------------------------------------

  begin(line: string): void {
    if (this.busy) { if (this.takesInput) this.type(line); return; }
    const source = line.replace(/\r\n?/g, '\n').replace(/\0/g, '').trimEnd();
    if (source.trim() !== '' && this.history.at(-1) !== source) this.history.push(source);
    this.emit({ stream: 'input', text: source });
    this.#allowance = RUN_AHEAD;
    this.#guarded(() => { this.#runner.begin(source); });
  }

  /** Does a piece of work; when it fails, the line ends and the session stays. */
  #guarded(work: () => void): void {
    if (this.#options.survives !== true) { work(); return; }
    try {
      work();
    } catch (error) {
      this.#bugs.sessionFailed(error, this);
      this.#runner.abandon();
    }
  }

  /** Runs a line to its end in virtual time, as a script does. */
  run(line: string): TypedLine {
    this.begin(line);
    while (this.busy && !this.waitsForInput) this.#runner.pump({ untilReal: Infinity, untilVirtual: micros(Number.MAX_SAFE_INTEGER), script: true });
    this.#tell();
    return this.#typed.at(-1) ?? { line, exit: this.exitCode, stdout: '', stderr: '' };
  }

  work(budgetMs: number): void {
    this.#guarded(() => {
      this.#runner.pump({ untilReal: performance.now() + budgetMs, untilVirtual: micros(Number.MAX_SAFE_INTEGER), script: true });
      // How far a slice came depends on the machine: while the line runs, only what it prints is a moment to tell.
      if (!this.busy) this.#tell();
    });
  }

  interrupt(): void { this.#guarded(() => { this.#runner.interrupt(); }); }

  tick(realMs: number, budgetMs: number): void { this.#guarded(() => { this.#pass(realMs, budgetMs); }); }

  #pass(realMs: number, budgetMs: number): void {
    const untilReal = performance.now() + budgetMs;
    const passing = this.paused ? 0 : Math.round(realMs * 1000 * this.speed);
    if (this.busy) {
      this.#allowance += passing;
      this.#runner.pump({ untilReal, untilVirtual: micros(this.#runner.startedAt + this.#allowance), script: false });
    } else if (passing > 0) {
      this.#runUntil(micros(this.now + passing), untilReal);
    }
    if (!this.#runner.isTravelling) this.#tell();
  }

  /** Remembers the world before something that changes it. */
  mark(label: string): void {
    this.#cluster.timeline.mark(label);
  }

  get takesInput(): boolean { return this.#runner.takesInput; }
  get waitsForInput(): boolean { return this.#runner.waitsForInput; }
  get inputPrompt(): string { return this.#runner.inputPrompt; }
  set dropsEcho(drops: boolean) { this.#runner.dropsEcho = drops; }
  typeEnd(): void { if (this.takesInput) this.#runner.type(null); }
  /** A line for a program in a container (`kubectl exec -it`). */
  type(line: string): void {
    this.#runner.type(line);
  }

  /** Opens an editor for `kubectl edit`; set by the screen. */
  editor: ((draft: Draft) => Edited | undefined) | undefined;
  get editing(): Draft | undefined { return this.#runner.editing; }
  /** Ends an edit: the text as it is now. */
  finishEdit(text: string): void { this.#runner.edited(readEdited(text)); }

  started(root: number, changesWorld: boolean): void {
    if (changesWorld || this.#lastRoot === 0) this.#lastRoot = root;
  }

  set redirect(write: (file: string, text: string, append: boolean) => string | undefined) { this.#runner.redirect = write; }

  /** Writes files of the learner's machine; set by the program. */
  set saveFile(write: (path: string, data: string) => string | undefined) { this.#runner.saveFile = write; }

  finished(line: FinishedLine): void {
    const before = this.#typed.pop();
    if (before !== undefined) this.#typed.push(keptLine(before));
    this.#typed.push({ line: line.source, exit: this.exitCode, stdout: line.stdout, stderr: line.stderr });
    this.#cluster.timeline.passed();
    this.#tell();
    this.desk.lineEnded();
    this.#options.keep?.(this.toSave());
  }

  /** Lets the tutor speak about what has happened since the last time. */
  tell(): void { this.#tell(); }

  #tell(): void {
    if (this.#fresh.length === 0) return;
    const notes = this.#fresh;
    this.#fresh = [];
    const { state, lines } = narrate(this.#tutor, notes, { level: this.level, ...this.desk.narration() });
    this.#tutor = state;
    for (const line of lines) this.emit({ stream: line.kind === 'introduction' ? 'tutor' : 'cluster', text: line.text[this.lang] });
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

  passUntil(at: Micros, untilReal: number): void { this.#runUntil(at, untilReal); }

  travel(journey: Journey, label: string): void {
    this.mark(label);
    this.#runner.travel(journey);
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

  condition(quoted: string): Result<() => Result<boolean, string>, string> {
    // A shell would take the quotes around the whole condition away.
    const compiled = this.cel.condition(/^(['"])(.*)\1$/s.exec(quoted.trim())?.[2] ?? quoted);
    if (!compiled.ok) return { ok: false, error: compiled.error.message[this.lang] };
    return { ok: true, value: () => {
      const verdict = compiled.value.holds({ view: this.view });
      return verdict.state === 'error' ? { ok: false, error: verdict.because[this.lang] } : { ok: true, value: verdict.state === 'true' };
    } };
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

  goTo(at: Micros, label: string): Result<null, string> {
    const done = this.#silently(() => this.#cluster.timeline.goto(at, label));
    return done.ok || this.lang === 'en' ? done : { ok: false, error: '그렇게 앞선 때로는 돌아갈 수 없어요. 남은 체크포인트가 없어요.' };
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
    const ready = readyFault(kernel, kind, { words, lang: this.lang });
    if (!ready.ok) return ready;
    this.mark(`fault ${ready.value.label}`);
    this.#lastRoot = kernel.world.sequence + 1;
    timeline.act({ type: 'fault', kind, args: ready.value.args, words });
    return { ok: true, value: ready.value.label };
  }

  heal(kind: string | undefined, words: readonly string[]): Result<readonly string[], string> {
    const { kernel, timeline } = this.#cluster;
    const wanted = faultsToHeal(kernel, kind, { words, lang: this.lang });
    if (!wanted.ok) return wanted;
    if (wanted.value.length > 0) this.mark(`heal ${kind ?? 'all'}`);
    for (const fault of wanted.value) timeline.act({ type: 'heal', id: fault.id });
    return { ok: true, value: wanted.value.map(labelOf) };
  }

  activeFaults(): readonly string[] { return this.#cluster.kernel.world.faults.map(labelOf); }
  faultKinds(): readonly FaultKind[] { return this.#cluster.kernel.faultKinds; }

  // ---- Explanations ----------------------------------------------------------------------------------------------------

  trace(target: string | undefined): Result<readonly string[], string> {
    const { kernel } = this.#cluster;
    return target === undefined ? tellTrace(kernel, this.#lastRoot, this.lang) : tellAbout(kernel, target, this.lang);
  }

  why(target: string, state: string | undefined): Result<readonly string[], string> {
    const text = (note: Note): string => noteLine(note, this.lang);
    return why({ kernel: this.#cluster.kernel, view: this.view, lang: this.lang, namespace: this.namespace, text }, target, state);
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
  takesAnswer(line: string, stranger: Stranger | undefined): boolean { return this.desk.takesAnswer(line, stranger); }
  repeatStep(): void { if (this.isLearning) this.desk.repeat(); }
  get isLearning(): boolean { return this.desk.isLearning; }
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
      ko ? `클러스터: ${topology.name}, 머신 ${topology.machines.length}대` : `cluster: ${topology.name}, ${topology.machines.length} machine${topology.machines.length === 1 ? '' : 's'}`,
      `${ko ? '시각' : 'clock'}: ${formatClock(this.now)}, ${this.speed}x${this.paused ? (ko ? ', 멈춤' : ', paused') : ''}`,
      `${ko ? '시드' : 'seed'}: ${this.seed}, ${ko ? '이벤트' : 'events'}: ${kernel.events}, ${ko ? '다이제스트' : 'digest'}: ${kernel.digest}`,
      `${ko ? '장애' : 'faults'}: ${faults.length === 0 ? (ko ? '없음' : 'none') : faults.join('; ')}`,
    ];
  }

  requestLines(): readonly string[] { return requestLines(this.view, this.lang); }
  fidelityLines(): readonly string[] { return fidelityLines(this.lang); }

  help(words: readonly string[]): Result<string, string> { return helpText(words, this.lang); }
  quit(): void { this.wantsQuit = true; }

  // ---- Saving ----------------------------------------------------------------------------------------------------------

  toSave(): Save {
    const { kernel, timeline, topology, seed } = this.#cluster;
    return {
      topology, seed, lang: this.lang, journal: timeline.journal, handled: kernel.world.handled, at: kernel.world.now, digest: kernel.digest,
      typed: [...this.#typed.slice(0, -1), ...this.#typed.slice(-1).map(keptLine)], learner: this.desk.learner, lesson: this.desk.state,
    };
  }

  /** Continues a save. The error says why it cannot. */
  fromSave(saved: Save): Result<null, string> {
    const rebuilt = this.#rebuild(saved);
    if (!rebuilt.ok) return rebuilt;
    const cluster = rebuilt.value;
    if (cluster.kernel.digest !== saved.digest) {
      const digests = `${cluster.kernel.digest} ≠ ${saved.digest}`;
      return { ok: false, error: this.lang === 'ko' ? `저장할 때와 다르게 돌아갔어요(다이제스트 ${digests}). 다른 빌드에서 저장했거나 파일 내용이 바뀌었어요.` : `the replay went another way than the saved run (digest ${digests}): it was made by another build, or the file was changed` };
    }
    this.#cluster = cluster;
    this.#typed = [...saved.typed];
    this.history.unshift(...saved.typed.map(({ line }) => line).filter((line, i, all) => line.trim() !== '' && line !== all[i - 1]));
    this.desk.restore(saved.learner, saved.lesson);
    return { ok: true, value: null };
  }

  /** Runs a save's journal on a fresh cluster. What somebody has changed in the file may make no sense to the cluster: it is told, not thrown. */
  #rebuild(saved: Save): Result<Cluster, string> {
    try {
      const cluster = this.#open(saved.topology, saved.seed);
      this.#listening = false;
      cluster.timeline.load(saved.journal, { handled: saved.handled, at: saved.at });
      return { ok: true, value: cluster };
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      return { ok: false, error: this.lang === 'ko' ? `저장한 것을 다시 돌릴 수 없어요. 파일 내용이 바뀐 것 같아요 (${reason}).` : `the save cannot be replayed; the file seems to have been changed (${reason})` };
    } finally {
      this.#listening = true;
    }
  }

  save(path: string | undefined): Result<string, string> { return writeSave(path, this.toSave()); }

  restore(path: string): Result<null, string> {
    const saved = readSave(path, this.lang);
    return saved.ok ? this.fromSave(saved.value) : saved;
  }

  close(): void { this.#options.keep?.(this.toSave()); }

  // ---- The editor ------------------------------------------------------------------------------------------------------

  needsMore(text: string): boolean { return needsMore(text); }
  /** While a question is open, any word may be the answer: none is marked as wrong. */
  highlight(line: string): readonly Span[] { return highlight(line).filter(({ style }) => style !== 'error' || !this.desk.isAsking); }
  complete(line: string, cursor: number): Completions { return complete(line, cursor, this.#providers()); }

  suggest(line: string): string {
    if (line === '') return '';
    const earlier = this.history.findLast(past => past.startsWith(line) && past.length > line.length && !past.includes('\n'));
    return earlier === undefined ? '' : earlier.slice(line.length);
  }

  #providers(): Providers {
    return providersOf({ view: this.view, lang: this.lang, namespace: this.namespace, lessons: this.desk.list(), faultKinds: this.faultKinds(), targets: this.#cluster.kernel.targets });
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

  etcd(): EtcdPicture | undefined { return etcdPicture(this.#cluster.kernel); }

  events(max: number): readonly HappenedEvent[] { return latestEvents(this.#cluster.kernel.trace.notes, max, this.lang); }

  status(): StatusLine {
    return {
      clock: formatClock(this.now), speed: this.speed, paused: this.paused, seed: this.seed, cluster: this.#cluster.topology.name, lesson: this.desk.label(),
      busy: this.busy, faults: this.activeFaults(), branch: '',
    };
  }
}
