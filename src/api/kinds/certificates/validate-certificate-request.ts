/** What a request for a certificate must be like, and which of its conditions may change where. */
import { equalData } from '../../../base/compare.ts';
import { decodeBase64Text } from '../../base64.ts';
import { duplicate, forbidden, invalid, notSupported, required, tooLong } from '../../field-error.ts';
import type { FieldError } from '../../field-error.ts';
import { dns1123Label, dns1123Subdomain, maximumLabelLength, maximumSubdomainLength } from '../../names.ts';
import { pemBlock } from '../../pem.ts';
import { validateObjectMeta, validateObjectMetaUpdate } from '../../validate-meta.ts';
import { certificatesFault, requestFault } from '../../x509/fault.ts';
import type { CertificateSigningRequest, CertificateSigningRequestCondition } from './certificate-signing-request.ts';

const usages: readonly string[] = [
  'any', 'cert sign', 'client auth', 'code signing', 'content commitment', 'crl sign', 'data encipherment', 'decipher only', 'digital signature', 'email protection',
  'encipher only', 'ipsec end system', 'ipsec tunnel', 'ipsec user', 'key agreement', 'key encipherment', 'microsoft sgc', 'netscape sgc', 'ocsp signing', 's/mime',
  'server auth', 'signing', 'timestamping',
];
const legacySigner = 'kubernetes.io/legacy-unknown';
const minimumSeconds = 600;
const decisions = ['Approved', 'Denied'] as const;
const lasting: readonly string[] = [...decisions, 'Failed'];
const conditionsPath = 'status.conditions';

/** `example.com/signer-name`. @source kubernetes pkg/apis/core/validation/names.go (ValidateSignerName) */
function validateSignerName(name: string, path: string, errors: FieldError[]): void {
  if (name === '') { errors.push(required(path)); return; }
  const [domain = '', signer = '', ...more] = name.split('/');
  if (!name.includes('/') || more.length > 0) {
    errors.push(invalid(path, name, "must be a fully qualified domain and path of the form 'example.com/signer-name'"));
    return;
  }
  if (domain.length > maximumSubdomainLength) errors.push(tooLong(path, maximumSubdomainLength));
  const labels = domain.split('.');
  firstBad(labels, dns1123Label).forEach((message) => errors.push(invalid(path, domain, message)));
  if (labels.length < 2) errors.push(invalid(path, domain, 'should be a domain with at least two segments separated by dots'));
  firstBad(signer.split('.'), dns1123Subdomain).forEach((message) => errors.push(invalid(path, signer, message)));
  const maximum = 2 * maximumSubdomainLength + maximumLabelLength + 2;
  if (name.length > maximum) errors.push(tooLong(path, maximum));
}

/** What is wrong with the first bad one of several labels. */
function firstBad(labels: readonly string[], check: (label: string) => readonly string[]): readonly string[] {
  const bad = labels.find((label) => check(label).length > 0);
  return bad === undefined ? [] : check(bad).map((message) => `validating label ${JSON.stringify(bad)}: ${message}`);
}

function validateUsages(given: readonly string[], old: readonly string[] | undefined, errors: FieldError[]): void {
  const path = 'spec.usages';
  if (given.length === 0) errors.push(required(path));
  const toleratesUnknown = old?.some((usage) => !usages.includes(usage)) === true;
  if (!toleratesUnknown) given.forEach((usage, i) => { if (!usages.includes(usage)) errors.push(notSupported(`${path}[${i}]`, usage, usages)); });
  const toleratesDuplicates = old !== undefined && new Set(old).size < old.length;
  if (!toleratesDuplicates) given.forEach((usage, i) => { if (given.indexOf(usage) < i) errors.push(duplicate(`${path}[${i}]`, usage)); });
}

function validateStatusOf(condition: CertificateSigningRequestCondition, path: string, errors: FieldError[]): void {
  const allowed = lasting.includes(condition.type) ? ['True'] : ['False', 'True', 'Unknown'];
  if (!condition.status) errors.push(required(`${path}.status`));
  else if (!allowed.includes(condition.status)) errors.push(notSupported(`${path}.status`, condition.status, allowed));
}

const conditionsOf = (request: CertificateSigningRequest | undefined): readonly CertificateSigningRequestCondition[] => request?.status?.conditions ?? [];
const typesOf = (request: CertificateSigningRequest | undefined): readonly string[] => conditionsOf(request).map((condition) => condition.type);

