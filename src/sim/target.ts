import { compareText } from '../base/compare.ts';
import type { Result } from '../base/data.ts';
import { nearestWords, type Text } from '../base/text.ts';
import type { Targets } from './fault.ts';

/** Names offered for one that does not exist. */
const OFFERED_MAX = 4;

/**
 * Finds the processes that a word means: a machine (`worker-1`: all on it), a process (`cp-1/etcd`), a component of which
 * there is one (`kube-dns`), or every instance of a component.
 */
export function resolveTarget(word: string, targets: Targets, options: { readonly many?: boolean } = {}): Result<readonly string[], Text> {
  if (targets.processes.includes(word)) return { ok: true, value: [word] };
  if (targets.machines.includes(word)) {
    return { ok: true, value: targets.processes.filter(id => id.startsWith(`${word}/`)) };
  }
  const instances = targets.processes.filter(id => id.endsWith(`/${word}`));
  if (instances.length === 1 || (instances.length > 1 && options.many === true)) return { ok: true, value: instances };
  if (instances.length > 1) {
    const list = instances.join(', ');
    return { ok: false, error: { ko: `"${word}" 프로세스는 ${instances.length}개 있어요. 이 가운데 하나를 적어 주세요: ${list}`, en: `"${word}" runs ${instances.length} times: name one of ${list}` } };
  }
  return { ok: false, error: unknownTarget(word, targets) };
}

function unknownTarget(word: string, { machines, processes }: Targets): Text {
  const names = [...machines, ...processes];
  const holding = names.filter(name => name.includes(word)).sort(compareText);
  const near = [...new Set([...holding, ...nearestWords(word, names, OFFERED_MAX)])].slice(0, OFFERED_MAX).join(', ');
  if (near !== '') return { ko: `"${word}" 머신이나 프로세스는 없어요. 혹시 이건가요? ${near}`, en: `there is no machine or process "${word}"; did you mean ${near}?` };
  const list = machines.join(', ');
  return { ko: `"${word}" 머신이나 프로세스는 없어요. 머신: ${list}`, en: `there is no machine or process "${word}"; machines are ${list}` };
}
