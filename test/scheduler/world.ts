/** Nodes and pods for the scheduler's tests, from short manifests. */
import { deepFreeze } from '../../src/base/data.ts';
import type { Namespace, Node, Pod, ReplicaSet, Service } from '../../src/api/kinds/all.ts';
import { CycleState } from '../../src/scheduler/framework/cycle-state.ts';
import type { Plugin, Snapshot } from '../../src/scheduler/framework/plugin.ts';
import { newNodeInfo, withPod } from '../../src/scheduler/node-info.ts';
import { NodeList } from '../../src/scheduler/node-list.ts';

/* eslint-disable @typescript-eslint/no-explicit-any */
export type Manifest = Record<string, any>;

export function podOf(manifest: Manifest): Pod {
  const { metadata, spec } = manifest;
  return deepFreeze({ apiVersion: 'v1', kind: 'Pod', ...manifest, metadata: { uid: `uid-${metadata.namespace ?? ''}-${metadata.name}`, ...metadata }, spec: { containers: [], ...spec } }) as unknown as Pod;
}

/** Without stated room a node has plenty. */
export function nodeOf(manifest: Manifest): Node {
  const allocatable = manifest['status']?.allocatable ?? { cpu: '1000', memory: '1000Gi', pods: '1000', 'ephemeral-storage': '1000Gi' };
  return deepFreeze({ apiVersion: 'v1', kind: 'Node', ...manifest, status: { ...manifest['status'], allocatable } }) as unknown as Node;
}

export interface Others { readonly namespaces?: readonly Manifest[]; readonly services?: readonly Manifest[]; readonly replicaSets?: readonly Manifest[] }

export function snapshotOf(nodes: readonly Manifest[], pods: readonly Manifest[] = [], others: Others = {}): Snapshot {
  const placed = pods.map(podOf);
  const infos = nodes.map(node => placed.filter(pod => pod.spec.nodeName === node['metadata'].name).reduce(withPod, newNodeInfo(nodeOf(node))));
  const frozen = <T>(list: readonly Manifest[] = []): readonly T[] => deepFreeze(list) as unknown as readonly T[];
  return {
    nodes: new NodeList(infos),
    listers: {
      namespaceLabels: name => frozen<Namespace>(others.namespaces).find(one => one.metadata.name === name)?.metadata.labels,
      services: namespace => frozen<Service>(others.services).filter(one => (one.metadata.namespace ?? '') === namespace),
      replicaSet: (namespace, name) => frozen<ReplicaSet>(others.replicaSets).find(one => (one.metadata.namespace ?? '') === namespace && one.metadata.name === name),
    },
  };
}

export interface Verdict { readonly feasible: boolean; readonly reasons?: readonly string[]; readonly code?: string }

/** What one plugin's filter says of every node. */
export function filterAlone(plugin: Plugin, pod: Pod, snapshot: Snapshot): Record<string, Verdict> {
  const state = new CycleState();
  const first = plugin.preFilter?.(state, pod, snapshot) ?? null;
  const verdicts: Record<string, Verdict> = {};
  for (const info of snapshot.nodes.infos) {
    let status = null;
    if (first === null || ('nodeNames' in first && first.nodeNames.includes(info.name))) status = plugin.filter?.(state, pod, info) ?? null;
    else if ('nodeNames' in first) status = plugin.filter?.(state, pod, info) ?? null;
    else if (first.code !== 'Skip') status = first;
    verdicts[info.name] = status === null ? { feasible: true } : { feasible: false, reasons: status.reasons, code: status.code };
  }
  return verdicts;
}

/** One plugin's scores after normalisation; 'Skip' when it does not score this pod. */
export function scoreAlone(plugin: Plugin, pod: Pod, snapshot: Snapshot): Record<string, number> | 'Skip' {
  const state = new CycleState();
  const { infos } = snapshot.nodes;
  const feasible = { places: Int32Array.from(infos, (_info, place) => place) };
  if (plugin.preScore?.(state, pod, feasible, snapshot)?.code === 'Skip') return 'Skip';
  const scores = Float64Array.from(infos, info => plugin.score?.(state, pod, info) ?? 0);
  plugin.normalize?.(state, scores);
  return Object.fromEntries(infos.map((info, i) => [info.name, scores[i] as number]));
}
