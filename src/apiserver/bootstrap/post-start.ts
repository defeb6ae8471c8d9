/** The hooks that run once after the start: whatever a cluster cannot be without and this one lacks. */
import { type Micros, micros, seconds } from '../../base/data.ts';
import { ask, type Conversation } from '../../sim/conversation.ts';
import { flowSchemas, priorityLevels } from '../fairness/configuration.ts';
import type { ServerConfig } from '../config.ts';
import { apiServices } from './api-services.ts';
import { authenticationInfo, tokenTracking } from './authentication-info.ts';
import { ensure } from './loopback.ts';
import { kubernetesService, namespaces, priorityClasses, rbacObjects } from './objects.ts';

/** Hooks try again for half a minute. @source kubernetes/kubernetes pkg/registry/rbac/rest/storage_rbac.go (PollUntilContextTimeout 1 s, 30 s) */
const ATTEMPTS_MAX = 30;

/** Names as `/readyz?verbose` lists them. */
export const HOOKS = [
  'start-system-namespaces-controller', 'scheduling/bootstrap-system-priority-classes', 'rbac/bootstrap-roles', 'bootstrap-controller', 'priority-and-fairness-config-producer',
  'apiservice-registration-controller', 'start-cluster-authentication-info-controller', 'start-legacy-token-tracking-controller',
] as const;

/** Runs all hooks, one after the other, each until it succeeds. */
export function* postStart(config: Pick<ServerConfig, 'serviceCIDR' | 'clientCA' | 'requestHeaderCA'>): Conversation<null> {
  const now = yield* ask<Micros>('now', null);
  const work = [namespaces, priorityClasses, rbacObjects, [kubernetesService(config.serviceCIDR)], [...priorityLevels, ...flowSchemas], apiServices, authenticationInfo(config), tokenTracking(now)] as const;
  for (const [i, hook] of HOOKS.entries()) {
    for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt++) {
      if (yield* ensure(work[i] ?? [])) break;
      yield* ask('sleep', micros(seconds(1)));
    }
    yield* ask('hookDone', hook);
  }
  return null;
}
