import { deepFreeze } from '../../src/base/data.ts';
import { Cluster, pod, serviceAccount, callOf } from './harness.ts';
const clock = (): number => Number(process.hrtime.bigint()) / 1e6;
const members = Number(process.argv[2] ?? 3);
let at = clock();
const c = new Cluster({ members });
c.settle();
console.log('bootstrap', (clock() - at).toFixed(1), 'ms wall', c.kernel.events, 'events');
c.create(serviceAccount('default'));
const { spec } = pod('x') as { spec: object };
deepFreeze(spec);
function burst(count: number, prefix: string, round: number): number {
  at = clock();
  for (let i = 0; i < count; i += round) {
    let last = 0;
    for (let k = 0; k < round; k++) last = c.begin('create', 'Pod', 'default/', { body: deepFreeze({ apiVersion: 'v1', kind: 'Pod', metadata: { name: `${prefix}-${i + k}`, namespace: 'default', labels: { app: 'web' } }, spec }) });
    const a = c.answer(last);
    if (a.code !== 201) throw new Error(JSON.stringify(a));
  }
  return count / (clock() - at) * 1000;
}
for (let r = 0; r < 6; r++) console.log('create pods/s', Math.round(burst(5000, `p${r}`, 250)));
function gets(count: number): number {
  const call = callOf('get', 'Pod', 'default/p1-7', { options: { resourceVersion: '0' } });
  at = clock();
  let last = 0;
  for (let i = 0; i < count; i += 500) {
    for (let k = 0; k < 500; k++) last = c.send(call);
    c.answer(last);
    c.client.responses.clear();
  }
  return count / (clock() - at) * 1000;
}
for (let r = 0; r < 4; r++) console.log('get/s', Math.round(gets(100_000)));
at = clock();
for (let r = 0; r < 20; r++) c.list('Pod', 'default', { resourceVersion: '0' });
console.log('list of', c.list('Pod').items.length, 'ms', ((clock() - at) / 20).toFixed(2));
// 1,000 watchers
for (let i = 0; i < 1000; i++) c.send(callOf('watch', 'ConfigMap', 'default/', { options: { resourceVersion: '0' } }));
c.runSeconds(1);
at = clock();
let last = 0;
for (let i = 0; i < 2000; i++) last = c.create.length > 0 ? c.begin('create', 'ConfigMap', 'default/', { body: deepFreeze({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: `c${i}` } }) }) : 0;
c.answer(last);
c.runSeconds(1);
const delivered = [...c.client.watches.values()].reduce((sum, w) => sum + w.events.length, 0);
console.log('watch deliveries/s', Math.round(delivered / (clock() - at) * 1000), delivered);
