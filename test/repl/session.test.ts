import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { pipeline } from '../../src/apiserver/pipeline.ts';
import type { Node, Pod } from '../../src/api/kinds/all.ts';
import { findCondition } from '../../src/api/condition.ts';
import { seconds } from '../../src/base/data.ts';
import { OUTPUT_KEPT } from '../../src/cluster/view-contract.ts';
import { presets, type Topology } from '../../src/cluster/topology.ts';
import { bootedWorld } from '../../src/program/booted.ts';
import type { Chunk } from '../../src/repl/session-view.ts';
import { Session } from '../../src/repl/session.ts';
import type { Save } from '../../src/repl/save-file.ts';
import { kubeScheduler } from '../../src/scheduler/scheduler.ts';
import { sessionCommands } from '../../src/repl/commands/registry.ts';

interface Seat { readonly session: Session; readonly chunks: Chunk[]; text(...streams: Chunk['stream'][]): string; clear(): void }

/** A session on a preset, with everything it says. */
function sit(cluster = 'default', options: { readonly lang?: 'ko' | 'en'; readonly verify?: boolean } = {}): Seat {
  const topology = presets[cluster] as Topology;
  const booted = bootedWorld(topology, 1);
  const session = new Session({
    topology, seed: 1, lang: options.lang ?? 'en', lessonsFolder: 'lessons', topologyOf: name => presets[name], verify: options.verify ?? false, ...(booted !== undefined ? { booted } : {}),
  });
  const chunks: Chunk[] = [];
  session.onChunk(chunk => chunks.push(chunk));
  return {
    session, chunks, clear: () => { chunks.length = 0; },
    text: (...streams) => chunks.filter(chunk => streams.length === 0 || streams.includes(chunk.stream)).map(chunk => chunk.text).join('\n'),
  };
}

const podsOf = (session: Session): readonly Pod[] => session.view.list('Pod', 'default') as readonly Pod[];
const running = (session: Session): readonly Pod[] => podsOf(session).filter(pod => pod.status?.phase === 'Running' && pod.metadata.deletionTimestamp === undefined);

