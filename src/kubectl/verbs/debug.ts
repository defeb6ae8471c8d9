/**
 * `kubectl debug`: a container more in a pod, a changed copy of a pod, or a pod on a node.
 * @source kubernetes/kubectl pkg/cmd/debug/debug.go, profiles.go
 * @fidelity simplified: of the profiles only what they change in security contexts and host namespaces is there
 */
import { type Result, seconds } from '../../base/data.ts';
import { hashText } from '../../base/prng.ts';
import { apiVersionOf } from '../../api/resource.ts';
import { applyStrategicPatch } from '../../api/patch/strategic.ts';
import type { Container, Pod, PodSpec } from '../../api/kinds/all.ts';
import type { KubeObject } from '../../api/meta.ts';
import { generatedName, generatedNameAlphabet, generatedNameSuffixLength } from '../../api/names.ts';
import { descriptorOfKind } from '../../api/scheme.ts';
import type { Conversation } from '../../sim/conversation.ts';
import { type Target, targetsOf } from '../builder.ts';
import { type Arguments, cx, defineCommand, type Settings } from '../command.ts';
import { fail, type Failure, plainFailure, seeHelp, usage } from '../errors.ts';
import { isOn, isSet, listFlag, namespaceOf, operands, textFlag } from '../options.ts';
import { pairsOf } from '../pairs.ts';
import { podDescriptor } from '../pod-word.ts';
import { create, patch, read, remove } from '../requests.ts';
import { waitFor } from '../watching.ts';
import { attachTo } from './attach.ts';
import { talkFlags } from './exec.ts';

const PROFILES = ['legacy', 'general', 'baseline', 'netadmin', 'restricted', 'sysadmin'];
const LEGACY = '--profile=legacy is deprecated and will be removed in the future. It is recommended to explicitly specify a profile, for example "--profile=general".\n';
const ATTACH_WAIT = seconds(60);
const CONTAINER = 'io.k8s.api.core.v1.Container';
/** Where a pod on a node sees the files of the node. */
const HOST_ROOT = '/host';

export const debug = defineCommand({
  path: ['kubectl', 'debug'], summary: 'look into a pod or a node with a container of your own', changesWorld: true, examples: [],
  flags: [
    ...talkFlags.filter((flag) => flag.name !== 'pod-running-timeout'),
    { name: 'image', type: 'string', summary: 'image of the container', completes: 'image' }, { name: 'target', type: 'string', summary: 'container whose processes to see', completes: 'container' },
    { name: 'copy-to', type: 'string', summary: 'name of a copy to make' }, { name: 'replace', type: 'bool', summary: 'with --copy-to: delete the original' }, { name: 'same-node', type: 'bool', summary: 'with --copy-to: on the same node' },
    { name: 'set-image', type: 'list', summary: 'with --copy-to: other images, CONTAINER=IMAGE' }, { name: 'share-processes', type: 'bool', summary: 'with --copy-to: containers see the processes of others', implied: 'true' },
    { name: 'attach', type: 'bool', summary: 'attach to the container' }, { name: 'env', type: 'list', summary: 'environment variable, NAME=VALUE' }, { name: 'profile', type: 'string', summary: 'what the container may do', choices: PROFILES },
    { name: 'arguments-only', type: 'bool', summary: 'words after -- are arguments, not the command' }, { name: 'image-pull-policy', type: 'string', summary: 'when to pull the image' },
    { name: 'custom', type: 'string', summary: 'file with a container to merge', completes: 'file', hidden: true }, { name: 'filename', short: 'f', type: 'list', summary: 'file that names the object', completes: 'file' },
    { name: 'keep-labels', type: 'bool', summary: 'with --copy-to: keep labels' }, { name: 'keep-annotations', type: 'bool', summary: 'with --copy-to: keep annotations' }, { name: 'keep-liveness', type: 'bool', summary: 'with --copy-to: keep liveness probes' },
    { name: 'keep-readiness', type: 'bool', summary: 'with --copy-to: keep readiness probes' }, { name: 'keep-startup', type: 'bool', summary: 'with --copy-to: keep startup probes' }, { name: 'keep-init-containers', type: 'bool', summary: 'with --copy-to: run init containers', implied: 'true' },
  ],
  *run(args: Arguments, settings: Settings): Conversation<number> {
    const complaint = complaintAbout(args);
    if (complaint !== undefined) return yield* usage(complaint);
    if (isLegacy(args)) yield* cx.printError(LEGACY);
    if (listFlag(args, 'filename').length > 0 && operands(args, 'names').length > 0) return yield* usage('resource/name arguments cannot be provided when a path is specified');
    const target = textFlag(args, 'target');
    if (target !== '' && !isOn(args, 'quiet')) yield* cx.print(`Targeting container "${target}". If you don't see processes from this container it may be because the container runtime doesn't support this feature.\n`);
    const targets = debugTargets(args, settings);
    if (!targets.ok) return yield* fail(targets.error);
    for (const target of targets.value) {
      const object = yield* read(target);
      if (!object.ok) return yield* fail(object.error);
      const kind = target.descriptor.kind;
      if (kind !== 'Pod' && kind !== 'Node') return yield* usage(`"${apiVersionOf(target.descriptor)}, Kind=${kind}" not supported by debug`);
      const made = yield* (kind === 'Node' ? onNode(object.value, args, settings) : textFlag(args, 'copy-to') === '' ? intoPod(object.value as Pod, args) : asCopy(object.value as Pod, args));
      if (!made.ok) return yield* fail(made.error);
      if (attaches(args)) return yield* attachWhenRunning(made.value, args);
    }
    return 0;
  },
});

