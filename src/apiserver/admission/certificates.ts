/** Who may approve and sign requests for certificates, and what nobody may ask for. */
import type { CertificateSigningRequest } from '../../api/kinds/all.ts';
import { decodeBase64Text } from '../../api/base64.ts';
import { pemBytes, readRequest } from '../../api/x509/certificate.ts';
import { equalData } from '../../base/compare.ts';
import { authorize } from '../authz/authorize.ts';
import type { Server } from '../state.ts';
import { type AdmissionAttributes, definePlugin, refused } from './plugin.ts';

const GROUP = 'certificates.k8s.io';
const CLIENT_SIGNER = 'kubernetes.io/kube-apiserver-client';
const MASTERS = 'system:masters';

const isRequest = ({ descriptor }: AdmissionAttributes): boolean => descriptor.kind === 'CertificateSigningRequest' && descriptor.group === GROUP;

/** A verb on one signer, or on all signers of its domain. @source kubernetes/kubernetes pkg/apis/certificates/authorization.go */
function mayActOn({ user }: AdmissionAttributes, server: Server, about: { readonly verb: 'approve' | 'sign'; readonly signer: string }): boolean {
  const ask = (name: string): boolean => authorize(server, { user, verb: about.verb, group: GROUP, resource: 'signers', subresource: '', namespace: '', name, path: '', fieldSelector: '' }).allowed;
  return ask(about.signer) || ask(`${about.signer.split('/')[0] ?? ''}/*`);
}

/** Approving takes a right of its own for each signer. */
export const certificateApproval = definePlugin({
  name: 'CertificateApproval',
  source: 'plugin/pkg/admission/certificates/approval/admission.go',
  validate(attributes, server) {
    if (!isRequest(attributes) || attributes.subresource !== 'approval' || attributes.operation !== 'UPDATE') return undefined;
    const { signerName } = (attributes.old as CertificateSigningRequest).spec;
    return mayActOn(attributes, server, { verb: 'approve', signer: signerName }) ? undefined : refused(attributes, `user not permitted to approve requests with signerName "${signerName}"`);
  },
});

/** So does signing, which is a change of the status. */
export const certificateSigning = definePlugin({
  name: 'CertificateSigning',
  source: 'plugin/pkg/admission/certificates/signing/admission.go',
  validate(attributes, server) {
    if (!isRequest(attributes) || attributes.subresource !== 'status' || attributes.operation !== 'UPDATE') return undefined;
    const old = attributes.old as CertificateSigningRequest;
    const now = attributes.object as CertificateSigningRequest;
    if (now.status?.certificate === old.status?.certificate && equalData(now.status?.conditions ?? [], old.status?.conditions ?? [])) return undefined;
    const { signerName } = old.spec;
    return mayActOn(attributes, server, { verb: 'sign', signer: signerName }) ? undefined : refused(attributes, `user not permitted to sign requests with signerName "${signerName}"`);
  },
});

/** Nobody gets a client certificate of the superusers' group. */
export const certificateSubjectRestriction = definePlugin({
  name: 'CertificateSubjectRestriction',
  source: 'plugin/pkg/admission/certificates/subjectrestriction/admission.go',
  validate(attributes) {
    if (!isRequest(attributes) || attributes.operation !== 'CREATE') return undefined;
    const { signerName, request } = (attributes.object as CertificateSigningRequest).spec;
    if (signerName !== CLIENT_SIGNER) return undefined;
    const asked = readRequest(pemBytes(decodeBase64Text(request), 'CERTIFICATE REQUEST') ?? '');
    return asked?.name.organizations.includes(MASTERS) === true ? refused(attributes, `use of ${CLIENT_SIGNER} signer with ${MASTERS} group is not allowed`) : undefined;
  },
});
