/**
 * What all `kubectl set` commands share: each changes objects in one way and sends the difference.
 * @source kubernetes/kubectl pkg/cmd/set/helper.go
 */
import { equalData } from '../../../base/compare.ts';
import type { KubeObject } from '../../../api/meta.ts';
import { createThreeWayPatch } from '../../../api/patch/three-way.ts';
import { createMergePatch } from '../../../api/patch/json-patch.ts';
import { schemaTypeOf } from '../../../api/strict.ts';
import type { Container, PodSpec } from '../../../api/kinds/all.ts';
import type { Conversation } from '../../../sim/conversation.ts';
import { objectName } from '../../builder.ts';
import { type Change, report } from '../../change.ts';
import type { Flag } from '../../command.ts';
import { type Failure, plainFailure } from '../../errors.ts';
import type { Member } from '../../members.ts';
import { patch } from '../../requests.ts';

/** `--local`: only change what the files say. */
export const localFlag: Flag = { name: 'local', type: 'bool', summary: 'change what the file says, without asking the server' };
export const LOCAL_WITHOUT_FILE = "you must specify resources by --filename when --local is set.\nExample resource specifications include:\n   '-f rsrc.yaml'\n   '--filename=rsrc.json'";

/** How one command changes objects. */
export interface Alteration {
  /** Behind the name when it is done: `image updated`. */
  readonly done: string;
  readonly change: Change;
  readonly isLocal: boolean;
  /** Sent and reported even when it changes nothing. */
  readonly isAlwaysSent?: boolean;
  /** In front of the server's refusal. */
  readonly refused?: string;
}

/** Sends what has changed between the object and `after`; nothing changed = nothing said. */
export function* sendAltered(member: Member, after: KubeObject, how: Alteration): Conversation<Failure | undefined> {
  const { target, object } = member;
  if (equalData(object, after) && how.isAlwaysSent !== true) return undefined;
  const what = { descriptor: target.descriptor, name: target.name, done: how.done, change: how.change };
  if (how.isLocal || how.change.dryRun === 'client') {
    yield* report(how.isLocal ? asTyped(after) : after, what);
    return undefined;
  }
  const before = object as unknown as Record<string, unknown>;
  const wanted = after as unknown as Record<string, unknown>;
  const type = schemaTypeOf(target.descriptor);
  const body = type === '' ? createMergePatch(before, wanted) : createThreeWayPatch({ last: before, live: before, wanted }, type);
  const answer = yield* patch(target, body, { type: type === '' ? 'merge' : 'strategic', options: how.change.options });
  if (!answer.ok) return answer.error.type === 'unreachable' || how.refused === undefined ? answer.error : plainFailure(`${how.refused}${how.refused.endsWith('resources update to pod template') ? '' : ':'} ${answer.error.message}`);
  yield* report(answer.value, what);
  return undefined;
}

/**
 * The object as a typed client writes it: with the parts that Go always writes, empty or not.
 * @source kubernetes/api apps/v1, batch/v1, core/v1 types.go (fields without omitempty)
 */
function asTyped(object: KubeObject): KubeObject {
  const pod = podSpecIn(object);
  const filled = pod === undefined ? object : withPodSpec(object, eachContainer(pod, () => true, (container) => ({ ...container, resources: container.resources ?? {} })).pod);
  const { spec, ...rest } = filled as KubeObject & { readonly spec?: object };
  const always = ALWAYS[object.kind];
  return always === undefined ? filled : { ...rest, spec: { ...always.spec, ...spec }, status: always.status } as KubeObject;
}

const ALWAYS: Readonly<Record<string, { readonly spec: object; readonly status: object }>> = {
  Deployment: { spec: { strategy: {} }, status: {} }, ReplicaSet: { spec: {}, status: { replicas: 0 } }, StatefulSet: { spec: { updateStrategy: {} }, status: { availableReplicas: 0, replicas: 0 } },
  DaemonSet: { spec: { updateStrategy: {} }, status: { currentNumberScheduled: 0, desiredNumberScheduled: 0, numberMisscheduled: 0, numberReady: 0 } },
  Pod: { spec: {}, status: {} }, Job: { spec: {}, status: {} }, CronJob: { spec: {}, status: {} }, ReplicationController: { spec: {}, status: { replicas: 0 } },
};

type Spec = Partial<PodSpec> & { readonly template?: { readonly spec?: PodSpec }; readonly jobTemplate?: { readonly spec?: { readonly template?: { readonly spec?: PodSpec } } } };
const specOf = (object: KubeObject): Spec => (object as { readonly spec?: Spec }).spec ?? {};

/** The pod spec inside an object, or undefined when it has none. @source kubernetes/kubectl pkg/polymorphichelpers/updatepodspec.go */
export function podSpecIn(object: KubeObject): PodSpec | undefined {
  const spec = specOf(object);
  if (object.kind === 'Pod') return spec as PodSpec;
  return object.kind === 'CronJob' ? spec.jobTemplate?.spec?.template?.spec : spec.template?.spec;
}

/** The object with another pod spec. */
export function withPodSpec(object: KubeObject, pod: PodSpec): KubeObject {
  const spec = specOf(object);
  if (object.kind === 'Pod') return { ...object, spec: pod } as KubeObject;
  if (object.kind === 'CronJob') {
    const job = spec.jobTemplate?.spec ?? {};
    return { ...object, spec: { ...spec, jobTemplate: { ...spec.jobTemplate, spec: { ...job, template: { ...job.template, spec: pod } } } } } as KubeObject;
  }
  return { ...object, spec: { ...spec, template: { ...spec.template, spec: pod } } } as KubeObject;
}

/** How these commands name an object in a complaint; one from a file is named as in their reports, and its line ends there. */
export function ownName({ target: { descriptor, name } }: Member, isLocal: boolean): string {
  return isLocal ? `error: ${objectName(descriptor, name)}\n` : `${descriptor.plural}/${name}`;
}

/** What kubectl says of objects without pods. */
export function noPodSpec({ target }: Member): Failure {
  const { descriptor, name } = target;
  return plainFailure(`error: ${descriptor.plural}/${name} the object is not a pod or does not have a pod template: *${descriptor.version}.${descriptor.kind}`);
}

/** Whether a name fits a pattern with `*`. */
export function fitsName(pattern: string, name: string): boolean {
  if (pattern === '*') return true;
  const parts = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`).test(name);
}

/** The pod spec with every container that fits changed; `found` tells which names fitted. */
export function eachContainer(pod: PodSpec, fits: (name: string) => boolean, alter: (container: Container) => Container): { readonly pod: PodSpec; readonly found: readonly string[] } {
  const found: string[] = [];
  const altered = (containers: readonly Container[]): readonly Container[] => containers.map((container) => {
    if (!fits(container.name)) return container;
    found.push(container.name);
    return alter(container);
  });
  const { initContainers } = pod;
  const next: PodSpec = { ...pod, containers: altered(pod.containers), ...(initContainers === undefined ? {} : { initContainers: altered(initContainers) }) };
  return { pod: next, found };
}

