/**
 * What a command line names: kinds, objects, files.
 * @source kubernetes/cli-runtime pkg/resource/builder.go
 */
import type { Result } from '../base/data.ts';
import { compareText } from '../base/compare.ts';
import type { KubeObject } from '../api/meta.ts';
import type { ResourceDescriptor } from '../api/resource.ts';
import { decodePart } from '../api/strict.ts';
import type { Arguments, Settings } from './command.ts';
import { kindOfObject, kindOfWord, kindsOfCategory } from './custom-kinds.ts';
import { bareFailure, type Failure, plainFailure } from './errors.ts';
import { hasFiles, isOn, listFlag, namespaceOf, operand, operands, textFlag } from './options.ts';

/** One kind, object or file object that a command acts on. */
export interface Target {
  readonly descriptor: ResourceDescriptor;
  /** '' = all namespaces, or none. */
  readonly namespace: string;
  /** '' = the collection. */
  readonly name: string;
  /** Where the object was read, when it came from a file. */
  readonly source?: string;
  /** The object of the file. */
  readonly object?: KubeObject;
}
/** An object of `-f`; the edge parses the text and puts these into `operands.objects`. */
export interface FileObject { readonly source: string; readonly object: unknown }

/** What was named, and what could not be understood (kubectl goes on with the rest). */
export interface Targets { readonly targets: readonly Target[]; readonly failures: readonly Failure[] }

export const noSuchType = (word: string): Failure => plainFailure(`the server doesn't have a resource type "${word.split('.')[0] ?? ''}"`);
const MIXED = "there is no need to specify a resource type as a separate argument when passing arguments in resource/name form (e.g. 'kubectl get resource/<resource_name>' instead of 'kubectl get resource resource/<resource_name>'";

/** The kinds that `pods,svc` or `all` means. */
export function typesOf(words: string, args: Arguments): Result<readonly ResourceDescriptor[], Failure> {
  // The same word twice means it once; two words for one kind mean it twice.
  const found = new Map<string, ResourceDescriptor>();
  for (const word of words.split(',').filter((each) => each !== '')) {
    const category = kindsOfCategory(word, args);
    const descriptor = kindOfWord(word, args);
    if (descriptor === undefined && category.length === 0) return { ok: false, error: noSuchType(word) };
    if (descriptor !== undefined) found.set(word, descriptor);
    else for (const each of category) found.set(`${each.plural}.${each.group}`, each);
  }
  return { ok: true, value: [...found.values()] };
}

/** Everything a command line names. A complaint about the line as a whole is the error. */
export function targetsOf(args: Arguments, settings: Settings): Result<Targets, Failure> {
  if (hasFiles(args)) return fromFiles(args, settings);
  const typeNames = operands(args, 'typeNames');
  if (typeNames.length > 0) return fromTypeNames(args, settings, typeNames);
  const resource = operand(args, 'resource');
  if (resource === '') return { ok: true, value: { targets: [], failures: [] } };
  const names = operands(args, 'names');
  if (names.some((name) => name.includes('/'))) return { ok: false, error: plainFailure(MIXED) };
  if (names.length > 0 && chooses(args)) return { ok: false, error: plainFailure('name cannot be provided when a selector is specified') };
  const types = typesOf(resource, args);
  if (!types.ok) return types;
  if (names.length > 0 && isOn(args, 'all-namespaces')) return { ok: false, error: plainFailure('a resource cannot be retrieved by name across all namespaces') };
  const wanted = names.length === 0 ? [''] : names;
  const targets = types.value.flatMap((descriptor) => wanted.map((name) => ({ descriptor, name, namespace: placeOf(descriptor, args, settings) })));
  return { ok: true, value: { targets, failures: [] } };
}

/** The line chooses objects by their labels or fields; `--all` chooses by no label at all. The selector of `expose` is that of the service, and `taint` takes both. */
const chooses = (args: Arguments): boolean => args.path[1] !== 'expose' && args.path[1] !== 'taint' && ( textFlag(args, 'selector') !== '' || textFlag(args, 'field-selector') !== '' || isOn(args, 'all'));

function placeOf(descriptor: ResourceDescriptor, args: Arguments, settings: Settings): string {
  return !descriptor.namespaced || isOn(args, 'all-namespaces') ? '' : namespaceOf(args, settings);
}

function fromTypeNames(args: Arguments, settings: Settings, typeNames: readonly string[]): Result<Targets, Failure> {
  const targets: Target[] = [];
  if (typeNames.some((word) => !word.includes('/'))) return { ok: false, error: plainFailure(MIXED) };
  for (const word of typeNames) {
    const parts = word.split('/');
    const [type, name] = parts;
    if (parts.length !== 2 || type === undefined || name === undefined) return { ok: false, error: plainFailure(`arguments in resource/name form may not have more than one slash`) };
    if (type === '' || name === '') return { ok: false, error: plainFailure(`arguments in resource/name form must have a single resource and name`) };
    const descriptor = kindOfWord(type, args);
    if (descriptor === undefined) return { ok: false, error: noSuchType(type) };
    targets.push({ descriptor, name, namespace: placeOf(descriptor, args, settings) });
  }
  return { ok: true, value: { targets, failures: [] } };
}

