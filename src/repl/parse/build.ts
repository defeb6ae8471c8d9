/** What the grammar's rules make of their parts: small nodes, from which `parse.ts` makes commands. */
import type { Flag } from '../../kubectl/command.ts';
import { assert } from '../../base/assert.ts';
import type { Token } from './token.ts';

/** A word in its role. */
interface OperandNode { readonly node: 'operand'; readonly name: string; readonly value: string; readonly isList: boolean }
/** A flag with its value as typed; no value = it stands alone. */
export interface FlagNode { readonly node: 'flag'; readonly flag: Flag; readonly value: string | undefined; readonly token: Token }
interface HeredocNode { readonly node: 'heredoc'; readonly body: string }
/** A command or a filter. */
export interface CommandNode {
  readonly node: 'command';
  readonly path: readonly string[];
  readonly operands: Readonly<Record<string, string | readonly string[]>>;
  readonly flags: readonly FlagNode[];
  readonly stdin: string | undefined;
}
interface RedirectNode { readonly node: 'redirect'; readonly file: string; readonly isAppend: boolean }
/** A command with what follows it on the line. */
export interface StatementNode {
  readonly node: 'statement';
  readonly command: CommandNode;
  readonly filters: readonly CommandNode[];
  readonly redirect: RedirectNode | undefined;
  readonly on: string | undefined;
  /** What joins it to the statement before it. */
  readonly after: ';' | '&&' | '|';
}
type Node = OperandNode | FlagNode | HeredocNode | CommandNode | RedirectNode | StatementNode;
type Data = readonly unknown[];
type Build = (data: Data) => unknown;

const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null && 'node' in value;
const isToken = (value: unknown): value is Token => typeof value === 'object' && value !== null && 'offset' in value;

/** Every node below a rule's data, in order. */
function nodesOf(data: unknown, into: Node[] = []): Node[] {
  if (Array.isArray(data)) for (const part of data) nodesOf(part, into);
  else if (isNode(data)) into.push(data);
  return into;
}

function tokenAt(data: Data, index: number): Token {
  const token = data[index];
  assert(isToken(token), 'the grammar put a rule where a builder expects a token');
  return token;
}

const meaning = (token: Token): string => (token.means !== undefined && 'kind' in token.means ? token.means.kind : token.means !== undefined ? token.means.state : token.value);

export const nothing: Build = () => [];
export const first: Build = (data) => data[0];
export const list: Build = (data) => [data[0]];
export const append: Build = (data) => [data[0], data.slice(1)];

/** A word that is the only one in its role. */
export const one = (name: string): Build => (data) => ({ node: 'operand', name, value: meaning(tokenAt(data, 0)), isList: false }) satisfies Node;
/** A word of which there may be several in the role. */
export const many = (name: string): Build => (data) => ({ node: 'operand', name, value: tokenAt(data, 0).value, isList: true }) satisfies Node;
/** A literal of the grammar as an operand. */
export const word = (name: string): Build => (data) => {
  const token = tokenAt(data, 0);
  return { node: 'operand', name, value: token.value, isList: token.type === 'operator' || name === 'words' } satisfies Node;
};
/** `pod web` and `web 파드`: one target, written TYPE/NAME. */
export const kindFirst: Build = (data) => target(tokenAt(data, 0), tokenAt(data, 1));
export const nameFirst: Build = (data) => target(tokenAt(data, 1), tokenAt(data, 0));
const target = (kind: Token, name: Token): Node => ({ node: 'operand', name: 'target', value: `${meaning(kind)}/${name.value}`, isList: false });

export const switchOn: Build = (data) => flagNode(tokenAt(data, 0), undefined);
export const assigned: Build = (data) => flagNode(tokenAt(data, 0), tokenAt(data, 1));
export const flag: Build = assigned;
function flagNode(token: Token, value: Token | undefined): FlagNode {
  assert(token.flag !== undefined, 'a flag token names no flag');
  return { node: 'flag', flag: token.flag, value: value?.value, token: value ?? token };
}
export const heredoc: Build = (data) => ({ node: 'heredoc', body: tokenAt(data, 0).body ?? '' }) satisfies Node;

/** A command with the words and flags of its rule. */
export const command = (...path: readonly string[]): Build & { readonly path: readonly string[] } => Object.assign((data: Data) => commandNode(path, nodesOf(data)), { path });
/** The command inside, with the flags that stood before its verb. */
export const commandOf: Build = (data) => {
  const nodes = nodesOf(data);
  const inner = nodes.find((node) => node.node === 'command');
  assert(inner !== undefined, 'a program without its command');
  const outer = commandNode([], nodes.filter((node) => node !== inner));
  return { ...inner, flags: [...outer.flags, ...inner.flags], stdin: inner.stdin ?? outer.stdin } satisfies Node;
};
/** A command that was asked for in plain words. */
export const question = (...path: readonly string[]): Build => (data) => commandNode(path, nodesOf(data));

function commandNode(path: readonly string[], nodes: readonly Node[]): CommandNode {
  const operands: Record<string, string | readonly string[]> = {};
  const flags: FlagNode[] = [];
  let stdin: string | undefined;
  for (const node of nodes) {
    if (node.node === 'flag') flags.push(node);
    else if (node.node === 'heredoc') stdin = node.body;
    else if (node.node === 'operand') operands[node.name] = node.isList ? [...(operands[node.name] ?? []), node.value] : node.value;
  }
  return { node: 'command', path, operands, flags, stdin };
}

export const redirect = (isAppend: boolean): Build => (data) => ({ node: 'redirect', file: tokenAt(data, 1).value, isAppend }) satisfies Node;
/** A command, its filters and its redirection. */
export const restOf: Build = (data) => {
  const nodes = nodesOf(data);
  const commands = nodes.filter((node): node is CommandNode => node.node === 'command');
  const head = commands[0];
  assert(head !== undefined, 'a statement without a command');
  const redirection = nodes.find((node) => node.node === 'redirect');
  return { node: 'statement', command: head, filters: commands.slice(1), redirect: redirection, on: undefined, after: ';' } satisfies Node;
};
/** `on NODE: …` and `ssh NODE …`. */
export const onNode: Build = (data) => {
  const nodes = nodesOf(data);
  const statement = nodes.find((node) => node.node === 'statement');
  const place = nodes.find((node) => node.node === 'operand');
  assert(statement !== undefined && place !== undefined, 'a place without a command');
  return { ...statement, on: place.value } satisfies Node;
};
/** Joins a statement to those before it. */
export const appendAfter = (after: ';' | '&&' | '|'): Build => (data) => {
  const last = data[2];
  assert(isNode(last) && last.node === 'statement', 'only statements are joined');
  return [data[0], { ...last, after }];
};

/** The statements of a whole line. */
export function statementsOf(data: unknown): readonly StatementNode[] {
  return nodesOf(data).filter((node): node is StatementNode => node.node === 'statement');
}
