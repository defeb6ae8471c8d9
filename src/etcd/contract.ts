/**
 * The client contract of etcd: request and reply shapes, named after etcd's RPCs.
 *
 * @source etcd-io/etcd api/etcdserverpb/rpc.proto, api/mvccpb/kv.proto
 */

/** What a key holds: text (etcdctl) or a frozen API object (kube-apiserver). Shared by reference, never encoded. */
export type EtcdValue = string | object;

/** A key as it was after one change. */
export interface KeyValue {
  readonly key: string;
  readonly value: EtcdValue;
  readonly createRevision: number;
  readonly modRevision: number;
  readonly version: number;
  /** Lease id as hexadecimal text, '' = none. */
  readonly lease: string;
}

/** Who answered, and where it stood. */
export interface ResponseHeader {
  readonly clusterId: string;
  readonly memberId: string;
  readonly revision: number;
  readonly raftTerm: number;
}

/** A read. */
export interface RangeRequest {
  readonly key: string;
  /** Exclusive end; absent = the single key; '\0' = every key >= key. */
  readonly rangeEnd?: string;
  readonly limit?: number;
  readonly revision?: number;
  readonly sortOrder?: 'none' | 'ascend' | 'descend';
  readonly sortTarget?: 'key' | 'version' | 'create' | 'mod' | 'value';
  readonly serializable?: boolean;
  readonly keysOnly?: boolean;
  readonly countOnly?: boolean;
  readonly minModRevision?: number;
  readonly maxModRevision?: number;
  readonly minCreateRevision?: number;
  readonly maxCreateRevision?: number;
}
/** What was read; `count` is that of all keys, whatever the limit. */
export interface RangeResponse { readonly kvs: readonly KeyValue[]; readonly more: boolean; readonly count: number }

/** A write. */
export interface PutRequest {
  readonly key: string;
  readonly value: EtcdValue;
  readonly lease?: string;
  readonly prevKv?: boolean;
  readonly ignoreValue?: boolean;
  readonly ignoreLease?: boolean;
}
/** The value before, if asked for. */
export interface PutResponse { readonly prevKv?: KeyValue }

/** A deletion of a key or a range. */
export interface DeleteRangeRequest { readonly key: string; readonly rangeEnd?: string; readonly prevKv?: boolean }
/** How many keys went. */
export interface DeleteRangeResponse { readonly deleted: number; readonly prevKvs?: readonly KeyValue[] }

/** A condition of a transaction. */
export interface Compare {
  readonly key: string;
  readonly rangeEnd?: string;
  readonly result: 'equal' | 'greater' | 'less' | 'notEqual';
  readonly target: 'version' | 'create' | 'mod' | 'value' | 'lease';
  readonly operand: number | EtcdValue;
}
/** One operation of a transaction. */
export type RequestOp =
  | { readonly range: RangeRequest }
  | { readonly put: PutRequest }
  | { readonly deleteRange: DeleteRangeRequest }
  | { readonly txn: TxnRequest };
/** Its answer, in the same place. */
export type ResponseOp =
  | { readonly range: RangeResponse }
  | { readonly put: PutResponse }
  | { readonly deleteRange: DeleteRangeResponse }
  | { readonly txn: TxnResponse };
/** If all conditions hold the first list is done, else the second. */
export interface TxnRequest {
  readonly compare: readonly Compare[];
  readonly success: readonly RequestOp[];
  readonly failure: readonly RequestOp[];
}
/** Which list was done, and its answers. */
export interface TxnResponse { readonly succeeded: boolean; readonly responses: readonly ResponseOp[] }

/** Asks for events of a key range; the answers come as `etcd.watch` messages with the same id. */
export interface WatchCreateRequest {
  readonly key: string;
  readonly rangeEnd?: string;
  /** First revision wanted; absent or 0 = from now on. */
  readonly startRevision?: number;
  readonly progressNotify?: boolean;
  readonly prevKv?: boolean;
  readonly filters?: readonly ('noput' | 'nodelete')[];
  /** Not served without a leader, and ended after three election timeouts without one (WithRequireLeader). */
  readonly requireLeader?: boolean;
}

/** One change of a key. `cause` is the event id of the request that wrote it (for the trace). */
export interface EtcdEvent {
  readonly type: 'PUT' | 'DELETE';
  readonly kv: KeyValue;
  readonly prevKv?: KeyValue;
  readonly cause: number;
}

/** What a client may ask. `id` is chosen by the client and returned with the answer. */
export type EtcdRequest =
  | { readonly op: 'range'; readonly args: RangeRequest }
  | { readonly op: 'put'; readonly args: PutRequest }
  | { readonly op: 'deleteRange'; readonly args: DeleteRangeRequest }
  | { readonly op: 'txn'; readonly args: TxnRequest }
  | { readonly op: 'compact'; readonly args: { readonly revision: number; readonly physical?: boolean } }
  | { readonly op: 'leaseGrant'; readonly args: { readonly ttl: number; readonly id?: string } }
  | { readonly op: 'leaseRevoke'; readonly args: { readonly id: string } }
  | { readonly op: 'leaseKeepAlive'; readonly args: { readonly id: string } }
  | { readonly op: 'leaseTimeToLive'; readonly args: { readonly id: string; readonly keys?: boolean } }
  | { readonly op: 'leaseLeases'; readonly args: object }
  | { readonly op: 'memberList'; readonly args: { readonly linearizable?: boolean } }
  | { readonly op: 'memberAdd'; readonly args: { readonly name?: string; readonly peerURLs: readonly string[]; readonly isLearner?: boolean } }
  | { readonly op: 'memberRemove'; readonly args: { readonly id: string } }
  | { readonly op: 'memberUpdate'; readonly args: { readonly id: string; readonly peerURLs: readonly string[] } }
  | { readonly op: 'memberPromote'; readonly args: { readonly id: string } }
  | { readonly op: 'moveLeader'; readonly args: { readonly targetId: string } }
  | { readonly op: 'status'; readonly args: object }
  | { readonly op: 'hashKV'; readonly args: { readonly revision?: number } }
  | { readonly op: 'alarm'; readonly args: { readonly action: 'get' | 'activate' | 'deactivate'; readonly alarm?: 'NOSPACE' | 'CORRUPT'; readonly memberId?: string } }
  | { readonly op: 'defragment'; readonly args: object }
  | { readonly op: 'snapshot'; readonly args: object }
  /** Answer `{ version }`, the cluster's. */
  | { readonly op: 'downgrade'; readonly args: DowngradeRequest }
  | { readonly op: 'health'; readonly args: { readonly serializable?: boolean; readonly exclude?: readonly string[] } }
  | { readonly op: 'metrics'; readonly args: object }
  | AuthRequest;

