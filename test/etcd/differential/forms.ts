import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type EtcdPrograms, RealCluster } from '../../../src/bench/real/etcd.ts';
import { parse } from '../../../src/repl/parse/parse.ts';
import { Shell } from '../../kubectl/shell.ts';
import { LINES, type Line } from './lines.ts';

/** Every output form of etcdctl: the same lines typed to the real one and to ours, and what they print side by side. */

export interface Printed { readonly out: string; readonly err: string; readonly exit: number }
export interface FormDifference { readonly line: string; readonly real: Printed; readonly ours: Printed }
export interface NamedDifference { readonly name: string; readonly reason: string; readonly lines: number }
export interface ComparedForms { readonly compared: number; readonly differences: readonly FormDifference[]; readonly named: readonly NamedDifference[] }

/**
 * Where the installed version prints something else than 3.6, and why. `until` is the first version that prints what ours does. A line is excused only
 * while the installed version is older, and only when the rule, applied to both sides, makes them equal.
 */
interface VersionDifference { readonly name: string; readonly until: string; readonly lines: RegExp; readonly reason: string; readonly even: (printed: Printed) => Printed }
const outOf = (change: (text: string) => string) => (printed: Printed): Printed => ({ ...printed, out: change(printed.out), err: change(printed.err) });
const none = (): Printed => ({ out: '', err: '', exit: 0 });

const VERSION_DIFFERENCES: readonly VersionDifference[] = [
  { name: 'a range in del', until: '3.6', lines: /^etcdctl del \S+ \S+( --range)?$/, reason: '3.6 warns of a range, waits, and asks for --range', even: none },
  { name: 'endpoint status', until: '3.6', lines: /endpoint status/, reason: '3.6 adds storage version, bytes in use, quota and downgrade', even: none },
  { name: 'hash revision', until: '3.6', lines: /endpoint hashkv/, reason: '3.6 tells the revision that was hashed', even: none },
  { name: 'snapshot save', until: '3.6', lines: /snapshot save/, reason: '3.6 prints the storage version of the server', even: outOf((text) => text.replace(/Server version .*\n/, '')) },
  { name: 'version', until: '3.6', lines: /^etcdctl version/, reason: 'the version itself', even: none },
  { name: 'defrag', until: '3.6', lines: /^etcdctl defrag/, reason: '3.6 tells how long it took', even: outOf((text) => text.replace('. took TIME', '')) },
  { name: 'a wrong number in a condition', until: '3.6', lines: /txn/, reason: '3.6 adds what strconv says', even: outOf((text) => text.replace(/ \(strconv[^)]*\)/, '')) },
  { name: 'a condition on a lease', until: '3.6', lines: /lease\("none"\)/, reason: 'a panic before 3.6', even: none },
  { name: 'answers without a revision', until: '3.6', lines: /-w fields/, reason: '3.6 leaves Revision out when it is 0', even: outOf((text) => text.replace('"Revision" : 0\n', '')) },
  { name: 'member list --consistency', until: '3.6', lines: /member list --consistency/, reason: 'new in 3.6', even: none },
  { name: 'borders of tables', until: '3.6', lines: /-w table/, reason: "Debian's 3.5 is built with a later tablewriter, which draws lines", even: outOf((text) => text.replace(/[┌└├].*\n/g, '').replace(/\+[-+]+\n/g, '').replaceAll('│', '|')) },
  { name: 'who may list members', until: '3.6', lines: /^etcdctl member list$/, reason: 'late 3.5 asks for a user here too; 3.6.6 does not', even: none },
  { name: '--count-only', until: '3.5', lines: /--count-only/, reason: 'new in 3.5', even: none },
  { name: 'names in the json of txn', until: '3.5', lines: /txn -w json/, reason: 'operations are named as in the protocol from 3.5 on', even: outOf((text) => text.replaceAll('ResponseRange', 'response_range').replaceAll('ResponseDeleteRange', 'response_delete_range').replaceAll('ResponsePut', 'response_put')) },
  { name: 'endpoint health', until: '3.5', lines: /endpoint health/, reason: 'on standard error before 3.5', even: ({ out, err, exit }) => ({ out: out + err, err: '', exit }) },
  { name: 'alarm list', until: '3.5', lines: /alarm list/, reason: 'without a header before 3.5, and a panic in the form fields', even: none },
  { name: 'why nobody answers', until: '3.5', lines: /--endpoints=127/, reason: 'the gRPC of 3.4 does not say why it cannot connect', even: outOf((text) => text.replace(/latest balancer error: .*/, '')) },
  { name: 'auth status', until: '3.5', lines: /auth status/, reason: 'new in 3.5', even: none },
  { name: 'who may list leases', until: '3.5', lines: /^etcdctl lease list$/, reason: '3.4 asks nobody for a name here', even: none },
  { name: 'a panic where 3.6 may panic too', until: '3.7', lines: /mod\("k"\) ~|alarm disarm -w fields/, reason: 'ours says what is wrong, or prints nothing', even: none },
];

