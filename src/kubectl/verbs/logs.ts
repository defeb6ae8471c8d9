import { type Result, seconds } from '../../base/data.ts';
import { must } from '../../base/assert.ts';
import type { Pod } from '../../api/kinds/all.ts';
import type { LabelSelector } from '../../api/meta.ts';
import { descriptorOfKind, descriptorOfWord } from '../../api/scheme.ts';
import { labelSelectorText, selectorOfLabels, selectorText } from '../../api/selector.ts';
import type { LogBody, RequestOptions } from '../../api/wire.ts';
import type { Conversation } from '../../sim/conversation.ts';
import { noSuchType } from '../builder.ts';
import { type Arguments, cx, defineCommand, type Settings } from '../command.ts';
import { fail, type Failure, plainFailure, seeHelp, usage } from '../errors.ts';
import { selectorFlag } from '../flags.ts';
import { isOn, namespaceOf, numberFlag, operand, textFlag } from '../options.ts';
import { callOf, list, read, send } from '../requests.ts';

const pods = must(descriptorOfKind('Pod'), 'pods are served');
/** With -f the log is asked for again this often. */
const FOLLOW_EVERY = seconds(1);
/** Lines per container with -l, unless --tail says otherwise. */
const SELECTED_TAIL = 10;

/** Prints what containers wrote.
 * @source kubernetes/kubectl pkg/cmd/logs/logs.go
 * @fidelity simplified: -f asks again every second instead of holding a stream open */
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
    if (word === '' && selector === '') return yield* usage(seeHelp('kubectl logs', "expected 'logs [-f] [-p] (POD | TYPE/NAME) [-c CONTAINER]'.\nPOD or TYPE/NAME is a required argument for the logs command"));
    if (word !== '' && selector !== '') return yield* usage('only a selector (-l) or a POD name is allowed');
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
    const failures: Failure[] = [];
    for (const source of sources) {
      const failure = yield* printLog(source, args, sources.length > 1);
      if (failure !== undefined) failures.push(failure);
    }
    return yield* fail(...failures);
  },
});

interface Source { readonly pod: Pod; readonly container: string }

/** The pods meant by POD, TYPE/NAME or -l. */
function* podsOf(args: Arguments, namespace: string): Conversation<Result<readonly Pod[], Failure>> {
  const selector = textFlag(args, 'selector');
  if (selector !== '') {
    const found = yield* list({ descriptor: pods, namespace, name: '' }, { labelSelector: selector });
    return found.ok ? { ok: true, value: found.value.items as readonly Pod[] } : found;
  }
  const [first = '', second] = operand(args, 'pod').split('/');
  const descriptor = second === undefined ? pods : descriptorOfWord(first);
  if (descriptor === undefined) return { ok: false, error: noSuchType(first) };
  const name = second ?? first;
  const object = yield* read({ descriptor, namespace, name });
  if (!object.ok) return { ok: false, error: descriptor === pods && object.error.type === 'status' ? plainFailure(`error from server (${object.error.reason}): ${object.error.message} in namespace "${namespace}"`) : object.error };
  if (descriptor === pods) return { ok: true, value: [object.value as Pod] };
  return yield* podBehind(object.value as { readonly spec?: { readonly selector?: LabelSelector | Readonly<Record<string, string>> } }, { namespace, what: `${descriptor.plural}/${name}` });
}

