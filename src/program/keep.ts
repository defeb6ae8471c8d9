/** What survives kill -9: the session's save is written after every line, and offered again at the next start. */
import { existsSync, renameSync, rmSync } from 'node:fs';
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

/** Reads a file of ours; one that is damaged is put aside, so that nothing in it is written over, and told. */
function read(path: string, lang: 'ko' | 'en', tell: (problem: string) => void): Save | undefined {
  if (!existsSync(path)) return undefined;
  const saved = readSave(path, lang);
  if (saved.ok) return saved.value;
  const aside = `${path}.damaged`;
  try { renameSync(path, aside); } catch { tell(saved.error); return undefined; }
  tell(lang === 'ko' ? `${saved.error}\n그 파일은 ${aside} 자리로 옮겨 두었어요.` : `${saved.error}\nThe file was moved to ${aside}.`);
  return undefined;
}

/** The session that did not end well, if there is one. */
export function unfinished(lang: 'ko' | 'en', tell: (problem: string) => void): Save | undefined {
  const saved = read(file(), lang, tell);
  return saved !== undefined && saved.typed.length > 0 ? saved : undefined;
}

/** The session ended well: only the learner's progress stays. */
export function ended(save: Save): void {
  writeSave(progressFile(), { ...save, journal: [], typed: [], lesson: undefined });
  try { rmSync(file(), { force: true }); } catch { return; }
}

/** What the learner has finished in earlier sessions. */
export function progress(lang: 'ko' | 'en', tell: (problem: string) => void): Save['learner'] | undefined {
  return read(progressFile(), lang, tell)?.learner;
}
