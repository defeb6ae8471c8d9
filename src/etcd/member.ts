import { millis, processId } from '../base/data.ts';
import type { ProcessId } from '../base/data.ts';
import { Numbered } from '../base/numbered.ts';
import { Table } from '../base/table.ts';
import { Panic } from '../sim/panic.ts';
import { defineProcess } from '../sim/process.ts';
import type { BootContext, Input, Outbox } from '../sim/process.ts';
import type { EtcdClientMessage, EtcdServerMessage, Member } from './contract.ts';
import { newAuthStore } from './auth/store.ts';
import { credentialOf } from './auth/tokens.ts';
import { processAt, updatePeers } from './cluster.ts';
import { forceNewCluster, withoutUncommitted } from './force-new-cluster.ts';
import { forwardAgain, forwardLost, relay } from './forward.ts';
import { answerHash, armCorruptCheck, corruptCheckAlarm, hashCame, hashLost, hashesOverdue, startInitialCheck } from './corruption.ts';
import { autoCompactionAlarm, compactionPlan, newAutoCompaction, startAutoCompaction } from './auto-compaction.ts';
import { noteHeard } from './liveness.ts';
import { clusterIdOf, memberIdOf } from './identity.ts';
import { leaseAlarm } from './lessor.ts';
import { ETCD_DEFAULTS, PARCELS_REMEMBERED } from './member-state.ts';
import type { Caller, EtcdConfig, EtcdMember, EtcdSettings, MemberImage, PeerMessage } from './member-state.ts';
import { countRoundTrip, countSync, newCounts } from './metrics.ts';
import { newStore } from './mvcc/store.ts';
import { defragmentIfDue } from './apply.ts';
import { newWatchHub } from './mvcc/watch.ts';
import { identityChange, installImage, readDisk } from './persistence.ts';
import type { DiskContent } from './persistence.ts';
import { memberPoints } from './points.ts';
import { expireRequests, proposeOwn } from './propose.ts';
import { catchUpTicks, noteLoneliness, pump, walWritten } from './pump.ts';
import { appendEntries, commitTo } from './raft/log.ts';
import { newRaft } from './raft/state.ts';
import type { Durable, Raft } from './raft/state.ts';
import { step as stepRaft } from './raft/step.ts';
import { NONE, newMessage, votersOnly } from './raft/types.ts';
import type { ConfChange, Entry, MemberId } from './raft/types.ts';
import { proveLeadership, retryRound } from './reads.ts';
import { handleRequest } from './requests.ts';
import { requestTimeout } from './member-state.ts';
import { decideVersion } from './version.ts';
import { closeWatches, createWatch, endLeaderlessWatches, progressAlarm, tellProgress } from './watchers.ts';

/**
 * One member of an etcd cluster as a process.
 *
 * @source etcd-io/etcd server/etcdserver
 */

type EtcdMessage = EtcdClientMessage | EtcdServerMessage | PeerMessage;

/** Inputs that may wait at a member; more clients than that are refused. */
const MAILBOX_MAX = 50_000;
/** How often a joining member asks who it is. */
const JOIN_RETRY = millis(500);

/* ---- Starting ---- */

/** Members tick at their own moments, not all at once. */
const tickPhase = (settings: EtcdSettings, out: Outbox): number =>
  out.monotonic - out.draw('tick-phase', settings.heartbeatInterval * 1000);

interface Parts { readonly raft: Raft; readonly id: MemberId; readonly clusterId: string; readonly out: Outbox }

function newMember(self: ProcessId, settings: EtcdSettings, { raft, id, clusterId, out }: Parts): EtcdMember {
  return {
    self, settings, status: 'running', id, clusterId, raft, store: newStore(), hub: newWatchHub(), isLeaderless: true,
    autoCompaction: newAutoCompaction(out.monotonic), check: undefined, progress: { armed: false, from: 0 }, members: new Table(),
    foretold: new Table(), removed: new Table(), alarms: new Table(), clusterVersion: '', downgradeTarget: '', auth: newAuthStore(), tokens: new Map(), replayedTo: 0, counts: newCounts(),
    peers: [], ticks: { base: tickPhase(settings, out), done: 0, armedFor: 0 },
    wal: { sequence: 0, segments: [], commit: 0, writtenAt: out.monotonic }, snapshotIndex: 0, defragmentAt: 0, writing: undefined, proposals: [],
    origin: `${id}/${out.now}/${out.draw('origin', 0x100000000)}`, nextNumber: 1, pending: new Numbered(), forwarded: new Numbered(),
    reads: { waiting: [], asked: [], context: '', confirmed: [], rounds: 0 }, transfers: [], lessor: undefined,
    leaseAlarmAt: 0, doubtRound: -1,
    heardAt: 0, heardFrom: [], senders: [], bootedAt: out.monotonic, leaderSince: 0, lostLeaderAt: out.monotonic, leaderTerm: 0, quorumLost: false,
    header: Object.freeze({ clusterId, memberId: id, revision: -1, raftTerm: 0 }), timeoutArmed: false, published: false, publishAt: out.monotonic,
  };
}

