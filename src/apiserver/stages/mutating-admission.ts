import { isStatus } from '../../api/status.ts';
import { mutate } from '../registry/admit.ts';
import { connectOptions } from '../registry/connect-options.ts';
import { descriptorOf } from '../resources.ts';
import { defineStage, note, refuse } from '../stage.ts';

/** Lets admission plugins change a new object. */
export const mutatingAdmission = defineStage({
  name: 'mutating-admission',
  summary: { ko: '어드미션이 오브젝트를 고쳐요', en: 'admission changes the object' },
  writesOnly: true,
  source: 'staging/src/k8s.io/apiserver/pkg/endpoints/handlers/create.go',
  run(request, server) {
    const connects = connectOptions(request.call);
    const object = connects ?? request.object;
    if (object === undefined) return undefined;
    const descriptor = descriptorOf(server.state, request.call);
    if (descriptor === undefined) return undefined;
    const result = mutate(server, request, { operation: connects === undefined ? 'CREATE' : 'CONNECT', descriptor, object, old: undefined });
    if (isStatus(result)) { note(request, 'mutating-admission', result.message ?? ''); return refuse(result); }
    if ('need' in result) return { converse: 'learn', args: result.need };
    if (request.mutated !== '') note(request, 'mutating-admission', request.mutated);
    request.object = result;
    return undefined;
  },
});
