import { defineFault } from '../fault.ts';
import { durationAndPlaces } from './operands.ts';

const shape = { name: 'slow-disk', what: { ko: '시간과 머신이나 프로세스를', en: 'a duration and where' }, example: 'slow-disk 500ms cp-1/etcd' };

/** Each synced write takes longer: the textbook cause of etcd's lost heartbeats. */
export const slowDisk = defineFault<{ readonly micros: number; readonly on: readonly string[] }>({
  name: 'slow-disk',
  summary: { ko: '디스크에 동기화하는 쓰기가 오래 걸려요', en: 'make every synced disk write take longer, until healed' },
  about: {
    ko: 'etcd는 로그를 디스크에 다 적은 뒤에야 답해요. 그래서 디스크가 느리면 쓰기가 느려지고, 아주 느리면 리더가 하트비트를 놓쳐 선거가 일어나요. 실제 클러스터에서 99%의 fsync가 10ms를 넘으면 조심해야 해요.',
    en: 'etcd answers only when its log is on disk. A slow disk makes slow writes, and a very slow one makes the leader miss heartbeats until the others elect another. In a real cluster watch out when the 99th percentile of fsync passes 10 ms.',
  },
  usage: 'slow-disk DURATION MACHINE|PROCESS…',
  example: 'fault slow-disk 500ms cp-1/etcd',
  operands: ['duration', 'target'],
  parse: (words, targets) => durationAndPlaces(words, targets, shape),
  onWrite: (args, on, planned) => (args.on.includes(on) ? planned + args.micros : planned),
});
