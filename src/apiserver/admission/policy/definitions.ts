/** ValidatingAdmissionPolicies and their bindings. @source kubernetes/api admissionregistration/v1/types.go */
import type { KubeObject, LabelSelector } from '../../../api/meta.ts';
import type { MatchCondition, RuleWithOperations } from '../../../api/kinds/admissionregistration/webhook.ts';

/** Which requests a policy or binding is about. */
export interface MatchResources {
  readonly namespaceSelector?: LabelSelector;
  readonly objectSelector?: LabelSelector;
  readonly matchPolicy?: 'Exact' | 'Equivalent';
  readonly resourceRules?: readonly (RuleWithOperations & { readonly resourceNames?: readonly string[] })[];
  readonly excludeResourceRules?: readonly (RuleWithOperations & { readonly resourceNames?: readonly string[] })[];
}

/** One check: the expression has to be true. */
export interface Validation { readonly expression: string; readonly message?: string; readonly reason?: string; readonly messageExpression?: string }

export interface PolicySpec {
  readonly paramKind?: { readonly apiVersion: string; readonly kind: string };
  readonly matchConstraints?: MatchResources;
  readonly validations?: readonly Validation[];
  readonly failurePolicy?: 'Fail' | 'Ignore';
  readonly auditAnnotations?: readonly { readonly key: string; readonly valueExpression: string }[];
  readonly matchConditions?: readonly MatchCondition[];
  readonly variables?: readonly { readonly name: string; readonly expression: string }[];
}
export interface Policy extends KubeObject { readonly spec?: PolicySpec }

export interface BindingSpec {
  readonly policyName?: string;
  readonly paramRef?: { readonly name?: string; readonly namespace?: string; readonly selector?: LabelSelector; readonly parameterNotFoundAction?: 'Allow' | 'Deny' };
  readonly matchResources?: MatchResources;
  readonly validationActions?: readonly ('Deny' | 'Warn' | 'Audit')[];
}
export interface Binding extends KubeObject { readonly spec?: BindingSpec }
