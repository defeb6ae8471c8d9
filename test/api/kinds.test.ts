/**
 * What each kind refuses, word for word. `kinds.txt` has a good object of each kind below `== KIND apiVersion`, and lines behind `--`: `+ change` makes the object
 * with a change, `~ change` updates it, `s change` writes its status, `p part change` a part such as the approval; indented lines are the errors that must come, in order, none of them more. A change is
 * `path value` with slashes between names, `-path` without the field; several have ` ; ` between them. `c change` shows the columns of the object, five minutes old:
 * one line for all, wide ones included. `w change` shows the warnings about a new object, `u change` those about an update. `d change` shows what the server sets in a new object and
 * `o change` what it sets when the object is updated, field by field, without the defaults of pod specs; `-field` is dropped. The files but the first go by the functions that upstream does it with.
 */
import { readFileSync } from 'node:fs';
import t from 'tap';
import { parse } from 'yaml';
import { deepFreeze, micros } from '../../src/base/data.ts';
import { fieldErrorBody } from '../../src/api/field-error.ts';
import type { FieldError } from '../../src/api/field-error.ts';
import type { KubeObject } from '../../src/api/meta.ts';
import type { ResourceDescriptor } from '../../src/api/resource.ts';
import { descriptorOfObject } from '../../src/api/scheme.ts';
import { schemaTypes } from '../../src/api/schema.generated.ts';
import { decodeObject } from '../../src/api/strict.ts';
import { kept } from '../../src/api/zero-values.ts';
import { changed } from './changes.ts';

interface Case { readonly line: number; readonly how: string; readonly change: string; readonly errors: readonly string[] }
interface Table { readonly title: string; readonly object: KubeObject; readonly cases: readonly Case[] }

function casesOf(lines: readonly string[], first: number): readonly Case[] {
  const cases: Case[] = [];
  lines.forEach((text, i) => {
    if (text.startsWith('  ')) (cases.at(-1)?.errors as string[]).push(text.trim());
    else if (/^[+~spcwuvdo] /.test(text)) cases.push({ line: first + i, how: text.charAt(0), change: text.slice(2), errors: [] });
    else if (text !== '' && !text.startsWith('#')) throw new Error(`line ${first + i}: expected "+ ", "~ ", "s ", "p ", "c ", "w ", "u ", "d ", "o ", an indented error or a comment, not ${text}`);
  });
  return cases;
}

function tablesOf(text: string): readonly Table[] {
  const lines = text.split('\n');
  const starts = lines.flatMap((line, i) => (line.startsWith('== ') ? [i] : []));
  return starts.map((start, i) => {
    const part = lines.slice(start + 1, starts[i + 1]);
    const split = part.indexOf('--');
    const [, kind = '', apiVersion = ''] = (lines[start] ?? '').split(' ');
    const object = { apiVersion, kind, metadata: { name: 'a' }, ...parse(part.slice(0, split).join('\n')) } as KubeObject;
    return { title: kind, object, cases: casesOf(part.slice(split + 1), start + split + 3) };
  });
}

function decoded(descriptor: ResourceDescriptor, object: KubeObject, old: KubeObject | undefined): KubeObject {
  const kept = old === undefined ? {} : { resourceVersion: '1', ...(old.metadata.generation === undefined ? {} : { generation: old.metadata.generation }) };
  const metadata = { uid: 'u1', ...object.metadata, ...(descriptor.namespaced ? { namespace: 'default' } : {}), ...kept };
  const result = decodeObject(descriptor, { ...object, metadata });
  if (!result.ok) throw new Error(result.error);
  t.same(result.value.unknownFields, [], `${object.kind}: all fields are known`);
  return descriptor.defaults(result.value.object);
}

function rowOf(descriptor: ResourceDescriptor, base: KubeObject, change: string): string {
  const object = changed({ ...base, metadata: { creationTimestamp: '2026-01-01T00:00:00Z', ...base.metadata } }, change);
  return descriptor.columns.map((column) => `${column.wide === true ? '+' : ''}${column.name}: ${String(column.cell(decoded(descriptor, object, undefined), micros(300_000_000)))}`).join(' | ').trimEnd();
}

/** Who judges requests of a version that is only shown: the stored kind, unless the version does it itself. */
function judgeOf(descriptor: ResourceDescriptor): Pick<ResourceDescriptor, 'validate' | 'validateUpdate'> {
  const { stored } = descriptor;
  if (stored === undefined || stored.validate !== undefined) return descriptor;
  return { validate: (object) => stored.as.validate(stored.to(object)), validateUpdate: (object, old) => stored.as.validateUpdate(stored.to(object), stored.to(old)) };
}

function errorsOf(descriptor: ResourceDescriptor, base: KubeObject, { how, change }: Case): readonly FieldError[] {
  if (how === '+') return judgeOf(descriptor).validate(deepFreeze(descriptor.prepareForCreate(decoded(descriptor, changed(base, change), undefined))));
  const old = deepFreeze(descriptor.prepareForCreate(decoded(descriptor, base, undefined)));
  if (how === 'p') return partErrorsOf(descriptor, old, change);
  const object = decoded(descriptor, changed(old, change), old);
  if (how === '~') return judgeOf(descriptor).validateUpdate(deepFreeze(descriptor.prepareForUpdate(object, old)), old);
  return descriptor.validateStatusUpdate?.(deepFreeze(descriptor.prepareForStatusUpdate?.(object, old) ?? object), old) ?? [];
}

