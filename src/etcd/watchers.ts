import { millis } from '../base/data.ts';
import type { Micros, ProcessId } from '../base/data.ts';
import { checkRead } from './auth/check-read.ts';
import type { EtcdEvent, WatchCreateRequest, WatchEvents } from './contract.ts';
import type { EtcdMember } from './member-state.ts';
import { ERRORS } from './mvcc/errors.ts';
import type { EtcdError } from './mvcc/errors.ts';
import { addWatcher, allWatchers, missedBy, notify, removeWatchers, toldSince } from './mvcc/watch.ts';
import type { Watcher } from './mvcc/watch.ts';
import { NONE } from './raft/types.ts';
import { headerOf } from './reply.ts';
import type { Outbox } from '../sim/process.ts';

/**
 * Watch streams of clients.
 *
 * @source etcd-io/etcd server/etcdserver/api/v3rpc/watch.go
 * @fidelity simplified: one clock for the progress of all watchers of a member, not one for each stream
 */

/** Election timeouts without a leader after which watches that require one end. @source v3rpc/interceptor.go maxNoLeaderCnt */
const NO_LEADER_COUNT = 3;

const progressInterval = ({ settings }: EtcdMember): Micros => millis(settings.watchProgressNotifyInterval);

function sendEvents(member: EtcdMember, watcher: Pick<Watcher, 'client' | 'id'>, cx: { events: readonly EtcdEvent[]; out: Outbox }): void {
  cx.out.reach('beforeSendWatchResponse');
  cx.out.send(watcher.client as ProcessId, Object.freeze({
    type: 'etcd.watch', id: watcher.id, header: headerOf(member), events: cx.events,
  }));
}

function cancel(member: EtcdMember, watcher: Pick<Watcher, 'client' | 'id'>, out: Outbox): void {
  out.send(watcher.client as ProcessId, Object.freeze({
    type: 'etcd.watchCanceled', id: watcher.id, compactRevision: member.store.compactRevision, reason: ERRORS.compacted,
    // The last answer on a watch has no revision.
    header: Object.freeze({ ...headerOf(member), revision: 0 }),
  }));
}

/** A watch that was never opened. */
function refuseWatch({ client, id, out }: WatchCx, reason: EtcdError): void {
  out.send(client, Object.freeze({ type: 'etcd.watchCanceled', id, compactRevision: 0, reason }));
}

interface WatchCx { readonly client: ProcessId; readonly id: number; readonly token?: string | undefined; readonly out: Outbox }

/** A range whose end does not lie behind its beginning. @source etcd-io/etcd server/storage/mvcc/watcher.go Watch */
const isEmptyRange = (key: string, rangeEnd = ''): boolean => rangeEnd !== '' && rangeEnd !== '\0' && key >= rangeEnd;

/** Opens a watch; what it missed goes out at once. */
export function createWatch(member: EtcdMember, request: WatchCreateRequest, cx: WatchCx): void {
  const { client, id, out } = cx;
  const { store, hub } = member;
  const startRevision = request.startRevision ?? 0;
  if (startRevision < 0) return refuseWatch(cx, ERRORS.compacted);
  // No key means the smallest there is.
  const key = request.key === '' ? '\0' : request.key;
  if (isEmptyRange(key, request.rangeEnd)) return refuseWatch(cx, ERRORS.emptyWatcherRange);
  const keys = request.rangeEnd === undefined ? { key } : { key, rangeEnd: request.rangeEnd };
  const forbidden = member.auth.enabled ? checkRead(member, { op: 'range', args: keys }, { token: cx.token, now: out.monotonic }) : undefined;
  if (forbidden !== undefined) return refuseWatch(cx, forbidden);
  const { raft } = member;
  if (raft.membership.learners.includes(member.id)) return refuseWatch(cx, ERRORS.notSupportedForLearner);
  if (request.requireLeader === true && raft.leader === NONE) return refuseWatch(cx, ERRORS.noLeader);
  if (startRevision > 0 && startRevision < store.compactRevision) return cancel(member, { client, id }, out);
  const watcher: Watcher = {
    client, id, key, rangeEnd: request.rangeEnd ?? '', startRevision, prevKv: request.prevKv === true,
    noPut: request.filters?.includes('noput') === true, noDelete: request.filters?.includes('nodelete') === true,
    progressNotify: request.progressNotify === true, requireLeader: request.requireLeader === true,
  };
  const missed = startRevision > 0 && startRevision <= store.revision ? missedBy(hub, store, watcher) : [];
  if (missed.length > 0) sendEvents(member, watcher, { events: missed, out });
  addWatcher(hub, watcher);
  if (watcher.progressNotify) armProgress(member, out);
}

