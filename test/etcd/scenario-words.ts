import { compact } from '../../src/etcd/raft/membership.ts';
import { hasReady } from '../../src/etcd/raft/ready.ts';
import type { Ready } from '../../src/etcd/raft/ready.ts';
import { step } from '../../src/etcd/raft/step.ts';
import { tick } from '../../src/etcd/raft/tick.ts';
import { newMessage, newProposal, votersOnly } from '../../src/etcd/raft/types.ts';
import type { ConfChange, ConfChangeType, Entry, Message } from '../../src/etcd/raft/types.ts';
import { fill, raftWith } from './raft-network.ts';
import type { Network } from './raft-network.ts';

/** The commands of Raft's text scenarios and how they show what happened. */

type Word = (net: Network, args: readonly string[]) => string[];

/** `key=value` arguments. */
const options = (args: readonly string[]): Record<string, string> =>
  Object.fromEntries(args.filter((arg) => arg.includes('=')).map((arg) => arg.split('=') as [string, string]));
const plain = (args: readonly string[]): string[] => args.filter((arg) => !arg.includes('='));
const list = (text: string | undefined): string[] => text === undefined || text === '' ? [] : text.split(',');

function showEntry({ index, term, type, data }: Entry): string {
  const what = data === null ? 'empty' : type === 'confChange' ? showChange(data as ConfChange) : String(data);
  return `${index}@${term}:${what}`;
}

const LETTERS: Record<string, ConfChangeType> = { v: 'addNode', l: 'addLearnerNode', r: 'removeNode', u: 'updateNode' };
const showChange = ({ changes, transition }: ConfChange): string =>
  `${transition}(${changes.map(({ type, id }) => `${Object.keys(LETTERS).find((letter) => LETTERS[letter] === type)}${id}`).join(' ')})`;

export function showMessage(message: Message): string {
  const { type, from, to, term, index, logTerm, entries, commit, reject, rejectHint, context, snapshot } = message;
  const parts = [`${from}->${to} ${type} term ${term}`];
  if (index > 0 || type === 'MsgApp') parts.push(`at ${index}@${logTerm}`);
  if (entries.length > 0) parts.push(`[${entries.map(showEntry).join(' ')}]`);
  if (commit > 0) parts.push(`commit ${commit}`);
  if (reject) parts.push(`rejected, hint ${rejectHint}@${logTerm}`);
  if (context !== '') parts.push(`context ${context}`);
  if (snapshot !== undefined) parts.push(`snapshot ${snapshot.index}@${snapshot.term}`);
  return parts.join(' ');
}

function showReady(id: string, ready: Ready): string[] {
  const { softState, hardState, snapshot, entries, committed, readStates, messages, afterPersist } = ready;
  const lines = [`ready ${id}`];
  if (softState !== undefined) lines.push(`  ${softState.role}, leader ${softState.leader || 'none'}`);
  if (hardState !== undefined) lines.push(`  hard state term ${hardState.term} vote ${hardState.vote || 'none'} commit ${hardState.commit}`);
  if (snapshot !== undefined) lines.push(`  snapshot ${snapshot.index}@${snapshot.term}`);
  if (entries.length > 0) lines.push(`  persist ${entries.map(showEntry).join(' ')}`);
  if (committed.length > 0) lines.push(`  apply ${committed.map(showEntry).join(' ')}`);
  for (const { index, context } of readStates) lines.push(`  read ${context} at ${index}`);
  for (const message of messages) lines.push(`  send ${showMessage(message)}`);
  for (const message of afterPersist) lines.push(`  after persist ${showMessage(message)}`);
  return lines;
}

function process(net: Network, id: string): string[] {
  let shown: string[] = [];
  net.onReady = (of, ready) => { shown = [...shown, ...showReady(of, ready)]; };
  if (hasReady(net.node(id))) net.process(id);
  net.onReady = () => undefined;
  return shown;
}

function deliver(net: Network, id: string, dropFrom: readonly string[]): string[] {
  const before = net.drop;
  net.drop = ({ from }) => dropFrom.includes(from);
  const waiting = net.wire.filter(({ to }) => to === id);
  net.deliver(id);
  net.drop = before;
  return waiting.map((message) => `${dropFrom.includes(message.from) ? 'lost' : 'deliver'} ${showMessage(message)}`);
}

/** Until the named members have nothing more to say to each other. */
function stabilize(net: Network, ids: readonly string[]): string[] {
  const lines: string[] = [];
  for (let round = 0; round < 100; round++) {
    const now = [...ids.flatMap((id) => process(net, id)), ...ids.flatMap((id) => deliver(net, id, []))];
    if (now.length === 0) return lines;
    lines.push(...now);
  }
  return [...lines, 'does not come to rest'];
}

const everyone = (net: Network): string[] => [...net.nodes.keys()];

function status(net: Network, id: string): string[] {
  const raft = net.node(id);
  return raft.progress.map((p) => {
    const extra = [p.flowPaused ? 'paused' : '', p.state === 'snapshot' ? `snapshot ${p.pendingSnapshot}` : '', p.isLearner ? 'learner' : '',
      p.inflights.length > 0 ? `inflight ${p.inflights.length}` : ''].filter((text) => text !== '');
    return [`${p.id}: ${p.state} match ${p.match} next ${p.next}`, ...extra].join(' ');
  });
}

