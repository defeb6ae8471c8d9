import { micros, type Result, seconds } from '../../base/data.ts';
import type { KubeObject } from '../../api/meta.ts';
import { createThreeWayMergePatch } from '../../api/patch/json-patch.ts';
import { createThreeWayPatch } from '../../api/patch/three-way.ts';
import { schemaTypeOf } from '../../api/strict.ts';
import type { RequestOptions } from '../../api/wire.ts';
import type { Conversation } from '../../sim/conversation.ts';
import { type Target, type Targets, targetsOf } from '../builder.ts';
import { changeOf, type Change, report } from '../change.ts';
import { type Arguments, cx, defineCommand, type Settings } from '../command.ts';
import { fail, type Failure, failureText, isNotFound, plainFailure, seeHelp, usage, whileDoing } from '../errors.ts';
import { ownersOfAnnotation, upgradePatch } from '../csa-upgrade.ts';
import { allFlag, changeFlags, fileFlags, printFlags, selectorFlag, validateFlag } from '../flags.ts';
import { overwriteConflict } from '../apply-conflict.ts';
import { LAST_APPLIED, withLastApplied } from '../last-applied.ts';
import { hasFiles, isOn, listFlag, operands, textFlag } from '../options.ts';
import { recordFlag, withCause } from '../record.ts';
import { matchesSelector, PRUNE_WARNING, pruneCandidates, prunedKinds } from '../prune.ts';
import { logWarning } from '../klog.ts';
import { waitFor } from '../watching.ts';
import { create, patch, read, remove } from '../requests.ts';
import { validationOf } from '../validation.ts';

/** Tries again after a conflict, as upstream's maxPatchRetry. */
const RETRIES_MAX = 5;
/** How long a deleted object may take to go before it is made again. */
const RECREATE_WAIT = seconds(600);

/** Makes the cluster hold what the files say.
 * @source kubernetes/kubectl pkg/cmd/apply/apply.go, patcher.go */
export const apply = defineCommand({
  path: ['kubectl', 'apply'],
  summary: 'make the cluster hold what a file says',
  flags: [
    ...fileFlags, ...changeFlags, ...printFlags, selectorFlag, allFlag, validateFlag, recordFlag,
    { name: 'server-side', type: 'bool', summary: 'let the server merge' },
    { name: 'force-conflicts', type: 'bool', summary: 'take over fields of others' },
    { name: 'prune', type: 'bool', summary: 'delete what is no longer in the files; needs -l or --all' },
    { name: 'prune-allowlist', type: 'list', summary: 'kinds to prune, group/version/Kind' },
    { name: 'force', type: 'bool', summary: 'delete and create again when a patch is refused', hidden: true },
    { name: 'overwrite', type: 'bool', summary: 'take the values of the file', hidden: true },
    { name: 'wait', type: 'bool', summary: 'wait for pruned objects', hidden: true },
    { name: 'cascade', type: 'string', summary: 'what happens to dependents of pruned objects', implied: 'background', hidden: true },
    { name: 'grace-period', type: 'int', summary: 'seconds for deleted objects to end in', hidden: true },
    { name: 'timeout', type: 'duration', summary: 'how long to wait for deleted objects', hidden: true },
    { name: 'openapi-patch', type: 'bool', summary: 'use the schema of the server', hidden: true },
    { name: 'subresource', type: 'string', summary: 'with --server-side: such as status', hidden: true },
  ],
  changesWorld: true,
  examples: [],
  run: runApply,
});

interface Context { readonly args: Arguments; readonly change: Change; readonly options: RequestOptions }

