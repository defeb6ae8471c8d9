/** What the commands of `kubectl rollout` have in common. */
import { must } from '../../../base/assert.ts';
import type { Result } from '../../../base/data.ts';
import type { Deployment, ReplicaSet } from '../../../api/kinds/all.ts';
import type { ResourceDescriptor } from '../../../api/resource.ts';
import { descriptorOfKind } from '../../../api/scheme.ts';
import { labelSelectorText } from '../../../api/selector.ts';
import type { Conversation } from '../../../sim/conversation.ts';
import { type Arguments, cx, type Flag, type Settings } from '../../command.ts';
import { type Failure, plainFailure } from '../../errors.ts';
import { changeFlags, fileFlags, selectorFlag } from '../../flags.ts';
import { type Member, type Members, membersOf, namesNothing } from '../../members.ts';
import { namespaceOf } from '../../options.ts';
import { list } from '../../requests.ts';
import { ownedSets } from '../../rollout.ts';

const replicaSets = must(descriptorOfKind('ReplicaSet'), 'replica sets are served');

/** What to act on. */
export const objectFlags: readonly Flag[] = [...fileFlags, selectorFlag];
export const fieldManagerFlags: readonly Flag[] = changeFlags.filter((flag) => flag.name === 'field-manager');
export const dryRunFlags: readonly Flag[] = changeFlags.filter((flag) => flag.name === 'dry-run');

/** The objects a line names; a type without a name means all of them here. Says so when there are none. */
export function* rolledOf(args: Arguments, settings: Settings): Conversation<Result<Members, Failure>> {
  if (namesNothing(args)) return { ok: false, error: plainFailure('required resource not specified') };
  const isNamed = args.operands['names'] !== undefined || args.operands['typeNames'] !== undefined;
  const members = yield* membersOf(isNamed ? args : { ...args, flags: { ...args.flags, all: true } }, settings);
  // Only those that change something say so.
  const isTold = !['history', 'undo'].includes(args.path[2] ?? '');
  if (isTold && members.ok && members.value.members.length + members.value.failures.length === 0) yield* cx.printError(`No resources found in ${namespaceOf(args, settings)} namespace.\n`);
  return members;
}

/** `Deployment.apps`, `Pod`: how these commands call a kind that they cannot handle. */
export const groupKind = ({ kind, group }: ResourceDescriptor): string => (group === '' ? kind : `${kind}.${group}`);
/** `deployments.apps`. */
export const groupResource = ({ plural, group }: ResourceDescriptor): string => (group === '' ? plural : `${plural}.${group}`);

/** The replica sets of a deployment, oldest revision first. */
export function* setsOf({ target, object }: Member): Conversation<Result<readonly ReplicaSet[], Failure>> {
  const deployment = object as Deployment;
  const found = yield* list({ descriptor: replicaSets, namespace: target.namespace, name: '' }, { labelSelector: labelSelectorText(deployment.spec.selector) });
  return found.ok ? { ok: true, value: ownedSets(deployment, found.value.items as readonly ReplicaSet[]) } : found;
}
