import type { Result } from '../../base/data.ts';
import { equalData } from '../../base/compare.ts';
import type { KubeObject } from '../../api/meta.ts';
import { applyJsonPatch, applyMergePatch } from '../../api/patch/json-patch.ts';
import { applyStrategicPatch } from '../../api/patch/strategic.ts';
import { apiVersionOf } from '../../api/resource.ts';
import { schemaTypeOf } from '../../api/strict.ts';
import type { ApiCall } from '../../api/wire.ts';
import type { Conversation } from '../../sim/conversation.ts';
import { kindOf, type Target } from '../builder.ts';
import { type Change, changeOf, report } from '../change.ts';
import { type Arguments, defineCommand, type Settings } from '../command.ts';
import { fail, type Failure, plainFailure, usage } from '../errors.ts';
import { changeFlags, fileFlags, printFlags } from '../flags.ts';
import { goSyntaxError, goValueName } from '../../api/go-json.ts';
import { type Member, membersOf, namesNothing } from '../members.ts';
import { isOn, isSet, textFlag } from '../options.ts';
import { recordFlag } from '../record.ts';
import { patch as send } from '../requests.ts';

type PatchType = NonNullable<ApiCall['patchType']>;

/** Changes fields of an object.
 * @source kubernetes/kubectl pkg/cmd/patch/patch.go */
export const patch = defineCommand({
  path: ['kubectl', 'patch'],
  summary: 'change fields of an object',
  flags: [
    ...fileFlags, ...changeFlags, ...printFlags, recordFlag,
    { name: 'patch', short: 'p', type: 'string', summary: 'the patch, as JSON' },
    { name: 'patch-file', type: 'string', summary: 'file with the patch', completes: 'file' },
    { name: 'type', type: 'string', summary: 'kind of patch', choices: ['strategic', 'merge', 'json'] },
    { name: 'subresource', type: 'string', summary: 'status or scale' },
    { name: 'local', type: 'bool', summary: 'do not ask the server', hidden: true },
  ],
  changesWorld: true,
  examples: [{ line: `kubectl patch node worker-1 -p '{"metadata":{"labels":{"rack":"a"}}}'`, shows: 'node/worker-1 patched' }],
  *run(args: Arguments, settings: Settings): Conversation<number> {
    if (!isSet(args, 'patch') && !isSet(args, 'patch-file')) return yield* usage('must specify --patch or --patch-file containing the contents of the patch');
    const type = textFlag(args, 'type') || 'strategic';
    if (type !== 'strategic' && type !== 'merge' && type !== 'json') return yield* usage(`--type must be one of [json merge strategic], not ${JSON.stringify(type)}`);
    if (isSet(args, 'patch') && isSet(args, 'patch-file')) return yield* usage('cannot specify --patch and --patch-file together');
    const body = bodyOf(args);
    if (!body.ok) return yield* fail(body.error);
    if (namesNothing(args)) return yield* usage('You must provide one or more resources by argument or filename.');
    const change = changeOf(args, 'kubectl-patch', { isLate: true });
    if (!change.ok) return yield* fail(change.error);
    const members = yield* membersOf(args, settings);
    if (!members.ok) return yield* fail(members.error);
    const failures: Failure[] = [...members.value.failures];
    for (const member of members.value.members) {
      const failure = yield* patchOne(member, { body: body.value, type, change: change.value, subresource: textFlag(args, 'subresource'), isLocal: isOn(args, 'local') });
      if (failure?.type === 'unreachable') return yield* fail(failure);
      if (failure !== undefined) failures.push(failure);
    }
    return yield* fail(...failures);
  },
});

const MEDIA_TYPES: Readonly<Record<PatchType, string>> = { strategic: 'application/strategic-merge-patch+json', merge: 'application/merge-patch+json', json: 'application/json-patch+json', apply: 'application/apply-patch+yaml' };

interface Patching { readonly body: object; readonly type: PatchType; readonly change: Change; readonly subresource: string; readonly isLocal: boolean }

function* patchOne({ target, object }: Member, patching: Patching): Conversation<Failure | undefined> {
  const { body, type, change, subresource, isLocal } = patching;
  const place = subresource === '' ? target : { ...target, subresource };
  const answer = isLocal || change.dryRun === 'client' ? patchHere(object, target, patching) : yield* send(place, body, { type, options: change.options });
  if (!answer.ok) return answer.error.type === 'status' && answer.error.reason === 'UnsupportedMediaType' ? plainFailure(`${MEDIA_TYPES[type]} is not supported by ${apiVersionOf(target.descriptor)}, Kind=${target.descriptor.kind}: ${answer.error.message}`) : answer.error;
  const done = equalData(answer.value, object) ? 'patched (no change)' : 'patched';
  // kubectl does not say of a patch that it was a dry run. A patch of a subresource may bring another kind back: a Scale.
  yield* report(answer.value, { descriptor: kindOf(answer.value, target), name: target.name, done, change: { ...change, dryRun: 'none' } });
  return undefined;
}

/** How kubectl words what its own copy of the server's code says. @source kubernetes/kubectl pkg/cmd/patch/patch.go (getPatchedJSON) */
function localText(message: string): string {
  const missing = /^replace operation does not apply: doc is missing key: (.*)$/.exec(message);
  return missing === null ? message.replace(/^error decoding patch: /, '') : `Object to be patched is missing field (${missing[1] ?? ''})`;
}

/** The patched object, without asking the server. */
function patchHere(object: KubeObject, target: Target, { body, type }: Patching): Result<KubeObject, Failure> {
  const document = object as unknown as Readonly<Record<string, unknown>>;
  if (type === 'merge') return { ok: true, value: applyMergePatch(document, body) as KubeObject };
  const patched = type === 'json' ? applyJsonPatch(document, body) : applyStrategicPatch(document as never, body, schemaTypeOf(target.descriptor));
  return patched.ok ? { ok: true, value: patched.value as KubeObject } : { ok: false, error: plainFailure(localText(patched.error.message)) };
}

function bodyOf(args: Arguments): Result<object, Failure> {
  const refuse = (message: string): Result<never, Failure> => ({ ok: false, error: plainFailure(message) });
  const file = textFlag(args, 'patch-file');
  const text = isSet(args, 'patch') ? textFlag(args, 'patch') : args.files[file];
  if (text === undefined) return refuse(`unable to read patch file: open ${file}: no such file or directory`);
  const parsed = args.operands['patchObject'];
  if (typeof parsed === 'object' && parsed !== null) return { ok: true, value: parsed };
  if (parsed !== undefined && parsed !== null && !isOn(args, 'local')) return { ok: false, error: { type: 'status', reason: 'BadRequest', message: `error decoding patch: json: cannot unmarshal ${goValueName(parsed)} into Go value of type ${textFlag(args, 'type') === 'json' ? 'jsonpatch.Patch' : 'map[string]interface {}'}` } };
  try {
    const value = JSON.parse(text) as unknown;
    if (typeof value === 'object' && value !== null) return { ok: true, value };
  } catch {
    if (isOn(args, 'local')) return refuse('invalid JSON document');
    // What begins like JSON goes to the server as it is; it would say this.
    if (/^\s*[{[]/.test(text)) return { ok: false, error: { type: 'status', reason: 'BadRequest', message: `error decoding patch: ${goSyntaxError(text)}` } };
    return refuse(`unable to parse ${JSON.stringify(text)}: the patch must be JSON, for example '{"spec":{"replicas":2}}'`);
  }
  return refuse(`unable to parse ${JSON.stringify(text)}: json: cannot unmarshal into a map`);
}
