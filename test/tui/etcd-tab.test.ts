import t from 'tap';
import { micros, type ProcessId } from '../../src/base/data.ts';
import { lookAt } from '../../src/cluster/view.ts';
import { newKernel } from '../../src/cluster/cluster.ts';
import { presets, type Topology } from '../../src/cluster/topology.ts';
import { etcdPicture } from '../../src/repl/etcd-picture.ts';
import { columnsOf } from '../../src/repl/columns.ts';
import type { SessionView } from '../../src/repl/session-view.ts';
import { plainText } from '../../src/tui/styled.ts';
import { etcdTab } from '../../src/tui/tabs/etcd.ts';
import { wordsOf } from '../../src/tui/words.ts';

/** The etcd tab over a real simulated cluster of three members. */
function cluster() {
  const kernel = newKernel({ topology: presets['etcd'] as Topology, seed: 1 });
  kernel.run({ until: micros(5_000_000), stop: () => lookAt(kernel).etcd().leader !== '' && lookAt(kernel).etcd().term > 0 });
  kernel.run({ until: micros(kernel.world.now + 1_000_000) });
  const session = { etcd: () => etcdPicture(kernel) } as unknown as SessionView;
  const lines = (lang: 'ko' | 'en', columns: number, rows = 30): string[] => etcdTab.lines({ session, words: wordsOf(lang), columns, rows }).map(plainText);
  const strip = (rows: number): string[] => etcdTab.strip({ session, words: wordsOf('en'), columns: 80, rows }).map(plainText);
  return { kernel, lines, strip };
}

t.test('roles, terms and logs of the members, in both languages and in every width', (test) => {
  const { kernel, lines, strip } = cluster();
  const leader = etcdPicture(kernel)?.leader ?? '';
  const text = lines('en', 60).join('\n');
  test.match(text, new RegExp(`★ ${leader} {2}term 2 {2}revision 1 {2}members 3/3`));
  test.match(text, /member {2}role {6}term {2}log {2}commit {2}appl/);
  test.equal(text.match(/● cp-\d {4}follower/g)?.length, 2);
  test.match(text, /alarms: none/);
  test.match(lines('ko', 38).join('\n'), /멤버 역할 {3}텀 로그 커밋 적용/);
  for (const columns of [20, 30, 38, 60, 200]) for (const line of lines('ko', columns)) test.ok(columnsOf(line) <= columns, `${columns}: ${line}`);
  test.equal(strip(1).length, 1);
  test.match(strip(1)[0], /term 2.*cp-1/);
  kernel.crash(`${leader}/etcd`);
  test.match(lines('en', 60).join('\n'), /✗ no leader.*\n?.*members 2\/3/);
  test.match(lines('en', 60).join('\n'), new RegExp(`✗ ${leader} +down +- +- +- +-`));
  kernel.run({ until: micros(kernel.world.now + 5_000_000) });
  test.match(lines('en', 60)[0], /★ cp-\d {2}term \d/);
  test.end();
});

t.test('messages under way are arrows with their kind', (test) => {
  const { kernel, lines } = cluster();
  const seen = new Set<string>();
  kernel.crash(`${etcdPicture(kernel)?.leader ?? ''}/etcd`);
  for (let i = 0; i < 4000; i++) {
    kernel.run({ eventsMax: 1 });
    for (const line of lines('en', 60)) {
      const lane = /^(cp-\d) ─(\w+).*─▶ (cp-\d) +\d+(?:\.\d)? [µm]s$/.exec(line);
      if (lane === null) continue;
      test.not(lane[1], lane[3]);
      seen.add(lane[2] ?? '');
    }
  }
  for (const kind of ['PreVote', 'Vote', 'App', 'AppResp', 'Heartbeat']) test.ok(seen.has(kind), `${kind} among ${[...seen].join()}`);
  test.end();
});

t.test('a cluster without etcd says so', (test) => {
  const session = { etcd: () => undefined } as unknown as SessionView;
  test.same(etcdTab.lines({ session, words: wordsOf('ko'), columns: 40, rows: 20 }).map(plainText), ['etcd가 없어요.']);
  const kernel = newKernel({ topology: presets['etcd'] as Topology, seed: 1 });
  test.equal(kernel.stateOf('cp-1/nothing' as ProcessId), undefined);
  test.equal(etcdPicture(kernel)?.leader, '', 'before the first election nobody leads');
  test.end();
});
