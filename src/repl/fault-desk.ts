/** Faults as the learner names them: which one to begin, which ones to end. */
import type { Result } from '../base/data.ts';
import { equalData } from '../base/compare.ts';
import type { Kernel } from '../sim/kernel.ts';

type Lang = 'ko' | 'en';
/** A fault that can begin; `label` is how the learner wrote it. */
export interface ReadyFault { readonly label: string; readonly args: unknown }
interface ActiveFault { readonly id: number; readonly kind: string; readonly words: readonly string[] }

export const labelOf = (fault: { readonly kind: string; readonly words: readonly string[] }): string => [fault.kind, ...fault.words].join(' ');

/** Reads the words of `fault KIND …`; the error says what is wrong in the learner's language. */
export function readyFault(kernel: Kernel, kind: string, { words, lang }: { readonly words: readonly string[]; readonly lang: Lang }): Result<ReadyFault, string> {
  const found = kernel.faultKinds.find(one => one.name === kind);
  if (found === undefined) {
    const known = kernel.faultKinds.map(one => one.name).join(', ');
    return { ok: false, error: lang === 'ko' ? `"${kind}" 장애는 없어요. 쓸 수 있는 장애: ${known}` : `there is no fault "${kind}"; faults are ${known}` };
  }
  const parsed = found.parse(words, kernel.targets);
  if (!parsed.ok) return { ok: false, error: parsed.error[lang] };
  const label = labelOf({ kind, words });
  if (kernel.world.faults.some(fault => labelOf(fault) === label)) {
    return { ok: false, error: lang === 'ko' ? `그 장애는 벌써 일어나 있어요: ${label}` : `that fault is active already: ${label}` };
  }
  return { ok: true, value: { label, args: parsed.value } };
}

/** The faults that `heal KIND …` ends; no kind = all. */
export function faultsToHeal(kernel: Kernel, kind: string | undefined, { words, lang }: { readonly words: readonly string[]; readonly lang: Lang }): Result<readonly ActiveFault[], string> {
  const active = kernel.world.faults;
  const wanted = kind === undefined || kind === 'all' ? active : active.filter(fault => matches(fault, kind, words));
  if (wanted.length > 0 || kind === undefined || kind === 'all') return { ok: true, value: wanted };
  const list = active.map(labelOf).join('; ');
  const none = lang === 'ko' ? '지금은 아무 장애도 없어요.' : 'no fault is active';
  return { ok: false, error: active.length === 0 ? none : lang === 'ko' ? `그런 장애는 없어요. 지금 있는 장애: ${list}` : `no such fault; active faults: ${list}` };
}

function matches(fault: { readonly kind: string; readonly words: readonly string[] }, kind: string, words: readonly string[]): boolean {
  if (fault.kind === kind) return words.length === 0 || equalData(fault.words, words);
  // `heal worker-1`: every fault that names it.
  return words.length === 0 && fault.words.includes(kind);
}
