import { millis, type Result, seconds } from '../../base/data.ts';
import { textOf } from '../../base/bytes.ts';
import { must } from '../../base/assert.ts';
import { compareText } from '../../base/compare.ts';
import type { Pod } from '../../api/kinds/all.ts';
import { descriptorOfKind } from '../../api/scheme.ts';
import { parseTime } from '../../api/time.ts';
import type { LogBody, RequestOptions } from '../../api/wire.ts';
import type { Conversation } from '../../sim/conversation.ts';
import { noSuchType } from '../builder.ts';
import { isCustom, lookedUpKind } from '../custom-kinds.ts';
import { type Arguments, cx, defineCommand, type Settings } from '../command.ts';
import { fail, type Failure, isNotFound, plainFailure, seeHelp, usage } from '../errors.ts';
import { selectorFlag } from '../flags.ts';
import { isOn, namespaceOf, numberFlag, operand, operands, textFlag } from '../options.ts';
import { containerIn, notInScheme, podsBehind } from '../pod-word.ts';
import { callOf, list, read, send } from '../requests.ts';
import { openStream } from '../streaming.ts';

const pods = must(descriptorOfKind('Pod'), 'pods are served');
/** One followed log is waited for as long as it takes; of several each gets a moment. */
const FOLLOW_ONE = seconds(600);
const FOLLOW_MANY = millis(100);
/** --max-log-requests. */
const REQUESTS_MAX = 5;
const EXPECTED = "expected 'logs [-f] [-p] (POD | TYPE/NAME) [-c CONTAINER]'.\nPOD or TYPE/NAME is a required argument for the logs command";
/** Lines per container with -l, unless --tail says otherwise. */
const SELECTED_TAIL = 10;

/** Prints what containers wrote.
 * @source kubernetes/kubectl pkg/cmd/logs/logs.go */
export const logs = defineCommand({
  path: ['kubectl', 'logs'],
  summary: 'print what the containers of a pod wrote',
  flags: [
    selectorFlag,
    { name: 'container', short: 'c', type: 'string', summary: 'which container', completes: 'container' },
    { name: 'follow', short: 'f', type: 'bool', summary: 'go on as lines come' },
    { name: 'previous', short: 'p', type: 'bool', summary: 'of the run before' },
    { name: 'tail', type: 'int', summary: 'only the last lines' },
    { name: 'since', type: 'duration', summary: 'only newer than this' },
    { name: 'timestamps', type: 'bool', summary: 'with times' },
    { name: 'all-containers', type: 'bool', summary: 'of all containers' },
    { name: 'all-pods', type: 'bool', summary: 'of all pods behind TYPE/NAME' },
    { name: 'since-time', type: 'string', summary: 'only newer than this moment' },
    { name: 'pod-running-timeout', type: 'duration', summary: 'how long to wait for a running pod', hidden: true },
    { name: 'insecure-skip-tls-verify-backend', type: 'bool', summary: 'do not check the certificate of the kubelet', hidden: true },
    { name: 'prefix', type: 'bool', summary: 'with pod and container in front' },
    { name: 'ignore-errors', type: 'bool', summary: 'go on after errors', hidden: true },
    { name: 'max-log-requests', type: 'int', summary: 'logs at once', hidden: true },
    { name: 'limit-bytes', type: 'int', summary: 'at most this much', hidden: true },
  ],
  changesWorld: false,
  examples: [{ line: 'kubectl logs -n kube-system kube-apiserver-cp-1 --tail=1', shows: '' }],
  *run(args: Arguments, settings: Settings): Conversation<number> {
    const word = operand(args, 'pod');
    const selector = textFlag(args, 'selector');
    const complaint = complaintAbout(args);
    if (complaint !== undefined) return yield* usage(complaint);
    if (word === '' && selector === '') return yield* usage(seeHelp('kubectl logs', EXPECTED));
    const found = yield* podsOf(args, namespaceOf(args, settings));
    if (!found.ok) return yield* fail(found.error);
    if (found.value.length === 0) {
      yield* cx.printError(`No resources found in ${namespaceOf(args, settings)} namespace.\n`);
      return 0;
    }
    const sources: Source[] = [];
    for (const pod of found.value) {
      const chosen = yield* containersOf(pod, args);
      if (!chosen.ok) return yield* fail(chosen.error);
      for (const container of chosen.value) sources.push({ pod, container });
    }
    const most = numberFlag(args, 'max-log-requests') ?? REQUESTS_MAX;
    if (isOn(args, 'follow') && sources.length > most) return yield* usage(`you are attempting to follow ${sources.length} log streams, but maximum allowed concurrency is ${most}, use --max-log-requests to increase the limit`);
    if (isOn(args, 'follow')) return yield* fail(...(yield* followAll(sources, args)));
    const failures: Failure[] = [];
    for (const source of sources) {
      const failure = yield* printLog(source, args);
      if (failure !== undefined && !isOn(args, 'ignore-errors')) return yield* fail(failure);
    }
    return yield* fail(...failures);
  },
});

