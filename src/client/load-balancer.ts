/**
 * The load balancer in front of the API servers (10.0.0.10:6443): gives each new connection the next healthy server.
 *
 * A server that fails its health check gets no connections while another passes; when none passes, those that still answer are used, so that people
 * see the servers' own errors.
 *
 * @fidelity simplified: it hands out the server's address instead of carrying the bytes, so a balancer that dies stops new connections
 * only, and one that marks a server down leaves its old connections alone
 */
import { type ProcessId, seconds } from '../base/data.ts';
import type { ApiServerMessage } from '../api/wire.ts';
import { defineProcess, type Outbox } from '../sim/process.ts';

export type LoadBalancerMessage =
  | { readonly type: 'lb.connect' }
  | { readonly type: 'lb.backend'; readonly backend: ProcessId }
  | { readonly type: 'lb.none' };

export interface LoadBalancerConfig { readonly servers: readonly ProcessId[] }

/** `up`: passes its check. `answers`: takes connections at all. */
interface Backend { readonly id: ProcessId; up: boolean; answers: boolean; misses: number; waiting: boolean }
interface LoadBalancerState { readonly backends: Backend[]; next: number }

/** Checks as kubeadm's guide for highly available clusters sets them up, made brisk: every second, down after two misses. @source kubernetes/kubeadm docs/ha-considerations.md */
const CHECK_INTERVAL = seconds(1);
const FALL = 2;

export const loadBalancer = defineProcess<LoadBalancerState, LoadBalancerMessage | ApiServerMessage, LoadBalancerConfig>({
  kind: 'load-balancer',
  mailboxMax: 10_000,
  boot({ config, out }) {
    out.startTimer('check', CHECK_INTERVAL);
    return { backends: config.servers.map(id => ({ id, up: true, answers: true, misses: 0, waiting: false })), next: 0 };
  },
  step(state, input, out) {
    switch (input.type) {
      case 'timer': check(state, out); return;
      case 'connectionLost': missed(state.backends.find(backend => backend.id === input.peer), true); return;
      case 'message':
        if (input.body.type === 'lb.connect') assign(state, input.from, out);
        else if (input.body.type === 'api.response') answered(state.backends.find(backend => backend.id === input.from), input.body.code);
        return;
      default: return;
    }
  },
});

function assign(state: LoadBalancerState, client: ProcessId, out: Outbox): void {
  const backend = pick(state, one => one.up) ?? pick(state, one => one.answers);
  if (backend === undefined) out.send(client, { type: 'lb.none' });
  else out.send(client, { type: 'lb.backend', backend: backend.id });
}

/** The next one in turn that will do. */
function pick(state: LoadBalancerState, willDo: (backend: Backend) => boolean): Backend | undefined {
  const count = state.backends.length;
  for (let i = 0; i < count; i++) {
    const at = (state.next + i) % count;
    const backend = state.backends[at];
    if (backend === undefined || !willDo(backend)) continue;
    state.next = (at + 1) % count;
    return backend;
  }
  return undefined;
}

function check(state: LoadBalancerState, out: Outbox): void {
  for (const backend of state.backends) {
    if (backend.waiting) missed(backend, backend.misses + 1 >= FALL);
    backend.waiting = true;
    const call = { verb: 'get', group: '', version: '', resource: '', subresource: '', namespace: '', name: '', path: '/readyz' } as const;
    out.send(backend.id, { type: 'api.request', id: 1, call, credential: { type: 'anonymous' }, userAgent: 'haproxy' });
  }
  out.startTimer('check', CHECK_INTERVAL);
}

function answered(backend: Backend | undefined, code: number): void {
  if (backend === undefined) return;
  backend.waiting = false;
  backend.answers = true;
  if (code !== 200) { missed(backend, false); return; }
  backend.misses = 0;
  backend.up = true;
}

/** A refused connection counts at once; a silent or unready server after FALL checks. */
function missed(backend: Backend | undefined, refused: boolean): void {
  if (backend === undefined) return;
  backend.waiting = false;
  backend.misses++;
  if (refused) backend.answers = false;
  if (refused || backend.misses >= FALL) backend.up = false;
}
