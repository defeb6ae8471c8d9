import t from 'tap';
import { execute } from '../../src/kubelet/app-probe.ts';
import { logOf, planOf } from '../../src/kubelet/behaviour.ts';
import { canonicalImage, pullError, traitsOf } from '../../src/kubelet/images.ts';
import { bytesOf, textOf } from '../../src/base/bytes.ts';
import { Table } from '../../src/base/table.ts';
import { answerFileQuestion } from '../../src/kubelet/programs/files.ts';
import { commandMissing, programScripts } from '../../src/kubelet/programs/registry.ts';
import type { ContainerRecord, FileRecord, Runtime } from '../../src/kubelet/runtime-state.ts';
import { converse, newConversation } from '../../src/sim/conversation.ts';

const busybox = 'docker.io/library/busybox:1.36';
const script = (text: string) => planOf({ image: busybox, command: ['sh', '-c', text], args: [] });

t.test('image references get the defaults of containerd', t => {
  const cases = [
    ['nginx', 'docker.io/library/nginx:latest'], ['nginx:1.27', 'docker.io/library/nginx:1.27'], ['bitnami/redis', 'docker.io/bitnami/redis:latest'],
    ['registry.k8s.io/pause:3.10.1', 'registry.k8s.io/pause:3.10.1'], ['localhost:5000/app', 'localhost:5000/app:latest'], ['images.example/nginx:1.27', 'images.example/nginx:1.27'],
    ['Nginx', ''], ['nginx:', ''], ['', ''], ['a b', ''],
  ] as const;
  for (const [text, want] of cases) t.equal(canonicalImage(text), want, text);
  t.equal(traitsOf('images.example/nginx:1.27'), traitsOf('docker.io/library/nginx:latest'), 'a mirror of a known image');
  t.equal(pullError('docker.io/library/nginx:1.27'), undefined);
  t.match(pullError('docker.io/library/nope:latest')?.message ?? '', /: pull access denied, repository does not exist or may require authorization/);
  t.match(pullError('docker.io/library/nginx:doesnotexist'), { code: 'NotFound', message: 'failed to pull and unpack image "docker.io/library/nginx:doesnotexist": failed to resolve reference "docker.io/library/nginx:doesnotexist": docker.io/library/nginx:doesnotexist: not found' });
  t.end();
});

t.test('short programs of interpreters end with their output and their code', t => {
  const run = (command: readonly string[], env: Readonly<Record<string, string>> = {}) => {
    const plan = planOf({ image: 'docker.io/library/python:3', command, args: [], env: Object.entries(env).map(([name, value]) => ({ name, value })) });
    return { code: plan.end?.code, seconds: Math.floor((plan.end?.at ?? -1) / 1_000_000), lines: plan.steps.map(step => step.what) };
  };
  const guarded = 'import os, sys\nid = int(os.environ.get("JOB_COMPLETION_INDEX"))\nif id == 1 or id % 3 == 2:\n  print(f"index {id} fails")\n  sys.exit(1)\nelse:\n  print("fine", flush=True)';
  t.same(run(['python3', '-c', guarded], { JOB_COMPLETION_INDEX: '0' }), { code: 0, seconds: 0, lines: ['fine'] });
  t.same(run(['python3', '-c', guarded], { JOB_COMPLETION_INDEX: '5' }), { code: 1, seconds: 0, lines: ['index 5 fails'] });
  t.same(run(['python3', '-c', 'import time; print("a"); time.sleep(3); print("b" + "c"); raise ValueError("x")']), { code: 1, seconds: 3, lines: ['a', 'bc'] });
  t.same(run(['python3', '-c', 'for i in range(3):\n  print(i)\nn = 2\nwhile n > 0:\n  n += -1\nexit(4)']), { code: 4, seconds: 0, lines: ['0', '1', '2'] });
  t.same(run(['perl', '-Mbignum=bpi', '-wle', 'print bpi(10)']).lines, ['3.141592654'], 'rounded');
  const [digits = ''] = run(['perl', '-Mbignum=bpi', '-wle', 'print bpi(2000)']).lines;
  t.equal(digits.length, 2001);
  t.ok(digits.startsWith('3.14159265358979323846264338327950288419716939937510582097494459230781640628620899862803482534211706798'));
  t.equal(digits.slice(763, 769), '999999', 'the six nines of Feynman');
  t.equal(run(['python3', '-c', 'while True:\n  pass']).code, undefined, 'for ever');
  t.equal(planOf({ image: 'docker.io/acme/migrate:1', command: ['/migrate'], args: [] }).end, undefined, 'nobody knows what it does: a server');
  t.match(planOf({ image: 'docker.io/acme/migrate:1', command: ['/migrate', 'up'], args: [], isTask: true }).end, { code: 0, at: 5_000_000 }, 'but in a Job it ends');
  t.equal(planOf({ image: 'docker.io/library/nginx:1', command: [], args: [], isTask: true }).end, undefined, 'a known server stays one');
  t.end();
});

