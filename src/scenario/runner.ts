/** Plays a scenario against a prompt and says which step broke the story. Nothing here knows how the prompt makes time pass. */
import type { Micros, Result } from '../base/data.ts';
import type { Place } from '../base/document.ts';
import { formatDuration } from '../base/duration.ts';
import type { Condition } from '../cluster/cel/evaluate.ts';
import type { WorldView } from '../cluster/view-contract.ts';
import type { Expectation, RunStep, Scenario, ScenarioStep } from './schema.ts';

/** What a line gave. */
export interface RunResult { readonly exit: number; readonly stdout: string; readonly stderr: string }

/** A fresh prompt on the scenario's cluster; the session gives it. */
export interface ScenarioPrompt {
  /** Runs one line to its end. */
  run(line: string): RunResult;
  /** Lets virtual time pass. */
  advance(micros: Micros): void;
  /** Lets virtual time pass until the predicate holds (looked at before and then at least once per virtual second); false = it did not in time. */
  runUntil(holds: (view: WorldView) => boolean, within: Micros): boolean;
  /** `['crash', 'worker-1']`; the error says what was expected. */
  inject(words: readonly string[]): Result<string, string>;
  heal(words: readonly string[]): Result<string, string>;
  view(): WorldView;
  /** Digest of the run so far. */
  digest(): string;
  now(): Micros;
}

export type StepStatus = 'passed' | 'failed' | 'skipped';

/** What became of one step. */
export interface StepResult {
  readonly place: Place;
  /** `run: kubectl get pods` */
  readonly title: string;
  readonly status: StepStatus;
  /** Why it failed, one line per item. */
  readonly because: readonly string[];
  /** Virtual time at which it began. */
  readonly at: Micros;
}

/** What became of a scenario. */
export interface ScenarioResult {
  readonly file: string;
  readonly name: string;
  readonly seed: number;
  readonly passed: boolean;
  readonly steps: readonly StepResult[];
  readonly digest: string;
  readonly virtual: Micros;
}

/** Characters of an output shown in a report. */
const SHOWN_MAX = 2000;

/** The same scenario with another seed. */
export function withSeed(scenario: Scenario, seed: number): Scenario {
  return { ...scenario, seed };
}

/** Plays all steps; after the first that fails the rest are skipped. */
export function runScenario(scenario: Scenario, prompt: ScenarioPrompt): ScenarioResult {
  const steps: StepResult[] = [];
  let isBroken = false;
  for (const step of scenario.steps) {
    const at = prompt.now();
    const because: readonly string[] = isBroken ? [] : playStep(step, scenario, prompt);
    steps.push({ place: step.place, title: titleOf(step), status: isBroken ? 'skipped' : because.length > 0 ? 'failed' : 'passed', because, at });
    isBroken ||= because.length > 0;
  }
  return { file: scenario.file, name: scenario.name, seed: scenario.seed, passed: !isBroken, steps, digest: prompt.digest(), virtual: prompt.now() };
}

function playStep(step: ScenarioStep, scenario: Scenario, prompt: ScenarioPrompt): readonly string[] {
  const trouble = actOn(step, scenario, prompt);
  return trouble.length > 0 ? trouble : brokenInvariants(scenario, prompt.view());
}

function actOn(step: ScenarioStep, scenario: Scenario, prompt: ScenarioPrompt): readonly string[] {
  switch (step.kind) {
    case 'run': return compareRun(prompt.run(step.line), step);
    case 'advance': return advance(step.micros, scenario, prompt);
    case 'until': return waitFor(step.condition, step.within, scenario, prompt);
    case 'that': return step.conditions.flatMap(condition => unmet(condition, prompt.view()));
    case 'fault': return refusal(prompt.inject(step.words));
    case 'heal': return refusal(prompt.heal(step.words));
  }
}

const refusal = (done: Result<string, string>): readonly string[] => (done.ok ? [] : [done.error]);

