/**
 * The cluster role aggregation controller: fills roles such as `admin` from the roles whose labels they select.
 *
 * @source kubernetes/kubernetes pkg/controller/clusterroleaggregation/clusterroleaggregation_controller.go
 */
import { equalData } from '../base/compare.ts';
import { deepFreeze } from '../base/data.ts';
import { labelSelectorMatches } from '../api/selector.ts';
import type { ClusterRole } from '../api/kinds/rbac/cluster-role.ts';
import type { PolicyRule } from '../api/kinds/rbac/rule.ts';
import type { Conversation } from '../sim/conversation.ts';
import { type Caches, cx, defineController, type ReconcileResult } from '../client/controller.ts';
import type { Delta } from '../client/informer.ts';
import { call } from '../client/resources.ts';
import { isNotFound } from './replies.ts';

export const clusterRoleAggregationController = defineController({
  name: 'clusterrole-aggregation-controller',
  source: 'pkg/controller/clusterroleaggregation/clusterroleaggregation_controller.go',
  watches: [{ kind: 'ClusterRole', map: aggregatedRoles }],
  workers: 5,
  reconcile,
});

/** Any change of a role may change every aggregated one. */
function aggregatedRoles(_delta: Delta, caches: Caches): readonly string[] {
  const keys: string[] = [];
  for (const [key, role] of caches.informer('ClusterRole').store) if ((role as ClusterRole).aggregationRule !== undefined) keys.push(key);
  return keys;
}

function* reconcile(key: string): Conversation<ReconcileResult> {
  const role = yield* cx.get<ClusterRole>('ClusterRole', key);
  const selectors = role?.aggregationRule?.clusterRoleSelectors;
  if (role === null || selectors === undefined) return {};
  const all = yield* cx.list<ClusterRole>('ClusterRole');
  const rules: PolicyRule[] = [];
  for (const selector of selectors) {
    for (const one of all) {
      if (one.metadata.name === key || !labelSelectorMatches(selector, one.metadata.labels)) continue;
      for (const rule of one.rules ?? []) if (!rules.some(known => equalData(known, rule))) rules.push(rule);
    }
  }
  if (equalData(role.rules ?? [], rules)) return {};
  const reply = yield* cx.request(call('update', 'ClusterRole', key, { body: deepFreeze({ ...role, rules }) }));
  return reply.ok || isNotFound(reply) ? {} : { error: reply.message };
}
