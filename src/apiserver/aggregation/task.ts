/**
 * Keeps the condition Available of APIServices that name a Service, and what is known of their kinds.
 *
 * @source kubernetes/kube-aggregator pkg/controllers/status/remote/remote_available_controller.go
 */
import type { ApiCall } from '../../api/wire.ts';
import { ask, type Conversation } from '../../sim/conversation.ts';
import { makeCalls } from '../bootstrap/loopback.ts';
import { type Check, type Checked, judge } from './checks.ts';

/** A server is asked this often at once; one answer is enough. @source same file (attempts) */
const ATTEMPTS = 5;

/** Looks at every APIService that is due. */
export function* availability(): Conversation<null> {
  for (const check of yield* ask<readonly Check[]>('availabilityWork', null)) {
    const checked: Checked = check.verdict !== null ? { name: check.name, verdict: check.verdict, resources: null } : judge(check, yield* makeCalls(attempts(check)));
    yield* makeCalls(yield* ask<readonly ApiCall[]>('availabilityDone', checked));
  }
  return null;
}

function attempts({ group, version }: Check): readonly ApiCall[] {
  const call: ApiCall = { verb: 'get', group: '', version: '', resource: '', subresource: '', namespace: '', name: '', path: `/apis/${group}/${version}` };
  return Array.from({ length: ATTEMPTS }, () => call);
}
