import type { Result } from '../../base/data.ts';
import type { Targets } from '../fault.ts';
import { resolveTarget } from '../target.ts';

/** Two groups of processes whose traffic a fault concerns. */
export interface Sides { readonly left: readonly string[]; readonly right: readonly string[] }

/** Reads `A B <separator> C D`; a missing right side means everybody else. */
export function parseSides(words: readonly string[], separator: string, targets: Targets): Result<Sides, string> {
  const at = words.indexOf(separator);
  const left = resolveAll(at < 0 ? words : words.slice(0, at), targets);
  if (!left.ok) return left;
  if (left.value.length === 0) return { ok: false, error: `name at least one machine or process before "${separator}"` };
  if (at < 0) return { ok: true, value: { left: left.value, right: targets.processes.filter(id => !left.value.includes(id)) } };
  const right = resolveAll(words.slice(at + 1), targets);
  if (!right.ok) return right;
  if (right.value.length === 0) return { ok: false, error: `name at least one machine or process after "${separator}"` };
  const both = left.value.find(id => right.value.includes(id));
  if (both !== undefined) return { ok: false, error: `"${both}" stands on both sides of "${separator}"` };
  return { ok: true, value: { left: left.value, right: right.value } };
}

/** Every process that one of the words means. */
export function resolveAll(words: readonly string[], targets: Targets): Result<readonly string[], string> {
  const all: string[] = [];
  for (const word of words) {
    const found = resolveTarget(word, targets, { many: true });
    if (!found.ok) return found;
    for (const id of found.value) if (!all.includes(id)) all.push(id);
  }
  return { ok: true, value: all };
}
