/** The chain of authorizers: superusers, Node, RBAC. The first that allows decides. */
import { forbiddenStatus, type Status } from '../../api/status.ts';
import { quote } from '../../api/field-error.ts';
import { MASTERS } from '../authn/users.ts';
import type { RequestRecord, Server, UserInfo } from '../state.ts';
import { type Attributes, type Decision, resourceAndSubresource } from './attributes.ts';
import { authorizeNode } from './node.ts';
import { authorizeRbac } from './rbac.ts';

const superuser: Decision = Object.freeze({ allowed: true, reason: '' });

/** `--authorization-always-allow-paths`: probes need no permission. */
const ALWAYS_ALLOWED: readonly string[] = ['/healthz', '/readyz', '/livez'];

/** Asks all authorizers in order; the reasons of those without opinion are joined. */
export function authorize(server: Server, attributes: Attributes): Decision {
  if (attributes.resource === '' && ALWAYS_ALLOWED.includes(attributes.path.split('?')[0] ?? '')) return superuser;
  if (isSuperuser(server, attributes.user)) return superuser;
  const byNode = authorizeNode(server, attributes);
  if (byNode.allowed) return byNode;
  const byRole = authorizeRbac(server, attributes);
  if (byRole.allowed || byNode.reason === '') return byRole;
  return { allowed: false, reason: byRole.reason === '' ? byNode.reason : `[${byNode.reason}, ${byRole.reason}]` };
}

/** Whether nobody has to be asked. */
export function isSuperuser(server: Server, user: UserInfo): boolean {
  return server.state.config.alwaysAllow || user.groups.includes(MASTERS);
}

/** Who lists by name asks for that one object. @source kubernetes/apiserver pkg/endpoints/request/requestinfo.go */
const SELECTED_NAME = /(?:^|,)metadata\.name==?([^,=]+)/;

/** The attributes of a request. */
export function attributesOf({ call, user }: RequestRecord): Attributes {
  const fieldSelector = call.options?.fieldSelector ?? '';
  const name = call.name === '' && fieldSelector !== '' ? SELECTED_NAME.exec(fieldSelector)?.[1] ?? '' : call.name;
  return {
    user, verb: call.verb, group: call.group, resource: call.resource, subresource: call.subresource, namespace: call.namespace, name,
    path: call.path ?? '', fieldSelector,
  };
}

/** The 403 that a denied request gets. @source kubernetes/apiserver pkg/endpoints/handlers/responsewriters/errors.go */
export function forbidden(attributes: Attributes, reason: string): Status {
  const text = reason === '' ? deniedText(attributes) : `${deniedText(attributes)}: ${reason}`;
  return forbiddenStatus({ group: attributes.group, resource: attributes.resource }, attributes.name, text);
}

function deniedText(attributes: Attributes): string {
  const who = `User ${quote(attributes.user.name)} cannot ${attributes.verb}`;
  if (attributes.resource === '') return `${who} path ${quote(attributes.path.split('?')[0] ?? '')}`;
  const what = `${who} resource ${quote(resourceAndSubresource(attributes))} in API group ${quote(attributes.group)}`;
  return attributes.namespace === '' ? `${what} at the cluster scope` : `${what} in the namespace ${quote(attributes.namespace)}`;
}
