/**
 * What functions cost by the sizes of what they are given, and how large their results are.
 *
 * @source kubernetes/apiserver pkg/cel/library/cost.go (EstimateCallCost), google/cel-go checker/cost.go (functionCost)
 */
import { BOOL, type Declared, DOUBLE, DYN, INT, listOf, OTHER, STRING } from './declared.ts';
import { REGEX_FACTOR, TEXT_FACTOR } from './limits.ts';
import { fixed, FREE, ONE, plus, type Range, scaled, times, UNBOUNDED, UNKNOWN } from './range.ts';

/** One operand: its type, and how large it can be. */
export interface Operand { readonly type: Declared; readonly size: Range; /** Of the elements, where it is a list. */ readonly elementSize: Range }

/** The cost of the call itself, and what is known of its result. */
export interface CallEstimate { readonly cost: Range; readonly size?: Range; readonly type: Declared }

const AUTHORIZATION_CHECK = 350_000;
/** Bytes of an address. */
const ADDRESS: Range = { min: 4, max: 16 };

/** Characters of the longest pattern of a format. */
const FORMAT_SIZE = 128;

const nothing: Operand = { type: DYN, size: UNKNOWN, elementSize: UNKNOWN };
const isText = ({ kind }: Declared): boolean => kind === 'string' || kind === 'bytes';

/** A call; `target` undefined = it is no method. */
export function callEstimate(name: string, target: Operand | undefined, args: readonly Operand[]): CallEstimate {
  const on = target ?? args[0] ?? nothing;
  const given = (target === undefined ? args[1] : args[0]) ?? nothing;
  switch (name) {
    case 'check': return { cost: fixed(AUTHORIZATION_CHECK), type: OTHER };
    case 'isSorted': case 'sum': case 'max': case 'min': case 'indexOf': case 'lastIndexOf': return walkEstimate(name, on);
    case 'lowerAscii': case 'upperAscii': case 'substring': case 'trim': return { cost: scaled(on.size, TEXT_FACTOR), size: on.size, type: STRING };
    case 'replace': return { cost: scaled(on.size, 2 * TEXT_FACTOR), size: replacedSize(on.size, given.size, (args[1] ?? nothing).size), type: STRING };
    case 'split': return { cost: scaled(on.size, 2 * TEXT_FACTOR), size: { min: 0, max: on.size.max }, type: listOf(STRING) };
    case 'join': return joinEstimate(on, args[0]);
    case 'find': case 'findAll': return { cost: regexCost(on.size, given.size), size: { min: 0, max: on.size.max }, type: name === 'find' ? STRING : listOf(STRING) };
    case 'matches': return { cost: regexCost(on.size, given.size), type: BOOL };
    case 'contains': return { cost: times(scaled(on.size, TEXT_FACTOR), scaled(given.size, TEXT_FACTOR)), type: BOOL };
    case 'startsWith': case 'endsWith': return { cost: scaled(given.size, TEXT_FACTOR), type: BOOL };
    case 'containsIP': return { cost: plus(scaled(plus(ADDRESS, ADDRESS), TEXT_FACTOR), parsed(given)), type: BOOL };
    case 'containsCIDR': return { cost: plus(scaled(plus(ADDRESS, ADDRESS), TEXT_FACTOR), scaled(ADDRESS, TEXT_FACTOR), ONE, parsed(given)), type: BOOL };
    case 'isCanonical': return { cost: scaled(on.size, 2 * TEXT_FACTOR), type: BOOL };
    case 'validate': return { cost: times(scaled(given.size, TEXT_FACTOR), fixed(FORMAT_SIZE * REGEX_FACTOR)), type: OTHER };
    case 'format': return { cost: scaled(on.size, TEXT_FACTOR), type: STRING };
    case 'bytes': case 'string': return conversionEstimate(name, on);
    default: return { cost: ONE, type: RESULTS[name] ?? DYN };
  }
}

