/** Conversion webhooks: what a program in a pod makes of objects, on every way in and out. */
import t from 'tap';
import { deepFreeze, type NodeName, processId } from '../../src/base/data.ts';
import type { KubeObject } from '../../src/api/meta.ts';
import type { ApiCall, Verb } from '../../src/api/wire.ts';
import { readConversion } from '../../src/apiserver/conversion/review.ts';
import { answerReview } from '../../src/kubelet/programs/webhook.ts';
import { dumpWorld, loadWorld } from '../../src/sim/checkpoint.ts';
import { type Answer, Cluster, message, serviceAccount } from './harness.ts';
import { fakeRuntime } from './fake-runtime.ts';

/* eslint-disable @typescript-eslint/no-explicit-any */
const RULES = ['--move=v1:spec.size=v2:spec.replicas', '--split=v1:spec.address=v2:spec.host,spec.port', '--values=v2:spec.level=v3:spec.rank,high=1,low=2', '--keep=v2:spec.note'];

const ship = (version: string, name: string, spec: object, metadata: object = {}): any => ({ apiVersion: `example.com/${version}`, kind: 'Ship', metadata: { name, ...metadata }, spec });

/** Spec of a ship in another version. */
function turned(from: string, to: string, spec: object, path = '/convert', rules = RULES): any {
  const body = { apiVersion: 'apiextensions.k8s.io/v1', kind: 'ConversionReview', request: { uid: 'u', desiredAPIVersion: `example.com/${to}`, objects: [ship(from, 'a', spec)] } };
  const { response } = answerReview(path, body, rules).body as any;
  return response.convertedObjects?.[0] ?? response.result;
}

t.test('rules of the webhook program', t => {
  const cases: readonly (readonly [from: string, to: string, object, object])[] = [
    ['v1', 'v2', { size: 3, other: 1 }, { replicas: 3, other: 1 }], ['v2', 'v1', { replicas: 3 }, { size: 3 }], ['v1', 'v2', { address: 'a:b:80' }, { host: 'a:b', port: '80' }], ['v1', 'v2', { address: 'bare' }, { host: 'bare' }],
    ['v2', 'v1', { host: 'a', port: '80' }, { address: 'a:80' }], ['v2', 'v1', { host: 'a' }, { address: 'a' }], ['v2', 'v1', { port: '1' }, { address: ':1' }], ['v2', 'v3', { level: 'low', replicas: 1 }, { rank: '2', replicas: 1 }], ['v3', 'v2', { rank: 'odd' }, { level: 'odd' }],
    ['v1', 'v3', { size: 1, address: 'a:1' }, { replicas: 1, host: 'a', port: '1' }], ['v3', 'v1', { rank: '1', replicas: 2 }, { level: 'high', size: 2 }],
  ];
  for (const [from, to, before, after] of cases) {
    const object = turned(from, to, before);
    t.same([object.apiVersion, object.spec], [`example.com/${to}`, after], `${from} to ${to}: ${JSON.stringify(before)}`);
  }
  const kept = turned('v2', 'v1', { note: ['x'] });
  t.same([kept.spec, kept.metadata.annotations], [{}, { 'conversion.webhook/spec.note': '["x"]' }]);
  t.same(turned('v1', 'v1', {}), { status: 'Failure', message: 'conversion from a version to itself should not call the webhook: example.com/v1' });
  t.same(turned('v1', 'v9', { a: 1 }).spec, { a: 1 }, 'versions that nothing ties differ in their name');
  t.equal(turned('v1', 'v2', {}, '/crdconvert').spec.host, undefined, 'agnhost looks at the top');
  t.end();
});