export const scenarioWords: Record<string, Word> = {
  /** `add-nodes 3 voters=1,2,3 learners= index=10 inflight=3 batch=1 prevote checkquorum stepdown`: members that start behind a snapshot. */
  'add-nodes': (net, args) => {
    const { voters, learners, index = '0', inflight, batch } = options(args);
    const [count = '1', ...flags] = plain(args);
    const first = net.nodes.size + 1;
    for (let n = first; n < first + Number(count); n++) {
      const confState = { ...votersOnly(list(voters)), learners: list(learners) };
      const at = Number(index);
      const snapshot = at > 0 ? { index: at, term: 1, confState, data: 'initial' } : undefined;
      net.nodes.set(String(n), raftWith(String(n), [], {
        term: at > 0 ? 1 : 0, confState, ...(snapshot === undefined ? {} : { snapshot, applied: at }),
        config: {
          seed: n, preVote: flags.includes('prevote'), checkQuorum: flags.includes('checkquorum'), stepDownOnRemoval: flags.includes('stepdown'),
          ...(batch === undefined ? {} : { maxEntriesPerMessage: Number(batch) }),
          ...(inflight === undefined ? {} : { maxInflightMessages: Number(inflight) }),
        },
      }));
    }
    return [];
  },
  campaign: (net, [id = '']) => {
    step(net.node(id), newMessage('MsgHup'));
    return [];
  },
  propose: (net, [id = '', ...data]) =>
    step(net.node(id), newMessage('MsgProp', { entries: data.map((one) => newProposal(one)) })) ? [] : ['proposal dropped'],
  /** `propose-change 1 v2 l3 r4 transition=jointExplicit`; without changes: leave the joint configuration. */
  'propose-change': (net, args) => {
    const [id = '', ...words] = plain(args);
    const changes = words.map((word) => ({ type: LETTERS[word[0] ?? ''] ?? 'updateNode', id: word.slice(1) }));
    const transition = (options(args).transition ?? 'auto') as ConfChange['transition'];
    const proposal = newProposal({ transition, changes }, 0, 'confChange');
    return step(net.node(id), newMessage('MsgProp', { entries: [proposal] })) ? [] : ['proposal dropped'];
  },
  read: (net, [id = '', context = 'read']) => {
    step(net.node(id), newMessage('MsgReadIndex', { context }));
    return [];
  },
  transfer: (net, [leader = '', to = '']) => {
    step(net.node(leader), newMessage('MsgTransferLeader', { from: to }));
    return [];
  },
  tick: (net, [id = '', times = '1']) => {
    for (let i = 0; i < Number(times); i++) tick(net.node(id));
    return [];
  },
  /** Lets a member tick until it campaigns, or a leader until it beats. */
  'tick-election': (net, [id = '']) => {
    const raft = net.node(id);
    for (let i = 0; i < 2 * raft.config.electionTicks && raft.messages.length === 0 && raft.afterPersist.length === 0; i++) tick(raft);
    return [];
  },
  unreachable: (net, [id = '', peer = '']) => {
    step(net.node(id), newMessage('MsgUnreachable', { from: peer }));
    return [];
  },
  'report-snapshot': (net, [id = '', peer = '', result = 'ok']) => {
    step(net.node(id), newMessage('MsgSnapStatus', { from: peer, reject: result !== 'ok' }));
    return [];
  },
  /** `compact 1 12`: a snapshot at what is applied, the log going on behind 12. */
  compact: (net, [id = '', index = '0']) => {
    const raft = net.node(id);
    const at = raft.log.applied;
    compact(raft, { index: at, term: raft.term, confState: raft.membership, data: 'state' }, at - Number(index));
    return [];
  },
  'process-ready': (net, ids) => ids.flatMap((id) => process(net, id)),
  /** `begin-write 1` and `finish-write 1`: the same with a disk that takes its time. */
  'begin-write': (net, [id = '']) => {
    let shown: string[] = [];
    net.onReady = (of, ready) => { shown = showReady(of, ready); };
    net.begin(id);
    net.onReady = () => undefined;
    return shown;
  },
  'finish-write': (net, [id = '']) => {
    const before = net.wire.length;
    net.persist(id);
    return net.wire.slice(before).map((message) => `promise ${showMessage(message)}`);
  },
  /** `fill 2 1,1,3`: entries of these terms at the end of a log, as if they had come from earlier leaders. */
  fill: (net, [id = '', terms = '']) => {
    const raft = net.node(id);
    fill(raft, list(terms).map(Number));
    raft.term = Math.max(raft.term, Number(list(terms).at(-1)));
    return [];
  },
  'deliver-msgs': (net, args) => plain(args).flatMap((id) => deliver(net, id, list(options(args).drop))),
  stabilize: (net, ids) => stabilize(net, ids.length > 0 ? ids : everyone(net)),
  /** The same without a word, for what is not the point. */
  settle: (net, ids) => {
    stabilize(net, ids.length > 0 ? ids : everyone(net));
    return [];
  },
  'raft-log': (net, ids) => ids.flatMap((id) => {
    const { log } = net.node(id);
    const entries = log.chunks.flat().filter(({ index }) => index > log.compacted);
    return [`${id}: after ${log.compacted}@${log.compactedTerm}, commit ${log.committed}, applied ${log.applied}`, ...entries.map((one) => `  ${showEntry(one)}`)];
  }),
  'raft-state': (net) => [...net.nodes].map(([id, { role, term, leader, vote, membership }]) => {
    const { voters, votersOutgoing, learners } = membership;
    const joint = votersOutgoing.length > 0 ? ` leaving ${votersOutgoing.join(',')}` : '';
    return `${id}: ${role} term ${term} leader ${leader || 'none'} vote ${vote || 'none'} voters ${voters.join(',')}${joint}${learners.length > 0 ? ` learners ${learners.join(',')}` : ''}`;
  }),
  status: (net, [id = '']) => status(net, id),
};
