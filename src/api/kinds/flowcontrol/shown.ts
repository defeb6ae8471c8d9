/** Specs as the messages of errors show them. @source kubernetes/kubernetes pkg/apis/flowcontrol/types.go */
import { structure } from '../../field-error.ts';
import type { FlowSchemaSpec, FlowSubject } from './flow-schema.ts';
import type { LimitedPriorityLevel, PriorityLevelConfigurationSpec } from './priority-level-configuration.ts';

const shownSubject = ({ kind, user, group, serviceAccount }: FlowSubject): object => structure({
  Kind: kind, User: user && { Name: user.name }, Group: group && { Name: group.name }, ServiceAccount: serviceAccount && { Namespace: serviceAccount.namespace, Name: serviceAccount.name },
});

/** The spec of a flow schema. */
export function shownFlowSchema(spec: FlowSchemaSpec | undefined): object {
  return structure({
    PriorityLevelConfiguration: { Name: spec?.priorityLevelConfiguration?.name ?? '' }, MatchingPrecedence: spec?.matchingPrecedence ?? 0,
    DistinguisherMethod: spec?.distinguisherMethod && { Type: spec.distinguisherMethod.type },
    Rules: spec?.rules?.map(({ subjects, resourceRules, nonResourceRules }) => structure({
      Subjects: subjects?.map(shownSubject),
      ResourceRules: resourceRules?.map(({ verbs, apiGroups, resources, clusterScope = false, namespaces }) => structure({ Verbs: verbs, APIGroups: apiGroups, Resources: resources, ClusterScope: clusterScope, Namespaces: namespaces })),
      NonResourceRules: nonResourceRules?.map(({ verbs, nonResourceURLs }) => structure({ Verbs: verbs, NonResourceURLs: nonResourceURLs })),
    })),
  });
}

function shownLimited({ nominalConcurrencyShares = 0, limitResponse, lendablePercent, borrowingLimitPercent }: LimitedPriorityLevel): object {
  const queuing = limitResponse?.queuing;
  return structure({
    NominalConcurrencyShares: nominalConcurrencyShares,
    LimitResponse: structure({ Type: limitResponse?.type ?? '', Queuing: queuing && { Queues: queuing.queues ?? 0, HandSize: queuing.handSize ?? 0, QueueLengthLimit: queuing.queueLengthLimit ?? 0 } }),
    LendablePercent: lendablePercent, BorrowingLimitPercent: borrowingLimitPercent,
  });
}

/** The spec of a priority level. */
export function shownPriorityLevel(spec: PriorityLevelConfigurationSpec | undefined): object {
  const exempt = spec?.exempt;
  return structure({
    Type: spec?.type ?? '', Limited: spec?.limited && shownLimited(spec.limited),
    Exempt: exempt && structure({ NominalConcurrencyShares: exempt.nominalConcurrencyShares, LendablePercent: exempt.lendablePercent }),
  });
}
