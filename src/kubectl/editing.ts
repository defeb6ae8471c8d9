/**
 * Objects in an editor: shown as one text, read back, saved one by one; what was refused comes back to the editor with the reasons.
 * The editor is at the edge (cx.edit); what came out of it is part of the journal, so a replay needs no editor.
 * @source kubernetes/kubectl pkg/cmd/util/editor/editoptions.go
 */
import type { Result } from '../base/data.ts';
import { equalData } from '../base/compare.ts';
import { hashText } from '../base/prng.ts';
import { bytesOf } from '../base/bytes.ts';
import type { KubeObject } from '../api/meta.ts';
import type { Conversation } from '../sim/conversation.ts';
import { objectName } from './builder.ts';
import { type Change, report } from './change.ts';
import { type Arguments, cx, type Edited } from './command.ts';
import { fail, FAILED, type Failure, plainFailure, usage } from './errors.ts';
import { toJson } from './json.ts';
import { isOn } from './options.ts';
import type { Member } from './members.ts';
import { outputOf } from './output.ts';
import { toYaml } from './yaml.ts';

/** Where kubectl keeps texts that were not saved. */
const TEMPORARY = '/tmp';
/** Times that a refused text comes back to the learner. */
const ROUNDS_MAX = 20;
const HEADER = [
  '# Please edit the object below. Lines beginning with a \'#\' will be ignored,',
  '# and an empty file will abort the edit. If an error occurs while saving this file will be',
  '# reopened with the relevant failures.', '#',
].join('\n');

/** What one edit does with its objects. */
export interface Editing {
  readonly args: Arguments;
  readonly change: Change;
  /** Word of the line that is printed in the end. */
  readonly done: string;
  /** What the learner sees of an object. */
  shown(object: KubeObject): object;
  /** Sends the edited object; the answer, or what the server says. */
  save(member: Member, edited: object): Conversation<Result<KubeObject, Failure>>;
  /** The object does not exist yet: its name and kind may be changed, and nothing is compared. */
  readonly isNew?: boolean;
}

/** Lines that are no comment. */
const content = (text: string): string => text.split('\n').filter((line) => !line.startsWith('#')).join('\n').trim();
const resourceOf = ({ target }: Member): string => `${target.descriptor.plural}${target.descriptor.group === '' ? '' : `.${target.descriptor.group}`}`;
const nameOf = (member: Member): string => `${resourceOf(member)} "${member.target.name}"`;

/** Where a text that was not saved is kept, so that the work is not lost. */
function* preserve(text: string): Conversation<string> {
  const path = `${TEMPORARY}/kubectl-edit-${hashText(text) >>> 0}.yaml`;
  yield* cx.saveFile(path, bytesOf(text));
  return path;
}

function* giveUp(text: string, message: string): Conversation<number> {
  yield* cx.printError(`A copy of your changes has been stored to ${JSON.stringify(yield* preserve(text))}\n`);
  return yield* fail(plainFailure(message));
}

/** Edits objects in one text. Returns the exit code. */
export function* editTogether(members: readonly Member[], editing: Editing): Conversation<number> {
  const [first] = members;
  if (first === undefined) return 0;
  const isJson = outputOf(editing.args).format === 'json';
  const objects = members.map(({ object }) => editing.shown(object));
  const whole = objects.length === 1 ? objects[0] ?? {} : { apiVersion: 'v1', items: objects, kind: 'List', metadata: {} };
  const original = isJson ? `${toJson(whole)}\n` : toYaml(whole);
  const name = members.length === 1 ? objectName(first.target.descriptor, first.target.name) : 'list';
  const isForWindows = isOn(editing.args, 'windows-line-endings');
  const lineEnds = (shown: string): string => (isForWindows ? shown.replaceAll('\n', '\r\n') : shown);
  let text = original;
  let reasons: readonly string[] = [];
  for (let round = 0; round < ROUNDS_MAX; round++) {
    const given = round === 0 ? editing.args.operands['edited'] : undefined;
    const edited: Edited = given === undefined ? yield* cx.edit({ name, text: lineEnds(fileText(text, reasons)) }) : (given as Edited);
    if (edited.type === 'noEditor') return yield* usage(edited.message);
    const changed = content(edited.text.replaceAll('\r\n', '\n'));
    if (reasons.length > 0 && changed === content(text)) return yield* giveUp(edited.text, 'Edit cancelled, no valid changes were saved.');
    text = `${changed}\n`;
    const problem = edited.type === 'unreadable' ? edited.message : missingIn(edited.object);
    if (problem !== undefined) {
      yield* cx.printError(`error: ${nameOf(first)} is invalid\n`);
      if (given !== undefined) return FAILED;
      reasons = [`${nameOf(first)} was not valid:\n# * <nil>: Invalid value: "The edited file failed validation": ${problem}`];
      continue;
    }
    if (changed === content(original)) { yield* cx.printError('Edit cancelled, no changes made.\n'); return 0; }
    const strange = editing.isNew === true && edited.type === 'object' ? partsOf(edited.object).find((part) => !members.some(({ object }) => object.kind === part.kind && object.apiVersion === part.apiVersion)) : undefined;
    if (strange !== undefined) { reasons = [`The edited file had a syntax error: no matches for kind "${strange.kind}" in version "${strange.apiVersion}"`]; continue; }
    const outcome = yield* saveAll(members, partsOf(edited.type === 'object' ? edited.object : {}), editing);
    if (outcome.stop !== undefined) return yield* giveUp(text, outcome.stop);
    if (outcome.lost) return yield* tellLost(text, outcome);
    if (outcome.reasons.length === 0) return outcome.exit;
    if (given !== undefined) return FAILED;
    reasons = outcome.reasons;
  }
  return yield* giveUp(text, 'Edit cancelled, no valid changes were saved.');
}

