/** Where components without an API of their own say that they are well. @source kubernetes/component-base cli/server, kubernetes/apiserver pkg/server/healthz/healthz.go */
import type { AppHttpAnswer, AppHttpRequest } from '../api/app-http.ts';
import { page, pageNotFound, PLAIN } from '../api/http.ts';
import type { Input, Outbox } from '../sim/process.ts';

const PATHS: readonly string[] = ['/healthz', '/livez', '/readyz'];

/** Answers a probe; false = it is none. */
export function answerProbe(input: Input<{ readonly type: string }>, out: Outbox): boolean {
  if (input.type !== 'message' || input.body.type !== 'app.http') return false;
  const { id, path } = input.body as AppHttpRequest;
  const http = PATHS.includes(path) ? page(200, PLAIN, 'ok') : pageNotFound();
  out.send(input.from, { type: 'app.answered', id, code: http.code, body: '', http } satisfies AppHttpAnswer);
  return true;
}
