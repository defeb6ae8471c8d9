/**
 * The key of a simulated authority: the number 1 on the curve P-256. Its public key is the curve's generator, and with 1 as the secret of a signature as well,
 * signing is one addition: `r` is the generator's x, `s` the digest plus `r`. So certificates of the simulation are real X.509, which every tool can verify,
 * and there is no secret in it that somebody could take for safe. Whoever serves a cluster to the outside brings an authority with a key of its own.
 *
 * @source FIPS 186-5 §6.4.1, SEC 2 §2.4.2 (secp256r1)
 */
import { sha256 } from '@noble/hashes/sha2.js';

/** Order of the group, and x of the generator. */
const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const GENERATOR_X = 0x6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296n;

const bytesOf = (number: bigint): string => number.toString(16).padStart(64, '0').replaceAll(/../g, hex => String.fromCharCode(Number.parseInt(hex, 16)));

/** The signature of some bytes: `r` and `s`, 32 bytes each. */
export function simulatedSignature(bytes: string): string {
  const digest = sha256(Uint8Array.from(bytes, byte => byte.charCodeAt(0)));
  const number = digest.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  return bytesOf(GENERATOR_X) + bytesOf((number + GENERATOR_X) % ORDER);
}
