import fc from 'fast-check';
import t from 'tap';
import { compareObjectsOf, fieldSetOf } from '../../src/api/fields/compare.ts';
import { mergeValues, removeFields, typeFaults } from '../../src/api/fields/merge.ts';
import { difference, EMPTY, equalSets, intersection, pathsOf, setOf, union } from '../../src/api/fields/set.ts';
import { fieldTypeOf } from '../../src/api/fields/types.ts';
import type { ManagedFieldsEntry } from '../../src/api/meta.ts';
import { type Entries, sortEntries, updateEntries, type Writer } from '../../src/apiserver/managed-fields/entries.ts';
import { type Answer, type CallOptions, Cluster, configMap, message, pod, serviceAccount } from './harness.ts';

/* eslint-disable @typescript-eslint/no-explicit-any */
const leaf = EMPTY;
const set = (...paths: string[]): any => paths.map(path => path.split('/').reduceRight<any>((below, element) => ({ [element]: below }), leaf)).map(tree => setOf(tree)).reduce(union, setOf(undefined));

t.test('sets of fields', t => {
  const a = set('f:a/f:b', 'f:a', 'f:c');
  t.same(a, { 'f:a': { '.': {}, 'f:b': {} }, 'f:c': {} });
  t.same(difference(a, set('f:a')), { 'f:a': { 'f:b': {} }, 'f:c': {} }, 'what stands below a removed member stays');
  t.same(difference(a, a), {});
  t.same(intersection(a, set('f:a/f:b', 'f:x')), { 'f:a': { 'f:b': {} } });
  t.equal(union(a, set('f:c')), a, 'nothing new: the same set');
  t.equal(difference(a, set('f:x/f:y')), a);
  t.same(Object.keys(set('k:{"port":443}', 'k:{"port":80}', 'f:z', 'f:b', 'v:"x"')), ['f:b', 'f:z', 'k:{"port":80}', 'k:{"port":443}', 'v:"x"']);
  t.equal(set('f:a', 'f:b'), set('f:b', 'f:a'), 'equal sets of common names are one set');
  t.ok(equalSets(set('k:{"ip":"10.0.0.1"}'), set('k:{"ip":"10.0.0.1"}')));
  t.same(pathsOf(set('f:spec/f:ports/k:{"port":80,"protocol":"TCP"}/f:name', 'f:spec/f:list/v:"a b"', 'f:metadata')), ['.metadata', '.spec.list[="a b"]', '.spec.ports[port=80,protocol="TCP"].name']);
  t.end();
});

const podType = fieldTypeOf('Pod');
const serviceType = fieldTypeOf('Service');
t.test('fields of objects', t => {
  const container = { name: 'c', image: 'i', ports: [{ containerPort: 80 }], command: ['a', 'b'] };
  t.same(pathsOf(fieldSetOf({ spec: { containers: [container], nodeSelector: { a: 'b' }, tolerations: [{ key: 'k' }] } }, podType)), [
    '.spec.nodeSelector', '.spec.tolerations', '.spec.containers[name="c"]', '.spec.containers[name="c"].command', '.spec.containers[name="c"].image', '.spec.containers[name="c"].name',
    '.spec.containers[name="c"].ports[containerPort=80,protocol="TCP"]', '.spec.containers[name="c"].ports[containerPort=80,protocol="TCP"].containerPort',
  ], 'atomic lists and maps as a whole, items by their keys with defaults');
  const old = { metadata: { labels: { a: '1', b: '2' }, finalizers: ['x/y'] }, spec: { containers: [{ name: 'c', image: 'i' }, { name: 'd', image: 'i' }] } };
  const now = { metadata: { labels: { a: '1', c: '3' }, finalizers: ['x/y', 'x/z'] }, spec: { containers: [{ name: 'd', image: 'j' }, { name: 'e', image: 'i' }] } };
  const { added, modified, removed } = compareObjectsOf(old, now, { type: podType, ignored: [] });
  t.same(pathsOf(added), ['.metadata.finalizers[="x/z"]', '.metadata.labels.c', '.spec.containers[name="e"]', '.spec.containers[name="e"].image', '.spec.containers[name="e"].name']);
  t.same(pathsOf(modified), ['.spec.containers[name="d"].image']);
  t.same(pathsOf(removed), ['.metadata.labels.b', '.spec.containers[name="c"]', '.spec.containers[name="c"].image', '.spec.containers[name="c"].name']);
  t.same(compareObjectsOf(old, { ...old, status: { phase: 'Running' } }, { type: podType, ignored: ['status'] }), { added: {}, modified: {}, removed: {} });
  t.end();
});

