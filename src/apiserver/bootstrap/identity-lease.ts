/** The Lease by which one can see which API servers there are. @source kubernetes/apiserver pkg/reconcilers, KEP-1965 */
import { sha256 } from '@noble/hashes/sha2.js';
import { deepFreeze, type Micros, seconds } from '../../base/data.ts';
import { utf8Bytes } from '../../api/base64.ts';
import type { Lease } from '../../api/kinds/all.ts';
import { formatMicroTime } from '../../api/time.ts';
import { ask, type Conversation } from '../../sim/conversation.ts';
import { cachedObject, callFor, makeCalls } from './loopback.ts';

/** @source kubernetes/kubernetes pkg/controlplane/apiserver/server.go (IdentityLeaseDurationSeconds, IdentityLeaseRenewIntervalSeconds) */
const LEASE_DURATION_SECONDS = 3600;
export const RENEW_INTERVAL = seconds(10);

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567';

/** `apiserver-` and the first half of the host name's SHA-256 in base32. */
export function identityOf(hostname: string): string {
  const digest = sha256(Uint8Array.from(utf8Bytes(hostname))).subarray(0, 16);
  let text = '';
  let buffer = 0;
  let bits = 0;
  for (const byte of digest) {
    buffer = (buffer << 8) | byte;
    for (bits += 8; bits >= 5; bits -= 5) text += ALPHABET.charAt((buffer >>> (bits - 5)) & 31);
    buffer &= (1 << bits) - 1;
  }
  if (bits > 0) text += ALPHABET.charAt((buffer << (5 - bits)) & 31);
  return `apiserver-${text}`;
}

/** One renewal. */
export function* renewIdentity({ identity, hostname, holder }: { readonly identity: string; readonly hostname: string; readonly holder: string }): Conversation<null> {
  const now = yield* ask<Micros>('now', null);
  const renewTime = formatMicroTime(now);
  const labels = { 'apiserver.kubernetes.io/identity': 'kube-apiserver', 'kubernetes.io/hostname': hostname };
  const wanted: Lease = {
    apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name: identity, namespace: 'kube-system', labels },
    spec: { holderIdentity: holder, leaseDurationSeconds: LEASE_DURATION_SECONDS, renewTime },
  };
  const old = yield* cachedObject(wanted);
  const call = old === null ? callFor('create', deepFreeze(wanted)) : callFor('update', deepFreeze({ ...old, spec: { ...wanted.spec } }));
  yield* makeCalls([call]);
  return null;
}
