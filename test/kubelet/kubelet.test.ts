import t from 'tap';
import type { Lease } from '../../src/api/kinds/coordination/lease.ts';
import type { Node } from '../../src/api/kinds/core/node.ts';
import type { Pod } from '../../src/api/kinds/core/pod.ts';
import { parseTime } from '../../src/api/time.ts';
import type { KubeletMessage } from '../../src/kubelet/kubelet.ts';
import type { RuntimeState } from '../../src/kubelet/runtime.ts';
import { API, Cluster } from './cluster.ts';

const runtime = (cluster: Cluster): RuntimeState => cluster.kernel.stateOf<RuntimeState>('worker-1/containerd') as RuntimeState;
const ready = (cluster: Cluster): string => cluster.get<Node>('nodes', '', 'worker-1')?.status?.conditions?.find(one => one.type === 'Ready')?.status ?? 'none';
const busybox = (name: string, script: string, more: object = {}): object => ({ name, image: 'busybox:1.36', command: ['sh', '-c', script], ...more });
function started(options: ConstructorParameters<typeof Cluster>[0] = {}): Cluster {
  const cluster = new Cluster(options);
  cluster.run(12);
  return cluster;
}

t.test('a node registers itself, becomes ready when it has a pod range, and renews its Lease every 10 s', t => {
  const cluster = new Cluster({ ranges: false });
  t.equal(ready(cluster), 'False', 'no pod range yet');
  cluster.giveRanges();
  cluster.run(11);
  t.equal(ready(cluster), 'True');
  const node = cluster.get<Node>('nodes', '', 'worker-1');
  t.equal(node?.status?.allocatable?.['memory'], '8286208Ki');
  t.equal(node?.metadata.labels?.['kubernetes.io/hostname'], 'worker-1');
  const renewed = (): number => parseTime(cluster.get<Lease>('leases', 'kube-node-lease', 'worker-1')?.spec?.renewTime ?? '') ?? 0;
  const first = renewed();
  cluster.run(10);
  t.ok(Math.abs(renewed() - first - 10_000_000) < 2000, '10 s between beats');
  const events = cluster.kernel.events;
  cluster.run(600);
  t.ok(cluster.kernel.events - events < 300, `600 idle seconds cost ${cluster.kernel.events - events} events`);
  t.end();
});

t.test('a pod is pulled, started, reported twice, and removed when it is deleted', t => {
  const cluster = started();
  const events = cluster.kernel.events;
  cluster.createPod('web', { containers: [{ name: 'web', image: 'nginx' }] });
  cluster.run(0.1);
  t.equal(cluster.summary('web'), 'Pending ContainerCreating ready=false restarts=0');
  cluster.run(6);
  t.equal(cluster.summary('web'), 'Running Running ready=true restarts=0');
  t.equal(cluster.pod('web')?.status?.podIP, '10.244.1.2');
  t.equal(cluster.api.counts['patch pods/status'], 2);
  t.match(cluster.events('web'), [
    'Normal Pulling Pulling image "nginx"',
    /^Normal Pulled Successfully pulled image "nginx" in \d\.\d+s \(\d\.\d+s including waiting\)\. Image size: 72404038 bytes\.$/,
    'Normal Created Container created', 'Normal Started Container started',
  ]);
  t.ok(cluster.kernel.events - events < 45);
  t.strictSame(cluster.pod('web')?.status?.conditions?.map(one => `${one.type}=${one.status}`), ['PodReadyToStartContainers=True', 'Initialized=True', 'Ready=True', 'ContainersReady=True', 'PodScheduled=True']);
  cluster.request('delete', 'Pod', 'default/web');
  cluster.run(2);
  t.equal(cluster.summary('web'), 'gone');
  t.equal(cluster.events('web').at(-1), 'Normal Killing Stopping container web');
  t.equal(runtime(cluster).containers.size + runtime(cluster).sandboxes.size, 0, 'nothing is left in the runtime');
  t.end();
});

t.test('a program that ignores SIGTERM is killed after the grace period, sooner when the grace is shortened', t => {
  const cluster = started();
  const spec = { containers: [busybox('main', 'sleep 3600')], terminationGracePeriodSeconds: 30 };
  cluster.createPod('slow', spec);
  cluster.createPod('hurried', spec);
  cluster.run(3);
  cluster.request('delete', 'Pod', 'default/slow');
  cluster.request('delete', 'Pod', 'default/hurried');
  cluster.run(5);
  t.equal(cluster.summary('slow'), 'Running Running ready=true restarts=0', 'still there, and still ready');
  cluster.request('delete', 'Pod', 'default/hurried', undefined, { gracePeriodSeconds: 1 });
  cluster.run(4);
  t.equal(cluster.summary('hurried'), 'gone');
  cluster.run(19);
  t.not(cluster.summary('slow'), 'gone');
  cluster.run(4);
  t.equal(cluster.summary('slow'), 'gone');
  t.end();
});

