import type { KubeObject } from '../../meta.ts';

/** How many, behind one face for every kind that has a count: the body of the `scale` subresource. @source kubernetes/api autoscaling/v1/types.go */
export interface Scale extends KubeObject {
  readonly apiVersion: 'autoscaling/v1';
  readonly kind: 'Scale';
  readonly spec: { readonly replicas?: number };
  readonly status: { readonly replicas: number; readonly selector?: string };
}
