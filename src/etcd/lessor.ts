import { micros } from '../base/data.ts';
import type { EtcdMember, LeaseClock, Proposal } from './member-state.ts';
import { LEASE_TTL_MAX, keysOfLease } from './mvcc/lease.ts';
import type { Lease } from './mvcc/store.ts';
import { proposeOwn } from './propose.ts';
import { NONE } from './raft/types.ts';
import type { Outbox } from '../sim/process.ts';

/**
 * The clocks of leases. Only a leader has them: it alone decides that a lease has ended, and says so in the log.
 *
 * @source etcd-io/etcd server/lease/lessor.go
 */

/** A leader notes the rest of long leases this often, µs, so that its successor need not start over. */
const CHECKPOINT_INTERVAL = 300_000_000;
/** How often etcd looks for ended leases, µs; a lease ends at the first look after its time. */
const EXPIRY_LOOK = 500_000;
/** Leases ended in a second at most. @source lessor.go defaultLeaseRevokeRate */
const REVOKE_RATE = 1_000;
/** What a new leader plans to end in a second, so that leases that piled up leave room for others. */
const EXPIRES_PER_SECOND = (3 * REVOKE_RATE) / 4;

/** The shortest lease granted, seconds: one and a half election timeouts, or it could end during an election. */
export const minLeaseTtl = (electionTimeout: number): number => Math.ceil((1.5 * electionTimeout) / 1000);

function clockFor(seconds: number, { now, extend = 0 }: { readonly now: number; readonly extend?: number }): LeaseClock {
  const life = Math.min(seconds, LEASE_TTL_MAX) * 1_000_000 + extend;
  const checkpointAt = life > CHECKPOINT_INTERVAL ? now + CHECKPOINT_INTERVAL : Number.MAX_SAFE_INTEGER;
  return Object.freeze({ expiresAt: now + life, checkpointAt, revoking: false });
}

/** Sets the alarm for the first thing to happen. */
function armLeases(member: EtcdMember, out: Outbox): void {
  let first = Number.MAX_SAFE_INTEGER;
  for (const { expiresAt, checkpointAt, revoking } of member.lessor?.values() ?? []) {
    if (!revoking) first = Math.min(first, expiresAt, checkpointAt);
  }
  armAt(member, first, out);
}

function armAt(member: EtcdMember, first: number, out: Outbox): void {
  if (first === Number.MAX_SAFE_INTEGER) return;
  const due = Math.ceil(first / EXPIRY_LOOK) * EXPIRY_LOOK;
  const at = due > out.monotonic ? due : (Math.floor(out.monotonic / EXPIRY_LOOK) + 1) * EXPIRY_LOOK;
  if (member.leaseAlarmAt > 0 && member.leaseAlarmAt <= at && member.leaseAlarmAt >= out.monotonic) return;
  member.leaseAlarmAt = at;
  out.startTimer('lease', micros(Math.max(1, at - out.monotonic)));
}

/** A lease begins or is renewed. */
export function startLease(member: EtcdMember, lease: Lease, out: Outbox): void {
  if (member.lessor === undefined) return;
  const clock = clockFor(lease.ttl, { now: out.monotonic });
  member.lessor.set(lease.id, clock);
  armAt(member, Math.min(clock.expiresAt, clock.checkpointAt), out);
}

/**
 * A new leader gives every lease its whole time again, or what the last checkpoint left of it, and an election timeout
 * on top. Where more would end in the same second than can be ended, the later ones get longer.
 */
export function promoteLessor(member: EtcdMember, out: Outbox): void {
  const extend = member.settings.electionTimeout * 1000;
  const lessor = new Map<string, LeaseClock>();
  for (const { id, ttl, remainingTtl } of member.store.leases.values()) {
    lessor.set(id, clockFor(remainingTtl > 0 ? remainingTtl : ttl, { now: out.monotonic, extend }));
  }
  if (lessor.size >= REVOKE_RATE) spreadExpiry(lessor);
  member.lessor = lessor;
  armLeases(member, out);
}

