import { bytesOf } from '../../base/bytes.ts';
import type { Conversation } from '../../sim/conversation.ts';
import { type Arguments, cx, defineCommand, type Flag, type Settings } from '../command.ts';
import { fail, seeHelp, usage } from '../errors.ts';
import { isOn, listFlag, namespaceOf, operand, operands, textFlag } from '../options.ts';
import { containerIn, podOf } from '../pod-word.ts';
import { drainStream, endOf, openStream, printFrame, sendInput } from '../streaming.ts';

/** Flags of everything that talks with a program in a container. */
export const talkFlags: readonly Flag[] = [
  { name: 'container', short: 'c', type: 'string', summary: 'which container', completes: 'container' },
  { name: 'stdin', short: 'i', type: 'bool', summary: 'pass input on to the container' },
  { name: 'tty', short: 't', type: 'bool', summary: 'with a terminal' },
  { name: 'quiet', short: 'q', type: 'bool', summary: 'only what the program prints' },
  { name: 'pod-running-timeout', type: 'duration', summary: 'how long to wait for a running pod', hidden: true },
];

/** Runs a program in a container.
 * @source kubernetes/kubectl pkg/cmd/exec/exec.go */
export const exec = defineCommand({
  path: ['kubectl', 'exec'], summary: 'run a program in a container', changesWorld: true,
  flags: [...talkFlags, { name: 'filename', short: 'f', type: 'list', summary: 'file that names the pod', completes: 'file' }],
  examples: [{ line: 'kubectl run web --image=images.example/nginx:1.27 && kubectl wait --for=condition=Ready pod/web && kubectl exec web -- echo hello', shows: 'hello' }],
  *run(args: Arguments, settings: Settings): Conversation<number> {
    const words = operands(args, 'arguments');
    const named = operand(args, 'pod') || fromFile(args);
    const extra = operands(args, 'names');
    if (named === '') return yield* usage('pod, type/name or --filename must be specified');
    if (words.length === 0 && extra.length > 0) return yield* usage(seeHelp('kubectl exec', 'exec [POD] [COMMAND] is not supported anymore. Use exec [POD] -- [COMMAND] instead'));
    if (words.length === 0) return yield* usage('you must specify at least one command for the container');
    const pod = yield* podOf(named, namespaceOf(args, settings));
    if (!pod.ok) return yield* fail(pod.error);
    const { phase } = pod.value.status ?? {};
    if (phase === 'Succeeded' || phase === 'Failed') return yield* usage(`cannot exec into a container in a completed pod; current phase is ${phase}`);
    const container = containerIn(pod.value, textFlag(args, 'container'), 'unchecked');
    if (!container.ok) return yield* fail(container.error);
    if (!isOn(args, 'quiet') && container.value.note !== '') yield* cx.printError(container.value.note);
    const input = args.files['-'];
    // Without a terminal on both ends there is nothing to be a terminal for.
    const hasTerminal = isOn(args, 'tty') && input === undefined;
    if (isOn(args, 'tty') && !hasTerminal) yield* cx.printError('Unable to use a TTY - input is not a terminal or the right kind of file\n');
    const opened = yield* openStream(pod.value, 'exec', { container: container.value.name, command: words, stdout: true, stderr: !hasTerminal, ...(isOn(args, 'stdin') ? { stdin: true } : {}), ...(hasTerminal ? { tty: true } : {}) });
    if (!opened.ok) return yield* fail(opened.error);
    if (isOn(args, 'stdin')) yield* passInput(opened.value, input);
    const end = endOf(yield* drainStream(opened.value, printFrame));
    if (end.failure !== undefined && !isOn(args, 'quiet')) yield* fail(end.failure);
    return end.exit;
  },
});

/** Input that came with the line is sent whole; else what the learner types from now on goes to the program. */
export function* passInput(handle: number, input: string | undefined): Conversation<void> {
  if (input === undefined) yield* cx.passTyped(handle); else yield* sendInput(handle, bytesOf(input), true);
}

function fromFile(args: Arguments): string {
  if (listFlag(args, 'filename').length === 0) return '';
  const [first] = (args.operands['objects'] as readonly { readonly object: { readonly kind?: string; readonly metadata?: { readonly name?: string } } }[] | undefined) ?? [];
  return first === undefined ? '' : `${(first.object.kind ?? '').toLowerCase()}/${first.object.metadata?.name ?? ''}`;
}
