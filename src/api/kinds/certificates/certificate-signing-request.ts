import { micros } from '../../../base/data.ts';
import type { Micros } from '../../../base/data.ts';
import { invalid } from '../../field-error.ts';
import type { ConditionStatus, KubeObject, Time } from '../../meta.ts';
import { pathSegment } from '../../names.ts';
import { defineResource, keepOnlyStatus, metadataFields, statusSubresource } from '../../resource.ts';
import type { Requester } from '../../resource.ts';
import { formatTime, humanDuration } from '../../time.ts';
import { validateObjectMeta } from '../../validate-meta.ts';
import { ageColumn, nameColumn } from '../columns.ts';
import { validateRequest, validateRequestUpdate } from './validate-certificate-request.ts';

/** Who wants which certificate from whom. */
export interface CertificateSigningRequestSpec {
  /** A PEM block `CERTIFICATE REQUEST`, in base64. */
  readonly request: string;
  readonly signerName: string;
  readonly expirationSeconds?: number;
  readonly usages?: readonly string[];
  readonly username?: string;
  readonly uid?: string;
  readonly groups?: readonly string[];
  readonly extra?: { readonly [key: string]: readonly string[] };
}

/** A decision about a request, or how it went. */
export interface CertificateSigningRequestCondition {
  readonly type: string;
  readonly status: ConditionStatus;
  readonly reason?: string;
  readonly message?: string;
  readonly lastUpdateTime?: Time;
  readonly lastTransitionTime?: Time;
}

/** Asks a signer for a certificate. */
export interface CertificateSigningRequest extends KubeObject {
  readonly apiVersion: 'certificates.k8s.io/v1';
  readonly kind: 'CertificateSigningRequest';
  readonly spec: CertificateSigningRequestSpec;
  readonly status?: {
    readonly conditions?: readonly CertificateSigningRequestCondition[];
    /** PEM blocks `CERTIFICATE`, in base64. */
    readonly certificate?: string;
  };
}

const microsPerSecond = 1_000_000;

type Conditions = readonly CertificateSigningRequestCondition[];

/** The author is what the server saw, whatever the client writes. */
function authored(request: CertificateSigningRequest, by: Requester): CertificateSigningRequest {
  const { username: _name, uid: _uid, groups: _groups, extra: _extra, ...spec } = request.spec;
  const identity = {
    ...(by.name === '' ? {} : { username: by.name }), ...(by.uid === '' ? {} : { uid: by.uid }), ...(by.groups.length === 0 ? {} : { groups: by.groups }),
    ...(by.extra === undefined || Object.keys(by.extra).length === 0 ? {} : { extra: by.extra }),
  };
  return { ...request, spec: { ...spec, ...identity }, status: {} };
}

/** Fills in times that a client left out; a condition whose status stays keeps the time of its transition. */
function withTimes(conditions: Conditions, old: Conditions, now: Micros): Conditions {
  return conditions.map((condition) => {
    if (condition.lastUpdateTime && condition.lastTransitionTime) return condition;
    const same = old.find((other) => other.type === condition.type && other.status === condition.status && other.lastTransitionTime);
    const lastTransitionTime = condition.lastTransitionTime || same?.lastTransitionTime || formatTime(now);
    return { ...condition, lastUpdateTime: condition.lastUpdateTime || formatTime(now), lastTransitionTime };
  });
}

/** The conditions with those of some types as they were, unless there are more or fewer of them now: that is for the validation to refuse. */
function keepDecisions(conditions: Conditions, old: Conditions): Conditions {
  let kept = conditions;
  for (const type of ['Approved', 'Denied']) {
    const before = old.filter((condition) => condition.type === type);
    if (before.length === 0 || kept.filter((condition) => condition.type === type).length !== before.length) continue;
    let next = 0;
    kept = kept.map((condition) => (condition.type === type ? before[next++] ?? condition : condition));
  }
  return kept;
}

