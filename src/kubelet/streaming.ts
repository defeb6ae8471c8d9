/**
 * The kubelet's streaming server: exec, attach, port-forward and followed logs of its pods, relayed between the API server and the runtime.
 *
 * @source kubernetes/kubernetes pkg/kubelet/server/server.go, pkg/kubelet/kubelet_pods.go (GetExec, GetAttach, GetPortForward)
 */
import type { ProcessId } from '../base/data.ts';
import { bytesOf } from '../base/bytes.ts';
import { decodeBase64 } from '../api/base64.ts';
import type { Pod } from '../api/kinds/core/pod.ts';
import type { KubeObject } from '../api/meta.ts';
import type { MountedVolume } from '../api/cri.ts';
import { brokenStream, type StreamFrame, type StreamStatus } from '../api/stream.ts';
import { ask } from './cri-client.ts';
import { containerForLogs, sinceOf } from './logs.ts';
import { isMain, type Kubelet, type KubeletMessage, type OpenMessage, type PodWorker, workOf } from './state.ts';

/** Whether a program is behind a stream: one that it starts, or the container's own. */
const runsPrograms = (op: OpenMessage['request']['op']): boolean => op === 'exec' || op === 'attach';

/** Opens a stream: finds the container, and asks the runtime. */
export function streamAsked(kubelet: Kubelet, from: ProcessId, message: OpenMessage): void {
  const { state, out } = kubelet;
  const { namespace, pod, request } = message;
  const refuse = (code: number, text: string): void => { out.send(from, { type: 'kubelet.response', id: message.id, ok: false, code, body: { message: text } } satisfies KubeletMessage); };
  const worker = state.workers.get(state.names.get(`${namespace}/${pod}`) ?? '');
  if (worker === undefined) { refuse(404, `pod "${pod}" not found in namespace "${namespace}"`); return; }
  const found = request.op === 'portForward' ? sandboxOf(worker) : containerOf(worker, message);
  if (!found.ok) { refuse(found.code, found.error); return; }
  const scene = { hostname: worker.pod.spec.hostname ?? worker.pod.metadata.name, mounts: runsPrograms(request.op) ? mountsOf(worker, found.container) : [] };
  const { timestamps = false, tailLines, limitBytes } = message.options;
  const since = sinceOf(message.options, out.now);
  const log = { timestamps, ...(tailLines === undefined ? {} : { tailLines }), ...(since === undefined ? {} : { since }), ...(limitBytes === undefined ? {} : { limitBytes }) };
  const id = ask(kubelet, { op: 'openStream', id: found.id, request, scene, log }, { op: 'openStream', uid: worker.uid, container: found.container, at: out.now, extra: { opener: from, id: message.id } });
  state.streams.set(id, Object.freeze({ to: from, id: message.id }));
  state.streamsOf.set(`${from} ${message.id}`, id);
}

type Found =
  | { readonly ok: true; readonly id: string; readonly container: string; readonly work: PodWorker['containers'][number] }
  | { readonly ok: false; readonly code: number; readonly error: string };

function sandboxOf(worker: PodWorker): Found {
  const work = worker.containers.find(isMain);
  if (worker.sandboxId === '' || work === undefined) return { ok: false, code: 500, error: `failed to find sandbox for pod "${worker.pod.metadata.name}"` };
  return { ok: true, id: worker.sandboxId, container: '', work };
}

function containerOf(worker: PodWorker, { container, request, options, pod }: OpenMessage): Found {
  const name = container !== '' ? container : worker.pod.spec.containers[0]?.name ?? '';
  const work = workOf(worker, name);
  if (work === undefined) return { ok: false, code: 400, error: `container "${name}" in pod "${pod}" is not available` };
  if (request.op === 'logs') {
    const found = containerForLogs(work, pod, options.previous === true);
    return found.ok ? { ok: true, id: found.id, container: name, work } : { ok: false, code: 400, error: found.error };
  }
  if (work.state !== 'running' && work.state !== 'stopping') return { ok: false, code: 500, error: `container not found ("${name}")` };
  return { ok: true, id: work.id, container: name, work };
}

/** Frames of the API server go to the runtime. */
export function fromOpener(kubelet: Kubelet, from: ProcessId, message: { readonly id: number; readonly frames: readonly StreamFrame[]; readonly end?: true | StreamStatus }): void {
  const { state, out } = kubelet;
  const id = state.streamsOf.get(`${from} ${message.id}`);
  if (id === undefined) return;
  out.send(state.config.runtime, { type: 'cri.stream', id, frames: message.frames, ...(message.end === undefined ? {} : { end: true }) });
  if (message.end !== undefined) forget(kubelet, id);
}

