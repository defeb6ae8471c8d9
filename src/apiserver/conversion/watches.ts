/** Watches whose events a webhook must convert: they queue behind each other, and what has gathered is converted together. */
import { deepFreeze } from '../../base/data.ts';
import type { KubeObject } from '../../api/meta.ts';
import type { ResourceDescriptor } from '../../api/resource.ts';
import type { WatchEvent } from '../../api/wire.ts';
import { sendEvents } from '../cacher/deliver.ts';
import { dropWatch, watchesOf } from '../cacher/watch.ts';
import { conversionForm } from '../resources.ts';
import type { Server, WatchRecord } from '../state.ts';
import type { WebhookAnswer } from '../webhooks.ts';
import { conversionOf, type ConvertArgs, convertedReply, needsWebhook } from './convert.ts';

/** A kind in one version. `resource`: `group/plural`. */
export interface WatchedForm { readonly resource: string; readonly version: string }

function formNamed({ state }: Server, { resource, version }: WatchedForm): ResourceDescriptor | undefined {
  const [group = '', plural = ''] = resource.split('/');
  return conversionForm(state, { group, version, resource: plural });
}

/** The watches of a form that have something to wait for. */
function waiting({ state }: Server, { resource, version }: WatchedForm): readonly WatchRecord[] {
  const cache = state.caches.get(resource);
  return cache === undefined ? [] : [...watchesOf(cache)].filter(({ form, backlog }) => form?.version === version && backlog.length > 0);
}

const identityOf = ({ metadata: { uid = '', resourceVersion = '' } }: KubeObject): string => `${uid} ${resourceVersion}`;

/** What is to be converted now; null = nobody waits. */
export function watchBacklog(server: Server, of: WatchedForm): { readonly args: ConvertArgs } | null {
  const form = formNamed(server, of);
  const watches = waiting(server, of);
  if (form?.conversion === undefined || watches.length === 0) return null;
  const objects = new Map<string, KubeObject>();
  for (const { backlog } of watches) for (const { type, object } of backlog) if (type !== 'BOOKMARK' && needsWebhook(form, object)) objects.set(identityOf(object), object);
  return { args: conversionOf(form.conversion, form, [...objects.values()]) };
}

/** Tells watches what was converted for them; a failed conversion ends them. */
export function watchConverted(server: Server, { args, answer, ...of }: WatchedForm & { readonly args: ConvertArgs; readonly answer: WebhookAnswer }): null {
  const form = formNamed(server, of);
  if (form === undefined) return null;
  const { code, body } = convertedReply(form, { code: 200, body: { items: args.objects } }, { args, answer });
  const made = new Map(code === 200 ? (body as { readonly items: readonly KubeObject[] }).items.map((object, i) => [identityOf(args.objects[i] ?? object), object]) : []);
  for (const watch of waiting(server, of)) {
    if (code === 200) flush(server, watch, { form, made });
    else fail(server, watch, body);
  }
  if (waiting(server, of).length > 0) server.state.unconverted.push(of);
  return null;
}

/** Sends what is ready, up to the first event that came too late for this round. */
function flush(server: Server, watch: WatchRecord, { form, made }: { readonly form: ResourceDescriptor; readonly made: ReadonlyMap<string, KubeObject> }): void {
  const events: WatchEvent[] = [];
  for (const event of watch.backlog) {
    const isWanted = event.type !== 'BOOKMARK' && needsWebhook(form, event.object);
    const object = isWanted ? made.get(identityOf(event.object)) : event.object;
    if (object === undefined) break;
    events.push(isWanted ? deepFreeze({ ...event, object }) : event);
  }
  watch.backlog = watch.backlog.slice(events.length);
  if (events.length > 0) sendEvents(server, watch, events);
}

function fail(server: Server, watch: WatchRecord, status: object): void {
  const { client, id } = watch;
  const event: WatchEvent = { type: 'ERROR', object: status as KubeObject, cause: 0 };
  dropWatch(server, client, id);
  server.out.send(client, { type: 'api.watch', id, events: [event] });
  server.out.send(client, { type: 'api.watchEnd', id });
}
