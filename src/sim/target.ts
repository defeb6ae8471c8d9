import { compareText } from '../base/compare.ts';
import type { Result } from '../base/data.ts';
import type { Targets } from './fault.ts';

/**
 * Finds the processes that a word means: a machine (`worker-1`: all on it), a process (`cp-1/etcd`), a component of which
 * there is one (`kube-dns`), or every instance of a component.
 */
export function resolveTarget(word: string, targets: Targets, options: { readonly many?: boolean } = {}): Result<readonly string[], string> {
  if (targets.processes.includes(word)) return { ok: true, value: [word] };
  if (targets.machines.includes(word)) {
    return { ok: true, value: targets.processes.filter(id => id.startsWith(`${word}/`)) };
  }
  const instances = targets.processes.filter(id => id.endsWith(`/${word}`));
  if (instances.length === 1 || (instances.length > 1 && options.many === true)) return { ok: true, value: instances };
  if (instances.length > 1) {
    return { ok: false, error: `"${word}" runs ${instances.length} times: name one of ${instances.join(', ')}` };
  }
  const near = [...targets.machines, ...targets.processes].filter(name => name.includes(word)).sort(compareText).slice(0, 4);
  const hint = near.length > 0 ? `; did you mean ${near.join(', ')}?` : `; machines are ${targets.machines.join(', ')}`;
  return { ok: false, error: `there is no machine or process "${word}"${hint}` };
}
