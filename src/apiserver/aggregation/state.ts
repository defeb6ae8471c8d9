/**
 * Which versions of groups other API servers serve: the APIServices that name a Service.
 *
 * @source kubernetes/kube-aggregator pkg/apiserver/apiserver.go
 * @fidelity simplified: a version that this server serves itself cannot be taken over by another
 */
import type { APIService } from '../../api/kinds/all.ts';
import { isConditionStatus } from '../../api/condition.ts';
import type { ServerState } from '../state.ts';

/** Where APIServices are cached. */
export const API_SERVICES = 'apiregistration.k8s.io/apiservices';

/** What its server says that it serves: an entry of an APIResourceList. */
export interface RemoteResource {
  readonly name: string;
  readonly singularName?: string;
  readonly namespaced: boolean;
  readonly kind: string;
  readonly verbs: readonly string[];
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
}

/** A version of a group that is served elsewhere. Frozen. */
export interface Remote {
  /** Of the APIService. */
  readonly name: string;
  readonly group: string;
  readonly version: string;
  readonly service: { readonly namespace: string; readonly name: string; readonly port: number };
  readonly priority: number;
  readonly versionPriority: number;
  /** Its condition Available is not False. */
  readonly isAvailable: boolean;
  /** As told last; undefined = never asked with success. */
  readonly resources: readonly RemoteResource[] | undefined;
  /** Checks that failed in a row. */
  readonly failures: number;
}

/** State of the aggregator. */
export interface Aggregation {
  /** `group/version` → who serves it, in the order of names. */
  readonly remotes: Map<string, Remote>;
  /** Replaced whenever discovery changes. */
  version: object;
  /** APIServices to be checked, and when the next check is due by itself; 0 = it is not planned. */
  readonly due: Map<string, true>;
  nextAt: number;
}

export const newAggregation = (): Aggregation => ({ remotes: new Map(), version: Object.freeze({}), due: new Map(), nextAt: 0 });

/** Who serves a version of a group; undefined = this server, or nobody. */
export function remoteOf({ aggregation }: ServerState, { group, version }: { readonly group: string; readonly version: string }): Remote | undefined {
  return aggregation.remotes.size === 0 ? undefined : aggregation.remotes.get(`${group}/${version}`);
}

/** The remotes by the APIServices that the cache has; what is known of their resources stays. */
export function readRemotes(state: ServerState): void {
  const { aggregation } = state;
  const known = new Map([...aggregation.remotes.values()].map(remote => [remote.name, remote]));
  if (known.size > 0) aggregation.remotes.clear();
  for (const object of state.caches.get(API_SERVICES)?.items.values() ?? []) {
    const remote = remoteFrom(object as APIService, known.get(object.metadata.name));
    if (remote !== undefined) aggregation.remotes.set(`${remote.group}/${remote.version}`, remote);
  }
  if (known.size > 0 || aggregation.remotes.size > 0) aggregation.version = Object.freeze({});
}

function remoteFrom({ metadata, spec, status }: APIService, known: Remote | undefined): Remote | undefined {
  if (spec?.service === undefined) return undefined;
  const { service: { namespace = '', name = '', port = 443 }, group = '', version = '', groupPriorityMinimum, versionPriority } = spec;
  return Object.freeze({
    name: metadata.name, group, version, service: Object.freeze({ namespace, name, port }), priority: groupPriorityMinimum, versionPriority,
    isAvailable: isConditionStatus(status?.conditions, 'Available'), resources: known?.resources, failures: known?.failures ?? 0,
  });
}

/** The APIService of a remote, as the cache has it. */
export function apiServiceOf(state: ServerState, name: string): APIService | undefined {
  return state.caches.get(API_SERVICES)?.items.get(`/registry/apiregistration.k8s.io/apiservices/${name}`) as APIService | undefined;
}
