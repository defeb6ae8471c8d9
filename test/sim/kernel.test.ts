import t from 'tap';
import { deepFreeze, micros, type NodeName, type ProcessId, seconds } from '../../src/base/data.ts';
import { Table } from '../../src/base/table.ts';
import { dumpWorld, loadWorld } from '../../src/sim/checkpoint.ts';
import { ask, type Conversation, type ConversationRecord, converse, newConversation, PENDING, type Scripts } from '../../src/sim/conversation.ts';
import { faultKinds } from '../../src/sim/faults/registry.ts';
import { Kernel } from '../../src/sim/kernel.ts';
import { defineProcess } from '../../src/sim/process.ts';
import { Timeline } from '../../src/sim/timeline.ts';

/** Two processes that count: they send each other numbers, write every tenth to disk, and talk through a conversation. */
interface CounterState { count: number; lost: number; readonly seen: Table<number>; talks: ConversationRecord[]; sum: number; saved: number }

const scripts: Scripts = {
  *add({ first }: { first: number }): Conversation<number> {
    let sum = first;
    for (let i = 0; i < 3; i++) sum += yield* ask<number>('number', i);
    return sum;
  },
};

const counter = defineProcess<CounterState, { type: string; n: number }, { peer?: ProcessId }>({
  kind: 'counter', mailboxMax: 50, keepsLog: true,
  points: [{ name: 'before', summary: { ko: '앞', en: 'before' } }, { name: 'after', summary: { ko: '뒤', en: 'after' } }],
  boot({ config, out, disk }) {
    if (config.peer !== undefined) out.startTimer('begin', seconds(1));
    return { count: 0, lost: 0, seen: new Table(), talks: [], sum: 0, saved: (disk.get('count') as number | undefined) ?? 0 };
  },
  step(state, input, out) {
    switch (input.type) {
      case 'timer': {
        const peer = out.self === 'a/counter' ? 'b/counter' : 'a/counter';
        out.send(peer as ProcessId, { type: 'count', n: state.count });
        return;
      }
      case 'connectionLost': state.lost++; out.startTimer('again', seconds(1)); return;
      case 'diskDone': state.saved = state.count; return;
      case 'message': {
        state.count++;
        state.seen.set(`n${input.body.n}`, state.count);
        if (state.count % 10 === 0) out.write(`w${state.count}`, [['count', state.count]]);
        if (state.talks.length === 0) state.talks.push(newConversation('add', { first: input.body.n }, out.cause));
        const talk = state.talks[0] as ConversationRecord;
        const asked = state.count % 4 !== 1;
        const done = converse(scripts, talk, { ...(asked && talk.answers.length < 3 && state.count % 4 !== 1 ? { answer: { value: out.draw('number', 100) } } : {}), verify: out.verify, handle: () => PENDING });
        if (done !== undefined) { state.sum += done.result as number; state.talks = []; }
        out.startTimer('reply', micros(1000 + out.draw('think', 500)));
        return;
      }
    }
  },
});

function newKernel(options: { seed?: number; verify?: boolean } = {}): Kernel {
  const kernel = new Kernel({ seed: options.seed ?? 1, kinds: [counter], faults: faultKinds, verify: options.verify ?? true });
  kernel.spawn({ id: 'a/counter' as ProcessId, kind: 'counter', node: 'a' as NodeName, config: deepFreeze({ peer: 'b/counter' }) });
  kernel.spawn({ id: 'b/counter' as ProcessId, kind: 'counter', node: 'b' as NodeName, config: deepFreeze({}) });
  return kernel;
}

/** A process without places and logs beside the others. */
function withPlain(): Kernel {
  const plain = defineProcess<null, never, null>({ kind: 'plain', mailboxMax: 1, boot: () => null, step: () => undefined });
  const kernel = new Kernel({ seed: 1, kinds: [counter, plain], faults: faultKinds });
  for (const node of ['a', 'b']) kernel.spawn({ id: `${node}/counter` as ProcessId, kind: 'counter', node: node as NodeName, config: deepFreeze({}) });
  kernel.spawn({ id: 'a/plain' as ProcessId, kind: 'plain', node: 'a' as NodeName, config: null });
  return kernel;
}

function fault(kernel: Kernel, line: string): number {
  const [name = '', ...words] = line.split(' ');
  const kind = faultKinds.find(one => one.name === name);
  const parsed = kind?.parse(words, kernel.targets);
  if (kind === undefined || parsed?.ok !== true) throw new Error(`bad fault ${line}`);
  return kernel.inject(kind.name, parsed.value, words);
}

