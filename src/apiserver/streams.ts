/**
 * Streams that pass the API server between a client and a kubelet: it relays frames and knows who belongs to whom.
 *
 * @source kubernetes/apimachinery pkg/util/proxy/upgradeaware.go
 */
import type { ProcessId } from '../base/data.ts';
import { brokenStream, type StreamFrame, type StreamStatus } from '../api/stream.ts';
import type { Server, StreamRecord } from './state.ts';

/** The kubelet agreed: frames with its number go to this client from now on. */
export function openStream({ state }: Server, call: number, stream: StreamRecord): void {
  state.streams.set(call, Object.freeze(stream));
  state.streamsOf.set(`${stream.client} ${stream.id}`, call);
}

function forget({ state }: Server, call: number, { client, id }: StreamRecord): void {
  state.streams.delete(call);
  state.streamsOf.delete(`${client} ${id}`);
}

/** Frames of a client go on to the kubelet. */
export function fromStreamClient({ state, out }: Server, client: ProcessId, message: { readonly id: number; readonly frames: readonly StreamFrame[] }): void {
  const call = state.streamsOf.get(`${client} ${message.id}`);
  const stream = call === undefined ? undefined : state.streams.get(call);
  if (stream !== undefined) out.send(stream.kubelet, { type: 'kubelet.stream', id: call, frames: message.frames });
}

/** Frames of a kubelet go on to the client; the end ends the stream. */
export function fromStreamKubelet(server: Server, kubelet: ProcessId, message: { readonly id: number; readonly frames: readonly StreamFrame[]; readonly end?: StreamStatus }): void {
  const stream = server.state.streams.get(message.id);
  if (stream === undefined || stream.kubelet !== kubelet) return;
  const { client, id } = stream;
  if (message.frames.length > 0) server.out.send(client, { type: 'api.stream', id, frames: message.frames });
  if (message.end === undefined) return;
  forget(server, message.id, stream);
  server.out.send(client, { type: 'api.streamEnd', id, status: message.end });
}

/** The client wants no more. False = it has no stream of this number. */
export function closeStream(server: Server, client: ProcessId, id: number): boolean {
  const call = server.state.streamsOf.get(`${client} ${id}`);
  const stream = call === undefined ? undefined : server.state.streams.get(call);
  if (call === undefined || stream === undefined) return false;
  forget(server, call, stream);
  server.out.send(stream.kubelet, { type: 'kubelet.stream', id: call, frames: [], end: true });
  return true;
}

/** A client or kubelet is gone, and its streams with it. */
export function endStreamsOf(server: Server, peer: ProcessId): void {
  if (server.state.streams.size === 0) return;
  for (const [call, stream] of [...server.state.streams]) {
    if (stream.client === peer) { closeStream(server, peer, stream.id); continue; }
    if (stream.kubelet !== peer) continue;
    forget(server, call, stream);
    server.out.send(stream.client, { type: 'api.streamEnd', id: stream.id, status: brokenStream('error dialing backend: EOF') });
  }
}
