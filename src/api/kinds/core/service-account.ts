import type { KubeObject } from '../../meta.ts';
import { dns1123Subdomain } from '../../names.ts';
import { defineResource, metadataFields, plainStrategy } from '../../resource.ts';
import { age } from '../../time.ts';
import { validateObjectMeta, validateObjectMetaUpdate } from '../../validate-meta.ts';
import type { ObjectReference } from './event.ts';

const mountableAnnotation = 'kubernetes.io/enforce-mountable-secrets';

/** The identity of pods. */
export interface ServiceAccount extends KubeObject {
  readonly apiVersion: 'v1';
  readonly kind: 'ServiceAccount';
  readonly secrets?: readonly ObjectReference[];
  readonly imagePullSecrets?: readonly { readonly name?: string }[];
  readonly automountServiceAccountToken?: boolean;
}

/** @source kubernetes pkg/registry/core/serviceaccount/strategy.go */
export const serviceAccountResource = defineResource<ServiceAccount>({
  group: '', version: 'v1', kind: 'ServiceAccount', plural: 'serviceaccounts', singular: 'serviceaccount', shortNames: ['sa'], categories: [], namespaced: true,
  subresources: [{ name: 'token', verbs: ['create'], responseKind: { group: 'authentication.k8s.io', version: 'v1', kind: 'TokenRequest' } }],
  storagePrefix: '/registry/serviceaccounts/', allowUnconditionalUpdate: true, selectableFields: metadataFields<ServiceAccount>(true),
  columns: [
    { name: 'Name', cell: (account) => account.metadata.name },
    { name: 'Age', cell: (account, now) => age(account.metadata.creationTimestamp, now) },
  ],
  defaults: (account) => account,
  ...plainStrategy<ServiceAccount>(),
  validate: (account) => validateObjectMeta(account, true, dns1123Subdomain),
  validateUpdate: (account, old) => [...validateObjectMetaUpdate(account, old), ...validateObjectMeta(account, true, dns1123Subdomain)],
  warnings: ({ metadata }, old) => {
    const isNew = metadata.annotations?.[mountableAnnotation] !== undefined && old?.metadata.annotations?.[mountableAnnotation] === undefined;
    return isNew ? [`metadata.annotations[${mountableAnnotation}]: deprecated in v1.32+; prefer separate namespaces to isolate access to mounted secrets`] : [];
  },
});
