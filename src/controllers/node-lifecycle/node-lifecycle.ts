/**
 * The node lifecycle controller: notices silent nodes, says so in their conditions, and taints them so that pods go elsewhere.
 *
 * Keys: a node's name (its NoSchedule taints), `:monitor` (the look at all nodes every 5 s), `:evict` (one NoExecute taint after the other, at
 * the rate of the zone), `:silent/NODE`, `:reached/NODE`, `:cut-off/NODE` (what follows for one node from a look), `:pod/NAMESPACE/NAME` (a pod that
 * came to a node which is not ready).
 *
 * Memory: `health` list of NodeHealth by name; `zone/ZONE` → Zone; `taken/ZONE` → time of its last NoExecute taint;
 * `evict/ZONE NODE` → since when the node waits; `retry/NODE` its pods must be marked again.
 *
 * @source kubernetes/kubernetes pkg/controller/nodelifecycle/node_lifecycle_controller.go
 * @fidelity simplified: no reconciliation of the deprecated beta labels
 */
import { compareText } from '../../base/compare.ts';
import { deepFreeze, type Micros, micros, seconds } from '../../base/data.ts';
import { findCondition } from '../../api/condition.ts';
import { formatTime } from '../../api/time.ts';
import type { Lease } from '../../api/kinds/coordination/lease.ts';
import type { Node } from '../../api/kinds/core/node.ts';
import type { Pod } from '../../api/kinds/core/pod.ts';
import type { Conversation } from '../../sim/conversation.ts';
import { type Caches, cx, defineController, type Memory, type ReconcileResult } from '../../client/controller.ts';
import type { EventNote } from '../../client/event-recorder.ts';
import type { Delta } from '../../client/informer.ts';
import { call, keyOf } from '../../client/resources.ts';
import { firstError, isConflict, isNotFound } from '../replies.ts';
import { type ControllerSettings, settings } from '../settings.ts';
import { examine, type Finding, type NodeHealth } from './health.ts';
import { hasTaint, NOT_READY, noScheduleTaints, swapTaints, taintsPatch, UNREACHABLE } from './taints.ts';
import { countZones, disruption, type Zone, zoneOf } from './zones.ts';

/** `--node-monitor-period`. */
const MONITOR_PERIOD = seconds(5);
/** @source pkg/controller/nodelifecycle/scheduler (UpdateWorkerSize) */
const WORKERS = 8;
const MONITOR = ':monitor';
const EVICT = ':evict';
const SILENT = ':silent/';
const REACHED = ':reached/';
const BACK = ':cut-off/';
const POD = ':pod/';
const COMPONENT = 'node-controller';

export const nodeLifecycleController = defineController({
  name: 'node-lifecycle-controller',
  serviceAccount: 'node-controller',
  eventSource: 'node-controller',
  source: 'pkg/controller/nodelifecycle/node_lifecycle_controller.go',
  watches: [{ kind: 'Node', map: nodeChanged }, { kind: 'Pod', map: podPlaced }],
  reads: [{ kind: 'Lease' }, { kind: 'Pod', indexes: ['node'] }],
  periodic: [{ key: MONITOR, every: MONITOR_PERIOD }],
  observe: noteReadiness,
  workers: WORKERS,
  reconcile,
});

function nodeChanged(delta: Delta): readonly string[] {
  if (delta.type === 'delete') return [];
  const node = delta.object as Node;
  const old = delta.old as Node | undefined;
  return old !== undefined && old.spec === node.spec && old.status?.conditions === node.status?.conditions ? [] : [node.metadata.name];
}

const unreadySlot = (node: string): string => `unready/${node}`;

/** Remembers which nodes are not ready, which are few: nearly every pod comes to one that is. */
function noteReadiness({ type, object, old }: Delta, memory: Memory): void {
  if (object.kind !== 'Node' || (type === 'update' && (old as Node).status?.conditions === (object as Node).status?.conditions)) return;
  const ready = type === 'delete' ? undefined : findCondition((object as Node).status?.conditions, 'Ready');
  const slot = unreadySlot(object.metadata.name);
  if (ready === undefined || ready.status === 'True') memory.delete(slot); else memory.set(slot, true);
}

function podPlaced(delta: Delta, _caches: Caches, memory: Memory): readonly string[] {
  const pod = delta.object as Pod;
  const node = pod.spec.nodeName ?? '';
  if (delta.type === 'delete' || node === '' || (delta.old as Pod | undefined)?.spec.nodeName === node) return [];
  return memory.get(unreadySlot(node)) === undefined ? [] : [`${POD}${keyOf(pod)}`];
}