t.test('a deployment goes from the typed line to three running pods', t => {
  const { session, text, clear } = sit('default', { verify: true });
  t.match(session.run('kubectl create deployment web --image=nginx --replicas=3'), { exit: 0, stdout: 'deployment.apps/web created\n' });
  const watched = session.run('kubectl get pods -w').stdout;
  const stages = ['Pending', 'ContainerCreating', 'Running'].map(status => watched.indexOf(status));
  t.ok(stages.every((at, i) => at >= 0 && (i === 0 || at > (stages[i - 1] as number))), watched);
  t.equal(running(session).length, 3);
  clear();
  session.run('trace last');
  const trace = text('tutor');
  for (const part of ['CREATE deployments', 'CREATE replicasets', 'CREATE pods', 'CREATE pods/binding', 'bound to node', 'Sandbox of pod', 'started']) t.ok(trace.includes(part), `the trace shows ${part}`);
  t.equal(trace.match(/The container of pod `web-[^`]+` started/g)?.length, 3, 'three containers');
  t.end();
});

t.test('a trace shows every gate of the learner\'s request in running order, and when things happened', t => {
  const { session, text, clear } = sit('ha');
  const traced = (line: string): readonly string[] => {
    session.run(line);
    clear();
    session.run('trace last');
    return text('tutor').split('\n');
  };
  const gates = (lines: readonly string[]): readonly string[] => lines.filter(line => line.includes('· ')).flatMap(line => line.slice(line.indexOf('· ') + 2).split(': ')[0]?.split(' → ') ?? []);
  session.run('fault slow-disk 200ms cp-1/etcd cp-2/etcd cp-3/etcd');
  const created = traced('kubectl create deployment web --image=nginx');
  const names = pipeline.map(({ name }) => name);
  t.strictSame(gates(created), names, 'a create');
  t.match(created[0], /\+0\.0ms {2}cp-\d\/kube-apiserver: kubernetes-admin CREATE deployments default\/web → 201 \(2\d\d\.\dms\)/, 'begins when the request arrives');
  t.match(created.find(line => line.includes('stored at revision')), /\+2\d\d\.\dms/, 'etcd stores it two hundred milliseconds later');
  t.strictSame(gates(traced('kubectl delete deployment web')), names.filter(name => name !== 'mutating-admission' && name !== 'validation'), 'a delete');
  const refused = traced('kubectl --as=bob create configmap x');
  t.strictSame(gates(refused), names.slice(0, names.indexOf('authorization') + 1), 'what is refused ends at its gate');
  t.ok(refused.some(line => line.includes('impersonation: acts as bob')), refused.join('\n'));
  t.end();
});

t.test('a command that waits tells of its end after what led to it', t => {
  const { session, text, clear } = sit();
  session.run('kubectl run web --image=nginx');
  clear();
  t.match(session.run('kubectl wait --for=condition=Ready pod/web'), { exit: 0, stdout: 'pod/web condition met\n' });
  const told = text('stdout', 'cluster').split('\n');
  t.equal(told.at(-1), 'pod/web condition met', told.join('\n'));
  t.ok(told.some(line => line.includes('started')), told.join('\n'));
  t.end();
});

t.test('the last line is kept whole, those before it up to a mark', t => {
  const { session } = sit();
  const { stdout } = session.run('kubectl get pods -A -o json');
  t.ok(stdout.length > OUTPUT_KEPT, `${stdout.length} characters`);
  t.ok(stdout.endsWith('}\n'), 'whole');
  t.equal(session.view.lines().at(-1)?.stdout, stdout, 'and so checks see it');
  session.run('kubectl get nodes');
  const kept = session.view.lines().at(-2)?.stdout ?? '';
  t.equal(kept, `${stdout.slice(0, OUTPUT_KEPT)}\n… (+${stdout.length - OUTPUT_KEPT})\n`);
  t.equal(session.toSave().typed.at(-2)?.stdout, kept);
  t.end();
});

t.test('a worker that loses power', t => {
  const { session } = sit();
  session.run('kubectl create deployment web --image=nginx --replicas=4');
  session.run('advance 20s');
  const renewed = Number(session.view.get('Lease', 'kube-node-lease', 'worker-1') !== undefined);
  t.equal(renewed, 1);
  session.run('fault crash worker-1');
  const crashedAt = session.now;
  const ready = (): string => findCondition((session.view.get('Node', '', 'worker-1') as Node).status?.conditions, 'Ready')?.status ?? '';
  const stillThere = podsOf(session).filter(pod => pod.spec?.nodeName === 'worker-1').map(pod => pod.metadata.name);
  t.ok(stillThere.length > 0);
  let notReadyAt = 0;
  let deletedAt = 0;
  while (session.now < crashedAt + seconds(420) && deletedAt === 0) {
    session.pass(seconds(1));
    if (notReadyAt === 0 && ready() === 'Unknown') notReadyAt = session.now;
    if (podsOf(session).some(pod => stillThere.includes(pod.metadata.name) && pod.metadata.deletionTimestamp !== undefined)) deletedAt = session.now;
  }
  const after = (at: number): number => (at - crashedAt) / 1_000_000;
  t.ok(after(notReadyAt) > 38 && after(notReadyAt) <= 56, `NotReady after ${after(notReadyAt)} s: 50 s after the last lease renewal, looked at every 5 s`);
  t.ok(deletedAt - notReadyAt >= seconds(299) && deletedAt - notReadyAt <= seconds(312), `evicted ${(deletedAt - notReadyAt) / 1_000_000} s later, as its tolerations say`);
  const node = session.view.get('Node', '', 'worker-1') as Node;
  t.same(node.spec?.taints?.filter(taint => taint.key === 'node.kubernetes.io/unreachable').map(taint => taint.effect).sort(), ['NoExecute', 'NoSchedule']);
  session.pass(seconds(30));
  t.equal(running(session).filter(pod => pod.spec?.nodeName === 'worker-2').length, 4, 'all four run on the other worker');
  t.ok(podsOf(session).some(pod => pod.metadata.deletionTimestamp !== undefined && pod.spec?.nodeName === 'worker-1'), 'the old ones stay Terminating: nobody can confirm');
  session.run('heal all');
  session.pass(seconds(90));
  t.equal(ready(), 'True');
  t.equal(podsOf(session).length, 4, 'the old ones are gone');
  t.end();
});

t.test('what is said of a kubelet that comes back is true', t => {
  const { session, text, clear } = sit('default');
  session.run('kubectl create deployment web --image=nginx --replicas=4');
  session.run('advance 20s');
  const told = (...lines: readonly string[]): string => {
    clear();
    for (const line of lines) session.run(line);
    return text('cluster');
  };
  const process = told('fault crash worker-1/kubelet', 'advance 5s', 'heal all', 'advance 10s');
  t.match(process, /is back — containers were untouched/);
  t.notMatch(process, /is Ready again/, 'it never was anything else');
  const machine = told('fault crash worker-1', 'advance 60s', 'heal all', 'advance 10s');
  t.match(machine, /started — no container was left from before/);
  t.equal(machine.match(/is Ready again/g)?.length, 1, 'once');
  t.end();
});

t.test('a kubelet that was silent for a while reports its pods ready again', t => {
  const { session } = sit();
  session.run('kubectl create deployment web --image=nginx --replicas=4');
  session.run('advance 20s');
  session.run('fault pause worker-2/kubelet');
  session.run('advance 90s');
  const ready = (): number => podsOf(session).filter(pod => findCondition(pod.status?.conditions, 'Ready')?.status === 'True').length;
  t.ok(ready() < 4, 'the node controller marked the pods of the silent node');
  session.run('heal all');
  session.run('advance 30s');
  t.equal(ready(), 4);
  t.equal((session.view.get('Deployment', 'default', 'web') as { status?: { readyReplicas?: number } } | undefined)?.status?.readyReplicas, 4);
  t.end();
});

t.test('an etcd that etcdctl asked earlier and that dies answers no request to the API', t => {
  const { session } = sit();
  session.run('etcdctl get nothing');
  session.run('fault torn-tail cp-1/etcd');
  t.match(session.run('kubectl create configmap one').stderr, /^error: failed to create configmap: rpc error: code = Unavailable/);
  t.end();
});

t.test('coming back from the past brings the journal back too', t => {
  const { session } = sit();
  for (const line of ['advance 90s', 'kubectl create configmap a', 'back 57s', 'undo']) session.run(line);
  t.same(sit().session.fromSave(session.toSave()), { ok: true, value: null }, 'a save made then replays to the same world');
  session.run('redo');
  t.same(sit().session.fromSave(session.toSave()), { ok: true, value: null });
  t.end();
});

t.test('what is undone is named as it was typed', t => {
  const { session, text } = sit();
  session.run('advance 30s');
  session.run('back 10s');
  session.run('undo');
  t.match(text('note'), /Took back:\n {2}back 10s/);
  t.end();
});

t.test('a moment that cannot be reached leaves nothing to undo', t => {
  const { session } = sit();
  t.match(session.run('goto 00:00:01').stderr, /no checkpoint is left/);
  t.match(session.run('undo').stderr, /there is nothing to undo/);
  t.end();
});

t.test('a server or a store that is ill on one machine makes no node NotReady: kubelets go to another server', t => {
  for (const fault of ['crash cp-1/etcd', 'pause cp-1/etcd', 'pause cp-1/kube-apiserver', 'blackhole cp-1/etcd']) {
    const { session } = sit('ha');
    session.run('advance 15s');
    session.run(`fault ${fault}`);
    const lost = new Set<string>();
    for (let i = 0; i < 14; i++) {
      session.run('advance 10s');
      for (const node of session.view.list('Node') as readonly Node[]) if (findCondition(node.status?.conditions, 'Ready')?.status !== 'True') lost.add(node.metadata.name);
    }
    t.same([...lost], [], fault);
  }
  t.end();
});

t.test('the rules of Services follow on every machine while one member of etcd is gone', t => {
  for (const fault of ['crash cp-1/etcd', 'crash cp-2/etcd', 'crash cp-3/etcd']) {
    const { session } = sit('ha');
    session.run('advance 15s');
    session.run(`fault ${fault}`);
    session.run('advance 10s');
    session.run('kubectl create deployment web --image=nginx');
    session.run('kubectl expose deployment web --port=80 --name=late');
    session.run('advance 30s');
    for (const node of session.view.list('Node')) {
      const { name } = node.metadata;
      t.ok(session.view.rules(name).some(rule => rule.includes('default/late') && rule.includes('KUBE-SEP')), `${fault}: ${name}`);
    }
  }
  t.end();
});

t.test('a server that takes connections and says nothing', t => {
  const { session } = sit('tiny');
  session.run('fault pause cp-1/kube-apiserver');
  const before = session.now;
  t.equal(session.run('kubectl get pods').stderr, 'Unable to connect to the server: net/http: TLS handshake timeout\n');
  t.equal(Math.round((session.now - before) / 1_000_000), 10);
  session.run('heal all');
  session.run('advance 5s');
  t.equal(session.run('kubectl get nodes').exit, 0);
  t.end();
});

t.test('etcd members that crash', t => {
  const { session } = sit('ha');
  session.run('kubectl create configmap first --from-literal=a=1');
  session.run('fault crash cp-1/etcd');
  session.run('advance 5s');
  t.equal(session.run('kubectl create configmap second --from-literal=a=1').exit, 0, 'one of three down: writes go on');
  session.run('fault crash cp-2/etcd');
  const refused = session.run('kubectl create configmap third --from-literal=a=1');
  t.equal(refused.exit, 1);
  t.match(refused.stderr, /etcdserver: request timed out|connection refused|Timeout/);
  session.run('heal all');
  session.run('advance 40s');
  t.equal(session.run('kubectl create configmap fourth --from-literal=a=1').exit, 0, 'a majority again: writes work');
  const names = session.view.list('ConfigMap', 'default').map(object => object.metadata.name);
  for (const name of ['first', 'second', 'fourth']) t.ok(names.includes(name), `${name} was acknowledged and is there`);
  t.end();
});

t.test('undo, redo and going back', t => {
  const { session } = sit();
  const digest = session.digest;
  session.run('kubectl create configmap a --from-literal=x=1');
  const after = session.digest;
  t.equal(session.run('undo').exit, 0);
  t.equal(session.digest, digest);
  t.equal(session.view.get('ConfigMap', 'default', 'a'), undefined);
  session.run('redo');
  t.equal(session.digest, after);
  session.run('advance 2m');
  const later = session.digest;
  session.run('back 1m');
  t.ok(session.now > seconds(60) && session.now < seconds(70));
  t.ok(session.view.get('ConfigMap', 'default', 'a') !== undefined);
  session.run('undo');
  t.equal(session.digest, later, 'undo comes back from the past');
  session.run('goto 00:00:05');
  session.run('kubectl create configmap other --from-literal=x=1');
  t.equal(session.view.get('ConfigMap', 'default', 'other')?.metadata.name, 'other', 'the past goes on in another way');
  t.equal(session.run('undo 99').exit, 0);
  t.equal(session.run('undo').exit, 1, 'nothing left to undo');
  t.end();
});

t.test('a save continues exactly, and a bad one is refused with a reason', t => {
  const folder = mkdtempSync(join(tmpdir(), 'pilothouse-'));
  const file = join(folder, 'saved.json');
  const { session } = sit();
  session.run('kubectl create deployment web --image=nginx');
  session.run('advance 30s');
  session.run('fault pause worker-1/kubelet');
  session.run('advance 10s');
  t.equal(session.run(`save ${file}`).exit, 0);
  const other = sit().session;
  t.equal(other.run(`restore ${file}`).exit, 0);
  t.equal(other.digest, session.digest);
  t.same(other.history.slice(0, 2), ['kubectl create deployment web --image=nginx', 'advance 30s'], 'the arrow keys bring the lines back, too');
  t.same(other.activeFaults(), ['pause worker-1/kubelet']);
  for (const one of [session, other]) one.pass(seconds(60));
  t.equal(other.digest, session.digest, 'both go on in the same way');
  const good = readFileSync(file, 'utf8');
  const bad: readonly (readonly [string, string, RegExp])[] = [
    ['nothing.json', '', /not a save of pilothouse/], ['text.json', 'hello', /not a save of pilothouse/], ['list.json', '[]', /found no fields/],
    ['format.json', '{"format":"x"}', /format: expected "pilothouse-save\/1", found "x"/],
    ['seed.json', good.replace(/"seed":\d+/, '"seed":"one"'), /seed: expected a whole number/],
    ['entry.json', good.replace(/"type":"fault"/, '"type":"magic"'), /journal\[\d+\]\.action\.type: expected deliver, fault or heal/],
    ['lang.json', good.replace(/"lang":"en"/, '"lang":"fr"'), /lang: expected ko or en/], ['machine.json', good.replace(/"role":"worker"/, '"role":7'), /topology\.machines\[1\]: expected a machine/],
    ['line.json', good.replace(/"typed":\[/, '"typed":[null,'), /typed\[0\]: expected a line and its output/], ['learner.json', good.replace(/"finished":\[/, '"finished":[5'), /learner: expected a record/],
    ['deliver.json', good.replace(/"to":"[^"]+"/, '"to":7'), /journal\[0\]\.action: expected all fields of deliver/],
    ['nobody.json', good.replace(/"type":"terminal\.run"/, '"type":"terminal.walk"'), /another way than the saved run|cannot be replayed/],
    ['digest.json', good.replace(/"digest":"[0-9a-f]+"/, '"digest":"00"'), /another way than the saved run/],
  ];
  for (const [name, text, problem] of bad) {
    writeFileSync(join(folder, name), text);
    const before = session.digest;
    const done = session.run(`restore ${join(folder, name)}`);
    t.equal(done.exit, 1, name);
    t.match(done.stderr, problem, name);
    t.equal(session.digest, before, 'nothing is lost');
  }
  t.match(session.run('restore /nowhere/at-all.json').stderr, /cannot be read/);
  t.end();
});

t.test('what a beginner types wrong gets an answer, never a stack trace', t => {
  const { session } = sit();
  const lines: readonly (readonly [string, RegExp])[] = [
    ['kubctl get pods', /kubectl/], ['kubectl gett pods', /unknown command "gett" for "kubectl"/], ['kubectl get podz', /the server doesn't have a resource type "podz"/],
    ['kubectl get pod nope', /pods "nope" not found/], ['kubectl get pods --foo', /unknown flag: --foo/], ['kubectl create deployment', /exactly one NAME|required|NAME/],
    ['fault explode worker-1', /there is no fault "explode"; faults are crash, pause, crash-at, /], ['fault crash worker-9', /there is no machine or process "worker-9"/], ['heal crash worker-1', /no fault is active/],
    ['advance soon', /soon/], ['explain foo.bar', /the server doesn't have a resource type "foo"/], ['explain cronjob', /For the fields of a resource use `kubectl explain cronjob`/], ['goto never', /./], ['until nonsense(', /./], ['why pod/nope', /there is no pod "nope"/], ['explain xyzzy', /xyzzy/], ['learn nothing-such', /there is no lesson/],
    ['kubectl apply -f /nowhere.yaml', /the path "\/nowhere.yaml" does not exist/], ['on worker-9: crictl ps', /worker-9/], ['"', /quote/], ['kubectl get pods | nonsense', /./],
  ];
  for (const [line, problem] of lines) {
    const done = session.run(line);
    t.not(done.exit, 0, `"${line}" fails`);
    t.match(done.stderr, problem, `"${line}"`);
    t.notOk(/\bat .*\.(js|ts):\d+/.test(done.stderr), 'no stack trace');
  }
  t.equal(session.run('').exit, 0);
  t.equal(session.run('# only a comment').exit, 0);
  t.end();
});

t.test('in a lesson, a lost learner hears what helps there, and a part of a step is acknowledged', t => {
  const { session, text, chunks, clear } = sit('default', { lang: 'ko' });
  t.match(session.run('안녕'), { exit: 0, stderr: '' }, 'who greets has made no mistake');
  t.match(text('tutor'), /안녕하세요\. `learn`으로/);
  session.run('뭐부터 해요?');
  t.match(text('stderr'), /첫 수업은 `learn`으로/);
  t.same(chunks.filter(({ stream }) => stream === 'stderr').map(({ spoken }) => spoken), [undefined, true], 'the echo of the line is no words of ours');
  session.run('learn a1');
  clear();
  t.match(session.run('하하하'), { exit: 2, stderr: /"하하하" 명령은 몰라요\. 막혔으면 `hint`/ });
  session.run('kubectl get nodes');
  t.match(text('tutor'), /목록은 나왔는데 주소가 보이지 않아요/);
  clear();
  session.run('kubectl get pods -A -o wide');
  t.notMatch(text('tutor'), /맞아요/, 'addresses in another table are not the addresses of nodes');
  session.run('안녕');
  t.match(text('tutor'), /하던 수업을 이어 가 볼까요/);
  session.run('kubectl get nodes -o wide');
  t.match(text('tutor'), /맞아요/);
  t.end();
});

t.test('the answer to an open question needs no command, and a mistyped command is no answer', t => {
  const { session, text, clear } = sit('default', { lang: 'ko' });
  session.run('시작');
  session.run('kubectl get nodes -o wide');
  session.run('kubectl get pods -n kube-system -o wide');
  clear();
  t.match(session.run('worker-1'), { exit: 0, stderr: '' });
  t.match(text('tutor'), /다시 볼까요\? 방금 본 표에서 NODE 열을/);
  t.same(session.highlight('cp-1').filter(({ style }) => style === 'error'), [], 'an answer is not marked as a mistake');
  clear();
  session.run('cp-1 노드예요');
  t.match(text('tutor'), /맞아요\. 컨트롤 플레인 노드예요/);
  session.run('kubectl get --raw /readyz');
  session.run('on cp-1 crictl ps');
  clear();
  t.match(session.run('kubctl get pods'), { exit: 2, stderr: /kubectl/ });
  t.equal(text('tutor'), '', 'not taken for an answer');
  session.run('뭐지');
  t.match(text('tutor'), /1부터 3까지의 번호로 답해 주세요/);
  session.run('only on workers');
  t.match(text('tutor'), /다시 볼까요\? `cp-1`의 컨테이너도/, 'the words of a choice, though they begin like a command');
  clear();
  t.match(session.run('hello'), { exit: 0, stderr: '' });
  session.run('호스트 서비스');
  t.match(text('tutor'), /맞아요\. kubelet이 파드를 띄우니/);
  for (let i = 0; i < 6; i++) session.run('next');
  t.match(text('tutor'), /수업을 마쳤어요[\s\S]*다음은 「파드 하나가 뜨기까지」 수업이에요\. `next`나 `learn a2-one-pod`로 이어 가요\./);
  session.run('learn a2');
  for (let i = 0; i < 14; i++) session.run('next');
  clear();
  session.run('1 2 3 4 5');
  t.match(text('tutor'), /앞에서 1번째까지는 맞아요/);
  t.end();
});

t.test('time that a line lets pass leaves the screen awake, and Ctrl-C ends it', t => {
  const { session, text, clear } = sit('default', { lang: 'ko' });
  session.begin('advance 100h && kubectl get nodes');
  session.tick(1, 5);
  t.ok(session.busy && session.now < seconds(3600), 'only a slice is done at once');
  session.tick(1, 5);
  session.interrupt();
  t.match({ busy: session.busy, exit: session.exitCode }, { busy: false, exit: 130 });
  t.match(text('note'), /^여기서 멈췄어요\. 지금 시각은 \d\d:\d\d:\d\d\.\d{3}(이에요|예요)\.$/);
  t.notMatch(text('stdout'), /worker-1/, 'the rest of the line is not run');
  session.run('undo');
  t.match(session.status().clock, '00:00:05.');
  clear();
  session.run('advance 1분');
  session.run('until nodes().size() == 9 within 2초');
  session.run('advance 3초');
  t.equal(text('note'), '1분이 지났어요. 지금 시각은 00:01:05.000이에요.\n3초가 지났어요. 지금 시각은 00:01:10.000이에요.');
  t.match(text('stderr'), '2초 안에 조건이 맞지 않았어요.');
  t.match(session.run('until pods("x").foo && kubectl get nodes'), { exit: 1, stdout: '' });
  t.equal(session.run('goto 00:02:00; kubectl get nodes | wc -l').stdout.split('\n').at(-2)?.trim(), '4');
  t.end();
});

t.test('lines with filters, several commands and files', t => {
  const folder = mkdtempSync(join(tmpdir(), 'pilothouse-'));
  const { session } = sit();
  session.redirect = (file, text) => { writeFileSync(file, text); return undefined; };
  t.equal(session.run('kubectl get nodes | grep worker | wc -l').stdout.trim(), '2');
  t.match(session.run('kubectl get nodes --no-headers | head -1').stdout, /^cp-1/);
  t.equal(session.run('kubectl get pod nope && kubectl get nodes').stdout, '');
  t.match(session.run('kubectl get pod nope; kubectl get nodes').stdout, /worker-2/);
  session.run(`kubectl get nodes -o name > ${join(folder, 'nodes.txt')}`);
  t.equal(readFileSync(join(folder, 'nodes.txt'), 'utf8'), 'node/cp-1\nnode/worker-1\nnode/worker-2\n');
  const applied = session.run('kubectl apply -f - <<EOF\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: from-heredoc\ndata:\n  a: "1"\nEOF');
  t.match(applied, { exit: 0, stdout: 'configmap/from-heredoc created\n' });
  t.equal(session.run('kubectl get cm from-heredoc -o jsonpath={.data.a}').stdout, '1');
  writeFileSync(join(folder, 'bad.yaml'), 'apiVersion: v1\nkind: [\n');
  const bad = session.run(`kubectl apply -f ${join(folder, 'bad.yaml')}`);
  t.equal(bad.exit, 1);
  t.match(bad.stderr, /bad\.yaml.*line \d+/s);
  t.end();
});

t.test('both languages', t => {
  const { session, text } = sit('default', { lang: 'ko' });
  session.run('etcd가 뭐야?');
  t.match(text('tutor'), /etcd/);
  t.notOk(/니다[.\n]/.test(text('tutor')), 'the tutor speaks 해요체');
  session.run('kubectl create deployment web --image=nginx');
  session.run('advance 10s');
  t.match(text('cluster'), /파드/);
  session.run('lang en');
  t.equal(session.lang, 'en');
  t.notMatch(text('tutor'), /Your turn/, 'no lesson, no task');
  session.run('learn a1');
  session.run('lang ko');
  t.match(text('tutor'), /이제 한국어로 말할게요\.\n해 보기: 먼저 머신부터/, 'the open task is said again in the new language');
  session.run('fault');
  const faults = text('note').split('\n').filter(line => line.startsWith('  '));
  t.ok(faults.length > 10 && faults.every(line => /^ {2}fault \S.*\S$/.test(line) && (line.length <= 90) || /^ {38}\S/.test(line)), 'a long usage has its meaning below');
  t.end();
});

t.test('time in steps', t => {
  const { session, text, clear } = sit();
  const before = session.now;
  clear();
  t.equal(session.run('step 5').exit, 0);
  t.ok(text('note', 'stdout', 'tutor', 'cluster').split('\n').length >= 5);
  t.ok(session.now >= before);
  t.equal(session.run("until 'nodes().size() == 3'").exit, 0);
  t.equal(session.run("until 'nodes().size() == 4' within 2s").exit, 1);
  t.equal(session.run('speed 10x').exit, 0);
  t.equal(session.speed, 10);
  session.run('pause');
  const paused = session.now;
  session.tick(1000, 50);
  t.equal(session.now, paused);
  session.run('resume');
  session.tick(100, 200);
  t.equal(session.now, paused + seconds(1), 'a tenth of a second at ten times the speed');
  t.end();
});

t.test('the editor', t => {
  const { session } = sit();
  const texts = (line: string): readonly string[] => session.complete(line, line.length).items.map(item => item.text);
  t.ok(texts('kubectl ge').includes('get'));
  t.ok(texts('kubectl get po').includes('pods'));
  t.ok(texts('kubectl describe node wor').includes('worker-1'));
  t.ok(texts('fault crash ').includes('worker-1'));
  t.ok(texts('learn ').length > 0);
  session.run('kubectl get nodes');
  t.equal(session.suggest('kubectl get n'), 'odes');
  t.ok(session.highlight('kubectl get pods').some(span => span.style === 'resource'));
  t.same(session.map().map(node => [node.name, node.ready]), [['cp-1', 'True'], ['worker-1', 'True'], ['worker-2', 'True']]);
  t.end();
});

t.test('the kubeconfig is part of the world: commands act in its context, and undo takes a change of it back', t => {
  const { session } = sit();
  session.run('kubectl create namespace shop && kubectl config set-context --current --namespace=shop');
  t.match(session.run('kubectl get pods').stderr, 'No resources found in shop namespace.');
  t.equal(session.namespace, 'shop');
  session.undo(1);
  t.equal(session.namespace, 'default');
  t.match(session.run('kubectl get pods --context=nowhere'), { exit: 1, stderr: 'Error in configuration: context was not found for specified context: nowhere\n' });
  session.run('kubectl config unset current-context');
  t.match(session.run('kubectl get pods').stderr, 'The connection to the server localhost:8080 was refused - did you specify the right host or port?');
  t.match(session.run('kubectl get pods --context=kubernetes-admin@kubernetes'), { exit: 0 });
  session.run('kubectl config use-context kubernetes-admin@kubernetes && kubectl config set-credentials jane --token=wrong');
  t.match(session.run('kubectl get pods --user=jane'), { exit: 1, stderr: 'error: You must be logged in to the server (Unauthorized)\n' });
  t.end();
});

t.test('what fails inside costs the learner nothing', t => {
  const topology = presets['default'] as Topology;
  const open = (keep?: (save: Save) => void): Session => new Session({ topology, seed: 1, lang: 'en', lessonsFolder: 'lessons', survives: true, ...(keep === undefined ? {} : { keep }) });
  const { step } = kubeScheduler;
  const plant = (): void => {
    let left = 1;
    (kubeScheduler as { step: typeof step }).step = (state, input, out) => {
      const isPod = input.type === 'message' && JSON.stringify(input.body).includes('"name":"web');
      if (isPod && left-- > 0) throw new TypeError("Cannot read properties of undefined (reading 'planted')");
      step(state, input, out);
    };
  };
  t.teardown(() => { (kubeScheduler as { step: typeof step }).step = step; });

  t.test('a process that throws dies like one that panics, is named, and comes back', t => {
    let saved: Save | undefined;
    const session = open((save) => { saved = save; });
    const said: string[] = [];
    session.onChunk(({ stream, text }) => { if (stream === 'stderr') said.push(text); });
    plant();
    t.equal(session.run('kubectl create deployment web --image=nginx').exit, 0);
    t.equal(session.run('kubectl rollout status deployment web').exit, 0, 'the deployment runs in the end');
    t.equal(running(session).length, 1);
    t.equal(said.length, 1, 'one message');
    t.match(said[0], /^This is a bug of pilothouse: at 00:00:\d\d\.\d+ cp-1\/kube-scheduler could not go on \(Cannot read properties of undefined \(reading 'planted'\)\)\..* saved\.\nWith a report please give: pilothouse \d\S+, default, seed 1, event \d+$/);
    t.notMatch(said[0], /\n +at /, 'no stack trace');
    plant();
    const again = open();
    t.same(again.fromSave(saved as Save), { ok: true, value: null }, 'the save leads to the same world');
    t.equal(again.digest, session.digest);
    t.end();
  });

  t.test('a line that throws ends, and the prompt stays', t => {
    (kubeScheduler as { step: typeof step }).step = step;
    const session = open();
    const said: string[] = [];
    session.onChunk(({ stream, text }) => { if (stream === 'stderr') said.push(text); });
    const status = sessionCommands.find(({ path }) => path.join(' ') === 'status') as { run: (...args: unknown[]) => string | undefined };
    const { run } = status;
    status.run = () => { throw new Error('planted'); };
    t.teardown(() => { status.run = run; });
    t.match(session.run('status'), { exit: 70 });
    t.notOk(session.busy);
    t.match(said.join(), /^This is a bug of pilothouse: the line could not be finished \(planted\)\. The cluster and your work are all there/);
    status.run = run;
    t.equal(session.run('kubectl get nodes').exit, 0);
    t.end();
  });

  t.test('tests see what was thrown', t => {
    const { session } = sit();
    plant();
    t.throws(() => { session.run('kubectl create deployment web --image=nginx'); session.run('advance 5s'); }, { message: /planted/ });
    t.end();
  });
  t.end();
});
