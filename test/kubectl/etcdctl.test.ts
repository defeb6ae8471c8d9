import t from 'tap';
import { asciiTable } from '../../src/kubectl/verbs/etcdctl/ascii-table.ts';
import { goDuration, humanBytes } from '../../src/kubectl/verbs/etcdctl/go-text.ts';
import { parseCompare } from '../../src/kubectl/verbs/etcdctl/txn-lines.ts';
import { memberOn } from '../../src/etcd/member.ts';
import { commands } from '../../src/kubectl/registry.ts';
import { findNode } from '../../src/repl/parse/catalog.ts';
import { KOREAN } from '../../src/repl/parse/summaries.ko.ts';
import { follow, ownWords } from './follow.ts';
import { Shell } from './shell.ts';

const THREE = ['cp-1', 'cp-2', 'cp-3'] as const;

t.test('keys are written, read and deleted, and every form prints them as etcdctl does', async (test) => {
  const shell = new Shell({ members: ['cp-1'] });
  const { id, clusterId } = shell.member('cp-1');
  const ids = `"cluster_id":${BigInt(`0x${clusterId}`)},"member_id":${BigInt(`0x${id}`)}`;
  const header = (revision: number): string => `"header":{${ids},"revision":${revision},"raft_term":2}`;
  const headerLines = (revision: number): string => `"ClusterID" : ${BigInt(`0x${clusterId}`)}\n"MemberID" : ${BigInt(`0x${id}`)}\n"Revision" : ${revision}\n"RaftTerm" : 2\n`;
  follow(shell, [
    { line: 'etcdctl put foo bar', out: 'OK\n' },
    { line: 'etcdctl put foo "b a r" --prev-kv', out: 'OK\nfoo\nbar\n' },
    { line: 'etcdctl get foo', out: 'foo\nb a r\n' },
    { line: 'etcdctl get foo --rev=2', out: 'foo\nbar\n' },
    { line: 'etcdctl get foo --print-value-only', out: 'b a r\n' },
    { line: 'etcdctl get foo --keys-only', out: 'foo\n\n' },
    { line: 'etcdctl get foo --hex', out: '\\x66\\x6f\\x6f\n\\x62\\x20\\x61\\x20\\x72\n' },
    { line: 'etcdctl get none', out: '' },
    { line: 'etcdctl get foo -w json', out: `{${header(3)},"kvs":[{"key":"Zm9v","create_revision":2,"mod_revision":3,"version":2,"value":"YiBhIHI="}],"count":1}\n` },
    { line: 'etcdctl get none -w json', out: `{${header(3)}}\n` },
    { line: 'etcdctl get foo -w fields', out: `${headerLines(3)}"Key" : "foo"\n"CreateRevision" : 2\n"ModRevision" : 3\n"Version" : 2\n"Value" : "b a r"\n"Lease" : 0\n"More" : false\n"Count" : 1\n` },
    { line: 'etcdctl get "" --from-key --count-only -w fields', out: `${headerLines(3)}"More" : false\n"Count" : 1\n` },
    { line: 'etcdctl put foo1 x -w json', out: `{${header(4)}}\n` },
    { line: 'etcdctl put goo y', out: 'OK\n' },
    { line: 'etcdctl get foo --prefix --keys-only --order DESCEND', out: 'foo1\n\nfoo\n\n' },
    { line: 'etcdctl get "" --prefix --sort-by MODIFY --limit 2 --keys-only', out: 'foo\n\nfoo1\n\n' },
    { line: 'etcdctl get foo foo1', out: 'foo\nb a r\n' },
    { line: 'etcdctl get foo1 --from-key --limit 1 -w json', out: `{${header(5)},"kvs":[{"key":"Zm9vMQ==","create_revision":4,"mod_revision":4,"version":1,"value":"eA=="}],"more":true,"count":2}\n` },
    { line: 'etcdctl get foo --consistency=s', out: 'foo\nb a r\n' },
    { line: 'etcdctl put foo1 --ignore-value --prev-kv', out: 'OK\nfoo1\nx\n' },
    { line: 'etcdctl put dash -- -value', out: 'OK\n' },
    { line: 'etcdctl put lines <<EOF\none\ntwo\nEOF', out: 'OK\n' },
    { line: 'etcdctl get lines --print-value-only', out: 'one\ntwo\n\n' },
    { line: 'etcdctl del dash --prev-kv', out: '1\ndash\n-value\n' },
    { line: 'etcdctl del foo --prefix -w json', out: `{${header(10)},"deleted":2}\n` },
    { line: 'etcdctl del none', out: '0\n' },
    { line: 'etcdctl del line linf --range', out: '1\n' },
    { line: 'etcdctl del a z', out: '1\n', err: 'Warning: Keys between "a" and "z" will be deleted. Please interrupt the command within next 2 seconds to cancel. You can provide `--range` flag to avoid the delay.\n' },
  ], test);
});

