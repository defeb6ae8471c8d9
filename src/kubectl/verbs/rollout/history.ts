import type { ReplicaSet } from '../../../api/kinds/all.ts';
import type { Conversation } from '../../../sim/conversation.ts';
import { objectName } from '../../builder.ts';
import { type Arguments, cx, defineCommand, type Settings } from '../../command.ts';
import { templateLines } from '../../describe/pod.ts';
import { fail, type Failure, plainFailure, usage } from '../../errors.ts';
import { printFlags } from '../../flags.ts';
import type { Member } from '../../members.ts';
import { numberFlag } from '../../options.ts';
import { type Printer, printerOf } from '../../output.ts';
import { CHANGE_CAUSE, revisionOf } from '../../rollout.ts';
import { alignTabs } from '../../tabwriter.ts';
import { groupKind, objectFlags, rolledOf, setsOf } from './common.ts';
import { REVISED, revisionsOf, templateAt } from './revisions.ts';

/** Shows the revisions that a rollout can go back to.
 * @source kubernetes/kubectl pkg/cmd/rollout/rollout_history.go, pkg/polymorphichelpers/history.go */
export const rolloutHistory = defineCommand({
  path: ['kubectl', 'rollout', 'history'],
  summary: 'show earlier templates',
  flags: [...objectFlags, ...printFlags, { name: 'revision', type: 'int', summary: 'one of them in full' }],
  changesWorld: false,
  examples: [{ line: 'kubectl rollout history deployment/coredns -n kube-system', shows: 'CHANGE-CAUSE' }],
  *run(args: Arguments, settings: Settings): Conversation<number> {
    const revision = numberFlag(args, 'revision') ?? 0;
    if (revision < 0) return yield* usage(`revision must be a positive integer: ${revision}`);
    const printer = printerOf(args);
    if (!printer.ok) return yield* fail(printer.error);
    const rolled = yield* rolledOf(args, settings);
    if (!rolled.ok) return yield* fail(rolled.error);
    const failures: Failure[] = [...rolled.value.failures];
    for (const member of rolled.value.members) {
      const failure = yield* show(member, revision, printer.value);
      if (failure !== undefined) failures.push(failure);
    }
    return yield* fail(...failures);
  },
});

function* show(member: Member, revision: number, printer: Printer | undefined): Conversation<Failure | undefined> {
  const { descriptor, name } = member.target;
  if (REVISED.has(descriptor.kind)) return yield* showRevisions(member, revision, printer);
  if (descriptor.kind !== 'Deployment') return plainFailure(`no history viewer has been implemented for "${groupKind(descriptor)}"`);
  const sets = yield* setsOf(member);
  if (!sets.ok) return sets.error;
  const revisions = sets.value.filter((set) => revisionOf(set) > 0);
  const chosen = revision === 0 ? revisions : revisions.filter((set) => revisionOf(set) === revision);
  if (revision > 0 && chosen.length === 0 && revisions.length > 0) return plainFailure('unable to find the specified revision');
  if (printer !== undefined) return yield* printObjects(chosen, printer);
  const [only] = chosen;
  const text = revisions.length === 0 ? 'No rollout history found.' : revision > 0 && only !== undefined ? detailText(only) : listText(chosen);
  yield* cx.print(`${objectName(descriptor, name)} ${revision > 0 ? `with revision #${revision}` : ''}\n${text}\n`);
  return undefined;
}

/** The same for kinds whose templates are kept as ControllerRevisions. */
function* showRevisions(member: Member, revision: number, printer: Printer | undefined): Conversation<Failure | undefined> {
  const history = yield* revisionsOf(member);
  if (!history.ok) return history.error;
  const chosen = revision === 0 ? history.value : history.value.filter((each) => each.revision === revision);
  if (revision > 0 && chosen.length === 0 && history.value.length > 0) return plainFailure('unable to find the specified revision');
  if (printer !== undefined) return yield* printObjects(chosen, printer);
  const [only] = chosen;
  const rows = chosen.map((each) => `${each.revision}\t${each.metadata.annotations?.[CHANGE_CAUSE] ?? '<none>'}`);
  const text = history.value.length === 0 ? 'No rollout history found.' : revision > 0 && only !== undefined ? `${templateLines(templateAt(member, only)).join('\n')}\n` : alignTabs(['REVISION\tCHANGE-CAUSE', ...rows].join('\n'));
  yield* cx.print(`${objectName(member.target.descriptor, member.target.name)} ${revision > 0 ? `with revision #${revision}` : ''}\n${text}\n`);
  return undefined;
}

function* printObjects(sets: readonly object[], printer: Printer): Conversation<Failure | undefined> {
  for (const set of sets) {
    const text = printer(set);
    if (!text.ok) return text.error;
    yield* cx.print(text.value);
  }
  return undefined;
}

const causeOf = (set: ReplicaSet): string => set.metadata.annotations?.[CHANGE_CAUSE] ?? '';
const listText = (sets: readonly ReplicaSet[]): string => alignTabs(['REVISION\tCHANGE-CAUSE', ...sets.map((set) => `${revisionOf(set)}\t${causeOf(set) || '<none>'}`)].join('\n'));

/** The template with the cause of its change; kubectl leaves the tabs of this text as they are. */
function detailText(set: ReplicaSet): string {
  const { template } = set.spec;
  const cause = causeOf(set);
  const shown = cause === '' || template === undefined ? template : { ...template, metadata: { ...template.metadata, annotations: { ...template.metadata?.annotations, [CHANGE_CAUSE]: cause } } };
  return `${templateLines(shown).join('\n')}\n`;
}
