import { defineFault } from '../fault.ts';
import { parseSides, type Sides } from './sides.ts';

/** A one-way partition: what the left side sends to the right side is lost; the other way works. */
export const block = defineFault<Sides>({
  name: 'block',
  summary: 'lose what one side sends to the other (one-way partition), until healed',
  usage: 'block FROM… [-> TO…]',
  parse: (words, targets) => parseSides(words.map(word => (word === '→' ? '->' : word)), '->', targets),
  onMessage(args, from, to, planned) {
    return args.left.includes(from) && args.right.includes(to) ? { ...planned, copies: 0 } : planned;
  },
});
