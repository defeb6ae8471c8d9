/** The seed of a session when none is given: every learner finds the same cluster. */
export const DEFAULT_SEED = 1;
