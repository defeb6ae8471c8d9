import t from 'tap';
import type { EtcdRequest } from '../../src/etcd/contract.ts';
import { compactionPlan } from '../../src/etcd/auto-compaction.ts';
import { memberOn } from '../../src/etcd/member.ts';
import type { EtcdMember } from '../../src/etcd/member-state.ts';
import { checkTxnShape } from '../../src/etcd/mvcc/request-shape.ts';
import { Cluster } from './harness.ts';
import type { Reply } from './harness.ts';

/** What a member does by itself, and the limits it keeps. */

const put = (key: string, value = 'v', more: object = {}) => ({ op: 'put', args: { key, value, ...more } }) as const;
const get = (key: string, more: object = {}) => ({ op: 'range', args: { key, ...more } }) as const;
const body = (reply: Reply): any => reply.ok ? reply.body : { error: reply.error };
const errorOf = (reply: Reply): string => reply.ok ? '' : reply.error;

function started(options: ConstructorParameters<typeof Cluster>[0] = {}): Cluster {
  const cluster = new Cluster(options);
  cluster.elect();
  cluster.run(1);
  return cluster;
}

const leaderOf = (cluster: Cluster): string => cluster.leader?.settings.name ?? '';
const followersOf = (cluster: Cluster): string[] => cluster.names.filter((name) => name !== leaderOf(cluster));

/* ---- Automatic compaction ---- */

t.test('what the flags of automatic compaction mean', async (t) => {
  const table: readonly ['periodic' | 'revision', string, number | string][] = [
    ['periodic', '1', 3_600_000_000], ['periodic', '10m', 600_000_000], ['periodic', '1h30m', 5_400_000_000], ['periodic', '0', 0],
    ['revision', '1000', 1_000], ['periodic', 'soon', 'error parsing CompactionRetention: time: invalid duration "soon"'],
  ];
  for (const [autoCompactionMode, autoCompactionRetention, wanted] of table) {
    const plan = compactionPlan({ autoCompactionMode, autoCompactionRetention });
    t.same(typeof plan === 'string' ? plan : plan.retention, wanted, `${autoCompactionMode} ${autoCompactionRetention}`);
  }
});

t.test('periodic compaction keeps the history of the period', async (t) => {
  const cluster = started({ config: { autoCompactionMode: 'periodic', autoCompactionRetention: '10m' } });
  const revisionAt: number[] = [];
  for (let minute = 0; minute <= 32; minute++) {
    revisionAt.push(cluster.leader!.store.revision);
    cluster.do('m1', put('k', String(minute)));
    cluster.run(59.9);
    const { compactRevision } = cluster.leader!.store;
    if (minute < 9) t.equal(compactRevision, -1, `minute ${minute}: nothing yet`);
    if (minute === 15 || minute === 25 || minute === 32) {
      const age = minute - revisionAt.findIndex((revision) => revision >= compactRevision);
      t.ok(age >= 9 && age <= 21, `minute ${minute}: what is kept goes back ${age} minutes`);
    }
  }
  t.equal(new Set(cluster.members.map(({ store }) => store.compactRevision)).size, 1, 'the same on all');
});

t.test('compaction by revisions looks every five minutes', async (t) => {
  const cluster = started({ config: { autoCompactionMode: 'revision', autoCompactionRetention: '10' } });
  for (let i = 0; i < 30; i++) cluster.do('m1', put('k', String(i)));
  t.equal(cluster.leader!.store.compactRevision, -1);
  cluster.run(301);
  t.equal(cluster.leader!.store.compactRevision, 21, '31 less 10');
  cluster.run(700);
  t.equal(cluster.leader!.store.compactRevision, 21, 'nothing new, nothing to do');
});

t.test('a member with flags that make no sense does not start', async (t) => {
  const cluster = new Cluster({ size: 1, config: { autoCompactionRetention: 'soon' } });
  cluster.run(1);
  t.equal(cluster.member('m1'), undefined);
  t.match(cluster.kernel.trace.notes.at(-1), { type: 'process.panicked', fields: { reason: 'error parsing CompactionRetention: time: invalid duration "soon"' } });
});

/* ---- Corruption ---- */

/** Changes a value behind etcd's back. */
function damage(member: EtcdMember, key: string): void {
  const version = member.store.index.get(key)!;
  const kv = Object.freeze({ ...version.event.kv, value: 'damaged' });
  const forged = Object.freeze({ ...version, event: Object.freeze({ ...version.event, kv }) });
  member.store.index.set(key, forged);
  const { chunks } = member.store.history;
  const chunk = chunks[chunks.length - 1]!;
  chunk[chunk.findIndex(({ position }) => position === version.position)] = forged;
}

