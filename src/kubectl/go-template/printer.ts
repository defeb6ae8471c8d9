/** `-o go-template=…` and `--template=…`. */
import type { Result } from '../../base/data.ts';
import { type Failure, plainFailure } from '../errors.ts';
import type { Printer } from '../output.ts';
import { runTemplate } from './evaluate.ts';
import { parseTemplate } from './parse.ts';

/** The printer of a Go template. */
export function goTemplatePrinter(template: string, allowsMissing = true): Result<Printer, Failure> {
  if (template === '') return { ok: false, error: plainFailure('template format specified but no template given') };
  const nodes = parseTemplate(template);
  if (!nodes.ok) return { ok: false, error: plainFailure(`error parsing template ${template}, template: output:1: ${nodes.error}`) };
  return {
    ok: true,
    value(object) {
      const text = runTemplate(nodes.value, object, allowsMissing);
      return text.ok ? text : { ok: false, error: plainFailure(`error executing template ${JSON.stringify(template)}: template: output:1: ${text.error}`) };
    },
  };
}
