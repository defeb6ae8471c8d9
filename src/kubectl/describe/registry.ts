/** Which description each kind has, and what it looks up beside the object. */
import { compareText } from '../../base/compare.ts';
import type { ConfigMap, DaemonSet, Deployment, EndpointSlice, Event, Lease, Namespace, Node, Pod, ReplicaSet, Secret, Service } from '../../api/kinds/all.ts';
import type { KubeObject } from '../../api/meta.ts';
import { descriptorOfKind } from '../../api/scheme.ts';
import { labelSelectorText } from '../../api/selector.ts';
import type { Conversation } from '../../sim/conversation.ts';
import { cx } from '../command.ts';
import { selectorTextOf } from '../pod-word.ts';
import { list, read } from '../requests.ts';
import { currentSet, ownedSets } from '../rollout.ts';
import { type BindingLike, describeBinding, describeRole, describeServiceAccount, describeSigningRequest, type RoleLike, type ServiceAccountLike, type SigningRequestLike } from './access.ts';
import { type CronJobLike, describeCronJob, describeJob, type JobLike } from './batch.ts';
import { type Behind, describeEndpoints, describeEndpointSlice, describeIngress, describeIngressClass, describeNetworkPolicy, type EndpointsLike, type IngressClassLike, type IngressLike, type NetworkPolicyLike, servicesBehind } from './network.ts';
import { describeNode } from './node.ts';
import { describeAny, describeConfigMap, describeNamespace, describeSecret, describeService } from './others.ts';
import { describePod } from './pod.ts';
import { type AutoscalerLike, type BudgetLike, describeAutoscaler, describeBudget, describeLimitRange, describePriorityClass, describeQuota, type LimitRangeLike, namespaceLimits, type PriorityClassLike, type QuotaLike } from './policy.ts';
import type { Lines } from './sections.ts';
import { describeReplicationController, describeStatefulSet, type ReplicationControllerLike, type StatefulSetLike } from './stateful.ts';
import { type ClaimLike, type CsiNodeLike, describeClaim, describeCsiNode, describeStorageClass, describeVolume, type StorageClassLike, type VolumeLike } from './storage.ts';
import type { Described } from './types.ts';
import { describeDaemonSet, describeDeployment, describeReplicaSet } from './workloads.ts';

type Describer = (described: Described) => Lines | Conversation<Lines>;
interface Where { readonly labelSelector?: string; readonly fieldSelector?: string }

function* listed<T extends KubeObject>(kind: string, namespace: string, options: Where = {}): Conversation<readonly T[]> {
  const descriptor = descriptorOfKind(kind);
  const found = descriptor === undefined ? undefined : yield* list({ descriptor, namespace, name: '' }, options);
  return found?.ok === true ? (found.value.items as readonly T[]) : [];
}

/** A kind that is described from the object and its events alone. */
const alone = <T extends KubeObject>(describe: (described: Described<T>) => Lines): Describer => (described) => describe(described as Described<T>);

/** A workload, described with the pods that it owns. */
const withPods = <T extends KubeObject>(describe: (described: Described<T>, pods: readonly Pod[]) => Lines): Describer => function* (described) {
  const { metadata } = described.object;
  const pods = yield* listed<Pod>('Pod', metadata.namespace ?? '', { labelSelector: selectorTextOf(described.object) ?? '' });
  return describe(described as Described<T>, pods.filter((pod) => pod.metadata.ownerReferences?.some((owner) => owner.uid === metadata.uid)));
};

/** In the order in which they were made. */
const byAge = (sets: readonly ReplicaSet[]): readonly ReplicaSet[] => [...sets].sort((a, b) => compareText(a.metadata.creationTimestamp ?? '', b.metadata.creationTimestamp ?? '') || compareText(a.metadata.name, b.metadata.name));

const namespaceOf = ({ object }: Described): string => object.metadata.namespace ?? '';