function* reconcile(key: string): Conversation<ReconcileResult> {
  if (key === MONITOR) return yield* monitor();
  if (key === EVICT) return yield* evict();
  if (key.startsWith(SILENT)) return yield* silent(key.slice(SILENT.length));
  if (key.startsWith(REACHED)) return yield* reached(key.slice(REACHED.length));
  if (key.startsWith(BACK)) return yield* cutOff(key.slice(BACK.length));
  if (key.startsWith(POD)) return yield* podOnSilentNode(key.slice(POD.length));
  return yield* taintByConditions(key);
}

// ---- NoSchedule: at once, from the conditions ------------------------------------------------------------------------

function* taintByConditions(key: string): Conversation<ReconcileResult> {
  const node = yield* cx.get<Node>('Node', key);
  if (node === null) return {};
  const now = yield* cx.now();
  const taints = noScheduleTaints(node, now);
  if (taints === undefined) return {};
  const reply = yield* cx.request(taintsPatch(node, taints));
  if (!reply.ok) return isNotFound(reply) ? {} : { error: reply.message };
  for (const taint of taints) if (!hasTaint(node, taint.key, taint.effect)) yield* cx.record('node.tainted', { node: key, key: `${taint.key}:${taint.effect}` });
  return {};
}

// ---- The look at all nodes -------------------------------------------------------------------------------------------

function* monitor(): Conversation<ReconcileResult> {
  const now = yield* cx.now();
  const given = yield* settings();
  const nodes = yield* cx.list<Node>('Node');
  const leases = yield* cx.list<Lease>('Lease', 'kube-node-lease');
  const before = (yield* cx.recall<readonly NodeHealth[]>('health')) ?? [];
  const findings = look(nodes, leases, before, { now, settings: given });
  yield* cx.remember('health', findings.map(({ health }) => health));
  yield* tellMembership(findings, before);
  yield* writeSilence(findings, given);
  yield* handleDisruption(findings, given, now);
  const retries = new Set((yield* cx.recallAll('retry/')).map(([slot]) => slot.slice('retry/'.length)));
  const waiting = new Set((yield* cx.recallAll('evict/')).map(([slot]) => slot.slice(slot.lastIndexOf(' ') + 1)));
  yield* cx.requeueAll(findings.flatMap(finding => followUp(finding, retries, waiting)), micros(0));
  return {};
}

/** Joins three lists that are all in order of names. */
function look(nodes: readonly Node[], leases: readonly Lease[], before: readonly NodeHealth[], at: { readonly now: Micros; readonly settings: ControllerSettings }): readonly Finding[] {
  let lease = 0;
  let known = 0;
  return nodes.map(node => {
    const { name } = node.metadata;
    while (lease < leases.length && compareText(leases[lease]?.metadata.name ?? '', name) < 0) lease++;
    while (known < before.length && compareText(before[known]?.name ?? '', name) < 0) known++;
    const own = leases[lease];
    const old = before[known];
    return examine(node, own?.metadata.name === name ? own : undefined, old?.name === name ? old : undefined, at);
  });
}

function* tellMembership(findings: readonly Finding[], before: readonly NodeHealth[]): Conversation<null> {
  if (findings.length === before.length && findings.every(({ health }, at) => health.uid === before[at]?.uid)) return null;
  const old = new Map(before.map(health => [health.name, health.uid]));
  const now = new Set(findings.map(({ health }) => health.name));
  const note = (about: Node, reason: string, words: string): EventNote => ({ about, type: 'Normal', reason, message: `Node ${about.metadata.name} event: ${words}`, component: COMPONENT });
  const come = findings.filter(({ health }) => old.get(health.name) !== health.uid).map(({ node }) => note(node, 'RegisteredNode', `Registered Node ${node.metadata.name} in Controller`));
  const gone = before.filter(({ name }) => !now.has(name)).map(({ name, uid }) => note({ apiVersion: 'v1', kind: 'Node', metadata: { name, uid } }, 'RemovingNode', `Removing Node ${name} from Controller`));
  return yield* cx.events([...come, ...gone]);
}

/** Writes Unknown into the conditions of nodes that fell silent. A write that fails is tried again in the next look. */
function* writeSilence(findings: readonly Finding[], given: ControllerSettings): Conversation<null> {
  const silent = findings.filter(({ conditions }) => conditions !== undefined);
  if (silent.length === 0) return null;
  yield* cx.all(silent.map(({ node, conditions }) => call('update', 'Node', node.metadata.name, { subresource: 'status', body: deepFreeze({ ...node, status: { ...node.status, ...(conditions !== undefined ? { conditions } : {}) } }) })));
  for (const { node, observed } of silent) {
    if (observed === 'True') yield* cx.record('node.notready.unknown', { node: node.metadata.name, sec: given.nodeMonitorGraceSeconds });
  }
  return null;
}