/** The pod and the container of it that was made. */
interface Made { readonly pod: Pod; readonly container: string }

const attaches = (args: Arguments): boolean => (isSet(args, 'attach') ? isOn(args, 'attach') : isOn(args, 'stdin'));

function complaintAbout(args: Arguments): string | undefined {
  const copies = textFlag(args, 'copy-to') !== '';
  const images = listFlag(args, 'set-image');
  if (!copies && images.length > 0) return '--set-image may only be used with --copy-to.';
  if (!copies && isOn(args, 'replace')) return '--replace may only be used with --copy-to.';
  if (!copies && isOn(args, 'same-node')) return '--same-node may only be used with --copy-to.';
  if (!copies && textFlag(args, 'image') === '') return 'you must specify --image when not using --copy-to.';
  if (copies && textFlag(args, 'image') === '' && images.length === 0 && textFlag(args, 'container') === '') return 'you must specify --image, --set-image or command arguments.';
  if (copies && textFlag(args, 'target') !== '') return '--target is incompatible with --copy-to. Use --share-processes instead.';
  const wrong = images.find((text) => text.indexOf('=') <= 0);
  if (wrong !== undefined) return seeHelp('kubectl debug', `invalid argument "${wrong}" for "--set-image" flag: ${wrong} must be formatted as key=value`).replace("-h' for help and examples", "--help' for usage.");
  if (isOn(args, 'tty') && !isOn(args, 'stdin')) return '-i/--stdin is required for containers with -t/--tty=true';
  const custom = textFlag(args, 'custom');
  if (custom !== '' && args.operands['customContainer'] === undefined) return args.files[custom] === undefined ? `must pass a container spec json file for custom profile: open ${custom}: no such file or directory` : `${custom} does not contain a valid container spec`;
  const profile = textFlag(args, 'profile');
  return profile === '' || PROFILES.includes(profile) ? undefined : `unknown profile: ${profile}`;
}

/** A bare word is a pod. */
function debugTargets(args: Arguments, settings: Settings): Result<readonly Target[], Failure> {
  const words = operands(args, 'names');
  const [first = ''] = words;
  if (words.length === 0 && listFlag(args, 'filename').length === 0) return { ok: false, error: plainFailure('NAME or TYPE/NAME is required for debug') };
  const named = words.length === 0 ? args.operands : first.includes('/') ? { typeNames: words } : { resource: 'pods', names: words };
  const found = targetsOf({ ...args, operands: { ...args.operands, ...named, ...(first.includes('/') ? { names: undefined } : {}) } }, settings);
  return found.ok ? { ok: true, value: found.value.targets } : found;
}

