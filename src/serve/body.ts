/** Bodies of requests: JSON, YAML or protobuf into objects, and what a content type means for a request. */
import type { Result } from '../base/data.ts';
import { duplicateFields, hasNoDuplicates } from '../api/duplicate-fields.ts';
import { goSyntaxError } from '../api/go-json.ts';
import { badRequest, failure, type Status } from '../api/status.ts';
import type { ApiCall, RequestOptions } from '../api/wire.ts';
import { descriptorOfResource } from '../api/scheme.ts';
import { shareParts } from './shared-parts.ts';
import { decodeProtobuf } from './protobuf/decode.ts';
import { readYamlBody } from './yaml-body.ts';

/** Largest body. @source kubernetes/apiserver pkg/server/config.go (MaxRequestBodyBytes) */
export const BODY_BYTES_MAX = 3 * 1024 * 1024;

const patchTypes: Readonly<Record<string, NonNullable<ApiCall['patchType']>>> = {
  'application/json-patch+json': 'json', 'application/merge-patch+json': 'merge', 'application/strategic-merge-patch+json': 'strategic', 'application/apply-patch+yaml': 'apply',
};

const unsupported = (accepted: readonly string[]): Status => failure({
  code: 415, reason: 'UnsupportedMediaType', message: `the body of the request was in an unknown format - accepted media types include: ${accepted.join(', ')}`,
});

/**
 * How deep a body may be nested.
 * @source kubernetes-sigs/json internal/golang/encoding/json/scanner.go (maxNestingDepth)
 * @fidelity simplified: upstream reads 10,000 levels
 */
const DEPTH_MAX = 500;
const tooDeep: { readonly ok: false; readonly error: Status } = { ok: false, error: badRequest("couldn't get version/kind; json parse error: exceeded max depth") };

function isDeeper(value: unknown, than: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return than === 0 || (Array.isArray(value) ? value : Object.values(value)).some(item => isDeeper(item, than - 1));
}

/** Adds the body of a request to its call. */
export function withBody(call: ApiCall, contentType: string, bytes: Buffer): Result<ApiCall, Status> {
  try {
    return bodyRead(call, contentType, bytes);
  } catch (error) {
    // The readers call themselves for each level.
    if (error instanceof RangeError) return tooDeep;
    throw error;
  }
}

function bodyRead(call: ApiCall, contentType: string, bytes: Buffer): Result<ApiCall, Status> {
  const type = (contentType.split(';')[0] ?? '').trim().toLowerCase();
  const read = withContent(call, type, bytes);
  // Each level takes two characters or more.
  return read.ok && bytes.length > 2 * DEPTH_MAX && isDeeper(read.value.body, DEPTH_MAX) ? tooDeep : read;
}

function withContent(call: ApiCall, type: string, bytes: Buffer): Result<ApiCall, Status> {
  switch (call.verb) {
    case 'create': case 'update': return withObject(call, type, bytes);
    case 'patch': return withPatch(call, type, bytes);
    case 'delete': case 'deletecollection': return bytes.length === 0 ? { ok: true, value: call } : withDeleteOptions(call, type, bytes);
    default: return { ok: true, value: call };
  }
}

/** A body, and what strict validation has against its text. */
interface Read { readonly value: unknown; /** The text, when it was JSON. */ readonly text?: string; readonly strictErrors?: readonly string[] }
type Reading = Result<Read, Status>;

/** What a JSON body says twice, where somebody wants to know. */
function duplicatesIn({ options, patchType }: ApiCall, type: string, { text, value }: Read): Pick<ApiCall, 'duplicateFields' | 'strictErrors'> {
  if (text === undefined || !type.endsWith('json') || options?.fieldValidation === 'Ignore' || hasNoDuplicates(text, value)) return {};
  const found = duplicateFields(text);
  if (found.length === 0) return {};
  return patchType === 'json' ? { strictErrors: found.map(field => `json patch duplicate field ${JSON.stringify(field)}`) } : { duplicateFields: found };
}

function withObject(call: ApiCall, type: string, bytes: Buffer): Result<ApiCall, Status> {
  const read = readObject(call, type, bytes);
  if (!read.ok) return read;
  return { ok: true, value: { ...call, ...duplicatesIn(call, type, read.value), ...strictly(call, read.value), body: read.value.value as object } };
}

const strictly = ({ options }: ApiCall, { strictErrors }: Read): Pick<ApiCall, 'strictErrors'> => (strictErrors === undefined || options?.fieldValidation === 'Ignore' ? {} : { strictErrors });

