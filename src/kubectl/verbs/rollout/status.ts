import { micros, type Micros, seconds } from '../../../base/data.ts';
import type { DaemonSet, Deployment, StatefulSet } from '../../../api/kinds/all.ts';
import type { KubeObject } from '../../../api/meta.ts';
import type { Conversation } from '../../../sim/conversation.ts';
import { type Arguments, cx, defineCommand, type Settings } from '../../command.ts';
import { fail, type Failure, plainFailure, usage } from '../../errors.ts';
import { timeoutFlag } from '../../flags.ts';
import type { Member } from '../../members.ts';
import { numberFlag } from '../../options.ts';
import { revisionOf } from '../../rollout.ts';
import { waitFor } from '../../watching.ts';
import { groupKind, objectFlags, rolledOf } from './common.ts';

/** Without --timeout: longer than any story lasts. */
const FOREVER = seconds(168 * 3600);

/** How far a rollout has come, or why it cannot be told. */
export type Progress =
  | { readonly type: 'waiting'; readonly text: string }
  | { readonly type: 'done'; readonly text: string }
  | { readonly type: 'failed'; readonly message: string };

/** Follows a rollout to its end.
 * @source kubernetes/kubectl pkg/cmd/rollout/rollout_status.go, pkg/polymorphichelpers/rollout_status.go */
export const rolloutStatus = defineCommand({
  path: ['kubectl', 'rollout', 'status'],
  summary: 'follow a rollout until it has ended',
  flags: [
    ...objectFlags, timeoutFlag,
    { name: 'watch', short: 'w', type: 'bool', summary: 'wait until it has ended; on unless --watch=false' },
    { name: 'revision', type: 'int', summary: 'only as long as this revision is the one rolled out' },
  ],
  changesWorld: false,
  examples: [{ line: 'kubectl rollout status deployment/coredns -n kube-system', shows: 'successfully rolled out' }],
  *run(args: Arguments, settings: Settings): Conversation<number> {
    const revision = numberFlag(args, 'revision') ?? 0;
    if (revision < 0) return yield* usage(`revision must be a positive integer: ${revision}`);
    const rolled = yield* rolledOf(args, settings);
    if (!rolled.ok) return yield* fail(rolled.error);
    const given = numberFlag(args, 'timeout') ?? 0;
    const failures: Failure[] = [...rolled.value.failures];
    for (const member of rolled.value.members) {
      const now = yield* cx.now();
      const failure = yield* follow(member, { revision, watches: args.flags['watch'] !== false, end: micros(now + (given === 0 ? FOREVER : given)) });
      if (failure !== undefined) failures.push(failure);
    }
    return yield* fail(...failures);
  },
});

interface Following { readonly revision: number; readonly watches: boolean; readonly end: Micros }

function* follow({ target }: Member, { revision, watches, end }: Following): Conversation<Failure | undefined> {
  const { kind } = target.descriptor;
  if (kind !== 'Deployment' && kind !== 'DaemonSet' && kind !== 'StatefulSet') return plainFailure(`no status viewer has been implemented for ${groupKind(target.descriptor)}`);
  const waited = yield* waitFor(target, {
    end,
    *accept(object) {
      if (object === undefined) return plainFailure('object has been deleted');
      const progress = progressOf(object, revision);
      if (progress.type === 'failed') return plainFailure(progress.message);
      yield* cx.print(progress.text);
      return progress.type === 'done' || !watches;
    },
  });
  if (waited.type === 'timeout') return plainFailure('timed out waiting for the condition');
  return waited.type === 'failed' ? waited.failure : undefined;
}

/** How far the rollout of a deployment, daemon set or stateful set has come. `revision` 0 = whichever. */
export function progressOf(object: KubeObject, revision: number): Progress {
  if (object.kind === 'StatefulSet') return statefulSetProgress(object as StatefulSet);
  return object.kind === 'Deployment' ? deploymentProgress(object as Deployment, revision) : daemonSetProgress(object as DaemonSet);
}

