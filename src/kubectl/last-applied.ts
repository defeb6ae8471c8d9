/** The annotation in which client-side apply remembers what it was given. */
import type { KubeObject } from '../api/meta.ts';
import { toCompactJson } from './json.ts';

export const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/** The object as it will be remembered in its own annotation; `asIs` keeps the order of keys, as for objects that kubectl makes itself. */
export function withLastApplied(object: KubeObject, order: 'sorted' | 'asIs' = 'sorted'): KubeObject {
  const { [LAST_APPLIED]: _old, ...annotations } = object.metadata.annotations ?? {};
  const hasAny = Object.keys(annotations).length > 0;
  const plain: KubeObject = order === 'asIs' && !hasAny ? withoutAnnotations(object) : { ...object, metadata: { ...object.metadata, annotations } };
  return { ...object, metadata: { ...object.metadata, annotations: { ...annotations, [LAST_APPLIED]: `${toCompactJson(plain, order)}\n` } } };
}

function withoutAnnotations(object: KubeObject): KubeObject {
  const { annotations: _none, ...metadata } = object.metadata;
  return { ...object, metadata };
}
