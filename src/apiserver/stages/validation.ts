import { isStatus } from '../../api/status.ts';
import { checkEscalation } from '../authz/escalation.ts';
import { paramFault } from '../authz/param-permission.ts';
import { beforeCreate } from '../registry/before-create.ts';
import { connectOptions } from '../registry/connect-options.ts';
import { descriptorOf, formOf } from '../resources.ts';
import { defineStage, note, refuse } from '../stage.ts';

/** Sets the server's own fields on a new object, lets its kind prepare it, and validates it. */
export const validation = defineStage({
  name: 'validation',
  summary: { ko: '스키마와 규칙에 맞는지 봐요', en: 'the object is held against its schema and rules' },
  writesOnly: true,
  source: 'staging/src/k8s.io/apiserver/pkg/registry/rest/create.go',
  run(request, server) {
    const { object, call } = request;
    if (object === undefined || connectOptions(call) !== undefined) return undefined;
    const descriptor = descriptorOf(server.state, call);
    if (descriptor === undefined) return undefined;
    const escalation = checkEscalation(server, request, { descriptor, object, old: undefined });
    if (escalation !== undefined) { note(request, 'validation', 'grants more than its author holds'); return refuse(escalation); }
    const result = beforeCreate(descriptor, object, { by: request.user, out: server.out, form: formOf(server.state, call) });
    if (isStatus(result)) { note(request, 'validation', 'invalid'); return refuse(result); }
    const params = paramFault(server, request, { descriptor, object: result, old: undefined });
    if (params !== undefined) { note(request, 'validation', 'lets a policy read what its author may not'); return refuse(params); }
    request.object = result;
    const warnings = descriptor.warnings?.(result, undefined);
    if (warnings !== undefined && warnings.length > 0) request.warnings = [...request.warnings, ...warnings];
    return undefined;
  },
});
