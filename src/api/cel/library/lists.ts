/** Lists, and lists as sets. @source kubernetes/apiserver pkg/cel/library/lists.go, google/cel-go ext/sets.go */
import type { Environment } from '@marcbachmann/cel-js';
import { equalData } from '../../../base/compare.ts';
import type { Add } from './library.ts';

type Comparable = bigint | number | string;
const compare = (a: Comparable, b: Comparable): number => (a < b ? -1 : a > b ? 1 : 0);

function extreme(list: readonly Comparable[], sign: 1 | -1, name: string): Comparable {
  const [first, ...rest] = list;
  if (first === undefined) throw new Error(`${name} called on empty list`);
  return rest.reduce((best, one) => (compare(one, best) * sign > 0 ? one : best), first);
}

function sum(list: readonly (bigint | number)[]): bigint | number {
  if (list.length === 0) return 0n;
  return list.every(one => typeof one === 'bigint') ? list.reduce((total: bigint, one) => total + (one as bigint), 0n) : list.reduce((total: number, one) => total + Number(one), 0);
}

/** Where an element is for the first time; -1 = nowhere. */
const placeOf = (list: readonly unknown[], one: unknown): number => list.findIndex(other => isSame(other, one));
const isSame = (a: unknown, b: unknown): boolean => a === b || (typeof a === 'object' && equalData(a, b));
const hasAll = (list: readonly unknown[], others: readonly unknown[]): boolean => others.every(one => placeOf(list, one) >= 0);

class Sets {}

/** Adds the functions. */
export function registerLists(environment: Environment, add: Add): void {
  add('list.isSorted(): bool', (list: readonly Comparable[]) => list.every((one, i) => i === 0 || compare(list[i - 1] as Comparable, one) <= 0));
  add('list.sum(): dyn', sum);
  add('list.min(): dyn', (list: readonly Comparable[]) => extreme(list, -1, 'min'));
  add('list.max(): dyn', (list: readonly Comparable[]) => extreme(list, 1, 'max'));
  add('list.indexOf(dyn): int', (list: readonly unknown[], one: unknown) => BigInt(placeOf(list, one)));
  add('list.lastIndexOf(dyn): int', (list: readonly unknown[], one: unknown) => BigInt(list.findLastIndex(other => isSame(other, one))));
  environment.registerType('Sets', Sets).registerConstant('sets', 'Sets', new Sets());
  add('Sets.contains(list, list): bool', (_: Sets, list: readonly unknown[], others: readonly unknown[]) => hasAll(list, others));
  add('Sets.equivalent(list, list): bool', (_: Sets, list: readonly unknown[], others: readonly unknown[]) => hasAll(list, others) && hasAll(others, list));
  add('Sets.intersects(list, list): bool', (_: Sets, list: readonly unknown[], others: readonly unknown[]) => others.some(one => placeOf(list, one) >= 0));
}
