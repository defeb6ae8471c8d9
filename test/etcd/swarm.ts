import { drawBelow, newStream } from '../../src/base/prng.ts';
import type { EtcdRequest, EtcdServerMessage } from '../../src/etcd/contract.ts';
import { checkCluster, newMemory } from '../../src/etcd/invariants.ts';
import { memberOn } from '../../src/etcd/member.ts';
import type { EtcdConfig, EtcdMember } from '../../src/etcd/member-state.ts';
import { versionAt } from '../../src/etcd/mvcc/history.ts';
import { Cluster } from './harness.ts';
import { isLinearizable } from './linearizable.ts';
import type { Operation } from './linearizable.ts';

/** A cluster under random load and random faults, all from one seed. */

const KEYS = ['a', 'b', 'c'];
const CLIENTS = 4;
/** Seconds of trouble, then of peace in which everything must recover. */
const TROUBLE = 8;
const PEACE = 12;
/** Thorough checks read whole logs; every so many events is enough. */
const THOROUGH_EVERY = 250;

interface Flight { readonly key: string; readonly kind: 'read' | 'write'; readonly value: string | undefined; readonly start: number; readonly member: string; client: number }

export interface SwarmResult {
  readonly seed: number;
  readonly wrong: string | undefined;
  readonly events: number;
  readonly acknowledged: number;
  readonly unknown: number;
  readonly leaders: number;
  readonly digest: string;
}

export interface SwarmOptions { readonly config?: Partial<EtcdConfig>; readonly trouble?: number }

export function runSwarm(seed: number, options: SwarmOptions = {}): SwarmResult {
  const draws = newStream(seed, 'swarm');
  const draw = (bound: number): number => drawBelow(draws, bound);
  const pick = <T>(items: readonly T[]): T => items[draw(items.length)] as T;
  const memory = newMemory();
  let wrong: string | undefined;
  let looked = 0;
  const size = draw(3) === 0 ? 5 : 3;
  const config = { snapshotCount: 40, snapshotCatchupEntries: 10, ...options.config };
  const cluster: Cluster = new Cluster({
    seed, size, config,
    kernel: { afterEvent: () => {
      looked += 1;
      wrong ??= checkCluster(cluster.members, memory, looked % THOROUGH_EVERY === 0);
    } },
  });
  const { kernel } = cluster;
  const flights = new Map<number, Flight>();
  const history = new Map<string, Operation[]>(KEYS.map((key) => [key, []]));
  const idle = Array.from({ length: CLIENTS }, (_, i) => i);
  const watch = newWatchLog(cluster);
  let nextValue = 0;
  let read = 0;
  let unknown = 0;

  const end = (flight: Flight, known: { value: string | undefined; at: number } | undefined): void => {
    const { kind, key, start } = flight;
    idle.push(flight.client);
    if (known === undefined) unknown += 1;
    const value = known !== undefined && kind === 'read' ? known.value : flight.value;
    history.get(key)?.push({ kind, value, start, end: known?.at ?? Infinity });
  };

  const collect = (): void => {
    const { answers, lost } = cluster.client;
    for (; read < answers.length; read++) {
      const answer = answers[read] as EtcdServerMessage & { at: number };
      watch.take(answer);
      const flight = flights.get(answer.id);
      if (flight === undefined) continue;
      flights.delete(answer.id);
      const ok = answer.type === 'etcd.response';
      const body = ok ? answer.body as { kvs?: { value: string }[] } : {};
      end(flight, ok ? { value: body.kvs?.[0]?.value, at: answer.at } : undefined);
    }
    for (const peer of lost.splice(0)) {
      watch.lost(peer);
      for (const [id, flight] of flights) {
        if (memberOn(flight.member) !== peer) continue;
        flights.delete(id);
        end(flight, undefined);
      }
    }
  };

  const invoke = (client: number, member: string, key = pick(KEYS), kind: 'read' | 'write' = draw(3) === 0 ? 'read' : 'write'): void => {
    const value = kind === 'write' ? `v${++nextValue}` : undefined;
    const request: EtcdRequest = kind === 'write' ? { op: 'put', args: { key, value: value ?? '' } } : { op: 'range', args: { key } };
    flights.set(cluster.ask(member, request), { key, kind, value, start: kernel.world.now, member, client });
  };

  const rounds = (options.trouble ?? TROUBLE) * 20;
  for (let round = 0; round < rounds && wrong === undefined; round++) {
    collect();
    while (idle.length > 0 && draw(4) > 0) invoke(idle.pop() as number, pick(cluster.names));
    if (draw(8) === 0) trouble(cluster, { draw, pick });
    cluster.run(0.02 + draw(60) / 1000);
  }
  calm(cluster);
  cluster.run(PEACE);
  collect();
  for (const key of KEYS) {
    for (const name of cluster.names) invoke(0, name, key, 'read');
  }
  cluster.run(2);
  collect();
  const leaders = memory.leaders.size;
  wrong ??= checkCluster(cluster.members, memory, true) ?? afterwards(cluster, flights.size) ?? watch.wrong();
  // Of the writes without an answer, those that left no trace in the store did not happen.
  const written = new Set(historyOf(cluster.leader).map((line) => line.slice(line.indexOf(' ') + 1)));
  for (const [key, all] of history) {
    const ops = all.filter((op) => op.end !== Infinity || written.has(`${key}=${op.value}`));
    if (wrong === undefined && !isLinearizable(ops)) wrong = `the history of ${key} is not linearizable: ${JSON.stringify(ops)}`;
  }
  const acknowledged = [...history.values()].flat().filter((op) => op.end !== Infinity).length;
  return { seed, wrong, events: kernel.events, acknowledged, unknown, leaders, digest: kernel.digest };
}

