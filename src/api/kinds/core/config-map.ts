import { forbidden, invalid, tooLong } from '../../field-error.ts';
import type { FieldError } from '../../field-error.ts';
import type { KubeObject, StringMap } from '../../meta.ts';
import { configMapKey, dns1123Subdomain } from '../../names.ts';
import { defineResource, metadataFields, plainStrategy } from '../../resource.ts';
import { age } from '../../time.ts';
import { validateObjectMeta, validateObjectMetaUpdate } from '../../validate-meta.ts';
import { equalData } from '../../../base/compare.ts';

/** Configuration for pods. */
export interface ConfigMap extends KubeObject {
  readonly apiVersion: 'v1';
  readonly kind: 'ConfigMap';
  readonly immutable?: boolean;
  readonly data?: StringMap;
  /** Base64. */
  readonly binaryData?: StringMap;
}

/** Largest sum of all values, 1 MiB. */
export const maximumDataBytes = 1_048_576;

/** Bytes of a base64 text. */
export function base64Bytes(text: string): number {
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  return Math.floor(text.length / 4) * 3 - padding;
}

/** Bytes of a text as UTF-8. */
function byteLength(text: string): number {
  let bytes = text.length;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    // Half of a pair counts two, both together four.
    if (code > 0x7f) bytes += code > 0x7ff && (code < 0xd800 || code > 0xdfff) ? 2 : 1;
  }
  return bytes;
}

function validateData(map: ConfigMap, errors: FieldError[]): void {
  let size = 0;
  for (const key of Object.keys(map.data ?? {})) {
    for (const message of configMapKey(key)) errors.push(invalid(`data[${key}]`, key, message));
    if (map.binaryData?.[key] !== undefined) errors.push(invalid(`data[${key}]`, key, 'duplicate of key present in binaryData'));
    size += byteLength(map.data?.[key] ?? '');
  }
  for (const key of Object.keys(map.binaryData ?? {})) {
    for (const message of configMapKey(key)) errors.push(invalid(`binaryData[${key}]`, key, message));
    size += base64Bytes(map.binaryData?.[key] ?? '');
  }
  if (size > maximumDataBytes) errors.push(tooLong('[]', maximumDataBytes));
}

function validate(map: ConfigMap): readonly FieldError[] {
  const errors = validateObjectMeta(map, true, dns1123Subdomain);
  validateData(map, errors);
  return errors;
}

function validateUpdate(map: ConfigMap, old: ConfigMap): readonly FieldError[] {
  const errors = validateObjectMetaUpdate(map, old);
  if (old.immutable === true) {
    if (map.immutable !== true) errors.push(forbidden('immutable', 'field is immutable when `immutable` is set'));
    if (!equalData(map.data ?? {}, old.data ?? {})) errors.push(forbidden('data', 'field is immutable when `immutable` is set'));
    if (!equalData(map.binaryData ?? {}, old.binaryData ?? {})) errors.push(forbidden('binaryData', 'field is immutable when `immutable` is set'));
  }
  errors.push(...validate(map));
  return errors;
}

/** @source kubernetes pkg/registry/core/configmap/strategy.go */
export const configMapResource = defineResource<ConfigMap>({
  group: '', version: 'v1', kind: 'ConfigMap', plural: 'configmaps', singular: 'configmap', shortNames: ['cm'], categories: [], namespaced: true,
  subresources: [], storagePrefix: '/registry/configmaps/', allowUnconditionalUpdate: true, selectableFields: metadataFields<ConfigMap>(true),
  columns: [
    { name: 'Name', cell: (map) => map.metadata.name },
    { name: 'Data', doc: 'ConfigMap.data', cell: (map) => Object.keys(map.data ?? {}).length + Object.keys(map.binaryData ?? {}).length },
    { name: 'Age', cell: (map, now) => age(map.metadata.creationTimestamp, now) },
  ],
  defaults: (map) => map,
  ...plainStrategy<ConfigMap>(),
  validate,
  validateUpdate,
});
