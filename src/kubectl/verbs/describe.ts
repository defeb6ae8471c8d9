import type { KubeObject } from '../../api/meta.ts';
import type { Conversation } from '../../sim/conversation.ts';
import { type Target, targetsOf } from '../builder.ts';
import { type Arguments, cx, defineCommand, type Settings } from '../command.ts';
import { describeObject } from '../describe/registry.ts';
import { fail, type Failure, isNotFound, usage } from '../errors.ts';
import { allNamespacesFlag, fileFlags, selectorFlag } from '../flags.ts';
import { hasFiles, isOn, namespaceOf, textFlag } from '../options.ts';
import { chunkOf, list, read } from '../requests.ts';
import { alignTabs } from '../tabwriter.ts';

/** Shows an object with what belongs to it, events last.
 * @source kubernetes/kubectl pkg/cmd/describe/describe.go */
export const describe = defineCommand({
  path: ['kubectl', 'describe'],
  summary: 'show an object in detail, with its events',
  flags: [
    allNamespacesFlag, selectorFlag, ...fileFlags,
    { name: 'show-events', type: 'bool', summary: 'with events' },
    { name: 'chunk-size', type: 'int', summary: 'objects per request', hidden: true },
  ],
  changesWorld: false,
  examples: [{ line: 'kubectl describe node worker-1', shows: 'Allocated resources:' }],
  *run(args: Arguments, settings: Settings): Conversation<number> {
    if (args.operands['resource'] === undefined && args.operands['typeNames'] === undefined && !hasFiles(args)) {
      return yield* usage('You must specify the type of resource to describe. Use "kubectl api-resources" for a complete list of supported resources.');
    }
    const targets = targetsOf(args, settings);
    if (!targets.ok) return yield* fail(targets.error);
    const failures: Failure[] = [...targets.value.failures];
    let isFirst = true;
    for (const target of targets.value.targets) {
      const found = yield* find(target, args);
      if (!found.ok) { failures.push(found.error); continue; }
      for (const object of found.value) {
        const text = alignTabs((yield* describeObject(object, target.descriptor.kind, args.flags['show-events'] !== false)).map((line) => `${line}\n`).join(''));
        yield* cx.print(found.isNear === true ? `${text}\n` : isFirst ? text : `\n\n${text}`);
        isFirst = false;
      }
    }
    if (isFirst && failures.length === 0) {
      const isEverywhere = isOn(args, 'all-namespaces') || targets.value.targets.some((target) => !target.descriptor.namespaced);
      yield* cx.printError(isEverywhere ? 'No resources found\n' : `No resources found in ${namespaceOf(args, settings)} namespace.\n`);
    }
    return yield* fail(...failures);
  },
});

/** `isNear`: objects whose names only begin as the one asked for; kubectl puts an empty line behind each. */
type Found = { readonly ok: true; readonly value: readonly KubeObject[]; readonly isNear?: boolean } | { readonly ok: false; readonly error: Failure };

/** The named object, or all whose names begin so, or the collection. */
function* find(target: Target, args: Arguments): Conversation<Found> {
  if (target.name === '') {
    const label = textFlag(args, 'selector');
    const all = yield* list(target, { ...chunkOf(args), ...(label === '' ? {} : { labelSelector: label }) });
    return all.ok ? { ok: true, value: all.value.items } : all;
  }
  const one = yield* read(target);
  if (one.ok) return { ok: true, value: [one.value] };
  if (!isNotFound(one.error)) return one;
  const all = yield* list(target);
  const near = all.ok ? all.value.items.filter((object) => object.metadata.name.startsWith(target.name)) : [];
  return near.length > 0 ? { ok: true, value: near, isNear: true } : one;
}
