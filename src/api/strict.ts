/**
 * Decoding of bodies that come from outside: types are checked, unknown fields found and dropped, amounts made canonical.
 *
 * @source sigs.k8s.io/json, kubernetes/apimachinery pkg/runtime/serializer/json/json.go
 * @fidelity simplified: named Go string types are reported as string
 */
import { deepFreeze, type Result } from '../base/data.ts';
import { Recent } from '../base/recent.ts';
import { base64Fault } from './base64.ts';
import { goValueName } from './go-json.ts';
import type { KubeObject } from './meta.ts';
import { canonicalQuantity, quantityFault } from './quantity.ts';
import { apiVersionOf } from './resource.ts';
import type { Decoded, ResourceDescriptor } from './resource.ts';

export type { Decoded } from './resource.ts';
import { schemaRoots, schemaTypes } from './schema.generated.ts';
import { parseTime } from './time.ts';
import { isEmpty, omitsEmpty } from './zero-values.ts';

/** Unknown fields that are reported at most. */
const maximumUnknownFields = 100;

class DecodeError extends Error {}

/** Where the walk is. Paths are put together only when there is something to say of a place. */
interface Place {
  /** Unknown fields found so far, in the whole body. */
  readonly unknown: string[];
  readonly above: Place | undefined;
  /** What leads here from above: a field, the number of an item, or the key of a map. */
  readonly step: string | number;
  readonly isField: boolean;
  /** The innermost structure. */
  readonly structure: string;
  /** Directly below an object that is written in sections. */
  readonly isSection: boolean;
  readonly holdsSections: boolean;
  /** What is stored at this place: its parts were decoded when they came, and are not looked at when they come again as they are. */
  readonly stored: unknown;
}

const below = (path: string, key: string): string => (path === '' ? key : `${path}.${key}`);

/** The path for unknown fields. */
function pathOf({ above, step }: Place): string {
  if (above === undefined) return `${step}`;
  return typeof step === 'number' ? `${pathOf(above)}[${step}]` : below(pathOf(above), step);
}

/** The path without items and keys, for type errors. */
function fieldPathOf({ above, step, isField }: Place): string {
  if (above === undefined) return `${step}`;
  return isField ? below(fieldPathOf(above), `${step}`) : fieldPathOf(above);
}

type JsonObject = Readonly<Record<string, unknown>>;

const bare = (name: string): string => name.slice(name.lastIndexOf('.') + 1);

function goType(code: string): string {
  if (code.startsWith('[]')) return `[]${goType(code.slice(2))}`;
  if (code.startsWith('{}')) return `map[string]${goType(code.slice(2))}`;
  if (code.startsWith('#')) return `v1.${bare(code.slice(1))}`;
  const names: Readonly<Record<string, string>> = { s: 'string', i: 'int32', l: 'int64', f: 'float64', b: 'bool', y: '[]uint8', t: 'string', u: 'string', x: 'int32', q: 'string' };
  return names[code] ?? 'object';
}

function mismatch(value: unknown, code: string, place: Place): never {
  throw new DecodeError(`json: cannot unmarshal ${goValueName(value)} into Go struct field ${bare(place.structure)}.${fieldPathOf(place)} of type ${goType(code)}`);
}

/** What the schema says of a field: a letter for the kind of value, and what lists and maps hold or which type a structure has. */
interface Shape {
  readonly code: string;
  readonly kind: string;
  readonly of: Shape | undefined;
  readonly type: string;
  /** Frozen lists of such items that came lately, and what they were decoded to: conditions that come in a burst of patches exist once. */
  readonly lists: Recent<readonly unknown[]>;
}

const LISTS_MAX = 8;

const shapes = new Map<string, Shape>();

function shapeOf(code: string): Shape {
  let shape = shapes.get(code);
  if (shape === undefined) {
    const holds = code.startsWith('[]') || code.startsWith('{}');
    const kind = code.charAt(0);
    shapes.set(code, (shape = { code, kind, of: holds ? shapeOf(code.slice(2)) : undefined, type: kind === '#' ? code.slice(1) : '', lists: new Recent(LISTS_MAX) }));
  }
  return shape;
}