t.test('merging and taking out', t => {
  const names = (items: readonly { name: string }[]): string => items.map(({ name }) => name).join('');
  const merge = (stored: string, applied: string): string => {
    const containers = (letters: string): object => ({ spec: { containers: [...letters].map(name => ({ name })) } });
    return names((mergeValues(containers(stored), containers(applied), podType) as any).spec.containers);
  };
  // The order of what is applied, with what only the server has where it stood.
  for (const [stored, applied, want] of [['ab', 'b', 'ab'], ['abc', 'ca', 'bca'], ['abc', 'cb', 'acb'], ['', 'xy', 'xy'], ['ab', '', 'ab'], ['abcd', 'xd', 'abcxd'], ['ab', 'bxa', 'bxa']] as const) {
    t.equal(merge(stored, applied), want, `${stored} + ${applied}`);
  }
  t.same(mergeValues({ spec: { selector: { a: '1' } } }, { spec: { selector: { b: '2' } } }, serviceType), { spec: { selector: { b: '2' } } }, 'an atomic map is replaced');
  t.same(removeFields({ data: { a: '1' }, spec: { ports: [{ port: 1 }, { port: 2 }] } }, set('f:data/f:a', 'f:spec/f:ports/k:{"port":1,"protocol":"TCP"}'), serviceType), { data: null, spec: { ports: [{ port: 2 }] } });
  t.same(typeFaults({ spec: { foo: 1, ports: [{ port: 80 }, { port: 80, protocol: 'TCP' }, {}], type: 3, selector: [] } }, serviceType), [
    '.spec.foo: field not declared in schema', '.spec.ports: duplicate entries for key [port=80,protocol="TCP"]',
    '.spec.ports: element 2: associative list with keys has an element that omits key field "port" (and doesn\'t have default value)',
    '.spec.type: expected string, got &value.valueUnstructured{Value:3}', '.spec.selector: expected map, got &value.valueUnstructured{Value:[]interface {}{}}',
  ]);
  t.end();
});

t.test('at most ten entries of updates are kept apart', t => {
  let entries: Entries = [];
  for (let i = 0; i < 14; i++) {
    entries = updateEntries(entries, { manager: `m${i}`, apiVersion: 'v1', subresource: '', time: `2026-01-01T00:00:${10 + i}Z` }, { changed: set(`f:data/f:k${i}`), removed: set() });
  }
  t.equal(entries.length, 10);
  const [first] = entries;
  t.same([first?.manager, first?.time, Object.keys((first?.fieldsV1 as any)['f:data'])], ['ancient-changes', '2026-01-01T00:00:14Z', ['f:k0', 'f:k1', 'f:k2', 'f:k3', 'f:k4']]);
  t.same(entries.slice(1).map(({ manager }) => manager), ['m5', 'm6', 'm7', 'm8', 'm9', 'm10', 'm11', 'm12', 'm13']);
  t.end();
});