t.test('what cannot be done is refused in the words of etcdctl, with its exit codes', async (test) => {
  const shell = new Shell({ members: ['cp-1'] });
  follow(shell, [
    { line: 'etcdctl get', err: 'Error: get command needs one argument as key and an optional argument as range_end\n', exit: 128 },
    { line: 'etcdctl get a --prefix --from-key', err: 'Error: `--prefix` and `--from-key` cannot be set at the same time, choose one\n', exit: 128 },
    { line: 'etcdctl get a b --prefix', err: 'Error: too many arguments, only accept one argument when `--prefix` or `--from-key` is set\n', exit: 128 },
    { line: 'etcdctl get a --count-only', err: 'Error: --count-only is only for `--write-out=fields`\n', exit: 128 },
    { line: 'etcdctl get a --order UP', err: 'Error: bad sort order UP\n', exit: 4 },
    { line: 'etcdctl get a --consistency=x', err: 'Error: unknown consistency flag "x"\n', exit: 4 },
    { line: 'etcdctl get a -w table', err: 'Error: table not supported as output format\n', exit: 4 },
    { line: 'etcdctl get a -w xml', err: 'Error: unsupported output format\n', exit: 4 },
    { line: 'etcdctl put a', err: 'Error: put command needs 1 argument and input from stdin or 2 arguments\n', exit: 128 },
    { line: 'etcdctl put a b --lease=zz', err: 'Error: bad lease ID (strconv.ParseInt: parsing "zz": invalid syntax), expecting ID in Hex\n', exit: 128 },
    { line: 'etcdctl put a b --lease=77', err: 'Error: etcdserver: requested lease not found\n', exit: 1 },
    { line: 'etcdctl put "" b', err: 'Error: etcdserver: key is not provided\n', exit: 1 },
    { line: 'etcdctl get a --rev 100', err: 'Error: etcdserver: mvcc: required revision is a future revision\n', exit: 1 },
    { line: 'etcdctl compaction', err: 'Error: compaction command needs 1 argument\n', exit: 128 },
    { line: 'etcdctl put a 1', out: 'OK\n' },
    { line: 'etcdctl put a 2', out: 'OK\n' },
    { line: 'etcdctl put a 3', out: 'OK\n' },
    { line: 'etcdctl compact 3', out: 'compacted revision 3\n' },
    { line: 'etcdctl compact 3', err: 'Error: etcdserver: mvcc: required revision has been compacted\n', exit: 1 },
    { line: 'etcdctl get a --rev 2', err: 'Error: etcdserver: mvcc: required revision has been compacted\n', exit: 1 },
    { line: 'etcdctl get a --rev 3', out: 'a\n2\n' },
    { line: 'etcdctl member remove', err: 'Error: member ID is not provided\n', exit: 128 },
    { line: 'etcdctl member remove xyz', err: 'Error: bad member ID arg (strconv.ParseUint: parsing "xyz": invalid syntax), expecting ID in Hex\n', exit: 128 },
    { line: 'etcdctl member remove 12345678123456789', err: 'Error: bad member ID arg (strconv.ParseUint: parsing "12345678123456789": value out of range), expecting ID in Hex\n', exit: 128 },
    { line: 'etcdctl member remove 77', err: 'Error: etcdserver: member not found\n', exit: 1 },
    { line: 'etcdctl member add m http://x:2380', err: 'Error: too many arguments, did you mean --peer-urls=http://x:2380\n', exit: 128 },
    { line: 'etcdctl lease grant', err: 'Error: lease grant command needs TTL argument\n', exit: 128 },
    { line: 'etcdctl lease revoke 5', err: 'Error: failed to revoke lease (etcdserver: requested lease not found)\n', exit: 1 },
    { line: 'etcdctl lease keep-alive --once 5', err: 'Error: etcdserver: requested lease not found\n', exit: 2 },
  ], test);
});

t.test('a transaction does one of two lists in one revision', async (test) => {
  const shell = new Shell({ members: ['cp-1'] });
  follow(shell, [
    { line: 'etcdctl txn <<EOF\nversion("k") = "0"\n\nput k "first value"\nget k\n\nget k\n\nEOF', out: 'SUCCESS\n\nOK\n\nk\nfirst value\n' },
    { line: 'etcdctl txn <<EOF\nvalue("k") = "other"\n\nput k x\n\nget k --keys-only\ndel k --prev-kv\n\nEOF', out: 'FAILURE\n\nk\n\n\n1\nk\nfirst value\n' },
    { line: 'etcdctl txn -w json <<EOF\n\nput k 1\n\n\nEOF', out: /"succeeded":true,"responses":\[\{"Response":\{"response_put":\{"header":\{"revision":4\}\}\}\}\]\}\n$/ },
    { line: 'etcdctl txn -i', out: 'compares:\n', err: 'Error: EOF\n', exit: 3 },
    { line: 'etcdctl txn <<EOF\n\nput k\n\nEOF', err: 'Error: put command needs 1 argument and input from stdin or 2 arguments\n', exit: 128 },
    { line: 'etcdctl txn <<EOF\n\nwipe k\n\nEOF', err: 'Error: invalid txn request: wipe k\n', exit: 3 },
    { line: 'etcdctl txn <<EOF\nmod("k") > "x"\n\nEOF', err: 'Error: invalid txn compare request: mod("k") > "x" (strconv.ParseInt: parsing "x": invalid syntax)\n', exit: 3 },
    { line: 'etcdctl txn <<EOF\nsize("k") > "1"\n\nEOF', err: 'Error: malformed comparison: size("k") > "1" (unknown target size)\n', exit: 3 },
  ], test);
  test.same(parseCompare('c("a\\"b") != "7"'), { ok: true, value: { key: 'a"b', result: 'notEqual', target: 'create', operand: 7 } });
  test.same(parseCompare('mod(k) > 1'), { ok: false, error: { message: 'malformed comparison: mod(k) > 1; got mod("")  ""', exit: 3 } });
});

