/** Data structures and texts that know nothing of Kubernetes, held against the plain way to the same result. */
import fc from 'fast-check';
import t from 'tap';
import { deepFreeze } from '../../src/base/data.ts';
import { goFloat } from '../../src/base/go-float.ts';
import { goJson, goQuote } from '../../src/base/go-quote.ts';
import { goText, goTypeOf } from '../../src/base/go-text.ts';
import { EventHeap, type Waiting } from '../../src/base/heap.ts';
import { hex32 } from '../../src/base/hex.ts';
import { Numbered } from '../../src/base/numbered.ts';
import { Interner, Recent } from '../../src/base/recent.ts';
import { Table } from '../../src/base/table.ts';
import { unifiedHunks } from '../../src/base/unified-diff.ts';

t.test('a table is an ordered map, whatever is done to it and to its checkpoints', t => {
  const key = fc.integer({ min: 0, max: 99 }).map(n => `k${n}`);
  const operation = fc.oneof(
    { arbitrary: fc.record({ op: fc.constantFrom('set', 'delete', 'get', 'has'), key, on: fc.nat(2) }), weight: 60 },
    { arbitrary: fc.record({ op: fc.constantFrom('list', 'range', 'ends', 'checkpoint'), key, on: fc.nat(2) }), weight: 2 },
    { arbitrary: fc.record({ op: fc.constant('clear'), key, on: fc.nat(2) }), weight: 1 },
  );
  // Tables change their ways when they outgrow a leaf, so each begins around there.
  fc.assert(fc.property(fc.nat(90), fc.array(operation, { minLength: 300, maxLength: 300 }), (begin, operations) => {
    const first = Array.from({ length: begin }, (_, i) => [`k${i}`, -i] as const);
    const pairs = [{ table: new Table<number>(first), model: new Map<string, number>(first) }];
    operations.forEach(({ op, key, on }, i) => {
      const { table, model } = pairs[on % pairs.length] as typeof pairs[0];
      const sorted = () => [...model].sort(([a], [b]) => (a < b ? -1 : 1));
      switch (op) {
        case 'set': table.set(key, i); model.set(key, i); break;
        case 'delete': same(table.delete(key), model.delete(key)); break;
        case 'get': same(table.get(key), model.get(key)); break;
        case 'has': same(table.has(key), model.has(key)); break;
        case 'list': same([...table], sorted()); break;
        case 'range': {
          const seen: [string, number][] = [];
          table.range(key, 'k9', (at, value) => { seen.push([at, value]); });
          same(seen, sorted().filter(([at]) => at >= key && at < 'k9'));
          break;
        }
        case 'ends': same([table.firstKey(), table.lastKey(), table.after(key), table.before(key)], [
          sorted()[0]?.[0], sorted().at(-1)?.[0], sorted().find(([at]) => at > key), sorted().filter(([at]) => at < key).at(-1),
        ]); break;
        case 'checkpoint': pairs[pairs.length < 3 ? pairs.length : (on + 1) % 3] = { table: table.checkpoint(), model: new Map(model) }; break;
        default: table.clear(); model.clear();
      }
      same(table.size, model.size);
    });
    for (const { table, model } of pairs) same([...table], [...model].sort(([a], [b]) => (a < b ? -1 : 1)));
  }), { numRuns: 100, seed: 1 });
  t.end();
});

t.test('a map by number is a map, whatever comes and goes', t => {
  // Low bits that meet, windows of consecutive numbers, and numbers beyond 32 bits.
  const number = fc.oneof(fc.nat(40), fc.nat(30).map(n => n * 64), fc.nat(20).map(n => 2 ** 33 + n));
  const operation = fc.record({ op: fc.constantFrom('set', 'set', 'delete', 'delete', 'get', 'list', 'drop'), number });
  fc.assert(fc.property(fc.array(operation, { minLength: 300, maxLength: 300 }), operations => {
    const map = new Numbered<number>();
    const model = new Map<number, number>();
    const sorted = () => [...model].sort(([a], [b]) => a - b);
    operations.forEach(({ op, number: at }, i) => {
      switch (op) {
        case 'set': map.set(at, i); model.set(at, i); break;
        case 'delete': same(map.delete(at), model.delete(at)); break;
        case 'get': same([map.get(at), map.has(at)], [model.get(at), model.has(at)]); break;
        case 'list': same([[...map], [...map.values()], map.keys()], [sorted(), sorted().map(([, value]) => value), sorted().map(([key]) => key)]); break;
        // What goes during a walk is not met.
        default: for (const [key] of map) if (key % 2 === at % 2) { map.delete(key); model.delete(key); }
      }
      same(map.size, model.size);
    });
    same([...map], sorted());
  }), { numRuns: 200, seed: 1 });
  t.end();
});

