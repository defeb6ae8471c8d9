/** The completion list at the cursor: what the grammar could read there, with live names from the cluster. */
import type { Flag } from '../kubectl/command.ts';
import { catalog, findNode } from './parse/catalog.ts';
import { expectedAfter, feed, type Symbol } from './parse/engine.ts';
import { lex } from './parse/lexer.ts';
import type { Lexed, Token } from './parse/token.ts';
import { kindWords, stateWords } from './parse/words.ts';
import type { Completions } from './session-view.ts';

/** One thing that may stand at the cursor. */
export interface Candidate { readonly text: string; readonly summary: string }
/** Live names, looked up by the session. */
export interface Providers {
  readonly lang: 'ko' | 'en';
  resources(): readonly Candidate[];
  /** Names of objects; `namespace` undefined = the default one. */
  names(resource: string, namespace: string | undefined): readonly string[];
  namespaces(): readonly string[];
  nodes(): readonly string[];
  processes(): readonly string[];
  faultKinds(): readonly Candidate[];
  /** What may stand at a place after the name of a fault. */
  faultWords(kind: string, at: number): readonly Candidate[];
  lessons(): readonly Candidate[];
  topics(): readonly Candidate[];
  containers(pod: string, namespace: string | undefined): readonly string[];
}
/** More than this many names help nobody. */
const ITEMS_MAX = 200;

/** What may stand at the cursor. */
export function complete(line: string, cursor: number, providers: Providers): Completions {
  const left = line.slice(0, cursor);
  const whole = lex(left);
  const last = whole.tokens[whole.tokens.length - 1];
  const isHalf = last !== undefined && last.end === left.length && !isComplete(last, left);
  const tokens = isHalf ? whole.tokens.slice(0, -1) : whole.tokens;
  const from = isHalf ? last.offset : cursor;
  const half = isHalf ? left.slice(from) : '';
  const fed = feed(tokens);
  if (fed.bad >= 0) return { from, items: [] };
  const before = isHalf ? lex(left.slice(0, from)) : whole;
  const context = { before, tokens: segmentOf(tokens), half, providers };
  const found = expectedAfter(fed, tokens.length).flatMap((symbol) => candidates(symbol, context)).sort(inHelpOrder(before.path));
  return { from, items: select(found, half) };
}

/** Whether a token at the cursor is whole although nothing stands behind it: `--output=`, `|`. */
function isComplete(token: Token, left: string): boolean {
  return (token.type === 'option' && left.endsWith('=')) || (token.type === 'argument' && token.value === '') || token.type === 'operator' || token.type === 'heredoc';
}

/** Commands stand as in their help, those of the tutor first at the start of a line; what is no command keeps its place behind them. */
function inHelpOrder(path: readonly string[]): (a: Candidate, b: Candidate) => number {
  const commands = findNode(path)?.children ?? catalog().commands.children;
  const first = path.length === 0 ? [...FIRST, ...commands.keys(), ...(commands.get('kubectl')?.children.keys() ?? [])] : [...commands.keys()];
  const place = (text: string): number => (first.includes(text) ? first.indexOf(text) : first.length);
  return (a, b) => place(a.text) - place(b.text);
}
/** What a learner looks for first. */
const FIRST: readonly string[] = ['learn', 'help', 'kubectl', 'hint', 'next', 'explain', 'why', 'trace', 'lessons', 'advance', 'undo', 'fault', 'heal'];

function select(found: readonly Candidate[], half: string): readonly Candidate[] {
  const low = half.toLowerCase();
  const seen = new Set<string>();
  return found.filter((item) => {
    if (seen.has(item.text) || !item.text.toLowerCase().startsWith(low)) return false;
    seen.add(item.text);
    return item.text !== '';
  }).slice(0, ITEMS_MAX);
}

function segmentOf(tokens: readonly Token[]): readonly Token[] {
  let start = tokens.length;
  while (start > 0 && !(tokens[start - 1]?.type === 'operator' && [';', '&&', '|', ':'].includes(tokens[start - 1]?.text ?? ''))) start--;
  return tokens.slice(start);
}

interface Context { readonly before: Lexed; readonly tokens: readonly Token[]; readonly half: string; readonly providers: Providers }

function candidates(symbol: Symbol, context: Context): readonly Candidate[] {
  return 'hint' in symbol ? named(symbol.hint, context) : [literal(symbol.literal, context)];
}

function literal(text: string, context: Context): Candidate {
  if ([';', '&&', '|', '>', '>>', ':'].includes(text)) return { text: '', summary: '' };
  const { lang } = context.providers;
  const path = context.before.path;
  const node = findNode([...path, text]) ?? (path.length === 0 ? findNode(['kubectl', text]) : undefined) ?? catalog().commands.children.get(text);
  return { text, summary: node?.summary[lang] ?? '' };
}

const plain = (texts: readonly string[]): readonly Candidate[] => texts.map((text) => ({ text, summary: '' }));

