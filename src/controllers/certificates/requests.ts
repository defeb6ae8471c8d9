/** What the controllers of requests for certificates have in common. @source kubernetes/kubernetes pkg/controller/certificates/certificate_controller_utils.go, pkg/apis/certificates/helpers.go */
import { deepFreeze } from '../../base/data.ts';
import { decodeBase64Text } from '../../api/base64.ts';
import { type CertificateRequest, pemBytes, readRequest } from '../../api/x509/certificate.ts';
import type { CertificateSigningRequest, CertificateSigningRequestCondition } from '../../api/kinds/certificates/certificate-signing-request.ts';
import type { ApiCall } from '../../api/wire.ts';
import { call } from '../../client/resources.ts';

/** Signers that kube-controller-manager is. */
export const SIGNERS = {
  client: 'kubernetes.io/kube-apiserver-client', kubeletClient: 'kubernetes.io/kube-apiserver-client-kubelet', kubeletServing: 'kubernetes.io/kubelet-serving', legacyUnknown: 'kubernetes.io/legacy-unknown',
} as const;

/** Whether a request has a condition that holds. */
export const has = ({ status }: CertificateSigningRequest, type: string): boolean => status?.conditions?.some(condition => condition.type === type && condition.status !== 'False') === true;

/** What the request itself says; undefined = it cannot be read. */
export function parsedRequest({ spec }: CertificateSigningRequest): CertificateRequest | undefined {
  const bytes = pemBytes(decodeBase64Text(spec.request), 'CERTIFICATE REQUEST');
  return bytes === undefined ? undefined : readRequest(bytes);
}

/** A write of the status or the approval. */
export function put(request: CertificateSigningRequest, subresource: 'status' | 'approval', status: NonNullable<CertificateSigningRequest['status']>): ApiCall {
  return call('update', 'CertificateSigningRequest', request.metadata.name, { subresource, body: deepFreeze({ ...request, status: { ...request.status, ...status } }) });
}

/** The conditions with one more. */
export function withCondition({ status }: CertificateSigningRequest, condition: CertificateSigningRequestCondition): { readonly conditions: readonly CertificateSigningRequestCondition[] } {
  return { conditions: [...status?.conditions ?? [], condition] };
}

const NODES = 'system:nodes';
const NODE_PREFIX = 'system:node:';

function usagesDiffer(usages: readonly string[], purpose: 'client auth' | 'server auth'): string | undefined {
  const given = new Set(usages);
  const required = ['digital signature', 'key encipherment', purpose].sort();
  const fits = required.every(usage => usage === 'key encipherment' || given.has(usage)) && [...given].every(usage => required.includes(usage));
  return fits ? undefined : `usages did not match [${(purpose === 'client auth' ? ['client auth', 'digital signature', 'key encipherment'] : required).join(' ')}]`;
}

const isOfNodes = ({ name }: CertificateRequest): boolean => name.organizations.length === 1 && name.organizations[0] === NODES;
const commonNameFault = ({ name }: CertificateRequest): string | undefined => (name.commonName.startsWith(NODE_PREFIX) ? undefined : `subject common name does not begin with ${NODE_PREFIX}`);

/** What is wrong with a request for a kubelet's client certificate. */
export function kubeletClientFault(request: CertificateRequest, usages: readonly string[]): string | undefined {
  const { dns, emails, ips, uris } = request.names;
  if (!isOfNodes(request)) return 'subject organization is not system:nodes';
  if (dns.length > 0) return 'DNS subjectAltNames are not allowed';
  if (emails.length > 0) return 'Email subjectAltNames are not allowed';
  if (ips.length > 0) return 'IP subjectAltNames are not allowed';
  if (uris.length > 0) return 'URI subjectAltNames are not allowed';
  return commonNameFault(request) ?? usagesDiffer(usages, 'client auth');
}

/** The same for its serving certificate. */
export function kubeletServingFault(request: CertificateRequest, usages: readonly string[]): string | undefined {
  const { dns, emails, ips, uris } = request.names;
  if (!isOfNodes(request)) return 'subject organization is not system:nodes';
  if (dns.length === 0 && ips.length === 0) return 'DNS or IP subjectAltName is required';
  if (emails.length > 0) return 'Email subjectAltNames are not allowed';
  if (uris.length > 0) return 'URI subjectAltNames are not allowed';
  return usagesDiffer(usages, 'server auth') ?? commonNameFault(request);
}

/** The same for anybody's client certificate. */
export function clientFault(usages: readonly string[]): string | undefined {
  const wrong = usages.find(usage => !['digital signature', 'key encipherment', 'client auth'].includes(usage));
  if (wrong !== undefined) return `invalid usage for client certificate: ${wrong}`;
  return usages.includes('client auth') ? undefined : 'missing required usage for client certificate: client auth';
}
