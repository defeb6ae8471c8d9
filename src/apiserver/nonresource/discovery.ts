/**
 * What the server serves, told in three forms: group lists, resource lists, and everything at once ("aggregated").
 *
 * @source kubernetes/apiserver pkg/endpoints/discovery, KEP-3352
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { compareText } from '../../base/compare.ts';
import { deepFreeze } from '../../base/data.ts';
import { encodeBase64, utf8Bytes } from '../../api/base64.ts';
import { groupOrder } from '../../api/kinds/registry.ts';
import { type ApiGroup, verbsOf } from '../../api/scheme.ts';
import { apiVersionOf, type ResourceDescriptor } from '../../api/resource.ts';
import type { Remote } from '../aggregation/state.ts';
import { reviews } from '../registry/reviews.ts';
import { servedSubresources } from '../registry/subresources.ts';
import { servedGroups } from '../resources.ts';
import type { Discovered } from '../../api/discovery.ts';
import type { ServerState } from '../state.ts';

/** One resource in a form common to both lists. */
interface Entry extends Omit<Discovered, 'group' | 'version'> {
  /** `group/version/Kind` as it is stored; undefined for what is never stored. */
  readonly storage?: string;
  readonly subresources: readonly { readonly name: string; readonly verbs: readonly string[]; readonly group: string; readonly version: string; readonly kind: string }[];
}
/** `isStale`: its server does not answer; these are the kinds it had. */
interface Version { readonly version: string; readonly resources: readonly Entry[]; readonly isStale?: boolean; readonly isRemote?: boolean }
interface Group { readonly group: string; readonly versions: readonly Version[] }

function entryOf(descriptor: ResourceDescriptor): Entry {
  const { plural, singular, kind, namespaced, shortNames, categories, group, version } = descriptor;
  const subresources = servedSubresources(descriptor).map(({ name, verbs, responseKind }) => ({ name, verbs, ...(responseKind ?? { group, version, kind }) }));
  const verbs = verbsOf(descriptor);
  const { as: stored } = descriptor.stored ?? { as: descriptor };
  return { plural, singular, kind, namespaced, verbs, shortNames, categories, subresources, ...(verbs.includes('watch') ? { storage: `${stored.group}/${stored.version}/${stored.kind}` } : {}) };
}

/** Tells clients whether objects were rewritten in another version. @source kubernetes/apiserver pkg/endpoints/discovery/storageversionhash.go */
function storageVersionHash(storage: string): string {
  return encodeBase64(String.fromCharCode(...sha256(Uint8Array.from(utf8Bytes(storage))).subarray(0, 8)));
}

function allGroups(served: readonly ApiGroup[]): readonly Group[] {
  const groups: Group[] = served.map(({ group, versions }) => ({ group, versions: versions.map(({ version, resources }) => ({ version, resources: resources.map(entryOf) })) }));
  for (const group of ['authentication.k8s.io', 'authorization.k8s.io']) {
    const resources = reviews.filter(review => review.group === group).map(({ plural, singular, kind, namespaced }) => ({
      plural, singular, kind, namespaced, verbs: ['create'], shortNames: [], categories: [], subresources: [],
    }));
    groups.push({ group, versions: [{ version: 'v1', resources }] });
  }
  const placeOf = ({ group }: Group): number => (groupOrder.includes(group) ? groupOrder.indexOf(group) : groupOrder.length);
  return groups.sort((a, b) => placeOf(a) - placeOf(b));
}

function aggregatedEntry(entry: Entry, of: { readonly group: string; readonly version: string }): object {
  return {
    resource: entry.plural, responseKind: { ...of, kind: entry.kind }, scope: entry.namespaced ? 'Namespaced' : 'Cluster', singularResource: entry.singular, verbs: entry.verbs,
    ...(entry.shortNames.length === 0 ? {} : { shortNames: entry.shortNames }), ...(entry.categories.length === 0 ? {} : { categories: entry.categories }),
    ...(entry.subresources.length === 0 ? {} : {
      subresources: entry.subresources.map(({ name, verbs, group, version, kind }) => ({ subresource: name, responseKind: { group, version, kind }, verbs })),
    }),
  };
}

function aggregated(of: readonly Group[]): object {
  const items = of.map(({ group, versions }) => ({
    metadata: { name: group, creationTimestamp: null },
    versions: versions.map(({ version, resources, isStale }) => ({ version, freshness: isStale === true ? 'Stale' : 'Current', resources: resources.map(entry => aggregatedEntry(entry, { group, version })) })),
  }));
  return { kind: 'APIGroupDiscoveryList', apiVersion: 'apidiscovery.k8s.io/v2', metadata: {}, items };
}

