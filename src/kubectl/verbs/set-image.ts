import type { Container } from '../../api/kinds/all.ts';
import type { Conversation } from '../../sim/conversation.ts';
import { changeOf, report } from '../change.ts';
import { type Arguments, defineCommand, type Settings } from '../command.ts';
import { fail, type Failure, plainFailure, usage } from '../errors.ts';
import { allFlag, changeFlags, fileFlags, printFlags, selectorFlag } from '../flags.ts';
import { type Member, membersOf, NAMES_NOTHING, namesNothing } from '../members.ts';
import { pairsOf } from '../pairs.ts';
import { operands } from '../options.ts';
import { patch } from '../requests.ts';

interface PodLike { readonly containers?: readonly Container[]; readonly initContainers?: readonly Container[] }

/** Gives containers other images.
 * @source kubernetes/kubectl pkg/cmd/set/set_image.go */
export const setImage = defineCommand({
  path: ['kubectl', 'set', 'image'],
  summary: 'give containers another image',
  flags: [...fileFlags, ...changeFlags, ...printFlags, selectorFlag, allFlag, { name: 'local', type: 'bool', summary: 'do not ask the server', hidden: true }],
  changesWorld: true,
  examples: [{ line: 'kubectl create deployment shop --image=images.example/web:1 && kubectl set image deployment/shop web=images.example/web:2', shows: 'deployment.apps/shop image updated' }],
  *run(args: Arguments, settings: Settings): Conversation<number> {
    if (namesNothing(args)) return yield* usage(NAMES_NOTHING);
    const images = pairsOf(operands(args, 'pairs'), 'image');
    if (!images.ok) return yield* fail(images.error);
    if (Object.keys(images.value).length === 0) return yield* usage('at least one image update is required');
    const change = changeOf(args, 'kubectl-set');
    if (!change.ok) return yield* fail(change.error);
    const members = yield* membersOf(args, settings);
    if (!members.ok) return yield* fail(members.error);
    const failures: Failure[] = [...members.value.failures];
    for (const member of members.value.members) {
      const body = patchOf(member, images.value);
      if (typeof body === 'string') { failures.push(plainFailure(body)); continue; }
      if (body === undefined) continue;
      const { target, object } = member;
      const what = { descriptor: target.descriptor, name: target.name, done: 'image updated', change: change.value };
      if (change.value.dryRun === 'client') { yield* report(object, what); continue; }
      const answer = yield* patch(target, body, { type: 'strategic', options: change.value.options });
      if (answer.ok) yield* report(answer.value, what);
      else failures.push(answer.error);
    }
    return yield* fail(...failures);
  },
});

/** The patch for one object; undefined = nothing changes, a text = the reason why not. */
function patchOf({ target, object }: Member, images: Readonly<Record<string, string>>): object | string | undefined {
  const isPod = target.descriptor.kind === 'Pod';
  const { spec } = object as { readonly spec?: PodLike & { readonly template?: { readonly spec?: PodLike } } };
  const of: PodLike = (isPod ? spec : spec?.template?.spec) ?? {};
  const changed = { containers: [] as object[], initContainers: [] as object[] };
  for (const name of Object.keys(images)) {
    let isFound = false;
    for (const field of ['containers', 'initContainers'] as const) {
      for (const container of of[field] ?? []) {
        if (name !== '*' && container.name !== name) continue;
        isFound = true;
        if (container.image !== images[name]) changed[field].push({ name: container.name, image: images[name] });
      }
    }
    if (!isFound) return `unable to find container named "${name}"`;
  }
  if (changed.containers.length + changed.initContainers.length === 0) return undefined;
  const inner = { ...(changed.containers.length > 0 ? { containers: changed.containers } : {}), ...(changed.initContainers.length > 0 ? { initContainers: changed.initContainers } : {}) };
  return isPod ? { spec: inner } : { spec: { template: { spec: inner } } };
}
