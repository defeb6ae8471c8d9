import type { Lease, Node, NodeSystemInfo, Pod } from '../../api/kinds/all.ts';
import { addQuantity, canonicalQuantity, milliValue, wholeValue } from '../../api/quantity.ts';
import { compareText } from '../../base/compare.ts';
import { longTime, since } from '../time-text.ts';
import { annotationLines, eventLines, labelLines, type Lines } from './sections.ts';
import type { Described } from './types.ts';

/** @source kubernetes/kubectl pkg/describe/describe.go describeNode */
export function describeNode(described: Described<Node>, beside: { readonly pods: readonly Pod[]; readonly lease: Lease | undefined }): Lines {
  const { object, events, now } = described;
  const { metadata, spec = {}, status = {} } = object;
  return [
    `Name:\t${metadata.name}`, `Roles:\t${rolesOf(object)}`,
    ...labelLines('Labels', metadata.labels), ...annotationLines('Annotations', metadata.annotations),
    `CreationTimestamp:\t${longTime(metadata.creationTimestamp)}`,
    ...taintLines(object), `Unschedulable:\t${spec.unschedulable ?? false}`,
    ...leaseLines(beside.lease),
    ...((status.conditions ?? []).length === 0 ? [] : conditionLines(object)),
    'Addresses:', ...(status.addresses ?? []).map((each) => `  ${each.type}:\t${each.address}`),
    ...amountLines('Capacity', status.capacity), ...amountLines('Allocatable', status.allocatable),
    ...systemLines(object),
    ...(spec.podCIDR ? [`PodCIDR:\t${spec.podCIDR}`] : []), ...((spec.podCIDRs ?? []).length > 0 ? [`PodCIDRs:\t${(spec.podCIDRs ?? []).join(',')}`] : []),
    ...(spec.providerID ? [`ProviderID:\t${spec.providerID}`] : []),
    ...resourceLines(object, beside.pods, (text) => since(text, now)),
    ...eventLines(events, now),
  ];
}

const ROLE_PREFIX = 'node-role.kubernetes.io/';

function rolesOf(node: Node): string {
  const labels = node.metadata.labels ?? {};
  const roles = Object.keys(labels).filter((key) => key.startsWith(ROLE_PREFIX) && key.length > ROLE_PREFIX.length).map((key) => key.slice(ROLE_PREFIX.length));
  return roles.length === 0 ? '<none>' : roles.sort(compareText).join(',');
}

function taintLines(node: Node): Lines {
  const taints = (node.spec?.taints ?? []).map((taint) => `${taint.key}${taint.value === undefined || taint.value === '' ? '' : `=${taint.value}`}:${taint.effect}`).sort(compareText);
  return taints.length === 0 ? ['Taints:\t<none>'] : taints.map((taint, i) => `${i === 0 ? 'Taints:' : ''}\t${taint}`);
}

function leaseLines(lease: Lease | undefined): Lines {
  if (lease === undefined) return ['Lease:\tFailed to get lease: leases.coordination.k8s.io not found'];
  const time = (text: string | null | undefined): string => (text === undefined || text === null ? '<unset>' : longTime(text));
  return ['Lease:', `  HolderIdentity:\t${lease.spec?.holderIdentity ?? '<unset>'}`, `  AcquireTime:\t${time(lease.spec?.acquireTime)}`, `  RenewTime:\t${time(lease.spec?.renewTime)}`];
}

function conditionLines(node: Node): Lines {
  const rows = (node.status?.conditions ?? []).map((each) => `  ${each.type} \t${each.status} \t${longTime(each.lastHeartbeatTime)} \t${longTime(each.lastTransitionTime)} \t${each.reason ?? ''} \t${each.message ?? ''}`);
  return ['Conditions:', '  Type\tStatus\tLastHeartbeatTime\tLastTransitionTime\tReason\tMessage', '  ----\t------\t-----------------\t------------------\t------\t-------', ...rows];
}

