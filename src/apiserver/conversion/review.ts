/**
 * What the answer of a conversion webhook means, and whether it may be believed.
 *
 * @source kubernetes/apiextensions-apiserver pkg/apiserver/conversion/webhook_converter.go
 */
import { equalData } from '../../base/compare.ts';
import { deepFreeze } from '../../base/data.ts';
import type { Result } from '../../base/data.ts';
import { type FieldError, fieldErrorText } from '../../api/field-error.ts';
import type { KubeObject, ObjectMeta } from '../../api/meta.ts';
import { validateAnnotations, validateLabels } from '../../api/validate-meta.ts';
import { httpTrouble, type WebhookAnswer } from '../webhooks.ts';

/** What a webhook is asked: these objects, in that version. All are of one kind, and none is in the version yet. */
export interface Conversion {
  /** Name of the definition. */
  readonly definition: string;
  /** Version of the ConversionReview. */
  readonly review: string;
  readonly apiVersion: string;
  readonly objects: readonly KubeObject[];
}

const GROUP = 'apiextensions.k8s.io';

interface ReviewResponse { readonly uid?: string; readonly convertedObjects?: readonly unknown[] | null; readonly result?: { readonly status?: string; readonly message?: string } | null }
interface Review { readonly apiVersion?: string; readonly kind?: string; readonly response?: ReviewResponse | null }

/** The review that is sent. */
export function reviewOf({ review, apiVersion, objects }: Conversion, uid: string): object {
  return { kind: 'ConversionReview', apiVersion: `${GROUP}/${review}`, request: { uid, desiredAPIVersion: apiVersion, objects } };
}

/** The objects in the version that was wanted, in the order they were sent. A text says why the answer counts for nothing. */
export function readConversion(conversion: Conversion, answer: WebhookAnswer): Result<readonly KubeObject[], string> {
  const { objects } = conversion;
  const subject = `conversion webhook for ${kindText(objects[0])}`;
  const no = (error: string): Result<never, string> => ({ ok: false, error: `${subject} ${error}` });
  const read = answer.ok ? responseIn(conversion, answer) : { fault: answer.error };
  if ('fault' in read) return no(`failed: ${read.fault}`);
  if (read.objects.length !== objects.length) return no(`returned ${read.objects.length} objects, expected ${objects.length}`);
  const converted: KubeObject[] = [];
  for (const [i, original] of objects.entries()) {
    const checked = check(original, read.objects[i], { apiVersion: conversion.apiVersion, index: objects.length === 1 ? undefined : i });
    if (!checked.ok) return no(`returned ${checked.error}`);
    converted.push(checked.value);
  }
  return { ok: true, value: converted };
}

/** `stable.example.com/v1, Kind=CronTab` */
function kindText(object: Partial<KubeObject> | undefined): string {
  return `${object?.apiVersion ?? ''}, Kind=${object?.kind ?? ''}`;
}

function responseIn({ review }: Conversion, answer: WebhookAnswer & { readonly ok: true }): { readonly objects: readonly unknown[] } | { readonly fault: string } {
  const trouble = httpTrouble(answer);
  if (trouble !== undefined) return { fault: trouble };
  const body = answer.body as Review;
  const wanted = { apiVersion: `${GROUP}/${review}`, kind: 'ConversionReview' };
  // Reviews of v1beta1 tell less of themselves, and are believed all the same.
  if (review === 'v1' && (body.apiVersion !== wanted.apiVersion || body.kind !== wanted.kind)) return { fault: `expected webhook response of ${kindText(wanted as KubeObject)}, got ${kindText(body as KubeObject)}` };
  const { response } = body;
  if (response === undefined || response === null) return { fault: 'no response provided' };
  if (review === 'v1' && response.uid !== answer.uid) return { fault: `expected response.uid=${JSON.stringify(answer.uid)}, got ${JSON.stringify(response.uid ?? '')}` };
  const { status = '', message = '' } = response.result ?? {};
  if (status !== 'Success') return { fault: message === '' ? `response.result.status was '${status}', not 'Success'` : message };
  return { objects: response.convertedObjects ?? [] };
}

interface Wanted { readonly apiVersion: string; /** Place in a list; undefined = it is the only one. */ readonly index: number | undefined }

