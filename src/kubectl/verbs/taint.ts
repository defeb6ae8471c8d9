import type { Result } from '../../base/data.ts';
import type { Node, Taint, TaintEffect } from '../../api/kinds/all.ts';
import { labelValue, qualifiedName } from '../../api/names.ts';
import type { Conversation } from '../../sim/conversation.ts';
import { changeOf, report } from '../change.ts';
import { type Arguments, defineCommand, type Settings } from '../command.ts';
import { fail, type Failure, plainFailure, seeHelp, usage } from '../errors.ts';
import { allFlag, changeFlags, printFlags, selectorFlag, validateFlag } from '../flags.ts';
import { membersOf, namesNothing } from '../members.ts';
import { isOn, operand, operands, textFlag } from '../options.ts';
import { validationOf } from '../validation.ts';
import { kindOfWord } from '../custom-kinds.ts';
import { patch } from '../requests.ts';

const EFFECTS: readonly string[] = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];

interface Update { readonly added: readonly Taint[]; readonly removed: readonly { readonly key: string; readonly effect: string }[] }

/** Sets and removes taints of nodes.
 * @source kubernetes/kubectl pkg/cmd/taint/taint.go, utils.go */
export const taint = defineCommand({
  path: ['kubectl', 'taint'],
  summary: 'set or remove taints of nodes',
  flags: [...changeFlags, ...printFlags, selectorFlag, allFlag, validateFlag, { name: 'overwrite', type: 'bool', summary: 'replace taints that are there' }],
  changesWorld: true,
  examples: [{ line: 'kubectl taint nodes worker-1 gpu=yes:NoSchedule', shows: 'node/worker-1 tainted' }],
  *run(args: Arguments, settings: Settings): Conversation<number> {
    if (namesNothing(args)) return yield* usage('one or more resources must be specified as <resource> <name>');
    const update = updateOf(operands(args, 'taints'));
    if (!update.ok) return yield* usage(seeHelp('kubectl taint', update.error));
    const both = update.value.removed.filter((gone) => update.value.added.some((taint) => taint.key === gone.key && (gone.effect === '' || gone.effect === taint.effect)));
    if (both.length > 0) return yield* usage(`can not both modify and remove the following taint(s) in the same command: ${both.map(({ key, effect }) => `${key}=${effect}`).join(',')}`);
    if (update.value.added.length + update.value.removed.length === 0) return yield* usage('at least one taint update is required');
    const change = changeOf(args, 'kubectl-taint');
    if (!change.ok) return yield* fail(change.error);
    const validation = validationOf(textFlag(args, 'validate'));
    if (!validation.ok) return yield* fail(validation.error);
    const kind = operand(args, 'resource');
    if (kind !== '' && kindOfWord(kind, args)?.kind !== 'Node') return yield* usage(`invalid resource type ${kind}, only node types are supported`);
    const members = yield* membersOf(isOn(args, 'all') ? { ...args, operands: { ...args.operands, names: [] } } : args, settings);
    if (!members.ok) return yield* fail(members.error);
    if (members.value.members.some(({ target }) => target.descriptor.kind !== 'Node')) return yield* usage('invalid resource type, only node(s) is supported');
    const failures: Failure[] = [...members.value.failures];
    for (const { target, object } of members.value.members) {
      const next = taintsAfter(object as Node, update.value, isOn(args, 'overwrite'));
      if (!next.ok) { failures.push(plainFailure(next.error)); continue; }
      // kubectl does not say of a taint that it was a dry run.
      const what = { descriptor: target.descriptor, name: target.name, done: next.value.done, change: { ...change.value, dryRun: 'none' as const } };
      if (change.value.dryRun === 'client') { yield* report(object, what); continue; }
      const body = { spec: { taints: next.value.taints.length > 0 ? next.value.taints : null } };
      const answer = yield* patch(target, body, { type: 'strategic', options: { ...change.value.options, fieldValidation: validation.value } });
      if (answer.ok) yield* report(answer.value, what);
      else failures.push(answer.error);
    }
    return yield* fail(...failures);
  },
});

function updateOf(words: readonly string[]): Result<Update, string> {
  const added: Taint[] = [];
  const removed: { key: string; effect: string }[] = [];
  for (const word of words) {
    const isRemoval = word.endsWith('-');
    const parsed = taintOf(isRemoval ? word.slice(0, -1) : word);
    if (!parsed.ok) return parsed;
    const { key, value, effect } = parsed.value;
    if (isRemoval) removed.push({ key, effect });
    else if (effect === '') return { ok: false, error: `invalid taint spec: ${word}` };
    else added.push({ key, ...(value === '' ? {} : { value }), effect: effect as TaintEffect });
  }
  const twice = added.find((taint, i) => added.findIndex((each) => each.key === taint.key && each.effect === taint.effect) < i);
  if (twice !== undefined) return { ok: false, error: `duplicated taints with the same key and effect: {${twice.key} ${twice.value ?? ''} ${twice.effect} <nil>}` };
  return { ok: true, value: { added, removed } };
}

/** @source kubernetes/kubectl pkg/cmd/taint/utils.go parseTaint */
function taintOf(text: string): Result<{ readonly key: string; readonly value: string; readonly effect: string }, string> {
  const refuse = (problems: readonly string[] = []): Result<never, string> => ({ ok: false, error: `invalid taint spec: ${text}${problems.length > 0 ? `, ${problems.join('; ')}` : ''}` });
  const [pair = '', effect, ...rest] = text.split(':');
  if (rest.length > 0) return refuse();
  if (effect !== undefined && !EFFECTS.includes(effect)) return { ok: false, error: `invalid taint effect: ${effect}, unsupported taint effect` };
  const [key = '', value = '', ...more] = effect === undefined ? [pair] : pair.split('=');
  if (more.length > 0) return refuse();
  const problems = labelValue(value).length > 0 ? labelValue(value) : qualifiedName(key);
  return problems.length > 0 ? refuse(problems) : { ok: true, value: { key, value, effect: effect ?? '' } };
}

function taintsAfter(node: Node, update: Update, overwrite: boolean): Result<{ readonly taints: readonly Taint[]; readonly done: string }, string> {
  const present = node.spec?.taints ?? [];
  const clash = update.added.filter((taint) => present.some((each) => each.key === taint.key && each.effect === taint.effect));
  if (clash.length > 0 && !overwrite) return { ok: false, error: `node ${node.metadata.name} already has ${clash.map((taint) => taint.key).join(',')} taint(s) with same effect(s) and --overwrite is false` };
  const missing = update.removed.filter((gone) => !present.some((each) => each.key === gone.key && (gone.effect === '' || each.effect === gone.effect)));
  if (missing.length > 0) return { ok: false, error: missing.map((gone) => `taint "${gone.key}${gone.effect === '' ? '' : `:${gone.effect}`}" not found`).join(', ') };
  const kept = present.filter((each) => !update.removed.some((gone) => gone.key === each.key && (gone.effect === '' || gone.effect === each.effect)))
    .filter((each) => !update.added.some((taint) => taint.key === each.key && taint.effect === each.effect));
  const done = clash.length > 0 || (update.added.length > 0 && update.removed.length > 0) ? 'modified' : update.added.length > 0 ? 'tainted' : 'untainted';
  return { ok: true, value: { taints: [...update.added, ...kept], done } };
}
