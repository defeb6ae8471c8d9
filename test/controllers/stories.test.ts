import t from 'tap';
import { seconds } from '../../src/base/data.ts';
import { deployment, make, Rig } from './fake-api.ts';

const sizes = (rig: Rig): number[] => rig.list('ReplicaSet').map(set => set.spec.replicas as number).sort();
const pods = (rig: Rig): any[] => rig.list('Pod').filter(pod => pod.metadata.deletionTimestamp === undefined);
const conditionOf = (object: any, type: string): any => (object?.status?.conditions ?? []).find((one: any) => one.type === type);
const service = (name: string, app: string, more: object = {}): object => ({
  apiVersion: 'v1', kind: 'Service', metadata: { name, namespace: 'default', labels: { tier: 'front' } }, spec: { selector: { app }, clusterIP: '10.96.1.1', ports: [{ name: 'http', port: 80, targetPort: 8080 }], ...more },
});

t.test('a Deployment becomes a ReplicaSet and pods, and says so', async t => {
  const rig = new Rig();
  rig.create(deployment('web', 3));
  rig.run(5);
  const web = rig.get('Deployment', 'web');
  const [set] = rig.list('ReplicaSet');
  t.match(set.metadata.name, /^web-[bcdfghjklmnpqrstvwxz2456789]{5,10}$/);
  t.equal(web.metadata.annotations['deployment.kubernetes.io/revision'], '1');
  t.equal(set.metadata.labels['pod-template-hash'], set.metadata.name.slice(4));
  t.match(web.status, { replicas: 3, updatedReplicas: 3, readyReplicas: 3, availableReplicas: 3, unavailableReplicas: 0, observedGeneration: 1 });
  t.match(conditionOf(web, 'Available'), { status: 'True', reason: 'MinimumReplicasAvailable', message: 'Deployment has minimum availability.' });
  t.match(conditionOf(web, 'Progressing'), { status: 'True', reason: 'NewReplicaSetAvailable', message: `ReplicaSet "${set.metadata.name}" has successfully progressed.` });
  t.same(rig.events('ScalingReplicaSet'), [`Scaled up replica set ${set.metadata.name} from 0 to 3`]);
  t.same(rig.events('SuccessfulCreate').sort(), pods(rig).map(pod => `Created pod: ${pod.metadata.name}`).sort());
  t.match(pods(rig)[0].metadata.ownerReferences, [{ kind: 'ReplicaSet', name: set.metadata.name, controller: true, blockOwnerDeletion: true }]);
});

t.test('a rolling update keeps within surge and availability, and a rollback takes the old set again', async t => {
  const rig = new Rig();
  rig.create(deployment('web', 4));
  rig.run(5);
  const first = rig.list('ReplicaSet')[0].metadata.name;
  const template = { spec: { template: { spec: { containers: [{ name: 'web', image: 'nginx:1.28' }] } } } };
  rig.merge('Deployment', 'web', template);
  let most = 0;
  let least = 99;
  for (let i = 0; i < 100; i++) {
    rig.run(0.1);
    most = Math.max(most, pods(rig).length);
    least = Math.min(least, rig.list('Pod').filter(pod => pod.metadata.deletionTimestamp === undefined && conditionOf(pod, 'Ready')?.status === 'True').length);
  }
  t.equal(most, 5, 'one more than wanted: 25% of 4');
  t.equal(least, 3, 'one fewer than wanted: 25% of 4');
  t.same(sizes(rig), [0, 4]);
  t.equal(rig.get('Deployment', 'web').metadata.annotations['deployment.kubernetes.io/revision'], '2');
  rig.merge('Deployment', 'web', { spec: { template: { spec: { containers: [{ name: 'web', image: 'nginx:1.27' }] } } } });
  rig.run(10);
  const back = rig.get('ReplicaSet', first);
  t.equal(back.spec.replicas, 4);
  t.match(back.metadata.annotations, { 'deployment.kubernetes.io/revision': '3', 'deployment.kubernetes.io/revision-history': '1' });
  t.equal(rig.list('ReplicaSet').length, 2);
});

