import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import t from 'tap';
import { THEME_NAMES } from '../../src/tui/theme.ts';
import { readOptions, shape, THEMES } from '../../src/program/options.ts';
import { usage } from '../../src/program/usage.ts';
import { startPty } from '../tui/pty.ts';

const main = resolve('dist/bin/main.js');
const folder = mkdtempSync(join(tmpdir(), 'pilothouse-'));

interface Done { readonly code: number | null; readonly out: string; readonly err: string }

/** Runs the real program, with a state folder of its own. */
function run(args: readonly string[], input = '', env: Readonly<Record<string, string>> = {}, cwd = '.'): Done {
  const done = spawnSync(process.execPath, [main, ...args], { cwd, input, encoding: 'utf8', env: { ...process.env, XDG_STATE_HOME: join(folder, 'state'), LANG: 'C.UTF-8', LC_ALL: '', ...env } });
  return { code: done.status, out: done.stdout, err: done.stderr };
}

const file = (name: string, text: string): string => { const path = join(folder, name); writeFileSync(path, text); return path; };

t.test('plain mode passes on empty lines at the end of output', t => {
  const { out } = run(['--plain', '--quiet'], 'kubectl create configmap c --from-literal=a=b && kubectl get configmap c -o go-template="{{.data.a}}{{println}}{{println}}"\nkubectl config current-context\n');
  t.match(out, 'b\n\nkubernetes-admin@kubernetes\n');
  t.end();
});

t.test('usage', t => {
  t.match(run(['--version']), { code: 0, out: /^\d+\.\d+\.\d+\n$/ });
  t.match(run(['--help']), { code: 0, out: /Usage/ });
  t.match(run(['--help', '--lang', 'ko']), { code: 0, out: /사용법/ });
  t.match(run(['--help'], '', { LANG: 'ko_KR.UTF-8' }), { out: /사용법/ });
  for (const lang of ['en', 'ko'] as const) t.same(Object.keys(shape).filter(name => !usage(lang).includes(`--${name}`)), [], `${lang}: the help names every option`);
  const wrong: readonly (readonly [string[], RegExp])[] = [
    [['--nonsense'], /--nonsense/], [['fly'], /there is no command "fly": expected learn, run, lesson, replay, serve, addon, bench/], [['--seed', 'x'], /--seed: expected a whole number/],
    [['--lang', 'fr'], /--lang: expected ko or en/], [['--cluster', 'nope'], /there is no cluster "nope": expected tiny, default, ha, cloud, etcd/],
    [['--cluster', '/nowhere.yaml'], /\/nowhere\.yaml: cannot be read/], [['--restore', '/nowhere.json'], /cannot be read/], [['run'], /name at least one scenario/],
    [['run', '/nowhere.yaml'], /cannot be read/], [['run', 'x.yaml', '--reporter', 'loud'], /--reporter: expected pretty, tap, junit, json/], [['bench', 'luck'], /expected start, etcd, converge/],
    [['serve', '--clock', 'yesterday'], /--clock: expected now, fixed or a time of 2026 or later/], [['serve', '--clock', '2025-12-31T00:00:00Z'], /--clock: expected/],
    [['--cluster', file('bad.yaml', 'controlPlanes: 1\nnodes:\n  - name: a\n    taints:\n      - { key: x, effect: Never }\n')], /bad\.yaml:\d+:\d+: nodes\[0\]\.taints\[0\]\.effect: expected NoSchedule/],
    [['--cluster', file('worse.yaml', 'nodes: [\n')], /worse\.yaml:\d+:\d+: /],
  ];
  for (const [args, problem] of wrong) {
    const done = run(args);
    t.equal(done.code, 2, args.join(' '));
    t.match(done.err + done.out, problem, args.join(' '));
    t.notOk(/\n\s+at /.test(done.err), 'no stack trace');
  }
  t.end();
});

