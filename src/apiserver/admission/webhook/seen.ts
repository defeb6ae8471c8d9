/**
 * In which version a webhook or policy sees a request: the one that was asked, or, where its rules name another version or group of the same resource, that one.
 *
 * @source kubernetes/apiserver pkg/admission/plugin/webhook/generic/webhook.go (ShouldCallHook), pkg/admission/conversion.go
 */
import type { KubeObject } from '../../../api/meta.ts';
import type { ResourceDescriptor } from '../../../api/resource.ts';
import { isStatus, type Status } from '../../../api/status.ts';
import { converted } from '../../conversion/convert.ts';
import { objectIn } from '../../registry/served-form.ts';
import { scaleOf } from '../../registry/scale.ts';
import { versionsOf } from '../../resources.ts';
import type { Server } from '../../state.ts';
import type { AdmissionAttributes, Need } from '../plugin.ts';
import type { RuleWithOperations } from '../../../api/kinds/admissionregistration/webhook.ts';
import { ruleMatches } from './rules.ts';

/** The version that one of the rules covers; undefined = none does. */
export function seenAs<R extends RuleWithOperations>(rules: readonly R[], matchPolicy: 'Exact' | 'Equivalent' | undefined, { attributes, server, fits = () => true }: { readonly attributes: AdmissionAttributes; readonly server: Server; readonly fits?: (rule: R) => boolean }): ResourceDescriptor | undefined {
  const asked = attributes.asked ?? attributes.descriptor;
  const covers = (as: ResourceDescriptor): boolean => rules.some(rule => fits(rule) && ruleMatches(rule, attributes, as));
  if (covers(asked)) return asked;
  if (matchPolicy === 'Exact' || rules.length === 0) return undefined;
  const others = versionsOf(server.state, attributes.descriptor).filter(one => one !== asked);
  if (others.length === 0) return undefined;
  return rules.map(rule => others.find(other => fits(rule) && ruleMatches(rule, attributes, other))).find(found => found !== undefined);
}

/** The objects of a request in one version. */
export interface Seen { readonly object: KubeObject | undefined; readonly old: KubeObject | undefined }

/** Both objects of the request in that version. `place`: who looks, and when; it may take a conversion webhook. */
export function seenIn(attributes: AdmissionAttributes, as: ResourceDescriptor, place: string): Seen | Status | Need {
  const object = objectSeen(attributes, as, { object: attributes.object, place: `${place} object` });
  if (object !== undefined && (isStatus(object) || 'need' in object)) return object;
  const old = objectSeen(attributes, as, { object: attributes.old, place: `${place} oldObject` });
  if (old !== undefined && (isStatus(old) || 'need' in old)) return old;
  return { object, old };
}

interface Look { readonly object: KubeObject | undefined; readonly place: string }

/** An object of the request in that version; what stands below an object is seen as what it is. */
export function objectSeen({ descriptor, subresource, operation, learned }: AdmissionAttributes, as: ResourceDescriptor, { object, place }: Look): KubeObject | undefined | Status | Need {
  if (object === undefined) return object;
  if (operation === 'CONNECT') return withoutMetadata(object);
  if (subresource === 'scale') return object.kind === 'Scale' ? object : scaleOf(descriptor, object);
  const shown = converted(as, object, { learned, place });
  return shown === object ? objectIn(as, object) : shown;
}

/** Options have none; it is there because everything else has some. */
function withoutMetadata(object: KubeObject): KubeObject {
  const { metadata: _none, ...options } = object;
  return options as KubeObject;
}

export interface GroupVersionKind { readonly group: string; readonly version: string; readonly kind: string }

/** The kind of what is sent: that of the object itself, or of the body of a subresource. */
export function kindSeen(as: ResourceDescriptor, object: KubeObject | undefined, subresource: string): GroupVersionKind {
  const { apiVersion, kind } = object ?? {};
  if (subresource === '' || subresource === 'status' || apiVersion === undefined || kind === undefined) return { group: as.group, version: as.version, kind: as.kind };
  const slash = apiVersion.indexOf('/');
  return { group: slash < 0 ? '' : apiVersion.slice(0, slash), version: apiVersion.slice(slash + 1), kind };
}
