/**
 * How strategic merge treats lists and maps, by type and field. What is not listed is replaced as a whole (lists) or merged (maps).
 *
 * @source kubernetes/api core/v1, apps/v1 and the other groups, apimachinery meta/v1: types.go (patchStrategy, patchMergeKey tags)
 */
import { schemaTypes } from '../schema.generated.ts';

/** Strategy of one field. `key` '' merges a list of plain values. */
export interface MergeStrategy {
  readonly merge: boolean;
  readonly key: string;
  readonly retainKeys: boolean;
  /** A map that is replaced as a whole. */
  readonly replace?: true;
}

const by = (key: string): MergeStrategy => ({ merge: true, key, retainKeys: false });
const byRetaining = (key: string): MergeStrategy => ({ merge: true, key, retainKeys: true });
const values: MergeStrategy = { merge: true, key: '', retainKeys: false };
const replaced: MergeStrategy = { merge: false, key: '', retainKeys: false, replace: true };
const retaining: MergeStrategy = { merge: false, key: '', retainKeys: true };
/** Maps are merged and lists replaced unless a strategy says otherwise. */
export const defaultStrategy: MergeStrategy = Object.freeze({ merge: false, key: '', retainKeys: false });

const container = { ports: by('containerPort'), env: by('name'), volumeMounts: by('mountPath'), volumeDevices: by('devicePath') };
const conditions = { conditions: by('type') };

const strategies: Readonly<Record<string, Readonly<Record<string, MergeStrategy>>>> = {
  'ObjectMeta': { ownerReferences: by('uid'), finalizers: values },
  'PodSpec': {
    volumes: byRetaining('name'), initContainers: by('name'), containers: by('name'), ephemeralContainers: by('name'), imagePullSecrets: by('name'),
    hostAliases: by('ip'), topologySpreadConstraints: by('topologyKey'), schedulingGates: by('name'), resourceClaims: byRetaining('name'),
  },
  'PodStatus': { ...conditions, podIPs: by('ip'), hostIPs: by('ip'), resourceClaimStatuses: byRetaining('name') },
  'Container': container,
  'EphemeralContainer': container,
  'NodeSpec': { podCIDRs: values },
  'NodeStatus': { ...conditions, addresses: by('type') },
  'NamespaceStatus': conditions,
  'ServiceSpec': { ports: by('port') },
  'ServiceStatus': conditions,
  'ServiceAccount': { secrets: by('name'), imagePullSecrets: by('name') },
  'apps.DeploymentSpec': { strategy: retaining },
  'apps.DeploymentStatus': conditions,
  'apps.ReplicaSetStatus': conditions,
  'apps.DaemonSetStatus': conditions,
  'apps.StatefulSetStatus': conditions,
  'PersistentVolumeClaimStatus': conditions,
  'ReplicationControllerStatus': conditions,
  'batch.JobStatus': conditions,
  'policy.PodDisruptionBudgetSpec': { selector: replaced },
  'policy.PodDisruptionBudgetStatus': conditions,
  'autoscaling.HorizontalPodAutoscalerStatus': conditions,
  'storage.CSINodeSpec': { drivers: by('name') },
  'admissionregistration.MutatingWebhookConfiguration': { webhooks: by('name') },
  'admissionregistration.ValidatingWebhookConfiguration': { webhooks: by('name') },
  'admissionregistration.MutatingWebhook': { matchConditions: by('name') },
  'admissionregistration.ValidatingWebhook': { matchConditions: by('name') },
  'admissionregistration.ValidatingAdmissionPolicySpec': { matchConditions: by('name'), variables: by('name') },
  'apiregistration.APIServiceStatus': conditions,
  'flowcontrol.FlowSchemaStatus': conditions,
  'flowcontrol.PriorityLevelConfigurationStatus': conditions,
};

/** The strategy of a field of a type. */
export function mergeStrategy(type: string, field: string): MergeStrategy {
  return strategies[type]?.[field] ?? defaultStrategy;
}

/** Whether a type has a field. */
export const isKnownField = (type: string, field: string): boolean => schemaTypes[type]?.[field] !== undefined;

/** The type of a field, or of the items of a list field; '' for plain values and unknown fields. */
export function fieldType(type: string, field: string): string {
  const code = schemaTypes[type]?.[field];
  const at = code === undefined ? -1 : code.indexOf('#');
  return code === undefined || at < 0 ? '' : code.slice(at + 1);
}