/** Five letters that depend on what they are for: real kubectl draws them. */
function lettersFor(text: string): string {
  let bits = hashText(text);
  const draws = Array.from({ length: generatedNameSuffixLength }, () => {
    const draw = bits % generatedNameAlphabet.length;
    bits = Math.floor(bits / generatedNameAlphabet.length);
    return draw;
  });
  return generatedName('', draws);
}

function containerName(args: Arguments, taken: readonly string[], salt: string): string {
  const given = textFlag(args, 'container');
  if (given !== '') return given;
  for (let round = 0; ; round++) {
    const name = `debugger-${lettersFor(`${salt}${round}`)}`;
    if (!taken.includes(name)) return name;
  }
}

/** What a profile lets the container do. */
function securityOf(profile: string): object {
  switch (profile) {
    case 'general': return { securityContext: { capabilities: { add: ['SYS_PTRACE'] } } };
    case 'netadmin': return { securityContext: { capabilities: { add: ['NET_ADMIN', 'NET_RAW'] } } };
    case 'restricted': return { securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] }, runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } } };
    case 'sysadmin': return { securityContext: { privileged: true } };
    default: return {};
  }
}

/** The container with what `--custom` says about it. */
function containerOf(args: Arguments, name: string): Container {
  const custom = args.operands['customContainer'];
  const plain = plainContainer(args, name);
  if (typeof custom !== 'object' || custom === null) return plain;
  const merged = applyStrategicPatch(plain as never, custom, CONTAINER);
  return merged.ok ? (merged.value as unknown as Container) : plain;
}

function plainContainer(args: Arguments, name: string): Container {
  const env = pairsOf(listFlag(args, 'env', true), 'env');
  const words = operands(args, 'arguments');
  const pull = textFlag(args, 'image-pull-policy');
  const variables = env.ok ? Object.entries(env.value).map(([key, value]) => ({ name: key, value })) : [];
  return {
    name, image: textFlag(args, 'image'), ...(words.length === 0 ? {} : isOn(args, 'arguments-only') ? { args: words } : { command: words }), ...(variables.length === 0 ? {} : { env: variables }),
    ...(pull === '' ? {} : { imagePullPolicy: pull }), resources: {}, terminationMessagePolicy: 'File', ...(isOn(args, 'stdin') ? { stdin: true } : {}), ...(isOn(args, 'tty') ? { tty: true } : {}), ...securityOf(textFlag(args, 'profile')),
  } as Container;
}

type WithEphemeral = PodSpec & { readonly ephemeralContainers?: readonly { readonly name: string }[] };

/** An ephemeral container in the running pod. */
function* intoPod(pod: Pod, args: Arguments): Conversation<Result<Made, Failure>> {
  const spec = pod.spec as WithEphemeral;
  const taken = [...(spec.ephemeralContainers ?? []), ...spec.containers, ...(spec.initContainers ?? [])].map((each) => each.name);
  const name = containerName(args, taken, `${pod.metadata.uid ?? ''}${taken.length}`);
  if (textFlag(args, 'container') === '' && !isOn(args, 'quiet')) yield* cx.print(`Defaulting debug container name to ${name}.\n`);
  const target = textFlag(args, 'target');
  const { resources: _none, ...container } = containerOf(args, name);
  const order = [...(spec.ephemeralContainers ?? []).map((each) => ({ name: each.name })), { name }];
  const body = { spec: { '$setElementOrder/ephemeralContainers': order, ephemeralContainers: [{ ...container, ...(target === '' ? {} : { targetContainerName: target }) }] } };
  const place = { descriptor: podDescriptor, namespace: pod.metadata.namespace ?? '', name: pod.metadata.name, subresource: 'ephemeralcontainers' };
  // A container of that name makes no difference, so nothing is sent.
  if (spec.ephemeralContainers?.some((each) => each.name === name) === true) return { ok: true, value: { pod, container: name } };
  const answer = yield* patch(place, body, { type: 'strategic' });
  return answer.ok ? { ok: true, value: { pod: answer.value as Pod, container: name } } : answer;
}

