/**
 * `kubectl set env`: variables of containers, from words or from the keys of a config map or secret.
 * @source kubernetes/kubectl pkg/cmd/set/set_env.go
 */
import type { Result } from '../../../base/data.ts';
import { compareText } from '../../../base/compare.ts';
import { decodeBase64Text } from '../../../api/base64.ts';
import type { Container } from '../../../api/kinds/all.ts';
import type { KubeObject } from '../../../api/meta.ts';
import { environmentName } from '../../../api/names.ts';
import { descriptorOfWord } from '../../../api/scheme.ts';
import type { Conversation } from '../../../sim/conversation.ts';
import { targetsOf } from '../../builder.ts';
import { changeOf } from '../../change.ts';
import { type Arguments, cx, defineCommand, type Settings } from '../../command.ts';
import { fail, failTogether, type Failure, plainFailure, usage } from '../../errors.ts';
import { allFlag, changeFlags, fileFlags, printFlags, selectorFlag } from '../../flags.ts';
import { type Member, membersOf, namesNothing } from '../../members.ts';
import { isOn, listFlag, namespaceOf, operands, textFlag } from '../../options.ts';
import { recordFlag } from '../../record.ts';
import { read } from '../../requests.ts';
import { type Alteration, eachContainer, fitsName, localFlag, noPodSpec, ownName, podSpecIn, sendAltered, withPodSpec } from './alter.ts';

interface Variable { readonly name: string; readonly value?: string; readonly valueFrom?: unknown }
interface Wanted { readonly set: readonly Variable[]; readonly removed: readonly string[] }

export const setEnv = defineCommand({
  path: ['kubectl', 'set', 'env'],
  summary: 'set, remove or list environment variables of containers',
  flags: [
    ...fileFlags, ...changeFlags, ...printFlags, selectorFlag, allFlag, localFlag, recordFlag,
    { name: 'containers', short: 'c', type: 'string', summary: 'names of containers; * fits any', completes: 'container' },
    { name: 'env', short: 'e', type: 'list', summary: 'variable, NAME=VALUE' },
    { name: 'from', type: 'string', summary: 'configmap/NAME or secret/NAME to take keys of' },
    { name: 'keys', type: 'list', summary: 'only these keys of --from' },
    { name: 'prefix', type: 'string', summary: 'in front of the names from --from' },
    { name: 'list', type: 'bool', summary: 'show the variables' },
    { name: 'resolve', type: 'bool', summary: 'with --list: show what references stand for' },
    { name: 'overwrite', type: 'bool', summary: 'replace values that are there', implied: 'true' },
  ],
  changesWorld: true,
  examples: [{ line: 'kubectl create deployment shop --image=images.example/web:1 && kubectl set env deployment/shop COLOUR=red', shows: 'deployment.apps/shop env updated' }],
  *run(args: Arguments, settings: Settings): Conversation<number> {
    const words = [...operands(args, 'pairs'), ...listFlag(args, 'env', true)];
    if (namesNothing(args)) return yield* usage('one or more resources must be specified as <resource> <name> or <resource>/<name>');
    const change = changeOf(args, 'kubectl-set');
    if (!change.ok) return yield* fail(change.error);
    const wanted = wantedOf(words);
    if (!wanted.ok) return yield* usage(wanted.error);
    const taken = yield* fromSource(args, settings);
    if (!taken.ok) return yield* fail(taken.error);
    const all: Wanted = { set: [...wanted.value.set, ...taken.value], removed: wanted.value.removed };
    const both = all.removed.find((name) => all.set.some((each) => each.name === name));
    if (both !== undefined) return yield* usage('can not both modify and remove the same environment variable in the same command');
    const isEmpty = all.set.length + all.removed.length === 0;
    // Without anything to set there is nothing to do, and kubectl says nothing.
    if (isEmpty && !isOn(args, 'list') && textFlag(args, 'from') === '') {
      const targets = targetsOf(args, settings);
      return targets.ok ? 0 : yield* fail(targets.error);
    }
    const members = yield* membersOf(args, settings);
    if (!members.ok) return yield* fail(members.error);
    const failures: Failure[] = [...members.value.failures];
    const how: Alteration = { done: 'env updated', change: change.value, isLocal: isOn(args, 'local'), refused: 'failed to patch env update to pod template' };
    for (const member of members.value.members) {
      const failure = yield* setOne(member, { wanted: all, args, how });
      if (failure !== undefined) failures.push(failure);
    }
    return yield* failTogether(failures);
  },
});

