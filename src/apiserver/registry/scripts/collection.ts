import type { ListBody, RequestOptions } from '../../../api/wire.ts';
import type { ApiCall } from '../../../api/wire.ts';
import { ask, type Conversation } from '../../../sim/conversation.ts';
import type { Reply } from '../../stage.ts';
import { list, type ListArgs } from './read.ts';

/** Objects deleted together; the next batch starts when all of one are answered. */
const BATCH = 100;

/** Which objects to delete, and how. */
export interface CollectionArgs extends ListArgs {
  readonly call: ApiCall;
  readonly options: RequestOptions;
}

/**
 * Deletes every object of a list, each as by a delete of its own.
 * @source kubernetes/apiserver pkg/registry/generic/registry/store.go (DeleteCollection)
 */
export function* deleteCollection(args: CollectionArgs): Conversation<Reply> {
  const listed = yield* list(args);
  if (listed.code !== 200) return listed;
  const body = listed.body as ListBody;
  for (let i = 0; i < body.items.length; i += BATCH) {
    const calls = body.items.slice(i, i + BATCH).map(({ metadata }) => ({
      ...args.call, verb: 'delete', namespace: metadata.namespace ?? '', name: metadata.name, options: { ...args.options, preconditions: { uid: metadata.uid ?? '' } },
    }) as const);
    const answers = yield* ask<readonly { readonly code: number; readonly body: object }[]>('calls', calls);
    // Somebody else may have been faster; any other failure ends the request.
    const failed = answers.find(({ code }) => code >= 400 && code !== 404 && code !== 409);
    if (failed !== undefined) return failed;
  }
  return { code: 200, body };
}
