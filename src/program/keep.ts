/** What survives kill -9: the session's save is written after every line, and offered again at the next start. */
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { readSave, type Save, stateFolder, writeSave } from '../repl/save-file.ts';

const file = (): string => join(stateFolder(), 'last-session.json');
const progressFile = (): string => join(stateFolder(), 'progress.json');

/** Keeps the session; a folder that cannot be written is told once. */
export function keeper(tell: (problem: string) => void): (save: Save) => void {
  let told = false;
  return (save) => {
    const written = writeSave(file(), save);
    if (!written.ok && !told) { told = true; tell(written.error); }
  };
}

/** The session that did not end well, if there is one. */
export function unfinished(): Save | undefined {
  if (!existsSync(file())) return undefined;
  const saved = readSave(file());
  return saved.ok && saved.value.typed.length > 0 ? saved.value : undefined;
}

/** The session ended well: only the learner's progress stays. */
export function ended(save: Save): void {
  writeSave(progressFile(), { ...save, journal: [], typed: [], lesson: undefined });
  try { rmSync(file(), { force: true }); } catch { return; }
}

/** What the learner has finished in earlier sessions. */
export function progress(): Save['learner'] | undefined {
  if (!existsSync(progressFile())) return undefined;
  const saved = readSave(progressFile());
  return saved.ok ? saved.value.learner : undefined;
}
