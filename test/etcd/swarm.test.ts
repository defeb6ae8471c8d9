import t from 'tap';
import { checkHistory } from './swarm/history.ts';
import type { Call } from './swarm/history.ts';
import { isLinearizable } from './swarm/linearizable.ts';
import type { Operation } from './swarm/linearizable.ts';
import { optionsOf, plantedBugs, withBug } from './swarm/bugs.ts';
import { runSwarm } from './swarm/run.ts';
import { shrink, tell } from './swarm/shrink.ts';
import { truthOf } from './swarm/truth.ts';

/** Runs of clusters take longer than tap allows by itself on a busy machine. */
t.setTimeout(240_000);

/** Seeds run on every build. Failing ones found elsewhere are added here and stay (see test/cluster/TRACK-RECORD.md). */
const SEEDS = [...Array.from({ length: 24 }, (_, i) => i + 1), 42, 136, 166, 271, 193, 221, 277, 293, 312, 2155, 2910, 24340, 32354, 43981, 46184, 51306, 20261122040];
/** Seeds that nobody has run yet: other ones every day, or from where the variable says. */
const FRESH = 50;
const fresh = Number(process.env['PILOTHOUSE_FRESH'] ?? new Date().toISOString().slice(0, 10).replaceAll('-', '')) * 1000;
/** Seeds in which a planted bug must be found. */
const BUG_SEEDS = 250;

function judge(t: { pass(what: string): void; fail(what: string): void }, seeds: readonly number[]): { done: number; leaders: number } {
  let done = 0;
  let leaders = 0;
  for (const seed of seeds) {
    const result = runSwarm(seed);
    if (result.wrong !== undefined) t.fail(tell(shrink(seed)));
    done += result.done;
    leaders += result.leaders;
  }
  t.pass(`${seeds.length} seeds, ${done} calls answered, ${leaders} leaders`);
  return { done, leaders };
}

t.test('random trouble breaks no promise', async (t) => {
  const { done, leaders } = judge(t, SEEDS);
  t.ok(done > SEEDS.length * 50, `${done} requests were answered`);
  t.ok(leaders > SEEDS.length, `${leaders} leaders were elected`);
});

t.test(`nor does it in ${FRESH} seeds from ${fresh} on (PILOTHOUSE_FRESH=${fresh / 1000} runs them again)`, async (t) => {
  judge(t, Array.from({ length: FRESH }, (_, i) => fresh + i));
});

t.test('the same seed gives the same run, with less trouble another one', async (t) => {
  const [one, two] = [runSwarm(7), runSwarm(7)];
  t.equal(one.digest, two.digest);
  t.not(runSwarm(7, { only: [0, 1] }).digest, one.digest);
});

for (const bug of plantedBugs) {
  t.test(`planted: ${bug.name}: ${bug.about}`, async (t) => {
    const { runSwarm: run } = await withBug(bug);
    const options = optionsOf(bug);
    for (let seed = 1; seed <= BUG_SEEDS; seed++) {
      const { wrong = '' } = run(seed, options);
      if (!bug.catches.test(wrong)) continue;
      t.pass(`found by seed ${seed}: ${wrong}`);
      t.equal(runSwarm(seed, options).wrong, undefined, `without the bug seed ${seed} is clean`);
      return;
    }
    t.fail(`not found in ${BUG_SEEDS} seeds`);
  });
}

t.test('a failing run is made smaller and says how to run it again', async (t) => {
  const bug = plantedBugs.find(({ name }) => name === 'lease-outlives-revoke');
  if (bug === undefined) throw new Error('the bug is not in the list');
  const { runSwarm: run } = await withBug(bug);
  const seed = Array.from({ length: 20 }, (_, i) => i + 1).find(one => bug.catches.test(run(one, optionsOf(bug)).wrong ?? '')) ?? 0;
  const finding = shrink(seed, optionsOf(bug), { bug: bug.name, run });
  t.ok(finding.only.length <= 3, `this bug needs hardly any trouble: ${finding.only.join()}`);
  t.match(tell(finding), new RegExp(`^seed ${seed}: .*[\\s\\S]*\\n {2}again: node \\.ci/swarm\\.mjs etcd --seed ${seed} --bug lease-outlives-revoke --only (none|[\\d,]+)$`));
  t.not(run(seed, { ...optionsOf(bug), only: finding.only }).wrong, undefined, 'and the line does it again');
});

