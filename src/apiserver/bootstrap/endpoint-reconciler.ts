/**
 * Keeps the endpoints of the `kubernetes` Service: each instance renews a lease under its own address, and whoever comes by writes
 * down the addresses whose leases are alive.
 *
 * @source kubernetes/kubernetes pkg/controlplane/reconcilers/lease.go
 */
import { compareText, equalData } from '../../base/compare.ts';
import { deepFreeze, seconds } from '../../base/data.ts';
import type { EndpointSlice, Endpoints } from '../../api/kinds/all.ts';
import type { RangeResponse } from '../../etcd/contract.ts';
import type { Conversation } from '../../sim/conversation.ts';
import { etcd, range } from '../etcd.ts';
import { cachedObject, callFor, makeCalls } from './loopback.ts';

/** @source kubernetes/kubernetes pkg/controlplane/instance.go (DefaultEndpointReconcilerInterval, DefaultEndpointReconcilerTTL) */
export const RECONCILE_INTERVAL = seconds(10);
const MASTER_LEASE_TTL_SECONDS = 15;
const PREFIX = '/registry/masterleases/';

/** One round. */
export function* reconcileEndpoints({ address, round }: { readonly address: string; readonly round: number }): Conversation<null> {
  if (!(yield* renew(address, round))) return null;
  const leases = yield* etcd<RangeResponse>(range({ key: PREFIX, rangeEnd: '/registry/masterleases0', keysOnly: true }));
  if (leases.type === 'etcd.error') return null;
  const alive = leases.body.kvs.map(kv => kv.key.slice(PREFIX.length)).sort(compareText);
  yield* write(endpointsOf(alive), slice(alive));
  return null;
}

/** Puts the own lease, each round anew: the generation changes so that the key is really written. */
function* renew(address: string, round: number): Conversation<boolean> {
  const grant = yield* etcd<{ readonly id: string }>({ op: 'leaseGrant', args: { ttl: MASTER_LEASE_TTL_SECONDS } });
  if (grant.type === 'etcd.error') return false;
  const value = { apiVersion: 'v1', kind: 'Endpoints', metadata: { name: address, generation: round }, subsets: [{ addresses: [{ ip: address }] }] };
  const put = yield* etcd({ op: 'put', args: { key: PREFIX + address, value: deepFreeze(value), lease: grant.body.id } });
  return put.type === 'etcd.response';
}

function endpointsOf(alive: readonly string[]): Endpoints {
  return deepFreeze({
    apiVersion: 'v1', kind: 'Endpoints', metadata: { name: 'kubernetes', namespace: 'default', labels: { 'endpointslice.kubernetes.io/skip-mirror': 'true' } },
    subsets: [{ addresses: alive.map(ip => ({ ip })), ports: [{ name: 'https', port: 6443, protocol: 'TCP' }] }],
  });
}

function slice(alive: readonly string[]): EndpointSlice {
  return deepFreeze({
    apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', metadata: { name: 'kubernetes', namespace: 'default', labels: { 'kubernetes.io/service-name': 'kubernetes' } },
    addressType: 'IPv4', endpoints: alive.map(ip => ({ addresses: [ip], conditions: { ready: true } })), ports: [{ name: 'https', port: 6443, protocol: 'TCP' }],
  });
}

function* write(endpoints: Endpoints, endpointSlice: EndpointSlice): Conversation<null> {
  const oldEndpoints = yield* cachedObject(endpoints);
  const oldSlice = yield* cachedObject(endpointSlice);
  const calls = [];
  if (oldEndpoints === null) calls.push(callFor('create', endpoints));
  else if (!equalData(oldEndpoints.subsets, endpoints.subsets)) calls.push(callFor('update', { ...endpoints, metadata: oldEndpoints.metadata }));
  if (oldSlice === null) calls.push(callFor('create', endpointSlice));
  else if (!equalData(oldSlice.endpoints, endpointSlice.endpoints)) calls.push(callFor('update', { ...endpointSlice, metadata: oldSlice.metadata }));
  if (calls.length > 0) yield* makeCalls(calls);
  return null;
}
