/** `kubectl apply view-last-applied` and `set-last-applied`. */
import type { KubeObject } from '../../api/meta.ts';
import type { Conversation } from '../../sim/conversation.ts';
import { targetsOf } from '../builder.ts';
import { changeOf, report } from '../change.ts';
import { type Arguments, cx, defineCommand, type Settings } from '../command.ts';
import { fail, type Failure, plainFailure, seeHelp, usage } from '../errors.ts';
import { allFlag, changeFlags, fileFlags, printFlags, selectorFlag } from '../flags.ts';
import { toCompactJson, toJson } from '../json.ts';
import { LAST_APPLIED } from '../last-applied.ts';
import { membersOf, NAMES_NOTHING, namesNothing } from '../members.ts';
import { hasFiles, isOn, textFlag } from '../options.ts';
import { patch, read } from '../requests.ts';
import { toYaml } from '../yaml.ts';

const lastOf = (object: KubeObject): string | undefined => object.metadata.annotations?.[LAST_APPLIED];

/** @source kubernetes/kubectl pkg/cmd/apply/apply_view_last_applied.go */
export const viewLastApplied = defineCommand({
  path: ['kubectl', 'apply', 'view-last-applied'], summary: 'show what was applied last', changesWorld: false, examples: [],
  flags: [...fileFlags, selectorFlag, allFlag, { name: 'output', short: 'o', type: 'string', summary: 'form of the output', choices: ['yaml', 'json'] }],
  *run(args: Arguments, settings: Settings): Conversation<number> {
    const output = textFlag(args, 'output') || 'yaml';
    if (output !== 'yaml' && output !== 'json') return yield* usage(seeHelp('kubectl apply view-last-applied', `Unexpected -o output mode: ${output}, the flag 'output' must be one of yaml|json`));
    if (namesNothing(args)) return yield* usage(NAMES_NOTHING);
    const members = yield* membersOf(args, settings);
    if (!members.ok) return yield* fail(members.error);
    const failures: Failure[] = [...members.value.failures];
    for (const { target, object } of members.value.members) {
      const text = lastOf(object);
      // Upstream says nothing where nothing was remembered.
      if (text === undefined) continue;
      const value = parsed(text);
      if (value === undefined) { failures.push(plainFailure(`the ${LAST_APPLIED} annotation of ${target.descriptor.plural}/${target.name} is not JSON`)); continue; }
      yield* cx.print(output === 'yaml' ? toYaml(value) : `${toJson(value)}\n`);
    }
    return yield* fail(...failures);
  },
});

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** @source kubernetes/kubectl pkg/cmd/apply/apply_set_last_applied.go */
export const setLastApplied = defineCommand({
  path: ['kubectl', 'apply', 'set-last-applied'], summary: 'remember a file as what was applied last', changesWorld: true, examples: [],
  flags: [...fileFlags.filter((flag) => flag.name === 'filename'), ...changeFlags.filter((flag) => flag.name === 'dry-run'), ...printFlags, { name: 'create-annotation', type: 'bool', summary: 'also where nothing was remembered' }],
  *run(args: Arguments, settings: Settings): Conversation<number> {
    if (!hasFiles(args)) return yield* usage(NAMES_NOTHING);
    const change = changeOf(args, '');
    if (!change.ok) return yield* fail(change.error);
    const targets = targetsOf(args, settings);
    if (!targets.ok) return yield* fail(targets.error);
    const failures: Failure[] = [...targets.value.failures];
    for (const target of targets.value.targets) {
      const live = yield* read(target);
      if (!live.ok) { failures.push(live.error); continue; }
      if (lastOf(live.value) === undefined && !isOn(args, 'create-annotation')) { failures.push(plainFailure(`no last-applied-configuration annotation found on resource: ${target.name}, to create the annotation, run the command with --create-annotation`)); continue; }
      const wanted = `${toCompactJson(target.object, 'sorted')}\n`;
      if (lastOf(live.value) === wanted) { yield* cx.print(`set-last-applied ${target.name}: no changes required.\n`); continue; }
      const what = { descriptor: target.descriptor, name: target.name, done: 'configured', change: change.value };
      const answer = change.value.dryRun === 'client' ? live : yield* patch(target, { metadata: { annotations: { [LAST_APPLIED]: wanted } } }, { type: 'merge', options: change.value.options });
      if (!answer.ok) failures.push(answer.error); else yield* report(answer.value, what);
    }
    return yield* fail(...failures);
  },
});
