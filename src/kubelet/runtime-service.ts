/** The requests of the CRI, one by one. */
import { hex32 } from '../base/hex.ts';
import { cidrAddress, cidrSize, formatIPv4, parseCidr } from '../api/ip.ts';
import type { CriContainer, CriRequest, PodSandbox } from '../api/cri.ts';
import type { Draft } from '../api/overlay.ts';
import type { Outbox } from '../sim/process.ts';
import { execute } from './app-probe.ts';
import { logOf, planOf } from './behaviour.ts';
import { canonicalImage, isWebhookImage } from './images.ts';
import { type Asker, type ContainerRecord, dropImage, putContainer, refuse, respond, type Runtime } from './runtime-state.ts';
import { begin, kill, stop, tell } from './runtime-containers.ts';
import { pull } from './runtime-pull.ts';
import { healthAtFirst } from './guests/guest.ts';
import { forgetFiles } from './programs/files.ts';
import { commandMissing } from './programs/registry.ts';
import { containerStats, finalCpu, nodeStats, nodeWithRate, withRate } from './usage.ts';
import { openStream } from './runtime-streams.ts';

/** Latencies in µs, as containerd on a small machine shows them. */
const SANDBOX_TIME = 150_000;
const SANDBOX_JITTER = 250_000;
const CREATE_TIME = 20_000;
const CREATE_JITTER = 40_000;
const START_TIME = 30_000;
const START_JITTER = 50_000;
const TEARDOWN_TIME = 30_000;
const TEARDOWN_JITTER = 50_000;

type Of<Op extends CriRequest['op']> = Extract<CriRequest, { readonly op: Op }>;

/** Answers one request. */
export function answer(runtime: Runtime, asker: Asker, request: CriRequest): void {
  const { state } = runtime;
  switch (request.op) {
    case 'version': respond(runtime, asker, { version: '0.1.0', runtimeName: 'containerd', runtimeVersion: 'v2.1.5', runtimeApiVersion: 'v1' }); return;
    case 'status': respond(runtime, asker, { conditions: conditions(runtime) }); return;
    case 'updateRuntimeConfig': state.podCIDR = request.podCIDR; respond(runtime, asker, {}); return;
    case 'getContainerEvents': state.subscriber = asker.from; return;
    case 'listPodSandbox': respond(runtime, asker, { sandboxes: [...state.sandboxes.values()] }); return;
    case 'listContainers': respond(runtime, asker, { containers: [...state.containers.values()].map(record => record.info) }); return;
    case 'listContainerStats': respond(runtime, asker, statsOf(runtime, request)); return;
    case 'listImages': respond(runtime, asker, { images: [...state.images.values()] }); return;
    case 'runPodSandbox': runSandbox(runtime, asker, request); return;
    case 'stopPodSandbox': stopSandbox(runtime, asker, request.id); return;
    case 'removePodSandbox': removeSandbox(runtime, asker, request.id); return;
    case 'createContainer': create(runtime, asker, request); return;
    case 'startContainer': start(runtime, asker, request.id); return;
    case 'stopContainer': stopContainer(runtime, asker, request); return;
    case 'removeContainer': remove(runtime, asker, request.id); return;
    case 'containerLogs': logs(runtime, asker, request); return;
    case 'execSync': exec(runtime, asker, request); return;
    case 'openStream': openStream(runtime, asker, request); return;
    case 'pullImage': pull(runtime, asker, request.image); return;
    case 'removeImage': dropImage(runtime, canonicalImage(request.image)); respond(runtime, asker, {}); return;
  }
}

function conditions(runtime: Runtime): readonly object[] {
  const network = runtime.state.podCIDR !== '';
  return [
    { type: 'RuntimeReady', status: true, reason: '', message: '' },
    network ? { type: 'NetworkReady', status: true, reason: '', message: '' }
      : { type: 'NetworkReady', status: false, reason: 'NetworkPluginNotReady', message: 'Network plugin returns error: cni plugin not initialized' },
  ];
}

/** 64 hexadecimal digits from two draws. Joined, because a text that grew by adding is kept in pieces until somebody compares it. */
function newId(out: Outbox): string {
  let word = out.draw('id', 0x100000000);
  const step = out.draw('id', 0x100000000) | 1;
  const words: string[] = [];
  for (let i = 0; i < 8; i++) {
    word = Math.imul(word ^ (word >>> 15), 0x2c1b3c6d) + step;
    words.push(hex32(word));
  }
  return words.join('');
}

// ---- Sandboxes -------------------------------------------------------------------------------------------------------