/** Objects of the files, with their place in the cluster. */
function fromFiles(args: Arguments, settings: Settings): Result<Targets, Failure> {
  const lost = lostFiles(args);
  if (lost !== undefined) return { ok: false, error: lost };
  const targets: Target[] = [];
  const failures: Failure[] = [];
  for (const { source, object } of (args.operands['objects'] as readonly FileObject[] | undefined) ?? []) {
    const target = fromFile(object, { source, args, settings });
    if (target.ok) targets.push(target.value);
    else failures.push(target.error);
  }
  for (const message of operands(args, 'fileErrors')) failures.push(plainFailure(message));
  return { ok: true, value: { targets, failures } };
}

/** Files that are not there stop a command before it begins. @source kubernetes/cli-runtime pkg/resource/builder.go (FilenameParam) */
function lostFiles(args: Arguments): Failure | undefined {
  if (listFlag(args, 'filename').length > 0 && textFlag(args, 'kustomize') !== '') return plainFailure('only one of -f or -k can be specified');
  const lost = operands(args, 'pathErrors');
  return lost.length === 0 ? undefined : lost.length === 1 ? plainFailure(lost[0] ?? '') : bareFailure(lost.join('\n'));
}

interface FileContext { readonly source: string; readonly args: Arguments; readonly settings: Settings }

function fromFile(value: unknown, context: FileContext): Result<Target, Failure> {
  const { source, args, settings } = context;
  const shaped = objectIn(inKeyOrder(value), source);
  if (!shaped.ok) return shaped;
  const object = shaped.value;
  const fault = metadataFault(object, source);
  if (fault !== undefined) return { ok: false, error: ['get', 'describe'].includes(args.path[1] ?? '') ? bareFailure(fault) : plainFailure(fault) };
  const descriptor = kindOfObject(object, args);
  const { name = '', namespace: own = '' } = object.metadata ?? {};
  if (descriptor === undefined) {
    return refuse(`resource mapping not found for name: "${name}" namespace: "${own}" from "${source}": no matches for kind "${object.kind}" in version "${object.apiVersion}"\nensure CRDs are installed first`);
  }
  if (!descriptor.namespaced) return { ok: true, value: { descriptor, namespace: '', name, source, object } };
  const wanted = namespaceOf(args, settings);
  if (own !== '' && args.flags['namespace'] !== undefined && own !== wanted) {
    return refuse(`the namespace from the provided object "${own}" does not match the namespace "${wanted}". You must pass '--namespace=${own}' to perform this operation.`);
  }
  const namespace = own || wanted;
  const placed = own === namespace ? object : { ...object, metadata: { ...object.metadata, namespace } };
  return { ok: true, value: { descriptor, namespace, name, source, object: placed } };
}

const refuse = (message: string): Result<never, Failure> => ({ ok: false, error: plainFailure(message) });

/** Keys in order, as kubectl's own decoding leaves them: the server's complaints about fields come in that order. */
function inKeyOrder(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(inKeyOrder);
  const map = value as Readonly<Record<string, unknown>>;
  return Object.fromEntries(Object.keys(map).sort(compareText).map((key) => [key, inKeyOrder(map[key])]));
}

/** The least that a file object has: apiVersion and kind. */
function objectIn(value: unknown, source: string): Result<KubeObject, Failure> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return refuse(`error parsing ${source}: json: cannot unmarshal ${Array.isArray(value) ? 'array' : typeof value} into Go value of type map[string]interface {}`);
  const object = value as Readonly<Record<string, unknown>>;
  const missing = ['kind', 'apiVersion'].find((field) => typeof object[field] !== 'string' || object[field] === '');
  if (missing !== undefined) return refuse(`error validating "${source}": error validating data: ${missing} not set; if you choose to ignore these errors, turn validation off with --validate=false`);
  return { ok: true, value: value as KubeObject };
}

/** Types of the metadata are checked before anything is asked: a name or label that YAML takes for a number or a truth value. @source kubernetes/apimachinery pkg/apis/meta/v1/unstructured/helpers.go, kubernetes/cli-runtime pkg/resource/mapper.go */
function metadataFault({ metadata }: KubeObject, source: string): string | undefined {
  if ((metadata as unknown) === undefined || (metadata as unknown) === null) return undefined;
  const read = decodePart(metadata, 'ObjectMeta', 'metadata');
  return read.ok ? undefined : `unable to decode ${JSON.stringify(source)}: ${read.error}`;
}

/** `deployment.apps/web`: how kubectl names an object in its messages. */
export function objectName(descriptor: Pick<ResourceDescriptor, 'kind' | 'group'>, name: string): string {
  return `${typeName(descriptor)}/${name}`;
}
/** `deployment.apps`. */
export function typeName(descriptor: Pick<ResourceDescriptor, 'kind' | 'group'>): string {
  const kind = descriptor.kind.toLowerCase();
  return descriptor.group === '' ? kind : `${kind}.${descriptor.group}`;
}

/** What an answer is: the kind that was asked for, or that of a subresource. */
export function kindOf({ kind, apiVersion }: Partial<KubeObject>, { descriptor }: Target): Pick<ResourceDescriptor, 'kind' | 'group'> {
  return kind === undefined || kind === descriptor.kind || apiVersion === undefined ? descriptor : { kind, group: apiVersion.includes('/') ? apiVersion.split('/')[0] ?? '' : '' };
}
