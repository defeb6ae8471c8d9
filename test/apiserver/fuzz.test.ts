import fc from 'fast-check';
import t from 'tap';
import { deepFreeze } from '../../src/base/data.ts';
import { equalData } from '../../src/base/compare.ts';
import { compareObjectsOf, fieldSetOf } from '../../src/api/fields/compare.ts';
import { mergeValues } from '../../src/api/fields/merge.ts';
import { difference, equalSets, type FieldSet, intersection, isEmptySet, isFieldSet, pathsOf, union } from '../../src/api/fields/set.ts';
import { fieldTypeOf } from '../../src/api/fields/types.ts';
import { applyMergePatch, createMergePatch } from '../../src/api/patch/json-patch.ts';
import { applyStrategicPatch } from '../../src/api/patch/strategic.ts';
import { createThreeWayPatch } from '../../src/api/patch/three-way.ts';
import { descriptorOfKind } from '../../src/api/scheme.ts';
import { decodeContinue, encodeContinue } from '../../src/apiserver/registry/continue-token.ts';
import { apiBugs, lawsWith } from './fuzz/bugs.ts';
import { laws } from './fuzz/laws.ts';
import { type Answer, Cluster, serviceAccount } from './harness.ts';

/* eslint-disable @typescript-eslint/no-explicit-any */
/** Planted bugs take longer than tap allows by itself on a busy machine. */
t.setTimeout(240_000);

const seed = 20260101;
const json = fc.jsonValue({ maxDepth: 4 });
const name = fc.constantFrom('a', 'b', 'c', 'web');
const texts = fc.dictionary(fc.constantFrom('a', 'b', 'k/v', 'x-y', ''), fc.constantFrom('', '1', 'long-value', '!'), { maxKeys: 3 });
const container = fc.record({ name, image: fc.constantFrom('i', 'j:1'), env: fc.uniqueArray(fc.record({ name, value: fc.string({ maxLength: 3 }) }), { selector: item => item.name, maxLength: 3 }), ports: fc.uniqueArray(fc.record({ containerPort: fc.constantFrom(80, 443, 8080), name: fc.constantFrom('p', 'q') }), { selector: item => item.containerPort, maxLength: 2 }), command: fc.array(name, { maxLength: 2 }) }, { requiredKeys: ['name', 'image'] });
const podSpec = fc.record({ containers: fc.uniqueArray(container, { selector: item => item.name, minLength: 1, maxLength: 3 }), nodeSelector: texts, tolerations: fc.array(fc.record({ key: name, operator: fc.constant('Exists') }), { maxLength: 2 }), hostNetwork: fc.boolean(), terminationGracePeriodSeconds: fc.constantFrom(0, 30) }, { requiredKeys: ['containers'] });
const podObject = fc.record({ metadata: fc.record({ labels: texts, annotations: texts, finalizers: fc.uniqueArray(fc.constantFrom('x/y', 'x/z', 'orphan'), { maxLength: 2 }) }, { requiredKeys: [] }), spec: podSpec });
const podType = fieldTypeOf('Pod');
const config = { seed, numRuns: 150 };

t.test('patch after diff is the identity', t => {
  fc.assert(fc.property(fc.dictionary(name, json), fc.dictionary(name, json), (from, to) => {
    // A merge patch cannot say null.
    const clean = JSON.parse(JSON.stringify(to), (_key, value) => (value === null ? undefined : value)) as Record<string, unknown>;
    const start = JSON.parse(JSON.stringify(from), (_key, value) => (value === null ? undefined : value)) as Record<string, unknown>;
    return equalData(JSON.parse(JSON.stringify(applyMergePatch(start, createMergePatch(start, clean)))), JSON.parse(JSON.stringify(clean)));
  }), config);
  fc.assert(fc.property(podObject, podObject, (from, to) => {
    const live = from as unknown as Record<string, unknown>;
    const wanted = to as unknown as Record<string, unknown>;
    const patched = applyStrategicPatch(live, createThreeWayPatch({ last: live, live, wanted }, 'Pod'), 'Pod');
    if (!patched.ok) return false;
    // Again there is nothing left to do.
    const again = createThreeWayPatch({ last: wanted, live: patched.value, wanted }, 'Pod');
    return Object.keys(again).length === 0;
  }), config);
  t.end();
});

