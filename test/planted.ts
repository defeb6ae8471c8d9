import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * Copies of the built program with a bug planted in them. A bug is a change of the built text, so the sources know nothing of it and it costs the product nothing.
 *
 * @source etcd-io/etcd tests/robustness/patches
 */
export interface Planted {
  readonly name: string;
  /** File of the list that the bug stands in, for whoever has to adapt it. */
  readonly list: string;
  /** Folders and files below `dist` that a run needs. */
  readonly parts: readonly string[];
  /** Built file below `dist`, texts in it, and what takes their place. */
  readonly changes: readonly { readonly file: string; readonly changes: readonly (readonly [find: string, replace: string])[] }[];
}

const built = join(fileURLToPath(import.meta.url), '..', '..');

/** Makes the copy. @returns its folder */
export function plantedCopy(bug: Planted): string {
  const copy = join(built, 'planted', bug.name);
  rmSync(copy, { recursive: true, force: true });
  for (const part of bug.parts) cpSync(join(built, part), join(copy, part), { recursive: true });
  for (const { file, changes } of bug.changes) plant(bug, join(copy, file), changes);
  return copy;
}

function plant({ name, list }: Planted, path: string, changes: Planted['changes'][number]['changes']): void {
  let text = readFileSync(path, 'utf8');
  for (const [find, replace] of changes) {
    if (!text.includes(find)) throw new Error(`planted bug ${name}: ${relative(built, path)} no longer contains "${find}"; adapt ${list}`);
    text = text.replace(find, () => replace);
  }
  writeFileSync(path, text);
}
