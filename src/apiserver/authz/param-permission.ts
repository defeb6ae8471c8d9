/**
 * Who lets a policy read parameters must be able to read them: else the policy would tell what they hold.
 *
 * @source kubernetes/kubernetes pkg/registry/admissionregistration/validatingadmissionpolicy/authz.go, validatingadmissionpolicybinding/authz.go
 */
import { equalData } from '../../base/compare.ts';
import { forbidden } from '../../api/field-error.ts';
import type { ValidatingAdmissionPolicy, ValidatingAdmissionPolicyBinding } from '../../api/kinds/all.ts';
import type { KubeObject } from '../../api/meta.ts';
import type { ResourceDescriptor } from '../../api/resource.ts';
import { invalidStatus, type Status } from '../../api/status.ts';
import { kindNamed } from '../resources.ts';
import type { RequestRecord, Server, UserInfo } from '../state.ts';
import { authorize, isSuperuser } from './authorize.ts';

const GROUP = 'admissionregistration.k8s.io';

interface Change { readonly descriptor: ResourceDescriptor; readonly object: KubeObject; readonly old: KubeObject | undefined }
type ParamKind = NonNullable<ValidatingAdmissionPolicy['spec']>['paramKind'];

/** Why a good policy or binding may not be written; undefined for other kinds, and when all is well. */
export function paramFault(server: Server, { user, call }: RequestRecord, { descriptor, object, old }: Change): Status | undefined {
  if (descriptor.group !== GROUP || call.subresource !== '' || isSuperuser(server, user)) return undefined;
  const error = descriptor.kind === 'ValidatingAdmissionPolicy' ? aboutKind(server, user, { object, old })
    : descriptor.kind === 'ValidatingAdmissionPolicyBinding' ? aboutReference(server, user, { object, old }) : undefined;
  return error === undefined ? undefined : invalidStatus({ group: GROUP, kind: descriptor.kind }, object.metadata.name, [error]);
}

type Pair<T> = { readonly object: T; readonly old: T | undefined };

function aboutKind(server: Server, user: UserInfo, pair: Pair<KubeObject>): ReturnType<typeof forbidden> | undefined {
  const { object: { spec }, old } = pair as Pair<ValidatingAdmissionPolicy>;
  const paramKind = spec?.paramKind;
  if (paramKind === undefined || equalData(paramKind, old?.spec?.paramKind)) return undefined;
  if (mayRead(server, user, { verb: 'get', paramKind, namespace: '*', name: '*' })) return undefined;
  return forbidden('spec.paramKind', `user ${shownUser(user)} must have "get" permission on all objects of the referenced paramKind (kind=${paramKind.kind ?? ''}, apiVersion=${paramKind.apiVersion ?? ''})`);
}

function aboutReference(server: Server, user: UserInfo, pair: Pair<KubeObject>): ReturnType<typeof forbidden> | undefined {
  const { object: { spec }, old } = pair as Pair<ValidatingAdmissionPolicyBinding>;
  const { paramRef, policyName = '' } = spec ?? {};
  if (paramRef === undefined || (equalData(paramRef, old?.spec?.paramRef) && policyName === old?.spec?.policyName)) return undefined;
  const policy = server.state.caches.get(`${GROUP}/validatingadmissionpolicies`)?.items.get(`/registry/validatingadmissionpolicies/${policyName}`) as ValidatingAdmissionPolicy | undefined;
  const { name = '', namespace = '' } = paramRef;
  const verb = name === '' ? 'list' : 'get';
  if (mayRead(server, user, { verb, paramKind: policy?.spec?.paramKind, namespace, name })) return undefined;
  return forbidden('spec.paramRef', `user ${shownUser(user)} does not have "${verb}" permission on the object referenced by paramRef`);
}

interface Reading { readonly verb: string; readonly paramKind: ParamKind; readonly namespace: string; readonly name: string }

/** Of a kind that is not known, everything must be open to the user. */
function mayRead(server: Server, user: UserInfo, { verb, paramKind, namespace, name }: Reading): boolean {
  const { apiVersion = '', kind = '' } = paramKind ?? {};
  const group = paramKind === undefined ? '*' : apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
  const resource = (paramKind === undefined ? undefined : kindNamed(server.state, { apiVersion, kind })?.plural) ?? '*';
  return authorize(server, { user, verb, group, resource, subresource: '', namespace, name, path: '', fieldSelector: '' }).allowed;
}

/** A user as Go prints it. */
function shownUser({ name, uid, groups, extra = {} }: UserInfo): string {
  const more = Object.keys(extra).sort().map(key => `${key}:[${(extra[key] ?? []).join(' ')}]`);
  return `&{${name} ${uid} [${groups.join(' ')}] map[${more.join(' ')}]}`;
}
