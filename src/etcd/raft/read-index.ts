import { committedInTerm, broadcastHeartbeat, send } from './replication.ts';
import { jointVote } from './quorum.ts';
import { isSingleton, votersOf } from './state.ts';
import type { PendingRead, Raft } from './state.ts';
import { NONE } from './types.ts';
import type { MemberId, Message } from './types.ts';

/**
 * Linearizable reads without writing: the leader notes its commit index, proves by a round of heartbeats that it
 * still leads, and lets the asker answer once that index is applied. No clock takes part.
 *
 * @source etcd-io/raft read_only.go; Ongaro's thesis, section 6.4
 * @fidelity simplified: only the quorum-checked mode, as etcd uses it
 */

/** Read requests that wait at a leader; the member asks one at a time, so this is far above need. */
const PENDING_READS_MAX = 4096;

function answer(raft: Raft, read: { index: number; context: string; from: MemberId }): void {
  if (read.from === NONE || read.from === raft.config.id) {
    raft.readStates.push({ index: read.index, context: read.context });
  } else {
    send(raft, 'MsgReadIndexResp', { to: read.from, index: read.index, context: read.context });
  }
}

/** A read request at the leader. */
export function handleReadIndex(raft: Raft, message: Message): void {
  const { context, from } = message;
  if (isSingleton(raft)) return answer(raft, { index: raft.log.committed, context, from });
  if (raft.pendingReads.length + raft.earlyReads.length >= PENDING_READS_MAX) return;
  // Before the first commit of its term a leader cannot know how far the log was committed.
  if (!committedInTerm(raft)) {
    raft.earlyReads.push(message);
    return;
  }
  raft.pendingReads.push({ index: raft.log.committed, context, from, acks: [raft.config.id] });
  broadcastHeartbeat(raft, context);
}

/** The leader has committed in its term: the reads that came too early may start. */
export function releaseEarlyReads(raft: Raft): void {
  if (raft.earlyReads.length === 0 || !committedInTerm(raft)) return;
  const early = raft.earlyReads;
  raft.earlyReads = [];
  for (const message of early) handleReadIndex(raft, message);
}

/** A heartbeat answer: a read with a majority is confirmed, and so is every earlier one. */
export function acknowledgeRead(raft: Raft, from: MemberId, context: string): void {
  const position = raft.pendingReads.findIndex((read) => read.context === context);
  const read = raft.pendingReads[position];
  if (read === undefined) return;
  if (!read.acks.includes(from)) read.acks.push(from);
  if (jointVote(votersOf(raft), (id) => read.acks.includes(id) ? true : undefined) !== 'won') return;
  for (const confirmed of raft.pendingReads.splice(0, position + 1) satisfies PendingRead[]) answer(raft, confirmed);
}
