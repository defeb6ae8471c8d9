/**
 * `kubectl kustomize` and `-k`: objects from a folder with a kustomization.
 * @source kubernetes-sigs/kustomize api/internal/target/kusttarget.go, KEP-2377
 * @fidelity simplified: resources, generators, patches, names, namespace, labels, annotations, images and replicas; components, replacements, vars, Helm charts, plugins and remote resources are refused
 */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { deepFreeze, type Result } from '../../base/data.ts';
import { compareText } from '../../base/compare.ts';
import { encodeBase64Text } from '../../api/base64.ts';
import type { KubeObject, StringMap } from '../../api/meta.ts';
import { contentHash } from '../../kubectl/verbs/create/data.ts';
import { readManifest } from '../manifest.ts';
import { yaml } from '../yaml.ts';
import { renameReferences } from './names.ts';
import { applyPatch, type Patch, type PatchTarget } from './patches.ts';
import { isCalled, nameOf, type Resource, renamed, withPairs } from './resource.ts';
import { affixed, annotated, type ImageChange, labelled, placed, withImages, withReplicas } from './transform.ts';

const FILES = ['kustomization.yaml', 'kustomization.yml', 'Kustomization'];
/** Kustomizations inside kustomizations. */
const DEPTH_MAX = 20;
const KNOWN: ReadonlySet<string> = new Set([
  'apiVersion', 'kind', 'metadata', 'resources', 'bases', 'namespace', 'namePrefix', 'nameSuffix', 'commonLabels', 'labels', 'commonAnnotations', 'patches', 'patchesStrategicMerge', 'patchesJson6902',
  'configMapGenerator', 'secretGenerator', 'generatorOptions', 'images', 'replicas', 'sortOptions', 'buildMetadata',
]);
const REFUSED: ReadonlySet<string> = new Set(['components', 'replacements', 'vars', 'helmCharts', 'helmGlobals', 'generators', 'transformers', 'validators', 'crds', 'configurations', 'openapi', 'inventory']);
/** Objects in the order in which a cluster needs them. @source kustomize api/internal/builtins/SortOrderTransformer.go (legacy) */
const FIRST = [
  'Namespace', 'ResourceQuota', 'StorageClass', 'CustomResourceDefinition', 'ServiceAccount', 'PodSecurityPolicy', 'Role', 'ClusterRole', 'RoleBinding', 'ClusterRoleBinding', 'ConfigMap', 'Secret', 'Endpoints', 'Service',
  'LimitRange', 'PriorityClass', 'PersistentVolume', 'PersistentVolumeClaim', 'Deployment', 'StatefulSet', 'CronJob', 'PodDisruptionBudget',
];
const LAST = ['MutatingWebhookConfiguration', 'ValidatingWebhookConfiguration'];

interface Options { readonly labels?: StringMap; readonly annotations?: StringMap; readonly disableNameSuffixHash?: boolean; readonly immutable?: boolean }
interface Generator { readonly name: string; readonly namespace?: string; readonly behavior?: 'create' | 'replace' | 'merge'; readonly literals?: readonly string[]; readonly files?: readonly string[]; readonly envs?: readonly string[]; readonly env?: string; readonly type?: string; readonly options?: Options }
interface PatchEntry { readonly path?: string; readonly patch?: string; readonly target?: PatchTarget }
interface Kustomization {
  readonly resources?: readonly string[]; readonly bases?: readonly string[]; readonly namespace?: string; readonly namePrefix?: string; readonly nameSuffix?: string; readonly commonLabels?: StringMap; readonly commonAnnotations?: StringMap;
  readonly labels?: readonly { readonly pairs?: StringMap; readonly includeSelectors?: boolean; readonly includeTemplates?: boolean }[];
  readonly patches?: readonly PatchEntry[]; readonly patchesStrategicMerge?: readonly string[]; readonly patchesJson6902?: readonly PatchEntry[];
  readonly configMapGenerator?: readonly Generator[]; readonly secretGenerator?: readonly Generator[]; readonly generatorOptions?: Options;
  readonly images?: readonly ImageChange[]; readonly replicas?: readonly { readonly name: string; readonly count: number }[];
}

/** What a folder builds, and warnings for standard error. */
export interface Built { readonly objects: readonly KubeObject[]; readonly warnings: readonly string[] }

/** A refusal on its way out of the recursion. */
class Refusal extends Error {}
const refuse = (message: string): never => { throw new Refusal(message); };

/** Builds a folder; the error is kubectl's sentence without `error: `. */
export function buildKustomization(folder: string): Result<Built, string> {
  const warnings: string[] = [];
  try {
    const hashed = accumulate(folder, 0, warnings).map(withHash);
    const final = hashed.map((resource) => ({ ...resource, object: renameReferences(resource.object, (kind, name) => newName(hashed, kind, name)) }));
    const objects = final.map(({ object }) => object).sort((a, b) => rank(a.kind) - rank(b.kind) || compareText(a.kind, b.kind) || compareText(a.metadata.namespace ?? '', b.metadata.namespace ?? '') || compareText(a.metadata.name, b.metadata.name));
    return { ok: true, value: { objects: objects.map((object) => deepFreeze(object)), warnings } };
  } catch (error) {
    if (error instanceof Refusal) return { ok: false, error: error.message };
    throw error;
  }
}

