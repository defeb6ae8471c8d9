/** IP addresses and blocks of them. @source kubernetes/apiserver pkg/cel/library/ip.go, cidr.go */
import type { Environment } from '@marcbachmann/cel-js';
import { type Address, addressText, isMapped, parseAddress, parsePrefix, type Prefix, prefixBase } from '../../address.ts';
import type { Add } from './library.ts';

/** An address. */
class CelAddress {
  readonly of: Address;
  constructor(of: Address) { this.of = of; }
  toString(): string { return addressText(this.of); }
}

/** A block. */
export class CelPrefix {
  readonly of: Prefix;
  constructor(of: Prefix) { this.of = of; }
  toString(): string { return `${addressText(this.of.address)}/${this.of.length}`; }
}

const quote = (text: string): string => JSON.stringify(text);

function readAddress(text: string): CelAddress {
  const parsed = parseAddress(text);
  if (!parsed.ok) throw new Error(`IP Address ${quote(text)} parse error during conversion from string: ${parsed.error}`);
  if (parsed.value.zone !== '') throw new Error(`IP address ${quote(text)} with zone value is not allowed`);
  if (isMapped(parsed.value)) throw new Error(`IPv4-mapped IPv6 address ${quote(text)} is not allowed`);
  return new CelAddress(parsed.value);
}

const PREFIX_ERROR = 'network address parse error during conversion from string';

/** Upstream says twice what it was doing. */
function readPrefix(text: string): CelPrefix {
  const parsed = parsePrefix(text);
  if (!parsed.ok) throw new Error(`${PREFIX_ERROR}: ${PREFIX_ERROR}: ${parsed.error}`);
  if (isMapped(parsed.value.address)) throw new Error(`${PREFIX_ERROR}: IPv4-mapped IPv6 address ${quote(text)} is not allowed`);
  return new CelPrefix(parsed.value);
}

function succeeds(read: (text: string) => unknown, text: string): boolean {
  try { read(text); return true; } catch { return false; }
}

const isSameAddress = (a: Address, b: Address): boolean => a.family === b.family && a.value === b.value;
const isSamePrefix = (a: Prefix, b: Prefix): boolean => a.length === b.length && isSameAddress(a.address, b.address);
const contains = ({ address, length }: Prefix, of: Address): boolean => address.family === of.family && prefixBase({ address, length }) === prefixBase({ address: of, length });
const containsBlock = (block: Prefix, of: Prefix): boolean => block.length <= of.length && contains(block, of.address);

/** The bits of an address from the left, as a number: of `169.254.0.1` the first 16 are 0xa9fe. */
const head = ({ family, value }: Address, bits: number): number => Number(value >> BigInt((family === 4 ? 32 : 128) - bits));

const isUnspecified = ({ value }: Address): boolean => value === 0n;
const isLoopback = (of: Address): boolean => (of.family === 4 ? head(of, 8) === 127 : of.value === 1n);
const isMulticast = (of: Address): boolean => (of.family === 4 ? head(of, 4) === 0xe : head(of, 8) === 0xff);
const isLinkLocalMulticast = (of: Address): boolean => (of.family === 4 ? head(of, 24) === 0xe00000 : (head(of, 16) & 0xff0f) === 0xff02);
const isLinkLocalUnicast = (of: Address): boolean => (of.family === 4 ? head(of, 16) === 0xa9fe : head(of, 10) === 0x3fa);
const isBroadcast = ({ family, value }: Address): boolean => family === 4 && value === 0xffffffffn;
const isGlobalUnicast = (of: Address): boolean => !isUnspecified(of) && !isBroadcast(of) && !isLoopback(of) && !isMulticast(of) && !isLinkLocalUnicast(of);
const questions = { isUnspecified, isLoopback, isLinkLocalMulticast, isLinkLocalUnicast, isGlobalUnicast } as const;

class Ip {}

/** Adds the types and their functions. */
export function registerAddresses(environment: Environment, add: Add): void {
  environment.registerType('net.IP', CelAddress).registerType('net.CIDR', CelPrefix).registerType('Ip', Ip).registerConstant('ip', 'Ip', new Ip());
  environment.registerOperator('net.IP == net.IP', (a: CelAddress, b: CelAddress) => isSameAddress(a.of, b.of));
  environment.registerOperator('net.CIDR == net.CIDR', (a: CelPrefix, b: CelPrefix) => isSamePrefix(a.of, b.of));
  add('ip(string): net.IP', readAddress);
  add('isIP(string): bool', (text: string) => succeeds(readAddress, text));
  add('Ip.isCanonical(string): bool', (_: Ip, text: string) => String(readAddress(text)) === text);
  add('string(net.IP): string', String);
  add('net.IP.family(): int', ({ of }: CelAddress) => BigInt(of.family));
  for (const [name, ask] of Object.entries(questions)) add(`net.IP.${name}(): bool`, ({ of }: CelAddress) => ask(of));
  add('cidr(string): net.CIDR', readPrefix);
  add('isCIDR(string): bool', (text: string) => succeeds(readPrefix, text));
  add('string(net.CIDR): string', String);
  add('net.CIDR.containsIP(string): bool', ({ of }: CelPrefix, text: string) => contains(of, readAddress(text).of));
  add('net.CIDR.containsIP(net.IP): bool', ({ of }: CelPrefix, address: CelAddress) => contains(of, address.of));
  add('net.CIDR.containsCIDR(string): bool', ({ of }: CelPrefix, text: string) => containsBlock(of, readPrefix(text).of));
  add('net.CIDR.containsCIDR(net.CIDR): bool', ({ of }: CelPrefix, other: CelPrefix) => containsBlock(of, other.of));
  add('net.CIDR.ip(): net.IP', ({ of }: CelPrefix) => new CelAddress(of.address));
  add('net.CIDR.prefixLength(): int', ({ of }: CelPrefix) => BigInt(of.length));
  add('net.CIDR.masked(): net.CIDR', ({ of }: CelPrefix) => new CelPrefix({ address: { ...of.address, value: prefixBase(of) }, length: of.length }));
}
