/** Everything that one kube-apiserver keeps in memory: plain data, no reference shared between two places. */
import type { Micros, ProcessId } from '../base/data.ts';
import type { Numbered } from '../base/numbered.ts';
import type { Table } from '../base/table.ts';
import type { KubeObject } from '../api/meta.ts';
import type { ApiCall, Credential, Impersonation, WatchEvent } from '../api/wire.ts';
import type { EtcdRequest } from '../etcd/contract.ts';
import type { ConversationRecord } from '../sim/conversation.ts';
import type { Outbox } from '../sim/process.ts';
import type { Aggregation } from './aggregation/state.ts';
import type { AuditEntry } from './audit/log.ts';
import type { RequestSeries } from './nonresource/request-metrics.ts';
import type { LevelState } from './fairness/queues.ts';
import type { ServerConfig } from './config.ts';

/** Who makes a request. Frozen. */
export interface UserInfo {
  readonly name: string;
  readonly uid: string;
  readonly groups: readonly string[];
  readonly extra?: Readonly<Record<string, readonly string[]>>;
}

/** What a request may wait for beside a numbered answer of etcd. */
export const AWAITS = { fresh: -1, pause: -2, kubelet: -3, calls: -4, lease: -5, quota: -6, webhook: -7, seat: -8 } as const;

/** A task or a request of the server that made a call, and the call's place in its batch. */
export interface RequestOwner {
  /** '' = the request `serial`. */
  readonly task: string;
  readonly serial: number;
  readonly place: number;
}

/** Calls under way together: one slot per call. */
export interface Batch {
  readonly answers: { readonly code: number; readonly body: unknown }[];
  missing: number;
}

/** One request on its way through the pipeline. */
export interface RequestRecord {
  readonly serial: number;
  /** '' = the server itself (loopback). */
  readonly client: ProcessId | '';
  /** The client's number for it. */
  readonly id: number;
  /** Who inside the server waits for the answer; undefined = a client does. */
  readonly owner: RequestOwner | undefined;
  call: ApiCall;
  /** The call as it came, where the server took it for another one. */
  asked?: ApiCall;
  /** The client's own name of it. */
  auditId?: string;
  readonly credential: Credential;
  readonly userAgent: string;
  /** Event that began it. */
  readonly cause: number;
  readonly receivedAt: Micros;
  /** Whom the client wants to act as. */
  readonly impersonate: Impersonation | undefined;
  /** The client's own limit, µs; 0 = none. */
  readonly timeout: number;
  deadline: Micros;
  /** Index of the stage that runs. */
  stage: number;
  user: UserInfo;
  /** Who really asks, when `user` is impersonated. */
  impersonator: UserInfo | undefined;
  /** The decoded object of a create, as admission has changed it so far. */
  object: KubeObject | undefined;
  conversation: ConversationRecord | undefined;
  /** Calls that its conversation made through the pipeline and waits for. */
  batch: Batch | undefined;
  /** What it waits for: the number of an etcd request, or one of AWAITS. 0 = nothing. */
  awaiting: number;
  /** When the question that it waits for gives up; 0 = only the request's own deadline counts. */
  waitUntil: Micros;
  /** Counted against the limits of requests in flight. */
  counted: '' | 'read' | 'mutating';
  /** Priority level in which it runs or waits; '' = in none. */
  level: string;
  /** The flow schema that put it there. */
  schema: string;
  /** Seats that it holds there. */
  seats: number;
  warnings: readonly string[];
  /** What admission had to ask for: `Need.key` → answer. Undefined = nothing so far. */
  learned: Map<string, unknown> | undefined;
  /** Entries of the audit event that admission plugins added. */
  annotations: Readonly<Record<string, string>> | undefined;
  /** What stages had to say, for `trace`: `authorization: RBAC: allowed by …`. */
  stages: string;
  /** Admission plugins that changed the object, for the learner. */
  mutated: string;
}

