/**
 * Which fields keep a zero. In Go most optional fields are plain values that are left out of the JSON when they are empty (`omitempty`), so
 * the empty value cannot be told from none: `paused: false` is gone after a round trip, and `periodSeconds: 0` gets its default. Only
 * pointers can hold a zero. The OpenAPI schema does not tell the two apart, so they stand here.
 *
 * @source kubernetes/api: core/v1, apps/v1, batch/v1 and the other groups, types.go; apimachinery meta/v1 types.go
 */

const owner = ['blockOwnerDeletion', 'controller'];
const optional = ['optional'];
const webhook = ['failurePolicy', 'matchPolicy', 'timeoutSeconds'];
const shares = ['nominalConcurrencyShares', 'lendablePercent'];

/** Optional fields that are pointers, or are written even when they are empty. */
export const kept: Readonly<Record<string, readonly string[]>> = {
  AppArmorProfile: ['localhostProfile'],
  AzureDiskVolumeSource: ['cachingMode', 'fsType', 'kind', 'readOnly'],
  AzureFilePersistentVolumeSource: ['secretNamespace'],
  CSIVolumeSource: ['fsType', 'readOnly'],
  ClientIPConfig: ['timeoutSeconds'],
  ClusterTrustBundleProjection: ['name', 'optional', 'signerName'],
  ConfigMap: ['immutable'],
  ConfigMapEnvSource: optional,
  ConfigMapKeySelector: optional,
  ConfigMapProjection: optional,
  ConfigMapVolumeSource: ['defaultMode', 'optional'],
  Container: ['restartPolicy'],
  ContainerStatus: ['started', 'stopSignal'],
  DownwardAPIVolumeFile: ['mode'],
  DownwardAPIVolumeSource: ['defaultMode'],
  EndpointAddress: ['nodeName'],
  EndpointPort: ['appProtocol'],
  EphemeralContainer: ['restartPolicy'],
  Event: ['reportingComponent', 'reportingInstance'],
  FCVolumeSource: ['lun'],
  FileKeySelector: optional,
  GRPCAction: ['service'],
  GlusterfsPersistentVolumeSource: ['endpointsNamespace'],
  HostPathVolumeSource: ['type'],
  ISCSIPersistentVolumeSource: ['initiatorName'],
  ISCSIVolumeSource: ['initiatorName'],
  KeyToPath: ['mode'],
  Lifecycle: ['stopSignal'],
  LoadBalancerIngress: ['ipMode'],
  LocalVolumeSource: ['fsType'],
  NodeFeatures: ['supplementalGroupsPolicy'],
  NodeRuntimeHandler: ['name'],
  NodeRuntimeHandlerFeatures: ['recursiveReadOnlyMounts', 'userNamespaces'],
  NodeSwapStatus: ['capacity'],
  ObjectMeta: ['deletionGracePeriodSeconds'],
  OwnerReference: owner,
  PersistentVolumeClaimSpec: ['storageClassName', 'volumeAttributesClassName', 'volumeMode'],
  PersistentVolumeClaimStatus: ['currentVolumeAttributesClassName'],
  PersistentVolumeSpec: ['volumeAttributesClassName', 'volumeMode'],
  PodCertificateProjection: ['maxExpirationSeconds'],
  PodDNSConfigOption: ['value'],
  PodResourceClaim: ['resourceClaimName', 'resourceClaimTemplateName'],
  PodResourceClaimStatus: ['resourceClaimName'],
  PodSchedulingGroup: ['podGroupName'],
  PodSecurityContext: ['fsGroup', 'fsGroupChangePolicy', 'runAsGroup', 'runAsNonRoot', 'runAsUser', 'seLinuxChangePolicy', 'supplementalGroupsPolicy'],
  PodSpec: [
    'activeDeadlineSeconds', 'automountServiceAccountToken', 'enableServiceLinks', 'hostUsers', 'hostnameOverride', 'preemptionPolicy', 'priority', 'runtimeClassName',
    'setHostnameAsFQDN', 'shareProcessNamespace', 'terminationGracePeriodSeconds',
  ],
  PortStatus: ['error'],
  Probe: ['terminationGracePeriodSeconds'],
  ProjectedVolumeSource: ['defaultMode'],
  ReplicationControllerSpec: ['replicas'],
  SeccompProfile: ['localhostProfile'],
  Secret: ['immutable'],
  SecretEnvSource: optional,
  SecretKeySelector: optional,
  SecretProjection: optional,
  SecretVolumeSource: ['defaultMode', 'optional'],
  SecurityContext: ['allowPrivilegeEscalation', 'privileged', 'procMount', 'readOnlyRootFilesystem', 'runAsGroup', 'runAsNonRoot', 'runAsUser'],
  ServiceAccount: ['automountServiceAccountToken'],
  ServiceAccountTokenProjection: ['expirationSeconds'],
  ServicePort: ['appProtocol'],
  ServiceSpec: ['allocateLoadBalancerNodePorts', 'internalTrafficPolicy', 'ipFamilyPolicy', 'loadBalancerClass', 'trafficDistribution'],
  Toleration: ['tolerationSeconds'],
  TopologySpreadConstraint: ['minDomains', 'nodeAffinityPolicy', 'nodeTaintsPolicy'],
  TypedLocalObjectReference: ['apiGroup'],
  TypedObjectReference: ['apiGroup', 'namespace'],
  VolumeMount: ['mountPropagation', 'recursiveReadOnly'],
  VolumeMountStatus: ['recursiveReadOnly'],
  WindowsSecurityContextOptions: ['gmsaCredentialSpec', 'gmsaCredentialSpecName', 'hostProcess', 'runAsUserName'],
  'admissionregistration.MutatingWebhook': [...webhook, 'reinvocationPolicy'],
  'admissionregistration.ParamRef': ['parameterNotFoundAction'],
  'admissionregistration.RuleWithOperations': ['scope'],
  'admissionregistration.ServiceReference': ['path', 'port'],
  'admissionregistration.ValidatingAdmissionPolicySpec': ['failurePolicy'],
  'admissionregistration.ValidatingWebhook': webhook,
  'admissionregistration.Validation': ['reason'],
  'admissionregistration.WebhookClientConfig': ['url'],
  'apiextensions.CustomResourceDefinitionVersion': ['deprecationWarning'],
  'apiextensions.CustomResourceSubresourceScale': ['labelSelectorPath'],
  'apiextensions.CustomResourceSubresources': ['status'],
  'apiextensions.JSONSchemaProps': [
    'default', 'example', 'exclusiveMaximum', 'exclusiveMinimum', 'maxItems', 'maxLength', 'maxProperties', 'maximum', 'minItems', 'minLength', 'minProperties', 'minimum', 'multipleOf',
    'additionalItems', 'additionalProperties', 'x-kubernetes-list-type', 'x-kubernetes-map-type', 'x-kubernetes-preserve-unknown-fields',
  ],
  'apiextensions.ServiceReference': ['path', 'port'],
  'apiextensions.ValidationRule': ['optionalOldSelf', 'reason'],
  'apiextensions.WebhookClientConfig': ['url'],
  'apiregistration.ServiceReference': ['port'],
  'apps.DaemonSetSpec': ['revisionHistoryLimit'],
  'apps.DaemonSetStatus': ['collisionCount'],
  'apps.DeploymentSpec': ['progressDeadlineSeconds', 'replicas', 'revisionHistoryLimit'],
  'apps.DeploymentStatus': ['collisionCount', 'terminatingReplicas'],
  'apps.ReplicaSetSpec': ['replicas'],
  'apps.ReplicaSetStatus': ['terminatingReplicas'],
  'apps.RollingUpdateStatefulSetStrategy': ['partition'],
  'apps.StatefulSetOrdinals': ['start'],
  'apps.StatefulSetSpec': ['replicas', 'revisionHistoryLimit', 'serviceName'],
  'apps.StatefulSetStatus': ['availableReplicas', 'collisionCount'],
  // An empty list of policies is no list to be filled in: it is refused.
  'autoscaling.HPAScalingRules': ['policies', 'selectPolicy', 'stabilizationWindowSeconds'],
  'autoscaling.HorizontalPodAutoscalerSpec': ['minReplicas'],
  'autoscaling.HorizontalPodAutoscalerStatus': ['observedGeneration'],
  'autoscaling.MetricTarget': ['averageUtilization'],
  'autoscaling.MetricValueStatus': ['averageUtilization'],
  'autoscaling.v1.HorizontalPodAutoscalerSpec': ['minReplicas', 'targetCPUUtilizationPercentage'],
  'autoscaling.v1.HorizontalPodAutoscalerStatus': ['currentCPUUtilizationPercentage', 'observedGeneration'],
  'autoscaling.v1.ScaleSpec': ['replicas'],
  'authentication.TokenRequestSpec': ['expirationSeconds'],
  'batch.CronJobSpec': ['failedJobsHistoryLimit', 'startingDeadlineSeconds', 'successfulJobsHistoryLimit', 'suspend', 'timeZone'],
  'batch.JobSpec': [
    'activeDeadlineSeconds', 'backoffLimit', 'backoffLimitPerIndex', 'completionMode', 'completions', 'managedBy', 'manualSelector', 'maxFailedIndexes', 'parallelism', 'podReplacementPolicy',
    'suspend', 'ttlSecondsAfterFinished',
  ],
  'batch.JobStatus': ['failedIndexes', 'ready', 'terminating'],
  'batch.PodFailurePolicyOnExitCodesRequirement': ['containerName'],
  'batch.PodFailurePolicyOnPodConditionsPattern': ['status'],
  'batch.SuccessPolicyRule': ['succeededCount', 'succeededIndexes'],
  'certificates.CertificateSigningRequestSpec': ['expirationSeconds'],
  'coordination.LeaseSpec': ['holderIdentity', 'leaseDurationSeconds', 'leaseTransitions', 'preferredHolder', 'strategy'],
  'discovery.Endpoint': ['hostname', 'nodeName', 'zone'],
  'discovery.EndpointConditions': ['ready', 'serving', 'terminating'],
  'discovery.EndpointPort': ['appProtocol', 'name', 'port', 'protocol'],
  'discovery.EndpointSlice': ['ports'],
  'flowcontrol.ExemptPriorityLevelConfiguration': shares,
  'flowcontrol.FlowSchemaSpec': ['matchingPrecedence'],
  'flowcontrol.LimitedPriorityLevelConfiguration': [...shares, 'borrowingLimitPercent'],
  'networking.IngressClassParametersReference': ['apiGroup', 'namespace', 'scope'],
  'networking.IngressSpec': ['ingressClassName'],
  'networking.NetworkPolicyPort': ['endPort', 'protocol'],
  'policy.PodDisruptionBudgetSpec': ['unhealthyPodEvictionPolicy'],
  'policy.PodDisruptionBudgetStatus': ['currentHealthy', 'desiredHealthy', 'disruptionsAllowed', 'expectedPods'],
  'rbac.ClusterRole': ['rules'],
  'rbac.Role': ['rules'],
  'rbac.RoleRef': ['apiGroup'],
  'scheduling.PriorityClass': ['preemptionPolicy', 'value'],
  'storage.CSIDriverSpec': [
    'attachRequired', 'fsGroupPolicy', 'nodeAllocatableUpdatePeriodSeconds', 'podInfoOnMount', 'preventPodSchedulingIfMissing', 'requiresRepublish', 'seLinuxMount', 'serviceAccountTokenInSecrets',
    'storageCapacity',
  ],
  'storage.StorageClass': ['allowVolumeExpansion', 'reclaimPolicy', 'volumeBindingMode'],
  'storage.TokenRequest': ['expirationSeconds'],
  'storage.VolumeAttachmentSource': ['persistentVolumeName'],
  'storage.VolumeError': ['errorCode'],
  'storage.VolumeNodeResources': ['count'],
};

const names: ReadonlyMap<string, ReadonlySet<string>> = new Map(Object.entries(kept).map(([type, fields]) => [type, new Set(fields)]));
/** Kinds of value that have an empty one: text, numbers, truth values, bytes, lists, maps. */
const EMPTIABLE = 'silfby[{';

/** Whether an empty value of an optional field is left out. `kind` is the schema's letter for the kind of value. */
export function omitsEmpty(type: string, field: string, kind: string): boolean {
  return EMPTIABLE.includes(kind) && names.get(type)?.has(field) !== true;
}

/** Whether a value is the empty one of its kind. */
export function isEmpty(value: unknown): boolean {
  if (typeof value !== 'object') return value === '' || value === 0 || value === false;
  if (Array.isArray(value)) return value.length === 0;
  if (value === null) return false;
  for (const _ in value) return false;
  return true;
}
