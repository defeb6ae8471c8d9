import type { EtcdMember, Login } from '../member-state.ts';
import { ERRORS } from '../mvcc/errors.ts';
import type { EtcdError } from '../mvcc/errors.ts';
import { propose } from '../propose.ts';
import { refuse } from '../reply.ts';
import type { Cx } from '../reply.ts';
import { passwordMatches } from './password.ts';
import type { AuthStore } from './store.ts';
import { tokenPrefix } from './tokens.ts';

/**
 * Logging in: the member that was asked checks the password against rules it has just made sure are new, and an entry
 * in the log grants the token, so that the password itself never gets there.
 *
 * @source etcd-io/etcd server/etcdserver/v3_server.go (Authenticate), server/auth/store.go (CheckPassword)
 */

function checkPassword(auth: AuthStore, { name, password }: Login): EtcdError | undefined {
  if (!auth.enabled) return ERRORS.authNotEnabled;
  const user = auth.users.get(name);
  if (user === undefined) return ERRORS.authFailed;
  if (user.noPassword) return ERRORS.noPasswordUser;
  return passwordMatches(user.password, password) ? undefined : ERRORS.authFailed;
}

/** Asks for a token, if the password is right. Asked again when users or roles change before the token is granted. */
export function login(member: EtcdMember, args: Login, cx: Cx): void {
  const error = checkPassword(member.auth, args);
  if (error !== undefined) return refuse(cx.caller, error, cx.out);
  const { name, password } = args;
  propose(member, { op: 'authenticate', args: { name, simpleToken: tokenPrefix(cx.out) } }, cx, { name, password, checked: member.auth.revision });
}