function runSandbox(runtime: Runtime, asker: Asker, { config }: Of<'runPodSandbox'>): void {
  const { state, out } = runtime;
  const id = newId(out);
  const ip = config.hostNetwork ? '' : allocate(runtime, id);
  const after = SANDBOX_TIME + out.draw('latency', SANDBOX_JITTER);
  if (ip === undefined) {
    const why = state.podCIDR === '' ? 'cni plugin not initialized' : `plugin type="bridge" failed (add): failed to allocate for range 0: no IP addresses available in range set: ${rangeText(state.podCIDR)}`;
    refuse(runtime, asker, 'Unknown', `failed to setup network for sandbox "${id}": ${why}`, after);
    return;
  }
  const { name, namespace, uid, attempt, hostNetwork, labels } = config;
  const sandbox: PodSandbox = Object.freeze({ id, name, namespace, uid, attempt, state: 'SANDBOX_READY', ip, hostNetwork, createdAt: out.now + after, labels });
  state.sandboxes.set(id, sandbox);
  respond(runtime, asker, { sandbox }, after);
}

/** The next free address after the last one, as the host-local plugin hands them out. The first is the bridge's. */
function allocate(runtime: Runtime, id: string): string | undefined {
  const { state } = runtime;
  const range = parseCidr(state.podCIDR);
  if (range === undefined) return undefined;
  const usable = cidrSize(range) - 3;
  for (let tried = 0; tried < usable; tried++) {
    state.lastAddress = state.lastAddress >= usable + 1 ? 2 : state.lastAddress + 1;
    const ip = formatIPv4(cidrAddress(range, state.lastAddress) ?? 0);
    if (state.addresses.has(ip)) continue;
    state.addresses.set(ip, id);
    return ip;
  }
  return undefined;
}

function rangeText(podCIDR: string): string {
  const range = parseCidr(podCIDR);
  return range === undefined ? podCIDR : `${formatIPv4(range.base + 1)}-${formatIPv4(range.base + cidrSize(range) - 2)}`;
}

function stopSandbox(runtime: Runtime, asker: Asker, id: string): void {
  const { state, out } = runtime;
  const sandbox = state.sandboxes.get(id);
  if (sandbox !== undefined && sandbox.state === 'SANDBOX_READY') {
    state.addresses.delete(sandbox.ip);
    state.sandboxes.set(id, Object.freeze({ ...sandbox, state: 'SANDBOX_NOTREADY' as const }));
    if (asker.from !== state.subscriber) tell(runtime, { type: 'cri.event', podUid: sandbox.uid, containerId: id });
    for (const record of containersOf(runtime, id)) kill(runtime, record);
  }
  respond(runtime, asker, {}, TEARDOWN_TIME + out.draw('latency', TEARDOWN_JITTER));
}

function removeSandbox(runtime: Runtime, asker: Asker, id: string): void {
  const { state } = runtime;
  const sandbox = state.sandboxes.get(id);
  if (sandbox !== undefined) {
    for (const record of containersOf(runtime, id)) {
      kill(runtime, record);
      forgetContainer(state, record.info.id);
      forgetFiles(runtime, record.info.id);
    }
    state.addresses.delete(sandbox.ip);
    state.sandboxes.delete(id);
  }
  respond(runtime, asker, {});
}

function containersOf(runtime: Runtime, sandboxId: string): readonly ReturnType<typeof putContainer>[] {
  return [...runtime.state.containers.values()].filter(record => record.info.sandboxId === sandboxId);
}

/** Label of the pods of a Job. */
const JOB_NAME = 'batch.kubernetes.io/job-name';

// ---- Containers ------------------------------------------------------------------------------------------------------

function create(runtime: Runtime, asker: Asker, { sandboxId, config }: Of<'createContainer'>): void {
  const { state, out } = runtime;
  const sandbox = state.sandboxes.get(sandboxId);
  if (sandbox === undefined) { refuse(runtime, asker, 'NotFound', `failed to find sandbox id "${sandboxId}": not found`); return; }
  if (sandbox.state === 'SANDBOX_NOTREADY') { refuse(runtime, asker, 'Unknown', `sandbox container "${sandboxId}" is not running`); return; }
  const name = canonicalImage(config.image);
  const image = state.images.get(name);
  if (image === undefined) { refuse(runtime, asker, 'NotFound', `failed to get image from containerd "${config.image}": image "${name}": not found`); return; }
  const after = CREATE_TIME + out.draw('latency', CREATE_JITTER);
  const info: CriContainer = {
    id: newId(out), sandboxId, name: config.name, podName: sandbox.name, podNamespace: sandbox.namespace, podUid: sandbox.uid, attempt: config.attempt,
    image: config.image, imageRef: image.repoDigests[0] ?? image.id, state: 'CONTAINER_CREATED', createdAt: out.now + after, startedAt: 0, finishedAt: 0,
    exitCode: 0, reason: '', message: '',
  };
  const { command, args, env, memoryLimitBytes, input } = config;
  const program = { image: name, command, args, env, isTask: sandbox.labels[JOB_NAME] !== undefined, ...(memoryLimitBytes !== undefined ? { memoryLimit: memoryLimitBytes } : {}) };
  const reading = input === undefined ? undefined : planOf({ ...program, hasInput: true });
  const plan = reading?.reads !== undefined && commandMissing(name, reading.reads) === undefined ? reading : planOf(program);
  const { serviceAccount = 'default', cpuLimitMilli } = config;
  const record: Draft<ContainerRecord> = { info, plan, env, health: healthAtFirst(plan) };
  if (plan.reads !== undefined && input !== undefined) record.input = input;
  if (memoryLimitBytes !== undefined) record.memoryLimitBytes = memoryLimitBytes;
  if (cpuLimitMilli !== undefined) record.cpuLimitMilli = cpuLimitMilli;
  if (plan.guest === true) record.guest = { serviceAccount, args };
  if (args.length > 0 && isWebhookImage(name)) record.args = args;
  putContainer(runtime, record as ContainerRecord);
  respond(runtime, asker, { id: info.id, imageRef: info.imageRef }, after);
}

