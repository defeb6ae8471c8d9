/** Objects with their fields in the order in which upstream writes them: structures as they are declared, objects of custom kinds by the alphabet. */
import type { KubeObject } from './meta.ts';
import { descriptorOfObject } from './scheme.ts';
import type { ListBody } from './wire.ts';

/** An answer, to be written: lists begin with what they are, and items of built-in kinds do not say it again. */
export function answerInGoOrder(body: object): object {
  const { kind, apiVersion, metadata, items, ...rest } = body as Partial<ListBody>;
  if (!Array.isArray(items)) return inGoOrder(body);
  if (kind === undefined) return body;
  return { kind, apiVersion, metadata, ...rest, items: (items as readonly KubeObject[]).map((item) => (item.kind === undefined ? item : withoutType(inGoOrder(item), kind))) };
}

/** Items of a list of structures do not say what they are. @source kubernetes/apimachinery pkg/runtime/serializer/json/collections.go */
function withoutType(item: object, listKind: string): object {
  const { kind, apiVersion = '', ...rest } = item as Partial<KubeObject>;
  return listKind !== `${kind ?? ''}List` || descriptorOfObject({ apiVersion, kind: kind ?? '' }) === undefined ? item : rest;
}

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
