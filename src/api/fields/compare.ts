/**
 * Which fields differ between two versions of an object, and which fields an object has.
 *
 * Both look at frozen, shared parts once: an object made from a template costs what is its own.
 *
 * @source kubernetes-sigs/structured-merge-diff typed/compare.go, typed/tofieldset.go
 */
import { equalData } from '../../base/compare.ts';
import { Recent } from '../../base/recent.ts';
import { areAligned, elementOf, elementOfKey, indexItems, isObject, type ItemList, type JsonObject } from './items.ts';
import { EMPTY, type FieldSet, makeNode, nodeOf, setOf, shareNode } from './set.ts';
import { hasOutline, outlineOf } from './outline.ts';
import { deduced, type FieldType, type StructType } from './types.ts';

/** Fields of the new version that the old has not, fields with another value, fields that are gone. */
export interface Comparison { readonly added: FieldSet; readonly modified: FieldSet; readonly removed: FieldSet }

/** Fields that are new or have another value, and fields that are gone. */
export interface Changes { readonly changed: FieldSet; readonly removed: FieldSet }

type Children = Record<string, FieldSet>;
/** Differences at and below one place; undefined parts are empty. */
interface Difference { readonly added?: FieldSet | undefined; readonly modified?: FieldSet | undefined; readonly removed?: FieldSet | undefined }

/** What a value of an undeclared type is: decided by the value itself. */
export function resolve(type: FieldType, value: unknown): FieldType {
  if (type.kind !== 'deduced') return type;
  if (Array.isArray(value)) return { kind: 'atomic', of: 'list' };
  return isObject(value) ? { kind: 'map', of: deduced } : { kind: 'scalar', of: 'any' };
}

const isLeaf = (value: unknown): boolean => {
  if (typeof value !== 'object' || value === null) return true;
  if (Array.isArray(value)) return value.length === 0;
  for (const _ in value) return false;
  return true;
};

/** Type of what stands behind a key of an object. */
function below(type: FieldType, key: string): FieldType {
  if (type.kind === 'struct') return type.field(key)?.type ?? deduced;
  return type.kind === 'map' ? type.of : deduced;
}

/** The element of a key of an object. */
function elementFor(type: FieldType, key: string): string {
  return (type.kind === 'struct' ? type.field(key)?.element : undefined) ?? elementOfKey(key);
}

// ---- Everything below a place -----------------------------------------------------------------------------------------

/** All paths at and below a value, the places between included. */
export function wholeOf(value: unknown, declared: FieldType): FieldSet {
  const type = resolve(declared, value);
  if (type.kind === 'scalar' || type.kind === 'atomic' || isLeaf(value)) return EMPTY;
  const part = value as object;
  const list = new Elements();
  if (Array.isArray(part)) {
    const items = type as ItemList;
    for (const item of part as readonly unknown[]) list.put(elementOf(items, item), wholeOf(item, items.of));
  } else {
    for (const key in part) {
      const inner = (part as JsonObject)[key];
      if (inner !== undefined) list.add(elementFor(type, key), wholeOf(inner, below(type, key)));
    }
  }
  return makeNode(true, list) ?? EMPTY;
}

// ---- Differences ------------------------------------------------------------------------------------------------------

/** Elements being collected. */
class Elements {
  readonly names: string[] = [];
  readonly nodes: FieldSet[] = [];

  add(name: string, node: FieldSet): void {
    this.names.push(name);
    this.nodes.push(node);
  }

  /** The same for names that may come twice: the first stays. */
  put(name: string, node: FieldSet): void {
    if (!this.names.includes(name)) this.add(name, node);
  }
}

/** Collects the differences of the parts of one object or list. */
class Parts {
  #added: Elements | undefined;
  #modified: Elements | undefined;
  #removed: Elements | undefined;