t.test('Recreate ends the old pods before it makes new ones', async t => {
  const rig = new Rig();
  rig.create(deployment('web', 3, { spec: { strategy: { type: 'Recreate' } } }));
  rig.run(5);
  rig.merge('Deployment', 'web', { spec: { template: { spec: { containers: [{ name: 'web', image: 'nginx:1.28' }] } } } });
  let together = false;
  for (let i = 0; i < 50; i++) {
    rig.run(0.1);
    together ||= new Set(rig.list('Pod').map(pod => pod.metadata.labels['pod-template-hash'])).size > 1;
  }
  t.notOk(together);
  t.same(sizes(rig), [0, 3]);
});

t.test('a rollout that does not move exceeds its deadline', async t => {
  const rig = new Rig();
  rig.create(deployment('web', 2, { spec: { progressDeadlineSeconds: 30 } }));
  rig.run(5);
  rig.merge('Deployment', 'web', { spec: { template: { spec: { containers: [{ name: 'web', image: 'broken:1' }] } } } });
  rig.run(25);
  t.match(conditionOf(rig.get('Deployment', 'web'), 'Progressing'), { status: 'True', reason: 'ReplicaSetUpdated' });
  rig.run(15);
  t.match(conditionOf(rig.get('Deployment', 'web'), 'Progressing'), { status: 'False', reason: 'ProgressDeadlineExceeded', message: /^ReplicaSet "web-.*" has timed out progressing\.$/ });
  t.match(conditionOf(rig.get('Deployment', 'web'), 'Available'), { status: 'True' });
});

t.test('a paused Deployment scales but does not roll; old revisions beyond the limit go', async t => {
  const rig = new Rig();
  rig.create(deployment('web', 2, { spec: { revisionHistoryLimit: 1 } }));
  rig.run(5);
  rig.merge('Deployment', 'web', { spec: { paused: true, replicas: 3, template: { spec: { containers: [{ name: 'web', image: 'nginx:1.28' }] } } } });
  rig.run(5);
  t.same(sizes(rig), [3]);
  t.match(conditionOf(rig.get('Deployment', 'web'), 'Progressing'), { status: 'Unknown', reason: 'DeploymentPaused', message: 'Deployment is paused' });
  rig.merge('Deployment', 'web', { spec: { paused: null } });
  rig.run(10);
  for (const version of ['1.29', '1.30']) {
    rig.merge('Deployment', 'web', { spec: { template: { spec: { containers: [{ name: 'web', image: `nginx:${version}` }] } } } });
    rig.run(10);
  }
  t.same(sizes(rig), [0, 3]);
});

t.test('scaling in the middle of a rollout shares the change out', async t => {
  const rig = new Rig();
  rig.create(deployment('web', 10));
  rig.run(5);
  rig.merge('Deployment', 'web', { spec: { template: { spec: { containers: [{ name: 'web', image: 'broken:1' }] } } } });
  rig.run(3);
  t.same(sizes(rig), [5, 8]);
  rig.merge('Deployment', 'web', { spec: { replicas: 15 } });
  rig.run(3);
  t.same(sizes(rig).reduce((sum, size) => sum + size, 0), 19, 'fifteen and a quarter');
  t.same(rig.list('ReplicaSet').map(set => set.metadata.annotations['deployment.kubernetes.io/desired-replicas']), ['15', '15']);
});

t.test('a template hash that collides raises collisionCount and takes another name', async t => {
  const name = ((): string => { const rig = new Rig(); rig.create(deployment('web', 1)); rig.run(2); return rig.list('ReplicaSet')[0].metadata.name as string; })();
  const rig = new Rig();
  rig.run(1);
  rig.create({ apiVersion: 'apps/v1', kind: 'ReplicaSet', metadata: { name, namespace: 'default' }, spec: { replicas: 0, selector: { matchLabels: { x: 'y' } }, template: { metadata: { labels: { x: 'y' } }, spec: { containers: [{ name: 'a', image: 'b' }] } } } });
  rig.create(deployment('web', 1));
  rig.run(5);
  t.equal(rig.get('Deployment', 'web').status.collisionCount, 1);
  t.equal(rig.list('ReplicaSet').length, 2);
  t.not(rig.list('ReplicaSet').find(set => set.metadata.name !== name), undefined);
});

