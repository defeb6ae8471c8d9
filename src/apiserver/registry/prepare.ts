/** What one attempt of the read-change-write loop makes of a stored object: the client's change, admitted and validated. */
import { equalData } from '../../base/compare.ts';
import type { Micros } from '../../base/data.ts';
import { setCondition } from '../../api/condition.ts';
import { inStorageVersion } from '../../api/custom/descriptor.ts';
import type { Namespace, Pod, PodCondition, Service } from '../../api/kinds/all.ts';
import type { KubeObject } from '../../api/meta.ts';
import type { ResourceDescriptor } from '../../api/resource.ts';
import { badRequest, conflict, isStatus, notFound, type Status } from '../../api/status.ts';
import { formatTime } from '../../api/time.ts';
import { conversionForm, descriptorOf, formOf } from '../resources.ts';
import { must } from '../../base/assert.ts';
import type { RequestRecord, Server } from '../state.ts';
import { checkEscalation } from '../authz/escalation.ts';
import { paramFault } from '../authz/param-permission.ts';
import type { Need } from '../admission/plugin.ts';
import { converted } from '../conversion/convert.ts';
import { mutate, validate } from './admit.ts';
import { beforeCreate } from './before-create.ts';
import { beforeDelete } from './before-delete.ts';
import { applyConfiguration } from '../managed-fields/apply.ts';
import { trackCreate, trackUpdate, withoutNewTimes } from '../managed-fields/track.ts';
import { beforeUpdate, checkVersion, deletesObject, nameMismatch } from './before-update.ts';
import { bind } from './binding.ts';
import { type Decoded, decodeBody, decodeObject } from './decode.ts';
import { patchedFault } from './patch-faults.ts';
import { patchObject } from './patch-object.ts';
import { scaleOf, withScale } from './scale.ts';
import { objectIn } from './served-form.ts';
import { allocate, claimOf } from './service-allocation.ts';
import { fail } from './scripts/create.ts';
import type { Prepared, PreparedDelete } from './scripts/update.ts';

const refuse = (status: Status): Prepared => ({ action: 'reply', reply: fail(status) });

/** Makes the change of a PUT, PATCH or changing subresource. `old` null = there is no object. */
export function prepareUpdate(server: Server, request: RequestRecord, stored: KubeObject | null): Prepared {
  const { call } = request;
  const descriptor = must(descriptorOf(server.state, call), 'a request that changes something names a kind');
  if (stored === null) return prepareMissing(server, request, descriptor);
  const latest = converted(descriptor, stored, { learned: request.learned, place: `stored ${versionOf(stored)}` });
  if (isStatus(latest)) return refuse(latest);
  if ('need' in latest) return { action: 'learn', need: latest.need };
  const old = inStorageVersion(descriptor, latest);
  const made = change(server, request, { descriptor, old });
  if (isStatus(made)) return refuse(made);
  if ('need' in made) return { action: 'learn', need: made.need };
  const changed = call.subresource === 'binding' || call.patchType === 'apply' ? made : trackUpdate(request, descriptor, { object: made, old, now: server.out.now });
  const admitted = mutate(server, request, { operation: call.subresource === 'binding' ? 'CREATE' : 'UPDATE', descriptor, object: changed, old });
  if (isStatus(admitted)) return refuse(admitted);
  if ('need' in admitted) return { action: 'learn', need: admitted.need };
  const escalation = checkEscalation(server, request, { descriptor, object: admitted, old });
  if (escalation !== undefined) return refuse(escalation);
  const whole = call.subresource === 'binding' || call.subresource === 'finalize';
  const prepared = whole ? admitted : beforeUpdate(descriptor, admitted, { old, subresource: call.subresource, now: server.out.now, form: formOf(server.state, call) });
  if (isStatus(prepared)) return refuse(prepared);
  const params = paramFault(server, request, { descriptor, object: prepared, old });
  if (params !== undefined) return refuse(params);
  if (call.subresource === '') takeWarnings(request, descriptor.warnings?.(prepared, old));
  else if (call.subresource === 'status') takeWarnings(request, descriptor.statusWarnings?.(prepared));
  const refusal = validate(server, request, { operation: 'UPDATE', descriptor, object: prepared, old });
  if (refusal !== undefined) return 'need' in refusal ? { action: 'learn', need: refusal.need } : refuse(refusal);
  if (deletesObject(prepared, old)) return { action: 'remove', object: prepared };
  const settled = withoutNewTimes(prepared, old);
  // What lies there in another version is written anew, even if nothing else changed.
  if (equalData(settled, stored)) return { action: 'same', object: stored };
  return withClaims(server, prepared, old);
}

function withClaims(server: Server, object: KubeObject, old: KubeObject): Prepared {
  if (object.kind !== 'Service' || object.apiVersion !== 'v1') return { action: 'put', object, claims: [] };
  const allocation = allocate(server, object as Service, old as Service);
  if (isStatus(allocation)) return refuse(allocation);
  const [before, now] = [claimOf(old as Service), claimOf(allocation.object)];
  return { action: 'put', object: allocation.object, claims: allocation.claims, released: before === '' || before === now ? [] : [before] };
}

