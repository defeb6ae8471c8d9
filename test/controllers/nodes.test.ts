import t from 'tap';
import { deployment, Rig } from './fake-api.ts';

const taints = (rig: Rig, node: string): string[] => (rig.get('Node', node).spec.taints ?? []).map((taint: any) => `${taint.key as string}:${taint.effect as string}`);
const conditionOf = (object: any, type: string): any => (object?.status?.conditions ?? []).find((one: any) => one.type === type);
const tolerations = ['not-ready', 'unreachable'].map(key => ({ key: `node.kubernetes.io/${key}`, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 }));
const web = (replicas: number): object => deployment('web', replicas, { spec: { template: { metadata: { labels: { app: 'web' } }, spec: { tolerations, containers: [{ name: 'web', image: 'nginx' }] } } } });

t.test('a node whose kubelet dies: 50 s to NotReady, 300 s more to eviction', async t => {
  const rig = new Rig({ verify: false });
  rig.create(web(4));
  rig.run(60);
  rig.tell({ type: 'test.kill', node: 'worker-2' });
  const renewed = rig.get('Lease', 'worker-2', 'kube-node-lease').spec.renewTime as string;
  const silentFor = (): number => rig.kernel.world.now / 1e6 - Number(renewed.slice(17, 19)) - 60 * Number(renewed.slice(14, 16));
  const onIt = (): any[] => rig.list('Pod').filter(pod => pod.spec.nodeName === 'worker-2');
  rig.run(45 - silentFor());
  t.equal(conditionOf(rig.get('Node', 'worker-2'), 'Ready').status, 'True', 'at +45 s');
  rig.run(10.5);
  t.match(conditionOf(rig.get('Node', 'worker-2'), 'Ready'), { status: 'Unknown', reason: 'NodeStatusUnknown', message: 'Kubelet stopped posting node status.' }, 'at +55 s');
  t.equal(conditionOf(rig.get('Node', 'worker-2'), 'MemoryPressure').status, 'Unknown');
  t.same(taints(rig, 'worker-2').sort(), ['node.kubernetes.io/unreachable:NoExecute', 'node.kubernetes.io/unreachable:NoSchedule']);
  t.equal(onIt().length, 1);
  t.match(conditionOf(onIt()[0], 'Ready').status, 'False', 'the pod leaves the endpoints long before it is evicted');
  t.same(rig.events('NodeNotReady').sort(), ['Node is not ready', 'Node worker-2 status is now: NodeNotReady']);
  const name = onIt()[0].metadata.name as string;
  rig.run(345 - silentFor());
  t.equal(onIt()[0].metadata.deletionTimestamp, undefined, 'at +345 s');
  rig.run(361 - silentFor());
  t.ok(onIt()[0].metadata.deletionTimestamp, 'at +360 s it is Terminating, and stays so');
  t.same(rig.events('TaintManagerEviction'), [`Marking for deletion Pod default/${name}`]);
  t.match(conditionOf(rig.get('Pod', name), 'DisruptionTarget'), { status: 'True', reason: 'DeletionByTaintManager' });
  rig.run(5);
  t.equal(rig.list('Pod').filter(pod => pod.metadata.deletionTimestamp === undefined).length, 4, 'a replacement runs elsewhere');
  rig.tell({ type: 'test.revive', node: 'worker-2' });
  rig.run(20);
  t.same(taints(rig, 'worker-2'), []);
});

t.test('a node that comes back in time keeps its pods', async t => {
  const rig = new Rig({ verify: false });
  rig.create(web(4));
  rig.run(60);
  const before = rig.list('Pod').map(pod => pod.metadata.uid).sort();
  rig.tell({ type: 'test.kill', node: 'worker-2' });
  rig.run(200);
  t.equal(taints(rig, 'worker-2').length, 2);
  rig.tell({ type: 'test.revive', node: 'worker-2' });
  rig.run(300);
  t.same(rig.list('Pod').map(pod => pod.metadata.uid).sort(), before);
  t.match(rig.events('TaintManagerEviction'), [/^Cancelling deletion of Pod default\/web-/]);
});

t.test('all nodes silent: nobody is evicted, for the fault is probably here', async t => {
  const rig = new Rig({ verify: false });
  rig.create(web(4));
  rig.run(30);
  for (const node of ['worker-1', 'worker-2', 'worker-3', 'worker-4']) rig.tell({ type: 'test.kill', node });
  rig.run(600);
  for (const node of ['worker-1', 'worker-4']) t.same(taints(rig, node), ['node.kubernetes.io/unreachable:NoSchedule']);
  t.equal(rig.list('Pod').filter(pod => pod.metadata.deletionTimestamp !== undefined).length, 0);
});

t.test('six of ten nodes of a small zone silent: eviction stops; one after the other at 0.1/s before that', async t => {
  const nodes = Array.from({ length: 10 }, (_, i) => `n-${i}`);
  const rig = new Rig({ verify: false, nodes });
  rig.run(30);
  for (const node of nodes.slice(0, 6)) rig.tell({ type: 'test.kill', node });
  rig.run(120);
  t.equal(nodes.filter(node => taints(rig, node).includes('node.kubernetes.io/unreachable:NoExecute')).length, 0);
  const calm = new Rig({ verify: false, nodes });
  calm.run(30);
  for (const node of nodes.slice(0, 5)) calm.tell({ type: 'test.kill', node });
  const times: number[] = [];
  for (let i = 0; i < 1200; i++) {
    calm.run(0.1);
    const tainted = nodes.filter(node => taints(calm, node).includes('node.kubernetes.io/unreachable:NoExecute')).length;
    if (tainted > times.length) times.push(calm.kernel.world.now / 1e6);
  }
  t.equal(times.length, 5);
  for (let i = 1; i < 5; i++) t.ok(Math.abs((times[i] as number) - (times[i - 1] as number) - 10) < 0.3, `taint ${i} ${times.join(' ')}`);
});