function rank(kind: string): number {
  if (FIRST.includes(kind)) return FIRST.indexOf(kind) - FIRST.length;
  return LAST.includes(kind) ? 1 + LAST.indexOf(kind) : 0;
}

function newName(resources: readonly Resource[], kind: string, name: string): string {
  const found = resources.find((resource) => resource.object.kind === kind && isCalled(resource, name));
  return found === undefined ? name : nameOf(found);
}

function withHash(resource: Resource): Resource {
  if (!resource.isHashed) return resource;
  // The hash does not depend on the name, so that prefixes do not change it.
  const { kind, data, binaryData, type } = resource.object as KubeObject & { readonly data?: StringMap; readonly binaryData?: StringMap; readonly type?: string };
  const content = kind === 'Secret' ? { kind, type: type ?? '', data: data ?? '', name: '' } : { kind, data: data ?? '', ...(binaryData === undefined ? {} : { binaryData }), name: '' };
  return renamed(resource, `${nameOf(resource)}-${contentHash(content)}`);
}

function accumulate(folder: string, depth: number, warnings: string[]): readonly Resource[] {
  if (depth > DEPTH_MAX) return refuse(`kustomizations more than ${DEPTH_MAX} deep at ${folder}`);
  const file = kustomizationIn(folder);
  const wanted = read(file, warnings);
  let resources: readonly Resource[] = [...(wanted.bases ?? []), ...(wanted.resources ?? [])].flatMap((entry) => entryResources(folder, entry, { depth, warnings }));
  for (const [kind, list] of [['ConfigMap', wanted.configMapGenerator ?? []], ['Secret', wanted.secretGenerator ?? []]] as const) {
    for (const generator of list) resources = generate(resources, { kind, generator, folder, options: wanted.generatorOptions ?? {} });
  }
  for (const patch of patchesOf(wanted, folder)) {
    const patched = applyPatch(resources, patch);
    resources = patched.ok ? patched.value : refuse(patched.error);
  }
  return resources.map((resource) => transformed(resource, wanted));
}

function transformed(resource: Resource, wanted: Kustomization): Resource {
  let next = withReplicas(resource, wanted.replicas ?? []);
  next = affixed(placed(next, wanted.namespace ?? ''), wanted.namePrefix ?? '', wanted.nameSuffix ?? '');
  for (const entry of wanted.labels ?? []) next = labelled(next, entry.pairs ?? {}, { selectors: entry.includeSelectors === true, templates: entry.includeSelectors === true || entry.includeTemplates === true });
  next = labelled(next, wanted.commonLabels ?? {}, { selectors: wanted.commonLabels !== undefined, templates: wanted.commonLabels !== undefined });
  return withImages(annotated(next, wanted.commonAnnotations ?? {}), wanted.images ?? []);
}

function kustomizationIn(folder: string): string {
  if (!existsSync(folder)) return refuse(`must build at directory: not a valid directory: evalsymlink failure on '${folder}' : lstat ${resolve(folder)}: no such file or directory`);
  if (!statSync(folder).isDirectory()) return refuse(`must build at directory: '${folder}': file is not directory`);
  const found = FILES.map((name) => join(folder, name)).filter((path) => existsSync(path));
  if (found.length > 1) return refuse(`Found multiple kustomization files under: ${resolve(folder)}`);
  return found[0] ?? refuse(`unable to find one of 'kustomization.yaml', 'kustomization.yml' or 'Kustomization' in directory '${resolve(folder)}'`);
}

function read(file: string, warnings: string[]): Kustomization {
  const document = yaml().parseDocument(readFileSync(file, 'utf8'), { prettyErrors: false, uniqueKeys: true });
  const [problem] = document.errors;
  if (problem !== undefined) return refuse(`invalid Kustomization: ${file}: ${problem.message}`);
  const value = (document.toJS() ?? {}) as Readonly<Record<string, unknown>>;
  for (const field of Object.keys(value)) {
    if (REFUSED.has(field)) refuse(`${file}: "${field}" of kustomizations is not part of this simulation`);
    if (!KNOWN.has(field)) refuse(`invalid Kustomization: json: unknown field "${field}"`);
  }
  const isEmpty = Object.keys(value).every((field) => field === 'apiVersion' || field === 'kind');
  if (isEmpty) refuse('kustomization.yaml is empty');
  for (const [field, instead] of [['commonLabels', 'labels'], ['bases', 'resources'], ['patchesStrategicMerge', 'patches'], ['patchesJson6902', 'patches']]) {
    if (value[field ?? ''] !== undefined) warnings.push(`# Warning: '${field ?? ''}' is deprecated. Please use '${instead ?? ''}' instead. Run 'kustomize edit fix' to update your Kustomization automatically.`);
  }
  return value as Kustomization;
}

const asResource = (object: unknown): Resource => ({ object: object as KubeObject, formerly: [], isHashed: false });

