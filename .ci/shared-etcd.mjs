// Two `pilothouse serve` over one real etcd (Debian: etcd-server, etcd-client; another folder: ETCD_BIN=FOLDER), driven with the real kubectl: both see the same
// cluster, one of them leads, etcd and processes are killed with -9 and come back. Prints passed/total. `node .ci/shared-etcd.mjs [WORD…]` runs the parts whose name has a word.
import 'reflect-metadata';
import * as x509 from '@peculiar/x509';
import { spawn, spawnSync } from 'node:child_process';
import { webcrypto } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { folder, install } from './client-programs.mjs';
import { findEtcd } from '../dist/src/bench/real/etcd.js';
import { newAuthority } from '../dist/src/serve/tls.js';

const main = join(fileURLToPath(import.meta.url), '..', '..', 'dist', 'bin', 'main.js');
const programs = findEtcd();
if (programs === undefined) {
  console.log('# shared etcd: no etcd is installed, so serve --etcd-servers is not tried (Debian: apt-get install etcd-server etcd-client)');
  process.exit(0);
}
install();
const place = mkdtempSync(join(tmpdir(), 'pilothouse-shared-'));
const words = process.argv.slice(2);
const totals = { passed: 0, failed: 0 };
const children = new Set();

function check(name, isRight, seen) {
  if (isRight) { totals.passed++; return; }
  totals.failed++;
  console.log(`not ok ${name}: ${typeof seen === 'string' ? seen.slice(0, 1500) : JSON.stringify(seen)?.slice(0, 1500)}`);
}
const sleep = ms => new Promise((resolve) => { setTimeout(resolve, ms); });

/** Looks again and again until it is so. Returns what was seen last. */
async function until(look, isRight, ms = 20_000) {
  const end = performance.now() + ms;
  for (;;) {
    const seen = await look();
    if (isRight(seen) || performance.now() > end) return seen;
    await sleep(150);
  }
}

// ---- Programs --------------------------------------------------------------------------------------------------------------

async function freePort() {
  const server = createServer();
  await new Promise((done) => { server.listen(0, '127.0.0.1', done); });
  const { port } = server.address();
  await new Promise((done) => { server.close(done); });
  return port;
}

function start(file, args, env = {}) {
  const child = spawn(file, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  children.add(child);
  const running = { child, stdout: '', stderr: '', exit: undefined };
  child.stdout.on('data', (part) => { running.stdout += part; });
  child.stderr.on('data', (part) => { running.stderr += part; });
  running.ended = new Promise((resolve) => { child.on('close', (code, signal) => { children.delete(child); running.exit = code ?? signal; resolve(); }); });
  return running;
}

/** One etcd that can die and come back with what it had. */
async function newEtcd(name, extra = [], scheme = 'http') {
  const [client, peer] = [await freePort(), await freePort()];
  const url = `${scheme}://127.0.0.1:${client}`;
  const args = ['--name', name, '--data-dir', join(place, name), '--listen-client-urls', url, '--advertise-client-urls', url, '--listen-peer-urls', `http://127.0.0.1:${peer}`,
    '--initial-advertise-peer-urls', `http://127.0.0.1:${peer}`, '--initial-cluster', `${name}=http://127.0.0.1:${peer}`, ...extra];
  const etcd = { url, running: undefined };
  etcd.start = () => { etcd.running = start(programs.etcd, args, { ETCD_UNSUPPORTED_ARCH: process.arch }); };
  etcd.kill = async () => { etcd.running.child.kill('SIGKILL'); await etcd.running.ended; };
  etcd.ctl = (...words) => spawnSync(programs.etcdctl, ['--endpoints', url, ...words], { encoding: 'utf8', env: { ...process.env, ETCDCTL_API: '3' } }).stdout;
  etcd.start();
  return etcd;
}

/** A process that serves, with a kubectl of its own. */
async function newServe(name, etcd, extra = []) {
  const kubeconfig = join(place, `${name}.kubeconfig`);
  const running = start(process.execPath, [main, 'serve', '--etcd-servers', etcd.url, '--kubeconfig', kubeconfig, '--speed', '4', '--lang', 'en', ...extra]);
  await until(() => running, ({ stdout, exit }) => stdout.includes('http') || exit !== undefined, 60_000);
  const url = running.stdout.trim();
  const env = { ...process.env, KUBECONFIG: kubeconfig, KUBECACHEDIR: join(place, `cache-${url.replace(/\D/g, '')}`), HOME: place };
  const kubectl = (line, stdin = '') => new Promise((resolve) => {
    const child = spawn('bash', ['-c', `timeout 40 ${join(folder, 'kubectl')} ${line}`], { env });
    let out = '';
    child.stdout.on('data', (part) => { out += part; });
    child.stderr.on('data', (part) => { out += part; });
    child.on('close', (code) => { resolve({ exit: code, out }); });
    child.stdin.on('error', () => undefined);
    child.stdin.end(stdin);
  });
  return {
    running, url, kubectl, env,
    watch: line => start('bash', ['-c', `exec ${join(folder, 'kubectl')} ${line}`], env),
    end: async (signal) => { running.child.kill(signal); await running.ended; return running.exit; },
  };
}

const get = async (url) => { const response = await fetch(url); return { code: response.status, body: await response.json() }; };
const map = (name, data) => JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'default' }, data });

