/** Picks what the arguments ask for. */
import { readOptions, type ProgramOptions } from './options.ts';
import { nearestWords } from '../base/text.ts';
import { words } from './words.ts';
import { usage } from './usage.ts';

type Command = (options: ProgramOptions) => Promise<number>;

/** Words after `pilothouse`, each loaded when it is asked for. */
const commands: Readonly<Record<string, () => Promise<Command>>> = {
  learn: async () => (await import('./prompt.ts')).runPrompt,
  run: async () => (await import('./scenarios.ts')).runScenarios,
  lesson: async () => (await import('./lessons.ts')).runLessons,
  replay: async () => (await import('./replay.ts')).runReplay,
  serve: async () => (await import('./serve.ts')).runServe,
  addon: async () => (await import('./addon.ts')).runAddon,
  bench: async () => (await import('./bench.ts')).runBench,
};

/** Exit code when the output cannot be written, for example to a full disk. EX_IOERR of sysexits. */
const OUTPUT_LOST = 74;

/** Runs the program. Resolves with its exit code. */
export async function runProgram(args: readonly string[]): Promise<number> {
  // Who reads may stop early (`| head -1`): what is left unread is no error.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', ({ code }: NodeJS.ErrnoException) => { if (code !== 'EPIPE' && code !== 'EIO') process.exitCode = OUTPUT_LOST; });
  const options = readOptions(args, process.env);
  if (!options.ok) return refuse(options.error);
  if (options.value.help) { process.stdout.write(usage(options.value.lang)); return 0; }
  const [word] = options.value.words;
  const find = word === undefined ? async (): Promise<Command> => (await import('./prompt.ts')).runPrompt : Object.hasOwn(commands, word) ? commands[word] : undefined;
  if (find === undefined) return refuse(words.noCommand(String(word), Object.keys(commands), nearestWords(String(word), Object.keys(commands), 1)[0])[options.value.lang]);
  return (await find())(options.value);
}

function refuse(problem: string): number {
  process.stderr.write(`pilothouse: ${problem}\n`);
  return 2;
}
