/** `crictl ps`, `pods` and `images`. @source kubernetes-sigs/cri-tools cmd/crictl/container.go, sandbox.go, image.go */
import { compareText } from '../../../base/compare.ts';
import type { CriContainer, CriImage, PodSandbox } from '../../../api/cri.ts';
import type { Conversation } from '../../../sim/conversation.ts';
import { type Arguments, cx, defineCommand, type Flag, type Settings } from '../../command.ts';
import { crictlFlags } from '../../flags.ts';
import { isOn, numberFlag, textFlag } from '../../options.ts';
import { table } from '../../table.ts';
import { toYaml } from '../../yaml.ts';
import { connect, fatal, imageOf, listContainers, listImages, listSandboxes, namesImage, type Runtime, runtimeOf } from './client.ts';
import { containerJson, imageJson, podJson } from './status-json.ts';
import { ago, humanSize, indentedJson, shortId } from './words.ts';

/** @source cri-tools cmd/crictl/display.go newDefaultTableDisplay */
const COLUMNS = { minWidth: 20, padding: 3 } as const;

const quietFlag: Flag = { name: 'quiet', short: 'q', type: 'bool', summary: 'only ids' };
const outputFlag: Flag = { name: 'output', short: 'o', type: 'string', summary: 'form of the output', choices: ['json', 'yaml', 'table'] };
const listFlags: readonly Flag[] = [
  quietFlag, outputFlag,
  { name: 'id', type: 'string', summary: 'only the one with this id' },
  { name: 'name', type: 'string', summary: 'only names that match this pattern' },
  { name: 'namespace', type: 'string', summary: 'only namespaces that match this pattern' },
  { name: 'state', short: 's', type: 'string', summary: 'only this state' },
  { name: 'latest', short: 'l', type: 'bool', summary: 'only the newest' },
  { name: 'last', short: 'n', type: 'int', summary: 'only so many of the newest' },
  { name: 'no-trunc', type: 'bool', summary: 'whole ids' },
];

/** Whether a pattern matches; a bad pattern matches nothing. */
function matches(pattern: string, text: string): boolean {
  if (pattern === '') return true;
  try {
    return new RegExp(pattern).test(text);
  } catch {
    return false;
  }
}

/** Prints a list: ids, JSON, YAML, or rows with a header. */
interface Listing { readonly args: Arguments; readonly runtime: Runtime; readonly doing: string; readonly ids: readonly string[]; readonly json: object; readonly rows: readonly (readonly string[])[] }

function* print({ args, runtime, doing, ids, json, rows }: Listing): Conversation<number> {
  const form = textFlag(args, 'output') || 'table';
  if (form === 'json') yield* cx.print(`${indentedJson(json)}\n`);
  else if (form === 'yaml') yield* cx.print(`${toYaml(json)}\n`);
  else if (form !== 'table') return yield* fatal(runtime, `${doing}: unsupported output format "${form}"`);
  else if (!isOn(args, 'quiet')) yield* cx.print(table(rows, COLUMNS));
  else if (ids.length > 0) yield* cx.print(ids.map((id) => `${id}\n`).join(''));
  return 0;
}

/** The newest first, and only as many as the line asks for. */
function newest<T extends { readonly createdAt: number }>(args: Arguments, items: readonly T[]): readonly T[] {
  const last = numberFlag(args, 'last') ?? 0;
  const count = last > 0 ? last : isOn(args, 'latest') ? 1 : items.length;
  return [...items].sort((a, b) => b.createdAt - a.createdAt).slice(0, count);
}

// ---- Containers ------------------------------------------------------------------------------------------------------

const CONTAINER_STATES: Readonly<Record<string, CriContainer['state']>> = {
  created: 'CONTAINER_CREATED', running: 'CONTAINER_RUNNING', exited: 'CONTAINER_EXITED', unknown: 'CONTAINER_UNKNOWN',
};
const STATE_WORDS: Readonly<Record<CriContainer['state'], string>> = {
  CONTAINER_CREATED: 'Created', CONTAINER_RUNNING: 'Running', CONTAINER_EXITED: 'Exited', CONTAINER_UNKNOWN: 'Unknown',
};
const PS_HEADER = ['CONTAINER', 'IMAGE', 'CREATED', 'STATE', 'NAME', 'ATTEMPT', 'POD ID', 'POD', 'NAMESPACE'] as const;

