import { compareText } from '../../../base/compare.ts';
import { findCondition } from '../../condition.ts';
import { duplicate, required } from '../../field-error.ts';
import type { FieldError } from '../../field-error.ts';
import type { Condition, KubeObject } from '../../meta.ts';
import { dns1123Subdomain } from '../../names.ts';
import { defineResource, keepOnlyStatusAndMetadata, metadataFields, specStrategy, statusSubresource } from '../../resource.ts';
import { validateObjectMeta } from '../../validate-meta.ts';
import { ageColumn, nameColumn } from '../columns.ts';
import { validateFlowSchema } from './validate-flow-schema.ts';

/** Who sends a request; one of the three. */
export interface FlowSubject {
  readonly kind: 'User' | 'Group' | 'ServiceAccount';
  readonly user?: { readonly name: string };
  readonly group?: { readonly name: string };
  readonly serviceAccount?: { readonly namespace: string; readonly name: string };
}

/** Requests for objects. */
export interface ResourcePolicyRule {
  readonly verbs: readonly string[];
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly clusterScope?: boolean;
  readonly namespaces?: readonly string[];
}

/** Requests for paths such as `/healthz`. */
export interface NonResourcePolicyRule {
  readonly verbs: readonly string[];
  readonly nonResourceURLs: readonly string[];
}

/** Which requests belong to which priority level, and what makes a flow of them. */
export interface FlowSchemaSpec {
  readonly priorityLevelConfiguration: { readonly name: string };
  readonly matchingPrecedence?: number;
  readonly distinguisherMethod?: { readonly type: 'ByUser' | 'ByNamespace' };
  readonly rules?: readonly {
    readonly subjects: readonly FlowSubject[];
    readonly resourceRules?: readonly ResourcePolicyRule[];
    readonly nonResourceRules?: readonly NonResourcePolicyRule[];
  }[];
}

/** Sorts requests into flows. */
export interface FlowSchema extends KubeObject {
  readonly apiVersion: 'flowcontrol.apiserver.k8s.io/v1';
  readonly kind: 'FlowSchema';
  readonly spec?: FlowSchemaSpec;
  readonly status?: { readonly conditions?: readonly Condition[] };
}

const defaultPrecedence = 1000;

/** The conditions of a flow schema or a priority level. */
export function validateConditions(conditions: readonly Condition[] | undefined, errors: FieldError[]): void {
  (conditions ?? []).forEach(({ type }, i) => {
    const path = `status.conditions[${i}].type`;
    if ((conditions ?? []).findIndex((other) => other.type === type) < i) errors.push(duplicate(path, type));
    if (!type) errors.push(required(path, 'must not be empty'));
  });
}

function validate(schema: FlowSchema, errors: FieldError[]): readonly FieldError[] {
  validateFlowSchema(schema, errors);
  validateConditions(schema.status?.conditions, errors);
  return errors;
}

/** @source kubernetes pkg/registry/flowcontrol/flowschema/strategy.go */
export const flowSchemaResource = defineResource<FlowSchema>({
  group: 'flowcontrol.apiserver.k8s.io', version: 'v1', kind: 'FlowSchema', plural: 'flowschemas', singular: 'flowschema', shortNames: [], categories: [],
  namespaced: false, subresources: [statusSubresource], storagePrefix: '/registry/flowschemas/', allowUnconditionalUpdate: false,
  selectableFields: metadataFields<FlowSchema>(false),
  columns: [
    nameColumn(),
    { name: 'PriorityLevel', doc: 'flowcontrol.PriorityLevelConfigurationReference.name', cell: ({ spec }) => spec?.priorityLevelConfiguration?.name ?? '' },
    { name: 'MatchingPrecedence', doc: 'flowcontrol.FlowSchemaSpec.matchingPrecedence', cell: ({ spec }) => spec?.matchingPrecedence ?? 0 },
    { name: 'DistinguisherMethod', doc: 'flowcontrol.FlowSchemaSpec.distinguisherMethod', cell: ({ spec }) => spec?.distinguisherMethod?.type ?? '<none>' },
    ageColumn(),
    { name: 'MissingPL', description: 'Whether the priority level that it names does not exist.', cell: ({ status }) => findCondition(status?.conditions, 'Dangling')?.status ?? '?' },
  ],
  // The order in which the server tries them.
  rowOrder: (a, b) => (a.spec?.matchingPrecedence ?? 0) - (b.spec?.matchingPrecedence ?? 0) || compareText(a.metadata.name, b.metadata.name),
  defaults(schema) {
    if ((schema.spec?.matchingPrecedence ?? 0) !== 0) return schema;
    return { ...schema, spec: { priorityLevelConfiguration: { name: '' }, ...schema.spec, matchingPrecedence: defaultPrecedence } };
  },
  ...specStrategy<FlowSchema>({}),
  prepareForStatusUpdate: keepOnlyStatusAndMetadata,
  validate: (schema) => validate(schema, validateObjectMeta(schema, false, dns1123Subdomain)),
  validateUpdate: (schema) => validate(schema, validateObjectMeta(schema, false, dns1123Subdomain)),
  validateStatusUpdate(schema) {
    const errors: FieldError[] = [];
    validateConditions(schema.status?.conditions, errors);
    return errors;
  },
});
