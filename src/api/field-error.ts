/**
 * Errors of object fields, worded as the API server words them.
 *
 * @source kubernetes/apimachinery pkg/util/validation/field/errors.go
 */
import { compareText } from '../base/compare.ts';
import { goJson, goQuote } from '../base/go-quote.ts';
import { goText } from '../base/go-text.ts';

/** Machine-readable class of an error; the same texts are the `reason` of a Status cause. */
export type FieldErrorType =
  | 'FieldValueNotFound' | 'FieldValueRequired' | 'FieldValueDuplicate' | 'FieldValueInvalid' | 'FieldValueNotSupported'
  | 'FieldValueForbidden' | 'FieldValueTooLong' | 'FieldValueTooMany' | 'InternalError' | 'FieldValueTypeInvalid';

/** One thing wrong with one field. */
export interface FieldError {
  readonly type: FieldErrorType;
  /** Path as in `spec.containers[0].name`. */
  readonly field: string;
  readonly badValue?: unknown;
  readonly detail: string;
  /** The message leaves the value out, as where it would be a whole structure. */
  readonly omitsValue?: true;
}

const typeTexts: Readonly<Record<FieldErrorType, string>> = {
  FieldValueNotFound: 'Not found',
  FieldValueRequired: 'Required value',
  FieldValueDuplicate: 'Duplicate value',
  FieldValueInvalid: 'Invalid value',
  FieldValueNotSupported: 'Unsupported value',
  FieldValueForbidden: 'Forbidden',
  FieldValueTooLong: 'Too long',
  FieldValueTooMany: 'Too many',
  InternalError: 'Internal error',
  FieldValueTypeInvalid: 'Invalid value',
};

/** A field that must be set. */
export const required = (field: string, detail = ''): FieldError => ({ type: 'FieldValueRequired', field, detail });
/** A field that must not be set, or not so. */
export const forbidden = (field: string, detail: string): FieldError => ({ type: 'FieldValueForbidden', field, detail });
/** A malformed or out-of-range value. */
export const invalid = (field: string, badValue: unknown, detail: string): FieldError => ({ type: 'FieldValueInvalid', field, badValue, detail });
/** A value that occurs twice where it must be unique. */
export const duplicate = (field: string, badValue: unknown): FieldError => ({ type: 'FieldValueDuplicate', field, badValue, detail: '' });
/** A reference to something that is not there. */
export const missing = (field: string, badValue: unknown): FieldError => ({ type: 'FieldValueNotFound', field, badValue, detail: '' });
/** A value with a wrong shape. */
export const typeInvalid = (field: string, badValue: unknown, detail: string): FieldError => ({ type: 'FieldValueTypeInvalid', field, badValue, detail });

/** A value outside a closed list. */
export function notSupported(field: string, badValue: unknown, supported: readonly string[]): FieldError {
  const detail = supported.length === 0 ? '' : `supported values: ${supported.map(quote).join(', ')}`;
  return { type: 'FieldValueNotSupported', field, badValue, detail };
}

/** A text above its maximum length. */
export function tooLong(field: string, maximum: number): FieldError {
  return { type: 'FieldValueTooLong', field, detail: `may not be more than ${maximum} ${maximum === 1 ? 'byte' : 'bytes'}` };
}

/** A list above its maximum length. */
export function tooMany(field: string, actual: number, maximum: number): FieldError {
  return { type: 'FieldValueTooMany', field, badValue: actual, detail: `must have at most ${maximum} ${maximum === 1 ? 'item' : 'items'}` };
}

/**
 * A structure as the message of an error shows it: by the server's own types, whose fields have Go's names, stand in their order and are null when nothing is set.
 * @source kubernetes/apimachinery pkg/util/validation/field/errors.go (ErrorBody)
 */
export function structure(fields: Readonly<Record<string, unknown>>): object {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, value ?? null]));
}

/** A map as Go writes it, by the order of its keys; null when there is none. */
export function mapValue<T>(of: Readonly<Record<string, T>> | undefined): object | null {
  return of === undefined ? null : Object.fromEntries(Object.keys(of).sort(compareText).map((key) => [key, of[key]]));
}

/** Go's `%q` of a text. */
export const quote = goQuote;

/** The part of the message behind the field. */
export function fieldErrorBody(error: FieldError): string {
  let text = typeTexts[error.type];
  switch (error.type) {
    case 'FieldValueRequired': case 'FieldValueForbidden': case 'FieldValueTooLong': case 'InternalError':
      break;
    default:
      if (error.omitsValue !== true) text += `: ${renderValue(error.badValue)}`;
  }
  return error.detail === '' ? text : `${text}: ${error.detail}`;
}

function renderValue(value: unknown): string {
  switch (typeof value) {
    case 'undefined': return 'null';
    case 'string': return goQuote(value);
    case 'number': case 'boolean': return goText(value);
    default: return goJson(value);
  }
}

/** The whole message of one error. */
export function fieldErrorText(error: FieldError): string {
  return `${error.field}: ${fieldErrorBody(error)}`;
}

/** One message for all errors: alone, or as a bracketed list without repetitions. */
export function aggregateText(errors: readonly FieldError[]): string {
  const texts = [...new Set(errors.map(fieldErrorText))];
  const first = texts[0];
  if (first === undefined) return '';
  return texts.length === 1 ? first : `[${texts.join(', ')}]`;
}
