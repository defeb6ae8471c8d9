import type { Impersonation } from '../../api/wire.ts';
import { AUTHENTICATED, UNAUTHENTICATED, anonymous, serviceAccountUser, splitServiceAccount } from '../authn/users.ts';
import { authorize, forbidden } from '../authz/authorize.ts';
import type { Attributes } from '../authz/attributes.ts';
import { defineStage, note, refuse } from '../stage.ts';
import type { UserInfo } from '../state.ts';

/** Lets a user act as somebody else, if it may `impersonate` that somebody. */
export const impersonation = defineStage({
  name: 'impersonation',
  source: 'staging/src/k8s.io/apiserver/pkg/endpoints/filters/impersonation.go',
  run(request, server) {
    const wanted = request.impersonate;
    if (wanted === undefined) return undefined;
    for (const attributes of questionsAbout(wanted, request.user)) {
      const decision = authorize(server, attributes);
      if (!decision.allowed) return refuse(forbidden(attributes, decision.reason));
    }
    request.impersonator = request.user;
    request.user = impersonated(wanted);
    note(request, 'impersonation', `acts as ${request.user.name}`);
    return undefined;
  },
});

/** One authorization per identity that is borrowed. */
function questionsAbout(wanted: Impersonation, user: UserInfo): readonly Attributes[] {
  const base = { user, verb: 'impersonate', group: '', subresource: '', namespace: '', path: '', fieldSelector: '' };
  const account = splitServiceAccount(wanted.user);
  const questions: Attributes[] = [account === undefined
    ? { ...base, resource: 'users', name: wanted.user }
    : { ...base, resource: 'serviceaccounts', namespace: account.namespace, name: account.name }];
  for (const name of wanted.groups) questions.push({ ...base, resource: 'groups', name });
  return questions;
}

function impersonated(wanted: Impersonation): UserInfo {
  const account = splitServiceAccount(wanted.user);
  if (account !== undefined && wanted.groups.length === 0) return serviceAccountUser(account.namespace, account.name, wanted.uid ?? '');
  if (wanted.user === anonymous.name) return Object.freeze({ ...anonymous, groups: Object.freeze([...wanted.groups, UNAUTHENTICATED]) });
  const groups = wanted.groups.includes(AUTHENTICATED) ? wanted.groups : [...wanted.groups, AUTHENTICATED];
  return Object.freeze({ name: wanted.user, uid: wanted.uid ?? '', groups: Object.freeze([...groups]) });
}
