import t from 'tap';
import { micros, seconds } from '../../src/base/data.ts';
import { formatTime, parseTime } from '../../src/api/time.ts';
import { encodeBase64Text } from '../../src/api/base64.ts';
import { simulatedAuthority } from '../../src/cluster/bootstrap/authority.ts';
import { isOver } from '../../src/controllers/certificates/cleaner.ts';
import { isForgotten, isListed, isTrackedForLong, stepFor } from '../../src/controllers/tokens/legacy-service-account-token-cleaner.ts';
import type { ApiCall } from '../../src/api/wire.ts';
import { openCluster } from '../../src/cluster/cluster.ts';
import { presets, type Topology } from '../../src/cluster/topology.ts';
import { lookAt } from '../../src/cluster/view.ts';
import type { Kernel } from '../../src/sim/kernel.ts';
import { deployment, make, Rig } from './fake-api.ts';

/** The controllers against the real control plane: API servers, etcd, scheduler and kubelets. */
class Stage {
  readonly kernel: Kernel;
  #id = 1_000_000;
  constructor(name: string) { this.kernel = openCluster({ topology: presets[name] as Topology, seed: 3 }).kernel; }
  run(duration: number): void { this.kernel.run({ until: (this.kernel.world.now + seconds(duration)) as never, eventsMax: 3_000_000 }); }
  call(call: ApiCall): void {
    const credential = { type: 'certificate', commonName: 'kubernetes-admin', organizations: ['system:masters'] };
    this.kernel.deliver('cp-1/kube-apiserver', { type: 'api.request', id: this.#id++, call, credential, userAgent: 'test' });
  }
  list(kind: string, namespace = ''): any[] { return lookAt(this.kernel).list(kind as never, namespace) as never; }
  get(kind: string, name: string): any { return this.list(kind).find(object => object.metadata.name === name); }
  patch(kind: string, name: string, body: object, namespace = 'default'): void { this.call(make('patch', { apiVersion: '', kind, metadata: { name, namespace } }, { body, patchType: 'merge' })); }
  remove(kind: string, name: string, options: ApiCall['options'] = {}, namespace = 'default'): void { this.call(make('delete', { apiVersion: '', kind, metadata: { name, namespace } }, { options })); }
  /** Answers 401 and 403 that controllers got after the start. */
  get refusals(): string[] {
    return this.kernel.trace.notes
      .filter(note => note.type === 'kcm.sync.error' && String(note.fields['reason']).includes('forbidden') && note.at > seconds(5))
      .map(note => `${String(note.fields['name'])}: ${String(note.fields['reason'])}`);
  }
}

const taints = (node: any): string[] => (node.spec.taints ?? []).map((taint: any) => `${taint.key as string}:${taint.effect as string}`);
const living = (stage: Stage): any[] => stage.list('Pod', 'default').filter(pod => pod.metadata.deletionTimestamp === undefined);

t.test('rollout, scaling, deletion and namespaces on the default cluster', async t => {
  const stage = new Stage('default');
  stage.call(make('create', deployment('web', 3) as never));
  stage.call(make('create', { apiVersion: 'v1', kind: 'Service', metadata: { name: 'web', namespace: 'default' }, spec: { selector: { app: 'web' }, ports: [{ port: 80 }] } } as never));
  stage.run(30);
  t.equal(stage.get('Deployment', 'web').status.availableReplicas, 3);
  const slices = (): any[] => stage.list('EndpointSlice', 'default').filter(slice => slice.metadata.labels?.['kubernetes.io/service-name'] === 'web');
  t.same(slices().map(slice => slice.endpoints.length), [3]);
  stage.patch('Deployment', 'web', { spec: { replicas: 5, template: { metadata: { labels: { version: 'two' } } } } });
  stage.run(60);
  t.same(stage.list('ReplicaSet', 'default').map(set => set.spec.replicas).sort(), [0, 5]);
  t.equal(living(stage).length, 5);
  t.ok(living(stage).every(pod => pod.metadata.labels.version === 'two'));
  t.equal(slices().reduce((sum, slice) => sum + slice.endpoints.length, 0), 5);
  stage.remove('Deployment', 'web', { propagationPolicy: 'Foreground' });
  stage.remove('Service', 'web');
  stage.run(60);
  t.same([stage.list('ReplicaSet', 'default').length, living(stage).length, slices().length], [0, 0, 0]);
  stage.call(make('create', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } } as never));
  stage.run(2);
  t.ok(stage.list('ServiceAccount', 'shop').length === 1 && stage.list('ConfigMap', 'shop').length === 1);
  stage.remove('Namespace', 'shop');
  stage.run(30);
  t.equal(stage.get('Namespace', 'shop'), undefined);
  t.same(stage.refusals, []);
});

