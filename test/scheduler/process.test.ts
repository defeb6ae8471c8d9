import t from 'tap';
import { micros } from '../../src/base/data.ts';
import type { Node, Pod } from '../../src/api/kinds/all.ts';
import { dumpWorld, loadWorld } from '../../src/sim/checkpoint.ts';
import { Kernel } from '../../src/sim/kernel.ts';
import { kinds, Rig, schedulerId } from './rig.ts';

const CONTROL_PLANE = [{ key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' }];

t.test('a pod is bound to a node with room and told so', async (t) => {
  const rig = new Rig();
  rig.node('cp-1', { taints: CONTROL_PLANE });
  rig.node('worker-1');
  rig.node('worker-2', { cpu: '200m' });
  rig.run(1);
  rig.pod('web', { cpu: '1' });
  rig.run(1);
  t.equal(rig.nodeOf('web'), 'worker-1');
  t.same(rig.events('web'), ['Scheduled x1: Successfully assigned default/web to worker-1']);
  const decision = rig.scheduler().decisions.get('default/web');
  t.same(decision?.refused.map(({ node, plugin }) => `${node} ${plugin}`).sort(), ['cp-1 TaintToleration', 'worker-2 NodeResourcesFit']);
  t.equal(rig.scheduler().cache.assumed.size, 0, 'nothing stays assumed');
  t.equal(rig.scheduler().queue.pods.size, 0, 'the queue forgot it');
  t.equal(rig.scheduler().cache.nodes.get('worker-1')?.requested.milliCpu, 1000, 'it is counted once');
});

t.test('scores by plugin are kept on small clusters', async (t) => {
  const rig = new Rig();
  rig.node('worker-1');
  rig.node('worker-2');
  rig.run(1);
  rig.pod('a', { cpu: '2' });
  rig.run(1);
  rig.pod('b', { cpu: '1' });
  rig.run(1);
  t.not(rig.nodeOf('b'), rig.nodeOf('a'));
  const scores = rig.scheduler().decisions.get('default/b')?.scores ?? [];
  t.equal(scores.length, 2);
  const best = scores.find(({ node }) => node === rig.nodeOf('b'));
  t.same(Object.keys(best?.by ?? {}), ['TaintToleration', 'NodeResourcesFit', 'NodeResourcesBalancedAllocation'], 'plugins with nothing to say opt out');
  t.equal(Object.values(best?.by ?? {}).reduce((sum, score) => sum + score, 0), best?.total);
});

t.test('the event and the condition say why no node fits', async (t) => {
  const cases = [
    {
      name: 'taint and too little room', cpu: '8', spec: {},
      want: '0/3 nodes are available: 1 node(s) had untolerated taint(s), 2 Insufficient cpu. no new claims to deallocate, preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.',
    },
    {
      name: 'room that others hold', cpu: '3500m', spec: {},
      want: '0/3 nodes are available: 1 node(s) had untolerated taint(s), 2 Insufficient cpu. no new claims to deallocate, preemption: 0/3 nodes are available: 1 Preemption is not helpful for scheduling, 2 No preemption victims found for incoming pod.',
    },
    {
      name: 'node selector', cpu: '1', spec: { nodeSelector: { disk: 'ssd' } },
      want: "0/3 nodes are available: 1 node(s) had untolerated taint(s), 2 node(s) didn't match Pod's node affinity/selector. no new claims to deallocate, preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.",
    },
    {
      name: 'a node named by its name, as DaemonSets do', cpu: '8',
      spec: { affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: ['worker-1'] }] }] } } } },
      want: "0/3 nodes are available: 1 Insufficient cpu, 2 node(s) didn't satisfy plugin(s) [NodeAffinity]. no new claims to deallocate, preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.",
    },
    {
      name: 'a pod that may not preempt', cpu: '3500m', spec: { priority: 1000, preemptionPolicy: 'Never' },
      want: '0/3 nodes are available: 1 node(s) had untolerated taint(s), 2 Insufficient cpu. no new claims to deallocate, preemption: not eligible due to preemptionPolicy=Never.',
    },
  ];
  for (const { name, cpu, spec, want } of cases) {
    const rig = new Rig();
    rig.node('cp-1', { taints: CONTROL_PLANE });
    rig.node('worker-1');
    rig.node('worker-2');
    rig.run(1);
    rig.pod('one', { cpu: '1' });
    rig.pod('two', { cpu: '1' });
    rig.run(1);
    rig.pod('web', { cpu, spec });
    rig.run(1);
    t.same(rig.events('web'), [`FailedScheduling x1: ${want}`], `${name}: event`);
    t.equal(rig.condition('web'), `False Unschedulable ${want}`, `${name}: condition`);
  }
});

