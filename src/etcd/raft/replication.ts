import { must } from '../../base/assert.ts';
import { appendEntries, commitTo, entriesFrom, matchTerm, termAt } from './log.ts';
import { becomeSnapshot, inflightsFull, isPaused, sentEntries } from './progress.ts';
import type { Progress } from './progress.ts';
import { jointCommitted } from './quorum.ts';
import { progressOf, votersOf } from './state.ts';
import type { Raft } from './state.ts';
import { newMessage } from './types.ts';
import type { Entry, MemberId, Message, MessageType } from './types.ts';

/**
 * What members send each other, and the leader's side of copying its log.
 *
 * @source etcd-io/raft raft.go: send, maybeSendAppend, maybeSendSnapshot, bcastAppend, maybeCommit, appendEntry
 */

/** Answers that promise durability; they wait for the disk. */
const promises = (type: MessageType): boolean =>
  type === 'MsgAppResp' || type === 'MsgVoteResp' || type === 'MsgPreVoteResp';

/** Queues a message of the present term (or of the term given, for votes). */
export function send(raft: Raft, type: MessageType, fields: Partial<Message> & { readonly to: MemberId }): void {
  const local = type === 'MsgProp' || type === 'MsgReadIndex';
  const message = newMessage(type, {
    from: raft.config.id, term: local ? 0 : raft.term, ...fields,
  });
  (promises(type) ? raft.afterPersist : raft.messages).push(message);
}

function maybeSendSnapshot(raft: Raft, progress: Progress): boolean {
  // A member that does not answer would not profit, and a snapshot is dear.
  if (!progress.recentActive || raft.snapshot === undefined) return false;
  becomeSnapshot(progress, raft.snapshot.index);
  send(raft, 'MsgSnap', { to: progress.id, snapshot: raft.snapshot });
  return true;
}

/** Sends the next entries if flow control lets it; false if nothing went out. */
export function maybeSendAppend(raft: Raft, progress: Progress, sendIfEmpty: boolean): boolean {
  if (isPaused(progress)) return false;
  const { log, config } = raft;
  const previous = progress.next - 1;
  const previousTerm = termAt(log, previous);
  if (previousTerm === undefined) return maybeSendSnapshot(raft, progress);
  // With a full window only empty appends go: they keep the commit index moving.
  const full = progress.state === 'replicate' && inflightsFull(progress, config.maxInflightMessages);
  const entries = full ? [] : entriesFrom(log, progress.next, config.maxEntriesPerMessage);
  if (entries.length === 0 && !sendIfEmpty) return false;
  send(raft, 'MsgApp', { to: progress.id, index: previous, logTerm: previousTerm, entries, commit: log.committed });
  sentEntries(progress, entries.length, config.maxInflightMessages);
  progress.sentCommit = log.committed;
  return true;
}

/** Sends the next entries, or at least the commit index. */
export function sendAppend(raft: Raft, progress: Progress): void {
  maybeSendAppend(raft, progress, true);
}

/** The same to everybody. */
export function broadcastAppend(raft: Raft): void {
  for (const progress of raft.progress) if (progress.id !== raft.config.id) sendAppend(raft, progress);
}

/** A heartbeat never tells of commits the follower might not have: its log may end before them. */
export function broadcastHeartbeat(raft: Raft, context = ''): void {
  for (const progress of raft.progress) {
    if (progress.id === raft.config.id) continue;
    const commit = Math.min(progress.match, raft.log.committed);
    send(raft, 'MsgHeartbeat', { to: progress.id, commit, context });
    progress.sentCommit = Math.max(progress.sentCommit, commit);
  }
}

/** Takes over proposals as entries of the own term. The own acknowledgement waits for the disk like any other. */
export function appendProposals(raft: Raft, proposals: readonly Entry[]): void {
  let index = raft.log.last;
  const entries: Entry[] = [];
  for (let i = 0; i < proposals.length; i++) {
    const { type, data, cause } = proposals[i] as Entry;
    entries.push(Object.freeze({ index: ++index, term: raft.term, type, data, cause }));
  }
  appendEntries(raft.log, entries);
  send(raft, 'MsgAppResp', { to: raft.config.id, index });
}

/**
 * Commits what a majority has, if it is of the own term: an entry of an earlier term on a majority may still be
 * replaced (Raft paper, figure 8), so those are only committed along with one of the own.
 */
export function maybeCommit(raft: Raft): boolean {
  const index = jointCommitted(votersOf(raft), (id) => progressOf(raft, id)?.match ?? 0);
  if (index <= raft.log.committed || !matchTerm(raft.log, index, raft.term)) return false;
  commitTo(raft.log, index);
  return true;
}

/** Whether the leader has committed an entry of its own term. */
export const committedInTerm = (raft: Raft): boolean =>
  must(termAt(raft.log, raft.log.committed), 'raft: the committed entry has a term') === raft.term;
