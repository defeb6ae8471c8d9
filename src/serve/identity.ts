/** Who asks: certificates, tokens, or whoever reaches a server without https. */
import type { IncomingMessage } from 'node:http';
import type { TLSSocket } from 'node:tls';
import { type Status, unauthorized } from '../api/status.ts';
import type { Credential } from '../api/wire.ts';

/** A client's proof, as the API server sees it. */
export interface Identity { readonly credential: Credential }
/** Finds out who makes a request; a Status refuses it. */
export type Identify = (request: IncomingMessage) => Identity | Status;

const administrator: Identity = Object.freeze({ credential: Object.freeze({ type: 'certificate', commonName: 'kubernetes-admin', organizations: Object.freeze(['kubeadm:cluster-admins']) }) });

const bearerOf = ({ headers }: IncomingMessage): string => /^Bearer\s+(\S+)$/i.exec(headers.authorization ?? '')?.[1] ?? '';

/** A token of the cluster itself: the API server knows whether it is good. */
const isClusterToken = (token: string): boolean => token.startsWith('sa:') || token.split('.').length === 3 || /^[a-z0-9]{6}\.[a-z0-9]{16}$/.test(token);

const tokens = new Map<string, Identity>();
/** Identities remembered by their token. */
const TOKENS_MAX = 1000;

function byToken(token: string): Identity {
  let identity = tokens.get(token);
  if (identity !== undefined) return identity;
  identity = Object.freeze({ credential: Object.freeze({ type: 'token', token }) });
  if (tokens.size >= TOKENS_MAX) tokens.clear();
  tokens.set(token, identity);
  return identity;
}

/**
 * Without https there is nothing to prove: clients send no credentials. Whoever reaches the port is the administrator, unless it brings
 * a token of the cluster.
 */
export const identifyPlainly: Identify = (request) => {
  const token = bearerOf(request);
  return token !== '' && isClusterToken(token) ? byToken(token) : administrator;
};

/** With https: a certificate of the server's own authority, one of its tokens, or a token of the cluster. */
export function identifyStrictly(known: ReadonlyMap<string, Identity>): Identify {
  return (request) => {
    const socket = request.socket as TLSSocket;
    const token = bearerOf(request);
    if (token !== '') return known.get(token) ?? (isClusterToken(token) ? byToken(token) : unauthorized());
    return byCertificate(socket) ?? unauthorized();
  };
}

const bySocket = new WeakMap<TLSSocket, Identity>();

/** @source kubernetes/apiserver pkg/authentication/request/x509/x509.go (CommonNameUserConversion) */
function byCertificate(socket: TLSSocket): Identity | undefined {
  if (!socket.authorized) return undefined;
  let identity = bySocket.get(socket);
  if (identity !== undefined) return identity;
  const { subject } = socket.getPeerCertificate() as { readonly subject?: { readonly CN?: string; readonly O?: string | readonly string[] } };
  if (typeof subject?.CN !== 'string') return undefined;
  const organizations = subject.O === undefined ? [] : typeof subject.O === 'string' ? [subject.O] : [...subject.O];
  identity = Object.freeze({ credential: Object.freeze({ type: 'certificate', commonName: subject.CN, organizations: Object.freeze(organizations) }) });
  bySocket.set(socket, identity);
  return identity;
}
