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

/** When the object was made, for kinds without columns of their own. @source kubernetes/apiserver pkg/registry/rest/table.go (defaultTableConvertor) */
export function createdColumn<T extends KubeObject>(): Column<T> {
  return { name: 'Created At', type: 'date', cell: (object) => object.metadata.creationTimestamp ?? ZERO_TIME };
}

/** Go's zero time. */
const ZERO_TIME = '0001-01-01T00:00:00Z';

/** Entries that a list shows before it says how many more there are. */
const shownEntries = 3;

/** `a,b,c + 2 more...`; `<unset>` for none. @source kubernetes pkg/printers/internalversion/printers.go (listWithMoreString) */
export function listWithMore(list: readonly string[]): string {
  if (list.length > shownEntries) return `${list.slice(0, shownEntries).join(',')} + ${list.length - shownEntries} more...`;
  return list.length === 0 || list.every((entry) => entry === '') ? '<unset>' : list.join(',');
}
