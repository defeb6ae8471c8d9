import t from 'tap';
import { type NodeName, type ProcessId, micros, seconds } from '../../src/base/data.ts';
import { isTorn } from '../../src/sim/disk.ts';
import { faultKinds } from '../../src/sim/faults/registry.ts';
import { Kernel } from '../../src/sim/kernel.ts';
import { Panic } from '../../src/sim/panic.ts';
import { defineProcess } from '../../src/sim/process.ts';

/** A process that appends to a log, tells its peer when that is durable, and counts what it hears; and what each fault makes of that. */
interface Keeper { heard: number[]; posts: number[]; lost: number; found: string; replaced: boolean; clocks: [number, number]; errors: string[] }
type Word = { readonly type: 'append' | 'sent' | 'posted' | 'give up' | 'look'; readonly n: number };

const keeper = defineProcess<Keeper, Word, null>({
  kind: 'keeper', mailboxMax: 100, keepsLog: true,
  points: [{ name: 'beforeSave', summary: { ko: '앞', en: 'before' } }, { name: 'afterSave', summary: { ko: '뒤', en: 'after' } }],
  boot({ disk, diskReplaced }) {
    const found = [...disk].map(([key, value]) => isTorn(value) ? `${key}:${value.whole.join('')}/${value.lost} lost` : `${key}:${(value as number[]).join('')}`);
    return { heard: [], posts: [], lost: 0, found: found.join(' '), replaced: diskReplaced, clocks: [0, 0], errors: [] };
  },
  step(state, input, out) {
    const peer = (out.self === 'a/keeper' ? 'b/keeper' : 'a/keeper') as ProcessId;
    if (input.type === 'connectionLost') state.lost++;
    if (input.type === 'diskDone') {
      if (input.error !== undefined) { state.errors.push(input.error); return; }
      out.reach('afterSave');
      out.send(peer, { type: 'sent', n: Number(input.op) });
      out.post(peer, { type: 'posted', n: Number(input.op) });
    }
    if (input.type !== 'message') return;
    const { type, n } = input.body;
    if (type === 'sent') state.heard.push(n);
    if (type === 'posted') state.posts.push(n);
    if (type === 'give up') throw new Panic('nothing left to do');
    if (type === 'look') state.clocks = [out.now, out.monotonic];
    if (type !== 'append') return;
    out.reach('beforeSave');
    out.write(String(n), [[`log/${n}`, Object.freeze([n, n, n, n])], ['last', Object.freeze([n])]]);
  },
});

function begin(seed = 1): Kernel {
  const kernel = new Kernel({ seed, kinds: [keeper], faults: faultKinds });
  for (const node of ['a', 'b']) kernel.spawn({ id: `${node}/keeper` as ProcessId, kind: 'keeper', node: node as NodeName, config: null });
  kernel.run({ until: seconds(1) });
  return kernel;
}
const state = (kernel: Kernel, id = 'a/keeper'): Keeper => kernel.stateOf<Keeper>(id) as Keeper;
const append = (kernel: Kernel, n: number): void => { kernel.deliver('a/keeper', { type: 'append', n }); };
const pass = (kernel: Kernel, by: number): void => { kernel.run({ until: micros(kernel.world.now + by) }); };
function inject(kernel: Kernel, line: string): number {
  const [name = '', ...words] = line.split(' ');
  const parsed = faultKinds.find(kind => kind.name === name)?.parse(words, kernel.targets);
  if (parsed?.ok !== true) throw new Error(`bad fault ${line}`);
  return kernel.inject(name, parsed.value, words);
}
/** The disk that the process finds after the fault was healed. */
function afterHealing(kernel: Kernel, ...ids: number[]): string {
  for (const id of ids) kernel.heal(id);
  pass(kernel, 1000);
  return state(kernel).found;
}

