import t from 'tap';
import { drawBelow, newStream } from '../../src/base/prng.ts';
import type { KeyValue, RangeRequest } from '../../src/etcd/contract.ts';
import { compact } from '../../src/etcd/mvcc/compaction.ts';
import { hashKV } from '../../src/etcd/mvcc/hash.ts';
import { grantLease, keysOfLease, revokeLease } from '../../src/etcd/mvcc/lease.ts';
import { range } from '../../src/etcd/mvcc/range.ts';
import { newValueBytes, valueBytes } from '../../src/etcd/mvcc/size.ts';
import { newStore } from '../../src/etcd/mvcc/store.ts';
import type { Store } from '../../src/etcd/mvcc/store.ts';
import { deleteRange, put, txn } from '../../src/etcd/mvcc/txn.ts';
import { addWatcher, missedBy, newWatchHub, notify } from '../../src/etcd/mvcc/watch.ts';
import { storeOf } from '../../src/etcd/snapshot-file.ts';
import type { SnapshotContent } from '../../src/etcd/snapshot-file.ts';
import { contentOf } from '../../src/etcd/snapshot-file.ts';
import { Table } from '../../src/base/table.ts';
import { newAuthStore } from '../../src/etcd/auth/store.ts';

/** Random operations on the store and on a model of a few lines that keeps every state there ever was. */

const KEYS = ['a', 'b', 'c', 'd/1', 'd/2', 'd/3', 'e', 'f'] as const;
const RANGES: readonly (readonly [string, string | undefined])[] = [
  ['a', undefined], ['d/2', undefined], ['d/', 'd0'], ['b', 'e'], ['a', '\0'], ['\0', '\0'], ['c', 'c'], ['zz', undefined],
];

/** Revision → live keys then. */
class Model {
  readonly states = new Map<number, Map<string, KeyValue>>([[1, new Map()]]);
  revision = 1;
  compacted = -1;

  change(edit: (state: Map<string, KeyValue>, revision: number) => boolean): void {
    const state = new Map(this.states.get(this.revision));
    if (!edit(state, this.revision + 1)) return;
    this.revision += 1;
    this.states.set(this.revision, state);
  }

  put(key: string, value: string, lease = ''): void {
    this.change((state, revision) => {
      const old = state.get(key);
      state.set(key, { key, value, createRevision: old?.createRevision ?? revision, modRevision: revision, version: (old?.version ?? 0) + 1, lease });
      return true;
    });
  }

  delete(keys: readonly string[]): void {
    this.change((state) => keys.map((key) => state.delete(key)).some((was) => was));
  }

  inRange(key: string, rangeEnd: string | undefined, revision = this.revision): KeyValue[] {
    const isIn = (one: string): boolean => rangeEnd === undefined ? one === key : one >= key && (rangeEnd === '\0' || one < rangeEnd);
    return [...this.states.get(revision)?.values() ?? []].filter((kv) => isIn(kv.key)).sort((x, y) => (x.key < y.key ? -1 : 1));
  }
}

const request = (key: string, rangeEnd: string | undefined, more: Partial<RangeRequest> = {}): RangeRequest =>
  rangeEnd === undefined ? { key, ...more } : { key, rangeEnd, ...more };

/** Everything a reader can ask, at every revision there is. */
function differs(store: Store, model: Model): string | undefined {
  if (store.revision !== model.revision) return `revision ${store.revision}, not ${model.revision}`;
  for (let revision = Math.max(1, model.compacted); revision <= model.revision; revision++) {
    for (const [key, rangeEnd] of RANGES) {
      const found = range(store, request(key, rangeEnd, { revision }));
      const wanted = model.inRange(key, rangeEnd, revision);
      if (JSON.stringify(typeof found === 'string' ? found : found.kvs) !== JSON.stringify(wanted)) return `[${key}, ${rangeEnd}) at ${revision}`;
    }
  }
  return undefined;
}

const contentOfStore = (store: Store): SnapshotContent =>
  contentOf({ store, auth: newAuthStore(), alarms: new Table(), members: new Table() });

