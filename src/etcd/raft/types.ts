/**
 * Words of the Raft protocol: entries, messages, configurations, and what must reach the disk.
 *
 * @source etcd-io/raft raftpb/raft.proto
 */

/** A member's id; any text without meaning to Raft. */
export type MemberId = string;
/** "Nobody": no vote, no leader, no target. */
export const NONE: MemberId = '';

/** Whether an entry is the application's or changes the membership. */
export type EntryType = 'normal' | 'confChange';

/** One slot of the replicated log. Frozen from birth and shared by every log that holds it. */
export interface Entry {
  readonly index: number;
  readonly term: number;
  readonly type: EntryType;
  /** What the application proposed; null in the empty entry with which a leader opens its term. */
  readonly data: unknown;
  /** Event id of the request behind it, carried so that effects can be traced back. */
  readonly cause: number;
}

/** What must survive a crash beside the entries. */
export interface HardState {
  readonly term: number;
  readonly vote: MemberId;
  readonly commit: number;
}

/** What a member is at the moment. */
export type Role = 'follower' | 'preCandidate' | 'candidate' | 'leader';

/** What an observer likes to know and nobody needs to keep. */
export interface SoftState {
  readonly leader: MemberId;
  readonly role: Role;
}

/** A membership as snapshots and the disk keep it. Outgoing voters are there only in a joint configuration. */
export interface ConfState {
  readonly voters: readonly MemberId[];
  readonly votersOutgoing: readonly MemberId[];
  readonly learners: readonly MemberId[];
  /** Voters of the old half that become learners when the joint configuration ends. */
  readonly learnersNext: readonly MemberId[];
  readonly autoLeave: boolean;
}

/** What happens to one member. */
export type ConfChangeType = 'addNode' | 'removeNode' | 'updateNode' | 'addLearnerNode';

/** One member's part of a change. */
export interface ConfChangeSingle {
  readonly type: ConfChangeType;
  readonly id: MemberId;
}

/** A proposed change of membership; no changes at all means "leave the joint configuration". */
export interface ConfChange {
  readonly transition: 'auto' | 'jointImplicit' | 'jointExplicit';
  readonly changes: readonly ConfChangeSingle[];
  /** What the application wants to know when the change is applied. */
  readonly context?: unknown;
}

/** The application's state up to an entry. */
export interface Snapshot {
  readonly index: number;
  readonly term: number;
  readonly confState: ConfState;
  readonly data: unknown;
}

/** Everything members say, to each other and to themselves. */
export type MessageType =
  /* Stay inside the member: timeouts and reports of the transport. */
  | 'MsgHup' | 'MsgBeat' | 'MsgCheckQuorum' | 'MsgUnreachable' | 'MsgSnapStatus'
  /* Travel between members. */
  | 'MsgProp' | 'MsgApp' | 'MsgAppResp' | 'MsgVote' | 'MsgVoteResp' | 'MsgPreVote' | 'MsgPreVoteResp'
  | 'MsgSnap' | 'MsgHeartbeat' | 'MsgHeartbeatResp' | 'MsgTransferLeader' | 'MsgTimeoutNow'
  | 'MsgReadIndex' | 'MsgReadIndexResp';

/** One message; every type has every field, so that all messages have one shape. */
export interface Message {
  readonly type: MessageType;
  readonly to: MemberId;
  readonly from: MemberId;
  /** 0 in messages that never leave the member, in proposals and in read requests. */
  readonly term: number;
  readonly logTerm: number;
  readonly index: number;
  readonly entries: readonly Entry[];
  readonly commit: number;
  readonly reject: boolean;
  readonly rejectHint: number;
  /** Id of a read request, or `transfer` in the vote request of a leader transfer. */
  readonly context: string;
  readonly snapshot: Snapshot | undefined;
}

/** A read request whose index is confirmed: it may be answered once `index` is applied. */
export interface ReadState {
  readonly index: number;
  readonly context: string;
}

/** The context of a vote request that a leader transfer forces. */
export const CAMPAIGN_TRANSFER = 'transfer';

const NO_ENTRIES: readonly Entry[] = Object.freeze([]);

/** A message with the given fields; the rest is empty. */
export function newMessage(type: MessageType, fields: Partial<Message> = {}): Message {
  return Object.freeze({
    type,
    to: fields.to ?? NONE,
    from: fields.from ?? NONE,
    term: fields.term ?? 0,
    logTerm: fields.logTerm ?? 0,
    index: fields.index ?? 0,
    entries: fields.entries ?? NO_ENTRIES,
    commit: fields.commit ?? 0,
    reject: fields.reject ?? false,
    rejectHint: fields.rejectHint ?? 0,
    context: fields.context ?? '',
    snapshot: fields.snapshot,
  });
}

/** An entry that waits for its place in the log. */
export function newProposal(data: unknown, cause = 0, type: EntryType = 'normal'): Entry {
  return Object.freeze({ index: 0, term: 0, type, data, cause });
}

/** A configuration of voters only. */
export function votersOnly(voters: readonly MemberId[]): ConfState {
  return { voters, votersOutgoing: [], learners: [], learnersNext: [], autoLeave: false };
}
