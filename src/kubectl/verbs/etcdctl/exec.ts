/**
 * Programs that `watch -- PROGRAM` and `lock NAME PROGRAM` start.
 * @fidelity simplified: the simulated machine has echo, env, true, false and sleep; the output comes when the program has ended
 */
import { micros } from '../../../base/data.ts';
import type { Conversation } from '../../../sim/conversation.ts';
import { cx } from '../../command.ts';
import { goQuote } from '../../../base/go-quote.ts';

/** How a program ended; with `error` it was not even started, or failed. */
export interface Executed { readonly exit: number; readonly error: string }

const ended = (exit: number): Executed => ({ exit, error: exit === 0 ? '' : `exit status ${exit}` });

/** Runs a program with these variables. */
export function* execute(words: readonly string[], env: Readonly<Record<string, string>>): Conversation<Executed> {
  const [program = '', ...rest] = words;
  switch (program) {
    case 'echo': yield* cx.print(`${rest.join(' ')}\n`); return ended(0);
    case 'env': case 'printenv': yield* cx.print(Object.entries(env).map(([name, value]) => `${name}=${value}\n`).join('')); return ended(0);
    case 'true': return ended(0);
    case 'false': return ended(1);
    case 'sleep': yield* cx.sleep(micros(Math.round(Number.parseFloat(rest[0] ?? '0') * 1_000_000) || 0)); return ended(0);
    default: return { exit: 1, error: `exec: ${goQuote(program)}: executable file not found in $PATH` };
  }
}
