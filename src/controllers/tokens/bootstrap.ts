/**
 * Bootstrap tokens: the signatures beside the kubeconfig that everybody may read (so that whoever knows a token can trust it), and the end of tokens.
 *
 * @source kubernetes/kubernetes pkg/controller/bootstrap/bootstrapsigner.go, tokencleaner.go
 */
import { equalData } from '../../base/compare.ts';
import { deepFreeze, type Micros, micros } from '../../base/data.ts';
import { decodeBase64Text } from '../../api/base64.ts';
import { detachedSignature } from '../../api/jwt.ts';
import type { ConfigMap } from '../../api/kinds/core/config-map.ts';
import type { Secret } from '../../api/kinds/core/secret.ts';
import type { KubeObject } from '../../api/meta.ts';
import { parseTime } from '../../api/time.ts';
import { cx, defineController, type ReconcileResult } from '../../client/controller.ts';
import { call, keyOf } from '../../client/resources.ts';
import type { Conversation } from '../../sim/conversation.ts';
import { isNotFound } from '../replies.ts';

const TYPE = 'bootstrap.kubernetes.io/token';
const NAMESPACE = 'kube-system';
const CLUSTER_INFO = 'kube-public/cluster-info';
const SIGNATURE = 'jws-kubeconfig-';

const isToken = (object: KubeObject): boolean => (object as Secret).type === TYPE && object.metadata.namespace === NAMESPACE;
const field = ({ data }: Secret, name: string): string => decodeBase64Text(data?.[name] ?? '');

/** When a token ends; Infinity = never. */
function endOf(secret: Secret): number {
  const text = field(secret, 'expiration');
  return text === '' ? Infinity : parseTime(text) ?? 0;
}

export const bootstrapSigner = defineController({
  name: 'bootstrap-signer-controller',
  serviceAccount: 'bootstrap-signer',
  source: 'pkg/controller/bootstrap/bootstrapsigner.go',
  watches: [
    { kind: 'Secret', map: ({ object }) => (isToken(object) ? [CLUSTER_INFO] : []) }, { kind: 'ConfigMap', map: ({ type, object }) => (type !== 'delete' && keyOf(object) === CLUSTER_INFO ? [CLUSTER_INFO] : []) },
  ],
  workers: 1,
  reconcile: sign,
});

function* sign(key: string): Conversation<ReconcileResult> {
  const info = yield* cx.get<ConfigMap>('ConfigMap', key);
  const kubeconfig = info?.data?.['kubeconfig'];
  if (info === null || kubeconfig === undefined) return {};
  const now = yield* cx.now();
  const secrets = (yield* cx.list<Secret>('Secret', NAMESPACE)).filter(secret => isToken(secret) && isSigning(secret, now));
  const plain = Object.entries(info.data ?? {}).filter(([name]) => !name.startsWith(SIGNATURE));
  const data = Object.fromEntries([...plain, ...secrets.map(secret => [`${SIGNATURE}${field(secret, 'token-id')}`, detachedSignature(kubeconfig, field(secret, 'token-id'), field(secret, 'token-secret'))] as const)]);
  if (equalData(data, info.data)) return {};
  const reply = yield* cx.request(call('update', 'ConfigMap', key, { body: deepFreeze({ ...info, data }) }));
  return reply.ok || isNotFound(reply) ? {} : { error: reply.message };
}

function isSigning(secret: Secret, now: Micros): boolean {
  return field(secret, 'usage-bootstrap-signing') === 'true' && secret.metadata.name === `bootstrap-token-${field(secret, 'token-id')}` && field(secret, 'token-secret') !== '' && endOf(secret) > now;
}

export const tokenCleaner = defineController({
  name: 'token-cleaner-controller',
  serviceAccount: 'token-cleaner',
  source: 'pkg/controller/bootstrap/tokencleaner.go',
  watches: [{ kind: 'Secret', map: ({ type, object }) => (type !== 'delete' && isToken(object) ? [keyOf(object)] : []) }],
  workers: 1,
  reconcile: clean,
});

function* clean(key: string): Conversation<ReconcileResult> {
  const secret = yield* cx.get<Secret>('Secret', key);
  if (secret === null || !isToken(secret)) return {};
  const left = endOf(secret) - (yield* cx.now());
  if (left === Infinity) return {};
  if (left > 0) return { requeueAfter: micros(left) };
  const preconditions = { uid: secret.metadata.uid ?? '' };
  const reply = yield* cx.request(call('delete', 'Secret', key, { options: { preconditions } }));
  return reply.ok || isNotFound(reply) ? {} : { error: reply.message };
}
