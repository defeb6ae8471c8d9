/**
 * Counts what an evaluation costs, and ends it when that is too much.
 *
 * Every part of a compiled expression is given a counter around its evaluation; a part that must know the sizes of its operands finds them where the counters
 * of these have left them. What a loop adds beside its own parts is counted with them.
 *
 * @source google/cel-go interpreter/runtimecost.go, kubernetes/apiserver pkg/cel/library/cost.go (CallCost)
 * @fidelity simplified: the condition that ends a loop early is not counted once more
 */
import type { ASTNode } from '@marcbachmann/cel-js';
import { CelFormat } from '../library/formats.ts';
import { CelPrefix } from '../library/addresses.ts';
import { isNamespace } from './namespaces.ts';
import { CANCELLED, LIST_COST, MAP_COST, PER_CALL_LIMIT, REGEX_FACTOR, SELECT_COST, TEXT_FACTOR } from './limits.ts';

/** The count of one evaluation, and the last values of the parts that somebody asks for. */
export interface Meter { cost: number; readonly values: Map<ASTNode, unknown> }

/** How the library evaluates a part. */
type Evaluate = (evaluator: unknown, node: unknown, context: unknown) => unknown;
interface Inner { readonly alternate?: { evaluate: Evaluate }; readonly macro?: { evaluate: Evaluate }; readonly evaluate: Evaluate }

/** Adds to the count of a part when it has its value. */
type Counter = (value: unknown) => number;

/** Puts counters around all parts of an expression whose types have been checked. */
export function metered(node: ASTNode): Meter {
  const meter: Meter = { cost: 0, values: new Map() };
  attach(node, meter);
  return meter;
}

/** Whether an evaluation has cost more than one may. */
export const isTooExpensive = ({ cost }: Meter): boolean => cost > PER_CALL_LIMIT;

function count(meter: Meter, cost: number): void {
  meter.cost += cost;
  if (isTooExpensive(meter)) throw new Error(CANCELLED);
}

function wrap(node: ASTNode, meter: Meter, counter: Counter | undefined, keeps: boolean): void {
  const { meta } = node as unknown as { readonly meta: Inner };
  (node as unknown as { evaluate: Evaluate }).evaluate = (evaluator, _node, context) => {
    const { alternate, macro } = meta;
    const value = alternate !== undefined ? alternate.evaluate(evaluator, alternate, context) : macro !== undefined ? macro.evaluate(evaluator, macro, context) : meta.evaluate(evaluator, node, context);
    if (keeps) meter.values.set(node, value);
    if (counter !== undefined) count(meter, counter(value));
    return value;
  };
}

const constant = (cost: number): Counter => () => cost;
const SELECT = constant(SELECT_COST);

/** Attaches counters to a part and all below it. `extra` is counted each time beside its own cost; `keeps`: somebody wants its value. */
function attach(node: ASTNode, meter: Meter, { extra, keeps = false }: { readonly extra?: Counter; readonly keeps?: boolean } = {}): void {
  const own = counterOf(node, meter);
  const counter = own === undefined ? extra : extra === undefined ? own : (value: unknown) => own(value) + extra(value);
  if (counter !== undefined || keeps) wrap(node, meter, counter, keeps);
}

function counterOf(node: ASTNode, meter: Meter): Counter | undefined {
  switch (node.op) {
    case 'value': return undefined;
    case 'id': return SELECT;
    case '.': case '.?': attach(node.args[0], meter); return SELECT;
    case '[]': case '[?]': for (const part of node.args) attach(part, meter); return SELECT;
    case 'list': for (const part of node.args) attach(part, meter); return constant(LIST_COST);
    case 'map': for (const part of node.args.flat()) attach(part, meter); return constant(MAP_COST);
    case '?:': case '||': case '&&': for (const part of node.args) attach(part, meter); return undefined;
    case '!_': attach(node.args, meter); return constant(1);
    case '-_': if (node.args.op === 'value') return undefined; attach(node.args, meter); return constant(1);
    case 'call': return callCounter(node.args[0], node.args[1], meter);
    case 'rcall': return methodCounter(node.args, meter);
    default: return binaryCounter(node.op, node.args, meter);
  }
}

