/** The same measurements on a real cluster of three members. */
import { type EtcdPrograms, RealCluster } from './etcd.ts';
import { GrpcConnection } from './grpc.ts';

export interface RealSizes {
  readonly clients: number; readonly realPuts: number; readonly watchers: number; readonly watchedPuts: number; readonly repetitions: number; readonly kills: number;
}
/** Puts and events in a second; milliseconds to a new leader. */
export interface RealFigures { readonly puts: readonly number[]; readonly watch: readonly number[]; readonly elections: readonly number[] }

const VALUE = 'x'.repeat(256);
/** Connections that the clients share. */
const CONNECTIONS = 16;
/** How often a survivor is asked for its leader. */
const LOOK_EVERY_MS = 5;
/** Before the next kill: the cluster is whole again, and some way between two heartbeats. */
const CALM_MS = 300;

const pause = (ms: number): Promise<void> => new Promise((done) => { setTimeout(done, ms); });

/** Starts a cluster, measures, and stops it. */
export async function measureReal(programs: EtcdPrograms, sizes: RealSizes): Promise<RealFigures> {
  const cluster = await RealCluster.start(programs, 3);
  try {
    const leader = await cluster.untilLed();
    await putRate(leader.clientPort, sizes, 1);
    const puts: number[] = [];
    const watch: number[] = [];
    for (let i = 0; i < sizes.repetitions; i++) puts.push(await putRate(leader.clientPort, sizes, sizes.realPuts));
    for (let i = 0; i < sizes.repetitions; i++) watch.push(await watchRate(leader.clientPort, sizes));
    const elections: number[] = [];
    for (let i = 0; i < sizes.kills; i++) elections.push(await electionTime(cluster, i));
    return { puts, watch, elections };
  } finally {
    cluster.stop();
  }
}

/** So many clients, each with one put at a time. */
async function putRate(port: number, { clients }: RealSizes, count: number): Promise<number> {
  const connections = Array.from({ length: Math.min(CONNECTIONS, clients) }, () => new GrpcConnection(port));
  let left = count;
  const began = performance.now();
  await Promise.all(Array.from({ length: clients }, async (_, i) => {
    const connection = connections[i % connections.length];
    while (left > 0 && connection !== undefined) await connection.put(`key-${left-- % 1000}`, VALUE);
  }));
  const rate = (count / (performance.now() - began)) * 1000;
  for (const connection of connections) connection.close();
  return rate;
}

/** One writer, many watches on its key. */
async function watchRate(port: number, { watchers, watchedPuts }: RealSizes): Promise<number> {
  const [reader, writer] = [new GrpcConnection(port), new GrpcConnection(port)];
  let heard = 0;
  let all: () => void = () => undefined;
  const done = new Promise<void>((resolve) => { all = resolve; });
  await reader.watch('watched', watchers, (events) => { heard += events; if (heard >= watchers * watchedPuts) all(); });
  const began = performance.now();
  for (let i = 0; i < watchedPuts; i++) await writer.put('watched', VALUE);
  await done;
  const rate = (heard / (performance.now() - began)) * 1000;
  reader.close();
  writer.close();
  return rate;
}

/** Kills the leader and asks the others until one of them names a new one. */
async function electionTime(cluster: RealCluster, i: number): Promise<number> {
  const leader = await cluster.untilLed();
  await pause(CALM_MS + (i * 37) % 100);
  const ids = new Set<string>(['', '0', String((await cluster.call('maintenance/status', {}, leader))['leader'])]);
  const began = performance.now();
  cluster.kill(leader);
  for (;;) {
    const named = await Promise.all(cluster.running.map(async (member) => String((await cluster.call('maintenance/status', {}, member))['leader'] ?? '')));
    if (named.some((id) => !ids.has(id))) break;
    await pause(LOOK_EVERY_MS);
  }
  const took = performance.now() - began;
  cluster.run(leader);
  await cluster.untilLed();
  return took;
}