t.test('the leader finds a member that differs, and then nothing is changed any more', async (t) => {
  const cluster = started({ config: { corruptCheckTime: 60_000 } });
  for (let i = 0; i < 5; i++) cluster.do('m1', put(`k${i}`));
  cluster.run(130);
  t.same(body(cluster.do('m1', { op: 'alarm', args: { action: 'get' } })).alarms, [], 'sound members raise no alarm');
  const [victim = '', other = ''] = followersOf(cluster);
  cluster.run(1);
  damage(cluster.member(victim)!, 'k2');
  cluster.run(70);
  t.same(body(cluster.do(other, { op: 'alarm', args: { action: 'get' } })).alarms, [{ memberId: cluster.member(victim)!.id, alarm: 'CORRUPT' }]);
  const corrupt = 'etcdserver: corrupt cluster';
  for (const request of [
    put('k0'), { op: 'deleteRange', args: { key: 'k0' } }, { op: 'compact', args: { revision: 3 } }, { op: 'leaseGrant', args: { ttl: 60 } },
    { op: 'txn', args: { compare: [], success: [{ put: { key: 'k', value: '' } }], failure: [] } },
  ] as const) t.equal(errorOf(cluster.do(other, request)), corrupt, request.op);
  t.equal(body(cluster.do(other, get('k1'))).count, 1, 'reads go on');
  t.same(body(cluster.do(other, { op: 'health', args: {} })), { health: 'false', reason: 'ALARM CORRUPT' });
  cluster.do(other, { op: 'alarm', args: { action: 'deactivate', alarm: 'CORRUPT' } });
  t.equal(errorOf(cluster.do(other, put('k0'))), '', 'disarmed, it goes on');
});

t.test('a member that differs does not come back', async (t) => {
  const cluster = started({ config: { initialCorruptCheck: true, snapshotCount: 5, snapshotCatchupEntries: 2 } });
  for (let i = 0; i < 12; i++) cluster.do('m1', put(`k${i}`));
  cluster.run(1);
  const [sound = '', victim = ''] = followersOf(cluster);
  for (const name of [sound, victim]) cluster.kernel.crash(memberOn(name));
  const disk = cluster.kernel.world.processes.find(({ id }) => id === memberOn(victim))!.disk;
  const snapshot: any = disk.get('snapshot');
  const image = { ...snapshot.data, store: { ...snapshot.data.store, index: snapshot.data.store.index.checkpoint(), history: { ...snapshot.data.store.history, chunks: snapshot.data.store.history.chunks.map((chunk: any) => [...chunk]) } } };
  damage({ store: image.store } as EtcdMember, 'k1');
  disk.set('snapshot', { ...snapshot, data: image });
  for (const name of [sound, victim]) cluster.kernel.restart(memberOn(name));
  cluster.run(5);
  t.equal(cluster.member(sound)?.status, 'running');
  t.equal(errorOf(cluster.do(sound, put('k', 'on'))), '');
  t.equal(cluster.member(victim), undefined);
  t.match(cluster.kernel.trace.notes.find(({ type }) => type === 'process.panicked')?.fields, { process: memberOn(victim), reason: /found data inconsistency with peers$/ });
});

/* ---- Watches ---- */

t.test('a watch that requires a leader ends when there is none', async (t) => {
  const cluster = started();
  const [last = '', other = ''] = followersOf(cluster);
  const patient = cluster.watch(last, { key: 'k' });
  const strict = cluster.watch(last, { key: 'k', requireLeader: true });
  cluster.run(1);
  const canceled = (id: number) => cluster.client.answers.find((one) => one.id === id && one.type === 'etcd.watchCanceled');
  for (const name of [leaderOf(cluster), other]) cluster.kernel.crash(memberOn(name));
  const at = cluster.kernel.world.now;
  cluster.run(12);
  t.match(canceled(strict), { reason: 'etcdserver: no leader', compactRevision: 0 });
  const after = ((canceled(strict)?.at ?? 0) - at) / 1_000_000;
  t.ok(after > 3.9 && after < 5.2, `an election timeout and three more: ${after} s`);
  t.equal(canceled(patient), undefined);
  const late = cluster.watch(last, { key: 'k', requireLeader: true });
  cluster.run(0.1);
  t.match(canceled(late), { reason: 'etcdserver: no leader' });
  cluster.kernel.restart(memberOn(other));
  cluster.run(5);
  cluster.do(other, put('k'));
  cluster.run(0.1);
  t.equal(cluster.events(patient).length, 1, 'the other one goes on');
});

