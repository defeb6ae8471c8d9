/** Columns that nearly every kind has. */
import type { KubeObject } from '../meta.ts';
import type { Column } from '../resource.ts';
import { age } from '../time.ts';

/** The name, as the first column. */
export function nameColumn<T extends KubeObject>(): Column<T> {
  return { name: 'Name', cell: (object) => object.metadata.name };
}

/** The time since the creation. */
export function ageColumn<T extends KubeObject>(): Column<T> {
  return { name: 'Age', cell: (object, now) => age(object.metadata.creationTimestamp, now) };
}

/** Entries that a list shows before it says how many more there are. */
const shownEntries = 3;

/** `a,b,c + 2 more...`; `<unset>` for none. @source kubernetes pkg/printers/internalversion/printers.go (listWithMoreString) */
export function listWithMore(list: readonly string[]): string {
  if (list.length > shownEntries) return `${list.slice(0, shownEntries).join(',')} + ${list.length - shownEntries} more...`;
  return list.length === 0 || list.every((entry) => entry === '') ? '<unset>' : list.join(',');
}