t.test('what a death leaves of a write that is under way', t => {
  const half = 50;
  const cases: readonly { readonly name: string; readonly die: (kernel: Kernel) => number[]; readonly found: string | RegExp }[] = [
    { name: 'killed: the system writes it out', die: kernel => { pass(kernel, half); return [inject(kernel, 'crash a/keeper')]; }, found: 'last:1 log/1:1111' },
    { name: 'the machine loses power', die: kernel => { pass(kernel, half); return [inject(kernel, 'crash a')]; }, found: '' },
    { name: 'killed with the cache of its disk', die: kernel => { pass(kernel, half); return [inject(kernel, 'lost-writes a/keeper')]; }, found: '' },
    { name: 'lost writes later, after it was synced', die: kernel => { pass(kernel, 1000); return [inject(kernel, 'lost-writes a')]; }, found: 'last:1 log/1:1111' },
    { name: 'torn while it was under way', die: kernel => { pass(kernel, half); return [inject(kernel, 'torn-tail a')]; }, found: /^log\/1:1{0,3}\/[1-4] lost$/ },
    { name: 'the disk is gone', die: kernel => { pass(kernel, 1000); return [inject(kernel, 'lost-disk a')]; }, found: '' },
  ];
  for (const { name, die, found } of cases) {
    const kernel = begin();
    append(kernel, 1);
    const ids = die(kernel);
    pass(kernel, 60_000_000);
    t.equal(kernel.process('a/keeper')?.status, 'crashed', `${name}: stays down until healed`);
    const after = afterHealing(kernel, ...ids);
    if (typeof found === 'string') t.equal(after, found, name);
    else t.match(after, found, name);
    t.equal(state(kernel).replaced, name === 'the disk is gone');
  }
  t.end();
});

t.test('a torn tail waits for the next write to a log, and strikes once', t => {
  const kernel = begin();
  const id = inject(kernel, 'torn-tail a/keeper');
  pass(kernel, 5_000_000);
  t.equal(kernel.process('a/keeper')?.status, 'running');
  append(kernel, 7);
  pass(kernel, 10_000);
  t.equal(kernel.process('a/keeper')?.status, 'crashed');
  t.same(state(kernel, 'b/keeper').heard, [], 'nobody was told');
  t.match(kernel.trace.notes.map(note => note.type), ['fault.injected', 'process.tornWrite']);
  t.match(afterHealing(kernel, id), /^log\/7:7{0,3}\/[1-4] lost$/);
  append(kernel, 8);
  pass(kernel, 10_000);
  t.same(state(kernel, 'b/keeper').heard, [8], 'and then it works');
  const wholes = new Set<string>();
  for (let seed = 1; seed <= 20; seed++) {
    const other = begin(seed);
    const one = inject(other, 'torn-tail a/keeper');
    append(other, 7);
    pass(other, 10_000);
    wholes.add(afterHealing(other, one));
  }
  t.equal(wholes.size, 4, 'a record of four parts is torn at every place');
  t.end();
});

t.test('named places', t => {
  for (const [point, found] of [['beforeSave', ''], ['afterSave', 'last:1 log/1:1111']] as const) {
    const kernel = begin();
    const id = inject(kernel, `crash-at ${point} a`);
    pass(kernel, 30_000_000);
    t.equal(kernel.process('a/keeper')?.status, 'running', 'nothing happens until it comes there');
    append(kernel, 1);
    pass(kernel, 30_000_000);
    t.equal(kernel.process('a/keeper')?.status, 'crashed', 'and then it stays down');
    t.match(kernel.trace.notes.at(-1), { type: 'process.panicked', fields: { process: 'a/keeper', reason: `failpoint: ${point}` } });
    t.same(state(kernel, 'b/keeper').heard, [], 'what comes after the place did not happen');
    t.equal(afterHealing(kernel, id), found, point);
  }
  const kernel = begin();
  inject(kernel, 'sleep-at afterSave 2s a');
  append(kernel, 1);
  append(kernel, 2);
  pass(kernel, 1_900_000);
  t.same(state(kernel, 'b/keeper').heard, []);
  pass(kernel, 200_000);
  t.same(state(kernel, 'b/keeper').heard, [1]);
  pass(kernel, 2_000_000);
  t.same(state(kernel, 'b/keeper').heard, [1, 2], 'the second waited for the first');
  t.end();
});

