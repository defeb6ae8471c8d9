/** API requests of kubectl, by kind, namespace and name. */
import type { Result } from '../base/data.ts';
import type { ApiCall, ListBody, RequestOptions, Verb } from '../api/wire.ts';
import type { KubeObject } from '../api/meta.ts';
import type { ResourceDescriptor } from '../api/resource.ts';
import type { Conversation } from '../sim/conversation.ts';
import { type ApiAnswer, type Arguments, cx } from './command.ts';
import { numberFlag } from './options.ts';
import { type Failure, failureOf, showWarnings } from './errors.ts';

/** What a request is about. */
export interface Place {
  readonly descriptor: ResourceDescriptor;
  /** '' = all namespaces, or a kind without namespaces. */
  readonly namespace: string;
  /** '' = the collection. */
  readonly name: string;
  readonly subresource?: string;
}

/** A request to a place. */
export function callOf(verb: Verb, place: Place, more: Partial<ApiCall> = {}): ApiCall {
  const { descriptor } = place;
  return {
    verb, group: descriptor.group, version: descriptor.version, resource: descriptor.plural, subresource: place.subresource ?? '',
    namespace: descriptor.namespaced ? place.namespace : '', name: place.name, ...more,
  };
}

/** Sends a request; warnings of the server are shown at once, unless they are kept quiet. */
export function* send<T>(call: ApiCall, isQuiet = false): Conversation<Result<T, Failure>> {
  const answer: ApiAnswer = yield* cx.request(call);
  if (!isQuiet && 'warnings' in answer) yield* showWarnings(answer.warnings ?? []);
  if (!answer.ok) return { ok: false, error: failureOf(answer, call) };
  return { ok: true, value: answer.body as T };
}

export function read(place: Place, options?: RequestOptions): Conversation<Result<KubeObject, Failure>> {
  return send(callOf('get', place, options === undefined ? {} : { options }));
}

/** kubectl's --chunk-size. */
const CHUNK = 500;

/** Objects in one request as `--chunk-size` says; 0 = all. */
export const chunkOf = (args: Arguments): RequestOptions => { const size = numberFlag(args, 'chunk-size'); return size === undefined ? {} : { limit: size }; };

/** All objects of a collection, chunk by chunk; `limit` is the size of a chunk, 0 = everything at once. */
export function* list(place: Place, options: RequestOptions = {}, isQuiet = false): Conversation<Result<ListBody, Failure>> {
  const items: KubeObject[] = [];
  let token: string | undefined;
  for (;;) {
    const { limit = CHUNK, ...others } = options;
    const chunk: RequestOptions = { ...others, ...(limit > 0 ? { limit } : {}), ...(token === undefined ? {} : { continue: token }) };
    const answer = yield* send<ListBody>(callOf('list', { ...place, name: '' }, { options: chunk }), isQuiet);
    if (!answer.ok) return { ok: false, error: listFailure(answer.error, place, options) };
    items.push(...answer.value.items);
    token = answer.value.metadata.continue;
    if (token === undefined || token === '') return { ok: true, value: { ...answer.value, items } };
  }
}

/** A list that was refused says what was asked for. @source kubernetes/cli-runtime pkg/resource/selector.go (EnhanceListError) */
export function listFailure(failure: Failure, { descriptor: { group, version, plural } }: Place, { labelSelector = '', fieldSelector = '' }: RequestOptions): Failure {
  if (failure.type !== 'status' || (failure.reason !== 'BadRequest' && failure.reason !== 'NotFound')) return failure;
  const subject = JSON.stringify(`${group}/${version}, Resource=${plural}`);
  const asked = labelSelector === '' && fieldSelector === '' ? `Unable to list ${subject}` : `Unable to find ${subject} that match label selector ${JSON.stringify(labelSelector)}, field selector ${JSON.stringify(fieldSelector)}`;
  return { ...failure, message: `${asked}: ${failure.message}` };
}

export function create(place: Place, body: object, options: RequestOptions): Conversation<Result<KubeObject, Failure>> {
  return send(callOf('create', { ...place, name: '' }, { body, options }));
}

export function patch(place: Place, body: object, how: { readonly type: NonNullable<ApiCall['patchType']>; readonly options?: RequestOptions }): Conversation<Result<KubeObject, Failure>> {
  return send(callOf('patch', place, { body, patchType: how.type, ...(how.options === undefined ? {} : { options: how.options }) }));
}

export function remove(place: Place, options: RequestOptions): Conversation<Result<object, Failure>> {
  return send(callOf('delete', place, { options }));
}
