import { equalData } from '../../../base/compare.ts';
import { duplicate, forbidden, invalid, notSupported, required, tooLong } from '../../field-error.ts';
import type { FieldError } from '../../field-error.ts';
import type { KubeObject, StringMap } from '../../meta.ts';
import { dns1123Subdomain, qualifiedName } from '../../names.ts';
import { defineResource, metadataFields, plainStrategy } from '../../resource.ts';
import { validateImmutable, validateObjectMeta, validateObjectMetaUpdate } from '../../validate-meta.ts';
import { ageColumn } from '../columns.ts';
import { deprecatedLabel } from '../core/node-labels.ts';

/** Where volumes of a class may be: all terms of one entry must hold. */
export interface TopologySelectorTerm {
  readonly matchLabelExpressions?: readonly { readonly key: string; readonly values: readonly string[] }[];
}

/** A kind of storage that claims may ask for by name. */
export interface StorageClass extends KubeObject {
  readonly apiVersion: 'storage.k8s.io/v1';
  readonly kind: 'StorageClass';
  readonly provisioner: string;
  readonly parameters?: StringMap;
  readonly reclaimPolicy?: 'Delete' | 'Retain';
  readonly mountOptions?: readonly string[];
  readonly allowVolumeExpansion?: boolean;
  readonly volumeBindingMode?: 'Immediate' | 'WaitForFirstConsumer';
  readonly allowedTopologies?: readonly TopologySelectorTerm[];
}

/** Annotations of the class that claims without one get: the name of today and the old one. */
const defaultClassAnnotations = ['storageclass.kubernetes.io/is-default-class', 'storageclass.beta.kubernetes.io/is-default-class'] as const;
const maximumParameters = 512;
/** 256 KiB of keys and values. */
const maximumParameterBytes = 262_144;
const reclaimPolicies = ['Delete', 'Retain'] as const;
const bindingModes = ['Immediate', 'WaitForFirstConsumer'] as const;

/** Whether claims without a class get this one. */
function isDefaultClass(of: KubeObject): boolean {
  return defaultClassAnnotations.some((name) => of.metadata.annotations?.[name] === 'true');
}

function validateParameters(parameters: StringMap | undefined, errors: FieldError[]): void {
  const keys = Object.keys(parameters ?? {});
  if (keys.length > maximumParameters) { errors.push(tooLong('parameters', maximumParameters)); return; }
  let size = 0;
  for (const key of keys) {
    if (key === '') errors.push(invalid('parameters', key, 'field can not be empty.'));
    size += key.length + (parameters?.[key] ?? '').length;
  }
  if (size > maximumParameterBytes) errors.push(tooLong('parameters', maximumParameterBytes));
}

function validateTerm(term: TopologySelectorTerm, path: string, errors: FieldError[]): void {
  const keys = new Set<string>();
  (term.matchLabelExpressions ?? []).forEach(({ key = '', values = [] }, i) => {
    const at = `${path}.matchLabelExpressions[${i}]`;
    if (values.length === 0) errors.push(required(`${at}.values`));
    values.forEach((value, k) => { if (values.indexOf(value) < k) errors.push(duplicate(`${at}.values[${k}]`, value)); });
    for (const message of qualifiedName(key)) errors.push(invalid(`${at}.key`, key, message));
    if (keys.has(key)) errors.push(duplicate(`${at}.key`, key));
    keys.add(key);
  });
}

/** What a term says: the values of each key, the last mention of a key counting, in an order of their own. */
function meaningOf({ matchLabelExpressions = [] }: TopologySelectorTerm): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries(matchLabelExpressions.map(({ key = '', values = [] }) => [key, [...new Set(values)].sort()]));
}

