/** Checks the parameters of requests. @source kubernetes/apimachinery pkg/apis/meta/v1/validation/validation.go */
import { type FieldError, forbidden, invalid, notSupported, required } from '../../api/field-error.ts';
import { badRequest, invalidStatus, type Status } from '../../api/status.ts';
import type { ApiCall, RequestOptions } from '../../api/wire.ts';
import { MANAGER_LENGTH_MAX } from '../managed-fields/entries.ts';

const KINDS: Readonly<Record<string, string>> = { create: 'CreateOptions', update: 'UpdateOptions', patch: 'PatchOptions', delete: 'DeleteOptions', deletecollection: 'DeleteOptions' };
const POLICIES: readonly string[] = ['Foreground', 'Background', 'Orphan'];
const INCLUDED: readonly string[] = ['None', 'Metadata', 'Object'];
const VALIDATIONS: readonly string[] = ['Ignore', 'Strict', 'Warn'];

/** Why the parameters of a request are refused; undefined = they are fine. */
export function refusedOptions({ verb, options, patchType }: ApiCall): Status | undefined {
  const kind = KINDS[verb];
  // Upstream looks at it once the table is to be made; here nothing is done before.
  if (options?.as === 'Table' && options.includeObject !== undefined && !INCLUDED.includes(options.includeObject)) return badRequest(`Unable to convert to Table as requested: includeObject: Invalid value: ${JSON.stringify(options.includeObject)}: must be 'Metadata', 'Object', 'None', or empty`);
  if (verb === 'list' || verb === 'watch') return options?.resourceVersionMatch === undefined && options?.sendInitialEvents === undefined ? undefined : refusedReads(options, verb);
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

const EXACT = 'Exact';
const NOT_OLDER = 'NotOlderThan';
const MATCH = 'resourceVersionMatch';

/** @source kubernetes/apimachinery pkg/apis/meta/internalversion/validation/validation.go */
function refusedReads(options: RequestOptions, verb: 'list' | 'watch'): Status | undefined {
  const errors = verb === 'list' ? listFaults(options) : watchFaults(options);
  return errors.length === 0 ? undefined : invalidStatus({ group: 'meta.k8s.io', kind: 'ListOptions' }, '', errors);
}

function listFaults({ resourceVersionMatch: match, resourceVersion = '', continue: token = '', sendInitialEvents }: RequestOptions): readonly FieldError[] {
  const errors: FieldError[] = [];
  if (match !== undefined) {
    if (resourceVersion === '') errors.push(forbidden(MATCH, 'resourceVersionMatch is forbidden unless resourceVersion is provided'));
    if (token !== '') errors.push(forbidden(MATCH, 'resourceVersionMatch is forbidden when continue is provided'));
    if (match !== EXACT && match !== NOT_OLDER) errors.push(notSupported(MATCH, match, [EXACT, NOT_OLDER, '']));
    if (match === EXACT && resourceVersion === '0') errors.push(forbidden(MATCH, 'resourceVersionMatch "exact" is forbidden for resourceVersion "0"'));
  }
  if (sendInitialEvents !== undefined) errors.push(forbidden('sendInitialEvents', 'sendInitialEvents is forbidden for list'));
  return errors;
}

function watchFaults({ resourceVersionMatch: match, continue: token = '', sendInitialEvents }: RequestOptions): readonly FieldError[] {
  const errors: FieldError[] = [];
  if (sendInitialEvents !== undefined && match !== NOT_OLDER) errors.push(forbidden(MATCH, `sendInitialEvents requires setting resourceVersionMatch to ${NOT_OLDER}`));
  if (match === undefined) return errors;
  if (sendInitialEvents === undefined) errors.push(forbidden(MATCH, 'resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided'));
  if (match !== NOT_OLDER) errors.push(notSupported(MATCH, match, [NOT_OLDER]));
  if (token !== '') errors.push(forbidden(MATCH, 'resourceVersionMatch is forbidden when continue is provided'));
  return errors;
}
