import type { Result } from '../base/data.ts';
import type { RequestOptions } from '../api/wire.ts';
import { type Failure, plainFailure } from './errors.ts';

/** Value of --validate as the server's field validation. */
export function validationOf(text: string): Result<NonNullable<RequestOptions['fieldValidation']>, Failure> {
  switch (text) {
    case '': case 'true': case 'strict': return { ok: true, value: 'Strict' };
    case 'warn': return { ok: true, value: 'Warn' };
    case 'false': case 'ignore': return { ok: true, value: 'Ignore' };
    default: return { ok: false, error: plainFailure(`invalid - validate option ${JSON.stringify(text)}; must be one of: strict (or true), warn, ignore (or false)`) };
  }
}
