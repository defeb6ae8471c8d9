/** Questions in the form of objects: they are answered at once and never stored. */
import type { KubeObject } from '../../api/meta.ts';
import type { PolicyRule, SubjectAccessReviewSpec, TokenReview } from '../../api/kinds/all.ts';
import { badRequest, invalidStatus, type Status } from '../../api/status.ts';
import { validateAccessReview } from '../../api/kinds/authorization/validate-review.ts';
import type { ApiCall } from '../../api/wire.ts';
import { bootstrapTokenUser } from '../authn/bootstrap-tokens.ts';
import { reviewToken } from '../authn/service-accounts.ts';
import { ISSUER } from '../authn/tokens.ts';
import { nodeOf } from '../authn/users.ts';
import type { Attributes } from '../authz/attributes.ts';
import { authorize } from '../authz/authorize.ts';
import { rulesFor } from '../authz/rbac.ts';
import type { RequestRecord, Server, UserInfo } from '../state.ts';

/** One kind of review. */
export interface Review {
  readonly group: string;
  readonly version: 'v1';
  readonly kind: string;
  readonly plural: string;
  readonly singular: string;
  readonly namespaced: boolean;
  answer(server: Server, request: RequestRecord): KubeObject | Status;
}

function specOf<T>(request: RequestRecord): T {
  return ((request.call.body as { readonly spec?: unknown } | undefined)?.spec ?? {}) as T;
}

function reviewObject(request: RequestRecord, of: { readonly apiVersion: string; readonly kind: string; readonly status: object }): KubeObject {
  const spec = specOf<object>(request);
  return { apiVersion: of.apiVersion, kind: of.kind, metadata: { name: '' }, spec, status: of.status } as KubeObject;
}

/** Answers an access review for a user. */
function access(server: Server, request: RequestRecord, about: { readonly user: UserInfo; readonly kind: string }): KubeObject | Status {
  const spec = specOf<SubjectAccessReviewSpec>(request);
  const { resourceAttributes: resource, nonResourceAttributes: path } = spec;
  const { namespace } = request.call;
  const given = (request.call.body as Partial<KubeObject> | undefined)?.metadata ?? { name: '' };
  const isLocal = about.kind === 'LocalSubjectAccessReview';
  if (isLocal && (given.namespace ?? '') !== '' && given.namespace !== namespace) return badRequest('the namespace of the provided object does not match the namespace sent on the request');
  const { namespace: _own, ...rest } = given;
  const errors = validateAccessReview(about.kind, { spec, metadata: isLocal ? { ...rest, namespace } : rest });
  // Inside upstream's server an object does not say what kind it is, and so neither does the message.
  if (errors.length > 0) return invalidStatus({ group: 'authorization.k8s.io', kind: '' }, '', errors);
  const attributes: Attributes = {
    user: about.user, verb: resource?.verb ?? path?.verb ?? '', group: resource?.group ?? '', resource: resource?.resource ?? '', subresource: resource?.subresource ?? '',
    namespace: resource?.namespace ?? '', name: resource?.name ?? '', path: path?.path ?? '', fieldSelector: resource?.fieldSelector?.rawSelector ?? '',
  };
  const decision = authorize(server, attributes);
  const status = decision.reason === '' ? { allowed: decision.allowed } : { allowed: decision.allowed, reason: decision.reason };
  return reviewObject(request, { apiVersion: 'authorization.k8s.io/v1', kind: about.kind, status });
}

function namedUser(request: RequestRecord): UserInfo {
  const { user = '', groups = [], uid = '', extra } = specOf<SubjectAccessReviewSpec>(request);
  return { name: user, groups, uid, ...(extra === undefined ? {} : { extra }) };
}

