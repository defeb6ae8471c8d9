import { planOf } from './plan.ts';
import { runSwarm } from './run.ts';
import type { SwarmOptions, SwarmResult } from './run.ts';

/** Runs that making a failing one smaller may take. */
const RUNS_MAX = 150;

/** A failing run with as little trouble as still makes it fail. */
export interface Finding { readonly result: SwarmResult; readonly only: readonly number[]; readonly line: string }

/** Leaves out one trouble after another as long as something still goes wrong. */
export function shrink(seed: number, options: SwarmOptions = {}, how: { readonly bug?: string; readonly run?: typeof runSwarm } = {}): Finding {
  const { bug, run = runSwarm } = how;
  let only = planOf(seed, options.focus).troubles.map((_, i) => i);
  let result = run(seed, { ...options, only });
  let runs = 0;
  for (let at = 0; at < only.length && runs < RUNS_MAX && result.wrong !== undefined;) {
    const fewer = only.filter((_, i) => i !== at);
    const tried = run(seed, { ...options, only: fewer });
    runs += 1;
    if (tried.wrong === undefined) at += 1;
    else { only = fewer; result = tried; }
  }
  return { result, only, line: `node .ci/swarm.mjs etcd --seed ${seed}${bug === undefined ? '' : ` --bug ${bug}`} --only ${only.join() || 'none'}` };
}

/** A finding for people: what went wrong, what had been done, and the line that does it again. */
export function tell({ result, line }: Finding): string {
  const troubles = result.troubles.map((trouble) => `  +${(trouble.at / 1_000_000).toFixed(2)} s for ${(trouble.lasts / 1_000_000).toFixed(2)} s: ${trouble.line}`);
  return [`seed ${result.seed}: ${result.wrong ?? 'nothing is wrong any more'}`, ...troubles, `  again: ${line}`].join('\n');
}
