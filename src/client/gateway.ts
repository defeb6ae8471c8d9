/**
 * Where requests from outside the simulation enter it: a machine beside the cluster that sends on what the program's own HTTP server was
 * asked, each request with its own credential. What comes back is kept until the outside has taken it.
 *
 * @fidelity simplified: all clients outside share one connection to one API server of the load balancer
 */
import { type NodeName, type ProcessId, processId } from '../base/data.ts';
import { Numbered } from '../base/numbered.ts';
import type { ApiCall, Credential, Impersonation } from '../api/wire.ts';
import { defineProcess, type Input, type Outbox } from '../sim/process.ts';
import type { StreamFrame } from '../api/stream.ts';
import { cancel, handleRest, newRest, request, sendFrames, type RestConfig, type RestEvent, type RestState } from './rest.ts';

/** A request of the outside, by the outside's number. */
export interface GatewayRequest {
  readonly id: number;
  readonly call: ApiCall;
  readonly credential: Credential;
  readonly userAgent: string;
  readonly impersonate?: Impersonation;
  readonly auditId?: string;
}

/** From outside: what to send, what to give up, and how many answers it has taken since the world began. */
export interface GatewayWork {
  readonly type: 'gateway.work';
  readonly taken: number;
  readonly requests: readonly GatewayRequest[];
  readonly cancels: readonly number[];
  /** Frames for open streams, by the outside's numbers. */
  readonly frames: readonly { readonly id: number; readonly frames: readonly StreamFrame[] }[];
}

/** An answer for the outside; `id` is its number. */
export type GatewayAnswer = RestEvent;

/** Plain state. */
export interface GatewayState {
  rest: RestState;
  /** Answers not taken yet, oldest first. */
  answers: GatewayAnswer[];
  /** How many were taken and forgotten. */
  taken: number;
  /** The outside's number → the number on the connection. */
  readonly running: Numbered<number>;
}

/** The process. */
export const GATEWAY = processId('gateway', 'proxy');
export const gatewaySpec = (rest: RestConfig): { readonly id: ProcessId; readonly kind: string; readonly node: NodeName; readonly config: object } =>
  ({ id: GATEWAY, kind: 'gateway', node: 'gateway' as NodeName, config: { rest } });

export const gateway = defineProcess<GatewayState, GatewayWork, { readonly rest: RestConfig }>({
  kind: 'gateway',
  mailboxMax: 100_000,
  boot: ({ config }) => ({ rest: newRest(config.rest), answers: [], taken: 0, running: new Numbered() }),
  step(state, input, out) {
    if (input.type === 'message' && input.from === '') { work(state, input.body, out); return; }
    for (const event of handleRest(state.rest, input as Input, out) ?? []) keep(state, event);
  },
});

function work(state: GatewayState, message: GatewayWork, out: Outbox): void {
  const done = message.taken - state.taken;
  if (done > 0) {
    state.answers = done >= state.answers.length ? [] : state.answers.slice(done);
    state.taken = message.taken;
  }
  for (const id of message.cancels) {
    const running = state.running.get(id);
    if (running !== undefined) cancel(state.rest, out, running);
    state.running.delete(id);
  }
  for (const { id, frames } of message.frames) {
    const running = state.running.get(id);
    if (running !== undefined) sendFrames(state.rest, out, running, frames);
  }
  for (const { id, call, credential, userAgent, impersonate, auditId } of message.requests) {
    const usual = impersonate === undefined ? { credential, userAgent } : { credential, userAgent, impersonate };
    const manner = auditId === undefined ? usual : { ...usual, auditId };
    state.running.set(id, request(state.rest, out, call, String(id), manner));
  }
}

function keep(state: GatewayState, event: RestEvent): void {
  const id = Number(event.tag);
  if (!state.running.has(id)) return;
  const goesOn = event.type === 'watch' || event.type === 'stream' || (event.type === 'response' && event.code === 101);
  if (!goesOn) state.running.delete(id);
  state.answers.push(numbered(event, id));
}

/** The event under the outside's number. Ordinary answers are spelled out: freezing a copy that was spread costs ten times as much. */
function numbered(event: RestEvent, id: number): GatewayAnswer {
  if (event.type !== 'response') return Object.freeze({ ...event, id });
  const { type, tag, code, body, warnings, way } = event;
  return Object.freeze({ type, id, tag, code, body, warnings, way });
}
