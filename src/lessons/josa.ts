/**
 * Korean particles after inserted names: which form follows depends on whether the last sound of the word is a closed one (batchim), and for
 * 으로/로 on whether that is ㄹ.
 */

/** How a word ends for its particle. */
export type Ending = 'open' | 'closed' | 'rieul';

/** Particle pairs by either of their forms: after a closed sound, after an open one. */
const PAIRS: readonly (readonly [closed: string, open: string])[] = [
  ['이', '가'], ['을', '를'], ['은', '는'], ['과', '와'], ['으로', '로'], ['이에요', '예요'], ['이라', '라'], ['이라고', '라고'], ['이나', '나'], ['이든', '든'], ['아', '야'],
];

/** Every form of a particle that `josa` understands, longest first. */
export const particles: readonly string[] = PAIRS.flat().sort((a, b) => b.length - a.length || (a < b ? -1 : 1));

const HANGUL_FIRST = 0xac00;
const HANGUL_LAST = 0xd7a3;
const FINALS = 28;
const RIEUL = 8;

/** Sino-Korean readings of the digits 영 일 이 삼 사 오 육 칠 팔 구. */
const DIGITS: readonly Ending[] = ['closed', 'rieul', 'open', 'closed', 'open', 'open', 'closed', 'rieul', 'rieul', 'open'];
/** Letters whose Korean names close: 엘, 엠, 엔, 알. */
const LETTERS: Readonly<Record<string, Ending>> = { l: 'rieul', m: 'closed', n: 'closed', r: 'rieul' };

const wordsEnding = (ending: Ending, words: string): [string, Ending][] => words.split(' ').map(word => [word.toLowerCase(), ending]);

/** Words that are read as words, not spelled; the reading decides. */
const KNOWN: ReadonlyMap<string, Ending> = new Map([
  // A final t reads as an open 트 (디플로이먼트), but 큐블릿 closes.
  ...wordsEnding('closed', 'kubelet binding pulling pending running terminating creating waiting ping system cron job map vm spec run top down plan admin admission version resourceversion token plugin domain term chain web get name nodename gone forbidden unknown json'),
  ...wordsEnding('rieul', 'kubectl etcdctl crictl systemctl sysctl journalctl etcdutl yaml url kernel label pull email shell null acl html xml ssl signal control all'),
  ...wordsEnding('open', [
    'etcd kube-proxy kube-scheduler scheduler kube-apiserver apiserver kube-controller-manager controller-manager cloud-controller-manager manager containerd coredns iptables nftables raft',
    'cri cni csi pdb tls dns pv pvc ip api http https tcp udp cpu gpu vip crd hpa oci ipvs tty id uid',
    'log ready notready true false succeeded failed completed default node service state lease deployment replicaset daemonset statefulset endpoint endpointslice server',
    'created started pulled noschedule noexecute clusterip nodeport loadbalancer nginx port image namespace status phase conflict crio docker',
    'worker leader follower event watch list apply create delete describe advance kubernetes',
  ].join(' ')),
]);

/** The reading of words the known table or digits or Hangul settle; undefined where only spelling out letters remains. */
export function knownEnding(word: string): Ending | undefined {
  const bare = word.replace(/[\s`'"’”)\]}>*.,:;!?…]+$/u, '');
  const last = bare.codePointAt(bare.length - 1);
  if (last === undefined) return undefined;
  if (last >= HANGUL_FIRST && last <= HANGUL_LAST) {
    const final = (last - HANGUL_FIRST) % FINALS;
    return final === 0 ? 'open' : final === RIEUL ? 'rieul' : 'closed';
  }
  const tail = (/[A-Za-z0-9_-]+$/.exec(bare)?.[0] ?? '').toLowerCase();
  const known = KNOWN.get(tail) ?? KNOWN.get(/[a-z0-9_]+$/.exec(tail)?.[0] ?? '');
  if (known !== undefined) return known;
  return last >= 0x30 && last <= 0x39 ? DIGITS[last - 0x30] : undefined;
}

/** How any word ends: unknown Latin words are spelled out, letter by letter. */
function endingOf(word: string): Ending {
  const known = knownEnding(word);
  if (known !== undefined) return known;
  const letter = /[A-Za-z](?=[^A-Za-z]*$)/.exec(word)?.[0]?.toLowerCase() ?? '';
  return LETTERS[letter] ?? 'open';
}

/** The right form of a particle after an ending; an unknown particle comes back as it is. */
export function particleAfter(ending: Ending, particle: string): string {
  const pair = PAIRS.find(([closed, open]) => closed === particle || open === particle);
  if (pair === undefined) return particle;
  const [closed, open] = pair;
  const opens = ending === 'open' || (ending === 'rieul' && open === '로');
  return opens ? open : closed;
}

/**
 * The word with its particle: `josa('kubelet', '이')` gives `kubelet이`, `josa('worker-1', '으로')` gives `worker-1로`.
 */
export function josa(word: string, particle: string): string {
  return word + particleAfter(endingOf(word), particle);
}
