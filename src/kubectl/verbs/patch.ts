import type { Result } from '../../base/data.ts';
import { equalData } from '../../base/compare.ts';
import type { ApiCall } from '../../api/wire.ts';
import type { Conversation } from '../../sim/conversation.ts';
import { type Target, targetsOf } from '../builder.ts';
import { type Change, changeOf, report } from '../change.ts';
import { type Arguments, defineCommand, type Settings } from '../command.ts';
import { fail, type Failure, usage } from '../errors.ts';
import { changeFlags, fileFlags, printFlags } from '../flags.ts';
import { namesNothing } from '../members.ts';
import { isSet, textFlag } from '../options.ts';
import { patch as send, read } from '../requests.ts';

type PatchType = NonNullable<ApiCall['patchType']>;

/** Changes fields of an object.
 * @source kubernetes/kubectl pkg/cmd/patch/patch.go */
export const patch = defineCommand({
  path: ['kubectl', 'patch'],
  summary: 'change fields of an object',
  flags: [
    ...fileFlags, ...changeFlags, ...printFlags,
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
    if (namesNothing(args)) return yield* usage('You must provide one or more resources by argument or filename.');
    const body = bodyOf(args);
    if (!body.ok) return yield* usage(body.error);
    const change = changeOf(args, 'kubectl-patch');
    if (!change.ok) return yield* fail(change.error);
    const targets = targetsOf(args, settings);
    if (!targets.ok) return yield* fail(targets.error);
    if (targets.value.targets.some((target) => target.name === '')) return yield* usage('resource(s) were provided, but no name was specified');
    const failures: Failure[] = [...targets.value.failures];
    for (const target of targets.value.targets) {
      const failure = yield* patchOne(target, { body: body.value, type, change: change.value, subresource: textFlag(args, 'subresource') });
      if (failure?.type === 'unreachable') return yield* fail(failure);
      if (failure !== undefined) failures.push(failure);
    }
    return yield* fail(...failures);
  },
});

interface Patching { readonly body: object; readonly type: PatchType; readonly change: Change; readonly subresource: string }

function* patchOne(target: Target, { body, type, change, subresource }: Patching): Conversation<Failure | undefined> {
  const before = yield* read(target);
  if (!before.ok) return before.error;
  const place = subresource === '' ? target : { ...target, subresource };
  const answer = change.dryRun === 'client' ? before : yield* send(place, body, { type, options: change.options });
  if (!answer.ok) return answer.error;
  const done = change.dryRun !== 'client' && equalData(answer.value, before.value) ? 'patched (no change)' : 'patched';
  yield* report(answer.value, { descriptor: target.descriptor, name: target.name, done, change });
  return undefined;
}

function bodyOf(args: Arguments): Result<object, string> {
  const text = isSet(args, 'patch') ? textFlag(args, 'patch') : args.files[textFlag(args, 'patch-file')] ?? '';
  const parsed = args.operands['patchObject'];
  if (typeof parsed === 'object' && parsed !== null) return { ok: true, value: parsed };
  try {
    const value = JSON.parse(text) as unknown;
    if (typeof value === 'object' && value !== null) return { ok: true, value };
  } catch {
    return { ok: false, error: `unable to parse ${JSON.stringify(text)}: the patch must be JSON, for example '{"spec":{"replicas":2}}'` };
  }
  return { ok: false, error: `unable to parse ${JSON.stringify(text)}: json: cannot unmarshal into a map` };
}