t.test('what is wrong with arguments is told in the language that they or the locale ask for', t => {
  const problem = (args: readonly string[], env: Readonly<Record<string, string>> = {}): string => { const read = readOptions(args, env); return read.ok ? '' : read.error; };
  const ko = { LANG: 'ko_KR.UTF-8' };
  const cases: readonly (readonly [readonly string[], string, string])[] = [
    [['--foo'], "Unknown option '--foo'; see pilothouse --help", '--foo 옵션은 없어요. pilothouse --help를 보세요.'],
    [['--them', 'dark'], "Unknown option '--them', did you mean --theme?; see pilothouse --help", '--them 옵션은 없어요. 혹시 --theme인가요? pilothouse --help를 보세요.'],
    [['--seed'], '--seed: expected a value after it; see pilothouse --help', '--seed 옵션 뒤에 값을 적어 주세요. pilothouse --help를 보세요.'],
    [['--seed', '--plain'], '--seed: expected a value after it; see pilothouse --help', '--seed 옵션 뒤에 값을 적어 주세요. pilothouse --help를 보세요.'],
    [['--plain=yes'], '--plain: takes no value; see pilothouse --help', '--plain 옵션에는 값을 붙이지 않아요. pilothouse --help를 보세요.'],
    [['--seed', 'abc'], '--seed: expected a whole number from 0 to 4294967295, found "abc"', '--seed: 0부터 4294967295까지의 정수가 와야 하는데 "abc" 값이 있어요.'],
    [['--lang', 'xx'], '--lang: expected ko or en, found "xx"', '--lang: ko나 en이 와야 하는데 "xx" 값이 있어요.'],
    [['--theme', 'pink'], '--theme: expected dark, light, high-contrast, colour-blind, mono, found "pink"', '--theme: dark, light, high-contrast, colour-blind, mono 가운데 하나가 와야 하는데 "pink" 값이 있어요.'],
    [['learn', 'a1', 'b'], 'expected nothing more, found "b"; see pilothouse --help', '"b" 앞에서 끝나야 해요. pilothouse --help를 보세요.'],
  ];
  for (const [args, english, korean] of cases) {
    t.equal(problem(args), english);
    t.equal(problem(args, ko), korean);
    if (args[0] === '--lang') continue;
    t.equal(problem([...args, '--lang=ko']), korean);
    t.equal(problem(['--lang', 'en', ...args], ko), english);
  }
  t.same(THEMES, THEME_NAMES, 'the themes of the screen');
  for (const [args, says] of [
    [['lern'], /"lern" 명령은 없어요\. 혹시 "learn"인가요\?/], [['learn', 'nope'], /"nope" 수업은 없어요\. 있는 수업: a1-first-look, a2-one-pod/], [['--cluster', 'nope'], /"nope" 클러스터는 없어요/],
    [['--cluster', file('topology.yaml', 'workers: many\n')], /topology\.yaml:1:1: workers: 0부터 10000까지의 정수가 와야 하는데 "many" 값이 있어요\./],
    [['--restore', file('cut.json', '{"format":')], /cut\.json: 조타실이 저장한 파일이 아니거나 중간에 잘렸어요/], [['run'], /시나리오 파일을 하나 이상 적어 주세요/],
    [['run', file('inline.yaml', 'name: t\ncluster: { controlPlanes: 0, wrkers: 2 }\nsteps: [{ advance: 1s }]\n')], /inline\.yaml:2:1: cluster\.wrkers: [^\n]*\n\S*inline\.yaml:2:1: cluster\.controlPlanes: /],
    [['serve', '--clock', 'fixed', '--kubeconfig', '/nowhere/at/all'], /^pilothouse serve: \/nowhere\/at\/all: 쓸 수 없어요\. 그런 파일이나 폴더가 없어요\./],
  ] as const) {
    const done = run(args, '', ko);
    t.match(done.err + done.out, says, args.join(' '));
    t.equal(done.code, args[0] === 'serve' ? 1 : 2, args.join(' '));
  }
  t.end();
});

t.test('piped lines', t => {
  const done = run(['--quiet'], 'kubectl create deployment web --image=nginx --replicas=2\r\nadvance 15s\nkubectl get pods --no-headers | grep -c Running\n');
  t.match(done, { code: 0, err: '' });
  t.equal(done.out, 'deployment.apps/web created\n2\n');
  t.equal(run(['--quiet'], 'kubectl get pod nope\nkubectl get nodes -o name').code, 1, 'a line failed');
  t.match(run(['--quiet', '--cluster', 'etcd'], 'etcdctl put a b\netcdctl get a -w json\n').out, /^OK\n\{"header":\{"cluster_id":\d+,"member_id":\d+,"revision":2,"raft_term":\d+\},"kvs":\[\{"key":"YQ==","create_revision":2,"mod_revision":2,"version":1,"value":"Yg=="\}\],"count":1\}\n$/);
  t.equal(run(['--quiet'], '').code, 0);
  const again = run(['--quiet', '--seed', '5'], 'kubectl run a --image=nginx\nadvance 20s\nkubectl get pods -A -o wide\nstatus\n');
  t.equal(run(['--quiet', '--seed', '5'], 'kubectl run a --image=nginx\nadvance 20s\nkubectl get pods -A -o wide\nstatus\n').out, again.out, 'the same seed prints the same');
  t.end();
});