function complaintAbout(args: Arguments, change: Change): string | undefined {
  const isServerSide = isOn(args, 'server-side');
  const extra = operands(args, 'names');
  if (extra.length > 0) return seeHelp('kubectl apply', `Unexpected args: [${extra.join(' ')}]`);
  if (!hasFiles(args)) return 'must specify one of -f and -k';
  if (isOn(args, 'force-conflicts') && !isServerSide) return '--force-conflicts only works with --server-side';
  if (change.dryRun === 'client' && isServerSide) return "--dry-run=client doesn't work with --server-side (did you mean --dry-run=server instead?)";
  if (isOn(args, 'force') && isServerSide) return '--force cannot be used with --server-side';
  if (!isOn(args, 'prune') || isOn(args, 'all') || textFlag(args, 'selector') !== '') return undefined;
  return 'all resources selected for prune without explicitly passing --all. To prune all resources, pass the --all flag. If you did not mean to prune all resources, specify a label selector';
}

function* runApply(args: Arguments, settings: Settings): Conversation<number> {
  const isServerSide = isOn(args, 'server-side');
  const change = changeOf(args, isServerSide ? 'kubectl' : 'kubectl-client-side-apply');
  if (!change.ok) return yield* fail(change.error);
  const complaint = complaintAbout(args, change.value);
  if (complaint !== undefined) return yield* usage(complaint);
  if (!['', 'true', 'false', 'background', 'foreground', 'orphan'].includes(textFlag(args, 'cascade'))) return yield* usage(`invalid cascade value (${textFlag(args, 'cascade')}). Must be "background", "foreground", or "orphan"`);
  const allowed = isOn(args, 'prune') ? prunedKinds(args) : undefined;
  if (allowed?.ok === false) return yield* fail(allowed.error);
  const validation = validationOf(textFlag(args, 'validate'));
  if (!validation.ok) return yield* fail(validation.error);
  const targets = targetsOf(args, settings);
  if (!targets.ok) return yield* fail(targets.error);
  return yield* applyAll(targets.value, { args, change: change.value, options: { ...change.value.options, fieldValidation: validation.value } }, settings);
}

function* applyAll(targets: Targets, context: Context, settings: Settings): Conversation<number> {
  const { args } = context;
  const isServerSide = isOn(args, 'server-side');
  const chosen = targets.targets.filter((target) => matchesSelector(target.object, textFlag(args, 'selector')));
  if (chosen.length === 0 && targets.failures.length === 0) return yield* usage('no objects passed to apply');
  const failures: Failure[] = [];
  for (const target of chosen) {
    if (target.name === '' && target.object?.metadata.generateName !== undefined) { failures.push(plainFailure(`from ${target.object.metadata.generateName}: cannot use generate name with apply`)); continue; }
    const failure = yield* (isServerSide ? applyOnServer(target, context) : applyOne(target, context));
    if (failure?.type === 'unreachable') return yield* fail(failure);
    if (failure !== undefined) failures.push(failure);
  }
  if (isOn(args, 'prune') && failures.length === 0) failures.push(...yield* prune(chosen, context, settings));
  return yield* fail(...failures, ...targets.failures);
}

/** How Go prints the place of an object in these messages. */
function placeText({ descriptor: { group, version, plural, kind }, name, namespace }: Target): string {
  return `Resource: "${group}/${version}, Resource=${plural}", GroupVersionKind: "${group}/${version}, Kind=${kind}"\nName: "${name}", Namespace: "${namespace}"`;
}

/** Labels without a value are remembered, but not sent. */
function withoutEmptyLabels(object: KubeObject): KubeObject {
  const labels = object.metadata.labels as Readonly<Record<string, string | null>> | undefined;
  if (labels === undefined || Object.values(labels).every((value) => value !== null)) return object;
  const { labels: _all, ...metadata } = object.metadata;
  const given = Object.entries(labels).filter(([, value]) => value !== null);
  return { ...object, metadata: given.length === 0 ? metadata : { ...metadata, labels: Object.fromEntries(given) as Record<string, string> } };
}

