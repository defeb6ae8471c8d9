import { assert } from '../../base/assert.ts';
import { entriesFrom, stableTo } from './log.ts';
import { hardStateOf } from './state.ts';
import type { Raft } from './state.ts';
import { step } from './step.ts';
import { newMessage, newProposal } from './types.ts';
import type { ConfChange, Entry, HardState, Message, ReadState, Snapshot, SoftState } from './types.ts';

/**
 * The way out: what the application must do now, as a value. It
 *
 * 1. sends `messages` (a leader's entries travel while its own disk still writes);
 * 2. writes `snapshot`, `entries` and `hardState` in one go, and calls `persisted` when they are durable;
 * 3. applies `committed`, calling `applyConfChange` for each configuration change, then `appliedTo`;
 * 4. answers reads in `readStates` once their index is applied.
 *
 * One Ready at a time: the next is taken after `persisted`. What arrives meanwhile travels in the next one.
 *
 * @source etcd-io/raft rawnode.go, node.go
 * @fidelity exact, but that answers which promise durability are held back here and not by the caller
 */
export interface Ready {
  readonly softState: SoftState | undefined;
  /** Present if it changed. */
  readonly hardState: HardState | undefined;
  readonly snapshot: Snapshot | undefined;
  readonly entries: readonly Entry[];
  readonly committed: readonly Entry[];
  readonly readStates: readonly ReadState[];
  readonly messages: readonly Message[];
  /** Given out by `persisted`. */
  readonly afterPersist: readonly Message[];
}

/** Entries applied from one Ready; the rest follow in the next. */
const COMMITTED_PER_READY_MAX = 4096;

function changedHardState(raft: Raft): HardState | undefined {
  const old = raft.reported.hardState;
  return old.term === raft.term && old.vote === raft.vote && old.commit === raft.log.committed
    ? undefined
    : hardStateOf(raft);
}

/** Whether `takeReady` would have something to say. */
export function hasReady(raft: Raft): boolean {
  const { log, reported } = raft;
  return raft.messages.length > 0 || raft.afterPersist.length > 0 || raft.readStates.length > 0
    || log.offered < log.last || log.pendingSnapshot !== undefined
    || (log.applying < log.committed && log.pendingSnapshot === undefined)
    || reported.leader !== raft.leader || reported.role !== raft.role || changedHardState(raft) !== undefined;
}

/** Takes what is to be done. */
export function takeReady(raft: Raft): Ready {
  const { log, reported } = raft;
  const hardState = changedHardState(raft);
  const soft = reported.leader !== raft.leader || reported.role !== raft.role;
  const snapshot = log.pendingSnapshot;
  const ready: Ready = {
    softState: soft ? { leader: raft.leader, role: raft.role } : undefined,
    hardState,
    snapshot,
    entries: entriesFrom(log, log.offered + 1, log.last - log.offered),
    // Behind a snapshot nothing can be applied before the snapshot is.
    committed: snapshot !== undefined ? [] :
      entriesFrom(log, log.applying + 1, Math.min(log.committed - log.applying, COMMITTED_PER_READY_MAX)),
    readStates: raft.readStates,
    messages: raft.messages,
    afterPersist: raft.afterPersist,
  };
  log.offered = log.last;
  log.applying = snapshot === undefined ? log.applying + ready.committed.length : snapshot.index;
  log.pendingSnapshot = undefined;
  raft.readStates = [];
  raft.messages = [];
  raft.afterPersist = [];
  if (hardState !== undefined) reported.hardState = hardState;
  reported.leader = raft.leader;
  reported.role = raft.role;
  return ready;
}

/** The Ready is durable: its promises may go out. Returns those for others; the own ones are taken in here. */
export function persisted(raft: Raft, ready: Ready): readonly Message[] {
  const last = ready.entries.at(-1);
  if (ready.snapshot !== undefined) stableTo(raft.log, ready.snapshot.index, ready.snapshot.term);
  if (last !== undefined) stableTo(raft.log, last.index, last.term);
  const others: Message[] = [];
  for (const message of ready.afterPersist) {
    if (message.to === raft.config.id) step(raft, message);
    else others.push(message);
  }
  return others;
}

/** The application holds the state up to here. */
export function appliedTo(raft: Raft, index: number): void {
  const { log } = raft;
  assert(index <= log.committed, 'raft: applied beyond the commit index');
  if (index <= log.applied) return;
  log.applied = index;
  if (raft.membership.autoLeave && index >= raft.pendingConfIndex && raft.role === 'leader') {
    const leave: ConfChange = { transition: 'auto', changes: [] };
    step(raft, newMessage('MsgProp', { entries: [newProposal(leave, 0, 'confChange')] }));
  }
}
