/**
 * How many pods every ReplicaSet (or ReplicationController) has, counted as the cache changes, so that a look at a set of thousands does not visit each of its pods whenever one changes.
 *
 * Shape: in the controller's memory, `replicas/UID` → groups of pods with equal labels, each with its numbers by state. Mostly there is one group: the pods
 * of a set come from one template.
 *
 * @fidelity simplified: upstream walks all pods each time; the numbers are the same
 */
import { equalData } from '../base/compare.ts';
import { deepFreeze } from '../base/data.ts';
import type { StringMap } from '../api/meta.ts';
import type { Pod } from '../api/kinds/core/pod.ts';
import type { Delta } from '../client/informer.ts';
import { cx, type Memory } from '../client/controller.ts';
import type { Conversation } from '../sim/conversation.ts';
import { isPodReady, isPodTerminal } from './pods.ts';
import { controllerOf } from './template.ts';

type PodState = 'finished' | 'terminating' | 'unready' | 'ready';

/** Pods of one owner with equal labels, by state. */
export type ReplicaGroup = { readonly labels: StringMap | undefined } & Readonly<Record<PodState, number>>;

/** `undefined` groups = too many different labels to keep apart. */
interface Counted { readonly groups: readonly ReplicaGroup[] | undefined }

interface Place { readonly owner: string; readonly labels: StringMap | undefined; readonly state: PodState }

/** Different label sets kept apart per owner; beyond that its pods are visited one by one. */
const GROUPS_MAX = 16;

const slot = (owner: string): string => `replicas/${owner}`;

function stateOf(pod: Pod): PodState {
  if (isPodTerminal(pod)) return 'finished';
  if (pod.metadata.deletionTimestamp !== undefined) return 'terminating';
  return isPodReady(pod) ? 'ready' : 'unready';
}

function placeOf(pod: Pod | undefined, kind: string): Place | undefined {
  const owner = pod === undefined ? undefined : controllerOf(pod);
  return pod === undefined || owner?.kind !== kind ? undefined : { owner: owner.uid, labels: pod.metadata.labels, state: stateOf(pod) };
}

/** Takes a change of a pod of an owner of this kind into account. */
export function countReplica(delta: Delta, memory: Memory, kind: string): void {
  if (countsAlike(delta, kind)) return;
  const before = placeOf(delta.old as Pod | undefined, kind);
  const after = delta.type === 'delete' ? undefined : placeOf(delta.object as Pod, kind);
  if (before?.owner === after?.owner && before?.state === after?.state && equalData(before?.labels, after?.labels)) return;
  if (before?.owner === after?.owner && before?.labels === after?.labels) { shift(memory, before, after); return; }
  shift(memory, before, undefined);
  shift(memory, undefined, after);
}

/** The common cases, without looking closer: a pod of others, or an update that keeps everything that counts. */
function countsAlike({ type, object, old }: Delta, kind: string): boolean {
  if (old !== undefined && old.metadata.ownerReferences !== object.metadata.ownerReferences) return false;
  if (controllerOf(object)?.kind !== kind) return true;
  return type === 'update' && old !== undefined && old.metadata.labels === object.metadata.labels && stateOf(old as Pod) === stateOf(object as Pod);
}

/** The group with a pod moved from one state to another; undefined = it was not there, or is not any more. */
function counted({ labels, finished, terminating, unready, ready }: ReplicaGroup, from: PodState | undefined, to: PodState | undefined): ReplicaGroup {
  const by = (state: PodState): number => (to === state ? 1 : 0) - (from === state ? 1 : 0);
  return Object.freeze({
    labels, finished: finished + by('finished'), terminating: terminating + by('terminating'), unready: unready + by('unready'), ready: ready + by('ready'),
  });
}

/** Moves a pod from one place to another of the same owner and labels. */
function shift(memory: Memory, from: Place | undefined, to: Place | undefined): void {
  const at = to ?? from;
  if (at === undefined) return;
  const { owner, labels } = at;
  const known = memory.get(slot(owner)) as Counted | undefined;
  if (known !== undefined && known.groups === undefined) return;
  const groups = known?.groups ?? [];
  const group = groups.find(one => one.labels === labels || equalData(one.labels, labels)) ?? { labels, finished: 0, terminating: 0, unready: 0, ready: 0 };
  const changed = counted(group, from?.state, to?.state);
  const others = groups.filter(one => one !== group);
  const left = sizeOf(changed) === 0 ? others : [...others, changed];
  if (left.length === 0) memory.delete(slot(owner));
  else memory.set(slot(owner), deepFreeze<Counted>({ groups: left.length > GROUPS_MAX ? undefined : left }));
}

/** Pods in a group. */
export const sizeOf = ({ finished, terminating, unready, ready }: ReplicaGroup): number => finished + terminating + unready + ready;

/** The pods of an owner by labels and state; undefined when they have to be visited. */
export function* replicaGroups(owner: string): Conversation<readonly ReplicaGroup[] | undefined> {
  const counted = yield* cx.recall<Counted>(slot(owner));
  return counted === null ? [] : counted.groups;
}