t.test('a large table whose order nobody asked for in a long time has it all the same', t => {
  const key = (n: number): string => `k${String((n * 7919) % 5000).padStart(4, '0')}`;
  const change = (table: Table<number>, model: Map<string, number>, count: number, from: number): void => {
    for (let i = from; i < from + count; i++) {
      if (i % 5 === 0) same(table.delete(key(i * 3)), model.delete(key(i * 3)));
      table.set(key(i), i);
      model.set(key(i), i);
    }
  };
  const sorted = (model: Map<string, number>): [string, number][] => [...model].sort(([a], [b]) => (a < b ? -1 : 1));
  // More changes than the tree has entries, on a table that knows all its keys and on a checkpoint, which does not.
  for (const isCheckpoint of [false, true]) for (const count of [600, 1023, 1024, 1025, 3000]) {
    const model = new Map<string, number>();
    let table = new Table<number>();
    change(table, model, 500, 0);
    same([...table], sorted(model));
    if (isCheckpoint) table = table.checkpoint();
    change(table, model, count, 400);
    same(table.size, model.size);
    const copy = table.checkpoint();
    change(table, model, 50, 9000);
    same([...table.keys()], sorted(model).map(([at]) => at));
    same([...table.values()], sorted(model).map(([, value]) => value));
    same(copy.size, [...copy].length);
    const seen: string[] = [];
    table.range('k2', undefined, at => { seen.push(at); });
    same(seen, sorted(model).map(([at]) => at).filter(at => at >= 'k2'));
  }
  t.end();
});

t.test('the event queue gives what is earliest, what came first among equals', t => {
  const operation = fc.oneof({ arbitrary: fc.record({ at: fc.nat(6) }), weight: 5 }, { arbitrary: fc.constant('pop' as const), weight: 3 }, { arbitrary: fc.constant('copy' as const), weight: 1 });
  fc.assert(fc.property(fc.array(operation, { minLength: 50, maxLength: 200 }), fc.constantFrom(0, 1500), (operations, before) => {
    let heap = new EventHeap<string>();
    let model: Waiting<string>[] = [];
    const entry = (at: number, sequence: number): Waiting<string> => ({ at, sequence, target: sequence % 7, incarnation: sequence % 3, cause: sequence * 2, item: `i${sequence}` });
    const push = (one: Waiting<string>): void => { heap.push(one); model.push(one); };
    const earliest = (): Waiting<string> | undefined => model.reduce<Waiting<string> | undefined>((best, one) => (best === undefined || one.at < best.at || (one.at === best.at && one.sequence < best.sequence) ? one : best), undefined);
    const into: Waiting<string | undefined> = { at: 0, sequence: 0, target: 0, incarnation: 0, cause: 0, item: undefined };
    const pop = (): void => {
      const wanted = earliest();
      same([heap.pop(into), wanted === undefined ? undefined : { ...into }], [wanted !== undefined, wanted]);
      model = model.filter((one) => one !== wanted);
    };
    for (let i = 0; i < before; i++) push(entry((i * 7919) % 50, i));
    operations.forEach((one, i) => {
      if (one === 'pop') pop();
      else if (one === 'copy') { const old = heap; heap = heap.copy(); while (old.pop(into)); }
      else push(entry(one.at, before + i));
      const first = earliest();
      same([heap.size, heap.nextAt === Infinity ? undefined : heap.nextAt, heap.first()], [model.length, first?.at, first === undefined ? undefined : { target: first.target, item: first.item }]);
    });
    const seen: (readonly [number, number, string])[] = [];
    heap.each((at, target, item) => { seen.push([at, target, item]); });
    same(seen.map(([at, target, item]) => `${item} ${at} ${target}`).sort(), model.map(({ item, at, target }) => `${item} ${at} ${target}`).sort());
    for (let i = 0; i < 40; i++) pop();
  }), { numRuns: 30, seed: 1 });
  t.end();
});

t.test('of equal values that come in bursts the first comes back, as long as it is among the last', t => {
  const value = (n: number): object => deepFreeze({ n, list: [{ n }, 'x'] });
  const interner = new Interner(3);
  const [a, b, c] = [value(1), value(2), value(3)];
  for (const one of [a, b, c]) t.equal(interner.share(one), one);
  for (const [copy, first] of [[value(2), b], [value(1), a], [value(3), c], [value(3), c], [value(1), a]] as const) t.equal(interner.share(copy), first);
  const d = value(4);
  t.equal(interner.share(d), d);
  const again = value(1);
  t.equal(interner.share(again), again, 'the oldest made room');
  t.equal(interner.share(value(4)), d);
  for (const [one, other] of [[[1], [1, 2]], [[1, 2], [1]], [{ a: 1 }, { a: 1, b: 2 }], [{ a: 1, b: 2 }, { a: 1 }], [[], {}], [{ a: null }, { a: {} }], [{ a: [] }, { a: {} }], [{ a: 1 }, { b: 1 }], [['1'], [1]], [{ a: { b: 1 } }, { a: {}, b: 1 }], [[[1], 2], [[1, 2]]]] as const) {
    const fresh = new Interner(2);
    fresh.share(deepFreeze(one));
    t.not(fresh.share(deepFreeze(other) as object), one, `${JSON.stringify(other)} is not ${JSON.stringify(one)}`);
  }
  const long = (): number[] => Array.from({ length: 300 }, (_, i) => i);
  const first = interner.share(Object.freeze(long()));
  t.not(interner.share(Object.freeze(long())), first, 'long values are not worth it');
  const recent = new Recent<number>(3);
  const keys = [{}, {}, {}, {}] as const;
  keys.forEach((key, i) => recent.keep(key, undefined, i));
  t.same(keys.map(key => recent.find(key, undefined)), [undefined, 1, 2, 3], 'the oldest made room');
  t.equal(recent.find(undefined, keys[1]), undefined);
  t.end();
});

