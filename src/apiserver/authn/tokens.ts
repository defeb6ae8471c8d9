/**
 * Bearer tokens of service accounts, in the form of JSON Web Tokens, so that they can be taken apart with the usual tools.
 *
 * @source kubernetes/kubernetes pkg/serviceaccount/claims.go, jwt.go; RFC 7519
 * @fidelity simplified: the third part is a keyed SHA-256 whose key is the cluster's own identity, not an RSA signature that others can check
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { decodeBase64Text, encodeBase64Text, utf8Bytes } from '../../api/base64.ts';
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
}

const HEADER = toUrl(encodeBase64Text('{"alg":"RS256","kid":"pilothouse"}'));

function toUrl(base64: string): string {
  return base64.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

function signature(content: string, key: string): string {
  const digest = sha256(Uint8Array.from(utf8Bytes(`${key} ${content}`)));
  return toUrl(encodeBase64Text([...digest].map(byte => byte.toString(16).padStart(2, '0')).join('')));
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
  const content = `${HEADER}.${toUrl(encodeBase64Text(JSON.stringify(claims)))}`;
  return `${content}.${signature(content, key)}`;
}

interface Reference { readonly name?: unknown; readonly uid?: unknown }
interface Claims {
  readonly aud?: unknown; readonly exp?: unknown; readonly iat?: unknown; readonly jti?: unknown;
  readonly 'kubernetes.io'?: { readonly namespace?: unknown; readonly serviceaccount?: Reference; readonly pod?: Reference; readonly secret?: Reference; readonly node?: Reference };
}

/** Reads a token; undefined when it is none of this cluster's. */
export function parseToken(text: string, key: string): Token | undefined {
  const [header = '', payload = '', signed = '', ...more] = text.split('.');
  if (more.length > 0 || signed === '' || signature(`${header}.${payload}`, key) !== signed) return undefined;
  const claims = JSON.parse(decodeBase64Text(payload.replaceAll('-', '+').replaceAll('_', '/'))) as Claims;
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

function reference(of: Reference | undefined): { readonly name: string; readonly uid: string } | undefined {
  return typeof of?.name === 'string' && typeof of.uid === 'string' ? { name: of.name, uid: of.uid } : undefined;
}
