/** Functions of the kubelet alone: what they make of a worker and of a node. */
import fc from 'fast-check';
import t from 'tap';
import { deepFreeze } from '../../src/base/data.ts';
import { Table } from '../../src/base/table.ts';
import type { Node } from '../../src/api/kinds/core/node.ts';
import type { Pod } from '../../src/api/kinds/core/pod.ts';
import type { PodStatus } from '../../src/api/kinds/core/pod-status.ts';
import type { Condition } from '../../src/api/meta.ts';
import { refusal } from '../../src/kubelet/admission.ts';
import { environmentOf } from '../../src/kubelet/environment.ts';
import { nodeStatus, saysTheSame } from '../../src/kubelet/node-status.ts';
import { podStatus } from '../../src/kubelet/pod-status.ts';
import { newWorker } from '../../src/kubelet/pod-worker.ts';
import type { ContainerWork, KubeletState, PodWorker } from '../../src/kubelet/state.ts';

const SECOND = 1_000_000;
const podOf = (spec: object, more: object = {}): Pod => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web', namespace: 'default', uid: 'u', generation: 1 }, spec, ...more }) as Pod;
const workerOf = (pod: Pod): PodWorker => newWorker({ out: { now: SECOND } } as never, pod, { uid: 'u', isStatic: false });
const statusOf = (worker: PodWorker): PodStatus => podStatus(worker, { now: 2 * SECOND, hostIP: '10.0.0.11' });

