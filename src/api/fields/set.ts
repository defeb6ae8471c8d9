/**
 * Sets of field paths in the form of `fieldsV1`: a tree whose keys are path elements.
 *
 * `f:name` is a field, `k:{"name":"web"}` an item of a list with keys, `v:"x"` an item of a set, `i:0` a place in a list. A node without
 * keys is a member of the set; a node with keys is one when it has the key `.`. So `{f:spec: {f:ports: {".": {}, 'k:{"port":80}': {}}}}` holds
 * `.spec.ports` and `.spec.ports[port=80]`, but not `.spec`. Sets are frozen, and share what they can with the sets they were made from.
 *
 * @source kubernetes-sigs/structured-merge-diff fieldpath/set.go, fieldpath/serialize.go
 */
import { compareText } from '../../base/compare.ts';
import { Recent } from '../../base/recent.ts';

/** A node of the tree; the root is a set. */
export interface FieldSet { readonly [element: string]: FieldSet }

/** The set without members, and the node that is a member without others below it. */
export const EMPTY: FieldSet = Object.freeze({});
const SELF = '.';

const FIELD = 'f'.charCodeAt(0);
const DIGITS = /\d+|\D+/g;

/** Order of elements: by kind, then by name; numbers in keys count as numbers. */
function compareElements(a: string, b: string): number {
  if (a.charCodeAt(0) === FIELD || a.charCodeAt(0) !== b.charCodeAt(0)) return compareText(a, b);
  const left = a.match(DIGITS) ?? [];
  const right = b.match(DIGITS) ?? [];
  for (let i = 0; i < left.length && i < right.length; i++) {
    const l = left[i] ?? '';
    const r = right[i] ?? '';
    if (l === r) continue;
    const both = /^\d/.test(l) && /^\d/.test(r);
    return both && Number(l) !== Number(r) ? Number(l) - Number(r) : compareText(l, r);
  }
  return left.length - right.length;
}

/** Whether a set has no members. */
export function isEmptySet(set: FieldSet): boolean {
  for (const _ in set) return false;
  return true;
}

/** Whether a node below the root is itself in the set. */
export function isMember(node: FieldSet): boolean {
  return node[SELF] !== undefined || isEmptySet(node);
}

/** Elements and what is below each, in any order; no element twice. */
export interface Elements { readonly names: readonly string[]; readonly nodes: readonly FieldSet[] }

/** One step on the way to a shared node: the elements before it are fixed. */
interface Step { readonly leaves: Map<string, Step>; readonly inner: Map<string, Map<FieldSet, Step>>; node: FieldSet | undefined }

const newStep = (): Step => ({ leaves: new Map(), inner: new Map(), node: undefined });
/** Nodes of which all elements are common names exist once, so that objects of one shape share the trees that tell their owners. */
const shared = { owned: newStep(), plain: newStep(), size: 0 };
/** Shared nodes at most; beyond it sharing begins anew. */
const SHARED_MAX = 50_000;
/** Nodes that are shared, whose parents can be shared too. */
const common = new WeakSet<FieldSet>([EMPTY]);

function next(step: Step, name: string, node: FieldSet): Step {
  let steps: Map<unknown, Step> = step.leaves;
  let key: unknown = name;
  if (node !== EMPTY) {
    let byNode = step.inner.get(name);
    if (byNode === undefined) step.inner.set(name, (byNode = new Map()));
    steps = byNode;
    key = node;
  }
  let following = steps.get(key);
  if (following === undefined) { steps.set(key, (following = newStep())); shared.size++; }
  return following;
}

/** Names of items that belong to one object, as a uid, are not worth keeping. */
const isCommon = (name: string): boolean => name.startsWith('f:') || (name.length < 60 && !/[0-9]{2}/.test(name));

function build(member: boolean, elements: Elements): FieldSet {
  const { names, nodes } = inOrder(elements);
  const node: Record<string, FieldSet> = member ? { [SELF]: EMPTY } : {};
  for (let i = 0; i < names.length; i++) node[names[i] as string] = nodes[i] as FieldSet;
  return Object.freeze(node);
}

