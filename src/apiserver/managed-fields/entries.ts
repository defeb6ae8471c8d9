/**
 * `metadata.managedFields`: who owns which fields, one entry per manager, operation, version and subresource.
 *
 * The entries are stored as they are shown, frozen, and shared between versions of an object: a write that changes nothing a manager owns keeps
 * the manager's entry, and objects made from one template share the trees of their entries.
 *
 * @source kubernetes/apimachinery pkg/util/managedfields/internal/managedfields.go, managedfieldsupdater.go, capmanagers.go
 */
import { compareText } from '../../base/compare.ts';
import { Recent } from '../../base/recent.ts';
import type { ManagedFieldsEntry } from '../../api/meta.ts';
import { difference, EMPTY, equalSets, type FieldSet, isEmptySet, isFieldSet, isShared, union } from '../../api/fields/set.ts';
import type { Changes } from '../../api/fields/compare.ts';

export type Entries = readonly ManagedFieldsEntry[];

/** Who writes, and how. */
export interface Writer { readonly manager: string; readonly apiVersion: string; readonly subresource: string; /** As an API time. */ readonly time: string }

/** Entries of updates kept apart at most; the oldest beyond it become one. @source pkg/util/managedfields/internal/fieldmanager.go (DefaultMaxUpdateManagers) */
const UPDATE_MANAGERS_MAX = 10;
const ANCIENT = 'ancient-changes';
/** @source kubernetes/apimachinery pkg/apis/meta/v1/validation (FieldManagerMaxLength) */
export const MANAGER_LENGTH_MAX = 128;

/** The fields of an entry. */
export function fieldsOfEntry(entry: ManagedFieldsEntry): FieldSet {
  return (entry.fieldsV1 ?? EMPTY) as FieldSet;
}

/** The entry with other fields; undefined when it owns nothing any more. */
function withFields(entry: ManagedFieldsEntry, fields: FieldSet): ManagedFieldsEntry | undefined {
  if (fields === entry.fieldsV1) return entry;
  return isEmptySet(fields) ? undefined : Object.freeze({ ...entry, fieldsV1: fields });
}

/** A new entry in the order of fields that the API shows. */
export function entryOf(operation: 'Apply' | 'Update', { manager, apiVersion, subresource, time }: Writer, fields: FieldSet): ManagedFieldsEntry {
  const entry = { apiVersion, fieldsType: 'FieldsV1', fieldsV1: fields, manager, operation, ...(subresource === '' ? {} : { subresource }), ...(time === '' ? {} : { time }) } as const;
  return Object.freeze(entry);
}

/** Whether an entry is the one of a writer. Appliers have one entry whatever version they used last. */
export function isEntryOf(entry: ManagedFieldsEntry, operation: 'Apply' | 'Update', { manager, apiVersion, subresource }: Writer): boolean {
  return entry.manager === manager && entry.operation === operation && (entry.subresource ?? '') === subresource && (operation === 'Apply' || entry.apiVersion === apiVersion);
}

/** Appliers first, then by time. */
export function sortEntries(entries: Entries): Entries {
  const text = (value: string | undefined): string => value ?? '';
  const order = (a: ManagedFieldsEntry, b: ManagedFieldsEntry): number => compareText(text(a.operation), text(b.operation)) || compareText(text(a.time), text(b.time))
    || compareText(text(a.manager), text(b.manager)) || compareText(text(a.apiVersion), text(b.apiVersion)) || compareText(text(a.subresource), text(b.subresource));
  const isSorted = entries.every((entry, i) => { const before = entries[i - 1]; return before === undefined || order(before, entry) <= 0; });
  return isSorted && Object.isFrozen(entries) ? entries : Object.freeze(isSorted ? entries : [...entries].sort(order));
}

/** What a writer's update of some fields made of entries. */
interface Updated { readonly writer: Writer; readonly removed: FieldSet; readonly entries: Entries }
/** Updates remembered: within a second, writers do the same to thousands of objects. */
const UPDATES_MAX = 32;
const updates = new Recent<Updated>(UPDATES_MAX);

const isSameWriter = (a: Writer, b: Writer): boolean => a.time === b.time && a.manager === b.manager && a.apiVersion === b.apiVersion && a.subresource === b.subresource;

