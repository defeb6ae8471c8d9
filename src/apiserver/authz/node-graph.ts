/**
 * Which pods are on which node, kept up to date with the watch cache: from there the Node authorizer finds what a kubelet's pods refer to.
 *
 * @source kubernetes/kubernetes plugin/pkg/auth/authorizer/node/graph.go
 */
import type { Container, Pod, PodSpec } from '../../api/kinds/all.ts';
import type { KubeObject } from '../../api/meta.ts';
import type { Server, ServerState } from '../state.ts';

const keyOf = (node: string, { metadata }: Pod): string => `${node} ${metadata.namespace ?? ''}/${metadata.name}`;

/** Takes note of a changed pod; both ends are undefined when there was or is none. */
export function indexPod({ podsByNode }: ServerState, before: KubeObject | undefined, now: KubeObject | undefined): void {
  const old = before as Pod | undefined;
  const pod = now as Pod | undefined;
  const from = old?.spec.nodeName ?? '';
  const to = pod?.spec.nodeName ?? '';
  if (from === to) return;
  if (old !== undefined && from !== '') podsByNode.delete(keyOf(from, old));
  if (pod !== undefined && to !== '') podsByNode.set(keyOf(to, pod), true);
}

/** The pods of a node, in one namespace or ('') in all. */
export function podsOn({ state }: Server, node: string, namespace: string): readonly Pod[] {
  const pods: Pod[] = [];
  const items = state.caches.get('/pods')?.items;
  const from = namespace === '' ? `${node} ` : `${node} ${namespace}/`;
  const to = namespace === '' ? `${node}!` : `${node} ${namespace}0`;
  state.podsByNode.range(from, to, key => {
    const pod = items?.get(`/registry/pods/${key.slice(node.length + 1)}`);
    if (pod !== undefined) pods.push(pod as Pod);
  });
  return pods;
}

function allContainers({ containers, initContainers, ephemeralContainers }: PodSpec): readonly Container[] {
  if (initContainers === undefined && ephemeralContainers === undefined) return containers;
  return [...initContainers ?? [], ...containers, ...(ephemeralContainers ?? []) as unknown as readonly Container[]];
}

/** What a pod may read of a kind: spec → names. */
const secretNames = new WeakMap<PodSpec, ReadonlySet<string>>();
const configMapNames = new WeakMap<PodSpec, ReadonlySet<string>>();

/** Secrets that a pod refers to itself. */
export function secretsOf({ spec }: Pod): ReadonlySet<string> {
  let names = secretNames.get(spec);
  if (names === undefined) {
    secretNames.set(spec, names = named([
      ...(spec.imagePullSecrets ?? []).map(({ name }) => name),
      ...(spec.volumes ?? []).flatMap(volume => [volume.secret?.secretName, ...(volume.projected?.sources ?? []).map(source => source.secret?.name)]),
      ...allContainers(spec).flatMap(container => [...(container.env ?? []).map(env => env.valueFrom?.secretKeyRef?.name), ...(container.envFrom ?? []).map(from => from.secretRef?.name)]),
    ]));
  }
  return names;
}

/** ConfigMaps that a pod refers to. */
export function configMapsOf({ spec }: Pod): ReadonlySet<string> {
  let names = configMapNames.get(spec);
  if (names === undefined) {
    configMapNames.set(spec, names = named([
      ...(spec.volumes ?? []).flatMap(volume => [volume.configMap?.name, ...(volume.projected?.sources ?? []).map(source => source.configMap?.name)]),
      ...allContainers(spec).flatMap(container => [...(container.env ?? []).map(env => env.valueFrom?.configMapKeyRef?.name), ...(container.envFrom ?? []).map(from => from.configMapRef?.name)]),
    ]));
  }
  return names;
}

/** Claims of a pod, those of its ephemeral volumes included. */
export function claimsOf({ spec, metadata }: Pod): readonly string[] {
  return (spec.volumes ?? []).flatMap(volume => {
    if (volume.persistentVolumeClaim !== undefined) return [volume.persistentVolumeClaim.claimName];
    return (volume as { readonly ephemeral?: unknown }).ephemeral === undefined ? [] : [`${metadata.name}-${volume.name}`];
  });
}

function named(names: readonly (string | undefined)[]): ReadonlySet<string> {
  return new Set(names.filter(name => name !== undefined && name !== '') as readonly string[]);
}
