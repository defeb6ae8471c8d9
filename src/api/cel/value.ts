/** API objects as CEL values: whole numbers are ints. */

const known = new WeakMap<object, unknown>();

/** The value as expressions see it; made once for each frozen part. */
export function celValue(value: unknown): unknown {
  if (typeof value === 'number') return Number.isInteger(value) ? BigInt(value) : value;
  if (typeof value !== 'object' || value === null) return value;
  let converted = known.get(value);
  if (converted === undefined) {
    converted = Array.isArray(value) ? value.map(celValue) : convert(value as Readonly<Record<string, unknown>>);
    if (Object.isFrozen(value)) known.set(value, converted);
  }
  return converted;
}

function convert(object: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const converted: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(object)) if (value !== undefined) converted[key] = celValue(value);
  return converted;
}
