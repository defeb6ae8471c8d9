/** Steps of a pod that failed and are tried again. */
import { type Micros, micros, millis, seconds } from '../base/data.ts';
import { type Kubelet, type PodWorker, wake } from './state.ts';

/** @source kubernetes/kubernetes pkg/kubelet/kubelet.go (backOffPeriod) */
const SYNC_BACKOFF = seconds(10);
/** @source kubernetes/kubernetes pkg/kubelet/pod_workers.go (backOffOnTransientErrorPeriod) */
const TRANSIENT_BACKOFF = seconds(1);
/** Jitter adds up to half. @source kubernetes/kubernetes pkg/kubelet/pod_workers.go (workerBackOffPeriodJitterFactor) */
const JITTER = 0.5;
/** @source kubernetes/kubernetes pkg/util/goroutinemap/exponentialbackoff/exponential_backoff.go */
const MOUNT_BACKOFF_MIN = millis(500);
const MOUNT_BACKOFF_MAX = seconds(122);

/** The sync of the pod failed: another one follows after the usual wait. */
export const retryLater = (kubelet: Kubelet, worker: PodWorker): void => { retryAfter(kubelet, worker, jittered(kubelet, SYNC_BACKOFF)); };

/** What was missing is expected to be there soon (the network). */
export const retrySoon = (kubelet: Kubelet, worker: PodWorker): void => { retryAfter(kubelet, worker, jittered(kubelet, TRANSIENT_BACKOFF)); };

/** A volume could not be mounted: the operation waits twice as long each time. */
export function retryMount(kubelet: Kubelet, worker: PodWorker): void {
  worker.retryDelay = worker.retryDelay === 0 ? MOUNT_BACKOFF_MIN : Math.min(worker.retryDelay * 2, MOUNT_BACKOFF_MAX);
  retryAfter(kubelet, worker, micros(worker.retryDelay));
}

const jittered = (kubelet: Kubelet, period: Micros): Micros => micros(period + kubelet.out.draw('retry', period * JITTER));

function retryAfter(kubelet: Kubelet, worker: PodWorker, wait: Micros): void {
  worker.retryAt = kubelet.out.now + wait;
  wake(kubelet, worker, worker.retryAt);
}