const state = (kernel: Kernel, id: string): CounterState => kernel.stateOf<CounterState>(id) as CounterState;

t.test('the same seed gives the same run, another seed another', t => {
  const runs = [1, 1, 2].map(seed => { const kernel = newKernel({ seed }); kernel.run({ until: seconds(20) }); return kernel.digest; });
  t.equal(runs[0], runs[1]);
  t.not(runs[0], runs[2]);
  t.end();
});

t.test('a world that goes through JSON at random points continues identically', t => {
  const straight = newKernel();
  straight.run({ until: seconds(30) });
  for (const cut of [1.0005, 3.3, 7.77, 15, 29.999]) {
    const kernel = newKernel();
    kernel.run({ until: seconds(cut) });
    const loaded = loadWorld(JSON.parse(JSON.stringify(dumpWorld(kernel.world))));
    if (!loaded.ok) throw new Error(loaded.error);
    const other = new Kernel({ seed: 1, kinds: [counter], faults: faultKinds, verify: true });
    other.restore(loaded.value);
    other.run({ until: seconds(30) });
    t.equal(other.digest, straight.digest, `cut at ${cut} s`);
    t.same(state(other, 'a/counter').sum, state(straight, 'a/counter').sum);
  }
  t.end();
});

t.test('a checkpoint stays as it was while the world goes on', t => {
  const kernel = newKernel();
  kernel.run({ until: seconds(5) });
  const before = JSON.stringify(dumpWorld(kernel.world).world);
  const checkpoint = kernel.checkpoint();
  kernel.run({ until: seconds(9) });
  const later = kernel.digest;
  kernel.restore(checkpoint);
  t.equal(JSON.stringify({ ...dumpWorld(kernel.world).world as object, epoch: 0 }), JSON.stringify({ ...JSON.parse(before), epoch: 0 }));
  kernel.run({ until: seconds(9) });
  t.equal(kernel.digest, later);
  t.end();
});