t.test('leases are granted, shown, renewed and ended, and keys go with them', async (test) => {
  const shell = new Shell({ members: ['cp-1'] });
  const granted = shell.run('etcdctl lease grant 30').out;
  test.match(granted, /^lease [0-9a-f]{16} granted with TTL\(30s\)\n$/);
  const id = granted.split(' ')[1] ?? '';
  const number = BigInt(`0x${id}`).toString();
  follow(shell, [
    { line: `etcdctl put a 1 --lease=${id}`, out: 'OK\n' },
    { line: `etcdctl put b 2 --lease=${id.toUpperCase()}`, out: 'OK\n' },
    { line: 'etcdctl get a -w fields', out: new RegExp(`"Lease" : ${number}\n`) },
    { line: 'etcdctl get a -w fields --hex', out: new RegExp(`"Lease" : ${id}\n`) },
    { line: 'etcdctl lease list', out: `found 1 leases\n${id}\n` },
    { line: `etcdctl lease timetolive ${id} --keys`, out: new RegExp(`^lease ${id} granted with TTL\\(30s\\), remaining\\(2\\ds\\), attached keys\\(\\[a b\\]\\)\n$`) },
    { line: `etcdctl lease timetolive ${id} -w json`, out: new RegExp(`"raft_term":2,"id":${number},"ttl":2\\d,"granted-ttl":30,"keys":null\\}\n$`) },
    { line: `etcdctl lease keep-alive --once ${id}`, out: `lease ${id} keepalived with TTL(30)\n` },
    { line: `etcdctl lease revoke ${id}`, out: `lease ${id} revoked\n` },
    { line: `etcdctl lease timetolive ${id}`, out: `lease ${id} already expired\n` },
    { line: 'etcdctl get a' },
    { line: 'etcdctl lease list', out: 'found 0 leases\n' },
  ], test);
  const other = shell.run('etcdctl lease grant 6').out.split(' ')[1] ?? '';
  shell.begin(`etcdctl lease keep-alive ${other}`);
  shell.advance(20);
  test.equal(shell.printed().out.split('\n').length - 1, 10, 'renewed at once and then every two seconds');
  test.equal(shell.printed().exit, null, 'and still at it');
  shell.interrupt();
  test.equal(shell.printed().exit, 130);
  shell.advance(8);
  test.equal(shell.run('etcdctl lease list').out, 'found 0 leases\n', 'without renewal it has ended');
  test.equal(shell.run(`etcdctl lease keep-alive ${other}`).out, `lease ${other} expired or revoked.\n`);
});

t.test('a watch shows changes until it is interrupted, and goes on elsewhere when its member goes away', async (test) => {
  const shell = new Shell({ members: [...THREE] });
  shell.run('etcdctl put color red');
  shell.run('etcdctl put color blue');
  shell.begin('etcdctl watch col --prefix --rev=2 --prev-kv --endpoints=cp-2:2379,cp-3:2379');
  shell.advance(1);
  test.equal(shell.printed().out, 'PUT\ncolor\nred\nPUT\ncolor\nred\ncolor\nblue\n', 'the past first');
  shell.fault('crash', 'cp-2/etcd');
  shell.advance(5);
  test.equal(shell.printed().exit, null);
  test.equal(shell.printed().out, 'PUT\ncolor\nred\nPUT\ncolor\nred\ncolor\nblue\n', 'nothing twice');
  shell.interrupt();
  shell.begin('etcdctl watch color -w json');
  shell.advance(1);
  shell.interrupt();
  shell.run('etcdctl compact 3');
  const gone = shell.run('etcdctl watch color --rev=1');
  test.equal(gone.err, 'watch was canceled (etcdserver: mvcc: required revision has been compacted)\nError: watch is canceled by the server\n');
  test.equal(gone.exit, 5);
  follow(shell, [
    { line: 'etcdctl watch', err: 'Error: bad number of arguments\n', exit: 128 },
    { line: 'etcdctl watch a b --prefix', err: 'Error: `range_end` and `--prefix` are mutually exclusive\n', exit: 128 },
  ], test);
});

t.test('deletes show as such in a watch', async (test) => {
  const shell = new Shell({ members: ['cp-1'] });
  shell.run('etcdctl put a 1');
  shell.run('etcdctl del a');
  shell.begin('etcdctl watch a --rev=2');
  shell.advance(1);
  test.equal(shell.printed().out, 'PUT\na\n1\nDELETE\na\n\n');
  shell.interrupt();
  shell.begin('etcdctl watch a --rev=3 -w json');
  shell.advance(1);
  test.match(shell.printed().out, /^\{"Header":\{"cluster_id":\d+,"member_id":\d+,"revision":3,"raft_term":2\},"Events":\[\{"type":1,"kv":\{"key":"YQ==","mod_revision":3\}\}\],"CompactRevision":0,"Canceled":false,"Created":false\}\n$/);
});

