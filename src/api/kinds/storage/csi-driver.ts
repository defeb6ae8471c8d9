import { duplicate, invalid, notSupported, required } from '../../field-error.ts';
import type { FieldError } from '../../field-error.ts';
import type { KubeObject } from '../../meta.ts';
import { dns1123Subdomain } from '../../names.ts';
import { defineResource, metadataFields, specStrategy } from '../../resource.ts';
import { validateImmutable, validateObjectMeta, validateObjectMetaUpdate } from '../../validate-meta.ts';
import { ageColumn, nameColumn } from '../columns.ts';

/** A token that the driver gets for a pod's service account. */
export interface CSITokenRequest {
  readonly audience: string;
  readonly expirationSeconds?: number;
}

/** What a driver can and needs. */
export interface CSIDriverSpec {
  readonly attachRequired?: boolean;
  readonly podInfoOnMount?: boolean;
  readonly volumeLifecycleModes?: readonly ('Persistent' | 'Ephemeral')[];
  readonly storageCapacity?: boolean;
  readonly fsGroupPolicy?: 'ReadWriteOnceWithFSType' | 'File' | 'None';
  readonly tokenRequests?: readonly CSITokenRequest[];
  readonly requiresRepublish?: boolean;
  readonly seLinuxMount?: boolean;
  readonly nodeAllocatableUpdatePeriodSeconds?: number;
}

/** A storage driver that is installed in the cluster. */
export interface CSIDriver extends KubeObject {
  readonly apiVersion: 'storage.k8s.io/v1';
  readonly kind: 'CSIDriver';
  readonly spec: CSIDriverSpec;
}

const groupPolicies = ['File', 'None', 'ReadWriteOnceWithFSType'] as const;
const modes = ['Persistent', 'Ephemeral'] as const;
/** Ten minutes at least, 2^32 seconds at most. */
const minimumTokenSeconds = 600;
const maximumTokenSeconds = 4_294_967_296;
const minimumUpdatePeriod = 10;

function validateTokens(requests: readonly CSITokenRequest[], errors: FieldError[]): void {
  const seen = new Set<string>();
  requests.forEach(({ audience, expirationSeconds: seconds }, i) => {
    const path = `spec.tokenRequests[${i}]`;
    if (seen.has(audience)) { errors.push(duplicate(`${path}.audience`, audience)); return; }
    seen.add(audience);
    if (seconds === undefined) return;
    if (seconds < minimumTokenSeconds) errors.push(invalid(`${path}.expirationSeconds`, seconds, 'may not specify a duration less than 10 minutes'));
    if (seconds > maximumTokenSeconds) errors.push(invalid(`${path}.expirationSeconds`, seconds, 'may not specify a duration larger than 2^32 seconds'));
  });
}

function validateSpec(spec: CSIDriverSpec, errors: FieldError[]): void {
  if (spec.attachRequired === undefined) errors.push(required('spec.attachedRequired'));
  if (spec.podInfoOnMount === undefined) errors.push(required('spec.podInfoOnMount'));
  if (spec.storageCapacity === undefined) errors.push(required('spec.storageCapacity'));
  const policy = spec.fsGroupPolicy;
  if (policy !== undefined && !groupPolicies.includes(policy)) errors.push(notSupported('spec.fsGroupPolicy', policy, groupPolicies));
  validateTokens(spec.tokenRequests ?? [], errors);
  for (const mode of spec.volumeLifecycleModes ?? []) if (!modes.includes(mode)) errors.push(notSupported('spec.volumeLifecycleModes', mode, modes));
  const period = spec.nodeAllocatableUpdatePeriodSeconds;
  if (period !== undefined && period < minimumUpdatePeriod) errors.push(invalid('spec.nodeAllocatableUpdatePeriodSeconds', period, 'must be greater than or equal to 10 seconds'));
}

/** @source kubernetes pkg/apis/storage/v1/defaults.go (SetDefaults_CSIDriver) */
function defaultSpec(spec: CSIDriverSpec): CSIDriverSpec {
  return {
    ...spec, attachRequired: spec.attachRequired ?? true, podInfoOnMount: spec.podInfoOnMount ?? false, storageCapacity: spec.storageCapacity ?? false,
    fsGroupPolicy: spec.fsGroupPolicy ?? 'ReadWriteOnceWithFSType', requiresRepublish: spec.requiresRepublish ?? false,
    volumeLifecycleModes: (spec.volumeLifecycleModes ?? []).length === 0 ? ['Persistent'] : spec.volumeLifecycleModes ?? [], seLinuxMount: spec.seLinuxMount ?? false,
  };
}

const isComplete = (spec: CSIDriverSpec): boolean => [
  spec.attachRequired, spec.podInfoOnMount, spec.storageCapacity, spec.fsGroupPolicy, spec.requiresRepublish, spec.volumeLifecycleModes?.[0], spec.seLinuxMount,
].every((field) => field !== undefined);

const strategy = specStrategy<CSIDriver>();

/** @source kubernetes pkg/registry/storage/csidriver/strategy.go */
export const csiDriverResource = defineResource<CSIDriver>({
  group: 'storage.k8s.io', version: 'v1', kind: 'CSIDriver', plural: 'csidrivers', singular: 'csidriver', shortNames: [], categories: [],
  namespaced: false, subresources: [], storagePrefix: '/registry/csidrivers/', allowUnconditionalUpdate: false, selectableFields: metadataFields<CSIDriver>(false),
  columns: [
    nameColumn(),
    { name: 'AttachRequired', type: 'boolean', doc: 'storage.CSIDriverSpec.attachRequired', cell: (driver) => driver.spec?.attachRequired !== false },
    { name: 'PodInfoOnMount', type: 'boolean', doc: 'storage.CSIDriverSpec.podInfoOnMount', cell: (driver) => driver.spec?.podInfoOnMount === true },
    { name: 'StorageCapacity', type: 'boolean', doc: 'storage.CSIDriverSpec.storageCapacity', cell: (driver) => driver.spec?.storageCapacity === true },
    { name: 'TokenRequests', doc: 'storage.CSIDriverSpec.tokenRequests', cell: (driver) => driver.spec?.tokenRequests?.map((request) => request.audience).join(',') ?? '<unset>' },
    { name: 'RequiresRepublish', type: 'boolean', doc: 'storage.CSIDriverSpec.requiresRepublish', cell: (driver) => driver.spec?.requiresRepublish === true },
    { name: 'Modes', doc: 'storage.CSIDriverSpec.volumeLifecycleModes', cell: (driver) => (driver.spec?.volumeLifecycleModes ?? []).join(',') || '<none>' },
    ageColumn(),
  ],
  defaults: (driver) => (isComplete(driver.spec ?? {}) ? driver : { ...driver, spec: defaultSpec(driver.spec ?? {}) }),
  prepareForCreate: strategy.prepareForCreate,
  prepareForUpdate: strategy.prepareForUpdate,
  validate(driver) {
    const errors = validateObjectMeta(driver, false, dns1123Subdomain);
    validateSpec(driver.spec, errors);
    return errors;
  },
  validateUpdate(driver, old) {
    const errors = validateObjectMetaUpdate(driver, old);
    validateSpec(driver.spec, errors);
    errors.push(...validateImmutable(driver.spec.attachRequired, old.spec.attachRequired, 'spec.attachedRequired'));
    errors.push(...validateImmutable(driver.spec.volumeLifecycleModes, old.spec.volumeLifecycleModes, 'spec.volumeLifecycleModes'));
    return errors;
  },
});
