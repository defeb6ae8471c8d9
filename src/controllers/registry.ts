import { certificateApprovingController } from './certificates/approving.ts';
import { certificateCleanerController } from './certificates/cleaner.ts';
import { certificateSigningController } from './certificates/signing.ts';
import { clusterRoleAggregationController } from './clusterrole-aggregation.ts';
import { cronJobController } from './cronjob/cronjob.ts';
import { daemonSetController } from './daemonset/daemonset.ts';
import { deploymentController } from './deployment/deployment.ts';
import { disruptionController } from './disruption.ts';
import { endpointSliceController } from './endpointslice/endpointslice.ts';
import { garbageCollector } from './garbage-collector/garbage-collector.ts';
import { jobController } from './job/job.ts';
import { namespaceController } from './namespace.ts';
import { nodeIpamController } from './node-ipam.ts';
import { nodeLifecycleController } from './node-lifecycle/node-lifecycle.ts';
import { podGarbageCollector } from './pod-garbage-collector.ts';
import { policyStatusController } from './policy-status.ts';
import { replicaSetController } from './replicaset.ts';
import { replicationController } from './replicationcontroller.ts';
import { resourceQuotaController } from './resource-quota.ts';
import { rootCACertPublisher } from './root-ca-cert-publisher.ts';
import { serviceAccountController } from './serviceaccount.ts';
import { statefulSetController } from './statefulset/statefulset.ts';
import { legacyTokenCleaner } from './tokens/legacy-service-account-token-cleaner.ts';
import { bootstrapSigner, tokenCleaner } from './tokens/bootstrap.ts';
import { serviceAccountTokenController } from './tokens/service-account-token.ts';
import { taintEvictionController } from './taint-eviction.ts';
import { ttlAfterFinishedController } from './ttl-after-finished.ts';
import { claimProtectionController, volumeProtectionController } from './volume-protection.ts';

/** Controllers of kube-controller-manager, by their canonical names. */
export const controllers = [
  bootstrapSigner,
  certificateApprovingController,
  certificateCleanerController,
  certificateSigningController,
  clusterRoleAggregationController,
  cronJobController,
  daemonSetController,
  deploymentController,
  disruptionController,
  endpointSliceController,
  garbageCollector,
  jobController,
  legacyTokenCleaner,
  namespaceController,
  nodeIpamController,
  nodeLifecycleController,
  podGarbageCollector,
  policyStatusController,
  replicaSetController,
  replicationController,
  resourceQuotaController,
  rootCACertPublisher,
  serviceAccountController,
  serviceAccountTokenController,
  statefulSetController,
  taintEvictionController,
  tokenCleaner,
  ttlAfterFinishedController,
  claimProtectionController,
  volumeProtectionController,
] as const;
