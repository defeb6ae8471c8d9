/**
 * What kubectl says when something fails.
 * @source kubernetes/kubectl pkg/cmd/util/helpers.go
 */
import type { Conversation } from '../sim/conversation.ts';
import { isStatus, type Status, TURNED_AWAY, type StatusCause, type StatusDetails } from '../api/status.ts';
import { textOf } from '../base/bytes.ts';
import { headerOf, JSON_TYPE, type ProxiedBody } from '../api/http.ts';
import type { ApiCall, TextBody } from '../api/wire.ts';
import { type ApiAnswer, cx } from './command.ts';

/** A failure: the server's answer, nobody's answer, or kubectl's own complaint. */
export type Failure =
  | { readonly type: 'status'; readonly reason: string; readonly message: string; readonly details?: StatusDetails }
  | { readonly type: 'unreachable'; readonly message: string }
  /** `isBare`: printed as it stands. */
  | { readonly type: 'plain'; readonly message: string; readonly isBare?: boolean; /** What kubectl shows on standard output beside its complaint. */ readonly shown?: string };

/** Exit code of every failure of kubectl. */
export const FAILED = 1;

export const plainFailure = (message: string): Failure => ({ type: 'plain', message });
/** A complaint that kubectl passes on without `error:` in front. */
export const bareFailure = (message: string): Failure => ({ type: 'plain', message, isBare: true });

/** What a request was about, for answers that do not say. */
type Asked = Pick<ApiCall, 'verb' | 'group' | 'resource' | 'name'>;

/** HTTP methods of verbs, as messages name them. */
const METHODS: Readonly<Record<ApiCall['verb'], string>> = { get: 'get', list: 'get', watch: 'get', create: 'post', update: 'put', patch: 'patch', delete: 'delete', deletecollection: 'delete' };

/** The failure in an answer; a health check or a server behind the aggregator answers with a text. @source kubernetes/apimachinery pkg/api/errors/errors.go NewGenericServerResponse */
export function failureOf(answer: ApiAnswer & { readonly ok: false }, asked?: Asked): Failure {
  if (!('status' in answer)) return { type: 'unreachable', message: answer.unreachable };
  const { status } = answer;
  const said = saidBehind(status);
  if (said !== undefined) return { type: 'status', reason: said.reason ?? '', message: said.message ?? '' };
  const { text = passedBack(status) } = status as Partial<TextBody>;
  if (text !== undefined) return genericFailure(answer.code, text, asked);
  if (status.message === TURNED_AWAY) return genericFailure(answer.code, TURNED_AWAY, asked);
  const details = status.details as StatusDetails | undefined;
  return { type: 'status', reason: status.reason ?? '', message: status.message, ...(details === undefined ? {} : { details }) };
}

/** The Status that a program behind the proxy answered, if it did. */
function saidBehind(status: object): Partial<Status> | undefined {
  const { http } = status as Partial<ProxiedBody>;
  if (http === undefined || !headerOf(http.headers, 'Content-Type').startsWith(JSON_TYPE)) return undefined;
  try {
    const read: unknown = JSON.parse(textOf(http.data));
    return isStatus(read) ? read : undefined;
  } catch {
    return undefined;
  }
}

/** What a program behind the proxy said, when it was no Status. */
function passedBack(status: object): string | undefined {
  const { http } = status as Partial<ProxiedBody>;
  return http === undefined ? undefined : /^text\/(?!html)/.test(headerOf(http.headers, 'Content-Type')) ? textOf(http.data) : 'unknown';
}

function genericFailure(code: number, text: string, asked: Asked | undefined): Failure {
  const about = asked === undefined || asked.resource === '' ? '' : ` (${METHODS[asked.verb]} ${asked.resource}${asked.group === '' ? '' : `.${asked.group}`}${asked.name === '' ? '' : ` ${asked.name}`})`;
  switch (code) {
    case 400: return { type: 'status', reason: 'BadRequest', message: `the server rejected our request for an unknown reason${about}` };
    case 401: return { type: 'status', reason: 'Unauthorized', message: `the server has asked for the client to provide credentials${about}` };
    case 405: return { type: 'status', reason: 'MethodNotAllowed', message: `the server does not allow this method on the requested resource${about}` };
    case 403: return { type: 'status', reason: 'Forbidden', message: `${text}${about}` };
    case 404: return { type: 'status', reason: 'NotFound', message: `the server could not find the requested resource${about}` };
    case 429: return { type: 'status', reason: 'TooManyRequests', message: `the server has received too many requests and has asked us to try again later${about}` };
    case 503: return { type: 'status', reason: 'ServiceUnavailable', message: `the server is currently unable to handle the request${about}` };
    case 504: return { type: 'status', reason: 'Timeout', message: `the server was unable to return a response in the time allotted, but may still be processing the request${about}` };
    default: return code < 500 ? { type: 'status', reason: 'Unknown', message: `the server responded with the status code ${code} but did not return more information${about}` } : { type: 'status', reason: 'InternalError', message: `an error on the server (${JSON.stringify(text.trimEnd())}) has prevented the request from succeeding${about}` };
  }
}