/** What kubectl misses in the edited text before it sends anything. */
function missingIn(object: object): string | undefined {
  const missing = ['apiVersion', 'kind'].filter((field) => typeof (object as Readonly<Record<string, unknown>>)[field] !== 'string');
  return missing.length === 0 ? undefined : missing.map((field) => `${field} not set`).join(', ');
}

const partsOf = (object: object): readonly KubeObject[] => (object as { readonly items?: readonly KubeObject[] }).items ?? [object as KubeObject];

interface Outcome { readonly exit: number; readonly reasons: readonly string[]; readonly lost: boolean; readonly gone: boolean; readonly stop?: string }

function* saveAll(members: readonly Member[], edited: readonly KubeObject[], editing: Editing): Conversation<Outcome> {
  const reasons: string[] = [];
  let [exit, lost, gone] = [0, false, false];
  for (const [i, member] of members.entries()) {
    const object = edited.find((each) => each.metadata?.name === member.target.name && each.kind === member.object.kind) ?? edited[i];
    if (object === undefined) continue;
    const isOther = object.kind !== member.object.kind || object.apiVersion !== member.object.apiVersion || object.metadata?.name !== member.target.name;
    if (isOther && editing.isNew !== true) return { exit, reasons, lost, gone, stop: 'At least one of apiVersion, kind and name was changed' };
    const what = { descriptor: member.target.descriptor, name: object.metadata.name, change: editing.change };
    if (editing.isNew !== true && equalData(object, editing.shown(member.object))) { yield* report(member.object, { ...what, done: 'skipped' }); continue; }
    const saved = yield* editing.save(member, object);
    if (saved.ok) { exit = yield* report(saved.value, { ...what, done: editing.done }); continue; }
    if (saved.error.type !== 'status') { exit = yield* fail(saved.error); continue; }
    if (editing.isNew === true) return { exit, reasons, lost, gone, stop: saved.error.message };
    const told = refusalOf(member, saved.error);
    yield* cx.printError(`${told.line}\n`);
    if (told.reason === undefined) { lost = true; gone ||= saved.error.reason === 'NotFound'; } else reasons.push(told.reason);
  }
  return { exit, reasons, lost, gone };
}

/** What kubectl says to a refusal, and what it writes into the text when it opens again. */
function refusalOf(member: Member, failure: Failure & { readonly type: 'status' }): { readonly line: string; readonly reason?: string } {
  const name = nameOf(member);
  if (failure.reason === 'NotFound') return { line: `error: ${name} could not be found on the server` };
  if (failure.reason !== 'Invalid') return { line: `error: ${name} could not be patched: ${failure.message}` };
  const causes = failure.details?.causes ?? [];
  return { line: `error: ${name} is invalid`, reason: [`${name} was not valid:`, ...causes.map((cause) => `* ${cause.field ?? ''}: ${cause.message ?? ''}`)].join('\n# ') };
}

function* tellLost(text: string, { gone }: Outcome): Conversation<number> {
  const path = yield* preserve(text);
  yield* cx.printError(gone ? `The edits you made on deleted resources have been saved to ${JSON.stringify(path)}\n` : `You can run \`kubectl replace -f ${path}\` to try this update again.\n`);
  return FAILED;
}

/** The text of the editor: how it works, what was wrong last time, the objects. */
function fileText(text: string, reasons: readonly string[]): string {
  return [HEADER, ...reasons.map((reason) => `# ${reason}\n#`), text].join('\n');
}
