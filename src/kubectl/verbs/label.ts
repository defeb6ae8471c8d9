import type { Result } from '../../base/data.ts';
import { compareText } from '../../base/compare.ts';
import { labelValue } from '../../api/names.ts';
import type { Conversation } from '../../sim/conversation.ts';
import { changeOf, type Change, report } from '../change.ts';
import { type Arguments, type Command, cx, defineCommand, type Settings } from '../command.ts';
import { fail, type Failure, plainFailure, usage } from '../errors.ts';
import { allFlag, allNamespacesFlag, changeFlags, fieldSelectorFlag, fileFlags, printFlags, selectorFlag } from '../flags.ts';
import { type Member, membersOf, namesNothing } from '../members.ts';
import { hasFiles, isOn, operands, textFlag } from '../options.ts';
import { recordFlag } from '../record.ts';
import { patch } from '../requests.ts';

interface Update { readonly set: Readonly<Record<string, string>>; readonly removed: readonly string[] }
interface Field { readonly noun: 'label' | 'annotation'; readonly field: 'labels' | 'annotations'; readonly verb: string }

const flags: Command['flags'] = [
  ...changeFlags, ...printFlags, ...fileFlags, selectorFlag, fieldSelectorFlag, allFlag, allNamespacesFlag, recordFlag,
  { name: 'overwrite', type: 'bool', summary: 'replace values that are there' },
  { name: 'list', type: 'bool', summary: 'show them' },
  { name: 'local', type: 'bool', summary: 'do not ask the server', hidden: true },
  { name: 'resource-version', type: 'string', summary: 'only if the object is at this version' },
];

/** @source kubernetes/kubectl pkg/cmd/label/label.go */
export const label = defineCommand({
  path: ['kubectl', 'label'], summary: 'set or remove labels', flags, changesWorld: true,
  examples: [{ line: 'kubectl label node worker-1 disk=ssd', shows: 'node/worker-1 labeled' }],
  run: (args, settings) => runUpdate({ noun: 'label', field: 'labels', verb: 'label' }, args, settings),
});

/** @source kubernetes/kubectl pkg/cmd/annotate/annotate.go */
export const annotate = defineCommand({
  path: ['kubectl', 'annotate'], summary: 'set or remove annotations', flags, changesWorld: true,
  examples: [{ line: 'kubectl annotate node worker-1 note=hello', shows: 'node/worker-1 annotated' }],
  run: (args, settings) => runUpdate({ noun: 'annotation', field: 'annotations', verb: 'annotate' }, args, settings),
});

function* runUpdate(field: Field, args: Arguments, settings: Settings): Conversation<number> {
  if (namesNothing(args)) return yield* usage('one or more resources must be specified as <resource> <name> or <resource>/<name>');
  const complaint = complaintAbout(args);
  if (complaint !== undefined) return yield* usage(complaint);
  const update = updateOf(field, operands(args, 'pairs'));
  if (!update.ok) return yield* usage(update.error);
  const isEmpty = Object.keys(update.value.set).length === 0 && update.value.removed.length === 0;
  if (isEmpty && !isOn(args, 'list')) return yield* usage(`at least one ${field.noun} update is required`);
  const change = changeOf(args, `kubectl-${field.verb}`, { isLate: field.noun === 'label' });
  if (!change.ok) return yield* fail(change.error);
  const members = yield* membersOf(args, settings);
  if (!members.ok) return yield* fail(members.error);
  const failures: Failure[] = [...members.value.failures];
  if (textFlag(args, 'resource-version') !== '' && members.value.members.length > 1) return yield* usage('--resource-version may only be used with a single resource');
  for (const member of members.value.members) {
    const failure = yield* updateOne(member, { field, update: update.value, change: change.value, args });
    if (failure?.type === 'unreachable') return yield* fail(failure);
    if (failure !== undefined) failures.push(failure);
  }
  return yield* fail(...failures);
}

/** @source kubernetes/kubectl pkg/cmd/label/label.go Validate */
function complaintAbout(args: Arguments): string | undefined {
  if (isOn(args, 'all') && textFlag(args, 'selector') !== '') return 'cannot set --all and --selector at the same time';
  if (isOn(args, 'all') && textFlag(args, 'field-selector') !== '') return 'cannot set --all and --field-selector at the same time';
  if (isOn(args, 'local') && !hasFiles(args)) return 'can only use local files by -f pod.yaml or --filename=pod.json when --local=true is set';
  return undefined;
}

