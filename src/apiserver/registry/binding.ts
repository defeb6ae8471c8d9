/**
 * Binding: the one write by which a pod gets its node.
 * @source kubernetes/kubernetes pkg/registry/core/pod/storage/storage.go (BindingREST, LegacyBindingREST)
 * @fidelity simplified: webhooks and policies see a request for `bindings` as one for `pods/binding`
 */
import { setCondition } from '../../api/condition.ts';
import type { Binding, Pod, PodCondition } from '../../api/kinds/all.ts';
import type { KubeObject } from '../../api/meta.ts';
import { badRequest, conflict, failure, type Status } from '../../api/status.ts';
import { aggregateText, type FieldError, notSupported, required } from '../../api/field-error.ts';
import { formatTime } from '../../api/time.ts';
import type { ApiCall } from '../../api/wire.ts';
import { deepFreeze, type Micros } from '../../base/data.ts';
import { Interner } from '../../base/recent.ts';
import type { RequestRecord } from '../state.ts';

/** The pod as bound, or why it cannot be. */
export function bind(pod: Pod, body: unknown, now: Micros): Pod | Status {
  if (typeof body !== 'object' || body === null) return badRequest('the object provided is unrecognized (must be of type Binding)');
  const { metadata = {}, target = {} }: { readonly metadata?: Partial<Binding['metadata']>; readonly target?: Binding['target'] } = body as Partial<Binding>;
  const name = pod.metadata.name;
  const refuse = (why: string): Status => conflict({ group: '', resource: 'pods/binding' }, name, why);
  const { uid = '', resourceVersion = '' } = metadata;
  if (uid !== '' && uid !== pod.metadata.uid) return refuse(`Precondition failed: UID in precondition: ${uid}, UID in object meta: ${pod.metadata.uid ?? ''}`);
  if (resourceVersion !== '' && resourceVersion !== pod.metadata.resourceVersion) {
    return refuse(`Precondition failed: ResourceVersion in precondition: ${resourceVersion}, ResourceVersion in object meta: ${pod.metadata.resourceVersion ?? ''}`);
  }
  if (pod.metadata.deletionTimestamp !== undefined) return refuse(`pod ${name} is being deleted, cannot be assigned to a host`);
  if ((pod.spec.nodeName ?? '') !== '') return refuse(`pod ${name} is already assigned to node "${pod.spec.nodeName ?? ''}"`);
  if ((pod.spec.schedulingGates?.length ?? 0) > 0) return refuse(`pod ${name} has non-empty .spec.schedulingGates`);
  return bound(pod, target.name ?? '', { annotations: metadata.annotations, now });
}

/**
 * What is wrong with a binding before its pod is looked at; upstream answers it as an error of its own.
 *
 * @source kubernetes/kubernetes pkg/apis/core/validation/validation.go (ValidatePodBinding)
 */
export function bindingFault({ name, body }: ApiCall): Status | undefined {
  if (typeof body !== 'object' || body === null) return badRequest('the object provided is unrecognized (must be of type Binding)');
  const { metadata, target }: { readonly metadata?: Partial<Binding['metadata']>; readonly target?: Binding['target'] } = body as Partial<Binding>;
  if ((metadata?.name ?? '') !== name) return badRequest('name in URL does not match name in Binding object');
  const errors: FieldError[] = [];
  if (target?.kind && target.kind !== 'Node') errors.push(notSupported('target.kind', target.kind, ['Node', '<empty>']));
  if (!target?.name) errors.push(required('target.name'));
  if (errors.length > 0) return failure({ code: 500, reason: '', message: aggregateText(errors) });
  return name === '' ? badRequest('Name parameter required.') : undefined;
}

/** A request for `bindings` names its pod in the body only; from here on it is one for that pod's `binding`. */
export function takeForPodBinding(request: RequestRecord, { object, warnings }: { readonly object: KubeObject; readonly warnings: readonly string[] }): void {
  const { call } = request;
  request.asked = call;
  request.call = Object.freeze({ ...call, resource: 'pods', subresource: 'binding', name: object.metadata.name, body: object });
  if (warnings.length > 0) request.warnings = warnings;
}

/** Conditions of pods that were bound lately: those bound within a second are all alike, and what kubelets make of them is found again by this. */
const conditionsOfBound = new Interner(8);

function bound(pod: Pod, nodeName: string, { annotations, now }: { readonly annotations: Readonly<Record<string, string>> | undefined; readonly now: Micros }): Pod {
  const condition: PodCondition = {
    type: 'PodScheduled', status: 'True', lastProbeTime: null, lastTransitionTime: formatTime(now),
    ...(pod.metadata.generation === undefined ? {} : { observedGeneration: pod.metadata.generation }),
  };
  const metadata = annotations === undefined || Object.keys(annotations).length === 0 ? pod.metadata : { ...pod.metadata, annotations: { ...pod.metadata.annotations, ...annotations } };
  const conditions = conditionsOfBound.share(deepFreeze(setCondition(pod.status?.conditions, condition)));
  return { ...pod, metadata, spec: { ...pod.spec, nodeName }, status: { ...pod.status, conditions } };
}
