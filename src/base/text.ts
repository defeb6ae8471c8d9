/** Languages that pilothouse speaks. */
export type Lang = 'ko' | 'en';

/** One sentence in both languages. */
export interface Text {
  readonly ko: string;
  readonly en: string;
}

/** The same words in both languages: a command line, a name, a number. */
export const same = (words: string): Text => ({ ko: words, en: words });

/** How many single-character edits (insert, delete, replace) turn one word into another. */
export function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

/** The known words nearest to a mistyped one, nearest first: at most a third of the letters may differ. */
export function nearestWords(word: string, known: Iterable<string>, max = 3): string[] {
  const limit = Math.max(1, Math.floor(word.length / 3));
  return [...known]
    .map(name => ({ name, distance: editDistance(word.toLowerCase(), name.toLowerCase()) }))
    .filter(({ distance }) => distance <= limit)
    .sort((a, b) => a.distance - b.distance || (a.name < b.name ? -1 : 1))
    .slice(0, max)
    .map(({ name }) => name);
}