t.test('scenarios', t => {
  const stories = ['lessons/scenarios/lost-node.yaml', 'lessons/scenarios/etcd-quorum.yaml', 'lessons/scenarios/etcd-faults.yaml', 'lessons/scenarios/etcd-replaced.yaml'];
  const pretty = run(['run', ...stories]);
  t.equal(pretty.code, 0, pretty.out + pretty.err);
  const json = [1, 2].map(() => run(['run', stories[0] as string, '--reporter', 'json']));
  t.equal(json[0]?.out, json[1]?.out, 'the same seed gives the same report, digest included');
  t.match(json[0]?.out, /"digest": ?"[0-9a-f]{16}"/);
  t.match(run(['run', stories[0] as string, '--reporter', 'tap']).out, /^TAP version 1[34]\n/);
  t.match(run(['run', stories[0] as string, '--reporter', 'junit']).out, /<testsuite/);
  const failing = file('failing.yaml', 'name: fails\ncluster: tiny\nsteps:\n  - run: kubectl get nodes\n    expect: { exit: 0 }\n  - that: nodes().size() == 7\n');
  t.match(run(['run', failing]), { code: 1, out: /nodes\(\)\.size\(\) == 7/ });
  const broken = file('broken.yaml', 'name: broken\nsteps:\n  - runn: kubectl get nodes\n');
  t.match(run(['run', broken]), { code: 2 });
  t.match(run(['run', broken]).out + run(['run', broken]).err, /broken\.yaml:3:\d+/);
  const seeds = run(['run', file('seeds.yaml', 'name: any seed\ncluster: tiny\nsteps:\n  - that: nodes().size() == 2\n'), '--seeds', '3..5', '--reporter', 'json']);
  t.equal(seeds.code, 0, seeds.err);
  t.same(new Set(seeds.out.match(/"digest": ?"[0-9a-f]{16}"/g)).size, 3, 'three seeds, three runs');
  t.end();
});

t.test('a reader that stops early, a full disk and damaged files of our own', t => {
  const shell = (line: string): Done => {
    const done = spawnSync('bash', ['-c', line], { encoding: 'utf8', env: { ...process.env, NODE: process.execPath, MAIN: main, XDG_STATE_HOME: join(folder, 'shell'), LC_ALL: '', LANG: 'C.UTF-8' } });
    return { code: done.status, out: done.stdout, err: done.stderr };
  };
  for (const words of ['lesson list', '--help', 'addon metrics-server']) {
    const cut = shell(`set -o pipefail; "$NODE" "$MAIN" ${words} | true`);
    t.match(cut, { code: 0, err: '' }, `${words}: nobody reads`);
  }
  t.match(shell('printf "kubectl get nodes\nkubectl get pods -A\n" | "$NODE" "$MAIN" --plain > /dev/full'), { code: 1, err: 'pilothouse: the output: cannot be written: the disk is full\n' });
  const state = join(folder, 'damaged', 'pilothouse');
  mkdirSync(state, { recursive: true });
  writeFileSync(join(state, 'progress.json'), '{"format":"pilothouse-save/1","learner":5');
  const done = run(['learn', 'a1', '--lang', 'ko'], '', { XDG_STATE_HOME: join(folder, 'damaged') });
  t.match(done, { code: 0, out: /progress\.json: 조타실이 저장한 파일이 아니거나 중간에 잘렸어요[\s\S]*progress\.json\.damaged 자리로 옮겨 두었어요\.[\s\S]*클러스터와 첫인사/ });
  t.equal(readFileSync(join(state, 'progress.json.damaged'), 'utf8'), '{"format":"pilothouse-save/1","learner":5', 'nothing is lost');
  t.end();
});

