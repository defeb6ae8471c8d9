// What real clients meet when something is wrong with the server: no seats, a past that is gone, replicas that die, bodies that nobody can read, readers that do not read.
// The checks need the server in hand (its world is moved on, its processes are killed), so they are no stories. Each yields its name and what is wrong with it.
import { writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { presets } from '../dist/src/cluster/topology.js';

/** Idle watches that are kept open at once, and how much the server may grow for them. */
const WATCHES = 3000;
const GROWTH_BYTES_MAX = 400 * 1024 * 1024;
/** A watch that nobody reads is dropped before this much has been written for it. */
const UNREAD_BYTES = 64 * 1024 * 1024;
const SECOND = 1_000_000;

const jail = `
apiVersion: flowcontrol.apiserver.k8s.io/v1
kind: PriorityLevelConfiguration
metadata: { name: jail }
spec: { type: Limited, limited: { nominalConcurrencyShares: 0, lendablePercent: 0, borrowingLimitPercent: 0, limitResponse: { type: Reject } } }
---
apiVersion: flowcontrol.apiserver.k8s.io/v1
kind: FlowSchema
metadata: { name: jailed }
spec:
  matchingPrecedence: 2
  priorityLevelConfiguration: { name: jail }
  rules: [{ subjects: [{ kind: User, user: { name: bob } }], resourceRules: [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'], clusterScope: true, namespaces: ['*'] }] }]
`;

/** What is wrong; empty = nothing. */
const wrongs = (...claims) => claims.filter(([holds]) => !holds).map(([, what]) => what);
/** The world goes on at once by so many virtual seconds. */
const pass = ({ served: { driver: { cluster: { kernel } } } }, seconds) => { kernel.run({ until: kernel.world.now + seconds * SECOND }); };
const until = async (test, ms = 10_000) => { for (const end = performance.now() + ms; performance.now() < end;) { if (await test()) return true; await sleep(50); } return false; };
const asked = (seat, path) => seat.requests.filter(request => request.path.startsWith(path)).length;

/** The checks: `[name, act]`; `act` gets a seat of its own and resolves with what is wrong. */
export const strains = tools => [
  ['429: kubectl comes back until it is let in', async (seat) => {
    await tools.shell(seat, 'kubectl apply -f - && kubectl create clusterrolebinding bob --clusterrole=view --user=bob', { stdin: jail });
    seat.requests.length = 0;
    const waiting = tools.shell(seat, 'kubectl --as=bob get pods -v=6');
    await until(() => asked(seat, '/api/v1/namespaces/default/pods') >= 3);
    await tools.shell(seat, 'kubectl delete flowschema jailed');
    const { exit, stderr } = await waiting;
    return wrongs([exit === 0, `exit ${exit}`], [/429 Too Many Requests.*\n.*"Got a Retry-After response" delay="1s" attempt=1/.test(stderr), 'it was not told to come back after a second'], [stderr.includes('No resources found'), 'it was not let in at last']);
  }],
  ['429: kubectl gives up after ten times, in its words', async (seat) => {
    await tools.shell(seat, 'kubectl apply -f - && kubectl create clusterrolebinding bob --clusterrole=view --user=bob', { stdin: jail });
    seat.requests.length = 0;
    const { exit, stderr } = await tools.shell(seat, 'kubectl --as=bob get pods');
    const said = 'Error from server (TooManyRequests): the server has received too many requests and has asked us to try again later (get pods)\n';
    return wrongs([exit === 1, `exit ${exit}`], [stderr === said, `it said ${JSON.stringify(stderr)}`], [asked(seat, '/api/v1/namespaces/default/pods') === 11, `${asked(seat, '/api/v1/namespaces/default/pods')} requests, not 11`]);
  }],
  ['429: the library hands it on, with the time to come back', async (seat) => {
    await tools.shell(seat, 'kubectl apply -f - && kubectl create clusterrolebinding bob --clusterrole=view --user=bob', { stdin: jail });
    return tools.library(seat, 'busy');
  }],
  ['410: an informer of the library lists again', async (seat) => {
    await overrun(tools, seat);
    return tools.library(seat, 'gone');
  }],
  ['410: a watch from a revision that is gone', async (seat) => {
    await overrun(tools, seat);
    const { stdout } = await tools.shell(seat, 'kubectl get --raw "/api/v1/namespaces/default/configmaps?watch=true&resourceVersion=1&timeoutSeconds=5"');
    const event = JSON.parse(stdout.split('\n')[0] || '{}');
    return wrongs([event.type === 'ERROR', `the event is ${event.type}`], [event.object?.code === 410 && event.object?.reason === 'Expired' && event.object?.kind === 'Status', 'no Status 410 Expired'], [/^too old resource version: 1 \(\d+\)$/.test(event.object?.message), event.object?.message]);
  }],
  ['410: a list at a revision that is compacted', async (seat) => {
    const before = (await tools.shell(seat, 'kubectl get cm -o jsonpath={.metadata.resourceVersion} --chunk-size=0 && kubectl get --raw /api/v1/namespaces/default/configmaps')).stdout;
    const revision = /"resourceVersion":"(\d+)"/.exec(before)?.[1];
    pass(seat, 700);
    const { exit, stderr } = await tools.shell(seat, `kubectl get --raw "/api/v1/namespaces/default/configmaps?resourceVersion=${revision}&resourceVersionMatch=Exact"`);
    return wrongs([exit === 1, `exit ${exit}`], [stderr === 'Error from server (Expired): The resourceVersion for the provided list is too old.\n', `it said ${JSON.stringify(stderr)}`]);
  }],
  ['410: a page whose first page is long past', async (seat) => {
    for (const name of ['a', 'b', 'c']) await tools.shell(seat, `kubectl create configmap ${name}`);
    const pages = [];
    seat.observe = ({ url }) => {
      if (!url.includes('configmaps?')) return;
      pages.push(url);
      if (pages.length === 2) pass(seat, 700);
    };
    const { exit, stdout, stderr } = await tools.shell(seat, 'kubectl get cm --chunk-size=2 -o name');
    // The token in the answer reads on where the first page ended, in the state of now.
    seat.observe = undefined;
    const gone = await (await fetch(`${seat.served.url}${pages[1] ?? '/none'}`)).json().catch(() => ({}));
    const rest = await (await fetch(`${seat.served.url}/api/v1/namespaces/default/configmaps?limit=500&continue=${encodeURIComponent(gone.metadata?.continue ?? '')}`)).json();
    return wrongs(
      [exit === 1 && /^Error from server \(Expired\): The provided continue parameter is too old to display a consistent list result\. You can start a new list/.test(stderr), `kubectl ended with ${exit}: ${JSON.stringify(stderr)}`],
      [gone.code === 410 && gone.reason === 'Expired', `the page is answered with ${gone.code}`],
      [rest.items?.map(({ metadata }) => metadata.name).join() === 'c,kube-root-ca.crt', `the rest is ${JSON.stringify(rest).slice(0, 300)}, after ${JSON.stringify(stdout)}`],
    );
  }],
  ['bodies that nobody can read', async (seat) => {
    const wrong = [];
    const ask = async (type, body, { code, reason, says }, method = 'POST', path = '/api/v1/namespaces/default/configmaps') => {
      const answer = await fetch(`${seat.served.url}${path}`, { method, headers: { 'Content-Type': type }, body });
      const status = await answer.json().catch(() => ({}));
      if (answer.status !== code || status.kind !== 'Status' || status.reason !== reason || !says.test(status.message)) wrong.push(`${type} ${JSON.stringify(String(body).slice(0, 30))}: ${answer.status} ${status.reason} ${JSON.stringify(status.message)}`);
    };
    const bad = { code: 400, reason: 'BadRequest', says: /./ };
    const protobuf = 'application/vnd.kubernetes.protobuf';
    for (const body of ['', '{', '{"kind":', '[1,2]', '"text"', 'null', '{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":7}}', '{"kind":"Pod","apiVersion":"v1"}', '{"kind":"ConfigMap","apiVersion":"v9"}', '\u0000\u0001']) await ask('application/json', body, bad);
    for (const body of ['a: [', '\tx: 1', 'a: *nope', '- 1', 'kind: ConfigMap\napiVersion: v1\nmetadata: nope\n']) await ask('application/yaml', body, bad);
    for (const bytes of [[], [0x6b, 0x38, 0x73, 0], [0x6b, 0x38, 0x73, 0, 0xff], [0x6b, 0x38, 0x73, 0, 10, 255, 255, 255, 255, 15], [1, 2, 3, 4, 5], [0x6b, 0x38, 0x73, 0, 10, 2, 10, 200]]) await ask(protobuf, Uint8Array.from(bytes), bad);
    await ask('application/cbor', 'x', { code: 415, reason: 'UnsupportedMediaType', says: /./ });
    const deep = `{"kind":"ConfigMap","apiVersion":"v1","metadata":${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}}`;
    await ask('application/json', deep, bad);
    await ask('application/yaml', `${'['.repeat(20_000)}${']'.repeat(20_000)}`, bad);
    await ask('application/json', `{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"big"},"data":{"k":"${'x'.repeat(3_200_000)}"}}`, { code: 413, reason: 'RequestEntityTooLarge', says: /limit is 3145728/ });
    for (const [type, body] of [['application/json-patch+json', '{}'], ['application/json-patch+json', '[{"op":"fly"}]'], ['application/merge-patch+json', '[]'], ['application/strategic-merge-patch+json', '{"'], ['application/apply-patch+yaml', ': :']]) {
      await ask(type, body, { code: type.startsWith('application/json-patch') && body !== '{}' ? 422 : 400, reason: type.startsWith('application/json-patch') && body !== '{}' ? 'Invalid' : 'BadRequest', says: /./ }, 'PATCH', '/api/v1/namespaces/default/configmaps/kube-root-ca.crt?fieldManager=m');
    }
    const after = await tools.shell(seat, 'kubectl get --raw /readyz');
    return [...wrong, ...wrongs([after.stdout === 'ok', 'the server is not ready any more'])];
  }],
  ['kubectl with a body over the limit', async (seat) => {
    writeFileSync(join(seat.place, 'big.json'), JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'big' }, data: { k: 'x'.repeat(3_200_000) } }));
    const { exit, stderr } = await tools.shell(seat, 'kubectl create -f big.json --validate=false');
    const large = await tools.shell(seat, 'head -c 1200000 /dev/zero | tr "\\0" a > value && kubectl create configmap large --from-file=value');
    return wrongs([exit === 1 && stderr === 'Error from server (RequestEntityTooLarge): error when creating "big.json": Request entity too large: limit is 3145728\n', `it said ${JSON.stringify(stderr.slice(0, 300))}`],
      [large.stderr === 'error: failed to create configmap: ConfigMap "large" is invalid: []: Too long: may not be more than 1048576 bytes\n', `a ConfigMap of more than a mebibyte: ${JSON.stringify(large.stderr.slice(0, 300))}`]);
  }],
  ['a watch that nobody reads is dropped, and its client lists again', async (seat) => {
    const socket = connect(Number(new URL(seat.served.url).port), '127.0.0.1');
    let closed = false;
    socket.on('error', () => undefined).on('close', () => { closed = true; });
    socket.write('GET /api/v1/namespaces/default/configmaps?watch=true HTTP/1.1\r\nHost: x\r\n\r\n');
    await new Promise((resolve) => { socket.once('data', resolve); });
    socket.pause();
    const memory = process.memoryUsage().rss;
    const data = { k: 'x'.repeat(900_000) };
    const url = `${seat.served.url}/api/v1/namespaces/default/configmaps`;
    await fetch(url, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ metadata: { name: 'big' }, data }) });
    let written = 0;
    let slowest = 0;
    // What the kernel's buffers hold is lost with the connection; the server closes its end without waiting for the reader.
    while (written < UNREAD_BYTES && seat.served.driver.load > 0) {
      const from = performance.now();
      await fetch(`${url}/big`, { method: 'PATCH', headers: { 'Content-Type': 'application/merge-patch+json' }, body: JSON.stringify({ metadata: { labels: { n: String(written) } } }) });
      slowest = Math.max(slowest, performance.now() - from);
      written += data.k.length;
      if (seat.served.driver.load === 0) break;
    }
    const left = seat.served.driver.load;
    socket.resume();
    await until(() => closed);
    const again = await tools.shell(seat, 'kubectl get cm big -o name');
    return wrongs([left === 0, `the watch is still there after ${written} bytes`], [closed, 'the connection is still open'], [slowest < 2000, `another client waited ${Math.round(slowest)} ms`],
      [process.memoryUsage().rss - memory < GROWTH_BYTES_MAX, 'the server has grown'], [again.stdout === 'configmap/big\n', 'it cannot be read any more']);
  }],
  [`${WATCHES} idle watches`, async (seat) => {
    const memory = process.memoryUsage().rss;
    const port = Number(new URL(seat.served.url).port);
    let heads = 0;
    let events = 0;
    const sockets = Array.from({ length: WATCHES }, () => {
      const socket = connect(port, '127.0.0.1');
      let isOpen = false;
      socket.on('error', () => undefined).on('data', (part) => { const text = part.toString(); if (!isOpen && text.startsWith('HTTP/1.1 200')) { isOpen = true; heads++; } if (text.includes('"name":"news"')) events++; });
      socket.write('GET /api/v1/namespaces/default/configmaps?watch=true&fieldSelector=metadata.name%3Dnews HTTP/1.1\r\nHost: x\r\n\r\n');
      return socket;
    });
    const opened = await until(() => heads === WATCHES, 30_000);
    const grown = process.memoryUsage().rss - memory;
    const from = performance.now();
    const made = await tools.shell(seat, 'kubectl create configmap news');
    const told = await until(() => events === WATCHES, 15_000);
    const took = performance.now() - from;
    for (const socket of sockets) socket.destroy();
    const left = await until(() => seat.served.driver.load === 0);
    return wrongs([opened, `${heads} of them opened`], [made.exit === 0, made.stderr], [told, `${events} of them heard the news`], [took < 10_000, `the news took ${Math.round(took)} ms`], [grown < GROWTH_BYTES_MAX, `the server has grown by ${Math.round(grown / 2 ** 20)} MiB`], [left, 'watches of clients that are gone remain']);
  }],
  ['a replica dies under a request and under watches', async (seat) => {
    const { driver } = seat.served;
    const { kernel } = driver.cluster;
    await tools.shell(seat, 'kubectl create cm late');
    const watching = tools.shell(seat, 'timeout 12 kubectl get cm --watch -o name');
    const waiting = tools.shell(seat, 'timeout 20 kubectl wait --for=jsonpath={.data.k}=v cm/late --timeout=15s');
    const library = tools.library(seat, 'survivor');
    await until(() => driver.load >= 2);
    await sleep(1500);
    const victim = kernel.stateOf('gateway/proxy').rest.backend;
    driver.act({ type: 'fault', kind: 'crash', args: { machine: '', processes: [victim] }, words: [victim] });
    const during = await tools.shell(seat, 'kubectl get nodes -o name');
    await tools.shell(seat, 'kubectl create cm after && kubectl patch cm late -p \'{"data":{"k":"v"}}\'');
    const [watched, waited, informed] = [await watching, await waiting, await library];
    return wrongs([during.exit === 0 && during.stdout.split('\n').length === 7, `while one is down: ${JSON.stringify(during)}`], [watched.stdout.includes('configmap/late'), `the watch saw ${JSON.stringify(watched)}`],
      [waited.exit === 0 && waited.stdout === 'configmap/late condition met\n', `kubectl wait: ${JSON.stringify(waited)}`], [informed.length === 0, `the informer: ${informed.join()}`]);
  }, { topology: presets.ha, speed: 1 }],
];

/** So many writes, over so long a time, that the cache of watches has forgotten the first ones. */
async function overrun(tools, seat) {
  const url = `${seat.served.url}/api/v1/namespaces/default/configmaps`;
  await fetch(url, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{"metadata":{"name":"busy"}}' });
  for (let i = 0; i < 15; i++) {
    await Promise.all(Array.from({ length: 100 }, (_, n) => fetch(`${url}/busy`, { method: 'PATCH', headers: { 'Content-Type': 'application/merge-patch+json' }, body: `{"data":{"k":"${i}-${n}"}}` }).then(answer => answer.arrayBuffer())));
    pass(seat, 20);
  }
}