/** The same failure with what was being done in front: `error when creating "x.yaml"`. */
export function whileDoing(doing: string, failure: Failure): Failure {
  return failure.type === 'unreachable' ? failure : { ...failure, message: `${doing}: ${failure.message}` };
}

export const isNotFound = (failure: Failure): boolean => failure.type === 'status' && failure.reason === 'NotFound';

/** One failure as it is printed, without the final line feed, which a server's message may have already. */
export const failureText = (failure: Failure): string => (failure.type === 'status' ? wholeText(failure).replace(/\n$/, '') : wholeText(failure));

function wholeText(failure: Failure): string {
  if (failure.type === 'unreachable') return failure.message;
  if (failure.type === 'plain') return failure.isBare === true || failure.message.startsWith('error: ') ? failure.message : `error: ${failure.message}`;
  if (failure.reason === 'Invalid') return invalidText(failure.message, failure.details);
  if (failure.reason === 'Unauthorized') return `error: You must be logged in to the server (${failure.message})`;
  return failure.reason === '' ? `Error from server: ${failure.message}` : `Error from server (${failure.reason}): ${failure.message}`;
}

function invalidText(message: string, details: StatusDetails | undefined): string {
  if (details === undefined) return `The request is invalid${message === '' ? '' : `: ${message}`}`;
  const isNamed = (details.kind ?? '') !== '' || (details.name ?? '') !== '';
  const causes = causeTexts(details.causes ?? []);
  const head = isNamed ? `The ${details.kind ?? ''} "${details.name ?? ''}" is invalid` : `The request is invalid${message !== '' && causes.length === 0 ? `: ${message}` : ''}`;
  if (causes.length === 0) return head;
  if (causes.length === 1) return `${head}: ${causes[0] ?? ''}`;
  return [`${head}: `, ...causes.map((cause) => `* ${cause}`)].join('\n');
}

function causeTexts(causes: readonly StatusCause[]): readonly string[] {
  return [...new Set(causes.map((cause) => `${cause.field ?? ''}: ${cause.message ?? ''}`))];
}

/** Prints failures, one below the other, and gives the exit code. */
export function* fail(...failures: readonly Failure[]): Conversation<number> {
  if (failures.length === 0) return 0;
  for (const failure of failures) if (failure.type === 'plain' && failure.shown !== undefined) yield* cx.print(failure.shown);
  yield* cx.printError(failures.map((failure) => `${failures.length > 1 ? textAmongOthers(failure) : failureText(failure)}\n`).join(''));
  return FAILED;
}

/** Only an invalid object alone is shown cause by cause. @source kubernetes/kubectl pkg/cmd/util/helpers.go (MultipleErrors) */
const textAmongOthers = (failure: Failure): string => (failure.type === 'status' && failure.reason === 'Invalid' ? `Error from server (Invalid): ${failure.message}` : failureText(failure));

/**
 * Prints the errors of a command that gathers them before it ends: one alone is like any other, several stand without `error:` in front.
 * @source kubernetes/kubectl pkg/cmd/util/helpers.go (checkErr: aggregates)
 */
export function* failTogether(failures: readonly Failure[]): Conversation<number> {
  const [first] = failures;
  if (failures.length < 2 || first === undefined) return yield* fail(...failures);
  yield* cx.printError(failures.map((failure) => `${failure.type === 'plain' ? failure.message : failureText(failure)}\n`).join(''));
  return FAILED;
}

/** kubectl's own complaint about its arguments. */
export const usage = (message: string): Conversation<number> => fail(plainFailure(message));

/** The hint that follows a wrong use of a command. */
export const seeHelp = (command: string, message: string): string => `${message}\nSee '${command} -h' for help and examples`;

/** Server warnings, as kubectl shows them. */
export function* showWarnings(warnings: readonly string[]): Conversation<void> {
  if (warnings.length > 0) yield* cx.printError(warnings.map((text) => `Warning: ${text}\n`).join(''));
}
