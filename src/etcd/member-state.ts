import type { ProcessId } from '../base/data.ts';
import type { Numbered } from '../base/numbered.ts';
import type { Table } from '../base/table.ts';
import type { AuthInfo } from './auth/permission.ts';
import type { AuthStore } from './auth/store.ts';
import type { Token } from './auth/tokens.ts';
import type { AuthRequest, DowngradeRequest, EtcdRequest, Member, RangeRequest, ResponseHeader, TxnRequest } from './contract.ts';
import type { AutoCompaction } from './auto-compaction.ts';
import type { CorruptionCheck, KeyspaceHash } from './corruption.ts';
import type { Heard } from './liveness.ts';
import type { Counts } from './metrics.ts';
import type { Store } from './mvcc/store.ts';
import type { WatchHub } from './mvcc/watch.ts';
import type { Ready } from './raft/ready.ts';
import type { Raft } from './raft/state.ts';
import type { ConfState, Entry, MemberId, Message } from './raft/types.ts';

/** How a member is started: the flags of the etcd binary that matter here. */
export interface EtcdConfig {
  /** `--name` */
  readonly name: string;
  /** `--initial-cluster`; the member's own line tells its addresses. */
  readonly initialCluster: readonly InitialMember[];
  /** Addresses of machines, as peer URLs name them; a host that is not here is a machine's name. */
  readonly hosts?: readonly Host[];
  /** `--initial-cluster-state` */
  readonly initialClusterState?: 'new' | 'existing';
  /** `--initial-cluster-token` */
  readonly initialClusterToken?: string;
  /** `--heartbeat-interval` and `--election-timeout`, milliseconds. */
  readonly heartbeatInterval?: number;
  readonly electionTimeout?: number;
  /** `--snapshot-count` and `--experimental-snapshot-catchup-entries` */
  readonly snapshotCount?: number;
  readonly snapshotCatchupEntries?: number;
  /** `--quota-backend-bytes` and `--max-request-bytes` */
  readonly quotaBackendBytes?: number;
  readonly maxRequestBytes?: number;
  /** `--pre-vote` */
  readonly preVote?: boolean;
  /** `--force-new-cluster` */
  readonly forceNewCluster?: boolean;
  /** `--auto-compaction-mode` and `--auto-compaction-retention`: hours, a duration, or revisions; '0' = off. */
  readonly autoCompactionMode?: 'periodic' | 'revision';
  readonly autoCompactionRetention?: string;
  /** The feature gate `InitialCorruptCheck`, and `--corrupt-check-time` in milliseconds; 0 = off. */
  readonly initialCorruptCheck?: boolean;
  readonly corruptCheckTime?: number;
  /** `--watch-progress-notify-interval`, milliseconds */
  readonly watchProgressNotifyInterval?: number;
  /** `--strict-reconfig-check` */
  readonly strictReconfigCheck?: boolean;
}

/** A machine and its address. */
export interface Host { readonly address: string; readonly machine: string }

/** A line of `--initial-cluster`, with the process that listens there. */
export interface InitialMember {
  readonly name: string;
  readonly peerURLs: readonly string[];
  readonly clientURLs: readonly string[];
}

/** Values that etcd takes when nothing is said. @source etcd-io/etcd server/embed/config.go, server/etcdserver/server.go */
export const ETCD_DEFAULTS = {
  initialClusterState: 'new', initialClusterToken: 'etcd-cluster', heartbeatInterval: 100, electionTimeout: 1000,
  snapshotCount: 10_000, snapshotCatchupEntries: 5_000, quotaBackendBytes: 2_147_483_648, maxRequestBytes: 1_572_864,
  preVote: true, strictReconfigCheck: true, forceNewCluster: false, autoCompactionMode: 'periodic', autoCompactionRetention: '0', initialCorruptCheck: false, corruptCheckTime: 0,
  watchProgressNotifyInterval: 600_000, hosts: [],
} as const;

/** The flags with nothing left open. */
export type EtcdSettings = Required<EtcdConfig>;

/** The version members report. */
export const ETCD_VERSION = '3.6.6';
/** The version of the file format they report. */
export const ETCD_STORAGE_VERSION = '3.6.0';

