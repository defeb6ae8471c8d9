/** Nouns of questions in plain words: kinds of objects and states, in Korean and English. */

const kinds: Readonly<Record<string, readonly string[]>> = {
  pods: ['pod', 'pods', 'po', '파드', '포드'],
  nodes: ['node', 'nodes', 'no', '노드'],
  deployments: ['deployment', 'deployments', 'deploy', '디플로이먼트', '배포'],
  replicasets: ['replicaset', 'replicasets', 'rs', '레플리카셋'],
  daemonsets: ['daemonset', 'daemonsets', 'ds', '데몬셋'],
  services: ['service', 'services', 'svc', '서비스'],
  endpointslices: ['endpointslice', 'endpointslices', '엔드포인트슬라이스', '엔드포인트'],
  configmaps: ['configmap', 'configmaps', 'cm', '컨피그맵'],
  secrets: ['secret', 'secrets', '시크릿'],
  serviceaccounts: ['serviceaccount', 'serviceaccounts', 'sa', '서비스어카운트'],
  namespaces: ['namespace', 'namespaces', 'ns', '네임스페이스'],
  events: ['event', 'events', 'ev', '이벤트'],
  leases: ['lease', 'leases', '리스'],
};

const states: Readonly<Record<string, readonly string[]>> = {
  Pending: ['pending', '대기중', '대기'],
  Running: ['running', '실행중'],
  Ready: ['ready', '준비됨'],
  NotReady: ['notready', 'unready'],
  Failed: ['failed', 'failing', '실패'],
  Succeeded: ['succeeded'],
  Completed: ['completed'],
  Unknown: ['unknown'],
  Terminating: ['terminating', '종료중'],
  Evicted: ['evicted', '축출'],
  ContainerCreating: ['containercreating'],
  CrashLoopBackOff: ['crashloopbackoff', 'crashing'],
  ImagePullBackOff: ['imagepullbackoff'],
  ErrImagePull: ['errimagepull'],
  OOMKilled: ['oomkilled'],
  Error: ['error'],
};

const invert = (of: Readonly<Record<string, readonly string[]>>): ReadonlyMap<string, string> =>
  new Map(Object.entries(of).flatMap(([canonical, words]) => words.map((word) => [word, canonical] as const)));
const kindOf = invert(kinds);
const stateOf = invert(states);

/** What a noun means: a kind of object, a state, or nothing known. */
export function meaningOf(word: string): { readonly kind: string } | { readonly state: string } | undefined {
  const low = word.toLowerCase();
  const kind = kindOf.get(low);
  if (kind !== undefined) return { kind };
  const state = stateOf.get(low);
  return state === undefined ? undefined : { state };
}

/** Words for the completion of a kind or a state in a question: the canonical ones first, then Korean ones. */
export const kindWords: readonly string[] = Object.values(kinds).flatMap((words) => words.filter((word) => word >= '가' || word === words[0]));
export const stateWords: readonly string[] = Object.keys(states);

/** Particles, longest first. */
const JOSA = ['이라는', '이란', '라는', '에서', '으로', '란', '이', '가', '은', '는', '을', '를', '의', '에', '로', '와', '과', '도', '건', '게'] as const;
/** Endings after a state, longest first. */
const COPULA = ['상태인가요', '상태예요', '상태야', '인가요', '이에요', '일까요', '이죠', '이야', '예요', '일까', '인가', '이지', '야', '죠', '지'] as const;
/** Words that end like a particle but are whole, beside the kinds and states. */
const WHOLE: ReadonlySet<string> = new Set(['왜', '누가', '뭐야', '뭐지', '안', '게이트웨이', '레이', '무슨', '뜻이야', '목록', '레플리카', '메타데이터']);

/** Cuts a word of a question into noun, particle and ending; each part says what it is. */
export function cutAsked(word: string): readonly { readonly text: string; readonly type: 'word' | 'josa' | 'copula' }[] {
  const whole = [{ text: word, type: 'word' as const }];
  if (WHOLE.has(word) || meaningOf(word) !== undefined) return whole;
  if ((JOSA as readonly string[]).includes(word)) return [{ text: word, type: 'josa' }];
  if ((COPULA as readonly string[]).includes(word)) return [{ text: word, type: 'copula' }];
  const mixed = /^([!-~]+)([가-힣]+)$/u.exec(word);
  if (mixed?.[1] !== undefined && mixed[2] !== undefined) return [{ text: mixed[1], type: 'word' }, ...cutTail(mixed[1], mixed[2])];
  for (const ending of COPULA) {
    const stem = word.slice(0, -ending.length);
    if (word.endsWith(ending) && meaningOf(stem) !== undefined) return [{ text: stem, type: 'word' }, { text: ending, type: 'copula' }];
  }
  for (const particle of JOSA) {
    const stem = word.slice(0, -particle.length);
    if (word.endsWith(particle) && stem.length >= 2 && /[가-힣]$/u.test(stem)) return [{ text: stem, type: 'word' }, { text: particle, type: 'josa' }];
  }
  return whole;
}

function cutTail(base: string, tail: string): ReturnType<typeof cutAsked> {
  const isState = meaningOf(base) !== undefined && 'state' in (meaningOf(base) ?? {});
  if (isState && (COPULA as readonly string[]).includes(tail)) return [{ text: tail, type: 'copula' }];
  if ((JOSA as readonly string[]).includes(tail)) return [{ text: tail, type: 'josa' }];
  if ((COPULA as readonly string[]).includes(tail)) return [{ text: tail, type: 'copula' }];
  return cutAsked(tail);
}
