import t from 'tap';
import { suites } from '../../src/bench/registry.ts';
import { findEtcd, RealCluster } from '../../src/bench/real/etcd.ts';
import { measureReal } from '../../src/bench/real/figures.ts';
import { median, p99 } from '../../src/bench/suite.ts';

/** Benchmarks at sizes that only show that they work: what they measure is looked at by people. */

for (const suite of suites) {
  t.test(`the benchmark ${suite.name} runs to its end and tells a figure`, async (test) => {
    const lines = await suite.run('tiny');
    test.ok(lines.length > 0);
    test.match(lines.join('\n'), /\d+ (?:ms|MB|\/s|\S+) \[\d/, 'a median with its least and most');
    test.notMatch(lines.join('\n'), /NaN|Infinity|undefined/);
  });
}

t.test('figures of many values', (test) => {
  const hundred = Array.from({ length: 100 }, (_, i) => 100 - i);
  test.same([p99(hundred), median(hundred)], [99, 50], 'one of a hundred may be above');
  test.same([p99([7, 9, 8]), median([7, 9, 8])], [9, 8], 'few values: the largest');
  test.end();
});

t.test('the measurements beside a real etcd, where one is installed', async (test) => {
  const programs = findEtcd();
  if (programs === undefined) {
    test.pass('no etcd is installed here: nothing to measure beside');
    return;
  }
  const figures = await measureReal(programs, { clients: 4, realPuts: 50, watchers: 5, watchedPuts: 3, repetitions: 1, kills: 1 });
  test.equal(figures.puts.length, 1);
  test.ok((figures.watch[0] ?? 0) > 0, 'every watcher heard every put');
  const [took = 0] = figures.elections;
  test.ok(took > 100 && took < 20_000, `a new leader after ${Math.round(took)} ms`);
  const cluster = await RealCluster.start(programs, 1);
  const answer = await cluster.call('kv/range', { key: '' });
  cluster.stop();
  test.match(JSON.stringify(answer), /key is not provided/, 'what it refuses is told as an answer');
});
