/** Parts of the client library alone. */
import fc from 'fast-check';
import t from 'tap';
import { deepFreeze, processId } from '../../src/base/data.ts';
import type { KubeObject } from '../../src/api/meta.ts';
import type { ApiCall } from '../../src/api/wire.ts';
import { handleRecorderAnswer, handleRecorderTimer, newRecorder, recordEvent, type RecorderState } from '../../src/client/event-recorder.ts';
import { handleSeriesAnswer, handleSeriesTimer, newSeriesRecorder, recordInSeries, startSeriesRecorder } from '../../src/client/event-series.ts';
import { getCached, handleInformer, kindOfTag, listCached, listIndexed, newInformer } from '../../src/client/informer.ts';
import { newRest, type RestEvent } from '../../src/client/rest.ts';
import type { Outbox } from '../../src/sim/process.ts';

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

/** What a recorder asks of a server that answers when it is told to. */
class Desk {
  now = 0;
  readonly asked: { readonly id: number; readonly verb: string; readonly name: string; readonly body: Said }[] = [];
  readonly timers: { readonly name: string; readonly after: number }[] = [];
  readonly rest = newRest({ loadBalancer: '', servers: [processId('cp-1', 'kube-apiserver')], credential: { type: 'anonymous' }, userAgent: 'test' });
  readonly out = {
    self: processId('cp-1', 'test'), cause: 0, monotonic: 0, because: () => undefined, draw: (_: string, bound: number) => bound >> 1, cancelTimer: () => undefined,
    startTimer: (name: string, after: number) => { if (!name.startsWith('rest')) this.timers.push({ name, after }); },
    send: (_: string, message: { readonly id: number; readonly call: ApiCall }) => { if (message.call.resource === 'events') this.asked.push({ id: message.id, verb: message.call.verb, name: message.call.name, body: message.call.body as Said }); },
  } as unknown as Outbox;

  constructor() { Object.defineProperty(this.out, 'now', { get: () => this.now }); }