t.test('lessons prove themselves', t => {
  t.match(run(['lesson', 'list']), { code: 0, out: /a1-first-look[\s\S]*a2-one-pod/ });
  const done = run(['lesson', 'check']);
  t.equal(done.code, 0, done.out + done.err);
  const begun = (id: string): Done => run(['lesson', 'new', id], '', {}, folder);
  t.match(begun('c9-mine'), { code: 0, out: 'c9-mine.yaml\n' });
  t.match(run(['lesson', 'check', join(folder, 'c9-mine.yaml')]), { code: 0, out: /✓ c9-mine/ }, 'a new lesson proves itself');
  file('c9-mine.yaml', 'my work');
  t.match(begun('c9-mine'), { code: 2, err: /c9-mine\.yaml: is there already/ });
  t.equal(readFileSync(join(folder, 'c9-mine.yaml'), 'utf8'), 'my work', 'nothing is written over');
  t.match(begun('../up'), { code: 2, err: /expected one id of small letters/ });
  t.match(run(['lesson', 'check', file('lesson.yaml', 'id: x\n')]), { code: 2, err: /lesson\.yaml:\d+:\d+/ });
  t.end();
});

t.test('a save replays to the same digest', t => {
  const save = join(folder, 'story.json');
  t.equal(run(['--quiet'], `kubectl create deployment web --image=nginx\nadvance 1m\nfault crash worker-1\nadvance 2m\nsave ${save}\n`).code, 0);
  t.match(run(['replay', save, '--verify']), { code: 0, out: /the same as saved/ });
  t.match(run(['--restore', save, '--quiet'], 'kubectl get nodes\n'), { code: 0, out: /worker-1\s+NotReady/ });
  writeFileSync(save, readFileSync(save, 'utf8').replace(/"digest":"[0-9a-f]{16}"/, '"digest":"0000000000000000"'));
  t.match(run(['replay', save]), { code: 1, err: /another way/ });
  t.end();
});

t.test('the transcript of the README is what really happens', t => {
  const text = readFileSync('README.md', 'utf8');
  const transcript = /<!-- transcript -->\n```text\n([\s\S]*?)```/.exec(text)?.[1] ?? '';
  const lines = transcript.split('\n').filter(line => line.startsWith('❯ ')).map(line => line.slice(2));
  t.ok(lines.length >= 5, `${lines.length} lines`);
  let real = '';
  // Each line is run on its own prefix, so that its output can be told from the others'.
  let before = '';
  for (const [i, line] of lines.entries()) {
    const out = run(['--plain'], lines.slice(0, i + 1).map(one => `${one}\n`).join('')).out;
    real += `❯ ${line}\n${out.slice(before.length)}`;
    before = out;
  }
  t.equal(real.trimEnd(), transcript.trimEnd());
  t.end();
});