// ---- Parts -----------------------------------------------------------------------------------------------------------------

async function oneCluster({ a, b, etcd }) {
  const nodes = await until(() => b.kubectl('get nodes --no-headers'), ({ out }) => (out.match(/ Ready /g) ?? []).length === 4);
  check('both are control planes of one cluster, and each worker runs once', /^cp-1 .*\ncp-2 .*\nworker-1 .*\nworker-2 /.test(nodes.out) && !nodes.out.includes('NotReady'), nodes.out);
  const watch = b.watch('get pods -w --output-watch-events');
  await sleep(500);
  const made = await a.kubectl('create deployment web --image=nginx --replicas=2');
  check('created through the one', made.exit === 0, made.out);
  const rollout = await b.kubectl('rollout status deployment web --timeout=35s');
  check('rolled out through the other', /successfully rolled out/.test(rollout.out), rollout.out);
  const told = await until(() => watch.stdout, text => (text.match(/MODIFIED +web-\S+ +1\/1 +Running/g) ?? []).length >= 2);
  check('a watch of the other sees what the first does', /ADDED +web-/.test(told) && /1\/1 +Running/.test(told), told);
  watch.child.kill();
  const [key, value] = etcd.ctl('get', '/registry/pods/default/', '--prefix', '--limit=1').split('\n');
  const pod = (() => { try { return JSON.parse(value); } catch { return {}; } })();
  check('the store holds JSON under the usual keys', key.startsWith('/registry/pods/default/web-') && pod.kind === 'Pod' && pod.metadata?.resourceVersion === undefined, value);
  const stored = JSON.parse(etcd.ctl('get', key, '-w', 'json')).kvs[0];
  const shown = (await get(`${b.url}/api/v1/namespaces/default/pods/${pod.metadata?.name}`)).body;
  check('the resource version is the revision of the store', shown.metadata?.resourceVersion === String(stored.mod_revision), { shown: shown.metadata?.resourceVersion, stored: stored.mod_revision });
  const leases = await a.kubectl('get leases -n kube-system -o custom-columns=N:.metadata.name,H:.spec.holderIdentity --no-headers');
  check('one of them leads', /kube-controller-manager +cp-[12]_/.test(leases.out) && /kube-scheduler +cp-[12]_/.test(leases.out), leases.out);
  check('each API server is known', (leases.out.match(/^apiserver-/gm) ?? []).length === 2, leases.out);
  const endpoints = await until(() => a.kubectl("get endpoints kubernetes -o jsonpath='{.subsets[0].addresses[*].ip}'"), ({ out }) => out.includes(' '));
  check('the Service kubernetes has both', endpoints.out.endsWith('10.0.0.11 10.9.1.11'), endpoints.out);
  for (const [name, serve] of [['a', a], ['b', b]]) {
    const logs = await serve.kubectl(`logs ${pod.metadata?.name}`);
    const ran = await serve.kubectl(`exec ${pod.metadata?.name} -- hostname`);
    check(`logs and exec through ${name}`, logs.exit === 0 && ran.out.trim() === pod.metadata?.name, logs.out + ran.out);
  }
}