function selfRules(server: Server, request: RequestRecord): KubeObject | Status {
  const { namespace = '' } = specOf<{ readonly namespace?: string }>(request);
  if (namespace === '') return badRequest('no namespace on request');
  const superuser: readonly PolicyRule[] = server.state.config.alwaysAllow ? [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }, { verbs: ['*'], nonResourceURLs: ['*'] }] : [];
  const rules = [...superuser, ...rulesFor(server, request.user, namespace)];
  const resourceRules = rules.filter(rule => rule.nonResourceURLs === undefined).map(({ verbs, apiGroups = [], resources = [], resourceNames }) => ({
    verbs, apiGroups, resources, ...(resourceNames === undefined ? {} : { resourceNames }),
  }));
  const nonResourceRules = rules.filter(rule => rule.nonResourceURLs !== undefined).map(({ verbs, nonResourceURLs }: PolicyRule) => ({ verbs, nonResourceURLs }));
  // What a kubelet may do depends on the pods it runs, which no list of rules can say.
  const isNode = nodeOf(request.user) !== '';
  const doubt = isNode ? { incomplete: true, evaluationError: 'node authorizer does not support user rule resolution' } : { incomplete: false };
  return reviewObject(request, { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectRulesReview', status: { resourceRules, nonResourceRules, ...doubt } });
}

function userInfo({ name, uid, groups, extra }: UserInfo): object {
  return { username: name, ...(uid === '' ? {} : { uid }), groups, ...(extra === undefined ? {} : { extra }) };
}

function tokenReview(server: Server, request: RequestRecord): KubeObject | Status {
  const { token = '', audiences = [] } = specOf<TokenReview['spec']>(request);
  if (token === '') return badRequest('token is required for TokenReview in authentication');
  return reviewObject(request, { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', status: reviewStatus(server, token, audiences) });
}

function reviewStatus(server: Server, token: string, audiences: readonly string[]): object {
  const newcomer = bootstrapTokenUser(server, token);
  if (newcomer !== undefined) return { authenticated: true, user: userInfo(newcomer) };
  const known = reviewToken(server, token, audiences.length === 0 ? [ISSUER] : audiences);
  if (typeof known === 'string') return { user: {}, error: known };
  return { authenticated: true, user: userInfo(known.user), audiences: known.audiences };
}

function whoAmI(_server: Server, request: RequestRecord): KubeObject {
  const status = { userInfo: userInfo(request.user) };
  return { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview', metadata: { name: '' }, status } as unknown as KubeObject;
}

const authorization = { group: 'authorization.k8s.io', version: 'v1' } as const;
const authentication = { group: 'authentication.k8s.io', version: 'v1' } as const;

/** All reviews, in the order of discovery. */
export const reviews: readonly Review[] = [
  { ...authentication, kind: 'SelfSubjectReview', plural: 'selfsubjectreviews', singular: 'selfsubjectreview', namespaced: false, answer: whoAmI },
  { ...authentication, kind: 'TokenReview', plural: 'tokenreviews', singular: 'tokenreview', namespaced: false, answer: tokenReview },
  {
    ...authorization, kind: 'LocalSubjectAccessReview', plural: 'localsubjectaccessreviews', singular: 'localsubjectaccessreview', namespaced: true,
    answer: (server, request) => access(server, request, { user: namedUser(request), kind: 'LocalSubjectAccessReview' }),
  },
  {
    ...authorization, kind: 'SelfSubjectAccessReview', plural: 'selfsubjectaccessreviews', singular: 'selfsubjectaccessreview', namespaced: false,
    answer: (server, request) => access(server, request, { user: request.user, kind: 'SelfSubjectAccessReview' }),
  },
  { ...authorization, kind: 'SelfSubjectRulesReview', plural: 'selfsubjectrulesreviews', singular: 'selfsubjectrulesreview', namespaced: false, answer: selfRules },
  {
    ...authorization, kind: 'SubjectAccessReview', plural: 'subjectaccessreviews', singular: 'subjectaccessreview', namespaced: false,
    answer: (server, request) => access(server, request, { user: namedUser(request), kind: 'SubjectAccessReview' }),
  },
];

/** The review that a call is; undefined = it is none. */
export function reviewOf({ group, resource, version }: ApiCall): Review | undefined {
  if (group !== 'authorization.k8s.io' && group !== 'authentication.k8s.io') return undefined;
  return reviews.find(review => review.group === group && review.plural === resource && review.version === version);
}
