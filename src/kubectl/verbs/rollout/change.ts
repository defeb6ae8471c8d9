/** `rollout undo`, `restart`, `pause`, `resume`, `history`. */
import { must } from '../../../base/assert.ts';
import type { Result } from '../../../base/data.ts';
import { equalData } from '../../../base/compare.ts';
import type { Deployment, ReplicaSet } from '../../../api/kinds/all.ts';
import { descriptorOfKind } from '../../../api/scheme.ts';
import { labelSelectorText } from '../../../api/selector.ts';
import { formatTime } from '../../../api/time.ts';
import type { Conversation } from '../../../sim/conversation.ts';
import { typeName, objectName } from '../../builder.ts';
import { changeOf, type Change, report } from '../../change.ts';
import { type Arguments, type Command, cx, defineCommand, type Flag, type Settings } from '../../command.ts';
import { templateLines } from '../../describe/pod.ts';
import { fail, type Failure, plainFailure, usage } from '../../errors.ts';
import { changeFlags, fileFlags, printFlags, selectorFlag } from '../../flags.ts';
import { type Member, membersOf, namesNothing } from '../../members.ts';
import { numberFlag } from '../../options.ts';
import { list, patch } from '../../requests.ts';
import { CHANGE_CAUSE, ownedSets, plainTemplate, REVISION, revisionOf } from '../../rollout.ts';
import { table } from '../../table.ts';
import { alignTabs } from '../../tabwriter.ts';

const replicaSets = must(descriptorOfKind('ReplicaSet'), 'replica sets are served');
/** Annotation whose change makes a new template. */
const RESTARTED_AT = 'kubectl.kubernetes.io/restartedAt';

interface Acting { readonly args: Arguments; readonly change: Change }
interface Action {
  readonly name: string;
  readonly summary: string;
  readonly flags: readonly Flag[];
  readonly example: Command['examples'];
  readonly changesWorld: boolean;
  act(member: Member, acting: Acting): Conversation<Failure | undefined>;
}

/** @source kubernetes/kubectl pkg/cmd/rollout */
function defineRollout(action: Action): Command {
  return defineCommand({
    path: ['kubectl', 'rollout', action.name], summary: action.summary, changesWorld: action.changesWorld, examples: action.example,
    flags: [...fileFlags, ...changeFlags, ...printFlags, selectorFlag, ...action.flags],
    *run(args: Arguments, settings: Settings): Conversation<number> {
      if (namesNothing(args)) return yield* usage('required resource not specified');
      const change = changeOf(args, 'kubectl-rollout');
      if (!change.ok) return yield* fail(change.error);
      const members = yield* membersOf(args, settings);
      if (!members.ok) return yield* fail(members.error);
      const failures: Failure[] = [...members.value.failures];
      for (const member of members.value.members) {
        const failure = yield* action.act(member, { args, change: change.value });
        if (failure !== undefined) failures.push(failure);
      }
      return yield* fail(...failures);
    },
  });
}

const isDeployment = (member: Member): boolean => member.target.descriptor.kind === 'Deployment';

function* setsOf(member: Member): Conversation<Result<readonly ReplicaSet[], Failure>> {
  const deployment = member.object as Deployment;
  const found = yield* list({ descriptor: replicaSets, namespace: member.target.namespace, name: '' }, { labelSelector: labelSelectorText(deployment.spec.selector) });
  return found.ok ? { ok: true, value: ownedSets(deployment, found.value.items as readonly ReplicaSet[]) } : found;
}

function* patched(member: Member, how: { readonly body: object; readonly type: 'strategic' | 'json'; readonly done: string; readonly change: Change }): Conversation<Failure | undefined> {
  const { target } = member;
  const what = { descriptor: target.descriptor, name: target.name, done: how.done, change: how.change };
  if (how.change.dryRun === 'client') {
    yield* report(member.object, what);
    return undefined;
  }
  const answer = yield* patch(target, how.body, { type: how.type, options: how.change.options });
  if (!answer.ok) return answer.error;
  yield* report(answer.value, what);
  return undefined;
}

export const rolloutRestart = defineRollout({
  name: 'restart', summary: 'replace all pods, a few at a time', flags: [], changesWorld: true,
  example: [{ line: 'kubectl rollout restart deployment/coredns -n kube-system', shows: 'deployment.apps/coredns restarted' }],
  *act(member, { change }) {
    if (member.target.descriptor.kind !== 'DaemonSet' && !isDeployment(member)) return plainFailure(`${member.target.descriptor.plural} "${member.target.name}" restarting is not supported`);
    if ((member.object as Deployment).spec.paused === true) return plainFailure(`${member.target.descriptor.plural}.apps "${member.target.name}" can't restart paused deployment (run rollout resume first)`);
    const now = yield* cx.now();
    return yield* patched(member, { body: { spec: { template: { metadata: { annotations: { [RESTARTED_AT]: formatTime(now) } } } } }, type: 'strategic', done: 'restarted', change });
  },
});

