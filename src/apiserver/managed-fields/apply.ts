/**
 * Server-side apply: the configuration of one manager is merged into the object, what it no longer names and nobody else owns goes, and what
 * others own with another value is a conflict.
 *
 * @source kubernetes-sigs/structured-merge-diff merge/update.go; kubernetes/apimachinery pkg/util/managedfields/internal/structuredmerge.go
 */
import { compareText, equalData } from '../../base/compare.ts';
import type { KubeObject, ManagedFieldsEntry } from '../../api/meta.ts';
import { changesOf, fieldSetOf, unownedPaths } from '../../api/fields/compare.ts';
import { mergeValues, removeFields, typeFaults, withNamedFields } from '../../api/fields/merge.ts';
import { difference, EMPTY, type FieldSet, intersection, isEmptySet, pathsOf, setOf, union } from '../../api/fields/set.ts';
import type { FieldType } from '../../api/fields/types.ts';
import { apiVersionOf, type ResourceDescriptor } from '../../api/resource.ts';
import { badRequest, failure, isStatus, type Status } from '../../api/status.ts';
import type { Micros } from '../../base/data.ts';
import type { RequestRecord } from '../state.ts';
import { type Entries, entryOf, fieldsOfEntry, identifierOf, isEntryOf, sortEntries, updateEntries, type Writer } from './entries.ts';
import { allowedByLastApplied, withLastApplied } from './last-applied.ts';
import { ignoredSections, ownershipType, withEntries, writerOf, zeroObject } from './track.ts';

/** Who owned an object before its first server-side apply. @source pkg/util/managedfields/internal/skipnonapplied.go */
const BEFORE_FIRST_APPLY = 'before-first-apply';

interface Applying {
  readonly type: FieldType;
  readonly ignored: readonly string[];
  readonly writer: Writer;
  readonly config: KubeObject;
  readonly force: boolean;
}

interface Conflict { readonly entry: ManagedFieldsEntry; readonly fields: FieldSet }
type Outcome = { readonly object: KubeObject; readonly entries: Entries } | { readonly conflicts: readonly Conflict[] };

/** The stored object, or a new one, with the configuration of a request applied to it. `old` undefined = there is none yet. */
export function applyConfiguration(request: RequestRecord, descriptor: ResourceDescriptor, { old, now }: { readonly old: KubeObject | undefined; readonly now: Micros }): KubeObject | Status {
  const config = configurationOf(request, descriptor);
  if (isStatus(config)) return config;
  const type = ownershipType(descriptor);
  const faults = typeFaults(config, type);
  if (faults.length > 0) return failure({ code: 500, reason: '', message: `failed to create typed patch object (${objectText(config)}): ${faultsText(faults)}` });
  const { call } = request;
  const applying: Applying = { type, config, ignored: ignoredSections(descriptor, call.subresource), writer: writerOf(request, descriptor, now), force: call.options?.force === true };
  const live = old ?? ({ ...zeroObject(type), apiVersion: apiVersionOf(descriptor), kind: descriptor.kind } as KubeObject);
  const stored = old?.metadata.managedFields ?? [];
  const entries = stored.length === 0 && old !== undefined ? beforeFirstApply(applying, old) : stored;
  const outcome = upgraded(applying, live, entries);
  if ('conflicts' in outcome) return conflictStatus(outcome.conflicts);
  return withEntries(withLastApplied(outcome.object, config, applying.writer.manager), outcome.entries);
}

function configurationOf({ call }: RequestRecord, descriptor: ResourceDescriptor): KubeObject | Status {
  const { body } = call;
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return badRequest('error decoding YAML: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal array into Go value of type map[string]interface {}');
  const [twice] = call.strictErrors ?? [];
  if (twice !== undefined && call.options?.fieldValidation === 'Strict') return badRequest(`error strict decoding YAML: error converting YAML to JSON: ${twice}`);
  const config = body as KubeObject;
  const expected = apiVersionOf(descriptor);
  if (typeof config.kind !== 'string' || config.kind === '') return badRequest("invalid object type: Object 'Kind' is missing");
  if (config.apiVersion !== expected) return badRequest(`Incorrect version specified in apply patch. Specified patch version: ${String(config.apiVersion ?? '')}, expected: ${expected}`);
  if (config.kind !== descriptor.kind) return badRequest(`invalid object type: ${config.apiVersion}, Kind=${config.kind}, expected: ${expected}, Kind=${descriptor.kind}`);
  if (config.metadata?.managedFields !== undefined && config.metadata.managedFields !== null) return badRequest('metadata.managedFields must be nil');
  return config;
}

function objectText({ apiVersion, kind, metadata }: KubeObject): string {
  const { namespace = '', name = '' } = metadata ?? {};
  return `${namespace === '' ? '' : `${namespace}/`}${name}; ${apiVersion.includes('/') ? apiVersion : `/${apiVersion}`}, Kind=${kind}`;
}

function faultsText(faults: readonly string[]): string {
  return faults.length === 1 ? faults[0] ?? '' : `errors:\n${faults.map(fault => `  ${fault}`).join('\n')}`;
}

function beforeFirstApply({ type, ignored, writer }: Applying, live: KubeObject): Entries {
  return updateEntries([], { ...writer, manager: BEFORE_FIRST_APPLY, subresource: '' }, changesOf(zeroObject(type), live, { type, ignored }));
}