/** @source kubernetes pkg/registry/certificates/certificates/strategy.go (csrStatusStrategy) */
function prepareStatus(request: CertificateSigningRequest, old: CertificateSigningRequest, now: Micros): CertificateSigningRequest {
  const before = old.status?.conditions ?? [];
  const conditions = request.status?.conditions;
  const updated = keepOnlyStatus({ ...request, ...(conditions === undefined ? {} : { status: { ...request.status, conditions: withTimes(keepDecisions(conditions, before), before, now) } }) }, old);
  return { ...updated, spec: old.spec };
}

/** @source kubernetes pkg/registry/certificates/certificates/strategy.go (csrApprovalStrategy) */
function prepareApproval(request: CertificateSigningRequest, old: CertificateSigningRequest, now: Micros): CertificateSigningRequest {
  const conditions = withTimes(request.status?.conditions ?? [], old.status?.conditions ?? [], now);
  return { ...request, spec: old.spec, status: { ...old.status, conditions } };
}

function conditionText({ status }: CertificateSigningRequest): string {
  const has = (type: string): boolean => status?.conditions?.some((condition) => condition.type === type) === true;
  const decision = has('Denied') ? 'Denied' : has('Approved') ? 'Approved' : 'Pending';
  return `${decision}${has('Failed') ? ',Failed' : ''}${status?.certificate ? ',Issued' : ''}`;
}

function durationText({ spec }: CertificateSigningRequest): string {
  return spec?.expirationSeconds === undefined ? '<none>' : humanDuration(spec.expirationSeconds * microsPerSecond);
}

const nobody: Requester = { name: '', uid: '', groups: [] };
const writes = ['get', 'patch', 'update'] as const;

/**
 * Requests are what they were when they were made: only their status and their approval change.
 * @source kubernetes pkg/registry/certificates/certificates/strategy.go
 */
export const certificateSigningRequestResource = defineResource<CertificateSigningRequest>({
  group: 'certificates.k8s.io', version: 'v1', kind: 'CertificateSigningRequest', plural: 'certificatesigningrequests', singular: 'certificatesigningrequest',
  shortNames: ['csr'], categories: [], namespaced: false, storagePrefix: '/registry/certificatesigningrequests/', allowUnconditionalUpdate: true,
  subresources: [{ name: 'approval', verbs: writes }, statusSubresource],
  selectableFields: [...metadataFields<CertificateSigningRequest>(false), { path: 'spec.signerName', get: (request) => request.spec.signerName ?? '' }],
  columns: [
    nameColumn(), ageColumn(),
    { name: 'SignerName', doc: 'certificates.CertificateSigningRequestSpec.signerName', cell: (request) => request.spec?.signerName || '<none>' },
    { name: 'Requestor', doc: 'certificates.CertificateSigningRequestSpec.request', cell: (request) => request.spec?.username ?? '' },
    { name: 'RequestedDuration', doc: 'certificates.CertificateSigningRequestSpec.expirationSeconds', cell: durationText },
    { name: 'Condition', doc: 'certificates.CertificateSigningRequestStatus.conditions', cell: conditionText },
  ],
  defaults: (request) => (request.spec === undefined ? { ...(request as CertificateSigningRequest), spec: { request: '', signerName: '' } } : request),
  prepareForCreate: (request, by = nobody) => authored(request, by),
  prepareForUpdate: (request, old) => ({ ...request, spec: old.spec, ...(old.status === undefined ? {} : { status: old.status }) }),
  prepareForStatusUpdate: (request, old, now = micros(0)) => prepareStatus(request, old, now),
  validate(request) {
    const errors = validateObjectMeta(request, false, () => []);
    validateRequest(request, undefined, errors);
    // The kind takes any name; what cannot be part of a path is refused behind all that.
    return errors.length > 0 ? errors : pathSegment(request.metadata.name).map((message) => invalid('metadata.name', request.metadata.name, message));
  },
  validateUpdate: (request, old) => validateRequestUpdate(request, old, {}),
  validateStatusUpdate: (request, old) => validateRequestUpdate(request, old, { certificate: true }),
  parts: { approval: { prepare: prepareApproval, validate: (request, old) => validateRequestUpdate(request, old, { approval: true }) } },
});
