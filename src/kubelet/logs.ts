/**
 * Logs of containers for the API server (port 10250, /containerLogs).
 *
 * @source kubernetes/kubernetes pkg/kubelet/kubelet_pods.go (validateContainerLogStatus, GetKubeletContainerLogs)
 * @fidelity simplified: `follow` gives what is there now
 */
import { bytesOf, textOf } from '../base/bytes.ts';
import { micros, type ProcessId } from '../base/data.ts';
import { formatMicroTime, parseTime } from '../api/time.ts';
import type { LogBody, RequestOptions } from '../api/wire.ts';
import { ask } from './cri-client.ts';
import { type ContainerWork, type Kubelet, type KubeletMessage, workOf } from './state.ts';

/** Answers a log request, or asks the runtime for the lines. */
export function logsAsked(kubelet: Kubelet, from: ProcessId, message: KubeletMessage & { readonly type: 'kubelet.logs' }): void {
  const { state, out } = kubelet;
  const { namespace, pod, options } = message;
  const worker = state.workers.get(state.names.get(`${namespace}/${pod}`) ?? '');
  const refuse = (code: number, text: string): void => { out.send(from, { type: 'kubelet.response', id: message.id, ok: false, code, body: { message: text } } satisfies KubeletMessage); };
  if (worker === undefined) { refuse(404, `pod "${pod}" not found in namespace "${namespace}"`); return; }
  const name = message.container !== '' ? message.container : worker.pod.spec.containers[0]?.name ?? '';
  const work = workOf(worker, name);
  if (work === undefined) { refuse(400, `container "${name}" in pod "${pod}" is not available`); return; }
  const found = containerForLogs(work, pod, options.previous === true);
  if (!found.ok) { refuse(400, found.error); return; }
  const tail = options.tailLines === undefined ? {} : { tailLines: options.tailLines };
  ask(kubelet, { op: 'containerLogs', id: found.id, ...tail }, { op: 'containerLogs', uid: worker.uid, container: name, at: out.now, extra: { to: from, id: message.id, options } });
}

const idOf = (text: string | undefined): string => (text ?? '').replace('containerd://', '');

/** The container whose log is meant. */
export function containerForLogs(work: ContainerWork, pod: string, previous: boolean): { readonly ok: true; readonly id: string } | { readonly ok: false; readonly error: string } {
  const where = `container "${work.name}" in pod "${pod}"`;
  if (previous) return work.last?.containerID === undefined ? { ok: false, error: `previous terminated ${where} not found` } : { ok: true, id: idOf(work.last.containerID) };
  if (work.state === 'running' || work.state === 'stopping') return { ok: true, id: work.id };
  if (work.state === 'exited') return { ok: true, id: work.id };
  if (work.last?.containerID !== undefined) return { ok: true, id: idOf(work.last.containerID) };
  const why = work.reason === 'ErrImagePull' ? "image can't be pulled" : work.reason === 'ImagePullBackOff' ? 'trying and failing to pull image' : work.reason;
  return { ok: false, error: `${where} is waiting to start: ${why}` };
}

/** The runtime gave the lines. */
export function logsGiven(kubelet: Kubelet, to: { readonly to: ProcessId; readonly id: number; readonly options: RequestOptions }, body: { readonly lines: readonly string[]; readonly times: readonly number[] }): void {
  const { out } = kubelet;
  const { timestamps, limitBytes = Infinity } = to.options;
  const since = sinceOf(to.options, out.now) ?? -Infinity;
  const lines: string[] = [];
  body.lines.forEach((line, at) => {
    const time = body.times[at] ?? 0;
    if (time >= since) lines.push(timestamps === true ? `${formatMicroTime(micros(time)).slice(0, -1)}000Z ${line}` : line);
  });
  out.send(to.to, { type: 'kubelet.response', id: to.id, ok: true, body: firstBytes(lines, limitBytes) } satisfies KubeletMessage);
}

/** The moment from which lines are wanted; undefined = all. */
export function sinceOf({ sinceSeconds, sinceTime }: RequestOptions, now: number): number | undefined {
  if (sinceTime !== undefined) return parseTime(sinceTime);
  return sinceSeconds === undefined ? undefined : now - sinceSeconds * 1_000_000;
}

/** As many bytes as were asked for, with the ends of lines; the last line may be a part. */
function firstBytes(lines: readonly string[], limit: number): LogBody {
  let left = limit;
  for (let i = 0; i < lines.length; i++) {
    const bytes = bytesOf(lines[i] ?? '');
    if (bytes.length >= left) return { lines: [...lines.slice(0, i), textOf(bytes.slice(0, left))], isCut: true };
    left -= bytes.length + 1;
  }
  return { lines };
}

/** The runtime no longer has the container, or is away. */
export function logsRefused(kubelet: Kubelet, to: { readonly to: ProcessId; readonly id: number }, message: string): void {
  kubelet.out.send(to.to, { type: 'kubelet.response', id: to.id, ok: false, code: 500, body: { message } } satisfies KubeletMessage);
}