t.test('a program that gives up is started again after ten seconds, unless something keeps it down', t => {
  const kernel = begin();
  kernel.deliver('a/keeper', { type: 'give up', n: 0 });
  pass(kernel, 9_900_000);
  t.equal(kernel.process('a/keeper')?.status, 'crashed');
  pass(kernel, 200_000);
  t.equal(kernel.process('a/keeper')?.status, 'running');
  kernel.deliver('a/keeper', { type: 'give up', n: 0 });
  pass(kernel, 1_000_000);
  const id = inject(kernel, 'crash a/keeper');
  pass(kernel, 60_000_000);
  t.equal(kernel.process('a/keeper')?.status, 'crashed');
  kernel.heal(id);
  pass(kernel, 1000);
  t.equal(kernel.process('a/keeper')?.status, 'running');
  t.end();
});

t.test('writes that fail say how', t => {
  for (const [line, error] of [['full-disk a', 'no space left on device'], ['io-error 100% a/keeper', 'input/output error']] as const) {
    const kernel = begin();
    const id = inject(kernel, line);
    append(kernel, 1);
    pass(kernel, 10_000);
    t.same(state(kernel).errors, [error]);
    kernel.heal(id);
    append(kernel, 2);
    pass(kernel, 10_000);
    t.same(state(kernel, 'b/keeper').heard, [2]);
  }
  const kernel = begin();
  inject(kernel, 'io-error 25% a');
  for (let n = 1; n <= 400; n++) { append(kernel, n); pass(kernel, 1000); }
  const failed = state(kernel).errors.length;
  t.ok(failed > 60 && failed < 140, `${failed} of 400 failed`);
  t.end();
});

t.test('messages that come twice or out of order are posted ones; connections keep their promise', t => {
  const kernel = begin();
  const twice = inject(kernel, 'duplicate 50% a');
  for (let n = 1; n <= 100; n++) { append(kernel, n); pass(kernel, 1000); }
  const posts = state(kernel, 'b/keeper').posts;
  t.ok(posts.length > 125 && posts.length < 175, `${posts.length} posts of 100`);
  t.same(state(kernel, 'b/keeper').heard, Array.from({ length: 100 }, (_, i) => i + 1));
  kernel.heal(twice);
  inject(kernel, 'reorder 30% b');
  const before = state(kernel, 'b/keeper').posts.length;
  for (let n = 101; n <= 200; n++) { append(kernel, n); pass(kernel, 1000); }
  pass(kernel, 1_000_000);
  const late = state(kernel, 'b/keeper').posts.slice(before);
  t.equal(late.length, 100, 'none is lost');
  t.not(late.join(), [...late].sort((one, other) => one - other).join(), 'some are overtaken');
  t.same(state(kernel, 'b/keeper').heard.slice(100), Array.from({ length: 100 }, (_, i) => i + 101));
  t.equal(state(kernel, 'b/keeper').lost, 0);
  t.end();
});

t.test('a black hole swallows what peers say to each other, one way or both', t => {
  for (const [line, heard] of [['blackhole a/keeper', [[], []]], ['blackhole out a', [[], [9]]], ['blackhole in a', [[8], []]]] as const) {
    const kernel = begin();
    inject(kernel, line);
    append(kernel, 8);
    kernel.deliver('b/keeper', { type: 'append', n: 9 });
    pass(kernel, 10_000);
    t.same([state(kernel, 'b/keeper').posts, state(kernel, 'a/keeper').posts], heard, line);
  }
  t.end();
});

t.test('a skewed clock shows another time and measures the same durations', t => {
  const kernel = begin();
  const ahead = inject(kernel, 'clock-skew +1m a');
  kernel.deliver('a/keeper', { type: 'look', n: 0 });
  kernel.deliver('b/keeper', { type: 'look', n: 0 });
  pass(kernel, 1000);
  t.same(state(kernel).clocks, [61_000_000, 1_000_000]);
  t.same(state(kernel, 'b/keeper').clocks, [1_000_000, 1_000_000]);
  kernel.heal(ahead);
  inject(kernel, 'clock-skew -1h a');
  kernel.deliver('a/keeper', { type: 'look', n: 0 });
  pass(kernel, 1000);
  t.same(state(kernel).clocks, [0, 1_001_000], 'no clock shows less than nothing');
  t.end();
});
