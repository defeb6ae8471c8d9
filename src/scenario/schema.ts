/**
 * The scenario file: a story that the cluster must follow. Text is parsed at the edge; here it is data with places.
 *
 *     steps:
 *       - run: kubectl create deployment web --image=nginx --replicas=3
 *         expect: { stdout: deployment.apps/web created }
 *       - until: pods("default").exists(p, p.status.phase == "Running")
 *         within: 60s
 */
import { type Micros, seconds } from '../base/data.ts';
import { anyText, byField, checked, count, listOf, oneOrMore, optional, type Path, type Place, problemText, readDocument, record, type Shape, type Source, words } from '../base/document.ts';
import { notDuration, parseDuration } from '../base/duration.ts';
import { type Lang, nearestWords } from '../base/text.ts';
import type { Cel, Condition } from '../cluster/cel/evaluate.ts';
import { faultKinds } from '../sim/faults/registry.ts';

/** Steps of one scenario. */
const STEPS_MAX = 2000;
/** Conditions that must always hold. */
const ALWAYS_MAX = 50;
/** Time that `until` gives when the file does not say. */
const UNTIL_DEFAULT = seconds(60);

/** What a line must give; texts are compared without the last line break. */
export interface Expectation {
  /** 0 when not said. */
  readonly exit?: number;
  readonly stdout?: string;
  readonly stderr?: string;
  readonly stdoutContains?: readonly string[];
  readonly stderrContains?: readonly string[];
  readonly stdoutLacks?: readonly string[];
  readonly stderrLacks?: readonly string[];
}

interface StepBase { readonly place: Place; readonly name?: string }
export interface RunStep extends StepBase { readonly kind: 'run'; readonly line: string; readonly expect: Expectation }
export interface AdvanceStep extends StepBase { readonly kind: 'advance'; readonly micros: Micros }
export interface UntilStep extends StepBase { readonly kind: 'until'; readonly condition: Condition; readonly within: Micros }
export interface ThatStep extends StepBase { readonly kind: 'that'; readonly conditions: readonly Condition[] }
export interface FaultStep extends StepBase { readonly kind: 'fault' | 'heal'; readonly words: readonly string[] }
export type ScenarioStep = RunStep | AdvanceStep | UntilStep | ThatStep | FaultStep;

/** A scenario that was read without a problem. */
export interface Scenario {
  readonly file: string;
  readonly name: string;
  readonly about: string;
  /** A preset's name, or a topology as data for the cluster builder to read. */
  readonly cluster: unknown;
  readonly clusterAt: Place;
  readonly seed: number;
  readonly steps: readonly ScenarioStep[];
  /** Must hold from the first step to the last, at every look. */
  readonly always: readonly Condition[];
}

/** A scenario, or its problems as `file:line:column: message`. */
export type ScenarioReading = { readonly scenario: Scenario; readonly problems: readonly [] } | { readonly scenario: undefined; readonly problems: readonly string[] };

const duration: Shape<Micros> = checked({ ko: '30s, 5m 같은 시간이', en: 'a duration such as 30s or 5m' }, text => {
  const parsed = parseDuration(text);
  return parsed.ok ? parsed : { ok: false, message: notDuration(text) };
});
const texts = optional(oneOrMore(words));
const expectation: Shape<Expectation> = record({ ko: '기대값 맵이', en: 'an expectation' }, {
  exit: optional(count), stdout: optional(anyText), stderr: optional(anyText), stdoutContains: texts, stderrContains: texts, stdoutLacks: texts, stderrLacks: texts,
});
const anything: Shape<unknown> = { expects: { ko: '클러스터 이름이나 토폴로지가', en: 'a cluster preset or a topology' }, read: value => value };

/** A shape whose value also learns its path. */
function placed<A, B>(shape: Shape<A>, map: (value: A, at: Path) => B): Shape<B> {
  return { expects: shape.expects, read: (value, at, problems) => { const read = shape.read(value, at, problems); return read === undefined ? undefined : map(read, at); } };
}

