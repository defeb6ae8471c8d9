/**
 * Bearer tokens of service accounts, in the form of JSON Web Tokens, so that they can be taken apart with the usual tools.
 *
 * @source kubernetes/kubernetes pkg/serviceaccount/claims.go, legacy.go
 */
import { type LegacyToken, legacyTokenIn, readJwt, signJwt } from '../../api/jwt.ts';
import { worldEpochSeconds } from '../../api/time.ts';

/** `--service-account-issuer`, which is also the only audience of the API. */
export const ISSUER = 'https://kubernetes.default.svc.cluster.local';

/** What a token is tied to: it dies with it. */
export interface BoundObject { readonly kind: 'Pod' | 'Secret' | 'Node'; readonly name: string; readonly uid: string }

/** What a token says. */
export interface Token {
  readonly namespace: string;
  readonly name: string;
  /** Of the service account. */
  readonly uid: string;
  readonly audiences: readonly string[];
  /** Virtual seconds since the start. */
  readonly issuedAt: number;
  readonly expiry: number;
  /** Number of the token. */
  readonly id: string;
  readonly bound: BoundObject | undefined;
  /** The node of the pod that it is bound to. */
  readonly node: { readonly name: string; readonly uid: string } | undefined;
  /** The text of a token that lies in a Secret. */
  readonly legacy?: string;
}

/** The text of a token. */
export function formatToken(token: Token, key: string): string {
  const { bound } = token;
  const claims = {
    aud: token.audiences, exp: worldEpochSeconds + token.expiry, iat: worldEpochSeconds + token.issuedAt, iss: ISSUER, jti: token.id,
    'kubernetes.io': {
      namespace: token.namespace,
      ...(token.node === undefined ? {} : { node: token.node }),
      ...(bound === undefined ? {} : { [bound.kind.toLowerCase()]: { name: bound.name, uid: bound.uid } }),
      serviceaccount: { name: token.name, uid: token.uid },
    },
    nbf: worldEpochSeconds + token.issuedAt, sub: `system:serviceaccount:${token.namespace}:${token.name}`,
  };
  return signJwt(claims, key);
}

interface Reference { readonly name?: unknown; readonly uid?: unknown }
interface Claims {
  readonly aud?: unknown; readonly exp?: unknown; readonly iat?: unknown; readonly jti?: unknown;
  readonly 'kubernetes.io'?: { readonly namespace?: unknown; readonly serviceaccount?: Reference; readonly pod?: Reference; readonly secret?: Reference; readonly node?: Reference };
}

/** Reads a token; undefined when it is none of this cluster's. */
export function parseToken(text: string, key: string): Token | undefined {
  const read = readJwt(text, key);
  if (read === undefined) return undefined;
  const legacy = legacyTokenIn(read);
  if (legacy !== undefined) return legacyToken(legacy, text);
  const claims = read as Claims;
  const own = claims['kubernetes.io'] ?? {};
  const account = reference(own.serviceaccount);
  const node = reference(own.node);
  const pod = reference(own.pod);
  const secret = reference(own.secret);
  if (account === undefined) return undefined;
  const bound: BoundObject | undefined = pod !== undefined ? { kind: 'Pod', ...pod } : secret !== undefined ? { kind: 'Secret', ...secret } : node !== undefined ? { kind: 'Node', ...node } : undefined;
  return {
    namespace: String(own.namespace), ...account, audiences: (claims.aud as readonly string[] | undefined) ?? [], issuedAt: Number(claims.iat) - worldEpochSeconds, expiry: Number(claims.exp) - worldEpochSeconds,
    id: String(claims.jti), bound, node: pod === undefined ? undefined : node,
  };
}

/** A token of a Secret is good for the API for ever, or as long as the Secret holds it. */
function legacyToken({ namespace, secret, name, uid }: LegacyToken, text: string): Token {
  return { namespace, name, uid, audiences: [ISSUER], issuedAt: 0, expiry: Infinity, id: '', bound: { kind: 'Secret', name: secret, uid: '' }, node: undefined, legacy: text };
}

function reference(of: Reference | undefined): { readonly name: string; readonly uid: string } | undefined {
  return typeof of?.name === 'string' && typeof of.uid === 'string' ? { name: of.name, uid: of.uid } : undefined;
}
