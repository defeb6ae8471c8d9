/**
 * Containers of static pods whose program is a process of its own in this world: etcd, kube-apiserver, kube-scheduler, kube-controller-manager. The
 * process is the container's main process: it ends with the container and the container with it, and who starts the container starts the process.
 *
 * @source containerd internal/cri/server/events.go (handleContainerExit), container_start.go
 * @fidelity simplified: at the boot of a cluster the processes run before their containers are there, which take them over; whoever heals a fault has
 * started the process at once, and the kubelet gives it a container without waiting for the rest of its back-off. A running process always passes its
 * probe, so a kube-apiserver whose etcd is gone is not restarted. Processes outlive a crash of the runtime, and its new containers take them over
 */
import { micros, type ProcessId } from '../base/data.ts';
import type { CriContainer } from '../api/cri.ts';
import type { AppMessage } from './app.ts';
import type { ContainerRecord, Runtime } from './runtime-state.ts';

/** Prefix of the timers at which containers start whose process does not run. */
export const EXEC = 'exec:';

/** The process behind a container; undefined for all but the control plane's. */
export function processOf({ state, out }: Runtime, info: CriContainer): ProcessId | undefined {
  const { components } = state.config;
  if (components === undefined || info.podNamespace !== 'kube-system' || info.podName !== `${info.name}-${out.node}`) return undefined;
  return components.find(process => process === `${out.node}/${info.name}`);
}

/** The container begins at a time: so does its process, unless it runs already. */
export function beginProcess(runtime: Runtime, info: CriContainer, at: number): void {
  const { out } = runtime;
  const process = processOf(runtime, info);
  if (process !== undefined && out.statusOf(process) === 'crashed') out.startTimer(`${EXEC}${info.id}`, micros(at - out.now));
}

/** The container has ended: nothing is left of its process. */
export function endProcess(runtime: Runtime, info: CriContainer): void {
  const process = processOf(runtime, info);
  if (process !== undefined) runtime.out.killProcess(process);
}

/** How a process answers that was stopped in the middle: the kernel takes the connection, and nobody speaks. `after`: seconds. */
export function stoppedAnswer({ port, probe }: AppMessage & { readonly type: 'app.probe' }): { readonly message: string; readonly after: number } {
  const { timeoutSeconds = 1, httpGet } = probe;
  const url = `${httpGet?.scheme === 'HTTPS' ? 'https' : 'http'}://${httpGet?.host ?? ''}:${port}${httpGet?.path ?? ''}`;
  if (httpGet?.scheme === 'HTTPS' && timeoutSeconds > HANDSHAKE) return { message: `Get "${url}": net/http: TLS handshake timeout`, after: HANDSHAKE };
  return { message: `Get "${url}": context deadline exceeded (Client.Timeout exceeded while awaiting headers)`, after: timeoutSeconds };
}

/** Seconds. @source Go net/http transport.go (DefaultTransport); apimachinery pkg/util/net/http.go (SetOldTransportDefaults) */
const HANDSHAKE = 10;

/** Whether the process behind a container is stopped. */
export function isStopped(runtime: Runtime, record: ContainerRecord): boolean {
  const process = processOf(runtime, record.info);
  return process !== undefined && runtime.out.statusOf(process) === 'paused';
}
