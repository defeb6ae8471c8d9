import { micros } from '../../../src/base/data.ts';
import { drawBelow, newStream } from '../../../src/base/prng.ts';
import type { EtcdServerMessage } from '../../../src/etcd/contract.ts';
import { checkCluster, newMemory } from '../../../src/etcd/invariants.ts';
import type { EtcdConfig, EtcdMember } from '../../../src/etcd/member-state.ts';
import { entryAt } from '../../../src/etcd/raft/log.ts';
import type { Entry } from '../../../src/etcd/raft/types.ts';
import { readRange } from '../../../src/etcd/mvcc/range.ts';
import { Cluster } from '../harness.ts';
import { checkHistory, checkLeases, PLAIN_KEYS } from './history.ts';
import { Load } from './load.ts';
import { Operator } from './operator.ts';
import { LEADER, planOf, TROUBLE } from './plan.ts';
import type { Trouble } from './plan.ts';
import { truthOf, versionAt } from './truth.ts';
import type { Truth } from './truth.ts';
import { Watches } from './watches.ts';

/**
 * A cluster under random load and random trouble, all from one seed. Invariants are looked at after every event; what clients and watches were told is checked
 * against the log at the end, when peace has come and everything has recovered.
 */
export interface SwarmResult {
  readonly seed: number;
  /** The first thing that went wrong. */
  readonly wrong: string | undefined;
  readonly troubles: readonly Trouble[];
  readonly events: number;
  /** Calls that were answered with what was asked for. */
  readonly done: number;
  readonly unknown: number;
  readonly leaders: number;
  readonly revision: number;
  readonly digest: string;
}

export interface SwarmOptions {
  /** Which of the plan's troubles to make; all when left out. */
  readonly only?: readonly number[];
  /** Families of faults drawn more often (see `planOf`). */
  readonly focus?: readonly string[];
  /** Troubles beside those of the plan, for clusters of at least three. */
  readonly also?: readonly Trouble[];
  readonly config?: Partial<EtcdConfig>;
}

/** Thorough checks read whole logs; every so many events is enough. */
const THOROUGH_EVERY = 250;
/** Events between two looks of the clients; a healthy cluster has some hundreds. */
const EVENTS_MAX = 50_000;
/** µs between two looks of the clients. */
const ROUND = 20_000;
/** µs that peace may take until everybody agrees again: the slowest recoveries wait for a supervisor and a snapshot. */
const PEACE_MAX = 60_000_000;

export function runSwarm(seed: number, options: SwarmOptions = {}): SwarmResult {
  const { size, config, troubles } = planOf(seed, options.focus);
  return new Swarm(seed, size, { ...config, ...options.config }).play(withMore(troubles.filter((_, i) => options.only?.includes(i) ?? true), size === 1 ? [] : options.also ?? []));
}

const withMore = (troubles: readonly Trouble[], more: readonly Trouble[]): readonly Trouble[] =>
  more.length === 0 ? troubles : [...troubles, ...more].sort((one, other) => one.at - other.at);

class Swarm {
  readonly #seed: number;
  /** How long a leader that is cut off may not notice, µs: it looks every election timeout whether a majority answered since the last look. */
  readonly #blindness: number;
  readonly #cluster: Cluster;
  readonly #memory = newMemory();
  readonly #draw: (bound: number) => number;
  readonly #load: Load;
  readonly #watches: Watches;
  readonly #operator: Operator;
  /** What leaders put at each index, the latest last: an entry committed in the very step in which its member died is found here. */
  readonly #appended = new Map<number, Entry>();
  #followed = { origin: '', term: 0, last: 0 };
  /** When an entry was first seen in a leader's log: entry → µs. */
  readonly #proposedAt = new Map<Entry, number>();
  #wrong: string | undefined;
  #looked = 0;
  #read = 0;

  constructor(seed: number, size: number, config: Partial<EtcdConfig>) {
    this.#seed = seed;
    this.#blindness = 2 * (config.electionTimeout ?? 1000) * 1000;
    this.#cluster = new Cluster({ seed, size, config, kernel: { afterEvent: () => { this.#look(); } } });
    this.#cluster.kernel.onRecord(({ type, process, fields }) => {
      const reason = String(fields['reason']);
      // A machine without its disk that took the old id again is told to commit what it does not have; so is etcd's, and gives up.
      if (/^tocommit/.test(reason) && this.#operator.replaces(String(process).split('/')[0] ?? '')) return;
      if (type === 'process.panicked' && !/^(failpoint: |failed to )/.test(reason)) this.#wrong ??= `${process} panicked: ${reason}`;
    });
    const stream = newStream(seed, 'swarm load');
    this.#draw = bound => drawBelow(stream, bound);
    const chance = { draw: this.#draw, pick: <T>(items: readonly T[]): T => items[this.#draw(items.length)] as T };
    this.#load = new Load(this.#cluster, chance);
    this.#watches = new Watches(this.#cluster, chance);
    this.#operator = new Operator(this.#cluster, config);
  }