t.test('regular progress goes to those without news', async (t) => {
  const cluster = started({ size: 1, config: { watchProgressNotifyInterval: 5_000 } });
  const busy = cluster.watch('m1', { key: 'busy', progressNotify: true });
  const quiet = cluster.watch('m1', { key: 'quiet', progressNotify: true });
  const silent = cluster.watch('m1', { key: 'quiet' });
  for (let i = 0; i < 20; i++) {
    cluster.do('m1', put('busy', String(i)));
    cluster.run(1);
  }
  const heard = (id: number) => cluster.client.answers.flatMap((one) => one.type === 'etcd.watch' && one.id === id ? [one] : []);
  t.equal(heard(busy).filter(({ events }) => events.length === 0).length, 0, 'news are progress');
  const told = heard(quiet);
  t.ok(told.length >= 3 && told.every(({ events }) => events.length === 0), `${told.length} times in twenty seconds`);
  t.ok((told.at(-1)?.header.revision ?? 0) > 15, 'with the revision of the store');
  t.equal(heard(silent).length, 0);
});

t.test('what a watch is told of values before a compaction', async (t) => {
  const cluster = started({ size: 1 });
  for (const value of ['1', '2', '3']) cluster.do('m1', put('k', value));
  cluster.do('m1', { op: 'compact', args: { revision: 3 } });
  const watch = cluster.watch('m1', { key: 'k', startRevision: 3, prevKv: true });
  cluster.run(0.1);
  t.same(cluster.events(watch).map(({ kv, prevKv }) => [kv.value, prevKv?.value]), [['2', undefined], ['3', '2']]);
  const negative = cluster.watch('m1', { key: 'k', startRevision: -1 });
  const all = cluster.watch('m1', { key: '', rangeEnd: '\0' });
  cluster.do('m1', put('a'));
  cluster.run(0.1);
  t.match(cluster.client.answers.find((one) => one.id === negative), { type: 'etcd.watchCanceled' });
  t.equal(cluster.events(all).length, 1, 'no key is the smallest key');
});

/* ---- Requests ---- */

t.test('transactions that write a key twice', async (t) => {
  const p = (key: string) => ({ put: { key, value: '' } });
  const d = (key: string, rangeEnd?: string) => ({ deleteRange: rangeEnd === undefined ? { key } : { key, rangeEnd } });
  const nest = (success: any[], failure: any[] = []) => ({ txn: { compare: [], success, failure } });
  const table: readonly [string, any[], boolean][] = [
    ['two puts', [p('a'), p('a')], false], ['two keys', [p('a'), p('b')], true], ['put and delete', [p('a'), d('a')], false],
    ['delete a range, put in it', [d('a', 'c'), p('b')], false], ['put at its end', [d('a', 'c'), p('c')], true], ['two deletes', [d('a'), d('a')], true],
    ['delete from a key, put behind it', [d('a', '\0'), p('b')], true], ['delete from a key, put it', [d('a', '\0'), p('a')], true],
    ['nested put of an outer key', [p('a'), nest([p('a')])], false], ['nested put of a deleted key', [d('a'), nest([p('a')])], false],
    ['both branches of one', [nest([p('a')], [p('a')])], true], ['two nested', [nest([p('a')]), nest([p('a')])], false], ['two nested, other branches', [nest([p('a')]), nest([], [p('a')])], false],
    ['nested delete of an outer put', [p('a'), nest([d('a')])], false], ['nested delete, later nested put', [nest([d('a')]), nest([p('a')])], false],
    ['nested put, later nested delete', [nest([p('a')]), nest([d('a')])], true], ['deep', [nest([nest([p('a')])]), p('a')], false],
  ];
  for (const [name, success, fine] of table) {
    t.equal(checkTxnShape({ compare: [], success, failure: [] }), fine ? undefined : 'etcdserver: duplicate key given in txn request', name);
    t.equal(checkTxnShape({ compare: [], success: [], failure: success }), fine ? undefined : 'etcdserver: duplicate key given in txn request', `${name}, in the other list`);
  }
  const many = (n: number) => Array.from({ length: n }, (_, i) => p(`k${i}`));
  const tooMany = 'etcdserver: too many operations in txn request';
  for (const [outer, inner, error] of [[128, 0, undefined], [129, 0, tooMany], [28, 100, undefined], [28, 101, tooMany], [100, 29, tooMany]] as const) {
    const success = [nest(many(inner)), ...many(200).slice(100).concat(many(300).slice(200)).slice(0, outer - 1)];
    t.equal(checkTxnShape({ compare: [], success, failure: [] }), error, `${outer} and ${inner} within`);
  }
});