function raftOf(settings: EtcdSettings, id: MemberId, cx: { durable: Durable; out: Outbox }): Raft {
  const raft = newRaft({
    id, electionTicks: Math.max(2, Math.round(settings.electionTimeout / settings.heartbeatInterval)), heartbeatTicks: 1,
    preVote: settings.preVote, checkQuorum: true, seed: cx.out.draw('election-timeout', 0x100000000),
  }, cx.durable);
  return raft;
}

/** The first entries of a new cluster: every member starts with the same, so that the log says who belongs to it. */
function bootstrapEntries(members: readonly Member[]): readonly Entry[] {
  return members.map((member, i) => {
    const change: ConfChange = {
      transition: 'auto', changes: [{ type: 'addNode', id: member.id }], context: { origin: NONE, number: 0, op: 'add', member },
    };
    return Object.freeze({ index: i + 1, term: 1, type: 'confChange', data: Object.freeze(change), cause: 0 });
  });
}

const initialMembers = (settings: EtcdSettings): readonly Member[] =>
  settings.initialCluster.map(({ name, peerURLs }) => Object.freeze({
    id: memberIdOf(peerURLs, settings.initialClusterToken), name, peerURLs, clientURLs: [], isLearner: false,
  }));

/** Whom to talk to until the log tells. */
function foretell(member: EtcdMember, members: readonly Member[]): void {
  for (const one of members) {
    member.members.set(one.id, one);
    member.foretold.set(one.id, true);
  }
}

function bootNew(settings: EtcdSettings, cx: BootContext<EtcdConfig>): EtcdMember {
  const { self, out } = cx;
  const members = initialMembers(settings);
  const ids = members.map(({ id }) => id);
  const id = members.find(({ name }) => name === settings.name)?.id ?? NONE;
  const raft = raftOf(settings, id, { durable: { confState: votersOnly(ids) }, out });
  raft.term = 1;
  appendEntries(raft.log, bootstrapEntries(members));
  commitTo(raft.log, members.length);
  const member = newMember(self, settings, { raft, id, clusterId: clusterIdOf(ids), out });
  foretell(member, members);
  out.write('identity', [identityChange({ memberId: id, clusterId: member.clusterId })]);
  return member;
}

/** A member of an existing cluster must first be told which of its members it is. */
function bootJoining(settings: EtcdSettings, cx: BootContext<EtcdConfig>): EtcdMember {
  const { self, out } = cx;
  const member = newMember(self, settings, { raft: raftOf(settings, NONE, { durable: {}, out }), id: NONE, clusterId: '', out });
  member.status = 'joining';
  askWhoIAm(member, out);
  return member;
}

function bootAgain(settings: EtcdSettings, content: DiskContent, cx: BootContext<EtcdConfig>): EtcdMember {
  const { self, out } = cx;
  const { memberId, clusterId } = content.identity ?? { memberId: NONE, clusterId: '' };
  const found: Durable = { ...content, applied: content.snapshot?.index ?? 0 };
  const durable = settings.forceNewCluster ? withoutUncommitted(found) : found;
  const member = newMember(self, settings, { raft: raftOf(settings, memberId, { durable, out }), id: memberId, clusterId, out });
  Object.assign(member.wal, content.segments, { commit: durable.hardState?.commit ?? 0 });
  member.replayedTo = member.raft.log.last;
  if (content.defragmentedTo >= (content.snapshot?.index ?? 0)) member.defragmentAt = content.defragmentedTo;
  if (settings.forceNewCluster) forceNewCluster(member, durable);
  if (content.snapshot !== undefined) {
    installImage(member, content.snapshot.data as MemberImage);
    member.snapshotIndex = content.snapshot.index;
    member.hub.notified = member.store.history.next;
    defragmentIfDue(member);
  } else {
    foretell(member, initialMembers(settings));
  }
  if (content.repair !== undefined) {
    out.write('repair', [content.repair.change]);
    out.record('etcd.wal.repaired', { member: settings.name, n: content.repair.lost });
  }
  return member;
}

