import { readFileSync } from 'node:fs';
import t from 'tap';
import { memberOn } from '../../src/etcd/member.ts';
import { parse } from '../../src/repl/parse/parse.ts';
import { helpText } from '../../src/repl/help.ts';
import { follow } from './follow.ts';
import { Shell } from './shell.ts';

const THREE = ['cp-1', 'cp-2', 'cp-3'] as const;

t.test('a downgrade is judged, begun and ended', async (test) => {
  const shell = new Shell({ members: [...THREE] });
  const ids = `"header":{"cluster_id":${BigInt(`0x${shell.member('cp-1').clusterId}`)},"member_id":${BigInt(`0x${shell.member('cp-1').id}`)},"revision":1,"raft_term":2}`;
  follow(shell, [
    { line: 'etcdctl downgrade validate 3.5', out: 'Downgrade validate success, cluster version 3.6\n' },
    { line: 'etcdctl downgrade validate 3.5.9 -w json', out: `{${ids},"version":"3.6"}\n` },
    { line: 'etcdctl downgrade validate 3.4', err: 'Error: etcdserver: invalid downgrade target version\n', exit: 1 },
    { line: 'etcdctl downgrade validate next', err: 'Error: etcdserver: wrong downgrade target version format\n', exit: 1 },
    { line: 'etcdctl downgrade enable', err: 'Error: TARGET_VERSION not provided\n', exit: 128 },
    { line: 'etcdctl downgrade enable 3.5 3.4', err: 'Error: too many arguments\n', exit: 128 },
    { line: 'etcdctl downgrade cancel', err: 'Error: etcdserver: no inflight downgrade job\n', exit: 1 },
    { line: 'etcdctl downgrade enable 3.5', out: 'Downgrade enable success, cluster version 3.6\n' },
    { line: 'etcdctl downgrade enable 3.5', err: 'Error: etcdserver: cluster has a downgrade job in progress\n', exit: 1 },
  ], test);
  shell.advance(5);
  follow(shell, [
    { line: 'etcdctl endpoint status', out: /, 3\.6\.6, 3\.5\.0, .*, 10, 10, , 3\.5\.0, true\n$/ },
    { line: 'etcdctl endpoint status -w json', out: /"storageVersion":"3\.5\.0".*"downgradeInfo":\{"enabled":true,"targetVersion":"3\.5\.0"\}/ },
    { line: 'etcdctl downgrade cancel', out: 'Downgrade cancel success, cluster version 3.5\n' },
  ], test);
  shell.advance(5);
  follow(shell, [{ line: 'etcdctl endpoint status', out: /, 3\.6\.6, 3\.6\.0, .*, 12, 12, , , false\n$/ }], test);
});

t.test('a mirror copies keys and what happens to them', async (test) => {
  const shell = new Shell({ members: ['cp-1'] });
  for (const line of ['put a/1 one', 'put a/2 two', 'put b/1 other']) shell.run(`etcdctl ${line}`);
  shell.begin('etcdctl make-mirror cp-1:2379 --prefix a/ --dest-prefix m/');
  shell.advance(1);
  const member = shell.member('cp-1');
  const keys = (): string => [...member.store.index].filter(([, { event }]) => event.type === 'PUT').map(([key, { event }]) => `${key}=${String(event.kv.value)}`).join(' ');
  test.equal(keys(), 'a/1=one a/2=two b/1=other m/1=one m/2=two');
  shell.etcd('cp-1', { op: 'txn', args: { compare: [], success: [{ put: { key: 'a/3', value: 'three' } }, { deleteRange: { key: 'a/1' } }], failure: [] } });
  shell.advance(31);
  test.equal(keys(), 'a/2=two a/3=three b/1=other m/2=two m/3=three');
  test.equal(shell.printed().out, '4\n', 'so many keys were written, told every thirty seconds');
  shell.interrupt();
  follow(shell, [
    { line: 'etcdctl make-mirror', err: 'Error: make-mirror takes one destination argument\n', exit: 128 },
    { line: 'etcdctl make-mirror x:2379 --dest-prefix a --no-dest-prefix', err: 'Error: `--dest-prefix` and `--no-dest-prefix` cannot be set at the same time, choose one\n', exit: 128 },
  ], test);
});

