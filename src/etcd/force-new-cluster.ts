import type { EtcdMember, MemberChange } from './member-state.ts';
import { changeConfig, memberIds } from './raft/conf-change.ts';
import { appendEntries, commitTo } from './raft/log.ts';
import type { Durable } from './raft/state.ts';
import { NONE, votersOnly } from './raft/types.ts';
import type { ConfChange, ConfState, Entry, MemberId } from './raft/types.ts';

/**
 * `--force-new-cluster`: a survivor goes on alone. What was not committed is dropped, and entries that remove everybody
 * else are committed without asking anyone: safe only when the others never come back.
 *
 * @source etcd-io/etcd server/etcdserver/bootstrap.go (bootstrapRaftFromWAL, CreateConfigChangeEnts)
 */

const committedOf = ({ entries = [], hardState }: Durable): readonly Entry[] => entries.filter(({ index }) => index <= (hardState?.commit ?? 0));

/** What is on the disk without the entries that nobody was promised. */
export const withoutUncommitted = (durable: Durable): Durable => ({ ...durable, entries: committedOf(durable) });

/** Who belongs to the cluster once everything committed is applied. */
function membershipOf(durable: Durable): ConfState {
  let config = durable.snapshot?.confState ?? durable.confState ?? votersOnly([]);
  for (const { type, data } of committedOf(durable)) {
    const changed = type === 'confChange' ? changeConfig(config, data as ConfChange) : config;
    if (typeof changed !== 'string') config = changed;
  }
  return config;
}

function removal(id: MemberId): ConfChange {
  const member = Object.freeze({ id, name: '', peerURLs: [], clientURLs: [], isLearner: false });
  const context: MemberChange = { origin: NONE, number: 0, op: 'remove', member };
  const change: ConfChange = { transition: 'auto', changes: [{ type: 'removeNode', id }], context };
  return Object.freeze(change);
}

/** Puts the removals of all others into the log, committed. */
export function forceNewCluster({ raft, id }: EtcdMember, durable: Durable): void {
  const others = memberIds(membershipOf(durable)).filter((other) => other !== id);
  if (others.length === 0) return;
  const entries = others.map((other, i): Entry =>
    Object.freeze({ index: raft.log.last + i + 1, term: raft.term, type: 'confChange', data: removal(other), cause: 0 }));
  appendEntries(raft.log, entries);
  commitTo(raft.log, raft.log.last);
}
