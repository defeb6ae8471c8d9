import { unauthorized } from '../../api/status.ts';
import { tokenAnnotations } from '../authn/service-accounts.ts';
import { authenticate } from '../authn/users.ts';
import { defineStage, note, refuse } from '../stage.ts';

/** Finds out who asks. */
export const authentication = defineStage({
  name: 'authentication',
  summary: { ko: '누구인지 알아내요', en: 'who asks is found out' },
  source: 'staging/src/k8s.io/apiserver/pkg/endpoints/filters/authentication.go',
  run(request, server) {
    const user = authenticate(server, request.credential);
    request.annotations = tokenAnnotations(server, request.credential);
    if (user === undefined) {
      note(request, 'authentication', 'no authenticator accepts the credential');
      return refuse(unauthorized());
    }
    request.user = user;
    return undefined;
  },
});
