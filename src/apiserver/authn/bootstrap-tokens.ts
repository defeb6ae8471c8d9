/**
 * Bootstrap tokens, by which a new node says who it is before it has a certificate: `abcdef.0123456789abcdef`, kept in a Secret of kube-system.
 *
 * @source kubernetes/kubernetes plugin/pkg/auth/authenticator/token/bootstrap/bootstrap.go
 */
import { decodeBase64Text } from '../../api/base64.ts';
import type { Secret } from '../../api/kinds/all.ts';
import { parseTime } from '../../api/time.ts';
import type { Server, UserInfo } from '../state.ts';
import { AUTHENTICATED } from './names.ts';

const SHAPE = /^([a-z0-9]{6})\.([a-z0-9]{16})$/;
const DEFAULT_GROUP = 'system:bootstrappers';
const EXTRA_GROUP = /^system:bootstrappers:[a-z0-9:-]{0,255}[a-z0-9]$/;

/** The user of a bootstrap token; undefined when it is none, or a wrong or expired one. */
export function bootstrapTokenUser({ state, out }: Server, text: string): UserInfo | undefined {
  const [, id = '', secret = ''] = SHAPE.exec(text) ?? [];
  if (id === '') return undefined;
  const stored = state.caches.get('/secrets')?.items.get(`/registry/secrets/kube-system/bootstrap-token-${id}`) as Secret | undefined;
  if (stored === undefined || stored.metadata.deletionTimestamp !== undefined || stored.type !== 'bootstrap.kubernetes.io/token') return undefined;
  const field = (name: string): string => decodeBase64Text((stored.data as Readonly<Record<string, string>> | undefined)?.[name] ?? '');
  if (field('token-id') !== id || field('token-secret') !== secret || field('usage-bootstrap-authentication') !== 'true') return undefined;
  const expiration = field('expiration');
  if (expiration !== '' && (parseTime(expiration) ?? 0) <= out.now) return undefined;
  const extra = field('auth-extra-groups').split(',').map(group => group.trim()).filter(group => group !== '');
  if (!extra.every(group => EXTRA_GROUP.test(group))) return undefined;
  return Object.freeze({ name: `system:bootstrap:${id}`, uid: '', groups: Object.freeze([...new Set([DEFAULT_GROUP, ...extra]), AUTHENTICATED]) });
}
