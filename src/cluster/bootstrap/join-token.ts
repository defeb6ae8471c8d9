/**
 * The token that `kubeadm init` makes and prints, so that machines can join for a day.
 *
 * @source kubernetes/kubernetes cmd/kubeadm/app/apis/bootstraptoken/v1/utils.go (BootstrapTokenToSecret), cmd/kubeadm/app/constants/constants.go (DefaultTokenDuration)
 */
import { deepFreeze, micros, minutes, type Micros } from '../../base/data.ts';
import { encodeBase64Text } from '../../api/base64.ts';
import type { KubeObject } from '../../api/meta.ts';
import { formatTime } from '../../api/time.ts';
import type { Outbox } from '../../sim/process.ts';

const LETTERS = 'abcdefghijklmnopqrstuvwxyz0123456789';
const ID_LENGTH = 6;
const SECRET_LENGTH = 16;
const LASTS = minutes(24 * 60);

/** `abcdef.0123456789abcdef` */
export interface JoinToken { readonly id: string; readonly secret: string; readonly expires: Micros }

/** A token that nobody can guess who does not know the seed. */
export function drawToken(out: Outbox): JoinToken {
  const letters = (length: number): string => Array.from({ length }, () => LETTERS[out.draw('join token', LETTERS.length)] ?? '').join('');
  return Object.freeze({ id: letters(ID_LENGTH), secret: letters(SECRET_LENGTH), expires: micros(out.now + LASTS) });
}

/** The Secret in which the token lies. */
export function tokenSecret({ id, secret, expires }: JoinToken): KubeObject {
  const values = {
    'auth-extra-groups': 'system:bootstrappers:kubeadm:default-node-token', 'expiration': formatTime(expires), 'token-id': id, 'token-secret': secret, 'usage-bootstrap-authentication': 'true', 'usage-bootstrap-signing': 'true',
  };
  const data = Object.fromEntries(Object.entries(values).map(([key, value]) => [key, encodeBase64Text(value)]));
  const made = { apiVersion: 'v1', kind: 'Secret', metadata: { name: `bootstrap-token-${id}`, namespace: 'kube-system' }, type: 'bootstrap.kubernetes.io/token', data };
  return deepFreeze(made);
}
