/** Lists of conditions as values: looking one up and setting one. */
import { equalData } from '../base/compare.ts';
import type { ConditionStatus } from './meta.ts';

/** What all conditions share. */
export interface ConditionLike {
  readonly type: string;
  readonly status: ConditionStatus;
  readonly lastTransitionTime?: string;
}

/** The condition of a type. By index: V8 makes an object for each step of \`for…of\` over a frozen list. */
export function findCondition<C extends ConditionLike>(conditions: readonly C[] | undefined, type: string): C | undefined {
  if (conditions === undefined) return undefined;
  for (let i = 0; i < conditions.length; i++) if ((conditions[i] as C).type === type) return conditions[i];
  return undefined;
}

/** Whether the condition of a type has a status, 'True' unless said otherwise. */
export function isConditionStatus(conditions: readonly ConditionLike[] | undefined, type: string, status: ConditionStatus = 'True'): boolean {
  return findCondition(conditions, type)?.status === status;
}

/**
 * The list with the condition added or replaced. The time of the last transition stays while the status stays, and the same list
 * comes back when nothing changes.
 */
export function setCondition<C extends ConditionLike>(conditions: readonly C[] | undefined, wanted: C): readonly C[] {
  const list = conditions ?? [];
  const old = findCondition(list, wanted.type);
  if (old === undefined) return [...list, wanted];
  const kept = old.status === wanted.status && old.lastTransitionTime !== undefined
    ? { ...wanted, lastTransitionTime: old.lastTransitionTime } : wanted;
  if (equalData(old, kept)) return list;
  return list.map((condition) => (condition === old ? kept : condition));
}

/** The list without the condition of a type. */
export function removeCondition<C extends ConditionLike>(conditions: readonly C[] | undefined, type: string): readonly C[] {
  const list = conditions ?? [];
  return findCondition(list, type) === undefined ? list : list.filter((condition) => condition.type !== type);
}
