import t from 'tap';
import { deepFreeze, type NodeName, processId, seconds } from '../../src/base/data.ts';
import { must } from '../../src/base/assert.ts';
import { identityOf } from '../../src/apiserver/bootstrap/identity-lease.ts';
import { type Answer, type CallOptions, callOf, Cluster, configMap, message, pod, serviceAccount, user } from './harness.ts';
import { defineProcess } from '../../src/sim/process.ts';
import { dumpWorld, loadWorld } from '../../src/sim/checkpoint.ts';

/** A cluster with everything a pod needs. */
function cluster(options: ConstructorParameters<typeof Cluster>[0] = {}): Cluster {
  const made = new Cluster({ verify: true, ...options }).settle();
  must(made.create(serviceAccount('default')).code === 201 ? true : undefined, 'service account made');
  return made;
}
const shared = cluster();
const code = (answer: Answer): [number, string] => [answer.code, message(answer)];

t.test('bootstrap', t => {
  t.same(shared.list('Namespace').items.map(item => item.metadata.name), ['default', 'kube-node-lease', 'kube-public', 'kube-system'], 'the four namespaces exist');
  t.same(shared.list('PriorityClass').items.map(item => item.metadata.name), ['system-cluster-critical', 'system-node-critical'], 'both system priority classes exist');
  const service: any = shared.call('get', 'Service', 'default/kubernetes').body;
  t.equal(service.spec.clusterIP, '10.96.0.1');
  const roles = shared.list('ClusterRole').items.map(item => item.metadata.name);
  for (const name of ['cluster-admin', 'admin', 'edit', 'view', 'system:node', 'system:kube-scheduler', 'system:controller:replicaset-controller', 'system:node-proxier', 'system:basic-user', 'system:discovery', 'system:public-info-viewer']) {
    t.ok(roles.includes(name), `cluster role ${name} exists`);
  }
  const endpoints: any = shared.call('get', 'Endpoints', 'default/kubernetes').body;
  t.same(endpoints.subsets[0].addresses, [{ ip: '10.0.0.11' }]);
  const lease: any = shared.call('get', 'Lease', `kube-system/${identityOf('cp-1')}`).body;
  t.equal(lease.spec.leaseDurationSeconds, 3600);
  t.match(identityOf('cp-1'), /^apiserver-[a-z2-7]{26}$/);
  t.end();
});

t.test('health, version and discovery', t => {
  t.same(shared.path('/readyz').body, { text: 'ok' });
  t.match(shared.path('/readyz?verbose').body.text, /^\[\+\]ping ok\n[^]*\[\+\]etcd ok\n[^]*readyz check passed$/);
  t.same(shared.path('/livez/ping').code, 200);
  t.equal(shared.path('/version').body.gitVersion, 'v1.35.2');
  t.same(shared.path('/api').body.versions, ['v1']);
  t.ok(shared.path('/apis').body.groups.some((group: any) => group.name === 'apps'));
  const core: any = shared.path('/api/v1').body;
  t.same(core.resources.find((resource: any) => resource.name === 'pods/eviction'), { name: 'pods/eviction', singularName: '', namespaced: true, group: 'policy', version: 'v1', kind: 'Eviction', verbs: ['create'] });
  const apps: any = shared.path('/apis?aggregated').body.items.find((item: any) => item.metadata.name === 'apps');
  const deployments = apps.versions[0].resources.find((resource: any) => resource.resource === 'deployments');
  t.same(deployments.shortNames, ['deploy']);
  t.same(deployments.subresources.map((subresource: any) => subresource.subresource), ['scale', 'status']);
  t.equal(shared.path('/nowhere').code, 404);
  t.end();
});

t.test('requests are counted by what they ask for and what came of it', t => {
  const counted = cluster();
  const before = (): Map<string, number> => new Map((counted.path('/metrics').body.text as string).split('\n').filter(line => /^[a-z]/.test(line)).map(line => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]));
  const first = before();
  counted.create(configMap('one'));
  counted.create(configMap('one'));
  counted.create(configMap('two'), { options: { dryRun: true } });
  counted.call('get', 'ConfigMap', 'default/one');
  counted.call('patch', 'ConfigMap', 'default/one', { body: deepFreeze({ data: { a: '1' } }), patchType: 'merge' });
  counted.call('patch', 'ConfigMap', 'default/one', { body: deepFreeze([{ op: 'add', path: '/data/b', value: '2' }]), patchType: 'json' });
  counted.list('ConfigMap', 'default');
  counted.send({ verb: 'list', group: '', version: 'v1', resource: 'nonsense', subresource: '', namespace: '', name: '' });
  counted.call('get', 'ConfigMap', 'default/one', { as: { type: 'anonymous' } });
  counted.list('Endpoints', 'default');
  counted.runSeconds(1);
  const text = counted.path('/metrics').body.text as string;
  const series = text.split('\n').filter(line => line.startsWith('apiserver_')).map(line => line.slice(0, line.lastIndexOf(' ')));
  t.equal(new Set(series).size, series.length, 'each series is told once');
  const after = before();
  const more = (name: string): number => (after.get(name) ?? 0) - (first.get(name) ?? 0);
  const of = (labels: string): string => `component="apiserver",dry_run="",group="",resource="configmaps",${labels},version="v1"`;
  t.equal(more(`apiserver_request_total{code="201",${of('scope="resource",subresource="",verb="POST"')}}`), 1);
  t.equal(more(`apiserver_request_total{code="409",${of('scope="resource",subresource="",verb="POST"')}}`), 1);
  t.equal(more('apiserver_request_total{code="201",component="apiserver",dry_run="All",group="",resource="configmaps",scope="resource",subresource="",verb="POST",version="v1"}'), 1);
  t.equal(more(`apiserver_request_total{code="200",${of('scope="resource",subresource="",verb="GET"')}}`), 1, 'who is refused by RBAC is not counted');
  t.equal(more(`apiserver_request_total{code="200",${of('scope="resource",subresource="",verb="PATCH"')}}`), 2, 'patches of all types together');
  t.equal(more(`apiserver_request_duration_seconds_count{${of('scope="namespace",subresource="",verb="LIST"')}}`), 1);
  t.equal(more(`apiserver_request_duration_seconds_bucket{${of('scope="namespace",subresource="",verb="LIST"')},le="+Inf"}`), 1);
  t.ok(more(`apiserver_request_duration_seconds_sum{${of('scope="resource",subresource="",verb="POST"')}}`) > 0, 'a write waits for etcd');
  t.ok(after.has('apiserver_requested_deprecated_apis{group="",removed_release="",resource="endpoints",subresource="",version="v1"}'));
  t.notOk(text.includes('nonsense'));
  t.end();
});

t.test('create and read', t => {
  const made = shared.create(pod('one'));
  t.equal(made.code, 201);
  t.match(made.body, { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'one', namespace: 'default', generation: 1 }, status: { phase: 'Pending', qosClass: 'BestEffort' } });
  t.match(made.body.metadata.uid, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  t.match(made.body.metadata.creationTimestamp, /^2026-01-01T00:0\d:\d\dZ$/);
  t.equal(shared.call('get', 'Pod', 'default/one').body, made.body, 'etcd, cache and client share one object');
  t.equal(shared.call('get', 'Pod', 'default/one', { options: { resourceVersion: '0' } }).body, made.body);
  t.ok(Object.isFrozen(made.body) && Object.isFrozen(made.body.spec.containers));
  const kv: any = must(shared.kernel.stateOf<any>('cp-1/etcd'), 'etcd runs');
  t.ok(kv !== undefined);
  t.end();
});

