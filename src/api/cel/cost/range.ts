/**
 * Sizes and costs of which only bounds are known. What does not fit into 64 bits stays at the largest number, which stands for "unbounded".
 *
 * @source google/cel-go checker/cost.go (SizeEstimate, CostEstimate)
 */

export interface Range { readonly min: number; readonly max: number }

/** 2^64 - 1, as near as a number comes. */
export const UNBOUNDED = 18_446_744_073_709_552_000;

const bound = (value: number): number => Math.min(value, UNBOUNDED);

export const fixed = (value: number): Range => ({ min: value, max: value });
export const UNKNOWN: Range = Object.freeze({ min: 0, max: UNBOUNDED });
export const FREE: Range = Object.freeze(fixed(0));
export const ONE: Range = Object.freeze(fixed(1));

export const plus = (...ranges: readonly Range[]): Range => ranges.reduce((a, b) => ({ min: bound(a.min + b.min), max: bound(a.max + b.max) }), FREE);
export const times = (a: Range, b: Range): Range => ({ min: bound(a.min * b.min), max: bound(a.max * b.max) });
/** Every unit costs so much; the sum is rounded up. */
export const scaled = ({ min, max }: Range, factor: number): Range => ({ min: bound(Math.ceil(min * factor)), max: bound(Math.ceil(max * factor)) });
export const union = (a: Range, b: Range): Range => ({ min: Math.min(a.min, b.min), max: Math.max(a.max, b.max) });
