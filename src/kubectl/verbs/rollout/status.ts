import { micros, seconds } from '../../../base/data.ts';
import type { DaemonSet, Deployment } from '../../../api/kinds/all.ts';
import type { KubeObject } from '../../../api/meta.ts';
import type { Conversation } from '../../../sim/conversation.ts';
import { type Target, targetsOf } from '../../builder.ts';
import { type Arguments, cx, defineCommand, type Settings } from '../../command.ts';
import { fail, type Failure, plainFailure, usage } from '../../errors.ts';
import { fileFlags, selectorFlag, timeoutFlag } from '../../flags.ts';
import { namesNothing } from '../../members.ts';
import { numberFlag, textFlag } from '../../options.ts';
import { list, read } from '../../requests.ts';
import { revisionOf } from '../../rollout.ts';
import { waitFor } from '../../watching.ts';

const FOREVER = seconds(168 * 3600);

interface Progress { readonly text: string; readonly isDone: boolean; readonly failure?: string }

/** Follows a rollout to its end.
 * @source kubernetes/kubectl pkg/cmd/rollout/rollout_status.go, pkg/polymorphichelpers/rollout_status.go */
export const rolloutStatus = defineCommand({
  path: ['kubectl', 'rollout', 'status'],
  summary: 'follow a rollout until it has ended',
  flags: [
    ...fileFlags, selectorFlag, timeoutFlag,
    { name: 'watch', short: 'w', type: 'bool', summary: 'wait until it has ended' },
    { name: 'revision', type: 'int', summary: 'of this revision' },
  ],
  changesWorld: false,
  examples: [{ line: 'kubectl rollout status deployment/coredns -n kube-system', shows: 'successfully rolled out' }],
  *run(args: Arguments, settings: Settings): Conversation<number> {
    if (namesNothing(args)) return yield* usage('required resource not specified');
    const targets = targetsOf(args, settings);
    if (!targets.ok) return yield* fail(targets.error);
    const named = yield* members(targets.value.targets, args);
    if (named.length === 0) {
      yield* cx.printError(`No resources found in ${settings.namespace} namespace.\n`);
      return 0;
    }
    const failures: Failure[] = [];
    for (const target of named) {
      const failure = yield* follow(target, args);
      if (failure !== undefined) failures.push(failure);
    }
    return yield* fail(...failures);
  },
});

function* members(targets: readonly Target[], args: Arguments): Conversation<readonly Target[]> {
  const named: Target[] = [];
  for (const target of targets) {
    if (target.name !== '') { named.push(target); continue; }
    const selector = textFlag(args, 'selector');
    const found = yield* list(target, selector === '' ? {} : { labelSelector: selector });
    if (found.ok) for (const { metadata } of found.value.items) named.push({ ...target, name: metadata.name, namespace: metadata.namespace ?? '' });
  }
  return named;
}

function* follow(target: Target, args: Arguments): Conversation<Failure | undefined> {
  const present = yield* read(target);
  if (!present.ok) return present.error;
  const revision = numberFlag(args, 'revision') ?? 0;
  if (args.flags['watch'] === false) {
    const progress = progressOf(present.value, revision);
    if (progress.failure !== undefined) return plainFailure(progress.failure);
    yield* cx.print(progress.text);
    return undefined;
  }
  const now = yield* cx.now();
  const given = numberFlag(args, 'timeout');
  const end = micros(now + (given === undefined || given === 0 ? FOREVER : given));
  let last = '';
  const waited = yield* waitFor(target, {
    end,
    *accept(object) {
      if (object === undefined) return plainFailure('object has been deleted');
      const progress = progressOf(object, revision);
      if (progress.failure !== undefined) return plainFailure(progress.failure);
      if (progress.text !== last) yield* cx.print(progress.text);
      last = progress.text;
      return progress.isDone;
    },
  });
  if (waited.type === 'timeout') return plainFailure('timed out waiting for the condition');
  return waited.type === 'failed' ? waited.failure : undefined;
}

function progressOf(object: KubeObject, revision: number): Progress {
  switch (object.kind) {
    case 'Deployment': return deploymentProgress(object as Deployment, revision);
    case 'DaemonSet': return daemonSetProgress(object as DaemonSet);
    default: return { text: '', isDone: false, failure: `no status viewer has been implemented for ${object.kind}` };
  }
}

const isObserved = (object: Deployment | DaemonSet): boolean => (object.metadata.generation ?? 0) <= (object.status?.observedGeneration ?? 0);

function deploymentProgress(deployment: Deployment, revision: number): Progress {
  const { name } = deployment.metadata;
  if (revision > 0 && revisionOf(deployment) !== revision) return { text: '', isDone: false, failure: `desired revision (${revision}) is different from the running revision (${revisionOf(deployment)})` };
  if (!isObserved(deployment)) return { text: 'Waiting for deployment spec update to be observed...\n', isDone: false };
  const { updatedReplicas = 0, replicas = 0, availableReplicas = 0, conditions = [] } = deployment.status ?? {};
  const wanted = deployment.spec.replicas ?? 1;
  if (conditions.some((each) => each.type === 'Progressing' && each.reason === 'ProgressDeadlineExceeded')) return { text: '', isDone: false, failure: `deployment "${name}" exceeded its progress deadline` };
  const waiting = (text: string): Progress => ({ text: `Waiting for deployment "${name}" rollout to finish: ${text}...\n`, isDone: false });
  if (updatedReplicas < wanted) return waiting(`${updatedReplicas} out of ${wanted} new replicas have been updated`);
  if (replicas > updatedReplicas) return waiting(`${replicas - updatedReplicas} old replicas are pending termination`);
  if (availableReplicas < updatedReplicas) return waiting(`${availableReplicas} of ${updatedReplicas} updated replicas are available`);
  return { text: `deployment "${name}" successfully rolled out\n`, isDone: true };
}

function daemonSetProgress(set: DaemonSet): Progress {
  const { name } = set.metadata;
  if (set.spec.updateStrategy?.type === 'OnDelete') return { text: '', isDone: false, failure: 'rollout status is only available for RollingUpdate strategy type' };
  if (!isObserved(set)) return { text: 'Waiting for daemon set spec update to be observed...\n', isDone: false };
  const { updatedNumberScheduled = 0, desiredNumberScheduled = 0, numberAvailable = 0 } = set.status ?? {};
  if (updatedNumberScheduled < desiredNumberScheduled) return { text: `Waiting for daemon set "${name}" rollout to finish: ${updatedNumberScheduled} out of ${desiredNumberScheduled} new pods have been updated...\n`, isDone: false };
  if (numberAvailable < desiredNumberScheduled) return { text: `Waiting for daemon set "${name}" rollout to finish: ${numberAvailable} of ${desiredNumberScheduled} updated pods are available...\n`, isDone: false };
  return { text: `daemon set "${name}" successfully rolled out\n`, isDone: true };
}
