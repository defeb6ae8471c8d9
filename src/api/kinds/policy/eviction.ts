import type { KubeObject, Preconditions } from '../../meta.ts';

/** Asks to delete a pod if its disruption budgets allow: the body of a request to `pods/eviction`, never stored. @source kubernetes/api policy/v1/types.go */
export interface Eviction extends KubeObject {
  readonly apiVersion: 'policy/v1';
  readonly kind: 'Eviction';
  readonly deleteOptions?: {
    readonly gracePeriodSeconds?: number;
    readonly preconditions?: Preconditions;
    readonly propagationPolicy?: 'Orphan' | 'Background' | 'Foreground';
    readonly dryRun?: readonly string[];
  };
}
