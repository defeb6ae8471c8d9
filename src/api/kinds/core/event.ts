import type { Micros } from '../../../base/data.ts';
import type { KubeObject, MicroTime, Time } from '../../meta.ts';
import { pathSegment } from '../../names.ts';
import { defineResource, metadataFields, plainStrategy } from '../../resource.ts';
import { age } from '../../time.ts';
import { validateAnyMeta } from '../../validate-meta.ts';
import { validateLegacyEvent } from './validate-event.ts';

/** Points at an object or a part of it. */
export interface ObjectReference {
  readonly kind?: string;
  readonly namespace?: string;
  readonly name?: string;
  readonly uid?: string;
  readonly apiVersion?: string;
  readonly resourceVersion?: string;
  /** Part of the object, for example `spec.containers{web}`. */
  readonly fieldPath?: string;
}

/** What a component tells about an object. */
export interface Event extends KubeObject {
  readonly apiVersion: 'v1';
  readonly kind: 'Event';
  readonly involvedObject: ObjectReference;
  readonly reason?: string;
  readonly message?: string;
  readonly source?: { readonly component?: string; readonly host?: string };
  readonly firstTimestamp?: Time | null;
  readonly lastTimestamp?: Time | null;
  readonly count?: number;
  readonly type?: 'Normal' | 'Warning';
  readonly eventTime?: MicroTime | null;
  readonly series?: { readonly count?: number; readonly lastObservedTime?: MicroTime };
  readonly action?: string;
  readonly related?: ObjectReference;
  readonly reportingComponent?: string;
  readonly reportingInstance?: string;
}

const NO_SOURCE = Object.freeze({});

/** An Event has some fields even when nothing is in them. @source kubernetes/api core/v1/types.go (Event: structures, and fields without omitempty) */
export function withEmptyParts(event: Event): Event {
  const { source = NO_SOURCE, firstTimestamp = null, lastTimestamp = null, eventTime = null, reportingComponent = '', reportingInstance = '' } = event;
  return { ...event, source, firstTimestamp, lastTimestamp, eventTime, reportingComponent, reportingInstance };
}

function lastSeen(event: Event, now: Micros): string {
  if (event.series) return age(event.series.lastObservedTime, now);
  return age(event.lastTimestamp ?? event.firstTimestamp ?? event.eventTime, now);
}

function firstSeen(event: Event, now: Micros): string {
  return age(event.firstTimestamp ?? event.eventTime, now);
}

function sourceText(event: Event): string {
  const component = event.source?.component || event.reportingComponent || '';
  const host = event.source?.host || event.reportingInstance || '';
  return host === '' ? component : `${component}, ${host}`;
}

function objectText(of: ObjectReference | undefined): string {
  const kind = (of?.kind ?? '').toLowerCase();
  return of?.name ? `${kind}/${of.name}` : kind;
}

const involved = (path: string, of: (reference: ObjectReference) => string | undefined) =>
  ({ path: `involvedObject.${path}`, get: (event: Event): string => of(event.involvedObject ?? {}) ?? '' });

/**
 * Events are kept for an hour: the API server attaches an etcd lease.
 * @source kubernetes pkg/registry/core/event/strategy.go
 */
export const eventResource = defineResource<Event>({
  group: '', version: 'v1', kind: 'Event', plural: 'events', singular: 'event', shortNames: ['ev'], categories: [], namespaced: true,
  subresources: [], storagePrefix: '/registry/events/', allowCreateOnUpdate: true, allowUnconditionalUpdate: true,
  selectableFields: [
    ...metadataFields<Event>(true),
    involved('kind', (of) => of.kind), involved('namespace', (of) => of.namespace), involved('name', (of) => of.name), involved('uid', (of) => of.uid),
    involved('apiVersion', (of) => of.apiVersion), involved('resourceVersion', (of) => of.resourceVersion), involved('fieldPath', (of) => of.fieldPath),
    { path: 'reason', get: (event) => event.reason ?? '' },
    { path: 'reportingComponent', get: (event) => event.reportingComponent ?? '' },
    { path: 'source', get: (event) => event.source?.component || event.reportingComponent || '' },
    { path: 'type', get: (event) => event.type ?? '' },
  ],
  columns: [
    { name: 'Last Seen', doc: 'Event.lastTimestamp', cell: lastSeen },
    { name: 'Type', doc: 'Event.type', cell: (event) => event.type ?? '' },
    { name: 'Reason', doc: 'Event.reason', cell: (event) => event.reason ?? '' },
    { name: 'Object', doc: 'Event.involvedObject', cell: (event) => objectText(event.involvedObject) },
    { name: 'Subobject', wide: true, doc: 'ObjectReference.fieldPath', cell: (event) => event.involvedObject?.fieldPath ?? '' },
    { name: 'Source', wide: true, doc: 'Event.source', cell: sourceText },
    { name: 'Message', doc: 'Event.message', cell: (event) => (event.message ?? '').trim() },
    { name: 'First Seen', wide: true, doc: 'Event.firstTimestamp', cell: firstSeen },
    { name: 'Count', wide: true, doc: 'Event.count', cell: (event) => (event.series ? event.series.count ?? 0 : event.count || 1) },
    { name: 'Name', wide: true, cell: (event) => event.metadata.name },
  ],
  defaults: withEmptyParts,
  ...plainStrategy<Event>(),
  // Only what holds of every object is asked of the metadata, and only after all else.
  validate(event) {
    const errors = validateLegacyEvent(event, 'reportingComponent');
    return errors.length > 0 ? errors : validateAnyMeta(event, true, pathSegment);
  },
  validateUpdate: (event) => validateLegacyEvent(event, 'reportingComponent'),
});
