/** Words within a few edits of a typed one. */

/** Edits (insert, delete, replace, swap of neighbours) between two words, at most `limit + 1`. */
export function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1;
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let cost = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) cost = Math.min(cost, (beforeLast[j - 2] ?? 0) + 1);
      row.push(cost);
    }
    [beforeLast, last] = [last, row];
  }
  return last[b.length] ?? limit + 1;
}

/** The candidates within `limit` edits (less for short words), or that begin with the word; nearest first. */
export function nearest(word: string, candidates: readonly string[], limit: number): readonly string[] {
  const low = word.toLowerCase();
  const allowed = Math.min(limit, Math.max(1, Math.floor(low.length / 2)));
  return [...new Set(candidates)]
    .map((candidate) => ({ candidate, distance: editDistance(low, candidate.toLowerCase(), limit) }))
    .filter(({ candidate, distance }) => distance <= allowed || (low.length >= 2 && candidate.toLowerCase().startsWith(low)))
    .sort((a, b) => a.distance - b.distance || (a.candidate < b.candidate ? -1 : 1))
    .map(({ candidate }) => candidate);
}