/** Samples of the running containers and of the machine. */
function statsOf({ state, out }: Runtime, { cores, rates }: Of<'listContainerStats'>): object {
  const records = [...state.containers.values()];
  const of = { now: out.now, cores, gone: state.goneCpu };
  const stats = records.map(record => (rates === true ? withRate(record, out.now, cores) : containerStats(record, out.now, cores))).filter(sample => sample !== undefined);
  return { stats, node: rates === true ? nodeWithRate(records, out.node, of) : nodeStats(records, out.node, of) };
}

function start(runtime: Runtime, asker: Asker, id: string): void {
  const { state, out } = runtime;
  const record = state.containers.get(id);
  if (record === undefined) { refuseMissing(runtime, asker, id); return; }
  const after = START_TIME + out.draw('latency', START_JITTER);
  const { startError } = record.plan;
  if (startError !== undefined) {
    const at = out.now + after;
    putContainer(runtime, { ...record, info: { ...record.info, state: 'CONTAINER_EXITED', startedAt: 0, finishedAt: at, exitCode: 128, reason: 'StartError', message: startError } });
    refuse(runtime, asker, 'Unknown', startError, after);
    return;
  }
  begin(runtime, record, out.now + after);
  respond(runtime, asker, {}, after);
}

function stopContainer(runtime: Runtime, asker: Asker, request: Of<'stopContainer'>): void {
  const record = runtime.state.containers.get(request.id);
  if (record === undefined) { refuseMissing(runtime, asker, request.id); return; }
  if (record.info.state === 'CONTAINER_RUNNING') stop(runtime, record, asker, request.timeout);
  else respond(runtime, asker, { container: record.info });
}

function remove(runtime: Runtime, asker: Asker, id: string): void {
  const record = runtime.state.containers.get(id);
  if (record !== undefined) {
    kill(runtime, record);
    forgetContainer(runtime.state, id);
    forgetFiles(runtime, id);
  }
  respond(runtime, asker, {});
}

function logs(runtime: Runtime, asker: Asker, request: Of<'containerLogs'>): void {
  const record = runtime.state.containers.get(request.id);
  if (record === undefined) { refuseMissing(runtime, asker, request.id); return; }
  const { info, plan } = record;
  const until = info.state === 'CONTAINER_EXITED' ? info.finishedAt : runtime.out.now;
  const all = info.startedAt === 0 ? [] : logOf(plan, info.startedAt, until);
  const lines = request.tailLines === undefined ? all : request.tailLines === 0 ? [] : all.slice(-request.tailLines);
  respond(runtime, asker, { lines: lines.map(line => line.text), times: lines.map(line => line.at) });
}

function exec(runtime: Runtime, asker: Asker, request: Of<'execSync'>): void {
  const record = runtime.state.containers.get(request.id);
  if (record === undefined || record.info.state !== 'CONTAINER_RUNNING') { refuseMissing(runtime, asker, request.id); return; }
  const { exitCode, output } = execute(record.plan, request.command, runtime.out.now - record.info.startedAt);
  respond(runtime, asker, { exitCode, output });
}

/** The machine keeps what its containers have taken. */
function forgetContainer(state: Runtime['state'], id: string): void {
  const record = state.containers.get(id);
  if (record !== undefined) state.goneCpu += finalCpu(record);
  state.containers.delete(id);
}

function refuseMissing(runtime: Runtime, asker: Asker, id: string): void {
  refuse(runtime, asker, 'NotFound', `an error occurred when try to find container "${id}": not found`);
}