const DIGIT_FIRST = "a valid environment variable name must consist of alphabetic characters, digits, '_', '-', or '.', and must not start with a digit (e.g. 'my.env-name',  or 'MY_ENV.NAME',  or 'MyEnvName1', regex used for validation is '[-._a-zA-Z][-._a-zA-Z0-9]*')";

function wantedOf(words: readonly string[]): Result<Wanted, string> {
  const set: Variable[] = [];
  const removed: string[] = [];
  for (const word of words) {
    const equals = word.indexOf('=');
    const problems = equals > 0 ? [...environmentName(word.slice(0, equals)), ...(/^\d/.test(word) ? [DIGIT_FIRST] : [])] : [];
    if (problems.length > 0) return { ok: false, error: `${JSON.stringify(word.slice(0, equals))} is not a valid key name: ${problems.join(',')}` };
    if (equals > 0) set.push({ name: word.slice(0, equals), value: word.slice(equals + 1) });
    else if (word.endsWith('-') && equals < 0) removed.push(word.slice(0, -1));
    else return { ok: false, error: `environment variables must be of the form key=value and can only be listed once: ${word}` };
  }
  return { ok: true, value: { set, removed } };
}

/** `some.key` → `SOME_KEY`. */
const variableName = (key: string): string => key.replace(/[^a-zA-Z0-9_]/g, '_').toUpperCase();

/** References to the keys of `--from`. */
function* fromSource(args: Arguments, settings: Settings): Conversation<Result<readonly Variable[], Failure>> {
  const from = textFlag(args, 'from');
  if (from === '') return { ok: true, value: [] };
  const [type = '', name = ''] = from.split('/');
  const descriptor = descriptorOfWord(type);
  if (descriptor === undefined || name === '') return { ok: false, error: plainFailure(`the server doesn't have a resource type "${type}"`) };
  if (descriptor.kind !== 'ConfigMap' && descriptor.kind !== 'Secret') return { ok: false, error: plainFailure(`unsupported resource specified in --from`) };
  const object = yield* read({ descriptor, namespace: namespaceOf(args, settings), name });
  if (!object.ok) return object;
  const field = descriptor.kind === 'Secret' ? 'secretKeyRef' : 'configMapKeyRef';
  const wanted = listFlag(args, 'keys');
  const keys = Object.keys((object.value as { readonly data?: Readonly<Record<string, string>> }).data ?? {}).filter((key) => wanted.length === 0 || wanted.includes(key)).sort(compareText);
  for (const key of keys) if (variableName(key) !== key) yield* cx.printError(`Warning: key ${key} transferred to ${variableName(key)}\n`);
  return { ok: true, value: keys.map((key) => ({ name: `${textFlag(args, 'prefix')}${variableName(key)}`, valueFrom: { [field]: { name, key } } })) };
}

interface Setting { readonly wanted: Wanted; readonly args: Arguments; readonly how: Alteration }

function* setOne(member: Member, { wanted, args, how }: Setting): Conversation<Failure | undefined> {
  const pod = podSpecIn(member.object);
  if (pod === undefined) return noPodSpec(member);
  const pattern = textFlag(args, 'containers') || '*';
  const taken = args.flags['overwrite'] === false ? conflict(member.object, pattern, wanted) : undefined;
  if (taken !== undefined) return plainFailure(`${ownName(member, how.isLocal)} ${taken}`);
  const { pod: next, found } = eachContainer(pod, (each) => fitsName(pattern, each), (container) => ({ ...container, env: merged(container, wanted) } as Container));
  if (found.length === 0) {
    yield* cx.printError(`Warning: ${member.target.descriptor.kind}/${member.target.name} does not have any containers matching "${pattern}"\n`);
    return undefined;
  }
  const after = withPodSpec(member.object, withoutEmpty(next));
  if (!isOn(args, 'list')) return yield* sendAltered(member, after, how);
  return yield* show({ ...member, object: after }, pattern, isOn(args, 'resolve'));
}

