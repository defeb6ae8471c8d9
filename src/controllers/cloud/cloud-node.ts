/**
 * The cloud node controller: completes a new node with what only the cloud knows, then lets pods onto it.
 *
 * @source kubernetes/cloud-provider controllers/node/node_controller.go
 */
import { equalData } from '../../base/compare.ts';
import { deepFreeze, minutes } from '../../base/data.ts';
import type { StringMap } from '../../api/meta.ts';
import type { Node, NodeAddress } from '../../api/kinds/core/node.ts';
import type { Conversation } from '../../sim/conversation.ts';
import { cx, defineController, type ReconcileResult } from '../../client/controller.ts';
import { call } from '../../client/resources.ts';
import { isNotFound } from '../replies.ts';
import { type CloudInstance, providerIdOf } from './cloud.ts';
import { allMachines, findInstance } from './requests.ts';

/** Set by a kubelet with `--cloud-provider=external`. */
const UNINITIALIZED = 'node.cloudprovider.kubernetes.io/uninitialized';
/** `--node-status-update-frequency` of the cloud-controller-manager. */
const STATUS_PERIOD = minutes(5);
const REFRESH = ':addresses';

export const cloudNodeController = defineController({
  name: 'cloud-node-controller',
  serviceAccount: 'cloud-controller-manager',
  source: 'staging/src/k8s.io/cloud-provider/controllers/node/node_controller.go',
  for: 'Node',
  periodic: [{ key: REFRESH, every: STATUS_PERIOD }],
  workers: 1,
  reconcile,
});

function* reconcile(key: string): Conversation<ReconcileResult> {
  if (key === REFRESH) return yield* refreshAddresses();
  const node = yield* cx.get<Node>('Node', key);
  if (node === null || !isUninitialized(node)) return {};
  const found = yield* findInstance(node);
  if (!found.ok) return { error: `failed to get instance metadata for node ${key}: ${found.error}` };
  if (found.value === null) return { error: `failed to get instance metadata for node ${key}: instance not found` };
  return yield* initialize(node, found.value);
}

const isUninitialized = (node: Node): boolean => node.spec?.taints?.some(taint => taint.key === UNINITIALIZED) === true;

/** Labels by which scheduler and people know where a node stands; the beta ones are kept for old selectors. */
function labelsFrom(instance: CloudInstance): StringMap {
  return {
    'node.kubernetes.io/instance-type': instance.type, 'beta.kubernetes.io/instance-type': instance.type,
    'topology.kubernetes.io/zone': instance.zone, 'failure-domain.beta.kubernetes.io/zone': instance.zone,
    'topology.kubernetes.io/region': instance.region, 'failure-domain.beta.kubernetes.io/region': instance.region,
  };
}

function addressesFrom(node: Node, instance: CloudInstance): readonly NodeAddress[] {
  return [
    { type: 'InternalIP', address: instance.address },
    ...(instance.externalAddress !== undefined ? [{ type: 'ExternalIP' as const, address: instance.externalAddress }] : []),
    { type: 'Hostname', address: node.metadata.labels?.['kubernetes.io/hostname'] ?? node.metadata.name },
  ];
}

/** The taint goes in the same write that brings what it stood for. */
function* initialize(node: Node, instance: CloudInstance): Conversation<ReconcileResult> {
  const { name } = node.metadata;
  const taints = (node.spec?.taints ?? []).filter(taint => taint.key !== UNINITIALIZED);
  const spec = { ...node.spec, providerID: node.spec?.providerID ?? providerIdOf(instance), taints };
  const body = deepFreeze({ ...node, metadata: { ...node.metadata, labels: { ...node.metadata.labels, ...labelsFrom(instance) } }, spec });
  const reply = yield* cx.request(call('update', 'Node', name, { body }));
  if (!reply.ok) return isNotFound(reply) ? {} : { error: reply.message };
  yield* cx.event({ about: reply.object, type: 'Normal', reason: 'Synced', message: 'Node synced successfully' });
  yield* cx.record('ccm.node.initialized', { node: name });
  const error = yield* writeAddresses(reply.object as Node, instance);
  return error === undefined ? {} : { error };
}

function* writeAddresses(node: Node, instance: CloudInstance): Conversation<string | undefined> {
  const addresses = addressesFrom(node, instance);
  if (equalData(node.status?.addresses, addresses)) return undefined;
  const body = deepFreeze({ ...node, status: { ...node.status, addresses } });
  const reply = yield* cx.request(call('update', 'Node', node.metadata.name, { subresource: 'status', body }));
  return reply.ok || isNotFound(reply) ? undefined : reply.message;
}

function* refreshAddresses(): Conversation<ReconcileResult> {
  const nodes = (yield* cx.list<Node>('Node')).filter(node => !isUninitialized(node));
  if (nodes.length === 0) return {};
  const machines = yield* allMachines();
  if (!machines.ok) return { error: machines.error };
  let error: string | undefined;
  for (const node of nodes) {
    const instance = machines.value.of(node);
    if (instance !== undefined) error = (yield* writeAddresses(node, instance)) ?? error;
  }
  return error === undefined ? {} : { error };
}
