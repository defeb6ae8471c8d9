/** Stopping containers through the runtime. */
import { ask } from './cri-client.ts';
import type { ContainerWork, Kubelet, PodWorker } from './state.ts';

/** @source pkg/kubelet/kuberuntime/kuberuntime_container.go (minimumGracePeriodInSeconds) */
const GRACE_MIN = 2;

/** SIGTERM, and SIGKILL after the grace period. The answer ends the container. */
export function stopOne(kubelet: Kubelet, worker: PodWorker, work: ContainerWork, grace: number): void {
  work.state = 'stopping';
  work.probes = [];
  ask(kubelet, { op: 'stopContainer', id: work.id, timeout: Math.max(grace, GRACE_MIN) }, { op: 'stopContainer', uid: worker.uid, container: work.name, at: kubelet.out.now });
}
