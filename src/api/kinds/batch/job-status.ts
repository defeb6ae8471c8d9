/**
 * Validation of what the job controller reports: the end of a job is told once, in whole and in order.
 *
 * @source kubernetes pkg/apis/batch/validation/validation.go (validateJobStatus, ValidateJobStatusUpdate)
 */
import { equalData } from '../../../base/compare.ts';
import { isConditionStatus } from '../../condition.ts';
import { duplicate, invalid, required, structure } from '../../field-error.ts';
import type { FieldError } from '../../field-error.ts';
import { parseTime } from '../../time.ts';
import { immutableText, validateNonNegative } from '../../validate-meta.ts';
import { firstShared, parseIndexes, readableIndexes } from './job-indexes.ts';
import type { JobSpec } from './job-spec.ts';
import type { Job, JobStatus } from './job.ts';

const has = (job: Job, type: string): boolean => isConditionStatus(job.status?.conditions, type);
const isFinished = (job: Job): boolean => has(job, 'Complete') || has(job, 'Failed');
const conditionError = (detail: string): FieldError => ({ type: 'FieldValueInvalid', field: 'status.conditions', detail, omitsValue: true });

function validateUncounted(job: Job, errors: FieldError[]): void {
  const seen = new Set<string>();
  for (const part of ['succeeded', 'failed'] as const) {
    (job.status?.uncountedTerminatedPods?.[part] ?? []).forEach((uid, i) => {
      const at = `status.uncountedTerminatedPods.${part}[${i}]`;
      if (uid === '') errors.push(invalid(at, uid, 'must not be empty'));
      else if (seen.has(uid)) errors.push(duplicate(at, uid));
      else seen.add(uid);
    });
  }
}

/** Which parts of a status an update touches: rules hold for what is written, so that a status that broke one earlier can still be changed elsewhere.
 * @source kubernetes pkg/registry/batch/job/strategy.go (getStatusValidationOptions) */
function touched(job: Job, old: Job) {
  const flips = (type: string): boolean => has(job, type) !== has(old, type);
  const field = (name: keyof JobStatus): boolean => !equalData(job.status?.[name], old.status?.[name]);
  return {
    complete: flips('Complete'), failed: flips('Failed'), failureTarget: flips('FailureTarget'), criteria: flips('SuccessCriteriaMet'), finished: isFinished(job) !== isFinished(old),
    active: field('active'), ready: field('ready'), terminating: field('terminating'), start: field('startTime'), end: field('completionTime'), uncounted: field('uncountedTerminatedPods'),
    completedIndexes: field('completedIndexes'), failedIndexes: field('failedIndexes'),
  };
}

interface Change { readonly job: Job; readonly is: ReturnType<typeof touched>; readonly errors: FieldError[] }

function validateTimes({ job, is, errors }: Change): void {
  const { startTime, completionTime } = job.status ?? {};
  const complete = has(job, 'Complete');
  if (is.complete || is.end) {
    if (completionTime !== undefined && !complete) errors.push(invalid('status.completionTime', completionTime, 'cannot set completionTime when there is no Complete=True condition'));
    if (completionTime === undefined && complete) errors.push(required('status.completionTime', 'completionTime is required for Complete jobs'));
  }
  if ((is.start || is.end) && startTime !== undefined && completionTime !== undefined && (parseTime(completionTime) ?? 0) < (parseTime(startTime) ?? 0)) {
    errors.push(invalid('status.completionTime', completionTime, 'must be equal to or after `startTime`'));
  }
}

function validateConditions(change: Change): void {
  const { job, is, errors } = change;
  const complete = has(job, 'Complete');
  if ((is.complete || is.failed) && complete && has(job, 'Failed')) errors.push(conditionError('cannot set Complete=True and Failed=true conditions'));
  if ((is.complete || is.failureTarget) && complete && has(job, 'FailureTarget')) errors.push(conditionError('cannot set Complete=True and FailureTarget=true conditions'));
  validateTimes(change);
  if ((is.failed || is.failedIndexes) && has(job, 'Failed') && !has(job, 'FailureTarget')) errors.push(conditionError('cannot set Failed=True condition without the FailureTarget=true condition'));
  if ((is.complete || is.criteria) && complete && !has(job, 'SuccessCriteriaMet')) errors.push(conditionError('cannot set Complete=True condition without the SuccessCriteriaMet=true condition'));
}

function validateEnd({ job, is, errors }: Change): void {
  if (!isFinished(job)) return;
  const { active = 0, startTime, uncountedTerminatedPods: uncounted } = job.status ?? {};
  if ((is.finished || is.active) && active > 0) errors.push(invalid('status.active', active, 'active>0 is invalid for finished job'));
  if ((is.finished || is.start) && startTime === undefined) errors.push(required('status.startTime', 'startTime is required for finished job'));
  if ((is.finished || is.uncounted) && (uncounted?.failed ?? []).length + (uncounted?.succeeded ?? []).length > 0) {
    errors.push(invalid('status.uncountedTerminatedPods', structure({ Succeeded: uncounted?.succeeded, Failed: uncounted?.failed }), 'must be empty for finished job'));
  }
}