/** Faults that the stored object has already are let pass. */
function validateConditions(request: CertificateSigningRequest, old: CertificateSigningRequest | undefined, errors: FieldError[]): void {
  const oldTypes = typesOf(old);
  const toleratesBoth = decisions.every((type) => oldTypes.includes(type));
  const toleratesDuplicates = new Set(oldTypes).size < oldTypes.length;
  const types = typesOf(request);
  conditionsOf(request).forEach((condition, i) => {
    const path = `${conditionsPath}[${i}]`;
    if (!condition.type && !oldTypes.includes('')) errors.push(required(`${path}.type`));
    validateStatusOf(condition, path, errors);
    const other = decisions.find((type) => type !== condition.type);
    const isDecision = (decisions as readonly string[]).includes(condition.type);
    if (isDecision && !toleratesBoth && types.slice(0, i).includes(other ?? '')) errors.push(invalid(`${path}.type`, condition.type, 'Approved and Denied conditions are mutually exclusive'));
    if (!toleratesDuplicates && types.indexOf(condition.type) < i) errors.push(duplicate(`${path}.type`, condition.type));
  });
}

/** What is wrong with the certificates of a status; '' for nothing. */
function certificateFault(encoded: string): string {
  let block = pemBlock(decodeBase64Text(encoded));
  if (block === undefined) return 'must contain at least one CERTIFICATE PEM block';
  for (; block !== undefined; block = pemBlock(block.rest)) {
    if (block.type !== 'CERTIFICATE') return `only CERTIFICATE PEM blocks are allowed, found ${JSON.stringify(block.type)}`;
    if (block.headers) return 'no PEM block headers are permitted';
    const fault = certificatesFault(block.bytes);
    if (fault !== '') return fault;
  }
  return '';
}

/** Checks the whole object. @source kubernetes pkg/apis/certificates/validation/validation.go (validateCertificateSigningRequestSpec) */
export function validateRequest(request: CertificateSigningRequest, old: CertificateSigningRequest | undefined, errors: FieldError[]): void {
  const { spec, status } = request;
  const block = pemBlock(decodeBase64Text(spec.request ?? ''));
  const wrong = block?.type !== 'CERTIFICATE REQUEST' ? 'PEM block type must be CERTIFICATE REQUEST' : requestFault(block.bytes);
  if (wrong !== '') errors.push(invalid('spec.request', spec.request ?? '', wrong));
  validateUsages(spec.usages ?? [], old?.spec.usages, errors);
  const signer = spec.signerName ?? '';
  if (signer === legacySigner && old?.spec.signerName !== legacySigner) errors.push(invalid('spec.signerName', signer, 'the legacy signerName is not allowed via this API version'));
  else validateSignerName(signer, 'spec.signerName', errors);
  const seconds = spec.expirationSeconds;
  if (seconds !== undefined && seconds < minimumSeconds) errors.push(invalid('spec.expirationSeconds', seconds, 'may not specify a duration less than 600 seconds (10 minutes)'));
  validateConditions(request, old, errors);
  const certificate = status?.certificate ?? '';
  const before = old?.status?.certificate ?? '';
  const tolerates = old !== undefined && (certificate === before || (before !== '' && certificateFault(before) !== ''));
  const fault = certificate === '' || tolerates ? '' : certificateFault(certificate);
  if (fault !== '') errors.push(invalid('status.certificate', '<certificate data>', fault));
}

/** What an update of a part may do. */
export interface Permission {
  readonly approval?: boolean;
  readonly certificate?: boolean;
}

/**
 * Checks a change of the object or of one of its parts.
 *
 * @source kubernetes pkg/apis/certificates/validation/validation.go (validateCertificateSigningRequestUpdate)
 * @fidelity simplified: the difference of the two conditions, in Go's notation, is left out of the message about a changed decision
 */
export function validateRequestUpdate(request: CertificateSigningRequest, old: CertificateSigningRequest, may: Permission): readonly FieldError[] {
  const errors = validateObjectMeta(request, false, () => []);
  validateRequest(request, old, errors);
  const of = (object: CertificateSigningRequest, type: string): readonly CertificateSigningRequestCondition[] => conditionsOf(object).filter((condition) => condition.type === type);
  for (const type of lasting) {
    if (of(request, type).length < of(old, type).length) errors.push(forbidden(conditionsPath, `updates may not remove a condition of type "${type}"`));
  }
  for (const type of may.approval === true ? [] : decisions) {
    const [now, before] = [of(request, type), of(old, type)];
    if (now.length > before.length) errors.push(forbidden(conditionsPath, `updates may not add a condition of type "${type}"`));
    else if (now.length === before.length && !equalData(now, before)) errors.push(forbidden(conditionsPath, `updates may not modify a condition of type "${type}"`));
  }
  const certificate = old.status?.certificate ?? '';
  if ((request.status?.certificate ?? '') !== certificate) {
    if (may.certificate !== true) errors.push(forbidden('status.certificate', 'updates may not set certificate content'));
    else if (certificate !== '') errors.push(forbidden('status.certificate', 'updates may not modify existing certificate content'));
  }
  return [...errors, ...validateObjectMetaUpdate(request, old)];
}
