/**
 * The node's life sign: registration, the Lease every 10 s, the status every 5 min or when it changed.
 *
 * @source kubernetes/kubernetes pkg/kubelet/kubelet_node_status.go; kubernetes/component-helpers apimachinery/lease/controller.go
 * @fidelity simplified: the status is compared when something happened instead of every 10 s; the result is the same
 */
import { equalData } from '../base/compare.ts';
import { deepFreeze, type Micros, micros, millis, minutes, seconds } from '../base/data.ts';
import { formatMicroTime } from '../api/time.ts';
import type { Lease } from '../api/kinds/coordination/lease.ts';
import type { Node, NodeStatus } from '../api/kinds/core/node.ts';
import type { KubeObject } from '../api/meta.ts';
import { recordEvent } from '../client/event-recorder.ts';
import { getCached } from '../client/informer.ts';
import { call } from '../client/resources.ts';
import { cancel, hangUp, request, type RestEvent } from '../client/rest.ts';
import { initialNode, nodeStatus, notReadyBecause, saysTheSame } from './node-status.ts';
import type { Kubelet } from './state.ts';

/** @source pkg/kubelet/apis/config/v1beta1/defaults.go (NodeLeaseDurationSeconds 40; renewed at a quarter of it) */
const LEASE_DURATION = 40;
const LEASE_INTERVAL = seconds(10);
/** @source component-helpers apimachinery/lease/controller.go (maxBackoff 7 s, from 200 ms) */
const LEASE_RETRY_MIN = millis(200);
const LEASE_RETRY_MAX = seconds(7);
/** @source pkg/kubelet/apis/config/v1beta1/defaults.go (NodeStatusUpdateFrequency, NodeStatusReportFrequency) */
const STATUS_CHECK = seconds(10);
const STATUS_INTERVAL = minutes(5);
/** @source pkg/kubelet/kubelet_node_status.go (registerWithAPIServer: 100 ms doubled up to 7 s) */
const REGISTER_MIN = millis(100);
const REGISTER_MAX = seconds(7);

/** A kubelet that starts again first hears of its runtime and network, then reports. */
const START_TIME = millis(300);

const NAMESPACE = 'kube-node-lease';

/** Begins: registers, then beats. */
export function startNodeAgent(kubelet: Kubelet): void {
  register(kubelet);
  readLease(kubelet);
}

const leaseKey = (kubelet: Kubelet): string => `${NAMESPACE}/${kubelet.state.config.nodeName}`;
const nameOf = (kubelet: Kubelet): string => kubelet.state.config.nodeName;

function doubled(from: number, times: number, most: number): Micros {
  let wait = from;
  for (let i = 0; i < times && wait < most; i++) wait *= 2;
  return micros(Math.min(wait, most));
}

function register(kubelet: Kubelet): void {
  const { state, out } = kubelet;
  const body = initialNode(state, out.now);
  state.work.reported = body.status ?? null;
  state.work.reportedAt = out.now;
  request(state.rest, out, call('create', 'Node', '', { body }), 'node.register');
}

/** Takes an answer of the API if it is about the node or its Lease. */
export function handleNodeAnswer(kubelet: Kubelet, event: RestEvent): boolean {
  if (event.type !== 'response') return false;
  switch (event.tag) {
    case 'node.register': registered(kubelet, event.code); return true;
    case 'node.status': statusTaken(kubelet, event.code); return true;
    case 'lease': leaseTaken(kubelet, event); return true;
    case 'lease.read': leaseRead(kubelet, event); return true;
    default: return false;
  }
}

/** Takes a timer if it is one of the agent's. */
export function handleNodeTimer(kubelet: Kubelet, name: string): boolean {
  switch (name) {
    case 'node.register': register(kubelet); return true;
    case 'node.status': reportNode(kubelet); return true;
    case 'lease': renew(kubelet); return true;
    default: return false;
  }
}

function registered(kubelet: Kubelet, code: number): void {
  const { state, out } = kubelet;
  if (code === 201 || code === 200 || code === 409) {
    state.work.registered = true;
    if (code !== 409) {
      out.record('node.registered', { node: nameOf(kubelet) });
      out.startTimer('node.status', STATUS_INTERVAL);
    } else {
      // Known from before: it keeps its labels and taints, the status is renewed.
      state.work.reported = null;
      out.startTimer('node.status', START_TIME);
    }
    return;
  }
  out.startTimer('node.register', doubled(REGISTER_MIN, state.work.attempts++, REGISTER_MAX));
}