/** The shape of a field in a structure, and whether the field is left out when it is empty. */
interface Field { readonly shape: Shape; readonly omitsEmpty: boolean }

/** The fields of a type, and those of the structure that came last in its order: the next one is nearly always written by the same hand. */
interface Fields { readonly byName: ReadonlyMap<string, Field>; readonly lastNames: string[]; readonly last: (Field | undefined)[] }

const structures = new Map<string, Fields>();

function fieldOf(type: string, key: string, code: string): Field {
  if (code.startsWith('!')) return { shape: shapeOf(code.slice(1)), omitsEmpty: false };
  const shape = shapeOf(code);
  return { shape, omitsEmpty: omitsEmpty(type, key, shape.kind) };
}

/** Fields of a type. */
function fieldsOf(type: string): Fields {
  let fields = structures.get(type);
  if (fields === undefined) {
    const declared = Object.entries(schemaTypes[type] ?? {});
    structures.set(type, (fields = { byName: new Map(declared.map(([key, code]) => [key, fieldOf(type, key, code)])), lastNames: [], last: [] }));
  }
  return fields;
}

/** Most fields that are remembered in their order. */
const PLACES_MAX = 32;

/** The field of a name that stands at a place of its structure; undefined = the type has none of that name. */
function fieldAt({ byName, lastNames, last }: Fields, place: number, name: string): Field | undefined {
  if (lastNames[place] === name) return last[place];
  const field = byName.get(name);
  if (place < PLACES_MAX) { lastNames[place] = name; last[place] = field; }
  return field;
}

/**
 * Frozen sections (metadata, spec, status) of new objects that were clean, by the type they were clean for: pods of one template have one spec. Sections of
 * objects that are there already are compared with the stored ones instead; smaller parts and other kinds hardly ever come twice.
 */
const clean = new WeakMap<object, string>();

const NOTHING: JsonObject = Object.freeze({});

function decodeStructure(value: unknown, type: string, place: Place): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return mismatch(value, `#${type}`, place);
  const isNewSection = place.isSection && place.stored === undefined;
  if (isNewSection && clean.get(value) === type) return value;
  const fields = fieldsOf(type);
  const { unknown } = place;
  const stored = typeof place.stored === 'object' && place.stored !== null ? place.stored as JsonObject : NOTHING;
  const found = unknown.length;
  const source = value as JsonObject;
  let copy: Record<string, unknown> | undefined;
  let at = 0;
  for (const key in source) {
    const old = source[key];
    const field = fieldAt(fields, at++, key);
    let next: unknown;
    if (field === undefined) addUnknown(place, key);
    // `null` counts as left out, and so does what the type does not have.
    else if (old !== null && old !== undefined) {
      const before = stored[key];
      next = old === before || isPlain(field.shape.kind, old) ? old
        : decodeValue(old, field.shape, { unknown, above: place, step: key, isField: true, structure: type, isSection: place.holdsSections, holdsSections: false, stored: before });
      if (field.omitsEmpty && isEmpty(next)) next = undefined;
    }
    if (copy === undefined) {
      if (next === old) continue;
      copy = fieldsBefore(source, key);
    }
    if (next !== undefined) copy[key] = next;
  }
  if (isNewSection && copy === undefined && unknown.length === found && Object.isFrozen(value)) clean.set(value, type);
  return copy ?? value;
}

/** A copy of the fields before one. Building what stays is cheaper than deleting what goes: objects that lost a field are slow to read. */
function fieldsBefore(source: JsonObject, end: string): Record<string, unknown> {
  const part: Record<string, unknown> = {};
  for (const key in source) {
    if (key === end) break;
    part[key] = source[key];
  }
  return part;
}

function addUnknown(place: Place, key: string): void {
  if (place.unknown.length < maximumUnknownFields) place.unknown.push(below(pathOf(place), key));
}