/** @source kubernetes/kubectl pkg/cmd/logs/logs.go Complete, Validate */
function complaintAbout(args: Arguments): string | undefined {
  const time = textFlag(args, 'since-time');
  if (operands(args, 'extra').length > 0) return seeHelp('kubectl logs', EXPECTED);
  if (operand(args, 'pod') !== '' && textFlag(args, 'selector') !== '') return seeHelp('kubectl logs', 'only a selector (-l) or a POD name is allowed');
  if (time !== '' && parseTime(time) === undefined) return `parsing time ${JSON.stringify(time)} as "2006-01-02T15:04:05Z07:00": cannot parse ${JSON.stringify(time)} as "2006"`;
  if (textFlag(args, 'container') !== '' && operand(args, 'container') !== '') return 'only one of -c or an inline [CONTAINER] arg is allowed';
  return undefined;
}

/** What is looked at when the object was found. */
function lateComplaint(args: Arguments): string | undefined {
  const since = numberFlag(args, 'since') ?? 0;
  if (textFlag(args, 'since-time') !== '' && since !== 0) return 'at most one of `sinceTime` or `sinceSeconds` may be specified';
  if (since < 0) return '--since must be greater than 0';
  if ((numberFlag(args, 'limit-bytes') ?? 0) < 0) return '--limit-bytes must be greater than 0';
  if ((numberFlag(args, 'tail') ?? 0) < -1) return '--tail must be greater than or equal to -1';
  const named = textFlag(args, 'container') || operand(args, 'container');
  return named !== '' && isOn(args, 'all-containers') ? `--all-containers=true should not be specified with container name ${named}` : undefined;
}

interface Source { readonly pod: Pod; readonly container: string }

/** The pods meant by POD, TYPE/NAME or -l. */
function* podsOf(args: Arguments, namespace: string): Conversation<Result<readonly Pod[], Failure>> {
  const selector = textFlag(args, 'selector');
  if (selector !== '') {
    const found = yield* list({ descriptor: pods, namespace, name: '' }, { labelSelector: selector });
    const wrong = lateComplaint(args);
    if (found.ok && wrong !== undefined) return { ok: false, error: plainFailure(wrong) };
    return found.ok ? { ok: true, value: found.value.items as readonly Pod[] } : found;
  }
  const [first = '', second] = operand(args, 'pod').split('/');
  const descriptor = second === undefined ? pods : yield* lookedUpKind(first);
  if (descriptor === undefined) return { ok: false, error: noSuchType(first) };
  const name = second ?? first;
  const object = yield* read({ descriptor, namespace, name });
  if (!object.ok) return { ok: false, error: isNotFound(object.error) ? plainFailure(`error from server (NotFound): ${object.error.message} in namespace "${namespace}"`) : object.error };
  if (isCustom(descriptor)) return { ok: false, error: notInScheme(object.value) };
  const wrong = lateComplaint(args);
  if (wrong !== undefined) return { ok: false, error: plainFailure(wrong) };
  if (descriptor === pods) return { ok: true, value: [object.value as Pod] };
  const all = yield* podsBehind(object.value, namespace, 'logs');
  if (!all.ok) return all;
  if (isOn(args, 'all-pods')) return { ok: true, value: [...all.value].sort((a, b) => compareText(a.metadata.name, b.metadata.name)) };
  const [chosen] = all.value;
  if (chosen === undefined) return { ok: false, error: plainFailure('timed out waiting for the condition') };
  if (all.value.length > 1) yield* cx.printError(`Found ${all.value.length} pods, using pod/${chosen.metadata.name}\n`);
  return { ok: true, value: [chosen] };
}

