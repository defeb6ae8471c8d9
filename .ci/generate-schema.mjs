// Makes the structure of the API kinds from the declarations of the dev package `kubernetes-models`:
//   src/api/schema.generated.ts      types and fields, for strict decoding and patches
//   dist/src/api/docs/<group>.json   descriptions of fields and the values that they may have, for explain and OpenAPI
// The kinds are those that src/api/kinds declares; their types are followed to the end.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const models = 'node_modules/kubernetes-models';
const machinery = 'node_modules/@kubernetes-models/apimachinery';
const output = 'src/api/schema.generated.ts';
const docsFolder = 'dist/src/api/docs';

if (!existsSync(models)) {
  if (existsSync(output)) process.exit(0);
  console.error(`${models} is missing; run npm ci first`);
  process.exit(1);
}

/** `apiVersion` and kind of every kind file. */
function declaredKinds(folder) {
  const kinds = [];
  for (const entry of readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) kinds.push(...declaredKinds(path));
    else for (const [, apiVersion, kind] of readFileSync(path, 'utf8').matchAll(/readonly apiVersion: '([^']+)';\s+readonly kind: '([^']+)';/g)) kinds.push({ apiVersion, kind });
  }
  return kinds;
}

const kinds = declaredKinds('src/api/kinds');
const version = JSON.parse(readFileSync(join(models, 'package.json'), 'utf8')).version;
const key = createHash('sha256').update(JSON.stringify([version, kinds, readFileSync('.ci/generate-schema.mjs', 'utf8')])).digest('hex').slice(0, 16);
const keyLine = `// key ${key}`;
if (existsSync(output) && readFileSync(output, 'utf8').includes(keyLine) && existsSync(join(docsFolder, `${key}.key`))) process.exit(0);

const scalars = { Quantity: 'q', IntOrString: 'x', Time: 't', MicroTime: 'u', FieldsV1: 'o', RawExtension: 'o' };
/** Values that are base64 on the wire; the declarations only say string. */
const bytes = new Set([
  'Secret.data', 'ConfigMap.binaryData', 'certificates.CertificateSigningRequestSpec.request', 'certificates.CertificateSigningRequestStatus.certificate',
  'admissionregistration.WebhookClientConfig.caBundle', 'apiextensions.WebhookClientConfig.caBundle', 'apiregistration.APIServiceSpec.caBundle',
]);
/** Fields that the declarations leave open, and what they hold: a kind of its own. */
const closed = { 'apps.StatefulSetSpec.volumeClaimTemplates': '[]#PersistentVolumeClaim' };
/** Types that are one thing or another, or any JSON. */
const anything = /JSONSchemaPropsOr(?:Array|Bool|StringArray)$|V1JSON$/;

/** What the declarations spell out in place of the name of a type. */
const spelledOut = { 'apps.StatefulSetSpec.volumeClaimTemplates': '[]#PersistentVolumeClaim' };

const shortNames = new Map();
/** Groups whose objects are stored in another version than v1. */
const storedVersions = { autoscaling: 'v2' };
/** Short type name: bare for core and meta types, with the group's first word otherwise, and with the version too where it is not the stored one. */
function shortName(alias) {
  const known = shortNames.get(alias);
  if (known !== undefined) return known;
  const [, group, version, name] = /^IIoK8s(?:ApimachineryPkg|ApiextensionsApiserverPkgApis|KubeAggregatorPkgApis|Api)(.*?)(V\d+(?:alpha\d+|beta\d+)?)([A-Z].*)$/.exec(alias) ?? [];
  if (name === undefined) throw new Error(`unknown type ${alias}`);
  const word = group.toLowerCase();
  const other = version.toLowerCase() === (storedVersions[word] ?? 'v1') ? '' : `${version.toLowerCase()}.`;
  const short = group === 'Core' || group === 'ApisMeta' ? name : `${word}.${other}${name}`;
  shortNames.set(alias, short);
  return short;
}

/** Where an import leads. */
function fileOf(source, from) {
  if (source.startsWith('@kubernetes-models/apimachinery/')) return join(machinery, `${source.slice('@kubernetes-models/apimachinery/'.length)}.d.ts`);
  if (source.startsWith('.')) return resolve(dirname(from), source.replace(/\.js$/, '.d.ts'));
  return undefined;
}

function parseDeclaration(file) {
  const text = readFileSync(file, 'utf8');
  const imports = new Map();
  for (const [, alias, source] of text.matchAll(/import \{ (IIoK8s\w+) \} from "([^"]+)"/g)) imports.set(alias, fileOf(source, file));
  const start = text.search(/export interface I\w+/);
  if (start < 0) return undefined;
  const body = text.slice(text.indexOf('{', start) + 1, text.indexOf('\n}', start));
  const fields = [];
  for (const match of body.matchAll(/(?:\/\*\*([\s\S]*?)\*\/\s*)?"([^"]+)"(\??): ((?:\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\}|[^;{])+);/g)) {
    const [, comment, name, optional, type] = match;
    fields.push({ name, optional: optional === '?', type: type.replace(/\s+/g, ' ').trim(), doc: (comment ?? '').split('\n').map((line) => line.replace(/^\s*\* ?/, '')).join('\n').trim() });
  }
  const doc = /\/\*\*([\s\S]*?)\*\/\s*export interface/.exec(text)?.[1] ?? '';
  const self = /export type \{ I\w+ as (IIoK8s\w+)/.exec(text)?.[1];
  return { imports, fields, self, doc: doc.split('\n').map((line) => line.replace(/^\s*\* ?/, '')).join('\n').trim() };
}

