/** Patches of a kustomization: strategic merges, and JSON patches with a target. */
import { deepFreeze, type Result } from '../../base/data.ts';
import type { KubeObject } from '../../api/meta.ts';
import { applyJsonPatch, applyMergePatch } from '../../api/patch/json-patch.ts';
import { applyStrategicPatch } from '../../api/patch/strategic.ts';
import { matchesLabels, parseLabelSelector } from '../../api/selector.ts';
import { schemaTypeOf } from '../../api/strict.ts';
import { isCalled, type Resource } from './resource.ts';

export interface PatchTarget { readonly group?: string; readonly version?: string; readonly kind?: string; readonly name?: string; readonly namespace?: string; readonly labelSelector?: string; readonly annotationSelector?: string }

/** A patch as read: one document of it. */
export interface Patch { readonly body: unknown; readonly target: PatchTarget | undefined; readonly source: string }

const groupOf = (object: KubeObject): string => (object.apiVersion.includes('/') ? object.apiVersion.split('/')[0] ?? '' : '');
const versionOf = (object: KubeObject): string => object.apiVersion.split('/').at(-1) ?? '';

function fits(resource: Resource, target: PatchTarget): boolean {
  const { object } = resource;
  const like = (pattern: string | undefined, test: (pattern: RegExp) => boolean): boolean => pattern === undefined || pattern === '' || test(new RegExp(`^(?:${pattern})$`));
  const selects = (text: string | undefined, pairs: KubeObject['metadata']['labels']): boolean => {
    const parsed = parseLabelSelector(text ?? '');
    return text === undefined || (parsed.ok && matchesLabels(parsed.value, pairs));
  };
  return like(target.group, (pattern) => pattern.test(groupOf(object))) && like(target.version, (pattern) => pattern.test(versionOf(object))) && like(target.kind, (pattern) => pattern.test(object.kind))
    && like(target.name, (pattern) => [object.metadata.name, ...resource.formerly].some((name) => pattern.test(name))) && like(target.namespace, (pattern) => pattern.test(object.metadata.namespace ?? 'default'))
    && selects(target.labelSelector, object.metadata.labels) && selects(target.annotationSelector, object.metadata.annotations);
}

/** Applies one patch to the objects it is for; the error names the patch. */
export function applyPatch(resources: readonly Resource[], patch: Patch): Result<readonly Resource[], string> {
  const own = patch.body as Partial<KubeObject>;
  const isList = Array.isArray(patch.body);
  if (isList && patch.target === undefined) return { ok: false, error: `${patch.source}: a JSON patch needs a target` };
  const isWanted = (resource: Resource): boolean => (patch.target !== undefined ? fits(resource, patch.target) : resource.object.kind === own.kind && resource.object.apiVersion === own.apiVersion && isCalled(resource, own.metadata?.name ?? ''));
  if (!resources.some(isWanted)) return patch.target !== undefined ? { ok: true, value: resources } : { ok: false, error: `no resource matches strategic merge patch "${own.kind ?? ''}.${versionTextOf(own)}/${own.metadata?.name ?? ''}.[noNs]": no matches for Id ${own.kind ?? ''}.${versionTextOf(own)}/${own.metadata?.name ?? ''}.[noNs]; failed to find unique target for patch ${own.kind ?? ''}.${versionTextOf(own)}/${own.metadata?.name ?? ''}.[noNs]` };
  const next: Resource[] = [];
  for (const resource of resources) {
    if (!isWanted(resource)) { next.push(resource); continue; }
    const patched = isList ? applyJsonPatch(resource.object, patch.body) : merged(resource.object, patch.body as object);
    if (!patched.ok) return { ok: false, error: `${patch.source}: ${typeof patched.error === 'string' ? patched.error : patched.error.message}` };
    if (patched.value !== undefined) next.push({ ...resource, object: deepFreeze(patched.value) as KubeObject });
  }
  return { ok: true, value: next };
}

function versionTextOf(object: Partial<KubeObject>): string {
  const [group = '', version] = (object.apiVersion ?? '').split('/');
  return version === undefined ? `${group}.[noGrp]` : `${version}.${group}`;
}

/** undefined = the patch deletes the object. Names and kinds stay what they are. */
function merged(object: KubeObject, body: object): ReturnType<typeof applyJsonPatch> {
  const { $patch: directive, ...rest } = body as { readonly $patch?: string; readonly metadata?: Readonly<Record<string, unknown>> };
  if (directive === 'delete') return { ok: true, value: undefined };
  const { name: _name, namespace: _namespace, ...metadata } = rest.metadata ?? {};
  const plain = { ...rest, metadata, kind: object.kind, apiVersion: object.apiVersion };
  const [group = '', version = group] = object.apiVersion.split('/');
  const type = schemaTypeOf({ group: version === group ? '' : group, version, kind: object.kind });
  const document = object as unknown as Readonly<Record<string, unknown>>;
  return type === '' ? { ok: true, value: applyMergePatch(document, plain) } : applyStrategicPatch(document as never, plain, type);
}
