/** The flow schemas and priority levels that every server has and nobody may change. @source kubernetes/apiserver pkg/apis/flowcontrol/bootstrap/default.go */
import type { FlowSchemaSpec } from './flow-schema.ts';
import type { PriorityLevelConfigurationSpec } from './priority-level-configuration.ts';

const everything = {
  resourceRules: [{ apiGroups: ['*'], clusterScope: true, namespaces: ['*'], resources: ['*'], verbs: ['*'] }],
  nonResourceRules: [{ nonResourceURLs: ['*'], verbs: ['*'] }],
};

/** Specs by name. */
export const fixedFlowSchemas: { readonly [name: string]: FlowSchemaSpec } = {
  exempt: {
    matchingPrecedence: 1, priorityLevelConfiguration: { name: 'exempt' },
    rules: [{ ...everything, subjects: [{ group: { name: 'system:masters' }, kind: 'Group' }] }],
  },
  'catch-all': {
    distinguisherMethod: { type: 'ByUser' }, matchingPrecedence: 10_000, priorityLevelConfiguration: { name: 'catch-all' },
    rules: [{ ...everything, subjects: [{ group: { name: 'system:unauthenticated' }, kind: 'Group' }, { group: { name: 'system:authenticated' }, kind: 'Group' }] }],
  },
};

/** Specs by name. */
export const fixedPriorityLevels: { readonly [name: string]: PriorityLevelConfigurationSpec } = {
  exempt: { exempt: { lendablePercent: 0, nominalConcurrencyShares: 0 }, type: 'Exempt' },
  'catch-all': { limited: { lendablePercent: 0, limitResponse: { type: 'Reject' }, nominalConcurrencyShares: 5 }, type: 'Limited' },
};
