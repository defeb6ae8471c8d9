/**
 * Says in the status of each flow schema whether its priority level exists.
 *
 * @source kubernetes/apiserver pkg/util/flowcontrol/apf_controller.go (syncFlowSchemaStatus)
 */
import { findCondition } from '../../api/condition.ts';
import type { Condition, KubeObject } from '../../api/meta.ts';
import { formatTime } from '../../api/time.ts';
import type { ApiCall } from '../../api/wire.ts';
import { seconds } from '../../base/data.ts';
import { ask, type Conversation } from '../../sim/conversation.ts';
import { makeCalls } from '../bootstrap/loopback.ts';
import type { Server } from '../state.ts';
import type { FlowSchema } from './configuration.ts';

/** Wait after a change, so that many changes make one round. */
export const FLOW_STATUS_DELAY = seconds(1);

const GROUP = 'flowcontrol.apiserver.k8s.io';

/** One round. */
export function* flowStatus(): Conversation<null> {
  yield* makeCalls(yield* ask<readonly ApiCall[]>('flowStatuses', null));
  return null;
}

/** The patches that bring all conditions up to date. */
export function flowStatusCalls({ state, out }: Server): readonly ApiCall[] {
  const levels = state.caches.get(`${GROUP}/prioritylevelconfigurations`)?.items;
  const schemas = state.caches.get(`${GROUP}/flowschemas`)?.items;
  if (levels === undefined || schemas === undefined) return [];
  return [...schemas.values()].flatMap(schema => {
    const level = (schema as FlowSchema).spec.priorityLevelConfiguration.name;
    const isThere = levels.has(`/registry/prioritylevelconfigurations/${level}`);
    const known = findCondition((schema as KubeObject & { readonly status?: { readonly conditions?: readonly Condition[] } }).status?.conditions, 'Dangling');
    if (known?.status === (isThere ? 'False' : 'True')) return [];
    const condition = {
      type: 'Dangling', status: isThere ? 'False' : 'True', lastTransitionTime: formatTime(out.now), reason: isThere ? 'Found' : 'NotFound',
      message: `This FlowSchema references the PriorityLevelConfiguration object named "${level}" ${isThere ? 'and it exists' : 'but there is no such object'}`,
    };
    return [{
      verb: 'patch', group: GROUP, version: 'v1', resource: 'flowschemas', subresource: 'status', namespace: '', name: schema.metadata.name, patchType: 'merge', body: { status: { conditions: [condition] } },
    } as const];
  });
}
