/**
 * What the server says when a patched object is none of its kind any more: it names the patch, and how it failed depends on how it was applied.
 *
 * @source kubernetes/apiserver pkg/endpoints/handlers/patch.go (applyJSPatch, applyPatchToObject); kubernetes/apimachinery pkg/runtime/converter.go
 */
import { goText } from '../../base/go-text.ts';
import type { KubeObject } from '../../api/meta.ts';
import { invalid } from '../../api/field-error.ts';
import { invalidStatus, type Status } from '../../api/status.ts';
import type { ApiCall } from '../../api/wire.ts';

const MISMATCH = /json: cannot unmarshal (\S+)(?: (-?[\d.e+]+))? into Go (?:struct field \S+ of type|value of type) (\S+)$/;

/** Why a value does not fit, in the words of the converter that strategic merge uses instead of JSON. */
function converterText(message: string): string {
  const [, given = '', , type = ''] = MISMATCH.exec(message) ?? [];
  if (given === '') return message;
  if (type.startsWith('[]')) return `cannot restore slice from ${given === 'object' ? 'map' : given}`;
  if (type.startsWith('map[')) return `cannot restore map from ${given === 'array' ? 'slice' : given}`;
  if (type.includes('.')) return `cannot restore struct from: ${given === 'array' ? 'slice' : given}`;
  if (given === 'number' && type === 'string') return 'cannot convert int64 to string';
  if (given === 'bool' && type === 'string') return 'cannot convert bool to string';
  return `unrecognized type: ${type}`;
}

/** The answer to a patch whose result cannot be decoded, or has fields that it should not. */
export function patchedFault({ patchType, body }: ApiCall, patched: KubeObject, message: string): Status {
  const why = message.replace(/^\S+ in version "[^"]*" cannot be handled as an? \S+: /, '');
  if (patchType === 'strategic') return invalidStatus({ group: '', kind: '' }, '', [invalid('patch', goText(body), why.startsWith('strict ') ? why : converterText(why))]);
  return invalidStatus({ group: '', kind: '' }, '', [invalid('patch', JSON.stringify(patched), why)]);
}
