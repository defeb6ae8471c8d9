import { appendEntries, termAt } from '../../src/etcd/raft/log.ts';
import { applyConfChange } from '../../src/etcd/raft/membership.ts';
import { appliedTo, hasReady, persisted, takeReady } from '../../src/etcd/raft/ready.ts';
import type { Ready } from '../../src/etcd/raft/ready.ts';
import { newRaft } from '../../src/etcd/raft/state.ts';
import type { Durable, Raft, RaftConfig } from '../../src/etcd/raft/state.ts';
import { step } from '../../src/etcd/raft/step.ts';
import { tick } from '../../src/etcd/raft/tick.ts';
import { newMessage, newProposal, votersOnly } from '../../src/etcd/raft/types.ts';
import type { ConfChange, Entry, Message, ReadState } from '../../src/etcd/raft/types.ts';

/** Members of Raft without disk or clock, and a wire between them that can be cut. */

export const entry = (index: number, term: number, data: unknown = null): Entry =>
  Object.freeze({ index, term, type: 'normal', data, cause: 0 });

export const logOf = (terms: readonly number[]): Entry[] => terms.map((term, i) => entry(i + 1, term, `e${i + 1}`));
export const termsOf = (raft: Raft): number[] =>
  raft.log.chunks.flat().filter(({ index }) => index > raft.log.compacted).map(({ term }) => term);

/** A member whose log has entries of the given terms; the term is that of the last. */
export function raftWith(
  id: string, voters: readonly string[], options: { terms?: readonly number[]; term?: number; config?: Partial<RaftConfig> } & Durable = {},
): Raft {
  const { terms = [], term = terms.at(-1) ?? 0, config, ...durable } = options;
  const raft = newRaft({ id, preVote: false, checkQuorum: false, ...config }, {
    confState: votersOnly(voters), entries: logOf(terms), hardState: { term, vote: '', commit: 0 }, ...durable,
  });
  return raft;
}

/** A snapshot leaves with the state as it is now, as etcd sends it. */
function withPresentState(raft: Raft, message: Message): Message {
  if (message.type !== 'MsgSnap') return message;
  const { log, membership } = raft;
  return newMessage('MsgSnap', { ...message, snapshot: { index: log.applied, term: termAt(log, log.applied) ?? 0, confState: membership, data: 'state' } });
}

export class Network {
  readonly nodes = new Map<string, Raft>();
  wire: Message[] = [];
  /** Messages for which it is true get lost. */
  drop: (message: Message) => boolean = () => false;
  readonly applied = new Map<string, Entry[]>();
  readonly reads = new Map<string, ReadState[]>();
  /** Called with each Ready, for who writes a transcript. */
  onReady: (id: string, ready: Ready) => void = () => undefined;

  constructor(rafts: readonly Raft[]) {
    for (const raft of rafts) this.nodes.set(raft.config.id, raft);
  }

  node(id: string): Raft {
    const raft = this.nodes.get(id);
    if (raft === undefined) throw new Error(`no node ${id}`);
    return raft;
  }

  get leader(): Raft | undefined { return [...this.nodes.values()].find(({ role }) => role === 'leader'); }

  isolate(...ids: string[]): void {
    this.drop = ({ from, to }) => ids.includes(from) !== ids.includes(to) || (ids.includes(from) && from !== to);
  }

  /** Writes that a slow disk has not finished, by member. */
  readonly writing = new Map<string, Ready>();

  /** Takes what a member has ready, writes it at once and puts its messages on the wire. */
  process(id: string): void {
    this.begin(id);
    this.persist(id);
  }

  /** Takes what a member has ready; the disk still writes, so that promises stay behind. */
  begin(id: string): void {
    const raft = this.node(id);
    const ready = takeReady(raft);
    this.onReady(id, ready);
    this.wire.push(...ready.messages.map((message) => withPresentState(raft, message)));
    this.writing.set(id, ready);
    if (ready.snapshot === undefined) this.apply(id, ready);
  }

  /** The disk has finished. */
  persist(id: string): void {
    const raft = this.node(id);
    const ready = this.writing.get(id);
    if (ready === undefined) return;
    this.writing.delete(id);
    this.wire.push(...persisted(raft, ready));
    if (ready.snapshot !== undefined) this.apply(id, ready);
  }

  private apply(id: string, ready: Ready): void {
    const raft = this.node(id);
    if (ready.snapshot !== undefined) appliedTo(raft, ready.snapshot.index);
    const applied = this.applied.get(id) ?? [];
    for (const one of ready.committed) {
      applied.push(one);
      if (one.type === 'confChange') applyConfChange(raft, one.data as ConfChange);
    }
    this.applied.set(id, applied);
    this.reads.set(id, [...this.reads.get(id) ?? [], ...ready.readStates]);
    const last = ready.committed.at(-1);
    if (last !== undefined) appliedTo(raft, last.index);
  }

  /** Delivers the messages on the wire; returns those delivered. */
  deliver(to?: string): Message[] {
    const wanted = this.wire.filter((message) => to === undefined || message.to === to);
    this.wire = this.wire.filter((message) => !wanted.includes(message));
    const arrived = wanted.filter((message) => !this.drop(message) && this.nodes.has(message.to));
    for (const message of arrived) step(this.node(message.to), message);
    return arrived;
  }

  /** Until nobody has anything left to say. */
  settle(): void {
    for (let round = 0; round < 1000; round++) {
      let busy = false;
      for (const [id, raft] of this.nodes) {
        while (hasReady(raft)) {
          this.process(id);
          busy = true;
        }
      }
      if (this.wire.length > 0) busy = true;
      this.deliver();
      if (!busy) return;
    }
    throw new Error('the network does not come to rest');
  }

  send(id: string, message: Message): boolean {
    return step(this.node(id), message);
  }

  campaign(id: string): void {
    this.send(id, newMessage('MsgHup'));
    this.settle();
  }

  propose(id: string, ...data: unknown[]): boolean {
    const taken = this.send(id, newMessage('MsgProp', { entries: data.map((one) => newProposal(one)) }));
    this.settle();
    return taken;
  }

  change(id: string, change: ConfChange): void {
    this.send(id, newMessage('MsgProp', { entries: [newProposal(change, 0, 'confChange')] }));
    this.settle();
  }

  transfer(leader: string, to: string): void {
    this.send(leader, newMessage('MsgTransferLeader', { from: to }));
    this.settle();
  }

  tick(id: string, n: number): void {
    for (let i = 0; i < n; i++) {
      tick(this.node(id));
      this.settle();
    }
  }
}

/** Members that know each other and nothing else. */
export function network(size: number, config: Partial<RaftConfig> = {}): Network {
  const ids = Array.from({ length: size }, (_, i) => String(i + 1));
  return new Network(ids.map((id) => raftWith(id, ids, { config: { seed: Number(id), ...config } })));
}

/** Puts entries at the end of a member's log as if they had been there. */
export function fill(raft: Raft, terms: readonly number[]): void {
  const start = raft.log.last;
  appendEntries(raft.log, terms.map((term, i) => entry(start + i + 1, term, `e${start + i + 1}`)));
  raft.log.stable = raft.log.offered = raft.log.last;
}