const refusals: readonly { name: string; run: () => Answer; want: [number, string] }[] = [
  { name: 'an object that is not there', run: () => shared.call('get', 'Pod', 'default/nope'), want: [404, 'pods "nope" not found'] },
  { name: 'a kind of another group', run: () => shared.call('get', 'Deployment', 'default/web'), want: [404, 'deployments.apps "web" not found'] },
  { name: 'a name that is taken', run: () => { shared.create(configMap('taken')); return shared.create(configMap('taken')); }, want: [409, 'configmaps "taken" already exists'] },
  { name: 'a namespace that is not there', run: () => shared.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x', namespace: 'zz' } }), want: [404, 'namespaces "zz" not found'] },
  { name: 'a service account that is not there', run: () => shared.create(pod('sa', {}, { serviceAccountName: 'robot' })), want: [403, 'pods "sa" is forbidden: error looking up service account default/robot: serviceaccount "robot" not found'] },
  { name: 'a priority class that is not there', run: () => shared.create(pod('prio', {}, { priorityClassName: 'gold' })), want: [403, 'pods "prio" is forbidden: no PriorityClass with name gold was found'] },
  { name: 'an invalid object', run: () => shared.create(pod('UP')), want: [422, `Pod "UP" is invalid: metadata.name: Invalid value: "UP": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')`] },
  { name: 'an unknown field under strict validation', run: () => shared.create({ ...configMap('strict'), dataa: {} }, { options: { fieldValidation: 'Strict' } }), want: [400, 'ConfigMap in version "v1" cannot be handled as a ConfigMap: strict decoding error: unknown field "dataa"'] },
  { name: 'an unknown field in a template of a claim', run: () => shared.create({ apiVersion: 'apps/v1', kind: 'StatefulSet', metadata: { name: 'db', namespace: 'default' }, spec: { selector: { matchLabels: { a: 'b' } }, template: { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'i' }] } }, volumeClaimTemplates: [{ metadata: { name: 'd' }, spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } }, color: 'red' } }] } }, { options: { fieldValidation: 'Strict' } }), want: [400, 'StatefulSet in version "v1" cannot be handled as a StatefulSet: strict decoding error: unknown field "spec.volumeClaimTemplates[0].spec.color"'] },
  { name: 'a field of another type', run: () => shared.create(pod('typed', {}, { terminationGracePeriodSeconds: 'soon' })), want: [400, 'Pod in version "v1" cannot be handled as a Pod: json: cannot unmarshal string into Go struct field PodSpec.spec.terminationGracePeriodSeconds of type int64'] },
  { name: 'another version in the body', run: () => shared.call('create', 'Pod', 'default/', { body: { ...pod('v'), apiVersion: 'v2' } }), want: [400, 'the API version in the data (v2) does not match the expected API version (v1)'] },
  { name: 'another namespace in the body', run: () => shared.call('create', 'Pod', 'kube-system/', { body: pod('n') }), want: [400, 'the namespace of the provided object does not match the namespace sent on the request'] },
  { name: 'no object at all', run: () => shared.call('create', 'Pod', 'default/'), want: [400, 'Pod in version "v1" cannot be handled as a Pod: json: cannot unmarshal undefined into Go value of type v1.Pod'] },
  { name: 'a resource that is not served', run: () => shared.answer(shared.send({ verb: 'list', group: '', version: 'v1', resource: 'widgets', subresource: '', namespace: '', name: '' })), want: [404, 'the server could not find the requested resource'] },
  { name: 'a verb that a subresource lacks', run: () => shared.call('get', 'Pod', 'default/one', { subresource: 'binding' }), want: [405, 'the server does not allow this method on the requested resource'] },
  { name: 'a call that is none', run: () => shared.answer(shared.send({ verb: 'get' } as never)), want: [500, 'This request caused apiserver to panic. Look in the logs for details.'] },
  { name: 'a malformed label selector', run: () => shared.call('list', 'Pod', 'default/', { options: { labelSelector: 'a in (' } }), want: [400, ''] },
  { name: 'an unknown field selector', run: () => shared.call('list', 'Pod', 'default/', { options: { fieldSelector: 'spec.foo=a' } }), want: [400, 'field label not supported: spec.foo'] },
  { name: 'a namespace that must stay', run: () => shared.call('delete', 'Namespace', 'default'), want: [403, 'namespaces "default" is forbidden: this namespace may not be deleted'] },
  { name: 'server-side apply without a manager', run: () => shared.call('patch', 'Pod', 'default/one', { patchType: 'apply', body: {} }), want: [422, 'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch'] },
];
for (const { name, run, want } of refusals) {
  t.test(`refuses ${name}`, t => {
    const [gotCode, gotMessage] = code(run());
    t.equal(gotCode, want[0]);
    if (want[1] !== '') t.equal(gotMessage, want[1]);
    t.end();
  });
}