/** Dots in a version: `3.5.30` < `3.6`. */
function isBefore(version: string, until: string): boolean {
  const [a, b] = [version, until].map((text) => text.split('.').map(Number));
  return (a?.[0] ?? 0) < (b?.[0] ?? 0) || ((a?.[0] ?? 0) === (b?.[0] ?? 0) && (a?.[1] ?? 0) < (b?.[1] ?? 0));
}

// ---- What is not compared: ids, times, sizes, terms --------------------------------------------------------------------------------

/** The line that clientv3 logs of a failed attempt: which, and why; versions differ in what else they tell. */
function attempt(line: string): string {
  if (!line.startsWith('{"level":"warn"') || !line.includes('retrying of unary invoker failed')) return line;
  const { attempt, error } = JSON.parse(line) as { readonly attempt: number; readonly error: string };
  return `attempt ${attempt} failed: ${error}`;
}

function plain(text: string): string {
  return text
    .split('\n').map(attempt).filter((line) => !line.startsWith('{"level":')).join('\n')
    .replace(/http:\/\/(?:127\.0\.0\.1|cp-1):\d+/g, 'URL').replace(/127\.0\.0\.1:\d+/g, 'ENDPOINT')
    .replace(/\b\d+(?:\.\d+)?(?:ns|µs|ms|s)\b(?!\))/g, 'TIME').replace(/\b\d+(?:\.\d+)? [kMG]?B\b/g, 'SIZE')
    .replace(/("(?:raft_term|raftTerm|raftIndex|raftAppliedIndex|dbSize|dbSizeInUse|hash|RaftTerm|RaftIndex|RaftAppliedIndex|DBSize|DBSizeInUse|Hash)" ?: ?)\d+/g, '$1N')
    .replace(/\b\d{15,20}\b/g, 'ID').replace(/\b[0-9a-f]{13,16}\b/g, 'ID').replace(/remaining\(\d+s\)/g, 'remaining(TIME)').replace(/"ttl":\d+,"granted-ttl"/g, '"ttl":N,"granted-ttl"')
    .replace(/ENDPOINT, \d+/g, 'ENDPOINT, N').replace(/"TTL" : \d+\n"GrantedTTL"/g, '"TTL" : N\n"GrantedTTL"')
    .replace(/"key":"ZG9vci[89][^"]*"/g, '"key":"door/ID"').replace(/-{3,}/g, '---').replace(/ {2,}/g, ' ');
}
const shown = ({ out, err, exit }: Printed): Printed => ({ out: plain(out), err: plain(err), exit });
const same = (a: Printed, b: Printed): boolean => a.out === b.out && a.err === b.err && a.exit === b.exit;

// ---- Two shells --------------------------------------------------------------------------------------------------------------------

class RealShell {
  readonly folder = mkdtempSync(join(tmpdir(), 'pilothouse-etcdctl-'));
  readonly cluster: RealCluster;
  constructor(cluster: RealCluster) {
    this.cluster = cluster;
    for (const name of ['etcdctl'] as const) {
      const path = spawnSync('sh', ['-c', `command -v ${cluster.programs[name]}`], { encoding: 'utf8' }).stdout.trim();
      symlinkSync(path, join(this.folder, name));
      chmodSync(this.folder, 0o700);
    }
  }