async function reading({ a, b, etcd }) {
  for (const name of ['p1', 'p2', 'p3']) await a.kubectl('create -f -', map(name, { k: name }));
  const maps = `/api/v1/namespaces/default/configmaps`;
  const first = await get(`${a.url}${maps}?limit=2`);
  await b.kubectl('create -f -', map('p4', {}));
  const rest = await get(`${b.url}${maps}?limit=500&continue=${first.body.metadata.continue}`);
  const names = [...first.body.items, ...rest.body.items ?? []].map(({ metadata }) => metadata.name).join();
  check('a list begun at the one is continued at the other, as of its beginning', names === 'kube-root-ca.crt,p1,p2,p3', names);
  const made = await a.kubectl("create configmap fresh -o jsonpath='{.metadata.resourceVersion}'");
  const seen = await b.kubectl('get configmap fresh -o name');
  const listed = await get(`${b.url}${maps}?resourceVersion=${made.out}`);
  check('what was written is read at once through the other', seen.out.trim() === 'configmap/fresh' && listed.body.items?.some(({ metadata }) => metadata.name === 'fresh'), seen.out);
  const old = (await get(`${b.url}${maps}/fresh`)).body;
  await a.kubectl("patch configmap fresh -p '{\"data\":{\"x\":\"1\"}}'");
  const conflict = await b.kubectl('replace -f -', JSON.stringify({ ...old, data: { y: '2' } }));
  check('who writes over a change of the other is refused', /the object has been modified; please apply your changes to the latest version/.test(conflict.out), conflict.out);
  const many = await Promise.all(Array.from({ length: 20 }, (_, i) => (i % 2 === 0 ? a : b).kubectl(`annotate configmap fresh n${i}=x`)));
  const annotations = (await get(`${a.url}${maps}/fresh`)).body.metadata.annotations;
  check('nothing is lost when both write the same object', many.every(({ exit }) => exit === 0) && Object.keys(annotations ?? {}).length === 20, annotations);
  const [event] = etcd.ctl('get', '/registry/events/default/', '--prefix', '--keys-only', '--limit=1').split('\n');
  const lease = BigInt(/"lease":(\d+)/.exec(etcd.ctl('get', event, '-w', 'json'))?.[1] ?? 0).toString(16);
  const ttl = Number(/TTL\((\d+)s\)/.exec(etcd.ctl('lease', 'timetolive', lease))?.[1]);
  check('events expire by a lease of etcd, an hour of the cluster\'s time', ttl > 800 && ttl <= 1000, { lease, ttl });
}

async function byHand({ a, b, etcd }) {
  const watch = b.watch('get configmaps -w --output-watch-events');
  await until(() => watch.stdout, text => text.includes('kube-root-ca.crt'));
  etcd.ctl('put', '/registry/configmaps/default/hand', JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'hand', namespace: 'default', uid: 'u-1', creationTimestamp: '2026-02-01T00:00:00Z' }, data: { by: 'hand' } }));
  check('etcdctl put is seen', (await until(() => a.kubectl("get configmap hand -o jsonpath='{.data.by}'"), ({ out }) => out === 'hand')).out === 'hand', 'nothing');
  etcd.ctl('put', '/registry/configmaps/default/odd', 'no json');
  const listed = await a.kubectl('get configmaps -o name');
  check('what is no object is passed over', listed.exit === 0 && listed.out.includes('configmap/hand') && !listed.out.includes('odd'), listed.out);
  check('and named', (await until(() => a.running.stderr, text => text.includes('configmaps/default/odd'))).includes('/registry/configmaps/default/odd (revision'), a.running.stderr);
  etcd.ctl('del', '/registry/configmaps/default/odd');
  etcd.ctl('del', '/registry/configmaps/default/hand');
  const told = await until(() => watch.stdout, text => text.includes('DELETED'));
  check('etcdctl put and del reach watches', /ADDED +hand/.test(told) && /DELETED +hand/.test(told), told);
  watch.child.kill();
  const revision = JSON.parse(etcd.ctl('get', 'x', '-w', 'json')).header.revision;
  etcd.ctl('compact', String(revision));
  const made = await a.kubectl('create configmap behind-compaction');
  check('compaction by somebody else is no obstacle', made.exit === 0 && (await b.kubectl('get configmap behind-compaction')).exit === 0, made.out);
}