t.test('a status says what the worker knows', t => {
  const exited = (exitCode: number): object => ({ state: 'exited', id: 'c', started: false, terminated: { exitCode, startedAt: '2026-01-01T00:00:01Z', finishedAt: '2026-01-01T00:00:02Z' } });
  const running = { state: 'running', id: 'c', imageRef: 'ref', started: true, ready: true };
  const main = { name: 'main', image: 'nginx', resources: { limits: { memory: '64Mi' }, requests: { memory: '32Mi' } } };
  const init = { name: 'init', image: 'busybox' };
  const sidecar = { name: 'side', image: 'busybox', restartPolicy: 'Always' };
  const gates = { readinessGates: [{ conditionType: 'x/a' }, { conditionType: 'x/b' }] };
  const told = (conditions: object[]): object => ({ status: { conditions } });
  const cases: readonly { readonly name: string; readonly spec: object; readonly more?: object; readonly works: readonly object[]; readonly worker?: object; readonly says: object }[] = [
    { name: 'nothing yet', spec: { containers: [main] }, works: [{}], says: { phase: 'Pending', observedGeneration: 1, startTime: '2026-01-01T00:00:01Z', qosClass: 'Burstable', containerStatuses: [{ name: 'main', ready: false, restartCount: 0, imageID: '' }] } },
    { name: 'amounts', spec: { containers: [main] }, works: [running], says: { phase: 'Running', containerStatuses: [{ allocatedResources: { memory: '32Mi' }, resources: main.resources, containerID: 'containerd://c', started: true }] } },
    { name: 'limits alone', spec: { containers: [{ ...main, resources: { limits: { memory: '1Gi' } } }] }, works: [running], says: { containerStatuses: [{ allocatedResources: undefined, resources: { limits: { memory: '1Gi' } } }] } },
    { name: 'no amounts', spec: { containers: [{ ...main, resources: {} }] }, works: [running], says: { qosClass: 'BestEffort', containerStatuses: [{ resources: undefined }] } },
    { name: 'the class of the whole pod', spec: { containers: [{ name: 'main', image: 'nginx' }], resources: { limits: { cpu: '1', memory: '1Gi' } } }, works: [running], says: { qosClass: 'Guaranteed' } },
    { name: 'the class that the API says', spec: { containers: [main] }, more: { status: { qosClass: 'Guaranteed' } }, works: [{}], says: { qosClass: 'Guaranteed' } },
    { name: 'a pod that succeeded', spec: { restartPolicy: 'Never', containers: [main] }, works: [exited(0)], says: { phase: 'Succeeded', conditions: { Initialized: ['True', 'PodCompleted'], Ready: ['False', 'PodCompleted'], ContainersReady: ['False', 'PodCompleted'] } } },
    { name: 'a pod that failed', spec: { restartPolicy: 'Never', containers: [main] }, works: [exited(3)], says: { phase: 'Failed', conditions: { Initialized: ['True', undefined], Ready: ['False', 'PodFailed'], ContainersReady: ['False', 'PodFailed'] } } },
    { name: 'restarted on failure', spec: { restartPolicy: 'OnFailure', containers: [main] }, works: [exited(3)], says: { phase: 'Running' } },
    { name: 'done, but always restarted', spec: { restartPolicy: 'Always', containers: [main] }, works: [exited(0)], says: { phase: 'Running' } },
    { name: 'an init container that failed for good', spec: { restartPolicy: 'Never', initContainers: [init], containers: [main] }, works: [exited(1), {}], says: { phase: 'Failed' } },
    { name: 'init containers under way', spec: { initContainers: [init, { ...init, name: 'next' }], containers: [main] }, works: [exited(0), { state: 'running', id: 'd' }, {}], worker: { sandboxId: 's' },
      says: { phase: 'Pending', conditions: { PodReadyToStartContainers: ['True', undefined], Initialized: ['False', 'ContainersNotInitialized', 'containers with incomplete status: [next]'] } } },
    { name: 'a container that ended before, waiting once more', spec: { initContainers: [init], containers: [main] }, works: [{ ...exited(0), state: 'waiting' }, {}], says: { conditions: { Initialized: ['False', 'ContainersNotInitialized', 'containers with incomplete status: [init]'] } } },
    { name: 'a sidecar that runs and one that is unready', spec: { initContainers: [sidecar], containers: [main] }, works: [{ ...running, ready: false }, running], worker: { initialized: true },
      says: { phase: 'Running', conditions: { ContainersReady: ['False', 'ContainersNotReady', 'containers with unready status: [side]'], Ready: ['False', 'ContainersNotReady', 'containers with unready status: [side]'] } } },
    { name: 'gates that nobody opened', spec: { ...gates, containers: [main] }, works: [running], says: { conditions: { ContainersReady: ['True', undefined],
      Ready: ['False', 'ReadinessGatesNotReady', 'corresponding condition of pod readiness gate "x/a" does not exist., corresponding condition of pod readiness gate "x/b" does not exist.'] } } },
    { name: 'a gate that is shut', spec: { ...gates, containers: [main] }, more: told([{ type: 'x/a', status: 'True' }, { type: 'x/b', status: 'False' }]), works: [running],
      says: { conditions: { 'x/a': ['True', undefined], Ready: ['False', 'ReadinessGatesNotReady', 'the status of pod readiness gate "x/b" is not "True", but False'] } } },
    { name: 'gates that are open', spec: { ...gates, containers: [main] }, more: told([{ type: 'x/a', status: 'True' }, { type: 'x/b', status: 'True' }]), works: [running], says: { conditions: { Ready: ['True', undefined] } } },
    { name: 'refused', spec: { containers: [main] }, works: [{}], worker: { admitted: false, failure: { reason: 'OutOfcpu', message: 'no room' } }, says: { phase: 'Failed', reason: 'OutOfcpu', message: 'no room', hostIP: undefined } },
    { name: 'addresses', spec: { containers: [main] }, works: [{}], worker: { admitted: true, ip: '10.244.1.2' }, says: { hostIP: '10.0.0.11', hostIPs: [{ ip: '10.0.0.11' }], podIP: '10.244.1.2', podIPs: [{ ip: '10.244.1.2' }] } },
    { name: 'stopped in the middle', spec: { containers: [main] }, works: [exited(0)], worker: { termination: { then: 'keep', grace: 30, since: 0, step: 'report' } }, says: { phase: 'Succeeded' } },
    { name: 'stopped before it began', spec: { containers: [main] }, works: [{}], worker: { termination: { then: 'keep', grace: 30, since: 0, step: 'report' } }, says: { phase: 'Failed' } },
    { name: 'being stopped', spec: { containers: [main] }, works: [exited(0)], worker: { termination: { then: 'keep', grace: 30, since: 0, step: 'stopping' } }, says: { phase: 'Running' } },
  ];
  for (const { name, spec, more, works, worker: change = {}, says } of cases) {
    const worker = workerOf(podOf(spec, more));
    works.forEach((work, i) => Object.assign(worker.containers[i] as ContainerWork, work));
    const status = statusOf(Object.assign(worker, { admitted: true }, change));
    const { conditions = {}, ...rest } = says as { readonly conditions?: Readonly<Record<string, readonly unknown[]>> };
    t.match(status, rest, name);
    for (const [type, wanted] of Object.entries(conditions)) {
      const found = status.conditions?.find(one => one.type === type);
      t.same([found?.status, found?.reason, found?.message].slice(0, wanted.length), wanted, `${name}: ${type}`);
    }
  }
  t.end();
});

