import { parseDuration } from '../../base/duration.ts';
import { defineFault } from '../fault.ts';
import { resolveAll } from './sides.ts';

interface SlowDiskArgs { readonly micros: number; readonly on: readonly string[] }

/** Each synced write takes longer: the textbook cause of etcd's lost heartbeats. */
export const slowDisk = defineFault<SlowDiskArgs>({
  name: 'slow-disk',
  summary: 'make every synced disk write take longer, until healed',
  usage: 'slow-disk DURATION MACHINE|PROCESS…',
  parse(words, targets) {
    const [first, ...rest] = words;
    if (first === undefined || rest.length === 0) return { ok: false, error: 'slow-disk takes a duration and where, for example: fault slow-disk 500ms cp-1/etcd' };
    const duration = parseDuration(first);
    if (!duration.ok) return duration;
    const on = resolveAll(rest, targets);
    return on.ok ? { ok: true, value: { micros: duration.value, on: on.value } } : on;
  },
  onWrite: (args, on, planned) => (args.on.includes(on) ? planned + args.micros : planned),
});