/** Elements by their names: one after the other goes to its place among those before it, for they are few and nearly in order. */
function inOrder(elements: Elements): Elements {
  const { names, nodes } = elements;
  let first = 1;
  while (first < names.length && compareElements(names[first - 1] as string, names[first] as string) < 0) first++;
  if (first >= names.length) return elements;
  const sorted = names.slice();
  const moved = nodes.slice();
  for (let i = first; i < sorted.length; i++) {
    const name = sorted[i] as string;
    const node = moved[i] as FieldSet;
    let at = i;
    for (; at > 0 && compareElements(sorted[at - 1] as string, name) > 0; at--) {
      sorted[at] = sorted[at - 1] as string;
      moved[at] = moved[at - 1] as FieldSet;
    }
    sorted[at] = name;
    moved[at] = node;
  }
  return { names: sorted, nodes: moved };
}

/** A node from its elements; undefined when nothing is in it. */
export function makeNode(member: boolean, elements: Elements): FieldSet | undefined {
  const { names, nodes } = elements;
  if (names.length === 0) return member ? EMPTY : undefined;
  for (let i = 0; i < names.length; i++) {
    const node = nodes[i] as FieldSet;
    const name = names[i] as string;
    if ((name.charCodeAt(0) !== FIELD && !isCommon(name)) || (node !== EMPTY && !common.has(node))) return build(member, elements);
  }
  let step = member ? shared.owned : shared.plain;
  for (let i = 0; i < names.length; i++) step = next(step, names[i] as string, nodes[i] as FieldSet);
  if (step.node !== undefined) return step.node;
  return step.node = canonical(member, build(member, elements));
}

/** The same node whatever the order in which its elements came. */
function canonical(member: boolean, node: FieldSet): FieldSet {
  if (shared.size > SHARED_MAX) { shared.owned = newStep(); shared.plain = newStep(); shared.size = 0; }
  let step = member ? shared.owned : shared.plain;
  for (const name of Object.keys(node)) if (name !== SELF) step = next(step, name, node[name] as FieldSet);
  if (step.node === undefined) { step.node = node; common.add(node); }
  return step.node;
}

/** A node from a record of its elements. */
export function nodeOf(member: boolean, children: Readonly<Record<string, FieldSet>> | undefined): FieldSet | undefined {
  if (children === undefined) return member ? EMPTY : undefined;
  const names = Object.keys(children).filter(name => name !== SELF);
  return makeNode(member, { names, nodes: names.map(name => children[name] ?? EMPTY) });
}

/** A set from its elements. */
export function setOf(children: Readonly<Record<string, FieldSet>> | undefined): FieldSet {
  return nodeOf(false, children) ?? EMPTY;
}

type Operation = (a: FieldSet | undefined, b: FieldSet | undefined) => FieldSet | undefined;
interface Combining { readonly each: Operation; readonly member: boolean; readonly isRoot: boolean; readonly widens: boolean }

/** Works on the elements of two trees; the tree of `a` comes back when nothing in it changed. */
function combine(a: FieldSet, b: FieldSet, { each, member, isRoot, widens }: Combining): FieldSet | undefined {
  let isSame = isRoot || member === isMember(a);
  const names: string[] = [];
  const nodes: FieldSet[] = [];
  for (const name in a) {
    if (name === SELF) continue;
    const old = a[name];
    const now = each(old, b[name]);
    if (now !== old) isSame = false;
    if (now !== undefined) { names.push(name); nodes.push(now); }
  }
  if (widens) {
    for (const name in b) {
      if (name === SELF || a[name] !== undefined) continue;
      names.push(name);
      nodes.push(b[name] as FieldSet);
      isSame = false;
    }
  }
  return isSame ? a : makeNode(member && !isRoot, { names, nodes });
}

function unionNodes(a: FieldSet | undefined, b: FieldSet | undefined): FieldSet | undefined {
  if (a === undefined || a === b) return b;
  if (b === undefined) return a;
  return combine(a, b, { each: unionNodes, member: isMember(a) || isMember(b), isRoot: false, widens: true });
}

function differenceNodes(a: FieldSet | undefined, b: FieldSet | undefined): FieldSet | undefined {
  if (a === undefined || b === undefined) return a;
  return combine(a, b, { each: differenceNodes, member: isMember(a) && !isMember(b), isRoot: false, widens: false });
}

