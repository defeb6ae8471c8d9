import { deepFreeze, type Micros, micros, type NodeName, processId, seconds } from '../base/data.ts';
import { newKernel } from '../cluster/cluster.ts';
import { parseTopology } from '../cluster/topology.ts';
import { lookAt } from '../cluster/view.ts';
import type { Pod } from '../api/kinds/all.ts';
import { defineSuite, spread } from './suite.ts';

const NODES = 5000;
const CONTROL_PLANES = 1;
const PODS = 10_000;
const DEPLOYMENTS = 10;
const REPETITIONS = 3;

/** Deployments to all pods Running, with the whole control plane, on thousands of nodes. */
export const converge = defineSuite({
  name: 'converge',
  summary: `${PODS} pods of ${DEPLOYMENTS} Deployments on ${NODES} nodes with kubelets to Running through the whole control plane (one API server, one etcd member), by wall time`,
  async run() {
    const rates: number[] = [];
    const memory: number[] = [];
    for (let i = 0; i < REPETITIONS; i++) {
      rates.push(once(i + 1));
      memory.push(process.memoryUsage().rss / 1_000_000);
    }
    return [`pods/s  ${spread(rates, '/s')}`, `memory  ${spread(memory, 'MB')}`];
  },
});

function once(seed: number): number {
  const topology = parseTopology({ name: 'converge', controlPlanes: CONTROL_PLANES, nodes: [{ name: 'node-{n}', count: NODES, images: ['nginx'], capacity: { cpu: '32', memory: '64Gi' } }] });
  if (!topology.ok) throw new Error(topology.error.join('\n'));
  const kernel = newKernel({ topology: topology.value, seed });
  const view = lookAt(kernel);
  until(() => readyNodes(view.list('Node')) >= NODES + CONTROL_PLANES, 300);
  kernel.spawn({
    id: processId('bench', 'loader'), kind: 'installer', node: 'bench' as NodeName,
    config: deepFreeze({ rest: { loadBalancer: processId('lb', 'haproxy'), servers: [], credential: { type: 'certificate', commonName: 'bench', organizations: ['system:masters'] }, userAgent: 'bench' }, manifests: Array.from({ length: DEPLOYMENTS }, (_, i) => deployment(i)) }),
  });
  const began = performance.now();
  until(() => (view.list('Pod', 'default') as readonly Pod[]).filter(pod => pod.status?.phase === 'Running').length >= PODS, 600);
  return (PODS / (performance.now() - began)) * 1000;

  function until(holds: () => boolean, limitSeconds: number): void {
    const limit = kernel.world.now + seconds(limitSeconds);
    for (let at = kernel.world.now; at < limit && !holds(); at = micros(at + 1_000_000) as Micros) kernel.run({ until: at });
    if (!holds()) throw new Error(`did not converge in ${limitSeconds} virtual seconds`);
  }
}

function readyNodes(nodes: readonly unknown[]): number {
  return nodes.filter(node => (node as { status?: { conditions?: { type: string; status: string }[] } }).status?.conditions?.some(condition => condition.type === 'Ready' && condition.status === 'True') === true).length;
}

function deployment(i: number): object {
  const labels = { app: `web-${i}` };
  return {
    apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: `web-${i}`, namespace: 'default' },
    spec: { replicas: PODS / DEPLOYMENTS, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers: [{ name: 'web', image: 'nginx', resources: { requests: { cpu: '100m', memory: '64Mi' } } }] } } },
  };
}