function boot(cx: BootContext<EtcdConfig>): EtcdMember {
  const settings: EtcdSettings = Object.freeze({ ...ETCD_DEFAULTS, ...cx.config });
  const content = readDisk(cx.disk);
  // Whoever puts in an empty disk starts etcd with `--initial-cluster-state existing`: the cluster is there.
  const isJoining = settings.initialClusterState === 'existing' || cx.diskReplaced;
  if (content.identity === undefined && isJoining) return bootJoining(settings, cx);
  const member = content.identity === undefined ? bootNew(settings, cx) : bootAgain(settings, content, cx);
  updatePeers(member);
  shortenFirstElection(member.raft, member.members.size);
  pump(member, cx.out);
  startMonitors(member, { isNew: content.identity === undefined, out: cx.out });
  return member;
}

/** What a member watches by itself while it runs. */
function startMonitors(member: EtcdMember, { isNew, out }: { readonly isNew: boolean; readonly out: Outbox }): void {
  const plan = compactionPlan(member.settings);
  if (typeof plan === 'string') throw new Panic(plan);
  startAutoCompaction(member, out);
  armCorruptCheck(member, out);
  if (!isNew && member.settings.initialCorruptCheck) startInitialCheck(member, out);
}

/**
 * A member that just started need not wait a whole election timeout for a leader that may not be there.
 *
 * @source etcd-io/etcd server/etcdserver/server.go adjustTicks
 */
function shortenFirstElection(raft: Raft, members: number): void {
  raft.electionElapsed = Math.max(0, raft.config.electionTicks - (members === 1 ? 1 : 2));
}

/* ---- Joining ---- */

const ownURLs = (member: EtcdMember): readonly string[] =>
  member.settings.initialCluster.find(({ name }) => name === member.settings.name)?.peerURLs ?? [];

function askWhoIAm(member: EtcdMember, out: Outbox): void {
  for (const { name, peerURLs } of member.settings.initialCluster) {
    if (name === member.settings.name) continue;
    out.post(processAt(member, peerURLs[0] ?? ''), Object.freeze({ type: 'etcd.whoIs', peerURLs: ownURLs(member) }));
  }
  out.startTimer('join', JOIN_RETRY);
}

function learnWhoIAm(member: EtcdMember, answer: PeerMessage & { readonly type: 'etcd.cluster' }, out: Outbox): void {
  const own = answer.members.find(({ peerURLs }) => peerURLs.some((url) => ownURLs(member).includes(url)));
  if (member.status !== 'joining' || own === undefined) return;
  member.id = own.id;
  member.clusterId = answer.clusterId;
  member.raft = raftOf(member.settings, own.id, { durable: {}, out });
  member.origin = `${own.id}/${member.origin}`;
  foretell(member, answer.members);
  updatePeers(member);
  member.status = 'running';
  greet(member, out);
  startMonitors(member, { isNew: true, out });
  out.write('identity', [identityChange({ memberId: own.id, clusterId: answer.clusterId })]);
}

/**
 * A newcomer opens connections to its peers before anybody sends to it. Whoever knows that its id was removed (the list it was given was old) says so.
 *
 * @source etcd-io/etcd server/etcdserver/api/rafthttp/stream.go (dial: StatusGone)
 */
function greet(member: EtcdMember, out: Outbox): void {
  if (member.raft.log.last > 0) return;
  for (const { id, process } of member.peers) if (id !== member.id) out.post(process, Object.freeze({ type: 'etcd.raft', from: member.id, messages: [] }));
  out.startTimer('join', JOIN_RETRY);
}

/** Name and client addresses of a member are in the log too; it proposes them when it can. */
function publish(member: EtcdMember, out: Outbox): void {
  if (out.monotonic < member.publishAt || member.raft.leader === NONE) return;
  const { settings, members, id } = member;
  const clientURLs = settings.initialCluster.find(({ name }) => name === settings.name)?.clientURLs ?? [];
  const known = members.get(id);
  if (known?.name === settings.name && known.clientURLs.join() === clientURLs.join()) {
    member.published = true;
    return;
  }
  proposeOwn(member, { op: 'memberAttributes', args: { id, name: settings.name, clientURLs } }, 0);
  member.publishAt = out.monotonic + requestTimeout(settings);
}

