import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { EtcdConfig } from '../../../src/etcd/member-state.ts';
import { plantedCopy } from '../../planted.ts';
import type { Trouble } from './plan.ts';
import type { SwarmOptions } from './run.ts';

/**
 * Bugs that can be planted to see whether the swarm finds them. A bug is a change of the built program's text: a copy of what a run needs is made, the text is
 * changed there, and the swarm of the copy plays. So the sources know nothing of it and it costs the product nothing.
 *
 * @source etcd-io/etcd tests/robustness/patches
 */
export interface PlantedBug {
  readonly name: string;
  /** What is wrong, in a line. */
  readonly about: string;
  /** Module below `src/etcd`, without its ending. */
  readonly file: string;
  /** Text of the built module, and what takes its place. */
  readonly changes: readonly (readonly [find: string, replace: string])[];
  readonly also?: readonly { readonly file: string; readonly changes: readonly (readonly [find: string, replace: string])[] }[];
  /** Which check finds it. */
  readonly catches: RegExp;
  /** Families of faults drawn more often, so that few seeds are enough. */
  readonly focus?: readonly string[];
  /** Troubles that lead to where the bug shows, beside those drawn. */
  readonly troubles?: readonly Trouble[];
  /** Settings under which it shows. */
  readonly config?: Partial<EtcdConfig>;
}

