/** What the fields of the API mean, for `kubectl explain`: files that the build makes (.ci/generate-schema.mjs). */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Docs, type TypeDocs, typesBelow, typesShown } from '../kubectl/explain.ts';
import { packageRoot } from './package-root.ts';

const folder = (): string => join(packageRoot(), 'dist', 'src', 'api', 'docs');
const read: { docs?: Docs } = {};

/**
 * Descriptions of the types that `kubectl explain WORD` shows, as JSON text, and of the types below them, which `--recursive` shows, the values of their fields. Only
 * these: what a command is given goes into the journal of the run.
 */
export function explanationsOf(word: unknown, apiVersion: unknown): string {
  const shown: Record<string, TypeDocs> = {};
  read.docs ??= Object.assign({}, ...files().map((name) => JSON.parse(readFileSync(join(folder(), name), 'utf8')) as Docs)) as Docs;
  const types = typeof word === 'string' ? typesShown(word, typeof apiVersion === 'string' ? apiVersion : '') : [];
  for (const type of typesBelow(types)) {
    const docs = read.docs[type];
    if (docs !== undefined && types.includes(type)) shown[type] = docs;
    else if (docs?.enums !== undefined) shown[type] = { doc: '', fields: {}, enums: docs.enums };
  }
  return JSON.stringify(shown);
}

/** A build without them explains names and types only. */
function files(): readonly string[] {
  try {
    return readdirSync(folder()).filter((name) => name.endsWith('.json')).sort();
  } catch {
    return [];
  }
}