t.test('a writer has one entry per version and subresource, and takes from the others', t => {
  const writer = (text: string): Writer => { const [manager = '', apiVersion = '', subresource = '', time = ''] = text.split(' '); return { manager, apiVersion, subresource, time }; };
  const shown = (entries: Entries): string[] => entries.map(({ manager, operation, apiVersion = '', subresource = '', time = '', fieldsV1 }) => `${manager} ${operation} ${apiVersion} ${subresource} ${time}: ${pathsOf(fieldsV1 as any).join(' ')}`);
  const update = (entries: Entries, who: string, changed: any, removed = set()): Entries => updateEntries(entries, writer(who), { changed, removed });
  const one = update([], 'm v1  1', set('f:data/f:a', 'f:data/f:b'));
  t.same(shown(one), ['m Update v1  1: .data.a .data.b']);
  t.same(shown(update(one, 'm v1  2', set('f:data/f:c'))), ['m Update v1  2: .data.a .data.b .data.c'], 'the same writer');
  t.equal(update(one, 'm v1  2', set()), one, 'nothing changed');
  t.same(shown(update(one, 'm v1  2', set(), set('f:data/f:a'))), ['m Update v1  1: .data.b'], 'what is gone is nobody\'s; the time stays');
  t.same(shown(update(one, 'm v1  2', set(), set('f:data/f:a', 'f:data/f:b'))), [], 'who owns nothing has no entry');
  const two = update(one, 'm v2  2', set('f:data/f:b'));
  t.same(shown(two), ['m Update v1  1: .data.a', 'm Update v2  2: .data.b'], 'another version');
  t.same(shown(update(two, 'm v1 status 2', set('f:status'))), ['m Update v1  1: .data.a', 'm Update v1 status 2: .status', 'm Update v2  2: .data.b'], 'a subresource; equal times are ordered by version');
  t.same(shown(update(two, 'n v1  0', set('f:data/f:a', 'f:data/f:b'))), ['n Update v1  0: .data.a .data.b'], 'who changes what others own owns it');
  const applied: Entries = [{ manager: 'm', operation: 'Apply', apiVersion: 'v1', fieldsType: 'FieldsV1', fieldsV1: set('f:data/f:a') as never, time: '5' }];
  t.same(shown(update(applied, 'm v1  1', set('f:data/f:c'))), ['m Apply v1  5: .data.a', 'm Update v1  1: .data.c'], 'who applied before and updates now has two; appliers stand first');
  const managers = ['m v1  1', 'n v1  1', 'm v2  1', 'm v1 status 1', 'm v1  2', 'k v1  1'];
  const fields = ['a', 'b', 'c', 'd'];
  const step = fc.record({ who: fc.constantFrom(...managers), changed: fc.subarray(fields), removed: fc.subarray(fields) });
  // Entries that are not frozen are never remembered.
  fc.assert(fc.property(fc.array(step, { maxLength: 12 }), steps => {
    let [known, anew]: Entries[] = [Object.freeze([]), []];
    for (const { who, changed, removed } of steps) {
      const of = (names: readonly string[]): any => (names.length === 0 ? set() : set(...names.map(name => `f:data/f:${name}`)));
      const gone = removed.filter(name => !changed.includes(name));
      known = update(known as Entries, who, of(changed), of(gone));
      anew = [...update([...anew as Entries], who, of(changed), of(gone))];
      const owned = (known).flatMap(({ fieldsV1 }) => pathsOf(fieldsV1 as any));
      if (shown(known).join() !== shown(anew).join()) throw new Error(`${shown(known).join()} is not ${shown(anew).join()}`);
      if (new Set(owned).size !== owned.length) throw new Error(`two own the same: ${shown(known).join()}`);
      if (!changed.every(name => pathsOf((known as Entries).find(entry => entry.manager === writer(who).manager && entry.apiVersion === writer(who).apiVersion && (entry.subresource ?? '') === writer(who).subresource)?.fieldsV1 as any).includes(`.data.${name}`))) throw new Error(`${who} does not own ${changed.join()}: ${shown(known).join()}`);
      if (shown(sortEntries([...known].reverse())).join() !== shown(known).join()) throw new Error(`out of order: ${shown(known).join()}`);
    }
  }), { numRuns: 300, seed: 1 });
  t.end();
});

