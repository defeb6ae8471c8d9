import fc from 'fast-check';
import t from 'tap';
import { seconds } from '../../src/base/data.ts';
import { assume, forgetAssumed, newCache, nodeListOf, putNode, putPod, removeNode, removePod, type SchedulerCache } from '../../src/scheduler/cache.ts';
import { enoughFeasible, schedule } from '../../src/scheduler/cycle.ts';
import { fitError } from '../../src/scheduler/diagnosis.ts';
import { CycleState } from '../../src/scheduler/framework/cycle-state.ts';
import { ASK, type Snapshot, unresolvable, unschedulable } from '../../src/scheduler/framework/plugin.ts';
import { NodeList } from '../../src/scheduler/node-list.ts';
import { plugins } from '../../src/scheduler/plugins/registry.ts';
import { backoffOf, BACKOFF_MAX, enqueue, flush, newQueue, partOf, pop, putBack, type QueuedPod, type SchedulingQueue, wake } from '../../src/scheduler/queue.ts';
import { naturalLogarithm, squareRoot } from '../../src/scheduler/real-numbers.ts';
import { countPods } from '../../src/scheduler/tally.ts';
import { selectorOf } from '../../src/api/selector.ts';
import { filterAlone, type Manifest, nodeOf, podOf, scoreAlone, snapshotOf } from './world.ts';

// ---- Plugins ---------------------------------------------------------------------------------------------------------

t.test('the default profile has upstream\'s order and weights', async (t) => {
  t.same(plugins.map(({ name, weight }) => (weight === undefined ? name : `${name}*${weight}`)), [
    'SchedulingGates', 'NodeUnschedulable', 'NodeName', 'TaintToleration*3', 'NodeAffinity*2', 'NodePorts', 'NodeResourcesFit*1', 'PodTopologySpread*2', 'InterPodAffinity*2',
    'DynamicResources', 'NodeResourcesBalancedAllocation*1', 'ImageLocality*1',
  ]);
});

const pluginNamed = (name: string): (typeof plugins)[number] => plugins.find(plugin => plugin.name === name) as (typeof plugins)[number];
const web = { metadata: { name: 'p', namespace: 'd', labels: { app: 'web' } } };
const zoned = (name: string, zone?: string): Manifest => ({ metadata: { name, labels: { 'kubernetes.io/hostname': name, ...(zone === undefined ? {} : { 'topology.kubernetes.io/zone': zone }) } } });
const on = (node: string, name: string, more: Manifest = {}): Manifest => ({ metadata: { name, namespace: 'd', labels: { app: 'web' } }, ...more, spec: { nodeName: node, ...more['spec'] } });

t.test('pods without constraints spread by the system\'s defaults when a Service or ReplicaSet unites them', async (t) => {
  const nodes = [zoned('a', 'z1'), zoned('b', 'z2'), zoned('c')];
  const pods = [on('a', '1'), on('a', '2'), on('c', '3')];
  const service = { metadata: { name: 's', namespace: 'd' }, spec: { selector: { app: 'web' } } };
  const replicaSet = { metadata: { name: 'r', namespace: 'd' }, spec: { selector: { matchLabels: { app: 'web' } } } };
  const owned = { metadata: { ...web.metadata, ownerReferences: [{ kind: 'ReplicaSet', name: 'r', uid: 'u', controller: true }] } };
  const cases = [
    { name: 'nobody unites them', pod: web, others: {}, want: 'Skip' },
    { name: 'a Service', pod: web, others: { services: [service] }, want: { a: 33, b: 83, c: 100 } },
    { name: 'a Service of others', pod: web, others: { services: [{ ...service, spec: { selector: { app: 'db' } } }] }, want: 'Skip' },
    { name: 'a ReplicaSet', pod: owned, others: { replicaSets: [replicaSet] }, want: { a: 33, b: 83, c: 100 } },
    { name: 'wishes of its own', pod: { ...owned, spec: { topologySpreadConstraints: [{ maxSkew: 1, topologyKey: 'x', whenUnsatisfiable: 'DoNotSchedule' }] } }, others: { replicaSets: [replicaSet] }, want: 'Skip' },
  ];
  for (const { name, pod, others, want } of cases) t.same(scoreAlone(pluginNamed('PodTopologySpread'), podOf(pod), snapshotOf(nodes, pods, others)), want, name);
});