t.test('what an API server does not believe', t => {
  const original = deepFreeze(ship('v1', 'a', { size: 1 }, { namespace: 'n', uid: 'u1', labels: { a: 'b' } })) as KubeObject;
  const made = { ...ship('v2', 'a', { replicas: 1 }), metadata: original.metadata };
  const read = (objects: unknown, more: object = {}, review = 'v1', result: object | undefined = { status: 'Success' }): any =>
    readConversion({ definition: 'ships.example.com', review, apiVersion: 'example.com/v2', objects: [original] }, {
      ok: true, uid: 'q', code: 200, body: { apiVersion: `apiextensions.k8s.io/${review}`, kind: 'ConversionReview', response: { uid: 'q', convertedObjects: objects, result }, ...more },
    });
  const metadata = (change: object): object => ({ ...made, metadata: { ...original.metadata, ...change } });
  const subject = 'conversion webhook for example.com/v1, Kind=Ship';
  const cases: readonly (readonly [any, string])[] = [
    [read([]), 'returned 0 objects, expected 1'], [read([made], { kind: 'Other' }), 'failed: expected webhook response of apiextensions.k8s.io/v1, Kind=ConversionReview, got apiextensions.k8s.io/v1, Kind=Other'],
    [read([made], { response: null }), 'failed: no response provided'], [read([made], { response: { uid: 'x' } }), 'failed: expected response.uid="q", got "x"'],
    [read([made], {}, 'v1', {}), "failed: response.result.status was '', not 'Success'"], [read([made], {}, 'v1', { status: 'Failure' }), "failed: response.result.status was 'Failure', not 'Success'"],
    [read([made], {}, 'v1', { status: 'Failure', message: 'no' }), 'failed: no'], [read([{ ...made, kind: 'Boat' }]), 'returned invalid object at index 0: invalid kind (expected Ship, received Boat)'],
    [read([{ ...made, apiVersion: 'example.com/v3' }]), 'returned invalid object at index 0: invalid groupVersion (expected example.com/v2, received example.com/v3)'],
    [read([metadata({ name: 'b' })]), 'returned invalid object: must have the same name: a != b'], [read([metadata({ namespace: 'm' })]), 'returned invalid object: must have the same namespace: n != m'],
    [read([metadata({ uid: 'u2' })]), 'returned invalid object: must have the same UID: u1 != u2'], [read([metadata({ labels: ['x'] })]), 'returned invalid metadata: invalid metadata.labels of type []interface {} in converted object'],
    [read([metadata({ labels: { a: 1 } })]), 'returned invalid metadata: metadata.labels[a] must be a string, but is int64 in converted object'],
    [read([metadata({ annotations: { 'b c': 'x' } })]), "returned invalid metadata: metadata.annotation: Invalid value: \"b c\": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"],
  ];
  for (const [found, expected] of cases) t.equal(found.error, `${subject} ${expected}`);
  t.same(read([metadata({ labels: { x: 'y' }, creationTimestamp: 'mine', generation: 9 })]).value[0].metadata, { ...original.metadata, labels: { x: 'y' } }, 'labels are taken over, nothing else');
  t.same(read([metadata({ labels: null })]).value[0].metadata.labels, undefined);
  t.equal(read([made], { response: { convertedObjects: [made], result: { status: 'Success' } } }, 'v1beta1').ok, true, 'v1beta1 has no uid');
  t.end();
});

// ---- The whole way ---------------------------------------------------------------------------------------------------