t.test('authentication and authorization', t => {
  const jane = user('jane');
  t.same(code(shared.call('list', 'Pod', 'default/', { as: jane })), [403, 'pods is forbidden: User "jane" cannot list resource "pods" in API group "" in the namespace "default"']);
  t.same(code(shared.call('get', 'Pod', 'default/one', { as: jane })), [403, 'pods "one" is forbidden: User "jane" cannot get resource "pods" in API group "" in the namespace "default"']);
  t.same(code(shared.call('list', 'Node', '', { as: jane })), [403, 'nodes is forbidden: User "jane" cannot list resource "nodes" in API group "" at the cluster scope']);
  t.same(code(shared.call('list', 'Pod', 'default/', { as: { type: 'anonymous' } })), [403, 'pods is forbidden: User "system:anonymous" cannot list resource "pods" in API group "" in the namespace "default"']);
  t.same(code(shared.call('list', 'Pod', 'default/', { as: { type: 'token', token: 'sa:default:default:wrong:999999' } })), [401, 'Unauthorized']);
  t.equal(shared.path('/version', { as: { type: 'anonymous' } }).code, 200, 'the version is public');
  t.equal(shared.path('/apis', { as: jane }).code, 200, 'discovery is open to whoever is known');
  t.same(code(shared.path('/metrics', { as: jane })), [403, 'forbidden: User "jane" cannot get path "/metrics"']);
  t.equal(shared.create({ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', metadata: { name: 'reader', namespace: 'default' }, rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get', 'list'] }] }).code, 201);
  t.equal(shared.create({ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'RoleBinding', metadata: { name: 'jane-reads', namespace: 'default' }, roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'reader' }, subjects: [{ kind: 'User', apiGroup: 'rbac.authorization.k8s.io', name: 'jane' }] }).code, 201);
  shared.runSeconds(1);
  t.equal(shared.call('list', 'Pod', 'default/', { as: jane }).code, 200, 'a role binding is enough');
  t.equal(shared.call('list', 'Pod', 'kube-system/', { as: jane }).code, 403, 'but only in its namespace');
  const review = (body: object, options: CallOptions = {}): any => shared.answer(shared.send({ ...callOf('create', 'SelfSubjectAccessReview', ''), body: deepFreeze({ apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectAccessReview', spec: body }) }, options)).body;
  t.same(review({ resourceAttributes: { verb: 'list', resource: 'pods', namespace: 'default' } }, { as: jane }).status, { allowed: true, reason: 'RBAC: allowed by RoleBinding "jane-reads/default" of Role "reader" to User "jane"' });
  t.same(review({ resourceAttributes: { verb: 'delete', resource: 'pods', namespace: 'default' } }, { as: jane }).status, { allowed: false });
  t.equal(shared.create({ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRoleBinding', metadata: { name: 'bob-edits' }, roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'system:aggregate-to-edit' }, subjects: [{ kind: 'User', apiGroup: 'rbac.authorization.k8s.io', name: 'bob' }] }).code, 201);
  shared.runSeconds(1);
  t.equal(shared.create(configMap('by-bob'), { as: user('bob') }).code, 201, 'a cluster role is bound everywhere');
  t.equal(shared.call('list', 'Node', '', { as: user('bob') }).code, 403, 'but holds no more than it says');
  t.end();
});

t.test('impersonation', t => {
  const as = (who: string, groups: string[] = []): CallOptions => ({ impersonate: { user: who, groups } });
  t.same(code(shared.call('list', 'Node', '', as('kim'))), [403, 'nodes is forbidden: User "kim" cannot list resource "nodes" in API group "" at the cluster scope']);
  t.equal(shared.call('list', 'Node', '', as('kim', ['system:masters'])).code, 200);
  t.same(code(shared.call('list', 'Node', '', { ...as('kim'), as: user('lee') })), [403, 'users "kim" is forbidden: User "lee" cannot impersonate resource "users" in API group "" at the cluster scope']);
  t.end();
});

t.test('the Node authorizer and NodeRestriction', t => {
  const kubelet = user('system:node:worker-1', 'system:nodes');
  const node = (name: string): object => ({ apiVersion: 'v1', kind: 'Node', metadata: { name } });
  t.equal(shared.create(node('worker-1'), { as: kubelet }).code, 201, 'registers itself');
  t.same(code(shared.create(node('worker-2'), { as: kubelet })), [403, 'nodes "worker-2" is forbidden: node "worker-1" is not allowed to modify node "worker-2"']);
  t.match(message(shared.call('get', 'Secret', 'default/token', { as: kubelet })), /no relationship found between node 'worker-1' and this object$/);
  t.equal(shared.call('list', 'Pod', '', { as: kubelet, options: { fieldSelector: 'spec.nodeName=worker-1' } }).code, 200);
  t.equal(shared.call('list', 'Pod', '', { as: kubelet }).code, 403);
  shared.create(pod('bound', {}, { nodeName: 'worker-1', volumes: [{ name: 'v', configMap: { name: 'settings' } }] }));
  shared.create(configMap('settings'));
  shared.runSeconds(1);
  t.equal(shared.call('get', 'ConfigMap', 'default/settings', { as: kubelet }).code, 200, 'a pod on the node refers to it');
  t.equal(shared.call('get', 'ConfigMap', 'default/taken', { as: kubelet }).code, 403);
  t.match(message(shared.call('delete', 'Pod', 'default/one', { as: kubelet })), /node "worker-1" can only delete pods with spec.nodeName set to itself/);
  t.end();
});

t.test('service account tokens', t => {
  const made: any = shared.call('create', 'ServiceAccount', 'default/default', { subresource: 'token', body: { spec: { expirationSeconds: 600 } } });
  t.equal(made.code, 201);
  const token = { type: 'token', token: made.body.status.token } as const;
  t.match(message(shared.call('list', 'Secret', 'default/', { as: token })), /User "system:serviceaccount:default:default" cannot list resource "secrets"/);
  shared.runSeconds(601);
  t.equal(shared.call('list', 'Secret', 'default/', { as: token }).code, 401, 'an expired token is nobody');
  t.same(code(shared.call('create', 'ServiceAccount', 'default/default', { subresource: 'token', body: { spec: { expirationSeconds: 1 } } })).slice(0, 1), [422]);
  t.end();
});

t.test('updates and patches', t => {
  const first: any = shared.create(configMap('edited', { a: '1' })).body;
  const second: any = shared.call('update', 'ConfigMap', 'default/edited', { body: deepFreeze({ ...first, data: { a: '2' } }) });
  t.equal(second.code, 200);
  t.equal(second.body.data.a, '2');
  t.not(second.body.metadata.resourceVersion, first.metadata.resourceVersion);
  t.same(code(shared.call('update', 'ConfigMap', 'default/edited', { body: deepFreeze({ ...first, data: { a: '3' } }) })), [409, 'Operation cannot be fulfilled on configmaps "edited": the object has been modified; please apply your changes to the latest version and try again']);
  const same: any = shared.call('patch', 'ConfigMap', 'default/edited', { patchType: 'merge', body: { data: { a: '2' } } });
  t.equal(same.body.metadata.resourceVersion, second.body.metadata.resourceVersion, 'a patch that changes nothing writes nothing');
  const merged: any = shared.call('patch', 'ConfigMap', 'default/edited', { patchType: 'merge', body: { data: { b: 'x', a: null } } });
  t.same(merged.body.data, { b: 'x' });
  const json: any = shared.call('patch', 'ConfigMap', 'default/edited', { patchType: 'json', body: [{ op: 'replace', path: '/data/b', value: 'y' }] });
  t.same(json.body.data, { b: 'y' });
  const strategic: any = shared.call('patch', 'Pod', 'default/one', { patchType: 'strategic', body: { spec: { containers: [{ name: 'c', image: 'images.example/nginx:1.28' }] } } });
  t.equal(strategic.body.spec.containers[0].image, 'images.example/nginx:1.28');
  t.equal(strategic.body.metadata.generation, 2, 'a change of the spec raises the generation');
  const status: any = shared.call('patch', 'Pod', 'default/one', { subresource: 'status', patchType: 'merge', body: { status: { phase: 'Running' }, spec: { nodeName: 'x' } } });
  t.equal(status.body.status.phase, 'Running');
  t.equal(status.body.spec.nodeName, undefined, 'the status subresource leaves the spec alone');
  t.equal(status.body.metadata.generation, 2);
  t.equal(shared.call('patch', 'ConfigMap', 'default/none', { patchType: 'merge', body: {} }).code, 404);
  const dry: any = shared.call('patch', 'ConfigMap', 'default/edited', { patchType: 'merge', body: { data: { z: '1' } }, options: { dryRun: true } });
  t.equal(dry.body.data.z, '1');
  t.equal((shared.call('get', 'ConfigMap', 'default/edited').body as any).data.z, undefined, 'a dry run stores nothing');
  t.equal(shared.create(configMap('dry'), { options: { dryRun: true } }).code, 201);
  t.equal(shared.call('get', 'ConfigMap', 'default/dry').code, 404);
  t.equal(shared.call('patch', 'ConfigMap', 'default/edited', { patchType: 'json', body: [{ op: 'remove', path: '/nope' }] }).code, 422);
  t.end();
});

t.test('concurrent patches all take effect', t => {
  shared.create(configMap('busy'));
  const ids = Array.from({ length: 5 }, (_, i) => shared.begin('patch', 'ConfigMap', 'default/busy', { patchType: 'merge', body: { data: { [`k${i}`]: 'v' } } }));
  t.same(ids.map(id => shared.answer(id).code), [200, 200, 200, 200, 200]);
  t.equal(Object.keys((shared.call('get', 'ConfigMap', 'default/busy').body as any).data).length, 5);
  t.end();
});

t.test('binding', t => {
  shared.create(pod('to-bind'));
  const bind = (node: string): Answer => shared.call('create', 'Pod', 'default/to-bind', { subresource: 'binding', body: { apiVersion: 'v1', kind: 'Binding', metadata: { name: 'to-bind' }, target: { kind: 'Node', name: node } } });
  t.match(bind('worker-1'), { code: 201, body: { kind: 'Status', status: 'Success' } });
  const bound: any = shared.call('get', 'Pod', 'default/to-bind').body;
  t.equal(bound.spec.nodeName, 'worker-1');
  t.match(bound.status.conditions[0], { type: 'PodScheduled', status: 'True' });
  t.same(code(bind('worker-2')), [409, 'Operation cannot be fulfilled on pods/binding "to-bind": pod to-bind is already assigned to node "worker-1"']);
  t.same(code(shared.call('create', 'Pod', 'default/to-bind', { subresource: 'binding', body: { metadata: { name: 'other' }, target: { name: 'n' } } })), [400, 'name in URL does not match name in Binding object']);
  t.end();
});

t.test('bindings, where the body names the pod', t => {
  shared.create(pod('by-body'));
  const binding = (body: object): Answer => shared.call('create', 'Binding', 'default/', { body: { apiVersion: 'v1', kind: 'Binding', ...body } });
  const to = (name: string): object => ({ target: { kind: 'Node', name } });
  const cases: readonly (readonly [body: object, want: readonly unknown[]])[] = [
    [{ metadata: { name: 'by-body' }, target: {} }, [500, 'target.name: Required value']],
    [{ metadata: { name: 'by-body' }, target: { kind: 'Pod' } }, [500, '[target.kind: Unsupported value: "Pod": supported values: "Node", "<empty>", target.name: Required value]']],
    [{ metadata: {}, ...to('worker-1') }, [400, 'Name parameter required.']],
    [{ metadata: { name: 'nobody' }, ...to('worker-1') }, [404, 'pods "nobody" not found']],
    [{ metadata: { name: 'by-body', namespace: 'other' }, ...to('worker-1') }, [400, 'the namespace of the provided object does not match the namespace sent on the request']],
    [{ metadata: { name: 'by-body', uid: 'x' }, ...to('worker-1') }, [409, `Operation cannot be fulfilled on pods/binding "by-body": Precondition failed: UID in precondition: x, UID in object meta: ${String((shared.call('get', 'Pod', 'default/by-body').body as any).metadata.uid)}`]],
    [{ metadata: { name: 'by-body' }, target: 7 }, [400, 'Binding in version "v1" cannot be handled as a Binding: json: cannot unmarshal number into Go struct field Binding.target of type v1.ObjectReference']],
  ];
  for (const [body, want] of cases) t.same(code(binding(body)), want, JSON.stringify(body));
  t.match(binding({ metadata: { name: 'by-body', annotations: { by: 'hand' } }, ...to('worker-1') }), { code: 201, body: { kind: 'Status', status: 'Success' } });
  t.match(shared.call('get', 'Pod', 'default/by-body').body, { metadata: { annotations: { by: 'hand' } }, spec: { nodeName: 'worker-1' } });
  t.same(code(binding({ metadata: { name: 'by-body' }, ...to('worker-2') })), [409, 'Operation cannot be fulfilled on pods/binding "by-body": pod by-body is already assigned to node "worker-1"']);
  t.same(code(shared.call('list', 'Binding', 'default/')), [405, 'the server does not allow this method on the requested resource']);
  const log = String((shared.path('/logs/kubernetes/audit/audit.log').body as { readonly text?: string }).text);
  t.match(log, /"requestURI":"\/api\/v1\/namespaces\/default\/bindings"/, 'the audit log has what was asked');
  t.end();
});

t.test('componentstatuses', t => {
  const list = shared.call('list', 'ComponentStatus', '');
  t.same(list.warnings, ['v1 ComponentStatus is deprecated in v1.19+']);
  const refused = (port: number): string => `Get "https://127.0.0.1:${port}/healthz": dial tcp 127.0.0.1:${port}: connect: connection refused`;
  t.same((list.body as any).items.map(({ metadata, conditions }: any) => [metadata.name, ...conditions]), [
    ['controller-manager', { type: 'Healthy', status: 'False', message: refused(10_257) }],
    ['scheduler', { type: 'Healthy', status: 'False', message: refused(10_259) }],
    ['etcd-0', { type: 'Healthy', status: 'True', message: 'ok' }],
  ], 'nobody but etcd runs here');
  t.match(shared.call('get', 'ComponentStatus', 'etcd-0').body, { kind: 'ComponentStatus', metadata: { name: 'etcd-0' }, conditions: [{ status: 'True' }] });
  t.same(code(shared.call('get', 'ComponentStatus', 'etcd-1')), [500, 'Component not found: etcd-1']);
  t.same((shared.call('list', 'ComponentStatus', '', { options: { fieldSelector: 'metadata.name=scheduler' } }).body as any).items.length, 1);
  t.same((shared.call('list', 'ComponentStatus', '', { options: { labelSelector: 'a=b' } }).body as any).items, []);
  t.same(code(shared.call('watch', 'ComponentStatus', '')), [405, 'watch is not supported on resources of kind "componentstatuses"']);
  t.same(code(shared.call('delete', 'ComponentStatus', 'etcd-0')), [405, 'the server does not allow this method on the requested resource']);
  const table = shared.call('list', 'ComponentStatus', '', { options: { as: 'Table' } }).body as any;
  t.same(table.columnDefinitions.map((column: any) => column.name), ['Name', 'Status', 'Message', 'Error']);
  t.same(table.rows[2].cells, ['etcd-0', 'Healthy', 'ok', '']);
  t.end();
});

const deployment = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', namespace: 'default' }, spec: { replicas: 2, selector: { matchLabels: { app: 'web' } }, template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'c', image: 'images.example/nginx:1.27' }] } } } };
t.test('scale', t => {
  shared.create(deployment);
  t.match(shared.call('get', 'Deployment', 'default/web', { subresource: 'scale' }).body, { apiVersion: 'autoscaling/v1', kind: 'Scale', metadata: { name: 'web' }, spec: { replicas: 2 }, status: { selector: 'app=web' } });
  t.match(shared.call('patch', 'Deployment', 'default/web', { subresource: 'scale', patchType: 'merge', body: { spec: { replicas: 4 } } }).body, { kind: 'Scale', spec: { replicas: 4 } });
  t.match(shared.call('get', 'Deployment', 'default/web').body, { spec: { replicas: 4 }, metadata: { generation: 2 } });
  t.equal(shared.call('patch', 'Deployment', 'default/web', { subresource: 'scale', patchType: 'merge', body: { spec: { replicas: -1 } } }).code, 422);
  const byStatus = { metadata: { labels: { a: 'b' }, annotations: { c: 'd' } }, spec: { replicas: 9 }, status: { replicas: 3 } };
  const changed = shared.call('patch', 'Deployment', 'default/web', { subresource: 'status', patchType: 'merge', body: byStatus }).body as any;
  t.same([changed.metadata.labels, changed.metadata.annotations.c, changed.spec.replicas, changed.status.replicas], [undefined, 'd', 4, 3], 'annotations may change with the status, labels may not');
  t.end();
});

t.test('what is taken is remarked, what is refused is not', t => {
  const policy = { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: { name: 'blocks', namespace: 'default' }, spec: { podSelector: {}, ingress: [{ from: [{ ipBlock: { cidr: '10.0.0.1/8' } }] }] } };
  const remark = 'spec.ingress[0].from[0].ipBlock.cidr: CIDR value "10.0.0.1/8" is ambiguous in this context (should be "10.0.0.0/8" or "10.0.0.1/32"?)';
  t.same([shared.create({ ...policy, spec: { ...policy.spec, policyTypes: ['X'] } }).warnings, shared.create(policy).warnings], [[], [remark]]);
  const merge = (spec: object): Answer => shared.call('patch', 'NetworkPolicy', 'default/blocks', { patchType: 'merge', body: { spec } });
  t.match([merge({ policyTypes: ['Inbound'] }), merge({ policyTypes: ['Egress'] })], [{ code: 422, warnings: [] }, { code: 200, warnings: [remark] }]);
  t.end();
});

t.test('jobs and replication controllers leave their pods, and jobs say so', t => {
  const template = { metadata: { labels: { app: 'w' } }, spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'images.example/busybox:1.37' }] } };
  const remark = 'child pods are preserved by default when jobs are deleted; set propagationPolicy=Background to remove them or set propagationPolicy=Orphan to suppress this warning';
  for (const name of ['j1', 'j2', 'j3', 'j4']) shared.create({ apiVersion: 'batch/v1', kind: 'Job', metadata: { name, namespace: 'default' }, spec: { suspend: true, template } });
  shared.create({ apiVersion: 'v1', kind: 'ReplicationController', metadata: { name: 'r', namespace: 'default' }, spec: { replicas: 0, selector: { app: 'w' }, template: { ...template, spec: { ...template.spec, restartPolicy: 'Always' } } } });
  const finalizers = (kind: string, name: string): unknown => (shared.call('get', kind, `default/${name}`).body as any).metadata?.finalizers;
  t.same([shared.call('delete', 'Job', 'default/j1').warnings, finalizers('Job', 'j1')], [[remark], ['orphan']]);
  t.same([shared.call('delete', 'Job', 'default/j2', { options: { propagationPolicy: 'Background' } }).warnings, shared.call('get', 'Job', 'default/j2').code], [[], 404]);
  t.same([shared.call('delete', 'Job', 'default/j3', { options: { propagationPolicy: 'Foreground' } }).warnings, finalizers('Job', 'j3')], [[], ['foregroundDeletion']]);
  t.same([shared.call('deletecollection', 'Job', 'default/').warnings, finalizers('Job', 'j4')], [[remark], ['orphan']]);
  t.same([shared.call('delete', 'ReplicationController', 'default/r').warnings, finalizers('ReplicationController', 'r')], [[], ['orphan']]);
  t.end();
});

t.test('deleting', t => {
  t.match(shared.call('delete', 'ConfigMap', 'default/edited').body, { kind: 'Status', status: 'Success', details: { name: 'edited', kind: 'configmaps' } });
  t.equal(shared.call('get', 'ConfigMap', 'default/edited').code, 404);
  shared.create(pod('unbound'));
  t.equal(shared.call('delete', 'Pod', 'default/unbound').code, 200);
  t.equal(shared.call('get', 'Pod', 'default/unbound').code, 404, 'a pod on no node goes at once');
  const marked: any = shared.call('delete', 'Pod', 'default/to-bind').body;
  t.equal(marked.metadata.deletionGracePeriodSeconds, 30);
  t.ok(marked.metadata.deletionTimestamp);
  const again: any = shared.call('delete', 'Pod', 'default/to-bind').body;
  t.equal(again.metadata.resourceVersion, marked.metadata.resourceVersion, 'a second delete changes nothing');
  const shortened: any = shared.call('delete', 'Pod', 'default/to-bind', { options: { gracePeriodSeconds: 5 } }).body;
  t.equal(shortened.metadata.deletionGracePeriodSeconds, 5, 'but may shorten the time');
  t.equal(shared.call('delete', 'Pod', 'default/to-bind', { options: { gracePeriodSeconds: 0, preconditions: { uid: 'other' } } }).code, 409);
  t.equal(shared.call('delete', 'Pod', 'default/to-bind', { options: { gracePeriodSeconds: 0 } }).code, 200);
  t.equal(shared.call('get', 'Pod', 'default/to-bind').code, 404, 'the kubelet confirms with no grace');
  t.end();
});

t.test('finalizers hold an object', t => {
  shared.create({ ...configMap('held'), metadata: { name: 'held', namespace: 'default', finalizers: ['example.com/hold'] } });
  const marked: any = shared.call('delete', 'ConfigMap', 'default/held').body;
  t.ok(marked.metadata.deletionTimestamp);
  t.equal(shared.call('get', 'ConfigMap', 'default/held').code, 200);
  const freed = shared.call('patch', 'ConfigMap', 'default/held', { patchType: 'merge', body: { metadata: { finalizers: null } } });
  t.equal(freed.code, 200);
  t.equal(shared.call('get', 'ConfigMap', 'default/held').code, 404);
  const foreground: any = shared.call('delete', 'Deployment', 'default/web', { options: { propagationPolicy: 'Foreground' } }).body;
  t.same(foreground.metadata.finalizers, ['foregroundDeletion']);
  shared.create({ ...deployment, metadata: { name: 'kept', namespace: 'default' } });
  t.same((shared.call('delete', 'Deployment', 'default/kept', { options: { propagationPolicy: 'Orphan' } }).body as any).metadata.finalizers, ['orphan']);
  t.end();
});

t.test('a namespace goes in two steps', t => {
  shared.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } });
  shared.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x', namespace: 'shop' } });
  const marked: any = shared.call('delete', 'Namespace', 'shop').body;
  t.equal(marked.status.phase, 'Terminating');
  t.same(marked.spec.finalizers, ['kubernetes']);
  shared.runSeconds(1);
  const refused = shared.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'y', namespace: 'shop' } });
  t.same(code(refused), [403, 'configmaps "y" is forbidden: unable to create new content in namespace shop because it is being terminated']);
  t.match(refused.body.details.causes, [{ reason: 'NamespaceTerminating' }]);
  t.equal(shared.call('delete', 'Namespace', 'shop').code, 409);
  const collection = shared.answer(shared.send(callOf('deletecollection', 'ConfigMap', 'shop/')));
  t.equal(collection.code, 200);
  t.equal(shared.list('ConfigMap', 'shop').items.length, 0);
  const emptied = shared.call('update', 'Namespace', 'shop', { subresource: 'finalize', body: { ...marked, spec: { finalizers: [] } } });
  t.equal(emptied.code, 200);
  t.equal(shared.call('get', 'Namespace', 'shop').code, 404);
  t.end();
});