t.test('a ReplicaSet adopts what matches, lets go of what does not, and replaces what is deleted', async t => {
  const rig = new Rig();
  rig.create({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'stray', namespace: 'default', labels: { app: 'web' } }, spec: { containers: [{ name: 'web', image: 'nginx' }] } });
  rig.create({ apiVersion: 'apps/v1', kind: 'ReplicaSet', metadata: { name: 'other', namespace: 'default', uid: 'x' }, spec: { replicas: 1, selector: { matchLabels: { team: 'other' } }, template: { metadata: { labels: { team: 'other' } }, spec: { containers: [{ name: 'web', image: 'nginx' }] } } } });
  rig.create({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'foreign', namespace: 'default', labels: { app: 'web', team: 'other' }, ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'other', uid: 'x', controller: true }] }, spec: { containers: [{ name: 'web', image: 'nginx' }] } });
  rig.create({ apiVersion: 'apps/v1', kind: 'ReplicaSet', metadata: { name: 'web', namespace: 'default' }, spec: { replicas: 2, selector: { matchLabels: { app: 'web' } }, template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'web', image: 'nginx' }] } } } });
  rig.run(5);
  t.equal(rig.get('Pod', 'foreign').metadata.ownerReferences[0].name, 'other');
  t.equal(pods(rig).filter(pod => pod.metadata.ownerReferences?.[0]?.name === 'web').length, 2, 'one adopted, one made');
  t.match(rig.get('Pod', 'stray').metadata.ownerReferences, [{ controller: true }]);
  const released = pods(rig).find(pod => pod.metadata.name.startsWith('web-'));
  rig.merge('Pod', released.metadata.name, { metadata: { labels: { app: null } } });
  rig.run(5);
  t.same(rig.get('Pod', released.metadata.name).metadata.ownerReferences, []);
  t.equal(pods(rig).length, 4);
  rig.remove('Pod', 'stray');
  rig.run(5);
  t.equal(pods(rig).length, 4);
  rig.create({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'late', namespace: 'default', labels: { app: 'web' } }, spec: { containers: [{ name: 'web', image: 'nginx' }] } });
  rig.run(5);
  t.equal(pods(rig).length, 4, 'an orphan that comes later is noticed, and is one too many');
});

t.test('a Deployment adopts a ReplicaSet that comes later', async t => {
  const rig = new Rig();
  rig.create(deployment('web', 1));
  rig.run(5);
  const { spec } = rig.get('Deployment', 'web');
  rig.create({ apiVersion: 'apps/v1', kind: 'ReplicaSet', metadata: { name: 'late', namespace: 'default', labels: spec.selector.matchLabels }, spec: { replicas: 0, selector: spec.selector, template: spec.template } });
  rig.run(5);
  t.match(rig.get('ReplicaSet', 'late').metadata.ownerReferences, [{ kind: 'Deployment', name: 'web', controller: true }]);
});

t.test('creation that fails stops after the first batch, shows ReplicaFailure, and goes on by itself', async t => {
  const rig = new Rig();
  rig.run(1);
  rig.tell({ type: 'test.fail', kind: 'Pod', times: 12 });
  rig.create(deployment('web', 10));
  rig.run(0.02);
  t.equal(pods(rig).length, 0);
  t.match(conditionOf(rig.list('ReplicaSet')[0], 'ReplicaFailure'), { status: 'True', reason: 'FailedCreate', message: 'Internal error occurred: the disk is on fire' });
  t.match(rig.events('FailedCreate')[0], 'Error creating: Internal error occurred: the disk is on fire');
  rig.run(60);
  t.equal(pods(rig).length, 10);
  t.equal(conditionOf(rig.list('ReplicaSet')[0], 'ReplicaFailure'), undefined);
  const waits = rig.notes.filter(note => note.type === 'kcm.sync.error' && note.fields['name'] === 'replicaset-controller').map(note => note.fields['sec']);
  t.same(waits.slice(0, 6), [0.005, 0.01, 0.02, 0.04, 0.08, 0.16]);
});

