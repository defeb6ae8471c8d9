/** All kinds, in the order of discovery: it decides which kind an ambiguous word means and how `get all` is sorted. */
import type { ResourceDescriptor } from '../resource.ts';
import { mutatingWebhookConfigurationResource } from './admissionregistration/mutating-webhook-configuration.ts';
import { validatingAdmissionPolicyBindingResource } from './admissionregistration/validating-admission-policy-binding.ts';
import { validatingAdmissionPolicyResource } from './admissionregistration/validating-admission-policy.ts';
import { validatingWebhookConfigurationResource } from './admissionregistration/validating-webhook-configuration.ts';
import { customResourceDefinitionResource } from './apiextensions/custom-resource-definition.ts';
import { apiServiceResource } from './apiregistration/api-service.ts';
import { controllerRevisionResource } from './apps/controller-revision.ts';
import { daemonSetResource } from './apps/daemon-set.ts';
import { deploymentResource } from './apps/deployment.ts';
import { replicaSetResource } from './apps/replica-set.ts';
import { statefulSetResource } from './apps/stateful-set.ts';
import { horizontalPodAutoscalerV1Resource } from './autoscaling/horizontal-pod-autoscaler-v1.ts';
import { horizontalPodAutoscalerResource } from './autoscaling/horizontal-pod-autoscaler.ts';
import { cronJobResource } from './batch/cron-job.ts';
import { jobResource } from './batch/job.ts';
import { certificateSigningRequestResource } from './certificates/certificate-signing-request.ts';
import { leaseResource } from './coordination/lease.ts';
import { bindingResource } from './core/binding.ts';
import { componentStatusResource } from './core/component-status.ts';
import { configMapResource } from './core/config-map.ts';
import { endpointsResource } from './core/endpoints.ts';
import { eventResource } from './core/event.ts';
import { limitRangeResource } from './core/limit-range.ts';
import { namespaceResource } from './core/namespace.ts';
import { nodeResource } from './core/node.ts';
import { persistentVolumeClaimResource } from './core/persistent-volume-claim.ts';
import { persistentVolumeResource } from './core/persistent-volume.ts';
import { podTemplateResource } from './core/pod-template.ts';
import { podResource } from './core/pod.ts';
import { replicationControllerResource } from './core/replication-controller.ts';
import { resourceQuotaResource } from './core/resource-quota.ts';
import { secretResource } from './core/secret.ts';
import { serviceAccountResource } from './core/service-account.ts';
import { serviceResource } from './core/service.ts';
import { endpointSliceResource } from './discovery/endpoint-slice.ts';
import { newEventResource } from './events/event.ts';
import { flowSchemaResource } from './flowcontrol/flow-schema.ts';
import { priorityLevelConfigurationResource } from './flowcontrol/priority-level-configuration.ts';
import { ingressClassResource } from './networking/ingress-class.ts';
import { ingressResource } from './networking/ingress.ts';
import { networkPolicyResource } from './networking/network-policy.ts';
import { runtimeClassResource } from './node/runtime-class.ts';
import { podDisruptionBudgetResource } from './policy/pod-disruption-budget.ts';
import { clusterRoleBindingResource } from './rbac/cluster-role-binding.ts';
import { clusterRoleResource } from './rbac/cluster-role.ts';
import { roleBindingResource } from './rbac/role-binding.ts';
import { roleResource } from './rbac/role.ts';
import { priorityClassResource } from './scheduling/priority-class.ts';
import { csiDriverResource } from './storage/csi-driver.ts';
import { csiNodeResource } from './storage/csi-node.ts';
import { csiStorageCapacityResource } from './storage/csi-storage-capacity.ts';
import { storageClassResource } from './storage/storage-class.ts';
import { volumeAttachmentResource } from './storage/volume-attachment.ts';

/** Descriptors by order of discovery. */
export const resources: readonly ResourceDescriptor[] = [
  configMapResource,
  endpointsResource,
  eventResource,
  limitRangeResource,
  namespaceResource,
  nodeResource,
  persistentVolumeClaimResource,
  persistentVolumeResource,
  podResource,
  podTemplateResource,
  replicationControllerResource,
  resourceQuotaResource,
  secretResource,
  serviceAccountResource,
  serviceResource,
  apiServiceResource,
  controllerRevisionResource,
  daemonSetResource,
  deploymentResource,
  replicaSetResource,
  statefulSetResource,
  horizontalPodAutoscalerResource,
  cronJobResource,
  jobResource,
  certificateSigningRequestResource,
  ingressClassResource,
  ingressResource,
  networkPolicyResource,
  podDisruptionBudgetResource,
  clusterRoleBindingResource,
  clusterRoleResource,
  roleBindingResource,
  roleResource,
  csiDriverResource,
  csiNodeResource,
  csiStorageCapacityResource,
  storageClassResource,
  volumeAttachmentResource,
  mutatingWebhookConfigurationResource,
  validatingAdmissionPolicyResource,
  validatingAdmissionPolicyBindingResource,
  validatingWebhookConfigurationResource,
  customResourceDefinitionResource,
  priorityClassResource,
  leaseResource,
  runtimeClassResource,
  endpointSliceResource,
  flowSchemaResource,
  priorityLevelConfigurationResource,
] as unknown as readonly ResourceDescriptor[];

/** Kinds that are served and never stored, before the others of their group. */
export const unstored: readonly ResourceDescriptor[] = [
  bindingResource,
  componentStatusResource,
] as unknown as readonly ResourceDescriptor[];

/** Versions and groups that are served but stored as one of the kinds above. */
export const forms: readonly ResourceDescriptor[] = [
  newEventResource,
  horizontalPodAutoscalerV1Resource,
] as unknown as readonly ResourceDescriptor[];

/** Groups in the order in which discovery lists them, which decides what a word means that several of them know. The core group, '', comes first. */
export const groupOrder: readonly string[] = [
  '', 'apiregistration.k8s.io', 'apps', 'events.k8s.io', 'authentication.k8s.io', 'authorization.k8s.io', 'autoscaling', 'batch', 'certificates.k8s.io',
  'networking.k8s.io', 'policy', 'rbac.authorization.k8s.io', 'storage.k8s.io', 'admissionregistration.k8s.io', 'apiextensions.k8s.io', 'scheduling.k8s.io',
  'coordination.k8s.io', 'node.k8s.io', 'discovery.k8s.io', 'flowcontrol.apiserver.k8s.io',
];