function withPatch(call: ApiCall, type: string, bytes: Buffer): Result<ApiCall, Status> {
  const patchType = patchTypes[type];
  if (patchType === undefined) return { ok: false, error: unsupported(Object.keys(patchTypes)) };
  const read: Reading = patchType === 'apply' ? readYaml(bytes, 'error decoding YAML: error converting YAML to JSON: ') : readJson(bytes, 'error decoding patch: ');
  if (!read.ok) return read;
  return { ok: true, value: { ...call, ...duplicatesIn({ ...call, patchType }, type, read.value), ...strictly(call, read.value), patchType, body: read.value.value as object } };
}

interface DeleteOptions {
  readonly gracePeriodSeconds?: number; readonly propagationPolicy?: RequestOptions['propagationPolicy']; readonly orphanDependents?: boolean;
  readonly dryRun?: readonly string[]; readonly preconditions?: RequestOptions['preconditions'];
}

/** The body of a DELETE says how to delete. @source kubernetes/apimachinery pkg/apis/meta/v1/types.go (DeleteOptions) */
function withDeleteOptions(call: ApiCall, type: string, bytes: Buffer): Result<ApiCall, Status> {
  const read = readObject(call, type, bytes);
  if (!read.ok) return read;
  const { value } = read.value;
  if (typeof value !== 'object' || value === null) return { ok: true, value: call };
  const { gracePeriodSeconds, propagationPolicy, orphanDependents, dryRun, preconditions } = value as DeleteOptions;
  const policy = propagationPolicy ?? (orphanDependents === undefined ? undefined : orphanDependents ? 'Orphan' : 'Background');
  const options: RequestOptions = {
    ...call.options, ...(typeof gracePeriodSeconds === 'number' ? { gracePeriodSeconds } : {}), ...(policy === undefined ? {} : { propagationPolicy: policy }),
    ...(Array.isArray(dryRun) && dryRun.includes('All') ? { dryRun: true } : {}), ...(preconditions === undefined ? {} : { preconditions }),
  };
  return { ok: true, value: { ...call, options } };
}

const OBJECT_TYPES = ['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf'] as const;

function readObject(call: ApiCall, type: string, bytes: Buffer): Reading {
  switch (type) {
    case 'application/json': return recognized(call, bytes, readJson(bytes, "couldn't get version/kind; json parse error: "));
    case '': case 'application/yaml': return recognized(call, bytes, readYaml(bytes, ''));
    case 'application/vnd.kubernetes.protobuf': {
      const read = decodeProtobuf(bytes);
      return read.ok ? { ok: true, value: { value: read.value } } : recognized(call, bytes, { ok: false, error: badRequest(read.error) });
    }
    default: return { ok: false, error: unsupported(OBJECT_TYPES) };
  }
}

/** Bytes of a body that are shown. */
const SUMMARY_BYTES_MAX = 30;

/**
 * Says of a text that could not be read what it should have been.
 * @source kubernetes/apiserver pkg/endpoints/handlers/rest.go (transformDecodeError, summarizeData)
 */
function recognized({ group, resource, verb }: ApiCall, bytes: Buffer, read: Reading): Reading {
  if (read.ok) return read;
  const kind = verb === 'delete' || verb === 'deletecollection' ? 'DeleteOptions' : descriptorOfResource(group, resource)?.kind;
  if (kind === undefined) return read;
  const shown = bytes.subarray(0, SUMMARY_BYTES_MAX).toString(bytes[0] === 0x7b ? 'utf8' : 'hex');
  const summary = bytes.length === 0 ? '<empty>' : `${shown}${bytes.length > SUMMARY_BYTES_MAX ? ' ...' : ''}`;
  return { ok: false, error: badRequest(`the object provided is unrecognized (must be of type ${kind}): ${read.error.message ?? ''} (${summary})`) };
}

function readJson(bytes: Buffer, before: string): Reading {
  const text = bytes.toString('utf8');
  try {
    const value: unknown = JSON.parse(text);
    shareParts(value);
    return { ok: true, value: { value, text } };
  } catch (error) {
    return { ok: false, error: badRequest(`${before}${goSyntaxError(text) || (error as Error).message}`) };
  }
}

/** JSON is YAML too, and much quicker to read. */
function readYaml(bytes: Buffer, before: string): Reading {
  const text = bytes.toString('utf8');
  if (/^\s*[{[]/.test(text)) {
    try { return { ok: true, value: { value: JSON.parse(text) } }; } catch { /* then it is YAML in flow style, or nothing: the next reader says */ }
  }
  const read = readYamlBody(text);
  if (!read.ok) return { ok: false, error: badRequest(before + read.error) };
  const { value, duplicates } = read.value;
  return { ok: true, value: { value, ...(duplicates === undefined ? {} : { strictErrors: [duplicates] }) } };
}
