/**
 * `kubectl edit` and `kubectl apply edit-last-applied`: the object as YAML in an editor, then the difference is sent.
 * The editor is at the edge (cx.edit); what came out of it is part of the journal, so a replay needs no editor.
 * @source kubernetes/kubectl pkg/cmd/util/editor/editoptions.go
 * @fidelity simplified: several objects are edited one after another, not in one file
 */
import type { Result } from '../../base/data.ts';
import { createMergePatch } from '../../api/patch/json-patch.ts';
import { createThreeWayPatch } from '../../api/patch/three-way.ts';
import { schemaTypeOf } from '../../api/strict.ts';
import type { KubeObject } from '../../api/meta.ts';
import type { Conversation } from '../../sim/conversation.ts';
import { objectName } from '../builder.ts';
import { type Change, changeOf, report } from '../change.ts';
import { type Arguments, cx, defineCommand, type Edited, type Flag, type Settings } from '../command.ts';
import { fail, FAILED, type Failure, failureText, plainFailure, usage } from '../errors.ts';
import { changeFlags, fileFlags, printFlags, validateFlag } from '../flags.ts';
import { toCompactJson, toJson } from '../json.ts';
import { LAST_APPLIED, withLastApplied } from '../last-applied.ts';
import { type Member, membersOf, NAMES_NOTHING, namesNothing } from '../members.ts';
import { isOn, textFlag } from '../options.ts';
import { outputOf, withoutManagedFields } from '../output.ts';
import { patch } from '../requests.ts';
import { toYaml } from '../yaml.ts';

/** Times that a refused text comes back to the learner. */
const ROUNDS_MAX = 20;
const HEADER = [
  '# Please edit the object below. Lines beginning with a \'#\' will be ignored,',
  '# and an empty file will abort the edit. If an error occurs while saving this file will be',
  '# reopened with the relevant failures.', '#',
].join('\n');

const editFlags: readonly Flag[] = [
  ...fileFlags, ...printFlags, ...changeFlags.filter((flag) => flag.name === 'field-manager'), validateFlag,
  { name: 'windows-line-endings', type: 'bool', summary: 'line endings of the editor', hidden: true },
];

/** What one edit does with an object. */
interface Editing {
  readonly args: Arguments;
  readonly change: Change;
  /** What the learner sees of the object. */
  shown(object: KubeObject): object;
  /** Sends the edited object; the answer, or what the server says. */
  save(member: Member, edited: object): Conversation<Result<KubeObject, Failure>>;
}

export const edit = defineCommand({
  path: ['kubectl', 'edit'], summary: 'change an object in an editor', changesWorld: true, examples: [],
  flags: [...editFlags, { name: 'output-patch', type: 'bool', summary: 'show the patch that is sent' }, { name: 'save-config', type: 'bool', summary: 'remember the object for apply', hidden: true }, { name: 'subresource', type: 'string', summary: 'such as status', hidden: true }],
  *run(args: Arguments, settings: Settings): Conversation<number> {
    const change = changeOf({ ...args, flags: { ...args.flags, output: undefined } }, 'kubectl-edit');
    if (!change.ok) return yield* fail(change.error);
    const subresource = textFlag(args, 'subresource');
    return yield* editAll({
      args, change: change.value, shown: (object) => (isOn(args, 'show-managed-fields') ? object : withoutManagedFields(object)),
      *save({ target, object }, edited) {
        const before = withoutManagedFields(object) as Readonly<Record<string, unknown>>;
        const type = schemaTypeOf(target.descriptor);
        const wanted = (isOn(args, 'save-config') ? withLastApplied(edited as KubeObject) : edited) as Readonly<Record<string, unknown>>;
        const body = type === '' ? createMergePatch(before, wanted) : createThreeWayPatch({ last: before, live: before, wanted }, type);
        if (isOn(args, 'output-patch')) yield* cx.print(`Patch: ${toCompactJson(body)}\n`);
        return yield* patch(subresource === '' ? target : { ...target, subresource }, body, { type: type === '' ? 'merge' : 'strategic', options: change.value.options });
      },
    }, settings);
  },
});

