import { apiServer } from '../apiserver/server.ts';
import { cloud } from '../controllers/cloud/cloud.ts';
import { cloudControllerManager, kubeControllerManager } from '../controllers/manager.ts';
import { etcdMember } from '../etcd/member.ts';
import { outsideEtcd } from '../etcd/outside.ts';
import { gateway } from '../client/gateway.ts';
import { loadBalancer } from '../client/load-balancer.ts';
import { signer } from '../client/signer.ts';
import { kubelet } from '../kubelet/kubelet.ts';
import { containerd } from '../kubelet/runtime.ts';
import { kubeProxy } from '../kubeproxy/proxy.ts';
import { kubeScheduler } from '../scheduler/scheduler.ts';
import type { ProcessKind } from '../sim/process.ts';
import { terminal } from '../kubectl/terminal.ts';
import { installer } from './bootstrap/installer.ts';

/** Every kind of process there is. */
export const processKinds: readonly ProcessKind[] = [
  etcdMember, loadBalancer, apiServer, kubeScheduler, kubeControllerManager, cloudControllerManager, cloud, kubelet, containerd, kubeProxy, terminal, installer, gateway, signer, outsideEtcd,
];