const cluster = new Cluster({ verify: true, extraKinds: [fakeRuntime as never] }).settle();
cluster.kernel.spawn({ id: processId('worker-1', 'containerd'), kind: 'fake-runtime', node: 'worker-1' as NodeName, config: deepFreeze({ args: RULES }) });
cluster.create(serviceAccount('default'));
cluster.create({ apiVersion: 'v1', kind: 'Service', metadata: { name: 'hooks', namespace: 'default' }, spec: { selector: { app: 'hook' }, ports: [{ port: 443, targetPort: 8443 }] } });
cluster.create({
  apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', metadata: { name: 'hooks', namespace: 'default', labels: { 'kubernetes.io/service-name': 'hooks' } }, addressType: 'IPv4',
  ports: [{ name: '', port: 8443, protocol: 'TCP' }], endpoints: [{ addresses: ['10.244.1.5'], nodeName: 'worker-1', conditions: { ready: true }, targetRef: { kind: 'Pod', name: 'hook', namespace: 'default' } }],
});
const text = { type: 'string' };
const properties: Record<string, object> = {
  v1: { size: { type: 'integer' }, address: text }, v2: { replicas: { type: 'integer', default: 1, maximum: 9 }, host: text, port: text, level: text, note: text }, v3: { replicas: { type: 'integer' }, host: text, port: text, rank: text },
};
const versions = (storage: string): object[] => ['v3', 'v2', 'v1'].map(name => ({ name, served: true, storage: name === storage, schema: { openAPIV3Schema: { type: 'object', properties: { spec: { type: 'object', properties: properties[name] } } } } }));
const conversion = (path: string): object => ({ strategy: 'Webhook', webhook: { conversionReviewVersions: ['v2alpha1', 'v1'], clientConfig: { service: { namespace: 'default', name: 'hooks', path } } } });
const made = cluster.create(deepFreeze({
  apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', metadata: { name: 'ships.example.com' },
  spec: { group: 'example.com', scope: 'Namespaced', names: { plural: 'ships', kind: 'Ship' }, versions: versions('v1'), conversion: conversion('/convert') },
}));
if (made.code !== 201) throw new Error(message(made));
cluster.runSeconds(3);

const begin = (verb: Verb, version: string, name: string, more: Partial<ApiCall> = {}): number => cluster.send(deepFreeze({ verb, group: 'example.com', version, resource: 'ships', subresource: '', namespace: 'default', name, ...more }));
const call = (verb: Verb, version: string, name: string, more: Partial<ApiCall> = {}): Answer => cluster.answer(begin(verb, version, name, more));
const change = (body: object): Answer => { const answer = cluster.call('patch', 'CustomResourceDefinition', 'ships.example.com', { patchType: 'merge', body: { spec: body } }); cluster.runSeconds(3); return answer; };

t.test('every verb speaks in the version that is asked', t => {
  const created = call('create', 'v2', '', { body: ship('v2', 'a', { host: 'x', port: '1', note: 'n', junk: 1 }) });
  t.same([created.code, created.body.apiVersion, created.body.spec], [201, 'example.com/v2', { replicas: 1, host: 'x', port: '1', note: 'n' }], message(created));
  t.same(call('get', 'v1', 'a').body.spec, { size: 1, address: 'x:1' }, 'as it is stored');
  t.same(call('get', 'v3', 'a').body.spec, { replicas: 1, host: 'x', port: '1' }, 'what a version does not know is pruned');
  t.equal(call('get', 'v2', 'a', { options: { resourceVersion: '0' } }).body.spec.host, 'x', 'out of the cache');
  t.match(message(call('create', 'v2', '', { body: ship('v2', 'b', { replicas: 10 }) })), /spec.replicas: Invalid value: 10: spec.replicas in body should be less than or equal to 9/, 'judged in the version it came in');
  const put = call('update', 'v3', 'a', { body: { ...call('get', 'v3', 'a').body, spec: { replicas: 2, host: 'y', port: '2', rank: '1' } } });
  t.same([put.code, put.body.spec], [200, { replicas: 2, host: 'y', port: '2' }], `what the stored version cannot say is lost; ${message(put)}`);
  const same = call('patch', 'v2', 'a', { patchType: 'merge', body: { spec: { replicas: 2 } } });
  t.equal(same.body.metadata.resourceVersion, put.body.metadata.resourceVersion, 'a change of nothing is none');
  t.same(call('patch', 'v2', 'a', { patchType: 'json', body: [{ op: 'replace', path: '/spec/host', value: 'z' }] }).body.spec.host, 'z');
  const applied = call('patch', 'v2', 'new', { patchType: 'apply', body: ship('v2', 'new', { host: 'h', port: '7' }), options: { fieldManager: 'me' } });
  t.same([applied.code, applied.body.spec], [201, { replicas: 1, host: 'h', port: '7' }], message(applied));
  call('create', 'v1', '', { body: ship('v1', 'c', { size: 4, address: 'q:9' }) });
  const list = call('list', 'v2', '');
  t.same([list.body.apiVersion, list.body.items.map(({ apiVersion, spec }: any) => [apiVersion, spec.host])], ['example.com/v2', [['example.com/v2', 'z'], ['example.com/v2', 'q'], ['example.com/v2', 'h']]]);
  t.same(call('list', 'v2', '', { options: { as: 'Table' } }).body.rows.length, 3);
  t.equal(call('delete', 'v2', 'new').code, 200);
  t.end();
});

