/** Arithmetic with lists of amounts. @source kubernetes/apiserver pkg/quota/v1/resources.go */
import { compareText } from '../../base/compare.ts';
import type { ResourceList } from '../kinds/all.ts';
import { addQuantity, compareQuantity, subtractQuantity } from '../quantity.ts';

/** The sum of two lists: what only one of them has stays. */
export function addAmounts(a: ResourceList, b: ResourceList): ResourceList {
  const sum: Record<string, string> = { ...a };
  for (const [name, amount] of Object.entries(b)) sum[name] = sum[name] === undefined ? amount : addQuantity(sum[name], amount);
  return sum;
}

/** The first list without the second, but never below zero. */
export function subtractAmounts(a: ResourceList, b: ResourceList): ResourceList {
  const rest: Record<string, string> = {};
  for (const [name, amount] of Object.entries(a)) {
    const less = b[name] === undefined ? amount : subtractQuantity(amount, b[name]);
    rest[name] = compareQuantity(less, '0') < 0 ? '0' : less;
  }
  return rest;
}

/** The larger amount of each. */
export function maxAmounts(a: ResourceList, b: ResourceList): ResourceList {
  const most: Record<string, string> = { ...a };
  for (const [name, amount] of Object.entries(b)) if (most[name] === undefined || compareQuantity(amount, most[name]) > 0) most[name] = amount;
  return most;
}

/** Only the named amounts. */
export function maskAmounts(list: ResourceList, names: readonly string[]): ResourceList {
  return Object.fromEntries(names.flatMap(name => (list[name] === undefined ? [] : [[name, list[name]]])));
}

/** Without what is zero. */
export function withoutZeros(list: ResourceList): ResourceList {
  return Object.fromEntries(Object.entries(list).filter(([, amount]) => compareQuantity(amount, '0') !== 0));
}

/** Whether two lists say the same, however they write it. */
export function sameAmounts(a: ResourceList, b: ResourceList): boolean {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every(name => b[name] !== undefined && compareQuantity(a[name], b[name]) === 0);
}

/** Names of the amounts that are above their limit, sorted. */
export function exceeding(list: ResourceList, limits: ResourceList): readonly string[] {
  return Object.keys(list).filter(name => limits[name] !== undefined && compareQuantity(list[name], limits[name]) > 0).sort(compareText);
}

/** `cpu=1,pods=2`. */
export function amountsText(list: ResourceList): string {
  return Object.keys(list).sort(compareText).map(name => `${name}=${list[name] ?? ''}`).join(',');
}
