import { applyConfChange, compact } from '../../src/etcd/raft/membership.ts';
import { becomeProbe, freeInflights, isPaused, maybeDecrease, maybeUpdate, newProgress } from '../../src/etcd/raft/progress.ts';
import { jointCommitted, jointVote, quorumOf } from '../../src/etcd/raft/quorum.ts';
import { becomeCandidate, becomeFollower, becomeLeader, becomePreCandidate } from '../../src/etcd/raft/roles.ts';
import { isPromotable, progressOf } from '../../src/etcd/raft/state.ts';
import type { Raft } from '../../src/etcd/raft/state.ts';
import { step } from '../../src/etcd/raft/step.ts';
import { ticksToDeadline } from '../../src/etcd/raft/tick.ts';
import { NONE, newMessage, votersOnly } from '../../src/etcd/raft/types.ts';
import type { ConfChangeType, Message } from '../../src/etcd/raft/types.ts';
import { maybeCommit } from '../../src/etcd/raft/replication.ts';
import { entry, fill, Network, network, raftWith, termsOf } from './raft-network.ts';

/** What each kind of Raft case of the vectors file means here: it returns what `expect` names. */

type Case = Record<string, any>;
const names = (numbers: readonly number[] = []): string[] => numbers.map(String);
const change = (type: ConfChangeType, id: string) => ({ transition: 'auto', changes: [{ type, id }] }) as const;

function quorumCommit(one: Case): Case {
  const voters = { incoming: names(one.voters), outgoing: names(one.outgoingVoters) };
  return { committed: jointCommitted(voters, (id) => one.acknowledged[id] ?? 0) };
}

function quorumVote(one: Case): Case {
  const voters = { incoming: names(one.voters), outgoing: names(one.outgoingVoters) };
  return { result: jointVote(voters, (id) => one.votes[id] === undefined ? undefined : one.votes[id] === 'yes' || one.votes[id] === true) };
}

/** The answers a member would send, promises included. */
const answers = (raft: Raft): Message[] => [...raft.afterPersist, ...raft.messages];

function voteLog(one: Case): Case {
  const raft = raftWith('1', ['1', '2'], { terms: one.voterLogTerms, term: 3 });
  step(raft, newMessage('MsgVote', { from: '2', to: '1', term: 4, index: one.candidateLastIndex, logTerm: one.candidateLastTerm }));
  return { granted: answers(raft)[0]?.reject === false };
}

function vote(one: Case): Case {
  if (one.when.appendWithTerm !== undefined) {
    const found = one.given.states.map((state: string) => {
      const raft = raftWith('1', ['1', '2', '3'], { term: state === 'follower' ? 1 : 0 });
      if (state !== 'follower') becomeCandidate(raft);
      if (state === 'leader') becomeLeader(raft);
      step(raft, newMessage('MsgApp', { from: '2', to: '1', term: one.when.appendWithTerm }));
      return { state: raft.role, term: raft.term };
    });
    return found.every((got: Case) => got.state === found[0].state && got.term === found[0].term) ? found[0] : found;
  }
  const { candidateLastIndex: index, candidateLastTerm: logTerm } = one.when;
  const states: string[] = one.given.states ?? [one.given.state];
  const granted = states.map((state) => {
    const raft = raftWith('1', ['1', '2', '3'], { terms: one.given.logTerms ?? [1] });
    if (state === 'preCandidate') becomePreCandidate(raft);
    if (state === 'candidate' || state === 'leader') becomeCandidate(raft);
    if (state === 'leader') becomeLeader(raft);
    if (state !== 'candidate' && state !== 'leader') raft.vote = one.given.votedFor === 'self' ? '1' : String(one.given.votedFor);
    raft.afterPersist = [];
    step(raft, newMessage('MsgVote', { from: '2', to: '1', term: raft.term, index, logTerm }));
    return answers(raft).find(({ type }) => type === 'MsgVoteResp')?.reject === false;
  });
  return { granted: granted.some((was) => was) };
}

function commitTerm(one: Case): Case {
  const ids = one.matchIndexes.map((_: number, i: number) => String(i + 1));
  const raft = raftWith('1', ids, { terms: one.logTerms, term: one.leaderTerm });
  raft.role = 'leader';
  one.matchIndexes.forEach((match: number, i: number) => {
    const progress = progressOf(raft, String(i + 1));
    if (progress !== undefined) progress.match = match;
  });
  maybeCommit(raft);
  return { committed: raft.log.committed };
}

