/**
 * A pod's spec as the server's own types hold it. Messages of errors show it so: with Go's names, every field, in the order in which it is declared.
 * @source kubernetes/kubernetes pkg/apis/core/types.go
 */
import { compareText } from '../../../base/compare.ts';
import type { PodSpec, PodTemplateSpec } from './pod-spec.ts';

/**
 * Types by name. A field is its name and what it holds: nothing = a text, `#` a number, `!` a boolean, `?` a scalar behind a pointer, `@` a list or map,
 * `[]T` a list of T, `*T` a T behind a pointer, `=T` a T, `+T` the fields of T in this place.
 */
const DECLARED = `
PodSpec Volumes[]Volume InitContainers[]Container Containers[]Container EphemeralContainers[]EphemeralContainer RestartPolicy TerminationGracePeriodSeconds? ActiveDeadlineSeconds? DNSPolicy NodeSelector@ ServiceAccountName AutomountServiceAccountToken? NodeName SecurityContext*PodSecurityContext ImagePullSecrets[]LocalObjectReference Hostname Subdomain SetHostnameAsFQDN? Affinity*Affinity SchedulerName Tolerations[]Toleration HostAliases[]HostAlias PriorityClassName Priority? PreemptionPolicy? DNSConfig*PodDNSConfig ReadinessGates[]PodReadinessGate RuntimeClassName? Overhead@ EnableServiceLinks? TopologySpreadConstraints[]TopologySpreadConstraint OS*PodOS SchedulingGates[]PodSchedulingGate ResourceClaims[]PodResourceClaim Resources*ResourceRequirements HostnameOverride? WorkloadRef*WorkloadReference
PodSecurityContext HostNetwork! HostPID! HostIPC! ShareProcessNamespace? HostUsers? SELinuxOptions*SELinuxOptions WindowsOptions*WindowsSecurityContextOptions RunAsUser? RunAsGroup? RunAsNonRoot? SupplementalGroups@ SupplementalGroupsPolicy? FSGroup? FSGroupChangePolicy? Sysctls[]Sysctl SeccompProfile*SeccompProfile AppArmorProfile*AppArmorProfile SELinuxChangePolicy?
Container Name Image Command@ Args@ WorkingDir Ports[]ContainerPort EnvFrom[]EnvFromSource Env[]EnvVar Resources=ResourceRequirements ResizePolicy[]ContainerResizePolicy RestartPolicy? RestartPolicyRules[]ContainerRestartRule VolumeMounts[]VolumeMount VolumeDevices[]VolumeDevice LivenessProbe*Probe ReadinessProbe*Probe StartupProbe*Probe Lifecycle*Lifecycle TerminationMessagePath TerminationMessagePolicy ImagePullPolicy SecurityContext*SecurityContext Stdin! StdinOnce! TTY!
EphemeralContainer +Container TargetContainerName
Volume Name HostPath*HostPathVolumeSource EmptyDir*EmptyDirVolumeSource GCEPersistentDisk*GCEPersistentDiskVolumeSource AWSElasticBlockStore*AWSElasticBlockStoreVolumeSource GitRepo*GitRepoVolumeSource Secret*SecretVolumeSource NFS*NFSVolumeSource ISCSI*ISCSIVolumeSource Glusterfs*GlusterfsVolumeSource PersistentVolumeClaim*PersistentVolumeClaimVolumeSource RBD*RBDVolumeSource Quobyte*QuobyteVolumeSource FlexVolume*FlexVolumeSource Cinder*CinderVolumeSource CephFS*CephFSVolumeSource Flocker*FlockerVolumeSource DownwardAPI*DownwardAPIVolumeSource FC*FCVolumeSource AzureFile*AzureFileVolumeSource ConfigMap*ConfigMapVolumeSource VsphereVolume*VsphereVirtualDiskVolumeSource AzureDisk*AzureDiskVolumeSource PhotonPersistentDisk*PhotonPersistentDiskVolumeSource Projected*ProjectedVolumeSource PortworxVolume*PortworxVolumeSource ScaleIO*ScaleIOVolumeSource StorageOS*StorageOSVolumeSource CSI*CSIVolumeSource Ephemeral*EphemeralVolumeSource Image*ImageVolumeSource
HostPathVolumeSource Path Type?
EmptyDirVolumeSource Medium SizeLimit?
SecretVolumeSource SecretName Items[]KeyToPath DefaultMode? Optional?
NFSVolumeSource Server Path ReadOnly!
PersistentVolumeClaimVolumeSource ClaimName ReadOnly!
DownwardAPIVolumeSource Items[]DownwardAPIVolumeFile DefaultMode?
DownwardAPIVolumeFile Path FieldRef*ObjectFieldSelector ResourceFieldRef*ResourceFieldSelector Mode?
ConfigMapVolumeSource Name Items[]KeyToPath DefaultMode? Optional?
KeyToPath Key Path Mode?
ProjectedVolumeSource Sources[]VolumeProjection DefaultMode?
VolumeProjection Secret*SecretProjection DownwardAPI*DownwardAPIProjection ConfigMap*ConfigMapProjection ServiceAccountToken*ServiceAccountTokenProjection ClusterTrustBundle*ClusterTrustBundleProjection PodCertificate*PodCertificateProjection
SecretProjection Name Items[]KeyToPath Optional?
DownwardAPIProjection Items[]DownwardAPIVolumeFile
ConfigMapProjection Name Items[]KeyToPath Optional?
ServiceAccountTokenProjection Audience ExpirationSeconds# Path
CSIVolumeSource Driver ReadOnly? FSType? VolumeAttributes@ NodePublishSecretRef*LocalObjectReference
ImageVolumeSource Reference PullPolicy
LocalObjectReference Name
ContainerPort Name HostPort# ContainerPort# Protocol HostIP
EnvFromSource Prefix ConfigMapRef*ConfigMapEnvSource SecretRef*SecretEnvSource
ConfigMapEnvSource Name Optional?
SecretEnvSource Name Optional?
EnvVar Name Value ValueFrom*EnvVarSource
EnvVarSource FieldRef*ObjectFieldSelector ResourceFieldRef*ResourceFieldSelector ConfigMapKeyRef*ConfigMapKeySelector SecretKeyRef*SecretKeySelector FileKeyRef*FileKeySelector
ObjectFieldSelector APIVersion FieldPath
ResourceFieldSelector ContainerName Resource Divisor0
ConfigMapKeySelector Name Key Optional?
SecretKeySelector Name Key Optional?
FileKeySelector VolumeName Path Key Optional?
ResourceRequirements Limits@ Requests@ Claims[]ResourceClaim
ResourceClaim Name Request
ContainerResizePolicy ResourceName RestartPolicy
ContainerRestartRule Action ExitCodes*ContainerRestartRuleOnExitCodes
ContainerRestartRuleOnExitCodes Operator Values@
VolumeMount Name ReadOnly! RecursiveReadOnly? MountPath SubPath MountPropagation? SubPathExpr
VolumeDevice Name DevicePath
Probe Exec*ExecAction HTTPGet*HTTPGetAction TCPSocket*TCPSocketAction GRPC*GRPCAction InitialDelaySeconds# TimeoutSeconds# PeriodSeconds# SuccessThreshold# FailureThreshold# TerminationGracePeriodSeconds?
ExecAction Command@
HTTPGetAction Path Port# Host Scheme HTTPHeaders[]HTTPHeader
HTTPHeader Name Value
TCPSocketAction Port# Host
GRPCAction Port# Service?
Lifecycle PostStart*LifecycleHandler PreStop*LifecycleHandler StopSignal?
LifecycleHandler Exec*ExecAction HTTPGet*HTTPGetAction TCPSocket*TCPSocketAction Sleep*SleepAction
SleepAction Seconds#
SecurityContext Capabilities*Capabilities Privileged? SELinuxOptions*SELinuxOptions WindowsOptions*WindowsSecurityContextOptions RunAsUser? RunAsGroup? RunAsNonRoot? ReadOnlyRootFilesystem? AllowPrivilegeEscalation? ProcMount? SeccompProfile*SeccompProfile AppArmorProfile*AppArmorProfile
Capabilities Add@ Drop@
SELinuxOptions User Role Type Level
WindowsSecurityContextOptions GMSACredentialSpecName? GMSACredentialSpec? RunAsUserName? HostProcess?
SeccompProfile Type LocalhostProfile?
AppArmorProfile Type LocalhostProfile?
Sysctl Name Value
Affinity NodeAffinity*NodeAffinity PodAffinity*PodAffinity PodAntiAffinity*PodAffinity
NodeAffinity RequiredDuringSchedulingIgnoredDuringExecution*NodeSelector PreferredDuringSchedulingIgnoredDuringExecution[]PreferredSchedulingTerm
NodeSelector NodeSelectorTerms[]NodeSelectorTerm
NodeSelectorTerm MatchExpressions[]NodeSelectorRequirement MatchFields[]NodeSelectorRequirement
NodeSelectorRequirement Key Operator Values@
PreferredSchedulingTerm Weight# Preference=NodeSelectorTerm
PodAffinity RequiredDuringSchedulingIgnoredDuringExecution[]PodAffinityTerm PreferredDuringSchedulingIgnoredDuringExecution[]WeightedPodAffinityTerm
PodAffinityTerm LabelSelector@ Namespaces@ TopologyKey NamespaceSelector@ MatchLabelKeys@ MismatchLabelKeys@
WeightedPodAffinityTerm Weight# PodAffinityTerm=PodAffinityTerm
Toleration Key Operator Value Effect TolerationSeconds?
HostAlias IP Hostnames@
PodDNSConfig Nameservers@ Searches@ Options[]PodDNSConfigOption
PodDNSConfigOption Name Value?
PodReadinessGate ConditionType
TopologySpreadConstraint MaxSkew# TopologyKey WhenUnsatisfiable LabelSelector@ MinDomains? NodeAffinityPolicy? NodeTaintsPolicy? MatchLabelKeys@
PodOS Name
PodSchedulingGate Name
PodResourceClaim Name ResourceClaimName? ResourceClaimTemplateName?
WorkloadReference Name PodGroup PodGroupReplicaKey
`;

