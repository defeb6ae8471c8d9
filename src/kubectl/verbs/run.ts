import { type Micros, micros, millis, type Result, seconds } from '../../base/data.ts';
import type { Pod } from '../../api/kinds/all.ts';
import type { KubeObject } from '../../api/meta.ts';
import { descriptorOfKind } from '../../api/scheme.ts';
import { must } from '../../base/assert.ts';
import type { LogBody } from '../../api/wire.ts';
import type { Conversation } from '../../sim/conversation.ts';
import { changeOf, type Change, report, warnOldDryRun } from '../change.ts';
import type { Target } from '../builder.ts';
import { type Arguments, cx, defineCommand, type Settings } from '../command.ts';
import { bareFailure, fail, type Failure, plainFailure, seeHelp, usage } from '../errors.ts';
import { changeFlags, fileFlags, printFlags } from '../flags.ts';
import { isImageName } from '../image.ts';
import { withLastApplied } from '../last-applied.ts';
import { pairsOf } from '../pairs.ts';
import { isOn, isSet, listFlag, namespaceOf, operand, operands, textFlag } from '../options.ts';
import { overridden, overrideFlags } from '../overrides.ts';
import { callOf, create, read, remove, send } from '../requests.ts';
import { attachTo, RECORDED } from './attach.ts';

const pods = must(descriptorOfKind('Pod'), 'pods are served');
const services = must(descriptorOfKind('Service'), 'services are served');
const POLICIES = ['Always', 'OnFailure', 'Never'];

/** Runs one image in one pod.
 * @source kubernetes/kubectl pkg/cmd/run/run.go */
export const run = defineCommand({
  path: ['kubectl', 'run'],
  summary: 'run an image in one pod',
  flags: [
    ...changeFlags, ...printFlags,
    { name: 'image', type: 'string', summary: 'image of the container', completes: 'image' },
    { name: 'port', type: 'string', summary: 'port of the container' },
    { name: 'expose', type: 'bool', summary: 'create a service too; needs --port' },
    { name: 'env', type: 'list', summary: 'environment variable, NAME=VALUE' },
    { name: 'labels', short: 'l', type: 'string', summary: 'labels of the pod, a=b,c=d' },
    { name: 'annotations', type: 'list', summary: 'annotations of the pod' },
    { name: 'restart', type: 'string', summary: 'restart policy', choices: POLICIES },
    { name: 'command', type: 'bool', summary: 'words after -- are the command, not its arguments' },
    { name: 'image-pull-policy', type: 'string', summary: 'when to pull the image', choices: ['Always', 'IfNotPresent', 'Never'] },
    { name: 'privileged', type: 'bool', summary: 'privileged container', hidden: true },
    { name: 'rm', type: 'bool', summary: 'delete the pod after attaching' },
    { name: 'attach', type: 'bool', summary: 'attach to the container' },
    { name: 'stdin', short: 'i', type: 'bool', summary: 'pass input on to the container' },
    { name: 'tty', short: 't', type: 'bool', summary: 'with a terminal' },
    { name: 'quiet', short: 'q', type: 'bool', summary: 'only what the program prints' },
    ...overrideFlags, ...fileFlags.map((flag) => ({ ...flag, hidden: true })),
    { name: 'save-config', type: 'bool', summary: 'remember the object for apply', hidden: true },
    { name: 'leave-stdin-open', type: 'bool', summary: 'do not close input after the first attach', hidden: true },
    { name: 'pod-running-timeout', type: 'duration', summary: 'how long to wait for a running pod', hidden: true },
    { name: 'cascade', type: 'string', summary: 'with --rm: what happens to dependents', implied: 'background', hidden: true },
    { name: 'grace-period', type: 'int', summary: 'with --rm: seconds to end in', hidden: true },
    { name: 'force', type: 'bool', summary: 'with --rm: forget the pod at once', hidden: true },
    { name: 'timeout', type: 'duration', summary: 'with --rm: how long to wait', hidden: true },
    { name: 'wait', type: 'bool', summary: 'with --rm: wait until it is gone', hidden: true },
  ],
  changesWorld: true,
  examples: [{ line: 'kubectl run web --image=images.example/nginx:1.27', shows: 'pod/web created' }],
  *run(args: Arguments, settings: Settings): Conversation<number> {
    const change = changeOf(args, 'kubectl-run', { asIs: true });
    if (!change.ok) return yield* fail(change.error);
    const complaint = complaintAbout(args, change.value);
    if (complaint !== undefined) return yield* usage(complaint);
    yield* warnOldDryRun(args);
    const pod = podOf(args, settings);
    if (!pod.ok) return yield* fail(pod.error);
    if (isOn(args, 'expose')) {
      const exposed = yield* make({ args, settings, change: change.value, object: serviceOf(args, pod.value), descriptor: services });
      if (exposed !== 0) return exposed;
    }
    const making: Making = { args, settings, change: change.value, object: pod.value, descriptor: pods };
    return yield* (isAttached(args) ? runAttached(making) : make(making));
  },
});

