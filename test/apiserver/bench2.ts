import { deepFreeze } from '../../src/base/data.ts';
import { Cluster, pod, serviceAccount } from './harness.ts';
const clock = (): number => Number(process.hrtime.bigint()) / 1e6;
const c = new Cluster({ members: Number(process.argv[2] ?? 3) });
c.settle();
c.create(serviceAccount('default'));
const { spec } = pod('x') as { spec: object };
deepFreeze(spec);
const owners = deepFreeze([{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web', uid: '6a2a1554-dbdc-44ba-84a7-0606cbe2d918', controller: true, blockOwnerDeletion: true }]);
for (let r = 0; r < 8; r++) {
  const at = clock();
  const cpu = process.cpuUsage();
  for (let i = 0; i < 5000; i += 250) {
    let last = 0;
    for (let k = 0; k < 250; k++) last = c.begin('create', 'Pod', 'default/', { body: deepFreeze({ apiVersion: 'v1', kind: 'Pod', metadata: { name: `p${r}-${i + k}`, namespace: 'default', labels: { app: 'web' }, ...(process.argv[3] === 'owned' ? { ownerReferences: owners } : {}) }, spec }) });
    c.answer(last);
  }
  const used = process.cpuUsage(cpu);
  console.log('create pods/s wall', Math.round(5000 / (clock() - at) * 1000), 'cpu', Math.round(5000 / (used.user + used.system) * 1e6));
}