/** The profile that is there unless another one is named. */
const isLegacy = (args: Arguments): boolean => ['', 'legacy'].includes(textFlag(args, 'profile'));

/** Only images change: then nothing is taken away from the copy. */
const isPlainCopy = (args: Arguments): boolean => textFlag(args, 'image') === '' && textFlag(args, 'container') === '' && operands(args, 'arguments').length === 0;

/** The original's spec without what belongs to its node and its life. */
function copiedSpec(pod: Pod, args: Arguments): PodSpec {
  const { nodeName, ephemeralContainers: _ephemeral, ...spec } = pod.spec as WithEphemeral;
  const place = isOn(args, 'same-node') && nodeName !== undefined ? { nodeName } : {};
  const given = isSet(args, 'share-processes') ? textFlag(args, 'share-processes') === 'true' || isOn(args, 'share-processes') : undefined;
  const shares = given ?? (isPlainCopy(args) || isLegacy(args) ? undefined : true);
  const shared = shares === undefined ? {} : { shareProcessNamespace: shares };
  // The oldest profile takes nothing away from the containers.
  if (isPlainCopy(args) || isLegacy(args)) return { ...spec, ...place, ...shared } as PodSpec;
  const cleaned = (container: Container): Container => {
    const { livenessProbe, readinessProbe, startupProbe, ...rest } = container;
    return { ...rest, ...(isOn(args, 'keep-liveness') && livenessProbe !== undefined ? { livenessProbe } : {}), ...(isOn(args, 'keep-readiness') && readinessProbe !== undefined ? { readinessProbe } : {}), ...(isOn(args, 'keep-startup') && startupProbe !== undefined ? { startupProbe } : {}) };
  };
  const { initContainers, ...others } = spec;
  return {
    ...others, containers: spec.containers.map(cleaned), ...(args.flags['keep-init-containers'] === false || initContainers === undefined ? {} : { initContainers }),
    ...place, ...shared,
  } as PodSpec;
}

/** A container of the copy with what the line says of it, the rest as it was. */
function changedContainer(container: Container, args: Arguments): Container {
  const { resources: _own, terminationMessagePolicy: _policy, name: _name, image, ...said } = containerOf(args, container.name);
  const { args: words, stdin: _in, tty: _terminal, ...rest } = container as Container & { readonly stdin?: boolean; readonly tty?: boolean };
  const isCommanded = operands(args, 'arguments').length > 0;
  return { ...rest, ...(words === undefined || isCommanded ? {} : { args: words }), ...said, ...(image === '' ? {} : { image }) } as Container;
}

function* asCopy(pod: Pod, args: Arguments): Conversation<Result<Made, Failure>> {
  const images = Object.fromEntries(listFlag(args, 'set-image').map((text) => [text.slice(0, text.indexOf('=')), text.slice(text.indexOf('=') + 1)]));
  const spec = copiedSpec(pod, args);
  const swapped = spec.containers.map((container) => {
    const image = images[container.name] ?? images['*'];
    return image === undefined ? container : { ...container, image };
  });
  const name = containerName(args, swapped.map((each) => each.name), pod.metadata.uid ?? '');
  const changed = isPlainCopy(args) ? swapped : swapped.some((each) => each.name === name) ? swapped.map((each) => (each.name === name ? changedContainer(each, args) : each)) : [...swapped, containerOf(args, name)];
  if (textFlag(args, 'image') !== '' && textFlag(args, 'container') === '' && !isOn(args, 'quiet')) yield* cx.print(`Defaulting debug container name to ${name}.\n`);
  const { labels, annotations, namespace } = pod.metadata;
  const keepsLabels = isPlainCopy(args) || (isOn(args, 'keep-labels') && !isLegacy(args));
  const keepsAnnotations = isPlainCopy(args) || isOn(args, 'keep-annotations') || isLegacy(args);
  const metadata = { name: textFlag(args, 'copy-to'), namespace, ...(keepsLabels && labels !== undefined ? { labels } : {}), ...(keepsAnnotations && annotations !== undefined ? { annotations } : {}) };
  if (isOn(args, 'replace')) {
    const gone = yield* remove({ descriptor: podDescriptor, namespace: namespace ?? '', name: pod.metadata.name }, { gracePeriodSeconds: 0 });
    if (!gone.ok) return gone;
  }
  const copy = { apiVersion: 'v1', kind: 'Pod', metadata, spec: { ...spec, containers: changed } } as KubeObject;
  const made = yield* create({ descriptor: podDescriptor, namespace: namespace ?? '', name: '' }, copy, {});
  return made.ok ? { ok: true, value: { pod: made.value as Pod, container: name } } : made;
}

