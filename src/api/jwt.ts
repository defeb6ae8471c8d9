/**
 * JSON Web Tokens of the cluster.
 *
 * @source RFC 7519; kubernetes/kubernetes pkg/serviceaccount/jwt.go, legacy.go
 * @fidelity simplified: the third part is a keyed SHA-256 whose key is the cluster's own identity, not an RSA signature that others can check
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { decodeBase64Text, encodeBase64, encodeBase64Text, utf8Bytes } from './base64.ts';

const HEADER = toUrl(encodeBase64Text('{"alg":"RS256","kid":"pilothouse"}'));
/** Block of SHA-256, bytes. */
const BLOCK = 64;

function toUrl(base64: string): string {
  return base64.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

function signature(content: string, key: string): string {
  const digest = sha256(Uint8Array.from(utf8Bytes(`${key} ${content}`)));
  return toUrl(encodeBase64Text([...digest].map(byte => byte.toString(16).padStart(2, '0')).join('')));
}

/** The token that says these things. */
export function signJwt(claims: object, key: string): string {
  const content = `${HEADER}.${toUrl(encodeBase64Text(JSON.stringify(claims)))}`;
  return `${content}.${signature(content, key)}`;
}

/** What a token says; undefined when it was not signed with this key. */
export function readJwt(text: string, key: string): object | undefined {
  const [header = '', payload = '', signed = '', ...more] = text.split('.');
  if (more.length > 0 || signed === '' || signature(`${header}.${payload}`, key) !== signed) return undefined;
  return JSON.parse(decodeBase64Text(payload.replaceAll('-', '+').replaceAll('_', '/'))) as object;
}

/** HMAC with SHA-256 of two texts in ASCII, as a byte string. @source RFC 2104 */
function hmac(key: string, text: string): string {
  const bytes = (part: string): number[] => [...part].map(character => character.charCodeAt(0));
  const block = Array.from({ length: BLOCK }, (_, i) => bytes(key)[i] ?? 0);
  const inner = sha256(Uint8Array.from([...block.map(byte => byte ^ 0x36), ...bytes(text)]));
  return String.fromCharCode(...sha256(Uint8Array.from([...block.map(byte => byte ^ 0x5c), ...inner])));
}

/** A signature beside its content: two parts of a token with nothing between. @source kubernetes/cluster-bootstrap token/jws/jws.go */
export function detachedSignature(content: string, id: string, secret: string): string {
  const header = toUrl(encodeBase64Text(`{"alg":"HS256","kid":"${id}"}`));
  return `${header}..${toUrl(encodeBase64(hmac(secret, `${header}.${toUrl(encodeBase64Text(content))}`)))}`;
}

/** Who issues tokens that lie in Secrets. */
const LEGACY_ISSUER = 'kubernetes/serviceaccount';
const PREFIX = 'kubernetes.io/serviceaccount/';

/** What a token in a Secret says. */
export interface LegacyToken { readonly namespace: string; readonly secret: string; readonly name: string; readonly uid: string }

/** A token in a Secret: it ends with its Secret or its account. */
export function legacyClaims({ namespace, secret, name, uid }: LegacyToken): object {
  return {
    iss: LEGACY_ISSUER, [`${PREFIX}namespace`]: namespace, [`${PREFIX}secret.name`]: secret, [`${PREFIX}service-account.name`]: name, [`${PREFIX}service-account.uid`]: uid,
    sub: `system:serviceaccount:${namespace}:${name}`,
  };
}

/** Reads such claims; undefined when they are others. */
export function legacyTokenIn(claims: object): LegacyToken | undefined {
  const of = claims as Readonly<Record<string, unknown>>;
  const text = (key: string): string => (typeof of[`${PREFIX}${key}`] === 'string' ? String(of[`${PREFIX}${key}`]) : '');
  return of['iss'] === LEGACY_ISSUER ? { namespace: text('namespace'), secret: text('secret.name'), name: text('service-account.name'), uid: text('service-account.uid') } : undefined;
}
