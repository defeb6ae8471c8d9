/** `crictl`: what the container runtime of one machine holds.
 * @source kubernetes-sigs/cri-tools cmd/crictl */
import { humanDuration } from '../../../api/time.ts';
import type { CriContainer, CriImage, CriRequest, PodSandbox } from '../../../api/cri.ts';
import type { Result } from '../../../base/data.ts';
import type { Conversation } from '../../../sim/conversation.ts';
import { type Arguments, type Command, cx, defineCommand, type Settings } from '../../command.ts';
import { toJson } from '../../json.ts';
import { isOn, numberFlag, operands, textFlag } from '../../options.ts';
import { table } from '../../table.ts';
import { humanBytes } from '../etcdctl/format.ts';

/** Characters of an id that people see. */
const SHORT = 13;
const GAP = { minWidth: 0, padding: 20 - 0 } as const;

function* runtime<B>(settings: Settings, request: CriRequest): Conversation<Result<B, string>> {
  const answer = yield* cx.cri(settings.node, request);
  if (answer.ok) return { ok: true, value: answer.body as B };
  return { ok: false, error: `rpc error: code = ${answer.code} desc = ${answer.message}` };
}

function* fatal(message: string): Conversation<number> {
  yield* cx.printError(`FATA[0000] ${message}\n`);
  return 1;
}

const outputFlag = { name: 'output', short: 'o', type: 'string', summary: 'form of the output', choices: ['table', 'json'] } as const;
const quietFlag = { name: 'quiet', short: 'q', type: 'bool', summary: 'only ids' } as const;

/** Columns as crictl sets them: as wide as the widest cell and some blanks. */
const columns = (rows: readonly (readonly string[])[]): string => table(rows, { minWidth: GAP.padding, padding: 3 });

const ago = (at: number, now: number): string => longAgo(Math.max(0, now - at));

/** Go-units' words: `About a minute ago`, `5 minutes ago`. @source docker/go-units duration.go */
function longAgo(micros: number): string {
  const seconds = Math.floor(micros / 1_000_000);
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60 + 0.5);
  if (seconds < 1) return 'Less than a second ago';
  if (seconds === 1) return '1 second ago';
  if (seconds < 60) return `${seconds} seconds ago`;
  if (minutes === 1) return 'About a minute ago';
  if (minutes < 60) return `${minutes} minutes ago`;
  if (hours === 1) return 'About an hour ago';
  if (hours < 48) return `${hours} hours ago`;
  if (hours < 24 * 7 * 2) return `${Math.floor(hours / 24)} days ago`;
  return `${Math.floor(hours / 24 / 7)} weeks ago`;
}

const STATES: Readonly<Record<CriContainer['state'], string>> = { CONTAINER_CREATED: 'Created', CONTAINER_RUNNING: 'Running', CONTAINER_EXITED: 'Exited', CONTAINER_UNKNOWN: 'Unknown' };

