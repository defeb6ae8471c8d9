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
    return Array.isArray(b) && equalLists(a, b);
  }
  if (Array.isArray(b)) return false;
  const left = a as Record<string, unknown>;
  const right = b as Record<string, unknown>;
  // Every field of the left is on the right, so as many fields on both sides are the same fields.
  let more = 0;
  for (const key in left) {
    const part = left[key];
    if (!equalData(part, right[key])) return false;
    if (part !== undefined) more++;
  }
  for (const key in right) if (right[key] !== undefined) more--;
  return more === 0;
}

function equalLists(a: readonly unknown[], b: readonly unknown[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (!equalData(a[i], b[i])) return false;
  return true;
}
