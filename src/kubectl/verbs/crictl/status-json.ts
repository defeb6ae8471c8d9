/**
 * Containers, pods and images as the JSON of their protobuf messages.
 *
 * @source kubernetes/cri-api pkg/apis/runtime/v1/api.proto; cri-tools cmd/crictl/container.go, sandbox.go
 * @fidelity simplified: without mounts, resources, and the runtime's own configuration (`info`)
 */
import { compareText } from '../../../base/compare.ts';
import type { CriContainer, CriImage, PodSandbox } from '../../../api/cri.ts';
import { instant, nanoseconds } from './words.ts';

const containerLabels = (container: CriContainer): object => ({
  'io.kubernetes.container.name': container.name, 'io.kubernetes.pod.name': container.podName, 'io.kubernetes.pod.namespace': container.podNamespace,
  'io.kubernetes.pod.uid': container.podUid,
});
const containerAnnotations = (container: CriContainer): object => ({ 'io.kubernetes.container.restartCount': String(container.attempt) });
const imageSpec = (image: string, specified: string): object => ({ image, annotations: {}, userSpecifiedImage: specified, runtimeHandler: '' });

/** A container as `ps -o json` lists it. The kubelet names the image by its id. */
export function containerJson(container: CriContainer, image: CriImage | undefined): object {
  const imageId = image?.id ?? container.imageRef;
  return {
    id: container.id, podSandboxId: container.sandboxId, metadata: { name: container.name, attempt: container.attempt }, image: imageSpec(imageId, container.image),
    imageRef: imageId, state: container.state, createdAt: nanoseconds(container.createdAt), labels: containerLabels(container),
    annotations: containerAnnotations(container), imageId,
  };
}

const logPath = ({ podNamespace, podName, podUid, name, attempt }: CriContainer): string => `/var/log/pods/${podNamespace}_${podName}_${podUid}/${name}/${attempt}.log`;

/** A container as `inspect` shows it, with the keys in order. */
export function containerStatusJson(container: CriContainer, image: CriImage | undefined): object {
  const isCreated = container.state === 'CONTAINER_CREATED';
  return {
    info: { removing: false, runtimeType: 'io.containerd.runc.v2', sandboxID: container.sandboxId, snapshotKey: container.id, snapshotter: 'overlayfs' },
    status: {
      annotations: containerAnnotations(container), createdAt: instant(container.createdAt), exitCode: container.exitCode, finishedAt: instant(container.finishedAt), id: container.id,
      image: { annotations: {}, image: image?.repoTags[0] ?? container.image, runtimeHandler: '', userSpecifiedImage: container.image }, imageId: image?.id ?? '', imageRef: container.imageRef,
      labels: containerLabels(container), logPath: logPath(container), message: container.message, metadata: { attempt: container.attempt, name: container.name },
      mounts: [], reason: container.reason, startedAt: isCreated ? instant(0) : instant(container.startedAt), state: container.state,
    },
  };
}

/** Where crictl keeps the log of a container's earlier start. */
export const isPrevious = (container: CriContainer, of: CriContainer): boolean =>
  container.podUid === of.podUid && container.name === of.name && container.attempt === of.attempt - 1;

/** Labels of a pod with those that the kubelet adds, in order of their names. */
function podLabels(pod: PodSandbox): object {
  const labels = { ...pod.labels, 'io.kubernetes.pod.name': pod.name, 'io.kubernetes.pod.namespace': pod.namespace, 'io.kubernetes.pod.uid': pod.uid };
  return Object.fromEntries(Object.entries(labels).sort(([a], [b]) => compareText(a, b)));
}

/** A pod as `pods -o json` lists it. */
export const podJson = (pod: PodSandbox): object => ({
  id: pod.id, metadata: { name: pod.name, uid: pod.uid, namespace: pod.namespace, attempt: pod.attempt }, state: pod.state, createdAt: nanoseconds(pod.createdAt),
  labels: podLabels(pod), annotations: {}, runtimeHandler: '',
});

/** A pod as `inspectp` shows it, with the keys in order. */
export const podStatusJson = (pod: PodSandbox): object => ({
  info: { runtimeType: 'io.containerd.runc.v2', snapshotKey: pod.id, snapshotter: 'overlayfs' },
  status: {
    annotations: {}, createdAt: instant(pod.createdAt), id: pod.id, labels: podLabels(pod),
    linux: { namespaces: { options: { ipc: 'POD', network: pod.hostNetwork ? 'NODE' : 'POD', pid: 'CONTAINER', targetId: '', usernsOptions: null } } },
    metadata: { attempt: pod.attempt, name: pod.name, namespace: pod.namespace, uid: pod.uid },
    network: { additionalIps: [], ip: pod.ip }, runtimeHandler: '', state: pod.state,
  },
});

/** An image as `images -o json` lists it. */
export const imageJson = (image: CriImage): object => ({
  id: image.id, repoTags: image.repoTags, repoDigests: image.repoDigests, size: String(image.size), uid: null, username: '', spec: null, pinned: false,
});