t.test('a crashing container is restarted at once, then after 10 s, 20 s, 40 s', t => {
  const cluster = started();
  cluster.createPod('crash', { containers: [busybox('main', 'echo no; exit 3')] });
  const seen: string[] = [];
  for (let i = 0; i < 900; i++) {
    cluster.run(0.1);
    const now = cluster.summary('crash');
    if (seen.at(-1) !== now) seen.push(now);
  }
  t.strictSame(seen.filter(one => one.includes('CrashLoop')), [
    'Running CrashLoopBackOff ready=false restarts=1', 'Running CrashLoopBackOff ready=false restarts=2', 'Running CrashLoopBackOff ready=false restarts=3', 'Running CrashLoopBackOff ready=false restarts=4',
  ]);
  t.ok(seen.includes('Running Error ready=false restarts=1'), seen.join('\n'));
  const status = cluster.pod('crash')?.status?.containerStatuses?.[0];
  t.match(status?.state?.waiting?.message ?? '', /^back-off 1m20s restarting failed container=main pod=crash_default\(uid-\d+\)$/);
  t.equal(status?.lastState?.terminated?.exitCode, 3);
  t.ok(cluster.events('crash').some(event => /^Warning BackOff Back-off restarting failed container main in pod crash_default\(uid-\d+\)/.test(event)));
  t.ok(runtime(cluster).containers.size <= 3, 'old containers are collected');
  t.end();
});

t.test('an image that does not exist alternates between ErrImagePull and ImagePullBackOff', t => {
  const cluster = started();
  cluster.createPod('bad', { containers: [{ name: 'main', image: 'nope' }] });
  cluster.createPod('tag', { containers: [{ name: 'main', image: 'nginx:typo' }] });
  cluster.createPod('never', { containers: [{ name: 'main', image: 'nginx:1', imagePullPolicy: 'Never' }] });
  cluster.createPod('name', { containers: [{ name: 'main', image: 'Nginx:1' }] });
  cluster.run(2.5);
  t.equal(cluster.summary('bad'), 'Pending ErrImagePull ready=false restarts=0');
  const denied = 'failed to pull and unpack image "docker.io/library/nope:latest": failed to resolve reference "docker.io/library/nope:latest": pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed';
  t.equal(cluster.pod('bad')?.status?.containerStatuses?.[0]?.state?.waiting?.message, denied);
  t.equal(cluster.pod('bad')?.status?.podIP, '10.244.1.2', 'the sandbox is there');
  cluster.run(5);
  t.equal(cluster.summary('bad'), 'Pending ImagePullBackOff ready=false restarts=0');
  t.equal(cluster.pod('bad')?.status?.containerStatuses?.[0]?.state?.waiting?.message, `Back-off pulling image "nope": ErrImagePull: ${denied}`);
  t.match(cluster.pod('tag')?.status?.containerStatuses?.[0]?.state?.waiting?.message ?? '', /rpc error: code = NotFound desc = .*: docker\.io\/library\/nginx:typo: not found$/);
  t.equal(cluster.summary('never'), 'Pending ErrImageNeverPull ready=false restarts=0');
  t.equal(cluster.summary('name'), 'Pending InvalidImageName ready=false restarts=0');
  cluster.run(60);
  t.strictSame([...cluster.events('bad')].sort(), [
    'Normal BackOff Back-off pulling image "nope" x3', 'Normal Pulling Pulling image "nope" x3', 'Warning Failed Error: ErrImagePull x3', 'Warning Failed Error: ImagePullBackOff x3',
    `Warning Failed Failed to pull image "nope": ${denied} x3`,
  ]);
  t.end();
});

t.test('the repaired image starts after the back-off', t => {
  const cluster = started();
  cluster.createPod('fixed', { containers: [{ name: 'main', image: 'nope' }] });
  cluster.run(30);
  cluster.request('patch', 'Pod', 'default/fixed', { spec: { containers: [{ name: 'main', image: 'busybox:1.36', command: ['sleep', 'infinity'] }] } });
  cluster.run(2);
  t.equal(cluster.summary('fixed'), 'Running Running ready=true restarts=0');
  t.end();
});

