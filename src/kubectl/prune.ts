/** `apply --prune`: what was applied once and is not in the files now. */
import type { Result } from '../base/data.ts';
import type { KubeObject } from '../api/meta.ts';
import type { ResourceDescriptor } from '../api/resource.ts';
import { apiVersionOf } from '../api/resource.ts';
import { descriptors } from '../api/scheme.ts';
import { matchesLabels, parseLabelSelector } from '../api/selector.ts';
import type { Conversation } from '../sim/conversation.ts';
import type { Target } from './builder.ts';
import type { Arguments, Settings } from './command.ts';
import { type Failure, plainFailure } from './errors.ts';
import { listFlag, namespaceOf, textFlag } from './options.ts';
import { list } from './requests.ts';

const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';
/** Kinds pruned unless --prune-allowlist names others, in upstream's order. */
const KINDS = ['ConfigMap', 'Endpoints', 'Pod', 'Secret', 'Service', 'DaemonSet', 'Deployment', 'ReplicaSet', 'Namespace'];

export const PRUNE_WARNING = 'Deprecated: kubectl apply will no longer prune non-namespaced resources by default when used with the --namespace flag in a future release. To preserve the current behaviour, list the resources you want to target explicitly in the --prune-allowlist flag.';

/** Whether an object of a file fits `-l`. */
export function matchesSelector(object: KubeObject | undefined, selector: string): boolean {
  const parsed = parseLabelSelector(selector);
  return selector === '' || (parsed.ok && matchesLabels(parsed.value, object?.metadata.labels));
}

/** The kinds of `--prune-allowlist`, or upstream's own. */
export function prunedKinds(args: Arguments): Result<readonly ResourceDescriptor[], Failure> {
  const allowed = listFlag(args, 'prune-allowlist');
  if (allowed.length === 0) return { ok: true, value: descriptors.filter((descriptor) => KINDS.includes(descriptor.kind)) };
  const found: ResourceDescriptor[] = [];
  for (const text of allowed) {
    const parts = text.split('/');
    if (parts.length !== 3) return { ok: false, error: plainFailure(`invalid GroupVersionKind format: ${text}, please follow <group/version/kind>`) };
    const [group = '', version = '', kind = ''] = parts;
    const descriptor = descriptors.find((each) => apiVersionOf(each) === (group === 'core' || group === '' ? version : `${group}/${version}`) && each.kind === kind);
    if (descriptor === undefined) return { ok: false, error: plainFailure(`no matches for kind "${kind}" in version "${group === 'core' ? version : `${group}/${version}`}"`) };
    found.push(descriptor);
  }
  return { ok: true, value: found };
}

/** The objects to prune, in the namespaces that the files touch. A mere look keeps what the server warns of to itself, as kubectl's does. */
export function* pruneCandidates(applied: readonly Target[], args: Arguments, settings: Settings): Conversation<Result<readonly Target[], Failure>> {
  const kinds = prunedKinds(args);
  if (!kinds.ok) return kinds;
  const kept = new Set(applied.map((target) => `${target.descriptor.plural}/${target.namespace}/${target.name}`));
  const namespaces = [...new Set(applied.filter((target) => target.descriptor.namespaced).map((target) => target.namespace))];
  const selector = textFlag(args, 'selector');
  const found: Target[] = [];
  for (const descriptor of kinds.value) {
    for (const namespace of descriptor.namespaced ? (namespaces.length > 0 ? namespaces : [namespaceOf(args, settings)]) : ['']) {
      const all = yield* list({ descriptor, namespace, name: '' }, selector === '' ? {} : { labelSelector: selector }, args.path[1] === 'diff');
      if (!all.ok) return all;
      for (const { metadata } of all.value.items) {
        const wasApplied = metadata.annotations?.[LAST_APPLIED] !== undefined;
        if (wasApplied && !kept.has(`${descriptor.plural}/${namespace}/${metadata.name}`)) found.push({ descriptor, namespace, name: metadata.name });
      }
    }
  }
  return { ok: true, value: found };
}
