import { defineFault } from '../fault.ts';
import { expects, peersOf } from './operands.ts';
import { resolveTarget } from '../target.ts';

interface BlackholeArgs { readonly process: string; readonly peers: readonly string[]; readonly direction: 'in' | 'out' | 'both' }

const DIRECTIONS = ['in', 'out', 'both'] as const;
const isDirection = (word: string | undefined): word is BlackholeArgs['direction'] => (DIRECTIONS as readonly string[]).includes(word ?? '');

/**
 * Nothing travels between a process and its peers, the other instances of its component; clients still reach it.
 *
 * @source etcd-io/etcd tests/robustness/failpoint/network.go (BlackholePeerNetwork)
 */
export const blackhole = defineFault<BlackholeArgs>({
  name: 'blackhole',
  summary: { ko: '한 멤버와 다른 멤버 사이만 끊어요. 클라이언트는 닿아요', en: 'cut one member off from its peers, one way or both; clients still reach it, until healed' },
  about: {
    ko: '멤버끼리 쓰는 포트(2380)만 막힌 거예요. 클라이언트 포트(2379)는 열려 있어서 그 멤버에 물어볼 수 있어요. 그냥 읽으면(선형화 읽기) 과반을 확인하지 못해 시간이 다 되고, `--consistency=s`로 읽으면 옛 값을 줄 수 있어요. `in`은 듣지 못하게, `out`은 말이 닿지 않게, 안 적으면 둘 다 막아요.',
    en: 'Only the peer port (2380) is blocked, the client port (2379) is open, so you can still ask that member. A plain (linearizable) read times out because no majority answers; with `--consistency=s` it may give old values. `in` keeps it from hearing, `out` from being heard; without either it is both.',
  },
  usage: 'blackhole [in|out] PROCESS',
  example: 'fault blackhole cp-1/etcd',
  operands: ['direction', 'target'],
  parse(words, targets) {
    const [first] = words;
    const direction = isDirection(first) ? first : 'both';
    const rest = isDirection(first) ? words.slice(1) : words;
    const [word] = rest;
    if (word === undefined || rest.length > 1) return expects('blackhole', { ko: '(방향과) 프로세스 하나를', en: 'one process, and before it in or out if you like' }, 'blackhole cp-1/etcd');
    const found = resolveTarget(word, targets, { many: targets.machines.includes(word) });
    if (!found.ok) return found;
    const having = found.value.filter(id => peersOf(id, targets).length > 0);
    const process = having.find(id => id.endsWith('/etcd')) ?? having[0];
    if (process === undefined) return { ok: false, error: { ko: `${word}에는 같은 구성 요소가 더 없어서 끊을 상대가 없어요`, en: `${word} has no peers: nothing else of its kind runs in this cluster` } };
    return { ok: true, value: { process, peers: peersOf(process, targets), direction } };
  },
  onMessage({ process, peers, direction }, from, to, planned) {
    const out = direction !== 'in' && from === process && peers.includes(to);
    const into = direction !== 'out' && to === process && peers.includes(from);
    return out || into ? { ...planned, copies: 0 } : planned;
  },
});
