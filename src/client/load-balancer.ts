/**
 * The load balancer in front of the API servers (10.0.0.10:6443): gives each new connection the next healthy server.
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

interface Backend { readonly id: ProcessId; up: boolean; misses: number; waiting: boolean }
interface LoadBalancerState { readonly backends: Backend[]; next: number }

/** HAProxy's defaults: a check every 2 s, down after 3 misses, up after one good answer here (2 there). @source haproxy configuration manual, `inter`, `fall`, `rise` */
const CHECK_INTERVAL = seconds(2);
const FALL = 3;

export const loadBalancer = defineProcess<LoadBalancerState, LoadBalancerMessage | ApiServerMessage, LoadBalancerConfig>({
  kind: 'load-balancer',
  mailboxMax: 10_000,
  boot({ config, out }) {
    out.startTimer('check', CHECK_INTERVAL);
    return { backends: config.servers.map(id => ({ id, up: true, misses: 0, waiting: false })), next: 0 };
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
  const count = state.backends.length;
  for (let i = 0; i < count; i++) {
    const backend = state.backends[(state.next + i) % count];
    if (backend === undefined || !backend.up) continue;
    state.next = (state.next + i + 1) % count;
    out.send(client, { type: 'lb.backend', backend: backend.id });
    return;
  }
  out.send(client, { type: 'lb.none' });
}

function check(state: LoadBalancerState, out: Outbox): void {
  for (const backend of state.backends) {
    if (backend.waiting) missed(backend, false);
    backend.waiting = true;
    const call = { verb: 'get', group: '', version: '', resource: '', subresource: '', namespace: '', name: '', path: '/readyz' } as const;
    out.send(backend.id, { type: 'api.request', id: 1, call, credential: { type: 'anonymous' }, userAgent: 'haproxy' });
  }
  out.startTimer('check', CHECK_INTERVAL);
}

function answered(backend: Backend | undefined, code: number): void {
  if (backend === undefined) return;
  backend.waiting = false;
  if (code !== 200) { missed(backend, false); return; }
  backend.misses = 0;
  backend.up = true;
}

/** A refused connection counts at once; a silent one after FALL checks. */
function missed(backend: Backend | undefined, refused: boolean): void {
  if (backend === undefined) return;
  backend.waiting = false;
  backend.misses++;
  if (refused || backend.misses >= FALL) backend.up = false;
}