type Amounts = Readonly<Record<string, string | undefined>>;

function amountLines(title: string, amounts: Amounts | undefined): Lines {
  const names = Object.keys(amounts ?? {}).sort(compareText);
  return names.length === 0 ? [] : [`${title}:`, ...names.map((name) => `  ${name}:\t${canonicalQuantity(amounts?.[name] ?? '') ?? ''}`)];
}

function systemLines(node: Node): Lines {
  const info: Partial<NodeSystemInfo> = node.status?.nodeInfo ?? {};
  return ['System Info:', ...SYSTEM_FIELDS.map(([title, field]) => `  ${title}:\t${info[field] ?? ''}`), `  Kube-Proxy Version:\t${info.kubeProxyVersion ?? ''}`];
}

const SYSTEM_FIELDS: readonly (readonly [title: string, field: keyof NodeSystemInfo])[] = [
  ['Machine ID', 'machineID'], ['System UUID', 'systemUUID'], ['Boot ID', 'bootID'], ['Kernel Version', 'kernelVersion'], ['OS Image', 'osImage'], ['Operating System', 'operatingSystem'],
  ['Architecture', 'architecture'], ['Container Runtime Version', 'containerRuntimeVersion'], ['Kubelet Version', 'kubeletVersion'],
];

const RESOURCES = ['cpu', 'memory', 'ephemeral-storage'] as const;
type Sums = Readonly<Record<(typeof RESOURCES)[number], string>>;

/** What a pod asks for: containers together, or the biggest init container if that is more. */
function askedBy(pod: Pod, side: 'requests' | 'limits'): Sums {
  const sum = (name: string): string => pod.spec.containers.reduce((total, container) => addQuantity(total, container.resources?.[side]?.[name] ?? '0'), '0');
  const most = (name: string): string => (pod.spec.initContainers ?? []).reduce((top, container) => {
    const own = container.resources?.[side]?.[name] ?? '0';
    return milliValue(own) > milliValue(top) ? own : top;
  }, sum(name));
  return { cpu: most('cpu'), memory: most('memory'), 'ephemeral-storage': most('ephemeral-storage') };
}

function percent(name: string, amount: string, of: Amounts): string {
  const value = name === 'cpu' ? milliValue : wholeValue;
  const total = value(of[name] ?? '0');
  return `${amount} (${total === 0 ? 0 : Math.floor((value(amount) * 100) / total)}%)`;
}

function resourceLines(node: Node, pods: readonly Pod[], ago: (text: string | undefined) => string): Lines {
  const of: Amounts = node.status?.allocatable ?? node.status?.capacity ?? {};
  const asked = pods.map((pod) => ({ pod, requests: askedBy(pod, 'requests'), limits: askedBy(pod, 'limits') }));
  const total = (side: 'requests' | 'limits', name: (typeof RESOURCES)[number]): string => asked.reduce((sum, each) => addQuantity(sum, each[side][name]), '0');
  return [
    `Non-terminated Pods:\t(${pods.length} in total)`,
    '  Namespace\tName\t\tCPU Requests\tCPU Limits\tMemory Requests\tMemory Limits\tAge',
    '  ---------\t----\t\t------------\t----------\t---------------\t-------------\t---',
    ...asked.map(({ pod, requests, limits }) => `  ${pod.metadata.namespace ?? ''}\t${pod.metadata.name}\t\t${percent('cpu', requests.cpu, of)}\t${percent('cpu', limits.cpu, of)}\t${percent('memory', requests.memory, of)}\t${percent('memory', limits.memory, of)}\t${ago(pod.metadata.creationTimestamp)}`),
    'Allocated resources:', '  (Total limits may be over 100 percent, i.e., overcommitted.)', '  Resource\tRequests\tLimits', '  --------\t--------\t------',
    ...RESOURCES.map((name) => `  ${name}\t${percent(name, total('requests', name), of)}\t${percent(name, total('limits', name), of)}`),
  ];
}