function named(name: string, context: Context): readonly Candidate[] {
  const { providers } = context;
  const isAtStart = context.tokens.length === 0;
  switch (name) {
    case 'switch': return [];
    case 'option': return flagsAt(context);
    case 'argument': case 'assigned': return argumentsAt(context);
    case 'resource': case 'apiResource': case 'field': return isAtStart ? [] : resourceWords(context);
    case 'typeName': return typeNames(context);
    case 'name': case 'plainName': return isAtStart ? [] : objectNames(context);
    case 'pod': case 'podWord': return [...plain(providers.names('pods', namespaceOf(context))), ...typeNames(context)];
    case 'container': return plain(providers.containers(lastWord(context), namespaceOf(context)));
    case 'node': case 'nodeName': return plain(providers.nodes());
    case 'faultKind': return providers.faultKinds();
    case 'faultTarget': return faultWords(context);
    case 'lesson': return providers.lessons();
    case 'topic': return providers.topics();
    case 'target': return [...plain(['last']), ...typeNames(context)];
    case 'askedName': return isAtStart ? [] : plain(providers.names('pods', undefined));
    case 'askedTopic': return isAtStart ? [] : providers.topics();
    case 'kind': return isAtStart && !/[가-힣]/.test(context.half) ? [] : plain(kindWords);
    case 'state': return plain(stateWords);
    case 'unit': return plain(['kubelet', 'containerd']);
    case 'duration': return plain(['10s', '30s', '1m', '5m', '1h']);
    case 'factor': return plain(['1x', '2x', '10x', '60x']);
    case 'apiVerb': return plain(['get', 'list', 'watch', 'create', 'update', 'patch', 'delete']);
    case 'context': return plain(['kubernetes-admin@kubernetes']);
    case 'helpWord': return helpWords(context);
    default: return [];
  }
}

function flagsAt(context: Context): readonly Candidate[] {
  const used = new Set(context.tokens.flatMap((token) => (token.flag === undefined || token.flag.type === 'list' ? [] : [token.flag.name])));
  // A bare Tab lists operands first; flags come once a dash is typed.
  if (!context.half.startsWith('-')) return [];
  const shown = [...new Set(context.before.flags.values())].filter((flag) => flag.hidden !== true && !used.has(flag.name));
  const long = shown.map((flag) => ({ text: `--${flag.name}${takesValue(flag) ? '=' : ''}`, summary: flag.summary }));
  const short = shown.flatMap((flag) => (flag.short === undefined ? [] : [{ text: `-${flag.short}`, summary: flag.summary }]));
  return context.half.startsWith('--') ? long : [...short, ...long];
}
const takesValue = (flag: Flag): boolean => flag.type !== 'bool' && flag.implied === undefined;

function argumentsAt(context: Context): readonly Candidate[] {
  const flag = context.before.waiting ?? context.tokens[context.tokens.length - 1]?.flag;
  const { providers } = context;
  if (flag === undefined) return [];
  if (flag.choices !== undefined) return plain(flag.choices);
  switch (flag.completes) {
    case 'namespace': return plain(providers.namespaces());
    case 'node': return plain(providers.nodes());
    case 'container': return plain(providers.containers(lastWord(context), namespaceOf(context)));
    default: return flag.type === 'bool' ? plain(['true', 'false']) : [];
  }
}

function faultWords(context: Context): readonly Candidate[] {
  const words = context.tokens.filter((token) => token.type === 'word').map((token) => token.value);
  return context.providers.faultWords(words[1] ?? '', words.length - 2);
}

/** `pods,sv` goes on after the comma. */
function resourceWords(context: Context): readonly Candidate[] {
  const comma = context.half.lastIndexOf(',');
  const kept = context.half.slice(0, comma + 1);
  return context.providers.resources().map((item) => ({ text: kept + item.text, summary: item.summary }));
}

function typeNames(context: Context): readonly Candidate[] {
  const slash = context.half.indexOf('/');
  if (slash <= 0) return [];
  const kind = context.half.slice(0, slash);
  return context.providers.names(kind, namespaceOf(context)).map((name) => ({ text: `${kind}/${name}`, summary: '' }));
}

function objectNames(context: Context): readonly Candidate[] {
  const depth = context.before.path.length;
  const words = context.tokens.filter((token) => token.type === 'word');
  const bare = words[0]?.text === context.before.path[0] ? depth : depth - 1;
  const resource = words[bare]?.value ?? '';
  const taken = new Set(words.slice(bare + 1).map((token) => token.value));
  if (resource === '' || resource.includes('/')) return [];
  return plain(context.providers.names(resource, namespaceOf(context)).filter((name) => !taken.has(name)));
}

function namespaceOf(context: Context): string | undefined {
  return context.tokens.find((token) => token.type === 'argument' && token.flag?.name === 'namespace')?.value;
}

const lastWord = (context: Context): string => context.tokens.filter((token) => token.type === 'word').at(-1)?.value ?? '';

function helpWords(context: Context): readonly Candidate[] {
  const words = context.tokens.filter((token) => token.type === 'word').slice(1).map((token) => token.value);
  const node = findNode(words);
  return node === undefined ? [] : [...node.children.values()].map((child) => ({ text: child.path.at(-1) ?? '', summary: child.summary[context.providers.lang] }));
}
