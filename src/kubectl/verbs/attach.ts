import type { Pod } from '../../api/kinds/all.ts';
import type { Conversation } from '../../sim/conversation.ts';
import { type Arguments, cx, defineCommand, type Settings } from '../command.ts';
import { fail, FAILED, type Failure, usage, whileDoing } from '../errors.ts';
import { isOn, namespaceOf, operands, textFlag } from '../options.ts';
import { containerIn, podOf } from '../pod-word.ts';
import { drainStream, endOf, openStream, printFrame } from '../streaming.ts';
import { passInput, talkFlags } from './exec.ts';

/** Joins a program that runs already.
 * @source kubernetes/kubectl pkg/cmd/attach/attach.go */
export const attach = defineCommand({
  path: ['kubectl', 'attach'], summary: 'see what a running container prints, and type into it', changesWorld: true, flags: talkFlags, examples: [],
  *run(args: Arguments, settings: Settings): Conversation<number> {
    const [word, ...more] = operands(args, 'names');
    if (word === undefined) return yield* usage('at least 1 argument is required for attach');
    if (more.length > 1) return yield* usage('expected POD, TYPE/NAME, or TYPE NAME, (at most 2 arguments)');
    const pod = yield* podOf(more[0] === undefined ? word : `${word}/${more[0]}`, namespaceOf(args, settings));
    if (!pod.ok) return yield* fail(pod.error);
    const { phase } = pod.value.status ?? {};
    if (phase === 'Succeeded' || phase === 'Failed') return yield* usage(`cannot attach a container in a completed pod; current phase is ${phase}`);
    return yield* attachTo(pod.value, args);
  },
});

/** Whether the session has a terminal: what the container was given decides, and both ends must be one. */
function* hasTerminal(pod: Pod, name: string, args: Arguments): Conversation<boolean> {
  const { containers, initContainers = [], ephemeralContainers = [] } = pod.spec as Pod['spec'] & { readonly ephemeralContainers?: Pod['spec']['containers'] };
  const isGiven = [...containers, ...initContainers, ...ephemeralContainers].find((each) => each.name === name)?.tty === true;
  const isQuiet = isOn(args, 'quiet');
  if (isOn(args, 'tty') && !isGiven && !isQuiet) yield* cx.printError(`error: Unable to use a TTY - container ${name} did not allocate one\n`);
  if (!isGiven || !isOn(args, 'stdin')) return isGiven;
  if (args.files['-'] === undefined) return true;
  if (!isQuiet) yield* cx.printError('Unable to use a TTY - input is not a terminal or the right kind of file\n');
  return false;
}

/** Said before a container is joined. */
export const RECORDED = "All commands and output from this session will be recorded in container logs, including credentials and sensitive information passed through the command prompt.\nIf you don't see a command prompt, try pressing enter.\n";

/** How to come back to a program that will run again. @source kubernetes/kubectl pkg/cmd/attach/attach.go (reattachMessage) */
function reattachText({ metadata: { name }, spec: { containers, initContainers = [], restartPolicy } }: Pod, container: string, args: Arguments): string {
  if (isOn(args, 'quiet') || !isOn(args, 'stdin') || restartPolicy !== 'Always') return '';
  const words = `kubectl attach ${name} -c ${container} -i -t`;
  return [...containers, ...initContainers].some((each) => each.name === container) ? `Session ended, resume using '${words}' command when the pod is running`
    : `Session ended, the ephemeral container will not be restarted but may be reattached using '${words}' if it is still running`;
}

/** Attaches to a container of a pod until its program ends; `args` has the flags of attach. `fallback` is for a container that cannot be joined. */
export function* attachTo(pod: Pod, args: Arguments, fallback?: (failure: Failure) => Conversation<number>): Conversation<number> {
  const container = containerIn(pod, textFlag(args, 'container'));
  if (!container.ok) return yield* fail(whileDoing('cannot attach to the container', container.error));
  if (!isOn(args, 'quiet') && container.value.note !== '') yield* cx.printError(container.value.note);
  if (!isOn(args, 'quiet')) yield* cx.printError(RECORDED);
  const isTty = yield* hasTerminal(pod, container.value.name, args);
  const opened = yield* openStream(pod, 'attach', { container: container.value.name, stdout: true, stderr: !isTty, ...(isOn(args, 'stdin') ? { stdin: true } : {}), ...(isTty ? { tty: true } : {}) });
  if (!opened.ok) return fallback === undefined ? yield* fail(opened.error) : yield* fallback(opened.error);
  if (isOn(args, 'stdin')) yield* passInput(opened.value, args.files['-']);
  const end = endOf(yield* drainStream(opened.value, printFrame));
  if (end.failure === undefined) {
    const ended = reattachText(pod, container.value.name, args);
    if (ended !== '' && isTty) yield* cx.print(`${ended}\n`);
    return 0;
  }
  yield* fail(end.failure);
  return end.exit === 0 ? FAILED : end.exit;
}
