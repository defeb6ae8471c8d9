/**
 * The environment of a container: what its variables are when it starts.
 *
 * @source kubernetes/kubernetes pkg/kubelet/kubelet_pods.go (makeEnvironmentVariables), third_party/forked/golang/expansion/expand.go
 */
import { decodeBase64 } from '../api/base64.ts';
import type { Environment } from '../api/cri.ts';
import type { Container, EnvFromSource, EnvVar, EnvVarSource, ResourceFieldSelector, ResourceList } from '../api/kinds/core/container.ts';
import type { KubeObject } from '../api/meta.ts';
import { inUnits } from '../api/quantity.ts';
import type { Kind } from './references.ts';
import type { PodWorker } from './state.ts';

interface Place { readonly worker: PodWorker; readonly nodeName: string; readonly hostIP: string; /** What the node has for pods. */ readonly allocatable: ResourceList; /** What it is told about Services. */ readonly services: Environment }

/** The environment of a container, or why it cannot be made. */
export function environmentOf(container: Container, place: Place): { readonly ok: true; readonly env: Environment } | { readonly ok: false; readonly error: string } {
  // What comes later replaces what has the same name.
  const env = new Map<string, string>();
  const { services } = place;
  if (container.envFrom === undefined && container.env === undefined) return { ok: true, env: services };
  for (const source of container.envFrom ?? []) {
    const error = addAll(env, source, place.worker);
    if (error !== '') return { ok: false, error };
  }
  for (const variable of container.env ?? []) {
    const value = valueOf(variable, { ...place, container, env });
    if (value.error !== undefined) return { ok: false, error: value.error };
    if (value.text !== undefined) env.set(variable.name, value.text);
  }
  return { ok: true, env: [...[...env].map(([name, value]) => ({ name, value })), ...services.filter(({ name }) => !env.has(name))] };
}

function addAll(env: Map<string, string>, source: EnvFromSource, worker: PodWorker): string {
  const kind: Kind = source.configMapRef !== undefined ? 'ConfigMap' : 'Secret';
  const { name = '', optional } = source.configMapRef ?? source.secretRef ?? {};
  const object = worker.sources?.[`${kind}/${name}`] ?? null;
  if (object === null) return optional === true ? '' : `${kind.toLowerCase()} "${name}" not found`;
  for (const [key, value] of Object.entries(dataOf(kind, object))) env.set(`${source.prefix ?? ''}${key}`, value);
  return '';
}

/** A place with the container and the variables that it has so far. */
interface Inside extends Place { readonly container: Container; readonly env: ReadonlyMap<string, string> }

function valueOf(variable: EnvVar, place: Inside): { readonly text?: string; readonly error?: string } {
  const from = variable.valueFrom;
  if (from === undefined) return { text: expand(variable.value ?? '', { get: name => place.env.get(name) ?? place.services.find(one => one.name === name)?.value }) };
  if (from.resourceFieldRef !== undefined) return { text: resourceOf(from.resourceFieldRef, place) };
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

/** An amount of this container or another one of the pod; without a limit the node's. @source kubernetes/component-helpers resource/helpers.go (ExtractContainerResourceValue) */
function resourceOf(of: ResourceFieldSelector, { worker: { pod }, container, allocatable }: Inside): string {
  const asked = of.containerName === undefined || of.containerName === '' ? container : [...pod.spec.containers, ...(pod.spec.initContainers ?? [])].find(({ name }) => name === of.containerName) ?? container;
  const [side, name = ''] = [of.resource.slice(0, of.resource.indexOf('.')), of.resource.slice(of.resource.indexOf('.') + 1)];
  const amount = asked.resources?.[side as 'limits' | 'requests']?.[name] ?? (side === 'limits' ? allocatable[name] : undefined);
  return String(inUnits(name, amount, of.divisor));
}

function dataOf(kind: Kind, object: KubeObject): Readonly<Record<string, string>> {
  const { data = {} } = object as { readonly data?: Readonly<Record<string, string>> };
  if (kind === 'ConfigMap') return data;
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, decodeBase64(value)]));
}

/** `$(NAME)` becomes the variable's value, and stays when there is none; `$$` is a dollar. */
export function expand(text: string, env: Pick<ReadonlyMap<string, string>, 'get'>): string {
  return text.replaceAll(/\$(?:\$|\(([^)]*)\))/g, (found, name: string | undefined) => (name === undefined ? '$' : env.get(name) ?? found));
}