function updateOf(field: Field, words: readonly string[]): Result<Update, string> {
  const set: Record<string, string> = {};
  const removed: string[] = [];
  for (const word of words) {
    const equals = word.indexOf('=');
    if (equals < 0 && word.endsWith('-')) { removed.push(word.slice(0, -1)); continue; }
    const key = word.slice(0, equals);
    if (equals <= 0) return { ok: false, error: `invalid ${field.noun} format: ${word}` };
    const value = word.slice(equals + 1);
    const problems = field.noun === 'label' ? labelValue(value) : [];
    if (problems.length > 0) return { ok: false, error: `invalid label value: "${word}": ${problems.join(';')}` };
    set[key] = value;
  }
  const both = removed.find((key) => set[key] !== undefined);
  if (both !== undefined) return { ok: false, error: field.noun === 'label' ? 'can not both modify and remove a label in the same command' : `can not both modify and remove the following annotation(s) in the same command: ${both}` };
  return { ok: true, value: { set, removed } };
}

/** The cause of a change may always be told anew. */
const CHANGE_CAUSE = 'kubernetes.io/change-cause';

interface Updating { readonly field: Field; readonly update: Update; readonly change: Change; readonly args: Arguments }

function* updateOne(member: Member, updating: Updating): Conversation<Failure | undefined> {
  const { field, update, args } = updating;
  const present = member.object.metadata[field.field] ?? {};
  if (isOn(args, 'list')) {
    const { kind, group } = member.target.descriptor;
    const isSingle = namesOne(args);
    if (!isSingle) yield* cx.print(`Listing ${field.field} for ${kind}.${group}/${member.target.name}:\n`);
    // What the line sets is shown, but not sent.
    const shown = Object.entries({ ...present, ...update.set }).filter(([key]) => !update.removed.includes(key)).sort(([a], [b]) => compareText(a, b));
    yield* cx.print(shown.map(([key, value]) => `${isSingle ? '' : ' '}${key}=${value}\n`).join(''));
    return undefined;
  }
  if (!isOn(args, 'overwrite')) {
    const taken = Object.keys(update.set).filter((key) => present[key] !== undefined && present[key] !== update.set[key] && key !== CHANGE_CAUSE).sort(compareText);
    if (taken.length > 0) return plainFailure(takenText(field, taken.map((key) => `'${key}' already has a value (${present[key] ?? ''})`)));
  }
  const missing = field.noun === 'label' ? update.removed.filter((key) => present[key] === undefined) : [];
  if (missing.length > 0) yield* cx.print(missing.map((key) => `label "${key}" not found.\n`).join(''));
  const next: Record<string, string> = { ...present, ...update.set };
  for (const key of update.removed) delete next[key];
  // Taking a label from an object without any leaves an empty map behind.
  const isChanged = (member.object.metadata[field.field] === undefined && update.removed.length > 0) || Object.keys(next).length !== Object.keys(present).length || Object.keys(next).some((key) => next[key] !== present[key]);
  // kubectl tells by the length of the object's text.
  const done = field.noun === 'annotation' ? 'annotated' : !isChanged ? 'not labeled' : !isOn(args, 'overwrite') && JSON.stringify(next).length < JSON.stringify(present).length ? 'unlabeled' : 'labeled';
  return yield* sendUpdate(member, { ...updating, done });
}

/** The line names one object, not several. */
const namesOne = (args: Arguments): boolean => operands(args, 'names').length + operands(args, 'typeNames').length === 1;

function takenText(field: Field, taken: readonly string[]): string {
  return field.noun === 'label' ? `${taken.join(', ')}, and --overwrite is false` : `--overwrite is false but found the following declared annotation(s): ${taken.join('; ')}`;
}

function* sendUpdate(member: Member, sending: Updating & { readonly done: string }): Conversation<Failure | undefined> {
  const { field, update, change, args, done } = sending;
  const { target } = member;
  const what = { descriptor: target.descriptor, name: target.name, done, change };
  const values: Record<string, string | null> = { ...update.set };
  for (const key of update.removed) values[key] = null;
  const version = textFlag(args, 'resource-version');
  if (change.dryRun === 'client' || isOn(args, 'local')) {
    const kept = Object.entries({ ...member.object.metadata[field.field], ...update.set }).filter(([key]) => !update.removed.includes(key));
    yield* report({ ...member.object, metadata: { ...member.object.metadata, [field.field]: Object.fromEntries(kept) } }, what);
    return undefined;
  }
  const answer = yield* patch(target, { metadata: { [field.field]: values, ...(version === '' ? {} : { resourceVersion: version }) } }, { type: 'merge', options: change.options });
  if (!answer.ok) return answer.error;
  // Upstream shows labelled objects with the managers that they had before.
  const { managedFields } = member.object.metadata;
  yield* report(field.noun === 'label' && managedFields !== undefined ? { ...answer.value, metadata: { ...answer.value.metadata, managedFields } } : answer.value, what);
  return undefined;
}
