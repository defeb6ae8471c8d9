import { equalData } from '../../../base/compare.ts';
import { duplicate, invalid, required } from '../../field-error.ts';
import type { FieldError } from '../../field-error.ts';
import type { KubeObject } from '../../meta.ts';
import { dns1123Subdomain, qualifiedName } from '../../names.ts';
import { defineResource, metadataFields, plainStrategy } from '../../resource.ts';
import { immutableText, validateNonNegative, validateObjectMeta } from '../../validate-meta.ts';
import { ageColumn, nameColumn } from '../columns.ts';
import { validateDriverName } from '../core/validate-driver.ts';

/** A driver that is registered with the kubelet. */
export interface CSINodeDriver {
  readonly name: string;
  readonly nodeID: string;
  readonly topologyKeys?: readonly string[] | null;
  readonly allocatable?: { readonly count?: number };
}

/** The drivers of one node. */
export interface CSINode extends KubeObject {
  readonly apiVersion: 'storage.k8s.io/v1';
  readonly kind: 'CSINode';
  readonly spec?: { readonly drivers?: readonly CSINodeDriver[] | null };
}

const maximumNodeId = 256;

function validateDriver(driver: CSINodeDriver, path: string, errors: FieldError[]): void {
  validateDriverName(driver.name, `${path}.name`, errors);
  if (!driver.nodeID) errors.push(required(`${path}.nodeID`));
  else if (driver.nodeID.length > maximumNodeId) errors.push(invalid(`${path}.nodeID`, driver.nodeID, `must be ${maximumNodeId} characters or less`));
  validateNonNegative(driver.allocatable?.count, `${path}.allocatable.count`, errors);
}

/** A driver as the server's own type has it, whose fields have no names in JSON. */
function internalDriver({ name, nodeID, topologyKeys }: CSINodeDriver): object {
  return { Name: name, NodeID: nodeID, TopologyKeys: topologyKeys ?? null, Allocatable: null };
}

function validate(node: CSINode): FieldError[] {
  const errors = validateObjectMeta(node, false, dns1123Subdomain);
  validateDrivers(node, errors);
  return errors;
}

function validateDrivers(node: CSINode, errors: FieldError[]): void {
  const seen = new Set<string>();
  (node.spec?.drivers ?? []).forEach((driver, i) => {
    const path = `spec.drivers[${i}]`;
    validateDriver(driver, path, errors);
    if (seen.has(driver.name)) errors.push(duplicate(`${path}.name`, driver.name));
    seen.add(driver.name);
    const keys = new Set<string>();
    for (const key of driver.topologyKeys ?? []) {
      if (key === '') errors.push(required(path));
      if (keys.has(key)) errors.push(duplicate(path, key));
      keys.add(key);
      for (const message of qualifiedName(key)) errors.push(invalid(path, key, message));
    }
  });
}

/** @source kubernetes pkg/registry/storage/csinode/strategy.go */
export const csiNodeResource = defineResource<CSINode>({
  group: 'storage.k8s.io', version: 'v1', kind: 'CSINode', plural: 'csinodes', singular: 'csinode', shortNames: [], categories: [], namespaced: false,
  subresources: [], storagePrefix: '/registry/csinodes/', allowUnconditionalUpdate: false, selectableFields: metadataFields<CSINode>(false),
  columns: [nameColumn(), { name: 'Drivers', type: 'integer', description: 'How many CSI drivers have registered on the node.', cell: (node) => (node.spec?.drivers ?? []).length }, ageColumn()],
  defaults: (node) => node,
  ...plainStrategy<CSINode>(),
  validate,
  // The strategy validates the object, and so does the comparison with the old one.
  validateUpdate(node, old) {
    const errors = [...validate(node), ...validate(node)];
    for (const before of old.spec?.drivers ?? []) {
      for (const now of node.spec?.drivers ?? []) {
        if (now.name !== before.name || equalData({ ...now, allocatable: undefined }, { ...before, allocatable: undefined })) continue;
        errors.push(invalid('spec.drivers', internalDriver(now), immutableText));
      }
    }
    return errors;
  },
});