// ---- Status ----------------------------------------------------------------------------------------------------------

/** Something happened that the status may show: it is compared at the next check (at once when the node has just become ready). */
export function nodeChanged(kubelet: Kubelet): void {
  const { state, out } = kubelet;
  if (!state.work.registered) return;
  const ready = notReadyBecause(state) === '';
  const next = micros(STATUS_CHECK - ((out.now - state.startedAt) % STATUS_CHECK));
  if (ready && !state.work.ready) reportNode(kubelet);
  else out.startTimer('node.status', next);
}

function sameStatus(a: NodeStatus, b: NodeStatus | null | undefined): boolean {
  if (b === null || b === undefined) return false;
  const plain = (status: NodeStatus): object => ({ ...status, conditions: status.conditions?.map(({ lastHeartbeatTime: _beat, ...rest }) => rest) });
  return equalData(plain(a), plain(b));
}

const readyOf = (node: Node | undefined): { readonly status: string } | undefined => node?.status?.conditions?.find(one => one.type === 'Ready');

function reportNode(kubelet: Kubelet): void {
  const { state, out } = kubelet;
  const { work } = state;
  out.startTimer('node.status', STATUS_INTERVAL);
  if (!work.registered) return;
  if (work.reporting !== 0) { out.startTimer('node.status', STATUS_CHECK); return; }
  const isDue = out.now - work.reportedAt >= STATUS_INTERVAL;
  if (!isDue && saysTheSame(state, work.reported)) return;
  const status = nodeStatus(state, out.now);
  if (!isDue && sameStatus(status, work.reported)) return;
  const ready = notReadyBecause(state) === '';
  tellReboot(kubelet, status);
  if (ready !== work.ready) {
    const reason = ready ? 'NodeReady' : 'NodeNotReady';
    const node = getCached<Node>(state.node, nameOf(kubelet));
    // After a start of this process the API may have known it all along. @source pkg/kubelet/nodestatus/setters.go (ReadyCondition)
    const isKnown = readyOf(node)?.status === (ready ? 'True' : 'False');
    if (node !== undefined && !isKnown) recordEvent(state.recorder, state.rest, { about: node, type: 'Normal', reason, message: `Node ${nameOf(kubelet)} status is now: ${reason}` }, out);
    if (ready && !isKnown) out.record('node.ready', { node: nameOf(kubelet) });
  }
  work.ready = ready;
  work.reported = status;
  work.reportedAt = out.now;
  state.imagesReported = true;
  const body = deepFreeze({ status: externalAddresses(kubelet, status) });
  work.reporting = request(state.rest, out, call('patch', 'Node', nameOf(kubelet), { subresource: 'status', patchType: 'strategic', body }), 'node.status');
}

/** The API knows the node from before its machine started again. @source pkg/kubelet/nodestatus/setters.go (MachineInfo) */
function tellReboot(kubelet: Kubelet, { nodeInfo }: NodeStatus): void {
  const { state, out } = kubelet;
  const node = getCached<Node>(state.node, nameOf(kubelet));
  const known = node?.status?.nodeInfo?.bootID ?? '';
  if (node === undefined || nodeInfo === undefined || known === '' || known === nodeInfo.bootID || state.work.reported?.nodeInfo?.bootID === nodeInfo.bootID) return;
  recordEvent(state.recorder, state.rest, { about: node, type: 'Warning', reason: 'Rebooted', message: `Node ${nameOf(kubelet)} has been rebooted, boot id: ${nodeInfo.bootID}` }, out);
}

/** With an external cloud provider the addresses are the cloud controller manager's once the node exists. */
function externalAddresses(kubelet: Kubelet, status: NodeStatus): NodeStatus {
  if (kubelet.state.config.cloudProvider !== 'external') return status;
  const { addresses: _own, ...rest } = status;
  return rest;
}

function statusTaken(kubelet: Kubelet, code: number): void {
  const { state, out } = kubelet;
  state.work.reporting = 0;
  if (code >= 200 && code < 300) {
    if ((notReadyBecause(state) === '') !== state.work.ready) nodeChanged(kubelet);
    return;
  }
  state.work.reported = null;
  if (code === 404) { state.work.registered = false; register(kubelet); return; }
  out.startTimer('node.status', STATUS_CHECK);
}