t.test('init containers run one after the other before the others', t => {
  const cluster = started();
  cluster.createPod('app', { initContainers: [busybox('one', 'sleep 2'), busybox('two', 'sleep 2')], containers: [busybox('main', 'sleep 3600')] });
  cluster.run(1.5);
  t.equal(cluster.summary('app'), 'Pending PodInitializing ready=false restarts=0');
  t.match(cluster.pod('app')?.status?.conditions?.find(one => one.type === 'Initialized'), { status: 'False', reason: 'ContainersNotInitialized', message: 'containers with incomplete status: [one two]' });
  cluster.run(5);
  t.equal(cluster.summary('app'), 'Running Running ready=true restarts=0');
  t.strictSame(cluster.pod('app')?.status?.initContainerStatuses?.map(one => one.state?.terminated?.reason), ['Completed', 'Completed']);
  cluster.createPod('stuck', { initContainers: [busybox('one', 'exit 1')], containers: [busybox('main', 'sleep 3600')], restartPolicy: 'Never' });
  cluster.run(3);
  t.equal(cluster.pod('stuck')?.status?.phase, 'Failed');
  cluster.createPod('sidecar', { initContainers: [busybox('helper', 'sleep 3600', { restartPolicy: 'Always' })], containers: [busybox('main', 'sleep 1')], restartPolicy: 'Never' });
  cluster.run(1.6);
  t.equal(cluster.pod('sidecar')?.status?.initContainerStatuses?.[0]?.started, true);
  cluster.run(60);
  t.equal(cluster.pod('sidecar')?.status?.phase, 'Succeeded', 'a sidecar does not keep a pod alive');
  t.end();
});

t.test('pods that end: success, failure, restart on failure, memory limit, deadline, no room, no such program', t => {
  const cases = [
    { name: 'done', spec: { restartPolicy: 'Never', containers: [busybox('main', 'echo hi; sleep 1')] }, want: 'Succeeded Completed ready=false restarts=0' },
    { name: 'failed', spec: { restartPolicy: 'Never', containers: [busybox('main', 'exit 7')] }, want: 'Failed Error ready=false restarts=0' },
    { name: 'retry', spec: { restartPolicy: 'OnFailure', containers: [busybox('main', 'false')] }, want: 'Running CrashLoopBackOff ready=false restarts=1' },
    { name: 'oom', spec: { restartPolicy: 'Never', containers: [{ name: 'main', image: 'polinux/stress', args: ['--vm', '1', '--vm-bytes', '250M'], resources: { limits: { memory: '100Mi' } } }] }, want: 'Failed OOMKilled ready=false restarts=0' },
    { name: 'late', spec: { activeDeadlineSeconds: 3, containers: [busybox('main', 'trap "exit 0" TERM; sleep 3600')] }, want: 'Failed Completed ready=false restarts=0' },
    { name: 'big', spec: { containers: [busybox('main', 'sleep 1', { resources: { requests: { cpu: '5' } } })] }, want: 'Failed none ready=false restarts=0' },
    { name: 'missing', spec: { restartPolicy: 'Never', containers: [{ name: 'main', image: 'busybox:1.36', command: ['frobnicate'] }] }, want: 'Failed StartError ready=false restarts=0' },
  ];
  const cluster = started();
  for (const { name, spec } of cases) cluster.createPod(name, spec);
  cluster.run(9);
  for (const { name, want } of cases) t.equal(cluster.summary(name), want, name);
  t.equal(cluster.pod('oom')?.status?.containerStatuses?.[0]?.state?.terminated?.exitCode, 137);
  t.match(cluster.pod('late')?.status, { reason: 'DeadlineExceeded', message: 'Pod was active on the node longer than the specified deadline' });
  t.match(cluster.pod('big')?.status, { reason: 'OutOfcpu', message: "Pod was rejected: Node didn't have enough resource: cpu, requested: 5000, used: 0, capacity: 4000" });
  t.match(cluster.pod('missing')?.status?.containerStatuses?.[0]?.state?.terminated?.message ?? '', /exec: "frobnicate": executable file not found in \$PATH$/);
  cluster.request('delete', 'Pod', 'default/done', undefined, { gracePeriodSeconds: 0 });
  cluster.run(1);
  t.equal([...runtime(cluster).containers.values()].some(one => one.info.podName === 'done'), false);
  t.end();
});

