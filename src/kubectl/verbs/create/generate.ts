/** What all `kubectl create KIND NAME` commands share: they make one object of words and send it. */
import type { Result } from '../../../base/data.ts';
import type { KubeObject } from '../../../api/meta.ts';
import type { ApiCall } from '../../../api/wire.ts';
import type { Conversation } from '../../../sim/conversation.ts';
import { changeOf, report, warnOldDryRun } from '../../change.ts';
import { type Arguments, type Command, defineCommand, type Flag, type Settings } from '../../command.ts';
import { fail, type Failure, plainFailure, seeHelp, usage, whileDoing } from '../../errors.ts';
import { changeFlags, printFlags, validateFlag } from '../../flags.ts';
import { withLastApplied } from '../../last-applied.ts';
import { isOn, isSet, namespaceOf, operands, textFlag } from '../../options.ts';
import { send } from '../../requests.ts';
import { validationOf } from '../../validation.ts';

/** Makes the object, without namespace; the error is a sentence, or the server's answer. It may ask the server. */
export type Generate = (args: Arguments, name: string, settings: Settings) => Result<object, string> | Conversation<Result<object, string | Failure>>;

/** What is created and where it lies. */
export interface Made { readonly group: string; readonly version: string; readonly kind: string; readonly plural: string; readonly namespaced: boolean }

export interface Generator {
  readonly path: readonly string[];
  readonly of: Made;
  readonly summary: string;
  readonly flags: readonly Flag[];
  readonly examples: Command['examples'];
  /** Flags that must be given, as kubectl checks them before anything else. */
  readonly required?: readonly string[];
  /** What kubectl calls the kind in "failed to create …"; '' = it passes the server's words on as they are. */
  readonly noun: string;
  readonly generate: Generate;
}

/** A `kubectl create KIND NAME` command.
 * @source kubernetes/kubectl pkg/cmd/create */
export function defineGenerator(generator: Generator): Command {
  return defineCommand({
    path: ['kubectl', 'create', ...generator.path], summary: generator.summary, changesWorld: true, examples: generator.examples,
    flags: [...generator.flags, ...changeFlags, ...printFlags, validateFlag, { name: 'save-config', type: 'bool', summary: 'remember the object for apply', hidden: true }],
    run: (args, settings) => runGenerator(generator, args, settings),
  });
}

function* runGenerator(generator: Generator, args: Arguments, settings: Settings): Conversation<number> {
  const missing = (generator.required ?? []).filter((name) => !isSet(args, name));
  if (missing.length > 0) return yield* usage(`required flag(s) ${missing.map((name) => `"${name}"`).join(', ')} not set`);
  const names = operands(args, 'names');
  const [name] = names;
  const helped = ['kubectl', 'create', ...generator.path].join(' ');
  if (name === undefined || names.length > 1) return yield* usage(seeHelp(helped, `exactly one NAME is required, got ${names.length}`));
  const change = changeOf(args, 'kubectl-create', { asIs: true });
  if (!change.ok) return yield* fail(change.error);
  const validation = validationOf(textFlag(args, 'validate'));
  if (!validation.ok) return yield* fail(validation.error);
  yield* warnOldDryRun(args);
  const generated = generator.generate(args, name, settings);
  const made = 'ok' in generated ? generated : yield* generated;
  if (!made.ok) return yield* fail(typeof made.error === 'string' ? plainFailure(made.error) : made.error);
  const object = made.value as KubeObject;
  return yield* post(generator, { object, args, settings, change: { ...change.value, options: { ...change.value.options, fieldValidation: validation.value } } });
}

interface Sending { readonly object: KubeObject; readonly args: Arguments; readonly settings: Settings; readonly change: Parameters<typeof report>[1]['change'] }

function* post(generator: Generator, { object, args, settings, change }: Sending): Conversation<number> {
  const { of } = generator;
  const what = { descriptor: of, name: object.metadata.name, done: 'created', change };
  const isExplicit = of.namespaced && (isSet(args, 'namespace') || settings.namespace !== 'default');
  const namespace = of.namespaced ? namespaceOf(args, settings) : '';
  const placed = isExplicit ? inNamespace(object, namespace) : object;
  // Upstream forgets the flag for Services. What is remembered has the namespace only when the line names one.
  const kept = isOn(args, 'save-config') && of.kind !== 'Service' ? withLastApplied(placed, 'asIs') : placed;
  if (change.dryRun === 'client') return yield* report(kept, what);
  const call: ApiCall = {
    verb: 'create', group: of.group, version: of.version, resource: of.plural, subresource: '', namespace, name: '',
    body: of.namespaced ? inNamespace(kept, namespace) : kept, options: change.options,
  };
  const answer = yield* send<KubeObject>(call);
  if (!answer.ok) return yield* fail(createFailure(generator.noun, answer.error));
  // Go writes the rules of a role even when there are none.
  return yield* report(of.kind === 'ClusterRole' ? { rules: null, ...answer.value } : answer.value, what);
}

function inNamespace(object: KubeObject, namespace: string): KubeObject {
  const { name, ...rest } = object.metadata;
  return { ...object, metadata: { name, namespace, ...rest } };
}

/** The server's refusal loses its form: kubectl says `error: failed to create configmap: …`. */
function createFailure(noun: string, failure: Failure): Failure {
  if (failure.type !== 'status' || noun === '') return failure;
  return plainFailure(noun.endsWith(' ') ? `failed to create ${noun}${failure.message}` : whileDoing(`failed to create ${noun}`, failure).message);
}

/** Words behind `--`. */
export const commandWords = (args: Arguments): readonly string[] => operands(args, 'arguments');