/** The containers that the line asks for: the running ones, unless it says otherwise. */
function chosenContainers(args: Arguments, containers: readonly CriContainer[], images: readonly CriImage[]): readonly CriContainer[] {
  const named = textFlag(args, 'state').toLowerCase();
  const anyState = isOn(args, 'latest') || (numberFlag(args, 'last') ?? 0) > 0 || (isOn(args, 'all') && named === '');
  const state = anyState ? undefined : CONTAINER_STATES[named === '' ? 'running' : named];
  const image = textFlag(args, 'image');
  return newest(args, containers.filter((container) =>
    (state === undefined || container.state === state) && container.id.startsWith(textFlag(args, 'id')) && container.sandboxId.startsWith(textFlag(args, 'pod'))
    && matches(textFlag(args, 'name'), container.name) && matches(textFlag(args, 'namespace'), container.podNamespace)
    && (image === '' || images.some((one) => namesImage(one, image) && one === imageOf(container, images)))));
}

/** `ps`. */
export const ps = defineCommand({
  path: ['crictl', 'ps'],
  summary: 'show containers',
  flags: [
    ...crictlFlags, ...listFlags,
    { name: 'all', short: 'a', type: 'bool', summary: 'also those that do not run' },
    { name: 'pod', short: 'p', type: 'string', summary: 'only containers of this pod id' },
    { name: 'image', type: 'string', summary: 'only containers of this image' },
    { name: 'resolve-image-path', short: 'r', type: 'bool', summary: 'names of images instead of ids' },
  ],
  changesWorld: false,
  examples: [
    { line: 'crictl ps', shows: 'CONTAINER' },
    { line: 'crictl ps -a --state exited', shows: 'POD ID' },
  ],
  *run(args, settings) {
    const runtime = yield* runtimeOf(args, settings);
    const state = textFlag(args, 'state').toLowerCase();
    if (!(yield* connect(runtime))) return 1;
    if (state !== '' && CONTAINER_STATES[state] === undefined) return yield* logFatal('--state should be one of created, running, exited or unknown');
    const listed = yield* listContainers(runtime);
    if (!listed.ok) return yield* fatal(runtime, `listing containers: list containers: call list containers RPC: ${listed.error}`);
    const known = yield* listImages(runtime);
    const images = known.ok ? known.value.images : [];
    const containers = chosenContainers(args, listed.value.containers, images);
    const now = yield* cx.now();
    return yield* print({
      args, runtime, doing: 'listing containers', ids: containers.map(({ id }) => id),
      json: { containers: containers.map((container) => containerJson(container, imageOf(container, images))) },
      rows: [PS_HEADER, ...containers.map((container) => containerRow(args, container, { image: imageOf(container, images), now }))],
    });
  },
});

function containerRow(args: Arguments, container: CriContainer, more: { readonly image: CriImage | undefined; readonly now: number }): readonly string[] {
  const short = (id: string): string => (isOn(args, 'no-trunc') ? id : shortId(id));
  const image = isOn(args, 'resolve-image-path') ? more.image?.repoTags[0] ?? container.image : short(more.image?.id ?? container.imageRef);
  return [
    short(container.id), image, ago(container.createdAt, more.now), STATE_WORDS[container.state], container.name, String(container.attempt), short(container.sandboxId),
    container.podName, container.podNamespace,
  ];
}

/** Go's plain log, which stamps its lines with the time; here it is always the same. */
function* logFatal(message: string): Conversation<number> {
  yield* cx.printError(`${message}\n`);
  return 1;
}

// ---- Pods ------------------------------------------------------------------------------------------------------------

const POD_STATES: Readonly<Record<string, PodSandbox['state']>> = { ready: 'SANDBOX_READY', notready: 'SANDBOX_NOTREADY' };
const PODS_HEADER = ['POD ID', 'CREATED', 'STATE', 'NAME', 'NAMESPACE', 'ATTEMPT', 'RUNTIME'] as const;

