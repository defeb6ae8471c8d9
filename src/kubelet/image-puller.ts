/**
 * Images before containers: policy, one pull at a time, and back-off per pod and image.
 *
 * @source kubernetes/kubernetes pkg/kubelet/images/image_manager.go, puller.go
 * @fidelity simplified: pull secrets are not looked at; the QPS limit of pulls never matters because pulls are serial
 */
import { seconds } from '../base/data.ts';
import { ask, podEvent } from './cri-client.ts';
import { canonicalImage } from './images.ts';
import { type ContainerWork, type Kubelet, type PodWorker, specOf, wake, workOf } from './state.ts';

/** @source pkg/kubelet/kubelet.go (backOffPeriod, MaxImageBackOff) */
const PULL_DELAY_MIN = seconds(10);
const PULL_DELAY_MAX = seconds(300);
/** The status shows ErrImagePull until the next look of the pod worker, which finds the back-off. */
const NEXT_LOOK = seconds(2);

/** Whether the image is there: `ready`, `pulling`, or `failed` (back-off, never, bad name). */
export function ensureImage(kubelet: Kubelet, worker: PodWorker, work: ContainerWork): 'ready' | 'pulling' | 'failed' {
  const { state, out } = kubelet;
  const spec = specOf(worker, work);
  const image = spec.image ?? '';
  const name = canonicalImage(image);
  if (name === '') return invalidName(kubelet, worker, work, image);
  const present = state.images.get(name);
  const policy = spec.imagePullPolicy ?? (name.endsWith(':latest') ? 'Always' : 'IfNotPresent');
  if (present !== undefined && policy !== 'Always') {
    work.imageRef = present.ref;
    podEvent(kubelet, worker, { type: 'Normal', reason: 'Pulled', message: `Container image "${image}" already present on machine and can be accessed by the pod`, container: work.name, init: work.init });
    return 'ready';
  }
  if (policy === 'Never') {
    const message = `Container image "${image}" is not present with pull policy of Never`;
    if (work.reason !== 'ErrImageNeverPull') {
      podEvent(kubelet, worker, { type: 'Warning', reason: 'ErrImageNeverPull', message, container: work.name, init: work.init });
      podEvent(kubelet, worker, { type: 'Warning', reason: 'Failed', message: 'Error: ErrImageNeverPull', container: work.name, init: work.init });
    }
    waits(work, 'ErrImageNeverPull', message);
    return 'failed';
  }
  if (work.pullNotBefore > out.now) return inBackOff(kubelet, worker, work, image);
  work.state = 'pulling';
  worker.call = -1;
  state.pullQueue.set(`${String(state.nextPull++).padStart(8, '0')}`, Object.freeze({ uid: worker.uid, container: work.name, since: out.now }));
  podEvent(kubelet, worker, { type: 'Normal', reason: 'Pulling', message: `Pulling image "${image}"`, container: work.name, init: work.init });
  out.record('image.pulling', { image, pod: worker.pod.metadata.name, node: state.config.nodeName });
  pullNext(kubelet);
  return 'pulling';
}

function waits(work: ContainerWork, reason: string, message: string): void {
  work.state = 'waiting';
  work.reason = reason;
  work.message = message;
}

function invalidName(kubelet: Kubelet, worker: PodWorker, work: ContainerWork, image: string): 'failed' {
  const message = `Failed to apply default image tag "${image}": couldn't parse image name "${image}": invalid reference format`;
  if (work.reason !== 'InvalidImageName') {
    podEvent(kubelet, worker, { type: 'Warning', reason: 'InspectFailed', message, container: work.name, init: work.init });
    podEvent(kubelet, worker, { type: 'Warning', reason: 'Failed', message: 'Error: InvalidImageName', container: work.name, init: work.init });
  }
  waits(work, 'InvalidImageName', message);
  return 'failed';
}

function inBackOff(kubelet: Kubelet, worker: PodWorker, work: ContainerWork, image: string): 'failed' {
  wake(kubelet, worker, work.pullNotBefore);
  if (work.reason === 'ImagePullBackOff' || kubelet.out.now < work.pullNotBefore - work.pullDelay + NEXT_LOOK) return 'failed';
  waits(work, 'ImagePullBackOff', `Back-off pulling image "${image}": ErrImagePull: ${work.pullError}`);
  podEvent(kubelet, worker, { type: 'Normal', reason: 'BackOff', message: `Back-off pulling image "${image}"`, container: work.name, init: work.init });
  podEvent(kubelet, worker, { type: 'Warning', reason: 'Failed', message: 'Error: ImagePullBackOff', container: work.name, init: work.init });
  return 'failed';
}

