import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';

/**
 * Passwords as the log and the store keep them.
 *
 * @source etcd-io/etcd server/etcdserver/v3_server.go (UserAdd), server/auth/store.go (CheckPassword)
 * @fidelity simplified: a salted SHA-256 instead of bcrypt, whose slowness would only cost the simulation time
 */

const digest = (salt: string, password: string): string => bytesToHex(sha256(utf8ToBytes(`${salt}/${password}`)));

/** What is kept of a password. */
export const hashPassword = (password: string, salt: string): string => `${salt}$${digest(salt, password)}`;

/** Whether a password is the one that was kept. */
export function passwordMatches(kept: string, password: string): boolean {
  const salt = kept.slice(0, kept.indexOf('$'));
  return kept !== '' && kept === hashPassword(password, salt);
}
