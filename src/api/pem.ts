/** The armour of certificates and keys: base64 between a line that begins and one that ends a block. @source RFC 7468 */
import { base64Fault, decodeBase64 } from './base64.ts';

/** One block. */
export interface PemBlock {
  /** `CERTIFICATE REQUEST` of `-----BEGIN CERTIFICATE REQUEST-----`. */
  readonly type: string;
  /** Whether lines `Key: value` come before the content. */
  readonly headers: boolean;
  /** The bytes inside, as a byte string. */
  readonly bytes: string;
  /** What comes behind the block. */
  readonly rest: string;
}

const pattern = /(?:^|\n)-----BEGIN ([^\n]*?)-----[ \t\r]*\n([\s\S]*?)-----END ([^\n]*?)-----[ \t\r]*(?:\n|$)/;

/** The first well-formed block of a text; what stands before it is skipped. */
export function pemBlock(text: string): PemBlock | undefined {
  let rest = text;
  for (;;) {
    const match = pattern.exec(rest);
    if (match === null) return undefined;
    const [whole, type = '', body = '', end = ''] = match;
    rest = rest.slice(match.index + whole.length);
    const lines = body.split('\n').map((line) => line.trim());
    const headers = lines.filter((line) => line.includes(':')).length;
    const content = lines.slice(headers).join('');
    if (type === end && base64Fault(content) < 0) return { type, headers: headers > 0, bytes: decodeBase64(content) ?? '', rest };
  }
}