  #look(): void {
    if (this.#wrong !== undefined) return;
    this.#looked += 1;
    this.#wrong = checkCluster(this.#cluster.members, this.#memory, this.#looked % THOROUGH_EVERY === 0);
    this.#follow();
  }

  #follow(): void {
    // One that was deposed and does not know it may lead beside the real one.
    let leader: EtcdMember | undefined;
    for (const member of this.#cluster.members) if (member.raft.role === 'leader' && member.raft.term > (leader?.raft.term ?? 0)) leader = member;
    if (leader === undefined) return;
    const { origin, raft: { log, term } } = leader;
    const seen = this.#followed;
    const isSame = seen.origin === origin && seen.term === term;
    for (let index = Math.max(isSame ? seen.last : 0, log.compacted) + 1; index <= log.last; index++) {
      const entry = entryAt(log, index);
      this.#appended.set(index, entry);
      if (!this.#proposedAt.has(entry)) this.#proposedAt.set(entry, this.#cluster.kernel.world.now);
    }
    this.#followed = { origin, term, last: log.last };
  }

  /** The whole committed log. */
  #committed(): ReadonlyMap<number, Entry> {
    const whole = new Map<number, Entry>();
    for (let index = 1; index <= Math.max(...this.#memory.committed.keys()); index++) {
      const entry = this.#memory.committed.get(index) ?? this.#appended.get(index);
      if (entry !== undefined) whole.set(index, entry);
    }
    return whole;
  }

  play(troubles: readonly Trouble[]): SwarmResult {
    try {
      this.#trouble(troubles);
      this.#peace();
      this.#wrong ??= this.#afterwards();
    } catch (error) {
      // An assertion of the product, or a model that cannot go on: a finding like any other.
      this.#wrong ??= error instanceof Error ? `${error.message} (${error.stack?.split('\n')[1]?.trim() ?? error.name})` : String(error);
    }
    const { calls } = this.#load;
    const { kernel } = this.#cluster;
    return {
      seed: this.#seed, wrong: this.#wrong, troubles, events: kernel.events, done: calls.filter(({ outcome }) => outcome === 'done').length,
      unknown: calls.filter(({ outcome }) => outcome === 'unknown').length, leaders: this.#memory.leaders.size,
      revision: this.#cluster.leader?.store.revision ?? 0, digest: kernel.digest,
    };
  }

  #trouble(troubles: readonly Trouble[]): void {
    const { kernel } = this.#cluster;
    const begin = kernel.world.now;
    const waiting = [...troubles];
    const lasting: { readonly fault: number; readonly until: number }[] = [];
    for (let at = 0; at < TROUBLE && this.#wrong === undefined; at += ROUND) {
      for (; (waiting[0]?.at ?? Infinity) <= at; waiting.shift()) {
        const { line, lasts } = waiting[0] as Trouble;
        const fault = this.#make(line);
        if (fault !== undefined) lasting.push({ fault, until: at + lasts });
      }
      for (const { fault } of lasting.filter(({ until }) => until <= at)) kernel.heal(fault);
      this.#round(begin + at + ROUND);
    }
  }

  #make(line: string): number | undefined {
    const leader = this.#cluster.leader?.settings.name ?? this.#cluster.names[0] ?? '';
    const known = new Set(this.#cluster.names);
    // A trouble may be written for more machines than this cluster has.
    const [kind = '', ...words] = line.replaceAll(LEADER, leader).split(' ').filter(word => !/^m\d+$/.test(word) || known.has(word));
    if (kind === 'operator') {
      this.#operator.begin(words[0] ?? '', words[1] ?? '');
      return undefined;
    }
    // Whoever leads may stand on both sides of a line that names the others.
    const separator = words.findIndex(word => word === '|' || word === '->');
    const [left, right] = separator < 0 ? [words, []] : [words.slice(0, separator), words.slice(separator)];
    const others = right.filter(word => !left.includes(word));
    return this.#cluster.fault(kind, ...left, ...(others.length > 1 ? others : []));
  }

