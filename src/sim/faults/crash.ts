import { defineFault } from '../fault.ts';
import { resolveTarget } from '../target.ts';

interface CrashArgs { readonly machine: string; readonly processes: readonly string[] }

/** A process dies at once, or a whole machine loses power; it stays down until healed. Unsynced writes are lost. */
export const crash = defineFault<CrashArgs>({
  name: 'crash',
  summary: 'kill a process, or switch a whole machine off, until healed',
  usage: 'crash MACHINE|PROCESS',
  parse(words, targets) {
    const [word, ...rest] = words;
    if (word === undefined || rest.length > 0) return { ok: false, error: 'crash takes one machine or process, for example: fault crash cp-1/etcd' };
    if (targets.machines.includes(word)) return { ok: true, value: { machine: word, processes: [] } };
    const found = resolveTarget(word, targets);
    return found.ok ? { ok: true, value: { machine: '', processes: found.value } } : found;
  },
  start(args, kernel) {
    if (args.machine !== '') kernel.crashMachine(args.machine);
    for (const id of args.processes) kernel.crash(id);
  },
  stop(args, kernel) {
    if (args.machine !== '') kernel.startMachine(args.machine);
    for (const id of args.processes) kernel.restart(id);
  },
});
