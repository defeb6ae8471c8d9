/** What a request path names. */
import type { KubeObject } from '../api/meta.ts';
import type { ResourceDescriptor } from '../api/resource.ts';
import { apiVersionOf } from '../api/resource.ts';
import { type ApiGroup, apiGroups, descriptorOfObject, descriptors, servedForms, unstoredKinds } from '../api/scheme.ts';
import { compareText } from '../base/compare.ts';
import type { ApiCall } from '../api/wire.ts';
import { customKinds } from './custom/definitions.ts';
import type { ServerState } from './state.ts';

/** What each stored kind is looked up by, made once: every request asks several times. */
const byGroup = new Map<string, Map<string, { readonly descriptor: ResourceDescriptor; readonly key: string }>>();
for (const descriptor of [...descriptors, ...unstoredKinds]) {
  const { group, plural } = descriptor;
  let resources = byGroup.get(group);
  if (resources === undefined) byGroup.set(group, (resources = new Map()));
  resources.set(plural, { descriptor, key: `${group}/${plural}` });
}

for (const form of servedForms) {
  const stored = form.stored?.as;
  if (stored === undefined || stored.group === form.group) continue;
  const resources = byGroup.get(form.group) ?? new Map<string, { readonly descriptor: ResourceDescriptor; readonly key: string }>();
  byGroup.set(form.group, resources);
  resources.set(form.plural, { descriptor: stored, key: `${stored.group}/${stored.plural}` });
}

/** Most requests are about the core group, which need not be looked up. */
const core = byGroup.get('');
const builtIn = (group: string): ReturnType<typeof byGroup.get> => (group === '' ? core : byGroup.get(group));

/** `group/plural`: how caches are looked up. */
export function resourceKey(group: string, plural: string): string {
  return builtIn(group)?.get(plural)?.key ?? `${group}/${plural}`;
}

/** All built-in kinds that are stored, in their registered order. */
export const storedKinds = descriptors;

/** The kind of this name in a version that is served; undefined = there is none. */
export function kindNamed(state: ServerState, of: { readonly apiVersion: string; readonly kind: string }): ResourceDescriptor | undefined {
  return descriptorOfObject(of) ?? [...customKinds(state).values()].flatMap(({ served }) => served).find(one => one.kind === of.kind && apiVersionOf(one) === of.apiVersion);
}

/** Descriptor of a built-in kind → every version and group that shows it. */
const builtInVersions = new WeakMap<ResourceDescriptor, readonly ResourceDescriptor[]>();

/** Every version and group in which a stored kind is served, the stored one first. */
export function versionsOf(state: ServerState, stored: ResourceDescriptor): readonly ResourceDescriptor[] {
  if (!byGroup.has(stored.group)) return customKinds(state).get(`${stored.group}/${stored.plural}`)?.served ?? [stored];
  let versions = builtInVersions.get(stored);
  if (versions === undefined) builtInVersions.set(stored, (versions = [stored, ...servedForms.filter(form => form.stored?.as === stored)]));
  return versions;
}

/** State of the definitions → all groups. */
const groupsOf = new WeakMap<object, readonly ApiGroup[]>();

/** All groups that are served at present, with their versions; those of custom resources after the built-in ones. */
export function servedGroups(state: ServerState): readonly ApiGroup[] {
  const kinds = customKinds(state);
  if (kinds.size === 0) return apiGroups;
  let groups = groupsOf.get(kinds);
  if (groups === undefined) groupsOf.set(kinds, (groups = [...apiGroups, ...customGroups([...kinds.values()].flatMap(({ served }) => served))]));
  return groups;
}

function customGroups(descriptorsOf: readonly ResourceDescriptor[]): readonly ApiGroup[] {
  const names = [...new Set(descriptorsOf.map(({ group }) => group))].sort(compareText);
  return names.map(group => {
    const own = descriptorsOf.filter(descriptor => descriptor.group === group);
    const versions = [...new Set(own.map(({ version }) => version))].sort(compareVersions);
    return { group, versions: versions.map(version => ({ version, resources: own.filter(descriptor => descriptor.version === version) })) };
  });
}

