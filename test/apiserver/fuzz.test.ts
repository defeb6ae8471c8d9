import fc from 'fast-check';
import t from 'tap';
import { deepFreeze } from '../../src/base/data.ts';
import { equalData } from '../../src/base/compare.ts';
import { Interner } from '../../src/base/recent.ts';
import { changesOf, compareObjectsOf, fieldSetOf } from '../../src/api/fields/compare.ts';
import { mergeValues } from '../../src/api/fields/merge.ts';
import { hasOutline, outlineOf } from '../../src/api/fields/outline.ts';
import { difference, equalSets, type FieldSet, intersection, isEmptySet, isFieldSet, pathsOf, union } from '../../src/api/fields/set.ts';
import { fieldTypeOf } from '../../src/api/fields/types.ts';
import { applyMergePatch, createMergePatch } from '../../src/api/patch/json-patch.ts';
import { applyStrategicPatch } from '../../src/api/patch/strategic.ts';
import { createThreeWayPatch } from '../../src/api/patch/three-way.ts';
import { descriptorOfKind } from '../../src/api/scheme.ts';
import { decodeObject } from '../../src/api/strict.ts';
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
    // Again there is nothing left to do: upstream may send the order of a list once more, which is that order already.
    const again = applyStrategicPatch(patched.value, createThreeWayPatch({ last: wanted, live: patched.value, wanted }, 'Pod'), 'Pod');
    return again.ok && equalData(again.value, patched.value);
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

/** As an object that came over the wire: parts of its own, frozen. */
const frozen = <T>(value: T): T => deepFreeze(JSON.parse(JSON.stringify(value)) as T);
const moment = fc.constantFrom('2026-01-01T00:00:01Z', '2026-01-01T00:00:02Z', '2026-01-01T00:00:03Z');
const condition = fc.record({ type: fc.constantFrom('Ready', 'Initialized', 'PodScheduled', 'x/y'), status: fc.constantFrom('True', 'False'), lastProbeTime: fc.constant(null), lastTransitionTime: moment, reason: name }, { requiredKeys: ['type', 'status'] });
const podStatus = fc.record({ phase: fc.constantFrom('Pending', 'Running', ''), conditions: fc.uniqueArray(condition, { selector: item => item.type, maxLength: 4 }), podIPs: fc.uniqueArray(fc.record({ ip: fc.constantFrom('10.0.0.1', '10.0.0.2') }), { selector: item => item.ip, maxLength: 2 }), containerStatuses: fc.array(fc.record({ name, ready: fc.boolean(), lastState: fc.constant({}) }), { maxLength: 2 }) }, { requiredKeys: [] });
const event = fc.record({
  metadata: fc.oneof({ arbitrary: fc.record({ name, generateName: name }), weight: 6 }, { arbitrary: fc.record({ name, labels: texts }), weight: 1 }), involvedObject: fc.record({ kind: name, name }, { requiredKeys: [] }), source: fc.record({ component: name, host: name }, { requiredKeys: [] }),
  count: fc.constantFrom(0, 1), eventTime: fc.constantFrom(null, '2026-01-01T00:00:01.000000Z'), series: fc.record({ count: fc.constantFrom(0, 2) }, { requiredKeys: [] }), message: fc.constantFrom('', 'm'), type: fc.constantFrom('Normal', null), related: fc.record({ name }),
}, { requiredKeys: ['metadata'] });

t.test('what is remembered of a burst is what would be found anew', t => {
  const interner = new Interner(4);
  fc.assert(fc.property(fc.oneof(fc.array(condition, { maxLength: 3 }), fc.array(json, { maxLength: 3 })), value => {
    const given = frozen(value);
    const shared = interner.share(given);
    return JSON.stringify(shared) === JSON.stringify(given) && interner.share(frozen(value)) === interner.share(frozen(value));
  }), config);
  t.not(interner.share(frozen([{ a: 1, b: 2 }])), interner.share(frozen([{ b: 2, a: 1 }])), 'the order of keys counts');
  // Patches of parts that are not frozen are merged without any memory.
  fc.assert(fc.property(podStatus, podStatus, (status, patch) => {
    const document = { metadata: { name: 'p' }, status };
    const plain = applyStrategicPatch(JSON.parse(JSON.stringify(document)), JSON.parse(JSON.stringify({ status: patch })), 'Pod');
    const known = applyStrategicPatch(frozen(document), frozen({ status: patch }), 'Pod');
    return plain.ok && known.ok && JSON.stringify(plain.value) === JSON.stringify(known.value);
  }), { seed, numRuns: 600 });
  t.end();
});

