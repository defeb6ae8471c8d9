/** Sends events to the watches of clients, in the form that each has asked for. */
import type { ProcessId } from '../../base/data.ts';
import type { KubeObject } from '../../api/meta.ts';
import type { ApiCall, WatchEvent } from '../../api/wire.ts';
import { conversionForm } from '../resources.ts';
import { needsWebhook } from '../conversion/convert.ts';
import { eventsInForm } from '../registry/form.ts';
import type { Server, WatchRecord } from '../state.ts';

/** Sends events to a watch in one message, on account of the last of them. What a webhook must convert first waits, and what comes behind it. */
export function deliver(server: Server, watch: WatchRecord, events: readonly WatchEvent[], revision: number): void {
  watch.told = revision;
  if (watch.form !== undefined && waits(server, watch, events)) return;
  sendEvents(server, watch, events);
}

/** Sends events that are in the version already that the watch is about. */
export function sendEvents(server: Server, watch: WatchRecord, events: readonly WatchEvent[]): void {
  const last = events[events.length - 1];
  if (last !== undefined && last.cause !== 0) server.out.because(last.cause);
  server.out.send(watch.client as ProcessId, { type: 'api.watch', id: watch.id, events: watch.form === undefined ? events : inFormOf(server, watch, watch.form, events) });
}

/** Only the first Table of a watch names its columns. @source kubernetes/apiserver pkg/endpoints/handlers/response.go (watchEmbeddedEncoder) */
function inFormOf(server: Server, watch: WatchRecord, call: ApiCall, events: readonly WatchEvent[]): readonly WatchEvent[] {
  const shown = eventsInForm(server, call, events);
  if (call.options?.as !== 'Table') return shown;
  return shown.map(event => {
    if (event.type === 'ERROR') return event;
    const isFirst = watch.headed !== true;
    watch.headed = true;
    return isFirst ? event : { ...event, object: { ...event.object, columnDefinitions: null } as KubeObject };
  });
}

function waits({ state }: Server, watch: WatchRecord, events: readonly WatchEvent[]): boolean {
  const form = watch.form === undefined ? undefined : conversionForm(state, watch.form);
  if (form === undefined) return false;
  if (watch.backlog.length === 0 && !events.some(({ type, object }) => type !== 'BOOKMARK' && needsWebhook(form, object))) return false;
  watch.backlog = [...watch.backlog, ...events];
  state.unconverted.push({ resource: `${form.group}/${form.plural}`, version: form.version });
  return true;
}
