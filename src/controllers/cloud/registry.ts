import { cloudNodeLifecycleController } from './cloud-node-lifecycle.ts';
import { cloudNodeController } from './cloud-node.ts';

/** Controllers of the cloud-controller-manager, by their canonical names. */
export const cloudControllers = [
  cloudNodeController,
  cloudNodeLifecycleController,
] as const;
