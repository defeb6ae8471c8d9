import { compareText } from '../../../base/compare.ts';
import { findCondition } from '../../condition.ts';
import { duplicate, forbidden, invalid } from '../../field-error.ts';
import type { FieldError } from '../../field-error.ts';
import type { Condition, KubeObject } from '../../meta.ts';
import { dns1123Subdomain, labelValue, qualifiedName } from '../../names.ts';
import { defineResource, keepOnlyStatus, metadataFields, statusSubresource } from '../../resource.ts';
import { age } from '../../time.ts';
import { validateObjectMeta, validateObjectMetaUpdate } from '../../validate-meta.ts';
import type { Taint } from './affinity.ts';
import type { ResourceList } from './container.ts';
import { validateAmount } from './validate-resources.ts';
import { validateTaintEffect } from './validate-scheduling.ts';

/** The desired state of a node. */
export interface NodeSpec {
  readonly podCIDR?: string;
  readonly podCIDRs?: readonly string[];
  readonly providerID?: string;
  /** Set by cordon: no new pods. */
  readonly unschedulable?: boolean;
  readonly taints?: readonly Taint[];
}

/** An address of a node. */
export interface NodeAddress {
  readonly type: 'Hostname' | 'InternalIP' | 'ExternalIP' | 'InternalDNS' | 'ExternalDNS';
  readonly address: string;
}

/** Versions and identities that the kubelet reports. */
export interface NodeSystemInfo {
  readonly machineID: string;
  readonly systemUUID: string;
  readonly bootID: string;
  readonly kernelVersion: string;
  readonly osImage: string;
  readonly containerRuntimeVersion: string;
  readonly kubeletVersion: string;
  readonly kubeProxyVersion: string;
  readonly operatingSystem: string;
  readonly architecture: string;
}

/** The observed state of a node. */
export interface NodeStatus {
  readonly capacity?: ResourceList;
  readonly allocatable?: ResourceList;
  readonly phase?: string;
  readonly conditions?: readonly Condition[];
  readonly addresses?: readonly NodeAddress[];
  readonly daemonEndpoints?: { readonly kubeletEndpoint?: { readonly Port: number } };
  readonly nodeInfo?: NodeSystemInfo;
  readonly images?: readonly { readonly names?: readonly string[]; readonly sizeBytes?: number }[];
  readonly volumesInUse?: readonly string[];
  readonly volumesAttached?: readonly { readonly name: string; readonly devicePath: string }[];
  readonly features?: { readonly supplementalGroupsPolicy?: boolean };
}

/** A machine that runs pods. */
export interface Node extends KubeObject {
  readonly apiVersion: 'v1';
  readonly kind: 'Node';
  readonly spec?: NodeSpec;
  readonly status?: NodeStatus;
}

/** Upstream reports taints below `metadata`; so do we. */
function validateTaints(taints: readonly Taint[], path: string): readonly FieldError[] {
  const errors: FieldError[] = [];
  const seen = new Set<string>();
  taints.forEach((taint, i) => {
    const at = `${path}[${i}]`;
    for (const message of qualifiedName(taint.key ?? '')) errors.push(invalid(`${at}.key`, taint.key ?? '', message));
    const wrong = labelValue(taint.value ?? '');
    if (wrong.length > 0) errors.push(invalid(`${at}.value`, taint.value, wrong.join(';')));
    validateTaintEffect(taint.effect, `${at}.effect`, errors);
    const pair = `${taint.key}:${taint.effect}`;
    if (seen.has(pair)) errors.push({ ...duplicate(at, taint), detail: 'taints must be unique by key and effect pair' });
    seen.add(pair);
  });
  return errors;
}

function validateNode(node: Node): readonly FieldError[] {
  const errors = validateObjectMeta(node, false, dns1123Subdomain);
  errors.push(...validateTaints(node.spec?.taints ?? [], 'metadata.taints'));
  return errors;
}

function validateAmounts(status: NodeStatus | undefined, errors: FieldError[]): void {
  for (const part of ['capacity', 'allocatable'] as const) {
    const list = status?.[part] ?? {};
    for (const name of Object.keys(list)) validateAmount(name, list[name] ?? '0', { path: `status.${part}.${name}`, errors });
  }
}

