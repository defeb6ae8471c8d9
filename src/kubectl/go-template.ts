/** `-o go-template=…`. */
import type { Result } from '../base/data.ts';
import { type Failure, plainFailure } from './errors.ts';
import type { Printer } from './output.ts';

/** The printer of a Go template. */
export function goTemplatePrinter(template: string): Result<Printer, Failure> {
  return { ok: false, error: plainFailure(`error parsing template ${template}`) };
}