export const criPs = defineCommand({
  path: ['crictl', 'ps'], summary: 'list containers', changesWorld: false,
  flags: [
    { name: 'all', short: 'a', type: 'bool', summary: 'also those that have ended' }, { name: 'name', type: 'string', summary: 'whose name fits' },
    { name: 'state', short: 's', type: 'string', summary: 'in this state', choices: ['created', 'running', 'exited', 'unknown'] }, { name: 'pod', short: 'p', type: 'string', summary: 'of this sandbox' },
    { name: 'last', short: 'n', type: 'int', summary: 'the newest ones' }, { name: 'latest', short: 'l', type: 'bool', summary: 'the newest one' }, { name: 'no-trunc', type: 'bool', summary: 'whole ids' }, outputFlag, quietFlag,
  ],
  examples: [{ line: 'crictl ps', shows: 'CONTAINER' }],
  *run(args: Arguments, settings: Settings): Conversation<number> {
    const body = yield* runtime<{ readonly containers: readonly CriContainer[] }>(settings, { op: 'listContainers' });
    if (!body.ok) return yield* fatal(`listing containers: ${body.error}`);
    const shown = [...body.value.containers].filter((each) => isShown(each, args)).sort((a, b) => b.createdAt - a.createdAt);
    const last = isOn(args, 'latest') ? 1 : numberFlag(args, 'last');
    const chosen = last === undefined ? shown : shown.slice(0, last);
    if (isOn(args, 'quiet')) return yield* printIds(chosen.map((each) => each.id));
    if (textFlag(args, 'output') === 'json') return yield* printJson({ containers: chosen.map(containerJson) });
    const now = yield* cx.now();
    const cut = (id: string): string => (isOn(args, 'no-trunc') ? id : id.slice(0, SHORT));
    const rows = chosen.map((each) => [cut(each.id), each.image, ago(each.createdAt, now), STATES[each.state], each.name, String(each.attempt), cut(each.sandboxId), each.podName, each.podNamespace]);
    yield* cx.print(columns([['CONTAINER', 'IMAGE', 'CREATED', 'STATE', 'NAME', 'ATTEMPT', 'POD ID', 'POD', 'NAMESPACE'], ...rows]));
    return 0;
  },
});

function isShown(container: CriContainer, args: Arguments): boolean {
  const state = textFlag(args, 'state').toLowerCase();
  const name = textFlag(args, 'name');
  const pod = textFlag(args, 'pod');
  if (state !== '' && STATES[container.state].toLowerCase() !== state) return false;
  if (state === '' && !isOn(args, 'all') && numberFlag(args, 'last') === undefined && !isOn(args, 'latest') && container.state !== 'CONTAINER_RUNNING') return false;
  return (name === '' || container.name.includes(name)) && (pod === '' || container.sandboxId.startsWith(pod));
}

function* printIds(ids: readonly string[]): Conversation<number> {
  if (ids.length > 0) yield* cx.print(ids.map((id) => `${id}\n`).join(''));
  return 0;
}
function* printJson(value: object): Conversation<number> {
  yield* cx.print(`${toJson(value, 'asIs').replaceAll('    ', '  ')}\n`);
  return 0;
}

function containerJson(each: CriContainer): object {
  const labels = { 'io.kubernetes.container.name': each.name, 'io.kubernetes.pod.name': each.podName, 'io.kubernetes.pod.namespace': each.podNamespace, 'io.kubernetes.pod.uid': each.podUid };
  return { id: each.id, podSandboxId: each.sandboxId, metadata: { name: each.name, attempt: each.attempt }, image: { image: each.image }, imageRef: each.imageRef, state: each.state, createdAt: String(each.createdAt * 1000), labels };
}

export const criPods = defineCommand({
  path: ['crictl', 'pods'], summary: 'list sandboxes', changesWorld: false,
  flags: [
    { name: 'name', type: 'string', summary: 'whose name fits' }, { name: 'namespace', type: 'string', summary: 'in this namespace' }, { name: 'state', short: 's', type: 'string', summary: 'in this state', choices: ['ready', 'notready'] },
    { name: 'no-trunc', type: 'bool', summary: 'whole ids' }, outputFlag, quietFlag,
  ],
  examples: [{ line: 'crictl pods', shows: 'POD ID' }],
  *run(args: Arguments, settings: Settings): Conversation<number> {
    const body = yield* runtime<{ readonly sandboxes: readonly PodSandbox[] }>(settings, { op: 'listPodSandbox' });
    if (!body.ok) return yield* fatal(`listing pod sandboxes: ${body.error}`);
    const state = textFlag(args, 'state');
    const chosen = [...body.value.sandboxes].filter((each) => each.name.includes(textFlag(args, 'name')) && (textFlag(args, 'namespace') === '' || each.namespace === textFlag(args, 'namespace')) && (state === '' || stateOf(each).toLowerCase() === state.toLowerCase())).sort((a, b) => b.createdAt - a.createdAt);
    if (isOn(args, 'quiet')) return yield* printIds(chosen.map((each) => each.id));
    if (textFlag(args, 'output') === 'json') return yield* printJson({ items: chosen.map((each) => ({ id: each.id, metadata: { name: each.name, uid: each.uid, namespace: each.namespace, attempt: each.attempt }, state: each.state, createdAt: String(each.createdAt * 1000), labels: each.labels })) });
    const now = yield* cx.now();
    const cut = (id: string): string => (isOn(args, 'no-trunc') ? id : id.slice(0, SHORT));
    const rows = chosen.map((each) => [cut(each.id), ago(each.createdAt, now), stateOf(each), each.name, each.namespace, String(each.attempt), '(default)']);
    yield* cx.print(columns([['POD ID', 'CREATED', 'STATE', 'NAME', 'NAMESPACE', 'ATTEMPT', 'RUNTIME'], ...rows]));
    return 0;
  },
});
const stateOf = (sandbox: PodSandbox): string => (sandbox.state === 'SANDBOX_READY' ? 'Ready' : 'NotReady');

