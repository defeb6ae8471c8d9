import { sha1 } from '@noble/hashes/legacy.js';
import { compareText } from '../base/compare.ts';

/**
 * Ids as etcd makes them: the first eight bytes of a SHA-1, so that every member computes the same without asking.
 *
 * @source etcd-io/etcd server/etcdserver/api/membership: member.go (computeMemberID), cluster.go (genID)
 */

const ascii = (text: string): number[] => [...text].map((letter) => letter.charCodeAt(0) & 0xff);

/** Hexadecimal without leading zeros, as Go prints it. */
const hex = (bytes: readonly number[]): string =>
  bytes.map((byte) => byte.toString(16).padStart(2, '0')).join('').replace(/^0+(?=.)/, '');

const idOf = (bytes: readonly number[]): string => hex([...sha1(Uint8Array.from(bytes))].slice(0, 8));

/** Id of a member. `addedAt` (seconds) tells a member added later from one that had its addresses before. */
export function memberIdOf(peerURLs: readonly string[], clusterToken: string, addedAt?: number): string {
  const parts = [...peerURLs].sort(compareText).join('') + clusterToken;
  return idOf(ascii(addedAt === undefined ? parts : `${parts}${addedAt}`));
}

/** Id of a cluster: that of its first members together. */
export function clusterIdOf(memberIds: readonly string[]): string {
  const bytes = memberIds.map((id) => id.padStart(16, '0')).sort(compareText)
    .flatMap((id) => [...id.matchAll(/../g)].map(([pair]) => parseInt(pair, 16)));
  return idOf(bytes);
}
