import type { Result } from '../../base/data.ts';
import type { Container } from '../../api/kinds/all.ts';
import type { Conversation } from '../../sim/conversation.ts';
import { changeOf, type Change, report } from '../change.ts';
import { type Arguments, defineCommand, type Settings } from '../command.ts';
import { fail, failTogether, type Failure, plainFailure } from '../errors.ts';
import { allFlag, changeFlags, fileFlags, printFlags, selectorFlag } from '../flags.ts';
import { type Member, membersOf, namesNothing } from '../members.ts';
import { isOn, isSet, operands } from '../options.ts';
import { patch } from '../requests.ts';

interface PodLike { readonly containers?: readonly Container[]; readonly initContainers?: readonly Container[] }
/** Image by container name; `*` is every container. */
type Images = readonly (readonly [container: string, image: string])[];
/** What becomes of one object. `patch` undefined = nothing changes. */
interface Plan { readonly patch: object | undefined; readonly missing: readonly string[] }

/** Gives containers other images.
 * @source kubernetes/kubectl pkg/cmd/set/set_image.go
 * @fidelity simplified: --local is absent */
export const setImage = defineCommand({
  path: ['kubectl', 'set', 'image'],
  summary: 'give containers another image',
  flags: [...fileFlags, ...changeFlags, ...printFlags, selectorFlag, allFlag],
  changesWorld: true,
  examples: [{ line: 'kubectl create deployment shop --image=images.example/web:1 && kubectl set image deployment/shop web=images.example/web:2', shows: 'deployment.apps/shop image updated' }],
  *run(args: Arguments, settings: Settings): Conversation<number> {
    const images = imagesOf(operands(args, 'pairs'));
    if (!images.ok) return yield* fail(images.error);
    const change = changeOf(args, 'kubectl-set');
    if (!change.ok) return yield* fail(change.error);
    const complaints = complaintsAbout(args, images.value);
    if (complaints.length > 0) return yield* failTogether(complaints.map(plainFailure));
    const members = yield* membersOf(args, settings);
    if (!members.ok) return yield* fail(members.error);
    const failures: Failure[] = [...members.value.failures];
    for (const member of members.value.members) failures.push(...(yield* setOne(member, images.value, change.value)));
    return yield* failTogether(failures);
  },
});

/** @source kubernetes/kubectl pkg/cmd/util/helpers.go (ParsePairs) */
function imagesOf(words: readonly string[]): Result<Images, Failure> {
  const invalid = words.filter((word) => word.indexOf('=') <= 0);
  if (invalid.length > 0) return { ok: false, error: plainFailure(`invalid image format: ${invalid.join(', ')}`) };
  return { ok: true, value: words.map((word) => [word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1)]) };
}

function complaintsAbout(args: Arguments, images: Images): readonly string[] {
  return [
    ...(isOn(args, 'all') && isSet(args, 'selector') ? ['cannot set --all and --selector at the same time'] : []),
    ...(namesNothing(args) ? ['one or more resources must be specified as <resource> <name> or <resource>/<name>'] : []),
    ...(images.length === 0 ? ['at least one image update is required'] : []),
    ...(images.length > 1 && images.some(([name]) => name === '*') ? ['all containers are already specified by *, but saw more than one container_name=container_image pairs'] : []),
  ];
}

function* setOne(member: Member, images: Images, change: Change): Conversation<readonly Failure[]> {
  const { target, object } = member;
  const { descriptor, name } = target;
  const pod = podIn(member);
  if (pod === undefined) return [plainFailure(`error: ${descriptor.plural}/${name} the object is not a pod or does not have a pod template: *${descriptor.version}.${descriptor.kind}`)];
  const plan = planOf(pod, images);
  const failures: Failure[] = plan.missing.map((container) => plainFailure(`error: unable to find container named "${container}"`));
  if (plan.patch === undefined) return failures;
  const what = { descriptor, name, done: 'image updated', change };
  if (change.dryRun === 'client') {
    yield* report(object, what);
    return failures;
  }
  const body = descriptor.kind === 'Pod' ? { spec: plan.patch } : { spec: { template: { spec: plan.patch } } };
  const answer = yield* patch(target, body, { type: 'strategic', options: change.options });
  if (answer.ok) yield* report(answer.value, what);
  else failures.push(answer.error.type === 'unreachable' ? answer.error : plainFailure(`failed to patch image update to pod template: ${answer.error.message}`));
  return failures;
}

function podIn({ target, object }: Member): PodLike | undefined {
  const { spec } = object as { readonly spec?: PodLike & { readonly template?: { readonly spec?: PodLike } } };
  return target.descriptor.kind === 'Pod' ? spec : spec?.template?.spec;
}

function planOf(pod: PodLike, images: Images): Plan {
  const fields = { initContainers: pod.initContainers ?? [], containers: pod.containers ?? [] };
  const all = [...fields.initContainers, ...fields.containers];
  const missing = images.filter(([name]) => name !== '*' && !all.some((container) => container.name === name)).map(([name]) => name);
  const changed = (containers: readonly Container[]): readonly object[] => containers.flatMap(({ name, image }) => {
    const wanted = images.find((each) => each[0] === name || each[0] === '*')?.[1];
    return wanted === undefined || wanted === image ? [] : [{ name, image: wanted }];
  });
  const initContainers = changed(fields.initContainers);
  const containers = changed(fields.containers);
  if (initContainers.length + containers.length === 0) return { patch: undefined, missing };
  return { patch: { ...(containers.length > 0 ? { containers } : {}), ...(initContainers.length > 0 ? { initContainers } : {}) }, missing };
}