t.test('conditions become NoSchedule taints at once', async t => {
  const rig = new Rig();
  rig.run(2);
  const node = rig.get('Node', 'worker-1');
  const conditions = node.status.conditions.map((one: any) => (one.type === 'Ready' ? one : { ...one, status: 'True' }));
  rig.call({ verb: 'update', group: '', version: 'v1', resource: 'nodes', subresource: 'status', namespace: '', name: 'worker-1', body: { ...node, metadata: { ...node.metadata, resourceVersion: '' }, status: { ...node.status, conditions } } as never });
  rig.merge('Node', 'worker-2', { spec: { unschedulable: true } });
  rig.run(1);
  t.same(taints(rig, 'worker-1').sort(), ['disk', 'memory', 'pid'].map(what => `node.kubernetes.io/${what}-pressure:NoSchedule`));
  t.same(taints(rig, 'worker-2'), ['node.kubernetes.io/unschedulable:NoSchedule']);
});

t.test('each node gets a pod range of its own, and a freed one is used again only after the others', async t => {
  const rig = new Rig();
  rig.run(2);
  t.same(rig.list('Node').map(node => node.spec.podCIDR), ['10.244.0.0/24', '10.244.1.0/24', '10.244.2.0/24', '10.244.3.0/24']);
  rig.remove('Node', 'worker-1');
  rig.run(1);
  rig.create({ apiVersion: 'v1', kind: 'Node', metadata: { name: 'worker-9' } });
  rig.run(1);
  t.equal(rig.get('Node', 'worker-9').spec.podCIDR, '10.244.4.0/24');
  t.ok(rig.events('RemovingNode').length === 0 || rig.events('RemovingNode')[0] === 'Node worker-1 event: Removing Node worker-1 from Controller');
});

t.test('pods of a node that is gone end as Failed and are removed after the quarantine', async t => {
  const rig = new Rig({ verify: false });
  rig.create(web(4));
  rig.run(30);
  rig.tell({ type: 'test.kill', node: 'worker-2' });
  rig.remove('Node', 'worker-2');
  const lost = (): number => rig.list('Pod').filter(pod => pod.spec.nodeName === 'worker-2').length;
  rig.run(35);
  t.equal(lost(), 1);
  rig.run(50);
  t.equal(lost(), 0);
  t.equal(rig.list('Pod').length, 4);
});

t.test('the cloud: a new node is completed, a stopped machine is marked, a vanished one loses its node', async t => {
  const instances = [1, 2, 3, 4].map(i => ({ id: `i-${i}`, name: `worker-${i}`, type: 'sim.large', region: 'sim-1', zone: 'sim-1a', address: `10.0.0.2${i}` }));
  const rig = new Rig({ instances, verify: false });
  rig.run(1);
  rig.kernel.crash('cp-1/cloud-controller-manager');
  rig.kernel.deliver('cloud/simcloud', { type: 'cloud.request', id: 0, op: 'addInstance', args: { ...instances[0], id: 'i-5', name: 'worker-5' } });
  rig.create({ apiVersion: 'v1', kind: 'Node', metadata: { name: 'worker-5' }, spec: { taints: [{ key: 'node.cloudprovider.kubernetes.io/uninitialized', value: 'true', effect: 'NoSchedule' }] } });
  rig.run(5);
  t.ok(taints(rig, 'worker-5').includes('node.cloudprovider.kubernetes.io/uninitialized:NoSchedule'), 'nobody takes the taint off while the cloud-controller-manager is down');
  rig.kernel.restart('cp-1/cloud-controller-manager');
  rig.run(10);
  const node = rig.get('Node', 'worker-5');
  t.notOk(taints(rig, 'worker-5').includes('node.cloudprovider.kubernetes.io/uninitialized:NoSchedule'));
  t.equal(node.spec.providerID, 'pilothouse://i-5');
  t.match(node.metadata.labels, { 'topology.kubernetes.io/zone': 'sim-1a', 'topology.kubernetes.io/region': 'sim-1', 'node.kubernetes.io/instance-type': 'sim.large' });
  t.match(node.status.addresses[0], { type: 'InternalIP', address: '10.0.0.21' });
  t.same(rig.events('Synced'), ['Node synced successfully']);
  rig.tell({ type: 'test.kill', node: 'worker-2' });
  rig.kernel.deliver('cloud/simcloud', { type: 'cloud.request', id: 0, op: 'stopInstance', args: { name: 'worker-2' } });
  rig.tell({ type: 'test.kill', node: 'worker-3' });
  rig.kernel.deliver('cloud/simcloud', { type: 'cloud.request', id: 0, op: 'deleteInstance', args: { name: 'worker-3' } });
  rig.run(40);
  t.ok(rig.get('Node', 'worker-3'), 'a node that still counts as ready is not asked about');
  rig.run(40);
  t.equal(rig.get('Node', 'worker-3'), undefined);
  t.same(rig.events('DeletingNode').filter(message => message.includes('worker-3')), ['Deleting node worker-3 because it does not exist in the cloud provider']);
  t.ok(taints(rig, 'worker-2').includes('node.cloudprovider.kubernetes.io/shutdown:NoSchedule'));
});
