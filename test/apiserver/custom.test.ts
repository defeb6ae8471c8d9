import t from 'tap';
import { deepFreeze } from '../../src/base/data.ts';
import type { ApiCall, Verb } from '../../src/api/wire.ts';
import { dumpWorld, loadWorld } from '../../src/sim/checkpoint.ts';
import { type Answer, Cluster, message, serviceAccount } from './harness.ts';

/* eslint-disable @typescript-eslint/no-explicit-any */
const spec = {
  type: 'object', required: ['cron'],
  properties: {
    cron: { type: 'string', pattern: '^\\S+ \\S+$', maxLength: 20 }, replicas: { type: 'integer', minimum: 0, maximum: 10, default: 1 }, mode: { type: 'string', enum: ['Fast', 'Slow'] },
    port: { 'x-kubernetes-int-or-string': true }, until: { type: 'string', format: 'date-time' }, ratio: { type: 'number', exclusiveMinimum: true, minimum: 0 },
    free: { 'type': 'object', 'x-kubernetes-preserve-unknown-fields': true }, labels: { type: 'object', additionalProperties: { type: 'string' }, maxProperties: 2 },
    items: { 'type': 'array', 'maxItems': 3, 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['name'], 'items': { type: 'object', required: ['name'], properties: { name: { type: 'string' }, n: { type: 'integer', default: 7 } } } },
    tags: { 'type': 'array', 'x-kubernetes-list-type': 'set', 'items': { type: 'string' } }, nothing: { type: 'string', nullable: true }, only: { type: 'object', properties: { a: { type: 'string' }, b: { type: 'string' } }, oneOf: [{ required: ['a'] }, { required: ['b'] }] },
    once: { 'type': 'string', 'x-kubernetes-validations': [{ rule: 'oldSelf.hasValue() || self.startsWith("new")', optionalOldSelf: true, message: 'has to begin as new' }] },
    fixed: { 'type': 'string', 'x-kubernetes-validations': [{ rule: 'self == oldSelf', message: 'fixed may not change', reason: 'FieldValueForbidden' }] },
  },
  'x-kubernetes-validations': [
    { rule: 'self.replicas <= 5 || self.mode != "Slow"', messageExpression: '"slow ones have at most 5 replicas, not %d".format([self.replicas])', fieldPath: '.replicas' },
    { rule: '!has(self.items) || self.items.all(i, i.n > 0)' },
  ],
};
const version = (name: string, more: object = {}): any => ({
  name, served: true, storage: false, schema: { openAPIV3Schema: { type: 'object', properties: { spec, status: { type: 'object', properties: { replicas: { type: 'integer' }, selector: { type: 'string' } } } } } },
  subresources: { status: {}, scale: { specReplicasPath: '.spec.replicas', statusReplicasPath: '.status.replicas', labelSelectorPath: '.status.selector' } },
  additionalPrinterColumns: [{ name: 'Cron', type: 'string', jsonPath: '.spec.cron' }, { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' }], selectableFields: [{ jsonPath: '.spec.mode' }], ...more,
});
const definition = (plural: string, names: object = {}, versions: object[] = [version('v1', { storage: true }), version('v1beta1', { deprecated: true })]): any => deepFreeze({
  apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', metadata: { name: `${plural}.example.com` },
  spec: { group: 'example.com', scope: 'Namespaced', names: { plural, kind: `${plural.charAt(0).toUpperCase()}${plural.slice(1, -1)}`, ...names }, versions },
});

const cluster = new Cluster({ verify: true }).settle();
cluster.create(serviceAccount('default'));
const call = (verb: Verb, name: string, more: Partial<ApiCall> & { on?: number } = {}): Answer => cluster.answer(cluster.send(deepFreeze({ verb, group: 'example.com', version: 'v1', resource: 'crons', subresource: '', namespace: 'default', name, ...more }), more));
const cron = (name: string, of: object = {}, more: object = {}): any => ({ apiVersion: 'example.com/v1', kind: 'Cron', metadata: { name, namespace: 'default' }, spec: { cron: '* *', ...of }, ...more });

t.test('a definition is established and its kind is served', t => {
  t.equal(call('list', '').code, 404, 'before');
  const made = cluster.create(definition('crons'));
  t.same([made.code, made.body.status.storedVersions, made.body.spec.names.singular, made.body.spec.names.listKind], [201, ['v1'], 'cron', 'CronList'], message(made));
  cluster.runSeconds(1);
  const stored: any = cluster.call('get', 'CustomResourceDefinition', 'crons.example.com').body;
  t.same(stored.status.conditions.map(({ type, status, reason }: any) => `${type} ${status} ${reason}`), ['NamesAccepted True NoConflicts', 'Established True InitialNamesAccepted']);
  t.same(cluster.path('/apis/example.com').body.versions.map((v: any) => v.version), ['v1', 'v1beta1']);
  t.ok(cluster.path('/apis?aggregated').body.items.some((group: any) => group.metadata.name === 'example.com'));
  t.match(cluster.path('/openapi/v3/apis/example.com/v1').body.components.schemas['com.example.v1.Cron'].properties.spec.properties.cron, { type: 'string' });
  t.same(call('list', '').body.items, []);
  t.same([call('list', '', { version: 'v1beta1' }).warnings, call('list', '').warnings], [['example.com/v1beta1 Cron is deprecated'], []], 'whoever asks for an old version hears it');
  t.same(cluster.call('list', 'Endpoints', '/').warnings, ['v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice']);
  t.equal(call('list', '', { version: 'v2' }).code, 404);
  const service: any = cluster.call('get', 'APIService', 'v1beta1.example.com').body;
  t.same([service.metadata.labels, service.spec, service.status.conditions[0].reason], [{ 'kube-aggregator.kubernetes.io/automanaged': 'true' }, { group: 'example.com', version: 'v1beta1', groupPriorityMinimum: 1000, versionPriority: 100 }, 'Local']);
  const began = cluster.kernel.world.now;
  t.equal(call('create', '', { body: cron('first') }).code, 201);
  t.ok(cluster.kernel.world.now - began >= 2_000_000, 'the first objects of a new kind wait two seconds, so that every server knows it');
  call('delete', 'first');
  cluster.call('delete', 'APIService', 'v1beta1.example.com');
  cluster.runSeconds(1);
  t.equal(cluster.call('get', 'APIService', 'v1beta1.example.com').code, 200, 'it comes back');
  t.end();
});

t.test('names that are taken', t => {
  cluster.create(definition('crones', { kind: 'Cron', shortNames: ['x'] }));
  cluster.runSeconds(1);
  const stored: any = cluster.call('get', 'CustomResourceDefinition', 'crones.example.com').body;
  t.same(stored.status.conditions.map(({ type, status, reason, message: text }: any) => `${type} ${status} ${reason}: ${text}`), ['NamesAccepted False ListKindConflict: "CronList" is already in use', 'Established False NotAccepted: not all names are accepted']);
  t.equal(call('list', '', { resource: 'crones' }).code, 404, 'it is not served');
  t.equal(cluster.call('delete', 'CustomResourceDefinition', 'crones.example.com').code, 200);
  t.end();
});

t.test('objects are defaulted, pruned and checked', t => {
  const made = call('create', '', { body: cron('a', { junk: 1, free: { any: { thing: 1 } }, items: [{ name: 'x', junk: 2 }], nothing: null }, { status: { replicas: 9 }, more: 1 }) });
  t.same([made.code, made.body.spec, made.body.status, made.body.metadata.generation], [201, { cron: '* *', replicas: 1, free: { any: { thing: 1 } }, items: [{ name: 'x', n: 7 }], nothing: null }, undefined, 1], message(made));
  t.same(made.warnings, ['unknown field "spec.junk"', 'unknown field "spec.items[0].junk"', 'unknown field "more"']);
  t.equal(message(call('create', '', { body: cron('b', { junk: 1 }), options: { fieldValidation: 'Strict' } })), 'Cron in version "v1" cannot be handled as a Cron: strict decoding error: unknown field "spec.junk"');
  const cases: readonly (readonly [object, string])[] = [
    [{ cron: undefined }, 'spec.cron: Required value'], [{ replicas: 'x' }, 'spec.replicas: Invalid value: "string": spec.replicas in body must be of type integer: "string"'],
    [{ replicas: 11 }, 'spec.replicas: Invalid value: 11: spec.replicas in body should be less than or equal to 10'], [{ replicas: -1 }, 'spec.replicas: Invalid value: -1: spec.replicas in body should be greater than or equal to 0'],
    [{ cron: '*' }, 'spec.cron: Invalid value: "*": spec.cron in body should match \'^\\S+ \\S+$\''], [{ cron: `${'x'.repeat(20)} y` }, 'spec.cron: Too long: may not be more than 20 bytes'],
    [{ mode: 'Odd' }, 'spec.mode: Unsupported value: "Odd": supported values: "Fast", "Slow"'], [{ port: true }, 'spec.port: Invalid value: "boolean": spec.port in body must be of type integer,string: "boolean"'],
    [{ until: 'soon' }, 'spec.until: Invalid value: "soon": spec.until in body must be of type date-time: "soon"'], [{ ratio: 0 }, 'spec.ratio: Invalid value: 0: spec.ratio in body should be greater than 0'],
    [{ labels: { a: '1', b: '2', c: '3' } }, 'spec.labels: Too many: 3: must have at most 2 items'], [{ labels: { a: 1 } }, 'spec.labels.a: Invalid value: "integer": spec.labels.a in body must be of type string: "integer"'],
    [{ items: [{ name: 'x' }, { name: 'x' }] }, 'spec.items[1]: Duplicate value: {"name":"x"}'], [{ tags: ['a', 'a'] }, 'spec.tags[1]: Duplicate value: "a"'], [{ only: {} }, '"spec.only" must validate one and only one schema (oneOf). Found none valid'],
    [{ once: 'old' }, 'spec.once: Invalid value: "string": has to begin as new'], [{ replicas: 6, mode: 'Slow' }, 'spec.replicas: Invalid value: "object": slow ones have at most 5 replicas, not 6'], [{ items: [{ name: 'x', n: 0 }], mode: 'Fast' }, 'spec: Invalid value: "object": failed rule: !has(self.items) || self.items.all(i, i.n > 0)'],
  ];
  for (const [of, want] of cases) {
    const answer = call('create', '', { body: cron('bad', of) });
    t.equal(answer.code, 422, `${JSON.stringify(of)}: ${message(answer)}`);
    t.ok(message(answer).includes(want), `${want} in ${message(answer)}`);
  }
  t.end();
});

t.test('transition rules, status and scale', t => {
  call('create', '', { body: cron('step', { fixed: 'a', mode: 'Fast' }) });
  const patch = (body: object, more: Partial<ApiCall> = {}): Answer => call('patch', 'step', { body, patchType: 'merge', ...more });
  t.equal(message(patch({ spec: { fixed: 'b' } })), 'Cron.example.com "step" is invalid: spec.fixed: Forbidden: fixed may not change');
  t.same([patch({ spec: { mode: 'Slow' } }).body.metadata.generation, patch({ status: { replicas: 3 } }).body.status], [2, undefined], 'the status is not written here');
  const status = patch({ status: { replicas: 3, selector: 'a=b' }, spec: { mode: 'Fast' } }, { subresource: 'status' });
  t.same([status.body.status, status.body.spec.mode, status.body.metadata.generation], [{ replicas: 3, selector: 'a=b' }, 'Slow', 2]);
  t.match(call('get', 'step', { subresource: 'scale' }).body, { kind: 'Scale', spec: { replicas: 1 }, status: { replicas: 3, selector: 'a=b' } });
  t.match(patch({ spec: { replicas: 4 } }, { subresource: 'scale' }).body, { spec: { replicas: 4 } });
  t.same([call('get', 'step').body.spec.replicas, call('get', 'step').body.metadata.generation], [4, 3]);
  t.match(patch({ spec: { replicas: 7 } }, { subresource: 'scale' }), { code: 422 }, 'the rules hold here too');
  t.same(call('list', '', { options: { fieldSelector: 'spec.mode=Slow' } }).body.items.map(({ metadata }: any) => metadata.name), ['step']);
  t.match(call('list', '', { options: { as: 'Table' } }).body.rows[0].cells, ['a', '* *', /\d+s/]);
  t.end();
});

t.test('versions, server-side apply and watches', t => {
  const beta = call('get', 'step', { version: 'v1beta1' });
  t.same([beta.body.apiVersion, beta.body.spec.mode], ['example.com/v1beta1', 'Slow']);
  const id = cluster.send(deepFreeze({ verb: 'watch', group: 'example.com', version: 'v1beta1', resource: 'crons', subresource: '', namespace: 'default', name: '', options: { resourceVersion: '0' } }));
  const put = call('update', 'step', { version: 'v1beta1', body: { ...beta.body, spec: { ...beta.body.spec, port: 80 } } });
  t.same([put.code, put.body.apiVersion, call('get', 'step').body.apiVersion, call('get', 'step').body.spec.port], [200, 'example.com/v1beta1', 'example.com/v1', 80], message(put));
  cluster.runSeconds(1);
  t.same(cluster.events(id).map(({ type, object }) => `${type} ${object.metadata.name} ${object.apiVersion}`), ['ADDED a example.com/v1beta1', 'ADDED step example.com/v1beta1', 'MODIFIED step example.com/v1beta1']);
  const apply = (manager: string, items: object[]): Answer => call('patch', 'ssa', { patchType: 'apply', body: cron('ssa', { items }), options: { fieldManager: manager } });
  t.equal(apply('one', [{ name: 'a', n: 1 }]).code, 201);
  t.same(apply('two', [{ name: 'b', n: 2 }]).body.spec.items, [{ name: 'a', n: 1 }, { name: 'b', n: 2 }], 'items are told apart by their keys');
  t.equal(message(apply('two', [{ name: 'a', n: 5 }])), 'Apply failed with 1 conflict: conflict with "one": .spec.items[name="a"].n');
  t.end();
});

t.test('another storage version: what lies there is shown in the version that is asked, and written anew by any change', t => {
  const versions = (storage: string): object[] => ['v1', 'v2'].map(name => version(name, { storage: name === storage }));
  cluster.create(definition('ships', {}, versions('v1')));
  cluster.runSeconds(1);
  const ship = (verb: Verb, of: string, name: string, more: Partial<ApiCall> = {}): Answer => call(verb, name, { resource: 'ships', version: of, ...more });
  t.equal(ship('create', 'v1', '', { body: { apiVersion: 'example.com/v1', kind: 'Ship', metadata: { name: 'old', namespace: 'default' }, spec: { cron: '* *' } } }).code, 201);
  const watch = cluster.send(deepFreeze({ verb: 'watch', group: 'example.com', version: 'v2', resource: 'ships', subresource: '', namespace: 'default', name: '', options: { resourceVersion: '0' } }));
  cluster.runSeconds(1);
  const changed = cluster.call('patch', 'CustomResourceDefinition', 'ships.example.com', { patchType: 'merge', body: { spec: { versions: versions('v2') } } });
  t.same(changed.body.status.storedVersions, ['v1', 'v2'], message(changed));
  cluster.runSeconds(1);
  t.ok(cluster.client.watches.get(watch)?.ended, 'watches of the kind end');
  t.same(['v1', 'v2'].map(of => ship('get', of, 'old').body.apiVersion), ['example.com/v1', 'example.com/v2']);
  t.same(ship('list', 'v2', '').body.items.map(({ apiVersion }: any) => apiVersion), ['example.com/v2']);
  const before = ship('get', 'v2', 'old').body;
  const same = ship('update', 'v2', 'old', { body: before });
  t.not(same.body.metadata.resourceVersion, before.metadata.resourceVersion, 'a change of nothing moves it into the new version');
  t.equal(ship('update', 'v2', 'old', { body: same.body }).body.metadata.resourceVersion, same.body.metadata.resourceVersion);
  t.equal(ship('patch', 'v1', 'old', { patchType: 'merge', body: { spec: { port: 1 } } }).body.apiVersion, 'example.com/v1');
  const gone = cluster.call('patch', 'CustomResourceDefinition', 'ships.example.com', { patchType: 'merge', body: { spec: { versions: versions('v2').slice(1) } } });
  t.match(message(gone), /status.storedVersions\[0\]: Invalid value: "v1": missing from spec.versions; v1 was previously a storage version, and must remain/);
  t.equal(cluster.call('patch', 'CustomResourceDefinition', 'ships.example.com', { subresource: 'status', patchType: 'merge', body: { status: { storedVersions: ['v2'] } } }).code, 200);
  t.equal(cluster.call('patch', 'CustomResourceDefinition', 'ships.example.com', { patchType: 'merge', body: { spec: { versions: versions('v2').slice(1) } } }).code, 200);
  cluster.runSeconds(1);
  t.same([ship('get', 'v2', 'old').body.spec.port, ship('get', 'v1', 'old').code], [1, 404]);
  t.end();
});

const specOf = (of: any): any => of.spec.versions[0].schema.openAPIV3Schema.properties.spec;
const rules = (list: readonly (readonly [string | object, string])[]): readonly (readonly [string, (of: any) => void, string])[] =>
  list.map(([rule, want]) => [`rule ${JSON.stringify(rule)}`, of => { specOf(of)['x-kubernetes-validations'] = [typeof rule === 'string' ? { rule } : rule]; }, want]);

t.test('what is no definition', t => {
  const broken = (change: (of: any) => any): Answer => cluster.create(change(JSON.parse(JSON.stringify(definition('things')))));
  const cases: readonly (readonly [string, (of: any) => void, string])[] = [
    ['name', of => { of.metadata.name = 'thing.example.com'; }, 'metadata.name: Invalid value: "thing.example.com": must be spec.names.plural+"."+spec.group'],
    ['scope', of => { of.spec.scope = 'World'; }, 'spec.scope: Unsupported value: "World": supported values: "Cluster", "Namespaced"'],
    ['storage', of => { of.spec.versions[0].storage = false; }, 'must have exactly one version marked as storage version'],
    ['schema', of => { delete of.spec.versions[0].schema; }, 'spec.versions[0].schema.openAPIV3Schema: Required value: schemas are required'],
    ['type', of => { of.spec.versions[0].schema.openAPIV3Schema.properties.spec.properties.x = {}; }, 'spec.versions[0].schema.openAPIV3Schema.properties[spec].properties[x].type: Required value: must not be empty for specified object fields'],
    ...rules([
      ['self.replicas <=', "compilation failed: ERROR: <input>:1:17: Syntax error: mismatched input '<EOF>' expecting {'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}\n | self.replicas <=\n | ................^"],
      ['self.relicas > 1', "compilation failed: ERROR: <input>:1:5: undefined field 'relicas'\n | self.relicas > 1\n | ....^"],
      ['self.items.all(i, i.nn > 0)', "ERROR: <input>:1:20: undefined field 'nn'\n | self.items.all(i, i.nn > 0)\n | ...................^"],
      ['self.replicas > self.cron', "ERROR: <input>:1:15: found no matching overload for '_>_' applied to '(int, string)'"], ['other.x', "ERROR: <input>:1:1: undeclared reference to 'other' (in container '')"],
      ['self.cron.containz("x")', "found no matching overload for 'containz' applied to 'dyn.(string)'"], ['self.replicas + 1', 'cel expression must evaluate to a bool'],
      [{ rule: 'true', fieldPath: '.nope' }, '.fieldPath: Invalid value: ".nope": fieldPath must be a valid path'], [{ rule: 'true', messageExpression: 'self.replicas' }, 'messageExpression must evaluate to a string'],
      [{ rule: 'true', optionalOldSelf: true }, '.optionalOldSelf: Invalid value: true: may not be set if oldSelf is not used in rule'], [{ rule: '' }, '.rule: Required value: rule is not specified'], [{ rule: 'true', message: 'a\nb' }, 'must not contain line breaks'],
    ]),
    ['rule of items', of => { specOf(of).properties.tags.items['x-kubernetes-validations'] = [{ rule: 'self == oldSelf' }]; }, 'properties[tags].items.x-kubernetes-validations[0].rule: Invalid value: "self == oldSelf": oldSelf cannot be used on the uncorrelatable portion of the schema within spec.versions[0].schema.openAPIV3Schema.properties[spec].properties[tags]'],
    ['default', of => { specOf(of).properties.replicas.default = 'x'; }, 'properties[replicas].default: Invalid value: "string":  in body must be of type integer: "string"'],
    ['default in part', of => { specOf(of).properties.labels.default = { a: 1 }; }, 'properties[labels].default.a: Invalid value: "integer": a in body must be of type string: "integer"'],
    ['unknown in default', of => { specOf(of).properties.only.default = { c: 'x' }; }, 'properties[only].default: Invalid value: {"c":"x"}: must not have unknown fields'],
  ];
  for (const [name, change, want] of cases) {
    const answer = broken(of => { change(of); return of; });
    t.equal(answer.code, 422, `${name}: ${message(answer)}`);
    t.ok(message(answer).includes(want), `${want} in ${message(answer)}`);
  }
  t.end();
});

t.test('the world with custom resources can be stored, and a restarted server serves them', t => {
  const loaded = loadWorld(JSON.parse(JSON.stringify(dumpWorld(cluster.kernel.world))));
  if (!loaded.ok) throw new Error(loaded.error);
  cluster.kernel.restore(loaded.value);
  t.equal(call('get', 'step').body.spec.port, 80);
  t.equal(call('patch', 'step', { body: { spec: { port: 81 } }, patchType: 'merge' }).code, 200);
  t.end();
});

t.test('a deleted definition takes its objects along', t => {
  call('patch', 'a', { body: { metadata: { finalizers: ['example.com/hold'] } }, patchType: 'merge' });
  const marked = cluster.call('delete', 'CustomResourceDefinition', 'crons.example.com');
  t.same([marked.code, cluster.call('get', 'CustomResourceDefinition', 'crons.example.com').body.metadata.finalizers], [200, ['customresourcecleanup.apiextensions.k8s.io']]);
  cluster.runSeconds(3);
  t.same(call('list', '').body.items?.map(({ metadata }: any) => metadata.name), ['a'], 'one is held by a finalizer');
  t.match(cluster.call('get', 'CustomResourceDefinition', 'crons.example.com').body.status.conditions.find(({ type }: any) => type === 'Terminating'), { status: 'True', reason: 'InstanceDeletionInProgress' });
  const late = cron('late');
  for (const answer of [call('create', '', { body: late }), call('patch', 'late', { body: late, patchType: 'apply', options: { fieldManager: 'x' } })]) {
    t.same([answer.code, message(answer)], [403, 'crons.example.com "late" is forbidden: create not allowed while custom resource definition is terminating']);
  }
  t.equal(call('patch', 'a', { body: { spec: { port: 90 } }, patchType: 'merge' }).code, 200, 'what is there may still change');
  call('patch', 'a', { body: { metadata: { finalizers: null } }, patchType: 'merge' });
  cluster.runSeconds(3);
  t.equal(cluster.call('get', 'CustomResourceDefinition', 'crons.example.com').code, 404);
  t.equal(call('list', '').code, 404);
  t.same(cluster.list('APIService').items.filter(({ metadata }: any) => metadata.name === 'v1beta1.example.com'), [], 'so are its API services');
  cluster.create(definition('crons'));
  cluster.runSeconds(1);
  t.same(call('list', '').body.items, [], 'made again, it is empty');
  t.end();
});
