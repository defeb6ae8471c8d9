/**
 * ConfigMaps and Secrets that a pod needs before it can start: read from the API once, again while something is missing.
 *
 * @source kubernetes/kubernetes pkg/kubelet/kubelet_pods.go (makeEnvironmentVariables), pkg/volume/configmap/configmap.go
 * @fidelity simplified: they are read when the pod starts and not watched, so mounted files do not follow later changes; service account tokens are always there
 */
import type { Container, EnvFromSource, EnvVar, EnvVarSource } from '../api/kinds/core/container.ts';
import { decodeBase64 } from '../api/base64.ts';
import type { Pod } from '../api/kinds/core/pod.ts';
import type { KubeObject } from '../api/meta.ts';
import { call } from '../client/resources.ts';
import { request, type RestEvent } from '../client/rest.ts';
import { podEvent } from './cri-client.ts';
import { retryLater } from './retry.ts';
import type { Kubelet, PodWorker } from './state.ts';

type Kind = 'ConfigMap' | 'Secret';
interface Reference { readonly kind: Kind; readonly name: string; readonly optional: boolean; readonly volume: string }

const TAG = 'source:';

/** Memo: specs are frozen and shared by the pods of a template. */
const known = new WeakMap<Pod['spec'], readonly Reference[]>();

/** Everything a pod refers to. */
function referencesOf(spec: Pod['spec']): readonly Reference[] {
  let found = known.get(spec);
  if (found === undefined) known.set(spec, (found = collect(spec)));
  return found;
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
  retryLater(kubelet, worker);
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
    retryLater(kubelet, worker);
    return true;
  }
  worker.found[key] = event.code === 200 ? event.body as KubeObject : null;
  if (--worker.asking > 0) return true;
  worker.sources = Object.freeze(worker.found);
  worker.found = {};
  kubelet.touched.add(worker.uid);
  return true;
}

// ---- Environment -----------------------------------------------------------------------------------------------------

type Environment = readonly { readonly name: string; readonly value: string }[];
interface Place { readonly worker: PodWorker; readonly nodeName: string; readonly hostIP: string }

/** The environment of a container, or why it cannot be made. */
export function environmentOf(container: Container, place: Place): { readonly ok: true; readonly env: Environment } | { readonly ok: false; readonly error: string } {
  const env: { name: string; value: string }[] = [];
  for (const source of container.envFrom ?? []) {
    const error = addAll(env, source, place.worker);
    if (error !== '') return { ok: false, error };
  }
  for (const variable of container.env ?? []) {
    const value = valueOf(variable, place);
    if (value.error !== undefined) return { ok: false, error: value.error };
    if (value.text !== undefined) env.push({ name: variable.name, value: value.text });
  }
  return { ok: true, env };
}

function addAll(env: { name: string; value: string }[], source: EnvFromSource, worker: PodWorker): string {
  const kind: Kind = source.configMapRef !== undefined ? 'ConfigMap' : 'Secret';
  const { name = '', optional } = source.configMapRef ?? source.secretRef ?? {};
  const object = worker.sources?.[`${kind}/${name}`] ?? null;
  if (object === null) return optional === true ? '' : `${kind.toLowerCase()} "${name}" not found`;
  for (const [key, value] of Object.entries(dataOf(kind, object))) env.push({ name: `${source.prefix ?? ''}${key}`, value });
  return '';
}

function valueOf(variable: EnvVar, place: Place): { readonly text?: string; readonly error?: string } {
  const from = variable.valueFrom;
  if (from === undefined) return { text: variable.value ?? '' };
  if (from.fieldRef !== undefined) return { text: fieldOf(from.fieldRef.fieldPath, place) };
  if (from.configMapKeyRef !== undefined) return keyOf('ConfigMap', from.configMapKeyRef, place.worker);
  return from.secretKeyRef === undefined ? {} : keyOf('Secret', from.secretKeyRef, place.worker);
}

function keyOf(kind: Kind, reference: NonNullable<EnvVarSource['configMapKeyRef']>, worker: PodWorker): { readonly text?: string; readonly error?: string } {
  const { name = '', key, optional } = reference;
  const object = worker.sources?.[`${kind}/${name}`] ?? null;
  if (object === null) return optional === true ? {} : { error: `${kind.toLowerCase()} "${name}" not found` };
  const text = dataOf(kind, object)[key];
  if (text !== undefined) return { text };
  return optional === true ? {} : { error: `couldn't find key ${key} in ${kind} ${worker.pod.metadata.namespace ?? ''}/${name}` };
}

function fieldOf(path: string, { worker, nodeName, hostIP }: Place): string {
  const { metadata, spec } = worker.pod;
  switch (path) {
    case 'metadata.name': return metadata.name;
    case 'metadata.namespace': return metadata.namespace ?? '';
    case 'metadata.uid': return metadata.uid ?? '';
    case 'spec.nodeName': return nodeName;
    case 'spec.serviceAccountName': return spec.serviceAccountName ?? '';
    case 'status.hostIP': return hostIP;
    case 'status.podIP': return worker.ip;
    default: {
      const named = /^metadata\.(labels|annotations)\['(.+)'\]$/.exec(path);
      return named === null ? '' : (named[1] === 'labels' ? metadata.labels : metadata.annotations)?.[named[2] ?? ''] ?? '';
    }
  }
}

function dataOf(kind: Kind, object: KubeObject): Readonly<Record<string, string>> {
  const { data = {} } = object as { readonly data?: Readonly<Record<string, string>> };
  if (kind === 'ConfigMap') return data;
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, decodeBase64(value)]));
}
