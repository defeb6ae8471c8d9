/**
 * Logarithm and square root from the four basic operations, which give the same bits on every machine.
 */

const LN_2 = 0.6931471805599453;
const SQRT_2 = 1.4142135623730951;
/** Terms of the series: with |s| ≤ 0.172 the thirteenth is below 1e-19. */
const TERMS = 13;
/** Newton's iteration doubles the exact digits each time; from 1 it needs fewer than 60 steps for any share. */
const STEPS_MAX = 60;

/** Natural logarithm of a number of at least 1, to about 1e-15. */
export function naturalLogarithm(x: number): number {
  let mantissa = x;
  let exponent = 0;
  while (mantissa > SQRT_2) { mantissa /= 2; exponent++; }
  const s = (mantissa - 1) / (mantissa + 1);
  let power = s;
  let sum = 0;
  for (let term = 0; term < TERMS; term++) {
    sum += power / (2 * term + 1);
    power *= s * s;
  }
  return exponent * LN_2 + 2 * sum;
}

/** Square root of a number that is not negative. */
export function squareRoot(x: number): number {
  if (x === 0) return 0;
  let root = x > 1 ? x : 1;
  for (let step = 0; step < STEPS_MAX; step++) {
    const next = (root + x / root) / 2;
    if (next >= root) break;
    root = next;
  }
  return root;
}
