/** Our own bug: the world stops, the session stays. Never used for what a learner or a simulated part does wrong. */
export class AssertionFailure extends Error {}

/** States what must hold; a failure is a bug in pilothouse. */
export function assert(condition: boolean, what: string): asserts condition {
  if (!condition) throw new AssertionFailure(what);
}

/** The value, which must be there. */
export function must<T>(value: T | undefined | null, what: string): T {
  if (value === undefined || value === null) throw new AssertionFailure(what);
  return value;
}

/** Marks the end of a `switch` over a closed union. */
export function unreachable(value: never): never {
  throw new AssertionFailure(`unreachable: ${JSON.stringify(value)}`);
}