t.test('probes: ready when the program listens, unready under a fault without a restart, liveness restarts, and no event while settled', t => {
  const cluster = started();
  const http = (path: string, more: object = {}): object => ({ httpGet: { path, port: 80 }, periodSeconds: 5, ...more });
  cluster.createPod('web', { containers: [{ name: 'web', image: 'nginx', readinessProbe: http('/'), livenessProbe: http('/') }] });
  cluster.run(8);
  t.equal(cluster.summary('web'), 'Running Running ready=true restarts=0');
  cluster.run(20);
  const before = cluster.kernel.events;
  cluster.run(60);
  t.ok(cluster.kernel.events - before <= 40, `a minute with two settled probes cost ${cluster.kernel.events - before} events`);
  const health = (value: object): void => { cluster.kernel.deliver('worker-1/containerd', { type: 'app.health', namespace: 'default', pod: 'web', container: '', health: value }); };
  health({ ready: false, live: true });
  cluster.run(16);
  t.equal(cluster.summary('web'), 'Running Running ready=false restarts=0');
  t.ok(cluster.events('web').some(event => event.startsWith('Warning Unhealthy Readiness probe failed: HTTP probe failed with statuscode: 503')));
  t.match(cluster.pod('web')?.status?.conditions?.find(one => one.type === 'Ready'), { status: 'False', reason: 'ContainersNotReady', message: 'containers with unready status: [web]' });
  health({ ready: true, live: true });
  cluster.run(6);
  t.equal(cluster.summary('web'), 'Running Running ready=true restarts=0');
  t.strictSame(cluster.pod('web')?.status?.conditions?.filter(one => one.status === 'True' && (one.reason ?? one.message) !== undefined), [], 'what is true gives no reason any more');
  health({ ready: true, live: false });
  cluster.run(60);
  t.equal(cluster.summary('web'), 'Running Running ready=true restarts=1', 'the new container is well');
  t.ok(cluster.events('web').includes('Normal Killing Container web failed liveness probe, will be restarted'), cluster.events('web').join('\n'));
  t.end();
});

t.test('probes: a script that removes its file is restarted; a startup probe holds the others back', t => {
  const cluster = started();
  const exec = { exec: { command: ['cat', '/tmp/healthy'] }, initialDelaySeconds: 5, periodSeconds: 5 };
  cluster.createPod('live', { terminationGracePeriodSeconds: 2, containers: [busybox('main', 'touch /tmp/healthy; sleep 30; rm -f /tmp/healthy; sleep 600', { livenessProbe: exec })] });
  cluster.createPod('start', { containers: [busybox('main', 'sleep 12; touch /tmp/up; sleep 600', { startupProbe: { exec: { command: ['cat', '/tmp/up'] }, periodSeconds: 2, failureThreshold: 30 }, readinessProbe: { exec: { command: ['cat', '/tmp/up'] } } })] });
  cluster.run(8);
  t.equal(cluster.summary('start'), 'Running Running ready=false restarts=0');
  t.equal(cluster.pod('start')?.status?.containerStatuses?.[0]?.started, false);
  cluster.run(10);
  t.equal(cluster.summary('start'), 'Running Running ready=true restarts=0');
  cluster.run(35);
  t.equal(cluster.summary('live'), 'Running Running ready=true restarts=1');
  t.ok(cluster.events('live').some(event => event.startsWith("Warning Unhealthy Liveness probe failed: cat: can't open '/tmp/healthy': No such file or directory")));
  t.end();
});

t.test('containers outlive the kubelet, and what was deleted meanwhile is cleaned up', t => {
  const cluster = started();
  cluster.createPod('keep', { containers: [{ name: 'main', image: 'busybox:1.36', command: ['sleep', '3600'] }] });
  cluster.createPod('drop', { containers: [{ name: 'main', image: 'busybox:1.36', command: ['sleep', '3600'] }] });
  cluster.createPod('ending', { containers: [{ name: 'main', image: 'busybox:1.36', command: ['sleep', '3600'] }] });
  cluster.run(4);
  const id = cluster.pod('keep')?.status?.containerStatuses?.[0]?.containerID;
  cluster.kernel.crash('worker-1/kubelet');
  cluster.run(30);
  t.equal(runtime(cluster).containers.size, 3, 'nobody stopped them');
  cluster.request('delete', 'Pod', 'default/drop', undefined, { gracePeriodSeconds: 0 });
  cluster.request('delete', 'Pod', 'default/ending', undefined, { gracePeriodSeconds: 5 });
  cluster.kernel.restart('worker-1/kubelet');
  cluster.run(10);
  t.equal(cluster.summary('keep'), 'Running Running ready=true restarts=0');
  t.equal(cluster.pod('keep')?.status?.containerStatuses?.[0]?.containerID, id, 'the same container');
  t.equal(cluster.summary('ending'), 'gone');
  t.equal(runtime(cluster).containers.size, 1);
  t.equal(ready(cluster), 'True');
  t.end();
});