/** Ownership after an update, found again where the same writer did the same to the same entries. */
export function updateEntries(entries: Entries, writer: Writer, changes: Changes): Entries {
  const { changed, removed } = changes;
  const known = updates.find(entries, changed);
  if (known !== undefined && known.removed === removed && isSameWriter(known.writer, writer)) return known.entries;
  const updated = takeOver(entries, writer, changes);
  if (isShared(changed) && Object.isFrozen(entries)) updates.keep(entries, changed, { writer, removed, entries: updated });
  return updated;
}

/** Ownership after an update: the writer owns what it added or changed, nobody owns what is gone. The same entries come back when nothing changed hands. */
function takeOver(entries: Entries, writer: Writer, { changed, removed }: Changes): Entries {
  const hasTaken = !isEmptySet(changed);
  if (!hasTaken && isEmptySet(removed)) return entries;
  const next: ManagedFieldsEntry[] = [];
  let isFound = false;
  let isSame = true;
  for (const entry of entries) {
    const kept = difference(fieldsOfEntry(entry), removed);
    const isOwn = hasTaken && !isFound && isEntryOf(entry, 'Update', writer);
    if (isOwn) isFound = true;
    const fields = isOwn ? union(kept, changed) : difference(kept, changed);
    const left = isOwn && (fields !== entry.fieldsV1 || entry.time !== writer.time) ? Object.freeze({ ...entry, fieldsV1: fields, time: writer.time }) : withFields(entry, fields);
    if (left !== entry) isSame = false;
    if (left !== undefined) next.push(left);
  }
  if (isSame && isFound === hasTaken && Object.isFrozen(entries)) return entries;
  if (hasTaken && !isFound) next.push(entryOf('Update', writer, changed));
  return sortEntries(capEntries(next));
}

/** Merges the oldest updates of a version into one entry when there are too many. */
function capEntries(entries: ManagedFieldsEntry[]): Entries {
  const updates = entries.filter(entry => entry.operation === 'Update');
  if (updates.length <= UPDATE_MANAGERS_MAX) return entries;
  updates.sort((a, b) => compareText(a.time ?? '', b.time ?? '') || compareText(identifierOf(a), identifierOf(b)));
  let left = updates.length;
  const first = new Map<string, ManagedFieldsEntry>();
  const buckets = new Map<string, ManagedFieldsEntry>();
  const gone = new Set<ManagedFieldsEntry>();
  for (const entry of updates) {
    if (left <= UPDATE_MANAGERS_MAX) break;
    const version = entry.apiVersion ?? '';
    const oldest = first.get(version);
    if (oldest === undefined) { first.set(version, entry); continue; }
    const fields = union(fieldsOfEntry(buckets.get(version) ?? oldest), fieldsOfEntry(entry));
    buckets.set(version, entryOf('Update', { manager: ANCIENT, apiVersion: version, subresource: '', time: entry.time ?? '' }, fields));
    gone.add(oldest).add(entry);
    left--;
  }
  return [...entries.filter(entry => !gone.has(entry)), ...buckets.values()];
}

/** The text by which managers are told apart and ordered. @source pkg/util/managedfields/internal/managedfields.go (BuildManagerIdentifier) */
export function identifierOf({ manager, operation, apiVersion, subresource }: ManagedFieldsEntry): string {
  return JSON.stringify({ manager, operation, ...(operation === 'Apply' ? {} : { apiVersion }), ...(subresource === undefined ? {} : { subresource }) });
}

/** Whether entries that a client sent can be taken. */
export function areEntries(entries: unknown): entries is Entries {
  return Array.isArray(entries) && entries.every((entry: ManagedFieldsEntry) => (entry.operation === 'Apply' || entry.operation === 'Update')
    && (entry.fieldsType ?? 'FieldsV1') === 'FieldsV1' && isFieldSet(entry.fieldsV1 ?? {}) && (entry.manager ?? '').length <= MANAGER_LENGTH_MAX);
}

function isSameManager(a: ManagedFieldsEntry, b: ManagedFieldsEntry): boolean {
  return a.manager === b.manager && a.operation === b.operation && a.apiVersion === b.apiVersion && a.subresource === b.subresource;
}

/** Whether two lists differ in nothing but times. */
export function equalButTimes(a: Entries, b: Entries): boolean {
  return a.length === b.length && a.every((entry, i) => {
    const other = b[i];
    return entry === other || (other !== undefined && isSameManager(entry, other) && equalSets(fieldsOfEntry(entry), fieldsOfEntry(other)));
  });
}
