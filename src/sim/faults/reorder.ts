import { defineFault } from '../fault.ts';
import { shareAndPlaces } from './operands.ts';

/** How much later an overtaken message comes at most, µs: several heartbeats. */
const LATE_MAX = 300_000;

const shape = { name: 'reorder', what: { ko: '비율과 머신이나 프로세스를', en: 'a share and where' }, example: 'reorder 50% cp-1/etcd' };

/** A share of the posted messages (Raft's) is overtaken by later ones. */
export const reorder = defineFault<{ readonly chance: number; readonly on: readonly string[] }>({
  name: 'reorder',
  summary: { ko: 'Raft 메시지 일부가 뒤에 보낸 것보다 늦게 도착해요', en: 'let a share of the Raft messages be overtaken by later ones, until healed' },
  about: {
    ko: '늦게 온 옛 임기의 메시지, 순서가 바뀐 로그를 받아도 로그는 어긋나지 않아야 해요. 클라이언트의 연결(TCP)은 순서를 지키므로 멤버끼리 주고받는 메시지에만 일어나요.',
    en: 'Messages of an old term that come late and appends out of order must not make logs differ. The connections of clients (TCP) keep order, so this concerns what members send each other.',
  },
  usage: 'reorder PERCENT MACHINE|PROCESS…',
  example: 'fault reorder 50% cp-1/etcd',
  operands: ['percent', 'target'],
  parse: (words, targets) => shareAndPlaces(words, targets, shape),
  onMessage(args, from, to, planned, draw) {
    if (!args.on.includes(from) && !args.on.includes(to)) return planned;
    return draw(10_000) < args.chance ? { ...planned, after: planned.after + draw(LATE_MAX), unordered: true } : planned;
  },
});
