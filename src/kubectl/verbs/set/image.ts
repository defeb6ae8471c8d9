import type { Result } from '../../../base/data.ts';
import type { Conversation } from '../../../sim/conversation.ts';
import { changeOf } from '../../change.ts';
import { type Arguments, defineCommand, type Settings } from '../../command.ts';
import { fail, failTogether, type Failure, plainFailure } from '../../errors.ts';
import { allFlag, changeFlags, fileFlags, printFlags, selectorFlag } from '../../flags.ts';
import { type Member, membersOf, namesNothing, NAMES_NOTHING } from '../../members.ts';
import { isOn, isSet, operands } from '../../options.ts';
import { type Alteration, eachContainer, localFlag, noPodSpec, podSpecIn, sendAltered, withPodSpec } from './alter.ts';

/** Image by container name; `*` is every container. */
type Images = readonly (readonly [container: string, image: string])[];

/** Gives containers other images.
 * @source kubernetes/kubectl pkg/cmd/set/set_image.go */
export const setImage = defineCommand({
  path: ['kubectl', 'set', 'image'],
  summary: 'give containers another image',
  flags: [...fileFlags, ...changeFlags, ...printFlags, selectorFlag, allFlag, localFlag],
  changesWorld: true,
  examples: [{ line: 'kubectl create deployment shop --image=images.example/web:1 && kubectl set image deployment/shop web=images.example/web:2', shows: 'deployment.apps/shop image updated' }],
  *run(args: Arguments, settings: Settings): Conversation<number> {
    if (namesNothing(args)) return yield* fail(plainFailure(NAMES_NOTHING));
    const images = imagesOf(operands(args, 'pairs'));
    if (!images.ok) return yield* fail(images.error);
    const change = changeOf(args, 'kubectl-set');
    if (!change.ok) return yield* fail(change.error);
    const complaints = complaintsAbout(args, images.value);
    if (complaints.length > 0) return yield* failTogether(complaints.map(plainFailure));
    const members = yield* membersOf(args, settings);
    if (!members.ok) return yield* fail(members.error);
    const failures: Failure[] = [...members.value.failures];
    const how: Alteration = { done: 'image updated', change: change.value, isLocal: isOn(args, 'local'), refused: 'failed to patch image update to pod template' };
    for (const member of members.value.members) failures.push(...(yield* setOne(member, images.value, how)));
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
    ...(images.length === 0 ? ['at least one image update is required'] : []),
    ...(images.length > 1 && images.some(([name]) => name === '*') ? ['all containers are already specified by *, but saw more than one container_name=container_image pairs'] : []),
  ];
}

function* setOne(member: Member, images: Images, how: Alteration): Conversation<readonly Failure[]> {
  const pod = podSpecIn(member.object);
  if (pod === undefined) return [noPodSpec(member)];
  const wanted = (name: string): string | undefined => images.find((each) => each[0] === name || each[0] === '*')?.[1];
  const { pod: next, found } = eachContainer(pod, (name) => wanted(name) !== undefined, (container) => ({ ...container, image: wanted(container.name) ?? '' }));
  const missing = images.filter(([name]) => name !== '*' && !found.includes(name)).map(([name]) => plainFailure(`error: unable to find container named "${name}"`));
  const failure = missing.length > 0 && found.length === 0 ? undefined : yield* sendAltered(member, withPodSpec(member.object, next), how);
  return failure === undefined ? missing : [...missing, failure];
}