// ---- Through the server -----------------------------------------------------------------------------------------------

const cluster = new Cluster({ verify: true }).settle();
cluster.create(serviceAccount('default'));
const apply = (object: any, manager: string, more: CallOptions & { force?: boolean; dryRun?: boolean } = {}): Answer => {
  const { kind, metadata } = object;
  const options = { fieldManager: manager, ...(more.force === undefined ? {} : { force: more.force }), ...(more.dryRun === true ? { dryRun: true } : {}) };
  return cluster.call('patch', kind, `${metadata.namespace ?? ''}${metadata.namespace === undefined ? '' : '/'}${metadata.name}`, { ...more, body: object, patchType: 'apply', options });
};
const owners = (answer: Answer): string[] => (answer.body.metadata.managedFields ?? []).map(({ manager, operation, subresource, fieldsV1 }: ManagedFieldsEntry) => `${manager} ${operation}${subresource === undefined ? '' : ` ${subresource}`}: ${pathsOf(fieldsV1 as any).join(' ')}`);
const deployment = (name: string, spec: object = {}): any => ({
  apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name, namespace: 'default' },
  spec: { selector: { matchLabels: { app: name } }, template: { metadata: { labels: { app: name } }, spec: { containers: [{ name: 'c', image: 'nginx' }] } }, ...spec },
});

t.test('who creates and changes an object owns its fields', t => {
  const made = cluster.create(configMap('owned', { a: '1', b: '2' }), { agent: 'kubectl/v1.35.0 (linux/amd64)' });
  t.same(owners(made), ['kubectl Update: .data .data.a .data.b'], 'the manager is the first part of the user agent');
  t.same(made.body.metadata.managedFields[0], { apiVersion: 'v1', fieldsType: 'FieldsV1', fieldsV1: { 'f:data': { '.': {}, 'f:a': {}, 'f:b': {} } }, manager: 'kubectl', operation: 'Update', time: made.body.metadata.creationTimestamp });
  const patched = cluster.call('patch', 'ConfigMap', 'default/owned', { patchType: 'merge', body: { data: { a: '9', c: '3', b: null } }, options: { fieldManager: 'me' } });
  t.same(owners(patched), ['kubectl Update: .data', 'me Update: .data.a .data.c'], 'changed fields change hands, removed ones have no owner');
  const again = cluster.call('patch', 'ConfigMap', 'default/owned', { patchType: 'merge', body: { data: { a: '9' } }, options: { fieldManager: 'other' } });
  t.equal(again.body.metadata.resourceVersion, patched.body.metadata.resourceVersion, 'a change of nothing is no change');
  const { managedFields: _none, ...metadata } = again.body.metadata;
  const put = cluster.call('update', 'ConfigMap', 'default/owned', { body: { ...again.body, metadata }, agent: 'old-client' });
  t.same(owners(put), owners(patched), 'a client that does not know managedFields loses nothing');
  const reset = cluster.call('update', 'ConfigMap', 'default/owned', { body: { ...again.body, metadata: { ...again.body.metadata, managedFields: [{}] } } });
  t.same([reset.code, reset.body.metadata.managedFields], [200, undefined], 'a list of one empty entry gives all ownership up');
  const later = cluster.call('patch', 'ConfigMap', 'default/owned', { patchType: 'merge', body: { data: { a: '10' } }, options: { fieldManager: 'me' } });
  t.same(owners(later), [], 'objects without owners stay without');
  t.same(owners(apply({ ...configMap('owned', { z: '1' }) }, 'applier')), ['applier Apply: .data.z', 'before-first-apply Update: .data .data.a .data.c'], 'until the first apply');
  t.end();
});

