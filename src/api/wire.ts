/**
 * What travels between a client and kube-apiserver. The simulation sends these values instead of HTTP; `serve` maps real HTTP
 * onto them one to one.
 *
 * @source kubernetes/apiserver pkg/endpoints/request/requestinfo.go
 */
import type { Proxied } from './http.ts';
import type { KubeObject } from './meta.ts';
import type { StreamFrame, StreamStatus } from './stream.ts';

export type Verb = 'get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'delete' | 'deletecollection';

/** Forms in which clients may ask for objects. */
export type TransformedForm = 'Table' | 'PartialObjectMetadata' | 'PartialObjectMetadataList';

/** How a client proves who it is. */
export type Credential =
  /** `notAfter`: virtual time at which the certificate ends; absent = whoever took the connection has looked at that. */
  | { readonly type: 'certificate'; readonly commonName: string; readonly organizations: readonly string[]; readonly notAfter?: number }
  | { readonly type: 'token'; readonly token: string }
  | { readonly type: 'anonymous' };

export interface RequestOptions {
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  /** Lists and gets: minimum ('' or absent = most recent, '0' = any from the cache); watches: start after it. */
  readonly resourceVersion?: string;
  readonly resourceVersionMatch?: 'Exact' | 'NotOlderThan';
  readonly limit?: number;
  readonly continue?: string;
  readonly allowWatchBookmarks?: boolean;
  readonly sendInitialEvents?: boolean;
  readonly timeoutSeconds?: number;
  readonly dryRun?: boolean;
  readonly fieldManager?: string;
  readonly force?: boolean;
  readonly fieldValidation?: 'Strict' | 'Warn' | 'Ignore';
  /** Body of a DELETE. */
  readonly gracePeriodSeconds?: number;
  readonly propagationPolicy?: 'Orphan' | 'Background' | 'Foreground';
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string };
  /** Pod logs. */
  readonly container?: string;
  readonly tailLines?: number;
  readonly previous?: boolean;
  readonly follow?: boolean;
  readonly timestamps?: boolean;
  readonly sinceSeconds?: number;
  /** RFC 3339. */
  readonly sinceTime?: string;
  readonly limitBytes?: number;
  /** Exec, attach and port-forward. */
  readonly command?: readonly string[];
  readonly stdin?: boolean;
  readonly stdout?: boolean;
  readonly stderr?: boolean;
  readonly tty?: boolean;
  readonly ports?: readonly number[];
  /** The form of the answer that the client's Accept header asks for; absent = the objects themselves. */
  readonly as?: TransformedForm;
  /** What a row of a Table carries of its object. */
  readonly includeObject?: 'None' | 'Metadata' | 'Object';
}

/** One API request. Empty text = not there. `group` '' is the core group. */
export interface ApiCall {
  readonly verb: Verb;
  readonly group: string;
  readonly version: string;
  /** Plural, for example `deployments`; '' = a non-resource path. */
  readonly resource: string;
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
  /** Non-resource path such as `/readyz?verbose`, only when `resource` is ''. */
  readonly path?: string;
  readonly options?: RequestOptions;
  /** Frozen object of a create or update, or the patch. */
  readonly body?: KubeObject | object;
  readonly patchType?: 'json' | 'merge' | 'strategic' | 'apply';
  /** With the subresource `proxy`: what is passed on. */
  readonly proxied?: Proxied;
  /** Fields that came twice in the text of the body; see `duplicate-fields.ts`. */
  readonly duplicateFields?: readonly string[];
  /** What strict validation has against the text itself, word for word. */
  readonly strictErrors?: readonly string[];
}

/** The Impersonate-* headers: act as somebody else. Empty text = not there. */
export interface Impersonation {
  readonly user: string;
  readonly uid?: string;
  readonly groups: readonly string[];
  /** Impersonate-Extra-KEY: key → values. */
  readonly extra?: Readonly<Record<string, readonly string[]>>;
}

/** Client → API server. `id` is chosen by the client, unique per client process. */
export type ApiClientMessage =
  | { readonly type: 'api.request'; readonly id: number; readonly call: ApiCall; readonly credential: Credential; readonly userAgent: string; readonly timeoutMicros?: number; readonly impersonate?: Impersonation; /** The client's own name of the request in the audit log. */ readonly auditId?: string }
  | { readonly type: 'api.cancel'; readonly id: number }
  /** HTTP/2's PING: is there anybody? */
  | { readonly type: 'api.ping' }
  /** Frames of an open stream. */
  | { readonly type: 'api.stream'; readonly id: number; readonly frames: readonly StreamFrame[] };

export type WatchEventType = 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
/** `cause` is the event id of the request that wrote the change (for the trace). */
export interface WatchEvent { readonly type: WatchEventType; readonly object: KubeObject; readonly cause: number }

/** A list answer. Items are the shared frozen objects of the watch cache. */
export interface ListBody {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly resourceVersion: string; readonly continue?: string; readonly remainingItemCount?: number };
  readonly items: readonly KubeObject[];
}

/** The answer of a path that serves plain text, such as `/readyz`. */
export interface TextBody { readonly text: string }
/** The answer of `pods/log`: one entry per line, without line ends. `isCut`: the last line has no end, because no more bytes were wanted. */
export interface LogBody { readonly lines: readonly string[]; readonly isCut?: boolean }

/** Which way a request took, for the headers of its answer: the server, its number there, and the uids of its flow schema and priority level ('' = it came to none). */
export interface AnswerWay { readonly server: string; readonly serial: number; readonly flowSchema: string; readonly priorityLevel: string }

/** API server → client. A watch is answered by any number of `api.watch` and one `api.watchEnd`; a response 101 by any number of `api.stream` and one `api.streamEnd`. */
export type ApiServerMessage =
  | { readonly type: 'api.response'; readonly id: number; readonly code: number; readonly body: KubeObject | ListBody | object; readonly warnings?: readonly string[]; readonly way?: AnswerWay }
  /** With `way`: that of its answer, before anything else is told. */
  | { readonly type: 'api.watch'; readonly id: number; readonly events: readonly WatchEvent[]; readonly way?: AnswerWay }
  | { readonly type: 'api.watchEnd'; readonly id: number }
  | { readonly type: 'api.pong'; readonly id: 0 }
  | { readonly type: 'api.stream'; readonly id: number; readonly frames: readonly StreamFrame[] }
  | { readonly type: 'api.streamEnd'; readonly id: number; readonly status: StreamStatus };