/** The Node object in the API differs from what was reported: someone else wrote the status, or removed the node. */
export function nodeObserved(kubelet: Kubelet, node: KubeObject | undefined): void {
  const { state } = kubelet;
  if (node === undefined) return;
  // While a report is under way this is what was there before it.
  if (readyOf(node as Node)?.status === 'Unknown' && state.work.registered && state.work.reporting === 0) {
    state.work.reported = null;
    state.work.ready = false;
    nodeChanged(kubelet);
  }
}

// ---- Lease -----------------------------------------------------------------------------------------------------------

function readLease(kubelet: Kubelet): void {
  const { state, out } = kubelet;
  state.work.leaseRequest = request(state.rest, out, call('get', 'Lease', leaseKey(kubelet)), 'lease.read');
  out.startTimer('lease', LEASE_INTERVAL);
}

function leaseRead(kubelet: Kubelet, event: RestEvent & { readonly type: 'response' }): void {
  const { state } = kubelet;
  state.work.leaseRequest = 0;
  if (event.code === 200) { state.work.lease = event.body as Lease; renew(kubelet); return; }
  if (event.code === 404) { createLease(kubelet); return; }
  if (state.work.leaseFailures > 0) heartbeatFailed(kubelet);
  leaseFailed(kubelet);
}

function leaseBody(kubelet: Kubelet, metadata: object): Lease {
  const { nodeName } = kubelet.state.config;
  const spec = { holderIdentity: nodeName, leaseDurationSeconds: LEASE_DURATION, renewTime: formatMicroTime(kubelet.out.now) };
  return deepFreeze({ apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata, spec } as Lease);
}

function createLease(kubelet: Kubelet): void {
  const { state, out } = kubelet;
  const name = nameOf(kubelet);
  const node = getCached<Node>(state.node, name);
  // Without its owner the Lease would outlive the node: the next beat tries again.
  if (node === undefined) { leaseFailed(kubelet); return; }
  const owner = { apiVersion: 'v1', kind: 'Node', name, uid: node.metadata.uid ?? '' };
  const body = leaseBody(kubelet, { name, namespace: NAMESPACE, ownerReferences: [owner] });
  state.work.leaseRequest = request(state.rest, out, call('create', 'Lease', `${NAMESPACE}/`, { body }), 'lease');
  out.startTimer('lease', LEASE_INTERVAL);
}

/** The beat: one request; an unanswered one is given up at the next beat. */
function renew(kubelet: Kubelet): void {
  const { state, out } = kubelet;
  const { work } = state;
  if (work.leaseRequest !== 0) { cancel(state.rest, out, work.leaseRequest); work.lease = null; heartbeatFailed(kubelet); }
  if (work.lease === null) { readLease(kubelet); return; }
  const body = leaseBody(kubelet, work.lease.metadata);
  work.leaseRequest = request(state.rest, out, call('update', 'Lease', leaseKey(kubelet), { body }), 'lease');
  out.startTimer('lease', LEASE_INTERVAL);
}

function leaseTaken(kubelet: Kubelet, event: RestEvent & { readonly type: 'response' }): void {
  const { state, out } = kubelet;
  const { work } = state;
  work.leaseRequest = 0;
  if (event.code === 200 || event.code === 201) {
    work.lease = event.body as Lease;
    work.leaseFailures = 0;
    out.record('node.heartbeat', { node: nameOf(kubelet) });
    return;
  }
  if (event.code === 409 || event.code === 404) work.lease = null;
  else if (work.leaseFailures > 0) heartbeatFailed(kubelet);
  leaseFailed(kubelet);
}

/**
 * The server of this connection may be the one that is ill: another connection may lead to another one.
 * @source kubernetes/component-helpers apimachinery/lease/controller.go (onRepeatedHeartbeatFailure), pkg/kubelet/kubelet.go (closeAllConns)
 */
const heartbeatFailed = ({ state, out }: Kubelet): void => { hangUp(state.rest, out); };

function leaseFailed(kubelet: Kubelet): void {
  const { work } = kubelet.state;
  kubelet.out.startTimer('lease', doubled(LEASE_RETRY_MIN, work.leaseFailures++, LEASE_RETRY_MAX));
}
