/**
 * Leader election over a Lease: many instances run, one works.
 *
 * @source kubernetes/client-go tools/leaderelection/leaderelection.go
 */
import { deepFreeze, type Micros, micros, seconds } from '../base/data.ts';
import type { ApiCall } from '../api/wire.ts';
import { formatMicroTime } from '../api/time.ts';
import type { Lease, LeaseSpec } from '../api/kinds/coordination/lease.ts';
import { EXITED, Panic } from '../sim/panic.ts';
import type { Outbox } from '../sim/process.ts';
import { recordEvent, type RecorderState } from './event-recorder.ts';
import { request, type RestEvent, type RestState } from './rest.ts';
import { call } from './resources.ts';

export interface ElectionConfig {
  /** Name of the Lease in kube-system. */
  readonly lease: string;
  readonly identity: string;
  /** false = this instance leads without asking (`--leader-elect=false`). */
  readonly enabled: boolean;
}

/** Plain state of one candidate. */
export interface ElectionState {
  readonly config: ElectionConfig;
  leading: boolean;
  /** Last seen record of the holder, and when it was seen to change (own clock). */
  observed: LeaseSpec | undefined;
  observedLease: Lease | undefined;
  observedAt: number;
  /** Own clock at the last successful renewal. */
  renewedAt: number;
  /** What the request in flight is, 'nothing' = none is. */
  asking: 'nothing' | 'read' | 'write';
  /** Own clock when it was sent. */
  askedAt: number;
  requestId: number;
}

/** @source kube-controller-manager --leader-elect-lease-duration, --leader-elect-renew-deadline, --leader-elect-retry-period */
export const LEASE_DURATION = seconds(15);
const RENEW_DEADLINE = seconds(10);
const RETRY_PERIOD = seconds(2);
/** One request may take half of the renew deadline. @source kubernetes cmd/kube-controller-manager/app/options (client time-out RenewDeadline / 2) */
const REQUEST_TIMEOUT = seconds(5);

const TAG = 'election';

export type ElectionChange = 'acquired' | 'lost' | undefined;

export function newElection(config: ElectionConfig): ElectionState {
  return { config, leading: false, observed: undefined, observedLease: undefined, observedAt: 0, renewedAt: 0, asking: 'nothing', askedAt: 0, requestId: 0 };
}

/** Begins to try. Without election the instance leads at once. */
export function startElection(election: ElectionState, rest: RestState, out: Outbox): ElectionChange {
  if (!election.config.enabled) { election.leading = true; return 'acquired'; }
  attempt(election, rest, out);
  return undefined;
}

/** Takes the election's timer. */
export function handleElectionTimer(election: ElectionState, rest: RestState, name: string, out: Outbox): { readonly change: ElectionChange } | undefined {
  if (name !== TAG) return undefined;
  if (election.leading && out.now - election.renewedAt >= RENEW_DEADLINE) return { change: lose(election, out) };
  attempt(election, rest, out);
  return { change: undefined };
}

/** Takes an answer if it belongs to the election. */
export function handleElection(election: ElectionState, rest: RestState, event: RestEvent, out: Outbox): { readonly change: ElectionChange } | undefined {
  if (event.tag !== TAG) return undefined;
  if (event.type !== 'response' || event.id !== election.requestId) return { change: undefined };
  const asked = election.asking;
  election.asking = 'nothing';
  return { change: asked === 'write' ? written(election, event.code, event.body, out) : read(election, rest, event.code, event.body, out) };
}

/** A leader renews the record it wrote last; everybody else reads first. */
function attempt(election: ElectionState, rest: RestState, out: Outbox): void {
  out.startTimer(TAG, retryAfter(election, out));
  if (election.asking !== 'nothing') return;
  if (election.leading && election.observedLease !== undefined) { renew(election, rest, election.observedLease, out); return; }
  send(election, rest, 'read', call('get', 'Lease', `kube-system/${election.config.lease}`), out);
}

function send(election: ElectionState, rest: RestState, asking: 'read' | 'write', what: ApiCall, out: Outbox): void {
  election.asking = asking;
  election.askedAt = out.now;
  election.requestId = request(rest, out, what, TAG, { timeout: REQUEST_TIMEOUT });
}

