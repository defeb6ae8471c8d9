import { join } from 'node:path';
import { packageRoot } from '../repl/package-root.ts';
import { type Child, measure, startServer } from './load.ts';
import { podOf } from './pod.ts';
import { defineSuite, median, spread } from './suite.ts';

/** By scale. */
const sizes = { full: { repetitions: 5, millis: 2000 }, tiny: { repetitions: 1, millis: 200 } } as const;
const CONNECTIONS = 64;

const get = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: x\r\nAccept: application/json\r\n\r\n`;
const post = (path: string, body: string): string => `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body) + 7}\r\n\r\n${body}`;
const PODS = '/api/v1/namespaces/default/pods';

/** A server that encodes the pod for each request and does nothing else. */
const hello = (pod: string): string => `
const http = require('node:http'); const pod = ${pod};
const server = http.createServer((request, response) => { const body = JSON.stringify(pod); response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) }); response.end(body); });
server.listen(0, '127.0.0.1', () => console.log('http://127.0.0.1:' + server.address().port + ' '));`;

/** Pods over HTTP, one by one, beside a server that only encodes a pod. */
export const serve = defineSuite({
  name: 'serve',
  summary: `GET and POST of a pod through HTTP, ${CONNECTIONS} connections, beside a server that only encodes the pod; the load runs on the same machine`,
  async run(scale) {
    const ours = await startServer([join(packageRoot(), 'dist', 'bin', 'main.js'), 'serve', '--cluster', 'tiny', '--speed', '0']);
    const made = await fetch(`http://127.0.0.1:${ours.port}${PODS}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(podOf('p')) });
    const stored = await made.text();
    const other = await startServer(['-e', hello(stored)]);
    try {
      const rates = await repeat(ours, other, sizes[scale]);
      const ratio = (values: readonly number[]): string => (median(values) / median(rates.hello)).toFixed(2);
      return [
        `hello-world    ${spread(rates.hello, '/s')}, ${stored.length} bytes`, `GET pod        ${spread(rates.get, '/s')}`, `POST pod       ${spread(rates.post, '/s')}`,
        `ratio GET      ${ratio(rates.get)} (must: at least 0.4)`, `ratio POST     ${ratio(rates.post)} (must: at least 0.15)`,
      ];
    } finally {
      ours.stop();
      other.stop();
    }
  },
});

async function repeat(ours: Child, other: Child, { repetitions, millis }: { readonly repetitions: number; readonly millis: number }): Promise<{ readonly hello: number[]; readonly get: number[]; readonly post: number[] }> {
  const rates = { hello: [] as number[], get: [] as number[], post: [] as number[] };
  const body = JSON.stringify(podOf('p-$'));
  let next = 0;
  for (let i = 0; i <= repetitions; i++) {
    const load = { connections: CONNECTIONS, millis, from: next };
    const a = await measure({ ...load, port: other.port, request: get('/') });
    const b = await measure({ ...load, port: ours.port, request: get(`${PODS}/p`) });
    const c = await measure({ ...load, port: ours.port, request: post(PODS, body) });
    next = c.next;
    if (a.failed + b.failed + c.failed > 0) throw new Error(`requests failed: ${a.failed} hello, ${b.failed} GET, ${c.failed} POST`);
    if (i === 0) continue;
    rates.hello.push(a.perSecond);
    rates.get.push(b.perSecond);
    rates.post.push(c.perSecond);
  }
  return rates;
}