/** Frames of the runtime go to whoever opened the stream. */
export function fromStream(kubelet: Kubelet, message: { readonly id: number; readonly frames: readonly StreamFrame[]; readonly end?: StreamStatus | true }): void {
  const stream = kubelet.state.streams.get(message.id);
  if (stream === undefined) return;
  const end = message.end === true ? undefined : message.end;
  kubelet.out.send(stream.to, { type: 'kubelet.stream', id: stream.id, frames: message.frames, ...(end === undefined ? {} : { end }) });
  if (end !== undefined) forget(kubelet, message.id);
}

/** The runtime agreed, or not. */
export function streamOpened(kubelet: Kubelet, opener: { readonly opener: ProcessId; readonly id: number }, error?: string): void {
  const { state, out } = kubelet;
  if (error === undefined) { out.send(opener.opener, { type: 'kubelet.response', id: opener.id, ok: true, body: {} } satisfies KubeletMessage); return; }
  const id = state.streamsOf.get(`${opener.opener} ${opener.id}`);
  if (id !== undefined) forget(kubelet, id);
  out.send(opener.opener, { type: 'kubelet.response', id: opener.id, ok: false, code: 500, body: { message: error } } satisfies KubeletMessage);
}

function forget({ state }: Kubelet, id: number): void {
  const stream = state.streams.get(id);
  state.streams.delete(id);
  if (stream !== undefined) state.streamsOf.delete(`${stream.to} ${stream.id}`);
}

/** The runtime is gone, and everything that went through it; or an API server is, and wants nothing any more. */
export function streamsLost(kubelet: Kubelet, peer: ProcessId): void {
  const { state, out } = kubelet;
  if (state.streams.size === 0) return;
  for (const [id, stream] of [...state.streams]) {
    if (peer === state.config.runtime) {
      forget(kubelet, id);
      out.send(stream.to, { type: 'kubelet.stream', id: stream.id, frames: [], end: brokenStream('error stream copy: EOF') });
    } else if (stream.to === peer) fromOpener(kubelet, peer, { id: stream.id, frames: [], end: true });
  }
}

// ---- What a container finds mounted ----------------------------------------------------------------------------------

/** @fidelity simplified: volumes of claims and host paths are shared within a pod only; projected tokens are not mounted */
function mountsOf(worker: PodWorker, name: string): readonly MountedVolume[] {
  const { pod, sources } = worker;
  const spec = [...pod.spec.containers, ...(pod.spec.initContainers ?? []), ...(pod.spec.ephemeralContainers ?? [])].find(container => container.name === name);
  return (spec?.volumeMounts ?? []).map(({ name: volume, mountPath = '', readOnly, subPath }) => {
    const files = filesOf(pod, volume, sources ?? {});
    const path = mountPath.length > 1 && mountPath.endsWith('/') ? mountPath.slice(0, -1) : mountPath;
    if (files === undefined) return { path, volume: `${worker.uid}/${volume}${subPath === undefined ? '' : `/${subPath}`}`, readOnly: readOnly === true };
    const only = subPath === undefined ? files : { '': files[subPath] ?? '' };
    return { path, volume: '', readOnly: true, files: only };
  });
}

function filesOf(pod: Pod, name: string, sources: Readonly<Record<string, KubeObject | null>>): Readonly<Record<string, string>> | undefined {
  const volume = (pod.spec.volumes ?? []).find(one => one.name === name);
  if (volume === undefined) return {};
  if (volume.configMap !== undefined) return dataOf(sources[`ConfigMap/${volume.configMap.name ?? ''}`], volume.configMap.items);
  if (volume.secret !== undefined) return dataOf(sources[`Secret/${volume.secret.secretName ?? ''}`], volume.secret.items);
  if ((volume as { readonly projected?: object }).projected !== undefined) return { namespace: pod.metadata.namespace ?? '' };
  return undefined;
}

function dataOf(object: KubeObject | null | undefined, items: readonly { readonly key: string; readonly path: string }[] | undefined): Readonly<Record<string, string>> {
  const { data = {}, binaryData = {} } = (object ?? {}) as { readonly data?: Readonly<Record<string, string>>; readonly binaryData?: Readonly<Record<string, string>> };
  const isSecret = object?.kind === 'Secret';
  const all = new Map([
    ...Object.entries(data).map(([key, value]): [string, string] => [key, isSecret ? decodeBase64(value) : bytesOf(value)]),
    ...Object.entries(binaryData).map(([key, value]): [string, string] => [key, decodeBase64(value)]),
  ]);
  if (items === undefined) return Object.fromEntries(all);
  return Object.fromEntries(items.filter(({ key }) => all.has(key)).map(({ key, path }) => [path, all.get(key) ?? '']));
}