t.test('services get addresses and ports', t => {
  const service = (name: string, spec: object = {}): object => ({ apiVersion: 'v1', kind: 'Service', metadata: { name, namespace: 'default' }, spec: { selector: { app: 'web' }, ports: [{ port: 80 }], ...spec } });
  const plain: any = shared.create(service('plain')).body;
  t.match(plain.spec.clusterIP, /^10\.(9[6-9]|1[01]\d)\.\d+\.\d+$/);
  t.same(plain.spec.clusterIPs, [plain.spec.clusterIP]);
  t.equal((shared.create(service('dns', { clusterIP: '10.96.0.10' })).body as any).spec.clusterIP, '10.96.0.10');
  t.same(code(shared.create(service('dns2', { clusterIP: '10.96.0.10' }))), [422, 'Service "dns2" is invalid: spec.clusterIPs: Invalid value: ["10.96.0.10"]: failed to allocate IP 10.96.0.10: provided IP is already allocated']);
  t.equal(shared.create(service('far', { clusterIP: '192.0.2.1' })).code, 422);
  t.equal((shared.create(service('headless', { clusterIP: 'None' })).body as any).spec.clusterIP, 'None');
  const node: any = shared.create(service('node', { type: 'NodePort' })).body;
  t.ok(node.spec.ports[0].nodePort >= 30_000 && node.spec.ports[0].nodePort <= 32_767);
  shared.runSeconds(1);
  t.same(code(shared.create(service('node2', { type: 'NodePort', ports: [{ port: 80, nodePort: node.spec.ports[0].nodePort }] }))), [422, `Service "node2" is invalid: spec.ports[0].nodePort: Invalid value: ${node.spec.ports[0].nodePort}: provided port is already allocated`]);
  const balanced = { type: 'LoadBalancer', externalTrafficPolicy: 'Local' };
  const local: any = shared.create(service('local', balanced)).body;
  t.ok(local.spec.healthCheckNodePort >= 30_000 && local.spec.healthCheckNodePort !== local.spec.ports[0].nodePort, 'nodes are asked at a port of its own');
  shared.runSeconds(1);
  t.same(code(shared.create(service('local2', { ...balanced, healthCheckNodePort: local.spec.healthCheckNodePort }))), [500, `Internal error occurred: failed to allocate requested HealthCheck NodePort ${local.spec.healthCheckNodePort}: provided port is already allocated`]);
  t.same(code(shared.create(service('local2', { ...balanced, healthCheckNodePort: 80 }))), [500, 'Internal error occurred: failed to allocate requested HealthCheck NodePort 80: provided port is not in the valid range. The range of valid ports is 30000-32767']);
  t.equal(shared.call('patch', 'Service', 'default/local', { patchType: 'merge', body: { metadata: { labels: { a: 'b' } } } }).body.spec.healthCheckNodePort, local.spec.healthCheckNodePort, 'it is kept');
  t.equal(shared.call('patch', 'Service', 'default/local', { patchType: 'merge', body: { spec: { externalTrafficPolicy: 'Cluster' } } }).body.spec.healthCheckNodePort, undefined);
  t.ok(shared.call('patch', 'Service', 'default/local', { patchType: 'merge', body: { spec: { externalTrafficPolicy: 'Local' } } }).body.spec.healthCheckNodePort >= 30_000);
  t.equal(shared.call('delete', 'Service', 'default/dns').code, 200);
  t.equal(shared.create(service('dns3', { clusterIP: '10.96.0.10' })).code, 201, 'a deleted service gives its address back');
  t.end();
});

