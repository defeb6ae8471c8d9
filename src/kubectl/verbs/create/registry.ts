import type { Command } from '../../command.ts';
import { create } from './create.ts';
import { createConfigMap, createSecret } from './data.ts';
import { createClusterRole, createClusterRoleBinding, createRole, createRoleBinding } from './rbac.ts';
import { createClusterIP, createNodePort } from './service.ts';
import { createDeployment, createNamespace, createPriorityClass, createServiceAccount } from './workload.ts';

/** `kubectl create` and what it can make of words. */
export const createCommands: readonly Command[] = [
  create, createDeployment, createNamespace, createConfigMap, createSecret, createServiceAccount, createClusterIP, createNodePort,
  createRole, createClusterRole, createRoleBinding, createClusterRoleBinding, createPriorityClass,
];
