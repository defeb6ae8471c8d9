import type { Result } from '../../base/data.ts';
import type { KubeObject } from '../../api/meta.ts';
import { descriptorOfKind } from '../../api/scheme.ts';
import { must } from '../../base/assert.ts';
import type { Conversation } from '../../sim/conversation.ts';
import { changeOf, type Change, report } from '../change.ts';
import { type Arguments, defineCommand, type Settings } from '../command.ts';
import { fail, type Failure, plainFailure, usage } from '../errors.ts';
import { changeFlags, printFlags } from '../flags.ts';
import { isImageName } from '../image.ts';
import { pairsOf } from '../pairs.ts';
import { isOn, isSet, listFlag, namespaceOf, operand, operands, textFlag } from '../options.ts';
import { create } from '../requests.ts';

const pods = must(descriptorOfKind('Pod'), 'pods are served');
const services = must(descriptorOfKind('Service'), 'services are served');
const POLICIES = ['Always', 'OnFailure', 'Never'];

/** Runs one image in one pod.
 * @source kubernetes/kubectl pkg/cmd/run/run.go
 * @fidelity simplified: attaching (-i, -t, --rm) is absent */
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
    { name: 'rm', type: 'bool', summary: 'delete the pod after attaching', hidden: true },
    { name: 'attach', type: 'bool', summary: 'attach to the container', hidden: true },
    { name: 'stdin', short: 'i', type: 'bool', summary: 'keep standard input open', hidden: true },
    { name: 'tty', short: 't', type: 'bool', summary: 'with a terminal', hidden: true },
    { name: 'quiet', short: 'q', type: 'bool', summary: 'no prompt', hidden: true },
  ],
  changesWorld: true,
  examples: [{ line: 'kubectl run web --image=images.example/nginx:1.27', shows: 'pod/web created' }],
  *run(args: Arguments, settings: Settings): Conversation<number> {
    const change = changeOf(args, 'kubectl-run', { asIs: textFlag(args, 'dry-run') === 'client' });
    if (!change.ok) return yield* fail(change.error);
    const complaint = complaintAbout(args, change.value);
    if (complaint !== undefined) return yield* usage(complaint);
    const pod = podOf(args, settings);
    if (!pod.ok) return yield* fail(pod.error);
    if (isOn(args, 'expose')) {
      const exposed = yield* make({ args, settings, change: change.value, object: serviceOf(args, pod.value), descriptor: services });
      if (exposed !== 0) return exposed;
    }
    return yield* make({ args, settings, change: change.value, object: pod.value, descriptor: pods });
  },
});

function complaintAbout(args: Arguments, change: Change): string | undefined {
  const image = textFlag(args, 'image');
  if (!isSet(args, 'image')) return 'required flag(s) "image" not set';
  if (operand(args, 'name') === '') return "NAME is required for run\nSee 'kubectl run -h' for help and examples";
  if (image === '') return '--image is required';
  if (!isImageName(image)) return `Invalid image name "${image}": invalid reference format`;
  const isAttached = isOn(args, 'attach') || isOn(args, 'stdin') || isOn(args, 'tty');
  if (isOn(args, 'rm') && (!isAttached || change.dryRun !== 'none')) return isAttached ? "--dry-run can't be used with attached containers options (--attach, --stdin, or --tty)" : '--rm should only be used for attached containers';
  if (isAttached) return 'attaching to containers is not part of this simulation; run without -i, -t and --attach, then see `kubectl logs`';
  if (isOn(args, 'expose') && textFlag(args, 'port') === '') return '--port must be set when exposing a service';
  const restart = textFlag(args, 'restart');
  if (restart !== '' && !POLICIES.includes(restart)) return `invalid restart policy: ${restart}`;
  return undefined;
}

function podOf(args: Arguments, settings: Settings): Result<KubeObject, Failure> {
  const name = operand(args, 'name');
  const env = envOf(args);
  if (!env.ok) return env;
  const labels = textFlag(args, 'labels') === '' ? { ok: true as const, value: { run: name } } : pairsOf(textFlag(args, 'labels').split(','), 'label');
  if (!labels.ok) return labels;
  const annotations = pairsOf(listFlag(args, 'annotations'), 'annotation');
  if (!annotations.ok) return annotations;
  const port = Number(textFlag(args, 'port'));
  if (textFlag(args, 'port') !== '' && !Number.isInteger(port)) return { ok: false, error: plainFailure(`strconv.ParseInt: parsing ${JSON.stringify(textFlag(args, 'port'))}: invalid syntax`) };
  const words = operands(args, 'arguments');
  const pull = textFlag(args, 'image-pull-policy');
  const container = {
    name, image: textFlag(args, 'image'),
    ...(words.length === 0 ? {} : isOn(args, 'command') ? { command: words } : { args: words }),
    ...(port > 0 ? { ports: [{ containerPort: port }] } : {}),
    ...(env.value.length > 0 ? { env: env.value } : {}),
    resources: {}, ...(pull === '' ? {} : { imagePullPolicy: pull }),
    ...(isOn(args, 'privileged') ? { securityContext: { privileged: true } } : {}),
  };
  const isDefault = args.flags['namespace'] === undefined;
  const metadata = {
    name, ...(isDefault ? {} : { namespace: namespaceOf(args, settings) }), labels: labels.value,
    ...(Object.keys(annotations.value).length > 0 ? { annotations: annotations.value } : {}),
  };
  const spec = { containers: [container], restartPolicy: textFlag(args, 'restart') || 'Always', dnsPolicy: 'ClusterFirst' };
  return { ok: true, value: { kind: 'Pod', apiVersion: 'v1', metadata, spec, status: {} } as KubeObject };
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
  const metadata = { name, ...(namespace === undefined ? {} : { namespace }) };
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
