/**
 * The root CA publisher: puts the cluster's CA into each namespace, where pods mount it.
 *
 * @source kubernetes/kubernetes pkg/controller/certificates/rootcacertpublisher/publisher.go
 */
import { equalData } from '../base/compare.ts';
import { deepFreeze } from '../base/data.ts';
import type { ConfigMap } from '../api/kinds/core/config-map.ts';
import type { Namespace } from '../api/kinds/core/namespace.ts';
import type { Conversation } from '../sim/conversation.ts';
import { cx, defineController, type ReconcileResult } from '../client/controller.ts';
import { call } from '../client/resources.ts';
import { isAlreadyExists, isNamespaceTerminating } from './replies.ts';
import { settings } from './settings.ts';

const NAME = 'kube-root-ca.crt';
/** The words upstream puts beside the certificate. */
const DESCRIPTION = {
  'kubernetes.io/description': 'Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. '
    + 'No other usage is guaranteed across distributions of Kubernetes clusters.',
} as const;

export const rootCACertPublisher = defineController({
  name: 'root-ca-certificate-publisher-controller',
  serviceAccount: 'root-ca-cert-publisher',
  source: 'pkg/controller/certificates/rootcacertpublisher/publisher.go',
  for: 'Namespace',
  watches: [{ kind: 'ConfigMap', map: delta => (delta.object.metadata.name === NAME ? [delta.object.metadata.namespace ?? ''] : []) }],
  workers: 1,
  reconcile,
});

function* reconcile(key: string): Conversation<ReconcileResult> {
  const namespace = yield* cx.get<Namespace>('Namespace', key);
  if (namespace === null || namespace.status?.phase === 'Terminating' || namespace.metadata.deletionTimestamp !== undefined) return {};
  const { rootCA } = yield* settings();
  const data = { 'ca.crt': rootCA };
  const found = yield* cx.get<ConfigMap>('ConfigMap', `${key}/${NAME}`);
  if (found === null) {
    const body = deepFreeze({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: NAME, namespace: key, annotations: DESCRIPTION }, data });
    const reply = yield* cx.request(call('create', 'ConfigMap', `${key}/`, { body }));
    return reply.ok || isAlreadyExists(reply) || isNamespaceTerminating(reply) ? {} : { error: reply.message };
  }
  const annotations = { ...found.metadata.annotations, ...DESCRIPTION };
  if (equalData(found.data, data) && equalData(found.metadata.annotations, annotations)) return {};
  const body = deepFreeze({ ...found, metadata: { ...found.metadata, annotations }, data });
  const reply = yield* cx.request(call('update', 'ConfigMap', `${key}/${NAME}`, { body }));
  return reply.ok ? {} : { error: reply.message };
}