export const criImages = defineCommand({
  path: ['crictl', 'images'], summary: 'list images', changesWorld: false, flags: [outputFlag, quietFlag, { name: 'no-trunc', type: 'bool', summary: 'whole ids' }],
  examples: [{ line: 'crictl images', shows: 'IMAGE ID' }],
  *run(args: Arguments, settings: Settings): Conversation<number> {
    const body = yield* runtime<{ readonly images: readonly CriImage[] }>(settings, { op: 'listImages' });
    if (!body.ok) return yield* fatal(`listing images: ${body.error}`);
    const { images } = body.value;
    if (isOn(args, 'quiet')) return yield* printIds(images.map((each) => each.id));
    if (textFlag(args, 'output') === 'json') return yield* printJson({ images: images.map((each) => ({ id: each.id, repoTags: each.repoTags, repoDigests: each.repoDigests, size: String(each.size) })) });
    const cut = (id: string): string => (isOn(args, 'no-trunc') ? id : id.replace(/^sha256:/, '').slice(0, SHORT));
    const rows = images.flatMap((each) => (each.repoTags.length > 0 ? each.repoTags : ['<none>:<none>']).map((tag) => [tag.slice(0, Math.max(0, tag.lastIndexOf(':'))), tag.slice(tag.lastIndexOf(':') + 1), cut(each.id), humanBytes(each.size).replace(' ', '')]));
    yield* cx.print(columns([['IMAGE', 'TAG', 'IMAGE ID', 'SIZE'], ...rows]));
    return 0;
  },
});

/** The container or sandbox whose id begins so. */
function* findContainer(settings: Settings, id: string): Conversation<Result<CriContainer, string>> {
  const body = yield* runtime<{ readonly containers: readonly CriContainer[] }>(settings, { op: 'listContainers' });
  if (!body.ok) return body;
  const found = body.value.containers.filter((each) => each.id.startsWith(id));
  const [first] = found;
  if (first === undefined || found.length > 1) return { ok: false, error: first === undefined ? `rpc error: code = NotFound desc = an error occurred when try to find container "${id}": not found` : `more than one container begins with "${id}"` };
  return { ok: true, value: first };
}

function perContainer(name: string, summary: string, more: { readonly changesWorld: boolean; readonly flags: Command['flags']; readonly doing: string; act(container: CriContainer, args: Arguments, settings: Settings): Conversation<number> }): Command {
  return defineCommand({
    path: ['crictl', name], summary, changesWorld: more.changesWorld, flags: more.flags, examples: [],
    *run(args: Arguments, settings: Settings): Conversation<number> {
      const ids = operands(args, 'ids');
      if (ids.length === 0) return yield* fatal('ID cannot be empty');
      for (const id of ids) {
        const container = yield* findContainer(settings, id);
        if (!container.ok) return yield* fatal(`${more.doing}: ${container.error}`);
        const exit = yield* more.act(container.value, args, settings);
        if (exit !== 0) return exit;
      }
      return 0;
    },
  });
}

