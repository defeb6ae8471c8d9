/** The programs that containers have, by name. */
import type { Conversation, Scripts } from '../../sim/conversation.ts';
import { hasTools } from './files.ts';
import { type Facts, type Io, sys } from './program.ts';
import { shell } from './shell.ts';
import { tools } from './tools.ts';

const SHELLS: readonly string[] = ['sh', 'bash', 'ash'];
const FOLDERS: readonly string[] = ['', '/bin/', '/usr/bin/', '/sbin/', '/usr/sbin/', '/usr/local/bin/'];

/** Name of a program without the folders in which programs are; undefined = a path that leads nowhere. */
function programName(word: string): string | undefined {
  const slash = word.lastIndexOf('/');
  return FOLDERS.includes(word.slice(0, slash + 1)) ? word.slice(slash + 1) : undefined;
}

/** Why a command cannot be started in a container of an image, in runc's words; undefined = it can. */
export function commandMissing(image: string, [word = '']: readonly string[]): string | undefined {
  const name = programName(word);
  const known = name !== undefined && (Object.hasOwn(tools, name) || SHELLS.includes(name));
  // Alpine and busybox have one shell.
  if (known && hasTools(image) && !(name === 'bash' && /(^|\/)(busybox|alpine)([:@]|$)/.test(image))) return undefined;
  return `exec: ${JSON.stringify(word)}: ${word.includes('/') ? `stat ${word}: no such file or directory` : 'executable file not found in $PATH'}`;
}

/** Runs one command. Its files, its input and the time it asks for. */
export function* run(io: Io, [word = '', ...args]: readonly string[]): Conversation<number> {
  const name = programName(word);
  if (name !== undefined && SHELLS.includes(name)) return yield* shell(io, args, run);
  const program = name === undefined || !Object.hasOwn(tools, name) ? undefined : tools[name];
  if (program !== undefined) return yield* program(io, args);
  yield* io.error(`sh: ${word}: not found\n`);
  return 127;
}

function* program({ command, facts }: { readonly command: readonly string[]; readonly facts: Facts }): Conversation<number> {
  const env = new Map([['PATH', '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'], ['HOSTNAME', facts.hostname], ...facts.env.map(({ name, value }): [string, string] => [name, value]), ['HOME', '/root']]);
  const io: Io = { facts, cwd: '/', env, read: sys.read, out: text => sys.write('stdout', text), error: text => sys.write('stderr', text) };
  return yield* run(io, command);
}

export const programScripts: Scripts = { program };
