import type { Result } from '../../base/data.ts';
import type { Node, Taint, TaintEffect } from '../../api/kinds/all.ts';
import { labelValue, qualifiedName } from '../../api/names.ts';
import type { Conversation } from '../../sim/conversation.ts';
import { changeOf, report } from '../change.ts';
import { type Arguments, defineCommand, type Settings } from '../command.ts';
import { fail, type Failure, plainFailure, usage } from '../errors.ts';
import { allFlag, changeFlags, printFlags, selectorFlag, validateFlag } from '../flags.ts';
import { membersOf, namesNothing } from '../members.ts';
import { isOn, operands } from '../options.ts';
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
    if (!update.ok) return yield* usage(update.error);
    if (update.value.added.length + update.value.removed.length === 0) return yield* usage('at least one taint update is required');
    const change = changeOf(args, 'kubectl-taint');
    if (!change.ok) return yield* fail(change.error);
    const members = yield* membersOf(args, settings);
    if (!members.ok) return yield* fail(members.error);
    if (members.value.members.some(({ target }) => target.descriptor.kind !== 'Node')) return yield* usage('invalid resource type, only node(s) is supported');
    const failures: Failure[] = [...members.value.failures];
    for (const { target, object } of members.value.members) {
      const next = taintsAfter(object as Node, update.value, isOn(args, 'overwrite'));
      if (!next.ok) { failures.push(plainFailure(next.error)); continue; }
      const what = { descriptor: target.descriptor, name: target.name, done: next.value.done, change: change.value };
      if (change.value.dryRun === 'client') { yield* report(object, what); continue; }
      const body = { spec: { taints: next.value.taints.length > 0 ? next.value.taints : null } };
      const answer = yield* patch(target, body, { type: 'strategic', options: { ...change.value.options, fieldValidation: 'Strict' } });
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
    const text = isRemoval ? word.slice(0, -1) : word;
    const parts = text.split(':');
    const [pair = '', effect = ''] = parts;
    const [key = '', value] = pair.split('=');
    if (parts.length > 2 || pair.split('=').length > 2) return { ok: false, error: `invalid taint spec: ${word}` };
    const problems = [...qualifiedName(key), ...labelValue(value ?? '')];
    if (problems.length > 0) return { ok: false, error: `invalid taint spec: ${word}, ${problems.join('; ')}` };
    if (isRemoval && (effect === '' || EFFECTS.includes(effect))) { removed.push({ key, effect }); continue; }
    if (effect === '' && !isRemoval) return { ok: false, error: `invalid taint spec: ${word}` };
    if (!EFFECTS.includes(effect)) return { ok: false, error: `invalid taint effect: ${effect}, unsupported taint effect` };
    added.push({ key, ...(value === undefined || value === '' ? {} : { value }), effect: effect as TaintEffect });
  }
  return { ok: true, value: { added, removed } };
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