/** One watch of a client: what it wants and until when. */
export interface WatchRecord {
  readonly serial: number;
  readonly client: ProcessId;
  readonly id: number;
  readonly namespace: string;
  readonly labelSelector: string;
  readonly fieldSelector: string;
  /** It wants one value of an indexed field and nothing else: where it stands in the index says what it sees. */
  readonly isIndexed: boolean;
  readonly bookmarks: boolean;
  /** The call, when it asks for another form than the objects themselves. */
  readonly form: ApiCall | undefined;
  /** Revision the client knows to have seen; bookmarks are only sent beyond it. */
  told: number;
  /** Events that a conversion webhook has not seen yet, and those behind them. */
  backlog: readonly WatchEvent[];
  /** Tables: the client knows the columns. */
  headed?: boolean;
}

/** A change as the watch cache keeps it. Frozen. */
export interface CacheEvent {
  readonly revision: number;
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly key: string;
  /** New object, or for DELETED the last one with the revision of the deletion. */
  readonly object: KubeObject;
  readonly previous: KubeObject | undefined;
  readonly cause: number;
  readonly at: Micros;
  /** What a watch of the whole resource is told: made once and shared by all watches. */
  readonly shown: WatchEvent;
}

/** The latest events, oldest first, in full frozen chunks and one that is being filled. */
export interface EventWindow {
  chunks: (readonly CacheEvent[])[];
  open: CacheEvent[];
  size: number;
  /** Events kept at most at present; grows with the rate of changes. */
  capacity: number;
  /** Watches can begin after this revision; older ones are gone. */
  oldest: number;
}

/** The watch cache of one resource. */
export interface ResourceCache {
  /** `group/plural`. */
  readonly resource: string;
  /** Key in etcd → object with its resourceVersion. */
  items: Table<KubeObject>;
  ready: boolean;
  /** The store's state up to this revision is in `items`. */
  revision: number;
  readonly window: EventWindow;
  /** Number of the etcd watch that feeds it; 0 = none. */
  etcdWatch: number;
  /** Watches without an index: serial → watch. */
  watches: Map<number, WatchRecord>;
  /** Selectable field → wanted value → watches: a change touches only those that want its value. */
  indexed: Map<string, Map<string, Map<number, WatchRecord>>>;
  /** Requests that wait for a revision. */
  waiting: { readonly serial: number; readonly revision: number }[];
  /** Spec of the definition of a custom kind, as its watches were begun under it; undefined = built in. */
  servedAs?: object | undefined;
  /** RequestProgress was sent and not yet answered. */
  progressAsked: boolean;
}

/** Where an answer of etcd goes. */
export type EtcdWaiter =
  | { readonly for: 'request'; readonly serial: number; readonly request: EtcdRequest }
  | { readonly for: 'task'; readonly task: string }
  /** A lease for expiring objects, asked for by a request. */
  | { readonly for: 'lease'; readonly serial: number }
  | { readonly for: 'list'; readonly resource: string };

export interface EtcdConnection {
  /** Index in the configured members. */
  member: number;
  nextId: number;
  pending: Numbered<EtcdWaiter>;
  /** Watch number → resource. */
  watches: Map<number, string>;
  /** Whether the last contact succeeded, and the last error. */
  healthy: boolean;
  lastError: string;
  /** Consecutive failures, for the wait before the next attempt. */
  failures: number;
}

/** Something the server does on its own: a hook after start, a reconciler's round. */
export interface Task {
  readonly conversation: ConversationRecord;
  batch: Batch | undefined;
}

/** A stream that passes the server. Frozen. */
export interface StreamRecord { readonly client: ProcessId; /** The client's number. */ readonly id: number; readonly kubelet: ProcessId }

/** A call to a program in a pod. Frozen. */
export interface WebhookCall {
  /** Of the request that waits; 0 = a task does. */
  readonly serial: number;
  /** '' = a request waits. */
  readonly task: string;
  readonly runtime: ProcessId;
  readonly url: string;
  readonly method: string;
  readonly address: string;
  /** Who is called, and what the learner is told when that fails; '' = nothing. */
  readonly name: string;
  readonly event: string;
}

