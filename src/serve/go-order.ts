/** Objects with their fields in the order in which upstream writes them: structures as they are declared, objects of custom kinds by the alphabet. */
import type { KubeObject } from '../api/meta.ts';
import { descriptorOfObject } from '../api/scheme.ts';

/** @source kubernetes/apimachinery pkg/apis/meta/v1/types.go (ObjectMeta) */
const META: readonly string[] = [
  'name', 'generateName', 'namespace', 'selfLink', 'uid', 'resourceVersion', 'generation', 'creationTimestamp', 'deletionTimestamp', 'deletionGracePeriodSeconds', 'labels', 'annotations', 'ownerReferences',
  'finalizers', 'managedFields',
];

/** The same object, to be written. What does not say what it is stays as it is. */
export function inGoOrder(object: Partial<KubeObject>): object {
  if (!isWhole(object)) return object;
  if (isCustom(object)) return byAlphabet(object) as object;
  const { kind, apiVersion, metadata, ...rest } = object;
  return { kind, apiVersion, metadata: metaInOrder(metadata), ...rest };
}

const isWhole = (object: Partial<KubeObject>): object is KubeObject => {
  const { kind, apiVersion, metadata } = object;
  return typeof kind === 'string' && typeof apiVersion === 'string' && typeof metadata === 'object' && metadata !== null;
};

/** Groups of Kubernetes' own are made of structures, wherever they are served. */
function isCustom(object: KubeObject): boolean {
  const [group = '', version] = object.apiVersion.split('/');
  return version !== undefined && group.includes('.') && !group.endsWith('.k8s.io') && descriptorOfObject(object) === undefined;
}

function metaInOrder(metadata: KubeObject['metadata']): object {
  const given = metadata as unknown as Readonly<Record<string, unknown>>;
  const ordered: Record<string, unknown> = {};
  for (const field of META) if (given[field] !== undefined) ordered[field] = given[field];
  return ordered;
}

function byAlphabet(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(byAlphabet);
  if (typeof value !== 'object' || value === null) return value;
  const map = value as Readonly<Record<string, unknown>>;
  return Object.fromEntries(Object.keys(map).sort().map(key => [key, byAlphabet(map[key])]));
}
