import { invalid, required } from '../../field-error.ts';
import type { FieldError } from '../../field-error.ts';
import type { KubeObject, MicroTime } from '../../meta.ts';
import { dns1123Subdomain } from '../../names.ts';
import { defineResource, metadataFields, plainStrategy } from '../../resource.ts';
import { age } from '../../time.ts';
import { validateNonNegative, validateAnyMeta, validateAnyMetaUpdate } from '../../validate-meta.ts';

/** Who holds a lease and until when. */
export interface LeaseSpec {
  readonly holderIdentity?: string;
  readonly leaseDurationSeconds?: number;
  readonly acquireTime?: MicroTime;
  readonly renewTime?: MicroTime;
  readonly leaseTransitions?: number;
  readonly strategy?: string;
  readonly preferredHolder?: string;
}

/** A heartbeat: node liveness and leader election. */
export interface Lease extends KubeObject {
  readonly apiVersion: 'coordination.k8s.io/v1';
  readonly kind: 'Lease';
  readonly spec?: LeaseSpec;
}

function validateSpec(spec: LeaseSpec | undefined, errors: FieldError[]): void {
  const duration = spec?.leaseDurationSeconds;
  if (duration !== undefined && duration <= 0) errors.push(invalid('spec.leaseDurationSeconds', duration, 'must be greater than 0'));
  validateNonNegative(spec?.leaseTransitions, 'spec.leaseTransitions', errors);
  if (spec?.strategy !== undefined && spec.strategy !== 'OldestEmulationVersion' && !spec.strategy.includes('/')) {
    errors.push(invalid('spec.strategy', spec.strategy, 'should be fully qualified or OldestEmulationVersion'));
  }
  if (spec?.preferredHolder && !spec.strategy) errors.push(required('spec.strategy', 'cannot be empty if spec.preferredHolder is set'));
}

/** @source kubernetes pkg/registry/coordination/lease/strategy.go */
export const leaseResource = defineResource<Lease>({
  group: 'coordination.k8s.io', version: 'v1', kind: 'Lease', plural: 'leases', singular: 'lease', shortNames: [], categories: [], namespaced: true,
  subresources: [], storagePrefix: '/registry/leases/', allowCreateOnUpdate: true, allowUnconditionalUpdate: false,
  selectableFields: metadataFields<Lease>(true),
  columns: [
    { name: 'Name', cell: (lease) => lease.metadata.name },
    { name: 'Holder', doc: 'coordination.LeaseSpec.holderIdentity', cell: (lease) => lease.spec?.holderIdentity ?? '' },
    { name: 'Age', cell: (lease, now) => age(lease.metadata.creationTimestamp, now) },
  ],
  defaults: (lease) => lease,
  ...plainStrategy<Lease>(),
  validate(lease) {
    const errors = validateAnyMeta(lease, true, dns1123Subdomain);
    validateSpec(lease.spec, errors);
    return errors;
  },
  validateUpdate(lease, old) {
    const errors = validateAnyMetaUpdate(lease, old);
    validateSpec(lease.spec, errors);
    return errors;
  },
});
