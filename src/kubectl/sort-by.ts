/**
 * `--sort-by`.
 * @source kubernetes/kubectl pkg/cmd/get/sorter.go
 * @fidelity simplified: numbers with and without a fraction are told apart by their value, not by how they were written
 */
import type { Result } from '../base/data.ts';
import { compareText } from '../base/compare.ts';
import { findJsonPath, parseJsonPath, relaxedJsonPath, type TemplatePart } from '../api/jsonpath.ts';
import { compareQuantity, isQuantity } from '../api/quantity.ts';
import type { Conversation } from '../sim/conversation.ts';
import { fail, FAILED, type Failure, plainFailure } from './errors.ts';
import { goSorted } from './go-sort.ts';
import { logFatal } from './klog.ts';

/** What is put in order: the rows of one table, or objects. Upstream has a sorter for each. */
type Sorted = 'rows' | 'objects';

/** Why a list is left unsorted; `log`: kubectl gives up with a line in its log. */
export interface Unsorted { readonly failure: Failure; readonly log?: { readonly place: string; readonly text: string } }

/** Thrown out of the comparison, which has no other way to end. */
class Unsortable extends Error {}

const TYPES = { rows: { name: '[][][]reflect.Value', place: 'sorter.go:375' }, objects: { name: '*unstructured.Unstructured', place: 'sorter.go:329' } } as const;

/** Items in the order of a field; '' keeps their order. */
export function sortItems<T>(items: readonly T[], expression: string, what: Sorted): Result<readonly T[], Unsorted> {
  if (expression === '' || items.length === 0) return { ok: true, value: items };
  const relaxed = relaxedJsonPath(expression);
  // Of a table's path that is none the parser has the last word.
  if (!relaxed.ok && what === 'objects') return unsorted(relaxed.error);
  const path = relaxed.ok ? relaxed.value : expression;
  const parsed = parseJsonPath(path);
  if (!parsed.ok) return unsorted(parsed.error);
  const keys = new Map<T, Key>();
  for (const item of items) {
    const key = keyOf(parsed.value, item);
    if (!key.ok) return unsorted(key.error);
    keys.set(item, key.value);
  }
  if ([...keys.values()].every((key) => key.length === 0)) return unsorted(`couldn't find any field with path ${JSON.stringify(path)} in the list of objects`);
  try {
    return { ok: true, value: goSorted(items, (a, b) => isLess(keys.get(a) ?? [], keys.get(b) ?? [])) };
  } catch (thrown) {
    if (!(thrown instanceof Unsortable)) throw thrown;
    const text = `Field ${path} in ${TYPES[what].name} is an unsortable type: interface, err: ${thrown.message}`;
    return { ok: false, error: { failure: plainFailure(text), log: { place: TYPES[what].place, text } } };
  }
}

const unsorted = (message: string): { readonly ok: false; readonly error: Unsorted } => ({ ok: false, error: { failure: plainFailure(message) } });

/** Says why a list could not be put in order. */
export function* complainOfOrder({ failure, log }: Unsorted): Conversation<number> {
  if (log === undefined) return yield* fail(failure);
  yield* logFatal(log.place, log.text);
  return FAILED;
}

/** The first value that a path finds in an item; empty = none. */
type Key = readonly [] | readonly [unknown];

function keyOf(path: readonly TemplatePart[], item: unknown): Result<Key, string> {
  const found = findJsonPath(path, item, true);
  if (!found.ok) return found;
  const [values = []] = found.value;
  return { ok: true, value: values.length === 0 ? [] : [values[0]] };
}

/** What has no value comes first, also before another such: that is what upstream's comparison says. */
function isLess(a: Key, b: Key): boolean {
  if (a.length === 0 || b.length === 0) return a.length === 0;
  return isValueLess(a[0], b[0]);
}

function isValueLess(a: unknown, b: unknown): boolean {
  if ((a ?? null) === null || (b ?? null) === null) return (a ?? null) === null && (b ?? null) !== null;
  if (typeof a === 'number') {
    if (typeof b === 'number' && Number.isInteger(a) === Number.isInteger(b)) return a < b;
  } else if (typeof a === 'string') {
    if (typeof b === 'string') return isQuantity(a) && isQuantity(b) ? compareQuantity(a, b) < 0 : compareText(a, b) < 0;
  } else throw new Unsortable(`unsortable type: ${typeof a === 'boolean' ? 'bool' : Array.isArray(a) ? '[]interface {}' : 'map[string]interface {}'}`);
  throw new Unsortable('unsortable interface: interface');
}
