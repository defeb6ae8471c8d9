/**
 * Which nodes a DaemonSet wants its pods on, and the pod for a node.
 *
 * @source kubernetes/kubernetes pkg/controller/daemon/daemon_controller.go (NodeShouldRunDaemonPod), util/daemonset_util.go
 */
import { deepFreeze } from '../../base/data.ts';
import { meetsNodeAffinity, toleratesTaint } from '../../api/placement.ts';
import type { Affinity, NodeSelector, Taint, Toleration } from '../../api/kinds/core/affinity.ts';
import { type DaemonSet, TEMPLATE_GENERATION } from '../../api/kinds/apps/daemon-set.ts';
import type { Node } from '../../api/kinds/core/node.ts';
import type { Pod } from '../../api/kinds/core/pod.ts';
import type { PodSpec, PodTemplateSpec } from '../../api/kinds/core/pod-spec.ts';
import { REVISION_HASH } from '../history.ts';
import { podFromTemplate } from '../template.ts';

/** Label with the number of the template. @source k8s.io/api extensions/v1beta1 (DaemonSetTemplateGenerationKey) */
const GENERATION = 'pod-template-generation';

const taint = (name: string, effect: 'NoSchedule' | 'NoExecute'): Toleration => ({ key: `node.kubernetes.io/${name}`, operator: 'Exists', effect });
const ALWAYS: readonly Toleration[] = [
  taint('not-ready', 'NoExecute'), taint('unreachable', 'NoExecute'), taint('disk-pressure', 'NoSchedule'), taint('memory-pressure', 'NoSchedule'),
  taint('pid-pressure', 'NoSchedule'), taint('unschedulable', 'NoSchedule'),
];
const NETWORK = taint('network-unavailable', 'NoSchedule');

/** Pods of daemons stay on nodes that others leave, and come to nodes that take nobody else. */
export function daemonTolerations({ hostNetwork, tolerations = [] }: PodSpec): readonly Toleration[] {
  const added = hostNetwork === true ? [...ALWAYS, NETWORK] : ALWAYS;
  const replaces = (one: Toleration): boolean => added.some(other => other.key === one.key && other.effect === one.effect && (one.operator ?? 'Equal') === 'Exists');
  return [...tolerations.filter(one => !replaces(one)), ...added];
}

/** `runs`: a pod is wanted there. `stays`: one that is there already may go on. */
export interface Wanted { readonly runs: boolean; readonly stays: boolean }

const NO: Wanted = Object.freeze({ runs: false, stays: false });

/** Whether a node should have a pod, judged by the template and not by what is free. */
export function wantsPod(set: DaemonSet, node: Node): Wanted {
  const { spec } = set.spec.template;
  if ((spec.nodeName ?? '') !== '' && spec.nodeName !== node.metadata.name) return NO;
  if (!meetsNodeAffinity({ apiVersion: 'v1', kind: 'Pod', metadata: { name: '' }, spec }, node)) return NO;
  const hindering = untolerated(node.spec?.taints ?? [], daemonTolerations(spec));
  return { runs: hindering.length === 0, stays: hindering.every(({ effect }) => effect !== 'NoExecute') };
}

const untolerated = (taints: readonly Taint[], tolerations: readonly Toleration[]): readonly Taint[] =>
  taints.filter(one => one.effect !== 'PreferNoSchedule' && !tolerations.some(toleration => toleratesTaint(toleration, one)));

/** The node a pod is on, or is meant for. */
export function targetNode({ spec }: Pod): string {
  if ((spec.nodeName ?? '') !== '') return spec.nodeName ?? '';
  for (const { matchFields = [] } of spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? []) {
    for (const { key, operator, values = [] } of matchFields) if (key === 'metadata.name' && operator === 'In' && values.length === 1) return values[0] ?? '';
  }
  return '';
}

/** What all pods of a revision have in common. */
export function daemonTemplate(set: DaemonSet, hash: string): PodTemplateSpec {
  const { metadata, spec } = set.spec.template;
  const generation = set.metadata.annotations?.[TEMPLATE_GENERATION];
  const labels = { ...metadata?.labels, ...(generation !== undefined ? { [GENERATION]: generation } : {}), [REVISION_HASH]: hash };
  return deepFreeze({ metadata: { ...metadata, labels }, spec: { ...spec, tolerations: daemonTolerations(spec) } });
}

/** The pod for a node: the scheduler may put it nowhere else. */
export function podForNode(template: PodTemplateSpec, set: DaemonSet, node: string): Pod {
  return podFromTemplate({ ...template, spec: { ...template.spec, affinity: pinned(template.spec.affinity, node) } }, set);
}

function pinned(affinity: Affinity | undefined, node: string): Affinity {
  const terms: NodeSelector = { nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: [node] }] }] };
  return { ...affinity, nodeAffinity: { ...affinity?.nodeAffinity, requiredDuringSchedulingIgnoredDuringExecution: terms } };
}
