/**
 * What the server says it serves.
 * @source kubernetes/client-go discovery/aggregated_discovery.go, KEP-3352
 */
import { type AggregatedList, DISCOVERY_PATHS, type DiscoveredVersion, versionsIn } from '../api/discovery.ts';
import type { Result } from '../base/data.ts';
import type { Conversation } from '../sim/conversation.ts';
import { type ApiAnswer, cx } from './command.ts';
import { type Failure, failureOf } from './errors.ts';

/** A request for a path that is no resource. */
export const getPath = (path: string): Conversation<ApiAnswer> => cx.request({ verb: 'get', group: '', version: '', resource: '', subresource: '', namespace: '', name: '', path });

/** Asks the server for all its groups, versions and kinds. */
export function* discover(): Conversation<Result<readonly DiscoveredVersion[], Failure>> {
  const versions: DiscoveredVersion[] = [];
  for (const path of DISCOVERY_PATHS) {
    const answer = yield* getPath(path);
    if (!answer.ok) return { ok: false, error: failureOf(answer) };
    versions.push(...versionsIn(answer.body as AggregatedList));
  }
  return { ok: true, value: versions };
}
