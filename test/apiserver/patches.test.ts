import t from 'tap';
import { duplicateFields, hasNoDuplicates } from '../../src/api/duplicate-fields.ts';
import { type Answer, type CallOptions, Cluster, configMap, message, pod, serviceAccount } from './harness.ts';

/* eslint-disable @typescript-eslint/no-explicit-any */
const cluster = new Cluster({ verify: true }).settle();
cluster.create(serviceAccount('default'));
cluster.create({ ...configMap('c', { a: '1' }), metadata: { name: 'c', namespace: 'default', labels: { x: 'y' } } });
cluster.create({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', namespace: 'default' }, spec: { selector: { matchLabels: { a: 'b' } }, template: { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'i' }] } } } });
const patch = (patchType: NonNullable<CallOptions['patchType']>, body: object, more: CallOptions = {}, target = 'ConfigMap default/c'): Answer => {
  const [kind = '', key = ''] = target.split(' ');
  return cluster.call('patch', kind, key, { ...more, patchType, body });
};
const REJECTED = 'the server rejected our request due to an error in our request';

t.test('patches that cannot be applied', t => {
  const cases: readonly (readonly [string, Answer, number, string])[] = [
    ['a path that is not there', patch('json', [{ op: 'remove', path: '/nope' }]), 422, REJECTED],
    ['a test that fails', patch('json', [{ op: 'test', path: '/data/a', value: '2' }]), 422, REJECTED],
    ['no list of operations', patch('json', { op: 'add' }), 400, 'error decoding patch: json: cannot unmarshal object into Go value of type jsonpatch.Patch'],
    ['too many operations', patch('json', Array.from({ length: 10_001 }, () => ({ op: 'test', path: '/data/a', value: '1' }))), 413, 'Request entity is too large: The allowed maximum operations in a JSON patch is 10000, got 10001'],
    ['a merge patch that makes no map of labels', patch('merge', { metadata: { labels: 'x' } }), 422, ''],
    ['a strategic patch with a text for a number', patch('strategic', { spec: { replicas: 'abc' } }, {}, 'Deployment default/web'), 422, ' "" is invalid: patch: Invalid value: "map[spec:map[replicas:abc]]": unrecognized type: int32'],
    ['a strategic patch with a number for a text', patch('strategic', { data: { a: 5 } }), 422, ' "" is invalid: patch: Invalid value: "map[data:map[a:5]]": cannot convert int64 to string'],
    ['a strategic patch with an unknown field', patch('strategic', { spec: { foo: 1 } }, { options: { fieldValidation: 'Strict' } }, 'Deployment default/web'), 422, ' "" is invalid: patch: Invalid value: "map[spec:map[foo:1]]": strict decoding error: unknown field "spec.foo"'],
    ['an unknown directive', patch('strategic', { metadata: { $patch: 'burn' } }), 500, 'unknown patch type: burn in map: map[$patch:burn]'],
    ['an order of something that is no list', patch('strategic', { metadata: { '$setElementOrder/finalizers': 'x' } }), 500, 'expected a []interface {}, but received a string'],
    ['a directive without a field', patch('strategic', { metadata: { $setElementOrder: [] } }), 400, 'invalid patch format of setElementOrder list'],
    ['another name', patch('merge', { metadata: { name: 'd' } }), 400, 'the name of the object (d) does not match the name on the URL (c)'],
    ['another version', patch('merge', { metadata: { resourceVersion: '1' } }), 409, 'Operation cannot be fulfilled on configmaps "c": the object has been modified; please apply your changes to the latest version and try again'],
  ];
  for (const [name, answer, code, text] of cases) {
    t.equal(answer.code, code, `${name}: ${message(answer)}`);
    if (text !== '') t.equal(message(answer), text, name);
  }
  t.same(patch('json', [{ op: 'remove', path: '/nope' }]).body.details, {}, 'no more is said');
  const uid = patch('merge', { metadata: { uid: 'other' } });
  t.match(message(uid), /^Operation cannot be fulfilled on configmaps "c": StorageError: invalid object, Code: 4, Key: \/registry\/configmaps\/default\/c, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: other, UID in object meta: [0-9a-f-]{36}$/);
  t.end();
});

t.test('unknown and duplicate fields are refused, told or dropped', t => {
  const body = { ...configMap('f', { a: '1' }), dataa: {} };
  const send = (fieldValidation: any, duplicate?: string[]): Answer => {
    const options = { dryRun: true, ...(fieldValidation === undefined ? {} : { fieldValidation }) };
    return cluster.answer(cluster.send({ verb: 'create', group: '', version: 'v1', resource: 'configmaps', subresource: '', namespace: 'default', name: '', body, options, ...(duplicate === undefined ? {} : { duplicateFields: duplicate }) }));
  };
  t.same([send('Strict').code, message(send('Strict'))], [400, 'ConfigMap in version "v1" cannot be handled as a ConfigMap: strict decoding error: unknown field "dataa"']);
  t.same(send('Warn').warnings, ['unknown field "dataa"']);
  t.same(send(undefined).warnings, ['unknown field "dataa"'], 'a warning is the rule');
  t.same([send('Ignore').code, send('Ignore').warnings], [201, []]);
  t.equal(message(send('Strict', ['data.a'])), 'ConfigMap in version "v1" cannot be handled as a ConfigMap: strict decoding error: duplicate field "data.a", unknown field "dataa"');
  t.same(send('Warn', ['data.a']).warnings, ['duplicate field "data.a"', 'unknown field "dataa"']);
  t.equal(message(send('Sometimes')), 'CreateOptions.meta.k8s.io "" is invalid: fieldValidation: Unsupported value: "Sometimes": supported values: "Ignore", "Strict", "Warn"');
  for (const [text, want] of [
    ['{"a":1,"b":{"c":"}","c":2},"a":[{"x":1},{"x":1,"x":"\\"x\\":"}]}', ['b.c', 'a', 'a[1].x']], ['{"a":{"a":1}}', []], [' [ 1 , {"y":[],"y":{}} ] ', ['[1].y']], ['{"é":1,"\\u00e9":2}', ['é']], ['"x"', []],
  ] as const) {
    t.same(duplicateFields(text), want, text);
    if (want.length > 0) t.notOk(hasNoDuplicates(text, JSON.parse(text)), `the quick look does not miss ${text}`);
  }
  for (const text of ['{"a":1,"b":{"a":[{"a":2},{"a":{}}]}}', '{"a":"b c","d":"e,f"}', '[]', '"x"', '{ "a" : 1 }']) t.ok(hasNoDuplicates(text, JSON.parse(text)), text);
  t.notOk(hasNoDuplicates('{"a":"\\":1"}', { a: '":1' }), 'in doubt the text is read');
  t.end();
});

t.test('preconditions of a delete', t => {
  const uid = cluster.call('get', 'ConfigMap', 'default/c').body.metadata.uid;
  const remove = (preconditions: object, more: object = {}): Answer => cluster.call('delete', 'ConfigMap', 'default/c', { options: { preconditions, ...more } as any });
  t.same([remove({ uid: 'other' }).code, message(remove({ uid: 'other' }))], [409, `Operation cannot be fulfilled on ConfigMap "c": the UID in the precondition (other) does not match the UID in record (${uid}). The object might have been deleted and then recreated`]);
  t.match(message(remove({ resourceVersion: '1' })), /^Operation cannot be fulfilled on ConfigMap "c": the ResourceVersion in the precondition \(1\) does not match the ResourceVersion in record \(\d+\)\. The object might have been modified$/);
  t.equal(remove({ uid }, { dryRun: true }).code, 200);
  t.equal(cluster.call('get', 'ConfigMap', 'default/c').code, 200, 'a dry run deletes nothing');
  t.equal(message(remove({}, { propagationPolicy: 'Backwards' })), 'DeleteOptions.meta.k8s.io "" is invalid: propagationPolicy: Unsupported value: "Backwards": supported values: "Foreground", "Background", "Orphan", "nil"');
  const all = cluster.call('deletecollection', 'ConfigMap', 'default/', { options: { labelSelector: 'x=y', dryRun: true } });
  t.same([all.code, all.body.items?.length, cluster.call('get', 'ConfigMap', 'default/c').code], [200, 1, 200], 'nor does one of a collection');
  t.end();
});

t.test('ephemeral containers and resizing', t => {
  cluster.create(pod('parts', {}, { containers: [{ name: 'c', image: 'i', resources: { requests: { cpu: '100m' } } }] }));
  const debug = { ephemeralContainers: [{ name: 'debugger', image: 'busybox' }] };
  const added = patch('strategic', { spec: { ...debug, priority: 7 } }, { subresource: 'ephemeralcontainers' }, 'Pod default/parts');
  t.same([added.code, added.body.spec?.ephemeralContainers?.[0]?.imagePullPolicy, added.body.spec?.priority, added.body.metadata?.generation], [200, 'Always', 0, 2], message(added));
  t.equal(cluster.call('get', 'Pod', 'default/parts', { subresource: 'ephemeralcontainers' }).body.spec.ephemeralContainers.length, 1);
  const cases: readonly (readonly [string, Answer, string])[] = [
    ['removed', patch('merge', { spec: { ephemeralContainers: [] } }, { subresource: 'ephemeralcontainers' }, 'Pod default/parts'), 'Pod "parts" is invalid: spec.ephemeralContainers: Forbidden: existing ephemeral containers "debugger" may not be removed\n'],
    ['changed', patch('strategic', { spec: { ephemeralContainers: [{ name: 'debugger', image: 'other' }] } }, { subresource: 'ephemeralcontainers' }, 'Pod default/parts'), 'Pod "parts" is invalid: spec.ephemeralContainers: Forbidden: existing ephemeral containers "debugger" may not be changed\n'],
    ['another class', patch('strategic', { spec: { containers: [{ name: 'c', resources: { requests: { cpu: '1', memory: '1Gi' }, limits: { cpu: '1', memory: '1Gi' } } }] } }, { subresource: 'resize' }, 'Pod default/parts'), 'Pod "parts" is invalid: spec: Invalid value: "Burstable": Pod QOS Class may not change as a result of resizing'],
    ['taken away', patch('json', [{ op: 'replace', path: '/spec/containers/0/resources', value: { requests: { memory: '1Gi' } } }], { subresource: 'resize' }, 'Pod default/parts'), 'Pod "parts" is invalid: spec.containers[0].resources.requests: Forbidden: resource requests cannot be removed'],
  ];
  for (const [name, answer, text] of cases) t.same([answer.code, message(answer)], [422, text], name);
  const resized = patch('strategic', { spec: { containers: [{ name: 'c', image: 'ignored', resources: { requests: { cpu: '200m' } } }] } }, { subresource: 'resize' }, 'Pod default/parts');
  t.same([resized.code, resized.body.spec?.containers[0].resources, resized.body.spec?.containers[0].image, resized.body.metadata?.generation], [200, { requests: { cpu: '200m' } }, 'i', 3], message(resized));
  t.end();
});