t.test('the bundled program serves, with and without https, until it is told to stop', async t => {
  for (const secure of [[], ['--https']]) {
    const child = spawn(process.execPath, [main, 'serve', '--clock', 'fixed', '--kubeconfig', join(folder, 'kubeconfig'), ...secure], { stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    child.stderr.on('data', (part: Buffer) => { said += part.toString(); });
    const url = await new Promise<string>((done) => { child.stdout.once('data', (part: Buffer) => { done(part.toString().trim()); }); child.once('exit', () => { done(said); }); });
    t.match(url, secure.length === 0 ? /^http:\/\/127\.0\.0\.1:\d+$/ : /^https:\/\//);
    if (secure.length === 0) t.equal(await (await fetch(`${url}/readyz`)).text(), 'ok');
    const ended = new Promise<number | null>((done) => { child.once('exit', (code) => { done(code); }); });
    child.kill('SIGTERM');
    t.equal(await ended, 0);
  }
});

t.test('a real etcd is for serve alone', t => {
  t.match(run(['--etcd-servers', 'http://a:1']), { code: 2, err: /only for pilothouse serve: the prompt, lessons and scenarios undo and replay, and a real etcd can do neither/ });
  t.match(run(['serve', '--etcd-servers', 'http://a:1', '--seed', '3']), { code: 2, err: /--seed: not with --etcd-servers/ });
  t.match(run(['serve', '--etcd-servers', 'somewhere']), { code: 1, err: /^pilothouse serve: --etcd-servers: expected URLs such as http:\/\/127\.0\.0\.1:2379, found "somewhere"\n$/ });
  t.end();
});

t.test('the packed package works without its sources', t => {
  const packed = spawnSync('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', folder], { encoding: 'utf8', env: { ...process.env, npm_config_loglevel: 'silent' } });
  t.equal(packed.status, 0, packed.stderr);
  const home = join(folder, 'installed');
  mkdirSync(home);
  const untar = spawnSync('tar', ['-xzf', join(folder, packed.stdout.trim().split('\n').at(-1) ?? ''), '-C', home], { encoding: 'utf8' });
  t.equal(untar.status, 0, untar.stderr);
  symlinkSync(resolve('node_modules'), join(home, 'node_modules'));
  const bin = (JSON.parse(readFileSync(join(home, 'package', 'package.json'), 'utf8')) as { bin: { pilothouse: string } }).bin.pilothouse;
  const done = spawnSync(process.execPath, [join(home, 'package', bin), '--plain', '--lang', 'en'], { input: 'kubectl get nodes -o name\nlessons\nkubectl explain pod.spec.nodeName\n', encoding: 'utf8', env: { ...process.env, XDG_STATE_HOME: join(folder, 'state') } });
  t.match(done.stdout, /node\/worker-2/);
  t.match(done.stdout, /a1-first-look/);
  t.equal(done.status, 0, done.stderr);
  t.end();
});

t.test('the screen of the real program', async t => {
  const screen = await startPty(process.execPath, [main, '--lang', 'ko'], { columns: 80, rows: 24, env: { XDG_STATE_HOME: join(folder, 'screen') } });
  await screen.until(lines => lines.some(line => line.includes('❯')) && lines.some(line => line.includes('조타실')), 20_000);
  screen.write('kubectl create deployment web --image=nginx --replicas=2\r');
  await screen.until(lines => lines.some(line => line.includes('deployment.apps/web created')), 20_000);
  screen.write('etcd가 뭐야?');
  const typed = await screen.until(lines => lines.some(line => line.includes('❯ etcd가 뭐야?')), 20_000);
  const row = typed.findIndex(line => line.includes('❯ etcd가 뭐야?'));
  t.same(screen.cursor(), [2 + 'etcd'.length + 2 + 1 + 4 + 1, row], 'wide characters take two columns');
  screen.write('\r');
  await screen.until(lines => lines.some(line => line.includes('과반이 동의한 것만')), 20_000);
  screen.resize(140, 40);
  await screen.until(lines => lines.some(line => line.includes('worker-2')) && lines.length === 40, 20_000);
  await screen.until(lines => lines.filter(line => /web-\S+\s+Running/.test(line)).length >= 2, 30_000);
  screen.write('fault crash worker-1\r');
  await screen.until(lines => lines.some(line => line.includes('crash worker-1')), 20_000);
  screen.write('quit\r');
  t.equal((await screen.exited).exitCode, 0);
  t.match(screen.raw(), /\x1b\[\?1049l/, 'the normal screen is back');
});

t.test('work survives kill -9', async t => {
  const env = { XDG_STATE_HOME: join(folder, 'killed') };
  const first = await startPty(process.execPath, [main], { env });
  await first.until(lines => lines.some(line => line.includes('❯')), 20_000);
  first.write('kubectl create configmap precious --from-literal=a=1\r');
  await first.until(lines => lines.some(line => line.includes('configmap/precious created')), 20_000);
  first.kill('SIGKILL');
  await first.exited;
  const second = await startPty(process.execPath, [main], { env });
  await second.until(lines => lines.some(line => line.includes('Going on where the last session stopped')), 20_000);
  second.write('kubectl get cm precious -o name\r');
  await second.until(lines => lines.some(line => /^\s*configmap\/precious\s/.test(line)), 20_000);
  second.write('quit\r');
  t.equal((await second.exited).exitCode, 0);
  const third = await startPty(process.execPath, [main], { env });
  await third.until(lines => lines.some(line => line.includes('Welcome')), 20_000);
  t.notOk(third.lines().some(line => line.includes('Going on')), 'a session that ended well is not continued');
  third.write('\x04');
  t.equal((await third.exited).exitCode, 0);
});