t.test('EndpointSlices follow readiness, and a Service without pods has an empty one', async t => {
  const rig = new Rig();
  rig.create(service('web', 'web'));
  rig.create({ apiVersion: 'v1', kind: 'Service', metadata: { name: 'no-selector', namespace: 'default' }, spec: { clusterIP: '10.96.1.2', ports: [{ port: 80 }] } });
  rig.run(2);
  t.equal(rig.list('EndpointSlice').length, 1, 'none for the Service without a selector');
  const [filler] = rig.list('EndpointSlice');
  t.same([filler.endpoints, filler.ports], [[], []]);
  rig.create(deployment('web', 3));
  rig.run(5);
  const slices = rig.list('EndpointSlice');
  t.equal(slices.length, 1);
  t.equal(slices[0].metadata.name, filler.metadata.name, 'the empty slice is filled');
  t.match(slices[0].metadata.name, /^web-[a-z0-9]{5}$/);
  t.match(slices[0].metadata.labels, { 'kubernetes.io/service-name': 'web', 'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io', tier: 'front' });
  t.same(slices[0].ports, [{ name: 'http', port: 8080, protocol: 'TCP' }]);
  t.equal(slices[0].endpoints.length, 3);
  t.match(slices[0].endpoints[0], { conditions: { ready: true, serving: true, terminating: false }, targetRef: { kind: 'Pod' }, nodeName: /worker/ });
  const victim = pods(rig)[0].metadata.name;
  rig.remove('Pod', victim);
  rig.run(0.1);
  t.match(rig.list('EndpointSlice')[0].endpoints.find((one: any) => one.targetRef.name === victim).conditions, { ready: false, serving: true, terminating: true });
  rig.run(5);
  t.equal(rig.list('EndpointSlice')[0].endpoints.length, 3);
  rig.merge('Deployment', 'web', { spec: { replicas: 0 } });
  rig.run(5);
  t.same(rig.list('EndpointSlice').map(slice => slice.endpoints.length), [0]);
  t.ok(rig.notes.some(note => note.type === 'endpoints.empty'));
});

t.test('250 pods fill slices of a hundred, and one pod less changes one slice', async t => {
  const rig = new Rig({ verify: false, podStart: seconds(0.2) });
  rig.create(service('web', 'web'));
  rig.create(deployment('web', 250));
  rig.run(20);
  const before = rig.list('EndpointSlice');
  t.equal(before.reduce((sum, slice) => sum + slice.endpoints.length, 0), 250);
  t.ok(before.length <= 4 && before.every(slice => slice.endpoints.length <= 100), before.map(slice => slice.endpoints.length).join(' '));
});

