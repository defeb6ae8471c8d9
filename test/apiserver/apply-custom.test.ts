/** Server-side apply to custom kinds, whose schemas say how lists and maps merge. @source kubernetes-sigs/structured-merge-diff merge/*_test.go (nested, set, multiple appliers) */
import t from 'tap';
import { pathsOf } from '../../src/api/fields/set.ts';
import type { ManagedFieldsEntry } from '../../src/api/meta.ts';
import { deepFreeze } from '../../src/base/data.ts';
import { type Answer, Cluster, message } from './harness.ts';

/* eslint-disable @typescript-eslint/no-explicit-any */
const text = { type: 'string' };
const entry = { type: 'object', required: ['name'], properties: { name: text, value: text, more: { type: 'array', items: text } } };
const spec = {
  type: 'object',
  properties: {
    one: text, bag: { 'type': 'array', 'x-kubernetes-list-type': 'set', 'items': text }, whole: { 'type': 'array', 'x-kubernetes-list-type': 'atomic', 'items': text }, plain: { type: 'array', items: text },
    named: { 'type': 'array', 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['name'], 'items': entry },
    pairs: {
      'type': 'array', 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['port', 'protocol'],
      'items': { type: 'object', required: ['port'], properties: { port: { type: 'integer' }, protocol: { type: 'string', default: 'TCP' }, title: text } },
    },
    inner: { type: 'object', properties: { a: text, b: text } }, atom: { 'type': 'object', 'x-kubernetes-map-type': 'atomic', 'properties': { a: text, b: text } }, free: { type: 'object', additionalProperties: text },
    loose: { 'type': 'object', 'x-kubernetes-preserve-unknown-fields': true },
  },
};
const cluster = new Cluster({ verify: true }).settle();
cluster.create(deepFreeze({
  apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', metadata: { name: 'things.example.com' },
  spec: {
    group: 'example.com', scope: 'Namespaced', names: { plural: 'things', kind: 'Thing' },
    versions: [{ name: 'v1', served: true, storage: true, subresources: { status: {} }, schema: { openAPIV3Schema: { type: 'object', properties: { spec, status: { type: 'object', properties: { phase: text } } } } } }],
  },
}));
cluster.runSeconds(1);

let next = 0;
/** One story about one object: `manager body` applies, `!manager body` with force; each is followed by what comes out. */
const steps = (title: string, story: readonly (readonly [manager: string, body: object, want: unknown])[]): void => {
  const name = `t${next++}`;
  t.test(title, t => {
    for (const [who, body, want] of story) {
      const force = who.startsWith('!');
      const manager = who.replace(/^!/, '');
      const answer = cluster.answer(cluster.send(deepFreeze({
        verb: 'patch', group: 'example.com', version: 'v1', resource: 'things', subresource: 'status' in body ? 'status' : '', namespace: 'default', name, patchType: 'apply', options: { fieldManager: manager, ...(force ? { force } : {}) },
        body: { apiVersion: 'example.com/v1', kind: 'Thing', metadata: { name, namespace: 'default' }, ...('status' in body ? body : { spec: body }) },
      })));
      const ok = answer.code === 200 || answer.code === 201;
      t.same(ok ? [answer.body.status ?? answer.body.spec, owners(answer)] : message(answer), want, `${who} ${JSON.stringify(body)}`);
    }
    t.end();
  });
};
const owners = (answer: Answer): string => (answer.body.metadata.managedFields ?? []).map(({ manager, subresource, fieldsV1 }: ManagedFieldsEntry) => `${manager}${subresource === undefined ? '' : `/${subresource}`}: ${pathsOf(fieldsV1 as any).map(path => path.replace(/^\.(spec|status)\./, '')).join(' ')}`).sort().join(', ');

