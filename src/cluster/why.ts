/**
 * `why TARGET`: what state an object is in, who brought it there, and what it waits for. Reads the committed API state, the scheduler's last decision and
 * the trace; changes nothing.
 */
import type { Event, Node, Pod } from '../api/kinds/all.ts';
import { findCondition } from '../api/condition.ts';
import type { KubeObject } from '../api/meta.ts';
import { descriptorOfWord } from '../api/scheme.ts';
import type { Result } from '../base/data.ts';
import { formatClock, formatDuration } from '../base/duration.ts';
import type { Decision, SchedulerState } from '../scheduler/scheduler.ts';
import type { Kernel } from '../sim/kernel.ts';
import type { Note } from '../sim/trace.ts';
import { causesOf } from './trace.ts';
import type { WorldView } from './view-contract.ts';

export interface WhyContext {
  readonly kernel: Kernel;
  readonly view: WorldView;
  readonly lang: 'ko' | 'en';
  readonly namespace: string;
  /** A note as a sentence. */
  readonly text: (note: Note) => string;
}

/** Events of the object and causes that are shown. */
const EVENTS_SHOWN = 5;
const CAUSES_SHOWN = 8;

/** Explains an object: `pod/web`, `node/worker-1`, `web` (a pod). The error says what was not found. */
export function why(cx: WhyContext, target: string, _state: string | undefined): Result<readonly string[], string> {
  const found = find(cx, target);
  if (!found.ok) return found;
  const object = found.value;
  const lines = [heading(cx, object), ...stateOf(cx, object), ...eventsOf(cx, object), ...causes(cx, object)];
  return { ok: true, value: lines };
}

const say = (cx: WhyContext, ko: string, en: string): string => (cx.lang === 'ko' ? ko : en);

function find(cx: WhyContext, target: string): Result<KubeObject, string> {
  const slash = target.indexOf('/');
  const word = slash < 0 ? 'pod' : target.slice(0, slash);
  const name = target.slice(slash + 1);
  const descriptor = descriptorOfWord(word);
  if (descriptor === undefined) return { ok: false, error: say(cx, `"${word}"라는 종류는 없어요. \`why pod/web\`처럼 적어 주세요.`, `there is no kind "${word}"; write for example \`why pod/web\``) };
  const object = cx.view.get(descriptor.kind, descriptor.namespaced ? cx.namespace : '', name)
    ?? (slash < 0 ? anyByName(cx, name) : byPrefix(cx, descriptor.kind, name));
  if (object !== undefined) return { ok: true, value: object };
  return { ok: false, error: say(cx, `\`${cx.namespace}\` 네임스페이스에 ${word} "${name}"이 없어요.`, `there is no ${word} "${name}" in namespace ${cx.namespace}`) };
}

/** Names are long: the first pod whose name begins so will do. */
function byPrefix(cx: WhyContext, kind: string, name: string): KubeObject | undefined {
  return cx.view.list(kind).find(object => object.metadata.name.startsWith(`${name}-`));
}

function anyByName(cx: WhyContext, name: string): KubeObject | undefined {
  for (const kind of ['Node', 'Deployment', 'ReplicaSet', 'Service']) {
    const object = cx.view.get(kind, kind === 'Node' ? '' : cx.namespace, name);
    if (object !== undefined) return object;
  }
  return byPrefix(cx, 'Pod', name);
}

function heading(cx: WhyContext, object: KubeObject): string {
  const owner = object.metadata.ownerReferences?.find(reference => reference.controller === true);
  const by = owner === undefined ? '' : say(cx, ` (주인: ${owner.kind}/${owner.name})`, ` (owned by ${owner.kind}/${owner.name})`);
  return `${object.kind} ${object.metadata.namespace === undefined ? '' : `${object.metadata.namespace}/`}${object.metadata.name}${by}`;
}

function stateOf(cx: WhyContext, object: KubeObject): readonly string[] {
  if (object.kind === 'Pod') return podState(cx, object as Pod);
  if (object.kind === 'Node') return nodeState(cx, object as Node);
  const conditions = (object as { status?: { conditions?: readonly { type: string; status: string; reason?: string; message?: string }[] } }).status?.conditions ?? [];
  return conditions.map(condition => `  ${condition.type}=${condition.status} ${condition.reason ?? ''}: ${condition.message ?? ''}`.trimEnd());
}

