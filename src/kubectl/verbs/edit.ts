/**
 * `kubectl edit` and `kubectl apply edit-last-applied`: the objects as YAML in an editor, then the difference is sent.
 * @source kubernetes/kubectl pkg/cmd/util/editor/editoptions.go
 */
import { createMergePatch } from '../../api/patch/json-patch.ts';
import { createThreeWayPatch } from '../../api/patch/three-way.ts';
import { schemaTypeOf } from '../../api/strict.ts';
import type { KubeObject } from '../../api/meta.ts';
import type { Conversation } from '../../sim/conversation.ts';
import { type Change, changeOf } from '../change.ts';
import { validationOf } from '../validation.ts';
import { type Arguments, cx, defineCommand, type Flag, type Settings } from '../command.ts';
import { type Editing, editTogether } from '../editing.ts';
import { fail, plainFailure, usage } from '../errors.ts';
import { changeFlags, fileFlags, printFlags, validateFlag } from '../flags.ts';
import { toCompactJson } from '../json.ts';
import { LAST_APPLIED, withLastApplied } from '../last-applied.ts';
import { membersOf, NAMES_NOTHING, namesNothing } from '../members.ts';
import { isOn, textFlag } from '../options.ts';
import { recordFlag } from '../record.ts';
import { outputOf, withoutManagedFields } from '../output.ts';
import { patch } from '../requests.ts';

const editFlags: readonly Flag[] = [
  ...fileFlags, ...printFlags, ...changeFlags.filter((flag) => flag.name === 'field-manager'), validateFlag, recordFlag,
  { name: 'windows-line-endings', type: 'bool', summary: 'line endings of the editor', hidden: true },
];

/** The edited object with itself in its annotation. What is remembered has the managers too, which the editor does not show. */
function remembering(edited: KubeObject, { metadata: { managedFields } }: KubeObject): KubeObject {
  const whole = managedFields === undefined ? edited : { ...edited, metadata: { ...edited.metadata, managedFields } };
  const { managedFields: _hidden, ...metadata } = withLastApplied(whole).metadata;
  return { ...edited, metadata };
}

export const edit = defineCommand({
  path: ['kubectl', 'edit'], summary: 'change an object in an editor', changesWorld: true, examples: [],
  flags: [...editFlags, { name: 'output-patch', type: 'bool', summary: 'show the patch that is sent' }, { name: 'save-config', type: 'bool', summary: 'remember the object for apply', hidden: true }, { name: 'subresource', type: 'string', summary: 'such as status', hidden: true }],
  *run(args: Arguments, settings: Settings): Conversation<number> {
    const change = changeOf(args, 'kubectl-edit');
    const subresource = textFlag(args, 'subresource');
    return yield* editAll(change, {
      args, done: 'edited', shown: (object) => (isOn(args, 'show-managed-fields') ? object : withoutManagedFields(object)),
      *save({ target, object }, edited) {
        const before = withoutManagedFields(object) as Readonly<Record<string, unknown>>;
        const type = schemaTypeOf(target.descriptor);
        const wanted = (isOn(args, 'save-config') ? remembering(edited as KubeObject, object) : edited) as Readonly<Record<string, unknown>>;
        const body = type === '' ? createMergePatch(before, wanted) : createThreeWayPatch({ last: before, live: before, wanted }, type);
        if (isOn(args, 'output-patch')) yield* cx.print(`Patch: ${toCompactJson(body)}\n`);
        return yield* patch(subresource === '' ? target : { ...target, subresource }, body, { type: type === '' ? 'merge' : 'strategic', options: change.ok ? change.value.options : {} });
      },
    }, settings);
  },
});

export const editLastApplied = defineCommand({
  path: ['kubectl', 'apply', 'edit-last-applied'], summary: 'change what was applied last, in an editor', changesWorld: true, examples: [], flags: editFlags,
  *run(args: Arguments, settings: Settings): Conversation<number> {
    const validation = validationOf(textFlag(args, 'validate'));
    if (!validation.ok) return yield* fail(validation.error);
    const change = changeOf(args, 'kubectl-client-side-apply');
    return yield* editAll(change, {
      args, done: 'edited', shown: remembered,
      save: ({ target }, edited) => patch(target, { metadata: { annotations: { [LAST_APPLIED]: `${toCompactJson(edited)}\n` } } }, { type: 'merge', options: change.ok ? change.value.options : {} }),
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

const NOTHING_REMEMBERED = 'no last-applied-configuration annotation found on resources, to create the annotation, use command `kubectl apply set-last-applied --create-annotation`';

function* editAll(change: ReturnType<typeof changeOf>, how: Omit<Editing, 'change' | 'shown'> & { shown(object: KubeObject): object | undefined }, settings: Settings): Conversation<number> {
  const { args } = how;
  const { format } = outputOf(args);
  if (textFlag(args, 'output') !== '' && !['json', 'kyaml', 'yaml'].includes(format)) return yield* usage(`unable to match a printer suitable for the output format ${JSON.stringify(textFlag(args, 'output'))}, allowed formats are: json,kyaml,yaml`);
  if (!change.ok) return yield* fail(change.error);
  if (namesNothing(args)) return yield* usage(NAMES_NOTHING);
  const members = yield* membersOf({ ...args, flags: { ...args.flags, all: args.operands['names'] === undefined && args.operands['typeNames'] === undefined } }, settings);
  if (!members.ok) return yield* fail(members.error);
  const [failure] = members.value.failures;
  if (failure !== undefined) return yield* fail(failure);
  const known = members.value.members.map((member) => ({ member, shown: how.shown(member.object) }));
  if (known.some(({ shown }) => shown === undefined)) return yield* fail(plainFailure(NOTHING_REMEMBERED));
  if (known.length === 0) return yield* usage('edit cancelled, no objects found');
  return yield* editTogether(known.map(({ member }) => member), { ...how, change: change.value satisfies Change, shown: (object) => how.shown(object) ?? {} });
}
