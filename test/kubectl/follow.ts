import type t from 'tap';
import type { Shell } from './shell.ts';

/** One line after another on one cluster: what each prints and with what code it ends. */
export interface Step { readonly line: string; readonly out?: string | RegExp; readonly err?: string; readonly exit?: number }

/** Standard error without what clientv3 and etcdutl log there. */
export const ownWords = (err: string): string => err.split('\n').filter((line) => !line.startsWith('{"level":') && !/^\S+Z\tinfo\t/.test(line)).join('\n');

export function follow(shell: Shell, steps: readonly Step[], test: Pick<typeof t, 'equal' | 'match'>): void {
  for (const { line, out = '', err = '', exit = 0 } of steps) {
    const ran = shell.run(line);
    if (typeof out === 'string') test.equal(ran.out, out, line);
    else test.match(ran.out, out, line);
    test.equal(ownWords(ran.err), err, `${line}: standard error`);
    test.equal(ran.exit, exit, `${line}: exit code`);
  }
}