  add(element: string, { added, modified, removed }: Difference): void {
    if (added !== undefined) (this.#added ??= new Elements()).add(element, added);
    if (modified !== undefined) (this.#modified ??= new Elements()).add(element, modified);
    if (removed !== undefined) (this.#removed ??= new Elements()).add(element, removed);
  }

  addLeaf(element: string): void { (this.#added ??= new Elements()).add(element, EMPTY); }

  end(): Difference | undefined {
    if (this.#added === undefined && this.#modified === undefined && this.#removed === undefined) return undefined;
    return { added: made(this.#added), modified: made(this.#modified), removed: made(this.#removed) };
  }
}

const made = (elements: Elements | undefined): FieldSet | undefined => (elements === undefined ? undefined : makeNode(false, elements));

interface SeenDifference { readonly old: unknown; readonly difference: Difference | undefined }
interface Found { readonly difference: Difference | undefined }
/** Pairs of lists remembered for a type of list. */
const LISTS_MAX = 8;
const NO_KEYS: ReadonlySet<string> = new Set();
const NO_FIELDS: JsonObject = Object.freeze({});
const NO_ITEMS: readonly unknown[] = Object.freeze([]);

interface Fields { readonly type: FieldType; readonly skip: ReadonlySet<string>; /** The fields are sections of a new object. */ readonly isNew?: boolean }

/** Walks two versions of a value side by side. */
class Walk {
  /** What a value that changed is taken for. */
  readonly #changed: Difference;
  /** Frozen spec of a new object → its difference from the empty one: the spec of pods made from one template is looked at once. Other sections hardly ever come twice. */
  readonly #sections = new WeakMap<object, SeenDifference>();
  /** Pairs of frozen lists that were compared lately: the conditions of pods whose status changed alike within a second are the same lists. */
  readonly #lists = new WeakMap<ItemList, Recent<Found>>();

  /** Frozen lists that were new lately, by their type. */
  readonly #wholes = new Recent<FieldSet>(LISTS_MAX);

  constructor(changed: Difference) {
    this.#changed = changed;
  }

  #values(old: unknown, now: unknown, declared: FieldType): Difference | undefined {
    if (old === now) return undefined;
    if (old === undefined) return { added: declared.kind === 'list' ? this.#wholeOnce(now, declared) : wholeOf(now, declared) };
    if (now === undefined) return { removed: wholeOf(old, declared) };
    const type = declared.kind === 'deduced' ? resolve(declared, now ?? old) : declared;
    if (type.kind === 'scalar' || type.kind === 'atomic' || (isLeaf(old) && isLeaf(now))) return equalData(old, now) ? undefined : this.#changed;
    if (type.kind === 'list' || type.kind === 'set') return this.#listsOnce(Array.isArray(old) ? old : NO_ITEMS, Array.isArray(now) ? now : NO_ITEMS, type);
    return this.#objects(isObject(old) ? old : NO_FIELDS, isObject(now) ? now : NO_FIELDS, type);
  }

  /** Lists of new objects that come again and again, as the owner of pods does: the sets that hold their fields can be shared, too. */
  #wholeOnce(now: unknown, type: ItemList): FieldSet {
    if (typeof now !== 'object' || now === null || !Object.isFrozen(now)) return wholeOf(now, type);
    const known = this.#wholes.find(now, type);
    if (known !== undefined) { shareNode(known); return known; }
    return this.#wholes.keep(now, type, wholeOf(now, type));
  }

  #objects(old: JsonObject, now: JsonObject, type: FieldType): Difference | undefined {
    const parts = new Parts();
    this.fields(parts, old, now, { type, skip: NO_KEYS });
    return parts.end();
  }

  #section(old: unknown, now: unknown, type: FieldType): Difference | undefined {
    if (typeof now !== 'object' || now === null || !Object.isFrozen(now)) return this.#values(old, now, type);
    let seen = this.#sections.get(now);
    if (seen === undefined || seen.old !== old) this.#sections.set(now, (seen = { old, difference: this.#values(old, now, type) }));
    return seen.difference;
  }

  /** Compares the fields of two objects and adds the differences to those of other parts. */
  fields(parts: Parts, old: JsonObject, now: JsonObject, { type, skip, isNew = false }: Fields): void {
    for (const key in now) {
      const before = old[key];
      const after = now[key];
      if (before === after || (skip.size > 0 && skip.has(key))) continue;
      const field = type.kind === 'struct' ? type.field(key) : undefined;
      const element = field?.element ?? elementOfKey(key);
      // A leaf that was not there.
      if (before === undefined && (typeof after !== 'object' || after === null)) { parts.addLeaf(element); continue; }
      const inner = field?.type ?? (type.kind === 'map' ? type.of : deduced);
      const difference = isNew && key === 'spec' ? this.#section(before, after, inner) : this.#values(before, after, inner);
      if (difference !== undefined) parts.add(element, difference);
    }
    for (const key in old) {
      if (old[key] !== undefined && now[key] === undefined && !skip.has(key)) parts.add(elementFor(type, key), { removed: wholeOf(old[key], below(type, key)) });
    }
  }

  #listsOnce(old: readonly unknown[], now: readonly unknown[], type: ItemList): Difference | undefined {
    if (!Object.isFrozen(old) || !Object.isFrozen(now)) return this.#itemsOf(old, now, type);
    let recent = this.#lists.get(type);
    if (recent === undefined) this.#lists.set(type, (recent = new Recent(LISTS_MAX)));
    return (recent.find(old, now) ?? recent.keep(old, now, { difference: this.#itemsOf(old, now, type) })).difference;
  }

  #itemsOf(old: readonly unknown[], now: readonly unknown[], type: ItemList): Difference | undefined {
    const parts = new Parts();
    if (areAligned(type, old, now)) {
      for (let i = 0; i < now.length; i++) {
        const difference = this.#values(old[i], now[i], type.of);
        if (difference !== undefined) parts.add(elementOf(type, now[i]), difference);
      }
      return parts.end();
    }
    const before = indexItems(type, old);
    const after = indexItems(type, now);
    for (const [element, { items }] of after) {
      const others = before.get(element)?.items;
      const isSingle = items.length === 1 && (others === undefined || others.length === 1);
      const difference = isSingle ? this.#values(others?.[0], items[0], type.of) : equalData(others ?? [], items) ? undefined : this.#changed;
      if (difference !== undefined) parts.add(element, difference);
    }
    for (const [element, { items }] of before) if (!after.has(element)) parts.add(element, { removed: wholeOf(items[0], type.of) });
    return parts.end();
  }
}

/** Tells what is new from what changed, or takes both for one. */
const telling = new Walk({ modified: EMPTY });
const joining = new Walk({ added: EMPTY });

/** Metadata that nobody owns. @source kubernetes/apimachinery pkg/util/managedfields/internal/stripmeta.go */
const UNOWNED_METADATA: ReadonlySet<string> = new Set(['name', 'namespace', 'creationTimestamp', 'selfLink', 'uid', 'clusterName', 'generation', 'managedFields', 'resourceVersion']);
/** Sections that are skipped, by what a request cannot change. */
const skips = new WeakMap<readonly string[], ReadonlySet<string>>();

function skipped(ignored: readonly string[]): ReadonlySet<string> {
  let keys = skips.get(ignored);
  if (keys === undefined) skips.set(ignored, (keys = new Set(['apiVersion', 'kind', 'metadata', ...ignored])));
  return keys;
}

/** What a comparison is about. `ignored`: sections that the request cannot change, such as `status` for a write of the object itself. */
interface Compared { readonly type: FieldType; readonly ignored: readonly string[] }

function compareWith(walk: Walk, old: object, now: object, { type, ignored }: Compared): Difference | undefined {
  const before = old as JsonObject;
  const after = now as JsonObject;
  const parts = new Parts();
  const isNew = type.kind === 'struct' && before === type.zero();
  walk.fields(parts, before, after, { type, skip: skipped(ignored), isNew });
  const oldMetadata = isObject(before['metadata']) ? before['metadata'] : NO_FIELDS;
  const newMetadata = isObject(after['metadata']) ? after['metadata'] : NO_FIELDS;
  if (oldMetadata !== newMetadata && !ignored.includes('metadata')) {
    const metadata = new Parts();
    walk.fields(metadata, oldMetadata, newMetadata, { type: below(type, 'metadata'), skip: UNOWNED_METADATA, isNew });
    const difference = metadata.end();
    if (difference !== undefined) parts.add('f:metadata', difference);
  }
  return parts.end();
}

/** Compares two versions of an object, without the fields that nobody can own. */
export function compareObjectsOf(old: object, now: object, compared: Compared): Comparison {
  const { added = EMPTY, modified = EMPTY, removed = EMPTY } = compareWith(telling, old, now, compared) ?? {};
  return { added, modified, removed };
}

interface KnownChanges { readonly outline: readonly unknown[]; readonly skip: ReadonlySet<string>; readonly changes: Changes }
/** What was found of new objects of a kind lately, by their outlines; a new one takes the place of the oldest. */
interface Outlines { readonly known: KnownChanges[]; next: number }
const outlines = new WeakMap<StructType, Outlines>();
const OUTLINES_MAX = 8;

function changesOfNew(now: object, type: StructType, compared: Compared): Changes {
  let seen = outlines.get(type);
  if (seen === undefined) outlines.set(type, (seen = { known: [], next: 0 }));
  const skip = skipped(compared.ignored);
  for (const { outline, skip: other, changes } of seen.known) if (other === skip && hasOutline(now, outline)) return changes;
  const changes = findChanges(type.zero(), now, compared);
  const outline = outlineOf(now, type, { top: skip, metadata: UNOWNED_METADATA });
  if (outline === undefined) return changes;
  seen.known[seen.next] = { outline, skip, changes };
  seen.next = (seen.next + 1) % OUTLINES_MAX;
  return changes;
}

/** The same where nobody asks whether a field is new or has another value, which is most of the time. */
export function changesOf(old: object, now: object, compared: Compared): Changes {
  const { type } = compared;
  return type.kind === 'struct' && old === type.zero() && !compared.ignored.includes('metadata') ? changesOfNew(now, type, compared) : findChanges(old, now, compared);
}

function findChanges(old: object, now: object, compared: Compared): Changes {
  const { added: changed = EMPTY, removed = EMPTY } = compareWith(joining, old, now, compared) ?? {};
  return { changed, removed };
}

// ---- The fields of an object ------------------------------------------------------------------------------------------

/** The fields that a configuration names: leaves, items of lists and entries of maps, but not the structures between. */
export function fieldsOf(value: unknown, declared: FieldType): FieldSet | undefined {
  const type = resolve(declared, value);
  if (type.kind === 'scalar' || type.kind === 'atomic') return EMPTY;
  if (value === null || typeof value !== 'object') return undefined;
  const children: Children = {};
  let found = false;
  const put = (element: string, node: FieldSet | undefined, isMember: boolean): void => {
    const whole = isMember && node !== undefined && node !== EMPTY && node['.'] === undefined ? nodeOf(true, { ...node }) : node ?? (isMember ? EMPTY : undefined);
    if (whole !== undefined) { children[element] = whole; found = true; }
  };
  if (Array.isArray(value)) {
    if (type.kind !== 'list' && type.kind !== 'set') return undefined;
    for (const item of value as readonly unknown[]) put(elementOf(type, item), fieldsOf(item, type.of), true);
  } else {
    for (const [key, item] of Object.entries(value)) {
      if (item === undefined) continue;
      const isEmpty = item === null || (isObject(item) && isLeaf(item));
      put(`f:${key}`, fieldsOf(item, below(type, key)), isEmpty || type.kind !== 'struct' || type.field(key) === undefined);
    }
  }
  return found ? nodeOf(false, children) : undefined;
}

/** The fields of a whole object, those included that nobody can own. */
export function fieldSetOf(object: object, type: FieldType): FieldSet {
  return setOf({ ...fieldsOf(object, type) });
}

const metadataPaths = setOf(Object.fromEntries([...UNOWNED_METADATA].map(field => [`f:${field}`, EMPTY])));
/** What nobody can own, as a set. */
export const unownedPaths: FieldSet = setOf({ 'f:apiVersion': EMPTY, 'f:kind': EMPTY, 'f:metadata': nodeOf(true, { ...metadataPaths }) ?? EMPTY });
