/**
 * Addresses and blocks as older servers understood them: decimal parts with leading zeros, IPv4 inside IPv6, host parts behind the prefix.
 * They are still taken where they were taken once, with a remark.
 *
 * @source kubernetes/apimachinery pkg/util/validation/ip.go
 */
import { type CidrRange, cidrRange, isIP } from './ip.ts';

/** An address as a number of 32 or 128 bits. An IPv4 address inside IPv6 counts as IPv4, and `isMapped` tells. */
export interface LooseAddress { readonly value: bigint; readonly bits: 32 | 128; readonly isMapped: boolean }

function parseV4(text: string): bigint | undefined {
  const parts = /^[0-9]+(?:\.[0-9]+){3}$/.test(text) ? text.split('.').map(Number) : [];
  if (parts.length !== 4 || parts.some((part) => part > 255)) return undefined;
  return parts.reduce((sum, part) => sum * 256n + BigInt(part), 0n);
}

/** The groups of one side of `::`; undefined when one is none. */
function groupsOf(text: string): readonly bigint[] | undefined {
  if (text === '') return [];
  const groups: bigint[] = [];
  const parts = text.split(':');
  for (const [i, part] of parts.entries()) {
    const dotted = i === parts.length - 1 && part.includes('.') ? parseV4(part) : undefined;
    if (dotted !== undefined) groups.push(dotted >> 16n, dotted & 0xffffn);
    else if (/^0*[0-9a-fA-F]{1,4}$/.test(part)) groups.push(BigInt(`0x${part}`));
    else return undefined;
  }
  return groups;
}

function parseV6(text: string): bigint | undefined {
  const [head = '', tail, ...more] = text.split('::');
  const [first, last] = [groupsOf(head), groupsOf(tail ?? '')];
  if (more.length > 0 || first === undefined || last === undefined) return undefined;
  const gap = 8 - first.length - last.length;
  if (tail === undefined ? gap !== 0 : gap < 1) return undefined;
  return [...first, ...Array.from({ length: gap }, () => 0n), ...last].reduce((sum, group) => sum * 65_536n + group, 0n);
}

/** The address of a text, undefined when it is none in any reading. */
export function parseLoose(text: string): LooseAddress | undefined {
  if (!text.includes(':')) {
    const value = parseV4(text);
    return value === undefined ? undefined : { value, bits: 32, isMapped: false };
  }
  const value = parseV6(text);
  if (value === undefined) return undefined;
  return value >> 32n === 0xffffn ? { value: value & 0xffff_ffffn, bits: 32, isMapped: true } : { value, bits: 128, isMapped: false };
}

/** Where the longest run of two or more zeros lies, the first of equal ones. @source RFC 5952 section 4.2 */
function zeroRun(groups: readonly number[]): { readonly at: number; readonly length: number } {
  let best = { at: 0, length: 1 };
  groups.forEach((_, at) => {
    let length = 0;
    while (groups[at + length] === 0) length++;
    if (length > best.length) best = { at, length };
  });
  return best;
}

/** The one text of an address that everybody should write. */
export function canonicalAddress({ value, bits }: Pick<LooseAddress, 'value' | 'bits'>): string {
  if (bits === 32) return [24n, 16n, 8n, 0n].map((shift) => String((value >> shift) & 255n)).join('.');
  const groups = Array.from({ length: 8 }, (_, i) => Number((value >> BigInt(112 - 16 * i)) & 0xffffn));
  const hex = (part: readonly number[]): string => part.map((group) => group.toString(16)).join(':');
  const run = zeroRun(groups);
  return run.length < 2 ? hex(groups) : `${hex(groups.slice(0, run.at))}::${hex(groups.slice(run.at + run.length))}`;
}

/** The block of a text in any reading; an IPv4 block inside IPv6 is one of IPv4. */
export function parseLooseCidr(text: string): CidrRange | undefined {
  const slash = text.indexOf('/');
  const address = slash < 0 ? undefined : parseLoose(text.slice(0, slash));
  const length = text.slice(slash + 1);
  if (address === undefined || !/^[0-9]+$/.test(length)) return undefined;
  const prefix = Number(length);
  if (prefix > (address.isMapped ? 128 : address.bits)) return undefined;
  return { address: address.value, prefix: address.isMapped ? Math.max(0, prefix - 96) : prefix, bits: address.bits };
}

/** Whether a text is an address in any reading, which is what the older fields want. @source same file (IsValidIPForLegacyField); the gate StrictIPCIDRValidation is off in 1.35 */
export const isAddress = (text: string): boolean => isIP(text) || parseLoose(text) !== undefined;

/** The same for a block. @source same file (IsValidCIDRForLegacyField) */
export const isBlock = (text: string): boolean => parseLooseCidr(text) !== undefined;

/** Whether an address is one of IPv6; one of IPv4 inside IPv6 is not. */
export const isV6Address = (text: string): boolean => text.includes(':') && parseLoose(text)?.bits === 128;

const LOOSE = /(?:^|\.)0\d|:/;

/** The address as everybody should write it; a text that is none stays as it is. */
export function tidyAddress(text: string): string {
  const address = LOOSE.test(text) ? parseLoose(text) : undefined;
  return address === undefined ? text : canonicalAddress(address);
}

const NOTHING: readonly string[] = Object.freeze([]);
const quote = (text: string): string => JSON.stringify(text);
const outdated = (what: string, text: string, instead: string): string => `non-standard ${what} ${quote(text)} will be considered invalid in a future Kubernetes release: use ${quote(instead)}`;

/** What is said of an address that is taken but should be written otherwise. @source same file (GetWarningsForIP) */
export function addressRemarks(text: string, path: string): readonly string[] {
  if (!LOOSE.test(text)) return NOTHING;
  const address = parseLoose(text);
  if (address === undefined) return [];
  const canonical = canonicalAddress(address);
  if (canonical === text) return [];
  return [address.isMapped || !isIP(text) ? `${path}: ${outdated('IP address', text, canonical)}` : `${path}: IPv6 address ${quote(text)} should be in RFC 5952 canonical format (${quote(canonical)})`];
}

/** The same of a block. @source same file (GetWarningsForCIDR) */
export function cidrRemarks(text: string, path: string): readonly string[] {
  const range = parseLooseCidr(text);
  if (range === undefined) return [];
  const { address: value, prefix, bits } = range;
  const rest = BigInt(bits - prefix);
  const width = bits === 32 ? 32 : 128;
  const network = `${canonicalAddress({ value: (value >> rest) << rest, bits: width })}/${prefix}`;
  const remarks: string[] = [];
  if ((value >> rest) << rest !== value) {
    remarks.push(`${path}: CIDR value ${quote(text)} is ambiguous in this context (should be ${quote(network)} or ${quote(`${canonicalAddress({ value, bits: width })}/${bits}`)}?)`);
  }
  const isMapped = parseLoose(text.slice(0, text.indexOf('/')))?.isMapped === true;
  if (isMapped || cidrRange(text) === undefined) remarks.push(`${path}: ${outdated('CIDR value', text, network)}`);
  if (remarks.length === 0 && bits === 128 && network !== text) remarks.push(`${path}: IPv6 CIDR value ${quote(text)} should be in RFC 5952 canonical format (${quote(network)})`);
  return remarks;
}