steps('a set', [
  ['a', { bag: ['x', 'y'] }, [{ bag: ['x', 'y'] }, 'a: bag[="x"] bag[="y"]']],
  ['b', { bag: ['y', 'z'] }, [{ bag: ['x', 'y', 'z'] }, 'a: bag[="x"] bag[="y"], b: bag[="y"] bag[="z"]']],
  ['a', { bag: ['y'] }, [{ bag: ['y', 'z'] }, 'a: bag[="y"], b: bag[="y"] bag[="z"]']],
  ['a', { bag: [] }, [{ bag: ['y', 'z'] }, 'b: bag[="y"] bag[="z"]']],
  ['b', { bag: ['x', 'x'] }, 'failed to create typed patch object (default/t0; example.com/v1, Kind=Thing): .spec.bag: duplicate entries for key [="x"]'],
  ['b', {}, [undefined, 'b: .spec']],
  ['b', { bag: ['w'], one: null }, [{ bag: ['w'] }, 'b: one bag[="w"]']],
]);
steps('an atomic list, said and by default', [
  ['a', { whole: ['x', 'y'], plain: ['p'] }, [{ whole: ['x', 'y'], plain: ['p'] }, 'a: plain whole']],
  ['b', { whole: ['x', 'y'] }, [{ whole: ['x', 'y'], plain: ['p'] }, 'a: plain whole, b: whole']],
  ['b', { whole: ['x'] }, 'Apply failed with 1 conflict: conflict with "a": .spec.whole'],
  ['b', { whole: ['x'], plain: ['q'] }, 'Apply failed with 2 conflicts: conflicts with "a":\n- .spec.plain\n- .spec.whole'],
  ['!b', { whole: ['x'] }, [{ whole: ['x'], plain: ['p'] }, 'a: plain, b: whole']],
  ['a', { plain: ['p'] }, [{ whole: ['x'], plain: ['p'] }, 'a: plain, b: whole']],
  ['b', {}, [{ plain: ['p'] }, 'a: plain, b: .spec']],
]);
steps('a list of named items', [
  ['a', { named: [{ name: 'p', value: '1' }, { name: 'q' }] }, [{ named: [{ name: 'p', value: '1' }, { name: 'q' }] }, 'a: named[name="p"] named[name="q"] named[name="p"].name named[name="p"].value named[name="q"].name']],
  ['b', { named: [{ name: 'r', value: '1' }, { name: 'p', more: ['m'] }] }, [{ named: [{ name: 'r', value: '1' }, { name: 'p', value: '1', more: ['m'] }, { name: 'q' }] }, 'a: named[name="p"] named[name="q"] named[name="p"].name named[name="p"].value named[name="q"].name, b: named[name="p"] named[name="r"] named[name="p"].more named[name="p"].name named[name="r"].name named[name="r"].value']],
  ['b', { named: [{ name: 'p', value: '2' }] }, 'Apply failed with 1 conflict: conflict with "a": .spec.named[name="p"].value'],
  ['!b', { named: [{ name: 'p', value: '2' }] }, [{ named: [{ name: 'p', value: '2' }, { name: 'q' }] }, 'a: named[name="p"] named[name="q"] named[name="p"].name named[name="q"].name, b: named[name="p"] named[name="p"].name named[name="p"].value']],
  ['a', { named: [{ name: 'q' }] }, [{ named: [{ name: 'p', value: '2' }, { name: 'q' }] }, 'a: named[name="q"] named[name="q"].name, b: named[name="p"] named[name="p"].name named[name="p"].value']],
  ['a', {}, [{ named: [{ name: 'p', value: '2' }] }, 'a: .spec, b: named[name="p"] named[name="p"].name named[name="p"].value']],
  ['a', { named: [{ value: '1' }] }, `failed to create typed patch object (default/t2; example.com/v1, Kind=Thing): .spec.named: element 0: associative list with keys has an element that omits key field "name" (and doesn't have default value)`],
  ['a', { named: [{ name: 'p' }, { name: 'p' }] }, 'failed to create typed patch object (default/t2; example.com/v1, Kind=Thing): .spec.named: duplicate entries for key [name="p"]'],
]);
steps('keys of two fields, one with a default', [
  ['a', { pairs: [{ port: 1, title: 'one' }] }, [{ pairs: [{ port: 1, title: 'one', protocol: 'TCP' }] }, 'a: pairs[port=1,protocol="TCP"] pairs[port=1,protocol="TCP"].port pairs[port=1,protocol="TCP"].title']],
  ['b', { pairs: [{ port: 1, protocol: 'UDP' }] }, [{ pairs: [{ port: 1, title: 'one', protocol: 'TCP' }, { port: 1, protocol: 'UDP' }] }, 'a: pairs[port=1,protocol="TCP"] pairs[port=1,protocol="TCP"].port pairs[port=1,protocol="TCP"].title, b: pairs[port=1,protocol="UDP"] pairs[port=1,protocol="UDP"].port pairs[port=1,protocol="UDP"].protocol']],
  ['b', { pairs: [{ port: 1, protocol: 'TCP', title: 'two' }] }, 'Apply failed with 1 conflict: conflict with "a": .spec.pairs[port=1,protocol="TCP"].title'],
  ['a', { pairs: [{ port: 1, protocol: 'TCP' }] }, [{ pairs: [{ port: 1, protocol: 'TCP' }, { port: 1, protocol: 'UDP' }] }, 'a: pairs[port=1,protocol="TCP"] pairs[port=1,protocol="TCP"].port pairs[port=1,protocol="TCP"].protocol, b: pairs[port=1,protocol="UDP"] pairs[port=1,protocol="UDP"].port pairs[port=1,protocol="UDP"].protocol']],
]);
steps('maps, structures, and what has no schema', [
  ['a', { inner: { a: '1' }, atom: { a: '1' }, free: { a: '1' }, loose: { deep: { list: [1, { two: 2 }] } } }, [{ inner: { a: '1' }, atom: { a: '1' }, free: { a: '1' }, loose: { deep: { list: [1, { two: 2 }] } } }, 'a: atom free.a inner.a loose.deep loose.deep.list']],
  ['b', { inner: { b: '1' }, free: { b: '1' } }, [{ inner: { a: '1', b: '1' }, atom: { a: '1' }, free: { a: '1', b: '1' }, loose: { deep: { list: [1, { two: 2 }] } } }, 'a: atom free.a inner.a loose.deep loose.deep.list, b: free.b inner.b']],
  ['b', { atom: { b: '1' } }, 'Apply failed with 1 conflict: conflict with "a": .spec.atom'],
  ['!b', { atom: { b: '1' }, inner: { a: '2' }, loose: { deep: { list: [1] }, other: 'x' } }, [{ inner: { a: '2' }, atom: { b: '1' }, free: { a: '1' }, loose: { deep: { list: [1] }, other: 'x' } }, 'a: free.a loose.deep, b: atom inner.a loose.deep loose.other loose.deep.list']],
  ['a', { inner: {} }, [{ inner: { a: '2' }, atom: { b: '1' }, loose: { deep: { list: [1] }, other: 'x' } }, 'a: inner, b: atom inner.a loose.deep loose.other loose.deep.list']],
  ['b', { loose: {} }, [{}, 'a: inner, b: loose']],
  ['b', { nowhere: 1, one: 2 }, 'failed to create typed patch object (default/t4; example.com/v1, Kind=Thing): errors:\n  .spec.nowhere: field not declared in schema\n  .spec.one: expected string, got &value.valueUnstructured{Value:2}'],
  ['b', { one: null }, [{}, 'a: inner, b: one']],
]);
steps('fields of the status', [
  ['a', { one: 'x' }, [{ one: 'x' }, 'a: one']],
  ['k', { status: { phase: 'Up' } }, [{ phase: 'Up' }, 'a: one, k/status: phase']],
  ['l', { status: { phase: 'Down' } }, 'Apply failed with 1 conflict: conflict with "k" with subresource "status": .status.phase'],
  ['!l', { status: { phase: 'Down' } }, [{ phase: 'Down' }, 'a: one, l/status: phase']],
]);
