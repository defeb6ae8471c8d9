/** Kinds that are served in two versions or groups, and kinds whose server fills in more than their clients say. */
import t from 'tap';
import { deepFreeze } from '../../src/base/data.ts';
import type { ApiCall, Verb } from '../../src/api/wire.ts';
import { type Answer, Cluster, message, serviceAccount, user } from './harness.ts';

/* eslint-disable @typescript-eslint/no-explicit-any */
const cluster = new Cluster({ verify: true }).settle();
cluster.create(serviceAccount('default'));

const call = (verb: Verb, path: string, more: Partial<ApiCall> = {}): number => {
  const [group = '', version = '', resource = '', name = ''] = path.split(' ');
  return cluster.send(deepFreeze({ verb, group, version, resource, subresource: '', namespace: 'default', name, ...more }));
};
const ask = (verb: Verb, path: string, more: Partial<ApiCall> = {}): Answer => cluster.answer(call(verb, path, more));
const v1 = 'autoscaling v1 horizontalpodautoscalers';
const v2 = 'autoscaling v2 horizontalpodautoscalers';
const scaler = (name: string, more: object): object =>
  ({ apiVersion: 'autoscaling/v1', kind: 'HorizontalPodAutoscaler', metadata: { name }, spec: { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' }, maxReplicas: 5, ...more } });

t.test('an autoscaler is the same object in both versions', t => {
  const made = ask('create', v1, { body: scaler('web', { targetCPUUtilizationPercentage: 60 }) });
  t.same([made.code, made.body.apiVersion, made.body.spec.targetCPUUtilizationPercentage, made.body.spec.minReplicas], [201, 'autoscaling/v1', 60, 1], message(made));
  const newer = ask('get', `${v2} web`);
  t.same([newer.body.apiVersion, newer.body.metadata.uid], ['autoscaling/v2', made.body.metadata.uid]);
  t.same(newer.body.spec.metrics, [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 60 } } }]);
  const patched = ask('patch', `${v2} web`, { patchType: 'merge', body: { spec: { metrics: [{ type: 'Resource', resource: { name: 'memory', target: { type: 'AverageValue', averageValue: '100Mi' } } }] } } });
  t.equal(patched.code, 200, message(patched));
  const older = ask('get', `${v1} web`);
  t.equal(older.body.spec.targetCPUUtilizationPercentage, undefined, 'what v1 cannot say');
  t.match(older.body.metadata.annotations['autoscaling.alpha.kubernetes.io/metrics'], /"averageValue":"100Mi"|"targetAverageValue":"100Mi"/, 'stands in an annotation');
  const back = ask('update', `${v1} web`, { body: { ...older.body, spec: { ...older.body.spec, maxReplicas: 9 } } });
  t.equal(back.code, 200, message(back));
  const round = ask('get', `${v2} web`);
  t.same([round.body.spec.maxReplicas, round.body.spec.metrics], [9, patched.body.spec.metrics], 'and comes back');
  t.equal(round.body.metadata.annotations?.['autoscaling.alpha.kubernetes.io/metrics'], undefined);
  t.end();
});

t.test('lists, watches and refusals speak the version that was asked for', t => {
  const list = ask('list', v1);
  t.same([list.body.apiVersion, list.body.items.map((item: any) => `${item.apiVersion} ${item.metadata.name}`)], ['autoscaling/v1', ['autoscaling/v1 web']]);
  const watch = call('watch', v1, { options: { resourceVersion: list.body.metadata.resourceVersion } });
  cluster.runSeconds(1);
  ask('patch', `${v1} web`, { patchType: 'merge', body: { spec: { maxReplicas: 7 } } });
  cluster.runSeconds(1);
  const seen = cluster.events(watch).filter(({ type }) => type === 'MODIFIED').map(({ object }: any) => [object.apiVersion, object.spec.maxReplicas]);
  t.same(seen, [['autoscaling/v1', 7]]);
  const bad = ask('create', v1, { body: scaler('bad', { minReplicas: 6 }) });
  t.same([bad.code, message(bad)], [422, 'HorizontalPodAutoscaler.autoscaling "bad" is invalid: spec.maxReplicas: Invalid value: 5: must be greater than or equal to `minReplicas`']);
  const unknown = ask('create', v2, { body: { ...scaler('x', { targetCPUUtilizationPercentage: 5 }), apiVersion: 'autoscaling/v2' }, options: { fieldValidation: 'Strict' } });
  t.match(message(unknown), /unknown field "spec.targetCPUUtilizationPercentage"/);
  const applied = ask('patch', `${v1} applied`, { patchType: 'apply', body: scaler('applied', { targetCPUUtilizationPercentage: 40 }), options: { fieldManager: 'me' } });
  t.same([applied.code, applied.body.apiVersion, applied.body.metadata.managedFields[0].apiVersion], [201, 'autoscaling/v1', 'autoscaling/v1'], message(applied));
  t.same(cluster.call('delete', 'HorizontalPodAutoscaler', 'default/web').code, 200);
  t.equal(ask('get', `${v1} web`).code, 404, 'gone in both');
  t.end();
});

