import { defineFault } from '../fault.ts';
import { durationAndPlaces } from './operands.ts';

const shape = { name: 'delay', what: { ko: '시간과 머신이나 프로세스를', en: 'a duration and where' }, example: 'delay 200ms cp-1/etcd' };

/** Everything a machine or process sends and receives over the network comes later. */
export const delay = defineFault<{ readonly micros: number; readonly on: readonly string[] }>({
  name: 'delay',
  summary: { ko: '머신이나 프로세스의 네트워크가 느려져요', en: 'make the network of a machine or process slow, until healed' },
  about: {
    ko: '보내는 것도 받는 것도 그만큼 늦게 닿아요. 하트비트 간격(100ms)보다 오래 걸려도 꾸준하기만 하면 괜찮지만, 선거 시간(1초)에 가까워지면 리더가 자꾸 바뀌어요.',
    en: 'What it sends and what it receives comes later by that much. More than the heartbeat interval (100 ms) is still fine as long as it is steady; near the election timeout (1 s) leaders begin to change.',
  },
  usage: 'delay DURATION MACHINE|PROCESS…',
  example: 'fault delay 200ms cp-1/etcd',
  operands: ['duration', 'target'],
  parse: (words, targets) => durationAndPlaces(words, targets, shape),
  onMessage(args, from, to, planned) {
    return args.on.includes(from) || args.on.includes(to) ? { ...planned, after: planned.after + args.micros } : planned;
  },
});
