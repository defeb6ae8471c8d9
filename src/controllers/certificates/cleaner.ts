/**
 * Removes requests for certificates that nobody needs any more: issued and denied ones after an hour, forgotten ones after a day.
 *
 * @source kubernetes/kubernetes pkg/controller/certificates/cleaner/cleaner.go
 */
import { decodeBase64Text } from '../../api/base64.ts';
import { minutes, type Micros } from '../../base/data.ts';
import type { CertificateSigningRequest, CertificateSigningRequestCondition } from '../../api/kinds/certificates/certificate-signing-request.ts';
import { parseTime } from '../../api/time.ts';
import { pemBytes, readCertificate } from '../../api/x509/certificate.ts';
import { cx, defineController, type ReconcileResult } from '../../client/controller.ts';
import { call } from '../../client/resources.ts';
import type { Conversation } from '../../sim/conversation.ts';
import { isNotFound } from '../replies.ts';

const HOUR = minutes(60);
const DAY = minutes(24 * 60);

export const certificateCleanerController = defineController({
  name: 'certificatesigningrequest-cleaner-controller',
  serviceAccount: 'certificate-controller',
  source: 'pkg/controller/certificates/cleaner/cleaner.go',
  reads: [{ kind: 'CertificateSigningRequest' }],
  periodic: [{ key: 'clean', every: HOUR }],
  workers: 1,
  reconcile,
});

function* reconcile(_key: string): Conversation<ReconcileResult> {
  const now = yield* cx.now();
  const all = yield* cx.list<CertificateSigningRequest>('CertificateSigningRequest');
  const old = all.filter(request => isOver(request, now));
  const replies = yield* cx.all(old.map(({ metadata }) => call('delete', 'CertificateSigningRequest', metadata.name)));
  const failed = replies.find(reply => !reply.ok && !isNotFound(reply));
  return failed === undefined || failed.ok ? {} : { error: failed.message };
}

/** Whether a request has had its time. */
export function isOver({ metadata, status = {} }: CertificateSigningRequest, now: Micros): boolean {
  const { conditions = [], certificate = '' } = status;
  const isOlder = (time: string | undefined, than: number): boolean => time !== undefined && time !== '' && now - (parseTime(time) ?? now) > than;
  const some = (type: string, test: (condition: CertificateSigningRequestCondition) => boolean): boolean => conditions.some(condition => condition.type === type && test(condition));
  if (conditions.length === 0) return isOlder(metadata.creationTimestamp ?? undefined, DAY);
  if (some('Denied', ({ lastUpdateTime }) => isOlder(lastUpdateTime, HOUR)) || some('Failed', ({ lastUpdateTime }) => isOlder(lastUpdateTime, HOUR))) return true;
  if (certificate === '') return some('Approved', ({ lastUpdateTime }) => isOlder(lastUpdateTime, DAY));
  return some('Approved', ({ lastUpdateTime }) => isOlder(lastUpdateTime, HOUR) || isExpired(certificate, now));
}

function isExpired(certificate: string, now: Micros): boolean {
  const read = readCertificate(pemBytes(decodeBase64Text(certificate), 'CERTIFICATE') ?? '');
  return read !== undefined && now > read.notAfter;
}
