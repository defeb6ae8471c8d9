/**
 * Conditions of the common shape, in statuses that hold their writers to it.
 *
 * @source kubernetes/apimachinery pkg/apis/meta/v1/validation/validation.go (ValidateConditions)
 */
import { duplicate, invalid, notSupported, required, tooLong } from './field-error.ts';
import type { FieldError } from './field-error.ts';
import type { Condition } from './meta.ts';
import { qualifiedName } from './names.ts';

const statuses = ['False', 'True', 'Unknown'] as const;
const maximumReason = 1024;
const maximumMessage = 32_768;
const reasonText = "a condition reason must start with alphabetic character, optionally followed by a string of alphanumeric characters or '_,:', and must end with an alphanumeric character or '_'"
  + " (e.g. 'my_name',  or 'MY_NAME',  or 'MyName',  or 'ReasonA,ReasonB',  or 'ReasonA:ReasonB', regex used for validation is '[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?')";

function validateCondition({ type, status, observedGeneration = 0, lastTransitionTime, reason, message }: Condition, path: string, errors: FieldError[]): void {
  for (const fault of qualifiedName(type ?? '')) errors.push(invalid(`${path}.type`, type ?? '', fault));
  if (!statuses.includes(status)) errors.push(notSupported(`${path}.status`, status ?? '', statuses));
  if (observedGeneration < 0) errors.push(invalid(`${path}.observedGeneration`, observedGeneration, 'must be greater than or equal to zero'));
  if (!lastTransitionTime) errors.push(required(`${path}.lastTransitionTime`, 'must be set'));
  if (!reason) errors.push(required(`${path}.reason`, 'must be set'));
  else {
    if (!/^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$/.test(reason)) errors.push(invalid(`${path}.reason`, reason, reasonText));
    if (reason.length > maximumReason) errors.push(tooLong(`${path}.reason`, maximumReason));
  }
  if ((message ?? '').length > maximumMessage) errors.push(tooLong(`${path}.message`, maximumMessage));
}

/** A list of conditions, one of each type. */
export function validateConditions(conditions: readonly Condition[] | undefined, path: string, errors: FieldError[]): void {
  const seen = new Set<string>();
  (conditions ?? []).forEach((condition, i) => {
    if (seen.has(condition.type)) errors.push(duplicate(`${path}[${i}].type`, condition.type));
    seen.add(condition.type);
    validateCondition(condition, `${path}[${i}]`, errors);
  });
}