/** Proposals not yet applied beyond which a member refuses more. @source server/etcdserver/v3_server.go maxGapBetweenApplyAndCommitIndex */
export const APPLY_GAP_MAX = 5_000;
/** Requests a member keeps open; far above the gap, it bounds memory while there is no leader. */
export const OPEN_REQUESTS_MAX = 20_000;

/** Who waits for an answer. `token` tells who they are while authentication is enabled. */
export interface Caller { readonly client: ProcessId; readonly id: number; readonly cause: number; readonly token?: string }

/** A request that waits for its entry to be applied. */
export interface Pending extends Caller {
  readonly startedAt: number;
  readonly deadline: number;
  /** Someone who logs in, and by which revision of the rules the password was checked. */
  readonly login?: Login & { readonly checked: number };
}

/** Name and password of someone who wants a token. */
export interface Login { readonly name: string; readonly password: string }

/** What an entry asks of the store. The origin and number find the caller again on the member that proposed it. */
export interface Proposal {
  readonly origin: string;
  readonly number: number;
  readonly op: ProposalOp;
  readonly args: object;
  /** Who asked, while authentication is enabled. */
  readonly auth?: AuthInfo;
}
/** What an entry can ask. */
export type ProposalOp =
  | 'put' | 'deleteRange' | 'txn' | 'compact' | 'leaseGrant' | 'leaseRevoke' | 'leaseCheckpoint' | 'alarm' | 'memberAttributes' | 'clusterVersionSet' | 'downgradeInfoSet'
  | AuthRequest['op'];

/** What a configuration change means to the cluster. */
export interface MemberChange {
  readonly origin: string;
  readonly number: number;
  readonly op: 'add' | 'remove' | 'promote' | 'update';
  readonly member: Member;
}

/** A read that waits for its index. */
export interface PendingRead extends Pending { readonly read: ReadRequest }
/** What can be read without an entry. */
export type ReadRequest =
  | { readonly op: 'range'; readonly args: RangeRequest }
  | { readonly op: 'txn'; readonly args: TxnRequest }
  | { readonly op: 'memberList' }
  | { readonly op: 'health' | 'corruptCheck' }
  | { readonly op: 'leaseKeepAlive'; readonly args: { readonly id: string } }
  | { readonly op: 'authenticate'; readonly args: Login }
  | { readonly op: 'downgrade'; readonly args: DowngradeRequest };

/** A request that the leader is asked in its client's place; nobody has been asked yet, or in vain, if `askedOf` is none. */
export interface Forwarded extends Pending { readonly request: EtcdRequest; readonly askedOf: MemberId }

/** Linearizable reads: one round of heartbeats at a time serves all that had come by then. */
export interface Reads {
  waiting: PendingRead[];
  /** Asked under the context; empty = no round under way. */
  asked: PendingRead[];
  context: string;
  confirmed: { readonly index: number; readonly reads: readonly PendingRead[] }[];
  rounds: number;
}

/** When a leader will end a lease. Times are of its own clock, µs. */
export interface LeaseClock { readonly expiresAt: number; readonly checkpointAt: number; readonly revoking: boolean }

/** Something wrong with a member that the whole cluster heeds. */
export interface Alarm { readonly memberId: MemberId; readonly alarm: 'NOSPACE' | 'CORRUPT' }

