import { type ProcessId, seconds } from '../../base/data.ts';
import type { EtcdMember } from '../member-state.ts';
import { ERRORS } from '../mvcc/errors.ts';
import type { EtcdError } from '../mvcc/errors.ts';
import type { Outbox } from '../../sim/process.ts';
import type { AuthInfo } from './permission.ts';

/**
 * Simple tokens: a random prefix from the member that was asked and the index of the log entry that granted it, so that
 * all members know the same token. They live in memory only: a restart forgets them.
 *
 * @source etcd-io/etcd server/auth/simple_token.go
 */

/** A token in use. */
export interface Token { readonly username: string; readonly expiresAt: number }

/** Life of a token that is not used. @source etcd-io/etcd server/embed/config.go DefaultAuthTokenTTL */
const TOKEN_TTL = seconds(300);
/** etcd looks for tokens that have ended once a second. */
const TOKEN_LOOK = seconds(1);
/** Tokens a member keeps; the oldest gives way. etcd only warns at this number. @source simple_token.go */
const TOKENS_MAX = 10_000;
const LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';
const PREFIX_LENGTH = 16;

/** The random half of a token. */
export function tokenPrefix(out: Outbox): string {
  let prefix = '';
  for (let i = 0; i < PREFIX_LENGTH; i++) prefix += LETTERS[out.draw('auth-token', LETTERS.length)] ?? '';
  return prefix;
}

/** A token begins. */
export function assignToken(member: EtcdMember, token: string, cx: { readonly username: string; readonly now: number }): void {
  const { tokens } = member;
  tokens.set(token, Object.freeze({ username: cx.username, expiresAt: cx.now + TOKEN_TTL }));
  if (tokens.size <= TOKENS_MAX) return;
  for (const oldest of tokens.keys()) {
    tokens.delete(oldest);
    break;
  }
}

/** Ends all tokens of a user. */
export function dropTokens(member: EtcdMember, username: string): void {
  for (const [token, known] of member.tokens) if (known.username === username) member.tokens.delete(token);
}

/** Gone at the first look after its time. */
const hasEnded = ({ expiresAt }: Token, now: number): boolean => Math.floor(now / TOKEN_LOOK) * TOKEN_LOOK > expiresAt;

/** Mark of what stands in a token's place for a client that shows a certificate; no token begins so. */
const CERTIFICATE = '\0certificate:';
/** What kube-apiserver's certificate for etcd says who it is. @source kubernetes/kubernetes cmd/kubeadm/app/phases/certs/certlist.go KubeadmCertEtcdAPIClient */
const API_SERVER_USER = 'kube-apiserver-etcd-client';

/**
 * What a client is known by: its token, or without one the name in its certificate.
 *
 * @source etcd-io/etcd server/auth/store.go AuthInfoFromTLS
 * @fidelity simplified: only kube-apiserver shows a certificate whose name counts; etcdctl names a user, or nobody
 */
export function credentialOf({ auth }: EtcdMember, client: ProcessId, token: string | undefined): string | undefined {
  if (token !== undefined || !auth.enabled) return token;
  return client.endsWith('/kube-apiserver') ? `${CERTIFICATE}${API_SERVER_USER}` : undefined;
}

/** Who speaks with a token or certificate; using a token prolongs its life. */
export function authInfoOf(member: EtcdMember, token: string | undefined, now: number): AuthInfo | undefined | EtcdError {
  if (!member.auth.enabled || token === undefined) return undefined;
  if (token.startsWith(CERTIFICATE)) return { username: token.slice(CERTIFICATE.length), revision: member.auth.revision };
  const known = member.tokens.get(token);
  if (known === undefined || hasEnded(known, now)) {
    member.tokens.delete(token);
    return ERRORS.invalidAuthToken;
  }
  member.tokens.set(token, Object.freeze({ username: known.username, expiresAt: now + TOKEN_TTL }));
  return { username: known.username, revision: member.auth.revision };
}
