/**
 * Asks etcd every five minutes to forget the history before the last time. The instances agree by a key whose version counts the rounds: only
 * the one that raises it compacts.
 *
 * @source kubernetes/apiserver pkg/storage/etcd3/compact.go
 */
import { minutes } from '../../base/data.ts';
import type { TxnResponse } from '../../etcd/contract.ts';
import { ask, type Conversation } from '../../sim/conversation.ts';
import { etcd, txn } from '../etcd.ts';

/** `--etcd-compaction-interval`. */
export const COMPACT_INTERVAL = minutes(5);
const KEY = 'compact_rev_key';

/** One round: `version` and `revision` are what this instance saw in the last one. */
export function* compact({ version, revision }: { readonly version: number; readonly revision: number }): Conversation<null> {
  const done = yield* etcd<TxnResponse>(txn({
    compare: [{ key: KEY, result: 'equal', target: 'version', operand: version }],
    success: [{ put: { key: KEY, value: String(revision) } }],
    failure: [{ range: { key: KEY } }],
  }));
  if (done.type === 'etcd.error') return null;
  const now = done.header.revision;
  const found = done.body.responses[0];
  if (!done.body.succeeded) {
    const seen = found !== undefined && 'range' in found ? found.range.kvs[0]?.version ?? 0 : 0;
    yield* ask('compacted', { version: seen, revision: now });
    return null;
  }
  yield* ask('compacted', { version: version + 1, revision: now });
  // The first round only learns the revision: what is five minutes old is not known yet.
  if (revision > 0) yield* etcd({ op: 'compact', args: { revision } });
  return null;
}