/** One process of etcd: plain data, rebuilt from its disk after a crash. */
export interface EtcdMember {
  readonly self: ProcessId;
  readonly settings: EtcdSettings;
  status: 'joining' | 'checking' | 'running' | 'removed';
  id: MemberId;
  clusterId: string;
  raft: Raft;
  store: Store;
  hub: WatchHub;
  isLeaderless: boolean;
  readonly autoCompaction: AutoCompaction;
  check: CorruptionCheck | undefined;
  /** Whether regular progress is due, and from where in the history news count against it. */
  progress: { readonly armed: boolean; readonly from: number };
  members: Table<Member>;
  /** Members told beforehand (`--initial-cluster`, or by those there are), whose entries have not been applied yet. */
  foretold: Table<true>;
  /** Ids that were members once: they may not come back. */
  removed: Table<true>;
  alarms: Table<Alarm>;
  /** `3.6.0`; empty until the first leader has decided. */
  clusterVersion: string;
  /** `3.5.0` while a downgrade to it is under way; else empty. */
  downgradeTarget: string;
  auth: AuthStore;
  /** Tokens granted; not kept on disk. */
  tokens: Map<string, Token>;
  /** End of the log at the start: up to here entries are done again, and grant no tokens. */
  replayedTo: number;
  readonly counts: Counts;
  /** Members by id, with the process that speaks for each. */
  peers: { readonly id: MemberId; readonly process: ProcessId }[];
  ticks: { base: number; done: number; armedFor: number };
  /** The log on disk; `commit` is the commit index written last, at `writtenAt`. */
  wal: { sequence: number; segments: { readonly key: string; readonly last: number }[]; commit: number; writtenAt: number };
  snapshotIndex: number;
  /** Index at which the free space of the file goes, since it was rewritten while the member did not run; 0 = it was not. */
  defragmentAt: number;
  /** The Ready on its way to the disk; the next one waits for it. */
  writing: Ready | undefined;
  proposals: Entry[];
  origin: string;
  nextNumber: number;
  pending: Numbered<Pending>;
  /** Requests passed on to the leader as its client. */
  forwarded: Numbered<Forwarded>;
  reads: Reads;
  transfers: (Pending & { readonly target: MemberId })[];
  /** Present on a leader. */
  lessor: Map<string, LeaseClock> | undefined;
  leaseAlarmAt: number;
  /** The round of reads after which a leader that stood still must prove that it still leads before it decides about leases; -1 = no doubt. */
  doubtRound: number;
  /** When the leader was last heard; 0 = never, or told already. */
  heardAt: number;
  /** When each peer was last heard. */
  heardFrom: Heard[];
  bootedAt: number;
  /** Where the messages of each peer come from, and the parcels with proposals taken from it lately. */
  senders: { readonly id: MemberId; readonly process: ProcessId; readonly taken: string[] }[];
  leaderSince: number;
  /** When it first campaigned for want of a leader. */
  lostLeaderAt: number;
  /** Term in which this member last led. */
  leaderTerm: number;
  quorumLost: boolean;
  header: ResponseHeader;
  timeoutArmed: boolean;
  /** Whether own name and addresses are in the log, and when to propose them (again). */
  published: boolean;
  publishAt: number;
}

/** Parcels of a peer that are remembered, so that one which comes twice is told from a new one; far more than are ever under way. */
export const PARCELS_REMEMBERED = 64;

/** What a member tells another. */
export type PeerMessage =
  /** `once` names a parcel that carries proposals: it may be taken a single time. */
  | { readonly type: 'etcd.raft'; readonly from: MemberId; readonly messages: readonly Message[]; readonly once?: string }
  /** The receiver was removed from the cluster and does not know it. */
  | { readonly type: 'etcd.gone'; readonly id: MemberId }
  | { readonly type: 'etcd.hashAsk'; readonly number: number; readonly revision: number }
  | { readonly type: 'etcd.hash'; readonly number: number; readonly id: MemberId; readonly storeRevision: number; readonly hash: KeyspaceHash | undefined }
  | { readonly type: 'etcd.whoIs'; readonly peerURLs: readonly string[] }
  | { readonly type: 'etcd.cluster'; readonly clusterId: string; readonly members: readonly Member[] };

/** The state up to an entry, as snapshots carry it. */
export interface MemberImage {
  readonly store: Store;
  readonly members: Table<Member>;
  readonly removed: Table<true>;
  readonly alarms: Table<Alarm>;
  readonly clusterVersion: string;
  readonly downgradeTarget: string;
  readonly auth: AuthStore;
  readonly confState: ConfState;
}

/** Microseconds of a request's life: five seconds of disk and network and two elections. @source server/config/config.go ReqTimeout */
export const requestTimeout = (settings: EtcdSettings): number => 5_000_000 + 2 * settings.electionTimeout * 1000;
