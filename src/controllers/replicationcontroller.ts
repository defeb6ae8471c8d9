/**
 * The replication controller: the forerunner of the ReplicaSet, kept by the ReplicaSet's code.
 *
 * @source kubernetes/kubernetes pkg/controller/replication/replication_controller.go, conversion.go
 */
import { deepFreeze } from '../base/data.ts';
import type { KubeObject } from '../api/meta.ts';
import type { ReplicaSet, ReplicaSetStatus } from '../api/kinds/apps/replica-set.ts';
import type { ReplicationController } from '../api/kinds/core/replication-controller.ts';
import { replicaController } from './replicaset.ts';

/** Views by the object they show: cached objects are frozen. */
const views = new WeakMap<KubeObject, ReplicaSet>();

/** A ReplicationController with its selector in the ReplicaSet's form; kind and version stay its own, for they name it in references. */
function asReplicaSet(object: KubeObject): ReplicaSet {
  const known = views.get(object);
  if (known !== undefined) return known;
  const controller = object as ReplicationController;
  const view = deepFreeze({ ...controller, spec: { ...controller.spec, selector: { matchLabels: controller.spec.selector ?? {} } } }) as unknown as ReplicaSet;
  views.set(object, view);
  return view;
}

/** Back again; it does not count pods that are being deleted. */
function fromReplicaSet(set: ReplicaSet, { terminatingReplicas: _dying, ...status }: ReplicaSetStatus): KubeObject {
  return deepFreeze({ ...set, spec: { ...set.spec, selector: set.spec.selector.matchLabels ?? {} }, status });
}

export const replicationController = replicaController({ kind: 'ReplicationController', view: asReplicaSet, body: fromReplicaSet }, {
  name: 'replicationcontroller-controller', serviceAccount: 'replication-controller', eventSource: 'replication-controller', source: 'pkg/controller/replication/replication_controller.go',
});
