import t from 'tap';
import { execute } from '../../src/kubelet/app-probe.ts';
import { logOf, planOf } from '../../src/kubelet/behaviour.ts';
import { canonicalImage, pullError, traitsOf } from '../../src/kubelet/images.ts';

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

t.test('scripts end when and how a shell would end them', t => {
  const cases: readonly { readonly text: string; readonly want: readonly [at: number, code: number] | undefined }[] = [
    { text: 'exit 3', want: [0, 3] }, { text: 'sleep 5', want: [5, 0] }, { text: 'sleep 2; false', want: [2, 1] }, { text: 'false || exit 4', want: [0, 4] },
    { text: 'false && sleep 9; true', want: [0, 0] }, { text: 'sleep 1m && exit 1', want: [60, 1] }, { text: 'while true; do sleep 1; done', want: undefined },
    { text: 'sleep infinity', want: undefined }, { text: 'while true; do sleep 3; exit 2; done', want: [3, 2] }, { text: 'cat /nothing || exit 9', want: [0, 9] },
    { text: 'touch /a; cat /a && exit 5', want: [0, 5] }, { text: 'tail -f /dev/null', want: undefined }, { text: '', want: [0, 0] },
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