const describers: Readonly<Record<string, Describer>> = {
  Pod: alone<Pod>(describePod), ConfigMap: alone<ConfigMap>(describeConfigMap), Secret: alone<Secret>(describeSecret),
  ReplicaSet: withPods<ReplicaSet>(describeReplicaSet), DaemonSet: withPods<DaemonSet>(describeDaemonSet), StatefulSet: withPods<StatefulSetLike>(describeStatefulSet),
  ReplicationController: withPods<ReplicationControllerLike>(describeReplicationController),
  Job: alone<JobLike>(describeJob), CronJob: alone<CronJobLike>(describeCronJob),
  PersistentVolume: alone<VolumeLike>(describeVolume), StorageClass: alone<StorageClassLike>(describeStorageClass), CSINode: alone<CsiNodeLike>(describeCsiNode),
  PodDisruptionBudget: alone<BudgetLike>(describeBudget), PriorityClass: alone<PriorityClassLike>(describePriorityClass), ResourceQuota: alone<QuotaLike>(describeQuota), LimitRange: alone<LimitRangeLike>(describeLimitRange),
  IngressClass: alone<IngressClassLike>(describeIngressClass), NetworkPolicy: alone<NetworkPolicyLike>(describeNetworkPolicy), Endpoints: alone<EndpointsLike>(describeEndpoints), EndpointSlice: alone<EndpointSlice>(describeEndpointSlice),
  Role: alone<RoleLike>(describeRole), ClusterRole: alone<RoleLike>(describeRole), RoleBinding: alone<BindingLike>(describeBinding), ClusterRoleBinding: alone<BindingLike>(describeBinding),
  ServiceAccount: alone<ServiceAccountLike>(describeServiceAccount), CertificateSigningRequest: alone<SigningRequestLike>(describeSigningRequest),
  *Deployment(described) {
    const deployment = described.object as Deployment;
    const sets = ownedSets(deployment, yield* listed<ReplicaSet>('ReplicaSet', namespaceOf(described), { labelSelector: labelSelectorText(deployment.spec.selector) }));
    const current = currentSet(deployment, sets);
    return describeDeployment(described as Described<Deployment>, { current, old: byAge(sets.filter((set) => set !== current)) });
  },
  *Node(described) {
    const { name } = described.object.metadata;
    const pods = yield* listed<Pod>('Pod', '', { fieldSelector: `spec.nodeName=${name},status.phase!=Succeeded,status.phase!=Failed` });
    const descriptor = descriptorOfKind('Lease');
    const lease = descriptor === undefined ? undefined : yield* read({ descriptor, namespace: 'kube-node-lease', name });
    return describeNode(described as Described<Node>, { pods, lease: lease === undefined ? '' : lease.ok ? (lease.value as Lease) : lease.error.message });
  },
  *Service(described) {
    return describeService(described as Described<Service>, yield* listed<EndpointSlice>('EndpointSlice', namespaceOf(described), { labelSelector: `kubernetes.io/service-name=${described.object.metadata.name}` }));
  },
  *Namespace(described) {
    const { name } = described.object.metadata;
    return describeNamespace(described as Described<Namespace>, namespaceLimits(yield* listed<QuotaLike>('ResourceQuota', name), yield* listed<LimitRangeLike>('LimitRange', name)));
  },
  *PersistentVolumeClaim(described) {
    const { name, ownerReferences = [] } = described.object.metadata;
    const pods = yield* listed<Pod>('Pod', namespaceOf(described));
    const users = pods.flatMap((pod) => (pod.spec.volumes ?? []).filter((volume) => volume.persistentVolumeClaim?.claimName === name).map(() => pod));
    const owners = pods.filter((pod) => !users.includes(pod) && ownerReferences.some(({ kind, uid }) => kind === 'Pod' && uid === pod.metadata.uid));
    return describeClaim(described as Described<ClaimLike>, [...users, ...owners]);
  },
  // Whatever version was asked for, kubectl describes the one that tells everything.
  *HorizontalPodAutoscaler(described) {
    const descriptor = descriptorOfKind('HorizontalPodAutoscaler');
    const whole = descriptor === undefined ? undefined : yield* read({ descriptor, namespace: namespaceOf(described), name: described.object.metadata.name });
    return describeAutoscaler({ ...described, object: (whole?.ok === true ? whole.value : described.object) as AutoscalerLike });
  },
  *Ingress(described) {
    const behinds = new Map<string, Behind | string>();
    const namespace = namespaceOf(described);
    for (const name of servicesBehind(described.object as IngressLike)) {
      const descriptor = descriptorOfKind('Service');
      const service = descriptor === undefined ? undefined : yield* read({ descriptor, namespace, name });
      if (service?.ok !== true) { behinds.set(name, service?.error.message ?? `services "${name}" not found`); continue; }
      behinds.set(name, { service: service.value as Service, slices: yield* listed<EndpointSlice>('EndpointSlice', namespace, { labelSelector: `kubernetes.io/service-name=${name}` }) });
    }
    return describeIngress(described as Described<IngressLike>, behinds);
  },
};

/** Kinds whose description shows no events. */
const WITHOUT_EVENTS: ReadonlySet<string> = new Set(['Secret', 'Namespace', 'Role', 'ClusterRole', 'RoleBinding', 'ClusterRoleBinding', 'NetworkPolicy', 'ResourceQuota', 'LimitRange']);

/** Events about a static pod name it by the uid that its kubelet knows. @source kubernetes/kubectl pkg/describe/describe.go (PodDescriber.Describe) */
const MIRROR = 'kubernetes.io/config.mirror';

function* eventsOf(object: KubeObject, kind: string): Conversation<readonly Event[]> {
  const { name, namespace, annotations } = object.metadata;
  const uid = (kind === 'Pod' ? annotations?.[MIRROR] : undefined) ?? object.metadata.uid;
  const fields = [`involvedObject.name=${name}`, ...(namespace === undefined ? [] : [`involvedObject.namespace=${namespace}`]), `involvedObject.kind=${kind}`, ...(kind === 'Node' ? [] : [`involvedObject.uid=${uid ?? ''}`])];
  return yield* listed<Event>('Event', namespace ?? '', { fieldSelector: fields.join(',') });
}

/** The lines of one object's description. */
export function* describeObject(object: KubeObject, kind: string, showsEvents: boolean): Conversation<Lines> {
  const now = yield* cx.now();
  const events = showsEvents && !WITHOUT_EVENTS.has(kind) ? yield* eventsOf(object, kind) : undefined;
  const described: Described = { object, events, now };
  const lines = (describers[kind] ?? describeAny)(described);
  return 'next' in lines ? yield* lines : lines;
}
