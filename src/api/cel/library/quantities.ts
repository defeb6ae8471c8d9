/** Amounts such as `500m`. @source kubernetes/apiserver pkg/cel/library/quantity.go */
import type { Environment } from '@marcbachmann/cel-js';
import { addQuantity, compareQuantity, isQuantity, quantityFault, milliValue, subtractQuantity } from '../../quantity.ts';
import type { Add } from './library.ts';

/** An amount, which expressions compare and add. */
class CelQuantity {
  readonly text: string;
  constructor(text: string) { this.text = text; }
}

const quantityOf = (text: string): CelQuantity => {
  if (!isQuantity(text)) throw new Error(quantityFault(text));
  return new CelQuantity(text);
};
const textOf = (of: CelQuantity | bigint): string => (typeof of === 'bigint' ? String(of) : of.text);

/** Adds the type and its functions. */
export function registerQuantities(environment: Environment, add: Add): void {
  environment.registerType('Quantity', CelQuantity);
  environment.registerOperator('Quantity == Quantity', (a: CelQuantity, b: CelQuantity) => compareQuantity(a.text, b.text) === 0);
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
