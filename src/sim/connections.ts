import type { ProcessId } from '../base/data.ts';
import { CONNECTION_TIMEOUT, planLatency, RESET_AFTER_HEAL } from './network.ts';
import { KERNEL, type Link, NOT_LINKED, type ProcessRecord, type QueueItem, type World } from './world.ts';

/** What connections need of the kernel. */
export interface ConnectionPorts {
  readonly world: World;
  indexOf(id: ProcessId): number | undefined;
  own(index: number): ProcessRecord;
  push(at: number, target: number, item: QueueItem): number;
}

/** The name of a pair of processes, whichever comes first. */
export function pairKey(a: number, b: number): string {
  return a < b ? `${a},${b}` : `${b},${a}`;
}

const isLinked = (from: ProcessRecord, to: ProcessRecord): boolean => (from.links.get(to.id)?.at ?? NOT_LINKED) !== NOT_LINKED;

/** How connections end: at once when the other end is gone, after a time-out when nothing gets through. */
export class Connections {
  readonly #ports: ConnectionPorts;

  constructor(ports: ConnectionPorts) {
    this.#ports = ports;
  }

  /** The way from a process to another; undefined = there is no such process. */
  linkTo(from: ProcessRecord, to: ProcessId): Link | undefined {
    const known = from.links.get(to);
    if (known !== undefined) return known;
    const index = this.#ports.indexOf(to);
    if (index === undefined) return undefined;
    const link = { index, at: NOT_LINKED };
    from.links.set(to, link);
    return link;
  }

  /** A message could not travel: the connection is dead, and both ends learn it at their time-outs. */
  stall(a: number, b: number): void {
    const { world } = this.#ports;
    const pair = pairKey(a, b);
    if (world.broken.has(pair)) return;
    const resetAt = world.now + CONNECTION_TIMEOUT;
    world.broken.set(pair, { a: Math.min(a, b), b: Math.max(a, b), resetAt });
    this.#ports.push(resetAt, KERNEL, { type: 'reset', pair });
  }

  /** The time-out of a stalled connection has come. */
  reset(pair: string): void {
    const { world } = this.#ports;
    const state = world.broken.get(pair);
    if (state === undefined || state.resetAt !== world.now) return;
    world.broken.delete(pair);
    this.#tellLost(state.a, state.b);
    this.#tellLost(state.b, state.a);
  }

  #tellLost(index: number, peer: number): void {
    const { world } = this.#ports;
    const process = this.#ports.own(index);
    const { id } = world.processes[peer] as ProcessRecord;
    process.links.delete(id);
    if (process.status === 'crashed') return;
    this.#ports.push(world.now, index, { type: 'connectionLost', peer: id });
  }

  /** Nobody listens at the other end: the sender is told at once. */
  refuse(from: ProcessId, target: ProcessRecord): void {
    const { world } = this.#ports;
    const index = this.#ports.indexOf(from);
    if (index === undefined) return;
    if (world.machinesDown.includes(target.node)) { this.stall(index, target.index); return; }
    this.#ports.own(index).links.delete(target.id);
    this.#ports.push(world.now + planLatency(false, 0), index, { type: 'connectionLost', peer: target.id });
  }

  /** Breaks every connection of a process that stopped. */
  breakAll(process: ProcessRecord, silent: boolean): void {
    for (const peer of this.#ports.world.processes) {
      if (peer.index === process.index || (!isLinked(peer, process) && !isLinked(process, peer))) continue;
      if (silent) { this.stall(process.index, peer.index); continue; }
      this.#tellLost(peer.index, process.index);
    }
    process.links = new Map();
  }

  /** Connections of the process's earlier life are no obstacle for new ones: the peer learns of the end at its next word (a reset). */
  forgetBroken(index: number): void {
    const { world } = this.#ports;
    for (const [pair, { a, b }] of world.broken) {
      if (a !== index && b !== index) continue;
      world.broken.delete(pair);
      this.#tellLost(a === index ? b : a, index);
    }
  }

  /** A fault was healed: stalled connections are reset by the next retransmission. */
  healed(): void {
    const { world } = this.#ports;
    for (const [pair, state] of world.broken) {
      state.resetAt = world.now + RESET_AFTER_HEAL;
      this.#ports.push(state.resetAt, KERNEL, { type: 'reset', pair });
    }
  }
}