t.test('faults', t => {
  t.test('a crash loses memory, not the disk, and a peer is told', t => {
    const kernel = newKernel();
    kernel.run({ until: seconds(5) });
    const id = fault(kernel, 'crash b/counter');
    kernel.run({ until: seconds(6) });
    t.equal(kernel.process('b/counter')?.status, 'crashed');
    t.ok(state(kernel, 'a/counter').lost > 0);
    kernel.heal(id);
    kernel.run({ until: seconds(8) });
    t.ok(state(kernel, 'b/counter').saved % 10 === 0 && state(kernel, 'b/counter').saved > 0, 'booted from its disk');
    t.ok(state(kernel, 'b/counter').count > 0, 'works again');
    t.end();
  });
  t.test('a message that arrives at the moment of a start, before the process has booted, finds nobody', t => {
    const kernel = newKernel();
    kernel.run({ until: seconds(5) });
    kernel.crash('b/counter');
    kernel.deliver('b/counter', { type: 'count', n: 1 });
    kernel.restart('b/counter');
    kernel.run({ until: seconds(6) });
    t.equal(kernel.process('b/counter')?.status, 'running');
    t.not(kernel.stateOf('b/counter'), undefined);
    t.end();
  });
  t.test('a pause keeps memory and holds messages back', t => {
    const kernel = newKernel();
    kernel.run({ until: seconds(5) });
    const { count } = state(kernel, 'b/counter');
    const id = fault(kernel, 'pause b/counter');
    kernel.run({ until: seconds(20) });
    t.equal(state(kernel, 'b/counter').count, count);
    t.equal(state(kernel, 'a/counter').lost, 0);
    kernel.heal(id);
    kernel.run({ until: seconds(21) });
    t.ok(state(kernel, 'b/counter').count > count);
    t.end();
  });
  t.test('a partition breaks the connection after its time-out, for both ends, and healing resets it soon', t => {
    const kernel = newKernel();
    kernel.run({ until: seconds(5) });
    const id = fault(kernel, 'partition a | b');
    kernel.run({ until: seconds(40) });
    t.same([state(kernel, 'a/counter').lost, state(kernel, 'b/counter').lost], [0, 0]);
    kernel.run({ until: seconds(51) });
    t.ok(state(kernel, 'a/counter').lost > 0 && state(kernel, 'b/counter').lost > 0);
    kernel.heal(id);
    const { count } = state(kernel, 'a/counter');
    kernel.run({ until: seconds(55) });
    t.ok(state(kernel, 'a/counter').count > count);
    t.end();
  });
  t.test('a machine that loses power answers nobody, not even with a reset', t => {
    const kernel = newKernel();
    kernel.run({ until: seconds(5) });
    fault(kernel, 'crash b');
    kernel.run({ until: seconds(45) });
    t.equal(state(kernel, 'a/counter').lost, 0);
    kernel.run({ until: seconds(60) });
    t.ok(state(kernel, 'a/counter').lost > 0);
    t.end();
  });
  t.test('delay and slow disks make things later, not wrong', t => {
    const fast = newKernel();
    fast.run({ until: seconds(10) });
    const slow = newKernel();
    fault(slow, 'delay 100ms b');
    fault(slow, 'slow-disk 2s a/counter');
    slow.run({ until: seconds(10) });
    t.ok(state(slow, 'a/counter').count < state(fast, 'a/counter').count / 10);
    t.end();
  });
  const wrong = [
    ['crash', 'crash takes one machine or process'], ['crash c', 'there is no machine or process "c"'], ['crash counter', '"counter" runs 2 times'],
    ['crash-at here a', 'a/counter has no place "here"; places are before, after'], ['crash-at before', 'crash-at takes a place and a process, for example: fault crash-at raftAfterSave cp-1/etcd'],
    ['crash-at befor a', 'did you mean before?'], ['sleep-at before soon a', '"soon" is not a duration'], ['sleep-at before 1s', 'sleep-at takes a place, a duration and a process'],
    ['torn-tail a/plain', 'a/plain keeps no write-ahead log; name an etcd member'], ['torn-tail', 'torn-tail takes one process that keeps a log'], ['lost-writes', 'lost-writes takes machines or processes'],
    ['lost-disk x', 'there is no machine or process "x"'], ['full-disk', 'full-disk takes machines or processes'], ['io-error 10 ', 'io-error needs a machine or process after the share'],
    ['io-error much a', 'io-error takes a share from 1% to 100%'], ['blackhole', 'blackhole takes one process'], ['blackhole a/plain', 'a/plain has no peers'], ['duplicate 101% a', 'from 1% to 100%'],
    ['reorder 5%', 'reorder needs a machine or process'], ['clock-skew 1m a', 'clock-skew takes a duration with + or -'], ['clock-skew +long a', '"long" is not a duration'],
    ['partition a | a', 'stands on both sides'], ['delay soon a', '"soon" is not a duration'], ['drop 0% a', 'from 1% to 100%'], ['block a -> ', 'after "->"'],
  ] as const;
  for (const [line, message] of wrong) {
    t.test(`"${line}" is refused with a reason`, t => {
      const [name = '', ...words] = line.split(' ').filter(word => word !== '');
      const parsed = faultKinds.find(kind => kind.name === name)?.parse(words, withPlain().targets);
      t.match(parsed, { ok: false });
      t.ok(parsed?.ok === false && parsed.error.en.includes(message), parsed?.ok === false ? parsed.error.en : '');
      t.end();
    });
  }
  t.end();
});

t.test('what is sent with a delay holds nobody else up; the rest arrives in order', t => {
  const heard: number[] = [];
  const ear = defineProcess<null, { n: number }, null>({ kind: 'ear', mailboxMax: 50, boot: () => null, step: (_state, input) => { if (input.type === 'message') heard.push(input.body.n); } });
  const mouth = defineProcess<null, object, null>({
    kind: 'mouth', mailboxMax: 50, boot: ({ out }) => { out.startTimer('speak', seconds(1)); return null; },
    step(_state, input, out) {
      if (input.type !== 'timer') return;
      const to = 'b/ear' as ProcessId;
      out.send(to, { n: 100 }, seconds(5));
      for (const n of [1, 2, 3, 4, 5]) out.send(to, { n });
      out.send(to, { n: 50 }, seconds(1));
    },
  });
  const kernel = new Kernel({ seed: 1, kinds: [ear, mouth], faults: faultKinds });
  kernel.spawn({ id: 'b/ear' as ProcessId, kind: 'ear', node: 'b' as NodeName, config: null });
  kernel.spawn({ id: 'a/mouth' as ProcessId, kind: 'mouth', node: 'a' as NodeName, config: null });
  kernel.run({ until: seconds(10) });
  t.same(heard, [1, 2, 3, 4, 5, 50, 100]);
  t.end();
});