/** What a client's request number stands for: a request by its serial, or a watch. */
export type ClientReference = number | WatchReference;

/** Where a watch stands. Frozen. */
export interface WatchReference {
  readonly serial: number;
  readonly resource: string;
  /** Field and value under which it is indexed; '' = it is not. */
  readonly field: string;
  readonly value: string;
  readonly deadlineKey: string;
}

/** State of the process. */
export interface ServerState {
  readonly config: ServerConfig;
  nextSerial: number;
  readonly etcd: EtcdConnection;
  /** `group/plural` → watch cache. */
  readonly caches: Map<string, ResourceCache>;
  /** Caches that are not filled yet. */
  unready: number;
  readonly inFlight: Numbered<RequestRecord>;
  reads: number;
  mutations: number;
  /** Client → its request number → what it stands for. */
  readonly clients: Map<ProcessId, Numbered<ClientReference>>;
  /** Time-out of watches: `time serial` → client and its number. */
  readonly watchDeadlines: Table<{ readonly client: ProcessId; readonly id: number }>;
  /** When the deadline timer is set for; 0 = not set. */
  deadlineAt: number;
  watchDeadlineAt: number;
  /** Messages that arrived before the caches were filled, oldest first. */
  parked: { readonly from: ProcessId; readonly message: object; readonly cause: number; readonly at: Micros }[];
  readonly tasks: Map<string, Task>;
  /** Calls of the server to itself that begin before the step ends. */
  queuedCalls: { readonly call: ApiCall; readonly owner: RequestOwner }[];
  /** Owners whose batch of calls was answered during this step. */
  batchesDone: RequestOwner[];
  /** Replaced whenever a flow schema or priority level changes. */
  flowVersion: object;
  /** Priority level → what it has under way. */
  readonly levels: Map<string, LevelState>;
  /** Resource → what was asked of it so far, for the metrics. */
  readonly series: Map<string, RequestSeries[]>;
  /** The audit log: a ring, filled in turn; and how many events were written in all. */
  readonly auditLog: AuditEntry[];
  audited: number;
  /** What other API servers serve beside this one. */
  readonly aggregation: Aggregation;
  /** Calls to webhooks and extension API servers under way, by the same numbers. */
  readonly webhookCalls: Map<number, WebhookCall>;
  /** Kinds and versions whose watches have events that must be converted; taken up at the end of the step. */
  unconverted: { readonly resource: string; readonly version: string }[];
  /** Namespace → requests that count against its quotas, the one whose turn it is first. */
  readonly quotaLocks: Map<string, number[]>;
  /** Requests whose turn came during this step. */
  turns: number[];
  /** Hooks that have finished. */
  hooksDone: string[];
  /** Lease for objects that expire: shared for a minute. */
  ttlLease: { id: string; since: number; uses: number };
  /** Replaced whenever a role or binding changes: key of what is computed from them. */
  rbacVersion: object;
  /** Replaced whenever a CustomResourceDefinition changes: key of what follows from them. */
  definitions: object;
  /** `NODE NAMESPACE/POD` for each pod that has a node. */
  readonly podsByNode: Table<true>;
  /** `compact_rev_key` as this instance saw it last. */
  compaction: { version: number; revision: number };
  readonly startedAt: Micros;
  /** A uuid of this life of the server. */
  readonly life: string;
  /** Kubelet requests under way: our number → request. */
  readonly kubeletCalls: Map<number, { readonly serial: number; readonly kubelet: ProcessId; readonly address: string }>;
  nextKubeletCall: number;
  /** Number at the kubelet → stream; and back, by `client number`. */
  readonly streams: Map<number, StreamRecord>;
  readonly streamsOf: Map<string, number>;
  /** Rounds of the endpoint reconciler. */
  rounds: number;
}

/** What the parts of the server hand to each other for the time of one step. */
export interface Server {
  readonly state: ServerState;
  readonly out: Outbox;
}
