/** `create configmap` and `create secret generic`: keys and values from words and files. */
import type { Result } from '../../../base/data.ts';
import { compareText } from '../../../base/compare.ts';
import { encodeBase64Text } from '../../../api/base64.ts';
import type { Arguments, Flag } from '../../command.ts';
import { listFlag, textFlag } from '../../options.ts';
import { defineGenerator } from './generate.ts';

const dataFlags: readonly Flag[] = [
  { name: 'from-literal', type: 'list', summary: 'a key and its value, KEY=VALUE' },
  { name: 'from-file', type: 'list', summary: 'a file as a value, [KEY=]FILE', completes: 'file' },
  { name: 'from-env-file', type: 'list', summary: 'a file of KEY=VALUE lines', completes: 'file' },
  { name: 'append-hash', type: 'bool', summary: 'hash of the content behind the name', hidden: true },
];

const KEY = /^[-._a-zA-Z0-9]+$/;

function dataOf(args: Arguments, of: string): Result<Readonly<Record<string, string>>, string> {
  const data: Record<string, string> = {};
  const add = (key: string, value: string): string | undefined => {
    if (!KEY.test(key)) return `"${key}" is not a valid key name for a ${of.split(' ')[0] ?? ''}: a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')`;
    if (Object.hasOwn(data, key)) return `cannot add key ${JSON.stringify(key)}, another key by that name already exists in Data for ${of}`;
    data[key] = value;
    return undefined;
  };
  for (const read of [fromLiterals, fromFiles, fromEnvFiles]) {
    const entries = read(args);
    if (!entries.ok) return entries;
    for (const [key, value] of entries.value) {
      const problem = add(key, value);
      if (problem !== undefined) return { ok: false, error: problem };
    }
  }
  return { ok: true, value: Object.fromEntries(Object.entries(data).sort(([a], [b]) => compareText(a, b))) };
}

type Entries = Result<readonly (readonly [string, string])[], string>;

function fromLiterals(args: Arguments): Entries {
  const entries: (readonly [string, string])[] = [];
  for (const text of listFlag(args, 'from-literal', true)) {
    const equals = text.indexOf('=');
    if (equals <= 0) return { ok: false, error: `invalid literal source ${text}, expected key=value` };
    entries.push([text.slice(0, equals), text.slice(equals + 1)]);
  }
  return { ok: true, value: entries };
}

function fromFiles(args: Arguments): Entries {
  const entries: (readonly [string, string])[] = [];
  for (const text of listFlag(args, 'from-file', true)) {
    const equals = text.indexOf('=');
    const path = equals < 0 ? text : text.slice(equals + 1);
    const content = args.files[path];
    if (content === undefined) return { ok: false, error: `error reading ${path}: no such file or directory` };
    entries.push([equals < 0 ? path.slice(path.lastIndexOf('/') + 1) : text.slice(0, equals), content]);
  }
  return { ok: true, value: entries };
}

function fromEnvFiles(args: Arguments): Entries {
  const entries: (readonly [string, string])[] = [];
  for (const path of listFlag(args, 'from-env-file', true)) {
    for (const line of (args.files[path] ?? '').split('\n')) {
      const text = line.trim();
      if (text === '' || text.startsWith('#')) continue;
      const equals = text.indexOf('=');
      entries.push(equals < 0 ? [text, ''] : [text.slice(0, equals), text.slice(equals + 1)]);
    }
  }
  return { ok: true, value: entries };
}

export const createConfigMap = defineGenerator({
  path: ['configmap'], kind: 'ConfigMap', noun: 'configmap', summary: 'create a config map from words or files', flags: dataFlags,
  examples: [{ line: 'kubectl create configmap colours --from-literal=sky=blue', shows: 'configmap/colours created' }],
  generate(args, name) {
    const data = dataOf(args, `ConfigMap ${JSON.stringify(name)}`);
    if (!data.ok) return data;
    return { ok: true, value: { kind: 'ConfigMap', apiVersion: 'v1', metadata: { name }, ...(Object.keys(data.value).length === 0 ? {} : { data: data.value }) } };
  },
});

export const createSecret = defineGenerator({
  path: ['secret', 'generic'], kind: 'Secret', noun: 'secret', summary: 'create a secret from words or files',
  flags: [...dataFlags, { name: 'type', type: 'string', summary: 'type of the secret' }],
  examples: [{ line: 'kubectl create secret generic door --from-literal=key=7', shows: 'secret/door created' }],
  generate(args, name) {
    const data = dataOf(args, `Secret ${JSON.stringify(name)}`);
    if (!data.ok) return data;
    const encoded = Object.fromEntries(Object.entries(data.value).map(([key, value]) => [key, encodeBase64Text(value)]));
    const type = textFlag(args, 'type');
    return { ok: true, value: { kind: 'Secret', apiVersion: 'v1', metadata: { name }, ...(Object.keys(encoded).length === 0 ? {} : { data: encoded }), ...(type === '' ? {} : { type }) } };
  },
});