t.test('generated names', t => {
  const made: any = shared.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { generateName: 'gen-', namespace: 'default' } });
  t.equal(made.code, 201);
  t.match(made.body.metadata.name, /^gen-[bcdfghjklmnpqrstvwxz2456789]{5}$/);
  t.equal(shared.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace: 'default' } }).code, 422, 'one of both names is needed');
  t.end();
});

t.test('events expire after an hour', t => {
  const small = cluster();
  const event = { apiVersion: 'v1', kind: 'Event', metadata: { name: 'e', namespace: 'default' }, involvedObject: { kind: 'Pod', namespace: 'default', name: 'web' }, reason: 'Started', message: 'started', type: 'Normal' };
  t.equal(small.create(event).code, 201);
  t.equal(small.list('Event', 'default').items.length, 1);
  small.runSeconds(3700);
  t.equal(small.list('Event', 'default').items.length, 0);
  t.end();
});

t.test('lists', t => {
  const small = cluster();
  for (let i = 0; i < 5; i++) small.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: `c${i}`, namespace: 'default', labels: { odd: String(i % 2) } } });
  const all = small.list('ConfigMap', 'default');
  t.same(all.items.map(item => item.metadata.name), ['c0', 'c1', 'c2', 'c3', 'c4']);
  t.equal(all.kind, 'ConfigMapList');
  t.same(small.list('ConfigMap', 'default', { labelSelector: 'odd=1' }).items.map(item => item.metadata.name), ['c1', 'c3']);
  t.same(small.list('ConfigMap', 'default', { fieldSelector: 'metadata.name=c2', resourceVersion: '0' }).items.length, 1);
  const page = small.list('ConfigMap', 'default', { limit: 2 });
  t.same([page.items.length, page.metadata.remainingItemCount], [2, 3]);
  small.create(configMap('c9'));
  const next = small.list('ConfigMap', 'default', { limit: 10, continue: page.metadata.continue ?? '' });
  t.same(next.items.map(item => item.metadata.name), ['c2', 'c3', 'c4'], 'later pages show the state of the first');
  t.equal(next.metadata.resourceVersion, page.metadata.resourceVersion);
  const everywhere = small.list('ConfigMap', '', { limit: 3 });
  t.equal(small.list('ConfigMap', '', { continue: everywhere.metadata.continue ?? '' }).items.length, 4, 'with the one that the server keeps itself');
  t.equal(small.call('list', 'ConfigMap', 'default/', { options: { continue: 'nonsense' } }).code, 400);
  small.runSeconds(700);
  const expired = small.call('list', 'ConfigMap', 'default/', { options: { continue: page.metadata.continue ?? '' } });
  t.equal(expired.code, 410, 'history is compacted after five minutes or so');
  t.equal(expired.body.reason, 'Expired');
  const restarted = small.list('ConfigMap', 'default', { continue: expired.body.metadata.continue });
  t.same(restarted.items.map(item => item.metadata.name), ['c2', 'c3', 'c4', 'c9'], 'the token in the answer goes on at the latest state');
  t.equal(small.call('get', 'ConfigMap', 'default/c1', { options: { resourceVersion: '99999999' } }).code, 504, 'nobody knows the future');
  t.end();
});