export const criInspect = perContainer('inspect', 'show a container in detail', {
  changesWorld: false, flags: [outputFlag], doing: 'getting the status of the container',
  *act(each) {
    const now = yield* cx.now();
    return yield* printJson({ status: { ...containerJson(each), startedAt: String(each.startedAt * 1000), finishedAt: String(each.finishedAt * 1000), exitCode: each.exitCode, reason: each.reason, message: each.message, runningFor: humanDuration(now - each.startedAt) } });
  },
});

export const criLogs = perContainer('logs', 'print what a container wrote', {
  changesWorld: false, flags: [{ name: 'tail', type: 'int', summary: 'only the last lines' }, { name: 'follow', short: 'f', type: 'bool', summary: 'go on', hidden: true }], doing: 'getting the logs of the container',
  *act(each, args, settings) {
    const tail = numberFlag(args, 'tail');
    const body = yield* runtime<{ readonly lines: readonly (string | { readonly text: string })[] }>(settings, { op: 'containerLogs', id: each.id, ...(tail === undefined ? {} : { tailLines: tail }) });
    if (!body.ok) return yield* fatal(`getting the logs of the container: ${body.error}`);
    const lines = body.value.lines.map((line) => (typeof line === 'string' ? line : line.text));
    if (lines.length > 0) yield* cx.print(lines.map((line) => `${line}\n`).join(''));
    return 0;
  },
});

export const criStop = perContainer('stop', 'stop a container', {
  changesWorld: true, flags: [{ name: 'timeout', short: 't', type: 'int', summary: 'seconds until it is killed' }], doing: 'stopping the container',
  *act(each, args, settings) {
    const body = yield* runtime<object>(settings, { op: 'stopContainer', id: each.id, timeout: numberFlag(args, 'timeout') ?? 0 });
    if (!body.ok) return yield* fatal(`stopping the container "${each.id}": ${body.error}`);
    yield* cx.print(`${each.id}\n`);
    return 0;
  },
});

export const criStopPod = defineCommand({
  path: ['crictl', 'stopp'], summary: 'stop a sandbox with its containers', changesWorld: true, flags: [], examples: [],
  *run(args: Arguments, settings: Settings): Conversation<number> {
    const body = yield* runtime<{ readonly sandboxes: readonly PodSandbox[] }>(settings, { op: 'listPodSandbox' });
    if (!body.ok) return yield* fatal(`stopping the pod sandbox: ${body.error}`);
    for (const id of operands(args, 'ids')) {
      const sandbox = body.value.sandboxes.find((each) => each.id.startsWith(id));
      if (sandbox === undefined) return yield* fatal(`stopping the pod sandbox "${id}": rpc error: code = NotFound desc = an error occurred when try to find sandbox: not found`);
      const done = yield* runtime<object>(settings, { op: 'stopPodSandbox', id: sandbox.id });
      if (!done.ok) return yield* fatal(`stopping the pod sandbox "${id}": ${done.error}`);
      yield* cx.print(`Stopped sandbox ${sandbox.id}\n`);
    }
    return 0;
  },
});

export const criVersion = defineCommand({
  path: ['crictl', 'version'], summary: 'show the version of the runtime', changesWorld: false, flags: [], examples: [{ line: 'crictl version', shows: 'RuntimeName' }],
  *run(_args: Arguments, settings: Settings): Conversation<number> {
    const body = yield* runtime<{ readonly runtimeName?: string; readonly runtimeVersion?: string }>(settings, { op: 'version' });
    if (!body.ok) return yield* fatal(`getting the runtime version: ${body.error}`);
    yield* cx.print(`Version:  0.1.0\nRuntimeName:  ${body.value.runtimeName ?? 'containerd'}\nRuntimeVersion:  ${body.value.runtimeVersion ?? ''}\nRuntimeApiVersion:  v1\n`);
    return 0;
  },
});

/** Every crictl command, in the order of the help. */
export const crictlCommands: readonly Command[] = [criPs, criPods, criImages, criInspect, criLogs, criStop, criStopPod, criVersion];
