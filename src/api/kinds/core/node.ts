import { compareText } from '../../../base/compare.ts';
import { findCondition } from '../../condition.ts';
import { duplicate, forbidden, invalid } from '../../field-error.ts';
import type { FieldError } from '../../field-error.ts';
import type { Condition, KubeObject } from '../../meta.ts';
import { isBlock } from '../../ip-forms.ts';
import { dns1123Subdomain, labelValue, qualifiedName } from '../../names.ts';
import { defineResource, keepOnlyStatus, metadataFields, statusSubresource } from '../../resource.ts';
import { age } from '../../time.ts';
import { validateObjectMeta, validateObjectMetaUpdate } from '../../validate-meta.ts';
import type { Taint } from './affinity.ts';
import type { ResourceList } from './container.ts';
import { cidrText } from './validate-address.ts';
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

function validateBlocks(node: Node, errors: FieldError[]): void {
  const blocks = node.spec?.podCIDRs ?? [];
  blocks.forEach((block, i) => { if (!isBlock(block)) errors.push(invalid(`spec.podCIDRs[${i}]`, block, cidrText)); });
  const isDual = blocks.some((block) => block.includes(':')) && blocks.some((block) => !block.includes(':'));
  if (blocks.length > 1 && (!isDual || blocks.length > 2)) errors.push(invalid('spec.podCIDRs', blocks, 'may specify no more than one CIDR for each IP family'));
}

function validateNode(node: Node): readonly FieldError[] {
  const errors = validateObjectMeta(node, false, dns1123Subdomain);
  errors.push(...validateTaints(node.spec?.taints ?? [], 'metadata.taints'));
  validateAmounts(node.status, errors);
  validateBlocks(node, errors);
  return errors;
}

function validateAmounts(status: NodeStatus | undefined, errors: FieldError[]): void {
  for (const part of ['capacity', 'allocatable'] as const) {
    const list = status?.[part] ?? {};
    for (const name of Object.keys(list)) validateAmount(name, list[name] ?? '0', { path: `status.${part}.${name}`, errors });
  }
}

function validateAddresses(addresses: readonly NodeAddress[], errors: FieldError[]): void {
  const seen = new Set<string>();
  addresses.forEach((address, i) => {
    const key = `${address.type} ${address.address}`;
    if (seen.has(key)) errors.push(duplicate(`status.addresses[${i}]`, address));
    seen.add(key);
  });
}

type OldSpec = NodeSpec & { readonly externalID?: string };

function validateNodeUpdate(node: Node, old: Node): readonly FieldError[] {
  const errors = validateObjectMetaUpdate(node, old);
  if (node.status !== old.status) {
    validateAmounts(node.status, errors);
    if (node.status?.addresses !== old.status?.addresses) validateAddresses(node.status?.addresses ?? [], errors);
  }
  if (node.spec === old.spec) return errors;
  const [spec, before]: readonly OldSpec[] = [node.spec ?? {}, old.spec ?? {}];
  const [blocks, oldBlocks] = [spec?.podCIDRs ?? [], before?.podCIDRs ?? []];
  const blocksText = 'node updates may not change podCIDR except from "" to valid';
  if (oldBlocks.length > 0 && oldBlocks.length !== blocks.length) errors.push(forbidden('spec.podCIDRs', blocksText));
  else for (const [i, block] of oldBlocks.entries()) if (block !== blocks[i]) errors.push(forbidden('spec.podCIDRs', blocksText));
  if (before?.providerID && spec?.providerID !== before.providerID) errors.push(forbidden('spec.providerID', 'node updates may not change providerID except from "" to valid'));
  errors.push(...validateTaints(spec?.taints ?? [], 'metadata.taints'));
  if (spec?.externalID !== before?.externalID) errors.push(forbidden('spec.externalID', 'may not be updated'));
  return errors;
}

/** Both fields say the same; the old one is the first of the new, and counts where they differ. @source kubernetes pkg/apis/core/v1/conversion.go (Convert_v1_NodeSpec_To_core_NodeSpec) */
function withBlocks(node: Node): Node {
  const { podCIDR, podCIDRs } = node.spec ?? {};
  const [first] = podCIDRs ?? [];
  if (podCIDR && podCIDR !== first) return { ...node, spec: { ...node.spec, podCIDRs: [podCIDR] } };
  return first === undefined || podCIDR ? node : { ...node, spec: { ...node.spec, podCIDR: first } };
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

/** @source kubernetes pkg/registry/core/node/strategy.go (fieldIsDeprecatedWarnings) */
function nodeWarnings({ spec }: Node): readonly string[] {
  const { configSource, externalID } = (spec ?? {}) as { readonly configSource?: unknown; readonly externalID?: string };
  return [
    ...(configSource === undefined ? [] : ['spec.configSource: the feature is removed']),
    ...(externalID ? ['spec.externalID: this field is deprecated, and is unused by Kubernetes'] : []),
  ];
}

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
    { name: 'Status', description: 'Whether the node is ready and takes new pods.', cell: statusText },
    { name: 'Roles', description: 'Roles that labels give the node.', cell: roles },
    { name: 'Age', cell: (node, now) => age(node.metadata.creationTimestamp, now) },
    { name: 'Version', doc: 'NodeSystemInfo.kubeletVersion', cell: (node) => node.status?.nodeInfo?.kubeletVersion ?? '' },
    { name: 'Internal-IP', wide: true, doc: 'NodeStatus.addresses', cell: (node) => addressOf(node, 'InternalIP') },
    { name: 'External-IP', wide: true, doc: 'NodeStatus.addresses', cell: (node) => addressOf(node, 'ExternalIP') },
    { name: 'OS-Image', wide: true, doc: 'NodeSystemInfo.osImage', cell: (node) => orUnknown(node.status?.nodeInfo?.osImage) },
    { name: 'Kernel-Version', wide: true, doc: 'NodeSystemInfo.kernelVersion', cell: (node) => orUnknown(node.status?.nodeInfo?.kernelVersion) },
    { name: 'Container-Runtime', wide: true, doc: 'NodeSystemInfo.containerRuntimeVersion', cell: (node) => orUnknown(node.status?.nodeInfo?.containerRuntimeVersion) },
  ],
  defaults(given) {
    const node = withBlocks(given);
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
  validateUpdate: (node, old) => [...validateNode(node), ...validateNodeUpdate(node, old)],
  validateStatusUpdate: validateNodeUpdate,
  warnings: nodeWarnings,
});