t.test('owners and decoded fields do not depend on what came before', t => {
  const descriptor = descriptorOfKind('Pod');
  const clean = (status: unknown): any => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', labels: { a: '1' } }, spec: { containers: [{ name: 'c', image: 'i' }] }, status });
  fc.assert(fc.property(podStatus, podStatus, (before, after) => {
    if (descriptor === undefined) return false;
    const stored = decodeObject(descriptor, frozen(clean(before)));
    if (!stored.ok) return false;
    const old = deepFreeze(stored.value.object) as any;
    // One status in parts that are the stored ones as far as they are equal, and one of new parts.
    const { conditions = [] } = old.status ?? {};
    const next = deepFreeze({ ...old, status: { ...old.status, ...frozen(after), ...(equalData(conditions, after.conditions) ? { conditions } : {}) } });
    const short = decodeObject(descriptor, next, old);
    const long = decodeObject(descriptor, JSON.parse(JSON.stringify(next)));
    if (!short.ok || !long.ok || JSON.stringify(short.value) !== JSON.stringify(long.value)) return false;
    const how = { type: podType, ignored: [] };
    const { changed, removed } = changesOf(old, deepFreeze(short.value.object), how);
    const anew = compareObjectsOf(JSON.parse(JSON.stringify(old)), JSON.parse(JSON.stringify(short.value.object)), how);
    return equalSets(changed, union(anew.added, anew.modified)) && equalSets(removed, anew.removed);
  }), { seed, numRuns: 600 });
  const eventType = fieldTypeOf('Event');
  const zero = eventType.kind === 'struct' ? eventType.zero() : {};
  const how = { type: eventType, ignored: [] };
  const isFoundAnew = (object: unknown): boolean => {
    const { changed, removed } = changesOf(zero, frozen(object) as object, how);
    const anew = compareObjectsOf(zero, frozen(object) as object, how);
    return equalSets(changed, union(anew.added, anew.modified)) && equalSets(removed, anew.removed);
  };
  // An object has its own outline, or nobody would ever be recognized by one.
  const skipped = { top: new Set(['apiVersion', 'kind']), metadata: new Set(['name', 'component']) };
  let outlined = 0;
  fc.assert(fc.property(event, object => {
    const whole = { apiVersion: 'v1', kind: 'Event', ...object };
    const outline = eventType.kind === 'struct' ? outlineOf(whole, eventType, skipped) : undefined;
    if (outline === undefined) return true;
    outlined++;
    // Below the metadata a name may be anything, elsewhere it must be a leaf.
    const { source = {} } = whole;
    if (!hasOutline({ ...whole, metadata: { ...whole.metadata, name: { a: 1 } } }, outline) || ('component' in source && hasOutline({ ...whole, source: { ...source, component: { a: 1 } } }, outline))) return false;
    return hasOutline(whole, outline) && !hasOutline({ ...whole, zone: 'z' }, outline) && !hasOutline({ apiVersion: 'v1', kind: 'Event' }, outline) && !hasOutline({ ...whole, metadata: [1] }, outline) && !hasOutline({ ...whole, metadata: {} }, outline);
  }), { seed, numRuns: 300 });
  t.ok(outlined > 100, `${outlined} outlines`);
  // The second has the fields of the first, so it is the outline that decides.
  fc.assert(fc.property(event, event, (a, b) => isFoundAnew(a) && isFoundAnew(Object.fromEntries(Object.entries(a).map(([key, value]) => [key, key in b ? b[key as keyof typeof b] : value])))), { seed, numRuns: 3000 });
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
