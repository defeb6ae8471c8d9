/** Conditions in CEL that a webhook sets before it wants to be asked. @source kubernetes/apiserver pkg/admission/plugin/webhook/matchconditions/matcher.go */
import { forbiddenStatus, type Status } from '../../../api/status.ts';
import type { Server } from '../../state.ts';
import { type AdmissionAttributes, nameFor } from '../plugin.ts';
import { variablesFor } from '../policy/environment.ts';
import { conditionsHold } from '../policy/evaluate.ts';
import type { Hook } from './configuration.ts';

/** Whether to ask; a status refuses the request because a condition could not be judged. */
export function wantsToSee({ webhook, as }: Hook, attributes: AdmissionAttributes, server: Server): boolean | Status {
  const { matchConditions = [] } = webhook;
  if (matchConditions.length === 0) return true;
  const holds = conditionsHold(webhook, matchConditions, variablesFor(attributes, server, { params: undefined, as }));
  if (holds.ok) return holds.value;
  if (webhook.failurePolicy === 'Ignore') return false;
  const { group, plural } = attributes.descriptor;
  return forbiddenStatus({ group, resource: plural }, nameFor(attributes), holds.error);
}
