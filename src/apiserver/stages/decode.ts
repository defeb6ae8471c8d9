import { descriptorOfKind } from '../../api/scheme.ts';
import { isStatus } from '../../api/status.ts';
import { must } from '../../base/assert.ts';
import { trackCreate } from '../managed-fields/track.ts';
import { refusedOptions } from '../registry/options.ts';
import { isJustEstablished, SETTLING_TIME } from '../custom/creation.ts';
import { takeForPodBinding } from '../registry/binding.ts';
import { decodeBody } from '../registry/decode.ts';
import { descriptorOf } from '../resources.ts';
import { defineStage, note, refuse } from '../stage.ts';
import type { RequestRecord, Server } from '../state.ts';

const SETTLED = 'settled';
const bindingKind = must(descriptorOfKind('Binding'), 'the kind is registered');

/** Says what becomes of dependents that nobody spoke of. @source kubernetes pkg/registry/batch/job/storage/storage.go (Delete) */
function remarkDelete(request: RequestRecord, { state }: Server): void {
  const { call } = request;
  if (call.subresource !== '' || call.options?.propagationPolicy !== undefined) return;
  const remark = descriptorOf(state, call)?.keepsDependents?.remark;
  if (remark !== undefined) request.warnings = [...request.warnings, remark];
}

/** Reads the body of a create: an object of the kind that the path names, completed with defaults. */
export const decode = defineStage({
  name: 'decode',
  summary: { ko: '본문을 읽고 기본값을 채워요', en: 'the body is read and defaults are filled in' },
  writesOnly: true,
  source: 'staging/src/k8s.io/apiserver/pkg/endpoints/handlers/create.go',
  run(request, server) {
    const { out } = server;
    const { call } = request;
    const refusal = refusedOptions(call);
    if (refusal !== undefined) return refuse(refusal);
    if (call.verb === 'delete' || call.verb === 'deletecollection') remarkDelete(request, server);
    if (call.verb !== 'create' || call.subresource !== '') return undefined;
    const descriptor = descriptorOf(server.state, call);
    if (descriptor === undefined) return undefined;
    if (descriptor.schema !== undefined && request.learned?.has(SETTLED) !== true && isJustEstablished(server, descriptor)) {
      return { converse: 'learn', args: { key: SETTLED, script: 'pause', args: { duration: SETTLING_TIME } } };
    }
    const decoded = decodeBody(server.state, descriptor, request);
    if ('need' in decoded) return { converse: 'learn', args: decoded.need };
    if (isStatus(decoded)) { note(request, 'decode', decoded.message ?? ''); return refuse(decoded); }
    if (descriptor === bindingKind) { takeForPodBinding(request, decoded); return undefined; }
    request.object = trackCreate(request, descriptor, { object: decoded.object, now: out.now });
    if (decoded.warnings.length > 0) request.warnings = decoded.warnings;
    return undefined;
  },
});