/** Functions whose cost does not depend on anything, by what they give. */
const RESULTS: Readonly<Record<string, Declared>> = {
  size: INT, int: INT, uint: INT, double: DOUBLE, bool: BOOL, type: OTHER, compareTo: INT, sign: INT, asInteger: INT, isInteger: BOOL, asApproximateFloat: DOUBLE, isGreaterThan: BOOL, isLessThan: BOOL,
  isQuantity: BOOL, isIP: BOOL, isCIDR: BOOL, hasValue: BOOL, allowed: BOOL, reason: STRING, quantity: OTHER, ip: OTHER, cidr: OTHER, url: OTHER, isURL: BOOL, charAt: STRING,
  getScheme: STRING, getHost: STRING, getHostname: STRING, getPort: STRING, getEscapedPath: STRING, quote: STRING, named: OTHER, semver: OTHER, isSemver: BOOL, major: INT, minor: INT, patch: INT,
  image: OTHER, isImage: BOOL, containsDigest: BOOL, registry: STRING, repository: STRING, identifier: STRING, tag: STRING, digest: STRING, equivalent: BOOL, intersects: BOOL,
  masked: OTHER, prefixLength: INT, family: INT, isUnspecified: BOOL, isLoopback: BOOL, isLinkLocalMulticast: BOOL, isLinkLocalUnicast: BOOL, isGlobalUnicast: BOOL,
  getHours: INT, getMinutes: INT, getSeconds: INT, getMilliseconds: INT, getDayOfMonth: INT, getDayOfWeek: INT, getDayOfYear: INT, getMonth: INT, getFullYear: INT, getDate: INT,
  duration: { kind: 'duration', max: 0, bytes: 3 }, timestamp: { kind: 'timestamp', max: 0, bytes: 12 },
};

const parsed = ({ type, size }: Operand): Range => (type.kind === 'string' ? scaled(size, TEXT_FACTOR) : FREE);

function walkEstimate(name: string, { type, size, elementSize }: Operand): CallEstimate {
  const result = name === 'isSorted' ? BOOL : name === 'sum' || name === 'min' || name === 'max' ? type.element ?? DYN : INT;
  if (type.kind !== 'list') return { cost: scaled(size, TEXT_FACTOR), type: result };
  const each = type.element !== undefined && isText(type.element) ? plus(ONE, scaled(elementSize, TEXT_FACTOR)) : ONE;
  return { cost: times(size, each), type: result };
}

/** Twice: once to read, once to write. */
function replacedSize(size: Range, from: Range, to: Range): Range {
  const count = { min: 0, max: 0 };
  const kept = { min: 0, max: 0 };
  if (from.min === 0) { count.max = size.max < UNBOUNDED ? size.max + 1 : size.max; kept.max = size.max; }
  else if (to.max <= from.min) kept.max = size.max;
  else count.max = Math.ceil(size.max / from.min);
  if (from.max === 0) { count.min = size.min + 1; kept.min = size.min; }
  else if (from.max <= to.min) kept.min = size.min;
  else count.min = Math.ceil(size.min / from.max);
  return plus(times(count, to), kept);
}

function joinEstimate({ type, size, elementSize }: Operand, separator: Operand | undefined): CallEstimate {
  const content = type.kind === 'list' && type.element !== undefined ? times(size, elementSize) : FREE;
  const between = separator === undefined ? FREE : times(separator.size, { min: Math.max(0, size.min - 1), max: Math.max(0, size.max - 1) });
  const joined = plus(content, between);
  return { cost: scaled(joined, TEXT_FACTOR), size: joined, type: STRING };
}

/** An empty text may still meet an expensive expression. */
function regexCost(text: Range, expression: Range): Range {
  return times(scaled(plus(text, ONE), TEXT_FACTOR), scaled(expression, REGEX_FACTOR));
}

function conversionEstimate(name: 'bytes' | 'string', { type, size }: Operand): CallEstimate {
  if (name === 'bytes' && type.kind !== 'bytes') return { cost: scaled(size, TEXT_FACTOR), size: { min: size.min, max: size.max * 4 }, type: { kind: 'bytes', max: 0, bytes: 2 } };
  if (name === 'string' && type.kind === 'bytes') return { cost: scaled(size, TEXT_FACTOR), size: { min: Math.floor(size.min / 4), max: size.max }, type: STRING };
  return { cost: ONE, type: name === 'string' ? STRING : type };
}