function groupBody({ group, versions }: Group): object {
  const list = versions.map(({ version }) => ({ groupVersion: `${group}/${version}`, version }));
  return { name: group, versions: list, preferredVersion: list[0] };
}

function resourceList(of: { readonly group: string; readonly version: string }, entries: readonly Entry[]): object {
  const resources = entries.flatMap(entry => {
    const { plural: name, singular: singularName, namespaced, kind, verbs, shortNames, categories } = entry;
    const base = {
      name, singularName, namespaced, kind, verbs, ...(shortNames.length === 0 ? {} : { shortNames }), ...(categories.length === 0 ? {} : { categories }),
      ...(entry.storage === undefined ? {} : { storageVersionHash: storageVersionHash(entry.storage) }),
    };
    const below = entry.subresources.map(subresource => ({
      name: `${name}/${subresource.name}`, singularName: '', namespaced,
      ...(subresource.group === of.group && subresource.version === of.version ? {} : { group: subresource.group, version: subresource.version }),
      kind: subresource.kind, verbs: subresource.verbs,
    }));
    return [base, ...below];
  });
  return { kind: 'APIResourceList', apiVersion: 'v1', groupVersion: apiVersionOf(of), resources };
}

type Bodies = ReadonlyMap<string, () => object>;

/** Path → body, each made at its first question. */
function bodies(groups: readonly Group[]): Bodies {
  const made = new Map<string, () => object>();
  const set = (path: string, make: () => object): void => {
    let body: object | undefined;
    made.set(path, () => (body ??= deepFreeze(make())));
  };
  const named = groups.filter(({ group }) => group !== '');
  const core = groups.filter(({ group }) => group === '');
  set('/api', () => ({ kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress: '10.0.0.10:6443' }] }));
  set('/apis', () => ({ kind: 'APIGroupList', apiVersion: 'v1', groups: named.map(groupBody) }));
  set('/api aggregated', () => aggregated(core));
  set('/apis aggregated', () => aggregated(named));
  for (const of of groups) {
    const base = of.group === '' ? '/api' : `/apis/${of.group}`;
    if (of.group !== '') set(base, () => ({ kind: 'APIGroup', apiVersion: 'v1', ...groupBody(of) }));
    for (const { version, resources, isRemote } of of.versions) if (isRemote !== true) set(`${base}/${version}`, () => resourceList({ group: of.group, version }, resources));
  }
  return made;
}

/** Versions that other servers serve, after the groups of this one; groups by priority. @source kubernetes/kube-aggregator pkg/apiserver/handler_discovery.go */
function remoteGroups({ aggregation }: ServerState): readonly Group[] {
  const remotes = [...aggregation.remotes.values()].sort((a, b) => b.priority - a.priority || compareText(a.group, b.group) || b.versionPriority - a.versionPriority);
  return [...new Set(remotes.map(({ group }) => group))].map(group => ({ group, versions: remotes.filter(remote => remote.group === group).map(remoteVersion) }));
}

function remoteVersion({ version, isAvailable, resources = [] }: Remote): Version {
  const entries = resources.filter(({ name }) => !name.includes('/')).map(({ name, singularName = '', kind, namespaced, verbs, shortNames = [], categories = [] }) => ({
    plural: name, singular: singularName, kind, namespaced, verbs, shortNames, categories, subresources: [],
  }));
  return { version, resources: entries, isStale: !isAvailable, isRemote: true };
}

interface Made { readonly remotes: object; readonly bodies: Bodies }
/** Groups that are served → their bodies, so that they are made once. */
const known = new WeakMap<readonly ApiGroup[], Made>();

function allBodies(state: ServerState): Bodies {
  const served = servedGroups(state);
  const { remotes, version } = state.aggregation;
  const basis = remotes.size === 0 ? NO_REMOTES : version;
  let made = known.get(served);
  if (made?.remotes !== basis) {
    made = { remotes: basis, bodies: bodies([...allGroups(served), ...remoteGroups(state)]) };
    known.set(served, made);
  }
  return made.bodies;
}

const NO_REMOTES = Object.freeze({});

/** The body of a discovery path such as `/apis/apps/v1`; undefined = no such path. */
export function discoveryBody(state: ServerState, path: string, isAggregated: boolean): object | undefined {
  return allBodies(state).get(isAggregated && (path === '/api' || path === '/apis') ? `${path} aggregated` : path)?.();
}

/** All paths that answer, for `/`. */
export function discoveryPaths(state: ServerState): readonly string[] {
  return [...allBodies(state).keys()].filter(path => !path.includes(' '));
}
