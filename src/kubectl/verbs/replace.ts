import type { Conversation } from '../../sim/conversation.ts';
import { kindOf, type Target, targetsOf, typeName } from '../builder.ts';
import { changeOf, type Change, report } from '../change.ts';
import { type Arguments, cx, defineCommand, type Settings } from '../command.ts';
import { fail, type Failure, isNotFound, usage, whileDoing } from '../errors.ts';
import { changeFlags, fileFlags, printFlags, timeoutFlag, validateFlag } from '../flags.ts';
import { withLastApplied } from '../last-applied.ts';
import { hasFiles, isOn, isSet, numberFlag, textFlag } from '../options.ts';
import { recordFlag } from '../record.ts';
import { sendRaw } from '../raw.ts';
import { callOf, create, read, remove, send } from '../requests.ts';
import { validationOf } from '../validation.ts';
import { seconds } from '../../base/data.ts';
import type { KubeObject } from '../../api/meta.ts';

/** Looks at a deleted object until it is gone, this often and this many times. */
const POLL = seconds(1);
const POLLS_MAX = 300;

/** Puts the objects of a file in place of those in the cluster.
 * @source kubernetes/kubectl pkg/cmd/replace/replace.go */
export const replace = defineCommand({
  path: ['kubectl', 'replace'],
  summary: 'put the objects of a file in place of those in the cluster',
  flags: [
    ...fileFlags, ...changeFlags, ...printFlags, validateFlag, timeoutFlag, recordFlag,
    { name: 'force', type: 'bool', summary: 'delete and create again' },
    { name: 'grace-period', type: 'int', summary: 'seconds to end in; with --force' },
    { name: 'cascade', type: 'string', summary: 'what happens to dependents', implied: 'background', hidden: true },
    { name: 'wait', type: 'bool', summary: 'wait until deleted', hidden: true },
    { name: 'save-config', type: 'bool', summary: 'remember the file for apply', hidden: true },
    { name: 'subresource', type: 'string', summary: 'status or scale', hidden: true },
    { name: 'raw', type: 'string', summary: 'path to put to', hidden: true },
  ],
  changesWorld: true,
  examples: [],
  *run(args: Arguments, settings: Settings): Conversation<number> {
    if (textFlag(args, 'raw') !== '') return yield* sendRaw(args, 'update', { mustHaveFile: true, excludes: ['recursive', 'output'] });
    if (!hasFiles(args)) return yield* usage('must specify one of -f and -k');
    if (isSet(args, 'grace-period') && !isOn(args, 'force')) return yield* usage('--grace-period must have --force specified');
    if (isSet(args, 'timeout') && !isOn(args, 'force')) return yield* usage('--timeout must have --force specified');
    const change = changeOf(args, 'kubectl-replace');
    if (!change.ok) return yield* fail(change.error);
    const validation = validationOf(textFlag(args, 'validate'));
    if (!validation.ok) return yield* fail(validation.error);
    const targets = targetsOf(args, settings);
    if (!targets.ok) return yield* fail(targets.error);
    const failures: Failure[] = [...targets.value.failures];
    for (const target of targets.value.targets) {
      const replacing = { args, change: { ...change.value, options: { ...change.value.options, fieldValidation: validation.value } } };
      const failure = yield* (isOn(args, 'force') ? recreate(target, replacing) : update(target, replacing));
      if (failure?.type === 'unreachable') return yield* fail(failure);
      if (failure !== undefined) failures.push(whileDoing(`error when replacing "${target.source ?? ''}"`, failure));
    }
    return yield* fail(...failures);
  },
});

const POLICIES: Readonly<Record<string, 'Background' | 'Orphan' | 'Foreground'>> = { false: 'Orphan', orphan: 'Orphan', foreground: 'Foreground' };

interface Replacing { readonly args: Arguments; readonly change: Change }

/** The object of the file, which remembers itself with --save-config. */
const wantedOf = (target: Target, args: Arguments): KubeObject => (isOn(args, 'save-config') ? withLastApplied(target.object as KubeObject) : target.object as KubeObject);

function* update(target: Target, { args, change }: Replacing): Conversation<Failure | undefined> {
  const object = wantedOf(target, args);
  // What cannot be read is put all the same: the server says why not.
  const live = yield* read(target);
  const resourceVersion = object.metadata.resourceVersion ?? (live.ok ? live.value.metadata.resourceVersion : undefined);
  const body = resourceVersion === undefined ? object : { ...object, metadata: { ...object.metadata, resourceVersion } };
  const subresource = textFlag(args, 'subresource');
  const answer = change.dryRun === 'client' ? live : yield* send<KubeObject>(callOf('update', subresource === '' ? target : { ...target, subresource }, { body, options: change.options }));
  if (!answer.ok) return answer.error;
  // A subresource may bring another kind back: a Scale.
  yield* report(answer.value, { descriptor: kindOf(answer.value, target), name: target.name, done: 'replaced', change });
  return undefined;
}

function* recreate(target: Target, { args, change }: Replacing): Conversation<Failure | undefined> {
  const grace = numberFlag(args, 'grace-period');
  const gone = yield* remove(target, { propagationPolicy: POLICIES[textFlag(args, 'cascade')] ?? 'Background', ...(grace === undefined ? {} : { gracePeriodSeconds: grace }) });
  if (!gone.ok && !isNotFound(gone.error)) return gone.error;
  if (gone.ok) yield* cx.print(`${typeName(target.descriptor)} "${target.name}" deleted${target.namespace === '' ? '' : ` from ${target.namespace} namespace`}\n`);
  for (let i = 0; i < POLLS_MAX; i++) {
    const present = yield* read(target);
    if (!present.ok) break;
    yield* cx.sleep(POLL);
  }
  const made = yield* create(target, wantedOf(target, args), change.options);
  if (!made.ok) return made.error;
  yield* report(made.value, { descriptor: target.descriptor, name: target.name, done: 'replaced', change });
  return undefined;
}
