/** Total order of texts by UTF-16 code unit: the same on every machine, unlike locale comparison. */
export function compareText(a: string, b: string): number {
  // Telling equal texts from unequal ones is much cheaper than ordering them, so only one order is asked for.
  return a < b ? -1 : a === b ? 0 : 1;
}

/** Deep equality of plain data; objects with the same keys in another order are equal, `undefined` counts as absent. */
export function equalData(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a)) {
    return Array.isArray(b) && a.length === b.length && a.every((item, i) => equalData(item, b[i]));
  }
  if (Array.isArray(b)) return false;
  const left = a as Record<string, unknown>;
  const right = b as Record<string, unknown>;
  for (const key of Object.keys(left)) if (!equalData(left[key], right[key])) return false;
  for (const key of Object.keys(right)) if (right[key] !== undefined && left[key] === undefined) return false;
  return true;
}