/** Whether a value is what its kind asks for, and nothing about it is to be changed or looked into. */
function isPlain(kind: string, value: unknown): boolean {
  switch (kind) {
    case 's': return typeof value === 'string';
    case 'b': return typeof value === 'boolean';
    case 'i': return typeof value === 'number' && (value | 0) === value;
    case 't': case 'u': return typeof value === 'string' && parseTime(value) !== undefined;
    default: return false;
  }
}

function decodeList(value: unknown, shape: Shape, place: Place): unknown {
  if (!Array.isArray(value)) return mismatch(value, `[]${shape.code}`, place);
  if (shape.kind !== '#' || !Object.isFrozen(value)) return decodeItems(value, shape, place);
  const known = shape.lists.find(value, shape);
  if (known !== undefined) return known;
  const found = place.unknown.length;
  const decoded = decodeItems(value, shape, place);
  return place.unknown.length === found ? shape.lists.keep(value, shape, deepFreeze(decoded)) : decoded;
}

function decodeItems(value: readonly unknown[], shape: Shape, place: Place): readonly unknown[] {
  const { unknown, structure } = place;
  let copy: unknown[] | undefined;
  for (let i = 0; i < value.length; i++) {
    const item: unknown = value[i];
    if (isPlain(shape.kind, item)) continue;
    const next = decodeValue(item ?? emptyOf(shape.code), shape, { unknown, above: place, step: i, isField: false, structure, isSection: false, holdsSections: false, stored: undefined });
    if (next === item) continue;
    copy ??= value.slice();
    copy[i] = next;
  }
  return copy ?? value;
}

const emptyOf = (code: string): unknown => (code.startsWith('#') || code.startsWith('{}') ? {} : code === 's' ? '' : 0);

function decodeMap(value: unknown, shape: Shape, place: Place): unknown {
  if (typeof value !== 'object' || Array.isArray(value)) return mismatch(value, `{}${shape.code}`, place);
  const source = value as JsonObject;
  let copy: Record<string, unknown> | undefined;
  for (const key of Object.keys(source)) {
    const item = source[key];
    if (isPlain(shape.kind, item)) continue;
    const next = decodeValue(item ?? emptyOf(shape.code), shape, { unknown: place.unknown, above: place, step: key, isField: false, structure: place.structure, isSection: false, holdsSections: false, stored: undefined });
    if (next === item) continue;
    copy ??= { ...source };
    copy[key] = next;
  }
  return copy ?? value;
}

const maximumInt32 = 2_147_483_647;

function decodeNumber(value: unknown, code: string, place: Place): unknown {
  if (typeof value !== 'number') return mismatch(value, code, place);
  const numberFault = (): never => { throw new DecodeError(`json: cannot unmarshal number ${value} into Go struct field ${bare(place.structure)}.${fieldPathOf(place)} of type ${goType(code)}`); };
  const whole = Number.isInteger(value) && (code !== 'i' || (value <= maximumInt32 && value >= -maximumInt32 - 1));
  return whole || code === 'f' ? value : numberFault();
}

function decodeQuantity(value: unknown): unknown {
  const text = typeof value === 'number' ? `${value}` : value;
  const canonical = typeof text === 'string' ? canonicalQuantity(text.trim()) : undefined;
  if (canonical === undefined) throw new DecodeError(quantityFault(`${text as string}`.trim()));
  return canonical;
}

function decodeTime(value: unknown, code: string, place: Place): unknown {
  if (typeof value !== 'string') return mismatch(value, code, place);
  if (parseTime(value) !== undefined) return value;
  const layout = code === 't' ? '2006-01-02T15:04:05Z07:00' : '2006-01-02T15:04:05.000000Z07:00';
  throw new DecodeError(`parsing time ${JSON.stringify(value)} as "${layout}": cannot parse ${JSON.stringify(value)} as "2006"`);
}

function decodeBytes(value: unknown, place: Place): unknown {
  if (typeof value !== 'string') return mismatch(value, 'y', place);
  const fault = base64Fault(value);
  if (fault >= 0) throw new DecodeError(`illegal base64 data at input byte ${fault}`);
  return value;
}