t.test('each namespace gets its account and the CA; deleting it empties it first', async t => {
  const rig = new Rig({ settings: { rootCA: 'PEM' } });
  rig.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } });
  rig.run(2);
  t.ok(rig.get('ServiceAccount', 'default', 'shop'));
  t.same(rig.get('ConfigMap', 'kube-root-ca.crt', 'shop').data, { 'ca.crt': 'PEM' });
  rig.remove('ServiceAccount', 'default', {}, 'shop');
  rig.run(1);
  t.ok(rig.get('ServiceAccount', 'default', 'shop'), 'a deleted account comes back');
  rig.call(make('create', { ...deployment('web', 2), metadata: { name: 'web', namespace: 'shop' } } as never));
  rig.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'held', namespace: 'shop', finalizers: ['example.com/hold'] } });
  rig.run(3);
  rig.remove('Namespace', 'shop');
  rig.run(4);
  t.equal(rig.list('Pod').length, 2, 'nothing happens for five seconds');
  rig.run(30);
  t.match(conditionOf(rig.get('Namespace', 'shop'), 'NamespaceFinalizersRemaining'), { status: 'True', reason: 'SomeFinalizersRemain', message: 'Some content in the namespace has finalizers remaining: example.com/hold in 1 resource instances' });
  t.match(conditionOf(rig.get('Namespace', 'shop'), 'NamespaceContentRemaining'), { status: 'True', message: 'Some resources are remaining: configmaps. has 1 resource instances' });
  t.equal(rig.list('Pod').length, 0);
  rig.call(make('patch', { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'held', namespace: 'shop' } }, { body: { metadata: { finalizers: [] } }, patchType: 'merge' }));
  rig.remove('ConfigMap', 'held', {}, 'shop');
  rig.run(30);
  t.equal(rig.get('Namespace', 'shop'), undefined);
});

t.test('a finalizer of others keeps the namespace after its content is gone', async t => {
  const rig = new Rig();
  rig.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } });
  rig.run(2);
  rig.call(make('update', { ...(rig.get('Namespace', 'shop') as object), spec: { finalizers: ['kubernetes', 'example.com/hold'] } } as never, { subresource: 'finalize' }));
  rig.remove('Namespace', 'shop');
  rig.run(30);
  t.match(rig.get('Namespace', 'shop'), { spec: { finalizers: ['example.com/hold'] }, status: { phase: 'Terminating' } });
});

const configMap = (name: string, owners: object[] = [], more: object = {}): object => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'default', ownerReferences: owners, ...more } });
const owner = (rig: Rig, name: string, more: object = {}): object => ({ apiVersion: 'v1', kind: 'ConfigMap', name, uid: rig.get('ConfigMap', name).metadata.uid, ...more });