/** What is created is what a later patch would leave: fields that are null are gone. @source kubernetes/kubectl pkg/cmd/apply/apply.go (pruneNullsFromMap) */
function withoutNulls(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(withoutNulls);
  return Object.fromEntries(Object.entries(value).filter(([, item]) => item !== null).map(([key, item]) => [key, withoutNulls(item)]));
}

function* applyOne(target: Target, context: Context): Conversation<Failure | undefined> {
  const { change, options } = context;
  const wanted = withoutEmptyLabels(withLastApplied(withCause(target.object as KubeObject, change.cause)));
  const reading = `error when retrieving current configuration of:\n${placeText(target)}\nfrom server for: "${target.source ?? ''}"`;
  if (target.name === '') return whileDoing(reading, plainFailure('resource name may not be empty'));
  const live = yield* read(target);
  if (!live.ok && !isNotFound(live.error)) return whileDoing(reading, live.error);
  if (!live.ok) {
    const whole = withoutNulls(wanted) as KubeObject;
    const made = change.dryRun === 'client' ? { ok: true as const, value: whole } : yield* create(target, whole, options);
    if (!made.ok) return whileDoing(`error when creating "${target.source ?? ''}"`, made.error);
    yield* report(made.value, { descriptor: target.descriptor, name: target.name, done: 'created', change });
    return undefined;
  }
  return yield* patchUntilItFits(target, { wanted, live: live.value, context });
}

interface Patching { readonly wanted: KubeObject; readonly live: KubeObject; readonly context: Context }

function* patchUntilItFits(target: Target, { wanted, live, context }: Patching): Conversation<Failure | undefined> {
  const { args, change, options } = context;
  if (change.dryRun !== 'client' && live.metadata.annotations?.[LAST_APPLIED] === undefined) yield* warnNotApplied(target);
  let present = live;
  for (let attempt = 0; ; attempt++) {
    const made = patchFor(target, wanted, present);
    if (!made.ok) return made.error;
    const isNothing = Object.keys(made.value.body).length === 0;
    const what = { descriptor: target.descriptor, name: target.name, change };
    const refused = isNothing || args.flags['overwrite'] !== false || made.value.type !== 'strategic' ? undefined : overwriteConflict({ wanted, live: present, body: made.value.body, type: schemaTypeOf(target.descriptor) });
    if (refused !== undefined) return whileDoing(`error when applying patch:\n\nto:\n${placeText(target)}\nfor: "${target.source ?? ''}"`, plainFailure(`error when patching "${target.source ?? ''}": ${refused}`));
    if (isNothing || change.dryRun === 'client') {
      yield* report(present, { ...what, done: isNothing && change.dryRun !== 'client' ? 'unchanged' : 'configured' });
      return undefined;
    }
    const answer = yield* patch(target, made.value.body, { type: made.value.type, options });
    if (answer.ok) {
      // A dry run leaves the version as it is, whatever it changes.
      const isSame = change.dryRun !== 'server' && answer.value.metadata.resourceVersion === present.metadata.resourceVersion;
      yield* report(answer.value, { ...what, done: isSame ? 'unchanged' : 'configured' });
      return undefined;
    }
    const isConflict = answer.error.type === 'status' && answer.error.reason === 'Conflict';
    if (isOn(args, 'force') && !isConflict && mayRecreate(answer.error)) return yield* recreate(target, wanted, context);
    if (!isConflict || attempt >= RETRIES_MAX) return whileDoing(`error when patching "${target.source ?? ''}"`, answer.error);
    const again = yield* read(target);
    if (!again.ok) return again.error;
    present = again.value;
  }
}

const mayRecreate = (failure: Failure): boolean => failure.type === 'status' && (failure.reason === 'Invalid' || failure.reason === 'Conflict');

