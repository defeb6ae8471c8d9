/**
 * What expressions may cost, in units of about 50 nanoseconds.
 *
 * @source kubernetes/apiserver pkg/apis/cel/config.go; kubernetes/apiextensions-apiserver pkg/apis/apiextensions/validation/validation.go
 */

/** One evaluation. */
export const PER_CALL_LIMIT = 1_000_000;
/** All evaluations for one custom object, or for one binding of a policy. */
export const RUNTIME_COST_BUDGET = 10_000_000;
/** The match conditions of one webhook or policy. */
export const MATCH_CONDITIONS_BUDGET = RUNTIME_COST_BUDGET / 4;
/** One rule of a definition, at the worst. */
export const STATIC_ESTIMATED_COST_LIMIT = 10_000_000;
/** All rules of one version of a definition. */
export const STATIC_ESTIMATED_CRD_COST_LIMIT = 100_000_000;

/** Bytes of a request: nothing in it can be larger. @source kubernetes/apiserver pkg/cel/limits.go (DefaultMaxRequestSizeBytes) */
export const MAX_REQUEST_BYTES = 3 * 1024 * 1024;

/** What reading an identifier or a field costs, and making things. @source google/cel-go common/cost.go */
export const SELECT_COST = 1;
export const LIST_COST = 10;
export const MAP_COST = 30;
/** Of a character of a text that is read, and of one of a regular expression. */
export const TEXT_FACTOR = 0.1;
export const REGEX_FACTOR = 0.25;

/** How cel-go says that an evaluation was too expensive. @source google/cel-go interpreter/runtimecost.go */
export const CANCELLED = 'operation cancelled: actual cost limit exceeded';