t.test('garbage collection', async t => {
  t.test('background: the owner goes at once and dependents follow, down to the pods', async t => {
    const rig = new Rig();
    rig.create(deployment('web', 2));
    rig.run(3);
    rig.remove('Deployment', 'web', { propagationPolicy: 'Background' });
    rig.run(0.001);
    t.equal(rig.get('Deployment', 'web'), undefined);
    t.equal(rig.list('ReplicaSet').length, 1);
    rig.run(3);
    t.same([rig.list('ReplicaSet').length, rig.list('Pod').length], [0, 0]);
    t.ok(rig.notes.some(note => note.type === 'gc.collected' && note.fields['kind'] === 'ReplicaSet'));
  });
  t.test('orphan: dependents stay without an owner', async t => {
    const rig = new Rig();
    rig.create(deployment('web', 2));
    rig.run(3);
    rig.remove('Deployment', 'web', { propagationPolicy: 'Orphan' });
    rig.run(3);
    t.equal(rig.get('Deployment', 'web'), undefined);
    t.same(rig.list('ReplicaSet').map(set => set.metadata.ownerReferences), [[]]);
    t.equal(rig.list('Pod').length, 2);
  });
  t.test('foreground: the owner waits for the dependents that block', async t => {
    const rig = new Rig();
    rig.create(deployment('web', 2));
    rig.run(3);
    rig.remove('Deployment', 'web', { propagationPolicy: 'Foreground' });
    rig.run(0.3);
    t.same(rig.get('Deployment', 'web').metadata.finalizers, ['foregroundDeletion']);
    t.equal(rig.list('Pod').filter(pod => pod.metadata.deletionTimestamp !== undefined).length, 2, 'the pods go first');
    rig.run(3);
    t.same([rig.list('Deployment').length, rig.list('ReplicaSet').length, rig.list('Pod').length], [0, 0, 0]);
  });
  t.test('foreground: a dependent that does not block is not waited for', async t => {
    const rig = new Rig();
    rig.create(configMap('owner'));
    rig.run(1);
    rig.create(configMap('dependent', [owner(rig, 'owner')], { finalizers: ['example.com/hold'] }));
    rig.run(1);
    rig.remove('ConfigMap', 'owner', { propagationPolicy: 'Foreground' });
    rig.run(2);
    t.equal(rig.get('ConfigMap', 'owner'), undefined);
    t.ok(rig.get('ConfigMap', 'dependent').metadata.deletionTimestamp);
  });
  t.test('an owner of the same name but another uid counts as gone', async t => {
    const rig = new Rig();
    rig.create(configMap('owner'));
    rig.run(1);
    rig.create(configMap('dependent', [owner(rig, 'owner', { uid: 'another' })]));
    rig.run(2);
    t.equal(rig.get('ConfigMap', 'dependent'), undefined);
    t.ok(rig.get('ConfigMap', 'owner'));
  });
  t.test('an owner in another namespace counts as gone, with a warning', async t => {
    const rig = new Rig();
    rig.call(make('create', configMap('owner') as never, { namespace: 'kube-system' }));
    rig.run(1);
    const { uid } = rig.get('ConfigMap', 'owner', 'kube-system').metadata;
    rig.create(configMap('dependent', [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'owner', uid }]));
    rig.run(2);
    t.equal(rig.get('ConfigMap', 'dependent'), undefined);
    t.equal(rig.events('OwnerRefInvalidNamespace').length, 1);
  });
  t.test('a cluster-wide dependent with a namespaced owner is never collected', async t => {
    const rig = new Rig();
    rig.create({ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata: { name: 'role', ownerReferences: [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'none', uid: 'gone' }] }, rules: [] });
    rig.run(3);
    t.ok(rig.get('ClusterRole', 'role'));
    t.equal(rig.events('OwnerRefInvalidNamespace').length, 1);
  });
  t.test('one owner waits for its dependents, another is alive: the reference to the waiting one is dropped', async t => {
    const rig = new Rig();
    rig.create(configMap('waits'));
    rig.create(configMap('lives'));
    rig.run(1);
    rig.create(configMap('dependent', [owner(rig, 'waits', { blockOwnerDeletion: true }), owner(rig, 'lives')]));
    rig.run(1);
    rig.remove('ConfigMap', 'waits', { propagationPolicy: 'Foreground' });
    rig.run(2);
    t.equal(rig.get('ConfigMap', 'waits'), undefined);
    t.same(rig.get('ConfigMap', 'dependent').metadata.ownerReferences.map((one: any) => one.name), ['lives']);
  });
});

t.test('roles are aggregated by label', async t => {
  const rig = new Rig();
  const rule = { apiGroups: [''], resources: ['pods'], verbs: ['get'] };
  rig.create({ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata: { name: 'sum' }, aggregationRule: { clusterRoleSelectors: [{ matchLabels: { to: 'sum' } }] }, rules: [] });
  rig.create({ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata: { name: 'part', labels: { to: 'sum' } }, rules: [rule] });
  rig.run(2);
  t.same(rig.get('ClusterRole', 'sum').rules, [rule]);
});

t.test('three managers, one leader: when it dies another takes over and catches up from state alone', async t => {
  const rig = new Rig({ managers: 3 });
  rig.create(deployment('web', 3));
  rig.run(30);
  const lease = rig.get('Lease', 'kube-controller-manager', 'kube-system');
  const leader = `${(lease.spec.holderIdentity as string).split('_')[0] ?? ''}/kube-controller-manager`;
  t.equal(pods(rig).length, 3);
  t.match(rig.events('LeaderElection'), [`${lease.spec.holderIdentity as string} became leader`]);
  rig.kernel.crash(leader);
  rig.run(0.5);
  for (const pod of pods(rig)) rig.remove('Pod', pod.metadata.name);
  rig.run(11);
  t.equal(pods(rig).length, 0, 'nobody heals for at least 13 s');
  rig.run(12);
  t.equal(pods(rig).length, 3);
  t.equal(rig.get('Lease', 'kube-controller-manager', 'kube-system').spec.leaseTransitions, 1);
});