// ---- Sizes -------------------------------------------------------------------------------------------------------------

function sizeOf(value: unknown): number {
  if (typeof value === 'string') return [...value].length;
  if (value instanceof Uint8Array || Array.isArray(value)) return value.length;
  if (value instanceof Map || value instanceof Set) return value.size;
  if (typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype) return Object.keys(value).length;
  return 1;
}

const isText = (value: unknown): boolean => typeof value === 'string' || value instanceof Uint8Array;
const readCost = (size: number, factor = TEXT_FACTOR): number => Math.ceil(size * factor);

/** All of a value, whatever is in it. */
function traversal(value: unknown): number {
  if (typeof value === 'string') return Math.floor(value.length * TEXT_FACTOR);
  if (Array.isArray(value)) return value.reduce((sum: number, item) => sum + traversal(item), 0);
  if (typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype) return Object.entries(value).reduce((sum, [key, item]) => sum + traversal(key) + traversal(item), 0);
  return 1;
}

// ---- Operators and functions -------------------------------------------------------------------------------------------

function binaryCounter(op: string, args: readonly [ASTNode, ASTNode], meter: Meter): Counter {
  const sized = op === '==' || op === '!=' || op === '+' || op === 'in' || op.startsWith('<') || op.startsWith('>');
  const [left, right] = args;
  for (const part of args) attach(part, meter, { keeps: sized });
  if (!sized) return constant(1);
  return () => {
    const [a, b] = [valueOf(left, meter), valueOf(right, meter)];
    switch (op) {
      case '==': case '!=': return readCost(Math.min(sizeOf(a), sizeOf(b)));
      case '+': return isText(a) && isText(b) ? readCost(sizeOf(a) + sizeOf(b)) : 1;
      case 'in': return Array.isArray(b) ? sizeOf(b) : 1;
      default: return isText(a) && isText(b) ? readCost(Math.min(sizeOf(a), sizeOf(b))) : 1;
    }
  };
}

const valueOf = (node: ASTNode | undefined, { values }: Meter): unknown => (node === undefined ? undefined : node.op === 'value' ? node.args : values.get(node));

function callCounter(name: string, args: readonly ASTNode[], meter: Meter): Counter {
  const [first] = args;
  if (name === 'has' && first?.op === '.') return hasCounter(first.args[0], meter);
  for (const arg of args) attach(arg, meter, { keeps: true });
  return result => functionCost(name, args.map(arg => valueOf(arg, meter)), result);
}

/** What leads to the field is read by the macro itself, from the variable on. */
function hasCounter(operand: ASTNode, meter: Meter): Counter {
  let steps = 0;
  let at = operand;
  while (at.op === '.' || at.op === '.?') { steps++; [at] = at.args; }
  attach(at, meter);
  return constant(steps * SELECT_COST);
}

function methodCounter([name, receiver, args]: readonly [string, ASTNode, readonly ASTNode[]], meter: Meter): Counter {
  if (receiver.op === 'id' && receiver.args === 'cel' && name === 'bind') { for (const part of args.slice(1)) attach(part, meter); return constant(LIST_COST); }
  if (args[0]?.op === 'id' && LOOPS.includes(name)) return loopCounter(name, receiver, { args, meter });
  const parts = isNamespace(receiver) ? args : [receiver, ...args];
  for (const part of parts) attach(part, meter, { keeps: true });
  return result => functionCost(name, parts.map(part => valueOf(part, meter)), result);
}

const AUTHORIZATION_CHECK = 350_000;

