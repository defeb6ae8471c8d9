import type { Conversation } from '../../../sim/conversation.ts';
import type { Reply } from '../../stage.ts';
import { type DeleteArgs, remove } from './update.ts';

/**
 * Deletes a pod on behalf of somebody who drains its node.
 * @source kubernetes/kubernetes pkg/registry/core/pod/storage/eviction.go
 * @fidelity simplified: there are no disruption budgets to ask
 */
export function* evict(args: DeleteArgs): Conversation<Reply> {
  const reply = yield* remove(args);
  if (reply.code !== 200) return reply;
  return { code: 201, body: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 } };
}
