/** `-o go-template=…` and `--template=…`. */
import type { Result } from '../../base/data.ts';
import { goText } from '../../base/go-text.ts';
import { toCompactJson } from '../json.ts';
import { type Failure, plainFailure } from '../errors.ts';
import type { Printer } from '../output.ts';
import { runTemplate } from './evaluate.ts';
import { parseTemplate } from './parse.ts';

/** Line and column of the field that an error is about, as Go counts them. */
function placeOf(template: string, error: string): string {
  const field = /at <(\.[^>]*|\{\{template .*\}\})>/.exec(error)?.[1];
  // Of a call of a template, its name is the place.
  const at = field === undefined ? -1 : template.indexOf(field) + (field.startsWith('{{') ? '{{template '.length : 0);
  if (at < 0) return '1';
  const before = template.slice(0, at);
  return `${before.split('\n').length}:${at - (before.lastIndexOf('\n') + 1)}`;
}

/** What kubectl shows of a template that failed. @source kubernetes/cli-runtime pkg/printers/template.go */
function debugText(template: string, error: string, { object, asIs }: { readonly object: object; readonly asIs: boolean }): string {
  return `Error executing template: ${error}. Printing more information for debugging the template:\n\ttemplate was:\n\t\t${template}\n\traw data was:\n\t\t${toCompactJson(object, asIs ? 'asIs' : 'sorted')}\n\tobject given to template engine was:\n\t\t${goText(object)}\n\n`;
}

/** The printer of a Go template. */
export function goTemplatePrinter(template: string, { allowsMissing = true, asIs = false }: { readonly allowsMissing?: boolean; readonly asIs?: boolean } = {}): Result<Printer, Failure> {
  if (template === '') return { ok: false, error: plainFailure('template format specified but no template given') };
  const nodes = parseTemplate(template);
  if (!nodes.ok) return { ok: false, error: plainFailure(`error parsing template ${template}, template: output:1: ${nodes.error}`) };
  return {
    ok: true,
    value(object) {
      const text = runTemplate(nodes.value, object, allowsMissing);
      if (text.ok) return text;
      const error = `template: output:${placeOf(template, text.error)}: ${text.error}`;
      return { ok: false, error: { type: 'plain', message: `error executing template ${JSON.stringify(template)}: ${error}`, shown: debugText(template, error, { object, asIs }) } };
    },
  };
}