const types = new Map();
const docs = new Map();
const queue = [];

function reference(alias, imports, owner) {
  if (anything.test(alias)) return 'o';
  const bare = Object.keys(scalars).find((name) => alias.endsWith(name) && /Quantity$|IntOrString$|V1Time$|V1MicroTime$|FieldsV1$|RawExtension$/.test(alias) && new RegExp(`(?:^|V1|Resource|Intstr|Runtime)${name}$`).test(alias));
  if (bare !== undefined) return scalars[bare];
  const file = imports.get(alias) ?? (alias === owner.self ? owner.file : undefined);
  if (file === undefined) throw new Error(`no import of ${alias}`);
  const name = shortName(alias);
  if (!types.has(name)) { types.set(name, undefined); queue.push({ alias, file, name }); }
  return `#${name}`;
}

async function numberCode(alias, file, field) {
  const folder = file.includes('apimachinery') ? machinery : models;
  const { validate } = await import(pathToFileURL(resolve(folder, '_schemas', `${alias.slice(1)}.js`)).href);
  const faults = (value) => { validate({ [field]: value }); return (validate.errors ?? []).filter((error) => error.instancePath === `/${field}`); };
  if (faults(3e9).some((error) => error.params.format === 'int32')) return 'i';
  return faults(1.5).some((error) => error.params.type === 'integer') ? 'l' : 'f';
}

async function codeOf(type, field, item) {
  const known = closed[`${item.name}.${field}`];
  if (known !== undefined) return known;
  const array = /^Array<(.*)>$/.exec(type);
  if (array !== null) return `[]${await codeOf(array[1].trim(), field, item)}`;
  const map = /^\{ \[key: string\]: (.*); \}$/.exec(type);
  if (map !== null) return bytes.has(`${item.name}.${field}`) ? '{}y' : `{}${await codeOf(map[1].trim(), field, item)}`;
  // A type that holds itself names itself as its file does.
  if (type === item.file.replace(/^.*\//, 'I').replace('.d.ts', '')) return `#${item.name}`;
  if (type.startsWith('IIoK8s')) return reference(type, item.imports, item);
  if (type === 'boolean') return 'b';
  if (bytes.has(`${item.name}.${field}`)) return 'y';
  if (type === 'string' || type.startsWith('"')) return 's';
  if (type === 'number') return numberCode(item.alias, item.file, field);
  if (type.startsWith('{') || type === 'any' || type === 'object') return 'o';
  throw new Error(`${item.name}.${field}: unknown type ${type}`);
}

const roots = {};
for (const { apiVersion, kind } of kinds) {
  const file = join(models, apiVersion, `${kind}.d.ts`);
  const { self } = parseDeclaration(file);
  const name = shortName(self);
  roots[`${apiVersion}/${kind}`] = name;
  if (!types.has(name)) { types.set(name, undefined); queue.push({ alias: self, file, name }); }
}

while (queue.length > 0) {
  const item = queue.shift();
  const parsed = parseDeclaration(item.file);
  const fields = {};
  const fieldDocs = {};
  const enums = {};
  for (const field of parsed.fields) {
    fields[field.name] = `${field.optional ? '' : '!'}${spelledOut[`${item.name}.${field.name}`] ?? await codeOf(field.type, field.name, { ...item, imports: parsed.imports, self: parsed.self })}`;
    fieldDocs[field.name] = field.doc;
    if (field.type.includes('" | "')) enums[field.name] = [...field.type.matchAll(/"([^"]*)"/g)].map(([, value]) => value);
  }
  types.set(item.name, fields);
  docs.set(item.name, { doc: parsed.doc, fields: fieldDocs, ...(Object.keys(enums).length === 0 ? {} : { enums }) });
}

const lines = [...types].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, fields]) => `  ${JSON.stringify(name)}: ${JSON.stringify(fields)},`);
writeFileSync(output, `// Made by .ci/generate-schema.mjs from kubernetes-models ${version} (MIT). Not edited by hand.
${keyLine}
/** Root type by \`apiVersion/kind\`. */
export const schemaRoots: Readonly<Record<string, string>> = ${JSON.stringify(roots, undefined, 2)};

/**
 * Types by name. A field is [!][[]|{}]code: ! required, [] list, {} map; s string, i int32, l int64, f number, b bool, q quantity,
 * x int-or-string, t time, u micro time, y base64, o any object, #Type.
 */
export const schemaTypes: Readonly<Record<string, Readonly<Record<string, string>>>> = {
${lines.join('\n')}
};
`);

mkdirSync(docsFolder, { recursive: true });
const groupOf = (name) => (name.includes('.') ? name.slice(0, name.indexOf('.')) : 'core');
for (const group of new Set([...docs.keys()].map(groupOf))) {
  const part = Object.fromEntries([...docs].filter(([name]) => groupOf(name) === group).sort(([a], [b]) => (a < b ? -1 : 1)));
  writeFileSync(join(docsFolder, `${group}.json`), JSON.stringify(part));
}
writeFileSync(join(docsFolder, `${key}.key`), '');
