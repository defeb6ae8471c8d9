/** Classes that stand in where none is named. @source kubernetes/kubernetes pkg/volume/util/storageclass.go (GetDefaultClass) */
import { compareText } from '../../base/compare.ts';
import type { Table } from '../../base/table.ts';
import type { KubeObject } from '../../api/meta.ts';

/** The class that an annotation marks as default; of several the newest, and of those that are equally new the first by name. */
export function defaultOf<T extends KubeObject>(classes: Table<KubeObject> | undefined, annotations: readonly string[]): T | undefined {
  if (classes === undefined || classes.size === 0) return undefined;
  const marked = [...classes.values()].filter(({ metadata }) => annotations.some(annotation => metadata.annotations?.[annotation] === 'true'));
  marked.sort((a, b) => compareText(b.metadata.creationTimestamp ?? '', a.metadata.creationTimestamp ?? '') || compareText(a.metadata.name, b.metadata.name));
  return marked[0] as T | undefined;
}
