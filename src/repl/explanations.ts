/** What the fields of the API mean, for `kubectl explain`: files that the build puts beside the compiled API (.ci/generate-schema.mjs). */
import { readdirSync, readFileSync } from 'node:fs';

const folder = new URL('../api/docs/', import.meta.url);
const made: { text?: string } = {};

/** Descriptions by type as JSON text; '{}' when the build left none. */
export function explanations(): string {
  made.text ??= JSON.stringify(Object.assign({}, ...files().map((name) => JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as object)));
  return made.text;
}

function files(): readonly string[] {
  try {
    return readdirSync(folder).filter((name) => name.endsWith('.json')).sort();
  } catch {
    return [];
  }
}
