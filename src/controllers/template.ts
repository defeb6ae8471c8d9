/**
 * From a pod template to a pod, and from a template to its hash.
 *
 * @source kubernetes/kubernetes pkg/controller/controller_utils.go (GetPodFromTemplate, ComputeHash)
 */
import { compareText } from '../base/compare.ts';
import { deepFreeze } from '../base/data.ts';
import type { KubeObject, OwnerReference } from '../api/meta.ts';
import { safeEncode } from '../api/names.ts';
import type { Pod } from '../api/kinds/core/pod.ts';
import type { PodTemplateSpec } from '../api/kinds/core/pod-spec.ts';

/** Label that keeps the pods of different templates of one Deployment apart. */
export const POD_TEMPLATE_HASH = 'pod-template-hash';

/** The reference with which a controller marks what it manages. */
export function controllerReference(owner: KubeObject): OwnerReference {
  const { name, uid } = owner.metadata;
  return { apiVersion: owner.apiVersion, kind: owner.kind, name, uid: uid ?? '', controller: true, blockOwnerDeletion: true };
}

/** The reference to the managing controller of an object. */
export function controllerOf({ metadata: { ownerReferences } }: KubeObject): OwnerReference | undefined {
  if (ownerReferences === undefined) return undefined;
  for (const owner of ownerReferences) if (owner.controller === true) return owner;
  return undefined;
}

/** Prefix of the names of a controller's pods: `web-5d9c7-`, or without the dash where that would be too long for a name. */
const podsPrefix = (name: string): string => (name.length + 1 > 253 ? name : `${name}-`);

/** A pod for a controller: all pods of one template share its frozen parts. */
export function podFromTemplate(template: PodTemplateSpec, owner: KubeObject): Pod {
  const { labels, annotations, finalizers } = template.metadata ?? {};
  return deepFreeze<Pod>({
    apiVersion: 'v1', kind: 'Pod',
    metadata: {
      name: '', generateName: podsPrefix(owner.metadata.name), namespace: owner.metadata.namespace ?? '',
      ...(labels !== undefined ? { labels } : {}), ...(annotations !== undefined ? { annotations } : {}), ...(finalizers !== undefined ? { finalizers } : {}),
      ownerReferences: [controllerReference(owner)],
    },
    spec: template.spec,
  });
}

/** Writes data so that equal data give equal text, whatever the order of their keys. */
function canonicalText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalText).join(',')}]`;
  if (typeof value !== 'object' || value === null) return typeof value === 'string' ? `"${value}"` : String(value);
  const map = value as Readonly<Record<string, unknown>>;
  const keys = Object.keys(map).filter(key => map[key] !== undefined).sort(compareText);
  return `{${keys.map(key => `${key}:${canonicalText(map[key])}`).join(',')}}`;
}

/** 32-bit FNV-1a over the low bytes of a text's code units. @source go hash/fnv (New32a) */
function fnv32a(text: string, start = 0x811c9dc5): number {
  let hash = start;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ (text.charCodeAt(i) & 0xff), 0x01000193);
  return hash >>> 0;
}

/** Eight bytes of the collision count, the low one first. */
function collisionBytes(count: number): string {
  let text = '';
  for (let i = 0; i < 8; i++) text += String.fromCharCode(i < 4 ? (count >>> (8 * i)) & 0xff : 0);
  return text;
}

const hashes = new WeakMap<PodTemplateSpec, number>();

/**
 * The text behind a ReplicaSet's name.
 *
 * @fidelity simplified: upstream hashes a dump of Go's data structures, so real names end in other letters
 */
export function templateHash(template: PodTemplateSpec, collisionCount: number | undefined): string {
  let hash = hashes.get(template);
  if (hash === undefined) {
    hash = fnv32a(canonicalText(template));
    if (Object.isFrozen(template)) hashes.set(template, hash);
  }
  if (collisionCount !== undefined) hash = fnv32a(collisionBytes(collisionCount), hash);
  return safeEncode(String(hash));
}
