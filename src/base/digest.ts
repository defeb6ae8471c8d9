import { hashText } from './prng.ts';

/** Running digest of a run: two 32-bit lanes, changed in place. Equal digests mean the same events at the same times. */
export type Digest = [number, number];

export const newDigest = (): Digest => [0x6a09e667, 0xbb67ae85 | 0];

/** Folds a whole number (to 2^53) into the digest. */
export function foldNumber(digest: Digest, value: number): void {
  const low = value | 0;
  const high = (value / 0x100000000) | 0;
  let a = Math.imul(digest[0] ^ low, 0x85ebca6b);
  a = (a << 13) | (a >>> 19);
  digest[0] = (Math.imul(a, 5) + high + 0x561ccd1b) | 0;
  let b = Math.imul(digest[1] ^ high ^ a, 0xc2b2ae35);
  b = (b << 15) | (b >>> 17);
  digest[1] = (Math.imul(b, 9) + low + 0x38495ab5) | 0;
}

/** Folds a text into the digest. */
export function foldText(digest: Digest, text: string): void {
  foldNumber(digest, hashText(text));
}

/** Sixteen hexadecimal digits. */
export function digestText(digest: Digest): string {
  const hex = (n: number): string => (n >>> 0).toString(16).padStart(8, '0');
  return hex(digest[0]) + hex(digest[1]);
}