export const plantedBugs: readonly PlantedBug[] = [
  {
    name: 'vote-without-log-check', about: 'a vote goes to candidates whose log is behind', file: 'raft/step',
    changes: [['if (!free || !isUpToDate(raft.log, message.index, message.logTerm))', 'if (!free)']],
    catches: /ends before the committed entry|lacks the committed entry|where term \d+ was committed|tocommit|committed entry would be replaced/,
  },
  {
    name: 'vote-twice', about: 'a member votes for everyone who asks in a term', file: 'raft/step',
    changes: [["const free = raft.vote === to || (raft.vote === NONE && raft.leader === NONE) || (pre && term > raft.term);", 'const free = true;']],
    catches: /voted twice in term|has two leaders/, focus: ['delay', 'crash'],
  },
  {
    name: 'vote-forgotten', about: 'term and vote are never written to disk', file: 'persistence',
    changes: [['Object.freeze({ term, vote, commit: wal.commit })', "Object.freeze({ term: 0, vote: '', commit: wal.commit })"]],
    catches: /falls from term|is in term \d+ with an entry of term|has two leaders|ends before the committed entry|where term \d+ was committed/, focus: ['crash', 'delay'],
  },
  {
    name: 'commit-old-term', about: 'entries of an earlier term are committed by counting (Raft paper, figure 8)', file: 'raft/replication',
    changes: [[' || !matchTerm(raft.log, index, raft.term)', '']],
    // Entries travel one by one, as they do when they are large: else those of the old term never stand alone on a majority.
    also: [{ file: 'raft/state', changes: [['maxEntriesPerMessage: 1024', 'maxEntriesPerMessage: 1']] }],
    catches: /of term \d+ by counting/, focus: ['crash', 'blackhole'],
  },
  {
    name: 'answer-before-sync', about: 'a follower acknowledges entries before they are on its disk', file: 'raft/replication',
    changes: [['(promises(type) ? raft.afterPersist : raft.messages)', '(promises(type) && fields.to === raft.config.id ? raft.afterPersist : raft.messages)']],
    catches: /tocommit\(\d+\) is out of range|ends before the committed entry|lacks the committed entry|where term \d+ was committed/, focus: ['lost-writes', 'slow-disk', 'torn-tail'],
  },
  {
    name: 'truncate-committed', about: 'a follower cuts its log back to whatever append comes, even an old one', file: 'raft/step-follower',
    changes: [['const conflict = findConflict(log, entries);', 'const conflict = entries.length > 0 ? entries[0].index : 0;']],
    catches: /a committed entry would be replaced|something feeds itself|lacks the committed entry|tocommit/, focus: ['reorder', 'duplicate'],
  },
  {
    name: 'snapshot-loses-tail', about: 'a snapshot claims to reach to the present and holds the state of the last one saved', file: 'pump',
    changes: [['const snapshot = imageOf(member);', 'const snapshot = { ...imageOf(member), data: message.snapshot.data };']],
    catches: /is at revision \d+ after entry \d+, another was at|hold different data/, focus: ['blackhole', 'crash'],
  },
  {
    name: 'membership-at-append', about: 'a change of membership counts from the moment it is appended, and several may be under way', file: 'raft/step-leader',
    changes: [
      ['const refused = raft.pendingConfIndex > raft.log.applied || joint', 'const refused = joint'],
      ['    appendProposals(raft, entries);', "    appendProposals(raft, entries);\n    for (const entry of entries) if (entry.type === 'confChange') raft.membership = changeConfig(raft.membership, entry.data);"],
      ["import { isJoint, leavesJoint } from './conf-change.js';", "import { changeConfig, isJoint, leavesJoint } from './conf-change.js';"],
    ],
    catches: /has two leaders|ends before the committed entry|lacks the committed entry|where term \d+ was committed|raft: |can't/, focus: ['operator joint', 'blackhole'],
    troubles: [1, 3, 5].flatMap(second => ['joint', 'grow', 'replace m2', 'joint'].map((act, i) => ({ at: second * 1_000_000 + i * 20_000, lasts: 0, line: `operator ${act}` }))),
  },
  {
    name: 'stale-read', about: 'a leader answers reads without asking whether it still leads', file: 'raft/read-index',
    changes: [['if (isSingleton(raft))', 'if (true)']],
    catches: /not linearizable/, focus: ['blackhole', 'pause'],
    troubles: [1, 4, 6].map(second => ({ at: second * 1_000_000, lasts: 1_900_000, line: 'blackhole LEADER/etcd' })),
  },
  {
    name: 'apply-twice', about: 'a snapshot claims to end one entry earlier than it does, so that entry is applied again after a restart', file: 'persistence',
    changes: [['index: log.applied, term: termAt(log, log.applied) ?? 0', 'index: log.applied - 1, term: termAt(log, log.applied - 1) ?? 0']],
    catches: /is at revision \d+ after entry \d+, another was at|hold different data/, focus: ['crash', 'crash-at'],
  },
  {
    name: 'proposal-twice', about: 'a proposal that the network delivers twice is done twice', file: 'member',
    changes: [["(again && message.type === 'MsgProp')", 'false']],
    catches: /done twice/, focus: ['duplicate'],
  },
  {
    name: 'watch-skips-compacted', about: 'a watch from a compacted revision begins at the first one left, without a word', file: 'watchers',
    changes: [['startRevision > 0 && startRevision < store.compactRevision', 'false']],
    catches: /resumable:/,
  },
  {
    name: 'watch-hand-over', about: 'a watch that catches up misses the event at which it joins the others', file: 'mvcc/watch',
    changes: [['position < hub.notified; position++', 'position < hub.notified - 1; position++']],
    catches: /(resumable|reliable):/,
  },
  {
    name: 'watch-compacted-in-batch', about: 'events that are compacted in the step in which they are applied never reach a watch', file: 'apply',
    changes: [['    notifyWatchers(member, out);\n    out.reach(', '    out.reach(']],
    catches: /(resumable|reliable|atomic):/, focus: ['slow-disk'],
  },
  {
    name: 'watch-splits-revisions', about: 'the events of a transaction come one by one', file: 'watchers',
    changes: [['    cx.out.send(watcher.client, Object.freeze({\n        type: \'etcd.watch\', id: watcher.id, header: headerOf(member), events: cx.events,\n    }));',
      "    for (const events of cx.events.length === 0 ? [[]] : cx.events.map((event) => [event])) cx.out.send(watcher.client, Object.freeze({ type: 'etcd.watch', id: watcher.id, header: headerOf(member), events }));"]],
    catches: /atomic:/,
  },
  {
    name: 'watch-progress-too-early', about: 'progress is told before the events up to it', file: 'pump',
    changes: [['        notifyWatchers(member, out);\n', '        if (member.raft.log.applied % 2 === 0) notifyWatchers(member, out);\n']],
    catches: /bookmarkable:/,
  },
  {
    name: 'lease-outlives-revoke', about: 'a revoked lease leaves its keys behind', file: 'mvcc/lease',
    changes: [['for (const key of keys)', 'for (const key of keys.slice(1))']],
    catches: /keeps a key of the lease .*, which is gone|the log leads to|the log says|the log has/,
  },
  {
    name: 'lease-ends-early', about: 'a leader counts leases by half', file: 'lessor',
    changes: [['const life = Math.min(seconds, LEASE_TTL_MAX) * 1_000_000 + extend;', 'const life = Math.min(seconds, LEASE_TTL_MAX) * 500_000;']],
    catches: /before its time/,
  },
  {
    name: 'joint-one-majority', about: 'a joint configuration commits with the majority of its new half alone', file: 'raft/quorum',
    changes: [['return voters.outgoing.length === 0 ? incoming : Math.min(incoming, majorityCommitted(voters.outgoing, acknowledged));', 'return incoming;'], ['const outgoing = majorityVote(voters.outgoing, vote);', 'const outgoing = incoming;']],
    catches: /has two leaders|ends before the committed entry|lacks the committed entry|where term \d+ was committed|tocommit|committed entry would be replaced/, focus: ['operator joint', 'blackhole', 'partition'],
    // On a slow network the joint configuration lasts long enough for a partition that leaves the leader with one of the new half.
    troubles: (['m2', 'm4', 'm3'] as const).flatMap((ally, i) => [
      { at: 500_000 + i * 2_500_000, lasts: 2_000_000, line: 'delay 40ms m1 m2 m3 m4 m5' }, { at: 700_000 + i * 2_500_000, lasts: 0, line: 'operator joint' },
      { at: 820_000 + i * 2_540_000, lasts: 1_500_000, line: `partition LEADER ${ally} | m1 m2 m3 m4 m5` },
    ]),
  },
  {
    name: 'learner-counts', about: 'what a learner acknowledges counts for a voter', file: 'raft/replication',
    changes: [['progressOf(raft, id)?.match ?? 0);', 'Math.max(progressOf(raft, id)?.match ?? 0, ...raft.membership.learners.map((one) => progressOf(raft, one)?.match ?? 0)));']],
    catches: /ends before the committed entry|lacks the committed entry|where term \d+ was committed|tocommit|committed entry would be replaced/, focus: ['operator joint', 'partition'],
    troubles: (['m5', 'm1', 'm5'] as const).flatMap((learner, i) => [
      { at: 700_000 + i * 2_500_000, lasts: 0, line: 'operator joint' }, { at: 900_000 + i * 2_500_000, lasts: 1_500_000, line: `partition LEADER ${learner} | m1 m2 m3 m4 m5` },
    ]),
  },
  {
    name: 'snapshot-not-installed', about: 'a snapshot moves the marks of the log, but its state is not taken over', file: 'pump',
    changes: [['    installImage(member, snapshot.data);\n', '']],
    catches: /is at revision \d+ after entry \d+, another was at|hold different data|keeps a key of the lease/, focus: ['blackhole', 'crash'],
  },
  {
    name: 'read-before-commit', about: 'a leader answers reads before it has committed in its term', file: 'raft/read-index',
    changes: [['if (!committedInTerm(raft)) {', 'if (false) {']],
    catches: /not linearizable/, focus: ['crash', 'delay'],
  },
  {
    name: 'compaction-takes-one-more', about: 'a compaction forgets what a read at its very revision needs', file: 'mvcc/compaction',
    changes: [['revisionOf(version) <= revision)', 'revisionOf(version) <= revision + 1)']],
    catches: /read undefined at revision/,
  },
  {
    name: 'watch-batch-loses-one', about: 'of several watches of a client that are told in one message, the last is forgotten', file: 'watchers',
    changes: [['watches: Object.freeze(told)', 'watches: Object.freeze(told.slice(0, -1))']],
    catches: /(resumable|reliable):/,
  },
  {
    name: 'lease-checkpoint-stays', about: 'a lease that has had a checkpoint goes by its first second for ever, renewed or not', file: 'lessor',
    changes: [['const CHECKPOINT_INTERVAL = 300_000_000;', 'const CHECKPOINT_INTERVAL = 1_000_000;'], ['if (lease.remainingTtl > 0)', 'if (false)'], ['remainingTtl: remainingSeconds(clock, out.monotonic)', 'remainingTtl: 1']],
    catches: /before its time/, focus: ['crash', 'operator move-leader'],
    troubles: [2, 4, 6].map(second => ({ at: second * 1_000_000, lasts: 1_500_000, line: 'crash LEADER/etcd' })), config: { heartbeatInterval: 30, electionTimeout: 300 },
  },
  {
    name: 'past-forgotten', about: 'a value that only the index kept is lost to reads of the past when it is overwritten', file: 'mvcc/store',
    changes: [['store.retained.set(version.event.kv.key, previous);', 'previous;']],
    catches: /read undefined at revision/,
  },
];

/** How a bug's runs are drawn. */
export const optionsOf = ({ focus, troubles, config }: PlantedBug): SwarmOptions =>
  ({ ...(focus === undefined ? {} : { focus }), ...(troubles === undefined ? {} : { also: troubles, config: { strictReconfigCheck: false, ...config } }) });

/** The swarm over a copy of the build with a bug in it. */
export async function withBug(bug: PlantedBug): Promise<typeof import('./run.ts')> {
  const copy = plantedCopy({
    name: bug.name, list: 'test/etcd/swarm/bugs.ts', parts: ['src/base', 'src/sim', 'src/etcd', 'test/etcd/swarm', 'test/etcd/harness.js', 'test/planted.js'],
    changes: [bug, ...bug.also ?? []].map(({ file, changes }) => ({ file: `src/etcd/${file}.js`, changes })),
  });
  return await import(pathToFileURL(join(copy, 'test/etcd/swarm/run.js')).href) as typeof import('./run.ts');
}
