/** What was decided about the things that one user does, so that the same need not be decided again. */
import type { ApiCall } from '../api/wire.ts';

type Shape = Pick<ApiCall, 'group' | 'resource' | 'subresource' | 'namespace'> & { readonly verb: string };

/** Most users do few different things: these are compared one by one, which is quicker than making a key of them. */
export interface Habits<V> { readonly few: { readonly shape: Shape; readonly value: V }[]; many: Map<string, V> | undefined }

const FEW_MAX = 12;
/** Beyond it, all but the few are found anew. */
const MANY_MAX = 1000;

export const newHabits = <V>(): Habits<V> => ({ few: [], many: undefined });

/** What was decided about a call for the same resource and namespace; undefined = nothing yet. */
export function recall<V>({ few, many }: Habits<V>, call: Shape): V | undefined {
  for (const { shape, value } of few) {
    if (shape.resource === call.resource && shape.verb === call.verb && shape.namespace === call.namespace && shape.subresource === call.subresource && shape.group === call.group) return value;
  }
  return many?.get(keyOf(call));
}

export function learn<V>(habits: Habits<V>, call: Shape, value: V): V {
  if (habits.few.length < FEW_MAX) {
    // Only what is compared is kept of the call, not its body.
    const { verb, group, resource, subresource, namespace } = call;
    habits.few.push({ shape: { verb, group, resource, subresource, namespace }, value });
    return value;
  }
  if (habits.many === undefined || habits.many.size >= MANY_MAX) habits.many = new Map();
  habits.many.set(keyOf(call), value);
  return value;
}

function keyOf({ verb, group, resource, subresource, namespace }: Shape): string {
  return `${verb} ${group}/${resource}/${subresource} ${namespace}`;
}