async function etcdDies({ a, b, etcd }) {
  const watch = b.watch('get configmaps -w --output-watch-events');
  await until(() => watch.stdout, text => text.includes('kube-root-ca.crt'));
  await etcd.kill();
  const failed = await until(() => a.kubectl('create configmap lost --request-timeout=20s'), ({ exit }) => exit !== 0);
  check('without etcd a write fails with a clear error', failed.exit === 1 && /connection refused|Unavailable|etcdserver|Timeout/.test(failed.out), failed.out);
  const ready = await until(async () => (await fetch(`${a.url}/readyz?verbose`)).text(), text => text.includes('[-]etcd failed'));
  check('and /readyz names it', ready.includes('[-]etcd failed'), ready);
  check('and the program says so', a.running.stderr.includes('etcd is lost'), a.running.stderr);
  etcd.start();
  const back = await until(() => a.kubectl('get configmap lost fresh p1 --ignore-not-found -o name'), ({ exit }) => exit === 0, 30_000);
  check('it is found again', back.out.includes('configmap/fresh'), back.out);
  check('writes go on', (await until(() => b.kubectl('create configmap again --dry-run=client -o yaml | kubectl apply -f -'.replace('kubectl apply', `${join(folder, 'kubectl')} apply`)), ({ exit }) => exit === 0)).exit === 0, 'no');
  const told = await until(() => watch.stdout, text => /ADDED +again/.test(text));
  check('a watch from before goes on', /ADDED +again/.test(told) && watch.exit === undefined, told);
  watch.child.kill();
}

async function processDies(seat) {
  const { b, etcd } = seat;
  check('SIGKILL', await seat.a.end('SIGKILL') === 'SIGKILL', 'it ended otherwise');
  const leases = await until(() => b.kubectl('get leases -n kube-system -o custom-columns=N:.metadata.name,H:.spec.holderIdentity --no-headers'), ({ out }) => /controller-manager +cp-2_/.test(out) && /scheduler +cp-2_/.test(out), 40_000);
  check('the other leads', /controller-manager +cp-2_/.test(leases.out) && /scheduler +cp-2_/.test(leases.out), leases.out);
  check('the other takes the workers over', (await until(() => b.running.stderr, text => text.includes('worker-2 runs here'))).includes('worker-1 runs here'), b.running.stderr);
  await b.kubectl('scale deployment web --replicas=3');
  const rollout = await b.kubectl('rollout status deployment web --timeout=35s');
  const pods = await b.kubectl('get pods --no-headers');
  check('and the pods run', /successfully/.test(rollout.out) && (pods.out.match(/1\/1 +Running/g) ?? []).length === 3, rollout.out + pods.out);
  seat.a = await newServe('a', etcd);
  const found = await seat.a.kubectl('get deployment web -o jsonpath={.spec.replicas}');
  check('started again it finds everything', found.out === '3', found.out);
  check('as the machine that it was', (await seat.a.kubectl('get lease -n kube-system -o name')).exit === 0 && /cp-1/.test(etcd.ctl('get', '/pilothouse/registry/machines/', '--prefix', '--keys-only')), 'no cp-1');
  check('SIGTERM ends it cleanly', await b.end('SIGTERM') === 0, b.running.exit);
  const held = await until(() => etcd.ctl('get', '/pilothouse/registry/machines/', '--prefix'), text => !text.includes('cp-2') && text.includes('worker-1'), 10_000);
  check('and its machines are free at once', !held.includes('cp-2') && held.includes(`"pid":${seat.a.running.child.pid}`), held);
}

