/** Addresses that traffic is sent to. @source kubernetes pkg/apis/core/validation/validation.go (ValidateEndpointIP) */
import { invalid } from '../../field-error.ts';
import type { FieldError } from '../../field-error.ts';
import { parseLoose } from '../../ip-forms.ts';

/** What a block of addresses must be. */
export const cidrText = 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)';

/** An address that other machines can be reached at, in whatever form it is written. */
export function validateEndpointAddress(address: string, path: string, errors: FieldError[]): void {
  const parsed = parseLoose(address);
  if (parsed === undefined) { errors.push(invalid(path, address, 'must be a valid IP address')); return; }
  const { value, bits } = parsed;
  const isV6 = bits === 128;
  const first = Number(value >> BigInt(bits - 16));
  if (value === 0n) errors.push(invalid(path, address, `may not be unspecified (${address})`));
  if (isV6 ? value === 1n : first >> 8 === 127) errors.push(invalid(path, address, 'may not be in the loopback range (127.0.0.0/8, ::1/128)'));
  if (isV6 ? (first & 0xffc0) === 0xfe80 : first === 0xa9fe) errors.push(invalid(path, address, 'may not be in the link-local range (169.254.0.0/16, fe80::/10)'));
  if (isV6 ? (first & 0xff0f) === 0xff02 : value >> 8n === 0xe00000n) errors.push(invalid(path, address, 'may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)'));
}
