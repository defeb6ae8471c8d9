/**
 * The service account controller: gives each namespace its account `default`.
 *
 * @source kubernetes/kubernetes pkg/controller/serviceaccount/serviceaccounts_controller.go
 */
import { deepFreeze } from '../base/data.ts';
import type { Namespace } from '../api/kinds/core/namespace.ts';
import type { Conversation } from '../sim/conversation.ts';
import { cx, defineController, type ReconcileResult } from '../client/controller.ts';
import { call } from '../client/resources.ts';
import { isAlreadyExists, isNamespaceTerminating } from './replies.ts';

/** Names of the accounts that each namespace must have. */
const ENSURED: readonly string[] = ['default'];

export const serviceAccountController = defineController({
  name: 'serviceaccount-controller',
  serviceAccount: 'service-account-controller',
  source: 'pkg/controller/serviceaccount/serviceaccounts_controller.go',
  for: 'Namespace',
  watches: [{ kind: 'ServiceAccount', map: delta => (delta.type === 'delete' ? [delta.object.metadata.namespace ?? ''] : []) }],
  workers: 1,
  reconcile,
});

function* reconcile(key: string): Conversation<ReconcileResult> {
  const namespace = yield* cx.get<Namespace>('Namespace', key);
  if (namespace === null || namespace.status?.phase === 'Terminating' || namespace.metadata.deletionTimestamp !== undefined) return {};
  for (const name of ENSURED) {
    if ((yield* cx.get('ServiceAccount', `${key}/${name}`)) !== null) continue;
    const body = deepFreeze({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace: key } });
    const reply = yield* cx.request(call('create', 'ServiceAccount', `${key}/`, { body }));
    if (!reply.ok && !isAlreadyExists(reply) && !isNamespaceTerminating(reply)) return { error: reply.message };
  }
  return {};
}
