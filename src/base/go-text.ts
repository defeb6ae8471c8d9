/** Values as Go's `fmt` prints them with `%v`. */
import { compareText } from './compare.ts';
import { goFloat } from './go-float.ts';

/** `map[a:1 b:[x y]]`, `<nil>`, `1.5e+21`. */
export function goText(value: unknown): string {
  if (value === null || value === undefined) return '<nil>';
  if (Array.isArray(value)) return `[${value.map(goText).join(' ')}]`;
  if (typeof value === 'number') return Number.isInteger(value) ? String(value) : goFloat(value);
  if (typeof value !== 'object') return String(value);
  const map = value as Readonly<Record<string, unknown>>;
  return `map[${Object.keys(map).sort(compareText).map((key) => `${key}:${goText(map[key])}`).join(' ')}]`;
}

/** The type that a value of JSON has in Go. */
export function goTypeOf(value: unknown): string {
  if (Array.isArray(value)) return '[]interface {}';
  switch (typeof value) {
    case 'string': return 'string';
    case 'boolean': return 'bool';
    case 'number': return Number.isInteger(value) ? 'int64' : 'float64';
    default: return value === null || value === undefined ? '<nil>' : 'map[string]interface {}';
  }
}