t.test('the scale of an object stands where the version that is asked has it', t => {
  const scales: Record<string, string> = { v1: '.spec.size', v2: '.spec.replicas', v3: '.spec.replicas' };
  const scaled = (versions('v1') as any[]).map(version => ({ ...version, subresources: { scale: { specReplicasPath: scales[version.name], statusReplicasPath: '.status.replicas' } } }));
  t.equal(change({ versions: scaled }).code, 200);
  call('create', 'v1', '', { body: ship('v1', 'wide', { size: 3, address: 'q:9' }) });
  for (const version of ['v1', 'v2', 'v3']) {
    for (const resourceVersion of ['', '0']) {
      const { code, body } = call('get', version, 'wide', { subresource: 'scale', options: { resourceVersion } });
      t.same([code, body.kind, body.spec], [200, 'Scale', { replicas: 3 }], `${version} ${resourceVersion}: ${message({ code, body } as Answer)}`);
    }
  }
  const patched = call('patch', 'v2', 'wide', { subresource: 'scale', patchType: 'merge', body: { spec: { replicas: 5 } } });
  t.same([patched.code, patched.body.kind, patched.body.spec], [200, 'Scale', { replicas: 5 }], message(patched));
  t.same(call('get', 'v1', 'wide').body.spec, { size: 5, address: 'q:9' }, 'stored in its own version');
  t.equal(call('get', 'v3', 'wide', { subresource: 'scale' }).body.spec.replicas, 5);
  t.equal(call('update', 'v1', 'wide', { subresource: 'scale', body: { apiVersion: 'autoscaling/v1', kind: 'Scale', metadata: { name: 'wide', namespace: 'default' }, spec: { replicas: 2 } } }).body.spec?.replicas, 2);
  t.equal(call('get', 'v2', 'wide').body.spec.replicas, 2);
  t.equal(call('delete', 'v1', 'wide').code, 200);
  t.equal(change({ versions: versions('v1') }).code, 200);
  t.end();
});

t.test('watches are told in their version, in order, and all that waits in one review', t => {
  const watch = begin('watch', 'v2', '', { options: { allowWatchBookmarks: true } });
  cluster.runSeconds(1);
  t.same(cluster.events(watch).map(({ type, object }) => `${type} ${object.apiVersion} ${(object as any).spec.host}`), ['ADDED example.com/v2 z', 'ADDED example.com/v2 q']);
  for (const size of [5, 6, 7]) begin('patch', 'v1', 'c', { patchType: 'merge', body: { spec: { size } } });
  cluster.runSeconds(2);
  t.same(cluster.events(watch).slice(2).map(({ object }) => (object as any).spec.replicas), [5, 6, 7]);
  const loaded = loadWorld(JSON.parse(JSON.stringify(dumpWorld(cluster.kernel.world))));
  if (!loaded.ok) throw new Error(loaded.error);
  cluster.kernel.restore(loaded.value);
  call('delete', 'v1', 'c');
  cluster.runSeconds(1);
  t.match(cluster.events(watch).at(-1), { type: 'DELETED', object: { apiVersion: 'example.com/v2', spec: { replicas: 7 } } });
  change({ conversion: conversion('/always-deny') });
  const broken = begin('watch', 'v2', '', { options: { resourceVersion: '0' } });
  cluster.runSeconds(1);
  t.match(cluster.events(broken), [{ type: 'ERROR', object: { message: 'conversion webhook for example.com/v1, Kind=Ship failed: this webhook converts nothing', code: 500 } }]);
  t.equal(cluster.client.watches.get(broken)?.ended, true);
  change({ conversion: conversion('/delay/40') });
  const slow = begin('watch', 'v2', '', { options: { resourceVersion: '0' } });
  cluster.runSeconds(20);
  t.equal(cluster.events(slow).length, 0);
  cluster.runSeconds(15);
  t.match(cluster.events(slow), [{ type: 'ERROR', object: { message: 'conversion webhook for example.com/v1, Kind=Ship failed: Post "https://hooks.default.svc:443/delay/40?timeout=30s": context deadline exceeded' } }]);
  change({ conversion: conversion('/convert') });
  t.end();
});