function* containersOf(pod: Pod, args: Arguments): Conversation<Result<readonly string[], Failure>> {
  const { initContainers = [], containers, ephemeralContainers = [] } = pod.spec;
  const all = [...initContainers, ...containers, ...ephemeralContainers].map((container) => container.name);
  const wanted = textFlag(args, 'container') || operand(args, 'container');
  if (isOn(args, 'all-containers')) return { ok: true, value: all };
  if (wanted !== '' && !all.includes(wanted)) return { ok: false, error: plainFailure(`container ${wanted} is not valid for pod ${pod.metadata.name}`) };
  const chosen = containerIn(pod, wanted);
  if (!chosen.ok) return chosen;
  if (chosen.value.note !== '') yield* cx.printError(chosen.value.note);
  return { ok: true, value: [chosen.value.name] };
}

function optionsOf(args: Arguments, container: string): RequestOptions {
  const since = numberFlag(args, 'since') ?? 0;
  const tail = tailOf(args);
  const time = textFlag(args, 'since-time');
  const bytes = numberFlag(args, 'limit-bytes') ?? 0;
  return {
    container, ...(tail === undefined || tail < 0 ? {} : { tailLines: tail }), ...(isOn(args, 'previous') ? { previous: true } : {}),
    ...(isOn(args, 'timestamps') ? { timestamps: true } : {}), ...(since === 0 ? {} : { sinceSeconds: Math.max(1, Math.ceil(since / 1_000_000)) }),
    ...(time === '' ? {} : { sinceTime: time }), ...(bytes === 0 ? {} : { limitBytes: bytes }),
  };
}

const tailOf = (args: Arguments): number | undefined => numberFlag(args, 'tail') ?? (textFlag(args, 'selector') !== '' ? SELECTED_TAIL : undefined);
const prefixOf = ({ pod, container }: Source, args: Arguments): string => (isOn(args, 'prefix') || isOn(args, 'all-pods') ? `[pod/${pod.metadata.name}/${container}] ` : '');

function* printLog(source: Source, args: Arguments): Conversation<Failure | undefined> {
  const { pod, container } = source;
  const place = { descriptor: pods, namespace: pod.metadata.namespace ?? '', name: pod.metadata.name, subresource: 'log' };
  const answer = yield* send<LogBody>(callOf('get', place, { options: optionsOf(args, container) }));
  if (!answer.ok) return answer.error;
  yield* printLines(answer.value.lines, prefixOf(source, args), answer.value.isCut);
  return undefined;
}

/** A log that is being followed, with the start of a line that has not ended. */
interface Followed { readonly source: Source; readonly handle: number; rest: string }

/** Follows several logs at once until all have ended. */
function* followAll(sources: readonly Source[], args: Arguments): Conversation<readonly Failure[]> {
  const failures: Failure[] = [];
  let open: readonly Followed[] = [];
  for (const source of sources) {
    const opened = yield* openStream(source.pod, 'log', { ...optionsOf(args, source.container), follow: true });
    if (opened.ok) open = [...open, { source, handle: opened.value, rest: '' }]; else failures.push(opened.error);
  }
  while (open.length > 0) {
    for (const log of open) {
      const next = yield* cx.nextFrames(log.handle, open.length === 1 ? FOLLOW_ONE : FOLLOW_MANY);
      if (next.type === 'frames') yield* printFollowed(log, next.frames.map((frame) => textOf(frame.data)).join(''), args);
      if (next.type !== 'ended' && next.type !== 'refused') continue;
      if (log.rest !== '') yield* printFollowed(log, '\n', args);
      open = open.filter((each) => each !== log);
    }
  }
  return failures;
}

function* printFollowed(log: Followed, text: string, args: Arguments): Conversation<void> {
  const lines = (log.rest + text).split('\n');
  log.rest = lines.pop() ?? '';
  yield* printLines(lines, prefixOf(log.source, args));
}

function* printLines(lines: readonly string[], prefix: string, isCut = false): Conversation<void> {
  if (lines.length > 0) yield* cx.print(`${lines.map((line) => `${prefix}${line}`).join('\n')}${isCut ? '' : '\n'}`);
}
