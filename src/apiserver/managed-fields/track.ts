/**
 * Keeps `metadata.managedFields` up to date when an object is created or changed by anything but server-side apply.
 *
 * @source kubernetes/apimachinery pkg/util/managedfields/internal/fieldmanager.go (Update), skipnonapplied.go, buildmanagerinfo.go
 */
import type { KubeObject, ManagedFieldsEntry } from '../../api/meta.ts';
import { changesOf } from '../../api/fields/compare.ts';
import { deduced, type FieldType, fieldTypeOf } from '../../api/fields/types.ts';
import { overlay } from '../../api/overlay.ts';
import { apiVersionOf, type ResourceDescriptor } from '../../api/resource.ts';
import { schemaTypeOf } from '../../api/strict.ts';
import { formatTime } from '../../api/time.ts';
import { deepFreeze, type Micros } from '../../base/data.ts';
import type { RequestRecord } from '../state.ts';
import { areEntries, type Entries, equalButTimes, MANAGER_LENGTH_MAX, sortEntries, updateEntries, type Writer } from './entries.ts';

const NONE: Entries = Object.freeze([]);
const EMPTY_OBJECT = Object.freeze({});

/** How the fields of a kind are owned. */
export function ownershipType(descriptor: ResourceDescriptor): FieldType {
  if (descriptor.fieldType !== undefined) return descriptor.fieldType;
  const name = schemaTypeOf(descriptor);
  return name === '' ? deduced : fieldTypeOf(name);
}

/** An object of a kind before anything is set. */
export function zeroObject(type: FieldType): object {
  return type.kind === 'struct' ? type.zero() : EMPTY_OBJECT;
}

const agents = new Map<string, string>();
const MICROS_PER_SECOND = 1_000_000;
/** Names of user agents remembered. */
const AGENTS_MAX = 1000;

/** The part of a user agent before the first slash. @source kubernetes/apiserver pkg/endpoints/handlers/create.go (prefixFromUserAgent) */
function nameOfAgent(userAgent: string): string {
  let name = agents.get(userAgent);
  if (name === undefined) {
    if (agents.size >= AGENTS_MAX) agents.clear();
    name = [...userAgent.slice(0, userAgent.includes('/') ? userAgent.indexOf('/') : undefined)].filter(c => /[^\p{C}\p{Z}]| /u.test(c)).join('').slice(0, MANAGER_LENGTH_MAX);
    agents.set(userAgent, name);
  }
  return name === '' ? 'unknown' : name;
}

const times = new Map<number, string>();

/** The time of an entry; thousands of writes fall into one second. */
function timeText(now: Micros): string {
  const second = Math.floor(now / MICROS_PER_SECOND);
  let text = times.get(second);
  if (text === undefined) {
    times.clear();
    times.set(second, (text = formatTime(now)));
  }
  return text;
}

/** Who a request is in `managedFields`. */
export function writerOf({ call, userAgent }: RequestRecord, descriptor: ResourceDescriptor, now: Micros): Writer {
  const { fieldManager = '' } = call.options ?? {};
  return { manager: fieldManager === '' ? nameOfAgent(userAgent) : fieldManager, apiVersion: apiVersionOf(descriptor), subresource: call.subresource, time: timeText(now) };
}

const OBJECT_IGNORES: readonly string[] = Object.freeze(['status']);
const STATUS_IGNORES: readonly string[] = Object.freeze(['spec']);
const NOTHING: readonly string[] = Object.freeze([]);

/** Sections that a request cannot change, so it does not come to own them. @source kubernetes/apiserver pkg/registry/rest/rest.go (ResetFieldsStrategy) */
export function ignoredSections(descriptor: ResourceDescriptor, subresource: string): readonly string[] {
  if (subresource === 'status') return STATUS_IGNORES;
  return subresource === '' && descriptor.subresources.some(({ name }) => name === 'status') ? OBJECT_IGNORES : NOTHING;
}

/** The object with other entries. */
export function withEntries<T extends KubeObject>(object: T, entries: Entries): T {
  if (object.metadata.managedFields === entries) return object;
  if (entries.length > 0) return { ...object, metadata: overlay(object.metadata, { managedFields: entries }) };
  if (object.metadata.managedFields === undefined) return object;
  const { managedFields: _none, ...metadata } = object.metadata;
  return { ...object, metadata };
}

/** Entries to begin with: those that the client sent, if it sent any that are sound, otherwise the stored ones. */
function entriesFor(stored: Entries, sent: Entries | undefined, subresource: string): Entries {
  if (sent === undefined || sent === stored || subresource !== '' || sent.length === 0) return stored;
  if (isReset(sent)) return NONE;
  return areEntries(sent) ? sortEntries(deepFreeze(sent)) : stored;
}

/** `managedFields: [{}]` gives all ownership up. */
function isReset([first, second]: Entries): boolean {
  return first !== undefined && second === undefined && Object.keys(first as ManagedFieldsEntry).length === 0;
}

/** A new object with its creator as the owner of all its fields. */
export function trackCreate(request: RequestRecord, descriptor: ResourceDescriptor, { object, now }: { readonly object: KubeObject; readonly now: Micros }): KubeObject {
  const type = ownershipType(descriptor);
  const before = entriesFor(NONE, object.metadata.managedFields, '');
  const comparison = changesOf(zeroObject(type), object, { type, ignored: ignoredSections(descriptor, '') });
  return withEntries(object, updateEntries(before, writerOf(request, descriptor, now), comparison));
}

/** A changed object with the writer as the owner of what it changed. Objects without owners, from a time before owners were kept, stay without. */
export function trackUpdate(request: RequestRecord, descriptor: ResourceDescriptor, { object, old, now }: { readonly object: KubeObject; readonly old: KubeObject; readonly now: Micros }): KubeObject {
  const { subresource } = request.call;
  const before = entriesFor(old.metadata.managedFields ?? NONE, object.metadata.managedFields, subresource);
  if (before.length === 0) return withEntries(object, before);
  const type = ownershipType(descriptor);
  const comparison = changesOf(old, object, { type, ignored: ignoredSections(descriptor, subresource) });
  return withEntries(object, updateEntries(before, writerOf(request, descriptor, now), comparison));
}

/** The object with the times of the stored entries when nothing else about the entries is new. */
export function withoutNewTimes(object: KubeObject, old: KubeObject): KubeObject {
  const entries = object.metadata.managedFields;
  const stored = old.metadata.managedFields;
  if (entries === stored || entries === undefined || stored === undefined || !equalButTimes(entries, stored)) return object;
  return withEntries(object, stored);
}