function entryResources(folder: string, entry: string, within: { readonly depth: number; readonly warnings: string[] }): readonly Resource[] {
  const path = join(folder, entry);
  if (/^(https?:|git@|ssh:|github\.com\/)/.test(entry)) return refuse(`${entry}: remote resources are not part of this simulation`);
  if (!existsSync(path)) return refuse(`accumulating resources: accumulation err='accumulating resources from '${entry}': evalsymlink failure on '${resolve(path)}' : lstat ${resolve(path)}: no such file or directory': must build at directory: not a valid directory: evalsymlink failure on '${resolve(path)}' : lstat ${resolve(path)}: no such file or directory`);
  if (statSync(path).isDirectory()) return accumulate(path, within.depth + 1, within.warnings);
  const objects = readManifest(path, readFileSync(path, 'utf8'));
  return objects.ok ? objects.value.map(asResource) : refuse(objects.error.replace(/^error: /, ''));
}

function patchesOf(wanted: Kustomization, folder: string): readonly Patch[] {
  const merges = (wanted.patchesStrategicMerge ?? []).map((text): PatchEntry => (text.includes('\n') ? { patch: text } : { path: text }));
  return [...merges, ...(wanted.patches ?? []), ...(wanted.patchesJson6902 ?? [])].flatMap((entry) => {
    const source = entry.path === undefined ? 'inline patch' : join(folder, entry.path);
    const text = entry.patch ?? contentOf(source);
    return yaml().parseAllDocuments(text).map((document): Patch => ({ body: document.toJS() as unknown, target: entry.target, source })).filter((patch) => patch.body !== null);
  });
}

function contentOf(path: string): string {
  return existsSync(path) ? readFileSync(path, 'utf8') : refuse(`evalsymlink failure on '${resolve(path)}' : lstat ${resolve(path)}: no such file or directory`);
}

interface Generating { readonly kind: 'ConfigMap' | 'Secret'; readonly generator: Generator; readonly folder: string; readonly options: Options }

/** A config map or secret of literals and files: a new one, or changes to one from below. */
function generate(resources: readonly Resource[], generating: Generating): readonly Resource[] {
  const { kind, generator, options } = generating;
  const behavior = generator.behavior ?? 'create';
  const isThis = (resource: Resource): boolean => resource.object.kind === kind && isCalled(resource, generator.name);
  const old = resources.find(isThis);
  if (behavior !== 'create' && old === undefined) return refuse(`merging from generator: id resid.ResId{Kind:"${kind}", Name:"${generator.name}"} does not exist; cannot merge or replace`);
  if (behavior === 'create' && old !== undefined) return refuse(`merging from generator: id resid.ResId{Kind:"${kind}", Name:"${generator.name}"} exists; behavior must be merge or replace`);
  const made = generated(generating);
  if (old === undefined) return [...resources, made];
  const before = behavior === 'merge' ? (old.object as { readonly data?: StringMap }).data ?? {} : {};
  const data = { ...before, ...(made.object as { readonly data?: StringMap }).data };
  const object = { ...old.object, data } as KubeObject;
  const marked = withPairs(withPairs({ ...old, object, isHashed: made.isHashed }, 'labels', { ...options.labels, ...generator.options?.labels }), 'annotations', { ...options.annotations, ...generator.options?.annotations });
  return resources.map((resource) => (isThis(resource) ? marked : resource));
}

function generated({ kind, generator, folder, options }: Generating): Resource {
  const entries: (readonly [string, string])[] = [];
  for (const text of generator.literals ?? []) entries.push([text.slice(0, text.indexOf('=')), text.slice(text.indexOf('=') + 1).replace(/^(['"])(.*)\1$/s, '$2')]);
  for (const text of generator.files ?? []) {
    const equals = text.indexOf('=');
    entries.push([equals < 0 ? basename(text) : text.slice(0, equals), contentOf(join(folder, equals < 0 ? text : text.slice(equals + 1)))]);
  }
  for (const path of [...(generator.envs ?? []), ...(generator.env === undefined ? [] : [generator.env])]) {
    for (const line of contentOf(join(folder, path)).split('\n')) if (line.trim() !== '' && !line.trimStart().startsWith('#')) entries.push([line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]);
  }
  const isSecret = kind === 'Secret';
  const data = Object.fromEntries(entries.map(([key, value]) => [key, isSecret ? encodeBase64Text(value) : value]));
  const labels = { ...options.labels, ...generator.options?.labels };
  const annotations = { ...options.annotations, ...generator.options?.annotations };
  const isImmutable = generator.options?.immutable ?? options.immutable ?? false;
  const object = {
    apiVersion: 'v1', kind, metadata: { name: generator.name, ...(generator.namespace === undefined ? {} : { namespace: generator.namespace }) }, ...(Object.keys(data).length === 0 ? {} : { data }), ...(isImmutable ? { immutable: true } : {}),
    ...(isSecret ? { type: generator.type ?? 'Opaque' } : {}),
  } as unknown as KubeObject;
  const disabled = generator.options?.disableNameSuffixHash ?? options.disableNameSuffixHash ?? false;
  return withPairs(withPairs({ object, formerly: [], isHashed: !disabled }, 'labels', labels), 'annotations', annotations);
}
