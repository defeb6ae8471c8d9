import { defineFault } from '../fault.ts';
import { resolveAll } from './sides.ts';

interface DropArgs { readonly percent: number; readonly on: readonly string[] }

/** A share of the messages of a machine or process is lost. A connection that loses one breaks; Raft's messages are simply gone. */
export const drop = defineFault<DropArgs>({
  name: 'drop',
  summary: 'lose a share of the messages of a machine or process, until healed',
  usage: 'drop PERCENT MACHINE|PROCESS…',
  parse(words, targets) {
    const [first, ...rest] = words;
    const percent = Number((first ?? '').replace(/%$/, ''));
    if (first === undefined || !(percent > 0 && percent <= 100)) return { ok: false, error: 'drop takes a share from 1% to 100%, for example: fault drop 30% cp-1/etcd' };
    if (rest.length === 0) return { ok: false, error: 'drop needs a machine or process after the share, for example: fault drop 30% cp-1/etcd' };
    const on = resolveAll(rest, targets);
    return on.ok ? { ok: true, value: { percent, on: on.value } } : on;
  },
  onMessage(args, from, to, planned, draw) {
    if (!args.on.includes(from) && !args.on.includes(to)) return planned;
    return draw(10_000) < args.percent * 100 ? { ...planned, copies: 0 } : planned;
  },
});
