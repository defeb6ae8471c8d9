/**
 * IP addresses and prefixes of both families, read with the complaints of Go's package netip.
 *
 * @source golang/go src/net/netip/netip.go
 */
import type { Result } from '../base/data.ts';
import { canonicalAddress } from './ip-forms.ts';

/** `value` is the number that its bits are. `zone` only of IPv6, '' = none. */
export interface Address { readonly family: 4 | 6; readonly value: bigint; readonly zone: string }
/** An address and the length of a prefix; bits behind the prefix are kept. */
export interface Prefix { readonly address: Address; readonly length: number }

/** What is wrong, and the rest of the text that it is about. */
class Fault extends Error {
  readonly at: string;
  constructor(message: string, at = '') { super(message); this.at = at; }
}

/** An address of a text. The error is Go's, with the function in front. */
export function parseAddress(text: string): Result<Address, string> {
  try {
    return { ok: true, value: read(text) };
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return { ok: false, error: `ParseAddr(${JSON.stringify(text)}): ${error.message}${error.at === '' ? '' : ` (at ${JSON.stringify(error.at)})`}` };
  }
}

function read(text: string): Address {
  const mark = /[.:%]/.exec(text)?.[0];
  if (mark === '.') return { family: 4, value: readQuad(text), zone: '' };
  if (mark === ':') return readIPv6(text);
  throw new Fault(mark === '%' ? 'missing IPv6 address' : 'unable to parse IP');
}

function readQuad(text: string): bigint {
  let value = 0n;
  let digits = '';
  let parts = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text.charAt(i);
    if (c >= '0' && c <= '9') {
      if (digits === '0') throw new Fault('IPv4 field has octet with leading zero');
      digits += c;
      if (Number(digits) > 255) throw new Fault('IPv4 field has value >255');
      continue;
    }
    if (c !== '.') throw new Fault('unexpected character', text.slice(i));
    if (digits === '' || i === text.length - 1) throw new Fault('IPv4 field must have at least one digit', text.slice(i));
    if (parts === 3) throw new Fault('IPv4 address too long');
    value = value * 256n + BigInt(digits);
    parts++;
    digits = '';
  }
  if (parts < 3) throw new Fault('IPv4 address too short');
  return value * 256n + BigInt(digits);
}

const GROUPS = 8;

/** Groups of an IPv6 address as they are read, and where `::` stood; -1 = nowhere. */
interface Reading { readonly groups: bigint[]; gap: number; rest: string }

function readIPv6(text: string): Address {
  const percent = text.indexOf('%');
  const zone = percent < 0 ? '' : text.slice(percent + 1);
  if (percent >= 0 && zone === '') throw new Fault('zone must be a non-empty string');
  const address = percent < 0 ? text : text.slice(0, percent);
  const reading: Reading = address.startsWith('::') ? { groups: [], gap: 0, rest: address.slice(2) } : { groups: [], gap: -1, rest: address };
  while (reading.rest !== '' && reading.groups.length < GROUPS && readGroup(reading));
  const { groups, gap, rest } = reading;
  if (rest !== '') throw new Fault('trailing garbage after address', rest);
  if (groups.length < GROUPS && gap < 0) throw new Fault('address string too short');
  if (groups.length === GROUPS && gap >= 0) throw new Fault('the :: must expand to at least one field of zeros');
  const whole = gap < 0 ? groups : [...groups.slice(0, gap), ...Array.from({ length: GROUPS - groups.length }, () => 0n), ...groups.slice(gap)];
  return { family: 6, value: whole.reduce((value, group) => value * 0x10000n + group, 0n), zone };
}

/** One group and the colon behind it. False = nothing may follow. */
function readGroup(reading: Reading): boolean {
  const { groups, rest } = reading;
  const [digits = ''] = /^[0-9a-fA-F]*/.exec(rest) ?? [];
  if (digits.length > 4) throw new Fault('each group must have 4 or less digits', rest);
  if (digits === '') throw new Fault('each colon-separated field must have at least one digit', rest);
  if (rest.charAt(digits.length) === '.') {
    if (reading.gap < 0 && groups.length !== GROUPS - 2) throw new Fault('embedded IPv4 address must replace the final 2 fields of the address', rest);
    if (groups.length > GROUPS - 2) throw new Fault('too many hex fields to fit an embedded IPv4 at the end of the address', rest);
    const quad = readQuad(rest);
    groups.push(quad / 0x10000n, quad % 0x10000n);
    reading.rest = '';
    return false;
  }
  groups.push(BigInt(`0x${digits}`));
  reading.rest = rest.slice(digits.length);
  if (reading.rest === '') return false;
  if (!reading.rest.startsWith(':')) throw new Fault('unexpected character, want colon', reading.rest);
  if (reading.rest === ':') throw new Fault('colon must be followed by more characters', reading.rest);
  reading.rest = reading.rest.slice(1);
  if (!reading.rest.startsWith(':')) return true;
  if (reading.gap >= 0) throw new Fault('multiple :: in address', reading.rest);
  reading.gap = groups.length;
  reading.rest = reading.rest.slice(1);
  return reading.rest !== '';
}

/** The canonical text, with the zone. */
export const addressText = ({ family, value, zone }: Address): string => canonicalAddress({ value, bits: family === 4 ? 32 : 128 }) + (zone === '' ? '' : `%${zone}`);

/** True for `::ffff:1.2.3.4`. */
export const isMapped = ({ family, value }: Address): boolean => family === 6 && value >> 32n === 0xffffn;

/** A prefix of a text such as `10.0.0.0/8`. The error is Go's. */
export function parsePrefix(text: string): Result<Prefix, string> {
  const fail = (message: string): Result<Prefix, string> => ({ ok: false, error: `netip.ParsePrefix(${JSON.stringify(text)}): ${message}` });
  const slash = text.lastIndexOf('/');
  if (slash < 0) return fail("no '/'");
  const address = parseAddress(text.slice(0, slash));
  if (!address.ok) return fail(address.error);
  if (address.value.zone !== '') return fail('IPv6 zones cannot be present in a prefix');
  const bits = text.slice(slash + 1);
  if (!/^(?:\d|[1-9]\d*)$/.test(bits)) return fail(`bad bits after slash: ${JSON.stringify(bits)}`);
  if (Number(bits) > (address.value.family === 4 ? 32 : 128)) return fail('prefix length out of range');
  return { ok: true, value: { address: address.value, length: Number(bits) } };
}

/** The number of the first address of a prefix. */
export function prefixBase({ address: { family, value }, length }: Prefix): bigint {
  const behind = BigInt((family === 4 ? 32 : 128) - length);
  return (value >> behind) << behind;
}