export const editLastApplied = defineCommand({
  path: ['kubectl', 'apply', 'edit-last-applied'], summary: 'change what was applied last, in an editor', changesWorld: true, examples: [], flags: editFlags,
  *run(args: Arguments, settings: Settings): Conversation<number> {
    const change = changeOf({ ...args, flags: { ...args.flags, output: undefined } }, 'kubectl-client-side-apply');
    if (!change.ok) return yield* fail(change.error);
    return yield* editAll({
      args, change: change.value, shown: (object) => remembered(object) ?? {},
      save: ({ target }, edited) => patch(target, { metadata: { annotations: { [LAST_APPLIED]: `${toCompactJson(edited)}\n` } } }, { type: 'merge', options: change.value.options }),
    }, settings);
  },
});

function remembered(object: KubeObject): object | undefined {
  try {
    return JSON.parse(object.metadata.annotations?.[LAST_APPLIED] ?? '') as object;
  } catch {
    return undefined;
  }
}

function* editAll(editing: Editing, settings: Settings): Conversation<number> {
  const { args } = editing;
  const { format } = outputOf(args);
  if (format !== '' && format !== 'yaml' && format !== 'json') return yield* usage(`The flag 'output' must be one of yaml|json`);
  if (namesNothing(args)) return yield* usage(NAMES_NOTHING);
  const members = yield* membersOf({ ...args, flags: { ...args.flags, all: true } }, settings);
  if (!members.ok) return yield* fail(members.error);
  let exit = yield* fail(...members.value.failures);
  for (const member of members.value.members) {
    const code = yield* editOne(member, editing);
    if (code !== 0) exit = code;
  }
  return exit;
}

/** Lines that are no comment. */
const content = (text: string): string => text.split('\n').filter((line) => !line.startsWith('#')).join('\n').trim();

function* editOne(member: Member, editing: Editing): Conversation<number> {
  const isJson = outputOf(editing.args).format === 'json';
  const object = editing.shown(member.object);
  const original = isJson ? `${toJson(object)}\n` : toYaml(object);
  let text = original;
  let reasons: readonly string[] = [];
  for (let round = 0; round < ROUNDS_MAX; round++) {
    const given = round === 0 ? editing.args.operands['edited'] : undefined;
    const edited: Edited = given === undefined ? yield* cx.edit({ name: objectName(member.target.descriptor, member.target.name), text: fileText(text, reasons) }) : (given as Edited);
    if (edited.type === 'noEditor') return yield* usage(edited.message);
    const changed = content(edited.text);
    if (changed === content(text)) return yield* unchanged(round, reasons);
    if (changed === '') { yield* cx.printError('Edit cancelled, saved file was empty.\n'); return 0; }
    text = `${changed}\n`;
    if (edited.type === 'unreadable') { reasons = [`The edited file had a syntax error: ${edited.message}`]; continue; }
    const saved = yield* editing.save(member, edited.object);
    if (saved.ok) {
      const { target } = member;
      return yield* report(saved.value, { descriptor: target.descriptor, name: target.name, done: 'edited', change: editing.change });
    }
    if (saved.error.type !== 'status') return yield* fail(saved.error);
    reasons = reasonsOf(member, saved.error);
    yield* cx.printError(`${failureText(saved.error)}\n`);
    if (given !== undefined) return FAILED;
  }
  return yield* fail(plainFailure('Edit cancelled, no valid changes were saved.'));
}

function* unchanged(round: number, reasons: readonly string[]): Conversation<number> {
  if (round > 0 && reasons.length > 0) return yield* fail(plainFailure('Edit cancelled, no valid changes were saved.'));
  yield* cx.printError('Edit cancelled, no changes made.\n');
  return 0;
}

/** The text of the editor: how it works, what was wrong last time, the object. */
function fileText(text: string, reasons: readonly string[]): string {
  return [HEADER, ...reasons.map((reason) => `# ${reason}\n#`), text].join('\n');
}

function reasonsOf({ target }: Member, failure: Failure & { readonly type: 'status' }): readonly string[] {
  const causes = failure.details?.causes ?? [];
  const name = `${target.descriptor.plural}${target.descriptor.group === '' ? '' : `.${target.descriptor.group}`} "${target.name}"`;
  if (failure.reason !== 'Invalid') return [`${name} could not be patched: ${failure.message}`];
  return [[`${name} was not valid:`, ...causes.map((cause) => `* ${cause.field ?? ''}: ${cause.message ?? ''}`)].join('\n# ')];
}
