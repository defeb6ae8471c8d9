import t from 'tap';
import { ago, humanSize, indentedJson, instant, nanoseconds } from '../../src/kubectl/verbs/crictl/words.ts';
import { Shell } from './shell.ts';

const PAUSE = 'registry.k8s.io/pause:3.10.1';
const NGINX = 'docker.io/library/nginx:1.27';
const CRASH = 'images.example/crash:1';

interface Pod { readonly sandbox: string; readonly container: string }

/** A pod with one container that runs. */
function startPod(shell: Shell, name: string, image: string, attempt = 0): Pod {
  const config = { name, namespace: name.startsWith('sys-') ? 'kube-system' : 'default', uid: `uid-${name}`, attempt: 0, hostNetwork: false, labels: { app: name } };
  const sandbox: string = shell.cri({ op: 'runPodSandbox', config }).sandbox.id;
  return { sandbox, container: startContainer(shell, sandbox, image, attempt) };
}

function startContainer(shell: Shell, sandboxId: string, image: string, attempt: number): string {
  const container: string = shell.cri({ op: 'createContainer', sandboxId, config: { name: 'app', attempt, image, command: [], args: [], env: [] } }).id;
  shell.cri({ op: 'startContainer', id: container });
  return container;
}

function newShell(): Shell {
  const shell = new Shell({ runtimes: ['worker-1', 'worker-2'], images: [PAUSE, NGINX, CRASH] });
  shell.cri({ op: 'updateRuntimeConfig', podCIDR: '10.244.1.0/24' });
  return shell;
}

t.test('containers, pods and images are listed as crictl lists them', async (test) => {
  const shell = newShell();
  const web = startPod(shell, 'web', NGINX);
  const sys = startPod(shell, 'sys-crash', CRASH);
  const run = (line: string): string => shell.run(line, 'worker-1').out;
  const image = shell.cri({ op: 'listImages' }).images.find((one: any) => one.repoTags[0] === NGINX);
  test.equal(run('crictl ps'), [
    'CONTAINER           IMAGE               CREATED             STATE               NAME                ATTEMPT             POD ID              POD                 NAMESPACE',
    `${web.container.slice(0, 13)}       ${image.id.slice(7, 20)}       17 seconds ago      Running             app                 0                   ${web.sandbox.slice(0, 13)}       web                 default`,
    '',
  ].join('\n'));
  const rows = (line: string): readonly string[] => run(line).trimEnd().split('\n').slice(1).map((row) => row.split(/ {3,}/)[7] ?? '');
  const cases: readonly (readonly [string, readonly string[]])[] = [
    ['crictl ps -a', ['sys-crash', 'web']], ['crictl ps --state exited', ['sys-crash']], ['crictl ps -a --name nothing', []], ['crictl ps -a --namespace kube', ['sys-crash']],
    ['crictl ps -a --image nginx:1.27', ['web']], [`crictl ps -a --image ${image.id.slice(7, 20)}`, ['web']], [`crictl ps -a --pod ${sys.sandbox.slice(0, 13)}`, ['sys-crash']],
    ['crictl ps -l', ['sys-crash']], ['crictl ps -n 5', ['sys-crash', 'web']],
  ];
  for (const [line, pods] of cases) test.same(rows(line), pods, line);
  test.equal(run('crictl ps -q'), `${web.container}\n`);
  test.match(run('crictl ps -r'), NGINX);
  test.match(run('crictl pods --name web'), new RegExp(
    `^POD ID {14}CREATED {13}STATE {15}NAME {16}NAMESPACE {11}ATTEMPT {13}RUNTIME\n${web.sandbox.slice(0, 13)} {7}\\d\\d seconds ago {6}Ready {15}web {17}default {13}0 {19}\\(default\\)\n$`,
  ));
  test.equal(run('crictl pods -q --namespace kube-system'), `${sys.sandbox}\n`);
  test.equal(run('crictl pods --state notready').trimEnd().split('\n').length, 1, 'only the header');
  test.match(run('crictl images'), /^IMAGE {21}TAG +IMAGE ID +SIZE\ndocker\.io\/library\/nginx +1\.27 +[0-9a-f]{13} +72\.4MB\nimages\.example\/crash/);
  test.equal(run('crictl images -q').trimEnd().split('\n').length, 3);
  const listed = JSON.parse(run('crictl ps -a -o json --name app --state running'));
  test.match(listed, { containers: [{ id: web.container, podSandboxId: web.sandbox, imageRef: image.id, state: 'CONTAINER_RUNNING', metadata: { name: 'app', attempt: 0 } }] });
  test.match(run('crictl pods -o yaml'), /^items:\n- annotations: {}\n/);
  test.equal(shell.run('crictl ps --state lost', 'worker-1').err, '--state should be one of created, running, exited or unknown\n');
  test.equal(shell.run('on worker-2: crictl pods -q').out, '', 'each machine has its own');
});

