import type { KubeObject } from '../../meta.ts';
import type { ObjectReference } from './event.ts';

/** Gives a pod its node: the body of a request to `pods/binding`, never stored. @source kubernetes/api core/v1/types.go */
export interface Binding extends KubeObject {
  readonly apiVersion: 'v1';
  readonly kind: 'Binding';
  readonly target: ObjectReference;
}