/** `--force`: what cannot be patched is deleted and made again. @source kubernetes/kubectl pkg/cmd/apply/patcher.go deleteAndCreate */
function* recreate(target: Target, wanted: KubeObject, { change, options }: Context): Conversation<Failure | undefined> {
  const gone = yield* remove(target, { propagationPolicy: 'Background' });
  if (!gone.ok && !isNotFound(gone.error)) return gone.error;
  const end = micros((yield* cx.now()) + RECREATE_WAIT);
  const waited = yield* waitFor(target, { end, *accept(object) { return object === undefined; } });
  if (waited.type !== 'held') return waited.type === 'failed' ? waited.failure : plainFailure('timed out waiting for the condition');
  const made = yield* create(target, wanted, options);
  if (!made.ok) return made.error;
  yield* report(made.value, { descriptor: target.descriptor, name: target.name, done: 'configured', change });
  return undefined;
}

function* warnNotApplied(target: Target): Conversation<void> {
  yield* cx.printError(`Warning: resource ${target.descriptor.plural}/${target.name} is missing the ${LAST_APPLIED} annotation which is required by kubectl apply. kubectl apply should only be used on resources created declaratively by either kubectl create --save-config or kubectl apply. The missing annotation will be patched automatically.\n`);
}

/** The three-way patch: strategic where the kind has a structure, merge otherwise. */
export function patchFor(target: Target, wanted: KubeObject, live: KubeObject): Result<{ readonly body: object; readonly type: 'strategic' | 'merge' }, Failure> {
  const text = live.metadata.annotations?.[LAST_APPLIED];
  let last: Record<string, unknown> | undefined;
  try {
    last = text === undefined ? undefined : (JSON.parse(text) as Record<string, unknown>);
  } catch {
    return { ok: false, error: plainFailure(`the ${LAST_APPLIED} annotation of ${target.descriptor.plural}/${target.name} is not JSON`) };
  }
  const type = schemaTypeOf(target.descriptor);
  const asRecord = (object: KubeObject): Record<string, unknown> => object as unknown as Record<string, unknown>;
  if (type !== '') return { ok: true, value: { body: createThreeWayPatch({ last, live: asRecord(live), wanted: asRecord(wanted) }, type), type: 'strategic' } };
  return { ok: true, value: { body: createThreeWayMergePatch({ last, live: asRecord(live), wanted: asRecord(wanted) }), type: 'merge' } };
}

function* applyOnServer(target: Target, context: Context): Conversation<Failure | undefined> {
  const { change, options, args } = context;
  const subresource = textFlag(args, 'subresource');
  const place = subresource === '' ? target : { ...target, subresource };
  const answer = yield* patch(place, target.object as KubeObject, { type: 'apply', options: { ...options, force: isOn(args, 'force-conflicts') } });
  if (!answer.ok) return conflictText(answer.error);
  const last = yield* migrate(place, answer.value, context);
  yield* report(last, { descriptor: target.descriptor, name: target.name, done: 'serverside-applied', change });
  return undefined;
}

const SERVER_MANAGER = 'kubectl';
const ANNOTATION_MANAGER = 'kubectl-last-applied';

/** Takes over what client-side apply owned, so that it can go when it is no longer applied. Failures only warn: the object was applied. */
function* migrate(target: Target, applied: KubeObject, context: Context): Conversation<KubeObject> {
  const { options, args } = context;
  const kept = yield* keepAnnotation(target, applied, options);
  if (!kept.ok) {
    yield* cx.printError(`Warning: failed to preserve last-applied annotation when migrating to server-side apply: ${failureText(kept.error)}\n`);
    return applied;
  }
  const moved = yield* moveOwnership(target, kept.value, options);
  if (!moved.ok) {
    yield* cx.printError(`Warning: server rejected managed fields migration to Server-Side Apply. This is non-fatal and will be retried next time you apply. Error: ${failureText(moved.error)}\n`);
    return kept.value;
  }
  if (moved.value === undefined) return kept.value;
  const again = yield* patch(target, target.object as KubeObject, { type: 'apply', options: { ...options, force: isOn(args, 'force-conflicts') } });
  if (again.ok) return again.value;
  yield* cx.printError(`Warning: failed to re-apply configuration after performing Server-Side Apply migration. This is non-fatal and will be retried next time you apply. Error: ${failureText(again.error)}\n`);
  return moved.value;
}