/** Starts the oldest waiting pull when none runs. */
function pullNext(kubelet: Kubelet): void {
  const { state, out } = kubelet;
  while (state.pulling === 0) {
    const key = state.pullQueue.firstKey();
    const next = key === undefined ? undefined : state.pullQueue.get(key);
    if (key === undefined || next === undefined) return;
    state.pullQueue.delete(key);
    const worker = state.workers.get(next.uid);
    const work = worker === undefined ? undefined : workOf(worker, next.container);
    if (worker === undefined || work === undefined || work.state !== 'pulling') continue;
    const image = specOf(worker, work).image ?? '';
    state.pulling = ask(kubelet, { op: 'pullImage', image }, { op: 'pullImage', uid: next.uid, container: next.container, at: next.since, extra: Object.freeze({ image, began: out.now }) });
    worker.call = state.pulling;
  }
}

/** Go's way to write a duration cut to milliseconds. */
function goDuration(micros: number): string {
  const millis = Math.floor(micros / 1000);
  if (millis < 1000) return `${millis}ms`;
  const minutes = Math.floor(millis / 60_000);
  const rest = (millis - minutes * 60_000) / 1000;
  return minutes === 0 ? `${rest}s` : `${minutes}m${rest}s`;
}

/** A pull ended well. */
export function pulled(kubelet: Kubelet, at: { readonly uid: string; readonly container: string; readonly since: number; readonly began: number; readonly image: string }, got: { readonly imageRef: string; readonly size: number }): void {
  const { state, out } = kubelet;
  state.pulling = 0;
  const name = canonicalImage(at.image);
  if (!state.images.has(name)) state.imagesReported = false;
  state.images.set(name, Object.freeze({ ref: got.imageRef, size: got.size }));
  const worker = state.workers.get(at.uid);
  const work = worker === undefined ? undefined : workOf(worker, at.container);
  if (worker !== undefined && work !== undefined && work.state === 'pulling') {
    const took = goDuration(out.now - at.began);
    const message = `Successfully pulled image "${at.image}" in ${took} (${goDuration(out.now - at.since)} including waiting). Image size: ${got.size} bytes.`;
    podEvent(kubelet, worker, { type: 'Normal', reason: 'Pulled', message, container: work.name, init: work.init });
    out.record('image.pulled', { image: at.image, sec: Math.round((out.now - at.began) / 1000) / 1000, node: state.config.nodeName });
    work.imageRef = got.imageRef;
    work.pullDelay = 0;
  }
  pullNext(kubelet);
}

/** The registry refused: the pod waits, twice as long as before. */
export function pullFailed(kubelet: Kubelet, at: { readonly uid: string; readonly container: string; readonly image: string }, error: { readonly code: string; readonly message: string }): void {
  const { state, out } = kubelet;
  state.pulling = 0;
  const worker = state.workers.get(at.uid);
  const work = worker === undefined ? undefined : workOf(worker, at.container);
  if (worker !== undefined && work !== undefined && work.state === 'pulling') {
    const text = error.code === 'Unknown' ? error.message : `rpc error: code = ${error.code} desc = ${error.message}`;
    work.pullDelay = work.pullDelay === 0 ? PULL_DELAY_MIN : Math.min(work.pullDelay * 2, PULL_DELAY_MAX);
    work.pullNotBefore = out.now + work.pullDelay;
    work.pullError = text;
    waits(work, 'ErrImagePull', text);
    worker.call = 0;
    wake(kubelet, worker, out.now + NEXT_LOOK);
    podEvent(kubelet, worker, { type: 'Warning', reason: 'Failed', message: `Failed to pull image "${at.image}": ${text}`, container: work.name, init: work.init });
    podEvent(kubelet, worker, { type: 'Warning', reason: 'Failed', message: 'Error: ErrImagePull', container: work.name, init: work.init });
    out.record('image.pull.failed', { image: at.image, pod: worker.pod.metadata.name, reason: text.slice(text.lastIndexOf(': ') + 2), sec: Math.round(work.pullDelay / 1_000_000) });
    kubelet.touched.add(worker.uid);
  }
  pullNext(kubelet);
}