function podState(cx: WhyContext, pod: Pod): readonly string[] {
  const node = pod.spec?.nodeName ?? '';
  const lines = [`  phase=${pod.status?.phase ?? 'Pending'}${node === '' ? '' : `, node=${node}`}`];
  if (pod.metadata.deletionTimestamp !== undefined) lines.push(say(cx, '  삭제 시각이 찍혔어요. kubelet이 확인해 주면 사라져요.', '  marked for deletion; it goes when its kubelet confirms'));
  if (node === '') lines.push(...unscheduled(cx, pod));
  for (const status of [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])]) {
    const { waiting, terminated, running } = status.state ?? {};
    if (waiting !== undefined) lines.push(`  ${status.name}: ${waiting.reason ?? ''}${waiting.message === undefined ? '' : ` — ${waiting.message}`}`);
    else if (terminated !== undefined) lines.push(`  ${status.name}: ${terminated.reason ?? ''} (exit ${terminated.exitCode})`);
    else if (running !== undefined && !status.ready) lines.push(say(cx, `  ${status.name}: 돌고 있지만 아직 준비되지 않았어요`, `  ${status.name}: running, not ready yet`));
  }
  return lines;
}

/** Why no node took it: the scheduler's own words, node by node. */
function unscheduled(cx: WhyContext, pod: Pod): readonly string[] {
  const decision = lastDecision(cx.kernel, `${pod.metadata.namespace ?? ''}/${pod.metadata.name}`);
  const condition = findCondition(pod.status?.conditions, 'PodScheduled');
  if (decision === undefined && condition === undefined) {
    return [say(cx, '  아직 어느 스케줄러도 보지 않았어요. kube-scheduler가 살아 있나요?', '  no scheduler has looked at it yet; is kube-scheduler alive?')];
  }
  const lines = condition?.message === undefined ? [] : [`  ${condition.reason ?? ''}: ${condition.message}`];
  for (const refused of decision?.refused ?? []) lines.push(`    ${refused.node}: ${refused.plugin} — ${refused.reasons.join(', ')}`);
  return lines;
}

function lastDecision(kernel: Kernel, key: string): Decision | undefined {
  let last: Decision | undefined;
  for (const process of kernel.world.processes) {
    if (process.kind !== 'kube-scheduler') continue;
    const decision = (process.state as SchedulerState | undefined)?.decisions.get(key);
    if (decision !== undefined && (last === undefined || decision.at > last.at)) last = decision;
  }
  return last;
}

function nodeState(cx: WhyContext, node: Node): readonly string[] {
  const lines: string[] = [];
  if (node.spec?.unschedulable === true) lines.push(say(cx, '  스케줄 불가(cordon)로 표시돼 있어요', '  cordoned: no new pods'));
  for (const condition of node.status?.conditions ?? []) {
    if (condition.type === 'Ready' || condition.status !== 'False') lines.push(`  ${condition.type}=${condition.status} ${condition.reason ?? ''}: ${condition.message ?? ''}`);
  }
  for (const taint of node.spec?.taints ?? []) lines.push(`  taint ${taint.key}${taint.value === undefined || taint.value === '' ? '' : `=${taint.value}`}:${taint.effect}`);
  const faults = cx.kernel.world.faults.filter(fault => fault.words.some(word => word === node.metadata.name || word.startsWith(`${node.metadata.name}/`)));
  for (const fault of faults) lines.push(say(cx, `  일으킨 장애: ${fault.kind} ${fault.words.join(' ')} (${formatClock(fault.since)}부터)`, `  injected fault: ${fault.kind} ${fault.words.join(' ')} (since ${formatClock(fault.since)})`));
  return lines;
}

function eventsOf(cx: WhyContext, object: KubeObject): readonly string[] {
  const events = (cx.view.list('Event', object.metadata.namespace ?? 'default') as readonly Event[])
    .filter(event => event.involvedObject.kind === object.kind && event.involvedObject.name === object.metadata.name)
    .sort((a, b) => ((a.lastTimestamp ?? '') < (b.lastTimestamp ?? '') ? -1 : 1)).slice(-EVENTS_SHOWN);
  return events.map(event => `  ${event.type ?? ''} ${event.reason ?? ''} (${event.source?.component ?? event.reportingComponent ?? ''}): ${event.message ?? ''}`);
}

/** The chain of causes behind the last thing said about the object. */
function causes(cx: WhyContext, object: KubeObject): readonly string[] {
  const about = cx.kernel.trace.notes.findLast(note => mentions(note, object));
  if (about === undefined) return [];
  const chain = causesOf(cx.kernel, about).slice(0, CAUSES_SHOWN);
  const line = (note: Note): string => `${say(cx, `${formatDuration(cx.view.now - note.at)} 전`, `${formatDuration(cx.view.now - note.at)} ago`)}  ${note.process}: ${cx.text(note)}`;
  return [say(cx, '  마지막으로 일어난 일과 그 까닭:', '  the last thing that happened, and its causes:'), `    ${line(about)}`, ...chain.map(note => `    ← ${line(note)}`)];
}

function mentions(note: Note, object: KubeObject): boolean {
  const { name, namespace } = object.metadata;
  return Object.values(note.fields).includes(name) || Object.values(note.fields).includes(`${namespace ?? ''}/${name}`);
}
