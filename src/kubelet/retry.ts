/** Steps of a pod that failed and are tried again. */
import { seconds } from '../base/data.ts';
import { type Kubelet, type PodWorker, wake } from './state.ts';

/** Next try after a failed step: from 1 s, doubled, at most 16 s. @source pkg/kubelet/kubelet.go (backOffPeriod 10 s) lies in between */
const RETRY_MIN = seconds(1);
const RETRY_MAX = seconds(16);

/** The step failed: the worker tries again, ever later. */
export function retryLater(kubelet: Kubelet, worker: PodWorker): void {
  worker.retryDelay = worker.retryDelay === 0 ? RETRY_MIN : Math.min(worker.retryDelay * 2, RETRY_MAX);
  worker.retryAt = kubelet.out.now + worker.retryDelay;
  wake(kubelet, worker, worker.retryAt);
}
