/** A template that cannot go on; caught where it was run. */
export class EvaluationError extends Error {}
export const fail = (message: string): never => { throw new EvaluationError(message); };