/** Candidates wait with jitter up to 1.2 periods more, the leader renews evenly. */
function retryAfter(election: ElectionState, out: Outbox): Micros {
  return micros(election.leading ? RETRY_PERIOD : RETRY_PERIOD + out.draw('election', (RETRY_PERIOD * 12) / 10));
}

function read(election: ElectionState, rest: RestState, code: number, body: unknown, out: Outbox): ElectionChange {
  if (code === 404) { create(election, rest, out); return undefined; }
  if (code !== 200) return undefined;
  const lease = body as Lease;
  const spec = lease.spec ?? {};
  if (election.observed?.renewTime !== spec.renewTime || election.observed?.holderIdentity !== spec.holderIdentity) election.observedAt = out.now;
  election.observed = spec;
  if (isFree(election, spec, out)) renew(election, rest, lease, out);
  return undefined;
}

function isFree(election: ElectionState, spec: LeaseSpec, out: Outbox): boolean {
  const holder = spec.holderIdentity ?? '';
  if (holder === '' || holder === election.config.identity) return true;
  return election.observedAt + LEASE_DURATION <= out.now;
}

function create(election: ElectionState, rest: RestState, out: Outbox): void {
  const now = formatMicroTime(out.now);
  const body = deepFreeze({
    apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name: election.config.lease, namespace: 'kube-system' },
    spec: { holderIdentity: election.config.identity, leaseDurationSeconds: LEASE_DURATION / 1_000_000, acquireTime: now, renewTime: now, leaseTransitions: 0 },
  });
  send(election, rest, 'write', call('create', 'Lease', 'kube-system/', { body }), out);
}

function renew(election: ElectionState, rest: RestState, lease: Lease, out: Outbox): void {
  const now = formatMicroTime(out.now);
  const held = lease.spec?.holderIdentity === election.config.identity;
  const spec: LeaseSpec = {
    ...lease.spec, holderIdentity: election.config.identity, leaseDurationSeconds: LEASE_DURATION / 1_000_000, renewTime: now,
    ...(held ? {} : { acquireTime: now, leaseTransitions: (lease.spec?.leaseTransitions ?? 0) + 1 }),
  };
  const body = deepFreeze({ ...lease, spec });
  send(election, rest, 'write', call('update', 'Lease', `kube-system/${election.config.lease}`, { body }), out);
}

function written(election: ElectionState, code: number, body: unknown, out: Outbox): ElectionChange {
  if (code !== 200 && code !== 201) { election.observedLease = undefined; return undefined; }
  election.observedLease = body as Lease;
  election.observed = election.observedLease.spec ?? {};
  election.observedAt = election.renewedAt = election.askedAt;
  if (election.leading) return undefined;
  election.leading = true;
  out.record('kcm.leader.acquired', { new: election.config.identity, lease: election.config.lease });
  out.startTimer(TAG, RETRY_PERIOD);
  return 'acquired';
}

/** Without the lease the process ends, and who looks after it starts it again. @source cmd/kube-controller-manager/app/controllermanager.go, cmd/kube-scheduler/app/server.go (OnStoppedLeading) */
export function exitWithoutLease(): never {
  throw new Panic('leaderelection lost', EXITED);
}

function lose(election: ElectionState, out: Outbox): ElectionChange {
  election.leading = false;
  election.observedLease = undefined;
  out.record('kcm.leader.lost', { old: election.config.identity, lease: election.config.lease, sec: RENEW_DEADLINE / 1_000_000 });
  return 'lost';
}

/** Tells the world who leads now, as an Event about the Lease. @source client-go tools/leaderelection/resourcelock/leaselock.go (RecordEvent) */
export function announceLeader(election: ElectionState, recorder: RecorderState, rest: RestState, out: Outbox): void {
  const about = election.observedLease;
  if (about !== undefined) recordEvent(recorder, rest, { about, type: 'Normal', reason: 'LeaderElection', message: `${election.config.identity} became leader` }, out);
}