function spreadExpiry(lessor: Map<string, LeaseClock>): void {
  const byExpiry = [...lessor].sort(([, a], [, b]) => a.expiresAt - b.expiresAt);
  let base = byExpiry[0]?.[1].expiresAt ?? 0;
  let next = base + 1_000_000;
  let expires = 0;
  for (const [id, clock] of byExpiry) {
    if (clock.expiresAt > next) {
      base = clock.expiresAt;
      next = base + 1_000_000;
      expires = 1;
      continue;
    }
    expires += 1;
    if (expires <= EXPIRES_PER_SECOND) continue;
    const delay = Math.floor((1_000_000 * expires) / EXPIRES_PER_SECOND) - (clock.expiresAt - base);
    next = base + delay;
    lessor.set(id, Object.freeze({ ...clock, expiresAt: clock.expiresAt + delay }));
  }
}

/** Who does not lead has no say about when leases end. */
export function demoteLessor(member: EtcdMember): void {
  member.lessor = undefined;
  member.leaseAlarmAt = 0;
  member.doubtRound = -1;
}

/**
 * What a leader decided about leases and could not yet put into the log is void when another leads: that one has given every lease new time.
 *
 * @source etcd-io/raft raft.go (ErrProposalDropped while leadership is handed over)
 */
export function dropLeaseDecisions(member: EtcdMember): void {
  member.proposals = member.proposals.filter(({ type, data }) => {
    const { origin, op } = data as Partial<Proposal>;
    return type !== 'normal' || origin !== NONE || (op !== 'leaseRevoke' && op !== 'leaseCheckpoint');
  });
}

/** Ends leases whose time is over and checkpoints long ones. */
export function leaseAlarm(member: EtcdMember, out: Outbox): void {
  member.leaseAlarmAt = 0;
  const { lessor } = member;
  if (lessor === undefined) return;
  let room = (REVOKE_RATE * EXPIRY_LOOK) / 1_000_000;
  for (const [id, clock] of lessor) {
    if (clock.revoking) continue;
    if (clock.expiresAt <= out.monotonic) {
      if (room === 0) continue;
      room -= 1;
      member.counts.leasesExpired += 1;
      lessor.set(id, { ...clock, revoking: true });
      proposeOwn(member, { op: 'leaseRevoke', args: { id } }, out.cause);
    } else if (clock.checkpointAt <= out.monotonic) {
      lessor.set(id, { ...clock, checkpointAt: out.monotonic + CHECKPOINT_INTERVAL });
      proposeOwn(member, { op: 'leaseCheckpoint', args: { id, remainingTtl: remainingSeconds(clock, out.monotonic) } }, out.cause);
    }
  }
  armLeases(member, out);
}

const remainingSeconds = (clock: LeaseClock, now: number): number => Math.max(0, Math.floor((clock.expiresAt - now) / 1_000_000));

/** Renews a lease: the answer to a keep-alive. A lease that is gone has 0 seconds left. */
export function keepAlive(member: EtcdMember, id: string, out: Outbox): { id: string; ttl: number } {
  const lease = member.store.leases.get(id);
  const clock = member.lessor?.get(id);
  // One whose time is over cannot be saved any more, even if nobody has looked yet.
  if (lease === undefined || clock === undefined || clock.revoking || clock.expiresAt <= out.monotonic) return { id, ttl: 0 };
  startLease(member, lease, out);
  if (lease.remainingTtl > 0) proposeOwn(member, { op: 'leaseCheckpoint', args: { id, remainingTtl: 0 } }, out.cause);
  return { id, ttl: lease.ttl };
}

/** All leases, the next to end first; only a leader knows when that is. */
export function leaseList({ store, lessor }: EtcdMember): readonly { readonly id: string }[] {
  const ids = [...store.leases.keys()];
  const endOf = (id: string): number => lessor?.get(id)?.expiresAt ?? 0;
  return ids.sort((a, b) => endOf(a) - endOf(b)).map((id) => ({ id }));
}

/** How much is left of a lease; -1 = there is none. */
export function timeToLive(member: EtcdMember, id: string, cx: { keys: boolean; out: Outbox }): object {
  const lease = member.store.leases.get(id);
  const clock = member.lessor?.get(id);
  if (lease === undefined || clock === undefined) return { id, ttl: -1, grantedTtl: 0, ...(cx.keys ? { keys: [] } : {}) };
  const body = { id, ttl: remainingSeconds(clock, cx.out.monotonic), grantedTtl: lease.ttl };
  return cx.keys ? { ...body, keys: keysOfLease(member.store, id) } : body;
}