/** A pod on the node that sees its files and processes. */
function* onNode(node: KubeObject, args: Arguments, settings: Settings): Conversation<Result<Made, Failure>> {
  const { name } = node.metadata;
  const now = yield* cx.now();
  const podName = `node-debugger-${name}-${lettersFor(`${node.metadata.uid ?? ''}${now}`)}`;
  const container = textFlag(args, 'container') || 'debugger';
  const seesHost = !['baseline', 'restricted'].includes(textFlag(args, 'profile'));
  const spec = {
    containers: [{ ...containerOf(args, container), ...(seesHost ? { volumeMounts: [{ mountPath: HOST_ROOT, name: 'host-root' }] } : {}) }], nodeName: name, restartPolicy: 'Never', tolerations: [{ operator: 'Exists' }],
    ...(seesHost ? { hostIPC: true, hostNetwork: true, hostPID: true, volumes: [{ name: 'host-root', hostPath: { path: '/' } }] } : {}),
  };
  if (!isOn(args, 'quiet')) yield* cx.print(`Creating debugging pod ${podName} with container ${container} on node ${name}.\n`);
  const body = { apiVersion: 'v1', kind: 'Pod', metadata: { name: podName, namespace: namespaceOf(args, settings), labels: { 'app.kubernetes.io/managed-by': 'kubectl-debug' } }, spec } as unknown as KubeObject;
  const made = yield* create({ descriptor: podDescriptor, namespace: namespaceOf(args, settings), name: '' }, body, {});
  return made.ok ? { ok: true, value: { pod: made.value as Pod, container } } : made;
}

/** Waits until the container runs, then attaches to it. */
function* attachWhenRunning({ pod, container }: Made, args: Arguments): Conversation<number> {
  const descriptor = descriptorOfKind('Pod') ?? podDescriptor;
  const target = { descriptor, namespace: pod.metadata.namespace ?? '', name: pod.metadata.name };
  let latest = pod;
  const now = yield* cx.now();
  const waited = yield* waitFor(target, {
    end: (now + ATTACH_WAIT) as typeof now,
    *accept(object) {
      if (object === undefined) return plainFailure(`pods "${target.name}" not found`);
      latest = object as Pod;
      const status = latest.status as { readonly containerStatuses?: readonly State[]; readonly ephemeralContainerStatuses?: readonly State[] } | undefined;
      const state = [...(status?.containerStatuses ?? []), ...(status?.ephemeralContainerStatuses ?? [])].find((each) => each.name === container)?.state;
      return state?.running !== undefined || state?.terminated !== undefined || latest.status?.phase === 'Succeeded' || latest.status?.phase === 'Failed';
    },
  });
  if (waited.type === 'failed') return yield* fail(waited.failure);
  if (waited.type === 'timeout') return yield* usage('timed out waiting for the condition');
  return yield* attachTo(latest, { ...args, flags: { ...args.flags, container } });
}

interface State { readonly name: string; readonly state?: { readonly running?: object; readonly terminated?: object } }
