/** Where the next page of a list begins. @source kubernetes/apiserver pkg/storage/continue.go */
import { base64Fault, decodeBase64Text, encodeBase64Text } from '../../api/base64.ts';

/** Revision −1 = the latest: pages after an expired token need not agree with each other. */
export interface ContinueToken { readonly revision: number; readonly start: string }

/** The text form of a token. */
export function encodeContinue({ revision, start }: ContinueToken): string {
  return encodeBase64Text(JSON.stringify({ v: 'meta.k8s.io/v1', rv: revision, start })).replace(/=+$/, '').replaceAll('+', '-').replaceAll('/', '_');
}

/** Reads a token; a text says what is wrong with it. */
export function decodeContinue(text: string): ContinueToken | string {
  const encoded = text.replaceAll('-', '+').replaceAll('_', '/').padEnd(Math.ceil(text.length / 4) * 4, '=');
  const fault = base64Fault(encoded);
  if (fault >= 0) return `continue key is not valid: illegal base64 data at input byte ${fault}`;
  const json = decodeBase64Text(encoded);
  const fields = /^\{"v":"([^"]*)","rv":(-?\d+),"start":"((?:[^"\\]|\\.)*)"\}$/.exec(json);
  const [, version, revision, start] = fields ?? [];
  if (version === undefined || revision === undefined || start === undefined) return 'continue key is not valid: unexpected content';
  if (version !== 'meta.k8s.io/v1') return `continue key is not valid: server does not recognize this encoded version "${version}"`;
  const key = start.replaceAll('\\u0000', '\0');
  if (key === '' || key.startsWith('/') || key.includes('..')) return `continue key is not valid: ${start}`;
  return { revision: Number(revision), start: key };
}
