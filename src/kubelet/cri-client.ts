/** Requests of the kubelet to its runtime. Every one carries what it was for, so that a late answer finds its place or none. */
import type { CriRequest } from '../api/cri.ts';
import type { EventNote } from '../client/event-recorder.ts';
import { recordEvent } from '../client/event-recorder.ts';
import { type Kubelet, type PendingCall, type PodWorker, workOf } from './state.ts';

/** Sends a request; the answer arrives with its number. */
export function ask(kubelet: Kubelet, request: CriRequest, pending: PendingCall): number {
  const { state, out } = kubelet;
  const id = state.nextCall++;
  state.calls.set(id, Object.freeze(pending));
  out.send(state.config.runtime, { type: 'cri.request', id, request });
  return id;
}

/** Takes the record of an answered request. */
export function takeCall(kubelet: Kubelet, id: number): PendingCall | undefined {
  const pending = kubelet.state.calls.get(id);
  if (pending !== undefined) kubelet.state.calls.delete(id);
  return pending;
}

/** An Event about a pod, or about one of its containers. */
export function podEvent(kubelet: Kubelet, worker: PodWorker, note: Pick<EventNote, 'type' | 'reason' | 'message'> & { readonly container?: string; readonly init?: boolean }): void {
  const { type, reason, message, container } = note;
  const fieldPath = container === undefined ? undefined : fieldPathOf(worker, container, note.init === true);
  // A static pod exists for the API only as its mirror, which has the same name and the static pod's uid.
  recordEvent(kubelet.state.recorder, kubelet.state.rest, { about: worker.pod, type, reason, message, fieldPath }, kubelet.out);
}

function fieldPathOf(worker: PodWorker, container: string, isInit: boolean): string {
  if (isInit) return `spec.initContainers{${container}}`;
  return workOf(worker, container)?.ephemeral === true ? `spec.ephemeralContainers{${container}}` : `spec.containers{${container}}`;
}