t.test('histories of a register', async (t) => {
  const op = (kind: Operation['kind'], value: string | undefined, start: number, end: number): Operation => ({ kind, value, start, end });
  const cases: readonly [name: string, ops: Operation[], isFine: boolean][] = [
    ['a read of what was written before', [op('write', 'a', 0, 1), op('read', 'a', 2, 3)], true],
    ['a read of what was overwritten before it began', [op('write', 'a', 0, 1), op('write', 'b', 2, 3), op('read', 'a', 4, 5)], false],
    ['a read while a write is under way may see either', [op('write', 'a', 0, 1), op('write', 'b', 2, 9), op('read', 'a', 3, 4), op('read', 'b', 5, 6)], true],
    ['but not the new and then the old', [op('write', 'a', 0, 1), op('write', 'b', 2, 9), op('read', 'b', 3, 4), op('read', 'a', 5, 6)], false],
    ['a write without an answer may come late', [op('write', 'a', 0, 1), op('write', 'b', 2, Infinity), op('read', 'a', 5, 6), op('read', 'b', 7, 8)], true],
    ['or never', [op('write', 'a', 0, 1), op('write', 'b', 2, Infinity), op('read', 'a', 7, 8)], true],
    ['a read of nothing after a write', [op('write', 'a', 0, 1), op('read', undefined, 2, 3)], false],
  ];
  for (const [name, ops, isFine] of cases) t.equal(isLinearizable(ops), isFine, name);
});

t.test('what clients saw is held against what the log says', async (t) => {
  const entry = (index: number, op: string, args: object): [number, never] => [index, { index, term: 1, type: 'normal', cause: 0, data: { origin: 'x', number: index, op, args } } as never];
  const truth = truthOf(new Map([
    entry(1, 'put', { key: 'a', value: 'v1' }), entry(2, 'put', { key: 'a', value: 'v2' }), entry(3, 'deleteRange', { key: 'a' }), entry(4, 'deleteRange', { key: 'a' }),
    entry(5, 'txn', { compare: [{ key: 'a', target: 'mod', result: 'equal', operand: 0 }], success: [{ put: { key: 'a', value: 'v3' } }, { put: { key: 'b', value: 'v4' } }], failure: [] }),
  ]));
  t.same(truth.events.map(({ type, key, value, create, mod, version }) => [type, key, value, create, mod, version]), [
    ['PUT', 'a', 'v1', 2, 2, 1], ['PUT', 'a', 'v2', 2, 3, 2], ['DELETE', 'a', '', 0, 4, 0], ['PUT', 'a', 'v3', 5, 5, 1], ['PUT', 'b', 'v4', 5, 5, 1],
  ]);
  const call = (request: Call['request'], revision: number, body: object, more: Partial<Call> = {}): Call => ({
    client: 1, member: 'm1', request, values: [], start: 10, end: 20, outcome: 'done', header: { revision } as never, body, ...more,
  });
  const read = (revision: number, value: string, mod: number, version: number, more: Partial<Call> = {}): Call =>
    call({ op: 'range', args: { key: 'a' } }, revision, { kvs: [{ key: 'a', value, createRevision: 2, modRevision: mod, version, lease: '' }] }, more);
  const put = (value: string, revision: number, more: Partial<Call> = {}): Call => call({ op: 'put', args: { key: 'a', value } }, revision, {}, { values: [value], ...more });
  t.equal(checkHistory([put('v1', 2, { start: 0, end: 5 }), put('v2', 3, { start: 6, end: 9 }), read(3, 'v2', 3, 2), call({ op: 'deleteRange', args: { key: 'a' } }, 4, { deleted: 1 })], truth), undefined);
  const cases: readonly [calls: Call[], problem: RegExp][] = [
    [[read(3, 'v1', 2, 1)], /^read .*"v1".* at revision 3, where the log has .*"v2"/],
    [[put('v9', 3)], /acknowledged at revision 3, which the log gives to a=v2/],
    [[put('v1', 2, { outcome: 'refused' })], /refused and yet done at revision 2/],
    [[read(2, 'v1', 2, 1, { start: 30, end: 40 }), put('v2', 3)], /not linearizable: .*range.* stands at revision 2, after .*put.* had ended at 3/],
    [[call({ op: 'deleteRange', args: { key: 'a' } }, 3, { deleted: 0 })], /deleted nothing at revision 3, where the key is there/],
    [[read(9, 'v1', 2, 1)], /answered with revision 9, the log leads to 5/],
  ];
  for (const [calls, problem] of cases) t.match(checkHistory(calls, truth), problem);
});