/** NoExecute taints and pods' readiness follow from what the look found. Most nodes are ready and stay so: nothing is done for them. */
function followUp({ node, observed, current }: Finding, retries: ReadonlySet<string>, waiting: ReadonlySet<string>): readonly string[] {
  const { name } = node.metadata;
  if (current === undefined) return [];
  const isTainted = hasTaint(node, NOT_READY, 'NoExecute') || hasTaint(node, UNREACHABLE, 'NoExecute');
  if (current === 'True') return isTainted || waiting.has(name) || retries.has(name) ? [`${REACHED}${name}`] : [];
  const isRight = hasTaint(node, current === 'Unknown' ? UNREACHABLE : NOT_READY, 'NoExecute');
  const justFell = observed === 'True';
  return justFell || retries.has(name) || !(isRight || waiting.has(name)) ? [`${SILENT}${justFell ? 'now' : 'still'}/${name}`] : [];
}

function* silent(text: string): Conversation<ReconcileResult> {
  const slash = text.indexOf('/');
  const name = text.slice(slash + 1);
  const node = yield* cx.get<Node>('Node', name);
  if (node === null) return {};
  const now = yield* cx.now();
  yield* queueEviction(node, now);
  const justFell = text.slice(0, slash) === 'now';
  if (justFell) yield* cx.event({ about: node, type: 'Normal', reason: 'NodeNotReady', message: `Node ${name} status is now: NodeNotReady`, component: COMPONENT });
  else if ((yield* cx.recall<boolean>(`retry/${name}`)) === null) return {};
  const pods = yield* cx.indexed<Pod>('Pod', 'node', name);
  const error = yield* markPodsNotReady(pods, now);
  yield* cx.remember(`retry/${name}`, error === undefined ? null : true);
  return {};
}

function* reached(name: string): Conversation<ReconcileResult> {
  const node = yield* cx.get<Node>('Node', name);
  if (node === null) return {};
  const now = yield* cx.now();
  yield* cx.remember(`retry/${name}`, null);
  yield* giveBack(node, now);
  return {};
}

/** A node that has the other taint of the two changes it at once; one without any waits for its turn. */
function* queueEviction(node: Node, now: Micros): Conversation<null> {
  const ready = findCondition(node.status?.conditions, 'Ready')?.status;
  const [key, other] = ready === 'False' ? [NOT_READY, UNREACHABLE] : [UNREACHABLE, NOT_READY];
  if (hasTaint(node, key, 'NoExecute')) return null;
  if (hasTaint(node, other, 'NoExecute')) {
    const taints = swapTaints(node, { add: [key], remove: [other], effect: 'NoExecute' }, now);
    if (taints !== undefined) yield* cx.request(taintsPatch(node, taints));
    return null;
  }
  const slot = `evict/${zoneOf(node)} ${node.metadata.name}`;
  if ((yield* cx.recall<number>(slot)) === null) yield* cx.remember(slot, now);
  return yield* cx.requeue(EVICT, micros(0));
}

// ---- Pods of silent nodes --------------------------------------------------------------------------------------------

/** Nobody on the node can say so, hence the controller does: its pods are not ready, and Services stop using them. */
function* markPodsNotReady(pods: readonly Pod[], now: Micros): Conversation<string | undefined> {
  const ready = pods.filter(pod => findCondition(pod.status?.conditions, 'Ready')?.status === 'True');
  if (ready.length === 0) return undefined;
  const lastTransitionTime = formatTime(now);
  const replies = yield* cx.all(ready.map(pod => {
    const conditions = (pod.status?.conditions ?? []).map(condition => (condition.type === 'Ready' ? { ...condition, status: 'False' as const, lastTransitionTime } : condition));
    return call('update', 'Pod', keyOf(pod), { subresource: 'status', body: deepFreeze({ ...pod, status: { ...pod.status, conditions } }) });
  }));
  const marked = ready.filter((_pod, at) => replies[at]?.ok === true);
  yield* cx.events(marked.map(about => ({ about, type: 'Warning', reason: 'NodeNotReady', message: 'Node is not ready', component: COMPONENT })));
  return firstError(replies, isNotFound);
}

function* podOnSilentNode(key: string): Conversation<ReconcileResult> {
  const pod = yield* cx.get<Pod>('Pod', key);
  if (pod === null) return {};
  const now = yield* cx.now();
  const error = yield* markPodsNotReady([pod], now);
  return error === undefined ? {} : { error };
}