/* ---- Steps ---- */

/** Notes where a peer speaks from, and tells whether a parcel of it has come before. */
function wasTaken(member: EtcdMember, peer: { readonly id: MemberId; readonly process: ProcessId }, parcel: string | undefined): boolean {
  let sender = member.senders.find(({ id }) => id === peer.id);
  if (sender === undefined) member.senders.push((sender = { ...peer, taken: [] }));
  if (parcel === undefined) return false;
  if (sender.taken.includes(parcel)) return true;
  sender.taken.push(parcel);
  if (sender.taken.length > PARCELS_REMEMBERED) sender.taken.shift();
  return false;
}

/**
 * What a peer sent. A connection of etcd never delivers twice; here a fault may, and a proposal that came twice would be done twice, so those are taken once.
 */
function fromPeer(member: EtcdMember, { from, messages, once }: PeerMessage & { readonly type: 'etcd.raft' }, cx: { process: ProcessId; out: Outbox }): void {
  if (member.removed.has(from)) {
    cx.out.post(cx.process, Object.freeze({ type: 'etcd.gone', id: from }));
    return;
  }
  noteHeard(member, from, cx.out.monotonic);
  const again = wasTaken(member, { id: from, process: cx.process }, once);
  for (const message of messages) {
    if (message.to !== member.id || (again && message.type === 'MsgProp')) continue;
    stepRaft(member.raft, message);
    if (from === member.raft.leader) member.heardAt = cx.out.monotonic;
    else if (message.type === 'MsgHeartbeatResp' && message.context === '') countRoundTrip(member, from, cx.out.monotonic);
  }
}

function callerOf(member: EtcdMember, client: ProcessId, { body, out }: { readonly body: { readonly id: number; readonly token?: string }; readonly out: Outbox }): Caller {
  const token = credentialOf(member, client, body.token);
  return token === undefined ? { client, id: body.id, cause: out.cause } : { client, id: body.id, cause: out.cause, token };
}

function onMessage(member: EtcdMember, from: ProcessId, cx: { body: EtcdMessage; out: Outbox }): void {
  const { body, out } = cx;
  switch (body.type) {
    case 'etcd.raft': return fromPeer(member, body, { process: from, out });
    case 'etcd.request': return handleRequest(member, body, { caller: callerOf(member, from, { body, out }), out });
    case 'etcd.watchCreate': return createWatch(member, body.request, { client: from, id: body.id, token: credentialOf(member, from, body.token), out });
    case 'etcd.watchCancel': return closeWatches(member, from, body.id);
    case 'etcd.watchProgress': return tellProgress(member, from, { id: body.id, out });
    case 'etcd.whoIs':
      if (member.raft.leader !== NONE) {
        out.post(from, Object.freeze({ type: 'etcd.cluster', clusterId: member.clusterId, members: [...member.members.values()] }));
      }
      return;
    case 'etcd.gone':
      if (body.id !== member.id) return;
      member.status = 'removed';
      out.record('etcd.gone', { member: member.settings.name });
      return;
    case 'etcd.hashAsk': return answerHash(member, from, { ...body, out });
    case 'etcd.hash': return hashCame(member, from, { message: body, out });
    case 'etcd.cluster': return learnWhoIAm(member, body, out);
    case 'etcd.response': case 'etcd.error': return relay(member, body, out);
    case 'etcd.responses': for (const one of body.replies) relay(member, one, out); return;
    default:
  }
}

function onTimer(member: EtcdMember, name: string, out: Outbox): void {
  switch (name) {
    case 'tick':
      member.ticks.armedFor = 0;
      return noteLoneliness(member, out);
    case 'timeout': return expireRequests(member, out);
    case 'lease': return member.doubtRound >= 0 ? proveLeadership(member, out) : leaseAlarm(member, out);
    case 'read': return retryRound(member, out);
    case 'forward': return forwardAgain(member, out);
    case 'auto-compaction': return autoCompactionAlarm(member, out);
    case 'corrupt-check': return corruptCheckAlarm(member, out);
    case 'hashes': return hashesOverdue(member, out);
    case 'progress': return progressAlarm(member, out);
    case 'no-leader': return endLeaderlessWatches(member, out);
    case 'version': return decideVersion(member);
    case 'join':
      if (member.status === 'joining') askWhoIAm(member, out); else greet(member, out);
      return;
    default:
      // snapshot/ID: if it is still under way it was not acknowledged in time; else this says nothing.
      stepRaft(member.raft, newMessage('MsgSnapStatus', { from: name.slice(name.indexOf('/') + 1), reject: true }));
  }
}