function partErrorsOf(descriptor: ResourceDescriptor, old: KubeObject, text: string): readonly FieldError[] {
  const [name = '', ...change] = text.split(' ');
  const part = descriptor.parts?.[name];
  if (part === undefined) throw new Error(`${old.kind} has no part ${name}`);
  return part.validate(deepFreeze(part.prepare(decoded(descriptor, changed(old, change.join(' ')), old), old, micros(0))), old);
}

function warningsOf(descriptor: ResourceDescriptor, base: KubeObject, { how, change }: Case): readonly string[] {
  const made = (object: KubeObject, old: KubeObject | undefined): KubeObject => deepFreeze(decoded(descriptor, object, old));
  if (how === 'v') return descriptor.statusWarnings?.(made(changed(base, change), undefined)) ?? [];
  if (how === 'w') return descriptor.warnings?.(made(changed(base, change), undefined), undefined) ?? [];
  const old = made(base, undefined);
  return descriptor.warnings?.(made(changed(old, change), old), old) ?? [];
}

function fieldsOf(value: unknown, path: string, into: Map<string, string>): Map<string, string> {
  const isEmpty = typeof value !== 'object' || value === null || Object.keys(value).length === 0;
  if (isEmpty) return value === undefined ? into : into.set(path, JSON.stringify(value));
  for (const [key, part] of Object.entries(value)) fieldsOf(part, Array.isArray(value) ? `${path}[${key}]` : path === '' ? key : `${path}.${key}`, into);
  return into;
}

/** What the server made of an object that it was sent. */
function differences(sent: KubeObject, made: KubeObject): readonly string[] {
  const [before, after] = [fieldsOf(sent, '', new Map()), fieldsOf(made, '', new Map())];
  const set = [...after].filter(([path, text]) => before.get(path) !== text).map(([path, text]) => `${path}: ${text}`);
  const dropped = [...before.keys()].filter((path) => !after.has(path) && ![...after.keys()].some((other) => other.startsWith(`${path}.`))).map((path) => `-${path}`);
  return [...set, ...dropped].filter((line) => !/template\.spec\./.test(line)).sort();
}

function preparedOf(descriptor: ResourceDescriptor, base: KubeObject, { how, change }: Case): readonly string[] {
  const asSent: ResourceDescriptor = { ...descriptor, defaults: (object) => object };
  if (how === 'd') return differences(decoded(asSent, changed(base, change), undefined), descriptor.prepareForCreate(decoded(descriptor, changed(base, change), undefined)));
  const old = deepFreeze(descriptor.prepareForCreate(decoded(descriptor, base, undefined)));
  return differences(decoded(asSent, changed(old, change), old), descriptor.prepareForUpdate(decoded(descriptor, changed(old, change), old), old));
}

const files = ['kinds.txt', 'pods.txt', 'core.txt', 'policy.txt', 'apps.txt', 'networks.txt', 'extensions.txt'];
const tables = files.flatMap((file) => tablesOf(readFileSync(`test/api/${file}`, 'utf8')).map((table) => ({ ...table, file })));

for (const { title, object, cases, file } of tables) {
  t.test(`${title} says what is wrong (${file})`, async (t) => {
    const descriptor = descriptorOfObject(object);
    if (descriptor === undefined) { t.fail(`${object.apiVersion} ${title} is served`); return; }
    t.same(errorsOf(descriptor, object, { line: 0, how: '+', change: 'nothing', errors: [] }), [], 'the object itself is good');
    for (const each of cases) {
      if (each.how === 'c') { t.same([rowOf(descriptor, object, each.change)], each.errors, `${file}:${each.line} c ${each.change}`); continue; }
      if (each.how === 'd' || each.how === 'o') { t.same(preparedOf(descriptor, object, each), each.errors, `${file}:${each.line} ${each.how} ${each.change}`); continue; }
      if (each.how === 'w' || each.how === 'u' || each.how === 'v') { t.same(warningsOf(descriptor, object, each), each.errors, `${file}:${each.line} ${each.how} ${each.change}`); continue; }
      const texts = errorsOf(descriptor, object, each).map((error) => `${error.field}: ${fieldErrorBody(error)}`.replaceAll('\n', '\\n').replaceAll('\t', '\\t'));
      t.same(texts, each.errors, `${file}:${each.line} ${each.how} ${each.change}`);
    }
  });
}

t.test('fields that keep their zeros are fields of the API', async (t) => {
  for (const [type, fields] of Object.entries(kept)) {
    t.ok(schemaTypes[type] !== undefined, `${type} is a type`);
    for (const field of fields) t.ok(schemaTypes[type]?.[field] !== undefined, `${type}.${field} exists`);
    t.equal(new Set(fields).size, fields.length, `${type} names each once`);
  }
});
