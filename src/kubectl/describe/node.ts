import type { Lease, Node, NodeSystemInfo, Pod, Taint } from '../../api/kinds/all.ts';
import { addQuantity, canonicalQuantity, milliValue, wholeValue } from '../../api/quantity.ts';
import { podTotal } from '../../api/quota/pod-resources.ts';
import { compareText } from '../../base/compare.ts';
import { goSorted } from '../go-sort.ts';
import { longTime, since } from '../time-text.ts';
import { annotationLines, eventLines, labelLines, type Lines } from './sections.ts';
import type { Described } from './types.ts';

/** @source kubernetes/kubectl pkg/describe/describe.go describeNode */
export function describeNode(described: Described<Node>, beside: { readonly pods: readonly Pod[]; readonly lease: Lease | string }): Lines {
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
  const named = Object.keys(labels).filter((key) => key.startsWith(ROLE_PREFIX) && key.length > ROLE_PREFIX.length).map((key) => key.slice(ROLE_PREFIX.length));
  const roles = new Set([...named, ...(labels['kubernetes.io/role'] ? [labels['kubernetes.io/role']] : [])]);
  return roles.size === 0 ? '<none>' : [...roles].sort(compareText).join(',');
}

function taintLines(node: Node): Lines {
  const orderOf = ({ effect, key }: Taint): string => `${effect},${key}`;
  const taints = goSorted(node.spec?.taints ?? [], (a, b) => orderOf(a) < orderOf(b)).map((taint) => `${taint.key}${taint.value === undefined || taint.value === '' ? '' : `=${taint.value}`}:${taint.effect}`);
  return taints.length === 0 ? ['Taints:\t<none>'] : taints.map((taint, i) => `${i === 0 ? 'Taints:' : ''}\t${taint}`);
}

function leaseLines(lease: Lease | string): Lines {
  if (typeof lease === 'string') return [`Lease:\tFailed to get lease: ${lease}`];
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

const PAGES = 'hugepages-';
const RESOURCES = ['cpu', 'memory', 'ephemeral-storage'] as const;

function percent(name: string, amount = '0', of: Amounts): string {
  const value = name === 'cpu' ? milliValue : wholeValue;
  const total = value(of[name] ?? '0');
  return `${canonicalQuantity(amount) ?? amount} (${total === 0 ? 0 : Math.floor((value(amount) * 100) / total)}%)`;
}

function resourceLines(node: Node, pods: readonly Pod[], ago: (text: string | undefined) => string): Lines {
  const of: Amounts = node.status?.allocatable ?? node.status?.capacity ?? {};
  // kubectl adds up containers; what a pod asks for as a whole does not count.
  const asked = pods.map((pod) => {
    const { resources: _whole, ...spec } = pod.spec;
    return { pod, requests: podTotal(spec, 'requests'), limits: podTotal(spec, 'limits') };
  });
  const total = (side: 'requests' | 'limits', name: string): string => asked.reduce((sum, each) => addQuantity(sum, each[side][name] ?? '0'), '0');
  const others = Object.keys(of).filter((name) => name !== 'pods' && !(RESOURCES as readonly string[]).includes(name)).sort(compareText);
  const [pages, extended] = [others.filter((name) => name.startsWith(PAGES)), others.filter((name) => !name.startsWith(PAGES))];
  return [
    `Non-terminated Pods:\t(${pods.length} in total)`,
    '  Namespace\tName\t\tCPU Requests\tCPU Limits\tMemory Requests\tMemory Limits\tAge',
    '  ---------\t----\t\t------------\t----------\t---------------\t-------------\t---',
    ...asked.map(({ pod, requests, limits }) => `  ${pod.metadata.namespace ?? ''}\t${pod.metadata.name}\t\t${percent('cpu', requests['cpu'], of)}\t${percent('cpu', limits['cpu'], of)}\t${percent('memory', requests['memory'], of)}\t${percent('memory', limits['memory'], of)}\t${ago(pod.metadata.creationTimestamp)}`),
    'Allocated resources:', '  (Total limits may be over 100 percent, i.e., overcommitted.)', '  Resource\tRequests\tLimits', '  --------\t--------\t------',
    ...RESOURCES.map((name) => `  ${name}\t${percent(name, total('requests', name), of)}\t${percent(name, total('limits', name), of)}`),
    ...pages.map((name) => `  ${name}\t${percent(name, total('requests', name), of)}\t${percent(name, total('limits', name), of)}`),
    ...extended.map((name) => `  ${name}\t${total('requests', name)}\t${total('limits', name)}`),
  ];
}
