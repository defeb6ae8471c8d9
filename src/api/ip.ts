/** Arithmetic on IPv4 addresses and blocks; recognition of IPv6 texts. */

/** An IPv4 block: its first address and the length of its prefix. */
export interface Cidr {
  readonly base: number;
  readonly prefix: number;
}

/** The address as a number, undefined when the text is no dotted quad without leading zeros. */
export function parseIPv4(text: string): number | undefined {
  let address = 0;
  let part = 0;
  let length = 0;
  let parts = 0;
  for (let i = 0; i <= text.length; i++) {
    const c = i < text.length ? text.charCodeAt(i) : 46;
    if (c === 46) {
      if (length === 0 || part > 255) return undefined;
      address = address * 256 + part;
      parts++;
      part = 0;
      length = 0;
      continue;
    }
    if (c < 48 || c > 57 || length === 3 || (length > 0 && part === 0)) return undefined;
    part = part * 10 + c - 48;
    length++;
  }
  return parts === 4 ? address : undefined;
}

/** The dotted quad of an address. */
export function formatIPv4(address: number): string {
  return `${Math.floor(address / 16_777_216)}.${Math.floor(address / 65_536) % 256}.${Math.floor(address / 256) % 256}.${address % 256}`;
}

function countGroups(part: string): number {
  if (part === '') return 0;
  const groups = part.split(':');
  let count = groups.length;
  for (let i = 0; i < groups.length; i++) {
    const group = groups[i] ?? '';
    if (group.includes('.') && i === groups.length - 1 && parseIPv4(group) !== undefined) { count++; continue; }
    if (!/^[0-9a-fA-F]{1,4}$/.test(group)) return 99;
  }
  return count;
}

/** Whether the text is an IPv6 address. */
export function isIPv6(text: string): boolean {
  if (!text.includes(':')) return false;
  const gap = text.indexOf('::');
  if (gap < 0) return countGroups(text) === 8;
  return countGroups(text.slice(0, gap)) + countGroups(text.slice(gap + 2)) <= 7;
}

/** Whether the text is an IP address of either family. */
export function isIP(text: string): boolean {
  return parseIPv4(text) !== undefined || isIPv6(text);
}

/** Addresses in a block. */
export function cidrSize(block: Cidr): number {
  let size = 1;
  for (let i = block.prefix; i < 32; i++) size *= 2;
  return size;
}

/** An IPv4 block of a text such as `10.0.0.0/24`; the host part is cut off. */
export function parseCidr(text: string): Cidr | undefined {
  const slash = text.indexOf('/');
  if (slash < 0) return undefined;
  const address = parseIPv4(text.slice(0, slash));
  const length = text.slice(slash + 1);
  if (address === undefined || !/^(0|[1-9][0-9]?)$/.test(length) || Number(length) > 32) return undefined;
  const prefix = Number(length);
  const size = cidrSize({ base: 0, prefix });
  return { base: Math.floor(address / size) * size, prefix };
}

/** The text of a block. */
export const formatCidr = (block: Cidr): string => `${formatIPv4(block.base)}/${block.prefix}`;

/** Whether an address lies in a block. */
export function cidrContains(block: Cidr, address: number): boolean {
  return address >= block.base && address < block.base + cidrSize(block);
}

/** The n-th address of a block. */
export function cidrAddress(block: Cidr, n: number): number | undefined {
  return n >= 0 && n < cidrSize(block) ? block.base + n : undefined;
}

/** The n-th part of a block cut into blocks with a longer prefix, as pod ranges are handed to nodes. */
export function cidrSubnet(block: Cidr, prefix: number, n: number): Cidr | undefined {
  const size = cidrSize({ base: 0, prefix });
  const base = block.base + n * size;
  return prefix < block.prefix || n < 0 || base + size > block.base + cidrSize(block) ? undefined : { base, prefix };
}

/** Whether the text is a block of either family. */
function isCidr(text: string): boolean {
  if (parseCidr(text) !== undefined) return true;
  const slash = text.indexOf('/');
  const length = Number(text.slice(slash + 1));
  return slash > 0 && isIPv6(text.slice(0, slash)) && /^(0|[1-9][0-9]{0,2})$/.test(text.slice(slash + 1)) && length <= 128;
}

/** A block of either family as its first address and the length of its prefix, for comparisons. */
export interface CidrRange {
  readonly address: bigint;
  readonly prefix: number;
  /** Bits of an address: 32 or 128. */
  readonly bits: number;
}

/** The number of an IPv6 address. */
function ipv6Number(text: string): bigint {
  const groupsOf = (part: string): readonly bigint[] => (part === '' ? [] : part.split(':').flatMap((group) => {
    if (!group.includes('.')) return [BigInt(`0x${group}`)];
    const dotted = parseIPv4(group) ?? 0;
    return [BigInt(Math.floor(dotted / 65_536)), BigInt(dotted % 65_536)];
  }));
  const gap = text.indexOf('::');
  const head = groupsOf(gap < 0 ? text : text.slice(0, gap));
  const tail = gap < 0 ? [] : groupsOf(text.slice(gap + 2));
  const groups = [...head, ...Array.from({ length: 8 - head.length - tail.length }, () => 0n), ...tail];
  return groups.reduce((sum, group) => sum * 65_536n + group, 0n);
}

/** The block of a text, undefined when it is none. The host part is kept. */
export function cidrRange(text: string): CidrRange | undefined {
  if (!isCidr(text)) return undefined;
  const slash = text.indexOf('/');
  const host = text.slice(0, slash);
  const prefix = Number(text.slice(slash + 1));
  const dotted = parseIPv4(host);
  return dotted === undefined ? { address: ipv6Number(host), prefix, bits: 128 } : { address: BigInt(dotted), prefix, bits: 32 };
}

/** Whether a block lies in another one and is smaller than it. */
export function isStrictSubset(inner: CidrRange, outer: CidrRange): boolean {
  if (inner.bits !== outer.bits || inner.prefix <= outer.prefix) return false;
  const shift = BigInt(outer.bits - outer.prefix);
  return inner.address >> shift === outer.address >> shift;
}
