/** The document of OpenAPI v2 when other servers have parts of it. @source kubernetes/kube-aggregator pkg/controllers/openapi/aggregator/aggregator.go */
import { ask, type Conversation } from '../../sim/conversation.ts';
import { makeCalls } from '../bootstrap/loopback.ts';
import type { Reply } from '../stage.ts';

/** Asks the others first; whoever does not answer is left out. */
export function* openApiV2Script({ versions }: { readonly versions: readonly { readonly group: string; readonly version: string }[] }): Conversation<Reply> {
  const answers = yield* makeCalls(versions.map(({ group, version }) => ({ verb: 'get', group: '', version: '', resource: '', subresource: '', namespace: '', name: '', path: `/openapi/v3/apis/${group}/${version}` })));
  const others = answers.filter(({ code, body }) => code === 200 && typeof body === 'object' && body !== null && 'components' in body).map(({ body }) => body as object);
  return { code: 200, body: yield* ask<object>('openApiV2', others) };
}
