import { micros, type Result, seconds } from '../../base/data.ts';
import type { Condition, KubeObject } from '../../api/meta.ts';
import { findJsonPath, parseJsonPath, relaxedJsonPath, type TemplatePart } from '../../api/jsonpath.ts';
import type { Conversation } from '../../sim/conversation.ts';
import { LOCAL_WITHOUT_FILE } from './set/alter.ts';
import { objectName, type Target, targetsOf } from '../builder.ts';
import { type Arguments, cx, defineCommand, type Settings } from '../command.ts';
import { fail, type Failure, plainFailure, usage } from '../errors.ts';
import { allFlag, allNamespacesFlag, fieldSelectorFlag, fileFlags, printFlags, selectorFlag, timeoutFlag } from '../flags.ts';
import { namesNothing } from '../members.ts';
import { hasFiles, isOn, isSet, numberFlag, textFlag } from '../options.ts';
import { type Printer, printerOf } from '../output.ts';
import { list, read } from '../requests.ts';
import { waitFor } from '../watching.ts';

const DEFAULT_TIMEOUT = seconds(30);
/** --timeout=-1s means a week. */
const WEEK = seconds(168 * 3600);

type Wanted =
  | { readonly type: 'delete' } | { readonly type: 'create' }
  | { readonly type: 'condition'; readonly name: string; readonly status: string }
  | { readonly type: 'jsonpath'; readonly parts: readonly TemplatePart[]; readonly value: string | undefined };

/** Waits for conditions of objects.
 * @source kubernetes/kubectl pkg/cmd/wait/wait.go */
export const wait = defineCommand({
  path: ['kubectl', 'wait'],
  summary: 'wait until objects are ready, gone, or something else',
  flags: [
    ...fileFlags, selectorFlag, fieldSelectorFlag, allFlag, allNamespacesFlag, timeoutFlag, ...printFlags.map((flag) => ({ ...flag, hidden: true })),
    { name: 'for', type: 'string', summary: 'what for', choices: ['condition=Ready', 'delete', 'create', 'condition=Available', "jsonpath='{.status.phase}'=Running"] },
    { name: 'local', type: 'bool', summary: 'do not ask the server', hidden: true },
  ],
  changesWorld: false,
  examples: [{ line: 'kubectl wait --for=condition=Ready node/worker-1', shows: 'node/worker-1 condition met' }],
  *run(args: Arguments, settings: Settings): Conversation<number> {
    const wanted = wantedOf(textFlag(args, 'for'));
    if (!wanted.ok) return yield* usage(wanted.error);
    if (namesNothing(args)) return yield* usage("You must provide one or more resources by argument or filename.\nExample resource specifications include:\n   '-f rsrc.yaml'\n   '--filename=rsrc.json'\n   '<resource> <name>'\n   '<resource>'");
    if (isSet(args, 'local') && isOn(args, 'local') && !hasFiles(args)) return yield* usage(LOCAL_WITHOUT_FILE);
    const targets = targetsOf(args, settings);
    if (!targets.ok) return yield* fail(targets.error);
    if (targets.value.failures.length > 0) return yield* fail(...targets.value.failures);
    const named = yield* nameAll(targets.value.targets, args);
    if (!named.ok) return yield* fail(named.error);
    const printer = printerOf(args);
    if (!printer.ok) return yield* fail(printer.error);
    const given = numberFlag(args, 'timeout');
    const now = yield* cx.now();
    const end = micros(now + (given === undefined ? DEFAULT_TIMEOUT : given < 0 ? WEEK : given));
    const failures: Failure[] = [];
    for (const target of named.value) {
      const failure = yield* waitOne(target, wanted.value, { end, isAtOnce: given === 0, show: (met) => showMet(met, printer.value) });
      if (failure !== undefined) failures.push(failure);
    }
    return yield* fail(...failures);
  },
});

/** `pod/web condition met`, or the object in the form asked for. */
function* showMet(target: Target, printer: Printer | undefined): Conversation<void> {
  if (printer === undefined) { yield* cx.print(`${objectName(target.descriptor, target.name)} condition met\n`); return; }
  const object = yield* read(target);
  const text = object.ok ? printer(object.value) : undefined;
  if (text?.ok === true) yield* cx.print(text.value);
  else if (text?.error.type === 'plain' && text.error.shown !== undefined) yield* cx.print(text.error.shown);
}

function wantedOf(text: string): Result<Wanted, string> {
  const low = text.toLowerCase();
  if (low === 'delete') return { ok: true, value: { type: 'delete' } };
  if (low === 'create') return { ok: true, value: { type: 'create' } };
  if (low.startsWith('condition=')) {
    const rest = text.slice('condition='.length);
    const equals = rest.indexOf('=');
    return { ok: true, value: { type: 'condition', name: equals < 0 ? rest : rest.slice(0, equals), status: equals < 0 ? 'true' : rest.slice(equals + 1) } };
  }
  if (low.startsWith('jsonpath=')) return jsonPathWanted(text.slice('jsonpath='.length));
  return { ok: false, error: `unrecognized condition: ${JSON.stringify(text)}` };
}