t.test('the store does as the model does', async (t) => {
  for (let seed = 1; seed <= 12; seed++) {
    const stream = newStream(seed, 'model');
    const draw = (n: number): number => drawBelow(stream, n);
    const key = (): string => KEYS[draw(KEYS.length)] ?? 'a';
    let store = newStore();
    const model = new Model();
    const leases: string[] = [];
    const hub = newWatchHub();
    const heard: string[] = [];
    const watcher = { client: 'c', id: 1, key: 'd/', rangeEnd: 'd0', startRevision: 0, prevKv: true, noPut: false, noDelete: false, progressNotify: false, requireLeader: false };
    addWatcher(hub, watcher);
    const tell = (): void => notify(hub, store, (_, events) => { for (const { type, kv } of events) heard.push(`${type} ${kv.key} ${kv.modRevision}`); });
    let wrong: string | undefined;
    for (let step = 0; step < 150 && wrong === undefined; step++) {
      const [from = 'a', to] = RANGES[draw(RANGES.length)] ?? ['a', undefined];
      const value = `v${step}`;
      switch (draw(9)) {
        case 0: case 1: case 2: {
          const one = key();
          const lease = leases.length > 0 && draw(3) === 0 ? leases[draw(leases.length)] ?? '' : '';
          put(store, lease === '' ? { key: one, value } : { key: one, value, lease });
          model.put(one, value, lease);
          break;
        }
        case 3: {
          const gone = model.inRange(from, to).map((kv) => kv.key);
          deleteRange(store, to === undefined ? { key: from } : { key: from, rangeEnd: to });
          model.delete(gone);
          break;
        }
        case 4: case 5: {
          const [one, other] = [key(), key()];
          const target = model.inRange(one, undefined)[0];
          const operand = draw(2) === 0 ? target?.version ?? 0 : 99;
          const success = one === other ? [{ put: { key: one, value } }] : [{ put: { key: one, value } }, { put: { key: other, value } }, { range: { key: one } }];
          const answer = txn(store, { compare: [{ key: one, target: 'version', result: 'equal', operand }], success, failure: [{ deleteRange: { key: other } }] });
          const holds = operand === (target?.version ?? 0);
          if (typeof answer === 'string' || answer.succeeded !== holds) wrong = `transaction ${JSON.stringify(answer)}`;
          if (holds) {
            model.change((state, revision) => {
              for (const name of new Set([one, other])) {
                const old = state.get(name);
                state.set(name, { key: name, value, createRevision: old?.createRevision ?? revision, modRevision: revision, version: (old?.version ?? 0) + 1, lease: '' });
              }
              return true;
            });
          } else {
            model.delete([other]);
          }
          break;
        }
        case 6: {
          const revision = Math.max(1, model.revision - draw(6));
          const error = compact(store, revision);
          if ((error !== undefined) !== revision <= model.compacted) wrong = `compaction to ${revision}: ${error}`;
          if (error === undefined) model.compacted = revision;
          break;
        }
        case 7: {
          if (draw(2) === 0 || leases.length === 0) {
            leases.push((step + 16).toString(16));
            grantLease(store, leases.at(-1) ?? '', 60);
            break;
          }
          const lease = leases.splice(draw(leases.length), 1)[0] ?? '';
          const attached = model.inRange('\0', '\0').filter((kv) => kv.lease === lease).map((kv) => kv.key);
          if (keysOfLease(store, lease).join() !== attached.join()) wrong = `keys of lease ${lease}`;
          revokeLease(store, lease);
          model.delete(attached);
          break;
        }
        default: {
          // Over a file and back: nothing may be lost, and it goes on from there.
          const again = storeOf({ content: contentOfStore(store) });
          for (let revision = Math.max(1, model.compacted); revision <= model.revision; revision++) {
            if (hashKV(again, revision) !== hashKV(store, revision)) wrong = `hash at ${revision} after a file`;
          }
          if (again.bytesInUse !== store.bytesInUse) wrong = `${again.bytesInUse} bytes after a file, ${store.bytesInUse} before`;
          if (draw(2) === 0) {
            tell();
            store = again;
            hub.notified = store.history.next;
          }
        }
      }
      tell();
      wrong ??= differs(store, model);
      const from1 = Math.max(model.compacted, 1) + draw(3);
      const missed = missedBy(hub, store, { ...watcher, startRevision: from1 }).map(({ type, kv }) => `${type} ${kv.key} ${kv.modRevision}`);
      const known = heard.filter((line) => Number(line.split(' ')[2]) >= from1);
      if (missed.join() !== known.join()) wrong ??= `a watch from ${from1} hears ${missed.join()}, not ${known.join()}`;
      if (wrong !== undefined) wrong = `seed ${seed}, step ${step}: ${wrong}`;
    }
    t.equal(wrong, undefined, `seed ${seed}`);
  }
});

