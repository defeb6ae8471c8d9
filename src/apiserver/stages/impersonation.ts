import type { Impersonation } from '../../api/wire.ts';
import { internalError } from '../../api/status.ts';
import { serviceAccountUser } from '../authn/service-accounts.ts';
import { anonymous, AUTHENTICATED, splitServiceAccount, UNAUTHENTICATED } from '../authn/users.ts';
import { authorize, forbidden } from '../authz/authorize.ts';
import type { Attributes } from '../authz/attributes.ts';
import { defineStage, note, refuse } from '../stage.ts';
import type { UserInfo } from '../state.ts';

const AUTHENTICATION = 'authentication.k8s.io';

/** Lets a user act as somebody else, if it may `impersonate` every part of that somebody. */
export const impersonation = defineStage({
  name: 'impersonation',
  summary: { ko: '다른 사람으로 행세해도 되는지 봐요', en: 'whether the user may act as somebody else is decided' },
  source: 'staging/src/k8s.io/apiserver/pkg/endpoints/filters/impersonation.go',
  run(request, server) {
    const wanted = request.impersonate;
    if (wanted === undefined) return undefined;
    if (wanted.user === '') return refuse(internalError(`requested [${referencesOf(wanted).join(' ')}] without impersonating a user`));
    for (const attributes of questionsAbout(wanted, request.user)) {
      const decision = authorize(server, attributes);
      if (decision.allowed) continue;
      note(request, 'impersonation', `may not act as ${wanted.user}`);
      return refuse(forbidden(attributes, decision.reason));
    }
    request.impersonator = request.user;
    request.user = impersonated(wanted);
    note(request, 'impersonation', `acts as ${request.user.name}`);
    return undefined;
  },
});

const extrasOf = ({ extra = {} }: Impersonation): readonly (readonly [key: string, value: string])[] =>
  Object.entries(extra).flatMap(([key, values]) => values.map(value => [key.toLowerCase(), value] as const));

/** The parts as upstream prints its references to them: kind, namespace, name, uid, version, resource version, field. */
function referencesOf(wanted: Impersonation): readonly string[] {
  return [
    ...wanted.groups.map(name => `{Group  ${name}    }`),
    ...extrasOf(wanted).map(([key, value]) => `{UserExtra  ${value}  ${AUTHENTICATION}/v1  ${key}}`),
    ...((wanted.uid ?? '') === '' ? [] : [`{UID  ${wanted.uid ?? ''}  ${AUTHENTICATION}/v1  }`]),
  ];
}

/** One authorization per identity that is borrowed. */
function questionsAbout(wanted: Impersonation, user: UserInfo): readonly Attributes[] {
  const base = { user, verb: 'impersonate', group: '', subresource: '', namespace: '', path: '', fieldSelector: '' };
  const account = splitServiceAccount(wanted.user);
  const questions: Attributes[] = [account === undefined
    ? { ...base, resource: 'users', name: wanted.user }
    : { ...base, resource: 'serviceaccounts', namespace: account.namespace, name: account.name }];
  for (const name of wanted.groups) questions.push({ ...base, resource: 'groups', name });
  for (const [key, name] of extrasOf(wanted)) questions.push({ ...base, group: AUTHENTICATION, resource: 'userextras', subresource: key, name });
  if ((wanted.uid ?? '') !== '') questions.push({ ...base, group: AUTHENTICATION, resource: 'uids', name: wanted.uid ?? '' });
  return questions;
}

function impersonated(wanted: Impersonation): UserInfo {
  const { user: name, uid = '' } = wanted;
  const extra: Record<string, string[]> = {};
  for (const [key, value] of extrasOf(wanted)) (extra[key] ??= []).push(value);
  const extras = Object.keys(extra).length === 0 ? {} : { extra: Object.freeze(extra) };
  return Object.freeze({ name, uid, groups: Object.freeze(groupsOf(wanted)), ...extras });
}

/** Groups are taken as given; who is somebody is authenticated, unless the groups say otherwise. */
function groupsOf({ user, groups }: Impersonation): readonly string[] {
  const account = groups.length === 0 ? splitServiceAccount(user) : undefined;
  if (account !== undefined) return serviceAccountUser(account.namespace, account.name, '').groups;
  if (user === anonymous.name) return groups.includes(UNAUTHENTICATED) ? groups : [...groups, UNAUTHENTICATED];
  return groups.includes(AUTHENTICATED) || groups.includes(UNAUTHENTICATED) ? [...groups] : [...groups, AUTHENTICATED];
}
