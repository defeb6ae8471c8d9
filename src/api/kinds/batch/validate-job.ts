/**
 * Validation of job specs.
 *
 * @source kubernetes pkg/apis/batch/validation/validation.go
 */
import { duplicate, invalid, notSupported, required, structure, tooLong, tooMany } from '../../field-error.ts';
import type { FieldError } from '../../field-error.ts';
import { qualifiedName } from '../../names.ts';
import { validateDomainPrefixedPath, validateNonNegative } from '../../validate-meta.ts';
import { noTemplate } from '../apps/workload.ts';
import { validatePodTemplate } from '../core/validate-pod-spec.ts';
import { countIndexes, parseIndexes } from './job-indexes.ts';
import type { JobSpec, PodFailurePolicyOnExitCodes, PodFailurePolicyRule, SuccessPolicyRule } from './job-spec.ts';

/** Pods of an indexed job that may run at once, and indexes that may fail. */
const maximumIndexedParallelism = 100_000;
/** Above so many completions, retries per index are limited further. */
const completionsSoftLimit = 100_000;
const limitAtHighCompletions = 10_000;
const maximumRules = 20;
const maximumExitCodes = 255;
const maximumConditionPatterns = 20;
const maximumManagedBy = 63;
const maximumSucceededIndexes = 65_536;

const counts = ['parallelism', 'completions', 'activeDeadlineSeconds', 'backoffLimit', 'ttlSecondsAfterFinished', 'backoffLimitPerIndex', 'maxFailedIndexes'] as const;
const actions = ['Count', 'FailIndex', 'FailJob', 'Ignore'] as const;
const statuses = ['False', 'True', 'Unknown'] as const;
const operators = ['In', 'NotIn'] as const;
type FailurePolicy = NonNullable<JobSpec['podFailurePolicy']>;
type SuccessPolicy = NonNullable<JobSpec['successPolicy']>;

/** A policy about failures as errors show it. */
export function failurePolicyValue({ rules }: FailurePolicy): object {
  return structure({
    Rules: rules?.map(({ action, onExitCodes: codes, onPodConditions: patterns }) => structure({
      Action: action ?? '', OnExitCodes: codes && structure({ ContainerName: codes.containerName, Operator: codes.operator, Values: codes.values }),
      OnPodConditions: patterns?.map(({ type, status = '' }) => ({ Type: type, Status: status })),
    })),
  });
}

/** A policy about success as errors show it. */
export function successPolicyValue({ rules }: SuccessPolicy): object {
  return structure({ Rules: rules?.map((rule) => structure({ SucceededIndexes: rule.succeededIndexes, SucceededCount: rule.succeededCount })) });
}

/** Go's `%q` of a list. */
const quoted = (values: readonly string[]): string => `[${values.map((value) => JSON.stringify(value)).join(' ')}]`;

interface Spot { readonly path: string; readonly errors: FieldError[] }

function validateIndexed(spec: JobSpec, path: string, errors: FieldError[]): void {
  const { completions, parallelism, maxFailedIndexes: failed } = spec;
  const high = completions !== undefined && completions > completionsSoftLimit && spec.backoffLimitPerIndex !== undefined;
  const highText = `must be less than or equal to ${limitAtHighCompletions} when completions are above ${completionsSoftLimit} and used with backoff limit per index`;
  if (completions === undefined) errors.push(required(`${path}.completions`, 'when completion mode is Indexed'));
  if (parallelism !== undefined && parallelism > maximumIndexedParallelism) {
    errors.push(invalid(`${path}.parallelism`, parallelism, `must be less than or equal to ${maximumIndexedParallelism} when completion mode is Indexed`));
  }
  if (completions !== undefined && failed !== undefined && failed > completions) errors.push(invalid(`${path}.maxFailedIndexes`, failed, 'must be less than or equal to completions'));
  if (failed !== undefined && failed > maximumIndexedParallelism) errors.push(invalid(`${path}.maxFailedIndexes`, failed, `must be less than or equal to ${maximumIndexedParallelism}`));
  if (!high) return;
  if (failed === undefined) errors.push(required(`${path}.maxFailedIndexes`, `must be specified when completions is above ${completionsSoftLimit}`));
  if (parallelism !== undefined && parallelism > limitAtHighCompletions) errors.push(invalid(`${path}.parallelism`, parallelism, highText));
  if (failed !== undefined && failed > limitAtHighCompletions) errors.push(invalid(`${path}.maxFailedIndexes`, failed, highText));
}

