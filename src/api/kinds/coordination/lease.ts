import { invalid } from '../../field-error.ts';
import type { FieldError } from '../../field-error.ts';
import type { KubeObject, MicroTime } from '../../meta.ts';
import { dns1123Subdomain } from '../../names.ts';
import { defineResource, metadataFields } from '../../resource.ts';
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
}

/** Fields of coordinated leader election, whose gate is off: they are dropped. @source kubernetes pkg/registry/coordination/lease/strategy.go */
function withoutStrategy(lease: Lease): Lease {
  if (lease.spec?.strategy === undefined && lease.spec?.preferredHolder === undefined) return lease;
  const { strategy: _strategy, preferredHolder: _holder, ...spec } = lease.spec;
  return { ...lease, spec };
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
  prepareForCreate: withoutStrategy,
  prepareForUpdate: withoutStrategy,
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