t.test('sets of fields behave as sets', t => {
  const sets = fc.tuple(podObject, podObject).map(([a, b]) => [fieldSetOf(a, podType), fieldSetOf(b, podType)] as const);
  const paths = (set: FieldSet): string[] => [...pathsOf(set)].sort();
  fc.assert(fc.property(sets, ([a, b]) => {
    const [left, right] = [new Set(paths(a)), new Set(paths(b))];
    return isFieldSet(a) && equalData(paths(union(a, b)), [...new Set([...left, ...right])].sort()) && equalData(paths(difference(a, b)), [...left].filter(path => !right.has(path)).sort())
      && equalData(paths(intersection(a, b)), [...left].filter(path => right.has(path)).sort()) && equalSets(union(a, b), union(b, a)) && isEmptySet(difference(a, union(a, b)));
  }), config);
  fc.assert(fc.property(podObject, podObject, (a, b) => {
    const { added, modified, removed } = compareObjectsOf(a, b, { type: podType, ignored: [] });
    const back = compareObjectsOf(b, a, { type: podType, ignored: [] });
    return equalSets(added, back.removed) && equalSets(removed, back.added) && equalSets(modified, back.modified) && isEmptySet(intersection(added, removed));
  }), config);
  fc.assert(fc.property(podObject, podObject, (stored, applied) => {
    const merged = mergeValues(stored, applied, podType) as object;
    // What is applied is in the result as it was applied.
    const { added, modified } = compareObjectsOf(merged, applied, { type: podType, ignored: [] });
    return isEmptySet(added) && isEmptySet(intersection(modified, fieldSetOf(applied, podType)));
  }), config);
  t.end();
});

t.test('continue tokens', t => {
  fc.assert(fc.property(fc.integer({ min: -1, max: 1e9 }), fc.stringMatching(/^[a-z0-9-]{1,20}\/[a-z0-9.-]{1,20}$/), (revision, start) => {
    if (start.includes('..')) return true;
    return equalData(decodeContinue(encodeContinue({ revision, start: `${start}\0` })), { revision, start: `${start}\0` });
  }), config);
  fc.assert(fc.property(fc.string(), text => ['string', 'object'].includes(typeof decodeContinue(text))), config);
  t.end();
});

const cluster = new Cluster({ seed: 3 }).settle();
cluster.create(serviceAccount('default'));
const known = (code: number): boolean => [200, 201, 400, 404, 405, 409, 410, 413, 415, 422, 500, 504].includes(code);

/** What must hold for every stored object whatever was asked before. */
function invariants(kind: string): string {
  const descriptor = descriptorOfKind(kind);
  for (const object of cluster.list(kind, 'default').items) {
    const errors = descriptor?.validate(object) ?? [];
    if (errors.length > 0) return `${kind} ${object.metadata.name}: ${JSON.stringify(errors)}`;
    for (const entry of object.metadata.managedFields ?? []) if (!isFieldSet(entry.fieldsV1) || isEmptySet(entry.fieldsV1 as FieldSet)) return `${object.metadata.name}: ${JSON.stringify(entry)}`;
    const { managedFields = [] } = object.metadata;
    const all = managedFields.map(({ manager, operation, apiVersion, subresource }) => `${manager} ${operation} ${apiVersion} ${subresource}`);
    if (new Set(all).size !== all.length) return `${object.metadata.name}: two entries of one manager: ${all.join(', ')}`;
  }
  return '';
}

