/**
 * Failure answers of the API server.
 *
 * @source kubernetes/apimachinery pkg/api/errors/errors.go
 */
import { goQuote } from '../base/go-quote.ts';
import { aggregateText, fieldErrorBody } from './field-error.ts';
import type { FieldError } from './field-error.ts';

/** One detail of a failure. */
export interface StatusCause {
  readonly reason?: string;
  readonly message?: string;
  readonly field?: string;
}

/** What a failure is about. `kind` is the plural resource, but the Kind for Invalid. */
export interface StatusDetails {
  readonly name?: string;
  readonly group?: string;
  readonly kind?: string;
  readonly uid?: string;
  readonly causes?: readonly StatusCause[];
  readonly retryAfterSeconds?: number;
}

/** The answer to a request that has no object to return. */
export interface Status {
  readonly kind: 'Status';
  readonly apiVersion: 'v1';
  readonly metadata: { readonly resourceVersion?: string; readonly continue?: string };
  readonly status: 'Success' | 'Failure';
  readonly message?: string;
  readonly reason?: string;
  readonly details?: StatusDetails;
  readonly code: number;
}

/** A resource in messages: `pods` or `deployments.apps`. */
export interface GroupResource {
  readonly group: string;
  readonly resource: string;
}

/** `deployments.apps`, or `pods` for the core group. */
function groupResourceText(of: GroupResource): string {
  return of.group === '' ? of.resource : `${of.resource}.${of.group}`;
}

interface FailureParts {
  readonly code: number;
  readonly reason: string;
  readonly message: string;
  readonly details?: StatusDetails;
}

/** Any failure, by its parts. */
export function failure(parts: FailureParts): Status {
  const base = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message: parts.message, reason: parts.reason } as const;
  return parts.details === undefined ? { ...base, code: parts.code } : { ...base, details: parts.details, code: parts.code };
}

/** Whether a body is a Status. */
export function isStatus(body: unknown): body is Status {
  return typeof body === 'object' && body !== null && (body as { kind?: unknown }).kind === 'Status';
}

function about(of: GroupResource, name: string): StatusDetails {
  return { ...(name === '' ? {} : { name }), ...(of.group === '' ? {} : { group: of.group }), kind: of.resource };
}

/** Success without an object, for example after a delete. */
export function success(details: StatusDetails): Status {
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details, code: 200 };
}

export const notFound = (of: GroupResource, name: string): Status =>
  failure({ code: 404, reason: 'NotFound', message: `${groupResourceText(of)} ${goQuote(name)} not found`, details: about(of, name) });

/** Nothing is served at this path. */
export const noSuchPath = (): Status =>
  failure({ code: 404, reason: 'NotFound', message: 'the server could not find the requested resource', details: {} });

export const alreadyExists = (of: GroupResource, name: string): Status =>
  failure({ code: 409, reason: 'AlreadyExists', message: `${groupResourceText(of)} ${goQuote(name)} already exists`, details: about(of, name) });

/** A generated name collided; the client may try again. */
export const generateNameConflict = (of: GroupResource, name: string): Status =>
  failure({
    code: 409, reason: 'AlreadyExists', details: { ...about(of, name), retryAfterSeconds: 1 },
    message: `${groupResourceText(of)} ${goQuote(name)} already exists, the server was not able to generate a unique name for the object`,
  });

/** What an optimistic-concurrency failure says. */
const modifiedText = 'the object has been modified; please apply your changes to the latest version and try again';

export const conflict = (of: GroupResource, name: string, why: string = modifiedText): Status =>
  failure({
    code: 409, reason: 'Conflict', details: about(of, name),
    message: `Operation cannot be fulfilled on ${groupResourceText(of)} ${goQuote(name)}: ${why}`,
  });

export const forbiddenStatus = (of: GroupResource, name: string, why: string): Status => {
  let subject = groupResourceText(of);
  if (of.resource === '') subject = name === '' ? 'forbidden' : goQuote(name);
  else if (name !== '') subject += ` ${goQuote(name)}`;
  const message = of.resource === '' && name === '' ? `forbidden: ${why}` : `${subject} is forbidden: ${why}`;
  return failure({ code: 403, reason: 'Forbidden', message, details: about(of, name) });
};

