import { equalData } from '../../../base/compare.ts';
import { forbidden, invalid, required, tooLong } from '../../field-error.ts';
import type { FieldError } from '../../field-error.ts';
import { decodeBase64Text, encodeBase64Text } from '../../base64.ts';
import type { KubeObject, StringMap } from '../../meta.ts';
import { goSyntaxError } from '../../go-json.ts';
import { configMapKey, dns1123Subdomain } from '../../names.ts';
import { defineResource, metadataFields, plainStrategy } from '../../resource.ts';
import { age } from '../../time.ts';
import { immutableText, validateObjectMeta, validateObjectMetaUpdate } from '../../validate-meta.ts';
import { base64Bytes, maximumDataBytes } from './config-map.ts';

/** Small confidential data. */
export interface Secret extends KubeObject {
  readonly apiVersion: 'v1';
  readonly kind: 'Secret';
  readonly immutable?: boolean;
  /** Base64. */
  readonly data?: StringMap;
  /** Write-only: merged into `data` by the API server. */
  readonly stringData?: StringMap;
  readonly type?: string;
}

/** Why a text is no JSON object, '' when it is one. */
function objectFault(text: string): string {
  const fault = goSyntaxError(text);
  if (fault !== '') return fault;
  const value: unknown = JSON.parse(text);
  if (value === null || (typeof value === 'object' && !Array.isArray(value))) return '';
  const kind = Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value;
  return `json: cannot unmarshal ${kind} into Go value of type map[string]interface {}`;
}

/** The keys that a type of secret must have. */
const requiredKeys: ReadonlyMap<string, readonly string[]> = new Map([
  ['kubernetes.io/dockercfg', ['.dockercfg']],
  ['kubernetes.io/dockerconfigjson', ['.dockerconfigjson']],
  ['kubernetes.io/ssh-auth', ['ssh-privatekey']],
  ['kubernetes.io/tls', ['tls.crt', 'tls.key']],
]);

function validateType(secret: Secret, errors: FieldError[]): void {
  const has = (key: string): boolean => secret.data?.[key] !== undefined;
  for (const key of requiredKeys.get(secret.type ?? '') ?? []) {
    if (!has(key) || (key === 'ssh-privatekey' && secret.data?.[key] === '')) { errors.push(required(`data[${key}]`)); continue; }
    const fault = key.startsWith('.docker') ? objectFault(decodeBase64Text(secret.data?.[key] ?? '')) : '';
    if (fault !== '') errors.push(invalid(`data[${key}]`, '<secret contents redacted>', fault));
  }
  if (secret.type === 'kubernetes.io/basic-auth' && !has('username') && !has('password')) {
    errors.push(required('data[username]'), required('data[password]'));
  }
  if (secret.type === 'kubernetes.io/service-account-token' && !secret.metadata.annotations?.['kubernetes.io/service-account.name']) {
    errors.push(required('metadata.annotations[kubernetes.io/service-account.name]'));
  }
}

function validateData(secret: Secret, errors: FieldError[]): void {
  let size = 0;
  for (const key of Object.keys(secret.data ?? {})) {
    for (const message of configMapKey(key)) errors.push(invalid(`data[${key}]`, key, message));
    size += base64Bytes(secret.data?.[key] ?? '');
  }
  if (size > maximumDataBytes) errors.push(tooLong('data', maximumDataBytes));
  validateType(secret, errors);
}

function validate(secret: Secret): readonly FieldError[] {
  const errors = validateObjectMeta(secret, true, dns1123Subdomain);
  validateData(secret, errors);
  return errors;
}

function validateUpdate(secret: Secret, old: Secret): readonly FieldError[] {
  const errors = validateObjectMetaUpdate(secret, old);
  if (secret.type !== old.type) errors.push(invalid('type', secret.type ?? '', immutableText));
  if (old.immutable === true) {
    if (secret.immutable !== true) errors.push(forbidden('immutable', 'field is immutable when `immutable` is set'));
    if (!equalData(secret.data ?? {}, old.data ?? {})) errors.push(forbidden('data', 'field is immutable when `immutable` is set'));
  }
  errors.push(...validate(secret));
  return errors;
}

/** `stringData` is written into `data` and forgotten. */
function mergeStringData(secret: Secret): Secret {
  if (secret.stringData === undefined) return secret;
  const { stringData, ...rest } = secret;
  const data: Record<string, string> = { ...secret.data };
  for (const key of Object.keys(stringData)) data[key] = encodeBase64Text(stringData[key] ?? '');
  return { ...rest, data };
}

/** @source kubernetes pkg/registry/core/secret/strategy.go */
export const secretResource = defineResource<Secret>({
  group: '', version: 'v1', kind: 'Secret', plural: 'secrets', singular: 'secret', shortNames: [], categories: [], namespaced: true,
  subresources: [], storagePrefix: '/registry/secrets/', allowUnconditionalUpdate: true,
  selectableFields: [...metadataFields<Secret>(true), { path: 'type', get: (secret) => secret.type ?? '' }],
  columns: [
    { name: 'Name', cell: (secret) => secret.metadata.name },
    { name: 'Type', doc: 'Secret.type', cell: (secret) => secret.type ?? '' },
    { name: 'Data', doc: 'Secret.data', cell: (secret) => Object.keys(secret.data ?? {}).length },
    { name: 'Age', cell: (secret, now) => age(secret.metadata.creationTimestamp, now) },
  ],
  defaults(secret) {
    const merged = mergeStringData(secret);
    return merged.type === undefined || merged.type === '' ? { ...merged, type: 'Opaque' } : merged;
  },
  ...plainStrategy<Secret>(),
  validate,
  validateUpdate,
});