t.test('an ephemeral container starts once, counts for nothing, and outlives the kubelet', t => {
  const cluster = started();
  cluster.createPod('app', { containers: [busybox('main', 'sleep 20')], restartPolicy: 'Never' });
  cluster.run(4);
  const look = (name: string, script: string): void => {
    const pod = cluster.pod('app') as Pod;
    cluster.request('update', 'Pod', 'default/app', { ...pod, spec: { ...pod.spec, ephemeralContainers: [...pod.spec.ephemeralContainers ?? [], busybox(name, script)] } } as Pod);
    cluster.run(2);
  };
  const states = (): unknown => cluster.pod('app')?.status?.ephemeralContainerStatuses?.map(({ name, state, ready, restartCount }) => `${name} ${Object.keys(state ?? {})} ready=${ready} restarts=${restartCount}`);
  look('once', 'exit 3');
  t.strictSame(states(), ['once terminated ready=false restarts=0']);
  t.equal(cluster.summary('app'), 'Running Running ready=true restarts=0', 'the pod stays ready');
  look('long', 'sleep 3600');
  cluster.kernel.crash('worker-1/kubelet');
  cluster.kernel.restart('worker-1/kubelet');
  cluster.run(5);
  t.strictSame(states(), ['once terminated ready=false restarts=0', 'long running ready=false restarts=0']);
  const places = [...cluster.api.objects.values()].map(object => (object as { involvedObject?: { fieldPath?: string } }).involvedObject?.fieldPath);
  t.ok(places.includes('spec.ephemeralContainers{once}'), 'its Events name it');
  cluster.run(60);
  t.equal(cluster.pod('app')?.status?.phase, 'Succeeded', 'it does not keep the pod alive');
  t.end();
});

t.test('a machine that lost power starts its pods again in new sandboxes', t => {
  const cluster = started();
  cluster.createPod('web', { containers: [{ name: 'web', image: 'nginx:1.27' }] });
  cluster.createPod('once', { restartPolicy: 'Never', containers: [busybox('main', 'sleep 3600')] });
  cluster.run(8);
  cluster.kernel.crashMachine('worker-1');
  cluster.run(20);
  cluster.kernel.startMachine('worker-1');
  cluster.run(12);
  t.equal(cluster.summary('web'), 'Running Running ready=true restarts=1');
  t.equal(cluster.pod('web')?.status?.containerStatuses?.[0]?.lastState?.terminated?.exitCode, 255);
  t.ok(cluster.events('web').includes('Normal SandboxChanged Pod sandbox changed, it will be killed and re-created.'));
  t.equal(cluster.pod('once')?.status?.phase, 'Failed');
  t.end();
});

t.test('a runtime that dies makes the node not ready, and it recovers', t => {
  const cluster = started();
  cluster.createPod('web', { containers: [busybox('main', 'sleep 3600')] });
  cluster.run(4);
  cluster.kernel.crash('worker-1/containerd');
  cluster.run(12);
  t.equal(ready(cluster), 'False');
  cluster.kernel.restart('worker-1/containerd');
  cluster.run(20);
  t.equal(ready(cluster), 'True');
  t.equal(cluster.summary('web'), 'Running Running ready=true restarts=1');
  t.end();
});

t.test('a stopped sandbox is replaced and the pod gets another address', t => {
  const cluster = started();
  cluster.createPod('web', { containers: [busybox('main', 'sleep 3600')] });
  cluster.run(4);
  const sandbox = [...runtime(cluster).sandboxes.values()][0];
  cluster.kernel.deliver('worker-1/containerd', { type: 'cri.request', id: 1, request: { op: 'stopPodSandbox', id: sandbox?.id ?? '' } });
  cluster.run(4);
  t.equal(cluster.summary('web'), 'Running Running ready=true restarts=1');
  const { podIP, podIPs } = cluster.pod('web')?.status ?? {};
  t.not(podIP, sandbox?.ip);
  t.same(podIPs, [{ ip: podIP }], 'the address of before is gone from the list too');
  t.end();
});

t.test('resources that change in place are told', t => {
  const cluster = started();
  cluster.createPod('web', { containers: [{ name: 'c', image: 'nginx', resources: { requests: { memory: '64Mi', cpu: '100m' } } }, { name: 'd', image: 'nginx' }] });
  cluster.run(9);
  cluster.request('patch', 'Pod', 'default/web', { spec: { ...cluster.pod('web')?.spec, containers: [{ name: 'c', image: 'nginx', resources: { requests: { memory: '64Mi', cpu: '200m' } } }, { name: 'd', image: 'nginx' }] } });
  cluster.run(2);
  const summary = '{"containers":[{"name":"c","resources":{"requests":{"cpu":"200m","memory":"64Mi"}}},{"name":"d","resources":{}}],"generation":0}';
  t.same(cluster.events('web').filter(event => event.includes('Resize')), [
    `Normal ResizeStarted Pod resize started: ${summary}`, `Normal ResizeCompleted Pod resize completed: ${summary}`,
  ]);
  t.end();
});

