/**
 * `rollout restart`, `pause` and `resume`: one small patch each.
 * @source kubernetes/kubectl pkg/cmd/rollout, pkg/polymorphichelpers/objectrestarter.go, objectpauser.go, objectresumer.go
 */
import type { Micros, Result } from '../../../base/data.ts';
import type { DaemonSet, Deployment, StatefulSet } from '../../../api/kinds/all.ts';
import { formatTime } from '../../../api/time.ts';
import type { Conversation } from '../../../sim/conversation.ts';
import { changeOf, report } from '../../change.ts';
import { type Arguments, type Command, cx, defineCommand, type Settings } from '../../command.ts';
import { fail, failTogether, type Failure, plainFailure } from '../../errors.ts';
import { printFlags } from '../../flags.ts';
import type { Member } from '../../members.ts';
import { patch } from '../../requests.ts';
import { fieldManagerFlags, groupResource, objectFlags, rolledOf } from './common.ts';

/** Annotation whose change makes a new template. */
const RESTARTED_AT = 'kubectl.kubernetes.io/restartedAt';

interface Changing {
  readonly name: string;
  readonly summary: string;
  /** What the line says has been done. */
  readonly done: string;
  readonly examples: Command['examples'];
  /** The strategic patch, or why there is none. */
  patchOf(member: Member, now: Micros): Result<object, Failure>;
}

function defineChange(changing: Changing): Command {
  return defineCommand({
    path: ['kubectl', 'rollout', changing.name], summary: changing.summary, changesWorld: true, examples: changing.examples,
    flags: [...objectFlags, ...fieldManagerFlags, ...printFlags],
    *run(args: Arguments, settings: Settings): Conversation<number> {
      const change = changeOf(args, 'kubectl-rollout', { isLate: true });
      if (!change.ok) return yield* fail(change.error);
      const rolled = yield* rolledOf(args, settings);
      if (!rolled.ok) return yield* fail(rolled.error);
      const failures: Failure[] = [...rolled.value.failures];
      for (const member of rolled.value.members) {
        const body = changing.patchOf(member, yield* cx.now());
        if (!body.ok) { failures.push(body.error); continue; }
        const answer = yield* patch(member.target, body.value, { type: 'strategic', options: change.value.options });
        if (answer.ok) yield* report(answer.value, { descriptor: member.target.descriptor, name: member.target.name, done: changing.done, change: change.value });
        else failures.push(answer.error.type === 'unreachable' ? answer.error : plainFailure(`failed to patch: ${answer.error.message}`));
      }
      return yield* failTogether(failures);
    },
  });
}

const refuse = ({ target }: Member, why: string): Result<object, Failure> => ({ ok: false, error: plainFailure(`error: ${groupResource(target.descriptor)} "${target.name}" ${why}`) });

export const rolloutRestart = defineChange({
  name: 'restart', summary: 'replace all pods, a few at a time', done: 'restarted',
  examples: [{ line: 'kubectl rollout restart deployment/coredns -n kube-system', shows: 'deployment.apps/coredns restarted' }],
  patchOf(member, now) {
    const { kind } = member.target.descriptor;
    if (kind !== 'Deployment' && kind !== 'DaemonSet' && kind !== 'StatefulSet') return refuse(member, 'restarting is not supported');
    const { spec } = member.object as Deployment | DaemonSet | StatefulSet;
    if ('paused' in spec && spec.paused === true) return refuse(member, "can't restart paused deployment (run rollout resume first)");
    const time = formatTime(now);
    if (spec.template.metadata?.annotations?.[RESTARTED_AT] === time) {
      return { ok: false, error: plainFailure(`failed to create patch for ${member.target.name}: if restart has already been triggered within the past second, please wait before attempting to trigger another`) };
    }
    return { ok: true, value: { spec: { template: { metadata: { annotations: { [RESTARTED_AT]: time } } } } } };
  },
});

export const rolloutPause = defineChange({
  name: 'pause', summary: 'hold a rollout', done: 'paused',
  examples: [{ line: 'kubectl rollout pause deployment/coredns -n kube-system', shows: 'deployment.apps/coredns paused' }],
  patchOf(member) {
    if (member.target.descriptor.kind !== 'Deployment') return refuse(member, 'pausing is not supported');
    if ((member.object as Deployment).spec.paused === true) return refuse(member, 'is already paused');
    return { ok: true, value: { spec: { paused: true } } };
  },
});

export const rolloutResume = defineChange({
  name: 'resume', summary: 'let a held rollout go on', done: 'resumed',
  examples: [{ line: 'kubectl rollout pause deployment/coredns -n kube-system && kubectl rollout resume deployment/coredns -n kube-system', shows: 'deployment.apps/coredns resumed' }],
  patchOf(member) {
    if (member.target.descriptor.kind !== 'Deployment') return refuse(member, 'resuming is not supported');
    if ((member.object as Deployment).spec.paused !== true) return refuse(member, 'is not paused');
    return { ok: true, value: { spec: { paused: null } } };
  },
});
