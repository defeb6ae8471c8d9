/** `crictl stop`, `rm`, `stopp`, `rmp` and `pull`. @source kubernetes-sigs/cri-tools cmd/crictl/container.go, sandbox.go, image.go */
import { micros, type Result, seconds } from '../../../base/data.ts';
import type { Conversation } from '../../../sim/conversation.ts';
import { type Arguments, type Command, cx, defineCommand, type Flag, type Settings } from '../../command.ts';
import { crictlFlags } from '../../flags.ts';
import { isOn, numberFlag, operands } from '../../options.ts';
import { aggregate, call, connect, fatal, findById, idsOf, listContainers, listImages, listSandboxes, LONG, type Runtime, runtimeOf } from './client.ts';

const forceFlag: Flag = { name: 'force', short: 'f', type: 'bool', summary: 'stop it first' };
const allFlag = (what: string): Flag => ({ name: 'all', short: 'a', type: 'bool', summary: `all ${what}` });

/** What a command without operands shows. @source urfave/cli ShowSubcommandHelp */
function* showUsage(command: Pick<Command, 'path' | 'summary'>, operandsText: string): Conversation<number> {
  const name = command.path.join(' ');
  yield* cx.print(`NAME:\n   ${name} - ${command.summary}\n\nUSAGE:\n   ${name} [command options] ${operandsText}\n`);
  return 0;
}

/** Seconds to wait: how long the answer may take is that and the usual time. */
const stopWithin = (runtime: Runtime, timeout: number): ReturnType<typeof micros> => micros(runtime.timeout + seconds(timeout));

function* stopOne(runtime: Runtime, id: string, timeout: number): Conversation<Result<null, string>> {
  const listed = yield* listContainers(runtime);
  if (!listed.ok) return listed;
  const container = findById(listed.value.containers, id, 'container');
  if (!container.ok) return container;
  const stopped = yield* call<object>(runtime, { op: 'stopContainer', id: container.value.id, timeout }, stopWithin(runtime, timeout));
  if (!stopped.ok) return stopped;
  yield* cx.print(`${id}\n`);
  return { ok: true, value: null };
}

/** `stop`: without a time-out the container is killed at once. */
export const stop = defineCommand({
  path: ['crictl', 'stop'],
  summary: 'stop containers',
  flags: [
    ...crictlFlags.filter(({ name }) => name !== 'timeout'),
    { name: 'timeout', short: 't', type: 'int', summary: 'seconds from the gentle signal to the killing one' },
    allFlag('that run'),
  ],
  changesWorld: true,
  examples: [],
  *run(args, settings) {
    const runtime = yield* runtimeOf(args, settings);
    if (!(yield* connect(runtime))) return 1;
    const given = idsOf(args);
    const isAll = isOn(args, 'all');
    if (isAll && given.length > 0) return yield* refuse('cannot specify CONTAINER-ID(s) when using --all');
    if (!isAll && given.length === 0) return yield* refuse('you must specify at least one CONTAINER-ID or use --all');
    const running = isAll ? yield* runningIds(runtime) : given;
    if (running.length === 0) yield* cx.print('No running containers found.\n');
    for (const id of running) {
      const stopped = yield* stopOne(runtime, id, Math.max(0, numberFlag(args, 'timeout') ?? 0));
      if (!stopped.ok) return yield* fatal(runtime, `stopping the container "${id}": ${stopped.error}`);
    }
    return 0;
  },
});

function* refuse(message: string): Conversation<number> {
  yield* cx.printError(`${message}\n`);
  return 1;
}

function* runningIds(runtime: Runtime): Conversation<readonly string[]> {
  const listed = yield* listContainers(runtime);
  return listed.ok ? listed.value.containers.filter(({ state }) => state === 'CONTAINER_RUNNING').map(({ id }) => id) : [];
}

/** Does the same to each id and tells all failures together. */
function* each(runtime: Runtime, ids: readonly string[], remove: (id: string) => Conversation<Result<null, string>>): Conversation<number> {
  const errors: string[] = [];
  for (const id of ids) {
    const removed = yield* remove(id);
    if (!removed.ok) errors.push(removed.error);
  }
  return errors.length === 0 ? 0 : yield* fatal(runtime, aggregate(errors));
}

const done: Result<null, string> = { ok: true, value: null };
const failed = (error: string): Result<null, string> => ({ ok: false, error });

/** `rm`. */
export const rm = defineCommand({
  path: ['crictl', 'rm'],
  summary: 'remove containers',
  flags: [...crictlFlags, forceFlag, allFlag('containers')],
  changesWorld: true,
  examples: [],
  *run(args, settings) {
    const runtime = yield* runtimeOf(args, settings);
    if (!(yield* connect(runtime))) return 1;
    const listed = yield* listContainers(runtime);
    if (!listed.ok) return yield* fatal(runtime, listed.error);
    const ids = isOn(args, 'all') ? listed.value.containers.map(({ id }) => id) : idsOf(args);
    if (ids.length === 0 && isOn(args, 'all')) { yield* cx.printError('INFO[0000] No containers to remove\n'); return 0; }
    if (ids.length === 0) return yield* showUsage(rm, 'CONTAINER-ID [CONTAINER-ID...]');
    return yield* each(runtime, ids, (id) => removeContainer(runtime, id, isOn(args, 'force')));
  },
});