/** Changes of one thing that a status is computed from. */
const ended = { exitCode: 1, startedAt: '2026-01-01T00:00:01Z', finishedAt: '2026-01-01T00:00:02Z', containerID: 'containerd://e' };
const worked: fc.Arbitrary<Partial<ContainerWork>> = fc.oneof(
  fc.record({ state: fc.constantFrom('waiting', 'pulling', 'creating', 'starting', 'running', 'exited') }), fc.record({ reason: fc.constantFrom('', 'ContainerCreating', 'CrashLoopBackOff') }),
  fc.record({ message: fc.constantFrom('', 'why') }), fc.record({ id: fc.constantFrom('', 'a', 'b') }), fc.record({ imageRef: fc.constantFrom('', 'ref') }), fc.record({ attempt: fc.nat(3) }),
  fc.record({ startedAt: fc.constantFrom(0, 5_000_000) }), fc.record({ terminated: fc.constantFrom(null, ended) }), fc.record({ last: fc.constantFrom(null, ended) }),
  fc.record({ started: fc.boolean() }), fc.record({ ready: fc.boolean() }),
);
const changed: fc.Arbitrary<Partial<PodWorker>> = fc.oneof(
  fc.record({ admitted: fc.boolean() }), fc.record({ failure: fc.constantFrom(null, { reason: 'OutOfcpu', message: 'no room' }) }), fc.record({ ip: fc.constantFrom('', '10.244.1.2') }),
  fc.record({ sandboxId: fc.constantFrom('', 's') }), fc.record({ startedAt: fc.constantFrom(1_000_000, 2_000_000) }), fc.record({ initialized: fc.boolean() }),
  fc.record({ termination: fc.constantFrom(null, { then: 'delete' as const, grace: 30, since: 0, step: 'stopping' as const }, { then: 'delete' as const, grace: 30, since: 0, step: 'report' as const }) }),
  fc.record({ phase: fc.constantFrom('Pending', 'Running', 'Failed') }),
);

t.test('a remembered status is the one that would be computed now, whatever changed', t => {
  const spec = { restartPolicy: 'Always' as const, initContainers: [{ name: 'init', image: 'busybox' }], containers: [{ name: 'web', image: 'nginx', resources: { requests: { cpu: '1' } } }, { name: 'log', image: 'busybox' }] };
  const pod = podOf(spec);
  const step = fc.oneof(
    fc.record({ container: fc.nat(2), work: worked }), fc.record({ worker: changed }), fc.constant({}),
    fc.constantFrom<{ readonly pod: Pod }>({ pod: { ...pod, metadata: { ...pod.metadata, generation: 2 } } }, { pod: { ...pod, status: { qosClass: 'Guaranteed' } } }, { pod: { ...pod, spec: { ...spec, restartPolicy: 'Never' } } }),
  );
  fc.assert(fc.property(fc.array(step, { maxLength: 30 }), steps => {
    const worker = workerOf(pod);
    for (const [turn, one] of steps.entries()) {
      if ('work' in one) Object.assign(worker.containers[one.container] as ContainerWork, one.work);
      if ('worker' in one) Object.assign(worker, one.worker);
      if ('pod' in one) worker.pod = one.pod;
      // A copy is a worker that nobody has seen.
      const fresh = structuredClone(worker);
      const cx = { now: 1_000_000 * (turn + 2), hostIP: '10.0.0.11' };
      const [kept, computed] = [podStatus(worker, cx), podStatus(fresh, cx)];
      if (JSON.stringify([kept, worker.phase, worker.conditions]) !== JSON.stringify([computed, fresh.phase, fresh.conditions])) throw new Error(`${JSON.stringify(kept)} is not ${JSON.stringify(computed)}`);
    }
  }), { numRuns: 300, seed: 1 });
  t.end();
});

