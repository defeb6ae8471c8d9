/**
 * The annotation in which client-side apply remembers what it applied, seen from server-side apply.
 *
 * @source kubernetes/apimachinery pkg/util/managedfields/internal/lastapplied.go, lastappliedmanager.go, lastappliedupdater.go
 */
import type { KubeObject } from '../../api/meta.ts';
import { fieldSetOf } from '../../api/fields/compare.ts';
import { typeFaults } from '../../api/fields/merge.ts';
import type { FieldSet } from '../../api/fields/set.ts';
import type { FieldType } from '../../api/fields/types.ts';
import { maximumAnnotationBytes } from '../../api/validate-meta.ts';

export const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/** Fields whose conflicts do not count, because the user who applies set them by client-side apply; undefined = there is no such annotation. */
export function allowedByLastApplied(live: KubeObject, type: FieldType): FieldSet | undefined {
  const text = live.metadata.annotations?.[LAST_APPLIED];
  const last = text === undefined ? undefined : parsed(text);
  if (last === undefined || last.apiVersion !== live.apiVersion || typeFaults(last, type).length > 0) return undefined;
  return fieldSetOf(last, type);
}

function parsed(text: string): KubeObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value as KubeObject : undefined;
  } catch {
    return undefined;
  }
}

/** Keeps the annotation of an object current when kubectl applies to it, so that its user can go back to client-side apply. */
export function withLastApplied(object: KubeObject, config: KubeObject, manager: string): KubeObject {
  const { annotations } = object.metadata;
  if (manager !== 'kubectl' || annotations?.[LAST_APPLIED] === undefined) return object;
  const { [LAST_APPLIED]: _old, ...others } = annotations;
  const next = { ...others, [LAST_APPLIED]: `${textOf(config)}\n` };
  const size = Object.entries(next).reduce((sum, [key, value]) => sum + key.length + value.length, 0);
  return { ...object, metadata: { ...object.metadata, annotations: size > maximumAnnotationBytes ? others : next } };
}

/** The configuration as JSON with sorted keys, without the annotation itself. */
function textOf(config: KubeObject): string {
  const { managedFields: _fields, ...metadata } = config.metadata;
  const { [LAST_APPLIED]: _old, ...annotations } = metadata.annotations ?? {};
  const plain = metadata.annotations === undefined ? metadata : { ...metadata, annotations };
  return JSON.stringify(sorted({ ...config, metadata: plain }));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.keys(value).sort().map(key => [key, sorted((value as Record<string, unknown>)[key])]));
}