t.test('files of a member that does not run are rewritten by etcdutl', async (test) => {
  const shell = new Shell({ members: ['cp-1'] });
  for (let i = 0; i < 20; i++) shell.run(`etcdctl put big ${'x'.repeat(5000)}`);
  shell.run('etcdctl compact 21');
  const sizes = (): readonly number[] => { const { bytesAllocated, bytesInUse } = shell.member('cp-1').store; return [bytesAllocated, bytesInUse]; };
  const [allocated = 0, inUse = 0] = sizes();
  test.ok(allocated > inUse + 50_000, 'much of the file is free');
  shell.begin('etcdutl defrag --data-dir /var/lib/etcd');
  shell.advance(3);
  test.equal(shell.printed().err, 'waiting for etcd to close and release its lock on "/var/lib/etcd/member/snap/db". To defrag a running etcd instance, use `etcdctl defrag` instead.\n');
  shell.kernel.crash(memberOn('cp-1'));
  shell.advance(1);
  test.equal(shell.printed().exit, 0, 'it goes on when the member is gone');
  shell.kernel.restart(memberOn('cp-1'));
  shell.advance(3);
  test.equal(sizes()[0], sizes()[1], 'nothing is free any more');
  test.equal(sizes()[1], inUse);
  follow(shell, [
    { line: 'etcdutl defrag', err: 'Error: required flag(s) "data-dir" not set\n', exit: 1 },
    { line: 'etcdutl defrag --data-dir nowhere', err: 'panic: failed to open database\n', exit: 2 },
    { line: 'etcdutl migrate', err: 'Error: required flag(s) "data-dir", "target-version" not set\n', exit: 1 },
    { line: 'etcdutl migrate --data-dir x --target-version 3', err: 'Error: wrong target version format, expected "X.Y", got "3"\n', exit: 128 },
    { line: 'etcdutl migrate --data-dir x --target-version 3.x', err: 'Error: failed to parse target version: strconv.ParseInt: parsing "x": invalid syntax\n', exit: 128 },
    { line: 'etcdutl migrate --data-dir x --target-version 3.4', err: 'Error: target version "3.4" not supported. Minimal "3.5"\n', exit: 128 },
  ], test);
  shell.kernel.crash(memberOn('cp-1'));
  follow(shell, [
    { line: 'etcdutl migrate --data-dir /var/lib/etcd --target-version 3.6' },
    { line: 'etcdutl migrate --data-dir /var/lib/etcd --target-version 3.5', err: 'Error: cannot downgrade storage, WAL contains newer entries\n', exit: 1 },
    { line: 'etcdutl migrate --data-dir /var/lib/etcd --target-version 3.5 --force' },
    { line: 'etcdutl migrate --data-dir /var/lib/etcd --target-version 3.7', err: 'Error: version "3.7.0" is not supported\n', exit: 1 },
  ], test);
});

t.test('how much memory data take', async (test) => {
  const shell = new Shell({ members: ['cp-1'] });
  const { out, exit } = shell.run('etcdctl check datascale', 'cp-1', 600);
  test.match(out, /^Start data scale check for work load \[10000 key-value pairs, 1024 bytes per key-value, 50 concurrent clients\]\.\n 10000 \/ 10000 .*\nPASS: Approximate system memory used : 1\d\.\d\d MB\.\n$/);
  test.equal(exit, 0);
  follow(shell, [{ line: 'etcdctl check datascale --load huge', err: 'Error: unknown load option huge\n', exit: 4 }, { line: 'etcdctl get /etcdctl-check-datascale/ --prefix' }], test);
});

/** What etcdctl 3.5.30 has for usage lines and flags, with their defaults. */
interface Usage { readonly use: string; readonly options: readonly string[]; readonly more?: readonly string[] }
/** What 3.6 has more or less. */
const SINCE: Readonly<Record<string, { readonly more?: readonly string[]; readonly less?: readonly string[] }>> = {
  'etcdctl defrag': { less: ['--data-dir=""'] }, 'etcdctl make-mirror': { more: ['--max-txn-ops=128', '--rev=0'] }, 'etcdctl member list': { more: ['--consistency="l"'] },
};

