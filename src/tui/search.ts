/** A search through the history (Ctrl-R): what is looked for, and which entry stands there now. */
export interface Search {
  readonly query: string;
  /** Index into the history; -1 = nothing matches. */
  readonly found: number;
}

/** Entries looked at for one key. */
const LOOKED_AT_MAX = 100_000;

/** Starts a search, or looks for an older match before `before`; keeps the present match when there is no older one. */
export function searchHistory(history: readonly string[], query: string, options: { readonly before: number; readonly present: number }): Search {
  if (query === '') return { query, found: -1 };
  const shown = history[options.present];
  const last = Math.max(0, options.before - LOOKED_AT_MAX);
  for (let i = Math.min(options.before, history.length) - 1; i >= last; i--) {
    const entry = history[i] ?? '';
    if (entry !== shown && entry.includes(query)) return { query, found: i };
  }
  return { query, found: shown?.includes(query) === true ? options.present : -1 };
}
