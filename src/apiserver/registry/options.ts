/** Checks the parameters of writes. @source kubernetes/apimachinery pkg/apis/meta/v1/validation/validation.go */
import { type FieldError, forbidden, invalid, notSupported, required } from '../../api/field-error.ts';
import { invalidStatus, type Status } from '../../api/status.ts';
import type { ApiCall, RequestOptions } from '../../api/wire.ts';
import { MANAGER_LENGTH_MAX } from '../managed-fields/entries.ts';

const KINDS: Readonly<Record<string, string>> = { create: 'CreateOptions', update: 'UpdateOptions', patch: 'PatchOptions', delete: 'DeleteOptions', deletecollection: 'DeleteOptions' };
const POLICIES: readonly string[] = ['Foreground', 'Background', 'Orphan'];
const VALIDATIONS: readonly string[] = ['Ignore', 'Strict', 'Warn'];

/** Why the parameters of a write are refused; undefined = they are fine, or the call writes nothing. */
export function refusedOptions({ verb, options, patchType }: ApiCall): Status | undefined {
  const kind = KINDS[verb];
  if (kind === undefined || (options === undefined && patchType !== 'apply')) return undefined;
  const errors = kind === 'DeleteOptions' ? deleteFaults(options ?? {}) : writeFaults(options ?? {}, verb, patchType);
  return errors.length === 0 ? undefined : invalidStatus({ group: 'meta.k8s.io', kind }, '', errors);
}

function deleteFaults({ propagationPolicy }: RequestOptions): readonly FieldError[] {
  return propagationPolicy === undefined || POLICIES.includes(propagationPolicy) ? [] : [notSupported('propagationPolicy', propagationPolicy, [...POLICIES, 'nil'])];
}

function writeFaults({ fieldManager = '', force, fieldValidation }: RequestOptions, verb: string, patchType: ApiCall['patchType']): readonly FieldError[] {
  const errors: FieldError[] = [];
  if (verb === 'patch' && patchType !== 'apply' && force !== undefined) errors.push(forbidden('force', 'may not be specified for non-apply patch'));
  if (verb === 'patch' && patchType === 'apply' && fieldManager === '') errors.push(required('fieldManager', 'is required for apply patch'));
  if (fieldManager.length > MANAGER_LENGTH_MAX) errors.push(invalid('fieldManager', fieldManager, `may not be more than ${MANAGER_LENGTH_MAX} bytes`));
  if (/[\p{C}]/u.test(fieldManager)) errors.push(invalid('fieldManager', fieldManager, 'should only contain printable characters'));
  if (fieldValidation !== undefined && !VALIDATIONS.includes(fieldValidation)) errors.push(notSupported('fieldValidation', fieldValidation, VALIDATIONS));
  return errors;
}
