/**
 * ConfigMaps and Secrets that a pod needs before it can start: read from the API once, again while something is missing.
 *
 * @source kubernetes/kubernetes pkg/volume/configmap/configmap.go
 * @fidelity simplified: they are read when the pod starts and not watched, so mounted files do not follow later changes; service account tokens are always there
 */
import type { Pod } from '../api/kinds/core/pod.ts';
import type { KubeObject } from '../api/meta.ts';
import { call } from '../client/resources.ts';
import { request, type RestEvent } from '../client/rest.ts';
import { podEvent } from './cri-client.ts';
import { retryMount } from './retry.ts';
import type { Kubelet, PodWorker } from './state.ts';

/** Kinds whose objects containers can be given. */
export type Kind = 'ConfigMap' | 'Secret';
interface Reference { readonly kind: Kind; readonly name: string; readonly optional: boolean; readonly volume: string }

const TAG = 'source:';

const NONE: readonly Reference[] = Object.freeze([]);

/** Everything a pod refers to. Most refer to nothing, which is quickly seen. */
function referencesOf(spec: Pod['spec']): readonly Reference[] {
  if (spec.initContainers === undefined && spec.ephemeralContainers === undefined && !mayRefer(spec)) return NONE;
  return collect(spec);
}

function mayRefer({ volumes, containers }: Pod['spec']): boolean {
  if (volumes !== undefined) for (const { configMap, secret } of volumes) if (configMap !== undefined || secret !== undefined) return true;
  for (const { env, envFrom } of containers) if (env !== undefined || envFrom !== undefined) return true;
  return false;
}

function collect(spec: Pod['spec']): readonly Reference[] {
  const found: Reference[] = [];
  const add = (kind: Kind, source: { readonly name?: string; readonly optional?: boolean } | undefined, volume = ''): void => {
    if (source?.name !== undefined) found.push({ kind, name: source.name, optional: source.optional === true, volume });
  };
  for (const { name, configMap, secret } of spec.volumes ?? []) {
    add('ConfigMap', configMap, name);
    if (secret?.secretName !== undefined) add('Secret', { name: secret.secretName, ...(secret.optional !== undefined ? { optional: secret.optional } : {}) }, name);
  }
  for (const container of [...(spec.initContainers ?? []), ...spec.containers, ...(spec.ephemeralContainers ?? [])]) {
    for (const { configMapRef, secretRef } of container.envFrom ?? []) { add('ConfigMap', configMapRef); add('Secret', secretRef); }
    for (const { valueFrom } of container.env ?? []) { add('ConfigMap', valueFrom?.configMapKeyRef); add('Secret', valueFrom?.secretKeyRef); }
  }
  return found;
}

/** True when volumes can be mounted; else the objects are asked for, or the pod waits. */
export function volumesReady(kubelet: Kubelet, worker: PodWorker): boolean {
  const references = referencesOf(worker.pod.spec);
  if (references.length === 0) return true;
  if (worker.sources === null) {
    if (worker.asking === 0) askAll(kubelet, worker, references);
    return false;
  }
  const missing = references.find(({ kind, name, optional, volume }) => volume !== '' && !optional && worker.sources?.[`${kind}/${name}`] === null);
  if (missing === undefined) return true;
  podEvent(kubelet, worker, { type: 'Warning', reason: 'FailedMount', message: `MountVolume.SetUp failed for volume "${missing.volume}" : ${missing.kind.toLowerCase()} "${missing.name}" not found` });
  worker.sources = null;
  retryMount(kubelet, worker);
  return false;
}

function askAll(kubelet: Kubelet, worker: PodWorker, references: readonly Reference[]): void {
  const wanted = new Set(references.map(({ kind, name }) => `${kind}/${name}`));
  worker.found = {};
  for (const key of wanted) {
    const kind = key.slice(0, key.indexOf('/'));
    worker.asking++;
    request(kubelet.state.rest, kubelet.out, call('get', kind, `${worker.pod.metadata.namespace ?? ''}/${key.slice(kind.length + 1)}`), `${TAG}${worker.uid} ${key}`);
  }
}

/** Takes an answer of the API if it is about a ConfigMap or Secret of a pod. */
export function sourceAnswered(kubelet: Kubelet, event: RestEvent): boolean {
  if (!event.tag.startsWith(TAG)) return false;
  const space = event.tag.indexOf(' ');
  const worker = kubelet.state.workers.get(event.tag.slice(TAG.length, space));
  if (worker === undefined || event.type !== 'response' || worker.asking === 0) return true;
  const key = event.tag.slice(space + 1);
  if (key in worker.found) return true;
  if (event.code !== 200 && event.code !== 404) {
    // Nobody can say: that is not the same as missing.
    worker.asking = 0;
    worker.found = {};
    retryMount(kubelet, worker);
    return true;
  }
  worker.found[key] = event.code === 200 ? event.body as KubeObject : null;
  if (--worker.asking > 0) return true;
  worker.sources = Object.freeze(worker.found);
  worker.found = {};
  kubelet.touched.add(worker.uid);
  return true;
}
