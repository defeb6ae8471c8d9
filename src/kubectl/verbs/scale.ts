import { seconds } from '../../base/data.ts';
import type { Conversation } from '../../sim/conversation.ts';
import { type Change, changeOf, report } from '../change.ts';
import { type Arguments, cx, defineCommand, type Settings } from '../command.ts';
import { fail, type Failure, plainFailure, usage } from '../errors.ts';
import { allFlag, changeFlags, fileFlags, printFlags, selectorFlag, timeoutFlag } from '../flags.ts';
import { type Member, membersOf, NAMES_NOTHING, namesNothing } from '../members.ts';
import { isSet, numberFlag, textFlag } from '../options.ts';
import { recordFlag } from '../record.ts';
import { patch, type Place, read } from '../requests.ts';

/** Sets the number of replicas.
 * @source kubernetes/kubectl pkg/cmd/scale/scale.go */
export const scale = defineCommand({
  path: ['kubectl', 'scale'],
  summary: 'set how many replicas there are',
  flags: [
    ...fileFlags, ...changeFlags, ...printFlags, selectorFlag, allFlag, timeoutFlag, recordFlag,
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
    if (members.value.members.length === 0 && failures.length === 0) return yield* usage('no objects passed to scale');
    const expected = numberFlag(args, 'current-replicas') ?? -1;
    const version = textFlag(args, 'resource-version');
    if (version !== '' && members.value.members.length > 1) return yield* usage('cannot use --resource-version with multiple resources');
    for (const member of members.value.members) {
      const failure = yield* scaleOne(member, { args, replicas, expected, version, change: change.value });
      if (failure?.type === 'unreachable') return yield* fail(failure);
      if (failure !== undefined) failures.push(failure);
    }
    return yield* fail(...failures);
  },
});

interface Scale { readonly metadata: { readonly resourceVersion?: string }; readonly spec?: { readonly replicas?: number }; readonly status?: { readonly replicas?: number } }

function* scaleOne({ target, object }: Member, how: { readonly args: Arguments; readonly replicas: number; readonly expected: number; readonly version: string; readonly change: Change }): Conversation<Failure | undefined> {
  const { change, expected, args } = how;
  const place = { ...target, subresource: 'scale' };
  const present = expected >= 0 || how.version !== '' ? yield* read(place) : { ok: true as const, value: object };
  if (!present.ok) return present.error;
  const { metadata: { resourceVersion = '' }, spec: { replicas = 0 } = {} } = present.value as Scale;
  if (expected >= 0 && expected !== replicas) return plainFailure(`Expected replicas to be ${expected}, was ${replicas}`);
  if (how.version !== '' && how.version !== resourceVersion) return plainFailure(`Expected resource version to be ${how.version}, was ${resourceVersion}`);
  const options = change.options.dryRun === true ? { dryRun: true } : {};
  const answer = change.dryRun === 'client' ? { ok: true as const, value: object } : yield* patch(place, { spec: { replicas: how.replicas } }, { type: 'merge', options });
  if (!answer.ok) return answer.error;
  const timeout = numberFlag(args, 'timeout') ?? 0;
  if (timeout > 0 && change.dryRun === 'none' && !(yield* reached(place, how.replicas, timeout))) return plainFailure(`timed out waiting for ${JSON.stringify(target.name)} to be synced`);
  // What is shown is the object as it was found, in the file or on the server: it was not read again.
  yield* report(target.object ?? object, { descriptor: target.descriptor, name: target.name, done: 'scaled', change });
  return undefined;
}

/** How often `--timeout` looks. */
const POLL = seconds(1);

/** Waits until there are as many as wanted. */
function* reached(place: Place, replicas: number, timeout: number): Conversation<boolean> {
  const end = (yield* cx.now()) + timeout;
  for (;;) {
    const now = yield* read(place);
    const { spec, status } = (now.ok ? now.value : {}) as Partial<Scale>;
    if (now.ok && spec?.replicas === replicas && status?.replicas === replicas) return true;
    if ((yield* cx.now()) + POLL > end) return false;
    yield* cx.sleep(POLL);
  }
}
