import { defineFault } from '../fault.ts';
import { resolveTarget } from '../target.ts';

/** A process is stopped in the middle (SIGSTOP): it keeps its memory and its connections, and answers nothing until healed. */
export const pause = defineFault<readonly string[]>({
  name: 'pause',
  summary: 'stop a process without killing it (like SIGSTOP), until healed',
  usage: 'pause MACHINE|PROCESS',
  parse(words, targets) {
    const [word, ...rest] = words;
    if (word === undefined || rest.length > 0) return { ok: false, error: 'pause takes one machine or process, for example: fault pause cp-1/etcd' };
    return resolveTarget(word, targets, { many: targets.machines.includes(word) });
  },
  start(args, kernel) { for (const id of args) kernel.pause(id); },
  stop(args, kernel) { for (const id of args) kernel.resume(id); },
});
