/** Objects on their way through a kustomization. */
import type { KubeObject, StringMap } from '../../api/meta.ts';

/** An object with the names it had before, so that patches and references find it. */
export interface Resource { readonly object: KubeObject; readonly formerly: readonly string[]; readonly isHashed: boolean }

export const nameOf = ({ object }: Resource): string => object.metadata.name;
export const isCalled = (resource: Resource, name: string): boolean => nameOf(resource) === name || resource.formerly.includes(name);

/** The resource under another name. */
export function renamed(resource: Resource, name: string): Resource {
  if (name === nameOf(resource)) return resource;
  return { ...resource, object: { ...resource.object, metadata: { ...resource.object.metadata, name } }, formerly: [...resource.formerly, nameOf(resource)] };
}

/** The resource with metadata changed. */
export function withPairs(resource: Resource, field: 'labels' | 'annotations', pairs: StringMap): Resource {
  const { object } = resource;
  return Object.keys(pairs).length === 0 ? resource : { ...resource, object: { ...object, metadata: { ...object.metadata, [field]: { ...object.metadata[field], ...pairs } } } };
}

/** A field deep inside, changed; where the path ends early nothing changes unless `creates`. */
export function alterAt(value: unknown, path: readonly string[], alter: (inner: unknown) => unknown, creates = false): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return alter(value);
  if (Array.isArray(value)) return value.map((item: unknown) => alterAt(item, path, alter, creates));
  if (typeof value !== 'object' || value === null) return value;
  const map = value as Readonly<Record<string, unknown>>;
  if (map[key] === undefined && !creates) return value;
  return { ...map, [key]: alterAt(map[key] ?? {}, rest, alter, creates) };
}
