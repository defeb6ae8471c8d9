import type { Chunk, Completions, HappenedEvent, MapNode, MapPod, SessionView, Span, StatusLine } from '../../src/repl/session-view.ts';

/** How large the fake cluster is and how it speaks. */
export interface FakeOptions {
  readonly lang?: 'ko' | 'en';
  readonly nodes?: number;
  readonly podsPerNode?: number;
}

const WORDS = [
  ['kubectl', '쿠버네티스 명령'], ['get', '객체를 표로 보여 준다'], ['describe', '객체 하나를 자세히 보여 준다'], ['delete', '객체를 지운다'],
  ['deployment', 'apps/v1 Deployment'], ['deployments', 'apps/v1 Deployment 목록'], ['pods', 'v1 Pod 목록'], ['nodes', 'v1 Node 목록'],
  ['services', 'v1 Service 목록'], ['advance', '가상 시간을 앞으로 보낸다'], ['why', '까닭을 거슬러 올라간다'], ['파드', '파드에 대한 설명'],
] as const;
const PROSE = '`kubectl create deployment`는 Deployment 하나를 API 서버에 써 넣을 뿐입니다. 그 뒤의 일은 컨트롤러들이 이어받습니다: '
  + 'deployment-controller가 ReplicaSet을 만들고, replicaset-controller가 파드를 만들고, 스케줄러가 노드를 정하면 kubelet이 컨테이너를 띄웁니다.';

/** A session whose answers are made up, for tests of the screens alone. */
export class FakeSession implements SessionView {
  readonly lang: 'ko' | 'en';
  readonly history: string[] = [];
  readonly begun: string[] = [];
  busy = false;
  exitCode = 0;
  wantsQuit = false;
  closed = 0;
  interrupted = 0;
  paused = false;
  faults: readonly string[] = [];
  #listeners: ((chunk: Chunk) => void)[] = [];
  #micros = 0;
  #watched = 0;
  readonly #nodes: readonly MapNode[];

  constructor(options: FakeOptions = {}) {
    this.lang = options.lang ?? 'ko';
    this.#nodes = fakeNodes(options.nodes ?? 4, options.podsPerNode ?? 3);
  }

