import type { KubeObject } from '../../../api/meta.ts';
import type { Conversation } from '../../../sim/conversation.ts';
import { type Targets, targetsOf } from '../../builder.ts';
import { type Change, changeOf, report, warnOldDryRun } from '../../change.ts';
import { editTogether } from '../../editing.ts';
import { type Arguments, defineCommand, type Settings } from '../../command.ts';
import { fail, type Failure, plainFailure, usage, whileDoing } from '../../errors.ts';
import { changeFlags, fileFlags, printFlags, selectorFlag, validateFlag } from '../../flags.ts';
import { withLastApplied } from '../../last-applied.ts';
import { hasFiles, isOn, textFlag } from '../../options.ts';
import { sendRaw } from '../../raw.ts';
import { create as post } from '../../requests.ts';
import { validationOf } from '../../validation.ts';

/** Creates the objects of files.
 * @source kubernetes/kubectl pkg/cmd/create/create.go */
export const create = defineCommand({
  path: ['kubectl', 'create'],
  summary: 'create objects from a file or from words',
  flags: [
    ...fileFlags, ...changeFlags, ...printFlags, selectorFlag, validateFlag,
    { name: 'save-config', type: 'bool', summary: 'remember the file for apply', hidden: true },
    { name: 'edit', type: 'bool', summary: 'edit before creating', hidden: true },
    { name: 'raw', type: 'string', summary: 'path to post to', hidden: true },
    { name: 'windows-line-endings', type: 'bool', summary: 'line endings of the editor', hidden: true },
  ],
  changesWorld: true,
  examples: [],
  *run(args: Arguments, settings: Settings): Conversation<number> {
    if (textFlag(args, 'raw') !== '') return yield* sendRaw(args, 'create', { mustHaveFile: true, excludes: ['edit', 'recursive', 'selector', 'output'] });
    if (!hasFiles(args)) return yield* usage('must specify one of -f and -k');
    yield* warnOldDryRun(args);
    const change = changeOf(args, 'kubectl-create');
    if (!change.ok) return yield* fail(change.error);
    const validation = validationOf(textFlag(args, 'validate'));
    if (!validation.ok) return yield* fail(validation.error);
    const targets = targetsOf(args, settings);
    if (!targets.ok) return yield* fail(targets.error);
    if (targets.value.targets.length === 0 && targets.value.failures.length === 0) return yield* fail(plainFailure('no objects passed to create'));
    const options = { ...change.value.options, fieldValidation: validation.value };
    if (isOn(args, 'edit')) return yield* editFirst(targets.value, { args, change: { ...change.value, options } });
    const failures: Failure[] = [];
    for (const target of targets.value.targets) {
      const object = isOn(args, 'save-config') && target.object !== undefined ? withLastApplied(target.object) : target.object ?? {};
      if (change.value.dryRun === 'client') {
        yield* report(object, { descriptor: target.descriptor, name: target.name, done: 'created', change: change.value });
        continue;
      }
      const made = yield* post(target, object, options);
      if (made.ok) yield* report(made.value, { descriptor: target.descriptor, name: made.value.metadata.name, done: 'created', change: change.value });
      else if (made.error.type === 'unreachable') return yield* fail(made.error);
      else failures.push(whileDoing(`error when creating "${target.source ?? ''}"`, made.error));
    }
    return yield* fail(...failures, ...targets.value.failures);
  },
});

/** `--edit`: the objects of the files go through an editor first; without a change nothing is made. */
function* editFirst(targets: Targets, { args, change }: { readonly args: Arguments; readonly change: Change }): Conversation<number> {
  if (targets.failures.length > 0) return yield* fail(...targets.failures);
  const members = targets.targets.flatMap((target) => (target.object === undefined ? [] : [{ target, object: target.object }]));
  return yield* editTogether(members, {
    args, change, done: 'created', isNew: true, shown: (object) => object,
    save: ({ target }, edited) => post(target, isOn(args, 'save-config') ? withLastApplied(edited as KubeObject) : edited, change.options),
  });
}
