/**
 * A cluster over a real etcd, shared with other pilothouse processes.
 *
 * Each process is a control plane of its own (the first `cp-1`, the next `cp-2`, …), as the machines of a highly available cluster are. A worker is
 * simulated by one process; when that one ends, another takes it over, and its pods start anew, as after a reboot.
 *
 * Logs and streams of a pod go on to the process that simulates its node. All processes share one authority: a certificate from one is good for all.
 *
 * @fidelity simplified: pods of one process do not reach Services whose pods run in another, and webhooks must run in the process that calls them
 */
import { randomInt } from 'node:crypto';
import type { IOptions } from 'etcd3';
import { micros, type Result } from '../../base/data.ts';
import { worldEpochSeconds } from '../../api/time.ts';
import { type Cluster, openOutsideCluster } from '../../cluster/cluster.ts';
import { planMachine } from '../../cluster/plan.ts';
import type { Machine, Topology } from '../../cluster/topology.ts';
import { OUTSIDE_ETCD } from '../../etcd/outside.ts';
import type { Pod } from '../../api/kinds/all.ts';
import type { ApiCall } from '../../api/wire.ts';
import type { ServerState } from '../../apiserver/state.ts';
import type { Driver } from '../driver.ts';
import type { Neighbours } from '../forward.ts';
import type { Served } from '../server.ts';
import type { Root } from '../tls.ts';
import { type SharedAuthority, sharedAuthority } from './authority.ts';
import { Claims } from './claims.ts';
import { type EtcdChoices, readEtcdChoices, sentenceOf } from './connection.ts';
import { RealEtcd } from './real-etcd.ts';

/** A cluster that is ready to be served. */
export interface SharedCluster {
  readonly cluster: Cluster;
  readonly etcd: RealEtcd;
  /** This process's control planes. */
  readonly controlPlanes: readonly string[];
  /** Begins to run machines. Resolves when the API server is ready. `ended`: somebody else has this process's own machines; it cannot go on. */
  begin(served: Served, ended: (why: string) => void): Promise<void>;
  readonly neighbours: Neighbours;
  /** The authority of all processes over the store. */
  readonly root: Root;
  close(): Promise<void>;
}

interface SharedOptions { readonly topology: Topology; readonly speed: number; readonly etcd: EtcdChoices; readonly lang: 'ko' | 'en'; readonly tell: (line: string) => void }

const words = {
  en: { here: 'runs here', elsewhere: 'runs in another process now', given: 'was given to another process; this one ends', lost: 'etcd is lost', back: 'etcd is back', passedOver: 'is passed over' },
  ko: { here: '이 프로세스에서 돌아요', elsewhere: '이제 다른 프로세스에서 돌아요', given: '다른 프로세스가 가져갔어요. 이 프로세스는 끝나요', lost: 'etcd와 연결이 끊겼어요', back: 'etcd와 다시 이어졌어요', passedOver: '읽을 수 없어 건너뛰어요' },
} as const;
export type StoreWords = typeof words[keyof typeof words];

/** Processes over one store. */
const PROCESSES_MAX = 100;
const READY_POLL_MS = 100;

/** Reaches etcd and finds this process's place. The error is a sentence for the user. */
export async function openShared({ topology, speed, etcd: choices, lang, tell }: SharedOptions): Promise<Result<SharedCluster, string>> {
  const library = readEtcdChoices(choices);
  if (!library.ok) return library;
  if (topology.cloud) return { ok: false, error: `the cluster "${topology.name}" has a simulated cloud, which processes cannot share; take another with --etcd-servers` };
  // An address instead of a name in a URL of https is no mistake; Node warns of it all the same, in the middle of ours.
  process.noDeprecation = true;
  const etcd = new RealEtcd({ library: library.value, prefix: choices.prefix, speed, words: words[lang], tell });
  try {
    await etcd.open();
    const authority = await sharedAuthority(library.value, choices.prefix);
    if (!authority.ok) { etcd.close(); return authority; }
    return { ok: true, value: await join(etcd, { topology, prefix: choices.prefix, library: library.value, words: words[lang], tell, authority: authority.value }) };
  } catch (error) {
    etcd.close();
    return { ok: false, error: `--etcd-servers ${choices.servers.join(',')}: no etcd answers there: ${sentenceOf(error)}` };
  }
}

interface Joining { readonly topology: Topology; readonly prefix: string; readonly library: IOptions; readonly words: StoreWords; readonly tell: (line: string) => void; readonly authority: SharedAuthority }

