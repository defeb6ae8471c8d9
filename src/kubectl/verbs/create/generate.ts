/** What all `kubectl create KIND NAME` commands share: they make one object of words and send it. */
import type { Result } from '../../../base/data.ts';
import { must } from '../../../base/assert.ts';
import type { KubeObject } from '../../../api/meta.ts';
import { descriptorOfKind } from '../../../api/scheme.ts';
import type { Conversation } from '../../../sim/conversation.ts';
import { changeOf, report } from '../../change.ts';
import { type Arguments, type Command, defineCommand, type Flag, type Settings } from '../../command.ts';
import { fail, type Failure, plainFailure, seeHelp, usage, whileDoing } from '../../errors.ts';
import { changeFlags, printFlags, validateFlag } from '../../flags.ts';
import { isSet, namespaceOf, operand, operands } from '../../options.ts';
import { create } from '../../requests.ts';

/** Makes the object, without namespace; the error is a sentence. */
export type Generate = (args: Arguments, name: string) => Result<object, string>;

export interface Generator {
  readonly path: readonly string[];
  readonly kind: string;
  readonly summary: string;
  readonly flags: readonly Flag[];
  readonly examples: Command['examples'];
  /** Flags that must be given, as kubectl checks them before anything else. */
  readonly required?: readonly string[];
  /** What kubectl calls the kind in "failed to create …". */
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
  const name = operand(args, 'name');
  const helped = ['kubectl', 'create', ...generator.path].join(' ');
  if (name === '') return yield* usage(seeHelp(helped, 'exactly one NAME is required, got 0'));
  const isDryRun = args.flags['dry-run'] === 'client' || args.flags['dry-run'] === 'unchanged';
  const change = changeOf(args, 'kubectl-create', { asIs: isDryRun });
  if (!change.ok) return yield* fail(change.error);
  const made = generator.generate(args, name);
  if (!made.ok) return yield* usage(made.error);
  return yield* send(generator, { object: made.value as KubeObject, args, settings, change: change.value });
}

interface Sending { readonly object: KubeObject; readonly args: Arguments; readonly settings: Settings; readonly change: Parameters<typeof report>[1]['change'] }

function* send(generator: Generator, { object, args, settings, change }: Sending): Conversation<number> {
  const descriptor = must(descriptorOfKind(generator.kind), `${generator.kind} is served`);
  const what = { descriptor, name: object.metadata.name, done: 'created', change };
  const isExplicit = isSet(args, 'namespace') && descriptor.namespaced;
  const namespace = descriptor.namespaced ? namespaceOf(args, settings) : '';
  if (change.dryRun === 'client') return yield* report(isExplicit ? inNamespace(object, namespace) : object, what);
  const answer = yield* create({ descriptor, namespace, name: '' }, descriptor.namespaced ? inNamespace(object, namespace) : object, change.options);
  if (!answer.ok) return yield* fail(createFailure(generator.noun, answer.error));
  return yield* report(answer.value, what);
}

function inNamespace(object: KubeObject, namespace: string): KubeObject {
  const { name, ...rest } = object.metadata;
  return { ...object, metadata: { name, namespace, ...rest } };
}

/** The server's refusal loses its form: kubectl says `error: failed to create configmap: …`. */
function createFailure(noun: string, failure: Failure): Failure {
  if (failure.type !== 'status' || failure.reason === 'Invalid') return failure;
  return plainFailure(whileDoing(`failed to create ${noun}`, failure).message);
}

/** Words behind `--`. */
export const commandWords = (args: Arguments): readonly string[] => operands(args, 'arguments');
