/**
 * Eviction: a delete that asks the pod's disruption budget first.
 *
 * @source kubernetes/kubernetes pkg/registry/core/pod/storage/eviction.go
 */
import { findCondition, setCondition } from '../../../api/condition.ts';
import type { Pod, PodDisruptionBudget, PodDisruptionBudgetStatus } from '../../../api/kinds/all.ts';
import type { Condition, KubeObject } from '../../../api/meta.ts';
import { badRequest, failure, forbiddenStatus, isStatus, notFound, type Status } from '../../../api/status.ts';
import { formatTime } from '../../../api/time.ts';
import { micros, type Micros, millis } from '../../../base/data.ts';
import type { RangeResponse, TxnResponse } from '../../../etcd/contract.ts';
import { ask, type Conversation } from '../../../sim/conversation.ts';
import { etcd, etcdFailure, range, txn } from '../../etcd.ts';
import { revisionOf, serveKeyValue, toStored } from '../../served.ts';
import type { Reply } from '../../stage.ts';
import { fail } from './create.ts';
import { type DeleteArgs, remove } from './update.ts';

/** Tries against others who change the same budget. @source same file (EvictionsRetry) */
const RETRIES_MAX = 20;
const RETRY_WAIT = millis(500);
/** Evicted pods that the disruption controller has not seen go. @source same file (MaxDisruptedPodSize) */
const DISRUPTED_PODS_MAX = 2000;

/** What to evict; `body` is the Eviction. */
export interface EvictArgs extends DeleteArgs { readonly namespace: string; readonly evictionName: string }

/** Deletes a pod on behalf of somebody who drains its node. */
export function* evict(args: EvictArgs): Conversation<Reply> {
  if (args.evictionName !== args.name) return fail(badRequest('name in URL does not match name in Eviction object'));
  const pod = yield* read<Pod>(args.key);
  if (isStatus(pod)) return fail(pod);
  if (pod === undefined) return fail(notFound(args.of, args.name));
  if (ignoresBudget(pod)) return succeeded(yield* remove(args));
  const budgets = yield* ask<readonly PodDisruptionBudget[]>('budgets', pod);
  if (budgets.length > 1) return tooManyBudgets;
  const [budget] = budgets;
  if (budget === undefined) return succeeded(yield* remove(args));
  const guarded = !isUnguarded(pod, budget);
  if (guarded) {
    const refusal = yield* takeFrom(args, budget);
    if (refusal !== undefined) return fail(refusal);
  }
  const removed = yield* remove(args, guarded ? undefined : pod);
  // A pod that was not ready may have become so meanwhile: ask again.
  if (!guarded && removed.code === 409) return fail(busy(budget.metadata.name));
  return succeeded(removed);
}

function succeeded(reply: Reply): Reply {
  return reply.code === 200 ? { code: 201, body: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 } } : reply;
}

const tooManyBudgets: Reply = Object.freeze(fail(failure({
  code: 500, reason: '', message: 'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.',
})));

function* read<T extends KubeObject>(key: string): Conversation<T | Status | undefined> {
  const answer = yield* etcd<RangeResponse>(range({ key }));
  if (answer.type === 'etcd.error') return etcdFailure(answer.error);
  const [kv] = answer.body.kvs;
  return kv === undefined ? undefined : serveKeyValue(kv) as T;
}

/** Nobody misses a pod that has not begun, has ended, or is going already. */
function ignoresBudget({ metadata, status }: Pod): boolean {
  const phase = status?.phase;
  return phase === 'Succeeded' || phase === 'Failed' || phase === 'Pending' || metadata.deletionTimestamp !== undefined;
}

/** A pod that is not ready does not count as healthy, so its loss may be no disruption. */
function isUnguarded(pod: Pod, { spec, status }: PodDisruptionBudget): boolean {
  if (findCondition(pod.status?.conditions, 'Ready')?.status === 'True') return false;
  if (spec?.unhealthyPodEvictionPolicy === 'AlwaysAllow') return true;
  const { currentHealthy = 0, desiredHealthy = 0 } = status ?? {};
  return currentHealthy >= desiredHealthy && desiredHealthy > 0;
}

/** Takes one disruption from the budget; a status says why there is none. */
function* takeFrom(args: EvictArgs, budget: PodDisruptionBudget): Conversation<Status | undefined> {
  const key = `/registry/poddisruptionbudgets/${args.namespace}/${budget.metadata.name}`;
  for (let attempt = 0; attempt < RETRIES_MAX; attempt++) {
    const now = yield* ask<Micros>('now', null);
    const current = yield* read<PodDisruptionBudget>(key);
    if (isStatus(current)) return current;
    if (current === undefined) return notFound({ group: 'policy', resource: 'poddisruptionbudgets' }, budget.metadata.name);
    const changed = decremented(current, args.name, now);
    if (isStatus(changed)) return changed;
    if (args.dryRun) return undefined;
    const done = yield* etcd<TxnResponse>(txn({
      compare: [{ key, result: 'equal', target: 'mod', operand: revisionOf(current) }], success: [{ put: { key, value: toStored(changed) } }], failure: [],
    }));
    if (done.type === 'etcd.error') return etcdFailure(done.error);
    if (done.body.succeeded) return undefined;
    yield* ask('sleep', micros(RETRY_WAIT));
  }
  return failure({ code: 504, reason: 'Timeout', message: `Timeout: couldn't update PodDisruptionBudget "${budget.metadata.name}" due to conflicts`, details: { retryAfterSeconds: 10 } });
}

const VIOLATES = "Cannot evict pod as it would violate the pod's disruption budget.";

/** The budget's controller has not seen its latest change. */
function busy(name: string): Status {
  const message = `The disruption budget ${name} is still being processed by the server.`;
  return failure({ code: 429, reason: 'TooManyRequests', message: VIOLATES, details: { causes: [{ reason: 'DisruptionBudget', message }], retryAfterSeconds: 10 } });
}

function decremented(budget: PodDisruptionBudget, pod: string, now: Micros): PodDisruptionBudget | Status {
  const { name, generation = 0 } = budget.metadata;
  const status: PodDisruptionBudgetStatus = budget.status ?? { disruptionsAllowed: 0, currentHealthy: 0, desiredHealthy: 0, expectedPods: 0 };
  const of = { group: 'policy', resource: 'poddisruptionbudget' };
  if ((status.observedGeneration ?? 0) < generation) return busy(name);
  if (status.disruptionsAllowed < 0) return forbiddenStatus(of, name, 'pdb disruptions allowed is negative');
  if (Object.keys(status.disruptedPods ?? {}).length > DISRUPTED_PODS_MAX) return forbiddenStatus(of, name, 'DisruptedPods map too big - too many evictions not confirmed by PDB controller');
  if (status.disruptionsAllowed === 0) {
    const message = `The disruption budget ${name} needs ${status.desiredHealthy} healthy pods and has ${status.currentHealthy} currently`;
    return failure({ code: 429, reason: 'TooManyRequests', message: VIOLATES, details: { causes: [{ reason: 'DisruptionBudget', message }] } });
  }
  const left = status.disruptionsAllowed - 1;
  const conditions = left > 0 ? status.conditions : setCondition<Condition>(status.conditions, {
    type: 'DisruptionAllowed', status: 'False', reason: 'InsufficientPods', message: '', lastTransitionTime: formatTime(now), observedGeneration: generation,
  });
  const disruptedPods = { ...status.disruptedPods, [pod]: formatTime(now) };
  return { ...budget, status: { ...status, disruptionsAllowed: left, disruptedPods, ...(conditions === undefined ? {} : { conditions }) } };
}
