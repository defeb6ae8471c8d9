/** From a change of an object to the keys of what manages it. */
import type { KubeObject } from '../api/meta.ts';
import type { Delta } from './informer.ts';

/** Keys of the managing owners of an object, now and before the change. */
export function ownersOf(delta: Delta, kind: string): readonly string[] {
  const now = ownerOf(delta.object, kind);
  const isSame = delta.old === undefined || delta.old.metadata.ownerReferences === delta.object.metadata.ownerReferences;
  const before = isSame ? now : ownerOf(delta.old ?? delta.object, kind);
  if (before === now || before === undefined) return now === undefined ? NO_KEYS : [now];
  return now === undefined ? [before] : [now, before];
}

const NO_KEYS: readonly string[] = Object.freeze([]);

function ownerOf({ metadata }: KubeObject, kind: string): string | undefined {
  const { namespace = '', ownerReferences } = metadata;
  if (ownerReferences === undefined) return undefined;
  for (const { controller, kind: named, name } of ownerReferences) if (controller === true && named === kind) return namespace === '' ? name : `${namespace}/${name}`;
  return undefined;
}
