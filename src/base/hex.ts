/** Hexadecimal digits. `toString(16)` of a number beyond 30 bits takes a microsecond; ids and names have many such numbers. */

const DIGITS = '0123456789abcdef';
const BYTES: readonly string[] = Array.from({ length: 256 }, (_nothing, byte) => DIGITS.charAt(byte >> 4) + DIGITS.charAt(byte & 15));

/** The low 32 bits of a whole number as eight hexadecimal digits. */
export function hex32(word: number): string {
  return `${BYTES[word >>> 24]}${BYTES[(word >>> 16) & 255]}${BYTES[(word >>> 8) & 255]}${BYTES[word & 255]}`;
}