t.test('the death of a kubelet on the default cluster', async t => {
  const stage = new Stage('default');
  stage.call(make('create', deployment('web', 4) as never));
  stage.run(30);
  t.equal(living(stage).length, 4);
  stage.kernel.crash('worker-2/kubelet');
  stage.run(38);
  t.notOk(taints(stage.get('Node', 'worker-2')).includes('node.kubernetes.io/unreachable:NoExecute'));
  stage.run(20);
  t.same(taints(stage.get('Node', 'worker-2')).sort(), ['node.kubernetes.io/unreachable:NoExecute', 'node.kubernetes.io/unreachable:NoSchedule']);
  stage.run(310);
  t.ok(stage.list('Pod', 'default').filter(pod => pod.spec.nodeName === 'worker-2').every(pod => pod.metadata.deletionTimestamp !== undefined));
  t.equal(living(stage).length, 4);
  stage.kernel.restart('worker-2/kubelet');
  stage.run(60);
  t.same(taints(stage.get('Node', 'worker-2')), []);
  t.equal(stage.list('Pod', 'default').length, 4, 'the old ones are gone once the kubelet confirms');
  t.same(stage.refusals, []);
});

t.test('a machine that vanishes from the cloud takes its node with it', async t => {
  const stage = new Stage('cloud');
  t.ok(stage.list('Node').every(node => !taints(node).some(taint => taint.includes('uninitialized'))));
  stage.kernel.crashMachine('worker-3');
  stage.kernel.deliver('cloud/api', { type: 'cloud.request', id: 0, op: 'deleteInstance', args: { name: 'worker-3' } });
  stage.run(40);
  t.ok(stage.get('Node', 'worker-3'));
  stage.run(40);
  t.equal(stage.get('Node', 'worker-3'), undefined);
  t.same(stage.refusals, []);
});

t.test('requests for certificates are removed when they have had their time', t => {
  const at = (hours: number): string => formatTime(micros(Math.round(-hours * 3600) * 1_000_000));
  const condition = (type: string, hours: number): object => ({ type, status: 'True', reason: 'x', message: 'x', lastUpdateTime: at(hours) });
  const request = (created: number, conditions: readonly object[], certificate = ''): any => ({ apiVersion: 'certificates.k8s.io/v1', kind: 'CertificateSigningRequest', metadata: { name: 'a', creationTimestamp: at(created) }, spec: {}, status: { conditions, ...(certificate === '' ? {} : { certificate }) } });
  // The authority's own certificate is good for ten years.
  const good = encodeBase64Text(simulatedAuthority);
  const cases: readonly (readonly [string, any, boolean])[] = [
    ['pending for 23 h', request(23, []), false], ['pending for 25 h', request(25, []), true], ['pending for 24 h sharp', request(24, []), false], ['denied 59 min ago', request(30, [condition('Denied', 0.98)]), false], ['denied 61 min ago', request(2, [condition('Denied', 1.02)]), true],
    ['failed 59 min ago', request(30, [condition('Approved', 30), condition('Failed', 0.98)], good), true], ['failed and not approved, 59 min ago', request(30, [condition('Failed', 0.98)]), false], ['failed 61 min ago', request(2, [condition('Failed', 1.02)]), true],
    ['approved and issued 59 min ago', request(30, [condition('Approved', 0.98)], good), false], ['approved and issued 61 min ago', request(2, [condition('Approved', 1.02)], good), true], ['approved 2 h ago and never issued', request(2, [condition('Approved', 2)]), false],
    ['approved 25 h ago and never issued', request(30, [condition('Approved', 25)]), true], ['without any time', { ...request(0, []), metadata: { name: 'a' } }, false],
  ];
  for (const [name, object, wanted] of cases) t.equal(isOver(object, micros(0)), wanted, name);
  const tenYears = micros(10 * 366 * 24 * 3_600_000_000);
  t.equal(isOver(request(-10 * 366 * 24 + 0.5, [condition('Approved', -10 * 366 * 24 + 0.5)], good), tenYears), true, 'a certificate that has run out');
  t.end();
});