function* removeContainer(runtime: Runtime, id: string, force: boolean): Conversation<Result<null, string>> {
  const listed = yield* listContainers(runtime);
  const found = listed.ok ? findById(listed.value.containers, id, 'container') : listed;
  if (!found.ok) return failed(`getting container status "${id}": ${found.error}`);
  if (found.value.state === 'CONTAINER_RUNNING') {
    if (!force) return failed(`container "${id}" is running, please stop it first`);
    const stopped = yield* stopOne(runtime, id, 0);
    if (!stopped.ok) return failed(`stopping the container "${id}": ${stopped.error}`);
  }
  const removed = yield* call<object>(runtime, { op: 'removeContainer', id: found.value.id });
  if (!removed.ok) return failed(`removing container "${id}": ${removed.error}`);
  yield* cx.print(`${id}\n`);
  return done;
}

// ---- Pods ------------------------------------------------------------------------------------------------------------

function* stopPod(runtime: Runtime, id: string): Conversation<Result<null, string>> {
  const listed = yield* listSandboxes(runtime);
  const found = listed.ok ? findById(listed.value.sandboxes, id, 'sandbox') : listed;
  if (!found.ok) return found;
  const stopped = yield* call<object>(runtime, { op: 'stopPodSandbox', id: found.value.id });
  if (!stopped.ok) return stopped;
  yield* cx.print(`Stopped sandbox ${id}\n`);
  return done;
}

/** `stopp`. */
export const stopp = defineCommand({
  path: ['crictl', 'stopp'],
  summary: 'stop the sandboxes of pods, with their containers',
  flags: crictlFlags,
  changesWorld: true,
  examples: [],
  *run(args: Arguments, settings: Settings) {
    const ids = idsOf(args);
    if (ids.length === 0) return yield* showUsage(stopp, 'POD-ID [POD-ID...]');
    const runtime = yield* runtimeOf(args, settings);
    if (!(yield* connect(runtime))) return 1;
    for (const id of ids) {
      const stopped = yield* stopPod(runtime, id);
      if (!stopped.ok) return yield* fatal(runtime, `stopping the pod sandbox "${id}": ${stopped.error}`);
    }
    return 0;
  },
});

/** `rmp`. */
export const rmp = defineCommand({
  path: ['crictl', 'rmp'],
  summary: 'remove the sandboxes of pods',
  flags: [...crictlFlags, forceFlag, allFlag('pods')],
  changesWorld: true,
  examples: [],
  *run(args, settings) {
    const runtime = yield* runtimeOf(args, settings);
    if (!(yield* connect(runtime))) return 1;
    const listed = yield* listSandboxes(runtime);
    if (!listed.ok) return yield* fatal(runtime, listed.error);
    const ids = isOn(args, 'all') ? listed.value.sandboxes.map(({ id }) => id) : idsOf(args);
    if (ids.length === 0 && isOn(args, 'all')) { yield* cx.printError('INFO[0000] No pods to remove\n'); return 0; }
    if (ids.length === 0) return yield* showUsage(rmp, 'POD-ID [POD-ID...]');
    return yield* each(runtime, ids, (id) => removePod(runtime, id, isOn(args, 'force')));
  },
});

function* removePod(runtime: Runtime, id: string, force: boolean): Conversation<Result<null, string>> {
  const listed = yield* listSandboxes(runtime);
  const found = listed.ok ? findById(listed.value.sandboxes, id, 'sandbox') : listed;
  if (!found.ok) return failed(`getting sandbox status of pod "${id}": ${found.error}`);
  if (found.value.state === 'SANDBOX_READY') {
    if (!force) return failed(`pod sandbox "${id}" is running, please stop it first`);
    const stopped = yield* stopPod(runtime, id);
    if (!stopped.ok) return failed(`stopping the pod sandbox "${id}" failed: ${stopped.error}`);
  }
  const removed = yield* call<object>(runtime, { op: 'removePodSandbox', id: found.value.id });
  if (!removed.ok) return failed(`removing the pod sandbox "${id}": ${removed.error}`);
  yield* cx.print(`Removed sandbox ${id}\n`);
  return done;
}

// ---- Images ----------------------------------------------------------------------------------------------------------

/** `pull`. */
export const pull = defineCommand({
  path: ['crictl', 'pull'],
  summary: 'pull an image from its registry',
  flags: crictlFlags,
  changesWorld: true,
  examples: [{ line: 'crictl pull busybox:1.36', shows: 'Image is up to date for sha256:' }],
  *run(args, settings) {
    const runtime = yield* runtimeOf(args, settings);
    const [image, ...more] = operands(args, 'images');
    if (image === undefined) return yield* fatal(runtime, 'image name cannot be empty');
    if (more.length > 0) return yield* showUsage(pull, 'NAME[:TAG|@DIGEST]');
    if (!(yield* connect(runtime))) return 1;
    const pulled = yield* call<{ readonly imageRef: string }>(runtime, { op: 'pullImage', image }, LONG);
    if (!pulled.ok) return yield* fatal(runtime, `pulling image: ${pulled.error}`);
    const listed = yield* listImages(runtime);
    const { imageRef } = pulled.value;
    const id = listed.ok ? listed.value.images.find(({ repoDigests }) => repoDigests.includes(imageRef))?.id : undefined;
    yield* cx.print(`Image is up to date for ${id ?? imageRef}\n`);
    return 0;
  },
});

/** The commands that change something. */
export const changeCommands = [stop, rm, stopp, rmp, pull] as const;