const PULLS: readonly string[] = ['Always', 'IfNotPresent', 'Never'];

function complaintAbout(args: Arguments, change: Change): string | undefined {
  const image = textFlag(args, 'image');
  if (!isSet(args, 'image')) return 'required flag(s) "image" not set';
  if (operand(args, 'name') === '') return "NAME is required for run\nSee 'kubectl run -h' for help and examples";
  if (image === '') return '--image is required';
  if (!isImageName(image)) return `Invalid image name "${image}": invalid reference format`;
  const help = (text: string): string => seeHelp('kubectl run', text);
  if (isOn(args, 'tty') && !isOn(args, 'stdin')) return help('-i/--stdin is required for containers with -t/--tty=true');
  if (isAttached(args) && change.dryRun !== 'none') return help("--dry-run=[server|client] can't be used with attached containers options (--attach, --stdin, or --tty)");
  if (isOn(args, 'rm') && !isAttached(args)) return help('--rm should only be used for attached containers');
  if (isOn(args, 'expose') && textFlag(args, 'port') === '') return help('--port must be set when exposing a service');
  const pull = textFlag(args, 'image-pull-policy');
  if (pull !== '' && !PULLS.includes(pull)) return help(`invalid image pull policy: ${pull}`);
  const restart = textFlag(args, 'restart');
  if (restart !== '' && !POLICIES.includes(restart)) return help(`invalid restart policy: ${restart}`);
  return undefined;
}

const isAttached = (args: Arguments): boolean => isOn(args, 'attach') || isOn(args, 'stdin') || isOn(args, 'tty');

function podOf(args: Arguments, settings: Settings): Result<KubeObject, Failure> {
  const name = operand(args, 'name');
  const env = envOf(args);
  if (!env.ok) return env;
  const labels = textFlag(args, 'labels') === '' ? { ok: true as const, value: { run: name } } : pairsOf(textFlag(args, 'labels').split(','), 'label');
  if (!labels.ok) return labels;
  const annotations = pairsOf(listFlag(args, 'annotations'), 'annotation');
  if (!annotations.ok) return annotations;
  const port = Number(textFlag(args, 'port'));
  if (textFlag(args, 'port') !== '' && !Number.isInteger(port)) return { ok: false, error: plainFailure(`strconv.Atoi: parsing ${JSON.stringify(textFlag(args, 'port'))}: invalid syntax`) };
  const words = operands(args, 'arguments');
  const pull = textFlag(args, 'image-pull-policy');
  const container = {
    name, image: textFlag(args, 'image'),
    ...(words.length === 0 ? {} : isOn(args, 'command') ? { command: words } : { args: words }),
    ...(port > 0 ? { ports: [{ containerPort: port }] } : {}),
    ...(env.value.length > 0 ? { env: env.value } : {}),
    resources: {}, ...(isOn(args, 'stdin') ? { stdin: true, ...(isOn(args, 'leave-stdin-open') ? {} : { stdinOnce: true }) } : {}), ...(isOn(args, 'tty') ? { tty: true } : {}), ...(pull === '' ? {} : { imagePullPolicy: pull }),
    ...(isOn(args, 'privileged') ? { securityContext: { privileged: true } } : {}),
  };
  const isDefault = args.flags['namespace'] === undefined;
  const metadata = {
    name, ...(isDefault ? {} : { namespace: namespaceOf(args, settings) }), labels: labels.value,
    ...(Object.keys(annotations.value).length > 0 ? { annotations: annotations.value } : {}),
  };
  const spec = { containers: [container], restartPolicy: textFlag(args, 'restart') || 'Always', dnsPolicy: 'ClusterFirst' };
  const made = overridden({ kind: 'Pod', apiVersion: 'v1', metadata, spec, status: {} } as KubeObject, pods, args);
  return made.ok ? { ok: true, value: isOn(args, 'save-config') ? withLastApplied(made.value, 'asIs') : made.value } : { ok: false, error: plainFailure(made.error) };
}

function envOf(args: Arguments): Result<readonly { readonly name: string; readonly value: string }[], Failure> {
  const env: { name: string; value: string }[] = [];
  for (const text of listFlag(args, 'env', true)) {
    const equals = text.indexOf('=');
    if (equals <= 0) return { ok: false, error: plainFailure(`invalid env: ${text}`) };
    env.push({ name: text.slice(0, equals), value: text.slice(equals + 1) });
  }
  return { ok: true, value: env };
}

