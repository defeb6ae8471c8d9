/**
 * Pseudo-random streams: one for each `(process, purpose)`, derived from the seed by hashing, so that adding a process
 * or a draw does not change the draws of others.
 *
 * @source Blackman and Vigna, "Scrambled linear pseudorandom number generators" (xoshiro128**); splitmix for seeding
 */

/** State of one stream: four 32-bit words with a sign, which V8 keeps without an object for each; changed in place by each draw. */
export type Stream = [number, number, number, number];

/** 32-bit hash of a text (FNV-1a with a final mix). */
export function hashText(text: string, start = 0x811c9dc5): number {
  let hash = start | 0;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** A fresh stream for a purpose. */
export function newStream(seed: number, purpose: string): Stream {
  let mix = hashText(purpose, Math.imul(seed | 0, 0x9e3779b9) ^ 0x51ed270b);
  const word = (): number => {
    mix = (mix + 0x9e3779b9) | 0;
    let z = Math.imul(mix ^ (mix >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return z ^ (z >>> 15);
  };
  return [word(), word(), word(), word() | 1];
}

/** The next 32 random bits of a stream. */
function nextUint32(s: Stream): number {
  const product = Math.imul(s[1], 5);
  const result = Math.imul((product << 7) | (product >>> 25), 9);
  const shifted = s[1] << 9;
  s[2] ^= s[0]; s[3] ^= s[1]; s[1] ^= s[2]; s[0] ^= s[3];
  s[2] ^= shifted;
  s[3] = (s[3] << 11) | (s[3] >>> 21);
  return result >>> 0;
}

/** An integer in `[0, bound)`; bound at most 2^32. */
export function drawBelow(s: Stream, bound: number): number {
  return Math.floor((nextUint32(s) / 0x100000000) * bound);
}