/** A container keeps no empty list of variables. */
function withoutEmpty<T extends { readonly containers: readonly Container[]; readonly initContainers?: readonly Container[] }>(pod: T): T {
  const cleaned = (containers: readonly Container[]): readonly Container[] => containers.map((container) => {
    if ((container.env ?? []).length > 0) return container;
    const { env: _none, ...rest } = container;
    return rest as Container;
  });
  return { ...pod, containers: cleaned(pod.containers), ...(pod.initContainers === undefined ? {} : { initContainers: cleaned(pod.initContainers) }) };
}

function conflict(object: KubeObject, pattern: string, wanted: Wanted): string | undefined {
  const pod = podSpecIn(object);
  for (const container of [...(pod?.initContainers ?? []), ...(pod?.containers ?? [])].filter((each) => fitsName(pattern, each.name))) {
    const old = ((container.env ?? []) as readonly Variable[]).find((each) => wanted.set.some((next) => next.name === each.name));
    if (old !== undefined) return `'${old.name}' already has a value (${old.value ?? ''}), and --overwrite is false`;
  }
  return undefined;
}

/** Old variables in their places with new values, then the new ones. */
function merged(container: Container, wanted: Wanted): readonly Variable[] {
  const old = ((container.env ?? []) as readonly Variable[]).filter((each) => !wanted.removed.includes(each.name));
  const kept = old.map((each) => wanted.set.findLast((next) => next.name === each.name) ?? each);
  const added = wanted.set.filter((next, i) => !old.some((each) => each.name === next.name) && wanted.set.findLastIndex((each) => each.name === next.name) === i);
  return [...kept, ...added];
}

interface Reference { readonly name?: string; readonly key?: string }
interface Source { readonly secretKeyRef?: Reference; readonly configMapKeyRef?: Reference; readonly fieldRef?: { readonly fieldPath?: string }; readonly resourceFieldRef?: { readonly resource?: string } }

function referenceText({ secretKeyRef, configMapKeyRef, fieldRef, resourceFieldRef }: Source): string {
  if (configMapKeyRef !== undefined) return `configmap ${configMapKeyRef.name ?? ''}, key ${configMapKeyRef.key ?? ''}`;
  if (secretKeyRef !== undefined) return `secret ${secretKeyRef.name ?? ''}, key ${secretKeyRef.key ?? ''}`;
  if (fieldRef !== undefined) return `field path ${fieldRef.fieldPath ?? ''}`;
  return resourceFieldRef === undefined ? 'invalid valueFrom' : `resource field ${resourceFieldRef.resource ?? ''}`;
}

function* show(member: Member, pattern: string, resolves: boolean): Conversation<Failure | undefined> {
  const pod = podSpecIn(member.object);
  for (const container of [...(pod?.initContainers ?? []), ...(pod?.containers ?? [])].filter((each) => fitsName(pattern, each.name))) {
    yield* cx.print(`# ${member.target.descriptor.kind} ${member.target.name}, container ${container.name}\n`);
    for (const variable of (container.env ?? []) as readonly Variable[]) {
      const source = variable.valueFrom as Source | undefined;
      const resolved = source === undefined ? variable.value ?? '' : resolves ? yield* resolve(source, member.target.namespace) : undefined;
      yield* cx.print(resolved === undefined ? `# ${variable.name} from ${referenceText(source ?? {})}\n` : `${variable.name}=${resolved}\n`);
    }
  }
  return undefined;
}

/** The value that a reference stands for; undefined when it cannot be read. */
function* resolve(source: Source, namespace: string): Conversation<string | undefined> {
  const [kind, reference] = source.secretKeyRef === undefined ? (['configmaps', source.configMapKeyRef] as const) : (['secrets', source.secretKeyRef] as const);
  const descriptor = descriptorOfWord(kind);
  if (reference === undefined || descriptor === undefined) return undefined;
  const object = yield* read({ descriptor, namespace, name: reference.name ?? '' });
  const value = object.ok ? (object.value as { readonly data?: Readonly<Record<string, string>> }).data?.[reference.key ?? ''] : undefined;
  return value === undefined || kind === 'configmaps' ? value : decodeBase64Text(value);
}