function validateNodeUpdate(node: Node, old: Node): readonly FieldError[] {
  const errors = validateObjectMetaUpdate(node, old);
  if (node.status !== old.status) validateAmounts(node.status, errors);
  if (node.spec?.taints !== old.spec?.taints) errors.push(...validateTaints(node.spec?.taints ?? [], 'spec.taints'));
  for (const field of ['podCIDR', 'providerID'] as const) {
    const before = old.spec?.[field];
    if (before && node.spec?.[field] !== before) {
      errors.push(forbidden(field === 'podCIDR' ? 'spec.podCIDRs' : `spec.${field}`, field === 'podCIDR' ? 'node updates may not change podCIDR except from "" to valid' : 'node updates may not change providerID except from "" to valid'));
    }
  }
  return errors;
}

function statusText(node: Node): string {
  const ready = findCondition(node.status?.conditions, 'Ready');
  const word = ready === undefined ? 'Unknown' : ready.status === 'True' ? 'Ready' : 'NotReady';
  return node.spec?.unschedulable === true ? `${word},SchedulingDisabled` : word;
}

const rolePrefix = 'node-role.kubernetes.io/';

function roles(node: Node): string {
  const labels = node.metadata.labels ?? {};
  const found: string[] = [];
  for (const key of Object.keys(labels)) {
    if (key.startsWith(rolePrefix) && key.length > rolePrefix.length) found.push(key.slice(rolePrefix.length));
    else if (key === 'kubernetes.io/role' && labels[key]) found.push(labels[key]);
  }
  return found.length === 0 ? '<none>' : found.sort(compareText).join(',');
}

const addressOf = (node: Node, type: NodeAddress['type']): string => node.status?.addresses?.find((address) => address.type === type)?.address ?? '<none>';
const orUnknown = (text: string | undefined): string => (text === undefined || text === '' ? '<unknown>' : text);

/** @source kubernetes pkg/registry/core/node/strategy.go */
export const nodeResource = defineResource<Node>({
  group: '', version: 'v1', kind: 'Node', plural: 'nodes', singular: 'node', shortNames: ['no'], categories: [], namespaced: false,
  subresources: [
    { name: 'proxy', verbs: ['create', 'delete', 'get', 'patch', 'update'], responseKind: { group: '', version: 'v1', kind: 'NodeProxyOptions' } },
    statusSubresource,
  ],
  storagePrefix: '/registry/minions/', allowUnconditionalUpdate: true,
  selectableFields: [
    ...metadataFields<Node>(false),
    { path: 'spec.unschedulable', get: (node) => (node.spec?.unschedulable === true ? 'true' : 'false') },
  ],
  columns: [
    { name: 'Name', cell: (node) => node.metadata.name },
    { name: 'Status', cell: statusText },
    { name: 'Roles', cell: roles },
    { name: 'Age', cell: (node, now) => age(node.metadata.creationTimestamp, now) },
    { name: 'Version', cell: (node) => node.status?.nodeInfo?.kubeletVersion ?? '' },
    { name: 'Internal-IP', wide: true, cell: (node) => addressOf(node, 'InternalIP') },
    { name: 'External-IP', wide: true, cell: (node) => addressOf(node, 'ExternalIP') },
    { name: 'OS-Image', wide: true, cell: (node) => orUnknown(node.status?.nodeInfo?.osImage) },
    { name: 'Kernel-Version', wide: true, cell: (node) => orUnknown(node.status?.nodeInfo?.kernelVersion) },
    { name: 'Container-Runtime', wide: true, cell: (node) => orUnknown(node.status?.nodeInfo?.containerRuntimeVersion) },
  ],
  defaults(node) {
    // What may be allocated is what is there, until the kubelet says otherwise.
    if (node.status?.capacity === undefined || node.status.allocatable !== undefined) return node;
    return { ...node, status: { ...node.status, allocatable: node.status.capacity } };
  },
  // A kubelet registers its node with a status, which is kept.
  prepareForCreate: (node) => node,
  prepareForUpdate(node, old) {
    const { status: _status, ...rest } = node;
    return old.status === undefined ? rest : { ...rest, status: old.status };
  },
  prepareForStatusUpdate: (node, old) => keepOnlyStatus(node, old),
  validate: validateNode,
  validateUpdate: validateNodeUpdate,
  validateStatusUpdate: validateNodeUpdate,
});
