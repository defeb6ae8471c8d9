import { connect } from 'node:net';
import { join } from 'node:path';
import { packageRoot } from '../repl/package-root.ts';
import { measure, startServer } from './load.ts';
import { defineSuite, spread } from './suite.ts';
import { coreCall, newAsker } from './world.ts';

/** By scale. */
const sizes = { full: { repetitions: 5, watchers: 1000, rounds: 10, streams: 100, millis: 2000 }, tiny: { repetitions: 1, watchers: 10, rounds: 1, streams: 5, millis: 300 } } as const;
type Size = (typeof sizes)[keyof typeof sizes];
const WRITERS = 64;
/** Events per second that a real etcd delivered to a thousand watchers on a machine of this kind. */
const RECORDED_REAL = 258_022;

const map = (i: number, value: number): object => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: `m-${i}` }, data: { value: String(value) } });

/** Changes that reach many watchers. */
export const watch = defineSuite({
  name: 'watch',
  summary: `events delivered: ${sizes.full.watchers} watchers inside the simulation with ${WRITERS} writers, and ${sizes.full.streams} streams over HTTP`,
  async run(scale) {
    const inside = insideRates(sizes[scale]);
    const http = await httpRates(sizes[scale]);
    const [middle = 0] = [...inside].sort((a, b) => a - b).slice(inside.length >> 1);
    return [
      `inside     ${spread(inside, 'events/s')} (must: at least 2,000,000)`, `ratio      ${(middle / RECORDED_REAL).toFixed(1)} × a real etcd's (recorded: ${RECORDED_REAL} events/s)`,
      `over HTTP  ${spread(http, 'events/s')} (must: at least 50,000)`,
    ];
  },
});

function insideRates({ repetitions, watchers, rounds }: Size): readonly number[] {
  const asker = newAsker();
  asker.ask(Array.from({ length: WRITERS }, (_, i) => coreCall('create', 'configmaps', { body: map(i, 0) })));
  asker.send(Array.from({ length: watchers }, () => coreCall('watch', 'configmaps', { options: { resourceVersion: '0' } })));
  asker.cluster.kernel.run({ until: (asker.cluster.kernel.world.now + 100_000) as never });
  const rates: number[] = [];
  for (let i = 0; i <= repetitions; i++) {
    let delivered = 0;
    const began = performance.now();
    for (let round = 0; round < rounds; round++) {
      asker.ask(Array.from({ length: WRITERS }, (_, k) => coreCall('update', 'configmaps', { name: `m-${k}`, body: map(k, i * 1000 + round + 1) })));
      asker.cluster.kernel.run({ until: (asker.cluster.kernel.world.now + 5000) as never });
      delivered += asker.heard;
    }
    if (i > 0) rates.push((delivered / (performance.now() - began)) * 1000);
  }
  return rates;
}

async function httpRates({ repetitions, streams, millis }: Size): Promise<readonly number[]> {
  const server = await startServer([join(packageRoot(), 'dist', 'bin', 'main.js'), 'serve', '--cluster', 'tiny', '--speed', '0']);
  const path = '/api/v1/namespaces/default/configmaps';
  let lines = 0;
  const sockets = Array.from({ length: streams }, () => {
    const socket = connect(server.port, '127.0.0.1', () => { socket.write(`GET ${path}?watch=true HTTP/1.1\r\nHost: x\r\n\r\n`); });
    socket.on('data', (bytes: Buffer) => { for (let at = bytes.indexOf(EVENT); at >= 0; at = bytes.indexOf(EVENT, at + 1)) lines++; });
    return socket;
  });
  try {
    const rates: number[] = [];
    const body = JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'm-$' }, data: { value: 'x' } });
    const post = `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body) + 7}\r\n\r\n${body}`;
    for (let i = 0, from = 0; i <= repetitions; i++) {
      lines = 0;
      const began = performance.now();
      ({ next: from } = await measure({ port: server.port, connections: 8, millis, request: post, from }));
      if (i > 0) rates.push((lines / (performance.now() - began)) * 1000);
    }
    return rates;
  } finally {
    for (const socket of sockets) socket.destroy();
    server.stop();
  }
}

const EVENT = Buffer.from('{"type":"ADDED"');
