import { compareText } from '../../base/compare.ts';
import type { Permission } from '../contract.ts';
import { ERRORS } from '../mvcc/errors.ts';
import type { EtcdError } from '../mvcc/errors.ts';
import { ROOT, hasRootRole } from './store.ts';
import type { AuthStore, Role, User } from './store.ts';

/**
 * Changes of users and roles, as applied entries make them, and what can be asked about them.
 *
 * @source etcd-io/etcd server/auth/store.go
 */

type Answer = object | EtcdError;
const DONE = Object.freeze({});

/** Rights of the root role, which are not kept with it. */
const ROOT_PERMISSION: Permission = Object.freeze({ permType: 'READWRITE', key: '', rangeEnd: '\0' });

function changed(auth: AuthStore): object {
  auth.revision += 1;
  return DONE;
}

const keepUser = (auth: AuthStore, user: User): void => { auth.users.set(user.name, Object.freeze(user)); };
const keepRole = (auth: AuthStore, role: Role): void => { auth.roles.set(role.name, Object.freeze(role)); };

/* ---- On and off ---- */

/** Turns the rules on; there must be someone who can turn them off again. */
export function enableAuth(auth: AuthStore): Answer {
  if (auth.enabled) return DONE;
  const root = auth.users.get(ROOT);
  if (root === undefined) return ERRORS.rootUserNotExist;
  if (!hasRootRole(root)) return ERRORS.rootRoleNotExist;
  auth.enabled = true;
  return DONE;
}

/** Turns the rules off; users and roles stay. */
export function disableAuth(auth: AuthStore): Answer {
  if (!auth.enabled) return DONE;
  auth.enabled = false;
  return changed(auth);
}

/* ---- Users ---- */

/** A user with a password already digested, or with none. */
export interface NewUser { readonly name: string; readonly hashedPassword: string; readonly noPassword: boolean }

/** A new user without roles. */
export function addUser(auth: AuthStore, { name, hashedPassword, noPassword }: NewUser): Answer {
  if (name === '') return ERRORS.userEmpty;
  if (auth.users.has(name)) return ERRORS.userAlreadyExist;
  keepUser(auth, { name, password: noPassword ? '' : hashedPassword, noPassword, roles: [] });
  return changed(auth);
}

/** Removes a user; the last way in stays. */
export function deleteUser(auth: AuthStore, name: string): Answer {
  if (auth.enabled && name === ROOT) return ERRORS.invalidAuthMgmt;
  if (!auth.users.delete(name)) return ERRORS.userNotFound;
  return changed(auth);
}

/** Gives a user a new password; one without a password keeps having none. */
export function changePassword(auth: AuthStore, { name, hashedPassword }: { readonly name: string; readonly hashedPassword: string }): Answer {
  const user = auth.users.get(name);
  if (user === undefined) return ERRORS.userNotFound;
  keepUser(auth, { ...user, password: user.noPassword ? '' : hashedPassword });
  return changed(auth);
}

/** Gives a user a role. The root role need not exist as a role. */
export function grantRole(auth: AuthStore, { user: name, role }: { readonly user: string; readonly role: string }): Answer {
  const user = auth.users.get(name);
  if (user === undefined) return ERRORS.userNotFound;
  if (role !== ROOT && !auth.roles.has(role)) return ERRORS.roleNotFound;
  if (user.roles.includes(role)) return DONE;
  keepUser(auth, { ...user, roles: [...user.roles, role].sort(compareText) });
  return changed(auth);
}

/** Takes a role from a user. */
export function revokeRole(auth: AuthStore, { name, role }: { readonly name: string; readonly role: string }): Answer {
  if (auth.enabled && name === ROOT && role === ROOT) return ERRORS.invalidAuthMgmt;
  const user = auth.users.get(name);
  if (user === undefined) return ERRORS.userNotFound;
  if (!user.roles.includes(role)) return ERRORS.roleNotGranted;
  keepUser(auth, { ...user, roles: user.roles.filter((other) => other !== role) });
  return changed(auth);
}

/** Roles of a user. */
export function getUser(auth: AuthStore, name: string): Answer {
  const user = auth.users.get(name);
  return user === undefined ? ERRORS.userNotFound : { roles: user.roles };
}

/* ---- Roles ---- */

/** A new role without rights. */
export function addRole(auth: AuthStore, name: string): Answer {
  if (name === '') return ERRORS.roleEmpty;
  if (auth.roles.has(name)) return ERRORS.roleAlreadyExist;
  keepRole(auth, { name, permissions: [] });
  return changed(auth);
}

/** Removes a role and takes it from everyone. */
export function deleteRole(auth: AuthStore, name: string): Answer {
  if (auth.enabled && name === ROOT) return ERRORS.invalidAuthMgmt;
  if (!auth.roles.delete(name)) return ERRORS.roleNotFound;
  for (const user of [...auth.users.values()]) {
    if (user.roles.includes(name)) keepUser(auth, { ...user, roles: user.roles.filter((role) => role !== name) });
  }
  return changed(auth);
}

const sameKeys = (a: Permission, b: { readonly key: string; readonly rangeEnd?: string }): boolean =>
  a.key === b.key && (a.rangeEnd ?? '') === (b.rangeEnd ?? '');

/** A single key, a range that is not empty, or everything from a key on. */
const isRange = ({ key, rangeEnd = '' }: Permission): boolean =>
  key !== '' && (rangeEnd === '' || rangeEnd === '\0' || key < rangeEnd);

/** Grants a right on a range of keys; the same range again only changes the kind of the right. */
export function grantPermission(auth: AuthStore, { name, perm }: { readonly name: string; readonly perm?: Permission }): Answer {
  if (perm === undefined) return ERRORS.permissionNotGiven;
  if (!isRange(perm)) return ERRORS.invalidAuthMgmt;
  const role = auth.roles.get(name);
  if (role === undefined) return ERRORS.roleNotFound;
  const fresh: Permission = Object.freeze({ permType: perm.permType, key: perm.key, rangeEnd: perm.rangeEnd ?? '' });
  const known = role.permissions.some((one) => sameKeys(one, fresh));
  const permissions = known
    ? role.permissions.map((one) => sameKeys(one, fresh) ? fresh : one)
    : [...role.permissions, fresh].sort((a, b) => compareText(a.key, b.key));
  keepRole(auth, { name, permissions: Object.freeze(permissions) });
  return changed(auth);
}

/** Takes the right on exactly this range back. */
export function revokePermission(auth: AuthStore, args: { readonly role: string; readonly key: string; readonly rangeEnd?: string }): Answer {
  const role = auth.roles.get(args.role);
  if (role === undefined) return ERRORS.roleNotFound;
  const permissions = role.permissions.filter((one) => !sameKeys(one, args));
  if (permissions.length === role.permissions.length) return ERRORS.permissionNotGranted;
  keepRole(auth, { name: role.name, permissions: Object.freeze(permissions) });
  return changed(auth);
}

/** Rights of a role. */
export function getRole(auth: AuthStore, name: string): Answer {
  const role = auth.roles.get(name);
  if (role === undefined) return ERRORS.roleNotFound;
  return { perm: name === ROOT ? [ROOT_PERMISSION] : role.permissions };
}
