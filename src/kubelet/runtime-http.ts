/** HTTP requests of other machines that reach the programs in containers. */
import type { AppHttpAnswer, AppHttpRequest } from '../api/app-http.ts';
import { micros, type ProcessId } from '../base/data.ts';
import { askGuest } from './guests/guest.ts';
import { canonicalImage, isWebhookImage } from './images.ts';
import { answerPlainHttp } from './programs/plain-http.ts';
import { answerReview } from './programs/webhook.ts';
import type { ContainerRecord, Runtime } from './runtime-state.ts';

const LATE = 'late:';

/** Answers a request to a port of a pod. */
export function answerHttpMessage(runtime: Runtime, from: ProcessId, request: AppHttpRequest): void {
  const { id, namespace, pod, port, path, body } = request;
  const answer = (code: number, content: object | string, after = 0): void => {
    const answered: AppHttpAnswer = { type: 'app.answered', id, code, body: content };
    if (after === 0) { runtime.out.send(from, answered); return; }
    // A slow answer holds up no other: not sent now with a delay, which would keep the order.
    const key = `${from} ${id}`;
    runtime.state.late.set(key, Object.freeze({ to: from, answer: Object.freeze(answered) }));
    runtime.out.startTimer(`${LATE}${key}`, micros(after));
  };
  if (request.http !== undefined) {
    const answered = answerPlainHttp(runtime, request, request.http);
    if (answered !== undefined) runtime.out.send(from, { type: 'app.answered', id, body: '', ...answered } satisfies AppHttpAnswer);
    return;
  }
  const program = listener(runtime, { namespace, pod, port });
  if (program === undefined) { answer(0, ''); return; }
  // A program that hangs takes the connection and never answers.
  if (!program.health.live) return;
  if (program.guest !== undefined) {
    const answered = askGuest(runtime, program, request);
    answer(answered?.code ?? 0, answered?.body ?? '');
    return;
  }
  if (!program.health.ready) { answer(503, 'not ready'); return; }
  if (!isWebhook(program)) { answer(404, '404 page not found'); return; }
  const { code, body: content, after } = answerReview(path, body, program.args);
  answer(code, content, after);
}

/** Takes a timer. False = it is none of a late answer. */
export function lateTimer({ state, out }: Runtime, name: string): boolean {
  if (!name.startsWith(LATE)) return false;
  const key = name.slice(LATE.length);
  const late = state.late.get(key);
  state.late.delete(key);
  if (late !== undefined) out.send(late.to, late.answer);
  return true;
}

function listener({ state, out }: Runtime, { namespace, pod, port }: { readonly namespace: string; readonly pod: string; readonly port: number }): ContainerRecord | undefined {
  for (const record of state.containers.values()) {
    const { info, plan } = record;
    if (info.podNamespace !== namespace || info.podName !== pod || info.state !== 'CONTAINER_RUNNING' || plan.server === undefined) continue;
    const listens = (plan.server.ports.length === 0 || plan.server.ports.includes(port)) && out.now >= info.startedAt + plan.server.listensAfter;
    if (listens) return record;
  }
  return undefined;
}

function isWebhook({ info }: ContainerRecord): boolean {
  return isWebhookImage(canonicalImage(info.image));
}
