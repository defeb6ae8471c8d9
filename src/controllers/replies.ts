import type { Reply } from '../client/controller.ts';

type Failure = Extract<Reply, { ok: false }>;

/** Nobody has the object (any more). */
export const isNotFound = (reply: Reply): boolean => !reply.ok && reply.code === 404;
export const isAlreadyExists = (reply: Reply): boolean => !reply.ok && reply.reason === 'AlreadyExists';
export const isConflict = (reply: Reply): boolean => !reply.ok && reply.reason === 'Conflict';

/**
 * The namespace goes away, so nothing can be made in it.
 *
 * @fidelity simplified: recognised by the message, where upstream looks for the cause NamespaceTerminating
 */
export const isNamespaceTerminating = (reply: Reply): boolean =>
  !reply.ok && reply.code === 403 && reply.message.includes('because it is being terminated');

/** The first failure that is not accepted, as the text a controller reports. */
export function firstError(replies: readonly Reply[], accepted: (reply: Failure) => boolean = () => false): string | undefined {
  for (const reply of replies) if (!reply.ok && !accepted(reply)) return reply.message;
  return undefined;
}
