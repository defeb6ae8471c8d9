/**
 * Reports of pod status: the newest one per pod, one request at a time, nothing when nothing changed.
 *
 * @source kubernetes/kubernetes pkg/kubelet/status/status_manager.go
 */
import { deepFreeze, micros, seconds } from '../base/data.ts';
import { findCondition } from '../api/condition.ts';
import type { PodCondition, PodStatus } from '../api/kinds/core/pod-status.ts';
import { equalData } from '../base/compare.ts';
import { Recent } from '../base/recent.ts';
import { overlay } from '../api/overlay.ts';
import { getCached } from '../client/informer.ts';
import { call, keyOf } from '../client/resources.ts';
import { request, type RestEvent } from '../client/rest.ts';
import { ask } from './cri-client.ts';
import { podStatus } from './pod-status.ts';
import { type Kubelet, type PodWorker, wake } from './state.ts';

const STATUS = 'status:';
const REMOVE = 'remove:';
/** Next try of a report that nobody took. @source pkg/kubelet/status/status_manager.go (syncPeriod) */
const RETRY = seconds(10);

/** Reports what changed, and goes on with a pod whose last report is in. */
export function report(kubelet: Kubelet, worker: PodWorker): void {
  const { termination } = worker;
  if (termination?.step === 'done' && termination.then === 'forget') { cleanUp(kubelet, worker); return; }
  if (worker.reporting !== 0 || termination?.then === 'forget' || (worker.isStatic && worker.mirror !== 'known')) return;
  if ((termination?.step === 'stopping' || termination?.step === 'sandbox') && worker.reported !== null) return;
  // Upstream reports between two syncs, not in the middle of one; the first report does not wait.
  if (worker.call !== 0 && worker.reported !== null) return;
  const status = podStatus(worker, { now: kubelet.out.now, hostIP: kubelet.state.config.address });
  if (!equalData(status, worker.reported)) { send(kubelet, worker, status); return; }
  if (termination?.step !== 'report') return;
  if (termination.then === 'delete') remove(kubelet, worker);
  else termination.step = 'done';
}

function send(kubelet: Kubelet, worker: PodWorker, status: NonNullable<PodWorker['reported']>): void {
  const { state, out } = kubelet;
  const conditions = withoutOldWords(worker, status.conditions ?? []);
  const podIPs = withoutOldAddresses(worker, status.podIPs);
  worker.reported = status;
  const shown = conditions === status.conditions && podIPs === status.podIPs ? status : overlay<object>(status, podIPs === undefined ? { conditions } : { conditions, podIPs });
  const body = Object.freeze(worker.isStatic ? { status: deepFreeze(shown) } : { metadata: Object.freeze({ uid: worker.uid }), status: deepFreeze(shown) });
  worker.reporting = request(state.rest, out, call('patch', 'Pod', keyOf(worker.pod), { subresource: 'status', patchType: 'strategic', body }), `${STATUS}${worker.uid}`);
}

/** A patch leaves what it does not name: reasons and messages that no longer hold are taken away. @source kubernetes/kubernetes pkg/util/pod/pod.go (preparePatchBytesForPodStatus) */
function withoutOldWords(worker: PodWorker, conditions: readonly PodCondition[]): readonly object[] {
  const before = worker.reported?.conditions;
  // With as many conditions as before none of them is looked for elsewhere, so the two lists say all; pods of one template have the same ones.
  if (before?.length !== conditions.length) return wordsTakenAway(worker, conditions);
  return recentWords.find(conditions, before) ?? recentWords.keep(conditions, before, Object.freeze(wordsTakenAway(worker, conditions)));
}

const recentWords = new Recent<readonly object[]>(8);

function wordsTakenAway({ reported: before, pod }: PodWorker, conditions: readonly PodCondition[]): readonly object[] {
  let shown: object[] | undefined;
  for (let i = 0; i < conditions.length; i++) {
    const one = conditions[i] as PodCondition;
    if (one.reason !== undefined && one.message !== undefined) continue;
    const old = findCondition(before?.conditions, one.type) ?? findCondition(pod.status?.conditions, one.type);
    if (old === undefined || old === one) continue;
    const noReason = one.reason === undefined && old.reason !== undefined;
    const noMessage = one.message === undefined && old.message !== undefined;
    if (!noReason && !noMessage) continue;
    shown ??= [...conditions];
    shown[i] = Object.freeze({ ...one, ...(noReason ? { reason: null } : {}), ...(noMessage ? { message: null } : {}) });
  }
  return shown ?? conditions;
}

