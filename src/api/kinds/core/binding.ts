import type { KubeObject } from '../../meta.ts';
import { defineResource, plainStrategy } from '../../resource.ts';
import type { ObjectReference } from './event.ts';

/** Gives a pod its node: the body of a request to `pods/binding` or `bindings`, never stored. @source kubernetes/api core/v1/types.go */
export interface Binding extends KubeObject {
  readonly apiVersion: 'v1';
  readonly kind: 'Binding';
  readonly target: ObjectReference;
}

/** The old way to a binding, which names the pod in its body. @source kubernetes pkg/registry/core/pod/storage/storage.go (LegacyBindingREST) */
export const bindingResource = defineResource<Binding>({
  group: '', version: 'v1', kind: 'Binding', plural: 'bindings', singular: 'binding', shortNames: [], categories: [], namespaced: true, verbs: ['create'],
  subresources: [], storagePrefix: '', selectableFields: [], columns: [],
  defaults: (binding) => binding,
  ...plainStrategy<Binding>(),
  validate: () => [],
  validateUpdate: () => [],
});
