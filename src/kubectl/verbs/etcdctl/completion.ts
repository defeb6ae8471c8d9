/** `completion` of etcdctl and etcdutl. @source etcd-io/etcd etcdctl/ctlv3/command/completion_command.go, spf13/cobra args.go */
import type { Conversation } from '../../../sim/conversation.ts';
import { type Arguments, type Command, cx, defineCommand, type Flag } from '../../command.ts';
import { operands } from '../../options.ts';
import { goQuote } from '../../../base/go-quote.ts';
import { fail, failure } from './output.ts';

const SHELLS = ['bash', 'zsh', 'fish', 'powershell'];

/**
 * The command of a program.
 * @fidelity simplified: there is no other shell here that could read the script; a comment stands in its place
 */
export const completionOf = (program: string, flags: readonly Flag[]): Command => defineCommand({
  path: [program, 'completion'], summary: 'completion for a shell; this prompt has its own, press Tab', flags, changesWorld: false,
  examples: [{ line: `${program} completion bash`, shows: 'This prompt completes by itself' }],
  *run(args: Arguments): Conversation<number> {
    const words = operands(args, 'words');
    const [shell = ''] = words;
    if (words.length !== 1) return yield* fail(failure(`accepts 1 arg(s), received ${words.length}`));
    if (!SHELLS.includes(shell)) return yield* fail(failure(`invalid argument ${goQuote(shell)} for ${goQuote(`${program} completion`)}`));
    yield* cx.print(`# This prompt completes by itself: press Tab. A ${shell} of your own needs \`${program} completion ${shell}\` of a real ${program}.\n`);
    return 0;
  },
});