t.test('status and scale are owned apart from the object', t => {
  cluster.create(deployment('parts', { replicas: 1 }), { agent: 'creator' });
  const scaled = cluster.call('update', 'Deployment', 'default/parts', { subresource: 'scale', body: { apiVersion: 'autoscaling/v1', kind: 'Scale', metadata: { name: 'parts', namespace: 'default' }, spec: { replicas: 3 } }, agent: 'scaler' });
  t.equal(scaled.code, 200, message(scaled));
  const status = cluster.call('patch', 'Deployment', 'default/parts', { subresource: 'status', patchType: 'merge', body: { status: { replicas: 3 }, spec: { replicas: 7 } }, agent: 'controller' });
  t.equal(status.body.spec.replicas, 3);
  const found = owners(cluster.call('get', 'Deployment', 'default/parts'));
  t.ok(found.includes('scaler Update scale: .spec.replicas') && found.includes('controller Update status: .status.replicas'), found.join('\n'));
  t.notOk(found.some(line => line.startsWith('creator') && line.includes('.spec.replicas')), 'the creator lost the count');
  const conflicting = apply(deployment('parts', { replicas: 5 }), 'kubectl');
  t.same([conflicting.code, message(conflicting)], [409, 'Apply failed with 1 conflict: conflict with "scaler" with subresource "scale" using apps/v1: .spec.replicas']);
  t.end();
});

t.test('conflicts name the managers and fields, and can be forced', t => {
  cluster.create(deployment('fight', { replicas: 2 }), { options: { fieldManager: 'kubectl-client-side-apply' } });
  apply({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'fight', namespace: 'default' }, spec: { minReadySeconds: 3 } }, 'team-a');
  const wants = { ...deployment('fight', { replicas: 3, minReadySeconds: 4 }) };
  const one = apply({ ...wants, spec: { replicas: 3 } }, 'team-b');
  t.same([one.code, message(one)], [409, 'Apply failed with 1 conflict: conflict with "kubectl-client-side-apply" using apps/v1: .spec.replicas']);
  t.same(one.body.details.causes, [{ reason: 'FieldManagerConflict', message: 'conflict with "kubectl-client-side-apply" using apps/v1', field: '.spec.replicas' }]);
  t.equal(message(apply(wants, 'team-b')), 'Apply failed with 2 conflicts: conflicts with "kubectl-client-side-apply" using apps/v1:\n- .spec.replicas\nconflicts with "team-a":\n- .spec.minReadySeconds');
  const forced = apply(wants, 'team-b', { force: true });
  t.same([forced.code, forced.body.spec.replicas, forced.body.spec.minReadySeconds], [200, 3, 4]);
  t.notOk(owners(forced).some(line => line.startsWith('team-a')), 'who owns nothing any more has no entry');
  const taken = apply({ ...wants, spec: { ...wants.spec, template: { ...wants.spec.template, spec: { containers: [{ name: 'c', image: 'nginx' }, { name: 'side', image: 'x' }] } } } }, 'team-b');
  t.same(taken.body.spec.template.spec.containers.map(({ name }: any) => name), ['c', 'side']);
  t.same(apply(wants, 'team-b').body.spec.template.spec.containers.map(({ name }: any) => name), ['c'], 'an item that is not applied any more goes');
  t.end();
});

t.test('applying makes what is missing, shares, gives up, and is quiet when nothing changes', t => {
  const made = apply(configMap('ssa', { k: '1', l: '1' }), 'a');
  t.same([made.code, owners(made)], [201, ['a Apply: .data.k .data.l']]);
  t.equal(apply(configMap('ssa', { k: '1', l: '1' }), 'a').body.metadata.resourceVersion, made.body.metadata.resourceVersion);
  t.same(owners(apply(configMap('ssa', { k: '1' }), 'b')), ['b Apply: .data.k', 'a Apply: .data.k .data.l'], 'the same value is shared');
  t.same(apply(configMap('ssa', { l: '1' }), 'a').body.data, { k: '1', l: '1' }, 'given up by one, held by the other');
  t.same(apply(configMap('ssa', { m: '1' }), 'b').body.data, { l: '1', m: '1' }, 'the last owner leaves, the field goes');
  t.same(apply({ ...configMap('ssa'), data: undefined }, 'a').body.data, { m: '1' });
  t.equal(apply(configMap('dry', { a: '1' }), 'a', { dryRun: true }).code, 201);
  t.equal(cluster.call('get', 'ConfigMap', 'default/dry').code, 404, 'a dry run stores nothing');
  t.equal(apply({ ...pod('applied'), spec: { containers: [{ name: 'c', image: 'i' }] } }, 'a').body.spec.serviceAccountName, 'default', 'admission completes an applied object');
  t.end();
});