// ---- NoExecute: node by node, as fast as the zone allows ---------------------------------------------------------------

function* handleDisruption(findings: readonly Finding[], given: ControllerSettings, now: Micros): Conversation<null> {
  const before = new Map((yield* cx.recallAll<Zone>('zone/')).map(([slot, zone]) => [slot.slice('zone/'.length), zone]));
  const found = disruption(countZones(findings), before, given);
  for (const [zone, state] of found.zones) {
    const old = before.get(zone);
    if (old?.state !== state.state || old.rate !== state.rate) yield* cx.remember(`zone/${zone}`, state);
  }
  for (const zone of before.keys()) if (!found.zones.has(zone)) yield* cx.remember(`zone/${zone}`, null);
  // All nodes silent means more likely that this controller is cut off: nobody is given up.
  if (found.turned && found.allSilent) yield* cx.requeueAll(findings.map(({ health }) => `${BACK}${health.name}`), micros(0));
  // When the first nodes come back after all were silent, everybody gets a whole grace period: the fault was probably the controller's own network.
  if (found.turned && !found.allSilent) yield* cx.remember('health', findings.map(({ health }) => ({ ...health, probe: now })));
  yield* cx.requeue(EVICT, micros(0));
  return null;
}

/** Takes a node out of the queue and its NoExecute taints off; a write that fails is tried again after the next look. */
function* giveBack(node: Node, now: Micros): Conversation<null> {
  yield* cx.remember(`evict/${zoneOf(node)} ${node.metadata.name}`, null);
  const taints = swapTaints(node, { add: [], remove: [NOT_READY, UNREACHABLE], effect: 'NoExecute' }, now);
  if (taints !== undefined) yield* cx.request(taintsPatch(node, taints));
  return null;
}

function* cutOff(name: string): Conversation<ReconcileResult> {
  const node = yield* cx.get<Node>('Node', name);
  const now = yield* cx.now();
  if (node !== null) yield* giveBack(node, now);
  return {};
}

interface Waiting { readonly slot: string; readonly zone: string; readonly name: string; readonly since: number }

function* evict(): Conversation<ReconcileResult> {
  const waiting = (yield* cx.recallAll<number>('evict/')).map(([slot, since]): Waiting => {
    const space = slot.lastIndexOf(' ');
    return { slot, zone: slot.slice('evict/'.length, space), name: slot.slice(space + 1), since };
  });
  if (waiting.length === 0) return {};
  let soonest = Infinity;
  for (const zone of new Set(waiting.map(one => one.zone))) {
    const queue = waiting.filter(one => one.zone === zone).sort((a, b) => a.since - b.since || compareText(a.name, b.name));
    soonest = Math.min(soonest, yield* evictFrom(zone, queue));
  }
  return soonest === Infinity ? {} : { requeueAfter: micros(soonest) };
}

/** Taints the first nodes of a zone that its rate allows now; returns how long the next must wait (Infinity = nothing waits). */
function* evictFrom(zone: string, queue: readonly Waiting[]): Conversation<number> {
  const { rate } = (yield* cx.recall<Zone>(`zone/${zone}`)) ?? { rate: 0 };
  if (rate === 0) return Infinity;
  const interval = Math.floor(seconds(1000) / rate);
  for (const waiting of queue) {
    const now = yield* cx.now();
    const taken = yield* cx.recall<number>(`taken/${zone}`);
    if (taken !== null && now - taken < interval) return taken + interval - now;
    const outcome = yield* taintSilent(waiting.name, now);
    if (outcome === 'conflict') return seconds(1) / 10;
    yield* cx.remember(waiting.slot, null);
    if (outcome === 'tainted') yield* cx.remember(`taken/${zone}`, now);
  }
  return Infinity;
}

function* taintSilent(name: string, now: Micros): Conversation<'tainted' | 'skipped' | 'conflict'> {
  const node = yield* cx.get<Node>('Node', name);
  const ready = findCondition(node?.status?.conditions, 'Ready')?.status;
  if (node === null || ready === undefined || ready === 'True') return 'skipped';
  const [add, remove] = ready === 'Unknown' ? [UNREACHABLE, NOT_READY] : [NOT_READY, UNREACHABLE];
  const taints = swapTaints(node, { add: [add], remove: [remove], effect: 'NoExecute' }, now);
  if (taints === undefined) return 'skipped';
  const reply = yield* cx.request(taintsPatch(node, taints));
  if (!reply.ok) return isConflict(reply) || reply.code === 0 || reply.code >= 500 ? 'conflict' : 'skipped';
  yield* cx.record('node.tainted', { node: name, key: `${add}:NoExecute` });
  return 'tainted';
}
