/**
 * After a container has ended: whether it is started again, and when.
 *
 * @source kubernetes/kubernetes pkg/kubelet/container/helpers.go (ShouldContainerBeRestarted), pkg/kubelet/kuberuntime/kuberuntime_manager.go (doBackOff)
 */
import { micros, seconds } from '../base/data.ts';
import { formatTime } from '../api/time.ts';
import type { CriContainer } from '../api/cri.ts';
import { podEvent } from './cri-client.ts';
import { type ContainerWork, type Kubelet, type PodWorker, podText, specOf, wake, workOf } from './state.ts';

/** @source pkg/kubelet/kubelet.go (containerBackOffPeriod 10 s, MaxCrashLoopBackOff 300 s); reset after twice the maximum */
const CRASH_DELAY_MIN = seconds(10);
const CRASH_DELAY_MAX = seconds(300);
const CRASH_RESET = seconds(600);
/** The status shows how the container ended until the pod worker's next look, which finds the back-off. */
const NEXT_LOOK = seconds(1);

/** The runtime reports the end of a container. */
export function containerEnded(kubelet: Kubelet, worker: PodWorker, work: ContainerWork, info: CriContainer): void {
  const { out } = kubelet;
  if (work.id !== info.id || work.state === 'exited') return;
  work.state = 'exited';
  work.reason = '';
  work.message = '';
  work.ready = false;
  work.started = false;
  work.probes = [];
  work.finishedAt = info.finishedAt;
  work.terminated = Object.freeze({
    exitCode: info.exitCode, ...(info.reason !== '' ? { reason: info.reason } : {}), ...(info.message !== '' ? { message: info.message } : {}),
    ...(info.startedAt > 0 ? { startedAt: formatTime(micros(info.startedAt)) } : { startedAt: '1970-01-01T00:00:00Z' }),
    finishedAt: formatTime(micros(info.finishedAt)), containerID: `containerd://${info.id}`,
  });
  // A finished init container counts as ready, as upstream shows it.
  if (work.init && info.exitCode === 0) work.ready = true;
  const pod = worker.pod.metadata.name;
  if (info.reason === 'OOMKilled') out.record('container.oomkilled', { pod, container: work.name, n: specOf(worker, work).resources?.limits?.['memory'] ?? '' });
  else out.record('container.exited', { pod, container: work.name, code: info.exitCode });
  kubelet.touched.add(worker.uid);
}

/** Whether an ended container is to run again. */
export function shouldRestart(worker: PodWorker, work: ContainerWork): boolean {
  if (work.state !== 'exited' || work.ephemeral === true) return false;
  if (work.sidecar) return true;
  const policy = worker.pod.spec.restartPolicy ?? 'Always';
  const failed = (work.terminated?.exitCode ?? 0) !== 0;
  if (work.init) return failed && policy !== 'Never';
  return policy === 'Always' || (policy === 'OnFailure' && failed);
}

/** True when the container may start now; else it waits in CrashLoopBackOff and the worker looks again in time. */
export function mayStart(kubelet: Kubelet, worker: PodWorker, work: ContainerWork): boolean {
  const { out } = kubelet;
  if (work.finishedAt === 0) return true;
  if (work.crashDelay > 0 && work.finishedAt - work.crashAt <= CRASH_RESET && out.now - work.finishedAt < work.crashDelay) {
    backOff(kubelet, worker, work);
    return false;
  }
  const fresh = work.crashDelay === 0 || work.finishedAt - work.crashAt > CRASH_RESET;
  work.crashDelay = fresh ? CRASH_DELAY_MIN : Math.min(work.crashDelay * 2, CRASH_DELAY_MAX);
  work.crashAt = out.now;
  return true;
}

/** Whoever mended a program has started it already: its container does not wait for the rest of the back-off, which the next crash finds as it was. */
export function programRevived(kubelet: Kubelet, { podUid, container }: { readonly podUid: string; readonly container: string }): void {
  const worker = kubelet.state.workers.get(podUid);
  const work = worker === undefined ? undefined : workOf(worker, container);
  if (work === undefined || (work.state !== 'exited' && work.reason !== 'CrashLoopBackOff')) return;
  work.finishedAt = 0;
  kubelet.touched.add(podUid);
}

function backOff(kubelet: Kubelet, worker: PodWorker, work: ContainerWork): void {
  const { out } = kubelet;
  wake(kubelet, worker, work.finishedAt + work.crashDelay);
  if (work.state !== 'exited') return;
  if (out.now < work.finishedAt + NEXT_LOOK) { wake(kubelet, worker, work.finishedAt + NEXT_LOOK); return; }
  const sec = Math.round(work.crashDelay / 1_000_000);
  const delay = sec < 60 ? `${sec}s` : `${Math.floor(sec / 60)}m${sec % 60}s`;
  work.last = work.terminated;
  work.state = 'waiting';
  work.reason = 'CrashLoopBackOff';
  work.message = `back-off ${delay} restarting failed container=${work.name} pod=${podText(worker.pod, worker.uid)}`;
  podEvent(kubelet, worker, { type: 'Warning', reason: 'BackOff', message: `Back-off restarting failed container ${work.name} in pod ${podText(worker.pod, worker.uid)}`, container: work.name, init: work.init });
  out.record('container.backoff', { pod: worker.pod.metadata.name, container: work.name, sec });
}
