/** Names of CSI drivers. @source kubernetes pkg/apis/core/validation/validation.go (ValidateCSIDriverName) */
import { invalid, required, tooLong } from '../../field-error.ts';
import type { FieldError } from '../../field-error.ts';
import { dns1123Subdomain } from '../../names.ts';

/** Longest name of a CSI driver. */
const maximumDriverName = 63;

/** A name below the maximum that is a domain, in any case. */
export function validateDriverName(name: string | undefined, path: string, errors: FieldError[]): void {
  if (!name) { errors.push(required(path)); return; }
  if (name.length > maximumDriverName) errors.push(tooLong(path, maximumDriverName));
  for (const message of dns1123Subdomain(name.toLowerCase())) errors.push(invalid(path, name, message));
}
