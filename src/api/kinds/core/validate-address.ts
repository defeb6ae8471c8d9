/** Addresses that traffic is sent to. @source kubernetes pkg/apis/core/validation/validation.go (ValidateEndpointIP) */
import { invalid } from '../../field-error.ts';
import type { FieldError } from '../../field-error.ts';
import { isIP, parseIPv4 } from '../../ip.ts';

/** What a block of addresses must be. */
export const cidrText = 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)';

/** Whether the first bits of an IPv6 text are those of a block whose prefix ends within the first group. */
function beginsWith(address: string, low: number, high: number): boolean {
  const first = address.startsWith(':') ? 0 : parseInt(address.slice(0, address.indexOf(':')), 16);
  return first >= low && first <= high;
}

const isZeros = (address: string): boolean => /^[0:]+$/.test(address);

/** An address that other machines can be reached at. */
export function validateEndpointAddress(address: string, path: string, errors: FieldError[]): void {
  if (!isIP(address)) { errors.push(invalid(path, address, 'must be a valid IP address')); return; }
  const number = parseIPv4(address);
  const octets = number === undefined ? undefined : address.split('.').map(Number);
  const [a = -1, b = -1, c = -1] = octets ?? [];
  const isV6 = octets === undefined;
  if (isV6 ? isZeros(address) : number === 0) errors.push(invalid(path, address, `may not be unspecified (${address})`));
  if (isV6 ? /^[0:]*:0*1$/.test(address) : a === 127) errors.push(invalid(path, address, 'may not be in the loopback range (127.0.0.0/8, ::1/128)'));
  if (isV6 ? beginsWith(address, 0xfe80, 0xfebf) : a === 169 && b === 254) errors.push(invalid(path, address, 'may not be in the link-local range (169.254.0.0/16, fe80::/10)'));
  if (isV6 ? beginsWith(address, 0xff02, 0xff02) : a === 224 && b === 0 && c === 0) {
    errors.push(invalid(path, address, 'may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)'));
  }
}