async function secured() {
  const { certificate, serverCertificate, serverKey, users } = await newAuthority('127.0.0.1', []);
  const file = (name, text) => { writeFileSync(join(place, name), text); return join(place, name); };
  const [ca, crt, key] = [file('ca.crt', certificate), file('server.crt', serverCertificate), file('server.key', serverKey)];
  const etcd = await newEtcd('secure', ['--cert-file', crt, '--key-file', key, '--trusted-ca-file', ca, '--client-cert-auth'], 'https');
  const [clientCrt, clientKey] = [file('client.crt', users[0].certificate), file('client.key', users[0].key)];
  await sleep(1500);
  const refused = spawnSync(process.execPath, [main, 'serve', '--etcd-servers', etcd.url, '--etcd-cafile', ca], { encoding: 'utf8', timeout: 20_000 });
  check('without a client certificate etcd refuses, and the program says so in a line', refused.status === 1 && refused.stderr.trim().split('\n').length === 1 && refused.stderr.includes('no etcd answers there'), refused.stderr);
  const serve = await newServe('secure', etcd, ['--etcd-cafile', ca, '--etcd-certfile', clientCrt, '--etcd-keyfile', clientKey, '--etcd-prefix', '/teams/blue']);
  const made = await serve.kubectl('create configmap over-tls');
  const keys = spawnSync(programs.etcdctl, ['--endpoints', etcd.url, '--cacert', ca, '--cert', clientCrt, '--key', clientKey, 'get', '/', '--prefix', '--keys-only'], { encoding: 'utf8', env: { ...process.env, ETCDCTL_API: '3' } }).stdout;
  check('https with certificates, below a prefix of its own', made.exit === 0 && keys.includes('/teams/blue/configmaps/default/over-tls') && !keys.includes('\n/registry/'), made.out + serve.running.stderr);
  await serve.end('SIGTERM');
  await etcd.kill();
}

