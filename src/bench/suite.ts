/** A measurement of the project: what it prints are medians of repetitions, and ratios against something measured in the same run. */
export interface Suite {
  readonly name: string;
  readonly summary: string;
  /** Measures; `tiny` only shows that it works. */
  run(scale: Scale): Promise<readonly string[]>;
}

/** How much is measured. */
export type Scale = 'full' | 'tiny';

/** Declares a suite. */
export function defineSuite(suite: Suite): Suite {
  return suite;
}

/** The middle value; of an even number the lower middle. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[(sorted.length - 1) >> 1] ?? 0;
}

/** The value that 99 of 100 do not exceed; of fewer than 100 values the largest. */
export function p99(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.ceil(sorted.length * 0.99) - 1] ?? 0;
}

/** `median [least..most]` with a unit. */
export function spread(values: readonly number[], unit: string, digits = 0): string {
  const show = (value: number): string => value.toFixed(digits);
  return `${show(median(values))} ${unit} [${show(Math.min(...values))}..${show(Math.max(...values))}], n=${values.length}`;
}