t.test('static pods run without the API and have mirrors that come back', t => {
  const manifest: Pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'kube-scheduler', namespace: 'kube-system', labels: { tier: 'control-plane' } }, spec: { hostNetwork: true, containers: [{ name: 'kube-scheduler', image: 'registry.k8s.io/kube-scheduler:v1.35.2' }] } };
  const cluster = started({ staticPods: [manifest] });
  const name = 'kube-scheduler-worker-1';
  t.equal(cluster.summary(name, 'kube-system'), 'Running Running ready=true restarts=0');
  const mirror = cluster.pod(name, 'kube-system');
  t.equal(mirror?.status?.podIP, '10.0.0.21');
  t.equal(mirror?.metadata.annotations?.['kubernetes.io/config.mirror'], mirror?.metadata.annotations?.['kubernetes.io/config.hash']);
  t.match(mirror?.metadata.ownerReferences?.[0], { kind: 'Node', name: 'worker-1', controller: true });
  cluster.request('delete', 'Pod', `kube-system/${name}`, undefined, { gracePeriodSeconds: 0 });
  cluster.run(1);
  t.not(cluster.pod(name, 'kube-system')?.metadata.resourceVersion, mirror?.metadata.resourceVersion, 'another mirror');
  t.equal(cluster.summary(name, 'kube-system'), 'Running Running ready=true restarts=0', 'the same container is shown again');
  t.same(mirror?.spec.tolerations, [{ operator: 'Exists', effect: 'NoExecute' }], 'no taint drives it away');
  const old = cluster.pod(name, 'kube-system')?.metadata.resourceVersion;
  cluster.api.refuse = 500;
  cluster.request('delete', 'Pod', `kube-system/${name}`);
  cluster.run(1);
  cluster.api.refuse = 0;
  cluster.run(4);
  t.not(cluster.pod(name, 'kube-system')?.metadata.resourceVersion, old, 'another mirror, though the first deletion of the old one failed');
  t.equal(cluster.pod(name, 'kube-system')?.metadata.deletionTimestamp, undefined);
  cluster.kernel.deliver('worker-1/containerd', { type: 'app.exit', namespace: 'kube-system', pod: name, container: '', code: 2 });
  cluster.run(2);
  t.equal(cluster.summary(name, 'kube-system'), 'Running Running ready=true restarts=1');
  cluster.kernel.deliver('worker-1/kubelet', { type: 'kubelet.manifests', staticPods: [] } satisfies KubeletMessage);
  cluster.run(4);
  t.equal(cluster.summary(name, 'kube-system'), 'gone');
  t.equal(runtime(cluster).containers.size, 0);
  t.end();
});

t.test('the kubelet gives logs, and says why it cannot', t => {
  const cluster = started();
  cluster.createPod('talk', { containers: [busybox('main', 'echo first; while true; do echo tick; sleep 2; done')] });
  cluster.createPod('stuck', { containers: [{ name: 'main', image: 'nope' }] });
  cluster.run(9);
  const cases = [
    { pod: 'talk', container: 'main', options: { tailLines: 2 }, want: { ok: true, body: { lines: ['tick', 'tick'] } } },
    { pod: 'talk', container: '', options: {}, want: { ok: true, body: { lines: ['first', 'tick', 'tick', 'tick', 'tick', 'tick'] } } },
    { pod: 'talk', container: 'main', options: { previous: true }, want: { ok: false, body: { message: 'previous terminated container "main" in pod "talk" not found' } } },
    { pod: 'stuck', container: 'main', options: {}, want: { ok: false, body: { message: 'container "main" in pod "stuck" is waiting to start: trying and failing to pull image' } } },
    { pod: 'nobody', container: '', options: {}, want: { ok: false, body: { message: 'pod "nobody" not found in namespace "default"' } } },
  ];
  for (const { pod, container, options, want } of cases) t.match(cluster.askKubelet({ type: 'kubelet.logs', id: 7, namespace: 'default', pod, container, options }), { type: 'kubelet.response', id: 7, ...want }, `${pod} ${JSON.stringify(options)}`);
  t.end();
});

t.test('without the API containers run on and are restarted; afterwards the API learns of it', t => {
  const cluster = started();
  cluster.createPod('web', { containers: [busybox('main', 'sleep 3600')] });
  cluster.run(4);
  cluster.kernel.crash(API);
  cluster.run(5);
  cluster.kernel.deliver('worker-1/containerd', { type: 'app.exit', namespace: 'default', pod: 'web', container: '', code: 2 });
  cluster.run(60);
  t.equal([...runtime(cluster).containers.values()].filter(one => one.info.state === 'CONTAINER_RUNNING').length, 1);
  cluster.kernel.restart(API);
  cluster.run(60);
  t.equal(cluster.summary('web'), 'Running Running ready=true restarts=1');
  t.equal(ready(cluster), 'True');
  t.end();
});

