/** `pilothouse bench`: the project's own measurements. */
import { suites } from '../bench/registry.ts';
import { words } from './words.ts';
import type { ProgramOptions } from './options.ts';

export async function runBench(options: ProgramOptions): Promise<number> {
  const wanted = options.words.slice(1);
  const unknown = wanted.find(name => !suites.some(suite => suite.name === name));
  if (unknown !== undefined) {
    process.stderr.write(`${words.noSuite(unknown, suites.map(suite => suite.name))[options.lang]}\n`);
    return 2;
  }
  for (const suite of suites) {
    if (wanted.length > 0 && !wanted.includes(suite.name)) continue;
    process.stdout.write(`${suite.name}: ${suite.summary}\n`);
    try {
      for (const line of await suite.run('full')) process.stdout.write(`  ${line}\n`);
    } catch (error) {
      process.stderr.write(`pilothouse bench: ${suite.name}: ${(error as Error).message}\n`);
      return 1;
    }
  }
  return 0;
}
