import { drawBelow, newStream } from '../../base/prng.ts';
import type { Stream } from '../../base/prng.ts';
import { checkConfig, progressFor } from './conf-change.ts';
import { appendEntries, commitTo, newLog } from './log.ts';
import type { RaftLog } from './log.ts';
import type { Progress } from './progress.ts';
import type { JointVoters } from './quorum.ts';
import { NONE, votersOnly } from './types.ts';
import type { ConfState, Entry, HardState, MemberId, Message, ReadState, Role, Snapshot } from './types.ts';

/** Settings of a member that do not change while it runs. */
export interface RaftConfig {
  readonly id: MemberId;
  /** Ticks without news from a leader before a follower campaigns: between this and twice this, drawn anew each time. */
  readonly electionTicks: number;
  readonly heartbeatTicks: number;
  /** Ask before raising the term, so that a member that was cut off does not depose a healthy leader. */
  readonly preVote: boolean;
  /** A leader that has not heard a majority for an election timeout steps down. */
  readonly checkQuorum: boolean;
  readonly maxEntriesPerMessage: number;
  readonly maxInflightMessages: number;
  /** Seeds the election timeouts of this run. */
  readonly seed: number;
  readonly stepDownOnRemoval: boolean;
}

/** A read request at the leader that waits for a heartbeat round. */
export interface PendingRead {
  readonly index: number;
  readonly context: string;
  readonly from: MemberId;
  readonly acks: MemberId[];
}

/**
 * Everything one member knows: plain data, changed in place by `step` and `tick`. Nothing is sent or written here;
 * `takeReady` tells what is to be done outside.
 */
export interface Raft {
  readonly config: RaftConfig;
  term: number;
  vote: MemberId;
  role: Role;
  leader: MemberId;
  log: RaftLog;
  membership: ConfState;
  progress: Progress[];
  votes: { readonly id: MemberId; readonly granted: boolean }[];
  electionElapsed: number;
  heartbeatElapsed: number;
  randomizedElectionTimeout: number;
  timeouts: Stream;
  leadTransferee: MemberId;
  /** Index of the last configuration change in the log; the next may follow once it is applied. */
  pendingConfIndex: number;
  pendingReads: PendingRead[];
  /** Read requests that wait for the leader's first commit of its term. */
  earlyReads: Message[];
  /** The snapshot that followers too far behind will get. */
  snapshot: Snapshot | undefined;
  /** Messages free to go at once. */
  messages: Message[];
  /** Messages that promise something: free when what was appended before them is durable. */
  afterPersist: Message[];
  readStates: ReadState[];
  /** What the last Ready said, to tell changes. */
  reported: { hardState: HardState; leader: MemberId; role: Role };
}

/** What a member finds on its disk when it starts. */
export interface Durable {
  readonly hardState?: HardState | undefined;
  readonly snapshot?: Snapshot | undefined;
  readonly entries?: readonly Entry[];
  /** The membership of a first start; afterwards the snapshot and the entries tell. */
  readonly confState?: ConfState | undefined;
  /** The application already holds the state up to here. */
  readonly applied?: number;
}

/** Settings as etcd has them, for the rest. */
const RAFT_DEFAULTS = {
  electionTicks: 10, heartbeatTicks: 1, preVote: true, checkQuorum: true,
  // etcd bounds a message by 512 KiB and 512 messages in flight; entries here have no bytes, so they are counted.
  maxEntriesPerMessage: 1024, maxInflightMessages: 512,
  seed: 1, stepDownOnRemoval: false,
} as const;

/** A member as it starts: a follower that knows no leader. */
export function newRaft(config: Partial<RaftConfig> & { readonly id: MemberId }, durable: Durable = {}): Raft {
  const settings: RaftConfig = { ...RAFT_DEFAULTS, ...config };
  const { snapshot, hardState } = durable;
  const log = newLog(snapshot?.index, snapshot?.term);
  const membership = snapshot?.confState ?? durable.confState ?? votersOnly([]);
  appendEntries(log, durable.entries ?? []);
  log.stable = log.offered = log.last;
  if (hardState !== undefined) commitTo(log, hardState.commit);
  if (durable.applied !== undefined) log.applied = log.applying = durable.applied;
  checkConfig(membership);
  const raft: Raft = {
    config: settings, term: hardState?.term ?? snapshot?.term ?? 0, vote: hardState?.vote ?? NONE, role: 'follower',
    leader: NONE, log, membership, progress: progressFor(membership, [], log.last), votes: [],
    electionElapsed: 0, heartbeatElapsed: 0, randomizedElectionTimeout: 0,
    timeouts: newStream(settings.seed, `${settings.id}/election-timeout`), leadTransferee: NONE, pendingConfIndex: 0,
    pendingReads: [], earlyReads: [], snapshot, messages: [], afterPersist: [], readStates: [],
    reported: { hardState: { term: 0, vote: NONE, commit: 0 }, leader: NONE, role: 'follower' },
  };
  raft.reported.hardState = hardStateOf(raft);
  raft.randomizedElectionTimeout = drawElectionTimeout(raft);
  return raft;
}

/** Between one and two election timeouts, so that members rarely campaign at the same time. */
export function drawElectionTimeout(raft: Raft): number {
  return raft.config.electionTicks + drawBelow(raft.timeouts, raft.config.electionTicks);
}

/** What of this must be on disk. */
export const hardStateOf = (raft: Raft): HardState => ({ term: raft.term, vote: raft.vote, commit: raft.log.committed });

/** The two halves of the membership that vote. */
export const votersOf = (raft: Raft): JointVoters =>
  ({ incoming: raft.membership.voters, outgoing: raft.membership.votersOutgoing });

/** What is believed about a member. */
export function progressOf(raft: Raft, id: MemberId): Progress | undefined {
  for (const progress of raft.progress) if (progress.id === id) return progress;
  return undefined;
}

/** Whether the member may stand for election: it votes, and its state is not about to be replaced. */
export function isPromotable(raft: Raft): boolean {
  const own = progressOf(raft, raft.config.id);
  return own !== undefined && !own.isLearner && raft.log.pendingSnapshot === undefined;
}

/** Whether one member alone decides. */
export const isSingleton = (raft: Raft): boolean =>
  raft.membership.voters.length === 1 && raft.membership.votersOutgoing.length === 0;