t.test('a pod is refused where there is no room', t => {
  const amounts = (cpu: string, memory: string): object => ({ resources: { requests: { cpu, memory } } });
  const wanting = (cpu: string, memory: string, more: object = {}): PodWorker => workerOf(podOf({ containers: [{ name: 'c', image: 'i', ...amounts(cpu, memory) }], ...more }));
  const there = (worker: PodWorker, more: object = {}): PodWorker => Object.assign(worker, { admitted: true }, more);
  const allocatable = { pods: '2', cpu: '2', memory: '1Gi' };
  const judge = (worker: PodWorker, ...others: PodWorker[]): string => {
    const workers = new Table([...others, worker].map((one, i) => [`u${i}`, one] as const));
    return refusal({ workers } as unknown as KubeletState, worker, allocatable)?.reason ?? 'fits';
  };
  const sidecar = { name: 's', image: 'i', restartPolicy: 'Always', ...amounts('1', '0') };
  const cases: readonly (readonly [name: string, wanted: string, judged: string])[] = [
    ['alone', 'fits', judge(wanting('2', '1Gi'))],
    ['too much cpu', 'OutOfcpu', judge(wanting('2001m', '0'))],
    ['too much memory', 'OutOfmemory', judge(wanting('0', '1025Mi'))],
    ['beside another', 'fits', judge(wanting('1', '512Mi'), there(wanting('1', '512Mi')))],
    ['beside one that takes too much', 'OutOfcpu', judge(wanting('1', '0'), there(wanting('1001m', '0')))],
    ['who asks for nothing fits beside anybody', 'fits', judge(wanting('0', '0'), there(wanting('3', '2Gi')))],
    ['a third pod', 'OutOfpods', judge(wanting('0', '0'), there(wanting('0', '0')), there(wanting('0', '0')))],
    ['pods that are over do not count', 'fits', judge(wanting('2', '1Gi'), there(wanting('1', '1Gi'), { phase: 'Succeeded' }), there(wanting('1', '1Gi'), { phase: 'Failed' }))],
    ['nor those that were not let in', 'fits', judge(wanting('2', '1Gi'), wanting('1', '1Gi'), wanting('1', '1Gi'))],
    ['the greatest init container', 'OutOfcpu', judge(wanting('1', '0', { initContainers: [{ name: 'a', image: 'i', ...amounts('3', '0') }] }))],
    ['init containers one after the other', 'fits', judge(wanting('1', '0', { initContainers: [{ name: 'a', image: 'i', ...amounts('2', '0') }, { name: 'b', image: 'i', ...amounts('2', '0') }] }))],
    ['a sidecar runs beside the others', 'OutOfcpu', judge(wanting('1500m', '0', { initContainers: [sidecar] }))],
    ['and beside the init containers after it', 'OutOfcpu', judge(wanting('1', '0', { initContainers: [sidecar, { name: 'a', image: 'i', ...amounts('1500m', '0') }] }))],
    ['but not those before it', 'fits', judge(wanting('1', '0', { initContainers: [{ name: 'a', image: 'i', ...amounts('1500m', '0') }, sidecar] }))],
    ['overhead', 'OutOfmemory', judge(wanting('0', '1Gi', { overhead: { memory: '1' } }))],
    ['a sandbox that runs already', 'fits', judge(Object.assign(wanting('9', '0'), { sandboxId: 's' }))],
  ];
  for (const [name, wanted, judged] of cases) t.equal(judged, wanted, name);
  t.end();
});

