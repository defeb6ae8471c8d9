/**
 * Validation of what the job controller reports: the end of a job is told once, in whole and in order.
 *
 * @source kubernetes pkg/apis/batch/validation/validation.go (validateJobStatus, ValidateJobStatusUpdate)
 */
import { isConditionStatus } from '../../condition.ts';
import { duplicate, invalid, required } from '../../field-error.ts';
import type { FieldError } from '../../field-error.ts';
import { parseTime } from '../../time.ts';
import { immutableText, validateNonNegative } from '../../validate-meta.ts';
import { firstShared, parseIndexes } from './job-indexes.ts';
import type { Job } from './job.ts';

const has = (job: Job, type: string): boolean => isConditionStatus(job.status?.conditions, type);
const conditionError = (detail: string): FieldError => ({ type: 'FieldValueInvalid', field: 'status.conditions', detail, omitsValue: true });

function validateUncounted(job: Job, errors: FieldError[]): void {
  const seen = new Set<string>();
  for (const part of ['succeeded', 'failed'] as const) {
    (job.status?.uncountedTerminatedPods?.[part] ?? []).forEach((uid, i) => {
      const at = `status.uncountedTerminatedPods.${part}[${i}]`;
      if (uid === '') errors.push(invalid(at, uid, 'must not be empty'));
      else if (seen.has(uid)) errors.push(duplicate(at, uid));
      seen.add(uid);
    });
  }
}

function validateTimes(job: Job, errors: FieldError[]): void {
  const { startTime, completionTime } = job.status ?? {};
  const complete = has(job, 'Complete');
  if (completionTime !== undefined && !complete) errors.push(invalid('status.completionTime', completionTime, 'cannot set completionTime when there is no Complete=True condition'));
  if (completionTime === undefined && complete) errors.push(required('status.completionTime', 'completionTime is required for Complete jobs'));
  if (startTime !== undefined && completionTime !== undefined && (parseTime(completionTime) ?? 0) < (parseTime(startTime) ?? 0)) {
    errors.push(invalid('status.completionTime', completionTime, 'must be equal to or after `startTime`'));
  }
}

function validateEnd(job: Job, errors: FieldError[]): void {
  const status = job.status ?? {};
  const finished = has(job, 'Complete') || has(job, 'Failed');
  if (!finished) return;
  if ((status.active ?? 0) > 0) errors.push(invalid('status.active', status.active, 'active>0 is invalid for finished job'));
  if (status.startTime === undefined) errors.push(required('status.startTime', 'startTime is required for finished job'));
  const uncounted = status.uncountedTerminatedPods;
  if ((uncounted?.failed ?? []).length + (uncounted?.succeeded ?? []).length > 0) errors.push(invalid('status.uncountedTerminatedPods', uncounted, 'must be empty for finished job'));
}

function validateIndexes(job: Job, errors: FieldError[]): void {
  const { completedIndexes = '', failedIndexes } = job.status ?? {};
  const { completions, completionMode, backoffLimitPerIndex } = job.spec;
  const parsed = parseIndexes(completedIndexes, completions ?? 0);
  if (completions !== undefined && !parsed.ok) errors.push(invalid('status.completedIndexes', completedIndexes, `error parsing completedIndexes: ${parsed.error}`));
  const failed = parseIndexes(failedIndexes ?? '', completions ?? 0);
  if (completions !== undefined && backoffLimitPerIndex !== undefined && !failed.ok) errors.push(invalid('status.failedIndexes', failedIndexes, `error parsing failedIndexes: ${failed.error}`));
  if (completedIndexes !== '' && completionMode !== 'Indexed') errors.push(invalid('status.completedIndexes', completedIndexes, 'cannot set non-empty completedIndexes when non-indexed completion mode'));
  if (backoffLimitPerIndex === undefined && failedIndexes !== undefined) errors.push(invalid('status.failedIndexes', failedIndexes, 'cannot set non-null failedIndexes when backoffLimitPerIndex is null'));
  if (!parsed.ok || !failed.ok) return;
  const shared = firstShared(parsed.value, failed.value);
  if (shared !== undefined) errors.push(invalid('status.failedIndexes', failedIndexes, `failedIndexes and completedIndexes overlap at index: ${shared}`));
}

function validateConditions(job: Job, errors: FieldError[]): void {
  if (has(job, 'Complete') && has(job, 'Failed')) errors.push(conditionError('cannot set Complete=True and Failed=true conditions'));
  if (has(job, 'Complete') && has(job, 'FailureTarget')) errors.push(conditionError('cannot set Complete=True and FailureTarget=true conditions'));
  validateTimes(job, errors);
  if (has(job, 'Failed') && !has(job, 'FailureTarget')) errors.push(conditionError('cannot set Failed=True condition without the FailureTarget=true condition'));
  if (has(job, 'Complete') && !has(job, 'SuccessCriteriaMet')) errors.push(conditionError('cannot set Complete=True condition without the SuccessCriteriaMet=true condition'));
}

/** What holds of every status. */
export function validateJobStatus(job: Job, errors: FieldError[]): void {
  const status = job.status ?? {};
  for (const field of ['active', 'succeeded', 'failed', 'ready', 'terminating'] as const) validateNonNegative(status[field], `status.${field}`, errors);
  validateUncounted(job, errors);
  validateConditions(job, errors);
  validateEnd(job, errors);
  validateIndexes(job, errors);
  const finished = has(job, 'Complete') || has(job, 'Failed');
  if ((status.terminating ?? 0) > 0 && finished) errors.push(invalid('status.terminating', status.terminating, 'terminating>0 is invalid for finished job'));
  if ((status.ready ?? 0) > (status.active ?? 0)) errors.push(invalid('status.ready', status.ready, 'cannot set more ready pods than active'));
  if (!has(job, 'SuccessCriteriaMet')) return;
  if (has(job, 'Failed')) errors.push(conditionError('cannot set SuccessCriteriaMet=True and Failed=true conditions'));
  if (has(job, 'FailureTarget')) errors.push(conditionError('cannot set SuccessCriteriaMet=True and FailureTarget=true conditions'));
}

/** What may not be taken back. */
export function validateJobStatusChange(job: Job, old: Job, errors: FieldError[]): void {
  for (const type of ['Failed', 'Complete', 'FailureTarget']) {
    if (has(old, type) && !has(job, type)) errors.push(conditionError(`cannot disable the terminal ${type}=True condition`));
  }
  for (const field of ['failed', 'succeeded'] as const) {
    if ((job.status?.[field] ?? 0) < (old.status?.[field] ?? 0)) errors.push(invalid(`status.${field}`, job.status?.[field] ?? 0, `cannot decrease the ${field} counter`));
  }
  const { completionTime, startTime } = job.status ?? {};
  if (completionTime !== undefined && old.status?.completionTime !== undefined && completionTime !== old.status.completionTime) {
    errors.push(invalid('status.completionTime', completionTime, immutableText));
  }
  if (old.status?.startTime !== undefined && startTime !== old.status.startTime && job.spec.suspend !== true) {
    errors.push(required('status.startTime', 'startTime cannot be removed for unsuspended job'));
  }
  if (has(old, 'SuccessCriteriaMet') && !has(job, 'SuccessCriteriaMet')) errors.push(conditionError('cannot disable the SuccessCriteriaMet=True condition'));
}