/** Two processes with https share an authority: a user of the one is a user of the other, and requests that are passed on stay those of who asked. */
async function overHttps() {
  const etcd = await newEtcd('https');
  const a = await newServe('https-a', etcd, ['--https', '--user', 'alice']);
  const b = await newServe('https-b', etcd, ['--https']);
  const nodes = await until(() => b.kubectl('get nodes --no-headers'), ({ out }) => (out.match(/ Ready /g) ?? []).length === 4, 40_000);
  check('https: one cluster', (nodes.out.match(/ Ready /g) ?? []).length === 4, nodes.out);
  await a.kubectl('create deployment web --image=nginx --replicas=2');
  const rollout = await b.kubectl('rollout status deployment web --timeout=35s');
  check('https: rolled out through the other', /successfully/.test(rollout.out), rollout.out);
  const [pod] = (await a.kubectl("get pods -o jsonpath='{.items[*].metadata.name}'")).out.split(' ');
  for (const [name, serve] of [['a', a], ['b', b]]) {
    const [logs, ran] = [await serve.kubectl(`logs ${pod}`), await serve.kubectl(`exec ${pod} -- hostname`)];
    check(`https: logs and exec through ${name}`, logs.exit === 0 && ran.out.trim() === pod, logs.out + ran.out);
  }
  const there = await a.kubectl(`--server=${b.url} auth whoami -o jsonpath='{.status.userInfo.username}'`);
  check("https: the one's certificates are good for the other", there.out === 'kubernetes-admin', there.out);
  const alice = await until(() => a.kubectl(`--context alice --server=${b.url} exec ${pod} -- hostname`), ({ out }) => out.includes('cannot'));
  check('https: who may not, may not there either', /User "alice" cannot (get|create) resource "pods(\/exec)?"/.test(alice.out), alice.out);
  await a.kubectl('create role shell --verb=get,create --resource=pods,pods/exec');
  await a.kubectl('create rolebinding shell --role=shell --user=alice');
  for (const [name, serve] of [['a', a], ['b', b]]) {
    const ran = await until(() => a.kubectl(`--context alice --server=${serve.url} exec ${pod} -- hostname`), ({ exit }) => exit === 0);
    check(`https: and who may, may (${name})`, ran.out.trim() === pod, ran.out);
    const refused = await a.kubectl(`--context alice --server=${serve.url} logs ${pod}`);
    check(`https: but nothing more (${name})`, /User "alice" cannot get resource "pods\/log"/.test(refused.out), refused.out);
  }
  const token = (await a.kubectl('create token default')).out.trim();
  const anonymous = `--kubeconfig=/dev/null --server=${b.url} --insecure-skip-tls-verify`;
  const who = await b.kubectl(`${anonymous} --token=${token} auth whoami -o jsonpath='{.status.userInfo.username}'`);
  check('https: a token of the one is good for the other', who.out === 'system:serviceaccount:default:default', who.out);
  const forged = await b.kubectl(`${anonymous} --token=x get pods`);
  check('https: a wrong token is not', forged.exit === 1 && /Unauthorized|provide credentials/.test(forged.out), forged.out);
  const asAdmin = Buffer.from(JSON.stringify({ type: 'certificate', commonName: 'x', organizations: ['system:masters'] })).toString('base64url');
  const curl = spawnSync('curl', ['-sk', '-H', 'x-pilothouse-forwarded: 1', '-H', `x-pilothouse-identity: ${asAdmin}`, `${b.url}/api/v1/nodes`], { encoding: 'utf8' }).stdout;
  check('https: nobody passes for one of the processes', JSON.parse(curl).code === 401, curl);
  await signed({ a, b });
  const plain = await newServe('https-c', etcd);
  const ran = await until(() => plain.kubectl(`exec ${pod} -- hostname`), ({ exit }) => exit === 0);
  check('a process without https passes on to those with it', ran.out.trim() === pod, ran.out);
  for (const serve of [a, b]) check('https: a clean end', await serve.end('SIGTERM') === 0, serve.running.stderr);
  const [moved] = (await until(() => plain.kubectl("get pods --field-selector=status.phase=Running -o jsonpath='{.items[*].metadata.name}'"), ({ out }) => out !== '')).out.split(' ');
  const left = await until(() => plain.kubectl(`exec ${moved} -- hostname`), ({ exit }) => exit === 0, 40_000);
  check('and takes over from them', left.out.trim() === moved, left.out);
  etcd.ctl('put', '/pilothouse/registry/authority', '{}');
  const spoiled = spawnSync(process.execPath, [main, 'serve', '--https', '--etcd-servers', etcd.url, '--lang', 'en'], { encoding: 'utf8', timeout: 20_000 });
  check('an authority that is none is named', spoiled.status === 1 && spoiled.stderr.trim().split('\n').length === 1 && spoiled.stderr.includes('the key /pilothouse/registry/authority of etcd holds no authority'), spoiled.stderr);
  await plain.end('SIGTERM');
  await etcd.kill();
}

/** A certificate asked for through the one process signs in at the other. */
async function signed({ a, b }) {
  const [key, crt] = ['carol.key', 'carol.crt'].map(name => join(place, name));
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  x509.cryptoProvider.set(webcrypto);
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const request = Buffer.from((await x509.Pkcs10CertificateRequestGenerator.create({ name: [{ CN: ['carol'] }, { O: ['team'] }], keys, signingAlgorithm: algorithm })).toString('pem')).toString('base64');
  writeFileSync(key, `-----BEGIN PRIVATE KEY-----\n${Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64')}\n-----END PRIVATE KEY-----\n`);
  await a.kubectl('create -f -', JSON.stringify({ apiVersion: 'certificates.k8s.io/v1', kind: 'CertificateSigningRequest', metadata: { name: 'carol' }, spec: { request, signerName: 'kubernetes.io/kube-apiserver-client', usages: ['client auth'] } }));
  await b.kubectl('certificate approve carol');
  const issued = await until(() => a.kubectl("get csr carol -o jsonpath='{.status.certificate}'"), ({ out }) => out.length > 100);
  writeFileSync(crt, Buffer.from(issued.out, 'base64'));
  for (const [name, serve] of [['a', a], ['b', b]]) {
    const who = await serve.kubectl(`--kubeconfig=/dev/null --server=${serve.url} --insecure-skip-tls-verify --client-certificate=${crt} --client-key=${key} auth whoami -o jsonpath='{.status.userInfo.username} {.status.userInfo.groups[0]}'`);
    check(`a certificate that the cluster signed signs in at ${name}`, who.out === 'carol team', who.out + issued.out.slice(0, 80));
  }
}

