/** How etcdctl writes keys, headers and numbers. */
import { encodeBase64Text } from '../../../api/base64.ts';
import type { EtcdValue, KeyValue, ResponseHeader } from '../../../etcd/contract.ts';
import { toCompactJson } from '../../json.ts';

/** The text of a value. API objects are kept as objects here; real etcd holds their protobuf bytes. */
export const valueText = (value: EtcdValue): string => (typeof value === 'string' ? value : toCompactJson(value));

/** An id (hexadecimal) as the decimal number that JSON and fields show. */
export const decimalId = (id: string): string => (id === '' ? '0' : BigInt(`0x${id}`).toString());

/** A number of any size in JSON. */
export class BigNumber {
  readonly text: string;
  constructor(text: string) { this.text = text; }
}
const big = (id: string): BigNumber => new BigNumber(decimalId(id));

/** JSON in Go's field order; zero values are left out where protobuf leaves them out. */
export function json(value: unknown): string {
  if (value instanceof BigNumber) return value.text;
  if (Array.isArray(value)) return `[${(value as readonly unknown[]).map(json).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const map = value as Readonly<Record<string, unknown>>;
  return `{${Object.keys(map).filter((key) => map[key] !== undefined).map((key) => `${JSON.stringify(key)}:${json(map[key])}`).join(',')}}`;
}

/** Nothing instead of zero, so that the field is left out. */
export const orNothing = (value: number): number | undefined => (value === 0 ? undefined : value);

export function headerJson(header: ResponseHeader): object {
  return { cluster_id: big(header.clusterId), member_id: big(header.memberId), revision: orNothing(header.revision), raft_term: orNothing(header.raftTerm) };
}

export function kvJson(kv: KeyValue): object {
  const value = valueText(kv.value);
  return {
    key: encodeBase64Text(kv.key), create_revision: orNothing(kv.createRevision), mod_revision: orNothing(kv.modRevision), version: orNothing(kv.version),
    value: value === '' ? undefined : encodeBase64Text(value), lease: kv.lease === '' ? undefined : big(kv.lease),
  };
}

export function headerFields(header: ResponseHeader): readonly string[] {
  return [`"ClusterID" : ${decimalId(header.clusterId)}`, `"MemberID" : ${decimalId(header.memberId)}`, `"Revision" : ${header.revision}`, `"RaftTerm" : ${header.raftTerm}`];
}

export function kvFields(prefix: string, kv: KeyValue): readonly string[] {
  const quoted = (text: string): string => JSON.stringify(text);
  return [
    `"${prefix}Key" : ${quoted(kv.key)}`, `"${prefix}CreateRevision" : ${kv.createRevision}`, `"${prefix}ModRevision" : ${kv.modRevision}`, `"${prefix}Version" : ${kv.version}`,
    `"${prefix}Value" : ${quoted(valueText(kv.value))}`, `"${prefix}Lease" : ${decimalId(kv.lease)}`,
  ];
}

/** A key and a value on two lines. */
export function kvLines(kv: KeyValue, options: { readonly isHex: boolean; readonly valueOnly: boolean }): string {
  const shown = (text: string): string => (options.isHex ? hex(text) : text);
  return `${options.valueOnly ? '' : `${shown(kv.key)}\n`}${shown(valueText(kv.value))}\n`;
}

const hex = (text: string): string => [...text].map((character) => `\\x${(character.codePointAt(0) ?? 0).toString(16).padStart(2, '0')}`).join('');

/** The key behind all keys with a prefix. */
export function prefixEnd(prefix: string): string {
  for (let i = prefix.length - 1; i >= 0; i--) {
    const code = prefix.charCodeAt(i);
    if (code < 0xffff) return prefix.slice(0, i) + String.fromCharCode(code + 1);
  }
  return '\0';
}

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'] as const;
/** Sizes in powers of ten: `20 kB`, `2.1 GB`. @source dustin/go-humanize bytes.go */
export function humanBytes(bytes: number): string {
  if (bytes < 10) return `${bytes} B`;
  let amount = bytes;
  let unit = 0;
  while (amount >= 1000 && unit < UNITS.length - 1) { amount /= 1000; unit++; }
  const rounded = Math.floor(amount * 10 + 0.5) / 10;
  return `${rounded < 10 ? rounded.toFixed(unit === 0 ? 0 : 1) : Math.round(rounded)} ${UNITS[unit] ?? 'B'}`;
}

/** A 64-bit id with all its digits. */
export const longId = (id: string): string => id.padStart(16, '0');
