import { parseDuration } from '../../base/duration.ts';
import { defineFault } from '../fault.ts';
import { resolveAll } from './sides.ts';

interface DelayArgs { readonly micros: number; readonly on: readonly string[] }

/** Everything a machine or process sends and receives over the network comes later. */
export const delay = defineFault<DelayArgs>({
  name: 'delay',
  summary: 'make the network of a machine or process slow, until healed',
  usage: 'delay DURATION MACHINE|PROCESS…',
  parse(words, targets) {
    const [first, ...rest] = words;
    if (first === undefined || rest.length === 0) return { ok: false, error: 'delay takes a duration and where, for example: fault delay 200ms cp-1/etcd' };
    const duration = parseDuration(first);
    if (!duration.ok) return duration;
    const on = resolveAll(rest, targets);
    return on.ok ? { ok: true, value: { micros: duration.value, on: on.value } } : on;
  },
  onMessage(args, from, to, planned) {
    return args.on.includes(from) || args.on.includes(to) ? { ...planned, after: planned.after + args.micros } : planned;
  },
});
