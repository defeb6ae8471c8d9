import { duplicate, invalid, structure } from '../../field-error.ts';
import type { FieldError } from '../../field-error.ts';
import type { KubeObject, StringMap } from '../../meta.ts';
import { dns1123Label, dns1123Subdomain } from '../../names.ts';
import { defineResource, metadataFields, plainStrategy } from '../../resource.ts';
import { validateImmutable, validateLabels, validateObjectMeta, validateObjectMetaUpdate } from '../../validate-meta.ts';
import { ageColumn, nameColumn } from '../columns.ts';
import type { Toleration } from '../core/affinity.ts';
import type { ResourceList } from '../core/container.ts';
import { validateResources } from '../core/validate-resources.ts';
import { validateTolerations } from '../core/validate-scheduling.ts';
import { keyWarnings } from '../core/node-labels.ts';

/** A way to run containers that pods may ask for by name. */
export interface RuntimeClass extends KubeObject {
  readonly apiVersion: 'node.k8s.io/v1';
  readonly kind: 'RuntimeClass';
  /** Name of the handler in the container runtime's configuration. */
  readonly handler: string;
  readonly overhead?: { readonly podFixed?: ResourceList };
  readonly scheduling?: { readonly nodeSelector?: StringMap; readonly tolerations?: readonly Toleration[] };
}

function validateContent(of: RuntimeClass, errors: FieldError[]): void {
  for (const message of dns1123Label(of.handler ?? '')) errors.push(invalid('handler', of.handler ?? '', message));
  if (of.overhead?.podFixed !== undefined) validateResources({ limits: of.overhead.podFixed }, 'overhead', errors);
  if (of.scheduling === undefined) return;
  validateLabels(of.scheduling.nodeSelector, 'scheduling.nodeSelector', errors);
  const tolerations = of.scheduling.tolerations ?? [];
  validateTolerations(tolerations, 'scheduling.tolerations', errors);
  const seen = new Set<string>();
  tolerations.forEach(({ key, operator = '', value = '', effect = '', tolerationSeconds }, i) => {
    const parts = { Key: key ?? '', Operator: operator, Value: value, Effect: effect };
    const listKey = JSON.stringify(parts);
    if (seen.has(listKey)) errors.push(duplicate(`scheduling.tolerations[${i}]`, structure({ ...parts, TolerationSeconds: tolerationSeconds })));
    seen.add(listKey);
  });
}

function validate(of: RuntimeClass): readonly FieldError[] {
  const errors = validateObjectMeta(of, false, dns1123Subdomain);
  validateContent(of, errors);
  return errors;
}

/** @source kubernetes pkg/registry/node/runtimeclass/strategy.go */
export const runtimeClassResource = defineResource<RuntimeClass>({
  group: 'node.k8s.io', version: 'v1', kind: 'RuntimeClass', plural: 'runtimeclasses', singular: 'runtimeclass', shortNames: [], categories: [],
  namespaced: false, subresources: [], storagePrefix: '/registry/runtimeclasses/', allowUnconditionalUpdate: false,
  selectableFields: metadataFields<RuntimeClass>(false),
  columns: [nameColumn(), { name: 'Handler', doc: 'node.RuntimeClass.handler', cell: (of) => of.handler ?? '' }, ageColumn()],
  defaults: (of) => of,
  ...plainStrategy<RuntimeClass>(),
  validate,
  validateUpdate(of, old) {
    const errors = [...validate(of), ...validateObjectMetaUpdate(of, old)];
    errors.push(...validateImmutable(of.handler, old.handler, 'handler'));
    return errors;
  },
  warnings: ({ scheduling }) => keyWarnings(Object.keys(scheduling?.nodeSelector ?? {}), () => 'scheduling.nodeSelector'),
});