/** @source kubernetes/apiserver pkg/cel/library/cost.go (CallCost) */
function functionCost(name: string, [on, given]: readonly unknown[], result: unknown): number {
  switch (name) {
    case 'check': return AUTHORIZATION_CHECK;
    case 'isSorted': case 'sum': case 'max': case 'min': case 'indexOf': case 'lastIndexOf': return traversal(on);
    case 'url': case 'lowerAscii': case 'upperAscii': case 'substring': case 'trim': case 'cidr': case 'isIP': case 'isCIDR': case 'quantity': case 'isQuantity': return readCost(sizeOf(on));
    case 'ip': return isText(on) ? readCost(sizeOf(on)) : 1;
    case 'isCanonical': return readCost(sizeOf(on), 2 * TEXT_FACTOR);
    case 'containsIP': return readCost(2 * addressSize(on)) + (isText(given) ? readCost(sizeOf(given)) : 0);
    case 'containsCIDR': return readCost(2 * addressSize(on)) + readCost(addressSize(on)) + 1 + (isText(given) ? readCost(sizeOf(given)) : 0);
    case 'validate': return on instanceof CelFormat ? readCost(sizeOf(given)) * readCost(on.patternSize, REGEX_FACTOR) : 1;
    case 'replace': case 'split': return readCost(sizeOf(on), 2 * TEXT_FACTOR);
    case 'join': return readCost(sizeOf(result), 2 * TEXT_FACTOR);
    case 'find': case 'findAll': case 'matches': return readCost(1 + sizeOf(on)) * readCost(sizeOf(given), REGEX_FACTOR);
    case 'contains': return readCost(sizeOf(on)) * readCost(sizeOf(given));
    case 'startsWith': case 'endsWith': return readCost(sizeOf(on));
    case 'bytes': case 'string': return isText(on) ? readCost(sizeOf(on)) : 1;
    default: return 1;
  }
}

/** Bytes of a block that count. */
const addressSize = (block: unknown): number => (block instanceof CelPrefix ? Math.ceil(block.of.length / 8) : 1);

// ---- Loops -------------------------------------------------------------------------------------------------------------

const QUANTIFIERS: readonly string[] = ['all', 'exists', 'exists_one', 'existsOne'];
const LOOPS: readonly string[] = [...QUANTIFIERS, 'filter', 'map', 'transformList', 'transformMap', 'transformMapEntry'];
/** The parts of a loop that are evaluated each time: what stands behind its one or two variables. */
const partsOf = (name: string, args: readonly ASTNode[]): readonly ASTNode[] => args.slice(name.startsWith('transform') || (args.length > 2 && QUANTIFIERS.includes(name)) ? 2 : 1);
/** Adding to the list that is being built: the list so far, a list of one, and the sum. */
const APPEND = SELECT_COST + LIST_COST + 1;

/** Condition and step around each evaluation of a part: `all` and `exists` look at what they have so far, the others choose by the predicate. */
function loopCounter(name: string, receiver: ASTNode, { args, meter }: { readonly args: readonly ASTNode[]; readonly meter: Meter }): Counter {
  attach(receiver, meter);
  const [first, second] = partsOf(name, args);
  const each = (part: ASTNode | undefined, extra: Counter): void => { if (part !== undefined) attach(part, meter, { extra }); };
  switch (name) {
    case 'all': each(first, constant(3)); return SELECT;
    case 'exists': each(first, constant(4)); return SELECT;
    case 'exists_one': case 'existsOne': each(first, holds => (holds === true ? 2 : 1)); return constant(2);
    case 'filter': each(first, holds => (holds === true ? APPEND + SELECT_COST : SELECT_COST)); return constant(LIST_COST + SELECT_COST);
    default:
      if (second === undefined) each(first, constant(APPEND));
      else { each(first, holds => (holds === true ? 0 : SELECT_COST)); each(second, constant(APPEND)); }
      return constant(LIST_COST + SELECT_COST);
  }
}
