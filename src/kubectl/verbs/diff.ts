import type { Result } from '../../base/data.ts';
import { hashText } from '../../base/prng.ts';
import { formatTime } from '../../api/time.ts';
import { apiVersionOf } from '../../api/resource.ts';
import type { KubeObject } from '../../api/meta.ts';
import type { Conversation } from '../../sim/conversation.ts';
import { type Target, targetsOf } from '../builder.ts';
import { type Arguments, cx, defineCommand, type Settings } from '../command.ts';
import { fail, FAILED, type Failure, isNotFound, plainFailure, seeHelp } from '../errors.ts';
import { fileFlags, selectorFlag } from '../flags.ts';
import { hasFiles, isOn, listFlag, operands, textFlag } from '../options.ts';
import { logWarning } from '../klog.ts';
import { withoutManagedFields } from '../output.ts';
import { matchesSelector, pruneCandidates, PRUNE_WARNING } from '../prune.ts';
import { create, patch, read } from '../requests.ts';
import { unifiedHunks } from '../../base/unified-diff.ts';
import { toYaml } from '../yaml.ts';
import { LAST_APPLIED } from '../last-applied.ts';
import { patchFor } from './apply.ts';

/** Where kubectl puts the two texts before it compares them. */
const FOLDER = '/tmp';

/** One object now and as it would be; undefined = not there. */
interface Pair { readonly live: KubeObject | undefined; readonly merged: KubeObject | undefined }

/** Shows what apply would change. Exit code 1 = there are differences.
 * @source kubernetes/kubectl pkg/cmd/diff/diff.go
 * @fidelity simplified: the numbers in the names of the folders come from the files, not from chance; no other program than the built-in one compares;
 * `--concurrency` changes nothing that can be seen: objects are compared one after another */
export const diff = defineCommand({
  path: ['kubectl', 'diff'],
  summary: 'show what apply would change',
  flags: [
    ...fileFlags, selectorFlag,
    { name: 'server-side', type: 'bool', summary: 'let the server merge' },
    { name: 'force-conflicts', type: 'bool', summary: 'take over fields of others' },
    { name: 'field-manager', type: 'string', summary: 'who the changed fields belong to', hidden: true },
    { name: 'prune', type: 'bool', summary: 'with what would be pruned' },
    { name: 'prune-allowlist', type: 'list', summary: 'kinds to prune, group/version/Kind' },
    { name: 'show-managed-fields', type: 'bool', summary: 'keep managedFields', hidden: true },
    { name: 'concurrency', type: 'int', summary: 'objects compared at once', hidden: true },
  ],
  changesWorld: false,
  examples: [],
  *run(args: Arguments, settings: Settings): Conversation<number> {
    if (operands(args, 'names').length > 0) return yield* refuse([plainFailure(seeHelp('kubectl diff', `Unexpected args: [${operands(args, 'names').join(' ')}]`))]);
    if (!hasFiles(args)) return yield* refuse([plainFailure('must specify one of -f and -k')]);
    if (isOn(args, 'force-conflicts') && !isOn(args, 'server-side')) return yield* refuse([plainFailure('--force-conflicts only works with --server-side')]);
    const targets = targetsOf(args, settings);
    if (!targets.ok) return yield* refuse([targets.error]);
    const chosen = targets.value.targets.filter((target) => matchesSelector(target.object, textFlag(args, 'selector')));
    const failures: Failure[] = [...targets.value.failures];
    const texts: string[] = [];
    const now = formatTime(yield* cx.now());
    const mark = String(hashText(JSON.stringify(chosen.map((target) => target.object))));
    for (const target of chosen) {
      const pair = yield* pairOf(target, args);
      if (pair.ok) texts.push(textOf(target, masked(pair.value), { args, mark, now }));
      else failures.push(pair.error);
    }
    if (isOn(args, 'prune') && failures.length === 0) {
      if (listFlag(args, 'prune-allowlist').length === 0 && textFlag(args, 'namespace') === '') yield* logWarning('prune.go:71', PRUNE_WARNING);
      const gone = yield* pruneCandidates(chosen, args, settings);
      if (!gone.ok) return yield* refuse([gone.error]);
      for (const target of gone.value) {
        const live = yield* read(target);
        if (live.ok) texts.push(textOf(target, masked({ live: live.value, merged: undefined }), { args, mark, now }));
      }
    }
    const text = texts.join('');
    if (text !== '') yield* cx.print(text);
    if (failures.length > 0) return yield* refuse(failures);
    return text === '' ? 0 : FAILED;
  },
});