t.test('scripts end when and how a shell would end them', t => {
  const cases: readonly { readonly text: string; readonly want: readonly [at: number, code: number] | undefined }[] = [
    { text: 'if [ 3 -gt 2 ]; then sleep 4; exit 7; else exit 1; fi', want: [4, 7] },
    { text: 'if [ a = b ]; then exit 1; elif test -z ""; then sleep 1; else exit 2; fi; exit 3', want: [1, 3] },
    { text: 'if false; then exit 1; fi; sleep 2', want: [2, 0] },
    { text: 'for i in 1 2 3; do if [ $i -eq 2 ]; then exit $i; fi; sleep 1; done', want: [1, 2] },
    { text: '[ 1 -eq 2 ] || exit 9', want: [0, 9] },
    { text: '! true', want: [0, 1] },
    { text: 'exit 3', want: [0, 3] }, { text: 'sleep 5', want: [5, 0] }, { text: 'sleep 2; false', want: [2, 1] }, { text: 'false || exit 4', want: [0, 4] },
    { text: 'false && sleep 9; true', want: [0, 0] }, { text: 'sleep 1m && exit 1', want: [60, 1] }, { text: 'while true; do sleep 1; done', want: undefined },
    { text: 'sleep infinity', want: undefined }, { text: 'while true; do sleep 3; exit 2; done', want: [3, 2] }, { text: 'cat /nothing || exit 9', want: [0, 9] },
    { text: 'touch /a; cat /a && exit 5', want: [0, 5] }, { text: 'for i in 1 2 3; do sleep $i; done; exit 5', want: [6, 5] }, { text: 'for i in $(seq 3); do sleep 1; done', want: [3, 0] }, { text: 'tail -f /dev/null', want: undefined }, { text: '', want: [0, 0] },
  ];
  for (const { text, want } of cases) {
    const { end } = script(text);
    t.strictSame(end === undefined ? undefined : [Math.floor(end.at / 1_000_000), end.code], want, text);
  }
  t.equal(script('trap "exit 0" TERM; sleep 100').onTerm?.code, 0);
  t.equal(script('sleep 100').onTerm, undefined, 'PID 1 ignores SIGTERM');
  t.equal(planOf({ image: busybox, command: ['sleep', '7'], args: [] }).end?.code, 0);
  t.match(planOf({ image: busybox, command: ['/bin/frob'], args: [] }).startError ?? '', /exec: "\/bin\/frob": stat \/bin\/frob: no such file or directory$/);
  t.equal(planOf({ image: 'docker.io/library/nginx:1', command: [], args: [] }), planOf({ image: 'docker.io/library/nginx:2', command: [], args: [] }), 'plans without a command are shared');
  t.end();
});

t.test('memory limits decide who is killed', t => {
  const image = 'images.example/oom:1';
  t.match(planOf({ image, command: [], args: [], memoryLimit: 128 * 1_048_576 }).end, { code: 137, reason: 'OOMKilled' });
  t.equal(planOf({ image, command: [], args: [], memoryLimit: 256 * 1_048_576 }).end, undefined);
  t.equal(planOf({ image: 'docker.io/library/nginx:1', command: [], args: [], memoryLimit: 64 * 1_048_576 }).end, undefined);
  t.end();
});

t.test('logs and files follow the script in time', t => {
  const plan = script('echo start; touch /tmp/up; sleep 30; rm /tmp/up; while true; do echo "tick tock"; sleep 10; done');
  const lines = (second: number): readonly string[] => logOf(plan, 1_000_000, 1_000_000 + second * 1_000_000).map(line => line.text);
  t.strictSame(lines(5), ['start']);
  t.strictSame(lines(51), ['start', 'tick tock', 'tick tock', 'tick tock']);
  t.match(execute(plan, ['cat', '/tmp/up'], 5_000_000), { exitCode: 0, until: 30_000_000 });
  t.match(execute(plan, ['sh', '-c', 'test -f /tmp/up'], 31_000_000), { exitCode: 1, until: -1 });
  t.end();
});

// ---- Programs that exec starts ------------------------------------------------------------------------------------------

