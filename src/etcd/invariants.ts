import { equalData } from '../base/compare.ts';
import type { EtcdMember } from './member-state.ts';
import { positionOf, revisionOf, versionAt } from './mvcc/history.ts';
import { hashKV } from './mvcc/hash.ts';
import { entryAt, termAt } from './raft/log.ts';
import type { RaftLog } from './raft/log.ts';
import { NONE } from './raft/types.ts';
import type { Entry } from './raft/types.ts';

/**
 * What must hold of the members of one cluster at every moment, whatever has failed.
 *
 * @source Ongaro and Ousterhout, "In Search of an Understandable Consensus Algorithm", figure 3;
 *   etcd-io/etcd tests/robustness
 */

/** What was seen of a member last. */
interface Mark { readonly applied: number; readonly committed: number; readonly revision: number; readonly term: number; readonly vote: string; readonly leads: boolean }

/** What an observer remembers from one look to the next: plain data. */
export interface Memory {
  /** Term → who was seen leading it. */
  readonly leaders: Map<number, string>;
  /** The longest committed log seen: index → term and entry. */
  readonly committed: Map<number, Entry>;
  /** Index → term of the member that was first seen to know it committed: later than the entry's own when a new leader found it on a minority. */
  readonly committedIn: Map<number, number>;
  /** Member and its life → last applied index and revision, committed index, term, vote, and whether it led. */
  readonly marks: Map<string, Mark>;
  /** Applied index → revision of the store there. */
  readonly revisions: Map<number, number>;
}

/** An observer that has seen nothing yet. */
export const newMemory = (): Memory => ({ leaders: new Map(), committed: new Map(), committedIn: new Map(), marks: new Map(), revisions: new Map() });

/** At most one leader in a term. */
function electionSafety(members: readonly EtcdMember[], memory: Memory): string | undefined {
  for (const { raft, id } of members) {
    if (raft.role !== 'leader') continue;
    const known = memory.leaders.get(raft.term);
    if (known !== undefined && known !== id) return `term ${raft.term} has two leaders, ${known} and ${id}`;
    memory.leaders.set(raft.term, id);
  }
  return undefined;
}

const firstShared = (a: RaftLog, b: RaftLog): number => Math.max(a.compacted, b.compacted) + 1;

/** Two logs that agree on the term at an index agree on everything before it. */
function logMatching(a: EtcdMember, b: EtcdMember): string | undefined {
  const [one, other] = [a.raft.log, b.raft.log];
  let same = false;
  for (let index = Math.min(one.last, other.last); index >= firstShared(one, other); index--) {
    const [left, right] = [entryAt(one, index), entryAt(other, index)];
    const equal = left.term === right.term;
    if (same && !equal) return `logs of ${a.id} and ${b.id} agree after index ${index} but not at it`;
    const differ = equal && left !== right && !equalData(left.data, right.data);
    if (differ) return `logs of ${a.id} and ${b.id} hold different entries at ${index}`;
    same = equal;
  }
  return undefined;
}

/** What was committed once is never committed differently. */
function committedSurvives({ id, origin, raft: { log, term } }: EtcdMember, memory: Memory): string | undefined {
  const known = memory.marks.get(origin)?.committed ?? 0;
  for (let index = Math.max(known, log.compacted) + 1; index <= log.committed; index++) {
    const entry = entryAt(log, index);
    const before = memory.committed.get(index);
    if (before === undefined) {
      memory.committed.set(index, entry);
      memory.committedIn.set(index, term);
    } else if (before.term !== entry.term) return `${id} committed term ${entry.term} at ${index}, where term ${before.term} was committed`;
  }
  return undefined;
}

/** A leader has every entry that was committed in an earlier term; one that was deposed without knowing it may lack what came since. */
function leaderCompleteness({ id, raft }: EtcdMember, memory: Memory): string | undefined {
  const { log } = raft;
  if (raft.role !== 'leader') return undefined;
  const wasBefore = (index: number): boolean => (memory.committedIn.get(index) ?? Infinity) < raft.term;
  for (let index = log.last; index > log.compacted && index > log.last - RECENT; index--) {
    const before = memory.committed.get(index);
    const lacks = before !== undefined && wasBefore(index) && before.term !== entryAt(log, index).term;
    if (lacks) return `leader ${id} lacks the committed entry ${index}`;
  }
  return wasBefore(log.last + 1) ? `leader ${id} ends before the committed entry ${log.last + 1}` : undefined;
}

/** A member votes once in a term, and its term never falls while it lives. */
function votesOnce({ id, origin, raft }: EtcdMember, memory: Memory): string | undefined {
  const before = memory.marks.get(origin);
  if (before === undefined) return undefined;
  if (raft.term < before.term) return `${id} went back from term ${before.term} to ${raft.term}`;
  const changed = raft.term === before.term && before.vote !== NONE && raft.vote !== before.vote;
  return changed ? `${id} voted twice in term ${raft.term}, for ${before.vote} and for ${raft.vote}` : undefined;
}

