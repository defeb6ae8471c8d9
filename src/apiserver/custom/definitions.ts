/**
 * Which custom resources there are now: the established CustomResourceDefinitions in the watch cache.
 *
 * @source kubernetes/apiextensions-apiserver pkg/apiserver/customresource_handler.go
 */
import { isConditionStatus } from '../../api/condition.ts';
import { customKind, type CustomKind } from '../../api/custom/descriptor.ts';
import type { CustomResourceDefinition } from '../../api/kinds/all.ts';
import type { ServerState } from '../state.ts';

/** Where definitions are cached. */
export const DEFINITIONS = 'apiextensions.k8s.io/customresourcedefinitions';

/** `group/plural` → its descriptors, in the order of the definitions' names. */
export type CustomKinds = ReadonlyMap<string, CustomKind>;

const NONE: CustomKinds = new Map();
/** State of the definitions → what it says. */
const known = new WeakMap<object, CustomKinds>();

/** All definitions that the cache has. */
export function definitionsIn(state: ServerState): readonly CustomResourceDefinition[] {
  const cache = state.caches.get(DEFINITIONS);
  return cache === undefined || cache.items.size === 0 ? [] : [...cache.items.values()] as CustomResourceDefinition[];
}

/** The custom kinds that are served. */
export function customKinds(state: ServerState): CustomKinds {
  let kinds = known.get(state.definitions);
  if (kinds === undefined) known.set(state.definitions, (kinds = collect(definitionsIn(state))));
  return kinds;
}

function collect(definitions: readonly CustomResourceDefinition[]): CustomKinds {
  const established = definitions.filter(({ status }) => isConditionStatus(status?.conditions, 'Established'));
  if (established.length === 0) return NONE;
  return new Map(established.map(definition => [`${definition.spec.group}/${definition.spec.names.plural}`, customKind(definition)]));
}