t.test('watches', t => {
  const small = cluster();
  const types = (id: number): string[] => small.events(id).map(event => `${event.type} ${event.object.metadata.name}`);
  small.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', namespace: 'default', labels: { tier: 'x' } } });
  const { resourceVersion } = small.list('ConfigMap', 'default').metadata;
  const state = small.begin('watch', 'ConfigMap', 'default/', { options: { resourceVersion: '0' } });
  const live = small.begin('watch', 'ConfigMap', 'default/', { options: { resourceVersion } });
  const selecting = small.begin('watch', 'ConfigMap', '', { options: { resourceVersion, labelSelector: 'tier=x' } });
  const named = small.begin('watch', 'ConfigMap', 'default/', { options: { resourceVersion, fieldSelector: 'metadata.name=b' } });
  const initial = small.begin('watch', 'ConfigMap', 'default/', { options: { sendInitialEvents: true, resourceVersionMatch: 'NotOlderThan', allowWatchBookmarks: true } });
  small.runSeconds(1);
  t.same(types(state), ['ADDED a'], 'a watch from no version begins with the state');
  t.same(types(live), []);
  t.same(types(initial), ['ADDED a', 'BOOKMARK undefined']);
  t.equal(must(small.events(initial)[1], 'bookmark').object.metadata.annotations?.['k8s.io/initial-events-end'], 'true');
  small.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'b', namespace: 'default' } });
  small.call('patch', 'ConfigMap', 'default/b', { patchType: 'merge', body: { metadata: { labels: { tier: 'x' } } } });
  small.call('patch', 'ConfigMap', 'default/a', { patchType: 'merge', body: { metadata: { labels: { tier: 'y' } } } });
  small.call('delete', 'ConfigMap', 'default/b');
  small.runSeconds(1);
  t.same(types(live), ['ADDED b', 'MODIFIED b', 'MODIFIED a', 'DELETED b']);
  t.same(types(selecting), ['ADDED b', 'DELETED a', 'DELETED b'], 'what leaves the selection is deleted, what enters is added');
  t.same(types(named), ['ADDED b', 'MODIFIED b', 'DELETED b']);
  const revisions = small.events(live).map(event => Number(event.object.metadata.resourceVersion));
  t.same(revisions, [...revisions].sort((a, b) => a - b), 'events come in the order of revisions, the deletion with its own');
  t.ok(small.events(live).every(event => event.cause > 0), 'each event knows its cause');
  const resumed = small.begin('watch', 'ConfigMap', 'default/', { options: { resourceVersion: String(revisions[1]) } });
  small.runSeconds(1);
  t.same(types(resumed), ['MODIFIED a', 'DELETED b'], 'a watch resumes where it was');
  t.test('end at their time-out', t => {
    const short = small.begin('watch', 'ConfigMap', 'default/', { options: { resourceVersion, timeoutSeconds: 5 } });
    small.runSeconds(4);
    t.notOk(small.client.watches.get(short)?.ended);
    small.runSeconds(2);
    t.ok(small.client.watches.get(short)?.ended);
    t.end();
  });
  t.test('get bookmarks when something else happened', t => {
    const id = small.begin('watch', 'ConfigMap', 'default/', { options: { resourceVersion: '0', allowWatchBookmarks: true, labelSelector: 'none=such' } });
    small.runSeconds(1);
    small.create(configMap('noise'));
    small.runSeconds(61);
    t.same(small.events(id).map(event => event.type), ['BOOKMARK']);
    t.end();
  });
  t.test('are forgotten when cancelled', t => {
    const id = small.begin('watch', 'ConfigMap', 'default/', { options: { resourceVersion: '0' } });
    small.runSeconds(1);
    const before = small.events(id).length;
    small.kernel.deliver('laptop/kubectl', { type: 'test.send', to: small.servers[0], body: { type: 'api.cancel', id } });
    small.create(configMap('after'));
    small.runSeconds(1);
    t.equal(small.events(id).length, before);
    t.end();
  });
  t.test('from a version before the window get 410', t => {
    for (let i = 0; i < 15; i++) {
      const ids = Array.from({ length: 100 }, (_, k) => small.begin('create', 'ConfigMap', 'default/', { body: configMap(`n${i}-${k}`) }));
      for (const id of ids) small.answer(id);
      small.runSeconds(100);
    }
    const id = small.begin('watch', 'ConfigMap', 'default/', { options: { resourceVersion } });
    small.runSeconds(1);
    const [error] = small.events(id);
    t.match(error?.object, { code: 410, reason: 'Expired', message: new RegExp(`^too old resource version: ${resourceVersion} \\(\\d+\\)$`) });
    t.ok(small.client.watches.get(id)?.ended);
    t.end();
  });
  t.end();
});