t.test('nodes with taints are no domains when the constraint honours taints', async (t) => {
  const nodes = [{ ...zoned('a'), spec: { taints: [{ key: 'x', effect: 'NoSchedule' }] } }, zoned('b')];
  const constraint = { maxSkew: 1, topologyKey: 'kubernetes.io/hostname', whenUnsatisfiable: 'DoNotSchedule', labelSelector: { matchLabels: { app: 'web' } } };
  const feasible = (nodeTaintsPolicy: string): boolean | undefined => {
    const pod = podOf({ ...web, spec: { topologySpreadConstraints: [{ ...constraint, nodeTaintsPolicy }] } });
    return filterAlone(pluginNamed('PodTopologySpread'), pod, snapshotOf(nodes, [on('b', '1')]))['b']?.feasible;
  };
  t.equal(feasible('Ignore'), false, 'the empty tainted node makes the other too full');
  t.equal(feasible('Honor'), true);
});

t.test('hints wake pods for what may help them', async (t) => {
  const hint = (name: string, kind: string, event: string, pod: Manifest, change: { object: object; old?: object }): boolean => pluginNamed(name).events
    ?.some(one => one.kind === kind && one.on === event && (one.hint === undefined || one.hint(podOf(pod), change as never))) === true;
  const tainted = nodeOf({ metadata: { name: 'n' }, spec: { taints: [{ key: 'x', effect: 'NoSchedule' }] } });
  const clean = nodeOf({ metadata: { name: 'n' } });
  const spread = { ...web, spec: { topologySpreadConstraints: [{ maxSkew: 1, topologyKey: 'kubernetes.io/hostname', whenUnsatisfiable: 'DoNotSchedule', labelSelector: { matchLabels: { app: 'web' } } }] } };
  const cases: readonly (readonly [string, boolean, boolean])[] = [
    ['a taint goes', hint('TaintToleration', 'Node', 'Update', web, { object: clean, old: tainted }), true],
    ['a taint comes', hint('TaintToleration', 'Node', 'Update', web, { object: tainted, old: clean }), false],
    ['an uncordoned node', hint('NodeUnschedulable', 'Node', 'Update', web, { object: clean, old: nodeOf({ metadata: { name: 'n' }, spec: { unschedulable: true } }) }), true],
    ['a node too small even when empty', hint('NodeResourcesFit', 'Node', 'Add', { ...web, spec: { containers: [{ name: 'c', resources: { requests: { cpu: '5000' } } }] } }, { object: clean }), false],
    ['a matching pod goes', hint('PodTopologySpread', 'AssignedPod', 'Delete', spread, { object: podOf(on('a', '1')) }), true],
    ['another pod goes', hint('PodTopologySpread', 'AssignedPod', 'Delete', spread, { object: podOf({ metadata: { name: 'o', namespace: 'd' } }) }), false],
    ['a pod with another port goes', hint('NodePorts', 'AssignedPod', 'Delete', { ...web, spec: { containers: [{ ports: [{ hostPort: 80 }] }] } }, { object: podOf({ metadata: { name: 'o' }, spec: { containers: [{ ports: [{ hostPort: 81 }] }] } }) }), false],
  ];
  for (const [name, got, want] of cases) t.equal(got, want, name);
});