/** @param group group of the kind, '' for core */
export function invalidStatus(of: { readonly group: string; readonly kind: string }, name: string, errors: readonly FieldError[]): Status {
  const kind = of.group === '' ? of.kind : `${of.kind}.${of.group}`;
  const causes = errors.map((error) => ({ reason: error.type, message: fieldErrorBody(error), field: error.field }));
  const head = `${kind} ${goQuote(name)} is invalid`;
  return failure({
    code: 422, reason: 'Invalid', message: errors.length === 0 ? head : `${head}: ${aggregateText(errors)}`,
    details: { ...(name === '' ? {} : { name }), ...(of.group === '' ? {} : { group: of.group }), kind: of.kind, causes },
  });
}

export const unauthorized = (): Status => failure({ code: 401, reason: 'Unauthorized', message: 'Unauthorized' });
export const badRequest = (message: string): Status => failure({ code: 400, reason: 'BadRequest', message });

export const timeout = (message: string, retryAfterSeconds: number): Status =>
  failure({ code: 504, reason: 'Timeout', message: `Timeout: ${message}`, details: { retryAfterSeconds } });

export const tooManyRequests = (message: string, retryAfterSeconds: number): Status =>
  failure({ code: 429, reason: 'TooManyRequests', message: `Too many requests: ${message}`, details: { retryAfterSeconds } });

/** A client turned away by the request limits of the server. */
export const tooManyRequestsGeneric = (): Status =>
  failure({ code: 429, reason: 'TooManyRequests', message: 'too many requests, please try again later.', details: { retryAfterSeconds: 1 } });

export const serviceUnavailable = (message: string): Status => failure({ code: 503, reason: 'ServiceUnavailable', message });
export const gone = (message: string): Status => failure({ code: 410, reason: 'Gone', message });
/** The asked resourceVersion or continue token is too old. */
export const expired = (message: string): Status => failure({ code: 410, reason: 'Expired', message });
/** A watch or list from a compacted revision. */
export const tooOldResourceVersion = (requested: string, current: string): Status => expired(`too old resource version: ${requested} (${current})`);
export const compacted = (): Status =>
  expired('The resourceVersion for the provided list is too old.');
/** No route takes the verb at this path. @source kubernetes/apiserver pkg/server/handler.go (serviceErrorHandler) */
export const methodNotAllowed: Status = Object.freeze(failure({ code: 405, reason: 'MethodNotAllowed', message: 'the server does not allow this method on the requested resource', details: {} }));

/** The route is there, but what is behind it cannot do this. */
export const methodNotSupported = (of: GroupResource, action: string): Status =>
  failure({
    code: 405, reason: 'MethodNotAllowed', details: { ...(of.group === '' ? {} : { group: of.group }), kind: of.resource },
    message: `${action} is not supported on resources of kind ${goQuote(groupResourceText(of))}`,
  });
export const internalError = (message: string): Status =>
  failure({ code: 500, reason: 'InternalError', message: `Internal error occurred: ${message}`, details: { causes: [{ message }] } });
export const unsupportedMediaType = (message: string): Status => failure({ code: 415, reason: 'UnsupportedMediaType', message });
export const notAcceptable = (message: string): Status => failure({ code: 406, reason: 'NotAcceptable', message });
export const requestEntityTooLarge = (message: string): Status =>
  failure({ code: 413, reason: 'RequestEntityTooLarge', message: `Request entity is too large: ${message}` });

/** A reader asked for a version that the server has not seen yet. */
export const tooLargeResourceVersion = (requested: string, current: string, retryAfterSeconds: number): Status =>
  failure({
    code: 504, reason: 'Timeout', message: `Timeout: Too large resource version: ${requested}, current: ${current}`,
    details: { retryAfterSeconds, causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }] },
  });

/**
 * What the filter of priority and fairness says to a client that it turns away: a bare text and a Retry-After on the wire, no Status.
 * @source kubernetes/apiserver pkg/server/filters/maxinflight.go (tooManyRequests)
 */
export const TURNED_AWAY = 'Too many requests, please try again later.';