/** The annotation gets a manager of its own, or the first server-side apply would take it away. */
function* keepAnnotation(target: Target, object: KubeObject, options: RequestOptions): Conversation<Result<KubeObject, Failure>> {
  const text = object.metadata.annotations?.[LAST_APPLIED];
  const isNeeded = options.fieldManager === SERVER_MANAGER && text !== undefined && ownersOfAnnotation(object, 'Apply').length === 0;
  if (!isNeeded) return { ok: true, value: object };
  const { apiVersion, kind, metadata: { name, namespace } } = object;
  const metadata = { name, ...(namespace === undefined ? {} : { namespace }), annotations: { [LAST_APPLIED]: text } };
  const { fieldValidation: _mode, ...others } = options;
  return yield* patch(target, { apiVersion, kind, metadata }, { type: 'apply', options: { ...others, fieldManager: ANNOTATION_MANAGER } });
}

function* moveOwnership(target: Target, object: KubeObject, options: RequestOptions): Conversation<Result<KubeObject | undefined, Failure>> {
  const managers = ownersOfAnnotation(object, 'Update');
  let present = object;
  for (let attempt = 1; ; attempt++) {
    const body = upgradePatch(present, managers, options.fieldManager ?? SERVER_MANAGER);
    if (body === undefined) return { ok: true, value: undefined };
    const answer = yield* patch(target, body, { type: 'json', options: options.dryRun === true ? { dryRun: true } : {} });
    if (answer.ok) return answer;
    const isConflict = answer.error.type === 'status' && answer.error.reason === 'Conflict';
    if (!isConflict || attempt >= RETRIES_MAX) return answer;
    const latest = yield* read(target);
    if (!latest.ok) return latest;
    present = latest.value;
  }
}

/** Help that kubectl adds to a conflict of field managers. */
const CONFLICT_HELP = [
  'Please review the fields above--they currently have other managers. Here',
  'are the ways you can resolve this warning:',
  '* If you intend to manage all of these fields, please re-run the apply',
  '  command with the `--force-conflicts` flag.',
  '* If you do not intend to manage all of the fields, please edit your',
  '  manifest to remove references to the fields that should keep their',
  '  current managers.',
  '* You may co-own fields by updating your manifest to match the existing',
  '  value; in this case, you\'ll become the manager if the other manager(s)',
  '  stop managing the field (remove it from their configuration).',
  'See https://kubernetes.io/docs/reference/using-api/server-side-apply/#conflicts',
].join('\n');

function conflictText(failure: Failure): Failure {
  const isConflict = failure.type === 'status' && failure.details?.causes?.some((cause) => cause.reason === 'FieldManagerConflict') === true;
  return isConflict ? plainFailure(`${failure.message}\n${CONFLICT_HELP}`) : failure;
}

/** Deletes what was applied before, fits the selector, and is not in the files any more. */
function* prune(applied: readonly Target[], context: Context, settings: Settings): Conversation<readonly Failure[]> {
  if (listFlag(context.args, 'prune-allowlist').length === 0 && textFlag(context.args, 'namespace') === '') yield* logWarning('prune.go:71', PRUNE_WARNING);
  const found = yield* pruneCandidates(applied, context.args, settings);
  if (!found.ok) return [found.error];
  for (const target of found.value) {
    if (context.change.dryRun !== 'client') {
      const gone = yield* remove(target, { propagationPolicy: 'Background', ...(context.change.dryRun === 'server' ? { dryRun: true } : {}) });
      if (!gone.ok && !isNotFound(gone.error)) return [gone.error];
    }
    yield* report({}, { descriptor: target.descriptor, name: target.name, done: 'pruned', change: { ...context.change, printer: undefined } });
  }
  return [];
}