function serviceOf(args: Arguments, pod: KubeObject): KubeObject {
  const port = Number(textFlag(args, 'port'));
  const { name, namespace, labels } = pod.metadata;
  const metadata = { name, ...(namespace === undefined ? {} : { namespace }), ...(textFlag(args, 'labels') === '' ? {} : { labels }) };
  return { kind: 'Service', apiVersion: 'v1', metadata, spec: { ports: [{ protocol: 'TCP', port, targetPort: port }], selector: labels }, status: { loadBalancer: {} } } as KubeObject;
}

interface Making { readonly args: Arguments; readonly settings: Settings; readonly change: Change; readonly object: KubeObject; readonly descriptor: typeof pods }

function* make(making: Making): Conversation<number> {
  const { change, object, descriptor } = making;
  const what = { descriptor, name: object.metadata.name, done: 'created', change };
  if (change.dryRun === 'client') return yield* report(object, what);
  const namespace = namespaceOf(making.args, making.settings);
  const made = yield* create({ descriptor, namespace, name: '' }, { ...object, metadata: { ...object.metadata, namespace } }, change.options);
  if (!made.ok) return yield* fail(made.error);
  return yield* report(made.value, what);
}

const ATTACH_WAIT = seconds(60);
const END_WAIT = seconds(30);

/** Creates the pod, joins its container, and with --rm deletes it afterwards. The exit code is the program's. */
function* runAttached(making: Making): Conversation<number> {
  const { args, change, object } = making;
  const namespace = namespaceOf(args, making.settings);
  const made = yield* create({ descriptor: pods, namespace, name: '' }, { ...object, metadata: { ...object.metadata, namespace } }, change.options);
  if (!made.ok) return yield* fail(made.error);
  const target = { descriptor: pods, namespace, name: made.value.metadata.name };
  const { exit, failure } = yield* joinPod(target, args);
  if (isOn(args, 'rm')) {
    const gone = yield* remove(target, { propagationPolicy: 'Background' });
    if (!gone.ok) return yield* fail(gone.error);
    if (!isOn(args, 'quiet')) yield* cx.print(`pod "${target.name}" deleted from ${namespace} namespace\n`);
  }
  if (failure !== '') yield* fail(bareFailure(failure));
  return exit;
}

/** How the program of a pod ended; `failure` is told when all else is done. */
interface Ending { readonly exit: number; readonly failure: string }

function* joinPod(target: Target, args: Arguments): Conversation<Ending> {
  const started = yield* waitForPod(target, ATTACH_WAIT, (pod) => pod.status?.phase !== undefined && pod.status.phase !== 'Pending');
  if (started === undefined) return { exit: yield* usage('timed out waiting for the condition'), failure: '' };
  const exit = started.status?.phase === 'Running' ? yield* attachTo(started, args, (failure) => insteadOfJoining(started, failure)) : yield* insteadOfJoining(started, undefined, args);
  if (textFlag(args, 'restart') !== 'Never') return { exit, failure: '' };
  const ended = yield* waitForPod(target, END_WAIT, (pod) => pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed');
  const state = ended?.status?.containerStatuses?.[0]?.state?.terminated;
  if (ended?.status?.phase !== 'Failed' || state === undefined) return { exit, failure: '' };
  return { exit: state.exitCode, failure: `pod ${target.namespace}/${target.name} terminated (${state.reason ?? 'Error'})` };
}

function* waitForPod(target: Target, within: Micros, accepts: (pod: Pod) => boolean): Conversation<Pod | undefined> {
  const end = micros((yield* cx.now()) + within);
  for (;;) {
    const object = yield* read(target);
    if (object.ok && accepts(object.value as Pod)) return object.value as Pod;
    if (!object.ok || (yield* cx.now()) >= end) return undefined;
    yield* cx.sleep(POLL);
  }
}

const POLL = millis(200);

/** What cannot be joined can still be read. */
function* insteadOfJoining(pod: Pod, failure: Failure | undefined, args?: Arguments): Conversation<number> {
  if (args !== undefined && !isOn(args, 'quiet')) yield* cx.printError(RECORDED);
  const why = failure === undefined ? `container not found ("${pod.spec.containers[0]?.name ?? ''}")` : failure.message;
  yield* cx.printError(`warning: couldn't attach to pod/${pod.metadata.name}, falling back to streaming logs: ${why}\n`);
  return yield* printWhole(pod);
}

/** The log of a program that has ended before anybody could join it. */
function* printWhole(pod: Pod): Conversation<number> {
  const answer = yield* send<LogBody>(callOf('get', { descriptor: pods, namespace: pod.metadata.namespace ?? '', name: pod.metadata.name, subresource: 'log' }));
  if (answer.ok) yield* cx.print(answer.value.lines.map((line) => `${line}\n`).join(''));
  return 0;
}
