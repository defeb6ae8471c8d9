/** Changes whose answer is a header and nothing else: users and roles. */
import type { AuthRequest } from '../../../etcd/contract.ts';
import type { Conversation } from '../../../sim/conversation.ts';
import type { Arguments, Settings } from '../../command.ts';
import { call, clientOf, refusal } from './client.ts';
import { headerFields } from './fields.ts';
import { withHeader } from './json.ts';
import { fail, show } from './output.ts';

/** A change, and the sentence with which the simple form tells of it. */
interface Change { readonly request: AuthRequest; readonly done: string }

/** Asks for a change and tells of it. */
export function* changed(args: Arguments, settings: Settings, { request, done }: Change): Conversation<number> {
  const answer = yield* call<object>(yield* clientOf(args, settings), request);
  if (!answer.ok) return yield* fail(refusal(answer));
  const { header } = answer;
  return yield* show(args, { simple: () => `${done}\n`, json: () => withHeader(header), fields: (isHex) => headerFields(header, isHex) });
}
