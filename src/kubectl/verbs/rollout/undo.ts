import { equalData } from '../../../base/compare.ts';
import type { Deployment, ReplicaSet } from '../../../api/kinds/all.ts';
import type { Result } from '../../../base/data.ts';
import type { Conversation } from '../../../sim/conversation.ts';
import { changeOf, type Change, report } from '../../change.ts';
import { type Arguments, defineCommand, type Settings } from '../../command.ts';
import { templateLines } from '../../describe/pod.ts';
import { fail, type Failure, plainFailure } from '../../errors.ts';
import { printFlags } from '../../flags.ts';
import type { Member } from '../../members.ts';
import { numberFlag } from '../../options.ts';
import { patch } from '../../requests.ts';
import { plainTemplate, REVISION, revisionOf } from '../../rollout.ts';
import { dryRunFlags, groupKind, objectFlags, rolledOf, setsOf } from './common.ts';
import { REVISED, undoRevision } from './revisions.ts';

/** Annotations that belong to the deployment itself and are not brought back. @source kubernetes/kubectl pkg/polymorphichelpers/rollback.go (annotationsToSkip) */
const KEPT: readonly string[] = [
  'kubectl.kubernetes.io/last-applied-configuration', REVISION, 'deployment.kubernetes.io/revision-history', 'deployment.kubernetes.io/desired-replicas',
  'deployment.kubernetes.io/max-replicas', 'deprecated.deployment.rollback.to',
];

/** Goes back to the template of an earlier revision.
 * @source kubernetes/kubectl pkg/cmd/rollout/rollout_undo.go, pkg/polymorphichelpers/rollback.go */
export const rolloutUndo = defineCommand({
  path: ['kubectl', 'rollout', 'undo'],
  summary: 'go back to an earlier template',
  flags: [...objectFlags, ...dryRunFlags, ...printFlags, { name: 'to-revision', type: 'int', summary: 'which one; 0 is the one before' }],
  changesWorld: true,
  examples: [{
    line: 'kubectl create deployment shop --image=images.example/web:1 && kubectl rollout status deployment/shop && kubectl set image deployment/shop web=images.example/web:2 && kubectl rollout status deployment/shop && kubectl rollout undo deployment/shop',
    shows: 'deployment.apps/shop rolled back',
  }],
  *run(args: Arguments, settings: Settings): Conversation<number> {
    const change = changeOf(args, '', { isLate: true });
    if (!change.ok) return yield* fail(change.error);
    const rolled = yield* rolledOf(args, settings);
    if (!rolled.ok) return yield* fail(rolled.error);
    const failures: Failure[] = [...rolled.value.failures];
    for (const member of rolled.value.members) {
      const done = yield* undo(member, numberFlag(args, 'to-revision') ?? 0, change.value);
      if (!done.ok) { failures.push(done.error); continue; }
      yield* report(member.object, { descriptor: member.target.descriptor, name: member.target.name, done: done.value, change: change.value });
    }
    return yield* fail(...failures);
  },
});

/** Undoes one rollout and says in words what came of it. */
function* undo(member: Member, wanted: number, change: Change): Conversation<Result<string, Failure>> {
  const refuse = (message: string): Result<string, Failure> => ({ ok: false, error: plainFailure(message) });
  const { target } = member;
  if (REVISED.has(target.descriptor.kind)) return yield* undoRevision(member, wanted, { change, shown: (template) => `${templateLines(template).join('\n')}\n` });
  if (target.descriptor.kind !== 'Deployment') return refuse(`no rollbacker has been implemented for "${groupKind(target.descriptor)}"`);
  if (wanted < 0) return refuse(`unable to find specified revision ${wanted} in history`);
  const deployment = member.object as Deployment;
  const sets = yield* setsOf(member);
  if (!sets.ok) return sets;
  const revisions = sets.value.filter((set) => revisionOf(set) > 0);
  const set = wanted > 0 ? revisions.find((each) => revisionOf(each) === wanted) : revisions[revisions.length - 2];
  if (set === undefined) return refuse(wanted > 0 ? `unable to find specified revision ${wanted} in history` : `no rollout history found for deployment "${target.name}"`);
  if (change.dryRun === 'client') return { ok: true, value: `${templateLines(set.spec.template).join('\n')}\n` };
  if (deployment.spec.paused === true) return refuse("you cannot rollback a paused deployment; resume it first with 'kubectl rollout resume' and try again");
  const template = plainTemplate(set.spec.template);
  if (equalData(template, deployment.spec.template)) return { ok: true, value: `skipped rollback (current template already matches revision ${wanted})` };
  const body = [{ op: 'replace', path: '/spec/template', value: template }, { op: 'replace', path: '/metadata/annotations', value: annotationsAfter(deployment, set) }];
  const answer = yield* patch(target, body, { type: 'json', options: change.dryRun === 'server' ? { dryRun: true } : {} });
  if (answer.ok) return { ok: true, value: 'rolled back' };
  return answer.error.type === 'unreachable' ? answer : refuse(`failed restoring revision ${wanted}: ${answer.error.message}`);
}

function annotationsAfter(deployment: Deployment, set: ReplicaSet): Readonly<Record<string, string>> {
  const own = Object.entries(deployment.metadata.annotations ?? {}).filter(([key]) => KEPT.includes(key));
  const earlier = Object.entries(set.metadata.annotations ?? {}).filter(([key]) => !KEPT.includes(key));
  return Object.fromEntries([...own, ...earlier]);
}