function commit(one: Case): Case {
  const net = network(5);
  net.campaign('1');
  net.drop = ({ from, to }) => !(['1', '2'].includes(from) && ['1', '2'].includes(to));
  net.propose('1', 'two');
  net.propose('1', 'three');
  const lossy = String(one.when).includes('every append message is lost');
  net.drop = ({ type, from }) => from === '1' || (lossy && type === 'MsgApp');
  if (!lossy) net.drop = () => false;
  net.campaign('2');
  return { committed: net.node('2').log.committed };
}

function ack(one: Case): Case {
  const net = network(one.voters);
  net.campaign('1');
  const before = net.node('1').log.committed;
  const acking = ['1', ...Array.from({ length: one.otherAcks }, (_, i) => String(i + 2))];
  net.drop = ({ from, to }) => !acking.includes(from) || !acking.includes(to);
  net.propose('1', 'some data');
  return { committed: net.node('1').log.committed > before };
}

function append(one: Case): Case {
  const raft = raftWith('1', ['1', '2', '3'], { terms: one.followerLogTerms, term: 2 });
  const { index, term: logTerm } = one.previous;
  const entries = (one.entryTerms ?? []).map((term: number, i: number) => entry(index + i + 1, term));
  step(raft, newMessage('MsgApp', { from: '2', to: '1', term: 2, index, logTerm, entries, commit: one.leaderCommit ?? 0 }));
  const answer = raft.afterPersist.at(-1);
  return {
    rejected: answer?.reject, logTerms: termsOf(raft), committed: raft.log.committed,
    rejectHint: answer?.rejectHint, hintTerm: answer?.logTerm,
  };
}

function repairLogs(one: Case): Case {
  const found = one.followers.map(({ logTerms }: Case) => {
    const leader = raftWith('1', ['1', '2', '3'], { terms: one.leaderLogTerms, term: 8 });
    const follower = raftWith('2', ['1', '2', '3'], { terms: logTerms });
    const voter = raftWith('3', ['1', '2', '3'], { terms: [] });
    leader.log.committed = 0;
    const net = new Network([leader, follower, voter]);
    net.campaign('1');
    return leader.role === 'leader' && termsOf(leader).join() === termsOf(follower).join()
      && leader.log.committed === one.leaderLogTerms.length + 1
      && termsOf(leader).at(-1) === leader.term && leader.term === one.leaderTermAfterElection
      && leader.log.chunks.flat().at(-1)?.data === null;
  });
  return { allEqualLeader: found.every((equal: boolean) => equal), leaderAppendsFirst: 'an empty entry of its own term' };
}

const repeat = (n: number, term: number): number[] => Array.from({ length: n }, () => term);
/** The logs of the scenario: a leader with terms up to 6 and a follower that went on in terms 2 and 3. */
const LEADER_TERMS = [...repeat(13, 1), ...repeat(1, 4), ...repeat(2, 5), ...repeat(4, 6)];

function repairHint(one: Case): Case {
  const leader = raftWith('1', ['1', '2'], { terms: LEADER_TERMS, term: 7 });
  const follower = raftWith('2', ['1', '2'], { terms: [...repeat(13, 1), ...repeat(3, 2), ...repeat(5, 3)], term: 8 });
  becomeCandidate(leader);
  becomeLeader(leader);
  const { index, term } = one.given.leaderLast;
  step(follower, newMessage('MsgApp', { from: '1', to: '2', term: leader.term, index, logTerm: term, entries: [entry(21, 8)] }));
  const refusal = follower.afterPersist.at(-1) as Message;
  leader.messages = [];
  step(leader, newMessage('MsgAppResp', { ...refusal, from: '2', to: '1' }));
  const probe = leader.messages.find(({ type }) => type === 'MsgApp');
  return {
    refusal: { rejectedIndex: refusal.index, hint: refusal.rejectHint, hintTerm: refusal.logTerm },
    nextProbePrevious: { index: probe?.index, term: probe?.logTerm },
  };
}

function repairVotes(one: Case): Case {
  const ids = names([1, 2, 3, 4, 5, 6, 7]);
  const base = LEADER_TERMS;
  const logs: number[][] = [
    base, base.slice(0, 19), base.slice(0, 18), [...base, 6], [...base.slice(0, 13), 1, 1], [...base, 7, 7], base.slice(0, 10)];
  const net = new Network(ids.map((id, i) => raftWith(id, ids, { terms: logs[i] ?? [], term: 7 })));
  let grants = 0;
  net.onReady = (_id, ready) => { grants += ready.afterPersist.filter(({ type, reject }) => type === 'MsgVoteResp' && !reject).length; };
  net.campaign('1');
  const leader = net.node('1');
  const overwritten = ids.every((id) => termsOf(net.node(id)).join() === termsOf(leader).join());
  return {
    state: leader.role, term: leader.term, grantsIncludingOwn: grants,
    extraEntriesOfRefusers: overwritten ? 'overwritten' : 'kept', voters: one.given.voters,
  };
}