  onChunk(listener: (chunk: Chunk) => void): void { this.#listeners.push(listener); }
  say(stream: Chunk['stream'], text: string): void { for (const listener of this.#listeners) listener({ stream, text }); }

  begin(line: string): void {
    this.begun.push(line);
    this.history.push(line);
    this.exitCode = 0;
    this.say('input', line);
    const [word = '', argument = ''] = line.trim().split(/\s+/);
    switch (word) {
      case 'quit': this.wantsQuit = true; return;
      case 'boom': throw new Error('the fake world broke');
      case 'fill': return this.say('stdout', Array.from({ length: Number(argument) }, (_, i) => `${i} 줄 번호 가나다라 line`).join('\n'));
      case 'fail': this.exitCode = 1; return this.say('stderr', 'Error from server (NotFound): pods "web" not found');
      case 'fault': this.faults = [argument]; return this.say('note', '고장을 심었습니다.');
      case 'wide': return this.say('stdout', fakeTable());
      case 'tutor': return this.say('tutor', PROSE);
      case 'cluster': return this.say('cluster', 'worker-1/kubelet: 컨테이너 web을 시작했습니다.');
      case 'echo': return this.say('stdout', line.slice(5));
      case 'watch': this.busy = true; return this.say('stdout', 'NAME   READY   STATUS');
      default: return this.say('stdout', `ran: ${line.replaceAll('\n', ' ⏎ ')}`);
    }
  }

  interrupt(): void { this.interrupted++; this.busy = false; }
  tick(realMs: number): void {
    if (!this.paused) this.#micros += realMs * 1000;
    if (!this.busy) return;
    const seconds = Math.floor(this.#micros / 1e6);
    if (seconds > this.#watched) this.say('stdout', `web-${seconds}  1/1     Running`);
    this.#watched = seconds;
  }
  needsMore(text: string): boolean {
    const mark = /<<\s*(\w+)/.exec(text)?.[1];
    return mark !== undefined && !text.split('\n').slice(1).includes(mark);
  }
  complete(line: string, cursor: number): Completions {
    const word = /\S*$/.exec(line.slice(0, cursor))?.[0] ?? '';
    return { from: cursor - word.length, items: WORDS.filter(([text]) => text.startsWith(word)).map(([text, summary]) => ({ text, summary })) };
  }
  highlight(line: string): readonly Span[] {
    return Array.from(line.matchAll(/\S+/g), (match, i): Span => {
      const style = match[0].startsWith('-') ? 'flag' : i === 0 ? 'command' : i === 2 ? 'resource' : 'value';
      return { from: match.index, to: match.index + match[0].length, style };
    });
  }
  suggest(line: string): string {
    const entry = [...this.history, 'kubectl get pods -o wide --watch'].findLast((candidate) => candidate.startsWith(line) && candidate !== line);
    return entry === undefined ? '' : entry.slice(line.length);
  }
  map(): readonly MapNode[] { return this.#nodes; }
  etcd(): undefined { return undefined; }
  events(max: number): readonly HappenedEvent[] { return FAKE_EVENTS.slice(-max); }
  status(): StatusLine {
    const seconds = Math.floor(this.#micros / 1e6);
    const clock = [seconds / 3600, (seconds / 60) % 60, seconds % 60].map((part) => String(Math.floor(part)).padStart(2, '0')).join(':');
    return { clock, speed: 1, paused: this.paused, seed: 7, cluster: 'ha', lesson: '3/58 디플로이먼트', busy: this.busy, faults: this.faults, branch: '' };
  }
  close(): void { this.closed++; }
}

const FAKE_EVENTS: readonly HappenedEvent[] = [
  { at: '00:00:01', who: 'default-scheduler', text: 'Successfully assigned default/web-5d9c7b-x2k4p to worker-1', kind: 'Normal' },
  { at: '00:00:02', who: 'kubelet worker-1', text: 'Pulling image "nginx"', kind: 'Normal' },
  { at: '00:00:05', who: 'kubelet worker-1', text: 'Created container: nginx', kind: 'Normal' },
  { at: '00:00:09', who: 'kubelet worker-2', text: 'Back-off restarting failed container api in pod api-0_default(7b1c)', kind: 'Warning' },
];

function fakeNodes(count: number, podsPerNode: number): readonly MapNode[] {
  return Array.from({ length: count }, (_, i): MapNode => {
    const isControlPlane = i < Math.min(3, Math.ceil(count / 2));
    const name = isControlPlane ? `cp-${i + 1}` : `worker-${i + 1 - Math.min(3, Math.ceil(count / 2))}`;
    const names = isControlPlane ? ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kubelet', 'kube-proxy'] : ['kubelet', 'kube-proxy'];
    const isLast = i === count - 1;
    return {
      name, role: isControlPlane ? 'control-plane' : 'worker', up: true, ready: isLast ? 'False' : 'True',
      components: names.map((component) => ({ name: component, status: isLast && component === 'kubelet' ? 'crashed' : 'running', leader: i === 0 && component === 'etcd' })),
      pods: isControlPlane ? [] : fakePods(podsPerNode),
    };
  });
}

function fakePods(count: number): readonly MapPod[] {
  const statuses = ['Running', 'CrashLoopBackOff', 'Pending', 'Completed'];
  return Array.from({ length: count }, (_, i): MapPod => {
    const status = statuses[i % statuses.length] ?? 'Running';
    return { name: `web-5d9c7b8f6d-x${i}k4p`, namespace: i % 5 === 4 ? 'kube-system' : 'default', status, ready: status === 'Running' };
  });
}

function fakeTable(): string {
  return [
    'NAME                   READY   STATUS             RESTARTS      AGE   IP           NODE       NOMINATED NODE   READINESS GATES',
    'web-5d9c7b8f6d-x0k4p   1/1     Running            0             12s   10.244.1.2   worker-1   <none>           <none>',
    'api-0                  0/1     CrashLoopBackOff   3 (18s ago)   90s   10.244.1.3   worker-1   <none>           <none>',
  ].join('\n');
}
