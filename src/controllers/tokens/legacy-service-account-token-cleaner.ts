/**
 * Tokens in Secrets that nobody has used for a year are marked, so that they are refused, and removed after another year.
 *
 * @source kubernetes/kubernetes pkg/controller/serviceaccount/legacy_serviceaccount_token_cleaner.go
 */
import { deepFreeze, type Micros, micros, minutes } from '../../base/data.ts';
import type { ConfigMap } from '../../api/kinds/core/config-map.ts';
import { dayText, INVALID_SINCE, LAST_USED, readDay, TOKEN_SECRET } from '../../api/kinds/core/legacy-token.ts';
import { podSecretNames } from '../../api/kinds/core/pod-secrets.ts';
import type { Pod } from '../../api/kinds/core/pod.ts';
import type { Secret } from '../../api/kinds/core/secret.ts';
import type { ServiceAccount } from '../../api/kinds/core/service-account.ts';
import { parseTime } from '../../api/time.ts';
import type { ApiCall } from '../../api/wire.ts';
import { cx, defineController, type ReconcileResult } from '../../client/controller.ts';
import { call, keyOf } from '../../client/resources.ts';
import type { Conversation } from '../../sim/conversation.ts';
import { firstError, isConflict, isNotFound } from '../replies.ts';

const DAY = minutes(24 * 60);
/** `--legacy-service-account-token-clean-up-period`. */
const PERIOD = micros(365 * DAY);
const TRACKING = 'kube-system/kube-apiserver-legacy-service-account-token-tracking';

export const legacyTokenCleaner = defineController({
  name: 'legacy-serviceaccount-token-cleaner-controller',
  serviceAccount: 'legacy-service-account-token-cleaner',
  source: 'pkg/controller/serviceaccount/legacy_serviceaccount_token_cleaner.go',
  reads: [{ kind: 'Secret' }, { kind: 'ServiceAccount' }, { kind: 'Pod' }, { kind: 'ConfigMap' }],
  periodic: [{ key: 'clean', every: DAY }],
  workers: 1,
  reconcile,
});

function* reconcile(_key: string): Conversation<ReconcileResult> {
  const now = yield* cx.now();
  if (!isTrackedForLong(yield* cx.get<ConfigMap>('ConfigMap', TRACKING), now)) return {};
  const secrets = (yield* cx.list<Secret>('Secret')).filter(secret => isForgotten(secret, now));
  if (secrets.length === 0) return {};
  const used = new Set((yield* cx.list<Pod>('Pod')).flatMap(({ metadata: { namespace = '' }, spec }) => podSecretNames(spec).map(name => `${namespace}/${name}`)));
  const calls: ApiCall[] = [];
  for (const secret of secrets) {
    if (used.has(keyOf(secret)) || !isListed(secret, yield* cx.get<ServiceAccount>('ServiceAccount', accountKey(secret)))) continue;
    const next = stepFor(secret, now);
    if (next !== undefined) calls.push(next);
  }
  const error = firstError(yield* cx.all(calls), reply => isNotFound(reply) || isConflict(reply));
  return error === undefined ? {} : { error };
}

/** Whether the use of tokens has been written down for a whole period. */
export function isTrackedForLong(tracking: ConfigMap | null, now: Micros): boolean {
  const since = readDay(tracking?.data?.['since']);
  // The servers may have begun at any time of that day.
  return since !== undefined && now >= since + DAY + PERIOD;
}

/** Whether a token has been there, and has not been used, for a whole period. */
export function isForgotten({ type, metadata: { creationTimestamp, deletionTimestamp, labels } }: Secret, now: Micros): boolean {
  if (type !== TOKEN_SECRET || deletionTimestamp !== undefined) return false;
  if ((parseTime(creationTimestamp ?? '') ?? now) >= now - PERIOD) return false;
  const last = labels?.[LAST_USED] ?? '';
  const day = readDay(last);
  return last === '' || (day !== undefined && day < before(now));
}

/** The day a period ago. */
const before = (now: Micros): Micros => readDay(dayText(micros(now - PERIOD))) ?? now;

const accountKey = ({ metadata: { namespace = '', annotations } }: Secret): string => `${namespace}/${annotations?.['kubernetes.io/service-account.name'] ?? ''}`;

/** Only the tokens that were once made for every account are removed: the account lists them. */
export function isListed({ metadata: { name, annotations } }: Secret, account: ServiceAccount | null): boolean {
  const uid = annotations?.['kubernetes.io/service-account.uid'] ?? '';
  return account !== null && (uid === '' || uid === account.metadata.uid) && account.secrets?.some(each => each.name === name) === true;
}

/** What becomes of a forgotten token now: it is marked, or removed, or waits for its time. */
export function stepFor(secret: Secret, now: Micros): ApiCall | undefined {
  const since = readDay(secret.metadata.labels?.[INVALID_SINCE]);
  const { uid = '', name, namespace = '', resourceVersion = '' } = secret.metadata;
  if (since === undefined) {
    const body = deepFreeze({ apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace, uid, labels: { [INVALID_SINCE]: dayText(now) } } });
    return call('patch', 'Secret', keyOf(secret), { body, patchType: 'merge' });
  }
  return since >= before(now) ? undefined : call('delete', 'Secret', keyOf(secret), { options: { preconditions: { resourceVersion } } });
}