function repair(one: Case): Case {
  if (one.followers !== undefined) return repairLogs(one);
  return one.given.voters === 7 ? repairVotes(one) : repairHint(one);
}

function election(one: Case): Case {
  if (one.given.self !== undefined) {
    return { promotable: isPromotable(raftWith(String(one.given.self), names(one.given.voters))) };
  }
  const raft = raftWith('1', ['1', '2', '3'], { config: { electionTicks: one.given.electionTimeoutTicks } });
  const seen = new Set<number>();
  for (let i = 0; i < 500; i++) {
    becomeFollower(raft, raft.term + 1, NONE);
    seen.add(ticksToDeadline(raft));
  }
  const min = Math.min(...seen);
  const max = Math.max(...seen);
  return { minTicks: min, maxTicks: max, everyValueBetweenOccurs: seen.size === max - min + 1 };
}

function lease(one: Case): Case {
  const net = network(3, { checkQuorum: true });
  net.campaign('1');
  const follower = net.node('2');
  const { term } = follower;
  const forced = String(one.when.voteRequest ?? '').includes('transfer');
  step(follower, newMessage('MsgVote', {
    from: '3', to: '2', term: term + 1, index: 9, logTerm: term, context: forced ? 'transfer' : '',
  }));
  const answer = follower.afterPersist.find(({ type }) => type === 'MsgVoteResp');
  return { ignored: answer === undefined, termUnchanged: follower.term === term, granted: answer?.reject === false };
}

function preVote(): Case {
  const net = network(3, { checkQuorum: true, preVote: true });
  net.tick('1', 20);
  const term = net.node('1').term;
  const leader = net.leader;
  const wants = ['1', '2', '3'].find((id) => id !== leader?.config.id) ?? '';
  net.campaign(wants);
  const changed = [...net.nodes.values()].some((raft) => raft.term !== term && term > 0);
  return { newLeader: net.leader === leader ? null : net.leader?.config.id, termUnchanged: !changed };
}

function transfer(one: Case): Case {
  const net = network(3);
  net.campaign('1');
  const leader = (): Raft => net.leader ?? net.node('1');
  const state = (): Case => ({ leader: Number(leader().config.id), pending: leader().leadTransferee === NONE ? null : leader().leadTransferee });
  if (one.given.learners !== undefined) {
    net.change('1', change('addLearnerNode', '3'));
    net.transfer('1', '3');
    return state();
  }
  net.isolate('3');
  net.transfer('1', '3');
  if (String(one.when).includes('removed from configuration')) {
    net.drop = ({ to }) => to === '3';
    net.node('1').leadTransferee = NONE;
    net.send('1', newMessage('MsgProp', { entries: [{ ...entry(0, 0, change('removeNode', '3')), type: 'confChange' }] }));
    net.node('1').leadTransferee = '3';
    net.settle();
    return state();
  }
  if (one.when === 'transfer to 2') {
    net.transfer('1', '2');
    return { leader: Number(leader().config.id) };
  }
  net.tick('1', 1);
  const afterHeartbeatTimeout = leader().leadTransferee === '3' ? 'pending' : 'given up';
  net.tick('1', 10);
  return { afterHeartbeatTimeout, afterElectionTimeout: state() };
}

function config(one: Case): Case {
  const { given } = one;
  if (given.ackFrom2UpTo !== undefined) return shrink(given);
  if (given.learners !== undefined) return withLearner();
  const net = network(given.voters.length, { stepDownOnRemoval: given.stepDownOnRemoval === true });
  net.campaign('1');
  if (given.stepDownOnRemoval === true) {
    net.change('1', change('removeNode', '1'));
    return { state1: net.node('1').role };
  }
  net.change('1', change('addNode', '2'));
  const { membership } = net.node('1');
  return { joint: membership.votersOutgoing.length > 0, voters: membership.voters.map(Number) };
}

/** The removal of 2 is committed with its help; "hello" behind it only once 2 no longer counts. */
function shrink(given: Case): Case {
  const net = network(2);
  const raft = net.node('1');
  becomeCandidate(raft);
  becomeLeader(raft);
  fill(raft, []);
  step(raft, newMessage('MsgProp', { entries: [{ ...entry(0, 0, change('removeNode', '2')), type: 'confChange' }, entry(0, 0, 'hello')] }));
  step(raft, newMessage('MsgAppResp', { from: '1', to: '1', term: raft.term, index: 3 }));
  step(raft, newMessage('MsgAppResp', { from: '2', to: '1', term: raft.term, index: given.ackFrom2UpTo }));
  const waiting = raft.log.committed;
  applyConfChange(raft, change('removeNode', '2'));
  return { committed: raft.log.committed, waiting };
}

