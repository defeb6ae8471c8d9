/** `POD`, `TYPE/NAME`: the pod that exec, attach, logs and port-forward mean. */
import { type Result } from '../base/data.ts';
import { must } from '../base/assert.ts';
import type { Pod } from '../api/kinds/all.ts';
import type { KubeObject, LabelSelector } from '../api/meta.ts';
import { descriptorOfKind } from '../api/scheme.ts';
import { labelSelectorText, selectorOfLabels, selectorText } from '../api/selector.ts';
import type { Conversation } from '../sim/conversation.ts';
import { noSuchType } from './builder.ts';
import { isCustom, lookedUpKind } from './custom-kinds.ts';
import { type Failure, plainFailure } from './errors.ts';
import { list, read } from './requests.ts';

export const podDescriptor = must(descriptorOfKind('Pod'), 'pods are served');

/** The owner's selector as text; undefined when it has none. */
export function selectorTextOf(owner: KubeObject): string | undefined {
  const selector = (owner as { readonly spec?: { readonly selector?: LabelSelector | Readonly<Record<string, string>> } }).spec?.selector;
  if (selector === undefined) return undefined;
  const isPlain = !('matchLabels' in selector) && !('matchExpressions' in selector);
  return isPlain ? selectorText(selectorOfLabels(selector as Readonly<Record<string, string>>)) : labelSelectorText(selector as LabelSelector);
}

/** Since when a pod has been ready; undefined = it is not. */
function readySince({ status }: Pod): string | undefined {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  return ready?.status === 'True' ? ready.lastTransitionTime ?? '' : undefined;
}

const restartsOf = ({ status }: Pod): number => Math.max(0, ...(status?.containerStatuses ?? []).map(({ restartCount }) => restartCount));

/** Earlier times first, none last. */
const byAge = (a: string, b: string): number => (a === b ? 0 : a === '' ? 1 : b === '' || a < b ? -1 : 1);

/** Pods whose logs are wanted are better the more often they have started again, others the less often; phases that are not named are as good as the number says. */
const wishes = {
  logs: { phases: { Running: 0, Unknown: 1, Pending: 2 }, otherPhases: 0, restarts: -1 },
  attach: { phases: { Running: 0, Unknown: 1, Pending: 2 }, otherPhases: 2, restarts: 1 },
} as const;

/**
 * Which of two pods serves a purpose better: on a node, running, ready, ready for longer, by restarts, older.
 *
 * @source kubernetes/kubectl pkg/util/podutils/podutils.go (ByLogging, ActivePods)
 */
function comparePods(purpose: keyof typeof wishes): (a: Pod, b: Pod) => number {
  const { phases, otherPhases, restarts } = wishes[purpose];
  const phaseOf = ({ status }: Pod): number => (phases as Readonly<Record<string, number>>)[status?.phase ?? ''] ?? otherPhases;
  const homeless = ({ spec }: Pod): number => ((spec.nodeName ?? '') === '' ? 1 : 0);
  const unready = (pod: Pod): number => (readySince(pod) === undefined ? 1 : 0);
  return (a, b) => homeless(a) - homeless(b) || phaseOf(a) - phaseOf(b) || unready(a) - unready(b) || byAge(readySince(a) ?? '', readySince(b) ?? '')
    || (restartsOf(a) - restartsOf(b)) * restarts || byAge(a.metadata.creationTimestamp ?? '', b.metadata.creationTimestamp ?? '');
}

/** Kinds that choose pods. @source kubernetes/kubectl pkg/polymorphichelpers/helpers.go (SelectorsForObject) */
const SELECTING: readonly string[] = ['ReplicaSet', 'ReplicationController', 'StatefulSet', 'DaemonSet', 'Deployment', 'Job', 'Service'];
/** Upstream's words for a kind that chooses none. */
const UNKNOWN = ['not', 'implemented'].join(' ');
/** `*v1.Service`. */
const goTypeOf = ({ apiVersion, kind }: KubeObject): string => `*${apiVersion.split('/').at(-1) ?? ''}.${kind}`;

