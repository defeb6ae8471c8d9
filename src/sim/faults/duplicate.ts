import { defineFault } from '../fault.ts';
import { shareAndPlaces } from './operands.ts';

const shape = { name: 'duplicate', what: { ko: '비율과 머신이나 프로세스를', en: 'a share and where' }, example: 'duplicate 50% cp-1/etcd' };

/** A share of the posted messages (Raft's) arrives twice. */
export const duplicate = defineFault<{ readonly chance: number; readonly on: readonly string[] }>({
  name: 'duplicate',
  summary: { ko: 'Raft 메시지 일부가 두 번 도착해요', en: 'let a share of the Raft messages arrive twice, until healed' },
  about: {
    ko: '같은 투표나 같은 로그를 두 번 받아도 결과는 같아야 해요. 클라이언트의 연결(TCP)은 두 번 전하지 않으므로 멤버끼리 주고받는 메시지에만 일어나요.',
    en: 'A vote or an append that comes twice must change nothing. The connections of clients (TCP) never deliver twice, so this concerns what members send each other.',
  },
  usage: 'duplicate PERCENT MACHINE|PROCESS…',
  example: 'fault duplicate 50% cp-1/etcd',
  operands: ['percent', 'target'],
  parse: (words, targets) => shareAndPlaces(words, targets, shape),
  onMessage(args, from, to, planned, draw) {
    if (planned.copies === 0 || (!args.on.includes(from) && !args.on.includes(to))) return planned;
    return draw(10_000) < args.chance ? { ...planned, copies: 2 } : planned;
  },
});
