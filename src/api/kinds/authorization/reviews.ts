/** Questions about who may do what: bodies of requests that are answered and not stored.
 * @source kubernetes/api authorization/v1/types.go */
import type { KubeObject, LabelSelectorRequirement } from '../../meta.ts';

/** A request for objects. */
export interface ResourceAttributes {
  readonly namespace?: string;
  readonly verb?: string;
  readonly group?: string;
  readonly version?: string;
  readonly resource?: string;
  readonly subresource?: string;
  readonly name?: string;
  readonly fieldSelector?: SelectorAttributes;
  readonly labelSelector?: SelectorAttributes;
}

/** What a list or watch is narrowed to, in one of two forms. */
export interface SelectorAttributes {
  readonly rawSelector?: string;
  readonly requirements?: readonly LabelSelectorRequirement[];
}

/** What is asked about oneself: one of the two. */
export interface SelfSubjectAccessReviewSpec {
  readonly resourceAttributes?: ResourceAttributes;
  readonly nonResourceAttributes?: { readonly path?: string; readonly verb?: string };
}

/** What is asked about somebody. */
export interface SubjectAccessReviewSpec extends SelfSubjectAccessReviewSpec {
  readonly user?: string;
  readonly groups?: readonly string[];
  readonly uid?: string;
  readonly extra?: { readonly [key: string]: readonly string[] };
}

/** The answer. */
export interface SubjectAccessReviewStatus {
  readonly allowed: boolean;
  readonly denied?: boolean;
  readonly reason?: string;
  readonly evaluationError?: string;
}

/** May they do this? */
export interface SubjectAccessReview extends KubeObject {
  readonly apiVersion: 'authorization.k8s.io/v1';
  readonly kind: 'SubjectAccessReview';
  readonly spec: SubjectAccessReviewSpec;
  readonly status?: SubjectAccessReviewStatus;
}

/** May they do this in this namespace? */
export interface LocalSubjectAccessReview extends KubeObject {
  readonly apiVersion: 'authorization.k8s.io/v1';
  readonly kind: 'LocalSubjectAccessReview';
  readonly spec: SubjectAccessReviewSpec;
  readonly status?: SubjectAccessReviewStatus;
}

/** May I do this? */
export interface SelfSubjectAccessReview extends KubeObject {
  readonly apiVersion: 'authorization.k8s.io/v1';
  readonly kind: 'SelfSubjectAccessReview';
  readonly spec: SelfSubjectAccessReviewSpec;
  readonly status?: SubjectAccessReviewStatus;
}

/** What may I do? */
export interface SelfSubjectRulesReview extends KubeObject {
  readonly apiVersion: 'authorization.k8s.io/v1';
  readonly kind: 'SelfSubjectRulesReview';
  readonly spec: { readonly namespace?: string };
  readonly status?: {
    readonly resourceRules: readonly { readonly verbs: readonly string[]; readonly apiGroups?: readonly string[]; readonly resources?: readonly string[]; readonly resourceNames?: readonly string[] }[];
    readonly nonResourceRules: readonly { readonly verbs: readonly string[]; readonly nonResourceURLs?: readonly string[] }[];
    readonly incomplete: boolean;
    readonly evaluationError?: string;
  };
}