const labels = fc.record({ zone: fc.constantFrom('z1', 'z2', 'z3'), host: fc.constantFrom('a', 'b', 'c', 'd') }, { requiredKeys: ['zone'] });
const amounts = fc.record({ cpu: fc.constantFrom('0', '100m', '500m', '2'), memory: fc.constantFrom('64Mi', '1Gi', '3Gi') }, { requiredKeys: [] });
const constraint = fc.record({
  maxSkew: fc.integer({ min: 1, max: 2 }), topologyKey: fc.constantFrom('zone', 'host', 'kubernetes.io/hostname'), whenUnsatisfiable: fc.constantFrom('DoNotSchedule', 'ScheduleAnyway'),
  labelSelector: fc.constant({ matchLabels: { app: 'web' } }), nodeTaintsPolicy: fc.constantFrom('Honor', 'Ignore'), minDomains: fc.constant(1),
});
const arbitraryNode = fc.record({
  labels, amounts: fc.record({ cpu: fc.constantFrom('1', '4'), memory: fc.constantFrom('2Gi', '8Gi'), pods: fc.constantFrom('2', '110') }), cordoned: fc.boolean(),
  taint: fc.constantFrom(undefined, 'NoSchedule', 'PreferNoSchedule'), image: fc.constantFrom(0, 50_000_000, 700_000_000),
});
const arbitraryPod = fc.record({ app: fc.constantFrom('web', 'db'), node: fc.nat(5), requests: amounts, dying: fc.boolean() });

t.test('shortcuts over columns answer as the plugins do node by node', async () => {
  fc.assert(fc.property(fc.array(arbitraryNode, { minLength: 1, maxLength: 6 }), fc.array(arbitraryPod, { maxLength: 12 }), fc.array(constraint, { maxLength: 2 }), amounts, (nodes, pods, constraints, requests) => {
    const manifests = nodes.map((node, i) => ({
      metadata: { name: `n${i}`, labels: { ...node.labels, 'kubernetes.io/hostname': `n${i}` } },
      spec: { unschedulable: node.cordoned, ...(node.taint === undefined ? {} : { taints: [{ key: 'x', effect: node.taint }] }) },
      status: { allocatable: node.amounts, ...(node.image === 0 ? {} : { images: [{ names: ['app:1'], sizeBytes: node.image }] }) },
    }));
    const placed = pods.map((pod, i) => ({
      metadata: { name: `e${i}`, namespace: 'd', labels: { app: pod.app }, ...(pod.dying ? { deletionTimestamp: 'now' } : {}) },
      spec: { nodeName: `n${pod.node}`, containers: [{ name: 'c', resources: { requests: pod.requests } }] },
    }));
    const snapshot = snapshotOf(manifests, placed, { services: [{ metadata: { name: 's', namespace: 'd' }, spec: { selector: { app: 'web' } } }] });
    const pod = podOf({ ...web, spec: { containers: [{ name: 'c', image: 'app:1', resources: { requests } }], ...(constraints.length > 0 ? { topologySpreadConstraints: constraints } : {}) } });
    for (const plugin of plugins) agree(plugin, pod, snapshot);
  }), { numRuns: 300, seed: 1 });
});

function agree(plugin: (typeof plugins)[number], pod: ReturnType<typeof podOf>, snapshot: Snapshot): void {
  const { nodes } = snapshot;
  const state = new CycleState();
  const first = plugin.preFilter?.(state, pod, snapshot) ?? null;
  const quick = first === null ? plugin.quickFilter?.(state, pod, nodes) : undefined;
  nodes.infos.forEach((info, place) => {
    const answer = quick === undefined ? ASK : quick(place);
    if (answer !== ASK && answer !== (plugin.filter?.(state, pod, info) ?? null)) throw new Error(`${plugin.name} filters ${info.name} otherwise`);
  });
  const places = Int32Array.from(nodes.infos, (_info, place) => place);
  if (plugin.preScore?.(state, pod, { places }, snapshot)?.code === 'Skip') return;
  const scores = new Float64Array(places.length);
  if (plugin.quickScore?.(state, places, nodes, scores) !== true) return;
  nodes.infos.forEach((info, place) => {
    if (scores[place] !== plugin.score?.(state, pod, info)) throw new Error(`${plugin.name} scores ${info.name} ${scores[place]}, not ${plugin.score?.(state, pod, info)}`);
  });
}