/** Trouble has an exit code above 1, so that it is not taken for a difference. */
function* refuse(failures: readonly Failure[]): Conversation<number> {
  yield* fail(...failures);
  return FAILED + 1;
}

/** The object as it is, and as a dry run of apply leaves it. */
function* pairOf(target: Target, args: Arguments): Conversation<Result<Pair, Failure>> {
  const options = { dryRun: true, fieldManager: textFlag(args, 'field-manager') || (isOn(args, 'server-side') ? 'kubectl' : 'kubectl-client-side-apply') };
  const live = yield* read(target);
  if (!live.ok && !isNotFound(live.error)) return live;
  const object = target.object as KubeObject;
  if (isOn(args, 'server-side')) {
    const merged = yield* patch(target, object, { type: 'apply', options: { ...options, force: isOn(args, 'force-conflicts') } });
    return merged.ok ? { ok: true, value: { live: live.ok ? live.value : undefined, merged: merged.value } } : merged;
  }
  if (!live.ok) {
    const made = yield* create(target, object, options);
    return made.ok ? { ok: true, value: { live: undefined, merged: made.value } } : made;
  }
  const body = patchFor(target, unremembered(object), live.value);
  if (!body.ok) return body;
  const merged = yield* patch(target, body.value.body, { type: body.value.type, options });
  return merged.ok ? { ok: true, value: { live: live.value, merged: merged.value } } : merged;
}

/** The object as apply compares it, without what it would remember. */
function unremembered(object: KubeObject): KubeObject {
  const { [LAST_APPLIED]: _old, ...annotations } = object.metadata.annotations ?? {};
  return { ...object, metadata: { ...object.metadata, annotations } };
}

/** Values of secrets are not shown: only whether they differ. @source kubernetes/kubectl pkg/cmd/diff/diff.go (Masker) */
function masked(pair: Pair): Pair {
  type Secret = KubeObject & { readonly data?: Readonly<Record<string, string>> };
  if ((pair.live ?? pair.merged)?.kind !== 'Secret') return pair;
  const [before, after] = [(pair.live as Secret | undefined)?.data ?? {}, (pair.merged as Secret | undefined)?.data ?? {}];
  const shown = (data: Readonly<Record<string, string>>, other: Readonly<Record<string, string>>, side: string): Readonly<Record<string, string>> =>
    Object.fromEntries(Object.entries(data).map(([key, value]) => [key, other[key] === undefined || other[key] === value ? '***' : `*** (${side})`]));
  const hide = (object: KubeObject | undefined, data: Readonly<Record<string, string>>): KubeObject | undefined => (object === undefined || Object.keys(data).length === 0 ? object : { ...object, data } as KubeObject);
  return { live: hide(pair.live, shown(before, after, 'before')), merged: hide(pair.merged, shown(after, before, 'after')) };
}

/** `apps.v1.Deployment.default.web`: the file that holds one object. */
function fileName({ descriptor, namespace, name }: Target): string {
  const version = apiVersionOf(descriptor).replace('/', '.');
  return `${version}.${descriptor.kind}.${namespace}.${name}`;
}

function textOf(target: Target, pair: Pair, how: { readonly args: Arguments; readonly mark: string; readonly now: string }): string {
  const shown = (object: KubeObject | undefined): string => (object === undefined ? '' : toYaml(isOn(how.args, 'show-managed-fields') ? object : withoutManagedFields(object)));
  const hunks = unifiedHunks(shown(pair.live), shown(pair.merged));
  if (hunks === '') return '';
  const name = fileName(target);
  const [live, merged] = [`${FOLDER}/LIVE-${how.mark}/${name}`, `${FOLDER}/MERGED-${how.mark}/${name}`];
  const at = `${how.now.slice(0, 10)} ${how.now.slice(11, 19)}.000000000 +0000`;
  return `diff -u -N ${live} ${merged}\n--- ${live}\t${at}\n+++ ${merged}\t${at}\n${hunks}`;
}
