// What a program with the JavaScript client library does: run against a served cluster, its kubeconfig in $KUBECONFIG. Prints one line per thing tried.
import { setTimeout as sleep } from 'node:timers/promises';
import { PassThrough, Writable } from 'node:stream';
import { createServer, get as httpGet } from 'node:http';
import * as k8s from '@kubernetes/client-node';

const config = new k8s.KubeConfig();
config.loadFromDefault();
const core = config.makeApiClient(k8s.CoreV1Api);
const apps = config.makeApiClient(k8s.AppsV1Api);
const objects = k8s.KubernetesObjectApi.makeApiClient(config);
const namespace = 'default';

async function check(name, act) {
  try {
    const wrong = await Promise.race([act(), sleep(30_000, 'it took too long', { ref: false })]);
    console.log(wrong === undefined || wrong === true ? `ok ${name}` : `not ok ${name}: ${JSON.stringify(wrong)}`);
  } catch (error) {
    console.log(`not ok ${name}: ${String(error.body ?? error.message ?? error).slice(0, 300).replaceAll('\n', ' ')}`);
  }
}
const until = async (test) => { for (let i = 0; i < 200; i++) { if (await test()) return true; await sleep(50); } return 'never'; };
const sink = () => { const parts = []; const stream = new Writable({ write(part, _encoding, done) { parts.push(part); done(); } }); return { stream, text: () => Buffer.concat(parts).toString() }; };

