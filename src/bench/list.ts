import { request } from 'node:http';
import { join } from 'node:path';
import { must } from '../base/assert.ts';
import { presets } from '../cluster/topology.ts';
import { packageRoot } from '../repl/package-root.ts';
import { Session } from '../repl/session.ts';
import { measure, startServer } from './load.ts';
import { podOf } from './pod.ts';
import { defineSuite, p99, spread } from './suite.ts';
import { Asker, coreCall } from './world.ts';

/** By scale. */
const sizes = { full: { pods: 10_000, repetitions: 100 }, tiny: { pods: 100, repetitions: 2 } } as const;
type Size = (typeof sizes)[keyof typeof sizes];

/** `get pods` with ten thousand of them: at the prompt, and as a list over HTTP. */
export const list = defineSuite({
  name: 'list',
  summary: `a list of ${sizes.full.pods} pods: built-in kubectl, and JSON over HTTP (99th percentile of ${sizes.full.repetitions})`,
  async run(scale) {
    return [...builtIn(sizes[scale]), ...await overHttp(sizes[scale])];
  },
});

function builtIn({ pods, repetitions }: Size): readonly string[] {
  const session = new Session({ topology: must(presets['tiny'], 'a preset'), seed: 1, lang: 'en', lessonsFolder: join(packageRoot(), 'lessons') });
  const asker = new Asker(session.cluster);
  for (let i = 0; i < pods; i += 100) asker.ask(Array.from({ length: 100 }, (_, k) => coreCall('create', 'pods', { body: podOf(`p-${i + k}`) })));
  const times: number[] = [];
  for (let i = 0; i <= repetitions; i++) {
    const began = performance.now();
    const { exit } = session.run('kubectl get pods');
    if (i > 0) times.push(performance.now() - began);
    if (exit !== 0) throw new Error('get pods failed');
  }
  return [`built-in kubectl  ${spread(times, 'ms')}, p99 ${p99(times).toFixed(0)} ms (must: at most 50)`];
}

async function overHttp({ pods, repetitions }: Size): Promise<readonly string[]> {
  const server = await startServer([join(packageRoot(), 'dist', 'bin', 'main.js'), 'serve', '--cluster', 'tiny', '--speed', '0']);
  try {
    const path = '/api/v1/namespaces/default/pods';
    const body = JSON.stringify(podOf('p-$'));
    const post = `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body) + 7}\r\n\r\n${body}`;
    for (let from = 0; from < pods;) ({ next: from } = await measure({ port: server.port, connections: 64, millis: 500, request: post, from }));
    const times: number[] = [];
    let bytes = 0;
    for (let i = 0; i <= repetitions; i++) {
      const began = performance.now();
      bytes = await fetched(server.port, `${path}?resourceVersion=0`);
      if (i > 0) times.push(performance.now() - began);
    }
    return [`HTTP, JSON        ${spread(times, 'ms')}, p99 ${p99(times).toFixed(0)} ms, ${(bytes / 1e6).toFixed(0)} MB (must: at most 300 for 37 MB)`];
  } finally {
    server.stop();
  }
}

function fetched(port: number, path: string): Promise<number> {
  return new Promise((resolve, reject) => {
    request({ port, path, host: '127.0.0.1', agent: false }, (response) => {
      let bytes = 0;
      response.on('data', (part: Buffer) => { bytes += part.length; });
      response.on('end', () => { resolve(bytes); });
    }).on('error', reject).end();
  });
}