t.test('what the cache keeps up to date equals what it would count afresh', async () => {
  const step = fc.oneof(
    fc.record({ what: fc.constant('pod' as const), pod: fc.nat(9), node: fc.nat(3), app: fc.constantFrom('web', 'db'), assumed: fc.boolean() }),
    fc.record({ what: fc.constant('gone' as const), pod: fc.nat(9) }),
    fc.record({ what: fc.constant('node' as const), node: fc.nat(3), zone: fc.constantFrom('z1', 'z2'), disk: fc.constantFrom('ssd', 'hdd'), image: fc.constantFrom('a:1', 'b:1') }),
    fc.record({ what: fc.constant('noNode' as const), node: fc.nat(3) }),
    fc.record({ what: fc.constant('look' as const) }),
  );
  fc.assert(fc.property(fc.array(step, { minLength: 30, maxLength: 60 }), steps => {
    const cache = newCache();
    for (const one of steps) {
      if (one.what === 'pod') (one.assumed ? assume : putPod)(cache, `d/p${one.pod}`, podOf({ metadata: { name: `p${one.pod}`, namespace: 'd', labels: { app: one.app } }, spec: { nodeName: `n${one.node}`, containers: [{ name: 'c', resources: { requests: { cpu: '100m' } } }] } }));
      if (one.what === 'gone' && !forgetAssumed(cache, `d/p${one.pod}`)) removePod(cache, `d/p${one.pod}`);
      if (one.what === 'node') putNode(cache, nodeOf({ metadata: { name: `n${one.node}`, labels: { 'topology.kubernetes.io/zone': one.zone, disk: one.disk } }, status: { images: [{ names: [one.image], sizeBytes: 7 }] } }));
      if (one.what === 'noNode') removeNode(cache, `n${one.node}`);
      compare(cache);
    }
  }), { numRuns: 200, seed: 2 });
});

function compare(cache: SchedulerCache): void {
  const selector = selectorOf({ matchLabels: { app: 'web' } });
  const kept = nodeListOf(cache);
  const fresh = new NodeList(cache.nodes.values());
  const facts = (list: NodeList): string => JSON.stringify([
    list.infos.map(info => [info.name, info.requested, info.pods.map(pod => pod.metadata.name).sort()]), [...list.tally('d', selector).counts], [...list.tally('d', selector).domains('topology.kubernetes.io/zone')].sort(), [...list.tally('d', selector).domains('disk')].sort(),
    list.infos.map(info => countPods(info.pods, 'd', selector)), [list.nodesWithImage('a:1'), list.nodesWithImage('b:1')], [...list.imageSizes('a:1')], [...list.columns.freeCpu], [...list.columns.freePods],
  ]);
  if (facts(kept) !== facts(fresh)) throw new Error(`${facts(kept)} is not ${facts(fresh)}`);
  for (const info of kept.infos) if (info.requested.milliCpu !== 100 * info.pods.length) throw new Error(`${info.name} counts wrongly`);
}

t.test('logarithms and roots agree with the mathematics', async (t) => {
  for (const n of [1, 2, 3, 10, 102, 5002]) t.ok(Math.abs(naturalLogarithm(n) - Math.log(n)) < 1e-14, `ln ${n}`);
  for (const n of [0, 0.01, 0.25, 0.7, 2, 9]) t.ok(Math.abs(squareRoot(n) - Math.sqrt(n)) < 1e-15, `√${n}`);
});

// ---- The cycle -------------------------------------------------------------------------------------------------------

t.test('large clusters look for fewer nodes than they have', async (t) => {
  t.same([0, 1, 99, 100, 125, 1000, 5000, 6000, 15_000].map(enoughFeasible), [0, 1, 99, 100, 100, 420, 500, 300, 750]);
});

t.test('each cycle goes on where the last one stopped, and equals have equal chances', async (t) => {
  const nodes = Array.from({ length: 300 }, (_, i) => zoned(`n${String(i).padStart(3, '0')}`));
  const snapshot = snapshotOf(nodes);
  const bounds: number[] = [];
  let start = 0;
  const chosen: string[] = [];
  for (let i = 0; i < 3; i++) {
    const result = schedule({ plugins, pod: podOf(web), snapshot, start, draw: bound => { bounds.push(bound); return bound - 1; }, explain: false });
    start = result.nextStart;
    chosen.push(result.chosen ?? '');
  }
  t.same(bounds, [144, 144, 144], 'one draw among all equals');
  t.same(chosen, ['n143', 'n287', 'n131'], 'round and round');
});

