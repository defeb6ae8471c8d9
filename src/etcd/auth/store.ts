import { Table } from '../../base/table.ts';
import type { Permission } from '../contract.ts';

/**
 * Users and roles, the same on every member. Changed only by applied entries (`manage.ts`).
 *
 * @source etcd-io/etcd server/auth/store.go
 */
export interface AuthStore {
  enabled: boolean;
  /** Rises with every change of users, roles and grants, so that a request judged by older rules can be told. */
  revision: number;
  users: Table<User>;
  roles: Table<Role>;
}

/** A user; frozen. */
export interface User {
  readonly name: string;
  /** Salt and digest; '' = never logs in with a password. */
  readonly password: string;
  readonly noPassword: boolean;
  /** Sorted. */
  readonly roles: readonly string[];
}

/** A role with its grants, sorted by key; frozen. */
export interface Role { readonly name: string; readonly permissions: readonly Permission[] }

/** The user and the role that may do everything. */
export const ROOT = 'root';

/** No users, no rules. */
export const newAuthStore = (): AuthStore => ({ enabled: false, revision: 1, users: new Table(), roles: new Table() });

/** A second store with the same content; both may go on. */
export const checkpointAuth = (auth: AuthStore): AuthStore =>
  ({ ...auth, users: auth.users.checkpoint(), roles: auth.roles.checkpoint() });

/** Whether a user may do everything. */
export const hasRootRole = (user: User): boolean => user.roles.includes(ROOT);
