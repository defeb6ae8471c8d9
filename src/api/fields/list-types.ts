/**
 * Which lists of the built-in types have items of their own to own: by keys, or as sets. Every other list is owned as a whole (atomic), every
 * map by its keys unless it is named here as atomic, every structure by its fields unless it is named as atomic.
 *
 * @source kubernetes/api types.go files (listType, listMapKey, mapType and structType markers)
 */

/** Keys of the items of a list, or 'set' for a list of different plain values. */
export type ListType = readonly string[] | 'set';

const conditions = { conditions: ['type'] } as const;
const container = { ports: ['containerPort', 'protocol'], env: ['name'], volumeMounts: ['mountPath'], volumeDevices: ['devicePath'] } as const;

/** Type → field → how its items are told apart. */
export const listTypes: Readonly<Record<string, Readonly<Record<string, ListType>>>> = {
  'ObjectMeta': { ownerReferences: ['uid'], finalizers: 'set' },
  'PodSpec': {
    containers: ['name'], initContainers: ['name'], ephemeralContainers: ['name'], volumes: ['name'], imagePullSecrets: ['name'], hostAliases: ['ip'],
    topologySpreadConstraints: ['topologyKey', 'whenUnsatisfiable'], schedulingGates: ['name'], resourceClaims: ['name'],
  },
  'PodStatus': { ...conditions, podIPs: ['ip'], resourceClaimStatuses: ['name'] },
  'Container': container,
  'EphemeralContainer': container,
  'ResourceRequirements': { claims: ['name'] },
  'NodeSpec': { podCIDRs: 'set' },
  'NodeStatus': { ...conditions, addresses: ['type'] },
  'NamespaceStatus': conditions,
  'ServiceSpec': { ports: ['port', 'protocol'] },
  'ServiceStatus': conditions,
  'ServiceAccount': { secrets: ['name'] },
  'PersistentVolumeClaimStatus': conditions,
  'ReplicationControllerStatus': conditions,
  'Endpoint': { addresses: 'set' },
  'apps.DeploymentStatus': conditions,
  'apps.ReplicaSetStatus': conditions,
  'apps.DaemonSetStatus': conditions,
  'apps.StatefulSetStatus': conditions,
  'autoscaling.HorizontalPodAutoscalerStatus': conditions,
  'policy.PodDisruptionBudgetStatus': conditions,
  'networking.NetworkPolicyStatus': conditions,
  'networking.ServiceCIDRStatus': conditions,
  'storage.CSINodeSpec': { drivers: ['name'] },
  'certificates.CertificateSigningRequestStatus': conditions,
  'flowcontrol.FlowSchemaStatus': conditions,
  'flowcontrol.PriorityLevelConfigurationStatus': conditions,
  'admissionregistration.MutatingWebhookConfiguration': { webhooks: ['name'] },
  'admissionregistration.ValidatingWebhookConfiguration': { webhooks: ['name'] },
  'admissionregistration.MutatingWebhook': { matchConditions: ['name'] },
  'admissionregistration.ValidatingWebhook': { matchConditions: ['name'] },
  'admissionregistration.ValidatingAdmissionPolicySpec': { matchConditions: ['name'], variables: ['name'] },
  'admissionregistration.ValidatingAdmissionPolicyStatus': conditions,
  'apiextensions.CustomResourceDefinitionStatus': conditions,
  'apiregistration.APIServiceStatus': conditions,
};

/** Keys that have a default, which an item without the key stands for. */
export const keyDefaults: Readonly<Record<string, string>> = { protocol: 'TCP' };

/** Maps that are owned as a whole. */
export const atomicMaps: Readonly<Record<string, readonly string[]>> = {
  'PodSpec': ['nodeSelector'],
  'ServiceSpec': ['selector'],
  'ReplicationControllerSpec': ['selector'],
};

/** Structures that are owned as a whole. */
export const atomicTypes: ReadonlySet<string> = new Set([
  'LabelSelector', 'ConfigMapKeySelector', 'SecretKeySelector', 'ObjectFieldSelector', 'ResourceFieldSelector', 'FileKeySelector', 'LocalObjectReference',
  'TypedLocalObjectReference', 'ObjectReference', 'SecretReference', 'NodeSelector', 'NodeSelectorTerm', 'TopologySelectorTerm', 'ScopeSelector',
  'ScopedResourceSelectorRequirement', 'EndpointAddress', 'EndpointPort', 'rbac.RoleRef', 'rbac.Subject', 'networking.IngressClassParametersReference',
  'admissionregistration.ParamKind', 'admissionregistration.ParamRef', 'admissionregistration.MatchResources', 'admissionregistration.NamedRuleWithOperations',
  'discovery.EndpointPort', 'flowcontrol.Subject',
]);

/** Structures that are part of the wire form even when nothing is in them, beside `metadata`, `spec`, `status` and required fields. */
export const alwaysPresent: Readonly<Record<string, readonly string[]>> = {
  'ObjectMeta': ['creationTimestamp'],
  'apps.DeploymentSpec': ['strategy'],
  'apps.DaemonSetSpec': ['updateStrategy'],
  'apps.StatefulSetSpec': ['updateStrategy'],
  'ServiceStatus': ['loadBalancer'],
  'networking.IngressStatus': ['loadBalancer'],
  'NodeStatus': ['daemonEndpoints', 'nodeInfo'],
  'NodeDaemonEndpoints': ['kubeletEndpoint'],
  'PersistentVolumeClaimSpec': ['resources'],
  'Event': ['source', 'firstTimestamp', 'lastTimestamp', 'eventTime'],
};