/** A patch adds to the list what it names: addresses of an earlier sandbox are taken out. @source kubernetes/apimachinery pkg/util/strategicpatch/patch.go (CreateTwoWayMergePatch) */
function withoutOldAddresses({ reported: before, pod }: PodWorker, podIPs: PodStatus['podIPs']): readonly object[] | undefined {
  if (podIPs === undefined || (before?.podIPs === undefined && pod.status?.podIPs === undefined)) return podIPs;
  const old = new Set([...before?.podIPs ?? [], ...pod.status?.podIPs ?? []].map(({ ip }) => ip));
  for (const { ip } of podIPs) old.delete(ip);
  return old.size === 0 ? podIPs : [...podIPs, ...[...old].map(ip => ({ $patch: 'delete', ip }))];
}

function remove(kubelet: Kubelet, worker: PodWorker): void {
  const { state, out } = kubelet;
  if (worker.termination !== null) worker.termination.step = 'deleting';
  const options = worker.isStatic ? { gracePeriodSeconds: 0 } : { gracePeriodSeconds: 0, preconditions: { uid: worker.uid } };
  worker.reporting = request(state.rest, out, call('delete', 'Pod', keyOf(worker.pod), { options }), `${REMOVE}${worker.uid}`);
}

/** Takes an answer of the API if it is about a report. */
export function reported(kubelet: Kubelet, event: RestEvent): boolean {
  const tag = event.tag.startsWith(STATUS) ? STATUS : event.tag.startsWith(REMOVE) ? REMOVE : undefined;
  if (tag === undefined) return false;
  const worker = kubelet.state.workers.get(event.tag.slice(tag.length));
  if (worker === undefined || event.type !== 'response' || worker.reporting !== event.id) return true;
  worker.reporting = 0;
  if (event.code === 404 || (event.code === 409 && !isStill(kubelet, worker))) {
    // The object is gone or another one has its name: the watch tells what to do.
    if (worker.termination?.step === 'deleting' || worker.termination?.step === 'report') finishRemoval(kubelet, worker);
    return true;
  }
  if (event.code < 200 || event.code > 299) { failed(kubelet, worker); return true; }
  if (tag === REMOVE) finishRemoval(kubelet, worker);
  else kubelet.touched.add(worker.uid);
  return true;
}

/** Whether the object is the same that the worker is about. */
function isStill({ state }: Kubelet, worker: PodWorker): boolean {
  return getCached(state.pods, keyOf(worker.pod))?.metadata.uid === worker.uid;
}

function failed(kubelet: Kubelet, worker: PodWorker): void {
  worker.reported = worker.reported === null ? null : Object.freeze({ phase: 'Unknown' });
  if (worker.termination?.step === 'deleting') worker.termination.step = 'report';
  wake(kubelet, worker, micros(kubelet.out.now + RETRY));
}

function finishRemoval(kubelet: Kubelet, worker: PodWorker): void {
  if (worker.termination !== null) worker.termination = { ...worker.termination, then: 'forget', step: 'done' };
  cleanUp(kubelet, worker);
}

/** Forgets a pod that is gone, and what the runtime keeps of it. */
export function cleanUp(kubelet: Kubelet, worker: PodWorker): void {
  const { state, out } = kubelet;
  if (!state.workers.has(worker.uid)) return;
  if (worker.sandboxId !== '') ask(kubelet, { op: 'removePodSandbox', id: worker.sandboxId }, { op: 'cleanup', uid: worker.uid, container: '', at: out.now });
  state.workers.delete(worker.uid);
  const key = keyOf(worker.pod);
  if (state.names.get(key) === worker.uid) state.names.delete(key);
  out.cancelTimer(`pod:${worker.uid}`);
}
