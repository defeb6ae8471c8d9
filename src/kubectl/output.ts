/**
 * The forms of `-o` other than tables.
 * @source kubernetes/cli-runtime pkg/genericclioptions/print_flags.go
 */
import type { Result } from '../base/data.ts';
import type { KubeObject } from '../api/meta.ts';
import { descriptorOfObject } from '../api/scheme.ts';
import type { Arguments } from './command.ts';
import { objectName } from './builder.ts';
import { type Failure, plainFailure } from './errors.ts';
import { toJson } from './json.ts';
import { isOn, textFlag } from './options.ts';
import { columnsOfLines, columnsPrinter, jsonPathPrinter } from './templates.ts';
import { goTemplatePrinter } from './go-template/printer.ts';
import { toKyaml } from './kyaml.ts';
import { toYaml } from './yaml.ts';

/** Makes the text of an object, or says why not. */
export type Printer = (object: object) => Result<string, Failure>;

const FORMATS = ['go-template', 'go-template-file', 'json', 'jsonpath', 'jsonpath-as-json', 'jsonpath-file', 'kyaml', 'name', 'template', 'templatefile', 'yaml'] as const;
const GET_FORMATS = ['custom-columns', 'custom-columns-file', ...FORMATS, 'wide'].sort((a, b) => (a < b ? -1 : 1));

/** The form asked for: its name and what stands behind `=`. */
export function outputOf(args: Arguments): { readonly format: string; readonly template: string } {
  const text = textFlag(args, 'output');
  const template = textFlag(args, 'template');
  if (text === '' && template !== '') return { format: 'go-template', template };
  const equals = text.indexOf('=');
  if (equals < 0) return { format: text, template };
  return { format: text.slice(0, equals), template: text.slice(equals + 1) };
}

/** What one command prints with. `isGet` has tables, so it knows custom columns; `asIs` keeps the order of keys in JSON. */
export interface PrinterOptions { readonly isGet?: boolean; readonly asIs?: boolean; /** A form that does not exist is told of when it is time to print: the change has been made then. */ readonly isLate?: boolean }

/** The printer of the form asked for; undefined = the command's usual text or table. */
export function printerOf(args: Arguments, options: PrinterOptions = {}): Result<Printer | undefined, Failure> {
  const { format, template } = outputOf(args);
  const keep = isOn(args, 'show-managed-fields');
  const allowsMissing = args.flags['allow-missing-template-keys'] !== false;
  const shown = (object: object): object => (keep ? object : withoutManagedFields(object));
  switch (format) {
    case '': return { ok: true, value: undefined };
    case 'wide': if (options.isGet === true) return { ok: true, value: undefined }; break;
    case 'json': return { ok: true, value: (object) => ({ ok: true, value: `${toJson(shown(object), options.asIs === true ? 'asIs' : 'sorted')}\n` }) };
    case 'yaml': return { ok: true, value: yamlPrinter(shown) };
    case 'kyaml': return { ok: true, value: (object) => ({ ok: true, value: toKyaml(shown(object), options.asIs === true ? 'asIs' : 'sorted') }) };
    case 'name': return { ok: true, value: (object) => ({ ok: true, value: namesText(object) }) };
    case 'jsonpath-file': case 'go-template-file': case 'templatefile': return filePrinter(args, format, template);
    case 'jsonpath': case 'jsonpath-as-json': return jsonPathPrinter(template, format === 'jsonpath-as-json', allowsMissing);
    case 'go-template': case 'template': return goTemplatePrinter(template, { allowsMissing, asIs: options.asIs === true });
    case 'custom-columns-file': if (options.isGet === true) return columnsFilePrinter(args, template); break;
    case 'custom-columns': if (options.isGet === true) return columnsPrinter(template, isOn(args, 'no-headers')); break;
    default:
  }
  const allowed = options.isGet === true ? GET_FORMATS : FORMATS;
  return { ok: false, error: plainFailure(`unable to match a printer suitable for the output format "${textFlag(args, 'output')}", allowed formats are: ${allowed.join(',')}`) };
}

/** A template that lies in a file. */
function filePrinter(args: Arguments, format: string, path: string): Result<Printer, Failure> {
  if (path === '') return { ok: false, error: plainFailure('template format specified but no template given') };
  const text = args.files[path];
  if (text === undefined) return { ok: false, error: plainFailure(`error reading --template ${path}, open ${path}: no such file or directory`) };
  const allowsMissing = args.flags['allow-missing-template-keys'] !== false;
  return format === 'jsonpath-file' ? jsonPathPrinter(text, false, allowsMissing) : goTemplatePrinter(text, { allowsMissing });
}

function columnsFilePrinter(args: Arguments, path: string): Result<Printer, Failure> {
  if (path === '') return { ok: false, error: plainFailure('custom-columns format specified but no custom columns given') };
  const text = args.files[path];
  if (text === undefined) return { ok: false, error: plainFailure(`error reading template ${path}, open ${path}: no such file or directory`) };
  return columnsOfLines(text, isOn(args, 'no-headers'));
}

/** Several objects printed one after another are documents of one stream. */
function yamlPrinter(shown: (object: object) => object): Printer {
  let count = 0;
  return (object) => ({ ok: true, value: `${count++ > 0 ? '---\n' : ''}${toYaml(shown(object))}` });
}

function namesText(object: object): string {
  const list = (object as { readonly items?: readonly KubeObject[] }).items;
  return (list ?? [object as KubeObject]).map((item) => `${nameText(item)}\n`).join('');
}

function nameText(object: KubeObject): string {
  const descriptor = descriptorOfObject(object) ?? { kind: object.kind, group: object.apiVersion.includes('/') ? (object.apiVersion.split('/')[0] ?? '') : '' };
  return objectName(descriptor, (object.metadata as KubeObject['metadata'] | undefined)?.name ?? '<unknown>');
}

/** Objects and lists without `metadata.managedFields`. */
export function withoutManagedFields(object: object): object {
  const { items, metadata } = object as { readonly items?: readonly object[]; readonly metadata?: Readonly<Record<string, unknown>> };
  if (Array.isArray(items)) return { ...object, items: items.map((item: object) => withoutManagedFields(item)) };
  if (metadata?.['managedFields'] === undefined) return object;
  const { managedFields: _hidden, ...rest } = metadata;
  return { ...object, metadata: rest };
}

/** The list that several objects make together. */
export function listOf(items: readonly object[]): object {
  return { apiVersion: 'v1', items, kind: 'List', metadata: { resourceVersion: '' } };
}