/** Closes one watch of a client, or all of them. */
export function closeWatches(member: EtcdMember, client: ProcessId, id?: number): void {
  if (member.hub.count === 0) return;
  removeWatchers(member.hub, (watcher) => watcher.client === client && (id === undefined || watcher.id === id));
}

/** Tells a client that it has heard everything up to the present revision. */
export function tellProgress(member: EtcdMember, client: ProcessId, cx: { id: number; out: Outbox }): void {
  for (const watcher of allWatchers(member.hub)) {
    if (watcher.client === client && watcher.id === cx.id) sendEvents(member, watcher, { events: [], out: cx.out });
  }
}

function armProgress(member: EtcdMember, out: Outbox): void {
  if (member.progress.armed) return;
  member.progress = { armed: true, from: member.hub.notified };
  out.startTimer('progress', progressInterval(member));
}

/** Tells everyone who asked for regular progress and has heard nothing else in the interval. */
export function progressAlarm(member: EtcdMember, out: Outbox): void {
  const { hub, store, progress } = member;
  member.progress = { armed: false, from: hub.notified };
  const told = toldSince(hub, store, progress.from);
  let wanted = false;
  for (const watcher of allWatchers(hub)) {
    if (!watcher.progressNotify) continue;
    wanted = true;
    if (!told.has(watcher)) sendEvents(member, watcher, { events: [], out });
  }
  if (wanted) armProgress(member, out);
}

/** Without a leader, watches that require one will end. */
export function watchLeader(member: EtcdMember, out: Outbox): void {
  const isLeaderless = member.raft.leader === NONE;
  if (isLeaderless === member.isLeaderless) return;
  member.isLeaderless = isLeaderless;
  if (!isLeaderless) out.cancelTimer('no-leader');
  else if (member.hub.count > 0) out.startTimer('no-leader', millis(NO_LEADER_COUNT * member.settings.electionTimeout));
}

/** There has been no leader for too long. */
export function endLeaderlessWatches(member: EtcdMember, out: Outbox): void {
  if (member.raft.leader !== NONE) return;
  for (const { client, id } of removeWatchers(member.hub, ({ requireLeader }) => requireLeader)) {
    refuseWatch({ client: client as ProcessId, id, out }, ERRORS.noLeader);
  }
}

/** Tells all watchers what has been applied: one message for each client. A message is attributed to the last change in it. */
export function notifyWatchers(member: EtcdMember, out: Outbox): void {
  const { hub, store } = member;
  if (hub.notified === store.history.next) return;
  const streams = new Map<string, WatchEvents[]>();
  notify(hub, store, ({ client, id }, events) => {
    const told = streams.get(client);
    if (told === undefined) streams.set(client, [{ id, events }]);
    else told.push({ id, events });
  });
  for (const [client, told] of streams) tellClient(member, client as ProcessId, { told, out });
}

function tellClient(member: EtcdMember, client: ProcessId, { told, out }: { readonly told: readonly WatchEvents[]; readonly out: Outbox }): void {
  const [only] = told;
  if (only === undefined) return;
  out.because(told.at(-1)?.events.at(-1)?.cause ?? 0);
  if (told.length === 1) return sendEvents(member, { client, id: only.id }, { events: only.events, out });
  out.reach('beforeSendWatchResponse');
  out.send(client, Object.freeze({ type: 'etcd.watches', id: 0, header: headerOf(member), watches: Object.freeze(told) }));
}

/** After a snapshot: watchers go on where they were, unless what they missed is compacted. */
export function resumeWatchers(member: EtcdMember, out: Outbox): void {
  const { hub, store } = member;
  if (hub.notified < store.history.first) {
    for (const watcher of removeWatchers(hub, () => true)) cancel(member, watcher, out);
    hub.notified = store.history.next;
  }
  notifyWatchers(member, out);
}
