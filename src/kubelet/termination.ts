/**
 * Ending a pod: hooks, SIGTERM, SIGKILL, sandbox, last report, removal of the API object.
 *
 * @source kubernetes/kubernetes pkg/kubelet/kubelet.go (SyncTerminatingPod, SyncTerminatedPod), pkg/kubelet/status/status_manager.go
 * @fidelity simplified: of preStop hooks only `sleep` takes time; volumes need no unmounting
 */
import { ask, podEvent } from './cri-client.ts';
import { type ContainerWork, type Kubelet, type PodWorker, specOf, type Termination, wake } from './state.ts';
import { stopOne } from './stop.ts';

const SECOND = 1_000_000;
/** Grace of pods that say nothing. @source pkg/apis/core/v1/defaults.go */
const GRACE_DEFAULT = 30;

/** Grace of a pod now: what the deletion said, else the spec. */
function graceOf(worker: PodWorker): number {
  return worker.pod.metadata.deletionGracePeriodSeconds ?? worker.pod.spec.terminationGracePeriodSeconds ?? GRACE_DEFAULT;
}

/** Begins to end a pod, or changes what follows its end. */
export function terminate(kubelet: Kubelet, worker: PodWorker, then: Termination['then']): void {
  const before = worker.termination;
  const grace = graceOf(worker);
  if (before === null) {
    worker.termination = { then, grace, since: kubelet.out.now, step: 'stopping' };
    for (const work of worker.containers) work.probes = [];
    // A pull that waits or runs is given up; other operations are short and are waited for.
    for (const work of worker.containers) if (work.state === 'pulling') { work.state = 'waiting'; worker.call = 0; }
  } else {
    worker.termination = { ...before, then: before.then === 'forget' ? 'forget' : then };
    const { step } = worker.termination;
    if (worker.termination.then === 'forget') worker.termination.step = step === 'stopping' || step === 'sandbox' ? step : 'done';
    else if (step === 'done' && worker.termination.then === 'delete') worker.termination.step = 'report';
    if (grace < before.grace) hurry(kubelet, worker, grace);
  }
  kubelet.touched.add(worker.uid);
}

/** The grace period was shortened: stops under way get the new time-out. */
function hurry(kubelet: Kubelet, worker: PodWorker, grace: number): void {
  if (worker.termination !== null) worker.termination.grace = grace;
  for (const work of worker.containers) if (work.state === 'stopping') stopOne(kubelet, worker, work, grace);
}

/** One look at a pod that ends. */
export function syncTermination(kubelet: Kubelet, worker: PodWorker): void {
  const termination = worker.termination;
  if (termination === null || worker.call !== 0) return;
  if (termination.step === 'stopping') {
    const main = worker.containers.filter(work => !work.sidecar);
    stopAll(kubelet, worker, main);
    if (main.some(isAlive)) return;
    const sidecars = worker.containers.filter(work => work.sidecar && isAlive(work));
    stopAll(kubelet, worker, sidecars.slice(-1));
    if (sidecars.length > 0) return;
    termination.step = 'sandbox';
    if (worker.sandboxId !== '') {
      worker.call = ask(kubelet, { op: 'stopPodSandbox', id: worker.sandboxId }, { op: 'stopPodSandbox', uid: worker.uid, container: '', at: kubelet.out.now });
      return;
    }
  }
  if (termination.step === 'sandbox') termination.step = termination.then === 'forget' ? 'done' : 'report';
}

const isAlive = (work: ContainerWork): boolean => work.state === 'running' || work.state === 'stopping' || work.state === 'starting' || work.state === 'creating';

function stopAll(kubelet: Kubelet, worker: PodWorker, works: readonly ContainerWork[]): void {
  const { out } = kubelet;
  const { grace = GRACE_DEFAULT, since = 0 } = worker.termination ?? {};
  for (const work of works) {
    if (work.state !== 'running') continue;
    if (work.reason !== 'Killing') {
      work.reason = 'Killing';
      podEvent(kubelet, worker, { type: 'Normal', reason: 'Killing', message: `Stopping container ${work.name}`, container: work.name, init: work.init });
    }
    const nap = Math.min(hookSeconds(worker, work), grace);
    const at = since + nap * SECOND;
    if (out.now < at) wake(kubelet, worker, at);
    else stopOne(kubelet, worker, work, grace - nap);
  }
}

/** Seconds that a preStop hook takes. */
function hookSeconds(worker: PodWorker, work: ContainerWork): number {
  const hook = specOf(worker, work).lifecycle?.preStop;
  if (hook === undefined) return 0;
  if (hook.sleep !== undefined) return hook.sleep.seconds;
  const command = hook.exec?.command?.join(' ') ?? '';
  return Number(/\bsleep (\d+)/.exec(command)?.[1] ?? 0);
}