/** A term is compared with those before it, and with as many that say nothing as there are terms: so that one that says nothing is refused. */
function validateTopologies(terms: readonly TopologySelectorTerm[], errors: FieldError[]): void {
  const meanings: Readonly<Record<string, readonly string[]>>[] = terms.map(() => ({}));
  terms.forEach((term, i) => {
    validateTerm(term, `allowedTopologies[${i}]`, errors);
    const meaning = meaningOf(term);
    for (const other of meanings) if (equalData(other, meaning)) errors.push(duplicate(`allowedTopologies[${i}].matchLabelExpressions`, ''));
    meanings.push(meaning);
  });
}

function validate(of: StorageClass): FieldError[] {
  const errors = validateObjectMeta(of, false, dns1123Subdomain);
  if (!of.provisioner) errors.push(required('provisioner'));
  else for (const message of qualifiedName(of.provisioner.toLowerCase())) errors.push(invalid('provisioner', of.provisioner.toLowerCase(), message));
  validateParameters(of.parameters, errors);
  if (of.reclaimPolicy && !reclaimPolicies.includes(of.reclaimPolicy)) errors.push(notSupported('reclaimPolicy', of.reclaimPolicy, reclaimPolicies));
  if (of.volumeBindingMode === undefined) errors.push(required('volumeBindingMode'));
  else if (!bindingModes.includes(of.volumeBindingMode)) errors.push(notSupported('volumeBindingMode', of.volumeBindingMode, bindingModes));
  validateTopologies(of.allowedTopologies ?? [], errors);
  return errors;
}

/** @source kubernetes pkg/registry/storage/storageclass/strategy.go */
export const storageClassResource = defineResource<StorageClass>({
  group: 'storage.k8s.io', version: 'v1', kind: 'StorageClass', plural: 'storageclasses', singular: 'storageclass', shortNames: ['sc'],
  categories: [], namespaced: false, subresources: [], storagePrefix: '/registry/storageclasses/', allowUnconditionalUpdate: true,
  selectableFields: metadataFields<StorageClass>(false),
  columns: [
    { name: 'Name', cell: (of) => (isDefaultClass(of) ? `${of.metadata.name} (default)` : of.metadata.name) },
    { name: 'Provisioner', doc: 'storage.StorageClass.provisioner', cell: (of) => of.provisioner ?? '' },
    { name: 'ReclaimPolicy', doc: 'storage.StorageClass.reclaimPolicy', cell: (of) => of.reclaimPolicy ?? 'Delete' },
    { name: 'VolumeBindingMode', doc: 'storage.StorageClass.volumeBindingMode', cell: (of) => of.volumeBindingMode ?? 'Immediate' },
    { name: 'AllowVolumeExpansion', doc: 'storage.StorageClass.allowVolumeExpansion', cell: (of) => of.allowVolumeExpansion === true },
    ageColumn(),
  ],
  defaults: (of) => (of.reclaimPolicy !== undefined && of.volumeBindingMode !== undefined ? of
    : { ...of, reclaimPolicy: of.reclaimPolicy ?? 'Delete', volumeBindingMode: of.volumeBindingMode ?? 'Immediate' }),
  ...plainStrategy<StorageClass>(),
  validate,
  validateUpdate(of, old) {
    const errors = [...validate(of), ...validateObjectMetaUpdate(of, old)];
    if (!equalData(of.parameters ?? {}, old.parameters ?? {})) errors.push(forbidden('parameters', 'updates to parameters are forbidden.'));
    if (of.provisioner !== old.provisioner) errors.push(forbidden('provisioner', 'updates to provisioner are forbidden.'));
    if (of.reclaimPolicy !== old.reclaimPolicy) errors.push(forbidden('reclaimPolicy', 'updates to reclaimPolicy are forbidden.'));
    errors.push(...validateImmutable(of.volumeBindingMode, old.volumeBindingMode, 'volumeBindingMode'));
    return errors;
  },
  warnings: ({ allowedTopologies = [] }) => allowedTopologies.flatMap(({ matchLabelExpressions = [] }, i) => matchLabelExpressions.flatMap(({ key }, k) => {
    const said = deprecatedLabel(key);
    return said === undefined ? [] : [`allowedTopologies[${i}].matchLabelExpressions[${k}].key: ${said}`];
  })),
});