function refusals() {
  const file = join(place, 'absent.pem');
  const cases = [
    [['serve', '--etcd-servers', 'localhost'], 1, '--etcd-servers: expected URLs such as http://127.0.0.1:2379, found "localhost"'],
    [['serve', '--etcd-servers', 'http://127.0.0.1:1'], 1, '--etcd-servers http://127.0.0.1:1: no etcd answers there: '],
    [['serve', '--etcd-servers', 'http://a:1,https://b:1'], 1, '--etcd-servers: expected either all http or all https'],
    [['serve', '--etcd-servers', 'https://a:1', '--etcd-cafile', file], 1, `--etcd-cafile: ${file} cannot be read: `],
    [['serve', '--etcd-servers', 'https://a:1', '--etcd-certfile', file], 1, '--etcd-certfile and --etcd-keyfile: expected both or neither'],
    [['serve', '--etcd-servers', 'http://a:1', '--etcd-cafile', file], 1, 'expected https in --etcd-servers'],
    [['serve', '--etcd-servers', 'http://a:1', '--etcd-prefix', 'x'], 2, '--etcd-prefix: expected a path such as /registry, found "x"'],
    [['serve', '--etcd-prefix', '/x'], 2, '--etcd-prefix: expected --etcd-servers with it'],
    [['serve', '--etcd-servers', 'http://a:1', '--seed', '4'], 2, '--seed: not with --etcd-servers'],
    [['serve', '--etcd-servers', 'http://a:1', '--cluster', 'cloud'], 1, 'has a simulated cloud, which processes cannot share'],
    [['--etcd-servers', 'http://a:1'], 2, '--etcd-servers: only for pilothouse serve: the prompt, lessons and scenarios undo and replay, and a real etcd can do neither'],
  ];
  for (const [args, exit, text] of cases) {
    const done = spawnSync(process.execPath, [main, ...args, '--lang', 'en'], { encoding: 'utf8', timeout: 20_000 });
    check(`refused: ${args.join(' ')}`, done.status === exit && done.stderr.includes(text) && done.stderr.trim().split('\n').length === 1, done.stderr);
  }
}

// ---- All together ----------------------------------------------------------------------------------------------------------

const began = performance.now();
const chosen = part => words.length === 0 || words.some(word => part.name.includes(word));
try {
  const shared = [oneCluster, reading, byHand, etcdDies, processDies].filter(chosen);
  if (shared.length > 0) {
    const etcd = await newEtcd('one');
    const a = await newServe('a', etcd);
    const seat = { etcd, a, b: await newServe('b', etcd) };
    for (const part of shared) {
      try { await part(seat); } catch (error) { check(part.name, false, error.stack); }
    }
    if (totals.failed > 0) console.log(`# a said: ${seat.a.running.stderr}\n# b said: ${seat.b.running.stderr}`);
  }
  if (chosen(secured)) await secured();
  if (chosen(overHttps)) await overHttps();
  if (chosen(refusals)) refusals();
} finally {
  for (const child of children) child.kill('SIGKILL');
  await sleep(200);
  rmSync(place, { recursive: true, force: true });
}
console.log(`# shared etcd ${programs.version}: ${totals.passed} passed, ${totals.failed} failed, in ${((performance.now() - began) / 1000).toFixed(0)} s`);
process.exit(totals.failed === 0 && totals.passed > 0 ? 0 : 1);
