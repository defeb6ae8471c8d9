import { deepFreeze, type Micros, micros, type NodeName, processId, seconds } from '../base/data.ts';
import { newKernel } from '../cluster/cluster.ts';
import { parseTopology } from '../cluster/topology.ts';
import { lookAt } from '../cluster/view.ts';
import type { Pod } from '../api/kinds/all.ts';
import { defineSuite, type Scale, spread } from './suite.ts';

const CONTROL_PLANES = 1;
const DEPLOYMENTS = 10;

interface Sizes { readonly nodes: number; readonly pods: number; readonly repetitions: number }
const SIZES: Readonly<Record<Scale, Sizes>> = { full: { nodes: 5000, pods: 10_000, repetitions: 3 }, tiny: { nodes: 3, pods: 20, repetitions: 1 } };

/** Deployments to all pods Running, with the whole control plane, on thousands of nodes. */
export const converge = defineSuite({
  name: 'converge',
  summary: `${SIZES.full.pods} pods of ${DEPLOYMENTS} Deployments on ${SIZES.full.nodes} nodes with kubelets to Running through the whole control plane (one API server, one etcd member), by wall time`,
  async run(scale) {
    const rates: number[] = [];
    const memory: number[] = [];
    for (let i = 0; i < SIZES[scale].repetitions; i++) {
      rates.push(once(i + 1, SIZES[scale]));
      memory.push(process.memoryUsage().rss / 1_000_000);
    }
    return [`pods/s  ${spread(rates, '/s')}`, `memory  ${spread(memory, 'MB')}`];
  },
});

function once(seed: number, { nodes, pods }: Sizes): number {
  const topology = parseTopology({ name: 'converge', controlPlanes: CONTROL_PLANES, nodes: [{ name: 'node-{n}', count: nodes, images: ['nginx'], capacity: { cpu: '32', memory: '64Gi' } }] });
  if (!topology.ok) throw new Error(topology.error.join('\n'));
  const kernel = newKernel({ topology: topology.value, seed });
  const view = lookAt(kernel);
  until(() => readyNodes(view.list('Node')) >= nodes + CONTROL_PLANES, 300);
  kernel.spawn({
    id: processId('bench', 'loader'), kind: 'installer', node: 'bench' as NodeName,
    config: deepFreeze({ rest: { loadBalancer: processId('lb', 'haproxy'), servers: [], credential: { type: 'certificate', commonName: 'bench', organizations: ['system:masters'] }, userAgent: 'bench' }, manifests: Array.from({ length: DEPLOYMENTS }, (_, i) => deployment(i, pods / DEPLOYMENTS)) }),
  });
  const began = performance.now();
  until(() => (view.list('Pod', 'default') as readonly Pod[]).filter(pod => pod.status?.phase === 'Running').length >= pods, 600);
  return (pods / (performance.now() - began)) * 1000;

  function until(holds: () => boolean, limitSeconds: number): void {
    const limit = kernel.world.now + seconds(limitSeconds);
    for (let at = kernel.world.now; at < limit && !holds(); at = micros(at + 1_000_000) as Micros) kernel.run({ until: at });
    if (!holds()) throw new Error(`did not converge in ${limitSeconds} virtual seconds`);
  }
}

function readyNodes(nodes: readonly unknown[]): number {
  return nodes.filter(node => (node as { status?: { conditions?: { type: string; status: string }[] } }).status?.conditions?.some(condition => condition.type === 'Ready' && condition.status === 'True') === true).length;
}

function deployment(i: number, replicas: number): object {
  const labels = { app: `web-${i}` };
  return {
    apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: `web-${i}`, namespace: 'default' },
    spec: { replicas, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers: [{ name: 'web', image: 'nginx', resources: { requests: { cpu: '100m', memory: '64Mi' } } }] } } },
  };
}