/** PUT of an object that is not there makes it, for the kinds that allow that. */
function prepareMissing(server: Server, request: RequestRecord, descriptor: ResourceDescriptor): Prepared {
  const { call } = request;
  const of = { group: descriptor.group, resource: descriptor.plural };
  const isApply = call.verb === 'patch' && call.patchType === 'apply';
  if (call.subresource !== '' || !(isApply || (call.verb === 'update' && descriptor.allowCreateOnUpdate === true))) return refuse(notFound(of, call.name));
  const decoded = isApply ? decodeApplied(server, request, { descriptor, old: undefined }) : decodeBody(server.state, descriptor, request);
  if (isStatus(decoded)) return refuse(decoded);
  if ('need' in decoded) return { action: 'learn', need: decoded.need };
  request.warnings = decoded.warnings;
  const { resourceVersion: _version, uid = '', ...metadata } = decoded.object.metadata;
  if (isApply && uid !== '') return refuse(conflict(of, call.name, `uid mismatch: the provided object specified uid ${uid}, and no existing object was found`));
  if (metadata.name !== call.name) return refuse(nameMismatch(metadata.name, call.name));
  const created = isApply ? { ...decoded.object, metadata } : trackCreate(request, descriptor, { object: { ...decoded.object, metadata }, now: server.out.now });
  const admitted = mutate(server, request, { operation: 'CREATE', descriptor, object: created, old: undefined });
  if (isStatus(admitted)) return refuse(admitted);
  if ('need' in admitted) return { action: 'learn', need: admitted.need };
  const escalation = checkEscalation(server, request, { descriptor, object: admitted, old: undefined });
  if (escalation !== undefined) return refuse(escalation);
  const object = beforeCreate(descriptor, admitted, { by: request.user, out: server.out, form: formOf(server.state, call) });
  if (isStatus(object)) return refuse(object);
  const params = paramFault(server, request, { descriptor, object, old: undefined });
  if (params !== undefined) return refuse(params);
  takeWarnings(request, descriptor.warnings?.(object, undefined));
  const refusal = validate(server, request, { operation: 'CREATE', descriptor, object, old: undefined });
  if (refusal !== undefined) return 'need' in refusal ? { action: 'learn', need: refusal.need } : refuse(refusal);
  return { action: 'put', object, claims: [], code: 201 };
}

/** A kind remarks what it takes; of what is refused it says no more. */
function takeWarnings(request: RequestRecord, remarks: readonly string[] | undefined): void {
  if (remarks !== undefined && remarks.length > 0) request.warnings = [...request.warnings, ...remarks];
}

interface Stored { readonly descriptor: ResourceDescriptor; readonly old: KubeObject }

/** The stored object with the client's change, not yet admitted. */
function change(server: Server, request: RequestRecord, { descriptor, old }: Stored): KubeObject | Status | Need {
  const { call } = request;
  switch (call.subresource) {
    case 'binding': return bind(old as Pod, call.body, server.out.now);
    case 'scale': return changeScaleOfVersion(server, request, { descriptor, old });
    case 'finalize': return finalize(old as Namespace, call.body);
    default: return changeObject(server, request, { descriptor, old });
  }
}

function changeObject(server: Server, request: RequestRecord, { descriptor, old }: Stored): KubeObject | Status | Need {
  const { call } = request;
  const isApply = call.verb === 'patch' && call.patchType === 'apply';
  const decoded: Decoded | Status | Need = isApply ? decodeApplied(server, request, { descriptor, old })
    : call.verb === 'patch' ? decodePatched(server, request, { descriptor, old }) : decodeBody(server.state, descriptor, { call, learned: request.learned, old });
  if (isStatus(decoded) || 'need' in decoded) return decoded;
  request.warnings = decoded.warnings;
  return checkVersion(descriptor, decoded.object, old) ?? decoded.object;
}

/** A patch is about the object in the version that the client names. */
function decodePatched({ state }: Server, { call, learned }: RequestRecord, { descriptor: stored, old }: Stored): Decoded | Status | Need {
  const form = formOf(state, call);
  const descriptor = form ?? stored;
  const shown = form === undefined ? old : shownIn(form, old, learned);
  if (isStatus(shown) || 'need' in shown) return shown;
  const patched = patchObject(descriptor, shown, call);
  if (isStatus(patched)) return patched;
  const decoded = decodeObject(descriptor, patched, { call, learned, place: `patched ${versionOf(old)}`, old: form === undefined ? old : undefined });
  const isMisfit = isStatus(decoded) && decoded.code === 400 && (decoded.message ?? '').includes(' cannot be handled as a ');
  return isMisfit ? patchedFault(call, patched, decoded.message ?? '') : decoded;
}