function withLearner(): Case {
  const voters = { ...votersOnly(['1']), learners: ['2'] };
  const net = new Network(['1', '2'].map((id) => raftWith(id, [], { confState: voters })));
  net.campaign('1');
  net.propose('1', 'data');
  const raft = net.node('1');
  return { committed: raft.log.committed, match2: progressOf(raft, '2')?.match, quorumSize: quorumOf(raft.membership.voters.length) };
}

function progress(one: Case): Case {
  if (one.given?.leaderFirstIndex !== undefined) return slowFollower();
  if (one.given?.pendingSnapshot !== undefined) return snapshotAcked(one);
  const p = newProgress({ id: '2', match: one.match ?? 0, next: one.next ?? 1, isLearner: false });
  p.state = one.state ?? 'probe';
  if (one.flowPaused !== undefined) {
    p.flowPaused = one.flowPaused;
    return { paused: isPaused(p) };
  }
  if (one.pendingSnapshot !== undefined) {
    p.pendingSnapshot = one.pendingSnapshot;
    becomeProbe(p);
    return { state: p.state, next: p.next };
  }
  const accepted = one.ack !== undefined ? maybeUpdate(p, one.ack) : maybeDecrease(p, one.rejected, one.hint);
  freeInflights(p, 0);
  return { accepted, match: p.match, next: p.next };
}

function compactAt(raft: Raft): void {
  compact(raft, { index: raft.log.applied, term: raft.term, confState: raft.membership, data: 'state' }, 0);
}

function slowFollower(): Case {
  const net = network(3);
  net.campaign('1');
  const of3 = () => progressOf(net.node('1'), '3');
  const states = [of3()?.state];
  net.isolate('3');
  for (const word of ['a', 'b', 'c']) net.propose('1', word);
  compactAt(net.node('1'));
  // The window is full of what was lost; a heartbeat answer makes the leader try again.
  net.send('1', newMessage('MsgUnreachable', { from: '3' }));
  const p = of3();
  if (p !== undefined) p.recentActive = true;
  net.send('1', newMessage('MsgHeartbeatResp', { from: '3', to: '1', term: net.node('1').term }));
  states.push(of3()?.state);
  const pausedInSnapshot = p !== undefined && isPaused(p);
  net.drop = () => false;
  net.settle();
  states.push(of3()?.state);
  const caughtUp = net.node('3').log.committed === net.node('1').log.committed;
  return { states: caughtUp ? states : 'behind', pausedInSnapshot };
}

function snapshotAcked(one: Case): Case {
  const net = network(3);
  net.campaign('1');
  for (let i = 0; i < 10; i++) net.propose('1', i);
  const raft = net.node('1');
  compactAt(raft);
  const p = progressOf(raft, '3');
  if (p === undefined) return {};
  Object.assign(p, { state: 'snapshot', match: 0, next: 12, pendingSnapshot: one.given.pendingSnapshot });
  step(raft, newMessage('MsgAppResp', { from: '3', to: '1', term: raft.term, index: one.when.ackIndex }));
  return { state: p.state, match: p.match };
}

function read(one: Case): Case {
  if (one.given.members !== undefined) return {};
  if (one.given.voters === 1) {
    const net = network(1);
    net.campaign('1');
    net.send('1', newMessage('MsgReadIndex', { context: 'r' }));
    const messages = net.node('1').messages.length;
    net.settle();
    return { messages, answered: net.reads.get('1')?.length === 1 };
  }
  const net = network(3);
  net.campaign('1');
  const readIndexes: number[] = [];
  ['1', '2', '3', '1', '2', '3'].forEach((id, round) => {
    for (let i = 0; i < 10; i++) net.propose('1', `${round}/${i}`);
    net.send(id, newMessage('MsgReadIndex', { context: `r${round}` }));
    net.settle();
    readIndexes.push(net.reads.get(id)?.at(-1)?.index ?? 0);
  });
  return { readIndexes };
}

export const RAFT_KINDS: Record<string, (one: Case) => Case> = {
  'raft-quorum-commit': quorumCommit, 'raft-quorum-vote': quorumVote, 'raft-vote-log': voteLog, 'raft-vote': vote,
  'raft-commit-term': commitTerm, 'raft-commit': commit, 'raft-ack': ack, 'raft-append': append, 'raft-repair': repair,
  'raft-election': election, 'raft-lease': lease, 'raft-prevote': preVote, 'raft-transfer': transfer, 'raft-config': config,
  'raft-progress': progress, 'raft-read': read,
};

