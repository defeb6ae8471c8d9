import { certificateApproval, certificateSigning, certificateSubjectRestriction } from './certificates.ts';
import { defaultIngressClass } from './default-ingress-class.ts';
import { defaultStorageClass } from './default-storage-class.ts';
import { defaultTolerationSeconds } from './default-toleration-seconds.ts';
import { limitRanger } from './limit-ranger.ts';
import { namespaceLifecycle } from './namespace-lifecycle.ts';
import { nodeRestriction } from './node-restriction.ts';
import { persistentVolumeClaimResize } from './persistent-volume-claim-resize.ts';
import { podSecurity } from './pod-security/pod-security.ts';
import { podTopologyLabels } from './pod-topology-labels.ts';
import type { AdmissionPlugin } from './plugin.ts';
import { validatingPolicy } from './policy/validating-policy.ts';
import { priority } from './priority.ts';
import { resourceQuota } from './quota/resource-quota.ts';
import { runtimeClass } from './runtime-class.ts';
import { serviceAccount } from './service-account.ts';
import { storageObjectInUseProtection } from './storage-object-in-use-protection.ts';
import { taintNodesByCondition } from './taint-nodes-by-condition.ts';
import { mutatingWebhook } from './webhook/mutating-webhook.ts';
import { validatingWebhook } from './webhook/validating-webhook.ts';

/** Plugins in upstream's order. @source kubernetes/kubernetes pkg/kubeapiserver/options/plugins.go (AllOrderedPlugins) */
export const plugins = [
  namespaceLifecycle, limitRanger, serviceAccount, nodeRestriction, taintNodesByCondition, podSecurity, priority, defaultTolerationSeconds,
  defaultStorageClass, storageObjectInUseProtection, persistentVolumeClaimResize, runtimeClass, certificateApproval, certificateSigning,
  certificateSubjectRestriction, defaultIngressClass, podTopologyLabels,
  mutatingWebhook, validatingPolicy, validatingWebhook, resourceQuota,
] as const satisfies readonly AdmissionPlugin[];