/** What server-side apply makes of the stored object, or of none. */
function decodeApplied(server: Server, request: RequestRecord, { descriptor, old }: { readonly descriptor: ResourceDescriptor; readonly old: KubeObject | undefined }): Decoded | Status | Need {
  const { call, learned } = request;
  const form = formOf(server.state, call);
  const shown = form === undefined || old === undefined ? old : shownIn(form, old, learned);
  if (shown !== undefined && (isStatus(shown) || 'need' in shown)) return shown;
  const applied = applyConfiguration(request, form ?? descriptor, { old: shown, now: server.out.now });
  return isStatus(applied) ? applied : decodeObject(form ?? descriptor, applied, { call, learned, place: `applied ${versionOf(old)}` });
}

/** The stored object in the version that the client names. */
function shownIn(form: ResourceDescriptor, old: KubeObject, learned: RequestRecord['learned']): KubeObject | Status | Need {
  const shown = converted(form, old, { learned, place: `shown ${versionOf(old)}` });
  return shown === old ? objectIn(form, old) : shown;
}

const versionOf = (object: KubeObject | undefined): string => object?.metadata.resourceVersion ?? '';

/** The count stands where the version that is asked has it. */
function changeScaleOfVersion({ state }: Server, request: RequestRecord, { descriptor, old }: Stored): KubeObject | Status | Need {
  const { call, learned } = request;
  const form = conversionForm(state, call);
  if (form === undefined) return changeScale(request, descriptor, old);
  const shown = shownIn(form, old, learned);
  if (isStatus(shown) || 'need' in shown) return shown;
  const scaled = changeScale(request, form, shown);
  if (isStatus(scaled)) return scaled;
  const decoded = decodeObject(form, scaled, { call, learned, place: `scaled ${versionOf(old)}` });
  return isStatus(decoded) || 'need' in decoded ? decoded : decoded.object;
}

function changeScale({ call }: RequestRecord, descriptor: ResourceDescriptor, old: KubeObject): KubeObject | Status {
  const scale = scaleOf(descriptor, old);
  const wanted = call.verb === 'patch' ? patchObject(descriptor, scale, call) : call.body;
  if (isStatus(wanted)) return wanted;
  if (typeof wanted !== 'object' || wanted === null) return badRequest('the object provided is unrecognized (must be of type Scale)');
  const { metadata } = wanted as KubeObject;
  const version = { ...old, metadata: { ...old.metadata, resourceVersion: metadata?.resourceVersion ?? '', uid: metadata?.uid ?? '' } };
  return checkVersion({ ...descriptor, allowUnconditionalUpdate: true }, version, old) ?? withScale(descriptor, old, wanted);
}

/** Only the list of finalizers in the spec may change here. @source kubernetes/kubernetes pkg/registry/core/namespace/strategy.go */
function finalize(old: Namespace, body: unknown): KubeObject | Status {
  const finalizers = (body as Namespace | undefined)?.spec?.finalizers ?? [];
  if (!Array.isArray(finalizers)) return badRequest('the object provided is unrecognized (must be of type Namespace)');
  const emptied: Namespace = { ...old, spec: { ...old.spec, finalizers } };
  return emptied;
}

/** Makes the change of a DELETE. */
export function prepareDelete(server: Server, request: RequestRecord, old: KubeObject): PreparedDelete {
  const { call } = request;
  const descriptor = must(descriptorOf(server.state, call), 'a delete names a kind');
  const refusal = validate(server, request, { operation: 'DELETE', descriptor, object: undefined, old });
  if (refusal !== undefined) return 'need' in refusal ? { action: 'learn', need: refusal.need } : { action: 'reply', reply: fail(refusal) };
  const deletion = beforeDelete(descriptor, old, { options: deleteOptions(request), now: server.out.now });
  if (isStatus(deletion)) return { action: 'reply', reply: fail(deletion) };
  if (deletion.action === 'mark' && call.subresource === 'eviction') return { action: 'mark', object: evicted(deletion.object as Pod, server.out.now) };
  return deletion.action === 'remove' ? { action: 'remove', releases: releasesOf(old) } : deletion;
}

/** @source kubernetes/kubernetes pkg/registry/core/pod/storage/eviction.go (addConditionAndDeletePod) */
function evicted(pod: Pod, now: Micros): Pod {
  const condition: PodCondition = {
    type: 'DisruptionTarget', status: 'True', reason: 'EvictionByEvictionAPI', message: 'Eviction API: evicting', lastTransitionTime: formatTime(now), lastProbeTime: null,
    ...(pod.metadata.generation === undefined ? {} : { observedGeneration: pod.metadata.generation }),
  };
  return { ...pod, status: { ...pod.status, conditions: setCondition(pod.status?.conditions, condition) } };
}

/** The options of a delete; an eviction carries them in its body. */
function deleteOptions({ call }: RequestRecord): NonNullable<RequestRecord['call']['options']> {
  if (call.subresource !== 'eviction') return call.options ?? {};
  return { ...(call.body as { readonly deleteOptions?: object } | undefined)?.deleteOptions };
}

function releasesOf(object: KubeObject): readonly string[] {
  if (object.kind !== 'Service' || object.apiVersion !== 'v1') return [];
  const claim = claimOf(object as Service);
  return claim === '' ? [] : [claim];
}

