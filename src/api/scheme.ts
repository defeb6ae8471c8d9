/**
 * Looking kinds up: by kind, by resource, and by the words that people type.
 *
 * @source kubernetes/apimachinery pkg/runtime/scheme.go, pkg/api/meta/restmapper.go
 */
import { forms, groupOrder, resources, unstored } from './kinds/registry.ts';
import type { KubeObject } from './meta.ts';
import { apiVersionOf } from './resource.ts';
import type { ResourceDescriptor } from './resource.ts';

const byKind = new Map<string, ResourceDescriptor>();
const byGroupVersionKind = new Map<string, ResourceDescriptor>();
const byGroupResource = new Map<string, ResourceDescriptor>();
const byWord = new Map<string, ResourceDescriptor>();

for (const descriptor of [...resources, ...unstored]) {
  if (!byKind.has(descriptor.kind)) byKind.set(descriptor.kind, descriptor);
  byGroupVersionKind.set(`${apiVersionOf(descriptor)}/${descriptor.kind}`, descriptor);
  byGroupResource.set(`${descriptor.group}/${descriptor.plural}`, descriptor);
  for (const word of [descriptor.plural, descriptor.singular, ...descriptor.shortNames]) if (!byWord.has(word)) byWord.set(word, descriptor);
}

for (const form of forms) {
  byGroupVersionKind.set(`${apiVersionOf(form)}/${form.kind}`, form);
  const resource = `${form.group}/${form.plural}`;
  if (!byGroupResource.has(resource)) byGroupResource.set(resource, form);
}

/** All kinds that are stored, in order of discovery. */
export const descriptors: readonly ResourceDescriptor[] = resources;

/** Kinds that are answered and never stored. */
export const unstoredKinds: readonly ResourceDescriptor[] = unstored;

/** The descriptor of a kind by its bare name. */
export function descriptorOfKind(kind: string): ResourceDescriptor | undefined {
  return byKind.get(kind);
}

/** Other versions and groups of stored kinds, as `autoscaling/v1` shows autoscalers. */
export const servedForms: readonly ResourceDescriptor[] = forms;

/** The descriptor of an object, by its own words. */
export function descriptorOfObject(object: Pick<KubeObject, 'apiVersion' | 'kind'>): ResourceDescriptor | undefined {
  return byGroupVersionKind.get(`${object.apiVersion}/${object.kind}`);
}

/** The descriptor of group '' and plural `pods`. */
export function descriptorOfResource(group: string, plural: string): ResourceDescriptor | undefined {
  return byGroupResource.get(`${group}/${plural}`);
}

/**
 * What a word means: plural, singular, short name or kind, alone or qualified as `deployments.apps` or `deployments.v1.apps`.
 */
export function descriptorOfWord(word: string): ResourceDescriptor | undefined {
  const lower = word.toLowerCase();
  const plain = byWord.get(lower);
  // Short names are as they are written; other words may have capitals.
  if (plain !== undefined && (word === lower || !plain.shortNames.includes(lower))) return plain;
  const dot = lower.indexOf('.');
  if (dot < 0) return undefined;
  const name = lower.slice(0, dot);
  const rest = lower.slice(dot + 1);
  return [...resources, ...forms, ...unstored].find((descriptor) => {
    const named = descriptor.plural === name || descriptor.singular === name || descriptor.shortNames.includes(name);
    return named && (rest === descriptor.group || rest === `${descriptor.version}.${descriptor.group}` || (descriptor.group === '' && rest === descriptor.version));
  });
}

/** Kinds of other names that a short name means too, behind the one that it is taken for. */
export function alsoMeantBy(shortName: string): readonly ResourceDescriptor[] {
  const meant = [...resources, ...unstored, ...forms].filter((descriptor) => descriptor.shortNames.includes(shortName));
  return meant.filter((descriptor, i) => meant.findIndex(({ group, plural }) => group === descriptor.group && plural === descriptor.plural) === i).slice(1);
}

/** Kinds of a category such as `all`. */
export function descriptorsOfCategory(category: string): readonly ResourceDescriptor[] {
  return resources.filter((descriptor) => descriptor.categories.includes(category));
}

/** One API group with its versions, preferred first. */
export interface ApiGroup {
  readonly group: string;
  readonly versions: readonly { readonly version: string; readonly resources: readonly ResourceDescriptor[] }[];
}

function collectGroups(): readonly ApiGroup[] {
  const groups = new Map<string, Map<string, ResourceDescriptor[]>>();
  for (const group of groupOrder) groups.set(group, new Map());
  for (const descriptor of [...unstored, ...resources, ...forms]) {
    const versions = groups.get(descriptor.group) ?? new Map<string, ResourceDescriptor[]>();
    groups.set(descriptor.group, versions);
    const list = versions.get(descriptor.version) ?? [];
    versions.set(descriptor.version, list);
    list.push(descriptor);
  }
  return [...groups].filter(([, versions]) => versions.size > 0).map(([group, versions]) => ({ group, versions: [...versions].map(([version, list]) => ({ version, resources: list })) }));
}

/** All groups in order of discovery; the core group, '', first. */
export const apiGroups: readonly ApiGroup[] = collectGroups();

/** Verbs that discovery lists for a kind. */
export function verbsOf(descriptor: ResourceDescriptor): readonly string[] {
  return descriptor.verbs ?? ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];
}
