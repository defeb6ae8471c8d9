/**
 * Programs in containers that are clients of the API themselves: the runtime gives them time, messages and a connection, as a machine gives a program.
 *
 * @fidelity simplified: such a program shows its service account by a certificate instead of the token that is mounted into its pod
 */
import type { AppHttpRequest } from '../../api/app-http.ts';
import { type Micros, micros } from '../../base/data.ts';
import { newRest } from '../../client/rest.ts';
import type { Input, Outbox } from '../../sim/process.ts';
import type { AppHealth, AppMessage } from '../app.ts';
import type { ProgramPlan } from '../behaviour.ts';
import { canonicalImage, traitsOf } from '../images.ts';
import { type ContainerRecord, putContainer, type Runtime } from '../runtime-state.ts';
import { answerMetrics, beginMetrics, handleMetrics, type MetricsServer, metricsAreReady } from './metrics-server.ts';
import type { GuestWorld } from './world.ts';

/** State of such a program. */
export type GuestState = MetricsServer;

const PREFIX = 'guest:';
/** A program of an image `guest` begins its work when it listens. */
const BOOT = 'boot';
/** Numbers of the requests of a machine's programs do not meet. */
const REQUESTS_EACH = 1_000_000_000;
const REQUESTS_MAX = Number.MAX_SAFE_INTEGER - REQUESTS_EACH;

const sick: AppHealth = { ready: false, live: true };
const well: AppHealth = { ready: true, live: true };

/** Whether a new container takes requests as soon as it listens. */
export const healthAtFirst = ({ guest }: ProgramPlan): AppHealth => (guest === true ? sick : well);

const timerOf = (id: string, name: string): string => `${PREFIX}${id}:${name}`;

/** The machine as one of its programs sees it. */
function worldOf({ out }: Runtime, id: string, { guest }: ContainerRecord): GuestWorld {
  const own: Outbox = {
    self: out.self, node: out.node, now: out.now, monotonic: out.monotonic, verify: out.verify,
    get cause() { return out.cause; },
    because: cause => { out.because(cause); }, send: (to, body, after) => { out.send(to, body, after); }, post: (to, body, after) => { out.post(to, body, after); },
    startTimer: (name: string, after: Micros) => { out.startTimer(timerOf(id, name), after); }, cancelTimer: (name: string) => { out.cancelTimer(timerOf(id, name)); },
    write: () => undefined, prepareDisk: () => false, stoppedDisk: () => undefined, statusOf: () => undefined, startProcess: () => false, killProcess: () => undefined, draw: (purpose, bound) => out.draw(purpose, bound), spend: () => undefined, reach: () => false,
    record: (type, fields) => { out.record(type, fields); },
  };
  return { out: own, args: guest?.args ?? [] };
}

/** The program will begin at a time. */
export function planGuest(runtime: Runtime, id: string, at: number): void {
  const after = traitsOf(canonicalImage(runtime.state.containers.get(id)?.info.image ?? '')).server?.listensAfter ?? 0;
  runtime.out.startTimer(timerOf(id, BOOT), micros(at + after * 1000 - runtime.out.now));
}

function boot(runtime: Runtime, id: string, record: ContainerRecord): void {
  const { state } = runtime;
  const { info, guest } = record;
  const account = `system:serviceaccount:${info.podNamespace}:${guest?.serviceAccount ?? 'default'}`;
  const credential = Object.freeze({ type: 'certificate', commonName: account, organizations: Object.freeze(['system:serviceaccounts', `system:serviceaccounts:${info.podNamespace}`]) } as const);
  const rest = newRest(Object.freeze({ loadBalancer: state.config.api ?? '', servers: [], credential, userAgent: 'metrics-server/v0.8.0 (linux/amd64) kubernetes' }));
  const taken = [...state.guests.values()].reduce((most, other) => Math.max(most, other.rest.nextId), 0);
  rest.nextId = taken === 0 ? 1 : Math.min(REQUESTS_MAX, (Math.floor(taken / REQUESTS_EACH) + 1) * REQUESTS_EACH);
  const program = beginMetrics(rest, worldOf(runtime, id, record));
  state.guests.set(id, program);
}

/** Takes a timer. False = it is no program's. */
export function guestTimer(runtime: Runtime, name: string): boolean {
  if (!name.startsWith(PREFIX)) return false;
  const colon = name.indexOf(':', PREFIX.length);
  const [id, own] = [name.slice(PREFIX.length, colon), name.slice(colon + 1)];
  const record = runtime.state.containers.get(id);
  if (record === undefined || record.info.state !== 'CONTAINER_RUNNING') return true;
  if (own === BOOT) boot(runtime, id, record);
  else give(runtime, id, { type: 'timer', name: own });
  return true;
}

/** Gives an input to the programs that it may be for. */
export function toGuests(runtime: Runtime, input: Input<{ readonly type: string }>): void {
  for (const id of [...runtime.state.guests.keys()]) give(runtime, id, input);
}

function give(runtime: Runtime, id: string, input: Input<{ readonly type: string }>): void {
  const program = runtime.state.guests.get(id);
  const record = runtime.state.containers.get(id);
  if (program === undefined || record === undefined) return;
  handleMetrics(program, input, worldOf(runtime, id, record));
  const isReady = metricsAreReady(program);
  // A program that a fault made sick is not well because it could be.
  if (isReady === record.health.ready || !record.health.live || program.told === isReady) return;
  program.told = isReady;
  const health = isReady ? well : sick;
  putContainer(runtime, { ...record, health });
  const { subscriber } = runtime.state;
  if (subscriber !== '') runtime.out.send(subscriber, { type: 'app.changed', containerId: id } satisfies AppMessage);
}

/** The program's process is gone; its connections end. */
export function endGuest({ state, out }: Runtime, id: string): void {
  const program = state.guests.get(id);
  if (program === undefined) return;
  const { backend, inflight } = program.rest;
  for (const [number, { sent }] of inflight) if (sent && backend !== '') out.send(backend, { type: 'api.cancel', id: number });
  state.guests.delete(id);
}

/** Answers a request that reached the program. */
export function askGuest(runtime: Runtime, record: ContainerRecord, request: AppHttpRequest): { readonly code: number; readonly body: object | string } | undefined {
  const program = runtime.state.guests.get(record.info.id);
  return program === undefined ? undefined : answerMetrics(program, request, runtime.out.now);
}
