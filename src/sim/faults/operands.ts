/** Reading the words of faults: shares, durations and places, each refused with a sentence that shows a line that works. */
import { type Result } from '../../base/data.ts';
import { parseDuration } from '../../base/duration.ts';
import { nearestWords, type Text } from '../../base/text.ts';
import type { Targets, TargetTraits } from '../fault.ts';
import { resolveTarget } from '../target.ts';

/** What a fault expects after its name, with a line that works. */
export function expects(name: string, what: Text, example: string): Result<never, Text> {
  return { ok: false, error: { ko: `${name} 뒤에는 ${what.ko} 적어요. 예: fault ${example}`, en: `${name} takes ${what.en}, for example: fault ${example}` } };
}

/** Every process that one of the words means. */
export function resolveAll(words: readonly string[], targets: Targets): Result<readonly string[], Text> {
  const all: string[] = [];
  for (const word of words) {
    const found = resolveTarget(word, targets, { many: true });
    if (!found.ok) return found;
    for (const id of found.value) if (!all.includes(id)) all.push(id);
  }
  return { ok: true, value: all };
}

interface Shape { readonly name: string; readonly what: Text; readonly example: string }

/** `WHERE…` */
export function places(words: readonly string[], targets: Targets, shape: Shape): Result<readonly string[], Text> {
  return words.length === 0 ? expects(shape.name, shape.what, shape.example) : resolveAll(words, targets);
}

/** One machine or process. */
export function onePlace(words: readonly string[], targets: Targets, shape: Shape): Result<readonly string[], Text> {
  const [word] = words;
  if (word === undefined || words.length > 1) return expects(shape.name, shape.what, shape.example);
  return resolveTarget(word, targets, { many: targets.machines.includes(word) });
}

/** A duration in virtual time, as the prompt reads durations everywhere. */
export function duration(word: string): Result<number, Text> {
  const parsed = parseDuration(word);
  if (parsed.ok) return parsed;
  return { ok: false, error: { ko: `"${word}" 값은 시간이 아니에요. 500ms, 30s, 5m, 1h30m처럼 적어 주세요`, en: parsed.error } };
}

/** `DURATION WHERE…` */
export function durationAndPlaces(words: readonly string[], targets: Targets, shape: Shape): Result<{ readonly micros: number; readonly on: readonly string[] }, Text> {
  const [first, ...rest] = words;
  if (first === undefined || rest.length === 0) return expects(shape.name, shape.what, shape.example);
  const micros = duration(first);
  if (!micros.ok) return micros;
  const on = resolveAll(rest, targets);
  return on.ok ? { ok: true, value: { micros: micros.value, on: on.value } } : on;
}

/** `PERCENT WHERE…`. `chance` is out of 10,000. */
export function shareAndPlaces(words: readonly string[], targets: Targets, shape: Shape): Result<{ readonly chance: number; readonly on: readonly string[] }, Text> {
  const [first, ...rest] = words;
  const percent = /^\d+(\.\d+)?%?$/.test(first ?? '') ? Number((first ?? '').replace(/%$/, '')) : NaN;
  const { name, example } = shape;
  if (first === undefined || !(percent > 0 && percent <= 100)) return expects(name, { ko: '1%에서 100% 사이의 비율을 먼저', en: 'a share from 1% to 100%' }, example);
  if (rest.length === 0) {
    return { ok: false, error: { ko: `${name}: 비율 뒤에 머신이나 프로세스를 적어 주세요. 예: fault ${example}`, en: `${name} needs a machine or process after the share, for example: fault ${example}` } };
  }
  const on = resolveAll(rest, targets);
  return on.ok ? { ok: true, value: { chance: Math.round(percent * 100), on: on.value } } : on;
}

interface Having { readonly has: (traits: TargetTraits) => boolean; readonly lacks: (id: string, traits: TargetTraits) => Text }

/** The one process that a word means and that has a trait; of a machine, the one on it that has it. */
export function processWith(word: string, targets: Targets, { has, lacks }: Having): Result<string, Text> {
  const found = resolveTarget(word, targets, { many: targets.machines.includes(word) });
  if (!found.ok) return found;
  const having = found.value.filter(id => has(targets.traits(id)));
  const [first] = having;
  if (first !== undefined && having.length === 1) return { ok: true, value: first };
  if (having.length > 1) {
    const list = having.join(', ');
    return { ok: false, error: { ko: `"${word}" 머신에는 그런 프로세스가 ${having.length}개 있어요. 이 가운데 하나를 적어 주세요: ${list}`, en: `"${word}" means ${having.length} processes: name one of ${list}` } };
  }
  const named = found.value[0] ?? word;
  return { ok: false, error: lacks(named, targets.traits(named)) };
}

/** The one process at whose named place a fault shall strike. */
export function processWithPoint(point: string, word: string, targets: Targets): Result<string, Text> {
  return processWith(word, targets, {
    has: ({ points }) => points.some(({ name }) => name === point),
    lacks: (id, { points }) => noSuchPoint(id, point, points.map(({ name }) => name)),
  });
}

/** Says that a process has no such place, and which it has. */
export function noSuchPoint(id: string, point: string, known: readonly string[]): Text {
  if (known.length === 0) return { ko: `${id} 프로세스에는 이름 붙은 지점이 없어요. etcd 멤버를 적어 주세요. 예: cp-1/etcd`, en: `${id} has no named places; name an etcd member, for example cp-1/etcd` };
  const near = nearestWords(point, known);
  const list = near.length > 0 ? near.join(', ') : known.join(', ');
  return {
    ko: `${id} 프로세스에는 "${point}" 지점이 없어요. ${near.length > 0 ? '혹시 이건가요?' : '쓸 수 있는 지점:'} ${list}`,
    en: `${id} has no place "${point}"; ${near.length > 0 ? `did you mean ${list}?` : `places are ${list}`}`,
  };
}

/** The other instances of a process's component: its peers. */
export function peersOf(id: string, targets: Targets): readonly string[] {
  const component = id.slice(id.indexOf('/'));
  return targets.processes.filter(other => other !== id && other.endsWith(component));
}
