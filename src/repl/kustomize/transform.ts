/** What a kustomization does to every object: namespace, names, labels, annotations, images, replicas. */
import type { KubeObject, StringMap } from '../../api/meta.ts';
import { descriptorOfObject } from '../../api/scheme.ts';
import { alterAt, isCalled, nameOf, type Resource, renamed, withPairs } from './resource.ts';

const TEMPLATES: Readonly<Record<string, readonly string[]>> = {
  Deployment: ['spec', 'template'], ReplicaSet: ['spec', 'template'], StatefulSet: ['spec', 'template'], DaemonSet: ['spec', 'template'], ReplicationController: ['spec', 'template'], Job: ['spec', 'template'], CronJob: ['spec', 'jobTemplate', 'spec', 'template'],
};
/** Where label selectors stand, and whether they are made when missing. */
const SELECTORS: Readonly<Record<string, readonly string[]>> = {
  Deployment: ['spec', 'selector', 'matchLabels'], ReplicaSet: ['spec', 'selector', 'matchLabels'], StatefulSet: ['spec', 'selector', 'matchLabels'], DaemonSet: ['spec', 'selector', 'matchLabels'],
  Service: ['spec', 'selector'], ReplicationController: ['spec', 'selector'],
};
const SCALED: ReadonlySet<string> = new Set(['Deployment', 'ReplicaSet', 'StatefulSet', 'ReplicationController']);

const add = (pairs: StringMap) => (inner: unknown): unknown => ({ ...(inner as object), ...pairs });
const altered = (resource: Resource, path: readonly string[], alter: (inner: unknown) => unknown, creates = false): Resource => ({ ...resource, object: alterAt(resource.object, path, alter, creates) as KubeObject });

/** Labels on the object, and where asked also in its selectors and pod templates. */
export function labelled(resource: Resource, pairs: StringMap, where: { readonly selectors: boolean; readonly templates: boolean }): Resource {
  const { kind } = resource.object;
  let next = withPairs(resource, 'labels', pairs);
  const [template, selector] = [TEMPLATES[kind], SELECTORS[kind]];
  if (where.templates && template !== undefined) next = altered(next, [...template, 'metadata', 'labels'], add(pairs), true);
  const hasSelector = selector !== undefined && (selector.length > 2 || (next.object as { readonly spec?: { readonly selector?: object } }).spec?.selector !== undefined);
  return where.selectors && hasSelector ? altered(next, selector, add(pairs), true) : next;
}

export function annotated(resource: Resource, pairs: StringMap): Resource {
  const template = TEMPLATES[resource.object.kind];
  const next = withPairs(resource, 'annotations', pairs);
  return template === undefined || Object.keys(pairs).length === 0 ? next : altered(next, [...template, 'metadata', 'annotations'], add(pairs), true);
}

const isNamespaced = (object: KubeObject): boolean => descriptorOfObject(object)?.namespaced ?? !/^(Namespace|Cluster\w*|CustomResourceDefinition|PersistentVolume|StorageClass|PriorityClass|IngressClass|RuntimeClass|CSIDriver|APIService)$/.test(object.kind);

export function placed(resource: Resource, namespace: string): Resource {
  if (namespace === '') return resource;
  if (resource.object.kind === 'Namespace') return renamed(resource, namespace);
  const next = isNamespaced(resource.object) ? { ...resource, object: { ...resource.object, metadata: { ...resource.object.metadata, namespace } } } : resource;
  const isBinding = resource.object.kind.endsWith('RoleBinding');
  return isBinding ? altered(next, ['subjects'], (subject) => ((subject as { readonly kind?: string }).kind === 'ServiceAccount' ? { ...(subject as object), namespace } : subject)) : next;
}

/** Kinds whose names stay. */
const NAMELESS: ReadonlySet<string> = new Set(['Namespace', 'CustomResourceDefinition', 'APIService']);

export function affixed(resource: Resource, prefix: string, suffix: string): Resource {
  return NAMELESS.has(resource.object.kind) ? resource : renamed(resource, `${prefix}${nameOf(resource)}${suffix}`);
}

export interface ImageChange { readonly name: string; readonly newName?: string; readonly newTag?: string; readonly digest?: string }

function imageAfter(image: string, changes: readonly ImageChange[]): string {
  const [, name = image, rest = ''] = /^(.*?)((?::[^:/@]+)?(?:@.+)?)$/.exec(image) ?? [];
  const change = changes.find((each) => each.name === name);
  if (change === undefined) return image;
  const base = change.newName ?? name;
  if (change.digest !== undefined) return `${base}@${change.digest}`;
  return change.newTag === undefined ? `${base}${rest}` : `${base}:${change.newTag}`;
}

export function withImages(resource: Resource, changes: readonly ImageChange[]): Resource {
  if (changes.length === 0) return resource;
  const template = resource.object.kind === 'Pod' ? [] : TEMPLATES[resource.object.kind];
  if (template === undefined) return resource;
  const set = (container: unknown): unknown => {
    const { image } = container as { readonly image?: string };
    return image === undefined ? container : { ...(container as object), image: imageAfter(image, changes) };
  };
  return ['containers', 'initContainers'].reduce((next, field) => altered(next, [...template, 'spec', field], (list) => (Array.isArray(list) ? list.map(set) : list)), resource);
}

export function withReplicas(resource: Resource, counts: readonly { readonly name: string; readonly count: number }[]): Resource {
  const found = SCALED.has(resource.object.kind) ? counts.find((each) => isCalled(resource, each.name)) : undefined;
  return found === undefined ? resource : altered(resource, ['spec', 'replicas'], () => found.count, true);
}
