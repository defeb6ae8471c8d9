/**
 * The two managers as process kinds: all control loops of the cluster, and those that talk to the cloud.
 *
 * @source kubernetes/kubernetes cmd/kube-controller-manager/app/controllermanager.go, cmd/cloud-controller-manager/main.go
 */
import { defineManager } from '../client/manager.ts';
import { cloudControllers } from './cloud/registry.ts';
import { controllers } from './registry.ts';

export const kubeControllerManager = defineManager('kube-controller-manager', controllers);
export const cloudControllerManager = defineManager('cloud-controller-manager', cloudControllers);