function* podBehind(owner: { readonly spec?: { readonly selector?: LabelSelector | Readonly<Record<string, string>> } }, how: { readonly namespace: string; readonly what: string }): Conversation<Result<readonly Pod[], Failure>> {
  const selector = owner.spec?.selector;
  if (selector === undefined) return { ok: false, error: plainFailure(`cannot get the logs from ${how.what}: selector is not set`) };
  const isPlain = !('matchLabels' in selector) && !('matchExpressions' in selector);
  const text = isPlain ? selectorText(selectorOfLabels(selector as Readonly<Record<string, string>>)) : labelSelectorText(selector as LabelSelector);
  const found = yield* list({ descriptor: pods, namespace: how.namespace, name: '' }, { labelSelector: text });
  if (!found.ok) return found;
  const all = found.value.items as readonly Pod[];
  const chosen = all.find((pod) => pod.status?.phase === 'Running') ?? all[0];
  if (chosen === undefined) return { ok: false, error: plainFailure(`timed out waiting for the condition`) };
  if (all.length > 1) yield* cx.printError(`Found ${all.length} pods, using pod/${chosen.metadata.name}\n`);
  return { ok: true, value: [chosen] };
}

function* containersOf(pod: Pod, args: Arguments): Conversation<Result<readonly string[], Failure>> {
  const names = pod.spec.containers.map((container) => container.name);
  const init = (pod.spec.initContainers ?? []).map((container) => container.name);
  const wanted = textFlag(args, 'container') || operand(args, 'container');
  if (isOn(args, 'all-containers')) return { ok: true, value: [...init, ...names] };
  if (wanted !== '') {
    if (![...names, ...init].includes(wanted)) return { ok: false, error: plainFailure(`container ${wanted} is not valid for pod ${pod.metadata.name}`) };
    return { ok: true, value: [wanted] };
  }
  const first = names[0] ?? '';
  const all = [...names, ...init.map((name) => `${name} (init)`)];
  if (all.length > 1) yield* cx.printError(`Defaulted container "${first}" out of: ${all.join(', ')}\n`);
  return { ok: true, value: [first] };
}

function optionsOf(args: Arguments, container: string, tail: number | undefined): RequestOptions {
  const since = numberFlag(args, 'since');
  return {
    container, ...(tail === undefined || tail < 0 ? {} : { tailLines: tail }), ...(isOn(args, 'previous') ? { previous: true } : {}),
    ...(isOn(args, 'timestamps') ? { timestamps: true } : {}), ...(since === undefined ? {} : { sinceSeconds: Math.max(1, Math.ceil(since / 1_000_000)) }),
  };
}

function* printLog(source: Source, args: Arguments, isMany: boolean): Conversation<Failure | undefined> {
  const { pod, container } = source;
  const place = { descriptor: pods, namespace: pod.metadata.namespace ?? '', name: pod.metadata.name, subresource: 'log' };
  const tail = numberFlag(args, 'tail') ?? (isMany || textFlag(args, 'selector') !== '' ? SELECTED_TAIL : undefined);
  const prefix = isOn(args, 'prefix') ? `[pod/${pod.metadata.name}/${container}] ` : '';
  const first = yield* send<LogBody>(callOf('get', place, { options: optionsOf(args, container, tail) }));
  if (!first.ok) return first.error;
  yield* printLines(first.value.lines, prefix);
  if (!isOn(args, 'follow')) return undefined;
  let seen = first.value.lines;
  for (;;) {
    yield* cx.sleep(FOLLOW_EVERY);
    const next = yield* send<LogBody>(callOf('get', place, { options: optionsOf(args, container, undefined) }));
    if (!next.ok) return undefined;
    yield* printLines(fresh(seen, next.value.lines), prefix);
    seen = next.value.lines;
    const present = yield* read({ ...place, subresource: '' });
    const phase = present.ok ? (present.value as Pod).status?.phase : undefined;
    if (phase === undefined || phase === 'Succeeded' || phase === 'Failed') return undefined;
  }
}

/** Lines after the last one seen before. */
function fresh(before: readonly string[], now: readonly string[]): readonly string[] {
  const last = before[before.length - 1];
  if (last === undefined) return now;
  const at = now.lastIndexOf(last);
  return at < 0 ? now : now.slice(at + 1);
}

function* printLines(lines: readonly string[], prefix: string): Conversation<void> {
  if (lines.length > 0) yield* cx.print(lines.map((line) => `${prefix}${line}\n`).join(''));
}