function pauseCommand(name: 'pause' | 'resume'): Command {
  const done = name === 'pause' ? 'paused' : 'resumed';
  return defineRollout({
    name, summary: name === 'pause' ? 'hold a rollout' : 'let a held rollout go on', flags: [], changesWorld: true, example: [],
    *act(member, { change }) {
      const { target } = member;
      if (!isDeployment(member)) return plainFailure(`${target.descriptor.plural} "${target.name}" ${name === 'pause' ? 'pausing' : 'resuming'} is not supported`);
      const isPaused = (member.object as Deployment).spec.paused === true;
      if (isPaused === (name === 'pause')) return plainFailure(`${target.descriptor.plural}.apps "${target.name}" is ${isPaused ? 'already paused' : 'not paused'}`);
      return yield* patched(member, { body: { spec: { paused: name === 'pause' ? true : null } }, type: 'strategic', done, change });
    },
  });
}
export const rolloutPause = pauseCommand('pause');
export const rolloutResume = pauseCommand('resume');

export const rolloutUndo = defineRollout({
  name: 'undo', summary: 'go back to an earlier template', changesWorld: true, example: [],
  flags: [{ name: 'to-revision', type: 'int', summary: 'which one; 0 is the one before' }],
  *act(member, { args, change }) {
    const { target } = member;
    if (!isDeployment(member)) return plainFailure(`no rollbacker has been implemented for "${target.descriptor.kind}"`);
    const deployment = member.object as Deployment;
    if (deployment.spec.paused === true) return plainFailure(`you cannot rollback a paused deployment; resume it first with 'kubectl rollout resume' and try again`);
    const sets = yield* setsOf(member);
    if (!sets.ok) return sets.error;
    const wanted = numberFlag(args, 'to-revision') ?? 0;
    const set = wanted > 0 ? sets.value.find((each) => revisionOf(each) === wanted) : sets.value[sets.value.length - 2];
    if (set === undefined) return plainFailure(wanted > 0 ? `unable to find specified revision ${wanted} in history` : `no rollout history found for deployment "${target.name}"`);
    const template = plainTemplate(set.spec.template);
    if (equalData(template, deployment.spec.template)) return yield* skipped(member, revisionOf(set));
    return yield* patched(member, { body: undoPatch(deployment, set, template), type: 'json', done: 'rolled back', change });
  },
});

function* skipped(member: Member, revision: number): Conversation<Failure | undefined> {
  yield* cx.print(`${objectName(member.target.descriptor, member.target.name)} skipped rollback (current template already matches revision ${revision})\n`);
  return undefined;
}

function undoPatch(deployment: Deployment, set: ReplicaSet, template: unknown): readonly object[] {
  const own = deployment.metadata.annotations ?? {};
  const kept = Object.fromEntries(Object.entries(own).filter(([key]) => key === REVISION || key === 'kubectl.kubernetes.io/last-applied-configuration'));
  const cause = set.metadata.annotations?.[CHANGE_CAUSE];
  return [
    { op: 'replace', path: '/spec/template', value: template },
    { op: 'replace', path: '/metadata/annotations', value: { ...kept, ...(cause === undefined ? {} : { [CHANGE_CAUSE]: cause }) } },
  ];
}

export const rolloutHistory = defineRollout({
  name: 'history', summary: 'show earlier templates', changesWorld: false, example: [],
  flags: [{ name: 'revision', type: 'int', summary: 'one of them in full' }],
  *act(member, { args }) {
    const { target } = member;
    if (!isDeployment(member)) return plainFailure(`no history viewer has been implemented for "${target.descriptor.kind}"`);
    const sets = yield* setsOf(member);
    if (!sets.ok) return sets.error;
    const named = `${typeName(target.descriptor)}/${target.name}`;
    const revision = numberFlag(args, 'revision') ?? 0;
    if (revision > 0) {
      const set = sets.value.find((each) => revisionOf(each) === revision);
      if (set === undefined) return plainFailure(`unable to find the specified revision`);
      yield* cx.print(`${named} with revision #${revision}\n${alignTabs(templateLines(set.spec.template).join('\n'))}\n`);
      return undefined;
    }
    const rows = sets.value.filter((set) => revisionOf(set) > 0).map((set) => [String(revisionOf(set)), set.metadata.annotations?.[CHANGE_CAUSE] ?? '<none>']);
    yield* cx.print(`${named} \n${table([['REVISION', 'CHANGE-CAUSE'], ...rows], { minWidth: 0, padding: 2 })}\n`);
    return undefined;
  },
});
