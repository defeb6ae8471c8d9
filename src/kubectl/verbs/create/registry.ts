import type { Command } from '../../command.ts';
import { createCronJob, createJob } from './batch.ts';
import { create } from './create.ts';
import { createConfigMap, createDockerRegistry, createSecret, createTls } from './data.ts';
import { createIngress } from './ingress.ts';
import { createPodDisruptionBudget, createQuota } from './limits.ts';
import { createClusterRole, createClusterRoleBinding, createRole, createRoleBinding } from './rbac.ts';
import { createClusterIP, createExternalName, createLoadBalancer, createNodePort } from './service.ts';
import { createToken } from './token.ts';
import { createDeployment, createNamespace, createPriorityClass, createServiceAccount } from './workload.ts';

/** `kubectl create` and what it can make of words. */
export const createCommands: readonly Command[] = [
  create, createDeployment, createNamespace, createConfigMap, createSecret, createDockerRegistry, createTls, createServiceAccount,
  createClusterIP, createNodePort, createLoadBalancer, createExternalName, createIngress, createJob, createCronJob, createQuota, createPodDisruptionBudget,
  createRole, createClusterRole, createRoleBinding, createClusterRoleBinding, createPriorityClass, createToken,
];