/** A client is gone, and with it whatever it waited for; or a peer, to which sending on makes no sense now. */
function onConnectionLost(member: EtcdMember, peer: ProcessId, out: Outbox): void {
  forwardLost(member, peer, out);
  hashLost(member, peer, out);
  closeWatches(member, peer);
  for (const requests of [member.pending, member.forwarded]) {
    for (const [number, { client }] of requests) if (client === peer) requests.delete(number);
  }
  const { reads } = member;
  reads.waiting = reads.waiting.filter(({ client }) => client !== peer);
  reads.asked = reads.asked.filter(({ client }) => client !== peer);
  member.transfers = member.transfers.filter(({ client }) => client !== peer);
  const id = member.peers.find(({ process }) => process === peer)?.id;
  if (id !== undefined) stepRaft(member.raft, newMessage('MsgUnreachable', { from: id }));
}

/** What etcd says last when a write fails. @source server/etcdserver/raft.go, server/etcdserver/server.go (snapshot) */
const FATAL: Readonly<Record<string, string>> = {
  wal: 'failed to save Raft hard state and entries', commit: 'failed to save Raft hard state and entries', snapshot: 'failed to save snapshot', identity: 'failed to create WAL', repair: 'failed to truncate',
};

function onDiskDone(member: EtcdMember, input: Input & { readonly type: 'diskDone' }, out: Outbox): void {
  // etcd gives up when it cannot write: going on could break a promise.
  if (!input.ok) throw new Panic(`${FATAL[input.op] ?? 'failed to write'}: ${input.error ?? 'input/output error'}`);
  if (input.op === 'snapshot') out.reach('raftAfterSaveSnap');
  if (input.op !== 'wal') return;
  countSync(member, out.monotonic);
  walWritten(member, out);
}

function handle(member: EtcdMember, input: Input<EtcdMessage>, out: Outbox): void {
  switch (input.type) {
    case 'message': return onMessage(member, input.from, { body: input.body, out });
    case 'timer': return onTimer(member, input.name, out);
    case 'diskDone': return onDiskDone(member, input, out);
    case 'connectionLost': return onConnectionLost(member, input.peer, out);
  }
}

/** A member that was removed only says so. */
function handleStopped(member: EtcdMember, input: Input<EtcdMessage>, out: Outbox): void {
  if (input.type !== 'message' || input.body.type !== 'etcd.request') return;
  handleRequest(member, input.body, { caller: callerOf(member, input.from, { body: input.body, out }), out });
}

function step(member: EtcdMember, input: Input<EtcdMessage>, out: Outbox): void {
  if (member.status === 'removed') return handleStopped(member, input, out);
  if (member.status === 'running') catchUpTicks(member, out.monotonic);
  handle(member, input, out);
  if (member.status !== 'running') return;
  if (!member.published) publish(member, out);
  pump(member, out);
}

/** The process kind `etcd`. Its id is `MACHINE/etcd`; peer URLs name the machine. */
export const etcdMember = defineProcess<EtcdMember, EtcdMessage, EtcdConfig>({
  kind: 'etcd',
  mailboxMax: MAILBOX_MAX,
  points: memberPoints,
  keepsLog: true,
  boot,
  step,
});

/** `--initial-cluster` of members on machines, in the usual ports. */
export function clusterOn(machines: readonly string[]): EtcdConfig['initialCluster'] {
  return machines.map((machine) => ({
    name: machine, peerURLs: [`http://${machine}:2380`], clientURLs: [`http://${machine}:2379`],
  }));
}

/** The same of machines with addresses, as kubeadm writes it: TLS, and addresses in place of names. */
export function clusterAt(machines: readonly { readonly name: string; readonly address: string }[]): Pick<EtcdConfig, 'initialCluster' | 'hosts'> {
  return {
    initialCluster: machines.map(({ name, address }) => ({ name, peerURLs: [`https://${address}:2380`], clientURLs: [`https://${address}:2379`] })),
    hosts: machines.map(({ name, address }) => ({ machine: name, address })),
  };
}

/** Address of the member on a machine. */
export const memberOn = (machine: string): ProcessId => processId(machine, 'etcd');
