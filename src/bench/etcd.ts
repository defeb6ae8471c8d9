import { deepFreeze, micros, type NodeName, type ProcessId, seconds } from '../base/data.ts';
import type { EtcdServerMessage } from '../etcd/contract.ts';
import { clusterOn, etcdMember } from '../etcd/member.ts';
import type { EtcdMember } from '../etcd/member-state.ts';
import { Kernel } from '../sim/kernel.ts';
import { defineProcess, type Outbox } from '../sim/process.ts';
import { measureReal, type RealFigures } from './real/figures.ts';
import { findEtcd } from './real/etcd.ts';
import { defineSuite, median, type Scale, spread } from './suite.ts';

const MEMBERS = ['cp-1', 'cp-2', 'cp-3'];
const VALUE = 'x'.repeat(256);

/** What is measured, and how often. */
export interface EtcdSizes {
  readonly clients: number; readonly puts: number; readonly watchers: number; readonly watchedPuts: number; readonly repetitions: number;
  readonly elections: number; readonly kills: number; readonly realPuts: number; readonly realWatchedPuts: number;
}
const SIZES: Readonly<Record<Scale, EtcdSizes>> = {
  full: { clients: 64, puts: 100_000, watchers: 1000, watchedPuts: 1000, repetitions: 5, elections: 100, kills: 11, realPuts: 15_000, realWatchedPuts: 200 },
  tiny: { clients: 4, puts: 200, watchers: 10, watchedPuts: 5, repetitions: 1, elections: 3, kills: 0, realPuts: 0, realWatchedPuts: 0 },
};

// ---- Load ------------------------------------------------------------------------------------------------------------

/** A client that puts again as soon as it is answered. */
const putter = defineProcess<{ count: number }, EtcdServerMessage, { readonly max: number }>({
  kind: 'putter', mailboxMax: 10,
  boot({ out }) { out.startTimer('begin', seconds(3)); return { count: 0 }; },
  step(state, input, out) {
    if (input.type === 'connectionLost') return;
    state.count++;
    put(`key-${state.count % 1000}`, state.count, out);
  },
});

/** A client that puts one key again and again, a given number of times. */
const writer = defineProcess<{ count: number; readonly max: number }, EtcdServerMessage, { readonly max: number }>({
  kind: 'writer', mailboxMax: 10,
  boot({ out, config }) { out.startTimer('begin', seconds(4)); return { count: 0, max: config.max }; },
  step(state, input, out) {
    if (input.type === 'connectionLost' || state.count >= state.max) return;
    state.count++;
    put('watched', state.count, out);
  },
});

function put(key: string, id: number, out: Outbox): void {
  out.send('cp-1/etcd' as ProcessId, deepFreeze({ type: 'etcd.request', id, request: { op: 'put', args: { key, value: VALUE } } }));
}

/** A client with many watches on one key, which counts what it hears. */
const watchers = defineProcess<{ heard: number; readonly count: number }, EtcdServerMessage, { readonly count: number }>({
  kind: 'watchers', mailboxMax: 1_000_000,
  boot({ out, config }) { out.startTimer('begin', seconds(3)); return { heard: 0, count: config.count }; },
  step(state, input, out) {
    if (input.type === 'timer') for (let id = 1; id <= state.count; id++) out.send('cp-1/etcd' as ProcessId, deepFreeze({ type: 'etcd.watchCreate', id, request: { key: 'watched' } }));
    if (input.type !== 'message') return;
    const { body } = input;
    if (body.type === 'etcd.watch') state.heard += body.events.length;
    if (body.type === 'etcd.watches') for (const { events } of body.watches) state.heard += events.length;
  },
});

function members(seed: number): Kernel {
  const kernel = new Kernel({ seed, kinds: [etcdMember, putter, writer, watchers] });
  for (const name of MEMBERS) kernel.spawn({ id: `${name}/etcd` as ProcessId, kind: 'etcd', node: name as NodeName, config: deepFreeze({ name, initialCluster: clusterOn(MEMBERS) }) });
  return kernel;
}

const member = (kernel: Kernel, name = 'cp-1'): EtcdMember | undefined => kernel.stateOf<EtcdMember>(`${name}/etcd`);

// ---- Measurements ----------------------------------------------------------------------------------------------------

/** Puts in a second of wall time. */
function putRate(seed: number, { clients, puts }: EtcdSizes): number {
  const kernel = members(seed);
  for (let i = 0; i < clients; i++) kernel.spawn({ id: `client-${i}/putter` as ProcessId, kind: 'putter', node: `client-${i}` as NodeName, config: deepFreeze({ max: 0 }) });
  kernel.run({ until: micros(2_900_000) });
  const began = performance.now();
  kernel.run({ stop: () => (member(kernel)?.store.revision ?? 0) > puts });
  return (puts / (performance.now() - began)) * 1000;
}

