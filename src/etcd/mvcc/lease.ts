import { ERRORS } from './errors.ts';
import type { EtcdError } from './errors.ts';
import { writeDelete } from './store.ts';
import type { Lease, Store } from './store.ts';

/**
 * Leases as the log knows them: granted, checkpointed, revoked. When one ends is the leader's business (see `lessor.ts`).
 *
 * @source etcd-io/etcd server/lease/lessor.go
 */

/** Seconds. @source etcd-io/etcd server/lease/lessor.go MaxLeaseTTL */
export const LEASE_TTL_MAX = 9_000_000_000;

/** A new lease, unless its id is taken. */
export function grantLease(store: Store, id: string, ttl: number): Lease | EtcdError {
  if (ttl > LEASE_TTL_MAX) return ERRORS.leaseTtlTooLarge;
  if (store.leases.has(id)) return ERRORS.leaseExists;
  const lease: Lease = Object.freeze({ id, ttl, remainingTtl: 0 });
  store.leases.set(id, lease);
  return lease;
}

/** Keys attached to a lease, in order. */
export const keysOfLease = (store: Store, id: string): readonly string[] => [...store.leaseKeys.get(id)?.keys() ?? []];

/** Ends a lease and deletes its keys, all in one revision; without keys there is no revision. */
export function revokeLease(store: Store, id: string, cause = 0): number | EtcdError {
  if (!store.leases.has(id)) return ERRORS.leaseNotFound;
  const keys = keysOfLease(store, id);
  const change = { revision: store.revision + 1, cause };
  let deleted = 0;
  for (const key of keys) if (writeDelete(store, key, change) !== undefined) deleted += 1;
  if (deleted > 0) store.revision += 1;
  store.leases.delete(id);
  return deleted;
}

/** Notes how long a lease had left, so that the next leader does not give it its whole time again. */
export function checkpointLease(store: Store, id: string, remainingTtl: number): void {
  const lease = store.leases.get(id);
  if (lease !== undefined) store.leases.set(id, Object.freeze({ ...lease, remainingTtl }));
}