/** One converted object: it has to be the same object, in the version that was wanted. */
function check(original: KubeObject, given: unknown, { apiVersion, index }: Wanted): Result<KubeObject, string> {
  const place = index === undefined ? '' : ` at index ${index + 1}`;
  const what = index === undefined ? 'invalid object' : 'invalid converted object';
  const invalid = (text: string, at = place): Result<never, string> => ({ ok: false, error: `${what}${at}: ${text}` });
  const first = index === undefined ? ' at index 0' : place;
  if (typeof given !== 'object' || given === null || typeof (given as KubeObject).kind !== 'string') return invalid(`Object 'Kind' is missing in '${JSON.stringify(given)}'`, first);
  const object = given as KubeObject & { readonly metadata: Readonly<Record<string, unknown>> };
  if (object.apiVersion !== apiVersion) return invalid(`invalid groupVersion (expected ${apiVersion}, received ${object.apiVersion})`, first);
  if (object.kind !== original.kind) return invalid(`invalid kind (expected ${original.kind}, received ${object.kind})`, first);
  const other = differenceIn(original.metadata, typeof object.metadata === 'object' ? object.metadata : {});
  if (other !== undefined) return invalid(other);
  const metadata = restore(original.metadata, object.metadata);
  if (!metadata.ok) return { ok: false, error: index === undefined ? `invalid metadata: ${metadata.error}` : `invalid metadata in object${place}: ${metadata.error}` };
  return { ok: true, value: deepFreeze({ ...object, metadata: metadata.value }) };
}

function differenceIn(original: ObjectMeta, given: Readonly<Record<string, unknown>>): string | undefined {
  for (const [field, called] of [['name', 'name'], ['namespace', 'namespace'], ['uid', 'UID']] as const) {
    const [expected, got] = [original[field] ?? '', given[field] ?? ''];
    if (expected !== got) return `must have the same ${called}: ${expected} != ${String(got)}`;
  }
  return undefined;
}

/** The metadata of the original with the labels and annotations of what came back; nothing else of it may change. */
function restore(original: ObjectMeta, given: unknown): Result<ObjectMeta, string> {
  if (given === undefined) return { ok: false, error: 'missing metadata in converted object' };
  if (!isMap(given)) return { ok: false, error: `invalid metadata of type ${typeName(given)} in converted object` };
  const { labels: oldLabels, annotations: oldAnnotations, ...rest } = original;
  const labels = mapIn('labels', given['labels'], oldLabels);
  if (!labels.ok) return labels;
  const annotations = mapIn('annotations', given['annotations'], oldAnnotations);
  if (!annotations.ok) return annotations;
  return { ok: true, value: { ...rest, ...(labels.value === undefined ? {} : { labels: labels.value }), ...(annotations.value === undefined ? {} : { annotations: annotations.value }) } };
}

type StringMap = Readonly<Record<string, string>>;

function mapIn(field: 'labels' | 'annotations', given: unknown, original: StringMap | undefined): Result<StringMap | undefined, string> {
  if (given === undefined || given === null) return { ok: true, value: undefined };
  if (!isMap(given)) return { ok: false, error: `invalid metadata.${field} of type ${typeName(given)} in converted object` };
  for (const [key, value] of Object.entries(given)) {
    if (typeof value !== 'string') return { ok: false, error: `metadata.${field}[${key}] must be a string, but is ${typeName(value)} in converted object` };
  }
  const map = given as StringMap;
  if (equalData(map, original)) return { ok: true, value: map };
  const errors: FieldError[] = [];
  if (field === 'labels') validateLabels(map, 'metadata.labels', errors);
  else validateAnnotations(map, 'metadata.annotation', errors);
  const texts = errors.map(fieldErrorText);
  return texts.length === 0 ? { ok: true, value: map } : { ok: false, error: texts.length === 1 ? texts[0] ?? '' : `[${texts.join(', ')}]` };
}

const isMap = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null && !Array.isArray(value);

/** As Go names what a JSON value is decoded into. */
function typeName(value: unknown): string {
  if (value === null) return '<nil>';
  if (Array.isArray(value)) return '[]interface {}';
  switch (typeof value) {
    case 'string': return 'string';
    case 'boolean': return 'bool';
    case 'number': return Number.isInteger(value) ? 'int64' : 'float64';
    default: return 'map[string]interface {}';
  }
}
