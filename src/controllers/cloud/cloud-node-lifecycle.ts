/**
 * The cloud node lifecycle controller: removes the record of a node whose machine is gone, and marks one whose machine is switched off.
 *
 * @source kubernetes/cloud-provider controllers/nodelifecycle/node_lifecycle_controller.go
 */
import { deepFreeze, seconds } from '../../base/data.ts';
import { isConditionStatus } from '../../api/condition.ts';
import type { Taint } from '../../api/kinds/core/affinity.ts';
import type { Node } from '../../api/kinds/core/node.ts';
import type { Conversation } from '../../sim/conversation.ts';
import { cx, defineController, type ReconcileResult } from '../../client/controller.ts';
import { call } from '../../client/resources.ts';
import { isNotFound } from '../replies.ts';
import { allMachines } from './requests.ts';

/** `--node-monitor-period`. */
const MONITOR_PERIOD = seconds(5);
/** The machine exists but is switched off. */
const SHUTDOWN = 'node.cloudprovider.kubernetes.io/shutdown';
/** Opt-out label. */
const EXCLUDED = 'node.kubernetes.io/exclude-from-lifecycle-management';

export const cloudNodeLifecycleController = defineController({
  name: 'cloud-node-lifecycle-controller',
  serviceAccount: 'cloud-controller-manager',
  source: 'staging/src/k8s.io/cloud-provider/controllers/nodelifecycle/node_lifecycle_controller.go',
  reads: [{ kind: 'Node' }],
  periodic: [{ key: 'monitor', every: MONITOR_PERIOD }],
  workers: 1,
  reconcile: monitor,
});

/** Nodes that one round changes; the rest waits for the next. */
const ROUND_MAX = 500;

const hasShutdownTaint = (node: Node): boolean => node.spec?.taints?.some(taint => taint.key === SHUTDOWN) === true;
const isReady = (node: Node): boolean => isConditionStatus(node.status?.conditions, 'Ready');

/**
 * Ready nodes need no question to the cloud: they live.
 *
 * @fidelity simplified: asks for all machines at once, where upstream asks for each node
 */
function* monitor(): Conversation<ReconcileResult> {
  const nodes = (yield* cx.list<Node>('Node')).filter(node => node.metadata.labels?.[EXCLUDED] === undefined);
  const suspects = nodes.filter(node => !isReady(node)).slice(0, ROUND_MAX);
  const back = nodes.filter(node => isReady(node) && hasShutdownTaint(node)).slice(0, ROUND_MAX);
  let error: string | undefined;
  for (const node of back) error = (yield* setShutdown(node, false)) ?? error;
  if (suspects.length === 0) return error === undefined ? {} : { error };
  const machines = yield* allMachines();
  if (!machines.ok) return { error: machines.error };
  for (const node of suspects) {
    const instance = machines.value.of(node);
    if (instance === undefined) error = (yield* deleteNode(node)) ?? error;
    else if (instance.state === 'stopped') error = (yield* setShutdown(node, true)) ?? error;
  }
  return error === undefined ? {} : { error };
}

function* deleteNode(node: Node): Conversation<string | undefined> {
  const { name } = node.metadata;
  yield* cx.event({ about: node, type: 'Normal', reason: 'DeletingNode', message: `Deleting node ${name} because it does not exist in the cloud provider` });
  const reply = yield* cx.request(call('delete', 'Node', name));
  if (!reply.ok && !isNotFound(reply)) return reply.message;
  yield* cx.record('ccm.node.deleted', { node: name });
  return undefined;
}

function* setShutdown(node: Node, wanted: boolean): Conversation<string | undefined> {
  if (hasShutdownTaint(node) === wanted) return undefined;
  const taints: readonly Taint[] = node.spec?.taints ?? [];
  const changed = wanted ? [...taints, { key: SHUTDOWN, effect: 'NoSchedule' as const }] : taints.filter(taint => taint.key !== SHUTDOWN);
  const body = deepFreeze({ metadata: { resourceVersion: node.metadata.resourceVersion }, spec: { taints: changed } });
  const reply = yield* cx.request(call('patch', 'Node', node.metadata.name, { body, patchType: 'merge' }));
  return reply.ok || isNotFound(reply) ? undefined : reply.message;
}