t.test('digits and texts as Go writes them', t => {
  fc.assert(fc.property(fc.oneof(fc.integer(), fc.constantFrom(0, -1, 255, 256, 0x80000000, 0xffffffff, 0x12345678)), word => { same(hex32(word), (word >>> 0).toString(16).padStart(8, '0')); }), { numRuns: 500, seed: 1 });
  const quoted: readonly (readonly [text: string, quoted: string])[] = [
    ['', '""'], ['a b', '"a b"'], ['"\\', '"\\"\\\\"'], ['\x07\b\f\n\r\t\v', '"\\a\\b\\f\\n\\r\\t\\v"'], ['\0\x1f\x7f', '"\\x00\\x1f\\x7f"'], ['\u0080\u200b', '"\\u0080\\u200b"'],
    ['가é', '"가é"'], ['\u{e000}', '"\\ue000"'], ['\u{10ffff}', '"\\U0010ffff"'], ['😀', '"😀"'], ['\ud800', '"\ufffd"'], ['<&>', '"<&>"'],
  ];
  for (const [text, wanted] of quoted) t.equal(goQuote(text), wanted, JSON.stringify(text));
  t.equal(goJson({ a: '<&>\u2028\u2029', b: [1] }), '{"a":"\\u003c\\u0026\\u003e\\u2028\\u2029","b":[1]}');
  const printed: readonly (readonly [value: unknown, text: string, type: string])[] = [
    [null, '<nil>', '<nil>'], [undefined, '<nil>', '<nil>'], ['x', 'x', 'string'], [true, 'true', 'bool'], [7, '7', 'int64'], [0.5, '0.5', 'float64'],
    [[1, ['a', null]], '[1 [a <nil>]]', '[]interface {}'], [{ b: 1, a: { c: [] } }, 'map[a:map[c:[]] b:1]', 'map[string]interface {}'],
  ];
  for (const [value, text, type] of printed) t.same([goText(value), goTypeOf(value)], [text, type]);
  for (const [value, text] of [[0, '0'], [0.0001, '0.0001'], [0.00001, '1e-05'], [123456.5, '123456.5'], [1234567.5, '1.2345675e+06'], [-1.5e-7, '-1.5e-07'], [1e21, '1e+21'], [2e100, '2e+100']] as const) t.equal(goFloat(value), text);
  t.end();
});

t.test('a unified diff leads from one text to the other', t => {
  const line = fc.constantFrom('a', 'b', 'c');
  fc.assert(fc.property(fc.array(line, { maxLength: 12 }), fc.array(line, { maxLength: 12 }), fc.nat(3), (before, after, context) => {
    const text = (lines: readonly string[]): string => lines.map(one => `${one}\n`).join('');
    const hunks = unifiedHunks(text(before), text(after), context);
    same(hunks === '', text(before) === text(after));
    // What patch(1) would do.
    const patched: string[] = [];
    let at = 0;
    for (const hunk of hunks.split(/^(?=@@)/m).filter(one => one !== '')) {
      const [head = '', ...body] = hunk.trimEnd().split('\n');
      const [, from = '', gone = '1', to = '', come = '1'] = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@$/.exec(head) ?? [];
      const start = Number(from) - (gone === '0' ? 0 : 1);
      while (at < start) patched.push(before[at++] as string);
      same(patched.length, Number(to) - (come === '0' ? 0 : 1));
      same([body.filter(one => one[0] !== '+').length, body.filter(one => one[0] !== '-').length], [Number(gone), Number(come)]);
      for (const one of body) {
        if (one[0] !== '+') same(one.slice(1), before[at++]);
        if (one[0] !== '-') patched.push(one.slice(1));
      }
      same(/^\+.*\n-/m.test(hunk), false);
    }
    same([...patched, ...before.slice(at)], after);
  }), { numRuns: 400, seed: 1 });
  t.equal(unifiedHunks('a\nb\nc\nd\ne\nf\ng\nh\n', 'a\nB\nc\nd\ne\nf\ng\nH\n', 2), '@@ -1,4 +1,4 @@\n a\n-b\n+B\n c\n d\n@@ -6,3 +6,3 @@\n f\n g\n-h\n+H\n');
  t.end();
});

function same(found: unknown, wanted: unknown): void {
  if (JSON.stringify(found) !== JSON.stringify(wanted)) throw new Error(`found ${JSON.stringify(found)}, wanted ${JSON.stringify(wanted)}`);
}
