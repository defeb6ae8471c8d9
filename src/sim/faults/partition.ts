import { defineFault } from '../fault.ts';
import { parseSides, type Sides } from './sides.ts';

/** The network is cut between two groups, both ways. Connections stall, then their owners time out. */
export const partition = defineFault<Sides>({
  name: 'partition',
  summary: 'cut the network between two groups, both ways, until healed',
  usage: 'partition A… [| B…]',
  parse: (words, targets) => parseSides(words, '|', targets),
  onMessage(args, from, to, planned) {
    const cut = (args.left.includes(from) && args.right.includes(to)) || (args.left.includes(to) && args.right.includes(from));
    return cut ? { ...planned, copies: 0 } : planned;
  },
});