t.test('a conversation that is not pure is found out', t => {
  let hidden = 0;
  const impure: Scripts = { *cheat(): Conversation<null> { yield* ask('first', hidden++); yield* ask('second', hidden); return null; } };
  const record = newConversation('cheat', null, 0);
  t.throws(() => converse(impure, record, { verify: true, handle: () => 1 }), /not pure/);
  t.end();
});

t.test('the timeline', t => {
  const begin = (): Timeline => { const kernel = newKernel(); kernel.run({ until: seconds(5) }); return new Timeline(kernel); };
  const crash = (timeline: Timeline): void => {
    const parsed = faultKinds[0].parse(['b/counter'], timeline.kernel.targets);
    if (parsed.ok) timeline.act({ type: 'fault', kind: 'crash', args: parsed.value, words: ['b/counter'] });
  };
  t.test('undo gives back the world before the line, redo the world after it', t => {
    const timeline = begin();
    const { kernel } = timeline;
    const before = kernel.digest;
    timeline.mark('fault crash b/counter');
    crash(timeline);
    kernel.run({ until: seconds(9) });
    const after = kernel.digest;
    t.equal(timeline.undo(), 'fault crash b/counter');
    t.equal(kernel.digest, before);
    t.equal(kernel.process('b/counter')?.status, 'running');
    t.equal(timeline.redo(), 'fault crash b/counter');
    t.equal(kernel.digest, after);
    t.equal(timeline.redo(), undefined);
    t.end();
  });
  t.test('going back replays to exactly the state of that moment, and undo returns', t => {
    const timeline = begin();
    const { kernel } = timeline;
    const digests = new Map<number, string>();
    for (let at = 6; at <= 60; at++) {
      kernel.run({ until: seconds(at) });
      if (at === 30) crash(timeline);
      timeline.passed();
      digests.set(at, kernel.digest);
    }
    for (const at of [59, 31, 30.5, 29, 6]) {
      t.ok(timeline.goto(seconds(at), 'back').ok);
      t.equal(kernel.world.now, seconds(at));
      if (digests.has(at)) t.equal(kernel.digest, digests.get(at), `at ${at} s`);
      t.equal(kernel.process('b/counter')?.status, at > 30 ? 'crashed' : 'running');
      timeline.undo();
      t.equal(kernel.digest, digests.get(60));
    }
    t.end();
  });
  t.test('what happens between an undo and its redo belongs to another way, to which undoing the redo comes back', t => {
    const timeline = begin();
    const { kernel } = timeline;
    const rebuilt = (): string => {
      const again = new Timeline(newKernel());
      again.load(timeline.journal, { handled: kernel.world.handled, at: kernel.world.now });
      return again.kernel.digest;
    };
    const goOn = (count: number): void => {
      for (let i = 0; i < count; i++) {
        timeline.act({ type: 'deliver', to: 'a/counter', body: { type: 'count', n: 1 } });
        kernel.run({ until: seconds(kernel.world.now / 1e6 + 11) });
        timeline.passed();
      }
    };
    timeline.mark('line');
    crash(timeline);
    goOn(1);
    const done = kernel.digest;
    timeline.undo();
    goOn(3);
    const meanwhile = kernel.digest;
    timeline.redo();
    t.equal(kernel.digest, done);
    t.equal(rebuilt(), done, 'the journal is that of the line done again');
    t.ok(timeline.goto(seconds(12), 'back').ok);
    t.equal(rebuilt(), kernel.digest);
    timeline.undo();
    t.equal(kernel.digest, done);
    timeline.undo();
    t.equal(kernel.digest, meanwhile);
    t.equal(rebuilt(), meanwhile, 'and the journal is that of the other way');
    t.ok(timeline.goto(seconds(20), 'back').ok);
    t.equal(rebuilt(), kernel.digest);
    t.end();
  });
  t.test('a journal rebuilds the run from nothing', t => {
    const timeline = begin();
    crash(timeline);
    timeline.kernel.run({ until: seconds(20) });
    const again = new Timeline(newKernel());
    again.load(timeline.journal, { handled: timeline.kernel.world.handled, at: timeline.kernel.world.now });
    t.equal(again.kernel.digest, timeline.kernel.digest);
    t.end();
  });
  t.end();
});
