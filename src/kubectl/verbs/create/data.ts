/** `create configmap`, `secret generic`, `secret docker-registry`, `secret tls`. */
import { sha256 } from '@noble/hashes/sha2.js';
import type { Result } from '../../../base/data.ts';
import { compareText } from '../../../base/compare.ts';
import { base64Fault, encodeBase64Text, utf8Bytes } from '../../../api/base64.ts';
import type { Arguments, Flag } from '../../command.ts';
import { toCompactJson } from '../../json.ts';
import { isOn, listFlag, textFlag } from '../../options.ts';
import { defineGenerator } from './generate.ts';
import { CONFIG_MAP, SECRET } from './kinds.ts';
import { base64Of, contentOf, type Entries, entriesOf, sourceFlags } from './sources.ts';

type Texts = Readonly<Record<string, string>>;
const sorted = (entries: readonly (readonly [string, string])[]): Texts => Object.fromEntries([...entries].sort(([a], [b]) => compareText(a, b)));
const isEmpty = (texts: Texts): boolean => Object.keys(texts).length === 0;

/** Letters in place of hexadecimal digits that could make words. @source kubernetes/kubectl pkg/util/hash/hash.go */
const SPELLING: Texts = { '0': 'g', '1': 'h', '3': 'k', a: 'm', e: 't' };
const HASH_LENGTH = 10;

