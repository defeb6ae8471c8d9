/**
 * When custom resources may be made: not while their definition goes, and not at once after it came.
 *
 * @source kubernetes/apiextensions-apiserver pkg/apiserver/customresource_handler.go (serveResource, forbidCreateAdmission)
 */
import { findCondition, isConditionStatus } from '../../api/condition.ts';
import type { CustomResourceDefinition } from '../../api/kinds/all.ts';
import type { ResourceDescriptor } from '../../api/resource.ts';
import { parseTime } from '../../api/time.ts';
import { seconds } from '../../base/data.ts';
import type { Server, ServerState } from '../state.ts';
import { DEFINITIONS } from './definitions.ts';

/** Another API server may not serve a new kind yet, so the first objects wait. */
export const SETTLING_TIME = seconds(2);

/** The definition of a custom kind, as the cache has it. */
export function definitionOf({ caches }: ServerState, { group, plural }: Pick<ResourceDescriptor, 'group' | 'plural'>): CustomResourceDefinition | undefined {
  return caches.get(DEFINITIONS)?.items.get(`/registry/${DEFINITIONS}/${plural}.${group}`) as CustomResourceDefinition | undefined;
}

/** Why no object of a kind can be made now; undefined = it can. */
export function creationFault({ state }: Server, descriptor: ResourceDescriptor): string | undefined {
  const conditions = definitionOf(state, descriptor)?.status?.conditions;
  return isConditionStatus(conditions, 'Terminating') ? 'create not allowed while custom resource definition is terminating' : undefined;
}

/** Whether a kind is so new that a create has to wait. */
export function isJustEstablished({ state, out }: Server, descriptor: ResourceDescriptor): boolean {
  const established = findCondition(definitionOf(state, descriptor)?.status?.conditions, 'Established')?.lastTransitionTime;
  const since = typeof established === 'string' ? parseTime(established) : undefined;
  return since !== undefined && out.now - since < SETTLING_TIME;
}