t.test('a put under a condition does what any transaction of that condition and that put does', async (t) => {
  const outcomes = new Map<string, number>();
  for (let seed = 1; seed <= 20; seed++) {
    const stream = newStream(seed, 'guarded');
    const draw = (n: number): number => drawBelow(stream, n);
    const pick = <T>(list: readonly T[]): T => list[draw(list.length)] as T;
    const [short, long] = [newStore(), newStore()];
    for (const store of [short, long]) grantLease(store, '7b', 60);
    for (let step = 0; step < 200; step++) {
      const key = pick(['a', 'b', 'c']);
      const old = range(short, { key });
      const kv = typeof old === 'string' ? undefined : old.kvs[0];
      const target = pick(['version', 'create', 'mod', 'value', 'lease'] as const);
      const held = { version: kv?.version ?? 0, create: kv?.createRevision ?? 0, mod: kv?.modRevision ?? 0, value: kv?.value ?? '', lease: kv?.lease ?? '' }[target];
      const operand = draw(3) > 0 ? held : target === 'value' ? 'v3' : target === 'lease' ? '7b' : draw(6);
      const condition = { key: draw(8) === 0 ? pick(['a', 'b', '']) : key, target, result: pick(['equal', 'equal', 'equal', 'greater', 'less', 'notEqual'] as const), operand, ...(draw(9) === 0 ? { rangeEnd: pick(['', 'c', '\0']) } : {}) };
      const write = {
        key: draw(20) === 0 ? '' : key, value: `v${draw(5)}`, ...(draw(4) === 0 ? { prevKv: true } : {}), ...(draw(6) === 0 ? { lease: pick(['7b', 'ff', '']) } : {}),
        ...(draw(8) === 0 ? { ignoreLease: true } : {}), ...(draw(10) === 0 ? { ignoreValue: true, value: draw(4) === 0 ? 'x' : '' } : {}),
      };
      const failure = draw(2) === 0 ? [{ range: { key } }] : [{ deleteRange: { key, prevKv: true } }];
      // The same condition twice is another request with the same meaning.
      const [answer, wanted] = [txn(short, { compare: [condition], success: [{ put: write }], failure }, step), txn(long, { compare: [condition, condition], success: [{ put: write }], failure }, step)];
      const name = typeof answer === 'string' ? answer : answer.succeeded ? 'written' : 'refused';
      outcomes.set(name, (outcomes.get(name) ?? 0) + 1);
      if (JSON.stringify([answer, short.revision, hashKV(short, 0), keysOfLease(short, '7b')]) !== JSON.stringify([wanted, long.revision, hashKV(long, 0), keysOfLease(long, '7b')])) {
        t.fail(`seed ${seed}, step ${step}: ${JSON.stringify(condition)} ${JSON.stringify(write)}: ${JSON.stringify(answer)}, not ${JSON.stringify(wanted)}`);
        return;
      }
    }
    t.same(contentOfStore(short), contentOfStore(long), `seed ${seed}`);
  }
  for (const name of ['written', 'refused']) t.ok((outcomes.get(name) ?? 0) > 200, `${name}: ${[...outcomes].join('; ')}`);
  t.ok(outcomes.size >= 6, `errors came, too: ${[...outcomes].join('; ')}`);
});

t.test('the size of a value is that of its parts, whatever was measured before', async (t) => {
  const parts = (value: unknown): number => {
    if (typeof value === 'string') return value.length + 2;
    if (typeof value !== 'object' || value === null) return 5;
    if (Array.isArray(value)) return value.reduce<number>((sum, item) => sum + 1 + parts(item), 2);
    return Object.entries(value).reduce((sum, [key, part]) => sum + key.length + 4 + parts(part), 2);
  };
  const stream = newStream(1, 'sizes');
  const spec = Object.freeze({ containers: Object.freeze([Object.freeze({ name: 'a', list: Object.freeze([1, true, null, 'x']) })]) });
  const made: object[] = [];
  for (let i = 0; i < 900; i++) {
    const value = Object.freeze({ metadata: Object.freeze({ name: 'n'.repeat(drawBelow(stream, 9)) }), ...(i % 3 === 0 ? { spec } : { spec: 'text' }), status: Object.freeze({ fieldsV1: spec, n: i }) });
    made.push(value);
    if (newValueBytes(value) !== parts(value)) t.fail(`new: ${JSON.stringify(value)}`);
    // Asked again in order, some steps later, and now and then for one that is long forgotten.
    for (const again of [made[i - 5], made[drawBelow(stream, made.length)]]) if (again !== undefined && valueBytes(again as never) !== parts(again)) t.fail(`again: ${JSON.stringify(again)}`);
  }
  t.same([valueBytes(''), valueBytes('abc'), newValueBytes('abc'), newValueBytes({} as never), valueBytes([] as never)], [2, 5, 5, 2, 2]);
  const open = { a: 'x' };
  newValueBytes(open as never);
  open.a = 'xyz';
  t.equal(valueBytes(open as never), 12, 'what is not frozen is measured each time');
});
