/** `pilothouse serve`: a cluster for kubectl, helm and other real clients. */
import { type Micros, micros, type Result, seconds } from '../base/data.ts';
import { formatTime, worldEpochSeconds } from '../api/time.ts';
import { type Cluster, openCluster } from '../cluster/cluster.ts';
import type { Topology } from '../cluster/topology.ts';
import type { SharedCluster } from '../serve/etcd/shared.ts';
import { newRoot, type Root } from '../serve/tls.ts';
import { serve, type Served } from '../serve/server.ts';
import { cannotWrite, reasonOf } from '../repl/file-errors.ts';
import { bootedWorld } from './booted.ts';
import { chosenTopology } from './clusters.ts';
import type { ProgramOptions } from './options.ts';
import { DEFAULT_SEED } from './seed.ts';

const LOOPBACK = '127.0.0.1';

const words = {
  en: { kubeconfig: 'KUBECONFIG', stop: 'Ctrl-C ends it', open: 'open to the network without https: whoever reaches it is the administrator' },
  ko: { kubeconfig: 'KUBECONFIG', stop: 'Ctrl-C로 끝내요', open: 'https 없이 네트워크에 열려 있어요: 닿는 누구나 관리자예요' },
} as const;

/** The machines were switched on this long before serving begins. */
const LEAD = seconds(60);

/**
 * The cluster to serve. Real clients compute ages by the clock of their machine, so the world's clock shows the same unless told otherwise. When it begins is an
 * input of the run like the seed: `--clock` with the time that was printed gives the same run again.
 */
function open(topology: Topology, { seed = DEFAULT_SEED, serve: { clock } }: ProgramOptions, root: Root | undefined): Cluster {
  const authority = root === undefined ? {} : { authority: root.certificate };
  if (clock === 'fixed' && root === undefined) {
    const booted = bootedWorld(topology, seed);
    return openCluster({ topology, seed, ...(booted === undefined ? {} : { booted }) });
  }
  const at = clock === 'now' ? thisSecond() : clock === 'fixed' ? LEAD : clock;
  const cluster = openCluster({ topology, seed, begins: micros(Math.max(0, at - LEAD)), ...authority });
  cluster.kernel.run({ until: at });
  return cluster;
}

/** A clock before the world's first instant is taken for broken. */
function thisSecond(): Micros {
  return micros(Math.max(0, Math.floor(Date.now() / 1000) - worldEpochSeconds) * 1_000_000);
}

/** Serves until it is told to stop. Resolves with the exit code. */
export async function runServe(options: ProgramOptions): Promise<number> {
  const refuse = (problem: string): number => { process.stderr.write(`pilothouse serve: ${problem}\n`); return 2; };
  if (options.words.length > 1) return refuse(`expected no words, found "${String(options.words[1])}"`);
  const topology = chosenTopology(options);
  if (!topology.ok) return refuse(topology.error);
  if (!topology.value.machines.some(machine => machine.role === 'control-plane')) return refuse(`the cluster "${topology.value.name}" has no API server to serve`);
  const tell = (line: string): void => { process.stderr.write(`pilothouse serve: ${line}\n`); };
  const shared = await openStore(options, topology.value, tell);
  if (shared !== undefined && !shared.ok) { tell(shared.error); return 1; }
  const store = shared?.value;
  const root = store?.root ?? (options.serve.https ? await newRoot() : undefined);
  const cluster = store?.cluster ?? open(topology.value, options, root);
  const opened = options.serve.clock === 'fixed' ? 'fixed' : formatTime(cluster.kernel.world.now);
  let served: Served;
  try {
    const { port, listen, https, users, kubeconfig, speed } = options.serve;
    served = await serve({ cluster, speed, host: listen === '' ? LOOPBACK : listen, port, kubeconfig, secure: https ? { users } : undefined, ...(root === undefined ? {} : { root }), ...(store === undefined ? {} : { outside: store.etcd, neighbours: store.neighbours }) });
  } catch (error) {
    tell(whyNot(error, options));
    await store?.close();
    return 1;
  }
  const exit = await untilEnded(store, served, { tell, ready: () => { announce(options, served, store === undefined ? opened : undefined); } });
  await served.close();
  await store?.close();
  return exit;
}

/** Why serving could not begin: the file or the port, and what is the matter with it. */
function whyNot(error: unknown, { serve: { port }, lang }: ProgramOptions): string {
  const { path, syscall } = error as NodeJS.ErrnoException;
  if (path !== undefined) return cannotWrite(path, error, lang);
  return syscall === 'listen' ? `--port ${port}: ${reasonOf(error, lang)}` : reasonOf(error, lang);
}

/** The real etcd that was asked for; undefined = none was. */
async function openStore({ serve: { etcd, speed }, lang }: ProgramOptions, topology: Topology, tell: (line: string) => void): Promise<Result<SharedCluster, string> | undefined> {
  if (etcd === undefined) return undefined;
  return (await import('../serve/etcd/shared.ts')).openShared({ topology, speed, etcd, lang, tell });
}

/** Says that it is ready, and waits for the end. Resolves with the exit code. */
function untilEnded(store: SharedCluster | undefined, served: Served, { tell, ready }: { readonly tell: (line: string) => void; readonly ready: () => void }): Promise<number> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => { resolve(0); });
    if (store === undefined) ready();
    else void store.begin(served, (why) => { tell(why); resolve(1); }).then(ready);
  });
}

/** `opened`: what repeats the run; undefined = nothing does. */
function announce(options: ProgramOptions, served: Served, opened: string | undefined): void {
  const text = words[options.lang];
  process.stdout.write(`${served.url}\n`);
  process.stderr.write(`${text.kubeconfig}=${served.kubeconfig}\n`);
  if (opened !== undefined) process.stderr.write(`--seed ${served.driver.cluster.seed} --clock ${opened}\n`);
  if (!options.serve.https && !['127.0.0.1', '::1', 'localhost'].includes(options.serve.listen || LOOPBACK)) process.stderr.write(`${text.open}\n`);
  if (process.stderr.isTTY) process.stderr.write(`${text.stop}\n`);
}
