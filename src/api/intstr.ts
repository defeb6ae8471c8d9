/**
 * Values that are a count or a percentage.
 *
 * @source kubernetes/apimachinery pkg/util/intstr/intstr.go
 */
import type { Result } from '../base/data.ts';
import type { IntOrString } from './meta.ts';

/** The number in front of '%', undefined when the text is no percentage. */
export function percentageOf(text: string): number | undefined {
  if (text.length < 2 || !text.endsWith('%')) return undefined;
  let value = 0;
  for (let i = 0; i < text.length - 1; i++) {
    const digit = text.charCodeAt(i) - 48;
    if (digit < 0 || digit > 9) return undefined;
    value = value * 10 + digit;
  }
  return value;
}

/** The count, or the percentage of a total rounded up or down. */
export function scaledValue(of: IntOrString, total: number, roundUp: boolean): Result<number, string> {
  if (typeof of === 'number') return { ok: true, value: of };
  const percent = percentageOf(of);
  if (percent === undefined) return { ok: false, error: 'invalid value for IntOrString: invalid type: string is not a percentage' };
  const product = percent * total;
  return { ok: true, value: roundUp ? Math.ceil(product / 100) : Math.floor(product / 100) };
}