t.test('variables: references to others, amounts of resources, and in commands', t => {
  const cluster = started();
  const amount = (resource: string, divisor?: string, containerName?: string): object => ({ valueFrom: { resourceFieldRef: { resource, ...(divisor === undefined ? {} : { divisor }), ...(containerName === undefined ? {} : { containerName }) } } });
  const env = [
    { name: 'A', value: 'one' }, { name: 'B', value: '$(A)/$$(A)/$(NOPE)' }, { name: 'A', value: 'two' }, { name: 'CPU', ...amount('limits.cpu') }, { name: 'MEM', ...amount('limits.memory', '1Mi') },
    { name: 'ASKED', ...amount('requests.cpu', '1m') }, { name: 'NONE', ...amount('requests.memory') }, { name: 'OTHER', ...amount('limits.cpu', '1m', 'side') }, { name: 'NODE', ...amount('limits.memory', '1Gi', 'side') },
  ];
  const resources = { limits: { cpu: '1500m', memory: '64Mi' }, requests: { cpu: '250m' } };
  cluster.createPod('vars', { containers: [busybox('main', 'echo $A $B $CPU $MEM $ASKED $NONE $OTHER $NODE; echo $(A) $(NOPE); sleep 3600', { env, resources }), busybox('side', 'sleep 3600', { resources: { limits: { cpu: '300m' } } })] });
  cluster.run(10);
  t.match(cluster.askKubelet({ type: 'kubelet.logs', id: 1, namespace: 'default', pod: 'vars', container: 'main', options: {} }), { body: { lines: [/^two one\/\$\(A\)\/\$\(NOPE\) 2 64 250 0 300 [1-9]\d*$/, /^two /] } });
  t.end();
});

t.test('variables of Services: those of the namespace when the container starts, and always those of the API server', t => {
  const cluster = started();
  const service = (key: string, clusterIP: string, ports: readonly object[]): void => {
    const [namespace = '', name = ''] = key.split('/');
    cluster.request('create', 'Service', key, { apiVersion: 'v1', kind: 'Service', metadata: { name, namespace }, spec: { clusterIP, ports } });
  };
  const api = [{ name: 'https', port: 443, protocol: 'TCP' }];
  service('default/kubernetes', '10.96.0.1', api);
  service('default/my.dns-1', 'fd00::a', [{ name: 'dns', port: 53, protocol: 'UDP' }, { name: '9-metrics', port: 9153 }]);
  service('default/headless', 'None', [{ port: 1 }]);
  service('shop/kubernetes', '10.96.0.9', [{ port: 80 }]);
  cluster.run(1);
  const envOf = (name: string): readonly string[] => {
    const found = [...runtime(cluster).containers.values()].find(({ info }) => info.podName === name);
    return (found?.env ?? []).map(one => `${one.name}=${one.value}`);
  };
  const make = (name: string, namespace: string, more: object, container: object = {}): void => {
    cluster.request('create', 'Pod', `${namespace}/${name}`, { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace }, spec: { nodeName: 'worker-1', containers: [busybox('main', 'sleep 3600', container)], ...more } });
  };
  make('all', 'default', {}, { env: [{ name: 'URL', value: 'https://$(KUBERNETES_SERVICE_HOST)' }, { name: 'MY_DNS_1_PORT', value: 'mine' }, { name: 'AGAIN', value: '$(MY_DNS_1_PORT)' }] });
  make('unlinked', 'default', { enableServiceLinks: false });
  make('shop', 'shop', {});
  make('told', 'shop', { enableServiceLinks: false, containers: [{ name: 'main', image: 'busybox:1.36', command: ['sh', '-c'], args: ['echo $(KUBERNETES_PORT) $KUBERNETES_SERVICE_HOST; sleep 60'] }] });
  cluster.run(6);
  const variables = (ip: string, port: number): readonly string[] =>
    [`KUBERNETES_PORT=tcp://${ip}:${port}`, `KUBERNETES_PORT_${port}_TCP=tcp://${ip}:${port}`, `KUBERNETES_PORT_${port}_TCP_PROTO=tcp`, `KUBERNETES_PORT_${port}_TCP_PORT=${port}`, `KUBERNETES_PORT_${port}_TCP_ADDR=${ip}`];
  const ofApi = ['KUBERNETES_SERVICE_HOST=10.96.0.1', 'KUBERNETES_SERVICE_PORT=443', 'KUBERNETES_SERVICE_PORT_HTTPS=443', ...variables('10.96.0.1', 443)];
  t.strictSame(envOf('all'), [
    'URL=https://10.96.0.1', 'MY_DNS_1_PORT=mine', 'AGAIN=mine', ...ofApi, 'MY_DNS_1_SERVICE_HOST=fd00::a', 'MY_DNS_1_SERVICE_PORT=53', 'MY_DNS_1_SERVICE_PORT_DNS=53', 'MY_DNS_1_SERVICE_PORT__9_METRICS=9153',
    'MY_DNS_1_PORT_53_UDP=udp://[fd00::a]:53', 'MY_DNS_1_PORT_53_UDP_PROTO=udp', 'MY_DNS_1_PORT_53_UDP_PORT=53', 'MY_DNS_1_PORT_53_UDP_ADDR=fd00::a',
    'MY_DNS_1_PORT_9153_TCP=tcp://[fd00::a]:9153', 'MY_DNS_1_PORT_9153_TCP_PROTO=tcp', 'MY_DNS_1_PORT_9153_TCP_PORT=9153', 'MY_DNS_1_PORT_9153_TCP_ADDR=fd00::a',
  ]);
  t.strictSame(envOf('unlinked'), ofApi);
  t.strictSame(envOf('shop'), ['KUBERNETES_SERVICE_HOST=10.96.0.9', 'KUBERNETES_SERVICE_PORT=80', ...variables('10.96.0.9', 80)], 'a Service of the namespace with the same name stands before it');
  t.match(cluster.askKubelet({ type: 'kubelet.logs', id: 1, namespace: 'shop', pod: 'told', container: '', options: {} }), { body: { lines: ['tcp://10.96.0.1:443 10.96.0.1'] } });
  service('default/later', '10.96.0.7', [{ port: 80 }]);
  make('second', 'default', {});
  cluster.run(6);
  t.notMatch(envOf('all').join(), /LATER/, 'a running container keeps what it was started with');
  t.match(envOf('second').join(), /LATER_SERVICE_HOST=10\.96\.0\.7/);
  t.end();
});

