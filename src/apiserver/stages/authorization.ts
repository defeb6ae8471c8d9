import { attributesOf, authorize, forbidden, isSuperuser } from '../authz/authorize.ts';
import { defineStage, note, refuse } from '../stage.ts';

/** Asks whether the user may do this. */
export const authorization = defineStage({
  name: 'authorization',
  summary: { ko: '해도 되는 일인지 봐요', en: 'whether the user may do it is decided' },
  source: 'staging/src/k8s.io/apiserver/pkg/endpoints/filters/authorization.go',
  run(request, server) {
    if (isSuperuser(server, request.user)) return undefined;
    const attributes = attributesOf(request);
    const decision = authorize(server, attributes);
    if (decision.allowed) {
      if (decision.reason !== '') note(request, 'authorization', decision.reason);
      return undefined;
    }
    note(request, 'authorization', decision.reason === '' ? 'no authorizer allows it' : decision.reason);
    return refuse(forbidden(attributes, decision.reason));
  },
});