t.test('whatever is sent, the server answers and what it stores is sound', t => {
  const options = fc.record({
    labelSelector: fc.oneof(fc.string({ maxLength: 12 }), fc.constantFrom('a=b', '!a', 'a in (b,c)', 'a notin (')), fieldSelector: fc.oneof(fc.string({ maxLength: 12 }), fc.constantFrom('metadata.name=a', 'spec.x=1', 'metadata.name!=')),
    resourceVersion: fc.constantFrom('', '0', '1', '5', '999999', 'x', '-1', '1e3'), resourceVersionMatch: fc.constantFrom('Exact', 'NotOlderThan', 'Other'), limit: fc.constantFrom(0, 1, 2, -1, 1e9),
    continue: fc.oneof(fc.string({ maxLength: 20 }), fc.constantFrom(encodeContinue({ revision: 1, start: 'a\0' }), encodeContinue({ revision: 9e9, start: 'z\0' }), '')), sendInitialEvents: fc.boolean(), allowWatchBookmarks: fc.boolean(), timeoutSeconds: fc.constantFrom(0, 1, -1),
    dryRun: fc.boolean(), fieldManager: fc.oneof(name, fc.string({ maxLength: 4 })), force: fc.boolean(), fieldValidation: fc.constantFrom('Strict', 'Warn', 'Ignore', 'No'), gracePeriodSeconds: fc.constantFrom(-1, 0, 5), propagationPolicy: fc.constantFrom('Orphan', 'Foreground', 'Background', 'X'),
  }, { requiredKeys: [] });
  const mutated = fc.tuple(podObject, fc.dictionary(fc.constantFrom('spec', 'metadata', 'status', 'data', 'kind', 'apiVersion'), json, { maxKeys: 2 })).map(([object, change]) => ({ ...object, ...change }));
  const patches = fc.oneof(json, mutated, fc.array(fc.record({ op: fc.constantFrom('add', 'remove', 'replace', 'test', 'move', 'copy', 'x'), path: fc.constantFrom('', '/data', '/data/a', '/metadata/labels/-', '/spec/containers/0', '/metadata/managedFields', 'x', '/metadata/name'), from: fc.constantFrom('/data', '/x'), value: json }, { requiredKeys: ['op', 'path'] }), { maxLength: 3 }),
    fc.record({ metadata: fc.record({ labels: texts, managedFields: fc.constantFrom([], [{}], [{ manager: 'm', operation: 'Update', fieldsType: 'FieldsV1', fieldsV1: { 'f:x': {} } }], 'x' as any) }, { requiredKeys: [] }), data: texts, $patch: fc.constantFrom('replace', 'delete', 'x'), $retainKeys: json }, { requiredKeys: [] }));
  const action = fc.record({ verb: fc.constantFrom('get', 'list', 'create', 'update', 'patch', 'delete', 'deletecollection', 'watch'), kind: fc.constantFrom('Pod', 'ConfigMap', 'Deployment'), name, body: fc.oneof({ weight: 3, arbitrary: podObject }, { weight: 2, arbitrary: mutated }, { weight: 1, arbitrary: json }), patch: patches, patchType: fc.constantFrom('json', 'merge', 'strategic', 'apply'), subresource: fc.oneof({ weight: 6, arbitrary: fc.constant('') }, { weight: 2, arbitrary: fc.constantFrom('status', 'scale', 'resize', 'ephemeralcontainers', 'binding', 'nope') }), options: fc.oneof({ weight: 2, arbitrary: fc.constant({ fieldManager: 'fuzz' }) }, { weight: 1, arbitrary: options }) });
  let last = 0;
  const seen = new Map<string, number>();
  fc.assert(fc.property(fc.array(action, { minLength: 1, maxLength: 6 }), actions => {
    // Something to work on: a pod and a map for each name.
    for (const each of ['a', 'b', 'c', 'web']) {
      if (cluster.call('get', 'ConfigMap', `default/${each}`).code === 404) cluster.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: each, namespace: 'default' }, data: { a: '1' } });
      if (cluster.call('get', 'Pod', `default/${each}`).code === 404) cluster.create({ apiVersion: 'v1', kind: 'Pod', metadata: { name: each, namespace: 'default' }, spec: { containers: [{ name: 'c', image: 'i' }] } });
    }
    for (const of of actions) {
      if (of.subresource !== '' && ['create', 'list', 'watch', 'deletecollection'].includes(of.verb)) continue;
      const api = of.kind === 'Deployment' ? 'apps/v1' : 'v1';
      const typed = (body: unknown): object => (typeof body === 'object' && body !== null && !Array.isArray(body) ? { apiVersion: api, kind: of.kind, ...body, metadata: { name: of.name, namespace: 'default', ...(body as any).metadata } } : body) as object;
      const key = of.verb === 'create' || of.verb === 'list' || of.verb === 'deletecollection' || of.verb === 'watch' ? 'default/' : `default/${of.name}`;
      const body = of.verb === 'patch' ? (of.patchType === 'apply' ? typed(of.patch) : of.patch) : typed(of.body);
      const more = { options: deepFreeze(of.options) as any, body: deepFreeze(body) as object, subresource: of.subresource, ...(of.verb === 'patch' ? { patchType: of.patchType as 'json' } : {}) };
      if (of.verb === 'watch') { cluster.begin('watch', of.kind, key, more); cluster.runSeconds(1); continue; }
      const answer: Answer = cluster.call(of.verb as 'get', of.kind, key, more);
      if (!known(answer.code) || (answer.code === 500 && (answer.body.reason ?? '') === 'InternalError')) throw new Error(`${answer.code} ${JSON.stringify(answer.body)}`);
      seen.set(`${of.verb} ${answer.code}`, (seen.get(`${of.verb} ${answer.code}`) ?? 0) + 1);
      const version = Number(cluster.list('ConfigMap', 'default').metadata.resourceVersion);
      if (version < last) throw new Error(`resourceVersion fell from ${last} to ${version}`);
      last = version;
    }
    const broken = invariants('ConfigMap') || invariants('Pod') || invariants('Deployment');
    if (broken !== '') throw new Error(broken);
  }), { seed, numRuns: 120 });
  for (const outcome of ['create 201', 'create 400', 'create 422', 'patch 200', 'patch 422', 'update 200', 'update 400', 'delete 200', 'delete 404', 'list 200', 'list 400', 'list 422', 'get 200']) t.ok(seen.has(outcome), `${outcome} was among the outcomes: ${[...seen].map(([key, count]) => `${key}: ${count}`).join(', ')}`);
  t.end();
});

/** Runs in which a planted bug must be found. */
const BUG_SEEDS = 3;

for (const [law, play] of Object.entries(laws)) {
  t.test(`law: ${law}`, t => {
    for (let i = 1; i <= BUG_SEEDS; i++) t.equal(play(i), '', `seed ${i}`);
    t.end();
  });
}

for (const bug of apiBugs) {
  t.test(`planted: ${bug.name}: ${bug.about}`, async t => {
    const { laws: broken } = await lawsWith(bug);
    for (let i = 1; i <= BUG_SEEDS; i++) {
      const wrong = broken[bug.law]?.(i) ?? '';
      if (bug.says.test(wrong)) { t.pass(`found by seed ${i}: ${wrong}`); return; }
    }
    t.fail(`${bug.law} finds nothing in ${BUG_SEEDS} runs`);
  });
}
