/**
 * Field numbers of the messages that clients send as protobuf, one message per line:
 * `package.version.Message: <number> <jsonName>[?|!]:[[]|{}]<type>, …`. `?` = the field was a pointer, so its presence means something even when it
 * is zero; `!` = its fields stand in the parent's JSON; `[]` list, `{}` map with text keys. Fields of types that are not listed are skipped.
 *
 * @source kubernetes/api generated.proto files, as the clients of 1.35 write them
 */
export const fieldTable = `
apps.v1.Deployment: 1 metadata:meta.v1.ObjectMeta, 2 spec:apps.v1.DeploymentSpec, 3 status:apps.v1.DeploymentStatus
apps.v1.DeploymentSpec: 1 replicas?:int32, 2 selector?:meta.v1.LabelSelector, 3 template:core.v1.PodTemplateSpec, 4 strategy:apps.v1.DeploymentStrategy, 5 minReadySeconds:int32, 6 revisionHistoryLimit?:int32, 7 paused:bool, 9 progressDeadlineSeconds?:int32
apps.v1.DeploymentStrategy: 1 type:string, 2 rollingUpdate?:apps.v1.RollingUpdateDeployment
apps.v1.RollingUpdateDeployment: 1 maxUnavailable?:util.intstr.IntOrString, 2 maxSurge?:util.intstr.IntOrString
authentication.v1.AttestationValue: 1 items:[]string
authentication.v1.BoundObjectReference: 1 kind:string, 2 apiVersion:string, 3 name:string, 4 uid:string
authentication.v1.SelfSubjectReview: 1 metadata:meta.v1.ObjectMeta, 2 status:authentication.v1.SelfSubjectReviewStatus
authentication.v1.TokenRequest: 1 metadata:meta.v1.ObjectMeta, 2 spec:authentication.v1.TokenRequestSpec, 3 status:authentication.v1.TokenRequestStatus
authentication.v1.TokenRequestSpec: 1 audiences:[]string, 3 boundObjectRef?:authentication.v1.BoundObjectReference, 4 expirationSeconds?:int64, 5 attestations:{}authentication.v1.AttestationValue
authentication.v1.TokenRequestStatus: 1 token:string, 2 expirationTimestamp:meta.v1.Time
authorization.v1.FieldSelectorAttributes: 1 rawSelector:string, 2 requirements:[]meta.v1.FieldSelectorRequirement
authorization.v1.LabelSelectorAttributes: 1 rawSelector:string, 2 requirements:[]meta.v1.LabelSelectorRequirement
authorization.v1.NonResourceAttributes: 1 path:string, 2 verb:string
authorization.v1.ResourceAttributes: 1 namespace:string, 2 verb:string, 3 group:string, 4 version:string, 5 resource:string, 6 subresource:string, 7 name:string, 8 fieldSelector?:authorization.v1.FieldSelectorAttributes, 9 labelSelector?:authorization.v1.LabelSelectorAttributes
authorization.v1.SelfSubjectAccessReview: 1 metadata:meta.v1.ObjectMeta, 2 spec:authorization.v1.SelfSubjectAccessReviewSpec, 3 status:authorization.v1.SubjectAccessReviewStatus
authorization.v1.SelfSubjectAccessReviewSpec: 1 resourceAttributes?:authorization.v1.ResourceAttributes, 2 nonResourceAttributes?:authorization.v1.NonResourceAttributes
authorization.v1.SelfSubjectRulesReview: 1 metadata:meta.v1.ObjectMeta, 2 spec:authorization.v1.SelfSubjectRulesReviewSpec, 3 status:authorization.v1.SubjectRulesReviewStatus
authorization.v1.SelfSubjectRulesReviewSpec: 1 namespace:string
autoscaling.v1.CrossVersionObjectReference: 1 kind:string, 2 name:string, 3 apiVersion:string
autoscaling.v1.HorizontalPodAutoscaler: 1 metadata:meta.v1.ObjectMeta, 2 spec:autoscaling.v1.HorizontalPodAutoscalerSpec, 3 status:autoscaling.v1.HorizontalPodAutoscalerStatus
autoscaling.v1.HorizontalPodAutoscalerSpec: 1 scaleTargetRef:autoscaling.v1.CrossVersionObjectReference, 2 minReplicas?:int32, 3 maxReplicas:int32, 4 targetCPUUtilizationPercentage?:int32
autoscaling.v2.ContainerResourceMetricSource: 1 name:string, 2 target:autoscaling.v2.MetricTarget, 3 container:string
autoscaling.v2.CrossVersionObjectReference: 1 kind:string, 2 name:string, 3 apiVersion:string
autoscaling.v2.ExternalMetricSource: 1 metric:autoscaling.v2.MetricIdentifier, 2 target:autoscaling.v2.MetricTarget
autoscaling.v2.HPAScalingPolicy: 1 type:string, 2 value:int32, 3 periodSeconds:int32
autoscaling.v2.HPAScalingRules: 1 selectPolicy?:string, 2 policies:[]autoscaling.v2.HPAScalingPolicy, 3 stabilizationWindowSeconds?:int32, 4 tolerance?:api.resource.Quantity
autoscaling.v2.HorizontalPodAutoscaler: 1 metadata:meta.v1.ObjectMeta, 2 spec:autoscaling.v2.HorizontalPodAutoscalerSpec, 3 status:autoscaling.v2.HorizontalPodAutoscalerStatus
autoscaling.v2.HorizontalPodAutoscalerBehavior: 1 scaleUp?:autoscaling.v2.HPAScalingRules, 2 scaleDown?:autoscaling.v2.HPAScalingRules
autoscaling.v2.HorizontalPodAutoscalerSpec: 1 scaleTargetRef:autoscaling.v2.CrossVersionObjectReference, 2 minReplicas?:int32, 3 maxReplicas:int32, 4 metrics:[]autoscaling.v2.MetricSpec, 5 behavior?:autoscaling.v2.HorizontalPodAutoscalerBehavior
autoscaling.v2.MetricIdentifier: 1 name:string, 2 selector?:meta.v1.LabelSelector
autoscaling.v2.MetricSpec: 1 type:string, 2 object?:autoscaling.v2.ObjectMetricSource, 3 pods?:autoscaling.v2.PodsMetricSource, 4 resource?:autoscaling.v2.ResourceMetricSource, 5 external?:autoscaling.v2.ExternalMetricSource, 7 containerResource?:autoscaling.v2.ContainerResourceMetricSource
autoscaling.v2.MetricTarget: 1 type:string, 2 value?:api.resource.Quantity, 3 averageValue?:api.resource.Quantity, 4 averageUtilization?:int32
autoscaling.v2.ObjectMetricSource: 1 describedObject:autoscaling.v2.CrossVersionObjectReference, 2 target:autoscaling.v2.MetricTarget, 3 metric:autoscaling.v2.MetricIdentifier
autoscaling.v2.PodsMetricSource: 1 metric:autoscaling.v2.MetricIdentifier, 2 target:autoscaling.v2.MetricTarget
autoscaling.v2.ResourceMetricSource: 1 name:string, 2 target:autoscaling.v2.MetricTarget
batch.v1.CronJob: 1 metadata:meta.v1.ObjectMeta, 2 spec:batch.v1.CronJobSpec, 3 status:batch.v1.CronJobStatus
batch.v1.CronJobSpec: 1 schedule:string, 2 startingDeadlineSeconds?:int64, 3 concurrencyPolicy:string, 4 suspend?:bool, 5 jobTemplate:batch.v1.JobTemplateSpec, 6 successfulJobsHistoryLimit?:int32, 7 failedJobsHistoryLimit?:int32, 8 timeZone?:string
batch.v1.Job: 1 metadata:meta.v1.ObjectMeta, 2 spec:batch.v1.JobSpec, 3 status:batch.v1.JobStatus
batch.v1.JobSchedulingConfiguration: 1 schedulingPolicy?:scheduling.v1alpha3.WorkloadPodGroupSchedulingPolicy, 2 schedulingConstraints?:scheduling.v1alpha3.WorkloadPodGroupSchedulingConstraints, 3 disruptionMode?:scheduling.v1alpha3.WorkloadPodGroupDisruptionMode, 4 resourceClaims:[]scheduling.v1alpha3.WorkloadPodGroupResourceClaim
batch.v1.JobSpec: 1 parallelism?:int32, 2 completions?:int32, 3 activeDeadlineSeconds?:int64, 4 selector?:meta.v1.LabelSelector, 5 manualSelector?:bool, 6 template:core.v1.PodTemplateSpec, 7 backoffLimit?:int32, 8 ttlSecondsAfterFinished?:int32, 9 completionMode?:string, 10 suspend?:bool, 11 podFailurePolicy?:batch.v1.PodFailurePolicy, 12 backoffLimitPerIndex?:int32, 13 maxFailedIndexes?:int32, 14 podReplacementPolicy?:string, 15 managedBy?:string, 16 successPolicy?:batch.v1.SuccessPolicy, 17 scheduling?:batch.v1.JobSchedulingConfiguration
batch.v1.JobTemplateSpec: 1 metadata:meta.v1.ObjectMeta, 2 spec:batch.v1.JobSpec
batch.v1.PodFailurePolicy: 1 rules:[]batch.v1.PodFailurePolicyRule
batch.v1.PodFailurePolicyOnExitCodesRequirement: 1 containerName?:string, 2 operator:string, 3 values:[]int32
batch.v1.PodFailurePolicyOnPodConditionsPattern: 1 type:string, 2 status:string
batch.v1.PodFailurePolicyRule: 1 action:string, 2 onExitCodes?:batch.v1.PodFailurePolicyOnExitCodesRequirement, 3 onPodConditions:[]batch.v1.PodFailurePolicyOnPodConditionsPattern
batch.v1.SuccessPolicy: 1 rules:[]batch.v1.SuccessPolicyRule
batch.v1.SuccessPolicyRule: 1 succeededIndexes?:string, 2 succeededCount?:int32
certificates.v1.CertificateSigningRequest: 1 metadata:meta.v1.ObjectMeta, 2 spec:certificates.v1.CertificateSigningRequestSpec, 3 status:certificates.v1.CertificateSigningRequestStatus
certificates.v1.CertificateSigningRequestCondition: 1 type:string, 2 reason:string, 3 message:string, 4 lastUpdateTime:meta.v1.Time, 5 lastTransitionTime:meta.v1.Time, 6 status:string
certificates.v1.CertificateSigningRequestSpec: 1 request:bytes, 2 username:string, 3 uid:string, 4 groups:[]string, 5 usages:[]string, 6 extra:{}certificates.v1.ExtraValue, 7 signerName:string, 8 expirationSeconds?:int32
certificates.v1.CertificateSigningRequestStatus: 1 conditions:[]certificates.v1.CertificateSigningRequestCondition, 2 certificate:bytes
certificates.v1.ExtraValue: 1 items:[]string
core.v1.Affinity: 1 nodeAffinity?:core.v1.NodeAffinity, 2 podAffinity?:core.v1.PodAffinity, 3 podAntiAffinity?:core.v1.PodAntiAffinity
core.v1.AppArmorProfile: 1 type:string, 2 localhostProfile?:string
core.v1.Binding: 1 metadata:meta.v1.ObjectMeta, 2 target:core.v1.ObjectReference
core.v1.CSIVolumeSource: 1 driver:string, 2 readOnly?:bool, 3 fsType?:string, 4 volumeAttributes:{}string, 5 nodePublishSecretRef?:core.v1.LocalObjectReference
core.v1.Capabilities: 1 add:[]string, 2 drop:[]string
core.v1.ClientIPConfig: 1 timeoutSeconds?:int32
core.v1.ClusterTrustBundleProjection: 1 name?:string, 2 signerName?:string, 3 labelSelector?:meta.v1.LabelSelector, 4 path:string, 5 optional?:bool, 6 user?:int64
core.v1.ComponentCondition: 1 type:string, 2 status:string, 3 message:string, 4 error:string
core.v1.ComponentStatus: 1 metadata:meta.v1.ObjectMeta, 2 conditions:[]core.v1.ComponentCondition
core.v1.ConfigMap: 1 metadata:meta.v1.ObjectMeta, 2 data:{}string, 3 binaryData:{}bytes, 4 immutable?:bool
core.v1.ConfigMapEnvSource: 1 localObjectReference!:core.v1.LocalObjectReference, 2 optional?:bool
core.v1.ConfigMapKeySelector: 1 localObjectReference!:core.v1.LocalObjectReference, 2 key:string, 3 optional?:bool
core.v1.ConfigMapProjection: 1 localObjectReference!:core.v1.LocalObjectReference, 2 items:[]core.v1.KeyToPath, 4 optional?:bool
core.v1.ConfigMapVolumeSource: 1 localObjectReference!:core.v1.LocalObjectReference, 2 items:[]core.v1.KeyToPath, 3 defaultMode?:int32, 4 optional?:bool, 5 defaultUser?:int64
core.v1.Container: 1 name:string, 2 image:string, 3 command:[]string, 4 args:[]string, 5 workingDir:string, 6 ports:[]core.v1.ContainerPort, 7 env:[]core.v1.EnvVar, 8 resources:core.v1.ResourceRequirements, 9 volumeMounts:[]core.v1.VolumeMount, 10 livenessProbe?:core.v1.Probe, 11 readinessProbe?:core.v1.Probe, 12 lifecycle?:core.v1.Lifecycle, 13 terminationMessagePath:string, 14 imagePullPolicy:string, 15 securityContext?:core.v1.SecurityContext, 16 stdin:bool, 17 stdinOnce:bool, 18 tty:bool, 19 envFrom:[]core.v1.EnvFromSource, 20 terminationMessagePolicy:string, 21 volumeDevices:[]core.v1.VolumeDevice, 22 startupProbe?:core.v1.Probe, 23 resizePolicy:[]core.v1.ContainerResizePolicy, 24 restartPolicy?:string, 25 restartPolicyRules:[]core.v1.ContainerRestartRule
core.v1.ContainerPort: 1 name:string, 2 hostPort:int32, 3 containerPort:int32, 4 protocol:string, 5 hostIP:string
core.v1.ContainerResizePolicy: 1 resourceName:string, 2 restartPolicy:string
core.v1.ContainerRestartRule: 1 action:string, 2 exitCodes:core.v1.ContainerRestartRuleOnExitCodes
core.v1.ContainerRestartRuleOnExitCodes: 1 operator:string, 2 values:[]int32
core.v1.DownwardAPIProjection: 1 items:[]core.v1.DownwardAPIVolumeFile
core.v1.DownwardAPIVolumeFile: 1 path:string, 2 fieldRef?:core.v1.ObjectFieldSelector, 3 resourceFieldRef?:core.v1.ResourceFieldSelector, 4 mode?:int32, 5 user?:int64
core.v1.DownwardAPIVolumeSource: 1 items:[]core.v1.DownwardAPIVolumeFile, 2 defaultMode?:int32, 3 defaultUser?:int64
core.v1.EmptyDirVolumeSource: 1 medium:string, 2 sizeLimit?:api.resource.Quantity, 3 mode?:int32
core.v1.EnvFromSource: 1 prefix:string, 2 configMapRef?:core.v1.ConfigMapEnvSource, 3 secretRef?:core.v1.SecretEnvSource
core.v1.EnvVar: 1 name:string, 2 value:string, 3 valueFrom?:core.v1.EnvVarSource
core.v1.EnvVarSource: 1 fieldRef?:core.v1.ObjectFieldSelector, 2 resourceFieldRef?:core.v1.ResourceFieldSelector, 3 configMapKeyRef?:core.v1.ConfigMapKeySelector, 4 secretKeyRef?:core.v1.SecretKeySelector, 5 fileKeyRef?:core.v1.FileKeySelector
core.v1.EphemeralContainer: 1 ephemeralContainerCommon!:core.v1.EphemeralContainerCommon, 2 targetContainerName:string
core.v1.EphemeralContainerCommon: 1 name:string, 2 image:string, 3 command:[]string, 4 args:[]string, 5 workingDir:string, 6 ports:[]core.v1.ContainerPort, 7 env:[]core.v1.EnvVar, 8 resources:core.v1.ResourceRequirements, 9 volumeMounts:[]core.v1.VolumeMount, 10 livenessProbe?:core.v1.Probe, 11 readinessProbe?:core.v1.Probe, 12 lifecycle?:core.v1.Lifecycle, 13 terminationMessagePath:string, 14 imagePullPolicy:string, 15 securityContext?:core.v1.SecurityContext, 16 stdin:bool, 17 stdinOnce:bool, 18 tty:bool, 19 envFrom:[]core.v1.EnvFromSource, 20 terminationMessagePolicy:string, 21 volumeDevices:[]core.v1.VolumeDevice, 22 startupProbe?:core.v1.Probe, 23 resizePolicy:[]core.v1.ContainerResizePolicy, 24 restartPolicy?:string, 25 restartPolicyRules:[]core.v1.ContainerRestartRule
core.v1.EphemeralVolumeSource: 1 volumeClaimTemplate?:core.v1.PersistentVolumeClaimTemplate
core.v1.EvictionResponder: 1 name:string, 2 priority?:int32
core.v1.ExecAction: 1 command:[]string
core.v1.FileKeySelector: 1 volumeName:string, 2 path:string, 3 key:string, 4 optional?:bool
core.v1.GRPCAction: 1 port:int32, 2 service?:string, 3 mode?:string
core.v1.HTTPGetAction: 1 path:string, 2 port:util.intstr.IntOrString, 3 host:string, 4 scheme:string, 5 httpHeaders:[]core.v1.HTTPHeader, 6 protocol?:string
core.v1.HTTPHeader: 1 name:string, 2 value:string
core.v1.HostAlias: 1 ip:string, 2 hostnames:[]string
core.v1.HostPathVolumeSource: 1 path:string, 2 type?:string
core.v1.ImageVolumeSource: 1 reference:string, 2 pullPolicy:string
core.v1.KeyToPath: 1 key:string, 2 path:string, 3 mode?:int32, 4 user?:int64
core.v1.Lifecycle: 1 postStart?:core.v1.LifecycleHandler, 2 preStop?:core.v1.LifecycleHandler, 3 stopSignal?:string
core.v1.LifecycleHandler: 1 exec?:core.v1.ExecAction, 2 httpGet?:core.v1.HTTPGetAction, 3 tcpSocket?:core.v1.TCPSocketAction, 4 sleep?:core.v1.SleepAction
core.v1.LocalObjectReference: 1 name:string
core.v1.NFSVolumeSource: 1 server:string, 2 path:string, 3 readOnly:bool
core.v1.Namespace: 1 metadata:meta.v1.ObjectMeta, 2 spec:core.v1.NamespaceSpec, 3 status:core.v1.NamespaceStatus
core.v1.NamespaceSpec: 1 finalizers:[]string
core.v1.NodeAffinity: 1 requiredDuringSchedulingIgnoredDuringExecution?:core.v1.NodeSelector, 2 preferredDuringSchedulingIgnoredDuringExecution:[]core.v1.PreferredSchedulingTerm
core.v1.NodeSelector: 1 nodeSelectorTerms:[]core.v1.NodeSelectorTerm
core.v1.NodeSelectorRequirement: 1 key:string, 2 operator:string, 3 values:[]string
core.v1.NodeSelectorTerm: 1 matchExpressions:[]core.v1.NodeSelectorRequirement, 2 matchFields:[]core.v1.NodeSelectorRequirement
core.v1.ObjectFieldSelector: 1 apiVersion:string, 2 fieldPath:string
core.v1.ObjectReference: 1 kind:string, 2 namespace:string, 3 name:string, 4 uid:string, 5 apiVersion:string, 6 resourceVersion:string, 7 fieldPath:string
core.v1.PersistentVolumeClaimSpec: 1 accessModes:[]string, 2 resources:core.v1.VolumeResourceRequirements, 3 volumeName:string, 4 selector?:meta.v1.LabelSelector, 5 storageClassName?:string, 6 volumeMode?:string, 7 dataSource?:core.v1.TypedLocalObjectReference, 8 dataSourceRef?:core.v1.TypedObjectReference, 9 volumeAttributesClassName?:string
core.v1.PersistentVolumeClaimTemplate: 1 metadata:meta.v1.ObjectMeta, 2 spec:core.v1.PersistentVolumeClaimSpec
core.v1.PersistentVolumeClaimVolumeSource: 1 claimName:string, 2 readOnly:bool
core.v1.Pod: 1 metadata:meta.v1.ObjectMeta, 2 spec:core.v1.PodSpec, 3 status:core.v1.PodStatus
core.v1.PodAffinity: 1 requiredDuringSchedulingIgnoredDuringExecution:[]core.v1.PodAffinityTerm, 2 preferredDuringSchedulingIgnoredDuringExecution:[]core.v1.WeightedPodAffinityTerm
core.v1.PodAffinityTerm: 1 labelSelector?:meta.v1.LabelSelector, 2 namespaces:[]string, 3 topologyKey:string, 4 namespaceSelector?:meta.v1.LabelSelector, 5 matchLabelKeys:[]string, 6 mismatchLabelKeys:[]string
core.v1.PodAntiAffinity: 1 requiredDuringSchedulingIgnoredDuringExecution:[]core.v1.PodAffinityTerm, 2 preferredDuringSchedulingIgnoredDuringExecution:[]core.v1.WeightedPodAffinityTerm
core.v1.PodCertificateProjection: 1 signerName:string, 2 keyType:string, 3 maxExpirationSeconds?:int32, 4 credentialBundlePath:string, 5 keyPath:string, 6 certificateChainPath:string, 7 userAnnotations:{}string, 8 user?:int64
core.v1.PodDNSConfig: 1 nameservers:[]string, 2 searches:[]string, 3 options:[]core.v1.PodDNSConfigOption
core.v1.PodDNSConfigOption: 1 name:string, 2 value?:string
core.v1.PodOS: 1 name:string
core.v1.PodReadinessGate: 1 conditionType:string
core.v1.PodResourceClaim: 1 name:string, 3 resourceClaimName?:string, 4 resourceClaimTemplateName?:string
core.v1.PodSchedulingGate: 1 name:string
core.v1.PodSchedulingGroup: 1 podGroupName?:string
core.v1.PodSecurityContext: 1 seLinuxOptions?:core.v1.SELinuxOptions, 2 runAsUser?:int64, 3 runAsNonRoot?:bool, 4 supplementalGroups:[]int64, 5 fsGroup?:int64, 6 runAsGroup?:int64, 7 sysctls:[]core.v1.Sysctl, 8 windowsOptions?:core.v1.WindowsSecurityContextOptions, 9 fsGroupChangePolicy?:string, 10 seccompProfile?:core.v1.SeccompProfile, 11 appArmorProfile?:core.v1.AppArmorProfile, 12 supplementalGroupsPolicy?:string, 13 seLinuxChangePolicy?:string
core.v1.PodSpec: 1 volumes:[]core.v1.Volume, 2 containers:[]core.v1.Container, 3 restartPolicy:string, 4 terminationGracePeriodSeconds?:int64, 5 activeDeadlineSeconds?:int64, 6 dnsPolicy:string, 7 nodeSelector:{}string, 8 serviceAccountName:string, 9 serviceAccount:string, 10 nodeName:string, 11 hostNetwork:bool, 12 hostPID:bool, 13 hostIPC:bool, 14 securityContext?:core.v1.PodSecurityContext, 15 imagePullSecrets:[]core.v1.LocalObjectReference, 16 hostname:string, 17 subdomain:string, 18 affinity?:core.v1.Affinity, 19 schedulerName:string, 20 initContainers:[]core.v1.Container, 21 automountServiceAccountToken?:bool, 22 tolerations:[]core.v1.Toleration, 23 hostAliases:[]core.v1.HostAlias, 24 priorityClassName:string, 25 priority?:int32, 26 dnsConfig?:core.v1.PodDNSConfig, 27 shareProcessNamespace?:bool, 28 readinessGates:[]core.v1.PodReadinessGate, 29 runtimeClassName?:string, 30 enableServiceLinks?:bool, 31 preemptionPolicy?:string, 32 overhead:{}api.resource.Quantity, 33 topologySpreadConstraints:[]core.v1.TopologySpreadConstraint, 34 ephemeralContainers:[]core.v1.EphemeralContainer, 35 setHostnameAsFQDN?:bool, 36 os?:core.v1.PodOS, 37 hostUsers?:bool, 38 schedulingGates:[]core.v1.PodSchedulingGate, 39 resourceClaims:[]core.v1.PodResourceClaim, 40 resources?:core.v1.ResourceRequirements, 41 hostnameOverride?:string, 43 schedulingGroup?:core.v1.PodSchedulingGroup, 44 evictionResponders:[]core.v1.EvictionResponder
core.v1.PodTemplateSpec: 1 metadata:meta.v1.ObjectMeta, 2 spec:core.v1.PodSpec
core.v1.PreferredSchedulingTerm: 1 weight:int32, 2 preference:core.v1.NodeSelectorTerm
core.v1.Probe: 1 handler!:core.v1.ProbeHandler, 2 initialDelaySeconds:int32, 3 timeoutSeconds:int32, 4 periodSeconds:int32, 5 successThreshold:int32, 6 failureThreshold:int32, 7 terminationGracePeriodSeconds?:int64
core.v1.ProbeHandler: 1 exec?:core.v1.ExecAction, 2 httpGet?:core.v1.HTTPGetAction, 3 tcpSocket?:core.v1.TCPSocketAction, 4 grpc?:core.v1.GRPCAction
core.v1.ProjectedVolumeSource: 1 sources:[]core.v1.VolumeProjection, 2 defaultMode?:int32, 3 defaultUser?:int64
core.v1.ResourceClaim: 1 name:string, 2 request:string
core.v1.ResourceFieldSelector: 1 containerName:string, 2 resource:string, 3 divisor:api.resource.Quantity
core.v1.ResourceQuota: 1 metadata:meta.v1.ObjectMeta, 2 spec:core.v1.ResourceQuotaSpec, 3 status:core.v1.ResourceQuotaStatus
core.v1.ResourceQuotaSpec: 1 hard:{}api.resource.Quantity, 2 scopes:[]string, 3 scopeSelector?:core.v1.ScopeSelector
core.v1.ResourceRequirements: 1 limits:{}api.resource.Quantity, 2 requests:{}api.resource.Quantity, 3 claims:[]core.v1.ResourceClaim
core.v1.SELinuxOptions: 1 user:string, 2 role:string, 3 type:string, 4 level:string
core.v1.ScopeSelector: 1 matchExpressions:[]core.v1.ScopedResourceSelectorRequirement
core.v1.ScopedResourceSelectorRequirement: 1 scopeName:string, 2 operator:string, 3 values:[]string
core.v1.SeccompProfile: 1 type:string, 2 localhostProfile?:string
core.v1.Secret: 1 metadata:meta.v1.ObjectMeta, 2 data:{}bytes, 3 type:string, 4 stringData:{}string, 5 immutable?:bool
core.v1.SecretEnvSource: 1 localObjectReference!:core.v1.LocalObjectReference, 2 optional?:bool
core.v1.SecretKeySelector: 1 localObjectReference!:core.v1.LocalObjectReference, 2 key:string, 3 optional?:bool
core.v1.SecretProjection: 1 localObjectReference!:core.v1.LocalObjectReference, 2 items:[]core.v1.KeyToPath, 4 optional?:bool
core.v1.SecretVolumeSource: 1 secretName:string, 2 items:[]core.v1.KeyToPath, 3 defaultMode?:int32, 4 optional?:bool, 5 defaultUser?:int64
core.v1.SecurityContext: 1 capabilities?:core.v1.Capabilities, 2 privileged?:bool, 3 seLinuxOptions?:core.v1.SELinuxOptions, 4 runAsUser?:int64, 5 runAsNonRoot?:bool, 6 readOnlyRootFilesystem?:bool, 7 allowPrivilegeEscalation?:bool, 8 runAsGroup?:int64, 9 procMount?:string, 10 windowsOptions?:core.v1.WindowsSecurityContextOptions, 11 seccompProfile?:core.v1.SeccompProfile, 12 appArmorProfile?:core.v1.AppArmorProfile
core.v1.Service: 1 metadata:meta.v1.ObjectMeta, 2 spec:core.v1.ServiceSpec, 3 status:core.v1.ServiceStatus
core.v1.ServiceAccount: 1 metadata:meta.v1.ObjectMeta, 2 secrets:[]core.v1.ObjectReference, 3 imagePullSecrets:[]core.v1.LocalObjectReference, 4 automountServiceAccountToken?:bool
core.v1.ServiceAccountTokenProjection: 1 audience:string, 2 expirationSeconds?:int64, 3 path:string, 4 user?:int64
core.v1.ServicePort: 1 name:string, 2 protocol:string, 3 port:int32, 4 targetPort:util.intstr.IntOrString, 5 nodePort:int32, 6 appProtocol?:string
core.v1.ServiceSpec: 1 ports:[]core.v1.ServicePort, 2 selector:{}string, 3 clusterIP:string, 4 type:string, 5 externalIPs:[]string, 7 sessionAffinity:string, 8 loadBalancerIP:string, 9 loadBalancerSourceRanges:[]string, 10 externalName:string, 11 externalTrafficPolicy:string, 12 healthCheckNodePort:int32, 13 publishNotReadyAddresses:bool, 14 sessionAffinityConfig?:core.v1.SessionAffinityConfig, 17 ipFamilyPolicy?:string, 18 clusterIPs:[]string, 19 ipFamilies:[]string, 20 allocateLoadBalancerNodePorts?:bool, 21 loadBalancerClass?:string, 22 internalTrafficPolicy?:string, 23 trafficDistribution?:string
core.v1.SessionAffinityConfig: 1 clientIP?:core.v1.ClientIPConfig
core.v1.SleepAction: 1 seconds:int64
core.v1.Sysctl: 1 name:string, 2 value:string
core.v1.TCPSocketAction: 1 port:util.intstr.IntOrString, 2 host:string
core.v1.Toleration: 1 key:string, 2 operator:string, 3 value:string, 4 effect:string, 5 tolerationSeconds?:int64
core.v1.TopologySpreadConstraint: 1 maxSkew:int32, 2 topologyKey:string, 3 whenUnsatisfiable:string, 4 labelSelector?:meta.v1.LabelSelector, 5 minDomains?:int32, 6 nodeAffinityPolicy?:string, 7 nodeTaintsPolicy?:string, 8 matchLabelKeys:[]string
core.v1.TypedLocalObjectReference: 1 apiGroup?:string, 2 kind:string, 3 name:string
core.v1.TypedObjectReference: 1 apiGroup?:string, 2 kind:string, 3 name:string, 4 namespace?:string
core.v1.Volume: 1 name:string, 2 volumeSource!:core.v1.VolumeSource
core.v1.VolumeDevice: 1 name:string, 2 devicePath:string
core.v1.VolumeMount: 1 name:string, 2 readOnly:bool, 3 mountPath:string, 4 subPath:string, 5 mountPropagation?:string, 6 subPathExpr:string, 7 recursiveReadOnly?:string, 8 bindMountOptions:[]string
core.v1.VolumeProjection: 1 secret?:core.v1.SecretProjection, 2 downwardAPI?:core.v1.DownwardAPIProjection, 3 configMap?:core.v1.ConfigMapProjection, 4 serviceAccountToken?:core.v1.ServiceAccountTokenProjection, 5 clusterTrustBundle?:core.v1.ClusterTrustBundleProjection, 6 podCertificate?:core.v1.PodCertificateProjection
core.v1.VolumeResourceRequirements: 1 limits:{}api.resource.Quantity, 2 requests:{}api.resource.Quantity
core.v1.VolumeSource: 1 hostPath?:core.v1.HostPathVolumeSource, 2 emptyDir?:core.v1.EmptyDirVolumeSource, 3 gcePersistentDisk?:core.v1.GCEPersistentDiskVolumeSource, 4 awsElasticBlockStore?:core.v1.AWSElasticBlockStoreVolumeSource, 5 gitRepo?:core.v1.GitRepoVolumeSource, 6 secret?:core.v1.SecretVolumeSource, 7 nfs?:core.v1.NFSVolumeSource, 8 iscsi?:core.v1.ISCSIVolumeSource, 9 glusterfs?:core.v1.GlusterfsVolumeSource, 10 persistentVolumeClaim?:core.v1.PersistentVolumeClaimVolumeSource, 11 rbd?:core.v1.RBDVolumeSource, 12 flexVolume?:core.v1.FlexVolumeSource, 13 cinder?:core.v1.CinderVolumeSource, 14 cephfs?:core.v1.CephFSVolumeSource, 15 flocker?:core.v1.FlockerVolumeSource, 16 downwardAPI?:core.v1.DownwardAPIVolumeSource, 17 fc?:core.v1.FCVolumeSource, 18 azureFile?:core.v1.AzureFileVolumeSource, 19 configMap?:core.v1.ConfigMapVolumeSource, 20 vsphereVolume?:core.v1.VsphereVirtualDiskVolumeSource, 21 quobyte?:core.v1.QuobyteVolumeSource, 22 azureDisk?:core.v1.AzureDiskVolumeSource, 23 photonPersistentDisk?:core.v1.PhotonPersistentDiskVolumeSource, 24 portworxVolume?:core.v1.PortworxVolumeSource, 25 scaleIO?:core.v1.ScaleIOVolumeSource, 26 projected?:core.v1.ProjectedVolumeSource, 27 storageos?:core.v1.StorageOSVolumeSource, 28 csi?:core.v1.CSIVolumeSource, 29 ephemeral?:core.v1.EphemeralVolumeSource, 30 image?:core.v1.ImageVolumeSource
core.v1.WeightedPodAffinityTerm: 1 weight:int32, 2 podAffinityTerm:core.v1.PodAffinityTerm
core.v1.WindowsSecurityContextOptions: 1 gmsaCredentialSpecName?:string, 2 gmsaCredentialSpec?:string, 3 runAsUserName?:string, 4 hostProcess?:bool
networking.v1.HTTPIngressPath: 1 path:string, 2 backend:networking.v1.IngressBackend, 3 pathType?:string
networking.v1.HTTPIngressRuleValue: 1 paths:[]networking.v1.HTTPIngressPath
networking.v1.Ingress: 1 metadata:meta.v1.ObjectMeta, 2 spec:networking.v1.IngressSpec, 3 status:networking.v1.IngressStatus
networking.v1.IngressBackend: 3 resource?:core.v1.TypedLocalObjectReference, 4 service?:networking.v1.IngressServiceBackend
networking.v1.IngressRule: 1 host:string, 2 ingressRuleValue!:networking.v1.IngressRuleValue
networking.v1.IngressRuleValue: 1 http?:networking.v1.HTTPIngressRuleValue
networking.v1.IngressServiceBackend: 1 name:string, 2 port:networking.v1.ServiceBackendPort
networking.v1.IngressSpec: 1 defaultBackend?:networking.v1.IngressBackend, 2 tls:[]networking.v1.IngressTLS, 3 rules:[]networking.v1.IngressRule, 4 ingressClassName?:string
networking.v1.IngressTLS: 1 hosts:[]string, 2 secretName:string
networking.v1.ServiceBackendPort: 1 name:string, 2 number:int32
policy.v1.Eviction: 1 metadata:meta.v1.ObjectMeta, 2 deleteOptions?:meta.v1.DeleteOptions
policy.v1.PodDisruptionBudget: 1 metadata:meta.v1.ObjectMeta, 2 spec:policy.v1.PodDisruptionBudgetSpec, 3 status:policy.v1.PodDisruptionBudgetStatus
policy.v1.PodDisruptionBudgetSpec: 1 minAvailable?:util.intstr.IntOrString, 2 selector:meta.v1.LabelSelector, 3 maxUnavailable?:util.intstr.IntOrString, 4 unhealthyPodEvictionPolicy?:string
rbac.v1.AggregationRule: 1 clusterRoleSelectors:[]meta.v1.LabelSelector
rbac.v1.ClusterRole: 1 metadata:meta.v1.ObjectMeta, 2 rules:[]rbac.v1.PolicyRule, 3 aggregationRule?:rbac.v1.AggregationRule
rbac.v1.ClusterRoleBinding: 1 metadata:meta.v1.ObjectMeta, 2 subjects:[]rbac.v1.Subject, 3 roleRef:rbac.v1.RoleRef
rbac.v1.PolicyRule: 1 verbs:[]string, 2 apiGroups:[]string, 3 resources:[]string, 4 resourceNames:[]string, 5 nonResourceURLs:[]string
rbac.v1.Role: 1 metadata:meta.v1.ObjectMeta, 2 rules:[]rbac.v1.PolicyRule
rbac.v1.RoleBinding: 1 metadata:meta.v1.ObjectMeta, 2 subjects:[]rbac.v1.Subject, 3 roleRef:rbac.v1.RoleRef
rbac.v1.RoleRef: 1 apiGroup:string, 2 kind:string, 3 name:string
rbac.v1.Subject: 1 kind:string, 2 apiGroup:string, 3 name:string, 4 namespace:string
scheduling.v1.PriorityClass: 1 metadata:meta.v1.ObjectMeta, 2 value:int32, 3 globalDefault:bool, 4 description:string, 5 preemptionPolicy?:string
meta.v1.DeleteOptions: 1 gracePeriodSeconds?:int64, 2 preconditions?:meta.v1.Preconditions, 3 orphanDependents?:bool, 4 propagationPolicy?:string, 5 dryRun:[]string, 6 ignoreStoreReadErrorWithClusterBreakingPotential?:bool
meta.v1.FieldSelectorRequirement: 1 key:string, 2 operator:string, 3 values:[]string
meta.v1.LabelSelector: 1 matchLabels:{}string, 2 matchExpressions:[]meta.v1.LabelSelectorRequirement
meta.v1.LabelSelectorRequirement: 1 key:string, 2 operator:string, 3 values:[]string
meta.v1.ManagedFieldsEntry: 1 manager:string, 2 operation:string, 3 apiVersion:string, 4 time?:meta.v1.Time, 6 fieldsType:string, 7 fieldsV1?:meta.v1.FieldsV1, 8 subresource:string
meta.v1.ObjectMeta: 1 name:string, 2 generateName:string, 3 namespace:string, 4 selfLink:string, 5 uid:string, 6 resourceVersion:string, 7 generation:int64, 8 creationTimestamp:meta.v1.Time, 9 deletionTimestamp?:meta.v1.Time, 10 deletionGracePeriodSeconds?:int64, 11 labels:{}string, 12 annotations:{}string, 13 ownerReferences:[]meta.v1.OwnerReference, 14 finalizers:[]string, 17 managedFields:[]meta.v1.ManagedFieldsEntry
meta.v1.OwnerReference: 1 kind:string, 3 name:string, 4 uid:string, 5 apiVersion:string, 6 controller?:bool, 7 blockOwnerDeletion?:bool
meta.v1.Preconditions: 1 uid?:string, 2 resourceVersion?:string
`;
