import { validate } from '../registry/admit.ts';
import { descriptorOf } from '../resources.ts';
import { defineStage, note, refuse } from '../stage.ts';

/** Asks the plugins that may only say yes or no. */
export const validatingAdmission = defineStage({
  name: 'validating-admission',
  source: 'staging/src/k8s.io/apiserver/pkg/admission/chain.go',
  run(request, server) {
    const { object } = request;
    const descriptor = descriptorOf(request.call);
    if (object === undefined || descriptor === undefined) return undefined;
    const status = validate(server, request, { operation: 'CREATE', descriptor, object, old: undefined });
    if (status === undefined) return undefined;
    note(request, 'validating-admission', status.message ?? '');
    return refuse(status);
  },
});
