/**
 * Bearer tokens of service accounts.
 *
 * @source kubernetes/kubernetes pkg/serviceaccount
 * @fidelity simplified: a readable text in place of a signed JWT; nothing in the simulation forges tokens
 */

/** What a token says. */
export interface Token {
  readonly namespace: string;
  readonly name: string;
  /** Of the service account. */
  readonly uid: string;
  /** Virtual seconds since the start. */
  readonly expiry: number;
}

/** The text of a token. */
export function formatToken(token: Token): string {
  return `sa:${token.namespace}:${token.name}:${token.uid}:${token.expiry}`;
}

/** Reads a token; undefined when it is none. */
export function parseToken(text: string): Token | undefined {
  const parts = text.split(':');
  const [kind, namespace, name, uid, expiry] = parts;
  if (parts.length !== 5 || kind !== 'sa' || namespace === undefined || name === undefined || uid === undefined || expiry === undefined) return undefined;
  return /^\d{1,12}$/.test(expiry) ? { namespace, name, uid, expiry: Number(expiry) } : undefined;
}
