/**
 * Signs approved requests for certificates, each signer by its own rules.
 *
 * @source kubernetes/kubernetes pkg/controller/certificates/signer/signer.go, pkg/controller/certificates/authority/policies.go
 * @fidelity simplified: the signature of a request is not checked; the authority's key is known to everybody unless the cluster is served over https
 */
import { micros, type Micros, minutes, seconds } from '../../base/data.ts';
import { encodeBase64 } from '../../api/base64.ts';
import type { CertificateSigningRequest } from '../../api/kinds/certificates/certificate-signing-request.ts';
import { formatTime } from '../../api/time.ts';
import { certificateBody, type CertificateRequest, pemBytes, pemText, readCertificate, signedCertificate, wholeSecond } from '../../api/x509/certificate.ts';
import { simulatedSignature } from '../../api/x509/signature.ts';
import { cx, defineController, type ReconcileResult } from '../../client/controller.ts';
import type { Conversation } from '../../sim/conversation.ts';
import { isNotFound } from '../replies.ts';
import { settings } from '../settings.ts';
import { clientFault, has, kubeletClientFault, kubeletServingFault, parsedRequest, put, SIGNERS, withCondition } from './requests.ts';

/** `--cluster-signing-duration`. */
const DURATION_DEFAULT_SECONDS = 365 * 86_400;
/** A certificate is at least this long good, and from some time ago, for clocks differ. */
const DURATION_MIN_SECONDS = 600;
const BACKDATE = minutes(5);
/** Of certificates shorter than this, the time before now is not taken away. */
const SHORT_SECONDS = 8 * 3600;
const SERIAL_WORDS = 4;

/** What keeps a signer from signing. */
const faults: Readonly<Record<string, (request: CertificateRequest, usages: readonly string[]) => string | undefined>> = {
  [SIGNERS.client]: (_request, usages) => clientFault(usages), [SIGNERS.kubeletClient]: kubeletClientFault, [SIGNERS.kubeletServing]: kubeletServingFault, [SIGNERS.legacyUnknown]: () => undefined,
};

export const certificateSigningController = defineController({
  name: 'certificatesigningrequest-signing-controller',
  serviceAccount: 'certificate-controller',
  source: 'pkg/controller/certificates/signer/signer.go',
  for: 'CertificateSigningRequest',
  workers: 5,
  reconcile,
});

function* reconcile(key: string): Conversation<ReconcileResult> {
  const request = yield* cx.get<CertificateSigningRequest>('CertificateSigningRequest', key);
  if (request === null || (request.status?.certificate ?? '') !== '' || !has(request, 'Approved') || has(request, 'Denied') || has(request, 'Failed')) return {};
  const faultOf = faults[request.spec.signerName];
  if (faultOf === undefined) return {};
  const parsed = parsedRequest(request);
  if (parsed === undefined) return { error: `unable to parse csr ${JSON.stringify(key)}: asn1: structure error` };
  const now = yield* cx.now();
  const message = faultOf(parsed, request.spec.usages ?? []);
  const failed = { type: 'Failed', status: 'True', reason: 'SignerValidationFailure', message: message ?? '', lastUpdateTime: formatTime(now) } as const;
  const certificate = message === undefined ? yield* sign(request, parsed, now) : undefined;
  if (message === undefined && certificate === undefined) return { error: `error auto signing csr: the signer of the cluster does not answer` };
  const reply = yield* cx.request(put(request, 'status', certificate === undefined ? withCondition(request, failed) : { certificate: encodeBase64(certificate) }));
  return reply.ok || isNotFound(reply) ? {} : { error: reply.message };
}

/** The text of the certificate. */
function* sign({ spec }: CertificateSigningRequest, { subject, publicKey, alternativeNames }: CertificateRequest, now: Micros): Conversation<string | undefined> {
  const { rootCA, signer } = yield* settings();
  const authority = readCertificate(pemBytes(rootCA, 'CERTIFICATE') ?? '');
  if (authority === undefined) return undefined;
  let serial = '';
  for (let i = 0; i < SERIAL_WORDS; i++) serial += wordBytes(yield* cx.draw('serial', 0x100000000));
  const duration = Math.max(DURATION_MIN_SECONDS, Math.min(spec.expirationSeconds ?? DURATION_DEFAULT_SECONDS, DURATION_DEFAULT_SECONDS));
  const notBefore = wholeSecond(now - BACKDATE);
  const wanted = wholeSecond((duration < SHORT_SECONDS ? now : notBefore) + seconds(duration));
  const body = certificateBody({
    serial, issuer: authority.subject, issuerKey: authority.keyIdentifier, notBefore, notAfter: micros(Math.min(wanted, authority.notAfter)), subject, publicKey, alternativeNames, usages: spec.usages ?? [],
  });
  const signature = signer === '' ? simulatedSignature(body) : yield* signatureOf(signer, body);
  return signature === undefined ? undefined : pemText(signedCertificate(body, signature), 'CERTIFICATE');
}

const wordBytes = (word: number): string => String.fromCharCode((word >>> 24) & 255, (word >>> 16) & 255, (word >>> 8) & 255, word & 255);

/** The signature of somebody who has the key. */
function* signatureOf(signer: string, body: string): Conversation<string | undefined> {
  const answer = yield* cx.send(signer, { type: 'sign', bytes: body });
  return answer.ok && typeof answer.body === 'string' && answer.body.length === 64 ? answer.body : undefined;
}