/** The first letters of a hash of what an object holds, as `--append-hash` puts behind its name. */
export function contentHash(content: object): string {
  const digest = sha256(Uint8Array.from(utf8Bytes(toCompactJson(content))));
  const hex = [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('').slice(0, HASH_LENGTH);
  return [...hex].map((digit) => SPELLING[digit] ?? digit).join('');
}

function named(args: Arguments, name: string, content: object): string {
  return isOn(args, 'append-hash') ? `${name}-${contentHash({ ...content, name })}` : name;
}

/** @source kubernetes/kubectl pkg/cmd/create/create_configmap.go */
export const createConfigMap = defineGenerator({
  path: ['configmap'], of: CONFIG_MAP, noun: 'configmap', summary: 'create a config map from words or files', flags: sourceFlags,
  examples: [{ line: 'kubectl create configmap colours --from-literal=sky=blue', shows: 'configmap/colours created' }],
  generate(args, name) {
    const entries = entriesOf(args, { kind: 'ConfigMap', duplicate: (key) => `cannot add key ${JSON.stringify(key)}, another key by that name already exists in Data for ConfigMap ${JSON.stringify(name)}` });
    if (!entries.ok) return entries;
    const data = sorted(entries.value.flatMap(([key, value]) => ('text' in value ? [[key, value.text] as const] : [])));
    const binaryData = sorted(entries.value.flatMap(([key, value]) => ('text' in value ? [] : [[key, value.base64] as const])));
    const held = { ...(isEmpty(data) ? {} : { data }), ...(isEmpty(binaryData) ? {} : { binaryData }) };
    const hashed = { kind: 'ConfigMap', data, ...(isEmpty(binaryData) ? {} : { binaryData }) };
    return { ok: true, value: { kind: 'ConfigMap', apiVersion: 'v1', metadata: { name: named(args, name, hashed) }, ...held } };
  },
});

function secretOf(args: Arguments, name: string, of: { readonly data: Texts; readonly type: string }): Result<object, string> {
  const { data, type } = of;
  const hashed = { kind: 'Secret', type, data };
  return { ok: true, value: { kind: 'Secret', apiVersion: 'v1', metadata: { name: named(args, name, hashed) }, ...(isEmpty(data) ? {} : { data }), ...(type === '' ? {} : { type }) } };
}

const encoded = (entries: Entries): Texts => sorted(entries.map(([key, value]) => [key, base64Of(value)] as const));
const secretDuplicate = (key: string): string => `cannot add key ${key}, another key by that name already exists`;

/** @source kubernetes/kubectl pkg/cmd/create/create_secret.go */
export const createSecret = defineGenerator({
  path: ['secret', 'generic'], of: SECRET, noun: 'secret', summary: 'create a secret from words or files',
  flags: [...sourceFlags, { name: 'type', type: 'string', summary: 'type of the secret' }],
  examples: [{ line: 'kubectl create secret generic door --from-literal=key=7', shows: 'secret/door created' }],
  generate(args, name) {
    const entries = entriesOf(args, { kind: 'Secret', duplicate: secretDuplicate });
    return entries.ok ? secretOf(args, name, { data: encoded(entries.value), type: textFlag(args, 'type') }) : entries;
  },
});

const hashFlag: Flag = { name: 'append-hash', type: 'bool', summary: 'hash of the content behind the name' };
/** Where docker looks when no registry is named. */
const DOCKER_HUB = 'https://index.docker.io/v1/';

/** @source kubernetes/kubectl pkg/cmd/create/create_secret_docker.go */
export const createDockerRegistry = defineGenerator({
  path: ['secret', 'docker-registry'], of: SECRET, noun: 'secret ', summary: 'create a secret for pulling images',
  flags: [
    { name: 'docker-server', type: 'string', summary: 'address of the registry' }, { name: 'docker-username', type: 'string', summary: 'user of the registry' },
    { name: 'docker-password', type: 'string', summary: 'password of the user' }, { name: 'docker-email', type: 'string', summary: 'address of the user' },
    { name: 'from-file', type: 'list', summary: 'a docker configuration file', completes: 'file' }, hashFlag,
  ],
  examples: [{ line: 'kubectl create secret docker-registry pull --docker-server=images.example --docker-username=u --docker-password=p', shows: 'secret/pull created' }],
  generate(args, name) {
    const type = 'kubernetes.io/dockerconfigjson';
    if (listFlag(args, 'from-file').length > 0) {
      const entries = entriesOf(args, { kind: 'Secret', duplicate: secretDuplicate });
      const value = entries.ok ? entries.value[0]?.[1] : undefined;
      return value === undefined ? (entries as Result<object, string>) : secretOf(args, name, { type, data: { '.dockerconfigjson': base64Of(value) } });
    }
    const [username, password, email] = [textFlag(args, 'docker-username'), textFlag(args, 'docker-password'), textFlag(args, 'docker-email')];
    const server = textFlag(args, 'docker-server') || DOCKER_HUB;
    if (username === '' || password === '') return { ok: false, error: 'either --from-file or the combination of --docker-username, --docker-password and --docker-server is required' };
    const auths = { [server]: { username, password, ...(email === '' ? {} : { email }), auth: encodeBase64Text(`${username}:${password}`) } };
    return secretOf(args, name, { type, data: { '.dockerconfigjson': encodeBase64Text(toCompactJson({ auths }, 'asIs')) } });
  },
});

/** Types of the PEM blocks in a text; what is no base64 between the lines is no block. @source Go encoding/pem */
const pemTypes = (text: string): readonly string[] =>
  [...text.matchAll(/-----BEGIN ([A-Z0-9 ]+)-----\r?\n([^-]*)-----END \1-----/g)].filter(([, , body = '']) => base64Fault(body.replace(/\s/g, '')) < 0).map(([, type = '']) => type);

/** @source kubernetes/kubectl pkg/cmd/create/create_secret_tls.go
 * @fidelity simplified: certificate and key are looked at, but not whether they belong together */
export const createTls = defineGenerator({
  path: ['secret', 'tls'], of: SECRET, noun: 'secret tls', summary: 'create a secret of a certificate and its key',
  flags: [{ name: 'cert', type: 'string', summary: 'file with the certificate', completes: 'file' }, { name: 'key', type: 'string', summary: 'file with the key', completes: 'file' }, hashFlag],
  examples: [],
  generate(args, name) {
    const [certPath, keyPath] = [textFlag(args, 'cert'), textFlag(args, 'key')];
    if (certPath === '' || keyPath === '') return { ok: false, error: 'key and cert must be specified' };
    const missing = [certPath, keyPath].find((path) => contentOf(args, path) === undefined);
    if (missing !== undefined) return { ok: false, error: `Cannot read file ${missing}, open ${missing}: no such file or directory` };
    const [cert, key] = [args.files[certPath] ?? '', args.files[keyPath] ?? ''];
    if (!pemTypes(cert).includes('CERTIFICATE')) return { ok: false, error: 'tls: failed to find any PEM data in certificate input' };
    if (!pemTypes(key).some((type) => type.endsWith('PRIVATE KEY'))) return { ok: false, error: 'tls: failed to find any PEM data in key input' };
    return secretOf(args, name, { type: 'kubernetes.io/tls', data: { 'tls.crt': encodeBase64Text(cert), 'tls.key': encodeBase64Text(key) } });
  },
});
