import type { Result } from '../../base/data.ts';
import type { Text } from '../../base/text.ts';
import type { Targets } from '../fault.ts';
import { resolveAll } from './operands.ts';

/** Two groups of processes whose traffic a fault concerns. */
export interface Sides { readonly left: readonly string[]; readonly right: readonly string[] }

const missing = (where: Text, separator: string): Result<never, Text> => ({
  ok: false,
  error: { ko: `"${separator}" ${where.ko}에 머신이나 프로세스를 하나 이상 적어 주세요`, en: `name at least one machine or process ${where.en} "${separator}"` },
});

/** Reads `A B <separator> C D`; a missing right side means everybody else. */
export function parseSides(words: readonly string[], separator: string, targets: Targets): Result<Sides, Text> {
  const at = words.indexOf(separator);
  const left = resolveAll(at < 0 ? words : words.slice(0, at), targets);
  if (!left.ok) return left;
  if (left.value.length === 0) return missing({ ko: '앞', en: 'before' }, separator);
  if (at < 0) return { ok: true, value: { left: left.value, right: targets.processes.filter(id => !left.value.includes(id)) } };
  const right = resolveAll(words.slice(at + 1), targets);
  if (!right.ok) return right;
  if (right.value.length === 0) return missing({ ko: '뒤', en: 'after' }, separator);
  const both = left.value.find(id => right.value.includes(id));
  if (both !== undefined) return { ok: false, error: { ko: `"${both}" 프로세스가 "${separator}" 양쪽에 다 있어요`, en: `"${both}" stands on both sides of "${separator}"` } };
  return { ok: true, value: { left: left.value, right: right.value } };
}