/** Stable versions before beta and alpha, higher ones first. @source kubernetes/apimachinery pkg/version/helpers.go (CompareKubeAwareVersionStrings) */
function compareVersions(a: string, b: string): number {
  const rank = (version: string): readonly [stage: number, major: number, minor: number] | undefined => {
    const [, major, stage = '', minor = '0'] = /^v([1-9]\d*)(?:(alpha|beta)([1-9]\d*))?$/.exec(version) ?? [];
    return major === undefined ? undefined : [['alpha', 'beta', ''].indexOf(stage), Number(major), Number(minor)];
  };
  const left = rank(a);
  const right = rank(b);
  if (left === undefined || right === undefined) return left === right ? compareText(a, b) : left === undefined ? 1 : -1;
  return right[0] - left[0] || right[1] - left[1] || right[2] - left[2];
}

/** The stored version of a kind by the key of its cache. */
export function descriptorOfKey(state: ServerState, resource: string): ResourceDescriptor | undefined {
  const slash = resource.indexOf('/');
  return descriptorOf(state, { group: resource.slice(0, slash), resource: resource.slice(slash + 1) });
}

/** The descriptor of the resource that a call is about; undefined when nothing of that name is stored. */
export function descriptorOf(state: ServerState, call: Pick<ApiCall, 'group' | 'resource'>): ResourceDescriptor | undefined {
  const resources = builtIn(call.group);
  return resources === undefined ? customKinds(state).get(`${call.group}/${call.resource}`)?.storage : resources.get(call.resource)?.descriptor;
}

/** What everybody hears who asks for this version of a kind. @source kubernetes/apiserver pkg/endpoints/deprecation/deprecation.go (WarningMessage) */
export function deprecationOf(state: ServerState, { group, version, resource }: Pick<ApiCall, 'group' | 'version' | 'resource'>): string | undefined {
  const resources = builtIn(group);
  if (resources !== undefined) return resources.get(resource)?.descriptor.deprecation;
  return customKinds(state).get(`${group}/${resource}`)?.served.find(form => form.version === version)?.deprecation;
}

/** The version or group that a call names, where it is not the stored one; undefined = the call is about objects as they are stored. */
export function formOf(state: ServerState, call: Pick<ApiCall, 'group' | 'version' | 'resource'>): ResourceDescriptor | undefined {
  const forms = formsByName.get(call.resource);
  if (forms !== undefined) for (const form of forms) if (form.version === call.version && form.group === call.group) return form;
  return builtIn(call.group) === undefined ? customForm(state, call) : undefined;
}

/** Forms of built-in kinds by the name of their resource: most have none. */
const formsByName = new Map<string, ResourceDescriptor[]>();
for (const form of servedForms) formsByName.set(form.plural, [...formsByName.get(form.plural) ?? [], form]);

function customForm(state: ServerState, call: Pick<ApiCall, 'group' | 'version' | 'resource'>): ResourceDescriptor | undefined {
  const kind = customKinds(state).get(`${call.group}/${call.resource}`);
  return kind?.served.find(({ version, stored }) => version === call.version && stored !== undefined);
}

/** The version that a call names, where objects may have to pass a conversion webhook to be in it. */
export function conversionForm(state: ServerState, call: Pick<ApiCall, 'group' | 'version' | 'resource'>): ResourceDescriptor | undefined {
  if (builtIn(call.group) !== undefined || call.resource === '') return undefined;
  return customKinds(state).get(`${call.group}/${call.resource}`)?.served.find(({ version, conversion }) => version === call.version && conversion !== undefined);
}

/** Whether a cache is one of a built-in kind. */
export function isBuiltIn(resource: string): boolean {
  return byGroup.has(resource.slice(0, resource.indexOf('/')));
}

/** Whether a path names a version that is served. */
export function isServed(state: ServerState, call: Pick<ApiCall, 'group' | 'version' | 'resource'>): boolean {
  if (builtIn(call.group) === undefined) return customKinds(state).get(`${call.group}/${call.resource}`)?.served.some(({ version }) => version === call.version) === true;
  const descriptor = descriptorOf(state, call);
  return descriptor !== undefined && ((descriptor.version === call.version && descriptor.group === call.group) || formOf(state, call) !== undefined);
}

/** Whether an object is what a descriptor declares. */
export function isOfKind(object: KubeObject, descriptor: ResourceDescriptor): boolean {
  return object.kind === descriptor.kind && object.apiVersion === apiVersionOf(descriptor);
}