type Chance = { draw: (bound: number) => number; pick: <T>(items: readonly T[]) => T };

/** Begins or ends some trouble. */
function trouble(cluster: Cluster, { draw, pick }: Chance): void {
  const { kernel, names } = cluster;
  const one = pick(names);
  const process = memberOn(one);
  const others = names.filter((name) => name !== one);
  const { faults } = kernel.world;
  const down = names.filter((name) => cluster.member(name) === undefined);
  // Mostly a minority is in trouble, or nothing would ever be decided.
  if (faults.length + down.length > (names.length - 1) / 2 + draw(2) || draw(4) === 0) {
    if (down.length > 0 && draw(2) === 0) kernel.restart(memberOn(pick(down)));
    else if (faults.length > 0) kernel.heal(pick(faults).id);
    return;
  }
  switch (draw(8)) {
    case 0: case 1: kernel.crash(process); return;
    // Half the time clients still reach the one that is cut off.
    case 2: cluster.fault('partition', one, ...(draw(2) === 0 ? [] : ['|', ...others])); return;
    case 3: cluster.fault('block', one, ...(draw(2) === 0 ? [] : ['->', ...others])); return;
    case 4: cluster.fault('drop', `${10 + draw(60)}%`, one); return;
    case 5: cluster.fault('delay', `${1 + draw(400)}ms`, one); return;
    case 6: cluster.fault('pause', one); return;
    default: cluster.fault('slow-disk', `${1 + draw(300)}ms`, one);
  }
}

function calm(cluster: Cluster): void {
  for (const { id } of [...cluster.kernel.world.faults]) cluster.kernel.heal(id);
  for (const name of cluster.names) cluster.kernel.restart(memberOn(name));
}

/** Peace has come: everybody runs, agrees, and has answered. */
function afterwards(cluster: Cluster, unanswered: number): string | undefined {
  const { leader, members } = cluster;
  if (leader === undefined || members.length < cluster.names.length) return 'there is no leader after peace';
  const behind = members.find(({ raft, store }) => raft.log.applied !== leader.raft.log.applied || store.revision !== leader.store.revision);
  if (behind !== undefined) return `${behind.settings.name} is at ${behind.raft.log.applied}, the leader at ${leader.raft.log.applied}`;
  return unanswered > 0 ? `${unanswered} requests were never answered` : undefined;
}

interface WatchLog { take(answer: EtcdServerMessage): void; lost(peer: string): void; wrong(): string | undefined }

/** One watch at each member, resumed where it broke off: together it must have heard everything once and in order. */
function newWatchLog(cluster: Cluster): WatchLog {
  const logs = cluster.names.map((name) => ({ name, id: 0, heard: [] as string[], revision: 1, open: false }));
  const open = (log: typeof logs[number]): void => {
    log.id = cluster.watch(log.name, { key: 'a', rangeEnd: 'z', startRevision: log.revision + 1 });
  };
  for (const log of logs) open(log);
  let failed: string | undefined;
  return {
    take(answer) {
      const log = logs.find(({ id }) => id === answer.id);
      if (log === undefined || answer.type !== 'etcd.watch') return;
      for (const { kv } of answer.events) {
        if (kv.modRevision <= log.revision) failed ??= `${log.name} told revision ${kv.modRevision} after ${log.revision}`;
        log.revision = kv.modRevision;
        log.heard.push(`${kv.modRevision} ${kv.key}=${String(kv.value)}`);
      }
    },
    lost(peer) {
      for (const log of logs) if (memberOn(log.name) === peer) open(log);
    },
    wrong() {
      const truth = historyOf(cluster.leader);
      for (const log of logs) {
        if (failed === undefined && log.heard.join() !== truth.slice(0, log.heard.length).join()) failed = `${log.name} told another history`;
      }
      return failed;
    },
  };
}

function historyOf(member: EtcdMember | undefined): string[] {
  if (member === undefined) return [];
  const { history } = member.store;
  return Array.from({ length: history.next }, (_, position) => versionAt(history, position))
    .flatMap((version) => version === undefined ? [] : [`${version.event.kv.modRevision} ${version.event.kv.key}=${String(version.event.kv.value)}`]);
}