function decodeValue(value: unknown, shape: Shape, place: Place): unknown {
  const { code, of } = shape;
  switch (shape.kind) {
    case '[': return of === undefined ? value : decodeList(value, of, place);
    case '{': return of === undefined ? value : decodeMap(value, of, place);
    case '#': return decodeStructure(value, shape.type, place);
    case 's': return typeof value === 'string' ? value : mismatch(value, code, place);
    case 'b': return typeof value === 'boolean' ? value : mismatch(value, code, place);
    case 'q': return decodeQuantity(value);
    case 'x': return typeof value === 'string' ? value : decodeNumber(value, 'i', place);
    case 't': case 'u': return decodeTime(value, code, place);
    case 'y': return decodeBytes(value, place);
    case 'o': return value;
    default: return decodeNumber(value, code, place);
  }
}

type Kind = Pick<ResourceDescriptor, 'group' | 'version' | 'kind'>;
const roots = new WeakMap<Kind, string>();

/** The structure of a kind, '' when there is none. */
export function schemaTypeOf(descriptor: Kind): string {
  let root = roots.get(descriptor);
  if (root === undefined) roots.set(descriptor, (root = schemaRoots[`${apiVersionOf(descriptor)}/${descriptor.kind}`] ?? ''));
  return root;
}

/**
 * Decodes a body as a kind. The error is worded as the answer of the API server.
 *
 * @param stored the stored object that the body is a new version of: parts that are its very own need no second look
 */
export function decodeObject(descriptor: ResourceDescriptor, body: unknown, stored?: KubeObject): Result<Decoded, string> {
  if (descriptor.decode !== undefined) return descriptor.decode(body);
  const type = schemaTypeOf(descriptor);
  if (type === '') return { ok: true, value: { object: body as KubeObject, unknownFields: [] } };
  const unknown: string[] = [];
  try {
    const holdsSections = fieldsOf(type).byName.has('status');
    const object = decodeStructure(body, type, { unknown, above: undefined, step: '', isField: true, structure: type, isSection: false, holdsSections, stored }) as KubeObject;
    return { ok: true, value: { object, unknownFields: unknown } };
  } catch (thrown) {
    if (thrown instanceof DecodeError) return { ok: false, error: cannotHandleText(descriptor, thrown.message) };
    throw thrown;
  }
}

/** Decodes a part of an object, such as the metadata, as a structure. The error is the bare reason. */
export function decodePart(value: unknown, type: string, path: string): Result<{ readonly part: unknown; readonly unknownFields: readonly string[] }, string> {
  const unknown: string[] = [];
  try {
    const part = decodeStructure(value, type, { unknown, above: undefined, step: path, isField: true, structure: type, isSection: true, holdsSections: false, stored: undefined });
    return { ok: true, value: { part, unknownFields: unknown } };
  } catch (thrown) {
    if (thrown instanceof DecodeError) return { ok: false, error: thrown.message };
    throw thrown;
  }
}

/** How the API server begins the message about a body that it cannot take. */
export function cannotHandleText(descriptor: Pick<ResourceDescriptor, 'version' | 'kind'>, why: string): string {
  return `${descriptor.kind} in version ${JSON.stringify(descriptor.version)} cannot be handled as a ${descriptor.kind}: ${why}`;
}

/** What the server has to say of fields, as `unknown field "spec.foo"`. */
export function fieldComplaints(unknownFields: readonly string[], duplicateFields: readonly string[]): readonly string[] {
  return [...duplicateFields.map((field) => `duplicate field ${JSON.stringify(field)}`), ...unknownFields.map((field) => `unknown field ${JSON.stringify(field)}`)];
}

/** What strict validation answers to complaints. */
export function strictErrorText(descriptor: Pick<ResourceDescriptor, 'version' | 'kind'>, complaints: readonly string[]): string {
  return cannotHandleText(descriptor, `strict decoding error: ${complaints.join(', ')}`);
}
