import { defineFault } from '../fault.ts';
import { shareAndPlaces } from './operands.ts';

const shape = { name: 'drop', what: { ko: '비율과 머신이나 프로세스를', en: 'a share and where' }, example: 'drop 30% cp-1/etcd' };

/** A share of the messages of a machine or process is lost. A connection that loses one breaks; Raft's messages are simply gone. */
export const drop = defineFault<{ readonly chance: number; readonly on: readonly string[] }>({
  name: 'drop',
  summary: { ko: '머신이나 프로세스의 메시지 일부가 사라져요', en: 'lose a share of the messages of a machine or process, until healed' },
  about: {
    ko: 'Raft는 메시지가 사라져도 다시 보내며 버텨요. 클라이언트의 연결은 하나만 잃어도 끊긴 것으로 쳐요.',
    en: 'Raft lives with lost messages and sends again. The connection of a client counts as broken when it loses one.',
  },
  usage: 'drop PERCENT MACHINE|PROCESS…',
  example: 'fault drop 30% cp-1/etcd',
  operands: ['percent', 'target'],
  parse: (words, targets) => shareAndPlaces(words, targets, shape),
  onMessage(args, from, to, planned, draw) {
    if (!args.on.includes(from) && !args.on.includes(to)) return planned;
    return draw(10_000) < args.chance ? { ...planned, copies: 0 } : planned;
  },
});