await check('version', async () => (await config.makeApiClient(k8s.VersionApi).getCode()).gitVersion === 'v1.35.2');
await check('list nodes', async () => (await core.listNode()).items.length === 3);
await check('create without kind and apiVersion', async () => (await core.createNamespacedConfigMap({ namespace, body: { metadata: { name: 'a' }, data: { k: '1' } } })).metadata.namespace === namespace);
await check('read', async () => (await core.readNamespacedConfigMap({ namespace, name: 'a' })).data.k === '1');
await check('replace', async () => (await core.replaceNamespacedConfigMap({ namespace, name: 'a', body: { metadata: { name: 'a' }, data: { k: '2' } } })).data.k === '2');
await check('json patch by default', async () => (await core.patchNamespacedConfigMap({ namespace, name: 'a', body: [{ op: 'replace', path: '/data/k', value: '3' }] })).data.k === '3');
for (const [name, type] of [['merge patch', k8s.PatchStrategy.MergePatch], ['strategic patch', k8s.PatchStrategy.StrategicMergePatch], ['server-side apply', k8s.PatchStrategy.ServerSideApply]]) {
  await check(name, async () => {
    const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' }, data: { k: name } };
    const patched = await core.patchNamespacedConfigMap({ namespace, name: 'a', body, fieldManager: 'library', force: type === k8s.PatchStrategy.ServerSideApply ? true : undefined }, k8s.setHeaderOptions('Content-Type', type));
    return patched.data.k === name;
  });
}
await check('errors carry their code', async () => { try { await core.readNamespacedPod({ namespace, name: 'nope' }); return 'no error'; } catch (error) { return error.code === 404 ? undefined : error.code; } });
await check('object api create', async () => (await objects.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'o', namespace }, data: {} })).metadata.uid !== undefined);
await check('object api patch', async () => (await objects.patch({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'o', namespace }, data: { x: 'y' } })).data.x === 'y');
await check('object api apply', async () => {
  const spec = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'o', namespace }, data: { z: '1' } };
  const applied = await objects.patch(spec, undefined, undefined, 'operator', true, k8s.PatchStrategy.ServerSideApply);
  const entry = applied.metadata.managedFields.find(({ manager }) => manager === 'operator');
  return applied.data.x === 'y' && applied.data.z === '1' && entry?.operation === 'Apply';
});
await check('object api apply in conflict', async () => {
  const spec = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'o', namespace }, data: { z: '2' } };
  try { await objects.patch(spec, undefined, undefined, 'other', false, k8s.PatchStrategy.ServerSideApply); return 'no conflict'; } catch (error) { return error.code === 409 && JSON.parse(error.body).details.causes[0].field === '.data.z'; }
});
await check('object api list and read', async () => (await objects.list('v1', 'ConfigMap', namespace)).items.some(({ metadata }) => metadata.name === 'o') && (await objects.read({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'o', namespace } })).data.z === '1');
await check('a dry run changes nothing', async () => { await core.createNamespacedConfigMap({ namespace, body: { metadata: { name: 'dry' } }, dryRun: 'All' }); try { await core.readNamespacedConfigMap({ namespace, name: 'dry' }); return 'it is there'; } catch (error) { return error.code === 404; } });
await check('pages', async () => {
  const first = await core.listNamespacedConfigMap({ namespace, limit: 1 });
  const second = await core.listNamespacedConfigMap({ namespace, limit: 500, _continue: first.metadata._continue });
  return first.items.length === 1 && second.items.length === first.metadata.remainingItemCount;
});
await check('object api delete', async () => { await objects.delete({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'o', namespace } }); });
await check('deployment', async () => {
  const labels = { app: 'web' };
  await apps.createNamespacedDeployment({ namespace, body: { metadata: { name: 'web' }, spec: { replicas: 2, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers: [{ name: 'c', image: 'nginx' }] } } } } });
  return until(async () => (await apps.readNamespacedDeployment({ namespace, name: 'web' })).status?.readyReplicas === 2);
});
await check('informer', async () => {
  const seenNames = new Set();
  const deleted = new Set();
  const informer = k8s.makeInformer(config, '/api/v1/namespaces/default/configmaps', () => core.listNamespacedConfigMap({ namespace }));
  informer.on('add', object => seenNames.add(object.metadata.name));
  informer.on('delete', object => deleted.add(object.metadata.name));
  await informer.start();
  await core.createNamespacedConfigMap({ namespace, body: { metadata: { name: 'seen' } } });
  const added = await until(() => seenNames.has('seen'));
  await core.deleteNamespacedConfigMap({ namespace, name: 'seen' });
  const gone = await until(() => deleted.has('seen'));
  await informer.stop();
  return added === true && gone === true;
});
await check('an informer begins anew after its watch broke', async () => {
  const seen = [];
  const informer = k8s.makeInformer(config, '/api/v1/namespaces/default/configmaps', () => core.listNamespacedConfigMap({ namespace, labelSelector: 'app=again' }), 'app=again');
  let broken = 0;
  informer.on('add', object => seen.push(object.metadata.name));
  informer.on('error', () => { broken++; void informer.start(); });
  await informer.start();
  await core.createNamespacedConfigMap({ namespace, body: { metadata: { name: 'before', labels: { app: 'again' } } } });
  const first = await until(() => seen.includes('before'));
  await informer.stop();
  await core.createNamespacedConfigMap({ namespace, body: { metadata: { name: 'between', labels: { app: 'again' } } } });
  await informer.start();
  await core.createNamespacedConfigMap({ namespace, body: { metadata: { name: 'after', labels: { app: 'again' } } } });
  const last = await until(() => seen.includes('between') && seen.includes('after'));
  const cached = informer.list(namespace).map(({ metadata }) => metadata.name).sort().join();
  await informer.stop();
  return first === true && last === true && cached === 'after,before,between' ? undefined : { first, last, cached, broken, seen };
});
await check('a watch that is aborted ends with its reason, one that is over without', async () => {
  const ends = [];
  const request = await new k8s.Watch(config).watch('/api/v1/namespaces/default/configmaps', {}, () => undefined, reason => ends.push(reason?.name ?? 'over'));
  request.abort();
  const aborted = await until(() => ends.length === 1);
  await new k8s.Watch(config).watch('/api/v1/namespaces/default/configmaps', { timeoutSeconds: 1 }, () => undefined, reason => ends.push(reason?.name ?? 'over'));
  const over = await until(() => ends.length === 2);
  return aborted === true && over === true && ends[0] === 'AbortError' ? undefined : ends;
});
await check('watch', async () => {
  const events = [];
  const request = await new k8s.Watch(config).watch('/api/v1/namespaces/default/configmaps', { allowWatchBookmarks: true }, (type, object) => events.push([type, object.metadata?.name]), () => undefined);
  const found = await until(() => events.some(([type, name]) => type === 'ADDED' && name === 'a'));
  request.abort();
  return found;
});
const pods = async () => (await core.listNamespacedPod({ namespace, labelSelector: 'app=web' })).items;
const [pod] = await pods();
const podName = pod?.metadata?.name ?? 'none';
await check('exec', async () => {
  const out = sink();
  const status = await new Promise((resolve, reject) => { new k8s.Exec(config).exec(namespace, podName, 'c', ['sh', '-c', 'echo out; exit 4'], out.stream, sink().stream, null, false, resolve).catch(reject); });
  return out.text() === 'out\n' && status.details?.causes?.[0]?.message === '4' ? undefined : { text: out.text(), status };
});
await check('exec with input', async () => {
  const out = sink();
  const input = new PassThrough();
  const done = new Promise((resolve, reject) => { new k8s.Exec(config).exec(namespace, podName, 'c', ['head', '-n', '1'], out.stream, null, input, false, resolve).catch(reject); });
  input.write('한 줄\n');
  input.end();
  await Promise.race([done, sleep(3000)]);
  return out.text() === '한 줄\n' ? undefined : out.text();
});
await check('log', async () => {
  const out = new PassThrough();
  let text = '';
  out.on('data', (part) => { text += part; });
  await new k8s.Log(config).log(namespace, podName, 'c', out, { follow: false, tailLines: 2, pretty: true, timestamps: false });
  return until(() => text.includes('worker process'));
});
await check('a followed log can be let go', async () => {
  const out = new PassThrough();
  let text = '';
  out.on('data', (part) => { text += part; });
  const request = await new k8s.Log(config).log(namespace, podName, 'c', out, { follow: true, limitBytes: 1_000_000, timestamps: true });
  const found = await until(() => /^2026-01-01T\S+Z /.test(text));
  request.abort();
  return found;
});
await check('attach', async () => {
  const out = sink();
  const socket = await new k8s.Attach(config).attach(namespace, podName, 'c', out.stream, null, null, false);
  await sleep(200);
  socket.close();
  return socket.protocol === 'v5.channel.k8s.io' || socket.protocol;
});
await check('copies to a pod and back', async () => {
  const { mkdtempSync, writeFileSync, readFileSync, mkdirSync } = await import('node:fs');
  const { join } = await import('node:path');
  const { tmpdir } = await import('node:os');
  const place = mkdtempSync(join(tmpdir(), 'pilothouse-copies-'));
  writeFileSync(join(place, 'note.txt'), 'kept\n');
  const copies = new k8s.Cp(config);
  const run = async (command) => { const out = sink(); await new Promise((resolve, reject) => { new k8s.Exec(config).exec(namespace, podName, 'c', command, out.stream, null, null, false, resolve).catch(reject); }); return out.text(); };
  await copies.cpToPod(namespace, podName, 'c', 'note.txt', '/tmp', place);
  const there = await until(async () => await run(['cat', '/tmp/note.txt']) === 'kept\n');
  mkdirSync(join(place, 'back'));
  await copies.cpFromPod(namespace, podName, 'c', 'note.txt', join(place, 'back'), '/tmp');
  const back = await until(() => { try { return readFileSync(join(place, 'back', 'note.txt'), 'utf8') === 'kept\n'; } catch { return false; } });
  return there === true && back === true ? undefined : { there, back };
});
await check('port-forward', async () => {
  const forward = new k8s.PortForward(config);
  const server = createServer();
  server.removeAllListeners('request');
  const net = await import('node:net');
  const listener = net.createServer((socket) => { void forward.portForward(namespace, podName, [80], socket, null, socket); });
  await new Promise((resolve) => { listener.listen(0, '127.0.0.1', resolve); });
  const page = await new Promise((resolve, reject) => { httpGet({ port: listener.address().port, host: '127.0.0.1', agent: false }, (response) => { let text = ''; response.on('data', (part) => { text += part; }); response.on('end', () => { resolve(text); }); }).on('error', reject); });
  listener.close();
  return page.includes('Welcome to nginx!') ? undefined : page;
});
await check('health', async () => { const cluster = config.getCurrentCluster(); const { Health } = k8s; return await new Health(config).readyz({}) === true && cluster !== null; });
await check('delete without a body', async () => { await apps.deleteNamespacedDeployment({ namespace, name: 'web' }); return until(async () => (await pods()).length === 0); });
await check('delete with options in the query', async () => { await core.deleteNamespacedConfigMap({ namespace, name: 'a', propagationPolicy: 'Background', gracePeriodSeconds: 0 }); });
await check('metrics', async () => { const metrics = await new k8s.Metrics(config).getNodeMetrics(); return metrics.items.length === 3; });
process.exit(0);