/** kubectl may take over what the same user applied from the client before. @source pkg/util/managedfields/internal/lastappliedmanager.go */
function upgraded(applying: Applying, live: KubeObject, entries: Entries): Outcome {
  const outcome = applyOnce(applying, live, entries);
  if (!('conflicts' in outcome) || applying.writer.manager !== 'kubectl') return outcome;
  const allowed = allowedByLastApplied(live, applying.type);
  if (allowed === undefined) return outcome;
  const left = outcome.conflicts.map(({ entry, fields }) => ({ entry, fields: difference(fields, allowed) })).filter(({ fields }) => !isEmptySet(fields));
  return left.length > 0 ? { conflicts: left } : applyOnce({ ...applying, force: true }, live, entries);
}

/** @source merge/update.go (Apply, update) */
function applyOnce(applying: Applying, live: KubeObject, entries: Entries): Outcome {
  const { type, config, writer, ignored, force } = applying;
  const last = entries.find(entry => isEntryOf(entry, 'Apply', writer));
  const configured = difference(fieldSetOf(config, type), ignoredSet(type, config, ignored));
  const owned = difference(configured, unownedPaths);
  const others = entries.filter(entry => entry !== last);
  const merged = mergeValues(live, config, type) as KubeObject;
  const object = last === undefined ? merged : prune(merged, { type, last: fieldsOfEntry(last), others: [configured, ...others.map(fieldsOfEntry)] });
  const { changed, removed } = changesOf(live, object, { type, ignored });
  const conflicts = others.map(entry => ({ entry, fields: intersection(fieldsOfEntry(entry), changed) })).filter(({ fields }) => !isEmptySet(fields));
  if (!force && conflicts.length > 0) return { conflicts };
  const isSame = equalData(withoutNulls(object), withoutNulls(live));
  const left: ManagedFieldsEntry[] = [];
  for (const entry of others) {
    const fields = difference(difference(fieldsOfEntry(entry), changed), removed);
    if (!isEmptySet(fields)) left.push(fields === entry.fieldsV1 ? entry : Object.freeze({ ...entry, fieldsV1: fields }));
  }
  const time = isSame ? last?.time ?? '' : writer.time;
  const fields = difference(owned, removed);
  return { object: isSame ? live : object, entries: sortEntries(isEmptySet(fields) ? left : [...left, entryOf('Apply', { ...writer, time }, fields)]) };
}

function ignoredSet(type: FieldType, config: KubeObject, ignored: readonly string[]): FieldSet {
  const part = Object.fromEntries(ignored.flatMap(section => {
    const value = (config as unknown as Record<string, unknown>)[section];
    return value === undefined ? [] : [[section, value]];
  }));
  return Object.keys(part).length === 0 ? EMPTY : fieldSetOf(part, type);
}

/** Null is how nothing is written. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).filter(([, item]) => item !== null && item !== undefined).map(([key, item]) => [key, withoutNulls(item)]));
}

interface Pruning { readonly type: FieldType; readonly last: FieldSet; /** What the others and the new configuration own. */ readonly others: readonly FieldSet[] }

/** Takes out what the manager applied the last time, does not name now, and nobody else owns. @source merge/update.go (prune) */
function prune(merged: KubeObject, { type, last, others }: Pruning): KubeObject {
  if (isEmptySet(last)) return merged;
  const whole = withNamedFields(fieldSetOf(merged, type), type);
  const lastNamed = withNamedFields(last, type);
  const managed = withNamedFields(others.reduce(union, EMPTY), type);
  const pruned = removeFields(merged, lastNamed, type);
  const kept = removeFields(merged, difference(whole, union(setFor(pruned, type), managed)), type);
  return removeFields(merged, intersection(difference(whole, setFor(kept, type)), lastNamed), type) as KubeObject;
}

function setFor(object: unknown, type: FieldType): FieldSet {
  return typeof object === 'object' && object !== null ? withNamedFields(fieldSetOf(object, type), type) : setOf(undefined);
}

// ---- Conflicts --------------------------------------------------------------------------------------------------------

/** @source kubernetes/apimachinery pkg/util/managedfields/internal/conflict.go */
function conflictStatus(conflicts: readonly Conflict[]): Status {
  const sorted = [...conflicts].sort((a, b) => compareText(identifierOf(a.entry), identifierOf(b.entry)));
  const all = sorted.flatMap(({ entry, fields }) => pathsOf(fields).map(path => ({ manager: managerText(entry), path })));
  const [first] = all;
  const message = all.length === 1 && first !== undefined ? `Apply failed with 1 conflict: conflict with ${first.manager}: ${first.path}`
    : `Apply failed with ${all.length} conflicts: ${sorted.map(({ entry, fields }) => [`conflicts with ${managerText(entry)}:`, ...pathsOf(fields).map(path => `- ${path}`)].join('\n')).join('\n')}`;
  const causes = all.map(({ manager, path }) => ({ reason: 'FieldManagerConflict', message: `conflict with ${manager}`, field: path }));
  return failure({ code: 409, reason: 'Conflict', message, details: { causes } });
}

function managerText({ manager, operation, apiVersion, subresource = '' }: ManagedFieldsEntry): string {
  const name = `${JSON.stringify(manager ?? '')}${subresource === '' ? '' : ` with subresource ${JSON.stringify(subresource)}`}`;
  return operation === 'Update' ? `${name} using ${apiVersion ?? ''}` : name;
}