t.test('help has the layout of etcdctl, its usage lines, flags and defaults', async (test) => {
  const { global, ...recorded } = JSON.parse(readFileSync(new URL('../../../test/kubectl/testdata/etcdctl-usage.json', import.meta.url), 'utf8')) as { readonly global: readonly string[] } & Readonly<Record<string, Usage>>;
  for (const [command, { use, options, more = [] }] of Object.entries(recorded as Readonly<Record<string, Usage>>)) {
    const shown = helpText(command.split(' '), 'en');
    if (!shown.ok) throw new Error(shown.error);
    const part = (name: string): readonly string[] => (shown.value.split(`\n${name}:\n`)[1] ?? '').split('\n\n')[0]?.split('\n').map((line) => line.trim()).filter((line) => line !== '') ?? [];
    const flags = (name: string): readonly string[] => part(name).map((line) => line.replace(/\t.*/, ''));
    const nameOf = (flag: string): string => /--([\w-]+)/.exec(flag)?.[1] ?? '';
    const byLongName = (a: string, b: string): number => (nameOf(a) < nameOf(b) ? -1 : 1);
    test.same(part('USAGE'), [use], command);
    const { more: newer = [], less = [] } = SINCE[command] ?? {};
    test.same(flags('OPTIONS'), [...options.filter((flag) => !less.includes(flag)), ...newer].sort(byLongName), `${command}: options`);
    test.same(flags('GLOBAL OPTIONS'), command === 'etcdctl' ? [] : [...global, ...more].sort(byLongName), `${command}: global options`);
    test.match(shown.value, /^NAME:\n\t.+ - .+\n\nUSAGE:\n\t/, `${command}: its name and what it does`);
  }
  const put = helpText(['etcdctl', 'put'], 'ko');
  test.match(put.ok && put.value, /^NAME:\n\tput - 키에 값을 써요\n\nUSAGE:\n\tetcdctl put \[options\] <key> <value> \(<value> can also be given from stdin\) \[flags\]\n\nOPTIONS:\n {2}-h, --help\[=false\]\t\thelp for put\n {6}--ignore-lease\[=false\]\t/);
  const group = helpText(['etcdctl', 'alarm'], 'en');
  test.match(group.ok && group.value, /\n\nAPI VERSION:\n\t3\.6\n\n\nCOMMANDS:\n\tdisarm\tdisarm all alarms\n\tlist\tshow all alarms\n\nOPTIONS:\n/);
  const utl = helpText(['etcdutl', 'defrag'], 'en');
  test.match(utl.ok && utl.value, /^Usage:\n {2}etcdutl defrag \[flags\]\n\nFlags:\n {6}--data-dir string {3}data directory of .*\n {2}-h, --help {14}help for defrag\n\nGlobal Flags:\n {2}-w, --write-out string {3}form of the output \(default "simple"\)$/);
});

t.test('what etcdctl does not know, it says as its library says it, twice; beginnings of words are enough', async (test) => {
  const unknown = 'Error: unknown command "putt" for "etcdctl"\n\nDid you mean this?\n\tput\n\tauth\n';
  const cases: readonly [line: string, message: string][] = [
    ['etcdctl putt', `${unknown}\nRun 'etcdctl --help' for usage.\n${unknown}`],
    ['etcdctl nothing', 'Error: unknown command "nothing" for "etcdctl"\nRun \'etcdctl --help\' for usage.\nError: unknown command "nothing" for "etcdctl"'],
    ['etcdctl put -Z', "Error: unknown shorthand flag: 'Z' in -Z\n\nError: unknown shorthand flag: 'Z' in -Z"],
    ['etcdctl get a --limit=x', 'Error: invalid argument "x" for "--limit" flag: strconv.ParseInt: parsing "x": invalid syntax\n\nError: invalid argument "x" for "--limit" flag: strconv.ParseInt: parsing "x": invalid syntax'],
    ['etcdctl get a --limit', 'Error: flag needs an argument: --limit\n\nError: flag needs an argument: --limit'],
    ['etcdutl nothing', 'Error: unknown command "nothing" for "etcdutl"\nRun \'etcdutl --help\' for usage.\nError: unknown command "nothing" for "etcdutl"'],
  ];
  for (const [line, message] of cases) {
    const parsed = parse(line);
    test.equal(parsed.ok ? '' : parsed.message, message, line);
  }
  for (const [line, path] of [['etcdctl mem li', 'etcdctl member list'], ['etcdctl g a', 'etcdctl get'], ['etcdctl compac 3', 'etcdctl compaction'], ['etcdutl snap st x', 'etcdutl snapshot status']] as const) {
    const parsed = parse(line);
    test.equal(parsed.ok && parsed.commands[0]?.command.path.join(' '), path, line);
  }
});