interface Field { readonly go: string; readonly json: string; readonly holds: string; readonly of: string }

/** Names that do not follow from Go's. */
const JSON_NAMES: Readonly<Record<string, string>> = { CephFS: 'cephfs', StorageOS: 'storageos', GMSACredentialSpec: 'gmsaCredentialSpec', GMSACredentialSpecName: 'gmsaCredentialSpecName' };

/** `DNSPolicy` → `dnsPolicy`. */
const jsonName = (go: string): string => JSON_NAMES[go] ?? go.replace(/^[A-Z]+(?=[A-Z][a-z])|^[A-Z]+/, run => run.toLowerCase());

function fieldOf(word: string): Field {
  const [, plus = '', go = '', holds = '', of = ''] = /^(\+?)([A-Za-z]+)(\[\]|[#!?@*=0]|)(\w*)$/.exec(word) ?? [];
  return plus === '' ? { go, json: jsonName(go), holds, of } : { go: '', json: '', holds: plus, of: go };
}

/** Read when the first such message is written. */
const types = new Map<string, readonly Field[]>();

function fieldsOf(type: string): readonly Field[] | undefined {
  if (types.size === 0) {
    for (const line of DECLARED.trim().split('\n')) {
      const [name = '', ...words] = line.split(' ');
      types.set(name, words.map(fieldOf));
    }
  }
  return types.get(type);
}

type Data = Readonly<Record<string, unknown>>;

/** A value of a type, with all its fields. What is not declared here is shown by what it has. */
function shown(type: string, value: Data): Data {
  const fields = fieldsOf(type);
  if (fields === undefined) return Object.fromEntries(Object.entries(value).map(([name, part]) => [name.charAt(0).toUpperCase() + name.slice(1), part]));
  const made: Record<string, unknown> = {};
  for (const { go, json, holds, of } of fields) {
    if (holds === '+') Object.assign(made, shown(of, value));
    else made[go] = held(value[json], holds, of);
  }
  return made;
}

function held(value: unknown, holds: string, of: string): unknown {
  switch (holds) {
    case '': return value ?? '';
    case '#': return value ?? 0;
    case '!': return value ?? false;
    case '0': return value ?? '0';
    case '*': return value === undefined ? null : shown(of, value as Data);
    case '=': return shown(of, (value ?? {}) as Data);
    case '[]': return value === undefined ? null : (value as readonly Data[]).map((item) => shown(of, item));
    default: return value === undefined ? null : sorted(value);
  }
}

const sorted = (value: unknown): unknown => (typeof value !== 'object' || value === null || Array.isArray(value) ? value : Object.fromEntries(Object.entries(value).sort(([a], [b]) => compareText(a, b))));

/** What of the pod's security context stands beside it in the API. */
const BESIDE = ['hostNetwork', 'hostPID', 'hostIPC', 'shareProcessNamespace', 'hostUsers'] as const;

/** The spec of a pod. */
export function internalPodSpec(spec: Partial<PodSpec>): Data {
  const beside = Object.fromEntries(BESIDE.flatMap((field) => (spec[field] === undefined ? [] : [[field, spec[field]]])));
  return shown('PodSpec', { ...spec, securityContext: { ...spec.securityContext, ...beside } });
}

/** The template of pods. Its metadata have no field of their own. */
export function internalPodTemplate({ metadata, spec }: PodTemplateSpec): Data {
  const { labels, annotations, finalizers, ...rest } = metadata ?? {};
  return { ...rest, ...(labels === undefined ? {} : { labels: sorted(labels) }), ...(annotations === undefined ? {} : { annotations: sorted(annotations) }), ...(finalizers === undefined ? {} : { finalizers }), Spec: internalPodSpec(spec ?? {}) };
}