t.test('without nodes a pod is tried again after its back-off', async (t) => {
  const rig = new Rig();
  rig.pod('web');
  rig.run(0.5);
  t.same(rig.events('web'), ['FailedScheduling x1: no nodes available to schedule pods']);
  rig.run(20);
  const attempts = rig.notes.filter(({ type }) => type === 'sched.failed').map(({ at }) => Math.round(at / 1e6));
  t.same(attempts, [1, 2, 4, 8, 16], 'waits 1, 2, 4, 8 and at most 10 seconds, ending with a full second');
  rig.node('worker-1');
  rig.run(11);
  t.equal(rig.nodeOf('web'), 'worker-1');
});

t.test('a pod that no node could take is woken by changes that may help it, and by no others', async (t) => {
  const tries = (rig: Rig, name: string): number => rig.scheduler().queue.pods.get(`default/${name}`)?.attempts ?? 0;
  const rig = new Rig();
  rig.node('worker-1', { cpu: '1' });
  rig.run(1);
  rig.pod('full', { cpu: '900m' });
  rig.run(1);
  rig.pod('big', { cpu: '500m' });
  rig.pod('ssd', { cpu: '10m', spec: { nodeSelector: { disk: 'ssd' } } });
  rig.run(1);
  t.same([tries(rig, 'big'), tries(rig, 'ssd')], [1, 1]);
  rig.change<Node>('Node/worker-1', node => ({ ...node, status: { ...node.status, conditions: [{ type: 'Ready', status: 'True' }] } }));
  rig.pod('other', { cpu: '10m' });
  rig.run(1);
  t.same([tries(rig, 'big'), tries(rig, 'ssd')], [1, 1], 'heartbeats and new neighbours help neither');
  rig.change<Node>('Node/worker-1', node => ({ ...node, metadata: { ...node.metadata, labels: { ...node.metadata.labels, disk: 'ssd' } } }));
  rig.run(2);
  t.equal(rig.nodeOf('ssd'), 'worker-1', 'a label helps who asks for it');
  t.equal(tries(rig, 'big'), 1);
  rig.delete('Pod/default/full');
  rig.run(2);
  t.equal(rig.nodeOf('big'), 'worker-1', 'room helps who needs room');
});

t.test('after five minutes an unschedulable pod is tried again in any case', async (t) => {
  const rig = new Rig();
  rig.node('worker-1', { cpu: '1' });
  rig.run(1);
  rig.pod('big', { cpu: '2' });
  rig.run(299);
  t.equal(rig.scheduler().queue.pods.get('default/big')?.attempts, 1);
  rig.run(3);
  t.equal(rig.scheduler().queue.pods.get('default/big')?.attempts, 2);
  t.match(rig.events('big'), [/^FailedScheduling x1: /, /^FailedScheduling x1: /], 'the pod has a condition since, so this is another event');
  rig.run(301);
  t.match(rig.events('big'), [/^FailedScheduling x1: /, /^FailedScheduling x2: /], 'the same of the same state: a series');
});

t.test('higher priorities go first', async (t) => {
  const rig = new Rig();
  for (const [name, priority] of [['low', 0], ['high', 1000], ['middle', 500]] as const) rig.pod(name, { cpu: '1', spec: { priority } });
  rig.run(0.5);
  rig.node('worker-1', { cpu: '1500m' });
  rig.run(15);
  t.same(['low', 'middle', 'high'].map(name => rig.nodeOf(name)), ['', '', 'worker-1']);
});

t.test('a gated pod waits without events until its gates are gone', async (t) => {
  const rig = new Rig();
  rig.node('worker-1');
  rig.run(1);
  rig.pod('web', { spec: { schedulingGates: [{ name: 'example.com/wait' }] } });
  rig.run(400);
  t.equal(rig.nodeOf('web'), '');
  t.same(rig.events('web'), []);
  rig.change<Pod>('Pod/default/web', pod => ({ ...pod, spec: { ...pod.spec, schedulingGates: [] } }));
  rig.run(1);
  t.equal(rig.nodeOf('web'), 'worker-1');
});

t.test('a binding that fails is taken back and tried again', async (t) => {
  const rig = new Rig();
  rig.node('worker-1', { cpu: '1' });
  rig.run(1);
  rig.set('failBindings', 2);
  rig.pod('web', { cpu: '1' });
  rig.run(0.5);
  t.equal(rig.condition('web'), 'False SchedulerError running Bind plugin "DefaultBinder": Internal error occurred: the disk is full');
  t.equal(rig.scheduler().cache.nodes.get('worker-1')?.requested.milliCpu, 0, 'its room is free again');
  rig.run(8);
  t.equal(rig.nodeOf('web'), 'worker-1');
  t.equal(rig.state.bindings, 3);
  t.equal(rig.scheduler().cache.nodes.get('worker-1')?.requested.milliCpu, 1000);
});

t.test('a pod deleted and made again under the same name while it is bound is placed anew', async (t) => {
  const rig = new Rig();
  rig.node('worker-1');
  rig.run(1);
  rig.set('failBindings', 1);
  rig.pod('web');
  rig.run(0.004);
  t.equal(rig.scheduler().binding.size + rig.scheduler().queue.pods.size > 0, true);
  rig.delete('Pod/default/web');
  rig.pod('web');
  rig.run(3);
  t.equal(rig.nodeOf('web'), 'worker-1');
  t.equal(rig.scheduler().queue.pods.size, 0);
});

