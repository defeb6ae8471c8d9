/**
 * Names of iptables chains: hashes of what they are for, so that the same service has the same chain on every node.
 *
 * @source kubernetes/kubernetes pkg/proxy/iptables/proxier.go (portProtoHash, servicePortEndpointChainName)
 * @fidelity exact
 */
import { sha256 } from '@noble/hashes/sha2.js';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
/** Characters of a hash that a name keeps; iptables allows 28 in all. */
const KEPT = 16;

/** The first characters of base32(sha256(text)); the texts are ASCII. */
function hash(text: string): string {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  const digest = sha256(bytes);
  let encoded = '';
  let bits = 0;
  let held = 0;
  for (let i = 0; encoded.length < KEPT; i++) {
    held = (held << 8) | (digest[i] ?? 0);
    bits += 8;
    while (bits >= 5 && encoded.length < KEPT) {
      encoded += ALPHABET.charAt((held >>> (bits - 5)) & 31);
      bits -= 5;
    }
    held &= (1 << bits) - 1;
  }
  return encoded;
}

/** `ns/name:port`, or `ns/name` for a port without a name. */
export function servicePortName(namespace: string, name: string, port: string): string {
  return port === '' ? `${namespace}/${name}` : `${namespace}/${name}:${port}`;
}

/** Chain of a service port: all endpoints (SVC), the local ones (SVL), traffic from outside (EXT), load balancer firewall (FW). */
export function serviceChain(kind: 'SVC' | 'SVL' | 'EXT' | 'FW', servicePort: string, protocol: string): string {
  return `KUBE-${kind}-${hash(`${servicePort}${protocol}`)}`;
}

/** Chain of one endpoint (`ip:port`) of a service port. */
export function endpointChain(servicePort: string, protocol: string, endpoint: string): string {
  return `KUBE-SEP-${hash(`${servicePort}${protocol}${endpoint}`)}`;
}
