/**
 * Whether the names of a definition are free, and its conditions.
 *
 * @source kubernetes/apiextensions-apiserver pkg/controller/status/naming_controller.go, pkg/controller/establish
 */
import { approvalOf, isProtectedGroup } from '../../api/kinds/apiextensions/approval.ts';
import type { CustomResourceDefinition, CustomResourceDefinitionNames } from '../../api/kinds/all.ts';
import { isConditionStatus, setCondition } from '../../api/condition.ts';
import type { Condition } from '../../api/meta.ts';

type Status = NonNullable<CustomResourceDefinition['status']>;
interface Fault { readonly reason: string; readonly message: string }

/** The status that a definition should have beside the others. */
export function wantedStatus(definition: CustomResourceDefinition, all: readonly CustomResourceDefinition[], now: string): Status {
  const { status = {} } = definition;
  const others = all.filter(other => other.metadata.name !== definition.metadata.name && other.spec.group === definition.spec.group);
  const { acceptedNames, fault } = acceptNames(definition, others);
  const storage = definition.spec.versions.find(version => version.storage)?.name;
  const storedVersions = status.storedVersions ?? [];
  return {
    ...status, acceptedNames, conditions: withApproval(definition, conditionsFor(status.conditions, fault, now), now),
    storedVersions: storage === undefined || storedVersions.includes(storage) ? storedVersions : [...storedVersions, storage],
  };
}

function acceptNames({ spec, status }: CustomResourceDefinition, others: readonly CustomResourceDefinition[]): { readonly acceptedNames: CustomResourceDefinitionNames; readonly fault: Fault | undefined } {
  const taken = others.flatMap(other => (other.status?.acceptedNames === undefined ? [] : [other.status.acceptedNames]));
  const resources = new Set(taken.flatMap(({ plural, singular = '', shortNames = [] }) => [plural, singular, ...shortNames]));
  const kinds = new Set(taken.flatMap(({ kind, listKind = '' }) => [kind, listKind]));
  const before = status?.acceptedNames;
  const { names } = spec;
  const singular = names.singular ?? names.kind.toLowerCase();
  const listKind = names.listKind ?? `${names.kind}List`;
  const inUse = (reason: string, name: string): Fault => ({ reason, message: `${JSON.stringify(name)} is already in use` });
  const faults: Fault[] = [];
  const pick = (name: string, set: ReadonlySet<string>, reason: string, old: string | undefined): string => {
    if (!set.has(name)) return name;
    faults.push(inUse(reason, name));
    return old ?? '';
  };
  const plural = pick(names.plural, resources, 'PluralConflict', before?.plural);
  const singularName = pick(singular, resources, 'SingularConflict', before?.singular);
  const shorts = (names.shortNames ?? []).filter(name => resources.has(name) && before?.shortNames?.includes(name) !== true);
  if (shorts.length > 0) faults.push({ reason: 'ShortNamesConflict', message: aggregate(shorts.map(name => inUse('', name).message)) });
  const shortNames = shorts.length > 0 ? before?.shortNames : names.shortNames;
  const accepted = {
    plural, singular: singularName, ...(shortNames === undefined ? {} : { shortNames }),
    kind: pick(names.kind, kinds, 'KindConflict', before?.kind), listKind: pick(listKind, kinds, 'ListKindConflict', before?.listKind),
    ...(names.categories === undefined ? {} : { categories: names.categories }),
  };
  // The last fault found is the one that is told.
  return { acceptedNames: accepted, fault: faults[faults.length - 1] };
}

const aggregate = (messages: readonly string[]): string => (messages.length === 1 ? messages[0] ?? '' : `[${messages.join(', ')}]`);

/** Says of definitions in groups of the Kubernetes project whether they are approved. @source pkg/controller/apiapproval/apiapproval_controller.go */
function withApproval({ spec, metadata }: CustomResourceDefinition, conditions: readonly Condition[], now: string): readonly Condition[] {
  if (!isProtectedGroup(spec.group)) return conditions;
  const { state, message } = approvalOf(metadata.annotations);
  const status = state === 'Approved' ? 'True' : 'False';
  return setCondition(conditions, { type: 'KubernetesAPIApprovalPolicyConformant', status, lastTransitionTime: now, reason: `${state}Annotation`, message });
}

function conditionsFor(present: readonly Condition[] | undefined, fault: Fault | undefined, now: string): readonly Condition[] {
  const condition = (type: string, status: 'True' | 'False', { reason, message }: Fault): Condition => ({ type, status, lastTransitionTime: now, reason, message });
  const accepted = fault === undefined ? condition('NamesAccepted', 'True', { reason: 'NoConflicts', message: 'no conflicts found' }) : condition('NamesAccepted', 'False', fault);
  const conditions = setCondition(present, accepted);
  // Once established, a definition stays so: its objects must not become unreachable.
  if (isConditionStatus(present, 'Established')) return conditions;
  return setCondition(conditions, fault === undefined
    ? condition('Established', 'True', { reason: 'InitialNamesAccepted', message: 'the initial names have been accepted' })
    : condition('Established', 'False', { reason: 'NotAccepted', message: 'not all names are accepted' }));
}
