/** Keys and values from words and files, for config maps and secrets. */
import type { Result } from '../../../base/data.ts';
import { encodeBase64Text } from '../../../api/base64.ts';
import type { Arguments, Flag } from '../../command.ts';
import { listFlag } from '../../options.ts';

/** One value: a text, or bytes in base64. */
export type Value = { readonly text: string } | { readonly base64: string };
export type Entries = readonly (readonly [key: string, value: Value])[];

export const sourceFlags: readonly Flag[] = [
  { name: 'from-literal', type: 'list', summary: 'a key and its value, KEY=VALUE' },
  { name: 'from-file', type: 'list', summary: 'a file or folder as values, [KEY=]FILE', completes: 'file' },
  { name: 'from-env-file', type: 'list', summary: 'a file of KEY=VALUE lines', completes: 'file' },
  { name: 'append-hash', type: 'bool', summary: 'hash of the content behind the name' },
];

export const base64Of = (value: Value): string => ('text' in value ? encodeBase64Text(value.text) : value.base64);

/** The content of a file that was read at the edge. */
export function contentOf(args: Arguments, path: string): Value | undefined {
  const text = args.files[path];
  if (text !== undefined) return { text };
  const bytes = args.binaryFiles?.[path];
  return bytes === undefined ? undefined : { base64: bytes };
}

const KEY = /^[-._a-zA-Z0-9]+$/;
const ENVIRONMENT_KEY = /^[-._a-zA-Z][-._a-zA-Z0-9]*$/;

/** All entries of a command line, in order of the keys' appearance; `of` is how messages name the object. */
export function entriesOf(args: Arguments, of: { readonly kind: string; readonly duplicate: (key: string) => string }): Result<Entries, string> {
  const hasEnvironment = listFlag(args, 'from-env-file').length > 0;
  if (hasEnvironment && (listFlag(args, 'from-file').length > 0 || listFlag(args, 'from-literal').length > 0)) return refuse('from-env-file cannot be combined with from-file or from-literal');
  const all = new Map<string, Value>();
  for (const read of [fromFiles, fromLiterals, fromEnvironmentFiles]) {
    const entries = read(args);
    if (!entries.ok) return entries;
    for (const [key, value] of entries.value) {
      if (!KEY.test(key)) return refuse(`"${key}" is not a valid key name for a ${of.kind}: a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')`);
      if (all.has(key)) return refuse(of.duplicate(key));
      all.set(key, value);
    }
  }
  return { ok: true, value: [...all] };
}

const refuse = (error: string): Result<never, string> => ({ ok: false, error });
const baseName = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

function fromLiterals(args: Arguments): Result<Entries, string> {
  const entries: (readonly [string, Value])[] = [];
  for (const text of listFlag(args, 'from-literal', true)) {
    const equals = text.indexOf('=');
    if (equals <= 0) return refuse(`invalid literal source ${text}, expected key=value`);
    entries.push([text.slice(0, equals), { text: text.slice(equals + 1) }]);
  }
  return { ok: true, value: entries };
}

/** `FILE` or `KEY=FILE`. @source kubernetes/kubectl pkg/util/util.go ParseFileSource */
function sourceOf(text: string): Result<{ readonly key: string; readonly path: string }, string> {
  const parts = text.split('=');
  const [first = '', second = ''] = parts;
  if (parts.length === 1) return { ok: true, value: { key: baseName(first), path: first } };
  if (parts.length > 2) return refuse("key names or file paths cannot contain '='");
  if (first === '') return refuse(`key name for file path ${second} missing`);
  return second === '' ? refuse(`file path for key name ${first} missing`) : { ok: true, value: { key: first, path: second } };
}

function fromFiles(args: Arguments): Result<Entries, string> {
  const entries: (readonly [string, Value])[] = [];
  for (const text of listFlag(args, 'from-file')) {
    const source = sourceOf(text);
    if (!source.ok) return source;
    const { key, path } = source.value;
    const content = contentOf(args, path);
    if (content !== undefined) { entries.push([key, content]); continue; }
    const inside = filesIn(args, path);
    if (inside.length === 0) return refuse(`error reading ${path}: no such file or directory`);
    if (text.includes('=')) return refuse('cannot give a key name for a directory path');
    for (const file of inside) entries.push([baseName(file), contentOf(args, file) ?? { text: '' }]);
  }
  return { ok: true, value: entries };
}

/** Files right inside a folder. */
function filesIn(args: Arguments, folder: string): readonly string[] {
  const start = folder.endsWith('/') ? folder : `${folder}/`;
  return [...Object.keys(args.files), ...Object.keys(args.binaryFiles ?? {})].filter((path) => path.startsWith(start) && !path.slice(start.length).includes('/')).sort();
}

function fromEnvironmentFiles(args: Arguments): Result<Entries, string> {
  const entries: (readonly [string, Value])[] = [];
  for (const path of listFlag(args, 'from-env-file')) {
    const text = args.files[path];
    if (text === undefined) return refuse(`error reading ${path}: no such file or directory`);
    for (const line of text.split('\n')) {
      const left = line.trimStart();
      if (left === '' || left.startsWith('#')) continue;
      const equals = left.indexOf('=');
      const key = equals < 0 ? left : left.slice(0, equals);
      if (!ENVIRONMENT_KEY.test(key)) return refuse(`"${key}" is not a valid key name: a valid environment variable name must consist of alphabetic characters, digits, '_', '-', or '.', and must not start with a digit (e.g. 'my.env-name',  or 'MY_ENV.NAME',  or 'MyEnvName1', regex used for validation is '[-._a-zA-Z][-._a-zA-Z0-9]*')`);
      entries.push([key, { text: equals < 0 ? '' : left.slice(equals + 1) }]);
    }
  }
  return { ok: true, value: entries };
}
