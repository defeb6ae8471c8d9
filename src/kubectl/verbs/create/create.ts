import type { Conversation } from '../../../sim/conversation.ts';
import { targetsOf } from '../../builder.ts';
import { changeOf, report } from '../../change.ts';
import { type Arguments, defineCommand, type Settings } from '../../command.ts';
import { fail, type Failure, plainFailure, usage, whileDoing } from '../../errors.ts';
import { changeFlags, fileFlags, printFlags, selectorFlag, validateFlag } from '../../flags.ts';
import { hasFiles, textFlag } from '../../options.ts';
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
    if (!hasFiles(args)) return yield* usage('must specify one of -f and -k');
    const change = changeOf(args, 'kubectl-create');
    if (!change.ok) return yield* fail(change.error);
    const validation = validationOf(textFlag(args, 'validate'));
    if (!validation.ok) return yield* fail(validation.error);
    const targets = targetsOf(args, settings);
    if (!targets.ok) return yield* fail(targets.error);
    if (targets.value.targets.length === 0 && targets.value.failures.length === 0) return yield* fail(plainFailure('no objects passed to create'));
    const failures: Failure[] = [];
    for (const target of targets.value.targets) {
      const object = target.object ?? {};
      if (change.value.dryRun === 'client') {
        yield* report(object, { descriptor: target.descriptor, name: target.name, done: 'created', change: change.value });
        continue;
      }
      const made = yield* post(target, object, { ...change.value.options, fieldValidation: validation.value });
      if (made.ok) yield* report(made.value, { descriptor: target.descriptor, name: made.value.metadata.name, done: 'created', change: change.value });
      else if (made.error.type === 'unreachable') return yield* fail(made.error);
      else failures.push(whileDoing(`error when creating "${target.source ?? ''}"`, made.error));
    }
    return yield* fail(...failures, ...targets.value.failures);
  },
});