t.test('a pod that names its nodes looks at no others', async (t) => {
  const snapshot = snapshotOf(Array.from({ length: 200 }, (_, i) => zoned(`n${i}`)));
  const pod = podOf({ ...web, spec: { affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: ['n7'] }] }] } } } } });
  const result = schedule({ plugins, pod, snapshot, start: 50, draw: () => 0, explain: false });
  t.equal(result.chosen, 'n7');
  t.equal(result.chosen !== undefined && result.evaluated, 1);
});

t.test('the sentence counts reasons and sorts them as texts', async (t) => {
  const cpu = unschedulable('A', 'Insufficient cpu', 'Insufficient memory');
  const taint = unresolvable('B', 'node(s) had untolerated taint(s)');
  const refused = new Map([['a', cpu], ['b', cpu], ['c', taint]]);
  const rest = { refused, others: undefined, whole: false, plugins: [] };
  t.equal(fitError({ ...rest, nodes: 3 }, ''), '0/3 nodes are available: 1 node(s) had untolerated taint(s), 2 Insufficient cpu, 2 Insufficient memory.');
  t.equal(fitError({ ...rest, nodes: 12, others: taint }, 'preemption: none.'), '0/12 nodes are available: 10 node(s) had untolerated taint(s), 2 Insufficient cpu, 2 Insufficient memory. preemption: none.');
  t.equal(fitError({ ...rest, refused: new Map(), nodes: 3, others: taint, whole: true }, ''), '0/3 nodes are available: node(s) had untolerated taint(s).');
});

// ---- The queue -------------------------------------------------------------------------------------------------------

const queued = (queue: SchedulingQueue, name: string, now: number, priority = 0): void => { enqueue(queue, podOf({ metadata: { name }, spec: { priority } }), { now, cause: 0 }); };
const drain = (queue: SchedulingQueue): string[] => {
  const names: string[] = [];
  for (let entry = pop(queue); entry !== undefined; entry = pop(queue)) names.push(entry.pod.metadata.name);
  return names;
};

t.test('back-off doubles from one second to ten', async (t) => {
  t.same([0, 1, 2, 3, 4, 5, 50].map(n => backoffOf(n) / 1e6), [0, 1, 2, 4, 8, 10, 10]);
  t.equal(BACKOFF_MAX, seconds(10));
});

t.test('the queue gives the highest priority first, then who waits longest', async (t) => {
  const queue = newQueue();
  queued(queue, 'late', 20);
  queued(queue, 'early', 10);
  queued(queue, 'urgent', 30, 2_000_000_000);
  queued(queue, 'lowest', 1, -5);
  t.same(drain(queue), ['urgent', 'early', 'late', 'lowest']);
});

t.test('pods move between the parts of the queue', async (t) => {
  const queue = newQueue();
  queued(queue, 'a', 0);
  const a = pop(queue) as QueuedPod;
  t.equal(partOf(queue, 'a'), undefined, 'being tried');
  putBack(queue, a, ['NodeResourcesFit'], seconds(1));
  t.equal(partOf(queue, 'a'), 'unschedulable');
  t.equal(flush(queue, seconds(2)), seconds(301), 'looked at again after five minutes');
  wake(queue, 'a', seconds(1.5));
  t.equal(partOf(queue, 'a'), 'backoff', 'one second after the failure is not over');
  t.equal(flush(queue, seconds(1.9)), seconds(2));
  flush(queue, seconds(2));
  t.equal(partOf(queue, 'a'), 'active');
  putBack(queue, pop(queue) as QueuedPod, [], seconds(3));
  t.equal(partOf(queue, 'a'), 'errors');
  t.equal(pop(queue), undefined, 'errors wait out their back-off');
  flush(queue, seconds(4));
  const again = pop(queue);
  t.same([again?.attempts, again?.unschedulable, again?.errors], [3, 1, 1]);
});

t.test('with nothing else to do, pods in back-off are tried early; a busy queue lets them wait', async (t) => {
  const queue = newQueue();
  queued(queue, 'a', 0);
  putBack(queue, pop(queue) as QueuedPod, ['X'], seconds(1));
  wake(queue, 'a', seconds(1));
  queued(queue, 'b', seconds(1));
  t.same(drain(queue), ['b', 'a']);
});