t.test('inspect, info, version and logs', async (test) => {
  const shell = newShell();
  const web = startPod(shell, 'web', NGINX);
  const run = (line: string): ReturnType<Shell['run']> => shell.run(line, 'worker-1');
  const status = JSON.parse(run(`crictl inspect ${web.container.slice(0, 5)}`).out);
  test.match(status, {
    info: { sandboxID: web.sandbox },
    status: { id: web.container, state: 'CONTAINER_RUNNING', finishedAt: '0001-01-01T00:00:00Z', logPath: '/var/log/pods/default_web_uid-web/app/0.log', image: { image: NGINX } },
  });
  test.match(JSON.parse(run(`crictl inspectp ${web.sandbox}`).out), { status: { state: 'SANDBOX_READY', network: { ip: '10.244.1.2' }, labels: { app: 'web', 'io.kubernetes.pod.name': 'web' } } });
  test.match(JSON.parse(run('crictl info').out), { lastCNILoadStatus: 'OK', status: { conditions: [{ type: 'RuntimeReady', status: true }, { type: 'NetworkReady', status: true }] } });
  test.match(shell.run('crictl info', 'worker-2').out, /"lastCNILoadStatus": "cni config load failed/);
  test.equal(run('crictl version').out, 'Version:  0.1.0\nRuntimeName:  containerd\nRuntimeVersion:  v2.1.5\nRuntimeApiVersion:  v1\n');
  const all = run(`crictl logs ${web.container}`).out.trimEnd().split('\n');
  test.ok(all.length > 3);
  test.same(run(`crictl logs --tail 2 ${web.container}`).out.trimEnd().split('\n'), all.slice(-2));
  test.equal(run(`crictl logs --tail=0 ${web.container}`).out, '');
  test.match(run(`crictl logs -t --tail=1 ${web.container}`).out, /^2026-01-01T00:00:\d\d\.\d{9}Z /);
  test.equal(run(`crictl logs --since 1s ${web.container}`).out, '');
  test.equal(run(`crictl logs -p ${web.container}`).err, 'FATA[0000] previous terminated container app not found\n');
  const again = startContainer(shell, web.sandbox, CRASH, 1);
  test.same(run(`crictl logs -p ${again}`).out.trimEnd().split('\n'), all, 'the log of the start before');
  test.match(run('crictl logs 0000').err, 'FATA[0000] rpc error: code = NotFound desc = an error occurred when try to find container "0000": not found');
  test.match(run('crictl inspect 0000').err, 'FATA[0000] get the status of containers: get container status: rpc error: code = NotFound');
});

t.test('containers and pods are stopped and removed, images are pulled', async (test) => {
  const shell = newShell();
  const web = startPod(shell, 'web', NGINX);
  const id = web.container.slice(0, 13);
  const pod = web.sandbox.slice(0, 13);
  const steps: readonly { readonly line: string; readonly out?: string; readonly err?: string; readonly exit?: number }[] = [
    { line: 'crictl stop', err: 'you must specify at least one CONTAINER-ID or use --all\n', exit: 1 },
    { line: 'crictl stop 0000', err: 'FATA[0000] stopping the container "0000": rpc error: code = NotFound desc = an error occurred when try to find container "0000": not found\n', exit: 1 },
    { line: `crictl rm ${id}`, err: `FATA[0000] container "${id}" is running, please stop it first\n`, exit: 1 },
    { line: `crictl rm ${id} 0000`, err: `FATA[0000] [container "${id}" is running, please stop it first, getting container status "0000": rpc error: code = NotFound desc = an error occurred when try to find container "0000": not found]\n`, exit: 1 },
    { line: `crictl stop -t 5 ${id}`, out: `${id}\n` },
    { line: 'crictl ps -q' },
    { line: `crictl rm ${id}`, out: `${id}\n` },
    { line: 'crictl ps -aq' },
    { line: `crictl rmp ${pod}`, err: `FATA[0000] pod sandbox "${pod}" is running, please stop it first\n`, exit: 1 },
    { line: `crictl stopp ${pod}`, out: `Stopped sandbox ${pod}\n` },
    { line: `crictl rmp ${pod}`, out: `Removed sandbox ${pod}\n` },
    { line: 'crictl pods -q' },
    { line: 'crictl rmp', out: 'NAME:\n   crictl rmp - remove the sandboxes of pods\n\nUSAGE:\n   crictl rmp [command options] POD-ID [POD-ID...]\n' },
    { line: 'crictl rm -a', err: 'INFO[0000] No containers to remove\n' },
    { line: 'crictl pull', err: 'FATA[0000] image name cannot be empty\n', exit: 1 },
  ];
  for (const { line, out = '', err = '', exit = 0 } of steps) {
    const ran = shell.run(line, 'worker-1');
    test.same([ran.out, ran.err, ran.exit], [out, err, exit], line);
  }
  test.match(shell.run('crictl pull busybox:1.36', 'worker-1').out, /^Image is up to date for sha256:[0-9a-f]{64}\n$/);
  test.match(shell.run('crictl pull nope', 'worker-1').err, /^FATA\[000\d\] pulling image: rpc error: code = Unknown desc = failed to pull and unpack image "docker\.io\/library\/nope:latest"/);
  const other = startPod(shell, 'other', NGINX);
  test.equal(shell.run(`crictl rmp -f ${other.sandbox}`, 'worker-1').out, `Stopped sandbox ${other.sandbox}\nRemoved sandbox ${other.sandbox}\n`);
});

t.test('a runtime that is not there', async (test) => {
  const shell = newShell();
  const refused = 'FATA[0000] validate service connection: validate CRI v1 runtime API for endpoint "unix:///run/containerd/containerd.sock": rpc error: code = Unavailable desc = connection error: desc = "transport: Error while dialing: dial unix /run/containerd/containerd.sock: connect: connection refused"\n';
  const ran = shell.run('crictl ps', 'laptop');
  test.same([ran.err, ran.exit], [refused, 1]);
  shell.fault('partition', 'worker-1/containerd');
  const hung = shell.run('crictl ps', 'worker-1');
  test.match(hung.err, /^FATA\[0002\] .* rpc error: code = DeadlineExceeded desc = context deadline exceeded\n$/, 'two seconds, then it gives up');
  test.ok(hung.took < 2_100_000);
});

t.test('times and sizes are worded as go-units words them', async (test) => {
  const second = 1_000_000;
  const cases: readonly (readonly [number, string])[] = [
    [0, 'Less than a second ago'], [1, '1 second ago'], [59, '59 seconds ago'], [60, 'About a minute ago'], [119, 'About a minute ago'], [120, '2 minutes ago'],
    [3599, '59 minutes ago'], [3600, 'About an hour ago'], [5400, '2 hours ago'], [47 * 3600, '47 hours ago'], [48 * 3600, '2 days ago'], [14 * 86_400, '2 weeks ago'],
    [60 * 86_400, '2 months ago'], [730 * 86_400, '2 years ago'],
  ];
  for (const [seconds, text] of cases) test.equal(ago(0, seconds * second), text);
  const sizes: readonly (readonly [number, string])[] = [[999, '999B'], [320_448, '320kB'], [72_404_038, '72.4MB'], [40_000_000, '40MB'], [1_234_567_890, '1.23GB']];
  for (const [bytes, text] of sizes) test.equal(humanSize(bytes), text);
  test.equal(instant(0), '0001-01-01T00:00:00Z');
  test.equal(instant(1_500_000), '2026-01-01T00:00:01.5Z');
  test.equal(instant(20_000_000), '2026-01-01T00:00:20Z');
  test.equal(nanoseconds(1), '1767225600000001000');
  test.equal(indentedJson({ b: [], a: [1, { c: {} }] }), '{\n  "b": [],\n  "a": [\n    1,\n    {\n      "c": {}\n    }\n  ]\n}');
});
