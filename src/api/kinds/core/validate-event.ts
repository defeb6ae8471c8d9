/**
 * What events are refused for: little in the core group, more when they come by events.k8s.io.
 *
 * @source kubernetes pkg/apis/core/validation/events.go
 */
import { equalData } from '../../../base/compare.ts';
import { invalid, required, structure } from '../../field-error.ts';
import type { FieldError } from '../../field-error.ts';
import { dns1123Subdomain, qualifiedName } from '../../names.ts';
import { immutableText, validateObjectMeta, validateObjectMetaUpdate } from '../../validate-meta.ts';
import type { Event, ObjectReference } from './event.ts';

/** Longest reason, action and instance, and longest message. */
const shortText = 128;
const longText = 1024;

const isWithin = (namespaces: readonly string[], { metadata }: Event): boolean => namespaces.includes(metadata.namespace ?? '');

/** Events about cluster-scoped objects lie in `default`; events with a time of their own, in kube-system too. */
function validateNamespace(event: Event, errors: FieldError[]): void {
  const about = event.involvedObject?.namespace ?? '';
  const isNew = Boolean(event.eventTime);
  const fits = about === '' ? isWithin(isNew ? ['default', 'kube-system'] : ['', 'default'], event) : isNew || about === event.metadata.namespace;
  if (!fits) errors.push(invalid('involvedObject.namespace', about, 'does not match event.namespace'));
}

function validateNewFields(event: Event, controllerField: string, errors: FieldError[]): void {
  const controller = event.reportingComponent ?? '';
  if (controller === '') errors.push(required(controllerField));
  for (const message of qualifiedName(controller)) errors.push(invalid(controllerField, controller, message));
  for (const field of ['reportingInstance', 'action', 'reason'] as const) {
    const text = event[field] ?? '';
    if (text === '') errors.push(required(field));
    if (text.length > shortText) errors.push(invalid(field, '', `can have at most ${shortText} characters`));
  }
  if ((event.message ?? '').length > longText) errors.push(invalid('message', '', `can have at most ${longText} characters`));
}

/** What holds of every event. `controllerField`: what the version of the request calls the controller that reports. */
export function validateLegacyEvent(event: Event, controllerField: 'reportingComponent' | 'reportingController'): readonly FieldError[] {
  const errors: FieldError[] = [];
  validateNamespace(event, errors);
  if (event.eventTime) validateNewFields(event, controllerField, errors);
  return errors;
}

function validateSeries({ series }: Event, errors: FieldError[]): void {
  if (series === undefined) return;
  if ((series.count ?? 0) < 2) errors.push(invalid('series.count', '', 'should be at least 2'));
  if (!series.lastObservedTime) errors.push(required('series.lastObservedTime'));
}

/** A new event that comes by events.k8s.io. @source same file (ValidateEventCreate) */
export function validateNewEvent(event: Event): readonly FieldError[] {
  const errors = [...validateLegacyEvent(event, 'reportingController'), ...validateObjectMeta(event, true, dns1123Subdomain)];
  validateSeries(event, errors);
  if (!event.eventTime) errors.push(required('eventTime'));
  if (event.type !== 'Normal' && event.type !== 'Warning') errors.push(invalid('type', '', `has invalid value: ${event.type ?? ''}`));
  const isSet = {
    firstTimestamp: Boolean(event.firstTimestamp), lastTimestamp: Boolean(event.lastTimestamp), count: Boolean(event.count), source: Boolean(event.source?.component) || Boolean(event.source?.host),
  };
  for (const field of ['firstTimestamp', 'lastTimestamp', 'count', 'source'] as const) if (isSet[field]) errors.push(invalid(field, '', 'needs to be unset'));
  return errors;
}

const referenceValue = (of: ObjectReference | undefined): object | null => (of === undefined ? null : structure({
  Kind: of.kind ?? '', Namespace: of.namespace ?? '', Name: of.name ?? '', UID: of.uid ?? '', APIVersion: of.apiVersion ?? '', ResourceVersion: of.resourceVersion ?? '', FieldPath: of.fieldPath ?? '',
}));

/** What an event says once and for all, by its name in errors. */
const fixed: readonly (readonly [field: string, value: (event: Event) => unknown])[] = [
  ['involvedObject', (event) => referenceValue(event.involvedObject ?? {})], ['reason', (event) => event.reason ?? ''], ['message', (event) => event.message ?? ''],
  ['source', ({ source }) => structure({ Component: source?.component ?? '', Host: source?.host ?? '' })], ['firstTimestamp', (event) => event.firstTimestamp ?? null],
  ['lastTimestamp', (event) => event.lastTimestamp ?? null], ['count', (event) => event.count ?? 0], ['type', (event) => event.type ?? ''], ['eventTime', (event) => event.eventTime ?? null],
  ['action', (event) => event.action ?? ''], ['related', (event) => referenceValue(event.related)], ['reportingController', (event) => event.reportingComponent ?? ''],
  ['reportingInstance', (event) => event.reportingInstance ?? ''],
];

/** A change of an event by events.k8s.io: only its series goes on. @source same file (ValidateEventUpdate) */
export function validateNewEventUpdate(event: Event, old: Event): readonly FieldError[] {
  const errors = [...validateLegacyEvent(event, 'reportingController'), ...validateObjectMetaUpdate(event, old)];
  if (!equalData(event.series, old.series)) validateSeries(event, errors);
  for (const [field, value] of fixed) {
    const now = value(event);
    if (!equalData(now, value(old))) errors.push(invalid(field, now, immutableText));
  }
  return errors;
}