/** Runs one command in a container of an image; files and time are those of a runtime. */
function execIn(image: string, command: readonly string[], stdin = '', tty = false): { readonly code: number; readonly out: string; readonly err: string } {
  const info = { id: 'c1', sandboxId: 's1', name: 'c', podName: 'web', podNamespace: 'default', podUid: 'u', attempt: 0, image, imageRef: '', state: 'CONTAINER_RUNNING', createdAt: 0, startedAt: 0, finishedAt: 0, exitCode: 0, reason: '', message: '' } as const;
  const record: ContainerRecord = { info, plan: planOf({ image: canonicalImage(image), command: [], args: [] }), env: [], health: { ready: true, live: true } };
  const state = { files: new Table<FileRecord>(), sandboxes: new Table(), containers: new Table([['c1', record]] as const) };
  const runtime = { state, out: { now: 5_000_000 } } as unknown as Runtime;
  const scene = { env: [{ name: 'GREETING', value: '안녕' }], hostname: 'web', mounts: [{ path: '/etc/config', volume: '', readOnly: true, files: { key: 'value' } }, { path: '/data', volume: 'u/data', readOnly: false }] };
  let rest: string | null = bytesOf(stdin);
  const told = { out: '', err: '' };
  const facts = { env: scene.env, hostname: 'web', image, tty, ports: [] };
  const conversation = newConversation('program', { command, facts }, 0);
  const end = converse(programScripts, conversation, { verify: true, handle({ ask, args }) {
    if (ask === 'read') { const some = rest; rest = null; return some === '' ? null : some; }
    if (ask === 'write') { const { channel, data } = args as { channel: string; data: string }; told[channel === 'stdout' ? 'out' : 'err'] += textOf(data); return null; }
    if (ask === 'sleep') return null;
    if (ask === 'now') return 5_000_000;
    return answerFileQuestion(runtime, { record, scene }, { ask, args });
  } });
  return { code: (end?.result ?? -1) as number, ...told };
}

t.test('a shell in a container', (t) => {
  const cases: readonly (readonly [script: string, out: string, code?: number])[] = [
    ['echo hello', 'hello\n'], ['exit 3', '', 3], ['false || echo no', 'no\n'], ['true && echo yes', 'yes\n'], ['! true', '', 1],
    ['echo "$GREETING" $HOSTNAME', '안녕 web\n'], ['A=1; echo $A${B:-2}', '12\n'], ['echo $((2 * (3 + 4)))', '14\n'], ['echo $(echo in)', 'in\n'],
    ['for i in a b; do echo $i; done | wc -l', '2\n'], ['i=0; while [ $i -lt 3 ]; do i=$((i+1)); done; echo $i', '3\n'],
    ['if [ -f /etc/hostname ]; then cat /etc/hostname; else echo none; fi', 'web\n'], ['echo a > /tmp/f; echo b >> /tmp/f; cat < /tmp/f', 'a\nb\n'],
    ['cat /nope 2>/dev/null; echo $?', '1\n'], ['cat /nope 2>&1', "cat: can't open '/nope': No such file or directory\n", 1], ['cd /etc && pwd', '/etc\n'],
    ['cat /etc/config/key; ls /etc/config', 'valuekey\n'], ['echo x > /etc/config/key', '', 1], ['mkdir -p /data/a/b && echo 1 > /data/a/b/c && ls /data/a', 'b\n'],
    ["printf '%s-%d\\n' a 7", 'a-7\n'], ['ls /tmp/*', "", 1], ['echo one two | grep -c one', '1\n'], ['(exit 4); echo $?', '4\n'], ['nosuch', '', 127], ['echo "unclosed', '', 2],
    ['seq 5 | tail -n 2', '4\n5\n'], ['rm /etc/hostname; cat /etc/hostname', '', 1],
  ];
  for (const [script, out, code = 0] of cases) t.match(execIn('busybox', ['sh', '-c', script]), { out, code }, script);
  t.match(execIn('busybox', ['sh'], 'echo hi\nexit 5\n'), { out: 'hi\n', code: 5 }, 'a shell reads its input');
  t.match(execIn('busybox', ['sh'], 'pwd\n', true).out, /^\/ # pwd\n\/\n\/ # /, 'a terminal has a prompt and an echo');
  t.end();
});

t.test('an archive goes out and comes back', (t) => {
  const packed = execIn('busybox', ['tar', 'cf', '-', '/etc/hostname']);
  t.equal(packed.code, 0);
  t.equal(packed.out.length % 512, 0);
  t.match(execIn('busybox', ['sh', '-c', 'mkdir /tmp/x; tar xmf - -C /tmp/x; cat /tmp/x/etc/hostname'], packed.out), { out: 'web\n', code: 0 });
  t.match(execIn('busybox', ['tar', 'cf', '-', '/nope']).err, /No such file or directory/);
  t.end();
});

t.test('what an image does not have cannot be started', (t) => {
  t.equal(commandMissing('busybox', ['sh']), undefined);
  t.equal(commandMissing('busybox', ['bash']), 'exec: "bash": executable file not found in $PATH');
  t.equal(commandMissing('nginx', ['/bin/bash']), undefined);
  t.equal(commandMissing('registry.k8s.io/pause:3.10', ['sh']), 'exec: "sh": executable file not found in $PATH');
  t.equal(commandMissing('nginx', ['/opt/x']), 'exec: "/opt/x": stat /opt/x: no such file or directory');
  t.end();
});

t.test('text and bytes', (t) => {
  for (const text of ['abc', '안녕', 'é😀', '']) t.equal(textOf(bytesOf(text)), text);
  t.equal(bytesOf('é').length, 2);
  t.equal(textOf('\xff'), '\ufffd');
  t.end();
});
