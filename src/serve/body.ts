/** Bodies of requests: JSON, YAML or protobuf into objects, and what a content type means for a request. */
import type { Result } from '../base/data.ts';
import { duplicateFields } from '../api/duplicate-fields.ts';
import { asGoSays } from '../api/go-json.ts';
import { badRequest, failure, type Status } from '../api/status.ts';
import type { ApiCall, RequestOptions } from '../api/wire.ts';
import { yaml } from '../repl/yaml.ts';
import { decodeProtobuf } from './protobuf/decode.ts';

/** Largest body. @source kubernetes/apiserver pkg/server/config.go (MaxRequestBodyBytes) */
export const BODY_BYTES_MAX = 3 * 1024 * 1024;
/** Largest expansion of aliases in YAML. */
const ALIASES_MAX = 1000;

const patchTypes: Readonly<Record<string, NonNullable<ApiCall['patchType']>>> = {
  'application/json-patch+json': 'json', 'application/merge-patch+json': 'merge', 'application/strategic-merge-patch+json': 'strategic', 'application/apply-patch+yaml': 'apply',
};

const unsupported = (accepted: readonly string[]): Status => failure({
  code: 415, reason: 'UnsupportedMediaType', message: `the body of the request was in an unknown format - accepted media types include: ${accepted.join(', ')}`,
});

/** Adds the body of a request to its call. */
export function withBody(call: ApiCall, contentType: string, bytes: Buffer): Result<ApiCall, Status> {
  const type = (contentType.split(';')[0] ?? '').trim().toLowerCase();
  switch (call.verb) {
    case 'create': case 'update': return withObject(call, type, bytes);
    case 'patch': return withPatch(call, type, bytes);
    case 'delete': case 'deletecollection': return bytes.length === 0 ? { ok: true, value: call } : withDeleteOptions(call, type, bytes);
    default: return { ok: true, value: call };
  }
}

/** What a JSON body says twice, where somebody wants to know. */
function duplicatesIn({ options }: ApiCall, type: string, bytes: Buffer): Pick<ApiCall, 'duplicateFields'> {
  if (!type.endsWith('json') || options?.fieldValidation === 'Ignore') return {};
  const found = duplicateFields(bytes.toString('utf8'));
  return found.length === 0 ? {} : { duplicateFields: found };
}

function withObject(call: ApiCall, type: string, bytes: Buffer): Result<ApiCall, Status> {
  const read = readObject(type, bytes);
  if (!read.ok) return read;
  return { ok: true, value: { ...call, ...duplicatesIn(call, type, bytes), body: read.value as object } };
}

function withPatch(call: ApiCall, type: string, bytes: Buffer): Result<ApiCall, Status> {
  const patchType = patchTypes[type];
  if (patchType === undefined) return { ok: false, error: unsupported(Object.keys(patchTypes)) };
  const read = patchType === 'apply' ? readYaml(bytes) : readJson(bytes, 'error decoding patch: ');
  if (!read.ok) return read;
  return { ok: true, value: { ...call, ...duplicatesIn(call, type, bytes), patchType, body: read.value as object } };
}

interface DeleteOptions {
  readonly gracePeriodSeconds?: number; readonly propagationPolicy?: RequestOptions['propagationPolicy']; readonly orphanDependents?: boolean;
  readonly dryRun?: readonly string[]; readonly preconditions?: RequestOptions['preconditions'];
}

/** The body of a DELETE says how to delete. @source kubernetes/apimachinery pkg/apis/meta/v1/types.go (DeleteOptions) */
function withDeleteOptions(call: ApiCall, type: string, bytes: Buffer): Result<ApiCall, Status> {
  const read = readObject(type, bytes);
  if (!read.ok) return read;
  if (typeof read.value !== 'object' || read.value === null) return { ok: true, value: call };
  const { gracePeriodSeconds, propagationPolicy, orphanDependents, dryRun, preconditions } = read.value as DeleteOptions;
  const policy = propagationPolicy ?? (orphanDependents === undefined ? undefined : orphanDependents ? 'Orphan' : 'Background');
  const options: RequestOptions = {
    ...call.options, ...(typeof gracePeriodSeconds === 'number' ? { gracePeriodSeconds } : {}), ...(policy === undefined ? {} : { propagationPolicy: policy }),
    ...(Array.isArray(dryRun) && dryRun.includes('All') ? { dryRun: true } : {}), ...(preconditions === undefined ? {} : { preconditions }),
  };
  return { ok: true, value: { ...call, options } };
}

const OBJECT_TYPES = ['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf'] as const;

function readObject(type: string, bytes: Buffer): Result<unknown, Status> {
  switch (type) {
    case 'application/json': return readJson(bytes, "couldn't get version/kind; json parse error: ");
    case '': case 'application/yaml': case 'text/plain': case 'application/x-www-form-urlencoded': return readYaml(bytes);
    case 'application/vnd.kubernetes.protobuf': {
      const read = decodeProtobuf(bytes);
      return read.ok ? read : { ok: false, error: badRequest(read.error) };
    }
    default: return { ok: false, error: unsupported(OBJECT_TYPES) };
  }
}

function readJson(bytes: Buffer, before: string): Result<unknown, Status> {
  try {
    return { ok: true, value: JSON.parse(bytes.toString('utf8')) };
  } catch (error) {
    return { ok: false, error: badRequest(`${before}${asGoSays((error as Error).message)}`) };
  }
}

/** JSON is YAML too, and much quicker to read. */
function readYaml(bytes: Buffer): Result<unknown, Status> {
  const text = bytes.toString('utf8');
  if (/^\s*[{[]/.test(text)) {
    try { return { ok: true, value: JSON.parse(text) }; } catch { /* then it is YAML in flow style, or nothing: the next reader says */ }
  }
  const library = yaml();
  const document = library.parseDocument(text, { uniqueKeys: true });
  const [problem] = document.errors;
  if (problem !== undefined) return { ok: false, error: badRequest(`error converting YAML to JSON: yaml: ${(problem.message.split('\n')[0] ?? '').replace(/:$/, '')}`) };
  try {
    return { ok: true, value: document.toJS({ maxAliasCount: ALIASES_MAX }) };
  } catch (error) {
    return { ok: false, error: badRequest(`error converting YAML to JSON: yaml: ${(error as Error).message}`) };
  }
}
