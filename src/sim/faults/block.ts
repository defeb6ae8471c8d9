import { defineFault } from '../fault.ts';
import { parseSides, type Sides } from './sides.ts';

/** A one-way partition: what the left side sends to the right side is lost; the other way works. */
export const block = defineFault<Sides>({
  name: 'block',
  summary: { ko: '한쪽이 다른 쪽에 보내는 것만 사라져요(한 방향 단절)', en: 'lose what one side sends to the other (one-way partition), until healed' },
  about: {
    ko: '방화벽 규칙 하나가 잘못됐을 때의 모습이에요. 듣기는 하는데 말은 닿지 않는 멤버가 생겨요. 그런 리더는 답을 듣지 못하니 과반을 확인하지 못하고 물러나요.',
    en: 'What one wrong firewall rule does: a member hears but is not heard. A leader like that gets no answers, cannot prove that it has a majority, and steps down.',
  },
  usage: 'block FROM… [-> TO…]',
  example: 'fault block cp-1 -> cp-2 cp-3',
  operands: ['target'],
  parse: (words, targets) => parseSides(words.map(word => (word === '→' ? '->' : word)), '->', targets),
  onMessage(args, from, to, planned) {
    return args.left.includes(from) && args.right.includes(to) ? { ...planned, copies: 0 } : planned;
  },
});