function validateMode(spec: JobSpec, path: string, errors: FieldError[]): void {
  const mode = spec.completionMode;
  if (mode !== undefined && mode !== 'NonIndexed' && mode !== 'Indexed') errors.push(notSupported(`${path}.completionMode`, mode, ['NonIndexed', 'Indexed']));
  if (mode === 'Indexed') validateIndexed(spec, path, errors);
  if (mode !== undefined && mode !== 'NonIndexed') return;
  for (const field of ['backoffLimitPerIndex', 'maxFailedIndexes'] as const) {
    if (spec[field] !== undefined) errors.push(invalid(`${path}.${field}`, spec[field], 'requires indexed completion mode'));
  }
}

function validateExitCodes(codes: PodFailurePolicyOnExitCodes, containers: ReadonlySet<string>, { path, errors }: Spot): void {
  if (!codes.operator) errors.push(required(`${path}.operator`, `valid values: ${quoted(operators)}`));
  else if (!operators.includes(codes.operator)) errors.push(notSupported(`${path}.operator`, codes.operator, operators));
  if (codes.containerName !== undefined && !containers.has(codes.containerName)) {
    errors.push(invalid(`${path}.containerName`, codes.containerName, 'must be one of the container or initContainer names in the pod template'));
  }
  const values = codes.values ?? [];
  if (values.length === 0) errors.push(invalid(`${path}.values`, codes.values ?? null, 'at least one value is required'));
  else if (values.length > maximumExitCodes) errors.push(tooMany(`${path}.values`, values.length, maximumExitCodes));
  const seen = new Set<number>();
  values.forEach((value, i) => {
    if (codes.operator === 'In' && value === 0) errors.push(invalid(`${path}.values[${i}]`, value, 'must not be 0 for the In operator'));
    if (seen.has(value)) errors.push(duplicate(`${path}.values[${i}]`, value));
    seen.add(value);
  });
  if (values.some((value, i) => i > 0 && (values[i - 1] ?? 0) > value)) errors.push(invalid(`${path}.values`, values, 'must be ordered'));
}

function validateConditionPatterns(rule: PodFailurePolicyRule, { path, errors }: Spot): void {
  const patterns = rule.onPodConditions ?? [];
  if (patterns.length > maximumConditionPatterns) errors.push(tooMany(path, patterns.length, maximumConditionPatterns));
  patterns.forEach((pattern, i) => {
    for (const message of qualifiedName(pattern.type ?? '')) errors.push(invalid(`${path}[${i}].type`, pattern.type ?? '', message));
    if (!pattern.status) errors.push(required(`${path}[${i}].status`, `valid values: ${quoted(statuses)}`));
    else if (!(statuses as readonly string[]).includes(pattern.status)) errors.push(notSupported(`${path}[${i}].status`, pattern.status, statuses));
  });
}

/** A value that Go leaves out of the message. */
const omitted = (path: string, detail: string): FieldError => ({ type: 'FieldValueInvalid', field: path, detail, omitsValue: true });

function validateFailureRule(rule: PodFailurePolicyRule, spec: JobSpec, { path, errors }: Spot): void {
  const containers = new Set([...spec.template?.spec?.containers ?? [], ...spec.template?.spec?.initContainers ?? []].map((container) => container.name));
  if (!rule.action) errors.push(required(`${path}.action`, `valid values: ${quoted(actions)}`));
  else if (rule.action === 'FailIndex') {
    if (spec.backoffLimitPerIndex === undefined) errors.push(invalid(`${path}.action`, rule.action, 'requires the backoffLimitPerIndex to be set'));
  } else if (!actions.includes(rule.action)) errors.push(notSupported(`${path}.action`, rule.action, actions));
  const conditions = (rule.onPodConditions ?? []).length > 0;
  if (rule.onExitCodes !== undefined) validateExitCodes(rule.onExitCodes, containers, { path: `${path}.onExitCodes`, errors });
  if (conditions) validateConditionPatterns(rule, { path: `${path}.onPodConditions`, errors });
  if (rule.onExitCodes !== undefined && conditions) errors.push(omitted(path, 'specifying both OnExitCodes and OnPodConditions is not supported'));
  if (rule.onExitCodes === undefined && !conditions) errors.push(omitted(path, 'specifying one of OnExitCodes and OnPodConditions is required'));
}

