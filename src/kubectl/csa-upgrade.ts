/**
 * From client-side to server-side apply: what kubectl owned by updating becomes what it owns by applying.
 *
 * @source kubernetes/client-go util/csaupgrade/upgrade.go; kubernetes/kubectl pkg/cmd/apply/apply.go (migrateToSSAIfNecessary, saveLastApplyAnnotationIfNecessary)
 */
import { EMPTY, type FieldSet, hasPath, union } from '../api/fields/set.ts';
import { LAST_APPLIED } from './last-applied.ts';
import type { KubeObject, ManagedFieldsEntry } from '../api/meta.ts';

type Entries = readonly ManagedFieldsEntry[];
const fieldsOf = (entry: ManagedFieldsEntry): FieldSet => (entry.fieldsV1 ?? EMPTY) as FieldSet;

/** Managers that own the annotation of client-side apply by an operation. */
export function ownersOfAnnotation({ metadata }: KubeObject, operation: 'Apply' | 'Update'): readonly string[] {
  const owners = (metadata.managedFields ?? []).filter(entry => entry.operation === operation && hasPath(fieldsOf(entry), 'f:metadata', 'f:annotations', `f:${LAST_APPLIED}`));
  return [...new Set(owners.map(({ manager = '' }) => manager))];
}

/** Entries after a client-side manager has become a server-side one. */
function upgraded(entries: Entries, from: string, to: string): Entries {
  const isFrom = (entry: ManagedFieldsEntry): boolean => entry.manager === from && entry.operation === 'Update' && entry.subresource === undefined;
  const isTo = (entry: ManagedFieldsEntry): boolean => entry.manager === to && entry.operation === 'Apply' && entry.subresource === undefined;
  const target = entries.find(isTo) ?? entries.find(isFrom);
  if (target === undefined) return entries;
  const fields = entries.filter(isFrom).map(fieldsOf).reduce(union, fieldsOf(target));
  const replaced: ManagedFieldsEntry = { ...target, manager: to, operation: 'Apply', fieldsV1: fields };
  return entries.flatMap(entry => (entry === target ? [replaced] : isFrom(entry) ? [] : [entry]));
}

/** The JSON patch that moves ownership; undefined = there is nothing to move. */
export function upgradePatch(object: KubeObject, managers: readonly string[], to: string): readonly object[] | undefined {
  const entries = object.metadata.managedFields ?? [];
  const next = managers.reduce((list, manager) => upgraded(list, manager, to), entries);
  if (next === entries) return undefined;
  return [
    { op: 'replace', path: '/metadata/managedFields', value: next },
    { op: 'replace', path: '/metadata/resourceVersion', value: object.metadata.resourceVersion ?? '' },
  ];
}