function intersectionNodes(a: FieldSet | undefined, b: FieldSet | undefined): FieldSet | undefined {
  if (a === undefined || b === undefined) return undefined;
  if (a === b) return a;
  return combine(a, b, { each: intersectionNodes, member: isMember(a) && isMember(b), isRoot: false, widens: false });
}

const rootUnion: Combining = { each: unionNodes, member: false, isRoot: true, widens: true };
const rootDifference: Combining = { each: differenceNodes, member: false, isRoot: true, widens: false };
const rootIntersection: Combining = { each: intersectionNodes, member: false, isRoot: true, widens: false };

/** Results remembered of an operation. */
const RESULTS_MAX = 16;
/** What lately became of shared sets: thousands of leases are renewed alike, and thousands of pods report the same. */
const unions = new Recent<FieldSet>(RESULTS_MAX);
const differences = new Recent<FieldSet>(RESULTS_MAX);

function haveCommonKeys(a: FieldSet, b: FieldSet): boolean {
  for (const name in b) if (a[name] !== undefined) return true;
  return false;
}

/** Members of either. */
export function union(a: FieldSet, b: FieldSet): FieldSet {
  if (a === b || isEmptySet(b)) return a;
  if (isEmptySet(a)) return b;
  const known = unions.find(a, b);
  if (known !== undefined) return known;
  const result = combine(a, b, rootUnion) ?? EMPTY;
  return isShared(b) ? unions.keep(a, b, result) : result;
}

/** Members of `a` that are not in `b`. A field below a member of `b` stays. */
export function difference(a: FieldSet, b: FieldSet): FieldSet {
  if (!haveCommonKeys(a, b)) return a;
  const known = differences.find(a, b);
  if (known !== undefined) return known;
  const result = combine(a, b, rootDifference) ?? EMPTY;
  return isShared(b) ? differences.keep(a, b, result) : result;
}

/** Whether a set exists once for all objects that have these fields. */
export function isShared(set: FieldSet): boolean {
  return common.has(set);
}

/** Lets sets be shared of which a node is a part that is the same for many objects, though its names are not common. */
export function shareNode(node: FieldSet): void {
  if (node !== EMPTY) common.add(node);
}

/** Members of both. */
export function intersection(a: FieldSet, b: FieldSet): FieldSet {
  if (a === b) return a;
  return haveCommonKeys(a, b) ? combine(a, b, rootIntersection) ?? EMPTY : EMPTY;
}

/** Whether a value from outside is such a tree. */
export function isFieldSet(value: unknown, depth = 0): value is FieldSet {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || depth > 100) return false;
  return Object.entries(value).every(([key, node]) => (key === SELF || /^(?:f:|k:\{|v:|i:\d)/.test(key)) && isFieldSet(node, depth + 1));
}

/** Whether two sets hold the same fields. */
export function equalSets(a: FieldSet, b: FieldSet): boolean {
  if (a === b) return true;
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  return keys.every(key => { const other = b[key]; return other !== undefined && equalSets(a[key] ?? EMPTY, other); });
}

/** Members as texts such as `.spec.ports[port=80,protocol="TCP"].name`: those of a node before those below them. */
export function pathsOf(set: FieldSet, prefix = ''): readonly string[] {
  const keys = Object.keys(set).filter(key => key !== SELF);
  const here = keys.filter(key => isMember(set[key] ?? EMPTY)).map(key => prefix + elementText(key));
  return [...here, ...keys.flatMap(key => pathsOf(set[key] ?? EMPTY, prefix + elementText(key)))];
}

/** One element as text. */
export function elementText(element: string): string {
  const rest = element.slice(2);
  switch (element.charAt(0)) {
    case 'k': return `[${rest.slice(1, -1).replaceAll(/"([^"\\]*)":/g, '$1=')}]`;
    case 'v': return `[=${rest}]`;
    case 'i': return `[${rest}]`;
    default: return `.${rest}`;
  }
}

/** Whether a path is a member. */
export function hasPath(set: FieldSet, ...elements: readonly string[]): boolean {
  let node: FieldSet | undefined = set;
  for (const element of elements) node = node?.[element];
  return node !== undefined && isMember(node);
}
