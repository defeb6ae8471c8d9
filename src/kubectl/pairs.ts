/** `KEY=VALUE` and `KEY-` words. */
import type { Result } from '../base/data.ts';
import { compareText } from '../base/compare.ts';
import { type Failure, plainFailure } from './errors.ts';

/** Labels or annotations from `KEY=VALUE` words. */
export function pairsOf(words: readonly string[], what: string): Result<Readonly<Record<string, string>>, Failure> {
  const pairs: Record<string, string> = {};
  for (const word of words) {
    const equals = word.indexOf('=');
    if (equals <= 0) return { ok: false, error: plainFailure(`unexpected ${what} spec: ${word}`) };
    pairs[word.slice(0, equals)] = word.slice(equals + 1);
  }
  return { ok: true, value: Object.fromEntries(Object.entries(pairs).sort(([a], [b]) => compareText(a, b))) };
}
