/** The forms in which clients may ask for objects: Tables for people, metadata only for those who need no more. */
import type { Micros } from '../../base/data.ts';
import type { KubeObject } from '../../api/meta.ts';
import type { ResourceDescriptor } from '../../api/resource.ts';
import { shownAs, tableOf } from '../../api/table.ts';
import type { ApiCall, WatchEvent } from '../../api/wire.ts';
import { descriptorOf, formOf } from '../resources.ts';
import type { Server, ServerState } from '../state.ts';
import { bodyIn, eventsIn } from './served-form.ts';

interface Scale extends KubeObject { readonly spec: { readonly replicas?: number }; readonly status: { readonly replicas: number } }

/** @source kubernetes/kubernetes pkg/printers/internalversion/printers.go (scaleColumnDefinitions) */
function scaleTable(scale: Scale, of: ResourceDescriptor, now: Micros): object {
  const age = of.columns.find(column => column.name === 'Age');
  const columns = [
    { name: 'Name', format: '', cell: ({ metadata }: KubeObject) => metadata.name }, { name: 'Desired', type: 'integer', doc: 'autoscaling.v1.ScaleSpec.replicas', cell: () => scale.spec.replicas ?? 0 },
    { name: 'Available', type: 'integer', doc: 'autoscaling.v1.ScaleStatus.replicas', cell: () => scale.status.replicas }, { name: 'Age', cell: (object: KubeObject) => age?.cell(object, now) ?? '' },
  ] as const;
  return tableOf({ ...of, columns }, [scale], { now, include: 'Metadata', metadata: {} });
}

/** Whether a call asks for anything but objects as they are stored. */
export function asksForForm(state: ServerState, call: ApiCall): boolean {
  return call.options?.as !== undefined || formOf(state, call) !== undefined;
}

/** An answer in the version and form that its call asks for. */
export function inForm({ state, out: { now } }: Server, call: ApiCall, stored: object): object {
  const form = formOf(state, call);
  const body = form === undefined ? stored : bodyIn(form, stored);
  const descriptor = form ?? descriptorOf(state, call);
  const { as, includeObject = 'Metadata' } = call.options ?? {};
  if (descriptor === undefined || as === undefined) return body;
  if (as === 'Table' && (body as { readonly kind?: string }).kind === 'Scale') return scaleTable(body as Scale, descriptor, now);
  return shownAs(as, descriptor, body, { now, include: includeObject });
}

/** Events of a watch in the version and form that its call asks for. A bookmark has no row: it is no object. */
export function eventsInForm(server: Server, call: ApiCall, stored: readonly WatchEvent[]): readonly WatchEvent[] {
  const { state, out: { now } } = server;
  const form = formOf(state, call);
  const events = form === undefined ? stored : eventsIn(form, stored);
  const descriptor = form ?? descriptorOf(state, call);
  const { as } = call.options ?? {};
  // One object is no list: it is told whole.
  if (descriptor === undefined || as === undefined || as === 'PartialObjectMetadataList') return events;
  return events.map(event => {
    if (event.type === 'ERROR') return event;
    const { resourceVersion = '' } = event.object.metadata;
    const object = event.type === 'BOOKMARK' && as === 'Table' ? tableOf(descriptor, [], { now, include: 'None', metadata: { resourceVersion } }) : inForm(server, call, event.object);
    return { type: event.type, cause: event.cause, object: object as KubeObject };
  });
}