t.test('events of events.k8s.io are those of the core group', t => {
  const body = {
    apiVersion: 'events.k8s.io/v1', kind: 'Event', metadata: { name: 'e' }, eventTime: '2026-01-01T00:00:00.000000Z', reportingController: 'example.com/watcher', reportingInstance: 'watcher-0',
    action: 'Look', reason: 'Seen', note: 'hello', type: 'Normal', regarding: { kind: 'Pod', name: 'p', namespace: 'default' },
  };
  const made = ask('create', 'events.k8s.io v1 events', { body });
  t.same([made.code, made.body.note], [201, 'hello'], message(made));
  const core = cluster.call('get', 'Event', 'default/e').body;
  t.same([core.apiVersion, core.message, core.involvedObject.name, core.reportingComponent], ['v1', 'hello', 'p', 'example.com/watcher']);
  const { action: _action, ...without } = body;
  const bad = ask('create', 'events.k8s.io v1 events', { body: { ...without, metadata: { name: 'f' } } });
  t.same([bad.code, message(bad)], [422, 'Event "f" is invalid: action: Required value']);
  const selected = (group: string, fieldSelector: string): unknown => {
    const found = ask('list', `${group} v1 events`, { options: { fieldSelector } });
    return found.body.items?.map(({ metadata }: any) => metadata.name) ?? [found.code, message(found)];
  };
  t.same(selected('events.k8s.io', 'regarding.name=p,reportingController=example.com/watcher,type=Normal'), ['e'], 'each group has labels of its own');
  t.same(selected('events.k8s.io', 'regarding.kind!=Pod'), []);
  t.same(selected('events.k8s.io', 'involvedObject.name=p'), [400, 'field label not supported: involvedObject.name']);
  t.same(selected('', 'involvedObject.name=p,source=example.com/watcher'), ['e']);
  t.same(selected('', 'regarding.name=p'), [400, 'field label not supported: regarding.name']);
  const watch = call('watch', 'events.k8s.io v1 events', { options: { fieldSelector: 'regarding.name=q', resourceVersion: ask('list', ' v1 events').body.metadata.resourceVersion } });
  cluster.runSeconds(1);
  for (const name of ['p', 'q']) ask('create', 'events.k8s.io v1 events', { body: { ...body, metadata: { name: `about-${name}` }, regarding: { kind: 'Pod', name, namespace: 'default' } } });
  cluster.runSeconds(1);
  t.same(cluster.events(watch).map(({ type, object }: any) => [type, object.metadata.name, object.regarding?.name]), [['ADDED', 'about-q', 'q']]);
  t.end();
});

t.test('a watch of Tables names its columns once', t => {
  const watch = call('watch', ' v1 configmaps', { options: { as: 'Table', resourceVersion: ask('list', ' v1 configmaps').body.metadata.resourceVersion } });
  const other = call('watch', ' v1 configmaps', { options: { as: 'Table', includeObject: 'None', resourceVersion: ask('list', ' v1 configmaps').body.metadata.resourceVersion } });
  cluster.runSeconds(1);
  for (const name of ['first', 'second', 'third']) ask('create', ' v1 configmaps', { body: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: { a: 'b' } } });
  cluster.runSeconds(1);
  const tables = cluster.events(watch).map(({ object }: any) => object);
  t.same(tables.map(({ kind, columnDefinitions }: any) => [kind, columnDefinitions?.length ?? null]), [['Table', 3], ['Table', null], ['Table', null]]);
  t.same(tables.map(({ rows }: any) => [rows[0].cells[0], rows[0].cells[1], rows[0].object.kind]), [['first', 1, 'PartialObjectMetadata'], ['second', 1, 'PartialObjectMetadata'], ['third', 1, 'PartialObjectMetadata']]);
  t.same(cluster.events(other).map(({ object }: any) => [object.columnDefinitions !== null, object.rows[0].object]), [[true, null], [false, null], [false, null]], 'each watch for itself');
  t.end();
});

t.test('pods by labels of old', t => {
  const pod = (name: string, nodeName: string): object => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name }, spec: { nodeName, containers: [{ name: 'c', image: 'x' }] } });
  for (const name of ['one', 'two']) t.equal(ask('create', ' v1 pods', { body: pod(name, `node-${name}`) }).code, 201);
  const found = ask('list', ' v1 pods', { options: { fieldSelector: 'spec.host=node-two' } });
  t.same(found.body.items?.map(({ metadata }: any) => metadata.name), ['two'], message(found));
  t.end();
});

