/**
 * Functions that Kubernetes adds to CEL: lists, regular expressions, quantities, addresses.
 *
 * @source kubernetes/apiserver pkg/cel/library
 * @fidelity simplified: URLs and named formats are left out
 */
import type { Environment } from '@marcbachmann/cel-js';
import { formatText } from './format.ts';
import { parseIPv4 } from '../ip.ts';
import { addQuantity, compareQuantity, isQuantity, milliValue, subtractQuantity } from '../quantity.ts';

/** An amount such as `500m`, which expressions compare and add. */
export class CelQuantity {
  readonly text: string;
  constructor(text: string) { this.text = text; }
}

/** An IPv4 address. */
export class CelAddress {
  readonly text: string;
  constructor(text: string) { this.text = text; }
}

const quantityOf = (text: string): CelQuantity => {
  if (!isQuantity(text)) throw new Error(`quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'`);
  return new CelQuantity(text);
};
const textOf = (of: CelQuantity | bigint): string => (typeof of === 'bigint' ? String(of) : of.text);

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

const pattern = (text: string): RegExp => new RegExp(text, 'gu');

/** Adds the functions to an environment. */
export function registerKubernetesLibrary(environment: Environment): void {
  environment.registerType('Quantity', CelQuantity).registerType('IP', CelAddress);
  const add = (signature: string, handler: (...args: never[]) => unknown): void => { environment.registerFunction(signature, handler as (...args: unknown[]) => unknown); };
  add('list.isSorted(): bool', (list: readonly Comparable[]) => list.every((one, i) => i === 0 || compare(list[i - 1] as Comparable, one) <= 0));
  add('list.sum(): dyn', sum);
  add('list.min(): dyn', (list: readonly Comparable[]) => extreme(list, -1, 'min'));
  add('list.max(): dyn', (list: readonly Comparable[]) => extreme(list, 1, 'max'));
  add('list.indexOf(dyn): int', (list: readonly unknown[], one: unknown) => BigInt(list.indexOf(one)));
  add('list.lastIndexOf(dyn): int', (list: readonly unknown[], one: unknown) => BigInt(list.lastIndexOf(one)));
  add('string.find(string): string', (text: string, expression: string) => pattern(expression).exec(text)?.[0] ?? '');
  add('string.findAll(string): list<string>', (text: string, expression: string) => text.match(pattern(expression)) ?? []);
  add('string.charAt(int): string', (text: string, at: bigint) => text.charAt(Number(at)));
  add('string.replace(string, string): string', (text: string, from: string, to: string) => text.replaceAll(from, to));
  add('string.format(list): string', formatText);
  registerQuantities(add);
  add('isIP(string): bool', (text: string) => parseIPv4(text) !== undefined);
  add('ip(string): IP', (text: string) => {
    if (parseIPv4(text) === undefined) throw new Error(`IP Address ${JSON.stringify(text)} parse error during conversion from string: ParseAddr(${JSON.stringify(text)}): unable to parse IP`);
    return new CelAddress(text);
  });
  add('IP.family(): int', () => 4n);
  add('IP.isLoopback(): bool', (address: CelAddress) => address.text.startsWith('127.'));
}

function registerQuantities(add: (signature: string, handler: (...args: never[]) => unknown) => void): void {
  add('isQuantity(string): bool', isQuantity);
  add('quantity(string): Quantity', quantityOf);
  for (const type of ['Quantity', 'int']) {
    add(`Quantity.add(${type}): Quantity`, (a: CelQuantity, b: CelQuantity | bigint) => new CelQuantity(addQuantity(a.text, textOf(b))));
    add(`Quantity.sub(${type}): Quantity`, (a: CelQuantity, b: CelQuantity | bigint) => new CelQuantity(subtractQuantity(a.text, textOf(b))));
  }
  add('Quantity.compareTo(Quantity): int', (a: CelQuantity, b: CelQuantity) => BigInt(compareQuantity(a.text, b.text)));
  add('Quantity.isGreaterThan(Quantity): bool', (a: CelQuantity, b: CelQuantity) => compareQuantity(a.text, b.text) > 0);
  add('Quantity.isLessThan(Quantity): bool', (a: CelQuantity, b: CelQuantity) => compareQuantity(a.text, b.text) < 0);
  add('Quantity.sign(): int', (a: CelQuantity) => BigInt(compareQuantity(a.text, '0')));
  add('Quantity.isInteger(): bool', (a: CelQuantity) => milliValue(a.text) % 1000 === 0);
  add('Quantity.asInteger(): int', (a: CelQuantity) => BigInt(Math.ceil(milliValue(a.text) / 1000)));
  add('Quantity.asApproximateFloat(): double', (a: CelQuantity) => milliValue(a.text) / 1000);
}
