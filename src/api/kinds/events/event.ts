/**
 * Events as events.k8s.io shows them: the same objects under newer names.
 *
 * @source kubernetes pkg/apis/events/v1/conversion.go, pkg/apis/core/validation/events.go
 */
import type { KubeObject, MicroTime, Time } from '../../meta.ts';
import { defineForm } from '../../resource.ts';
import { eventResource, withEmptyParts } from '../core/event.ts';
import type { Event as CoreEvent, ObjectReference } from '../core/event.ts';
import { validateNewEvent, validateNewEventUpdate } from '../core/validate-event.ts';

/** What a component tells about an object. */
export interface NewEvent extends KubeObject {
  readonly apiVersion: 'events.k8s.io/v1';
  readonly kind: 'Event';
  readonly eventTime?: MicroTime | null;
  readonly series?: { readonly count?: number; readonly lastObservedTime?: MicroTime };
  readonly reportingController?: string;
  readonly reportingInstance?: string;
  readonly action?: string;
  readonly reason?: string;
  readonly regarding?: ObjectReference;
  readonly related?: ObjectReference;
  readonly note?: string;
  readonly type?: 'Normal' | 'Warning';
  readonly deprecatedSource?: { readonly component?: string; readonly host?: string };
  readonly deprecatedFirstTimestamp?: Time | null;
  readonly deprecatedLastTimestamp?: Time | null;
  readonly deprecatedCount?: number;
}

/** New name → name in the core group. */
const renamed = {
  reportingController: 'reportingComponent', regarding: 'involvedObject', note: 'message', deprecatedSource: 'source', deprecatedFirstTimestamp: 'firstTimestamp',
  deprecatedLastTimestamp: 'lastTimestamp', deprecatedCount: 'count',
} as const;
const oldNames = new Map<string, string>(Object.entries(renamed));
const newNames = new Map<string, string>(Object.entries(renamed).map(([now, before]) => [before, now]));

function rename(object: KubeObject, by: ReadonlyMap<string, string>, apiVersion: string): KubeObject {
  const result: Record<string, unknown> = {};
  for (const key of Object.keys(object)) result[by.get(key) ?? key] = (object as unknown as Readonly<Record<string, unknown>>)[key];
  result['apiVersion'] = apiVersion;
  return result as unknown as KubeObject;
}

function toCore(event: NewEvent): CoreEvent {
  const core = rename(event, oldNames, 'v1') as CoreEvent;
  return withEmptyParts(core.involvedObject === undefined ? { ...core, involvedObject: {} } : core);
}

const newLabel = (label: string): string => label.replace(/^involvedObject\./, 'regarding.').replace(/^reportingComponent$/, 'reportingController');
const fields = eventResource.selectableFields.map((field) => ({ ...field, path: newLabel(field.path) }));

/** Events of events.k8s.io, stored as core events. */
export const newEventResource = defineForm<NewEvent, CoreEvent>(eventResource, {
  group: 'events.k8s.io', version: 'v1', kind: 'Event', selectableFields: fields, fieldLabels: new Map(eventResource.selectableFields.map(({ path }) => [newLabel(path), path])),
  defaults: (event) => event,
  validate: validateNewEvent,
  validateUpdate: validateNewEventUpdate,
  to: toCore,
  from: (event) => rename(event, newNames, 'events.k8s.io/v1') as NewEvent,
});