t.test('a certificate request says who asked, is approved by a part of its own, and stays what it was', t => {
  const request = 'LS0tLS1CRUdJTiBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0KTUlIWU1JR0FBZ0VBTUI0eERqQU1CZ05WQkFNTUJXRnNhV05sTVF3d0NnWURWUVFLREFOa1pYWXdXVEFUQmdjcQpoa2pPUFFJQkJnZ3Foa2pPUFFNQkJ3TkNBQVRmQW11WnRwbStGVFNzRFdJRFh1YXZ1VWQzTUpUcnBxOTVaMWk4ClNuTFB0RUtuWnFzRlluYWkzd1JQaXMyYUlNZHR2dFJFK2RSMmlFU3JXVldqd2c2V29BQXdDZ1lJS29aSXpqMEUKQXdJRFJ3QXdSQUlnV3FZUlRFcWZrL09DWHB6U096UEVicTV3RUVXaWJNSE9rZ0puRDVrY2U0QUNJRXliUFdZRworbjRzYjY2SXdQMUtoc3Z4RVNLbWxMNG5zK2ZCNFIrRjd5L08KLS0tLS1FTkQgQ0VSVElGSUNBVEUgUkVRVUVTVC0tLS0tCg==';
  const made = cluster.create({
    apiVersion: 'certificates.k8s.io/v1', kind: 'CertificateSigningRequest', metadata: { name: 'jane' }, spec: { request, signerName: 'example.com/s', usages: ['client auth'], username: 'somebody-else' },
  }, { as: user('jane', 'system:masters') });
  t.same([made.code, made.body.spec.username, made.body.spec.groups, made.body.status], [201, 'jane', ['system:masters', 'system:authenticated'], {}], message(made));
  const approve = (type: string): Answer => cluster.call('update', 'CertificateSigningRequest', 'jane', {
    subresource: 'approval', body: { ...cluster.call('get', 'CertificateSigningRequest', 'jane').body, status: { conditions: [...cluster.call('get', 'CertificateSigningRequest', 'jane').body.status.conditions ?? [], { type, status: 'True', reason: 'Test' }] } },
  });
  const approved = approve('Approved');
  t.match(approved.body.status.conditions, [{ type: 'Approved', lastUpdateTime: /^2026-/, lastTransitionTime: /^2026-/ }], message(approved));
  t.equal(message(approve('Denied')), 'CertificateSigningRequest.certificates.k8s.io "jane" is invalid: status.conditions[1].type: Invalid value: "Denied": Approved and Denied conditions are mutually exclusive');
  const status = cluster.call('update', 'CertificateSigningRequest', 'jane', { subresource: 'status', body: { ...approved.body, status: {} } });
  t.match(message(status), /updates may not remove a condition of type "Approved"/);
  const edited = cluster.call('update', 'CertificateSigningRequest', 'jane', { body: { ...approved.body, spec: { ...approved.body.spec, usages: ['server auth'] } } });
  t.same(edited.body.spec.usages, ['client auth'], 'the spec never changes');
  t.end();
});

t.test('flow schemas say whether their level exists', t => {
  const conditions = (name: string): any => cluster.call('get', 'FlowSchema', name).body.status.conditions;
  t.match(conditions('exempt'), [{ type: 'Dangling', status: 'False', reason: 'Found', message: 'This FlowSchema references the PriorityLevelConfiguration object named "exempt" and it exists' }]);
  cluster.create({ apiVersion: 'flowcontrol.apiserver.k8s.io/v1', kind: 'FlowSchema', metadata: { name: 'lost' }, spec: { priorityLevelConfiguration: { name: 'nowhere' } } });
  cluster.runSeconds(11);
  t.match(conditions('lost'), [{ type: 'Dangling', status: 'True', reason: 'NotFound' }]);
  const fixed = cluster.call('patch', 'FlowSchema', 'catch-all', { patchType: 'merge', body: { spec: { matchingPrecedence: 9000 } } });
  t.match(message(fixed), /spec of 'catch-all' must equal the fixed value$/);
  t.end();
});

t.test('each version of a group that this server serves has its APIService', t => {
  const services = cluster.list('APIService').items as any[];
  const served = cluster.path('/apis').body.groups.flatMap((group: any) => group.versions.map(({ version }: any) => `${version}.${group.name}`));
  const names = services.map(({ metadata }) => metadata.name);
  t.same(names.filter((name: string) => name !== 'v1.' && !served.includes(name)), [], 'nothing is promised that is not served');
  t.same(served.filter((name: string) => name !== 'v1.apiregistration.k8s.io' && !names.includes(name)), [], 'all that is served is there, but for the group of APIServices itself');
  t.ok(services.every(({ status }) => status.conditions[0].type === 'Available' && status.conditions[0].status === 'True'));
  t.end();
});