function conditionShape(cel: Cel): Shape<Condition> {
  return checked({ ko: '식이', en: 'an expression' }, text => {
    const compiled = cel.condition(text);
    return compiled.ok ? compiled : { ok: false, message: compiled.error.message, at: compiled.error.at };
  });
}

const splitWords = (text: string): string[] => text.trim().split(/\s+/);
const faultWords: Shape<readonly string[]> = checked({ ko: 'crash worker-1 같은 장애가', en: 'a fault such as crash worker-1' }, text => {
  const words = splitWords(text);
  if (faultKinds.some(({ name }) => name === words[0])) return { ok: true, value: words };
  const names = faultKinds.map(({ name }) => name);
  const near = nearestWords(words[0] ?? '', names, 1)[0];
  return { ok: false, message: {
    ko: `"${words[0] ?? ''}" 장애는 없어요. ${near === undefined ? `쓸 수 있는 장애: ${names.join(', ')}` : `혹시 "${near}"인가요?`}`,
    en: `there is no fault "${words[0] ?? ''}"; ${near === undefined ? `expected one of ${names.join(', ')}` : `did you mean "${near}"?`}`,
  } };
});

function stepShape(cel: Cel, place: (at: Path) => Place): Shape<ScenarioStep> {
  const condition = conditionShape(cel);
  const base = { name: optional(words) };
  const named = (name: string | undefined, at: Path): StepBase => ({ place: place(at), ...(name === undefined ? {} : { name }) });
  return byField<ScenarioStep>({ ko: '단계가', en: 'a step' }, {
    run: placed(record({ ko: '실행할 줄이', en: 'a line to run' }, { ...base, run: words, expect: optional(expectation) }), ({ run, expect, name }, at) => ({ ...named(name, at), kind: 'run' as const, line: run, expect: expect ?? {} })),
    until: placed(record({ ko: '기다릴 조건이', en: 'a wait' }, { ...base, until: condition, within: optional(duration) }), ({ until, within, name }, at) => ({ ...named(name, at), kind: 'until' as const, condition: until, within: within ?? UNTIL_DEFAULT })),
    advance: placed(record({ ko: '보낼 시간이', en: 'a pause' }, { ...base, advance: duration }), ({ advance, name }, at) => ({ ...named(name, at), kind: 'advance' as const, micros: advance })),
    that: placed(record({ ko: '확인할 조건이', en: 'a claim' }, { ...base, that: oneOrMore(condition) }), ({ that, name }, at) => ({ ...named(name, at), kind: 'that' as const, conditions: that })),
    fault: placed(record({ ko: '장애가', en: 'a fault' }, { ...base, fault: faultWords }), ({ fault, name }, at) => ({ ...named(name, at), kind: 'fault' as const, words: fault })),
    heal: placed(record({ ko: '복구가', en: 'a repair' }, { ...base, heal: words }), ({ heal, name }, at) => ({ ...named(name, at), kind: 'heal' as const, words: splitWords(heal) })),
  });
}

/** Reads a scenario file. */
export function readScenario(source: Source, cel: Cel, lang: Lang = 'en'): ScenarioReading {
  const shape = record({ ko: '시나리오가', en: 'a scenario' }, {
    name: words, about: optional(words), cluster: optional(anything), seed: optional(count),
    steps: listOf(stepShape(cel, source.locate), { min: 1, max: STEPS_MAX }), always: optional(listOf(conditionShape(cel), { max: ALWAYS_MAX })),
  });
  const { value, problems } = readDocument(shape, source);
  if (value === undefined) return { scenario: undefined, problems: problems.map(problem => problemText(problem, source, lang)) };
  const { name, about, cluster, seed, steps, always } = value;
  return { scenario: { file: source.file, name, about: about ?? '', cluster: cluster ?? 'default', clusterAt: source.locate(['cluster']), seed: seed ?? 1, steps, always: always ?? [] }, problems: [] };
}