t.test('ConfigMaps and Secrets: a pod waits for them and takes their values', t => {
  const cluster = started();
  const env = [{ name: 'GREETING', valueFrom: { configMapKeyRef: { name: 'words', key: 'hello' } } }, { name: 'WORD', valueFrom: { secretKeyRef: { name: 'hidden', key: 'word' } } }, { name: 'NODE', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } }];
  cluster.createPod('env', { containers: [busybox('main', 'echo $GREETING $WORD $NODE; sleep 3600', { env })] });
  cluster.createPod('whole', { containers: [busybox('main', 'echo $hello $word; sleep 3600', { envFrom: [{ configMapRef: { name: 'words' } }, { secretRef: { name: 'hidden' } }, { configMapRef: { name: 'nowhere', optional: true } }] })] });
  cluster.createPod('volume', { volumes: [{ name: 'config', configMap: { name: 'words' } }], containers: [busybox('main', 'sleep 3600')] });
  cluster.run(3);
  t.equal(cluster.summary('env'), 'Pending CreateContainerConfigError ready=false restarts=0');
  t.equal(cluster.pod('env')?.status?.containerStatuses?.[0]?.state?.waiting?.message, 'configmap "words" not found');
  t.equal(cluster.summary('volume'), 'Pending ContainerCreating ready=false restarts=0');
  t.ok(cluster.events('volume').some(event => event.startsWith('Warning FailedMount MountVolume.SetUp failed for volume "config" : configmap "words" not found')));
  cluster.request('create', 'ConfigMap', 'default/words', { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'words', namespace: 'default' }, data: { hello: 'hi' } });
  cluster.request('create', 'Secret', 'default/hidden', { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'hidden', namespace: 'default' }, data: { word: 'cGlsb3Q=' } });
  cluster.run(15);
  t.equal(cluster.summary('env'), 'Running Running ready=true restarts=0');
  t.equal(cluster.summary('volume'), 'Running Running ready=true restarts=0');
  t.match(cluster.askKubelet({ type: 'kubelet.logs', id: 1, namespace: 'default', pod: 'env', container: '', options: {} }), { body: { lines: ['hi pilot worker-1'] } });
  t.match(cluster.askKubelet({ type: 'kubelet.logs', id: 2, namespace: 'default', pod: 'whole', container: '', options: {} }), { body: { lines: ['hi pilot'] } });
  t.end();
});

t.test('two runs with the same seed are the same, also with a checkpoint in between', t => {
  const play = (cut: boolean): string => {
    const cluster = new Cluster({ nodes: 2 });
    cluster.run(11);
    for (let i = 0; i < 6; i++) cluster.createPod(`p${i}`, { containers: [{ name: 'main', image: i % 2 === 0 ? 'nginx' : 'images.example/crash:1' }] }, `worker-${1 + (i % 2)}`);
    cluster.run(3);
    if (cut) cluster.kernel.restore(cluster.kernel.checkpoint());
    cluster.run(120);
    return cluster.kernel.digest;
  };
  const digest = play(false);
  t.equal(play(false), digest);
  t.equal(play(true), digest);
  t.end();
});
