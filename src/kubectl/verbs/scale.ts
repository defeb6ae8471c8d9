import type { Conversation } from '../../sim/conversation.ts';
import { changeOf, report } from '../change.ts';
import { type Arguments, defineCommand, type Settings } from '../command.ts';
import { fail, type Failure, plainFailure, usage } from '../errors.ts';
import { allFlag, changeFlags, fileFlags, printFlags, selectorFlag, timeoutFlag } from '../flags.ts';
import { membersOf, NAMES_NOTHING, namesNothing } from '../members.ts';
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
    for (const { target, object } of members.value.members) {
      const what = { descriptor: target.descriptor, name: target.name, done: 'scaled', change: change.value };
      const present = (object as { readonly spec?: { readonly replicas?: number } }).spec?.replicas ?? 0;
      if (expected >= 0 && expected !== present) { failures.push(plainFailure(`Expected replicas to be ${expected}, was ${present}`)); continue; }
      if (change.value.dryRun === 'client') { yield* report(object, what); continue; }
      const answer = yield* patch({ ...target, subresource: 'scale' }, { spec: { replicas } }, { type: 'merge', options: change.value.options.dryRun === true ? { dryRun: true } : {} });
      if (answer.ok) yield* report(answer.value, what);
      else if (answer.error.type === 'unreachable') return yield* fail(answer.error);
      else failures.push(answer.error);
    }
    return yield* fail(...failures);
  },
});
