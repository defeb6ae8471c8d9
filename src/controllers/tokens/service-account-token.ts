/**
 * Fills Secrets of type `kubernetes.io/service-account-token`, and removes those whose account is gone.
 *
 * @source kubernetes/kubernetes pkg/controller/serviceaccount/tokens_controller.go
 */
import { equalData } from '../../base/compare.ts';
import { deepFreeze } from '../../base/data.ts';
import { encodeBase64Text } from '../../api/base64.ts';
import { legacyClaims, signJwt } from '../../api/jwt.ts';
import type { Namespace } from '../../api/kinds/core/namespace.ts';
import type { Secret } from '../../api/kinds/core/secret.ts';
import type { ServiceAccount } from '../../api/kinds/core/service-account.ts';
import { type Caches, cx, defineController, type ReconcileResult } from '../../client/controller.ts';
import type { Delta } from '../../client/informer.ts';
import { call, keyOf, splitKey } from '../../client/resources.ts';
import type { Conversation } from '../../sim/conversation.ts';
import { isNotFound } from '../replies.ts';
import { settings } from '../settings.ts';

const TYPE = 'kubernetes.io/service-account-token';
const NAME = 'kubernetes.io/service-account.name';
const UID = 'kubernetes.io/service-account.uid';

export const serviceAccountTokenController = defineController({
  name: 'serviceaccount-token-controller',
  eventSource: 'serviceaccount-token-controller',
  // It makes the tokens that other controllers would need first.
  actsAsManager: true,
  source: 'pkg/controller/serviceaccount/tokens_controller.go',
  watches: [{ kind: 'Secret', map: ({ type, object }) => (type !== 'delete' && isToken(object as Secret) ? [keyOf(object)] : []) }, { kind: 'ServiceAccount', map: secretsOf }],
  reads: [{ kind: 'Namespace' }],
  workers: 5,
  reconcile,
});

const isToken = ({ type }: Secret): boolean => type === TYPE;
const accountOf = ({ metadata }: Secret): string => metadata.annotations?.[NAME] ?? '';

/** Secrets that name an account which came or went. */
function secretsOf({ type, object }: Delta, caches: Caches): readonly string[] {
  if (type === 'update') return [];
  const keys: string[] = [];
  const { namespace = '', name } = object.metadata;
  caches.informer('Secret').store.range(`${namespace}/`, `${namespace}0`, (key, secret) => { if (isToken(secret as Secret) && accountOf(secret as Secret) === name) keys.push(key); });
  return keys;
}

function* reconcile(key: string): Conversation<ReconcileResult> {
  const secret = yield* cx.get<Secret>('Secret', key);
  if (secret === null || !isToken(secret) || secret.metadata.deletionTimestamp !== undefined) return {};
  const { namespace } = splitKey(key);
  const account = yield* accountNamed(`${namespace}/${accountOf(secret)}`);
  if (account === undefined) return { error: 'the account could not be read' };
  const uid = secret.metadata.annotations?.[UID] ?? '';
  if (account === null || (uid !== '' && uid !== account.metadata.uid)) return yield* remove(secret, key);
  const cluster = yield* cx.get<Namespace>('Namespace', 'kube-system');
  const filled = filledSecret(secret, account, { key: cluster?.metadata.uid ?? '', rootCA: (yield* settings()).rootCA });
  if (equalData(filled, secret)) return {};
  const reply = yield* cx.request(call('update', 'Secret', key, { body: deepFreeze(filled) }));
  return reply.ok || isNotFound(reply) ? {} : { error: reply.message };
}

/** The account, from the cache or fresh; null = there is none; undefined = nobody answered. */
function* accountNamed(key: string): Conversation<ServiceAccount | null | undefined> {
  const cached = yield* cx.get<ServiceAccount>('ServiceAccount', key);
  if (cached !== null) return cached;
  const fresh = yield* cx.request(call('get', 'ServiceAccount', key));
  return fresh.ok ? fresh.object as ServiceAccount : isNotFound(fresh) ? null : undefined;
}

function* remove({ metadata }: Secret, key: string): Conversation<ReconcileResult> {
  const preconditions = { uid: metadata.uid ?? '' };
  const reply = yield* cx.request(call('delete', 'Secret', key, { options: { preconditions } }));
  return reply.ok || isNotFound(reply) || reply.code === 409 ? {} : { error: reply.message };
}

/** The Secret with all that belongs into it; what is there stays. */
function filledSecret(secret: Secret, account: ServiceAccount, { key, rootCA }: { readonly key: string; readonly rootCA: string }): Secret {
  const { name, namespace = '' } = secret.metadata;
  const data = secret.data ?? {};
  const token = (): string => encodeBase64Text(signJwt(legacyClaims({ namespace, secret: name, name: account.metadata.name, uid: account.metadata.uid ?? '' }), key));
  return {
    ...secret,
    metadata: { ...secret.metadata, annotations: { ...secret.metadata.annotations, [NAME]: account.metadata.name, [UID]: account.metadata.uid ?? '' } },
    data: { ...data, 'ca.crt': data['ca.crt'] ?? encodeBase64Text(rootCA), namespace: data['namespace'] ?? encodeBase64Text(namespace), token: data['token'] ?? token() },
  };
}
