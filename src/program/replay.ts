/** `pilothouse replay`: runs a save again and compares. */
import { Session } from '../repl/session.ts';
import { readSave } from '../repl/save-file.ts';
import type { ProgramOptions } from './options.ts';
import { words } from './words.ts';
import { lessonsFolder, topologyOf } from './prompt.ts';

export async function runReplay(options: ProgramOptions): Promise<number> {
  const file = options.words[1];
  if (file === undefined) { process.stderr.write(`${words.nameSave[options.lang]}\n`); return 2; }
  const saved = readSave(file, options.lang);
  if (!saved.ok) { process.stderr.write(`${saved.error}\n`); return 2; }
  const session = new Session({ topology: saved.value.topology, seed: saved.value.seed, lang: options.lang, lessonsFolder: lessonsFolder(), topologyOf, verify: options.verify, survives: true });
  const done = session.fromSave(saved.value);
  if (!done.ok) { process.stderr.write(`${file}: ${done.error}\n`); return 1; }
  for (const { line, stdout, stderr } of saved.value.typed) process.stdout.write(`❯ ${line}\n${stdout}${stderr}`);
  process.stdout.write(`${words.sameDigest(session.digest)[options.lang]}\n`);
  return 0;
}
