import type { Conversation } from '../../sim/conversation.ts';
import { type Change, changeOf, report } from '../change.ts';
import { type Arguments, defineCommand, type Settings } from '../command.ts';
import { fail, type Failure, plainFailure, usage } from '../errors.ts';
import { allFlag, changeFlags, fileFlags, printFlags, selectorFlag, timeoutFlag } from '../flags.ts';
import { type Member, membersOf, NAMES_NOTHING, namesNothing } from '../members.ts';
import { isSet, numberFlag } from '../options.ts';
import { patch } from '../requests.ts';

/** Sets the number of replicas.
 * @source kubernetes/kubectl pkg/cmd/scale/scale.go */
export const scale = defineCommand({
  path: ['kubectl', 'scale'],
  summary: 'set how many replicas there are',
  flags: [
    ...fileFlags, ...changeFlags, ...printFlags, selectorFlag, allFlag, timeoutFlag,
    { name: 'replicas', type: 'int', summary: 'how many' },
    { name: 'current-replicas', type: 'int', summary: 'only if there are this many now' },
    { name: 'resource-version', type: 'string', summary: 'only if the object is at this version' },
  ],
  changesWorld: true,
  examples: [{ line: 'kubectl create deployment shop --image=images.example/web:1 && kubectl scale deployment shop --replicas=3', shows: 'deployment.apps/shop scaled' }],
  *run(args: Arguments, settings: Settings): Conversation<number> {
    if (!isSet(args, 'replicas')) return yield* usage('required flag(s) "replicas" not set');
    const replicas = numberFlag(args, 'replicas') ?? 0;
    if (replicas < 0) return yield* usage('The --replicas=COUNT flag is required, and COUNT must be greater than or equal to 0');
    if (namesNothing(args)) return yield* usage(NAMES_NOTHING);
    const change = changeOf(args, 'kubectl-scale');
    if (!change.ok) return yield* fail(change.error);
    const members = yield* membersOf(args, settings);
    if (!members.ok) return yield* fail(members.error);
    const failures: Failure[] = [...members.value.failures];
    const expected = numberFlag(args, 'current-replicas') ?? -1;
    for (const member of members.value.members) {
      const failure = yield* scaleOne(member, { replicas, expected, change: change.value });
      if (failure?.type === 'unreachable') return yield* fail(failure);
      if (failure !== undefined) failures.push(failure);
    }
    return yield* fail(...failures);
  },
});

function* scaleOne({ target, object }: Member, how: { readonly replicas: number; readonly expected: number; readonly change: Change }): Conversation<Failure | undefined> {
  const { change, expected } = how;
  const present = (object as { readonly spec?: { readonly replicas?: number } }).spec?.replicas ?? 0;
  if (expected >= 0 && expected !== present) return plainFailure(`Expected replicas to be ${expected}, was ${present}`);
  const options = change.options.dryRun === true ? { dryRun: true } : {};
  const answer = change.dryRun === 'client' ? { ok: true as const, value: object } : yield* patch({ ...target, subresource: 'scale' }, { spec: { replicas: how.replicas } }, { type: 'merge', options });
  if (!answer.ok) return answer.error;
  yield* report(answer.value, { descriptor: target.descriptor, name: target.name, done: 'scaled', change });
  return undefined;
}
