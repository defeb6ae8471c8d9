/** The lines that are typed to the real etcdctl and to ours, in this order, on fresh clusters of one member. */
export interface Line {
  readonly line: string;
  /** A command without end: stopped after so many seconds. */
  readonly follow?: number;
}

const FORMS = ['simple', 'json', 'fields', 'table', 'xml'] as const;
/** The line in every form. */
const inForms = (line: string): readonly Line[] => FORMS.map((form) => ({ line: `${line} -w ${form}` }));
const all = (...lines: readonly string[]): readonly Line[] => lines.map((line) => ({ line }));
const input = (command: string, ...lines: readonly string[]): Line => ({ line: `${command} <<'EOF'\n${lines.join('\n')}\nEOF` });

export const LINES: readonly Line[] = [
  ...all('etcdctl put foo bar', 'etcdctl put foo "b a r" --prev-kv', 'etcdctl get foo', 'etcdctl get foo --rev=2', 'etcdctl get none', 'etcdctl get foo --print-value-only', 'etcdctl get foo --keys-only', 'etcdctl get foo --hex',
    'etcdctl put foo1 1', 'etcdctl put foo2 2', 'etcdctl put goo 3', 'etcdctl get foo --prefix', 'etcdctl get foo --prefix --keys-only --order=DESCEND', 'etcdctl get "" --prefix --sort-by=MODIFY --limit=2', 'etcdctl get "" --from-key --keys-only',
    'etcdctl get foo1 --from-key --limit=1 -w json', 'etcdctl get foo fooz', 'etcdctl get "" --from-key --count-only -w fields', 'etcdctl get foo --count-only', 'etcdctl get foo --consistency=s', 'etcdctl get foo --consistency=x',
    'etcdctl get', 'etcdctl get a b c', 'etcdctl get a --prefix --from-key', 'etcdctl get a b --prefix', 'etcdctl get a --keys-only --count-only', 'etcdctl get a --order=UP', 'etcdctl get a --sort-by=SIZE', 'etcdctl get a --rev=100', 'etcdctl get a --print-value-only -w json'),
  ...inForms('etcdctl get foo --prefix'), ...inForms('etcdctl get none'), ...inForms('etcdctl put foo 1 --prev-kv'), ...inForms('etcdctl del none'),
  ...all('etcdctl put', 'etcdctl put a', 'etcdctl put "" b', 'etcdctl put a b --lease=zz', 'etcdctl put a b --lease=77', 'etcdctl put foo --ignore-value', 'etcdctl put foo x --ignore-value', 'etcdctl put none --ignore-value', 'etcdctl put foo y --ignore-lease',
    'etcdctl put dash -- -value', 'etcdctl put "quo\\"te" "tab\there" ', 'etcdctl get quo --prefix -w fields', 'etcdctl put 키 값', 'etcdctl get 키', 'etcdctl get 키 -w fields', 'etcdctl get 키 -w json', 'etcdctl get 키 --hex'),
  input('etcdctl put lines', 'one', 'two'), ...all('etcdctl get lines --print-value-only'),
  ...all('etcdctl del goo --prev-kv', 'etcdctl del', 'etcdctl del a b c', 'etcdctl del a --prefix --from-key', 'etcdctl del a b --prefix', 'etcdctl del foo1 foo2', 'etcdctl del x y --range', 'etcdctl del lin --prefix -w json', 'etcdctl del dash -w fields --prev-kv'),
  input('etcdctl txn', 'mod("foo") > "0"', '', 'put foo "from txn"', 'get foo', '', 'get foo', ''),
  input('etcdctl txn -w json', 'value("foo") = "other"', '', 'put foo x', '', 'get foo --keys-only', 'del foo2 --prev-kv', 'put new 1', ''),
  input('etcdctl txn -w fields', '', 'put foo 1', 'get foo', 'del none', '', ''),
  input('etcdctl txn -i', 'create("none") = "0"', 'lease("none") = "0"', 'ver("foo") != "0"', '', 'get none', '', '', ''),
  input('etcdctl txn', 'mod("k") > "x"', ''), input('etcdctl txn', 'size("k") > "1"', ''), input('etcdctl txn', 'mod(k) > 1', ''), input('etcdctl txn', 'mod("k") ~ "1"', ''), input('etcdctl txn', 'nothing', ''),
  input('etcdctl txn', '', 'put a 1', 'put a 2', '', ''), input('etcdctl txn', '', 'get', '', ''), ...all('etcdctl txn -i', 'etcdctl txn x'),
  ...all('etcdctl lease grant 100'), ...inForms('etcdctl lease timetolive {lease}'), ...all('etcdctl put leased 1 --lease={lease}', 'etcdctl lease timetolive {lease} --keys', 'etcdctl lease timetolive {lease} --keys -w json', 'etcdctl lease timetolive {lease} --keys -w fields', 'etcdctl get leased -w fields', 'etcdctl get leased -w json'),
  ...inForms('etcdctl lease list'), ...inForms('etcdctl lease keep-alive --once {lease}'), { line: 'etcdctl lease keep-alive {lease}', follow: 2 },
  ...inForms('etcdctl lease revoke {lease}'), ...all('etcdctl lease timetolive {lease}', 'etcdctl lease revoke 77', 'etcdctl lease keep-alive --once 77', 'etcdctl lease keep-alive 77', 'etcdctl lease grant', 'etcdctl lease grant x', 'etcdctl lease revoke', 'etcdctl lease revoke xyz', 'etcdctl lease timetolive', 'etcdctl lease grant 9000000001', 'etcdctl lease grant 100 -w json', 'etcdctl lease grant 100 -w fields'),
  ...inForms('etcdctl member list'), ...all('etcdctl member remove', 'etcdctl member remove xyz', 'etcdctl member remove 77', 'etcdctl member remove 12345678123456789', 'etcdctl member add', 'etcdctl member add m', 'etcdctl member add m http://x:2380', 'etcdctl member update {member}', 'etcdctl member update 77 --peer-urls=http://x:1', 'etcdctl member promote 77', 'etcdctl member promote {member}', 'etcdctl member list --consistency=x'),
  ...inForms('etcdctl endpoint status'), ...inForms('etcdctl endpoint health'), ...inForms('etcdctl endpoint hashkv'), ...all('etcdctl endpoint health --cluster', 'etcdctl move-leader', 'etcdctl move-leader xyz', 'etcdctl move-leader 77'),
  ...inForms('etcdctl alarm list'), ...inForms('etcdctl alarm disarm'), ...all('etcdctl defrag', 'etcdctl version', 'etcdctl make-mirror', 'etcdctl make-mirror a b', 'etcdctl check perf --load=huge', 'etcdctl check datascale --load=huge', 'etcdctl del a --prefix -w protobuf --from-key',
    'etcdctl compaction x', 'etcdctl compaction', 'etcdctl elect', 'etcdctl elect a', 'etcdctl elect a b -l', 'etcdctl lock', 'etcdctl snapshot save', 'etcdctl snapshot save a b', 'etcdctl watch', 'etcdctl watch a b --prefix', 'etcdctl --endpoints=127.0.0.1:1 --command-timeout=1s get foo', 'etcdctl --endpoints=127.0.0.1:1 --command-timeout=1s put foo 1', 'etcdctl --endpoints=127.0.0.1:1 --command-timeout=1s endpoint status', 'etcdctl --endpoints=127.0.0.1:1 --command-timeout=1s endpoint health', 'etcdctl --endpoints=127.0.0.1:1 --command-timeout=1s lease grant 10'),
  ...all('etcdctl user add root:pw', 'etcdctl user add root:pw', 'etcdctl user add', 'etcdctl user add :x', 'etcdctl user add ann:pw -w json', 'etcdctl user add bob --no-password -w fields', 'etcdctl user add dan --new-user-password=x', 'etcdctl user get nobody', 'etcdctl user delete nobody'),
  input('etcdctl user add eve --interactive=false', 'secret'), ...inForms('etcdctl user list'), ...all('etcdctl role add r1', 'etcdctl role add r1', 'etcdctl role add', 'etcdctl role add r2 -w json', 'etcdctl role add r3 -w fields'), ...inForms('etcdctl role list'),
  ...all('etcdctl role grant-permission r1 readwrite foo', 'etcdctl role grant-permission r1 read a b', 'etcdctl role grant-permission r1 write --prefix p/', 'etcdctl role grant-permission r1 read --from-key zz', 'etcdctl role grant-permission r1 bogus x', 'etcdctl role grant-permission r1 read', 'etcdctl role grant-permission nor read x', 'etcdctl role get nor'),
  ...inForms('etcdctl role get r1'), ...all('etcdctl user grant-role ann r1', 'etcdctl user grant-role ann nor', 'etcdctl user grant-role ann'), ...inForms('etcdctl user get ann'), ...all('etcdctl user get ann --detail', 'etcdctl user revoke-role ann nor', 'etcdctl user revoke-role ann r1', 'etcdctl user grant-role ann r1'),
  input('etcdctl user passwd ann --interactive=false', 'npw'),
  ...all('etcdctl role revoke-permission r1 a b', 'etcdctl role revoke-permission r1 --prefix p/', 'etcdctl role revoke-permission r1 --from-key zz', 'etcdctl role revoke-permission r1 x', 'etcdctl role revoke-permission r1', 'etcdctl auth status', 'etcdctl auth status -w json', 'etcdctl auth status -w fields',
    'etcdctl auth enable', 'etcdctl put foo 1', 'etcdctl --user root:bad put foo 1', 'etcdctl --user root:pw put foo 1', 'etcdctl --user root --password pw get foo', 'etcdctl --user ann:npw get foo', 'etcdctl --user ann:npw put foo 2', 'etcdctl --user ann:npw get bar', 'etcdctl --user ann:npw user list', 'etcdctl --user ann:npw user get ann', 'etcdctl get foo', 'etcdctl member list', 'etcdctl lease list',
    'etcdctl --user root:pw user delete bob', 'etcdctl --user root:pw role delete r1', 'etcdctl --user root:pw auth disable', 'etcdctl auth disable'),
  ...all('etcdctl lock', 'etcdctl lock door true', 'etcdctl lock door echo mine', 'etcdctl lock door false', 'etcdctl elect', 'etcdctl elect e', 'etcdctl elect e p -l'),
  { line: 'etcdctl lock door', follow: 2 }, { line: 'etcdctl lock door -w json --ttl=3', follow: 2 }, { line: 'etcdctl elect e me', follow: 2 }, { line: 'etcdctl elect e me -w fields', follow: 2 }, { line: 'etcdctl elect e -l', follow: 2 },
  ...all('etcdctl put w 1', 'etcdctl put w 2', 'etcdctl del w'),
  ...(['simple', 'json', 'fields', 'table'] as const).flatMap((form): readonly Line[] => [{ line: `etcdctl watch w --rev=2 -w ${form}`, follow: 2 }, { line: `etcdctl watch w --rev=2 --prev-kv -w ${form}`, follow: 2 }]),
  { line: 'etcdctl watch w x --rev=2', follow: 2 }, { line: 'etcdctl watch w --prefix --rev=2 -- echo seen', follow: 2 }, ...all('etcdctl watch', 'etcdctl watch a b --prefix', 'etcdctl watch a --', 'etcdctl watch b a'),
  ...all('etcdctl compaction', 'etcdctl compaction x', 'etcdctl compaction 1000', 'etcdctl compaction 5', 'etcdctl compaction 5', 'etcdctl compact 6 --physical', 'etcdctl get foo --rev=2', 'etcdctl watch w --rev=2', 'etcdctl watch w --rev=2 -w json', 'etcdctl watch w --rev=2 -w fields'),
  ...all('etcdctl snapshot save', 'etcdctl snapshot save s.db'),
];