t.test('members and endpoints', async (test) => {
  const shell = new Shell({ members: [...THREE] });
  const rows = THREE.map((name) => ({ name, id: shell.member(name).id })).sort((a, b) => (a.id < b.id ? -1 : 1));
  const leader = THREE.find((name) => shell.member(name).raft.role === 'leader') ?? '';
  const others = THREE.filter((name) => name !== leader);
  test.equal(shell.run('etcdctl member list').out, rows.map(({ name, id }) => `${id}, started, ${name}, http://${name}:2380, http://${name}:2379, false\n`).join(''));
  test.match(shell.run('etcdctl member list -w json --hex').out, /^\{"header":\{"cluster_id":"[0-9a-f]+","member_id":"[0-9a-f]+","raft_term":2\},"members":\[\{"ID":"[0-9a-f]+","name":"cp-\d","peerURLs":\["http:/);
  test.equal(shell.run('etcdctl member list -w table').out.split('\n')[1], '|        ID        | STATUS  | NAME |    PEER ADDRS    |   CLIENT ADDRS   | IS LEARNER |');
  const status = shell.run('etcdctl endpoint status --cluster').out.trimEnd().split('\n').map((line) => line.split(', '));
  test.same(status.map((cells) => cells[8]), rows.map(({ name }) => String(name === leader)), 'one leads');
  test.equal(status[0]?.length, 16);
  const header = shell.run('etcdctl endpoint status -w table').out.split('\n')[1]?.split('|').map((cell) => cell.trim()).filter((cell) => cell !== '');
  test.same(header, [
    'ENDPOINT', 'ID', 'VERSION', 'STORAGE VERSION', 'DB SIZE', 'IN USE', 'PERCENTAGE NOT IN USE', 'QUOTA', 'IS LEADER', 'IS LEARNER', 'RAFT TERM', 'RAFT INDEX',
    'RAFT APPLIED INDEX', 'ERRORS', 'DOWNGRADE TARGET VERSION', 'DOWNGRADE ENABLED',
  ]);
  test.match(JSON.parse(shell.run('etcdctl endpoint status -w json').out), [{ Endpoint: '127.0.0.1:2379', Status: { version: '3.6.6', storageVersion: '3.6.0', downgradeInfo: {} } }]);
  test.equal(new Set(shell.run('etcdctl endpoint hashkv --cluster').out.trimEnd().split('\n').map((line) => line.split(', ')[1])).size, 1, 'all hold the same');
  test.match(shell.run('etcdctl endpoint health').out, /^127\.0\.0\.1:2379 is healthy: successfully committed proposal: took = \d+(\.\d+)?(µs|ms)\n$/);
  test.equal(shell.run('etcdctl endpoint health --cluster -w json').out.match(/"health":true/g)?.length, 3);
  test.match(shell.run('etcdctl defrag --cluster').out, /^(Finished defragmenting etcd member\[http:\/\/cp-\d:2379\]\. took \S+s\n){3}$/);
  test.equal(shell.run(`etcdctl --endpoints 10.0.0.${11 + THREE.indexOf(others[0] as never)}:2379 endpoint status`).out.split(', ')[1], shell.member(others[0] ?? '').id, 'addresses are known');
  const target = shell.member(others[0] ?? '').id;
  test.equal(shell.run(`etcdctl move-leader ${target} --endpoints ${others[0]}:2379`).err, `Error: no leader endpoint given at [${others[0]}:2379]\n`);
  test.equal(shell.run(`etcdctl move-leader ${target} --endpoints cp-1:2379,cp-2:2379,cp-3:2379`).out, `Leadership transferred from ${shell.member(leader).id} to ${target}\n`);
});

t.test('members are added, promoted, updated and removed', async (test) => {
  const shell = new Shell({ members: [...THREE] });
  const added = shell.run('etcdctl member add cp-4 --peer-urls=http://cp-4:2380 --learner').out;
  const { clusterId } = shell.member('cp-1');
  const id = /^Member ([0-9a-f]+) added as learner to cluster/.exec(added)?.[1] ?? '';
  const peers = [...shell.member('cp-1').members.values()].map(({ name, peerURLs }) => `${name === '' ? 'cp-4' : name}=${peerURLs.join()}`).join(',');
  test.equal(added, `Member ${id} added as learner to cluster ${clusterId}\n\nETCD_NAME="cp-4"\nETCD_INITIAL_CLUSTER="${peers}"\nETCD_INITIAL_ADVERTISE_PEER_URLS="http://cp-4:2380"\nETCD_INITIAL_CLUSTER_STATE="existing"\n`);
  test.match(shell.run('etcdctl member list').out, `${id}, unstarted, , http://cp-4:2380, , true\n`);
  follow(shell, [
    { line: `etcdctl member promote ${id}`, err: 'Error: etcdserver: can only promote a learner member which is in sync with leader\n', exit: 1 },
    { line: `etcdctl member update ${id}`, err: 'Error: member peer urls not provided\n', exit: 128 },
    { line: `etcdctl member update ${id} --peer-urls=http://cp-5:2380`, out: `Member ${id} updated in cluster ${clusterId}\n` },
    { line: 'etcdctl member add cp-6 --peer-urls=http://cp-6:2380 --learner', err: 'Error: etcdserver: too many learner members in cluster\n', exit: 1 },
    { line: `etcdctl member remove ${id}`, out: `Member ${id} removed from cluster ${clusterId}\n` },
    { line: 'etcdctl member add cp-1 --peer-urls=http://cp-1:2380', err: 'Error: etcdserver: Peer URLs already exists\n', exit: 1 },
  ], test);
});

t.test('a member that is away, and a cluster without a majority', async (test) => {
  const shell = new Shell({ members: [...THREE] });
  const refused = shell.run('etcdctl --endpoints cp-9:2379 get a');
  const logged = refused.err.split('\n')[0] ?? '';
  test.equal(refused.err, `${logged}\nError: context deadline exceeded\n`);
  test.same(Object.entries(JSON.parse(logged)), Object.entries({
    level: 'warn', ts: '2026-01-01T00:00:10.000000Z', logger: 'etcd-client', caller: 'v3@v3.6.6/retry_interceptor.go:65', msg: 'retrying of unary invoker failed', target: 'etcd-endpoints://0xc00038a000/cp-9:2379',
    method: '/etcdserverpb.KV/Range', attempt: 0,
    error: 'rpc error: code = DeadlineExceeded desc = latest balancer error: connection error: desc = "transport: Error while dialing: dial tcp cp-9:2379: connect: connection refused"',
  }), 'clientv3 logs the attempt, in this order');
  const noLease = JSON.parse(shell.run('etcdctl lease revoke 77').err.split('\n')[0] ?? '');
  test.match(noLease, { method: '/etcdserverpb.Lease/LeaseRevoke', attempt: 0, error: 'rpc error: code = NotFound desc = etcdserver: requested lease not found' });
  test.equal(shell.run('etcdctl lease keep-alive --once 77').err, 'Error: etcdserver: requested lease not found\n', 'of streams it logs nothing');
  test.equal(refused.exit, 1);
  test.ok(refused.took >= 5_000_000 && refused.took < 5_100_000, 'it tries for five seconds');
  test.ok(shell.run('etcdctl --endpoints cp-9:2379 get a --command-timeout=1s').took < 1_100_000);
  test.equal(shell.run('etcdctl --endpoints cp-9:2379,cp-2:2379 put a 1').out, 'OK\n', 'another endpoint answers');
  const status = shell.run('etcdctl --endpoints cp-9:2379,cp-2:2379 endpoint status');
  test.equal(ownWords(status.err), 'Failed to get the status of endpoint cp-9:2379 (context deadline exceeded)\n');
  test.equal(status.exit, 1);
  test.match(status.out, /^cp-2:2379, /);
  const follower = THREE.filter((name) => shell.member(name).raft.role !== 'leader').at(-1) ?? '';
  const rest = THREE.filter((name) => name !== follower);
  for (const name of rest) shell.fault('crash', `${name}/etcd`);
  shell.advance(3);
  follow(shell, [
    { line: `etcdctl --endpoints ${follower}:2379 get a`, err: 'Error: context deadline exceeded\n', exit: 1 },
    { line: `etcdctl --endpoints ${follower}:2379 get a --consistency=s`, out: 'a\n1\n' },
    { line: `etcdctl --endpoints ${follower}:2379 put a 2 --command-timeout=20s`, err: 'Error: etcdserver: request timed out\n', exit: 1 },
    { line: `etcdctl --endpoints ${follower}:2379 endpoint health`, err: `${follower}:2379 is unhealthy: failed to commit proposal: context deadline exceeded\nError: unhealthy cluster\n`, exit: 1 },
    { line: `etcdctl --endpoints ${follower}:2379 endpoint status -w json`, out: /"errors":\["etcdserver: no leader"\]/ },
    { line: `etcdctl --endpoints ${follower}:2379 endpoint status --cluster`, err: 'Error: failed to fetch endpoints from etcd cluster member list: context deadline exceeded\n', exit: 1 },
  ], test);
});

t.test('a full member raises an alarm, which is shown and disarmed', async (test) => {
  const shell = new Shell({ members: ['cp-1'], etcd: { quotaBackendBytes: 25_000 } });
  const { id } = shell.member('cp-1');
  const number = BigInt(`0x${id}`).toString();
  const big = 'x'.repeat(3000);
  for (let i = 0; i < 4; i++) shell.run(`etcdctl put k ${big}`);
  follow(shell, [
    { line: `etcdctl put k ${big}`, err: 'Error: etcdserver: mvcc: database space exceeded\n', exit: 1 },
    { line: 'etcdctl alarm list', out: `memberID:${number} alarm:NOSPACE \n` },
    { line: 'etcdctl alarm list -w json', out: new RegExp(`"alarms":\\[\\{"memberID":${number},"alarm":1\\}\\]\\}\n$`) },
    { line: 'etcdctl endpoint health', err: '127.0.0.1:2379 is unhealthy: failed to commit proposal: Active Alarm(s): NOSPACE \nError: unhealthy cluster\n', exit: 1 },
    { line: 'etcdctl endpoint status', out: new RegExp(`memberID:${number} alarm:NOSPACE`) },
    { line: `etcdctl compact ${shell.member('cp-1').store.revision}`, out: /^compacted revision/ },
    { line: 'etcdctl defrag', out: /^Finished/ },
    { line: 'etcdctl alarm disarm', out: `memberID:${number} alarm:NOSPACE \n` },
    { line: 'etcdctl put k small', out: 'OK\n' },
    { line: 'etcdctl alarm list' },
  ], test);
});

t.test('tables, sizes and times are drawn as Go draws them', async (test) => {
  test.equal(asciiTable(['a', 'hash_revision'], [['x', '12'], ['wide', '3']]), [
    '+------+---------------+', '|  A   | HASH REVISION |', '+------+---------------+', '|    x |            12 |', '| wide |             3 |', '+------+---------------+', '',
  ].join('\n'));
  test.equal(asciiTable(['errors'], [['memberID:5516757727554035829 alarm:NOSPACE']]), [
    '+------------------------------+', '|            ERRORS            |', '+------------------------------+', '| memberID:5516757727554035829 |', '|                alarm:NOSPACE |', '+------------------------------+', '',
  ].join('\n'), 'wide cells are wrapped');
  const sizes: readonly (readonly [number, string])[] = [[0, '0 B'], [9, '9 B'], [999, '999 B'], [1000, '1.0 kB'], [20480, '20 kB'], [24576, '25 kB'], [2_147_483_648, '2.1 GB']];
  for (const [bytes, text] of sizes) test.equal(humanBytes(bytes), text);
  const times: readonly (readonly [number, string])[] = [[0, '0s'], [834, '834µs'], [1000, '1ms'], [1_500, '1.5ms'], [2_000_123, '2.000123s'], [65_000_000, '1m5s'], [3_600_000_000, '1h0m0s']];
  for (const [span, text] of times) test.equal(goDuration(span), text);
});

t.test('a snapshot is restored into the directories of stopped members', async (test) => {
  const shell = new Shell({ members: [...THREE] });
  const cluster = THREE.map((name) => `${name}=http://${name}:2380`).join();
  const restore = (name: string, more = ''): string =>
    `on ${name}: etcdutl snapshot restore /backup/s.db --data-dir /var/lib/etcd --name ${name} --initial-cluster ${cluster} --initial-advertise-peer-urls http://${name}:2380 --initial-cluster-token again ${more}`.trimEnd();
  follow(shell, [
    { line: 'etcdctl put a 1', out: 'OK\n' },
    { line: 'etcdctl snapshot save /backup/s.db', out: /Snapshot saved at \/backup\/s\.db/ },
    { line: 'etcdctl put a 2', out: 'OK\n' },
    { line: restore('cp-1'), err: 'Error: data-dir "/var/lib/etcd" not empty or could not be read\n', exit: 1 },
  ], test);
  const { clusterId } = shell.member('cp-1');
  for (const name of THREE) shell.kernel.crash(memberOn(name));
  for (const name of THREE) test.equal(shell.run(`on ${name}: rm -rf /var/lib/etcd`).exit, 0, name);
  for (const name of THREE) test.equal(shell.run(restore(name, '--bump-revision 1000 --mark-compacted')).exit, 0, name);
  for (const name of THREE) shell.kernel.restart(memberOn(name));
  shell.advance(5);
  test.not(shell.member('cp-1').clusterId, clusterId, 'a new cluster');
  follow(shell, [
    { line: 'etcdctl get a --endpoints cp-3:2379', out: 'a\n1\n' },
    { line: 'etcdctl get a --rev 900', err: 'Error: etcdserver: mvcc: required revision has been compacted\n', exit: 1 },
    { line: 'etcdctl put a 3', out: 'OK\n' },
  ], test);
  test.equal(shell.member('cp-2').store.revision, 1_003);
});

t.test('a watch ends when its member has had no leader for too long', async (test) => {
  const shell = new Shell({ members: [...THREE] });
  shell.begin('etcdctl watch a');
  shell.advance(1);
  for (const name of ['cp-2', 'cp-3']) shell.kernel.crash(memberOn(name));
  shell.advance(10);
  const { err, exit } = shell.printed();
  test.equal(err, 'watch was canceled (etcdserver: no leader)\nError: watch is canceled by the server\n');
  test.equal(exit, 5);
});

t.test('users, roles and authentication, in the words of etcdctl', async (test) => {
  const shell = new Shell({ members: [...THREE] });
  follow(shell, [
    { line: 'etcdctl user add root:pw', out: 'User root created\n' },
    { line: 'etcdctl user add root:pw', err: 'Error: etcdserver: user name already exists\n', exit: 1 },
    { line: 'etcdctl user add', err: 'Error: user add command requires user name as its argument\n', exit: 128 },
    { line: 'etcdctl user add bob', out: 'Password of bob: \n', err: 'Error: empty password\n', exit: 128 },
    { line: 'etcdctl user add bob <<EOF\none\ntwo\nEOF', out: 'Password of bob: \nType password of bob again for confirmation: \n', err: 'Error: given passwords are different\n', exit: 128 },
    { line: 'etcdctl user add ann --interactive=false <<EOF\nsecret\nEOF', out: 'User ann created\n' },
    { line: 'etcdctl role add r1', out: 'Role r1 created\n' },
    { line: 'etcdctl role grant-permission r1 readwrite foo', out: 'Role r1 updated\n' },
    { line: 'etcdctl role grant-permission r1 read --prefix p/', out: 'Role r1 updated\n' },
    { line: 'etcdctl role grant-permission r1 write --from-key zz', out: 'Role r1 updated\n' },
    { line: 'etcdctl role get r1', out: 'Role r1\nKV Read:\n\tfoo\n\t[p/, p0) (prefix p/)\nKV Write:\n\tfoo\n\t[zz, <open ended>\n' },
    { line: 'etcdctl role get r1 -w json', out: /"perm":\[\{"permType":2,"key":"Zm9v"\},\{"key":"cC8=","range_end":"cDA="\},\{"permType":1,"key":"eno=","range_end":"AA=="\}\]\}\n$/ },
    { line: 'etcdctl user grant-role ann r1', out: 'Role r1 is granted to user ann\n' },
    { line: 'etcdctl user get ann', out: 'User: ann\nRoles: r1\n' },
    { line: 'etcdctl auth status', out: /^Authentication Status: false\nAuthRevision: \d+\n$/ },
    { line: 'etcdctl auth enable', out: 'Authentication Enabled\n' },
    { line: 'etcdctl put foo 1', err: 'Error: etcdserver: user name is empty\n', exit: 1 },
    { line: 'etcdctl --user root:bad put foo 1', err: 'Error: etcdserver: authentication failed, invalid user ID or password\n', exit: 2 },
    { line: 'etcdctl --user ann:secret put foo 1', out: 'OK\n' },
    { line: 'etcdctl --user ann --password secret put p/1 1', err: 'Error: etcdserver: permission denied\n', exit: 1 },
    { line: 'etcdctl --user ann:secret user list', err: 'Error: etcdserver: permission denied\n', exit: 1 },
    { line: 'etcdctl lease list', err: 'Error: etcdserver: user name is empty\n', exit: 2 },
    { line: 'etcdctl --user root:pw user list', out: 'ann\nroot\n' },
    { line: 'etcdctl --user root:pw auth disable', out: 'Authentication Disabled\n' },
    { line: 'etcdctl role revoke-permission r1 --prefix p/', out: 'Permission of range [p/, p0) is revoked from role r1\n' },
    { line: 'etcdctl role revoke-permission r1 nothing', err: 'Error: etcdserver: permission is not granted to the role\n', exit: 1 },
  ], test);
});

t.test('a lock is held until Ctrl-C, and the next one in the line gets it', async (test) => {
  const shell = new Shell({ members: ['cp-1'] });
  follow(shell, [
    { line: 'etcdctl lock door echo mine', out: 'mine\n' },
    { line: 'etcdctl lock door -- printenv', out: /^ETCD_LOCK_KEY=door\/[0-9a-f]+\nETCD_LOCK_REV=\d+\n$/ },
    { line: 'etcdctl lock door false', err: 'Error: exit status 1\n', exit: 1 },
    { line: 'etcdctl lock door nonsense', err: 'Error: exec: "nonsense": executable file not found in $PATH\n', exit: 1 },
    { line: 'etcdctl lock', err: 'Error: lock takes a lock name argument and an optional command to execute\n', exit: 128 },
    { line: 'etcdctl elect e', err: 'Error: no proposal argument but -l not set\n', exit: 128 },
  ], test);
  shell.begin('etcdctl lock door --ttl=6');
  shell.advance(30);
  test.match(shell.printed().out, /^door\/[0-9a-f]+\n\n$/);
  test.equal(shell.printed().exit, null, 'it renews its lease and holds on');
  shell.interrupt();
  shell.advance(1);
  test.equal(shell.run('etcdctl get door --prefix --keys-only').out, '', 'Ctrl-C gives the lock back at once');
  shell.begin('etcdctl lock door --ttl=6');
  shell.advance(1);
  shell.begin('etcdctl elect crown me');
  shell.advance(1);
  test.match(shell.printed().out, /^crown\/[0-9a-f]+\nme\n$/);
  const before = shell.kernel.world.now;
  shell.interrupt();
  shell.advance(1);
  test.match(shell.run('etcdctl lock door echo late').out, 'late', 'a holder that vanished loses the lock with its lease');
  test.ok(shell.kernel.world.now - before > 3_000_000, 'but not before');
});

t.test('a watch starts a program at each change, and reads what to watch from its input', async (test) => {
  const shell = new Shell({ members: ['cp-1'] });
  shell.run('etcdctl put a 1');
  shell.begin('etcdctl watch a --rev=2 -- echo seen');
  shell.advance(1);
  test.equal(shell.printed().out, 'PUT\na\n1\nseen\n');
  shell.interrupt();
  shell.begin('etcdctl watch -i <<EOF\nbogus\n\nwatch\nwatch a --rev=2\nwatch b --prefix -- env\nprogress\nEOF');
  shell.advance(1);
  test.equal(shell.printed().err, 'Invalid command bogus (only support watch)\nInvalid command:  (watch and progress supported)\nInvalid command watch (command type or key is not provided)\n');
  test.match(shell.printed().out, /^(?:progress notify: 2\n)*PUT\na\n1\n(?:progress notify: 2\n)*$/);
  shell.interrupt();
  follow(shell, [
    { line: 'etcdctl watch -i', err: 'Error: error reading watch request line: EOF\n', exit: 3 },
    { line: 'etcdctl watch a --', err: 'Error: bad number of arguments (found separator --, but no commands)\n', exit: 128 },
    { line: 'etcdctl watch b a', err: 'watch was canceled (mvcc: watcher range is empty)\nError: watch is canceled by the server\n', exit: 5 },
    { line: 'etcdctl watch a --rev=2 -- false', out: 'PUT\na\n1\n', err: 'command ["false"] error (exit status 1)\n', exit: 1 },
  ], test);
});

t.test('curl reads what a member says of itself over HTTP', async (test) => {
  const shell = new Shell({ members: [...THREE] });
  const refused = (host: string, port: number) => `curl: (7) Failed to connect to ${host} port ${port} after 0 ms: Couldn't connect to server\n`;
  follow(shell, [
    { line: 'etcdctl put a 1', out: 'OK\n' },
    { line: 'on cp-1: curl -sk https://127.0.0.1:2379/health', out: '{"health":"true","reason":""}\n' },
    { line: 'on cp-2: curl -k https://cp-1:2379/version', out: /^\{"etcdserver":"3\.6\.\d+","etcdcluster":"3\.6\.0","storage":"3\.6\.0"\}\n$/ },
    { line: 'on cp-1: curl http://127.0.0.1:2381/metrics', out: /\netcd_server_has_leader 1\n[\s\S]*etcd_server_proposals_committed_total \d+\n/ },
    { line: 'on cp-1: curl -k https://cp-3:2379/metrics', out: /\netcd_server_leader_changes_seen_total \d+\n/ },
    { line: 'on cp-2: curl http://cp-1:2381/metrics', err: refused('cp-1', 2381), exit: 7 },
    { line: 'on cp-2: curl http://cp-1:2379/health', out: 'Client sent an HTTP request to an HTTPS server.\n' },
    { line: 'on cp-1: curl -k https://127.0.0.1:2379/nothing', out: '404 page not found\n' },
    { line: 'curl', err: "curl: (2) no URL specified\ncurl: try 'curl --help' or 'curl --manual' for more information\n", exit: 2 },
    { line: 'curl https://elsewhere/health', err: 'curl: (6) Could not resolve host: elsewhere\n', exit: 6 },
    { line: 'curl ftp://cp-1/x', err: 'curl: (3) URL rejected: Malformed input to a URL function\n', exit: 3 },
  ], test);
  shell.fault('crash', 'cp-2/etcd');
  shell.fault('crash', 'cp-3/etcd');
  shell.advance(5);
  follow(shell, [
    { line: 'on cp-1: curl -k https://127.0.0.1:2379/health', out: '{"health":"false","reason":"RAFT NO LEADER"}\n' },
    { line: 'on cp-1: curl -k https://127.0.0.1:2379/health?serializable=true', out: '{"health":"true","reason":""}\n' },
    { line: 'on cp-1: curl -k https://cp-2:2379/health', err: refused('cp-2', 2379), exit: 7 },
  ], test);
});

t.test('a cluster is restored from a snapshot: saved, copied to every machine, restored, put in place, started', async (test) => {
  const shell = new Shell({ members: [...THREE] });
  const cluster = THREE.map((name) => `${name}=http://${name}:2380`).join(',');
  const peers = shell.member('cp-1').members.values();
  const urls = new Map([...peers].map(({ name, peerURLs }) => [name, peerURLs[0] ?? '']));
  const initial = [...urls].map(([name, url]) => `${name}=${url}`).join(',');
  follow(shell, [
    { line: 'etcdctl put color blue', out: 'OK\n' },
    { line: 'etcdctl snapshot save', err: 'Error: snapshot save expects one argument\n', exit: 128 },
    { line: 'etcdctl snapshot save /backup/s.db', out: 'Snapshot saved at /backup/s.db\nServer version 3.6.0\n' },
    { line: 'etcdutl snapshot status /backup/s.db', out: /^[0-9a-f]+, 2, \d+, 2\d kB, 3\.6\.0\n$/ },
    { line: 'etcdutl snapshot status /backup/s.db -w table', out: /\| +HASH +\| REVISION \| TOTAL KEYS \| TOTAL SIZE \| VERSION \|/ },
    { line: 'etcdutl snapshot status /backup/s.db -w json', out: /^\{"hash":\d+,"revision":2,"totalKey":\d+,"totalSize":2\d+,"version":"3\.6\.0"\}\n$/ },
    { line: 'etcdutl snapshot status none.db', err: 'Error: stat none.db: no such file or directory\n', exit: 1 },
    { line: 'etcdutl snapshot restore /backup/s.db', err: 'Error: required flag(s) "data-dir" not set\n', exit: 1 },
    { line: 'etcdutl snapshot restore none.db --data-dir /x', err: 'Error: open none.db: no such file or directory\n', exit: 1 },
    { line: 'etcdutl snapshot restore /backup/s.db --data-dir /x --bump-revision 5', err: 'Error: --mark-compacted required if --revision-bump > 0\n', exit: 128 },
    { line: `etcdutl snapshot restore /backup/s.db --data-dir /x --name cp-9 --initial-cluster ${cluster}`, err: 'Error: couldn\'t find local name "cp-9" in the initial cluster configuration\n', exit: 1 },
    { line: 'etcdutl snapshot restore /backup/s.db --data-dir /var/lib/etcd', err: 'Error: data-dir "/var/lib/etcd" not empty or could not be read\n', exit: 1 },
    { line: 'rm -rf /var/lib/etcd', err: "rm: cannot remove '/var/lib/etcd': Device or resource busy\n", exit: 1 },
    { line: 'mv /var/lib/etcd /old', err: "mv: cannot move '/var/lib/etcd': Device or resource busy\n", exit: 1 },
    { line: 'scp /backup/s.db nowhere:/s.db', err: 'ssh: Could not resolve hostname nowhere: Name or service not known\n', exit: 1 },
    { line: 'etcdctl del color', out: '1\n' },
    { line: 'etcdctl put size 11', out: 'OK\n' },
  ], test);
  for (const name of THREE) shell.fault('crash', `${name}/etcd`);
  for (const name of THREE) {
    if (name !== 'cp-1') test.same(shell.run(`scp /backup/s.db ${name}:/backup/s.db`).exit, 0);
    for (const line of [
      `on ${name}: mv /var/lib/etcd /var/lib/etcd.old`,
      `on ${name}: etcdutl snapshot restore /backup/s.db --data-dir /var/lib/etcd --name ${name} --initial-cluster ${initial} --initial-cluster-token again --initial-advertise-peer-urls ${urls.get(name) ?? ''}`,
    ]) test.same([ownWords(shell.run(line).err), shell.run('ls /var/lib').err], ['', ''], line);
  }
  test.equal(shell.run('on cp-2: ls /var/lib').out, 'etcd\netcd.old\n');
  shell.healAll();
  shell.advance(5);
  follow(shell, [
    { line: 'etcdctl get "" --prefix', out: 'color\nblue\n' },
    { line: 'etcdctl put after restore', out: 'OK\n' },
    { line: 'etcdctl get after --consistency=s --endpoints=cp-3:2379', out: 'after\nrestore\n' },
  ], test);
  test.equal(shell.run('etcdctl member list').out.split('\n').length, 4);
});

t.test('snapshots are logged on standard error, saved and restored', async (test) => {
  const shell = new Shell({ members: [...THREE] });
  const saved = shell.run('etcdctl snapshot save s.db').err.trimEnd().split('\n').map(line => JSON.parse(line) as Record<string, string>);
  test.same(saved.map(({ caller, msg }) => `${caller ?? ''} ${msg ?? ''}`), [
    'snapshot/v3_snapshot.go:83 created temporary db file', 'v3@v3.6.6/maintenance.go:236 opened snapshot stream; downloading', 'snapshot/v3_snapshot.go:96 fetching snapshot',
    'v3@v3.6.6/maintenance.go:302 completed snapshot read; closing', 'snapshot/v3_snapshot.go:111 fetched snapshot', 'snapshot/v3_snapshot.go:121 saved',
  ]);
  test.match(saved[4], { endpoint: '127.0.0.1:2379', size: /^\d+ kB$/, took: /^[\d.]+(µs|ms)$/, 'etcd-version': '3.6.0' });
  const places = '{"path": "s.db", "wal-dir": "/x/member/wal", "data-dir": "/x", "snap-dir": "/x/member/snap", "initial-memory-map-size": 10737418240}';
  test.same(shell.run('etcdutl snapshot restore s.db --data-dir /x').err.trimEnd().split('\n').map(line => line.split('\t').slice(1).join(' ')), [
    `info snapshot/v3_snapshot.go:305 restoring snapshot ${places}`,
    'info schema/membership.go:138 Trimming membership information from the backend...',
    // The ids of every cluster with the default name, address and token.
    'info membership/cluster.go:424 added member {"cluster-id": "cdf818194e3a8c32", "local-member-id": "0", "added-peer-id": "8e9e05c52164694d", "added-peer-peer-urls": ["http://localhost:2380"], "added-peer-is-learner": false}',
    `info snapshot/v3_snapshot.go:333 restored snapshot ${places}`,
  ]);
});

t.test('check perf writes for a minute and judges: well on a healthy cluster, badly on one with slow disks', async (test) => {
  const shell = new Shell({ members: [...THREE] });
  const good = shell.run('etcdctl check perf');
  test.match(good.out, /^ 60 \/ 60 Bo+! 100\.00% 1m0s\nPASS: Throughput is 15\d writes\/s\nPASS: Slowest request took 0\.0\d+s\nPASS: Stddev is 0\.00\d+s\nPASS\n$/);
  test.equal(good.exit, 0);
  test.ok(good.took >= 60_000_000, 'a minute of virtual time');
  test.equal(shell.run('etcdctl get / --prefix').out, '', 'nothing is left of it');
  shell.run('etcdctl put /etcdctl-check-perf/x 1');
  test.match(shell.run('etcdctl check perf').err, 'Error: prefix "/etcdctl-check-perf/" has keys. Delete with etcdctl del --prefix /etcdctl-check-perf/ first\n');
  test.equal(shell.run('etcdctl check perf --load=huge').exit, 4);
  shell.run('etcdctl del / --prefix');
  for (const name of THREE) shell.fault('slow-disk', '700ms', `${name}/etcd`);
  const bad = shell.run('etcdctl check perf --prefix=/other/ --auto-compact', 'cp-1', 120);
  test.match(bad.out, /Slowest request took too long: \d\.\d{6}s\n/);
  test.match(bad.out, /FAIL\n$/);
  test.equal(bad.exit, 1);
  test.equal(shell.run('etcdctl get foo -w protobuf').err, 'Error: protobuf not supported as output format\n');
});

t.test('every command of kubectl, crictl, etcdctl, etcdutl and for files says in both languages what it does', async (test) => {
  const programs = new Set(['kubectl', 'crictl', 'etcdctl', 'etcdutl', 'ls', 'mv', 'rm', 'scp', 'curl']);
  const paths = commands.map(({ path }) => path.join(' ')).filter((path) => programs.has(path.split(' ')[0] ?? ''));
  test.same(Object.keys(KOREAN).sort(), [...paths].sort());
  for (const path of paths) {
    const { ko, en } = findNode(path.split(' '))?.summary ?? { ko: '', en: '' };
    test.match(ko, /[가-힣]/, path);
    test.notMatch(en, /[가-힣]/, path);
  }
});
