import { defineFault } from '../fault.ts';
import { parseSides, type Sides } from './sides.ts';

/** The network is cut between two groups, both ways. Connections stall, then their owners time out. */
export const partition = defineFault<Sides>({
  name: 'partition',
  summary: { ko: '두 무리 사이의 네트워크를 양쪽 다 끊어요', en: 'cut the network between two groups, both ways, until healed' },
  about: {
    ko: '끊긴 쪽도 살아서 일해요. 서로의 소식을 못 들을 뿐이에요. 과반이 있는 쪽만 쓰기를 받을 수 있어서 두 쪽이 서로 다른 것을 약속하는 일은 없어요.',
    en: 'Both sides are alive and work; they just do not hear each other. Only the side with a majority can accept writes, so the two never promise different things.',
  },
  usage: 'partition A… [| B…]',
  example: 'fault partition cp-1 | cp-2 cp-3',
  operands: ['target'],
  parse: (words, targets) => parseSides(words, '|', targets),
  onMessage(args, from, to, planned) {
    const cut = (args.left.includes(from) && args.right.includes(to)) || (args.left.includes(to) && args.right.includes(from));
    return cut ? { ...planned, copies: 0 } : planned;
  },
});