function jsonPathWanted(text: string): Result<Wanted, string> {
  const brace = text.lastIndexOf('}');
  const equals = text.indexOf('=', brace < 0 ? 0 : brace);
  const expression = (equals < 0 ? text : text.slice(0, equals)).replace(/^'|'$/g, '');
  const value = equals < 0 ? undefined : text.slice(equals + 1).replace(/^(['"])(.*)\1$/s, '$2');
  if (value?.includes('=') === true) return { ok: false, error: "jsonpath wait format must be --for=jsonpath='{.status.readyReplicas}'=3 or --for=jsonpath='{.status.readyReplicas}'" };
  if (value === '') return { ok: false, error: 'jsonpath wait has to have a value after equal sign, like --for=jsonpath=\'{.status.readyReplicas}\'=3' };
  const path = relaxedJsonPath(expression);
  const parsed = path.ok ? parseJsonPath(path.value) : path;
  return parsed.ok ? { ok: true, value: { type: 'jsonpath', parts: parsed.value, value } } : { ok: false, error: parsed.error };
}

function* nameAll(targets: readonly Target[], args: Arguments): Conversation<Result<readonly Target[], Failure>> {
  const named: Target[] = [];
  for (const target of targets) {
    if (target.name !== '') { named.push(target); continue; }
    const label = textFlag(args, 'selector');
    const field = textFlag(args, 'field-selector');
    if (label === '' && field === '' && !isSet(args, 'all')) return { ok: false, error: plainFailure('resource(s) were provided, but no name was specified') };
    const found = yield* list(target, { ...(label === '' ? {} : { labelSelector: label }), ...(field === '' ? {} : { fieldSelector: field }) });
    if (!found.ok) return found;
    for (const { metadata } of found.value.items) named.push({ ...target, name: metadata.name, namespace: metadata.namespace ?? '' });
  }
  return named.length === 0 && textFlag(args, 'for').toLowerCase() !== 'delete' ? { ok: false, error: plainFailure('no matching resources found') } : { ok: true, value: named };
}

interface Showing { readonly end: ReturnType<typeof micros>; readonly isAtOnce: boolean; show(target: Target): Conversation<unknown> }

function* waitOne(target: Target, wanted: Wanted, how: Showing): Conversation<Failure | undefined> {
  const present = yield* read(target);
  const isMissing = !present.ok && present.error.type === 'status' && present.error.reason === 'NotFound';
  if (!present.ok && !(isMissing && (wanted.type === 'create' || wanted.type === 'delete'))) return present.error;
  if (isMissing && wanted.type === 'delete') return undefined;
  // Without time to wait, one look decides.
  if (how.isAtOnce && wanted.type !== 'create' && !(yield* judge(present.ok ? present.value : undefined, wanted))) return plainFailure(`condition not met for ${target.descriptor.plural}/${target.name}`);
  const waited = yield* waitFor(target, { end: how.end, accept: (object) => judge(object, wanted) });
  if (waited.type === 'failed') return waited.failure;
  if (waited.type === 'timeout' && isMissing) return plainFailure('timed out waiting for the condition');
  if (waited.type === 'timeout') return plainFailure(`timed out waiting for the condition on ${target.descriptor.plural}/${target.name}`);
  yield* how.show(target);
  return undefined;
}

function* judge(object: KubeObject | undefined, wanted: Wanted): Conversation<boolean> {
  if (wanted.type === 'delete') return object === undefined;
  if (object === undefined) return false;
  if (wanted.type === 'create') return true;
  if (wanted.type === 'condition') return hasCondition(object, wanted.name, wanted.status);
  const found = findJsonPath(wanted.parts, object, true);
  const values = found.ok ? found.value.flat() : [];
  return wanted.value === undefined ? values.length > 0 : values.length === 1 && String(values[0]) === wanted.value;
}

function hasCondition(object: KubeObject, name: string, status: string): boolean {
  const of = object as { readonly status?: { readonly conditions?: readonly Condition[]; readonly observedGeneration?: number } };
  const condition = of.status?.conditions?.find((each) => each.type.toLowerCase() === name.toLowerCase());
  if (condition === undefined) return false;
  const generation = object.metadata.generation;
  const observed = condition.observedGeneration ?? of.status?.observedGeneration;
  if (generation !== undefined && observed !== undefined && observed < generation) return false;
  return condition.status.toLowerCase() === status.toLowerCase();
}
