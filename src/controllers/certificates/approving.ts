/**
 * Approves requests of kubelets for their client certificates, if whoever asked has the right to.
 *
 * @source kubernetes/kubernetes pkg/controller/certificates/approver/sarapprove.go
 */
import { deepFreeze } from '../../base/data.ts';
import type { CertificateSigningRequest } from '../../api/kinds/certificates/certificate-signing-request.ts';
import type { ApiCall } from '../../api/wire.ts';
import { cx, defineController, type ReconcileResult, type Reply } from '../../client/controller.ts';
import type { Conversation } from '../../sim/conversation.ts';
import { isNotFound } from '../replies.ts';
import { has, kubeletClientFault, parsedRequest, put, SIGNERS, withCondition } from './requests.ts';

export const certificateApprovingController = defineController({
  name: 'certificatesigningrequest-approving-controller',
  serviceAccount: 'certificate-controller',
  source: 'pkg/controller/certificates/approver/sarapprove.go',
  for: 'CertificateSigningRequest',
  workers: 5,
  reconcile,
});

function* reconcile(key: string): Conversation<ReconcileResult> {
  const request = yield* cx.get<CertificateSigningRequest>('CertificateSigningRequest', key);
  if (request === null || (request.status?.certificate ?? '') !== '' || has(request, 'Approved') || has(request, 'Denied')) return {};
  const { signerName, usages = [], username = '' } = request.spec;
  const parsed = signerName === SIGNERS.kubeletClient ? parsedRequest(request) : undefined;
  if (parsed === undefined || kubeletClientFault(parsed, usages) !== undefined) return {};
  const isSelf = username === parsed.name.commonName;
  for (const subresource of isSelf ? ['selfnodeclient', 'nodeclient'] : ['nodeclient']) {
    const review = yield* cx.request(reviewCall(request, subresource));
    if (!review.ok) return { error: review.message };
    if (!isAllowed(review)) continue;
    const message = `Auto approving ${subresource === 'selfnodeclient' ? 'self ' : ''}kubelet client certificate after SubjectAccessReview.`;
    const reply = yield* cx.request(put(request, 'approval', withCondition(request, { type: 'Approved', status: 'True', reason: 'AutoApproved', message })));
    return reply.ok || isNotFound(reply) ? {} : { error: `error updating approval for csr: ${reply.message}` };
  }
  return { error: `recognized csr ${JSON.stringify(key)} as [${isSelf ? 'selfnodeclient ' : ''}nodeclient] but subject access review was not approved` };
}

const isAllowed = (reply: Reply): boolean => reply.ok && (reply.object as { readonly status?: { readonly allowed?: boolean } }).status?.allowed === true;

/** May whoever asked have such certificates? */
function reviewCall({ spec }: CertificateSigningRequest, subresource: string): ApiCall {
  const { username, uid, groups, extra } = spec;
  const body = {
    apiVersion: 'authorization.k8s.io/v1', kind: 'SubjectAccessReview', metadata: {},
    spec: {
      ...(username === undefined ? {} : { user: username }), ...(uid === undefined ? {} : { uid }), ...(groups === undefined ? {} : { groups }), ...(extra === undefined ? {} : { extra }),
      resourceAttributes: { group: 'certificates.k8s.io', resource: 'certificatesigningrequests', verb: 'create', subresource },
    },
  };
  return deepFreeze({ verb: 'create', group: 'authorization.k8s.io', version: 'v1', resource: 'subjectaccessreviews', subresource: '', namespace: '', name: '', body });
}
