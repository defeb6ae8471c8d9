/**
 * Aggregated discovery: everything that a server serves, in one answer for each of its two roots.
 *
 * @source KEP-3352, kubernetes/client-go discovery/aggregated_discovery.go
 */
import { compareText } from '../base/compare.ts';

/** One kind as the server tells of it. */
export interface Discovered {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly singular: string;
  readonly namespaced: boolean;
  readonly verbs: readonly string[];
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
}
/** A group and version with its kinds, preferred versions first. */
export interface DiscoveredVersion { readonly group: string; readonly version: string; readonly resources: readonly Discovered[]; /** Its server does not answer: what it serves is not known. */ readonly isStale: boolean }

interface AggregatedResource {
  readonly resource: string;
  readonly responseKind?: { readonly kind?: string };
  readonly scope?: string;
  readonly singularResource?: string;
  readonly verbs?: readonly string[];
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
}
/** The body of `/api` or `/apis` in this form. */
export interface AggregatedList {
  readonly items?: readonly { readonly metadata?: { readonly name?: string }; readonly versions?: readonly { readonly version: string; readonly freshness?: string; readonly resources?: readonly AggregatedResource[] }[] }[];
}

/** The two roots of discovery. */
export const DISCOVERY_PATHS = ['/api?aggregated', '/apis?aggregated'] as const;

/** What an answer says. */
export function versionsIn(list: AggregatedList): readonly DiscoveredVersion[] {
  return (list.items ?? []).flatMap(({ metadata, versions = [] }) => {
    const group = metadata?.name ?? '';
    return versions.map(({ version, freshness, resources = [] }) => ({ group, version, isStale: freshness === 'Stale', resources: freshness === 'Stale' ? [] : resources.map((each) => discovered(each, { group, version })) }));
  });
}

function discovered(each: AggregatedResource, of: { readonly group: string; readonly version: string }): Discovered {
  return {
    ...of, kind: each.responseKind?.kind ?? '', plural: each.resource, singular: each.singularResource ?? '', namespaced: each.scope === 'Namespaced',
    verbs: each.verbs ?? [], shortNames: each.shortNames ?? [], categories: each.categories ?? [],
  };
}

/** What clients say when some servers do not tell what they serve; undefined = all did. @source kubernetes/client-go discovery/discovery_client.go (ErrGroupDiscoveryFailed) */
export function discoveryFault(versions: readonly DiscoveredVersion[]): string | undefined {
  const stale = versions.filter(({ isStale }) => isStale).map(({ group, version }) => `${group}/${version}`).sort(compareText);
  return stale.length === 0 ? undefined : `unable to retrieve the complete list of server APIs: ${stale.map((each) => `${each}: stale GroupVersion discovery: ${each}`).join(', ')}`;
}

/** Each kind once, in its preferred version. */
export function preferred(versions: readonly DiscoveredVersion[]): readonly Discovered[] {
  const seen = new Set<string>();
  return versions.flatMap(({ resources }) => resources).filter(({ group, plural }) => {
    const key = `${plural}.${group}`;
    return !seen.has(key) && seen.add(key) !== undefined;
  });
}