const isObserved = (object: Deployment | DaemonSet): boolean => (object.metadata.generation ?? 0) <= (object.status?.observedGeneration ?? 0);
const unobserved = (what: string): Progress => ({ type: 'waiting', text: `Waiting for ${what} spec update to be observed...\n` });

function deploymentProgress(deployment: Deployment, revision: number): Progress {
  const { name } = deployment.metadata;
  const running = revisionOf(deployment);
  if (revision > 0 && running !== revision) return { type: 'failed', message: `desired revision (${revision}) is different from the running revision (${running})` };
  if (!isObserved(deployment)) return unobserved('deployment');
  const { updatedReplicas = 0, replicas = 0, availableReplicas = 0, conditions = [] } = deployment.status ?? {};
  const wanted = deployment.spec.replicas ?? 1;
  if (conditions.some((each) => each.type === 'Progressing' && each.reason === 'ProgressDeadlineExceeded')) return { type: 'failed', message: `deployment "${name}" exceeded its progress deadline` };
  const waiting = (text: string): Progress => ({ type: 'waiting', text: `Waiting for deployment "${name}" rollout to finish: ${text}...\n` });
  if (updatedReplicas < wanted) return waiting(`${updatedReplicas} out of ${wanted} new replicas have been updated`);
  if (replicas > updatedReplicas) return waiting(`${replicas - updatedReplicas} old replicas are pending termination`);
  if (availableReplicas < updatedReplicas) return waiting(`${availableReplicas} of ${updatedReplicas} updated replicas are available`);
  return { type: 'done', text: `deployment "${name}" successfully rolled out\n` };
}

function daemonSetProgress(set: DaemonSet): Progress {
  const { name } = set.metadata;
  if (set.spec.updateStrategy?.type === 'OnDelete') return { type: 'failed', message: 'rollout status is only available for RollingUpdate strategy type' };
  if (!isObserved(set)) return unobserved('daemon set');
  const { updatedNumberScheduled = 0, desiredNumberScheduled = 0, numberAvailable = 0 } = set.status ?? {};
  const waiting = (text: string): Progress => ({ type: 'waiting', text: `Waiting for daemon set "${name}" rollout to finish: ${text}...\n` });
  if (updatedNumberScheduled < desiredNumberScheduled) return waiting(`${updatedNumberScheduled} out of ${desiredNumberScheduled} new pods have been updated`);
  if (numberAvailable < desiredNumberScheduled) return waiting(`${numberAvailable} of ${desiredNumberScheduled} updated pods are available`);
  return { type: 'done', text: `daemon set "${name}" successfully rolled out\n` };
}

function statefulSetProgress(set: StatefulSet): Progress {
  const { spec, status, metadata } = set;
  if (spec.updateStrategy?.type === 'OnDelete') return { type: 'failed', message: 'rollout status is only available for RollingUpdate strategy type' };
  const observed = status?.observedGeneration ?? 0;
  if (observed === 0 || (metadata.generation ?? 0) > observed) return unobserved('statefulset');
  const { readyReplicas = 0, updatedReplicas = 0, currentReplicas = 0, updateRevision = '', currentRevision = '' } = status ?? {};
  const wanted = spec.replicas ?? 1;
  if (readyReplicas < wanted) return { type: 'waiting', text: `Waiting for ${wanted - readyReplicas} pods to be ready...\n` };
  const rolling = spec.updateStrategy?.rollingUpdate;
  if (rolling !== undefined) {
    const partition = rolling.partition ?? 0;
    if (updatedReplicas < wanted - partition) return { type: 'waiting', text: `Waiting for partitioned roll out to finish: ${updatedReplicas} out of ${wanted - partition} new pods have been updated...\n` };
    return { type: 'done', text: `partitioned roll out complete: ${updatedReplicas} new pods have been updated...\n` };
  }
  if (updateRevision !== currentRevision) return { type: 'waiting', text: `waiting for statefulset rolling update to complete ${updatedReplicas} pods at revision ${updateRevision}...\n` };
  return { type: 'done', text: `statefulset rolling update complete ${currentReplicas} pods at revision ${currentRevision}...\n` };
}
