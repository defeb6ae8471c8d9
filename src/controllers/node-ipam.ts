/**
 * The node IPAM controller: gives each node its own range of pod addresses.
 *
 * @source kubernetes/kubernetes pkg/controller/nodeipam/ipam/range_allocator.go, cidrset/cidr_set.go
 * @fidelity simplified: one IPv4 cluster range
 */
import { deepFreeze } from '../base/data.ts';
import { type Cidr, cidrSize, cidrSubnet, formatCidr, parseCidr } from '../api/ip.ts';
import type { Node } from '../api/kinds/core/node.ts';
import type { Conversation } from '../sim/conversation.ts';
import { cx, defineController, type Memory, type ReconcileResult } from '../client/controller.ts';
import type { Delta } from '../client/informer.ts';
import { call } from '../client/resources.ts';
import { isNotFound } from './replies.ts';
import { settings } from './settings.ts';

/** @source pkg/controller/nodeipam/ipam/range_allocator.go (cidrUpdateWorkers) */
const WORKERS = 30;

export const nodeIpamController = defineController({
  name: 'node-ipam-controller',
  serviceAccount: 'node-controller',
  eventSource: 'cidrAllocator',
  source: 'pkg/controller/nodeipam/ipam/range_allocator.go',
  for: 'Node',
  observe: observeNodes,
  workers: WORKERS,
  reconcile,
});

const rangeOf = (node: Node | undefined): string | undefined => {
  const range = node?.spec?.podCIDR;
  return range === '' ? undefined : range;
};

/** Memory: `used/10.244.3.0/24` → name of the node. */
function observeNodes(delta: Delta, memory: Memory): void {
  const node = delta.object as Node;
  const range = rangeOf(node);
  if (range === undefined) return;
  if (delta.type !== 'delete') memory.set(`used/${range}`, node.metadata.name);
  else if (memory.get(`used/${range}`) === node.metadata.name) memory.delete(`used/${range}`);
}

function* reconcile(key: string): Conversation<ReconcileResult> {
  const node = yield* cx.get<Node>('Node', key);
  if (node === null || rangeOf(node) !== undefined) return {};
  const { clusterCIDR, nodeCIDRMaskSize, serviceCIDR } = yield* settings();
  const cluster = parseCidr(clusterCIDR);
  if (cluster === undefined) return {};
  const range = yield* reserve(node, { cluster, prefix: nodeCIDRMaskSize, services: parseCidr(serviceCIDR) });
  if (range === undefined) {
    yield* cx.event({ about: node, type: 'Normal', reason: 'CIDRNotAvailable', message: `Node ${key} status is now: CIDRNotAvailable`, component: 'cidrAllocator' });
    return { error: `failed to allocate cidr from cluster cidr at idx:0: CIDR allocation failed; there are no remaining CIDRs left to allocate in the accepted range` };
  }
  const body = deepFreeze({ spec: { podCIDR: range, podCIDRs: [range] } });
  const reply = yield* cx.request(call('patch', 'Node', key, { body, patchType: 'merge' }));
  if (reply.ok) return {};
  yield* cx.remember(`used/${range}`, null);
  if (isNotFound(reply)) return {};
  yield* cx.event({ about: node, type: 'Normal', reason: 'CIDRAssignmentFailed', message: `Node ${key} status is now: CIDRAssignmentFailed`, component: 'cidrAllocator' });
  return { error: reply.message };
}

interface Ranges { readonly cluster: Cidr; readonly prefix: number; readonly services: Cidr | undefined }

/** The next free range after the one given out last, round the cluster's range; taken at once, before anything is written. */
function* reserve(node: Node, { cluster, prefix, services }: Ranges): Conversation<string | undefined> {
  let count = 1;
  for (let bits = cluster.prefix; bits < prefix; bits++) count *= 2;
  const first = (yield* cx.recall<number>('next')) ?? 0;
  const at = (yield* firstFree(first, count, index => {
    const range = cidrSubnet(cluster, prefix, index);
    return range === undefined || overlaps(range, services) ? undefined : formatCidr(range);
  }));
  const range = at === undefined ? undefined : cidrSubnet(cluster, prefix, at);
  if (at === undefined || range === undefined) return undefined;
  yield* cx.remember('next', (at + 1) % count);
  yield* cx.remember(`used/${formatCidr(range)}`, node.metadata.name);
  return formatCidr(range);
}

/** Mostly the first candidate is free; only when it is not, all used ranges are looked at. */
function* firstFree(first: number, count: number, rangeAt: (index: number) => string | undefined): Conversation<number | undefined> {
  const candidate = rangeAt(first);
  if (candidate !== undefined && (yield* cx.recall(`used/${candidate}`)) === null) return first;
  const used = new Set((yield* cx.recallAll('used/')).map(([key]) => key.slice('used/'.length)));
  for (let i = 0; i < count; i++) {
    const range = rangeAt((first + i) % count);
    if (range !== undefined && !used.has(range)) return (first + i) % count;
  }
  return undefined;
}

/** Service addresses may lie within the cluster's range; nodes do not get those. */
function overlaps(a: Cidr, b: Cidr | undefined): boolean {
  if (b === undefined) return false;
  return a.base < b.base + cidrSize(b) && b.base < a.base + cidrSize(a);
}