/** Events delivered to watchers in a second of wall time. */
function watchRate(seed: number, { watchers: count, watchedPuts }: EtcdSizes): number {
  const kernel = members(seed);
  kernel.spawn({ id: 'client/watchers' as ProcessId, kind: 'watchers', node: 'client' as NodeName, config: deepFreeze({ count }) });
  kernel.spawn({ id: 'writer/writer' as ProcessId, kind: 'writer', node: 'writer' as NodeName, config: deepFreeze({ max: watchedPuts }) });
  kernel.run({ until: micros(3_900_000) });
  const heard = (): number => kernel.stateOf<{ readonly heard: number }>('client/watchers')?.heard ?? 0;
  const began = performance.now();
  kernel.run({ stop: () => heard() >= count * watchedPuts });
  return (heard() / (performance.now() - began)) * 1000;
}

/** Virtual milliseconds from the death of the leader until another member knows a new one. */
function electionTime(seed: number): number {
  const kernel = members(seed);
  // Somewhere between two heartbeats, so that the seeds differ.
  kernel.run({ until: micros(5_000_000 + (seed * 7919) % 100_000) });
  const leader = MEMBERS.find((name) => member(kernel, name)?.raft.role === 'leader') ?? 'cp-1';
  const old = member(kernel, leader)?.id ?? '';
  const rest = MEMBERS.filter((name) => name !== leader);
  const began = kernel.world.now;
  kernel.crash(`${leader}/etcd`);
  const known = (name: string): boolean => { const to = member(kernel, name)?.raft.leader ?? ''; return to !== '' && to !== old; };
  kernel.run({ until: micros(began + 60_000_000), stop: () => rest.some(known) });
  return (kernel.world.now - began) / 1000;
}

const times = (count: number, measure: (i: number) => number): number[] => Array.from({ length: count }, (_, i) => measure(i + 1));
const ratio = (ours: number, real: number | undefined, must: string): string => (real === undefined ? '' : `  ${(ours / real).toFixed(1)} × (${must})`);

function report(name: string, ours: readonly number[], real: readonly number[] | undefined, unit: string, must: string): readonly string[] {
  const lines = [`${name.padEnd(10)} ours  ${spread(ours, unit)}`];
  if (real !== undefined) lines.push(`${''.padEnd(10)} real  ${spread(real, unit)}${ratio(median(ours), median(real), must)}`);
  return lines;
}

function reportElection(ours: readonly number[], real: readonly number[] | undefined): readonly string[] {
  const lines = report('election', ours, undefined, 'ms', '');
  if (real === undefined) return lines;
  const away = (median(ours) / median(real) - 1) * 100;
  return [...lines, `${''.padEnd(10)} real  ${spread(real, 'ms')}  ours is ${away >= 0 ? '+' : ''}${away.toFixed(0)} % (must: within 20 %)`];
}

/** Puts, watches and elections of three members on virtual time, beside three real ones in the same run where etcd is installed. */
export const etcd = defineSuite({
  name: 'etcd',
  summary: 'three members: puts of 256 bytes with 64 clients, events to 1000 watchers, a new leader after the old one was killed',
  async run(scale) {
    const sizes = SIZES[scale];
    // The first run of each is for the compiler.
    putRate(0, sizes);
    watchRate(0, sizes);
    const ours = { puts: times(sizes.repetitions, (i) => putRate(i, sizes)), watch: times(sizes.repetitions, (i) => watchRate(i, sizes)), elections: times(sizes.elections, electionTime) };
    const programs = scale === 'tiny' ? undefined : findEtcd();
    const real: RealFigures | undefined = programs === undefined ? undefined : await measureReal(programs, { ...sizes, watchedPuts: sizes.realWatchedPuts });
    return [
      ...report('puts/s', ours.puts, real?.puts, '/s', 'must: at least 10, aim 40'), ...report('events/s', ours.watch, real?.watch, '/s', 'must: at least 8'),
      ...reportElection(ours.elections, real?.elections),
      programs === undefined ? 'no real etcd in this run: the comparison is skipped (Debian: apt-get install etcd-server etcd-client)'
        : `real = etcd ${programs.version}, three members on loopback with their files in ${programs.folder}, the client is Node over HTTP/2`,
      'ours does no fsync and opens no sockets: its disks and its network are simulated in one process; election times are virtual',
    ];
  },
});
