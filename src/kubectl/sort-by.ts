/** `--sort-by`. */
import type { Result } from '../base/data.ts';
import { compareText } from '../base/compare.ts';
import { goSorted } from './go-sort.ts';
import type { KubeObject } from '../api/meta.ts';
import { type Failure, plainFailure } from './errors.ts';

/** The value at `.metadata.name` or `{.metadata.name}`. */
function valueAt(object: unknown, path: readonly string[]): unknown {
  let value = object;
  for (const key of path) value = typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>)[key] : undefined;
  return value;
}

function compareValues(a: unknown, b: unknown): number {
  if (a === undefined || b === undefined) return a === b ? 0 : a === undefined ? -1 : 1;
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return compareText(String(a), String(b));
}

/** Items in the order of a field; '' keeps their order. */
export function sortItems(items: readonly KubeObject[], expression: string): Result<readonly KubeObject[], Failure> {
  if (expression === '') return { ok: true, value: items };
  const path = expression.replace(/^\{/, '').replace(/\}$/, '').replace(/^\$?\.?/, '').split(/\.|\[|\]\.?/).filter((part) => part !== '');
  const found = items.some((item) => valueAt(item, path) !== undefined);
  if (!found && items.length > 0) return { ok: false, error: plainFailure(`couldn't find any field with path "{.${path.join('.')}}" in the list of objects`) };
  return { ok: true, value: goSorted(items, (a, b) => compareValues(valueAt(a, path), valueAt(b, path)) < 0) };
}