t.test('another storage version: what lies there is converted when it is changed', t => {
  t.equal(change({ versions: versions('v2') }).code, 200);
  t.same(call('get', 'v2', 'a').body.spec.host, 'z', 'shown in the new one');
  const moved = call('patch', 'v1', 'a', { patchType: 'merge', body: { spec: { size: 8 } } });
  t.same([moved.code, moved.body.spec], [200, { size: 8, address: 'z:2' }], message(moved));
  change({ conversion: conversion('/error') });
  t.equal(call('get', 'v2', 'a').body.spec.replicas, 8, 'it lies there in v2 now, which takes no webhook');
  t.match(message(call('get', 'v1', 'a')), /^conversion webhook for example.com\/v2, Kind=Ship failed: an error on the server/);
  change({ conversion: conversion('/convert') });
  t.end();
});

t.test('admission sees the version of its rules', t => {
  const policy = { apiVersion: 'admissionregistration.k8s.io/v1', kind: 'ValidatingAdmissionPolicy', metadata: { name: 'small' }, spec: {
    matchConstraints: { resourceRules: [{ apiGroups: ['example.com'], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE'], resources: ['ships'] }] }, validations: [{ expression: 'object.spec.size < 5', message: 'too large' }],
  } };
  t.equal(cluster.create(deepFreeze(policy)).code, 201);
  t.equal(cluster.create(deepFreeze({ apiVersion: 'admissionregistration.k8s.io/v1', kind: 'ValidatingAdmissionPolicyBinding', metadata: { name: 'small' }, spec: { policyName: 'small', validationActions: ['Deny'] } })).code, 201);
  cluster.create(deepFreeze({ apiVersion: 'admissionregistration.k8s.io/v1', kind: 'MutatingWebhookConfiguration', metadata: { name: 'mark' }, webhooks: [{
    name: 'mark.example.com', admissionReviewVersions: ['v1'], sideEffects: 'None', clientConfig: { service: { namespace: 'default', name: 'hooks', path: '/add-label/marked/yes' } },
    rules: [{ apiGroups: ['example.com'], apiVersions: ['v1'], operations: ['CREATE'], resources: ['ships'] }],
  }] }));
  cluster.runSeconds(1);
  t.match(message(call('create', 'v2', '', { body: ship('v2', 'big', { replicas: 6 }) })), /denied request: too large/);
  const small = call('create', 'v3', '', { body: ship('v3', 'small', { replicas: 4, host: 's', port: '1' }) });
  t.same([small.code, small.body.metadata.labels, small.body.spec], [201, { marked: 'yes' }, { replicas: 4, host: 's', port: '1' }], message(small));
  t.end();
});

t.test('what a definition may say of its conversion', t => {
  const fault = (of: object): string => message(change({ conversion: of }));
  t.match(fault({ strategy: 'None' }), /spec.conversion.webhookClientConfig: Forbidden: should not be set when strategy is not set to Webhook/);
  t.match(fault({ strategy: 'Webhook', webhook: { conversionReviewVersions: ['v9'] } }), /spec.conversion.conversionReviewVersions: Invalid value: \["v9"\]: must include at least one of v1, v1beta1/);
  t.match(fault({ strategy: 'Webhook', webhook: { clientConfig: null } }), /spec.conversion.webhookClientConfig: Required value: required when strategy is set to Webhook/);
  t.match(fault({ strategy: 'Magic', webhook: null }), /spec.conversion.strategy: Unsupported value: "Magic": supported values: "None", "Webhook"/);
  t.end();
});
