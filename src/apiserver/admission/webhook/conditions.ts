/** Conditions in CEL that a webhook sets before it wants to be asked. @source kubernetes/apiserver pkg/admission/plugin/webhook/matchconditions/matcher.go */
import { forbiddenStatus, isStatus, type Status } from '../../../api/status.ts';
import type { Server } from '../../state.ts';
import { type AdmissionAttributes, type Need, nameFor } from '../plugin.ts';
import { variablesFor } from '../policy/environment.ts';
import { conditionsHold } from '../policy/evaluate.ts';
import type { Hook } from './configuration.ts';
import { versionKey } from './review.ts';
import { seenIn } from './seen.ts';

/** Whether to ask; a status refuses the request because a condition could not be judged. */
export function wantsToSee({ webhook, as, configuration }: Hook, attributes: AdmissionAttributes, server: Server): boolean | Status | Need {
  const { matchConditions = [] } = webhook;
  if (matchConditions.length === 0) return true;
  const seen = seenIn(attributes, as, `conditions ${attributes.reinvocation?.round ?? 0} ${configuration} ${webhook.name} ${versionKey(attributes.old)}`);
  if (isStatus(seen) || 'need' in seen) return seen;
  const holds = conditionsHold(webhook, matchConditions, variablesFor(attributes, server, { params: undefined, as, seen }));
  if (holds.ok) return holds.value;
  if (webhook.failurePolicy === 'Ignore') return false;
  const { group, plural } = attributes.descriptor;
  return forbiddenStatus({ group, resource: plural }, nameFor(attributes), holds.error);
}