async function join(etcd: RealEtcd, { topology, prefix, library, words: text, tell, authority: { root, secret } }: Joining): Promise<SharedCluster> {
  const runs = new Map<string, number>();
  let driver: Driver | undefined;
  let ended: (why: string) => void = () => undefined;
  const own: string[] = [];
  const started = (machine: string): void => { if (driver !== undefined) startMachine(driver, seat, { machine, runs }); tell(`${machine} ${text.here}`); };
  const stopped = (machine: string): void => {
    if (own.includes(machine)) { ended(`${machine} ${text.given}`); return; }
    tell(`${machine} ${text.elsewhere}`);
    if (driver !== undefined) stopMachine(driver, { machine, runs });
  };
  const claims = new Claims({ library, prefix, started, stopped });
  const seat = await takeSeat(topology, claims);
  own.push(...seat.machines.filter(({ role }) => role === 'control-plane').map(({ name }) => name));
  // The clock is the real one, for the times in the store are read by others; the seed differs, so that no two processes draw the same names.
  const at = micros(Math.max(0, Date.now() * 1000 - worldEpochSeconds * 1_000_000));
  const cluster = openOutsideCluster({ topology: seat, seed: randomInt(0xffffffff), at, store: { etcd: OUTSIDE_ETCD, machines: own }, authority: root.certificate });
  etcd.join(cluster);
  return {
    cluster, etcd, controlPlanes: own, root,
    neighbours: { urlFor: call => whereIs(cluster, claims, { call, controlPlane: own[0] ?? '' }), authority: root.certificate, secret },
    async begin(served, whenEnded) {
      driver = served.driver;
      ended = whenEnded;
      await untilReady(driver);
      await claims.announce(served.url);
      claims.keep([...own, ...seat.machines.filter(({ role, kubelet }) => role !== 'control-plane' && kubelet).map(({ name }) => name)]);
    },
    async close() {
      await claims.close();
      etcd.close();
    },
  };
}

/** The topology with control planes that nobody else is: the n-th process counts on where the one before stopped. */
async function takeSeat(topology: Topology, claims: Claims): Promise<Topology> {
  const controlPlanes = topology.machines.filter(({ role }) => role === 'control-plane');
  for (let seat = 0; seat < PROCESSES_MAX; seat++) {
    const mine = new Map(controlPlanes.map((machine, i) => [machine, seat === 0 ? machine : renumbered(machine, seat * controlPlanes.length, { seat, place: i })]));
    const taken = await takeAll([...mine.values()], claims);
    if (taken) return { ...topology, machines: topology.machines.map(machine => mine.get(machine) ?? machine) };
  }
  throw new Error(`${PROCESSES_MAX} processes use this store already`);
}

async function takeAll(machines: readonly Machine[], claims: Claims): Promise<boolean> {
  for (const { name } of machines) if (!(await claims.take(name))) return false;
  return true;
}

/** `cp-1` → `cp-2`, with an address that no machine of a topology has. */
function renumbered(machine: Machine, by: number, { seat, place }: { readonly seat: number; readonly place: number }): Machine {
  const number = /\d+$/.exec(machine.name)?.[0] ?? '';
  const name = number === '' ? `${machine.name}-${by + 1}` : `${machine.name.slice(0, -number.length)}${Number(number) + by}`;
  return { ...machine, name, address: `10.9.${seat}.${11 + place}` };
}

/** Machine → number of the fault that keeps it off; 0 = it runs. */
type Runs = Map<string, number>;

function startMachine(driver: Driver, topology: Topology, { machine: name, runs }: { readonly machine: string; readonly runs: Runs }): void {
  const fault = runs.get(name);
  runs.set(name, 0);
  const machine = topology.machines.find(one => one.name === name);
  if (fault !== undefined && fault !== 0) driver.act({ type: 'heal', id: fault });
  else if (fault === undefined && machine !== undefined && machine.role !== 'control-plane') for (const spec of planMachine(topology, machine)) driver.act({ type: 'spawn', spec });
}

function stopMachine(driver: Driver, { machine, runs }: { readonly machine: string; readonly runs: Runs }): void {
  runs.set(machine, driver.act({ type: 'fault', kind: 'crash', args: { machine, processes: [] }, words: [machine] }));
}

/** The process that simulates the node which a call is about, or that of its pod. A Service is passed on from here, to the pods that are here. When etcd does not say, the API server here gives its own answer. */
async function whereIs(cluster: Cluster, claims: Claims, { call, controlPlane }: { readonly call: ApiCall; readonly controlPlane: string }): Promise<string | undefined> {
  const server = cluster.kernel.stateOf<ServerState>(`${controlPlane}/kube-apiserver`);
  const name = call.proxied === undefined ? call.name : call.name.split(':').at(/^https?:/.test(call.name) ? 1 : 0) ?? '';
  const pod = call.resource === 'pods' ? server?.caches.get('/pods')?.items.get(`/registry/pods/${call.namespace}/${name}`) as Pod | undefined : undefined;
  const node = call.resource === 'nodes' ? name : pod?.spec?.nodeName ?? '';
  if (node === '') return undefined;
  return claims.urlOf(node).catch(() => undefined);
}

/** Asks until the API server says that it is ready. */
async function untilReady(driver: Driver): Promise<void> {
  const call = { verb: 'get', group: '', version: '', resource: '', subresource: '', namespace: '', name: '', path: '/readyz' } as const;
  for (;;) {
    const code = await new Promise<number>((resolve) => {
      driver.send({ call, credential: { type: 'anonymous' }, userAgent: 'pilothouse' }, { response: (answered) => { resolve(answered); } });
    });
    if (code === 200) return;
    await new Promise((resolve) => { setTimeout(resolve, READY_POLL_MS); });
  }
}