/** Whether the cluster may go back to a version, to begin with it, or to stay. `version` is `3.5`. */
export interface DowngradeRequest { readonly action: 'validate' | 'enable' | 'cancel'; readonly version: string }

/** Users, roles and what they may do. Answers are empty where nothing else is said. */
export type AuthRequest =
  /** Answer `{ enabled, authRevision }`. */
  | { readonly op: 'authEnable' | 'authDisable' | 'authStatus'; readonly args: object }
  /** Answer `{ token }`, to be sent with every further message. */
  | { readonly op: 'authenticate'; readonly args: { readonly name: string; readonly password: string } }
  | { readonly op: 'userAdd'; readonly args: { readonly name: string; readonly password?: string; readonly noPassword?: boolean } }
  /** Answer `{ roles }`. */
  | { readonly op: 'userGet' | 'userDelete'; readonly args: { readonly name: string } }
  | { readonly op: 'userChangePassword'; readonly args: { readonly name: string; readonly password: string } }
  | { readonly op: 'userGrantRole'; readonly args: { readonly user: string; readonly role: string } }
  | { readonly op: 'userRevokeRole'; readonly args: { readonly name: string; readonly role: string } }
  /** Answers `{ users }` and `{ roles }`. */
  | { readonly op: 'userList' | 'roleList'; readonly args: object }
  | { readonly op: 'roleAdd'; readonly args: { readonly name: string } }
  /** Answer `{ perm: Permission[] }`. */
  | { readonly op: 'roleGet' | 'roleDelete'; readonly args: { readonly role: string } }
  | { readonly op: 'roleGrantPermission'; readonly args: { readonly name: string; readonly perm?: Permission } }
  | { readonly op: 'roleRevokePermission'; readonly args: { readonly role: string; readonly key: string; readonly rangeEnd?: string } };

/** A right on a key, or on a range of keys as reads name them. */
export interface Permission {
  readonly permType: 'READ' | 'WRITE' | 'READWRITE';
  readonly key: string;
  readonly rangeEnd?: string;
}

/** Client → member. `token` is what `authenticate` answered; needed only while authentication is enabled. */
export type EtcdClientMessage =
  | { readonly type: 'etcd.request'; readonly id: number; readonly request: EtcdRequest; readonly token?: string }
  | { readonly type: 'etcd.watchCreate'; readonly id: number; readonly request: WatchCreateRequest; readonly token?: string }
  | { readonly type: 'etcd.watchCancel'; readonly id: number }
  /** Asks for the store's present revision on the watch stream, after all events up to it (RequestProgress). */
  | { readonly type: 'etcd.watchProgress'; readonly id: number };

/** The events for one watch, by the client's number for it. */
export interface WatchEvents { readonly id: number; readonly events: readonly EtcdEvent[] }

/** The answer to one request. `error` holds etcd's text ("etcdserver: request timed out"); `cause` is the event that brought the request. */
export type EtcdReply =
  | { readonly type: 'etcd.response'; readonly id: number; readonly header: ResponseHeader; readonly body: object; readonly cause: number }
  | { readonly type: 'etcd.error'; readonly id: number; readonly error: string; readonly cause: number };

/** Member → client. */
export type EtcdServerMessage =
  | EtcdReply
  /** What one step of the member answers to several requests of a client, in order: frames of one connection are written in one go. */
  | { readonly type: 'etcd.responses'; readonly id: 0; readonly replies: readonly EtcdReply[] }
  /** Events of one or several whole revisions, in order. An empty list with a header is a progress notification. */
  | { readonly type: 'etcd.watch'; readonly id: number; readonly header: ResponseHeader; readonly events: readonly EtcdEvent[] }
  /** What several watches of one client are told in one step: they share its stream. Each in itself is as above. */
  | { readonly type: 'etcd.watches'; readonly id: 0; readonly header: ResponseHeader; readonly watches: readonly WatchEvents[] }
  | { readonly type: 'etcd.watchCanceled'; readonly id: number; readonly compactRevision: number; readonly reason: string; readonly header?: ResponseHeader };

/** A member as the member list shows it; without a name it has not started. */
export interface Member {
  readonly id: string;
  readonly name: string;
  readonly peerURLs: readonly string[];
  readonly clientURLs: readonly string[];
  readonly isLearner: boolean;
}

/** The end of the range of all keys with a prefix; no prefix means all keys. @source etcd-io/etcd client/v3/op.go GetPrefixRangeEnd */
export function prefixEnd(prefix: string): string {
  for (let last = prefix.length - 1; last >= 0; last--) {
    const unit = prefix.charCodeAt(last);
    if (unit < 0xffff) return prefix.slice(0, last) + String.fromCharCode(unit + 1);
  }
  return '\0';
}
