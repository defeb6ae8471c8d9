/** `crictl inspect`, `inspectp`, `info` and `version`. @source kubernetes-sigs/cri-tools cmd/crictl/container.go, sandbox.go, info.go, version.go */
import type { Conversation } from '../../../sim/conversation.ts';
import { type Arguments, cx, defineCommand, type Flag } from '../../command.ts';
import { crictlFlags } from '../../flags.ts';
import { textFlag } from '../../options.ts';
import { toYaml } from '../../yaml.ts';
import { call, connect, fatal, findById, idsOf, imageOf, listContainers, listImages, listSandboxes, type Runtime, runtimeOf } from './client.ts';
import { containerStatusJson, podStatusJson } from './status-json.ts';
import { indentedJson } from './words.ts';

const outputFlag: Flag = { name: 'output', short: 'o', type: 'string', summary: 'form of the output', choices: ['json', 'yaml'] };

/** Prints one status by itself and several as a list. */
function* print(args: Arguments, runtime: Runtime, statuses: readonly object[]): Conversation<number> {
  const [only] = statuses;
  const value = statuses.length === 1 && only !== undefined ? only : statuses;
  const form = textFlag(args, 'output') || 'json';
  if (form !== 'json' && form !== 'yaml') return yield* fatal(runtime, `unsupported format: "${form}"`);
  yield* cx.print(form === 'json' ? `${indentedJson(value)}\n` : `${toYaml(value)}\n`);
  return 0;
}

function* nothing(): Conversation<number> {
  yield* cx.printError('ERRO[0000] No IDs provided or nothing found per filter\n');
  return 0;
}

/** `inspect`. */
export const inspect = defineCommand({
  path: ['crictl', 'inspect'],
  summary: 'show everything about containers',
  flags: [...crictlFlags, outputFlag],
  changesWorld: false,
  examples: [{ line: 'crictl inspect', shows: '"imageRef"' }],
  *run(args, settings) {
    const runtime = yield* runtimeOf(args, settings);
    if (!(yield* connect(runtime))) return 1;
    const listed = yield* listContainers(runtime);
    if (!listed.ok) return yield* fatal(runtime, `listing containers: call list containers RPC: ${listed.error}`);
    const known = yield* listImages(runtime);
    const images = known.ok ? known.value.images : [];
    const { containers } = listed.value;
    const given = idsOf(args);
    const ids = given.length > 0 ? given : containers.filter(({ state }) => state === 'CONTAINER_RUNNING').map(({ id }) => id);
    if (ids.length === 0) return yield* nothing();
    const statuses: object[] = [];
    for (const id of ids) {
      const container = findById(containers, id, 'container');
      if (!container.ok) return yield* fatal(runtime, `get the status of containers: get container status: ${container.error}`);
      statuses.push(containerStatusJson(container.value, imageOf(container.value, images)));
    }
    return yield* print(args, runtime, statuses);
  },
});

/** `inspectp`. */
export const inspectp = defineCommand({
  path: ['crictl', 'inspectp'],
  summary: 'show everything about the sandboxes of pods',
  flags: [...crictlFlags, outputFlag],
  changesWorld: false,
  examples: [{ line: 'crictl inspectp', shows: '"network"' }],
  *run(args, settings) {
    const runtime = yield* runtimeOf(args, settings);
    if (!(yield* connect(runtime))) return 1;
    const listed = yield* listSandboxes(runtime);
    if (!listed.ok) return yield* fatal(runtime, `listing pod sandboxes: call list sandboxes RPC: ${listed.error}`);
    const { sandboxes } = listed.value;
    const given = idsOf(args);
    const ids = given.length > 0 ? given : sandboxes.map(({ id }) => id);
    if (ids.length === 0) return yield* nothing();
    const statuses: object[] = [];
    for (const id of ids) {
      const pod = findById(sandboxes, id, 'sandbox');
      if (!pod.ok) return yield* fatal(runtime, `get the status of pod sandboxes: get pod sandbox status: ${pod.error}`);
      statuses.push(podStatusJson(pod.value));
    }
    return yield* print(args, runtime, statuses);
  },
});

interface Condition { readonly type: string; readonly status: boolean; readonly reason: string; readonly message: string }

/** `info`. */
export const info = defineCommand({
  path: ['crictl', 'info'],
  summary: 'show how the runtime is',
  flags: [...crictlFlags, outputFlag],
  changesWorld: false,
  examples: [{ line: 'crictl info', shows: '"RuntimeReady"' }],
  *run(args, settings) {
    const runtime = yield* runtimeOf(args, settings);
    if (!(yield* connect(runtime))) return 1;
    const answer = yield* call<{ readonly conditions: readonly Condition[] }>(runtime, { op: 'status' });
    if (!answer.ok) return yield* fatal(runtime, `getting status of runtime: ${answer.error}`);
    const conditions = answer.value.conditions.map(({ message, reason, status, type }) => ({ message, reason, status, type }));
    const network = conditions.find(({ type }) => type === 'NetworkReady');
    const loaded = network?.status === false ? 'cni config load failed: no network config found in /etc/cni/net.d: cni plugin not initialized: failed to load cni config' : 'OK';
    return yield* print(args, runtime, [{ lastCNILoadStatus: loaded, 'lastCNILoadStatus.default': loaded, status: { conditions } }]);
  },
});

/** `version`. */
export const version = defineCommand({
  path: ['crictl', 'version'],
  summary: 'show the version of the runtime',
  flags: crictlFlags,
  changesWorld: false,
  examples: [{ line: 'crictl version', shows: 'RuntimeName:  containerd' }],
  *run(args, settings) {
    const runtime = yield* runtimeOf(args, settings);
    if (!(yield* connect(runtime))) return 1;
    const answer = yield* call<{ readonly version: string; readonly runtimeName: string; readonly runtimeVersion: string; readonly runtimeApiVersion: string }>(runtime, { op: 'version' });
    if (!answer.ok) return yield* fatal(runtime, `getting the runtime version: ${answer.error}`);
    const { version: api, runtimeName, runtimeVersion, runtimeApiVersion } = answer.value;
    yield* cx.print(`Version:  ${api}\nRuntimeName:  ${runtimeName}\nRuntimeVersion:  ${runtimeVersion}\nRuntimeApiVersion:  ${runtimeApiVersion}\n`);
    return 0;
  },
});

/** The commands that look closely. */
export const inspectCommands = [inspect, inspectp, info, version] as const;
