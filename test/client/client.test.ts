/** Parts of the client library alone. */
import fc from 'fast-check';
import t from 'tap';
import { deepFreeze } from '../../src/base/data.ts';
import type { KubeObject } from '../../src/api/meta.ts';
import { getCached, handleInformer, kindOfTag, listCached, listIndexed, newInformer } from '../../src/client/informer.ts';

t.test('an index finds what a look through all objects finds, whatever changes', t => {
  const names = ['a', 'b', 'c', 'd'];
  const namespaces = ['x', 'y'];
  const owner = fc.constantFrom<readonly object[] | undefined>(undefined, [], [{ uid: 'u1', controller: true }], [{ uid: 'u2' }, { uid: 'u1', controller: true }], [{ uid: 'u2', controller: true }], [{ uid: 'u1' }]);
  const change = fc.record({ type: fc.constantFrom('ADDED', 'MODIFIED', 'DELETED', 'BOOKMARK'), name: fc.constantFrom(...names), namespace: fc.constantFrom(...namespaces), owners: owner, node: fc.constantFrom(undefined, 'n1', 'n2'), keeps: fc.constantFrom('nothing', 'owners', 'spec') });
  fc.assert(fc.property(fc.array(fc.array(change, { minLength: 1, maxLength: 4 }), { maxLength: 12 }), batches => {
    const informer = newInformer({ kind: 'Pod', indexes: ['controller', 'orphan', 'node'] });
    Object.assign(informer, { phase: 'watching', requestId: 1, synced: true });
    const model = new Map<string, KubeObject>();
    let version = 0;
    for (const batch of batches) {
      const wanted: string[] = [];
      const events = batch.map(({ type, name, namespace, owners, node, keeps }) => {
        const key = `${namespace}/${name}`;
        const old = model.get(key) as { readonly metadata: KubeObject['metadata']; readonly spec: unknown } | undefined;
        const spec = old !== undefined && keeps === 'spec' ? old.spec : node === undefined ? {} : { nodeName: node };
        const ownerReferences = old !== undefined && keeps === 'owners' ? old.metadata.ownerReferences : owners;
        const object = deepFreeze({ apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace, resourceVersion: String(++version), ...(ownerReferences === undefined ? {} : { ownerReferences }) }, spec }) as unknown as KubeObject;
        if (type !== 'BOOKMARK') wanted.push(`${type === 'DELETED' ? 'delete' : old === undefined ? 'add' : 'update'} ${key} ${version} after ${old?.metadata.resourceVersion ?? 'nothing'}`);
        if (type === 'DELETED') model.delete(key); else if (type !== 'BOOKMARK') model.set(key, object);
        return { type, object, cause: 0 };
      });
      const deltas = handleInformer(informer, {} as never, { type: 'watch', id: 1, tag: 'informer:Pod', events } as never, {} as never) ?? [];
      const same = (found: unknown, right: unknown, what: string): void => { if (JSON.stringify(found) !== JSON.stringify(right)) throw new Error(`${what}: ${JSON.stringify(found)} is not ${JSON.stringify(right)}`); };
      same(deltas.map(({ type, object, old }) => `${type} ${object.metadata.namespace ?? ''}/${object.metadata.name} ${object.metadata.resourceVersion ?? ''} after ${old?.metadata.resourceVersion ?? 'nothing'}`), wanted, 'changes');
      same(informer.resourceVersion, String(version), 'version');
      const all = [...model].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, object]) => object);
      same(listCached(informer), all, 'all');
      for (const namespace of namespaces) same(listCached(informer, namespace), all.filter(({ metadata }) => metadata.namespace === namespace), namespace);
      for (const name of names) same(getCached(informer, `x/${name}`), model.get(`x/${name}`), name);
      const uid = ({ metadata }: KubeObject): string | undefined => metadata.ownerReferences?.find(one => one.controller === true)?.uid;
      for (const one of ['u1', 'u2', 'u3']) same(listIndexed(informer, 'controller', one), all.filter(object => uid(object) === one), `of ${one}`);
      for (const namespace of namespaces) same(listIndexed(informer, 'orphan', namespace), all.filter(object => uid(object) === undefined && object.metadata.namespace === namespace), `orphans of ${namespace}`);
      for (const node of ['n1', 'n2']) same(listIndexed(informer, 'node', node), all.filter(object => (object as { readonly spec?: { readonly nodeName?: string } }).spec?.nodeName === node), `on ${node}`);
    }
  }), { numRuns: 300, seed: 1 });
  t.same([kindOfTag('informer:Pod'), kindOfTag('informer:Pod'), kindOfTag('informer:Service'), kindOfTag('event'), kindOfTag('')], ['Pod', 'Pod', 'Service', '', '']);
  t.end();
});
