import { defineFault } from '../fault.ts';
import { duration, expects, resolveAll } from './operands.ts';

interface ClockSkewArgs { readonly micros: number; readonly on: readonly string[] }

/** The wall clock of a process or machine is wrong. Durations are measured by the monotonic clock, which stays right. */
export const clockSkew = defineFault<ClockSkewArgs>({
  name: 'clock-skew',
  summary: { ko: '시계가 앞서거나 늦어요', en: 'set the clock of a machine or process ahead or back, until healed' },
  about: {
    ko: '시계가 틀려도 etcd는 잘 지내요. 선거와 리스는 벽시계가 아니라 지난 시간을 재니까요. 틀린 시계는 기록에 찍히는 시각, 인증서의 기한, 리스의 갱신 시각에서 드러나요.',
    en: 'etcd does not mind a wrong clock: elections and leases measure time that passes, not the hour. A wrong clock shows in the times written into objects, in certificates, and in the renew times of Leases.',
  },
  usage: 'clock-skew +DURATION|-DURATION MACHINE|PROCESS…',
  example: 'fault clock-skew +1m cp-1/etcd',
  operands: ['offset', 'target'],
  parse(words, targets) {
    const [first, ...rest] = words;
    if (first === undefined || rest.length === 0 || !/^[+-]/.test(first)) {
      return expects('clock-skew', { ko: '+나 -로 시작하는 시간과 머신이나 프로세스를', en: 'a duration with + or - and where' }, 'clock-skew +1m cp-1/etcd');
    }
    const amount = duration(first.slice(1));
    if (!amount.ok) return amount;
    const on = resolveAll(rest, targets);
    return on.ok ? { ok: true, value: { micros: first.startsWith('-') ? -amount.value : amount.value, on: on.value } } : on;
  },
  onClock: (args, of, real) => (args.on.includes(of) ? Math.max(0, real + args.micros) : real),
});