t.test('variables from objects that are not there, and from whole objects', t => {
  const place = (sources: object): Parameters<typeof environmentOf>[1] => ({ worker: Object.assign(workerOf(podOf({ containers: [] })), { sources }), nodeName: 'worker-1', hostIP: '10.0.0.11', allocatable: {}, services: [] });
  const of = (container: object, sources: object = {}): unknown => {
    const made = environmentOf({ name: 'c', ...container } as never, place(sources));
    return made.ok ? made.env.map(({ name, value }) => `${name}=${value}`) : made.error;
  };
  const map = { data: { A: '1', B: '2' } };
  const cases: readonly (readonly [container: object, sources: object, wanted: unknown])[] = [
    [{ envFrom: [{ configMapRef: { name: 'm' } }] }, {}, 'configmap "m" not found'],
    [{ envFrom: [{ configMapRef: { name: 'm', optional: false } }] }, { 'ConfigMap/m': null }, 'configmap "m" not found'],
    [{ envFrom: [{ configMapRef: { name: 'm', optional: true } }] }, { 'ConfigMap/m': null }, []],
    [{ envFrom: [{ secretRef: { name: 's' } }] }, { 'ConfigMap/s': map }, 'secret "s" not found'],
    [{ envFrom: [{ prefix: 'P_', configMapRef: { name: 'm' } }], env: [{ name: 'P_B', value: '$(P_A)3' }] }, { 'ConfigMap/m': map }, ['P_A=1', 'P_B=13']],
    [{ env: [{ name: 'X', valueFrom: { configMapKeyRef: { name: 'm', key: 'C' } } }] }, { 'ConfigMap/m': map }, /couldn't find key C/],
    [{ env: [{ name: 'X', valueFrom: { configMapKeyRef: { name: 'm', key: 'C', optional: true } } }] }, { 'ConfigMap/m': map }, []],
    [{ env: [{ name: 'X', valueFrom: { configMapKeyRef: { name: 'n', key: 'C', optional: true } } }] }, { 'ConfigMap/n': null }, []],
    [{ env: [{ name: 'X', valueFrom: { secretKeyRef: { name: 's', key: 'K' } } }] }, { 'Secret/s': { data: { K: 'cGlsb3Q=' } } }, ['X=pilot']],
  ];
  for (const [container, sources, wanted] of cases) {
    if (wanted instanceof RegExp) t.match(of(container, sources), wanted);
    else t.same(of(container, sources), wanted, JSON.stringify(container));
  }
  t.end();
});

t.test('a node says the same again only when nothing but heartbeats would differ', t => {
  const config = { nodeName: 'worker-1', address: '10.0.0.11', capacity: { cpu: '2', memory: '4Gi' } };
  const stateOf = (): KubeletState => ({ config, runtime: 'up', networkReady: true, images: new Table(), node: { store: new Table<Node>() }, work: { reported: null } }) as unknown as KubeletState;
  const shown = (status: object): string => JSON.stringify(status, (key, value: unknown) => (key === 'lastHeartbeatTime' ? undefined : value));
  const first = nodeStatus(stateOf(), SECOND);
  t.match(first, { nodeInfo: { machineID: /^[0-9a-f]{32}$/, systemUUID: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, bootID: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/ } });
  t.equal(new Set([first.nodeInfo?.machineID, first.nodeInfo?.systemUUID.replaceAll('-', ''), first.nodeInfo?.bootID.replaceAll('-', '')]).size, 3);
  t.notOk(saysTheSame(stateOf(), null), 'who said nothing has to say something');
  const why = 'container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:Network plugin returns error: cni plugin not initialized';
  const broken = (more: object): Condition | undefined => nodeStatus(Object.assign(stateOf(), more), SECOND).conditions?.find(({ type }) => type === 'Ready');
  t.match([broken({ networkReady: false }), broken({ runtime: 'down', networkReady: false })], [{ status: 'False', message: why }, { status: 'False', message: 'container runtime is down' }]);
  const image = fc.record({ op: fc.constantFrom('image', 'forget'), name: fc.constantFrom('a', 'b'), ref: fc.constantFrom('r', 's'), size: fc.constantFrom(1, 2) });
  const step = fc.oneof(image, fc.record({ runtime: fc.constantFrom('up', 'down') }), fc.record({ networkReady: fc.boolean() }),
    fc.record({ heard: fc.constant(true) }), fc.record({ said: fc.record({ type: fc.constantFrom('Ready', 'DiskPressure', 'x/y'), status: fc.constantFrom('True', 'Unknown') }) }), fc.record({ turned: fc.constant(true) }), fc.constant({}));
  let [same, other] = [0, 0];
  fc.assert(fc.property(fc.array(step, { minLength: 3, maxLength: 20 }), steps => {
    const state = stateOf();
    let reported = nodeStatus(state, SECOND);
    const hear = (conditions: readonly Condition[]): void => { state.node.store.set('worker-1', { status: { conditions } } as unknown as Node); };
    for (const [turn, one] of steps.entries()) {
      const { conditions = [] } = (state.node.store.get('worker-1') as Node | undefined)?.status ?? {};
      if ('op' in one) { if (one.op === 'image') state.images.set(one.name, { ref: one.ref, size: one.size } as never); else state.images.delete(one.name); }
      else if ('heard' in one) hear(reported.conditions ?? []);
      else if ('said' in one) hear([...conditions.filter(({ type }) => type !== one.said.type), deepFreeze({ ...one.said, reason: 'r', message: 'm', lastTransitionTime: `2026-01-01T00:01:${turn + 10}Z` })]);
      else if ('turned' in one) hear([...conditions].reverse());
      else Object.assign(state, one);
      state.work.reported = reported;
      const now = nodeStatus(state, SECOND * (turn + 100));
      if (saysTheSame(state, reported)) {
        same++;
        if (shown(now) !== shown(reported)) throw new Error(`${shown(now)} is not ${shown(reported)}`);
      } else other++;
      reported = now;
    }
  }), { numRuns: 500, seed: 1 });
  t.ok(same > 500 && other > 500, `${same} times the same, ${other} times not`);
  t.end();
});