  /** The answer to what was asked last but `back`. */
  answer(code: number, tag: string, back = 0): RestEvent {
    return { type: 'response', id: this.asked.at(-1 - back)?.id ?? 0, tag, code, body: {}, warnings: [] };
  }
}
interface Said { readonly metadata?: { readonly name: string }; readonly message?: string; readonly count?: number; readonly firstTimestamp?: string; readonly lastTimestamp?: string; readonly note?: string; readonly series?: { readonly count: number } }
const pod = deepFreeze({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web', namespace: 'default', uid: 'u1', resourceVersion: '7' } }) as unknown as KubeObject;

/** Says messages, one in a second, to a server that takes them all but those of some codes; returns what was asked. */
function saidBy(desk: Desk, recorder: RecorderState, messages: readonly string[], codeOf: (verb: string) => number = () => 200): readonly string[] {
  const before = desk.asked.length;
  for (const message of messages) {
    desk.now += 1_000_000;
    recordEvent(recorder, desk.rest, { about: pod, type: 'Normal', reason: 'Created', message }, desk.out);
    for (let at = -1; at !== desk.asked.length;) {
      at = desk.asked.length;
      handleRecorderAnswer(() => recorder, desk.rest, desk.answer(codeOf(desk.asked.at(-1)?.verb ?? ''), 'event:kubelet'), desk.out);
    }
  }
  return desk.asked.slice(before).map(({ verb, body }) => `${verb} x${body.count ?? 0} ${body.message ?? ''}`);
}

t.test('what is said again is counted, what is similar is combined, and what is too much is counted in silence', t => {
  const desk = new Desk();
  const recorder = newRecorder('kubelet', 'worker-1');
  t.same(saidBy(desk, recorder, ['a', 'a', 'b', 'a']), ['create x1 a', 'patch x2 a', 'create x1 b', 'patch x3 a']);
  t.same([desk.asked[1]?.name, desk.asked[3]?.name], Array<string | undefined>(2).fill(desk.asked[0]?.body.metadata?.name), 'on the same Event');
  t.same(saidBy(desk, recorder, ['c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'a', 'l']), [
    ...['c', 'd', 'e', 'f', 'g', 'h', 'i'].map(word => `create x1 ${word}`), 'create x1 (combined from similar events): j', 'patch x2 (combined from similar events): k', 'patch x4 a',
    'patch x3 (combined from similar events): l',
  ], 'nine, and then one for all');
  t.same(saidBy(desk, recorder, Array<string>(10).fill('a')), ['5', '6', '7', '8', '9', '10', '11', '12', '13', '14'].map(count => `patch x${count} a`), '25 at once');
  t.same(saidBy(desk, recorder, ['a', 'a', 'z']), [], 'and no more');
  desk.now += 290_000_000;
  t.same(saidBy(desk, recorder, ['a', 'a']), ['patch x17 a'], 'one in five minutes; the others have counted');
  desk.now += 601_000_000;
  t.same(saidBy(desk, recorder, ['x']), ['create x1 x'], 'after ten minutes the similar ones begin anew');
  t.end();
});

t.test('an Event that was forgotten is made anew with its count, and one that finds no server is tried again', t => {
  const desk = new Desk();
  const recorder = newRecorder('kubelet', 'worker-1');
  t.same(saidBy(desk, recorder, ['a', 'a'], verb => (verb === 'patch' ? 404 : 201)), ['create x1 a', 'patch x2 a', 'create x2 a']);
  t.same([desk.asked[2]?.body.metadata, desk.asked[2]?.body.firstTimestamp, desk.asked[2]?.body.lastTimestamp], [desk.asked[0]?.body.metadata, desk.asked[0]?.body.firstTimestamp, '2026-01-01T00:00:02Z']);
  recordEvent(recorder, desk.rest, { about: pod, type: 'Warning', reason: 'BackOff', message: 'first' }, desk.out);
  recordEvent(recorder, desk.rest, { about: pod, type: 'Warning', reason: 'Failed', message: 'second' }, desk.out);
  t.equal(desk.asked.length, 4, 'one after the other');
  for (let i = 0; i < 11; i++) {
    handleRecorderAnswer(() => recorder, desk.rest, desk.answer(0, 'event:kubelet'), desk.out);
    t.equal(handleRecorderTimer(() => recorder, desk.rest, 'event.retry:kubelet', desk.out), true);
  }
  t.same(desk.timers, [5, 10, 10, 10, 10, 10, 10, 10, 10, 10, 10].map(after => ({ name: 'event.retry:kubelet', after: after * 1_000_000 })));
  t.same(desk.asked.slice(3).map(({ body }) => body.message), Array(12).fill('first'));
  handleRecorderAnswer(() => recorder, desk.rest, desk.answer(0, 'event:kubelet'), desk.out);
  t.equal(desk.asked.at(-1)?.body.message, 'second', 'after twelve times it is given up');
  handleRecorderAnswer(() => recorder, desk.rest, desk.answer(500, 'event:kubelet'), desk.out);
  t.same([recorder.queue, desk.asked.length], [[], 16], 'what a server refuses is not tried again');
  t.equal(handleRecorderTimer(() => recorder, desk.rest, 'rest.dial', desk.out), false);
  t.equal(handleRecorderAnswer(() => recorder, desk.rest, desk.answer(200, 'informer:Pod'), desk.out), false);
  t.end();
});

t.test('a series is told when it begins, every half hour and when it has ended', t => {
  const desk = new Desk();
  const recorder = newSeriesRecorder('default-scheduler', 'cp-1');
  const say = (note: string, regarding = pod): void => {
    desk.now += 1_000_000;
    recordInSeries(recorder, desk.rest, { regarding, type: 'Warning', reason: 'FailedScheduling', action: 'Scheduling', note }, desk.out);
  };
  const asked = (from: number): readonly string[] => desk.asked.slice(from).map(({ verb, body }) => `${verb} ${body.series?.count ?? 1} ${body.note ?? ''}`);
  const pass = (seconds: number, timer: string): void => { desk.now += seconds * 1_000_000; t.equal(handleSeriesTimer(recorder, desk.rest, timer, desk.out), true); };
  startSeriesRecorder(desk.out);
  t.same(desk.timers, [{ name: 'events.finish', after: 360_000_000 }, { name: 'events.refresh', after: 1_800_000_000 }]);
  for (const note of ['no room', 'no room', 'other words', 'no room']) say(note);
  t.same(asked(0), ['create 1 no room', 'patch 2 '], 'its words are those of the first');
  say('no room', deepFreeze({ ...pod, metadata: { ...pod.metadata, resourceVersion: '8' } }));
  t.same(asked(2), ['create 1 no room'], 'another state of the object is another thing');
  pass(300, 'events.refresh');
  t.same(asked(3), ['patch 4 ']);
  t.equal(handleSeriesAnswer(recorder, desk.rest, desk.answer(404, 'events.patch'), desk.out), true);
  t.same(asked(4), ['create 4 no room'], 'it was forgotten');
  t.equal(desk.asked[4]?.body.metadata?.name, desk.asked[0]?.body.metadata?.name);
  pass(58, 'events.finish');
  t.same([recorder.said.size, asked(5).length], [2, 0], 'six minutes are not over');
  pass(3, 'events.finish');
  t.same([recorder.said.size, asked(5)], [0, ['patch 4 ']]);
  say('no room');
  t.same(asked(6), ['create 1 no room']);
  t.equal(handleSeriesTimer(recorder, desk.rest, 'flush', desk.out), false);
  t.end();
});