function advance(micros: Micros, scenario: Scenario, prompt: ScenarioPrompt): readonly string[] {
  if (scenario.always.length === 0) {
    prompt.advance(micros);
    return [];
  }
  // Whatever must always hold is looked at while time passes, not only at the end.
  prompt.runUntil(view => brokenInvariants(scenario, view).length > 0, micros);
  return [];
}

function waitFor(condition: Condition, within: Micros, scenario: Scenario, prompt: ScenarioPrompt): readonly string[] {
  const broken = condition.holds({ view: prompt.view() });
  if (broken.state === 'error') return unmet(condition, prompt.view());
  prompt.runUntil(view => condition.holds({ view }).state === 'true' || brokenInvariants(scenario, view).length > 0, within);
  const invariants = brokenInvariants(scenario, prompt.view());
  if (invariants.length > 0) return invariants;
  const left = unmet(condition, prompt.view());
  return left.length === 0 ? [] : [`did not become true within ${formatDuration(within)}`, ...left];
}

function unmet(condition: Condition, view: WorldView): readonly string[] {
  const verdict = condition.holds({ view });
  if (verdict.state === 'true') return [];
  return [`expected: ${condition.text}`, ...(verdict.because === undefined ? ['got: false'] : [`got: ${verdict.because.en}`])];
}

function brokenInvariants(scenario: Scenario, view: WorldView): readonly string[] {
  return scenario.always.flatMap(condition => {
    const lines = unmet(condition, view);
    return lines.length === 0 ? [] : ['what must always hold was broken', ...lines];
  });
}

const trimmed = (text: string): string => text.replace(/\n$/, '');
const shown = (text: string): string => (text.length > SHOWN_MAX ? `${text.slice(0, SHOWN_MAX)}…` : text);

/** One line behind a colon; more of them below it, so that their columns stay. */
const apart = (text: string): string => (text === '' ? ' nothing' : text.includes('\n') ? `\n${text}` : ` ${text}`);

function compareRun(got: RunResult, { expect }: RunStep): readonly string[] {
  const because: string[] = [];
  const exit = expect.exit ?? 0;
  if (got.exit !== exit) because.push(`expected exit ${exit}, got ${got.exit}`);
  because.push(...compareStream('stdout', got.stdout, expect), ...compareStream('stderr', got.stderr, expect));
  if (because.length > 0 && got.exit !== exit && got.stderr !== '') because.push(`stderr was:${apart(shown(trimmed(got.stderr)))}`);
  return because;
}

function compareStream(stream: 'stdout' | 'stderr', got: string, expect: Expectation): readonly string[] {
  const whole = expect[stream];
  const because: string[] = [];
  if (whole !== undefined && trimmed(got) !== trimmed(whole)) because.push(`expected ${stream}:${apart(trimmed(whole))}`, `got ${stream}:${apart(shown(trimmed(got)))}`);
  if (because.length > 0 && whole !== '' && got.includes(whole ?? '')) because.push(`it contains what is expected: write ${stream}Contains for a part`);
  for (const part of expect[`${stream}Contains`] ?? []) if (!got.includes(part)) because.push(`expected ${stream} to contain: ${part}`, `got ${stream}:${apart(shown(trimmed(got)))}`);
  for (const part of expect[`${stream}Lacks`] ?? []) if (got.includes(part)) because.push(`expected ${stream} not to contain: ${part}`);
  return because;
}

/** What a step does, in a line. */
function titleOf(step: ScenarioStep): string {
  if (step.name !== undefined) return step.name;
  switch (step.kind) {
    case 'run': return `run: ${step.line.split('\n')[0] ?? ''}`;
    case 'advance': return `advance: ${formatDuration(step.micros)}`;
    case 'until': return `until: ${step.condition.text}`;
    case 'that': return `that: ${step.conditions.map(({ text }) => text).join(' and ')}`;
    case 'fault': case 'heal': return `${step.kind}: ${step.words.join(' ')}`;
  }
}