  run(line: string): Printed {
    const done = spawnSync('sh', ['-c', line], {
      encoding: 'utf8', input: '', cwd: this.folder,
      env: { PATH: `${this.folder}:${process.env['PATH'] ?? ''}`, ETCDCTL_API: '3', ...(line.includes('--endpoints') ? {} : { ETCDCTL_ENDPOINTS: `127.0.0.1:${this.cluster.members[0]?.clientPort ?? 0}` }) },
    });
    return { out: done.stdout, err: done.stderr, exit: done.status ?? -1 };
  }

  /** A command without end: stopped as by Ctrl-C after a while; how it ends is not compared. */
  follow(line: string, seconds: number): Printed { return { ...this.run(`timeout -s INT ${seconds} ${line}`), exit: 0 }; }
  close(): void { rmSync(this.folder, { recursive: true, force: true }); }
}

/** A line that the prompt itself cannot read is a difference like any other. */
const unread = (line: string): Printed | undefined => { const parsed = parse(line); return parsed.ok ? undefined : { out: '', err: parsed.message, exit: parsed.exit }; };

function ourRun(shell: Shell, line: string): Printed {
  const wrong = unread(line);
  if (wrong !== undefined) return wrong;
  const { out, err, exit } = shell.run(line);
  return { out, err, exit: exit ?? -1 };
}

function ourFollow(shell: Shell, line: string, seconds: number): Printed {
  shell.begin(line);
  shell.advance(seconds);
  const { out, err } = shell.printed();
  shell.interrupt();
  shell.advance(1);
  return { out, err, exit: 0 };
}

/** Words that stand for what each side has called something: the lease granted last, its member. */
interface Names { lease: string; readonly member: string }
const fill = (line: string, names: Names): string => line.replaceAll('{lease}', names.lease).replaceAll('{member}', names.member);
function learn(names: Names, printed: Printed): void {
  names.lease = /^lease ([0-9a-f]+) granted/.exec(printed.out)?.[1] ?? names.lease;
}

async function memberIdOf(cluster: RealCluster): Promise<string> {
  const status = await cluster.call('maintenance/status', {});
  return BigInt(String((status['header'] as { member_id?: string } | undefined)?.member_id ?? '0')).toString(16);
}

/** Types every line on both sides. */
export async function compareForms(programs: EtcdPrograms, lines: readonly Line[] = LINES): Promise<ComparedForms> {
  const cluster = await RealCluster.start(programs, 1);
  const real = new RealShell(cluster);
  try {
    const ours = new Shell({ members: ['cp-1'] });
    const names = { real: { lease: '', member: await memberIdOf(cluster) }, ours: { lease: '', member: ours.member('cp-1').id } };
    return compareLines(lines, programs.version, ({ line, follow }) => {
      const [a, b] = [fill(line, names.real), fill(line, names.ours)];
      const pair = follow === undefined ? { real: real.run(a), ours: ourRun(ours, b) } : { real: real.follow(a, follow), ours: ourFollow(ours, b, follow) };
      learn(names.real, pair.real);
      learn(names.ours, pair.ours);
      return { real: shown(pair.real), ours: shown(pair.ours) };
    });
  } finally {
    real.close();
    cluster.stop();
  }
}

function compareLines(lines: readonly Line[], version: string, type: (line: Line) => { readonly real: Printed; readonly ours: Printed }): ComparedForms {
  const differences: FormDifference[] = [];
  const named = new Map<VersionDifference, number>();
  for (const line of lines) {
    const { real, ours } = type(line);
    if (same(real, ours)) continue;
    const excuse = VERSION_DIFFERENCES.find(({ until, lines: which, even }) => isBefore(version, until) && which.test(line.line) && same(even(real), even(ours)));
    if (excuse === undefined) differences.push({ line: line.line, real, ours });
    else named.set(excuse, (named.get(excuse) ?? 0) + 1);
  }
  return { compared: lines.length, differences, named: [...named].map(([{ name, reason }, count]) => ({ name, reason, lines: count })) };
}