t.test('what the quota lets through', async (t) => {
  const cluster = started({ size: 1, config: { quotaBackendBytes: 30_000, maxRequestBytes: 5_000 } });
  const full = 'etcdserver: mvcc: database space exceeded';
  t.equal(errorOf(cluster.do('m1', put('k', 'x'.repeat(6_000)))), 'etcdserver: request is too large');
  t.equal(errorOf(cluster.do('m1', put('k', 'x'.repeat(12_000)))), full, 'the file is looked at first');
  cluster.do('m1', { op: 'alarm', args: { action: 'deactivate' } });
  t.equal(errorOf(cluster.do('m1', put('k', 'x'.repeat(4_500)))), '');
  t.equal(errorOf(cluster.do('m1', put('k', 'x'.repeat(4_500)))), '');
  const requests: readonly [EtcdRequest, string][] = [
    [put('k', 'x'.repeat(600)), full], [{ op: 'txn', args: { compare: [], success: [], failure: [{ txn: { compare: [], success: [{ put: { key: 'k', value: 'x'.repeat(600) } }], failure: [] } }] } }, full],
    [put('small'), full], [{ op: 'leaseGrant', args: { ttl: 60 } }, full],
    [{ op: 'txn', args: { compare: [], success: [{ deleteRange: { key: 'z' } }], failure: [] } }, ''], [{ op: 'deleteRange', args: { key: 'z' } }, ''], [get('k'), ''],
  ];
  for (const [request, error] of requests) t.equal(errorOf(cluster.do('m1', request)), error, JSON.stringify(request).slice(0, 60));
});

/* ---- Leases ---- */

t.test('a new leader spreads leases that would end together', async (t) => {
  const cluster = started();
  for (let i = 0; i < 1_600; i++) cluster.ask('m1', { op: 'leaseGrant', args: { ttl: 20, id: (i + 1).toString(16) } });
  cluster.run(2);
  t.equal(cluster.leader?.store.leases.size, 1_600);
  cluster.kernel.crash(memberOn(leaderOf(cluster)));
  cluster.run(0.5);
  const elected = cluster.elect();
  const ends = [...(elected.lessor?.values() ?? [])].map(({ expiresAt }) => expiresAt - cluster.kernel.world.now).sort((a, b) => a - b);
  t.ok((ends[0] ?? 0) > 20_500_000, 'with an election timeout on top');
  const inFirst = ends.filter((end) => end < (ends[0] ?? 0) + 1_000_000).length;
  t.ok(inFirst <= 760, `${inFirst} end in the first second`);
  cluster.run(30);
  t.equal(cluster.leader?.store.leases.size, 0, 'all end');
});

t.test('leases are listed by their end, and one that has ended is not saved', async (t) => {
  const cluster = started({ size: 1 });
  for (const [id, ttl] of [['a', 300], ['b', 100], ['c', 200]] as const) cluster.do('m1', { op: 'leaseGrant', args: { id, ttl } });
  t.same(body(cluster.do('m1', { op: 'leaseLeases', args: {} })).leases, [{ id: 'b' }, { id: 'c' }, { id: 'a' }]);
  cluster.do('m1', { op: 'leaseGrant', args: { id: 'd', ttl: 2 } });
  const end = cluster.member('m1')!.lessor!.get('d')!.expiresAt;
  cluster.run((end - cluster.kernel.world.now) / 1_000_000 + 0.001);
  t.match(body(cluster.do('m1', { op: 'leaseKeepAlive', args: { id: 'd' } })), { ttl: 0 });
});

t.test('leases are compared as whole numbers', async (t) => {
  const cluster = started({ size: 1 });
  cluster.do('m1', { op: 'leaseGrant', args: { id: '7fffffffffffff01', ttl: 600 } });
  cluster.do('m1', put('k', 'v', { lease: '7fffffffffffff01' }));
  const table: readonly ['equal' | 'less' | 'greater' | 'notEqual', string, boolean][] = [
    ['equal', '7fffffffffffff01', true], ['equal', '7fffffffffffff02', false], ['less', '7fffffffffffff02', true], ['greater', '7ffffffffffffeff', true],
    ['greater', '0', true], ['notEqual', '', true],
  ];
  for (const [result, operand, holds] of table) {
    const { succeeded } = body(cluster.do('m1', { op: 'txn', args: { compare: [{ key: 'k', target: 'lease', result, operand }], success: [], failure: [] } }));
    t.equal(succeeded, holds, `${result} ${operand}`);
  }
});

t.test('a lead that is not taken over in time', async (t) => {
  const cluster = started();
  const [a = ''] = followersOf(cluster);
  const targetId = cluster.member(a)!.id;
  cluster.kernel.pause(memberOn(a));
  const reply = cluster.do(leaderOf(cluster), { op: 'moveLeader', args: { targetId } });
  t.equal(errorOf(reply), 'etcdserver: request timed out, leader transfer took too long');
});