/** The pods behind an owner, best first. */
export function* podsBehind(owner: KubeObject, namespace: string, purpose: keyof typeof wishes = 'attach'): Conversation<Result<readonly Pod[], Failure>> {
  const refusal = purpose === 'logs' ? 'cannot get the logs from' : 'cannot attach to';
  const text = SELECTING.includes(owner.kind) ? selectorTextOf(owner) : undefined;
  if (text === undefined) return { ok: false, error: plainFailure(`${refusal} ${goTypeOf(owner)}: ${owner.kind === 'Service' ? `invalid service '${owner.metadata.name}': Service is defined without a selector` : `selector for ${goTypeOf(owner)} ${UNKNOWN}`}`) };
  const found = yield* list({ descriptor: podDescriptor, namespace, name: '' }, { labelSelector: text });
  if (!found.ok) return found;
  return { ok: true, value: [...(found.value.items as readonly Pod[])].sort(comparePods(purpose)) };
}

/** Schemes of kubectl's commands, as its complaints name them. */
const KUBECTL_SCHEME = 'pkg/scheme/scheme.go:28';
export const CLIENT_SCHEME = 'k8s.io/client-go/kubernetes/scheme/register.go:84';

/** Says why no pods can be found behind an object of a custom kind: kubectl has no type for it. */
export const notInScheme = ({ apiVersion, kind }: KubeObject, scheme = KUBECTL_SCHEME): Failure => plainFailure(`no kind "${kind}" is registered for version "${apiVersion}" in scheme "${scheme}"`);

/** The one pod that a word means. */
export function* podOf(word: string, namespace: string, scheme = KUBECTL_SCHEME): Conversation<Result<Pod, Failure>> {
  const [first = '', second] = word.split('/');
  const descriptor = second === undefined ? podDescriptor : yield* lookedUpKind(first);
  if (descriptor === undefined) return { ok: false, error: noSuchType(first) };
  const object = yield* read({ descriptor, namespace, name: second ?? first });
  if (!object.ok) return object;
  if (descriptor === podDescriptor) return { ok: true, value: object.value as Pod };
  if (isCustom(descriptor)) return { ok: false, error: notInScheme(object.value, scheme) };
  const behind = yield* podsBehind(object.value, namespace);
  if (!behind.ok) return behind;
  const [pod] = behind.value;
  return pod === undefined ? { ok: false, error: plainFailure('timed out waiting for the condition') } : { ok: true, value: pod };
}

const DEFAULT_CONTAINER = 'kubectl.kubernetes.io/default-container';

/** The container that a command means, and what to tell when it had to choose. */
export function containerIn(pod: Pod, wanted: string, how: 'checked' | 'unchecked' = 'checked'): Result<{ readonly name: string; readonly note: string }, Failure> {
  const names = pod.spec.containers.map((container) => container.name);
  const ephemeral = ((pod.spec as { readonly ephemeralContainers?: readonly { readonly name: string }[] }).ephemeralContainers ?? []).map((container) => container.name);
  const init = (pod.spec.initContainers ?? []).map((container) => container.name);
  if (wanted !== '') {
    // Some commands leave it to the server to say that there is no such container.
    const isThere = how === 'unchecked' || [...names, ...ephemeral, ...init].includes(wanted);
    return isThere ? { ok: true, value: { name: wanted, note: '' } } : { ok: false, error: plainFailure(`container ${wanted} not found in pod ${pod.metadata.name}`) };
  }
  const preferred = pod.metadata.annotations?.[DEFAULT_CONTAINER];
  if (preferred !== undefined && names.includes(preferred)) return { ok: true, value: { name: preferred, note: '' } };
  const first = names[0] ?? '';
  const all = [...names, ...ephemeral.map((name) => `${name} (ephem)`), ...init.map((name) => `${name} (init)`)];
  return { ok: true, value: { name: first, note: all.length > 1 ? `Defaulted container "${first}" out of: ${all.join(', ')}\n` : '' } };
}
