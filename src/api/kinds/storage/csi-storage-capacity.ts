import { equalData } from '../../../base/compare.ts';
import { invalid } from '../../field-error.ts';
import type { FieldError } from '../../field-error.ts';
import type { KubeObject, LabelSelector, Quantity } from '../../meta.ts';
import { dns1123Subdomain } from '../../names.ts';
import { compareQuantity } from '../../quantity.ts';
import { defineResource, metadataFields, plainStrategy } from '../../resource.ts';
import { validateLabelSelector } from '../../selector.ts';
import { immutableText, negativeText, validateObjectMeta, validateObjectMetaUpdate } from '../../validate-meta.ts';
import { createdColumn, nameColumn } from '../columns.ts';
import { keyWarnings, termWarnings } from '../core/node-labels.ts';

/** How much a class of storage still has for some nodes. */
export interface CSIStorageCapacity extends KubeObject {
  readonly apiVersion: 'storage.k8s.io/v1';
  readonly kind: 'CSIStorageCapacity';
  readonly nodeTopology?: LabelSelector;
  readonly storageClassName: string;
  readonly capacity?: Quantity;
  readonly maximumVolumeSize?: Quantity;
}

function validate(of: CSIStorageCapacity, letsValues: boolean): readonly FieldError[] {
  const errors = validateObjectMeta(of, true, dns1123Subdomain);
  errors.push(...validateLabelSelector(of.nodeTopology, 'nodeTopology', letsValues));
  for (const message of dns1123Subdomain(of.storageClassName ?? '')) errors.push(invalid('storageClassName', of.storageClassName ?? '', message));
  if (of.capacity !== undefined && compareQuantity(of.capacity, '0') < 0) errors.push(invalid('capacity', of.capacity, negativeText));
  return errors;
}

/** @source kubernetes pkg/registry/storage/csistoragecapacity/strategy.go */
export const csiStorageCapacityResource = defineResource<CSIStorageCapacity>({
  group: 'storage.k8s.io', version: 'v1', kind: 'CSIStorageCapacity', plural: 'csistoragecapacities', singular: 'csistoragecapacity', shortNames: [],
  categories: [], namespaced: true, subresources: [], storagePrefix: '/registry/csistoragecapacities/', allowUnconditionalUpdate: false,
  selectableFields: metadataFields<CSIStorageCapacity>(true),
  // Its store has the default table, not the printer that is there for it.
  columns: [nameColumn(), createdColumn()],
  defaults: (of) => of,
  ...plainStrategy<CSIStorageCapacity>(),
  validate: (of) => validate(of, false),
  validateUpdate(of, old) {
    // A selector that was stored with values that are none may keep such.
    const errors = [...validate(of, validateLabelSelector(old.nodeTopology, '').length > 0), ...validateObjectMetaUpdate(of, old)];
    if (!equalData(of.nodeTopology, old.nodeTopology)) errors.push(invalid('nodeTopology', of.nodeTopology ?? null, immutableText));
    if (of.storageClassName !== old.storageClassName) errors.push(invalid('storageClassName', of.storageClassName, immutableText));
    return errors;
  },
  warnings: ({ nodeTopology: { matchExpressions = [], matchLabels = {} } = {} }) => [
    ...termWarnings({ matchExpressions }, 'nodeTopology', false), ...keyWarnings(Object.keys(matchLabels), (key) => `nodeTopology.matchLabels.${key}`),
  ],
});