/** A kubelet that has one answer. */
const fakeKubelet = defineProcess<{ answers: number }, { type: string; id: number; pod: string }, object>({
  kind: 'fake-kubelet', mailboxMax: 100, boot: () => ({ answers: 0 }),
  step(state, input, out) {
    if (input.type !== 'message' || input.body.type !== 'kubelet.logs') return;
    state.answers++;
    if (input.body.pod === 'mute') return;
    out.send(input.from, { type: 'kubelet.response', id: input.body.id, ok: true, body: { lines: ['hello'] } });
  },
});

t.test('logs', t => {
  const small = cluster({ extraKinds: [fakeKubelet as never] });
  small.kernel.spawn({ id: processId('worker-1', 'kubelet'), kind: 'fake-kubelet', node: 'worker-1' as NodeName, config: {} });
  small.create({ apiVersion: 'v1', kind: 'Node', metadata: { name: 'worker-1' } });
  small.call('patch', 'Node', 'worker-1', { subresource: 'status', patchType: 'merge', body: { status: { addresses: [{ type: 'InternalIP', address: '10.0.0.21' }] } } });
  small.create(pod('web', {}, { nodeName: 'worker-1' }));
  small.create(pod('mute', {}, { nodeName: 'worker-1' }));
  small.create(pod('lost', {}, { nodeName: 'worker-9' }));
  small.create(pod('waiting'));
  small.create(pod('two', {}, { nodeName: 'worker-1', containers: [{ name: 'a', image: 'i' }, { name: 'b', image: 'i' }] }));
  const logs = (name: string, options = {}): Answer => small.call('get', 'Pod', `default/${name}`, { subresource: 'log', options });
  t.same(logs('web').body, { lines: ['hello'] });
  t.same(code(logs('two')), [400, 'a container name must be specified for pod two, choose one of: [a b]']);
  t.same(code(logs('web', { container: 'x' })), [400, 'container x is not valid for pod web']);
  t.same(code(logs('waiting')), [400, 'pod waiting does not have a host assigned']);
  t.same(code(logs('mute')), [500, 'Get "https://10.0.0.21:10250/containerLogs/default/mute/c": dial tcp 10.0.0.21:10250: i/o timeout']);
  t.match(message(logs('lost')), /connect: connection refused$/);
  t.equal(logs('none').code, 404);
  t.end();
});

