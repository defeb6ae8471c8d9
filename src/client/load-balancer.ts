/**
 * The load balancer in front of the API servers (10.0.0.10:6443): gives each new connection the next healthy server.
 *
 * A server that fails its health check gets no connections while another passes; when none passes, those that still answer are used, so that people
 * see the servers' own errors.
 *
 * A server that is marked down while another passes has its connections shut (`on-marked-down shutdown-sessions`): watches of a server whose etcd is gone
 * would stand still otherwise.
 *
 * @fidelity simplified: it hands out the server's address instead of carrying the bytes, so a balancer that dies stops new connections only
 * @source haproxy doc/configuration.txt (on-marked-down)
 */
import { type ProcessId, seconds } from '../base/data.ts';
import { Table } from '../base/table.ts';
import type { ApiServerMessage } from '../api/wire.ts';
import { defineProcess, type Outbox } from '../sim/process.ts';

export type LoadBalancerMessage =
  | { readonly type: 'lb.connect' }
  | { readonly type: 'lb.backend'; readonly backend: ProcessId }
  | { readonly type: 'lb.none' }
  | { readonly type: 'lb.shutdown'; readonly backend: ProcessId };

export interface LoadBalancerConfig { readonly servers: readonly ProcessId[] }

/** `up`: passes its check. `answers`: takes connections at all. */
interface Backend { readonly id: ProcessId; up: boolean; answers: boolean; misses: number; waiting: boolean }
/** `sessions`: the server that each client was given last. */
interface LoadBalancerState { readonly backends: Backend[]; readonly sessions: Table<ProcessId>; next: number }

/** Checks as kubeadm's guide for highly available clusters sets them up, made brisk: every second, down after two misses. @source kubernetes/kubeadm docs/ha-considerations.md */
const CHECK_INTERVAL = seconds(1);
const FALL = 2;

export const loadBalancer = defineProcess<LoadBalancerState, LoadBalancerMessage | ApiServerMessage, LoadBalancerConfig>({
  kind: 'load-balancer',
  mailboxMax: 10_000,
  boot({ config, out }) {
    out.startTimer('check', CHECK_INTERVAL);
    return { backends: config.servers.map(id => ({ id, up: true, answers: true, misses: 0, waiting: false })), sessions: new Table(), next: 0 };
  },
  step(state, input, out) {
    switch (input.type) {
      case 'timer': check(state, out); return;
      case 'connectionLost': missed(state, input.peer, true, out); return;
      case 'message':
        if (input.body.type === 'lb.connect') assign(state, input.from, out);
        else if (input.body.type === 'api.response') answered(state, input.from, input.body.code, out);
        return;
      default: return;
    }
  },
});

function assign(state: LoadBalancerState, client: ProcessId, out: Outbox): void {
  const backend = pick(state, one => one.up) ?? pick(state, one => one.answers);
  if (backend === undefined) { out.send(client, { type: 'lb.none' }); return; }
  state.sessions.set(client, backend.id);
  out.send(client, { type: 'lb.backend', backend: backend.id });
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
    if (backend.waiting) missed(state, backend.id, backend.misses + 1 >= FALL, out);
    backend.waiting = true;
    const call = { verb: 'get', group: '', version: '', resource: '', subresource: '', namespace: '', name: '', path: '/readyz' } as const;
    out.send(backend.id, { type: 'api.request', id: 1, call, credential: { type: 'anonymous' }, userAgent: 'haproxy' });
  }
  out.startTimer('check', CHECK_INTERVAL);
}

function answered(state: LoadBalancerState, from: ProcessId, code: number, out: Outbox): void {
  const backend = state.backends.find(one => one.id === from);
  if (backend === undefined) return;
  backend.waiting = false;
  backend.answers = true;
  if (code !== 200) { missed(state, from, false, out); return; }
  backend.misses = 0;
  backend.up = true;
}

/** A refused connection counts at once; a silent or unready server after FALL checks. */
function missed(state: LoadBalancerState, from: ProcessId, refused: boolean, out: Outbox): void {
  const backend = state.backends.find(one => one.id === from);
  if (backend === undefined) return;
  backend.waiting = false;
  backend.misses++;
  if (refused) backend.answers = false;
  if (!backend.up || !refused && backend.misses < FALL) return;
  backend.up = false;
  if (state.backends.some(one => one.up)) shutSessions(state, from, out);
}

function shutSessions(state: LoadBalancerState, backend: ProcessId, out: Outbox): void {
  const clients = [...state.sessions].filter(([, server]) => server === backend);
  for (const [client] of clients) {
    state.sessions.delete(client);
    out.send(client as ProcessId, { type: 'lb.shutdown', backend });
  }
}