/** A leader commits by counting only what is of its own term; what is older is committed along with it. */
function commitsOwnTerm({ id, origin, raft }: EtcdMember, memory: Memory): string | undefined {
  const before = memory.marks.get(origin);
  const { log } = raft;
  if (before?.leads !== true || raft.role !== 'leader' || before.term !== raft.term || log.committed <= before.committed) return undefined;
  const term = termAt(log, log.committed);
  return term === raft.term ? undefined : `leader ${id} of term ${raft.term} committed entry ${log.committed} of term ${term ?? '?'} by counting`;
}

/** How much of the log's end the checks that run after every event look at. */
const RECENT = 32;

/** Marks stand in order, and within one life never go back. */
function marksMove({ origin, raft, store }: EtcdMember, memory: Memory): string | undefined {
  const { log } = raft;
  const { applied, committed } = log;
  if (!(applied <= log.applying && log.applying <= committed && committed <= log.last && log.stable <= log.last)) {
    return `marks of ${origin} are out of order`;
  }
  const before = memory.marks.get(origin);
  memory.marks.set(origin, { applied, committed, revision: store.revision, term: raft.term, vote: raft.vote, leads: raft.role === 'leader' });
  if (before === undefined) return undefined;
  if (applied < before.applied || committed < before.committed) return `${origin} went back from applied ${before.applied} to ${applied}`;
  return store.revision < before.revision ? `${origin} went back from revision ${before.revision} to ${store.revision}` : undefined;
}

/** Members that have applied the same entries are at the same revision. */
function sameRevision({ id, raft: { log }, store }: EtcdMember, memory: Memory): string | undefined {
  const known = memory.revisions.get(log.applied);
  memory.revisions.set(log.applied, store.revision);
  return known !== undefined && known !== store.revision
    ? `${id} is at revision ${store.revision} after entry ${log.applied}, another was at ${known}` : undefined;
}

/** Every revision in the history is one more than the one before. */
function revisionsRise({ id, store: { history, revision, compactRevision } }: EtcdMember): string | undefined {
  let before = Math.max(compactRevision - 1, 1);
  for (let position = positionOf(history, revision - RECENT); position < history.next; position++) {
    const version = versionAt(history, position);
    if (version === undefined) continue;
    const at = revisionOf(version);
    if (position > history.first && before > 1 && revision - RECENT < before && at !== before && at !== before + 1) {
      return `${id} has revision ${at} after ${before}`;
    }
    before = at;
  }
  return before > revision ? `${id} has revision ${before} in its history and says ${revision}` : undefined;
}

/** Terms never fall along a log, and none is newer than its member's. */
function termsRise({ id, raft: { log, term } }: EtcdMember): string | undefined {
  let before = log.compactedTerm;
  for (let index = log.compacted + 1; index <= log.last; index++) {
    const here = entryAt(log, index).term;
    if (here < before) return `the log of ${id} falls from term ${before} to ${here} at ${index}`;
    before = here;
  }
  return before > term ? `${id} is in term ${term} with an entry of term ${before}` : undefined;
}

/** Members that have applied the same entries hold the same data. */
function sameData(members: readonly EtcdMember[]): string | undefined {
  const hashes = new Map<number, { readonly id: string; readonly hash: number; readonly compacted: number }>();
  for (const { id, raft: { log }, store } of members) {
    const known = hashes.get(log.applied);
    const own = { id, hash: hashKV(store, store.revision), compacted: store.compactRevision };
    if (known === undefined) hashes.set(log.applied, own);
    else if (known.hash !== own.hash || known.compacted !== own.compacted) return `${known.id} and ${id} hold different data after entry ${log.applied}`;
  }
  return undefined;
}

/** A key attached to a lease, and only such a key, belongs to a lease that exists. */
function leasesExist({ id, store }: EtcdMember): string | undefined {
  for (const lease of store.leaseKeys.keys()) {
    if (!store.leases.has(lease)) return `${id} keeps a key of the lease ${lease}, which is gone`;
  }
  return undefined;
}

/** The first thing that is wrong, if any. `thorough` adds the checks that read whole logs. */
export function checkCluster(members: readonly EtcdMember[], memory: Memory, thorough = false): string | undefined {
  const wrong = electionSafety(members, memory);
  if (wrong !== undefined) return wrong;
  for (const member of members) {
    const found = committedSurvives(member, memory) ?? votesOnce(member, memory) ?? commitsOwnTerm(member, memory) ?? marksMove(member, memory) ?? leaderCompleteness(member, memory)
      ?? sameRevision(member, memory) ?? (thorough ? revisionsRise(member) ?? leasesExist(member) ?? termsRise(member) : undefined);
    if (found !== undefined) return found;
  }
  if (!thorough) return undefined;
  const different = sameData(members);
  if (different !== undefined) return different;
  for (const a of members) {
    for (const b of members) {
      const found = a.id < b.id ? logMatching(a, b) : undefined;
      if (found !== undefined) return found;
    }
  }
  return undefined;
}
