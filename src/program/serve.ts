/** `pilothouse serve`: a cluster for kubectl, helm and other real clients. */
import { openCluster } from '../cluster/cluster.ts';
import { serve, type Served } from '../serve/server.ts';
import { bootedWorld } from './booted.ts';
import { findTopology } from './clusters.ts';
import type { ProgramOptions } from './options.ts';
import { DEFAULT_SEED } from './seed.ts';

const LOOPBACK = '127.0.0.1';

const words = {
  en: { kubeconfig: 'KUBECONFIG', stop: 'Ctrl-C ends it', open: 'open to the network without https: whoever reaches it is the administrator' },
  ko: { kubeconfig: 'KUBECONFIG', stop: 'Ctrl-C로 끝내요', open: 'https 없이 네트워크에 열려 있어요: 닿는 누구나 관리자예요' },
} as const;

/** Serves until it is told to stop. Resolves with the exit code. */
export async function runServe(options: ProgramOptions): Promise<number> {
  const refuse = (problem: string): number => { process.stderr.write(`pilothouse serve: ${problem}\n`); return 2; };
  if (options.words.length > 1) return refuse(`expected no words, found "${String(options.words[1])}"`);
  const topology = findTopology(options.cluster === '' ? 'default' : options.cluster);
  if (!topology.ok) return refuse(topology.error);
  if (!topology.value.machines.some(machine => machine.role === 'control-plane')) return refuse(`the cluster "${topology.value.name}" has no API server to serve`);
  const seed = options.seed ?? DEFAULT_SEED;
  const booted = bootedWorld(topology.value, seed);
  const cluster = openCluster({ topology: topology.value, seed, ...(booted === undefined ? {} : { booted }) });
  let served: Served;
  try {
    const { port, listen, https, users, kubeconfig, speed } = options.serve;
    served = await serve({ cluster, speed, host: listen === '' ? LOOPBACK : listen, port, kubeconfig, secure: https ? { users } : undefined });
  } catch (error) {
    process.stderr.write(`pilothouse serve: ${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  }
  const text = words[options.lang];
  process.stdout.write(`${served.url}\n`);
  process.stderr.write(`${text.kubeconfig}=${served.kubeconfig}\n`);
  if (!options.serve.https && !['127.0.0.1', '::1', 'localhost'].includes(options.serve.listen || LOOPBACK)) process.stderr.write(`${text.open}\n`);
  if (process.stderr.isTTY) process.stderr.write(`${text.stop}\n`);
  await new Promise<void>((resolve) => { for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => { resolve(); }); });
  await served.close();
  return 0;
}