/** Completed and failed indexes, each for itself. */
function validateLists({ job, is, errors }: Change): void {
  const { completedIndexes = '', failedIndexes } = job.status ?? {};
  const { completions, completionMode, backoffLimitPerIndex } = job.spec;
  const completed = parseIndexes(completedIndexes, completions ?? 0);
  if (is.completedIndexes && completions !== undefined && !completed.ok) errors.push(invalid('status.completedIndexes', completedIndexes, `error parsing completedIndexes: ${completed.error}`));
  const failed = parseIndexes(failedIndexes ?? '', completions ?? 0);
  if (is.failedIndexes && completions !== undefined && backoffLimitPerIndex !== undefined && !failed.ok) {
    errors.push(invalid('status.failedIndexes', failedIndexes, `error parsing failedIndexes: ${failed.error}`));
  }
  if (is.completedIndexes && completedIndexes !== '' && completionMode !== 'Indexed') {
    errors.push(invalid('status.completedIndexes', completedIndexes, 'cannot set non-empty completedIndexes when non-indexed completion mode'));
  }
  if (is.failedIndexes && backoffLimitPerIndex === undefined && failedIndexes !== undefined) {
    errors.push(invalid('status.failedIndexes', failedIndexes, 'cannot set non-null failedIndexes when backoffLimitPerIndex is null'));
  }
}

function validateOverlap({ job, is, errors }: Change): void {
  const { completedIndexes = '', failedIndexes } = job.status ?? {};
  const { completions } = job.spec;
  if (!(is.completedIndexes || is.failedIndexes) || completions === undefined || failedIndexes === undefined) return;
  const shared = firstShared(readableIndexes(completedIndexes, completions), readableIndexes(failedIndexes, completions));
  if (shared !== undefined) errors.push(invalid('status.failedIndexes', failedIndexes, `failedIndexes and completedIndexes overlap at index: ${shared}`));
}

function validateCriteria({ job, errors }: Change): void {
  const isMet = has(job, 'SuccessCriteriaMet');
  if (isMet && has(job, 'Failed')) errors.push(conditionError('cannot set SuccessCriteriaMet=True and Failed=true conditions'));
  if (isMet && has(job, 'FailureTarget')) errors.push(conditionError('cannot set SuccessCriteriaMet=True and FailureTarget=true conditions'));
  if (job.spec.successPolicy !== undefined && !isMet && has(job, 'Complete')) errors.push(conditionError('cannot set Complete=True for Job with SuccessPolicy unless SuccessCriteriaMet=True'));
}

/** What holds of every status that is written. */
export function validateJobStatus(job: Job, old: Job, errors: FieldError[]): void {
  const { active = 0, ready = 0, terminating = 0 } = job.status ?? {};
  const change: Change = { job, is: touched(job, old), errors };
  for (const field of ['active', 'succeeded', 'failed', 'ready', 'terminating'] as const) validateNonNegative(job.status?.[field], `status.${field}`, errors);
  validateUncounted(job, errors);
  validateConditions(change);
  validateEnd(change);
  validateLists(change);
  validateOverlap(change);
  if ((change.is.finished || change.is.terminating) && terminating > 0 && isFinished(job)) errors.push(invalid('status.terminating', terminating, 'terminating>0 is invalid for finished job'));
  if ((change.is.ready || change.is.active) && ready > active) errors.push(invalid('status.ready', ready, 'cannot set more ready pods than active'));
  validateCriteria(change);
}

/** Succeeded pods of a job whose completions follow its parallelism may become fewer when it shrinks. */
const isElastic = ({ completionMode, completions, parallelism }: JobSpec): boolean => completionMode === 'Indexed' && completions === parallelism;

/** What may not be taken back. */
export function validateJobStatusChange(job: Job, old: Job, errors: FieldError[]): void {
  for (const type of ['Failed', 'Complete', 'FailureTarget']) {
    if (has(old, type) && !has(job, type)) errors.push(conditionError(`cannot disable the terminal ${type}=True condition`));
  }
  for (const field of ['failed', 'succeeded'] as const) {
    const [now, before] = [job.status?.[field] ?? 0, old.status?.[field] ?? 0];
    if (now < before && !(field === 'succeeded' && isElastic(job.spec))) errors.push(invalid(`status.${field}`, now, `cannot decrease the ${field} counter`));
  }
  const { completionTime, startTime } = job.status ?? {};
  if (completionTime !== undefined && old.status?.completionTime !== undefined && completionTime !== old.status.completionTime) {
    errors.push(invalid('status.completionTime', completionTime, immutableText));
  }
  if (old.status?.startTime !== undefined && startTime !== old.status.startTime && job.spec.suspend !== true) {
    errors.push(required('status.startTime', 'startTime cannot be removed for unsuspended job'));
  }
  const [isMet, wasMet] = [has(job, 'SuccessCriteriaMet'), has(old, 'SuccessCriteriaMet')];
  if (wasMet && !isMet) errors.push(conditionError('cannot disable the SuccessCriteriaMet=True condition'));
  if (has(old, 'Complete') && !wasMet && isMet) errors.push(conditionError('cannot set SuccessCriteriaMet=True for Job already has Complete=true conditions'));
}
