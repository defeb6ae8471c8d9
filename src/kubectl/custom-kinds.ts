/**
 * Kinds that only the server knows: those of custom resource definitions. A line that names one makes kubectl ask the server for all its kinds, as
 * a real client does when its cache does not know a word.
 * @source kubernetes/client-go restmapper/discovery.go
 */
import type { KubeObject } from '../api/meta.ts';
import type { Column, ResourceDescriptor } from '../api/resource.ts';
import { apiVersionOf } from '../api/resource.ts';
import { alsoMeantBy, descriptorOfObject, descriptorOfWord, descriptorsOfCategory } from '../api/scheme.ts';
import { age } from '../api/time.ts';
import type { Conversation } from '../sim/conversation.ts';
import { type Arguments, cx } from './command.ts';
import type { Discovered } from '../api/discovery.ts';
import { discover } from './discovery.ts';
import { fieldsAfter, isQualified } from './explain.ts';
import { operand, operands } from './options.ts';

/** Columns of a kind whose table is the server's. */
const COLUMNS: readonly Column<KubeObject>[] = [{ name: 'Name', cell: (object) => object.metadata.name }, { name: 'Age', cell: (object, now) => age(object.metadata.creationTimestamp, now) }];

/** What commands need of a kind, from what the server tells of it. */
function descriptorOf(kind: Discovered): ResourceDescriptor {
  return {
    group: kind.group, version: kind.version, kind: kind.kind, plural: kind.plural, singular: kind.singular, shortNames: kind.shortNames, categories: kind.categories, namespaced: kind.namespaced, verbs: kind.verbs,
    subresources: [], storagePrefix: '', selectableFields: [], columns: COLUMNS, defaults: (object) => object, prepareForCreate: (object) => object, prepareForUpdate: (object) => object, validate: () => [], validateUpdate: () => [],
  };
}

/** Kinds that this line brought along, beside the built-in ones. */
export const customKinds = (args: Arguments): readonly ResourceDescriptor[] => (args.operands['customKinds'] as readonly ResourceDescriptor[] | undefined) ?? [];

/** Whether a table of this kind has to come from the server. */
export const isCustom = (descriptor: ResourceDescriptor): boolean => descriptor.columns === COLUMNS;

function fitsWord(kind: ResourceDescriptor, word: string): boolean {
  const [name = '', ...rest] = word.toLowerCase().split('.');
  const qualified = rest.join('.');
  if (![kind.plural, kind.singular, kind.kind.toLowerCase(), ...kind.shortNames].includes(name)) return false;
  return qualified === '' || qualified === kind.group || qualified === `${kind.version}.${kind.group}`;
}

/** The kind that a word means, built in or not. */
export const kindOfWord = (word: string, args: Arguments): ResourceDescriptor | undefined => descriptorOfWord(word) ?? customKinds(args).find((kind) => fitsWord(kind, word));
/** The kind of an object of a file. */
export const kindOfObject = (object: KubeObject, args: Arguments): ResourceDescriptor | undefined => descriptorOfObject(object) ?? customKinds(args).find((kind) => kind.kind === object.kind && apiVersionOf(kind) === object.apiVersion);

/** `crontabs.example.com.spec.image`: the custom kind, and the fields after it. */
export function customFieldOf(word: string, apiVersion: string, args: Arguments): { readonly kind: ResourceDescriptor; readonly path: readonly string[] } | undefined {
  const [first = ''] = word.split('.');
  const named = customKinds(args).filter((kind) => fitsWord(kind, first));
  const qualified = named.filter((kind) => isQualified(word, kind));
  const fitting = qualified.length > 0 ? qualified : named;
  const kind = fitting.find((one) => apiVersionOf(one) === apiVersion) ?? fitting[0];
  return kind === undefined ? undefined : { kind, path: fieldsAfter(word, kind) };
}

/** Kinds of a category, built in or not, each in its preferred version. */
export function kindsOfCategory(category: string, args: Arguments): readonly ResourceDescriptor[] {
  const seen = new Set<string>();
  const custom = customKinds(args).filter(({ group, plural, categories }) => categories.includes(category) && !seen.has(`${plural}.${group}`) && seen.add(`${plural}.${group}`) !== undefined);
  return [...descriptorsOfCategory(category), ...custom];
}

const wordsOf = (args: Arguments): readonly string[] => [...operand(args, 'resource').split(','), ...operands(args, 'typeNames')].map((word) => word.split('/')[0] ?? '').filter((word) => word !== '');

/**
 * Says which short names of a line mean more than one kind.
 * @source kubernetes/client-go restmapper/shortcut.go
 * @fidelity simplified: short names of custom resource definitions are not looked at, nor are those in flags
 */
function* warnOfNames(args: Arguments): Conversation<void> {
  for (const word of new Set([...wordsOf(args), operand(args, 'field')])) {
    const [name = '', ...qualified] = word.split('.');
    const isOfGroup = operand(args, 'field') !== word && qualified.join('.').replace(/^v\d\w*\./, '') !== '';
    // describe looks the name up twice.
    const lines = isOfGroup ? [] : alsoMeantBy(name).map(({ plural, group }) => `Warning: short name "${name}" could also match lower priority resource ${group === '' ? plural : `${plural}.${group}`}\n`);
    if (lines.length > 0) yield* cx.printError((args.path[1] === 'describe' ? [...lines, ...lines] : lines).join(''));
  }
}

function isUnknown(args: Arguments): boolean {
  if (wordsOf(args).some((word) => descriptorOfWord(word) === undefined)) return true;
  const field = operand(args, 'field');
  if (field !== '' && descriptorOfWord(field.split('.')[0] ?? '') === undefined) return true;
  const objects = (args.operands['objects'] as readonly { readonly object: unknown }[] | undefined) ?? [];
  return objects.some(({ object }) => typeof object === 'object' && object !== null && typeof (object as Partial<KubeObject>).kind === 'string' && descriptorOfObject(object as KubeObject) === undefined);
}

/** The arguments with the server's kinds, when the line names one that is not built in. A server that does not answer changes nothing: the command will tell. */
export function* withCustomKinds(args: Arguments): Conversation<Arguments> {
  if (args.path[0] !== 'kubectl' || args.flags['local'] === true) return args;
  yield* warnOfNames(args);
  if (!isUnknown(args)) return args;
  const kinds = yield* foundKinds();
  return kinds === undefined ? args : { ...args, operands: { ...args.operands, customKinds: kinds } };
}

/** The kinds of the server that are not built in; undefined = it does not answer. */
function* foundKinds(): Conversation<readonly ResourceDescriptor[] | undefined> {
  const found = yield* discover();
  if (!found.ok) return undefined;
  return found.value.flatMap(({ resources }) => resources).filter((kind) => kind.kind !== '' && descriptorOfObject({ apiVersion: apiVersionOf(kind), kind: kind.kind }) === undefined).map(descriptorOf);
}

/** The kind that a word means, which the server is asked for when it is not built in. */
export function* lookedUpKind(word: string): Conversation<ResourceDescriptor | undefined> {
  return descriptorOfWord(word) ?? (yield* foundKinds())?.find((kind) => fitsWord(kind, word));
}
