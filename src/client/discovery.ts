/**
 * Kinds that are only known at run time: what a server has beside the built-in kinds.
 *
 * @source kubernetes/client-go discovery/discovery_client.go (ServerPreferredResources), restmapper/discovery.go
 */
import { type AggregatedList, type Discovered, discoveryFault, preferred, versionsIn } from '../api/discovery.ts';
import { apiVersionOf } from '../api/resource.ts';
import { descriptorOfKind, descriptorOfObject, descriptorOfResource } from '../api/scheme.ts';
import type { Result } from '../base/data.ts';
import type { Conversation } from '../sim/conversation.ts';
import { cx } from './controller.ts';
import type { ResourceName } from './resources.ts';

const DISCOVERY_CALL = Object.freeze({ verb: 'get', group: '', version: '', resource: '', subresource: '', namespace: '', name: '', path: '/apis?aggregated' } as const);

/** What was found; `fault`: some servers do not tell what they serve. */
type Found = Result<readonly Discovered[], string> & { readonly fault?: string };

/** Asks the server for the kinds that are not built in and whose objects can be deleted, each in its preferred version. */
export function* discoverCustom(): Conversation<Found> {
  const answer = yield* cx.request(DISCOVERY_CALL);
  if (!answer.ok) return { ok: false, error: answer.message };
  const all = versionsIn(answer.object as unknown as AggregatedList);
  const fault = discoveryFault(all);
  return { ok: true, ...(fault === undefined ? {} : { fault }), value: preferred(all).filter(one => one.kind !== '' && descriptorOfResource(one.group, one.plural) === undefined && one.verbs.includes('delete')) };
}

/**
 * The name of a kind among built-in and discovered ones: `Pod`, or `CronTab.example.com`.
 *
 * Example: `{ apiVersion: 'apps/v1', kind: 'Deployment' }` → `Deployment`; `{ apiVersion: 'example.com/v1', kind: 'Service' }` → `Service.example.com`.
 */
export function kindNameOf({ apiVersion, kind }: { readonly apiVersion: string; readonly kind: string }): string {
  if (descriptorOfObject({ apiVersion, kind }) !== undefined) return kind;
  const slash = apiVersion.indexOf('/');
  return `${kind}.${slash < 0 ? '' : apiVersion.slice(0, slash)}`;
}

/** What to ask for objects of a kind, where it is a built-in one. */
export function builtInResource(name: string): ResourceName | undefined {
  return name.includes('.') ? undefined : descriptorOfKind(name);
}

/** The same of a discovered kind, with the name it goes by. */
export function discoveredResource({ group, version, plural, namespaced, kind }: Discovered): { readonly kind: string; readonly resource: ResourceName } {
  return { kind: kindNameOf({ apiVersion: apiVersionOf({ group, version }), kind }), resource: { group, version, plural, namespaced } };
}