t.test('what cannot be applied', t => {
  const cases: readonly (readonly [string, any, number, string])[] = [
    ['an unknown field', { ...configMap('ssa'), foo: 1 }, 500, 'failed to create typed patch object (default/ssa; /v1, Kind=ConfigMap): .foo: field not declared in schema'],
    ['two of them', deployment('ssa', { foo: 1, bar: 2 }), 500, 'failed to create typed patch object (default/ssa; apps/v1, Kind=Deployment): errors:\n  .spec.foo: field not declared in schema\n  .spec.bar: field not declared in schema'],
    ['another version', { ...configMap('ssa'), apiVersion: 'v2' }, 400, 'Incorrect version specified in apply patch. Specified patch version: v2, expected: v1'],
    ['owned fields', { ...configMap('ssa'), metadata: { name: 'ssa', namespace: 'default', managedFields: [] } }, 400, 'metadata.managedFields must be nil'],
    ['an old uid', { ...configMap('gone'), metadata: { name: 'gone', namespace: 'default', uid: 'u' } }, 409, 'Operation cannot be fulfilled on configmaps "gone": uid mismatch: the provided object specified uid u, and no existing object was found'],
    ['an old version', { ...configMap('ssa', { x: '1' }), metadata: { name: 'ssa', namespace: 'default', resourceVersion: '1' } }, 409, 'Operation cannot be fulfilled on configmaps "ssa": the object has been modified; please apply your changes to the latest version and try again'],
  ];
  for (const [name, object, code, text] of cases) {
    const answer = apply(object, 'a');
    t.same([answer.code, message(answer)], [code, text], name);
  }
  const renamed = cluster.call('patch', 'ConfigMap', 'default/other', { body: configMap('ssa', {}), patchType: 'apply', options: { fieldManager: 'a' } });
  t.same([renamed.code, message(renamed)], [400, 'the name of the object (ssa) does not match the name on the URL (other)']);
  const forced = cluster.call('patch', 'ConfigMap', 'default/ssa', { body: {}, patchType: 'merge', options: { force: true } });
  t.equal(message(forced), 'PatchOptions.meta.k8s.io "" is invalid: force: Forbidden: may not be specified for non-apply patch');
  t.end();
});

t.test('kubectl takes over from client-side apply', t => {
  const last = JSON.stringify(configMap('mig', { k: '1', old: '1' }));
  const annotations = { 'kubectl.kubernetes.io/last-applied-configuration': `${last}\n` };
  cluster.create({ ...configMap('mig', { k: '1', old: '1' }), metadata: { name: 'mig', namespace: 'default', annotations } }, { options: { fieldManager: 'kubectl-client-side-apply' } });
  t.match(message(apply(configMap('mig', { k: '2' }), 'another')), 'conflict with "kubectl-client-side-apply" using v1: .data.k');
  const taken = apply(configMap('mig', { k: '2' }), 'kubectl');
  t.equal(taken.code, 200, 'fields of the last applied configuration are no conflict for kubectl');
  t.same(JSON.parse(taken.body.metadata.annotations['kubectl.kubernetes.io/last-applied-configuration']), configMap('mig', { k: '2' }), 'the annotation stays current');
  t.end();
});
