/** Load for HTTP servers: connections that ask again as soon as they are answered, in a thread of their own. */
import { spawn, type ChildProcess } from 'node:child_process';
import { Worker } from 'node:worker_threads';

/** What to send, over how many connections, for how long. `$` in a request is replaced by a number of its own; Content-Length is kept right by equal widths. */
export interface Load { readonly port: number; readonly connections: number; readonly millis: number; readonly request: string; readonly from: number }
export interface Loaded { readonly perSecond: number; readonly failed: number; readonly next: number }

/** Requests per second that a server answers. */
export function measure(load: Load): Promise<Loaded> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(LOAD_SCRIPT, { eval: true, workerData: load });
    worker.once('message', (done: Loaded) => { resolve(done); void worker.terminate(); });
    worker.once('error', reject);
  });
}

// The thread's whole program is a text: the bundle has no file for it.
const LOAD_SCRIPT = `
const { connect } = require('node:net');
const { parentPort, workerData: load } = require('node:worker_threads');
let next = load.from, answered = 0, failed = 0, ending = false;
const began = performance.now();
const width = 8;
const text = () => load.request.replaceAll('$', String(next++).padStart(width, '0'));
const sockets = [];
for (let i = 0; i < load.connections; i++) {
  const socket = connect(load.port, '127.0.0.1');
  sockets.push(socket);
  let head = '', left = -1;
  socket.setNoDelay(true);
  socket.on('connect', () => socket.write(text()));
  socket.on('data', (bytes) => {
    let at = 0;
    while (at < bytes.length) {
      if (left < 0) {
        head += bytes.latin1Slice(at);
        const end = head.indexOf('\\r\\n\\r\\n');
        if (end < 0) return;
        const taken = bytes.length - at - (head.length - end - 4);
        at += taken;
        if (head.charCodeAt(9) !== 50) failed++;
        left = Number(/content-length: (\\d+)/i.exec(head)?.[1] ?? 0);
        head = '';
      }
      const some = Math.min(left, bytes.length - at);
      left -= some;
      at += some;
      if (left > 0) return;
      left = -1;
      answered++;
      if (!ending) socket.write(text());
    }
  });
  socket.on('error', () => { failed++; });
}
setTimeout(() => {
  ending = true;
  const perSecond = answered / (performance.now() - began) * 1000;
  for (const socket of sockets) socket.destroy();
  parentPort.postMessage({ perSecond, failed, next });
}, load.millis);
`;

/** A server in a process of its own. */
export interface Child { readonly port: number; stop(): void }

/** Starts a program that prints where it listens, and waits until it has. */
export function startServer(args: readonly string[]): Promise<Child> {
  return new Promise((resolve, reject) => {
    const child: ChildProcess = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore'] });
    child.once('exit', (code) => { reject(new Error(`the server ended with ${String(code)}`)); });
    child.stdout?.once('data', (text: Buffer) => {
      const port = Number(/:(\d+)\s/.exec(text.toString())?.[1] ?? 0);
      resolve({ port, stop: () => { child.removeAllListeners('exit'); child.kill('SIGKILL'); } });
    });
  });
}