t.test('tokens in Secrets that nobody uses are marked after a year and removed after another', t => {
  const now = parseTime('2026-06-15T12:00:00Z') ?? micros(0);
  const USED = 'kubernetes.io/legacy-token-last-used';
  const INVALID = 'kubernetes.io/legacy-token-invalid-since';
  const secret = (labels: object = {}, more: object = {}, type = 'kubernetes.io/service-account-token'): any => ({
    apiVersion: 'v1', kind: 'Secret', type, metadata: { name: 's', namespace: 'n', uid: 'u', resourceVersion: '7', creationTimestamp: '2020-01-01T00:00:00Z', labels, annotations: { 'kubernetes.io/service-account.name': 'a' }, ...more },
  });
  for (const [since, wanted] of [[undefined, false], ['yesterday', false], ['2025-06-15', false], ['2025-06-14', true], ['2025-06-15T00:00:00Z', false]] as const) {
    t.equal(isTrackedForLong({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x' }, data: since === undefined ? {} : { since } }, now), wanted, `tracked since ${since ?? 'never'}`);
  }
  t.equal(isTrackedForLong(null, now), false);
  const forgotten: readonly (readonly [string, any, boolean])[] = [
    ['never used', secret(), true], ['used before the year', secret({ [USED]: '2025-06-14' }), true], ['used within it', secret({ [USED]: '2025-06-15' }), false], ['used at no date', secret({ [USED]: 'often' }), false],
    ['made within it', secret({}, { creationTimestamp: '2025-06-15T12:00:00Z' }), false], ['made before', secret({}, { creationTimestamp: '2025-06-15T11:59:59Z' }), true],
    ['being deleted', secret({}, { deletionTimestamp: '2026-06-15T00:00:00Z' }), false], ['no token', secret({}, {}, 'Opaque'), false],
  ];
  for (const [name, object, wanted] of forgotten) t.equal(isForgotten(object, now), wanted, name);
  const account = (names: readonly string[]): any => ({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'a', namespace: 'n', uid: 'au' }, secrets: names.map(name => ({ name })) });
  t.same([isListed(secret(), account(['s'])), isListed(secret(), account(['t'])), isListed(secret(), null)], [true, false, false]);
  const of = (uid: string): any => secret({}, { annotations: { 'kubernetes.io/service-account.name': 'a', 'kubernetes.io/service-account.uid': uid } });
  t.same([isListed(of('au'), account(['s'])), isListed(of('other'), account(['s']))], [true, false]);
  const mark = { verb: 'patch', namespace: 'n', name: 's', patchType: 'merge', body: { metadata: { uid: 'u', labels: { [INVALID]: '2026-06-15' } } } };
  t.match(stepFor(secret(), now), mark);
  t.match(stepFor(secret({ [INVALID]: 'soon' }), now), mark, 'a mark without a date is written anew');
  t.equal(stepFor(secret({ [INVALID]: '2025-06-15' }), now), undefined);
  t.match(stepFor(secret({ [INVALID]: '2025-06-14' }), now), { verb: 'delete', namespace: 'n', name: 's', options: { preconditions: { resourceVersion: '7' } } });
  t.end();
});

t.test('the cleaner of unused tokens at work', t => {
  const rig = new Rig({ nodes: [], verify: true });
  const old = formatTime(micros(rig.kernel.world.now - 400 * 24 * 3_600_000_000));
  const secret = (name: string, labels: object = {}): void => {
    const annotations = { 'kubernetes.io/service-account.name': 'robot', 'kubernetes.io/service-account.uid': 'r-1' };
    rig.create({ apiVersion: 'v1', kind: 'Secret', type: 'kubernetes.io/service-account-token', metadata: { name, namespace: 'default', creationTimestamp: old, annotations, labels }, data: { token: 'eA==' } });
  };
  rig.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'kube-apiserver-legacy-service-account-token-tracking', namespace: 'kube-system' }, data: { since: old.slice(0, 10) } });
  for (const name of ['forgotten', 'mounted', 'unlisted']) secret(name);
  secret('over', { 'kubernetes.io/legacy-token-invalid-since': old.slice(0, 10) });
  rig.create({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'robot', namespace: 'default', uid: 'r-1' }, secrets: ['forgotten', 'mounted', 'over'].map(name => ({ name })) });
  rig.create({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', namespace: 'default' }, spec: { containers: [{ name: 'c', image: 'i' }], volumes: [{ name: 'v', secret: { secretName: 'mounted' } }] } });
  rig.run(30);
  const mark = (name: string): unknown => rig.get('Secret', name)?.metadata.labels['kubernetes.io/legacy-token-invalid-since'];
  t.same(['forgotten', 'mounted', 'unlisted'].map(mark), [formatTime(rig.kernel.world.now).slice(0, 10), undefined, undefined]);
  t.equal(rig.get('Secret', 'over'), undefined);
  t.end();
});
