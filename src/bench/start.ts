import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { packageRoot } from '../repl/package-root.ts';
import { defineSuite, median, spread } from './suite.ts';

const REPETITIONS = 9;

/** Cold start to a prompt that answered a command about three Ready nodes, against a bare Node in the same run. */
export const start = defineSuite({
  name: 'start',
  summary: 'cold start until `kubectl get nodes` of the default cluster has answered, beside `node -e 0`',
  async run(scale) {
    const main = join(packageRoot(), 'dist', 'bin', 'main.js');
    const bare: number[] = [];
    const ours: number[] = [];
    for (let i = 0; i <= (scale === 'tiny' ? 1 : REPETITIONS); i++) {
      const a = time(['-e', '0'], '');
      const b = time([main, '--plain', '--quiet'], 'kubectl get nodes\n');
      if (i > 0) { bare.push(a); ours.push(b); }
    }
    return [`node -e 0        ${spread(bare, 'ms')}`, `to the answer    ${spread(ours, 'ms')}`, `ratio            ${(median(ours) / median(bare)).toFixed(2)} (must: at most 4)`];
  },
});

function time(args: readonly string[], input: string): number {
  const began = performance.now();
  const done = spawnSync(process.execPath, args, { input, encoding: 'utf8' });
  if (done.status !== 0) throw new Error(`${args.join(' ')} failed: ${done.stderr}`);
  return performance.now() - began;
}