t.test('pods of other schedulers and pods on their way out are left alone', async (t) => {
  const rig = new Rig();
  rig.node('worker-1');
  rig.run(1);
  rig.pod('other', { spec: { schedulerName: 'mine' } });
  rig.create({ kind: 'Pod', metadata: { name: 'dying', deletionTimestamp: '2026-01-01T00:00:00Z' }, spec: { containers: [] } });
  rig.run(1);
  t.equal(rig.nodeOf('other'), '');
  t.same(rig.events('dying'), ['FailedScheduling x1: skip schedule deleting pod: default/dying']);
});

t.test('preemption evicts the lesser pod, keeps its room for the greater, and binds it there', async (t) => {
  const rig = new Rig();
  rig.node('worker-1', { cpu: '2' });
  rig.node('worker-2', { cpu: '1' });
  rig.run(1);
  rig.pod('low', { cpu: '1500m', spec: { priority: 0 } });
  rig.run(1);
  rig.pod('high', { cpu: '1500m', spec: { priority: 1000 } });
  rig.run(1);
  t.equal(rig.getPod('high')?.status?.nominatedNodeName, 'worker-1');
  t.ok(rig.getPod('low')?.metadata.deletionTimestamp, 'the victim is going');
  t.equal(rig.getPod('low')?.status?.conditions?.find(({ type }) => type === 'DisruptionTarget')?.message, 'default-scheduler: preempting to accommodate a higher priority pod');
  t.match(rig.events('high'), ['FailedScheduling x1: 0/2 nodes are available: 2 Insufficient cpu.']);
  t.match(rig.events('low'), ['Scheduled x1: Successfully assigned default/low to worker-1', /^Preempted x1: Preempted by pod uid-\d+ on node worker-1$/]);
  rig.pod('sneak', { cpu: '1500m', spec: { priority: 500 } });
  rig.run(4);
  t.equal(rig.nodeOf('high'), 'worker-1');
  t.equal(rig.nodeOf('sneak'), '', 'nobody of lower priority takes the room meanwhile');
  t.equal(rig.scheduler().nominated.size, 0);
});

t.test('one of two schedulers works; the other takes over when the first cannot renew its lease', async (t) => {
  const rig = new Rig({ schedulers: 2 });
  rig.node('worker-1');
  rig.run(5);
  const leaders = (): number[] => [1, 2].filter(n => rig.scheduler(n).election.leading);
  t.equal(leaders().length, 1);
  const first = leaders()[0] ?? 0;
  rig.pod('one');
  rig.run(2);
  t.equal(rig.nodeOf('one'), 'worker-1');
  rig.set('deafTo', [schedulerId(first)]);
  rig.run(12);
  rig.pod('two');
  rig.run(30);
  t.same(leaders(), [3 - first], 'the other leads');
  t.equal(rig.nodeOf('two'), 'worker-1');
  rig.set('deafTo', []);
  rig.run(60);
  t.same(leaders(), [3 - first], 'the first came back as a follower');
  rig.pod('three');
  rig.run(2);
  t.equal(rig.nodeOf('three'), 'worker-1');
  t.equal(rig.state.bindings, 3, 'each pod was bound once');
});

t.test('a saved run goes on exactly like the unbroken one', async (t) => {
  const play = (kernel: Kernel, rig: Rig, save: boolean): Kernel => {
    for (let i = 0; i < 12; i++) rig.node(`worker-${i}`, { cpu: '2', labels: { 'topology.kubernetes.io/zone': `z${i % 3}` } });
    rig.create({ apiVersion: 'v1', kind: 'Service', metadata: { name: 'web' }, spec: { selector: { app: 'web' } } });
    rig.run(1);
    for (let i = 0; i < 60; i++) rig.pod(`p${i}`, { cpu: '500m', labels: { app: i % 2 === 0 ? 'web' : 'db' }, spec: { priority: i % 3 } });
    rig.run(0.02);
    if (!save) return kernel;
    const loaded = loadWorld(JSON.parse(JSON.stringify(dumpWorld(kernel.world))));
    if (!loaded.ok) throw new Error(loaded.error);
    const other = new Kernel({ seed: 5, kinds });
    other.restore(loaded.value);
    return other;
  };
  const a = new Rig();
  const b = new Rig();
  const whole = play(a.kernel, a, false);
  const loaded = play(b.kernel, b, true);
  t.same(loaded.world.digest, whole.world.digest, 'same until the save');
  for (const kernel of [whole, loaded]) kernel.run({ until: micros(kernel.world.now + 20_000_000), eventsMax: 1_000_000 });
  t.same(loaded.world.digest, whole.world.digest, 'same afterwards');
  t.equal(a.scheduler().queue.unschedulable.size > 0, true, 'the run is full enough to mean something');
});