function validateFailurePolicy(spec: JobSpec, path: string, errors: FieldError[]): void {
  if (spec.podFailurePolicy === undefined) return;
  const rules = spec.podFailurePolicy.rules ?? [];
  if (rules.length > maximumRules) errors.push(tooMany(`${path}.rules`, rules.length, maximumRules));
  rules.forEach((rule, i) => validateFailureRule(rule, spec, { path: `${path}.rules[${i}]`, errors }));
}

function validateSuccessRule(rule: SuccessPolicyRule, completions: number, { path, errors }: Spot): void {
  const { succeededCount: count, succeededIndexes: indexes } = rule;
  if (count === undefined && indexes === undefined) errors.push(required(path, 'at least one of succeededCount or succeededIndexes must be specified'));
  let total = 0;
  if (indexes !== undefined) {
    if (indexes.length > maximumSucceededIndexes) errors.push(tooLong(`${path}.succeededIndexes`, maximumSucceededIndexes));
    const parsed = parseIndexes(indexes, completions);
    if (parsed.ok) total = countIndexes(parsed.value);
    else errors.push(invalid(`${path}.succeededIndexes`, indexes, `error parsing succeededIndexes: ${parsed.error}`));
  }
  if (count === undefined) return;
  const at = `${path}.succeededCount`;
  validateNonNegative(count, at, errors);
  if (count > completions) errors.push(invalid(at, count, `must be less than or equal to ${completions} (the number of specified completions)`));
  if (indexes !== undefined && count > total) errors.push(invalid(at, count, `must be less than or equal to ${total} (the number of indexes in the specified succeededIndexes field)`));
}

function validateSuccessPolicy(spec: JobSpec, path: string, errors: FieldError[]): void {
  if (spec.successPolicy === undefined) return;
  if (spec.completionMode !== 'Indexed') { errors.push(invalid(path, successPolicyValue(spec.successPolicy), 'requires indexed completion mode')); return; }
  const rules = spec.successPolicy.rules ?? [];
  if (rules.length === 0) errors.push(required(`${path}.rules`, 'at least one rules must be specified when the successPolicy is specified'));
  if (rules.length > maximumRules) errors.push(tooMany(`${path}.rules`, rules.length, maximumRules));
  rules.forEach((rule, i) => validateSuccessRule(rule, spec.completions ?? 0, { path: `${path}.rules[${i}]`, errors }));
}

function validateReplacement(spec: JobSpec, path: string, errors: FieldError[]): void {
  const policy = spec.podReplacementPolicy;
  const allowed = spec.podFailurePolicy === undefined ? ['Failed', 'TerminatingOrFailed'] : ['Failed'];
  if (policy !== undefined && !allowed.includes(policy)) errors.push(notSupported(path, policy, allowed));
}

function validateRestart(spec: JobSpec, path: string, errors: FieldError[]): void {
  const policy = spec.template?.spec?.restartPolicy;
  if (!policy || policy === 'Always') errors.push(required(path, 'valid values: "OnFailure", "Never"'));
  else if (policy !== 'OnFailure' && policy !== 'Never') errors.push(notSupported(path, policy, ['OnFailure', 'Never']));
  else if (spec.podFailurePolicy !== undefined && policy !== 'Never') errors.push(invalid(path, policy, 'only "Never" is supported when podFailurePolicy is specified'));
}

/** Everything about a job but its selector. */
export function validateJobSpec(spec: JobSpec, path: string, errors: FieldError[]): void {
  for (const field of counts) validateNonNegative(spec[field], `${path}.${field}`, errors);
  if (spec.maxFailedIndexes !== undefined && spec.backoffLimitPerIndex === undefined) errors.push(required(`${path}.backoffLimitPerIndex`, 'when maxFailedIndexes is specified'));
  if (spec.managedBy !== undefined) {
    validateDomainPrefixedPath(spec.managedBy, `${path}.managedBy`, errors);
    if (spec.managedBy.length > maximumManagedBy) errors.push(tooLong(`${path}.managedBy`, maximumManagedBy));
  }
  validateMode(spec, path, errors);
  validateFailurePolicy(spec, `${path}.podFailurePolicy`, errors);
  validateSuccessPolicy(spec, `${path}.successPolicy`, errors);
  validateReplacement(spec, `${path}.podReplacementPolicy`, errors);
  errors.push(...validatePodTemplate(spec.template ?? noTemplate, `${path}.template`));
  validateRestart(spec, `${path}.template.spec.restartPolicy`, errors);
}