  #round(until: number): void {
    this.#collect();
    this.#operator.work();
    const { serving } = this.#operator;
    this.#watches.tend(serving.filter(name => this.#cluster.member(name)?.status === 'running'));
    this.#load.ask(serving);
    this.#run(until);
  }

  #run(until: number): void {
    if (this.#wrong !== undefined) return;
    const stopped = this.#cluster.kernel.run({ until: micros(until), eventsMax: EVENTS_MAX, stop: () => this.#wrong !== undefined });
    if (stopped === 'events') this.#wrong = `more than ${EVENTS_MAX} events within a look of the clients: something feeds itself`;
  }

  #collect(): void {
    const { answers, lost } = this.#cluster.client;
    for (; this.#read < answers.length; this.#read++) {
      const answer = answers[this.#read] as EtcdServerMessage & { at: number };
      if (!this.#load.take(answer)) this.#watches.take(answer);
    }
    for (const peer of lost.splice(0)) {
      this.#load.lost(peer);
      this.#watches.lost(peer);
    }
    this.#load.expire(this.#cluster.kernel.world.now);
  }

  /** Everything is healed; the cluster gets the time it needs, and then a little more. */
  #peace(): void {
    const { kernel } = this.#cluster;
    const held = this.#operator;
    for (const { id, kind } of [...kernel.world.faults]) if (kind !== 'lost-disk') kernel.heal(id);
    const end = kernel.world.now + PEACE_MAX;
    let calm = 0;
    while (kernel.world.now < end && calm < 50 && this.#wrong === undefined) {
      this.#collect();
      held.work();
      this.#watches.tend(held.serving.filter(name => this.#cluster.member(name)?.status === 'running'), true);
      this.#run(kernel.world.now + 100_000);
      calm = held.isIdle && this.#disagreement() === undefined && this.#load.unanswered === 0 ? calm + 1 : 0;
    }
    for (const key of PLAIN_KEYS) for (const name of held.serving) this.#load.call(0, name, { request: { op: 'range', args: { key } } });
    this.#run(kernel.world.now + 3_000_000);
    this.#collect();
  }

  #disagreement(): string | undefined {
    const { leader, names } = this.#cluster;
    if (leader === undefined) return 'there is no leader after peace';
    for (const name of currentNames(leader, names)) {
      const member = this.#cluster.member(name);
      if (member === undefined) return `${name} does not run after peace`;
      const { log } = member.raft;
      if (log.applied !== leader.raft.log.applied || member.store.revision !== leader.store.revision) {
        return `${name} (${member.status}) has applied ${log.applied} after peace, the leader ${leader.raft.log.applied}`;
      }
    }
    return undefined;
  }

  #afterwards(): string | undefined {
    const wrong = checkCluster(this.#cluster.members, this.#memory, true) ?? this.#disagreement();
    if (wrong !== undefined) return wrong;
    if (!this.#operator.isIdle) return 'a change of membership never came to its end';
    if (this.#load.unanswered > 0) return `${this.#load.unanswered} requests were never answered in peace`;
    const committed = this.#committed();
    const truth = truthOf(committed);
    return this.#checkStores(truth) ?? checkHistory(this.#load.calls, truth) ?? this.#watches.check(truth, true)
      ?? checkLeases(this.#load.calls, truth, { proposedAt: index => this.#proposedAt.get(committed.get(index) as Entry) ?? 0, blindness: this.#blindness });
  }

  /** Every store holds what the log says. */
  #checkStores(truth: Truth): string | undefined {
    const { leader, members, names } = this.#cluster;
    const current = leader === undefined ? [] : currentNames(leader, names);
    for (const { settings, store } of members.filter(member => current.includes(member.settings.name))) {
      if (store.revision !== truth.revision) return `${settings.name} is at revision ${store.revision}, the log leads to ${truth.revision}`;
      const { kvs } = readRange(store, { key: '\0', rangeEnd: '\0' });
      for (const kv of kvs) {
        const due = versionAt(truth, kv.key, truth.revision);
        if (due?.value !== kv.value || due?.mod !== kv.modRevision) return `${settings.name} holds ${kv.key}=${String(kv.value)}, the log says ${due?.value ?? 'nothing'}`;
      }
      const live = new Set(truth.events.map(({ key }) => key).filter(key => versionAt(truth, key, truth.revision) !== undefined)).size;
      if (live !== kvs.length) return `${settings.name} holds ${kvs.length} keys, the log says ${live}`;
    }
    return undefined;
  }
}

/** Machines that are in the member list and run. */
const currentNames = (leader: EtcdMember, names: readonly string[]): readonly string[] =>
  names.filter(name => [...leader.members.values()].some(({ peerURLs }) => peerURLs.includes(`http://${name}:2380`)));