/** `pods`. */
export const pods = defineCommand({
  path: ['crictl', 'pods'],
  summary: 'show the sandboxes of pods',
  flags: [...crictlFlags, ...listFlags],
  changesWorld: false,
  examples: [{ line: 'crictl pods', shows: 'RUNTIME' }],
  *run(args: Arguments, settings: Settings) {
    const runtime = yield* runtimeOf(args, settings);
    const named = textFlag(args, 'state').toLowerCase();
    if (!(yield* connect(runtime))) return 1;
    if (named !== '' && POD_STATES[named] === undefined) return yield* logFatal('--state should be ready or notready');
    const listed = yield* listSandboxes(runtime);
    if (!listed.ok) return yield* fatal(runtime, `listing pod sandboxes: list pod sandboxes: call list sandboxes RPC: ${listed.error}`);
    const chosen = newest(args, listed.value.sandboxes.filter((pod) =>
      (named === '' || pod.state === POD_STATES[named]) && pod.id.startsWith(textFlag(args, 'id')) && matches(textFlag(args, 'name'), pod.name)
      && matches(textFlag(args, 'namespace'), pod.namespace)));
    const now = yield* cx.now();
    const short = (id: string): string => (isOn(args, 'no-trunc') ? id : shortId(id));
    return yield* print({
      args, runtime, doing: 'listing pod sandboxes', ids: chosen.map(({ id }) => id), json: { items: chosen.map(podJson) },
      rows: [PODS_HEADER, ...chosen.map((pod) => [
        short(pod.id), ago(pod.createdAt, now), pod.state === 'SANDBOX_READY' ? 'Ready' : 'NotReady', pod.name, pod.namespace, String(pod.attempt), '(default)',
      ])],
    });
  },
});

// ---- Images ----------------------------------------------------------------------------------------------------------

/** Name and tag: `docker.io/library/nginx:1.27` is cut at the last colon. */
function nameAndTag(tag: string): readonly [string, string] {
  const colon = tag.lastIndexOf(':');
  return colon > tag.lastIndexOf('/') ? [tag.slice(0, colon), tag.slice(colon + 1)] : [tag, '<none>'];
}

function imageRows(args: Arguments, image: CriImage): readonly (readonly string[])[] {
  const [repository = '<none>', digest = '<none>'] = (image.repoDigests[0] ?? '').split('@');
  const names = image.repoTags.length === 0 ? [[repository, '<none>'] as const] : image.repoTags.map(nameAndTag);
  const id = isOn(args, 'no-trunc') ? image.id : shortId(image.id);
  const shown = isOn(args, 'digests') ? [isOn(args, 'no-trunc') ? digest : shortId(digest)] : [];
  return names.map(([name, tag]) => [name, tag, ...shown, id, humanSize(image.size)]);
}

/** `images`. */
export const images = defineCommand({
  path: ['crictl', 'images'],
  summary: 'show images on the machine',
  flags: [
    ...crictlFlags, quietFlag, outputFlag,
    { name: 'digests', type: 'bool', summary: 'also digests' },
    { name: 'no-trunc', type: 'bool', summary: 'whole ids' },
  ],
  changesWorld: false,
  examples: [{ line: 'crictl images', shows: 'IMAGE ID' }],
  *run(args, settings) {
    const runtime = yield* runtimeOf(args, settings);
    if (!(yield* connect(runtime))) return 1;
    const listed = yield* listImages(runtime);
    if (!listed.ok) return yield* fatal(runtime, `listing images: ${listed.error}`);
    const sorted = [...listed.value.images].sort((a, b) => compareText(a.repoTags[0] ?? a.id, b.repoTags[0] ?? b.id));
    const header = ['IMAGE', 'TAG', ...(isOn(args, 'digests') ? ['DIGEST'] : []), 'IMAGE ID', 'SIZE'];
    return yield* print({
      args, runtime, doing: 'listing images', ids: sorted.map(({ id }) => id), json: { images: sorted.map(imageJson) },
      rows: [header, ...sorted.flatMap((image) => imageRows(args, image))],
    });
  },
});

/** The commands that list. */
export const listCommands = [ps, pods, images] as const;