t.test('eviction removes a pod', t => {
  shared.create(pod('evictee', {}, { nodeName: 'worker-1' }));
  t.match(shared.call('create', 'Pod', 'default/evictee', { subresource: 'eviction', body: { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: 'evictee' }, deleteOptions: { gracePeriodSeconds: 7 } } }), { code: 201, body: { status: 'Success' } });
  t.equal((shared.call('get', 'Pod', 'default/evictee').body as any).metadata.deletionGracePeriodSeconds, 7);
  t.end();
});

t.test('without etcd', t => {
  const small = cluster();
  small.kernel.pause('cp-1/etcd');
  const asked = small.kernel.world.now;
  t.same(code(small.create(configMap('lost'))), [504, 'Timeout: request did not complete within requested timeout - context deadline exceeded']);
  t.ok(Math.abs(small.kernel.world.now - asked - seconds(34)) < 1_000_000, 'a write gives up after 34 s');
  t.match(small.path('/readyz'), { code: 500, body: { text: /\[-\]etcd failed: reason withheld/ } });
  t.equal(small.call('get', 'Namespace', 'default', { options: { resourceVersion: '0' } }).code, 200, 'the cache still answers');
  small.kernel.resume('cp-1/etcd');
  small.runSeconds(5);
  t.equal(small.create(configMap('found')).code, 201);
  small.kernel.crash('cp-1/etcd');
  small.runSeconds(1);
  t.match(code(small.create(configMap('refused'))), [500, /^rpc error: code = Unavailable desc = connection error/]);
  const watch = small.begin('watch', 'ConfigMap', 'default/', { options: { resourceVersion: small.call('get', 'ConfigMap', 'default/found', { options: { resourceVersion: '0' } }).body.metadata.resourceVersion } });
  small.kernel.restart('cp-1/etcd');
  small.runSeconds(10);
  t.equal(small.create(configMap('again')).code, 201);
  small.runSeconds(1);
  t.same(small.events(watch).map(event => event.object.metadata.name), ['again'], 'watches resume by themselves');
  t.end();
});

t.test('three instances', t => {
  const three = new Cluster({ members: 3, servers: 3, verify: true });
  three.runSeconds(15);
  const endpoints: any = three.call('get', 'Endpoints', 'default/kubernetes').body;
  t.same(endpoints.subsets[0].addresses.map((address: any) => address.ip), ['10.0.0.11', '10.0.0.12', '10.0.0.13']);
  t.equal(three.list('Lease', 'kube-system', { labelSelector: 'apiserver.kubernetes.io/identity=kube-apiserver' }).items.length, 3);
  three.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'new' } }, { on: 0 });
  t.equal(three.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x', namespace: 'new' } }, { on: 1 }).code, 201, 'an instance whose cache lags looks into etcd');
  t.equal(three.call('get', 'ConfigMap', 'new/x', { on: 2 }).code, 200);
  three.kernel.crash('cp-3/kube-apiserver');
  three.runSeconds(31);
  const left: any = three.call('get', 'EndpointSlice', 'default/kubernetes').body;
  t.same(left.endpoints.map((endpoint: any) => endpoint.addresses[0]), ['10.0.0.11', '10.0.0.12'], 'a dead instance leaves the endpoints');
  t.equal(three.list('Lease', 'kube-system', { labelSelector: 'apiserver.kubernetes.io/identity=kube-apiserver' }).items.length, 3, 'its identity stays for an hour');
  t.end();
});

t.test('a second endpoint takes over when the first member dies', t => {
  const three = cluster({ members: 3, servers: 1, allEndpoints: true });
  three.kernel.crash('cp-1/etcd');
  three.runSeconds(3);
  t.equal(three.call('get', 'Namespace', 'default').code, 200);
  t.equal(three.create(configMap('elsewhere')).code, 201);
  three.runSeconds(1);
  t.equal(three.list('ConfigMap', 'default', { resourceVersion: '0' }).items.length, 1, 'the watch moved too');
  t.end();
});

t.test('a client that is gone leaves nothing behind', t => {
  const small = cluster();
  for (let i = 0; i < 10; i++) small.begin('watch', 'Pod', '', { options: { resourceVersion: '0', ...(i % 2 === 0 ? { fieldSelector: 'spec.nodeName=worker-1' } : {}) } });
  small.runSeconds(1);
  small.kernel.crash('laptop/kubectl');
  small.runSeconds(60);
  const state: any = small.kernel.stateOf('cp-1/kube-apiserver');
  t.equal(state.clients.size, 0);
  t.equal(state.watchDeadlines.size, 0);
  t.equal(state.caches.get('/pods').watches.size + state.caches.get('/pods').indexed.size, 0);
  t.end();
});

t.test('the same seed gives the same run, also through a checkpoint and through text', t => {
  const story = (pause: (made: Cluster) => void): string => {
    const made = cluster({ seed: 7 });
    made.begin('watch', 'Pod', '', { options: { resourceVersion: '0', fieldSelector: 'spec.nodeName=w' } });
    const id = made.begin('create', 'Pod', 'default/', { body: deepFreeze(pod('p', {}, { nodeName: 'w' })) });
    made.kernel.run({ eventsMax: 3 });
    pause(made);
    made.answer(id);
    made.runSeconds(120);
    return made.kernel.digest;
  };
  const plain = story(() => undefined);
  t.equal(story(made => made.kernel.restore(made.kernel.checkpoint())), plain);
  t.equal(story(made => {
    const loaded = loadWorld(JSON.parse(JSON.stringify(dumpWorld(made.kernel.world))));
    if (!loaded.ok) throw new Error(loaded.error);
    made.kernel.restore(loaded.value);
  }), plain);
  t.end();
});

t.test('without a majority of etcd', t => {
  const three = cluster({ members: 3 });
  three.kernel.crash('cp-2/etcd');
  three.kernel.crash('cp-3/etcd');
  three.runSeconds(5);
  t.same(code(three.create(configMap('x'))), [500, 'etcdserver: request timed out']);
  t.equal(three.call('get', 'Namespace', 'default').code, 500, 'reads of the latest state need the majority too');
  t.equal(three.call('get', 'Namespace', 'default', { options: { resourceVersion: '0' } }).code, 200, 'reads of any state do not');
  three.kernel.restart('cp-2/etcd');
  three.runSeconds(10);
  t.equal(three.create(configMap('y')).code, 201);
  t.end();
});

t.test('what the learner is told', t => {
  const small = cluster();
  const from = small.kernel.trace.notes.length;
  small.create(pod('told'));
  small.call('list', 'Pod', 'default/', { as: user('jane') });
  const notes = small.kernel.trace.notes.slice(from).filter(note => note.type.startsWith('api.') || note.type.startsWith('admission.'));
  t.same(notes.map(note => note.type), ['api.request', 'admission.mutated', 'api.object.created', 'api.request', 'api.request.denied.403']);
  t.match(notes[0]?.fields.stages, /mutating-admission: ServiceAccount, Priority, DefaultTolerationSeconds/);
  t.ok(Number(notes[0]?.fields.micros) > 0);
  t.end();
});
