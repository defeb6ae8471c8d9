/** What to tell a learner about a line that cannot be read: where, what was expected, what was probably meant. */
import { etcdHelp } from '../etcd-help.ts';
import { catalog, findNode } from './catalog.ts';
import type { Symbol } from './engine.ts';
import type { FlagError } from './flag-values.ts';
import { editDistance } from '../../base/text.ts';
import { nearest } from './nearest.ts';
import { adviceFor, isGreeting } from './strangers.ts';
import type { Token } from './token.ts';

/** A line that cannot be read. */
export interface Failure {
  readonly ok: false;
  /** UTF-16 offset and length of the bad part. */
  readonly at: number;
  readonly width: number;
  /** What could have stood there, for people. */
  readonly expected: readonly string[];
  readonly message: string;
  /** The message is the program's own (kubectl's words): print it as it is, to standard error. */
  readonly isProgramText: boolean;
  readonly exit: number;
  /** The text may go on: more was expected at its end. */
  readonly isIncomplete: boolean;
  /** No command begins like this line: one is spelt nearly so, or the message tells what to do instead. */
  readonly stranger?: Stranger;
}
/** What is known of a line that begins with no command. */
export type Stranger = 'typo' | 'advised' | 'greeting' | 'unknown';
type Lang = 'ko' | 'en';
interface Found {
  readonly token: Token | undefined;
  /** Tokens of the same command before the bad one, and from it on. */
  readonly before: readonly Token[];
  readonly after: readonly Token[];
  readonly text: string;
  readonly expected: readonly Symbol[];
  readonly lang: Lang;
}
/** Expected things that are named in a message; more would not be read. */
const NAMED_MAX = 6;

/** First words of questions. */
const QUESTIONS: ReadonlySet<string> = new Set(['why', 'what', 'who', 'show', '왜', '누가']);

/** A quote or a here-document, begun at `at`, is still open. */
export function openFailure(open: 'quote' | 'heredoc', at: number, lang: Lang): Failure {
  const ko = open === 'quote' ? '여기서 연 따옴표가 닫히지 않았어요.' : '여러 줄 입력의 끝 표시가 없어요.';
  const en = open === 'quote' ? 'the quote that begins here is not closed' : 'the end mark of the here-document is missing';
  return { ok: false, at, width: open === 'quote' ? 1 : 2, expected: [], message: lang === 'ko' ? ko : en, isProgramText: false, exit: 2, isIncomplete: true };
}

/** A flag with a value that does not fit. */
export function flagFailure(error: FlagError, _text: string): Failure {
  const message = programText(error.path, error.message);
  return { ok: false, at: error.token.offset, width: Math.max(1, error.token.end - error.token.offset), expected: [], message, isProgramText: true, exit: isDiff(error.path) ? 2 : 1, isIncomplete: false };
}

/** `kubectl diff` ends with 1 when something differs: what it cannot do ends otherwise. */
const isDiff = (path: readonly string[]): boolean => path[0] === 'kubectl' && path[1] === 'diff';

/** The bad token, in the words of the program where it has words of its own. */
export function unexpected(found: Found): Failure {
  const { text } = found;
  const head = found.before[0] ?? found.token;
  // A line that is no question fails at its first word, however far the questions' grammar could follow it.
  const isNoQuestion = head?.isAsked === true && !QUESTIONS.has(head.text) && ![...found.before, ...found.after].some((each) => /[가-힣]/.test(each.value));
  const path = pathOf(found.before);
  // The line may still become a question, but as it stands its first word is what nobody knows.
  const token = isNoQuestion || isNoCommand(found, path) ? head : found.token;
  const at = token?.offset ?? text.trimEnd().length;
  const place = { ok: false, at, width: Math.max(1, (token?.end ?? at + 1) - at), exit: 1, isIncomplete: !isNoQuestion && found.token === undefined } as const;
  if (isNoQuestion) return { ...place, ...unknownLine(found), expected: [], isProgramText: false, exit: 2 };
  const own = programFailure(found, path);
  if (own !== undefined) return { ...place, exit: isDiff(path) ? 2 : 1, expected: namesOf(found.expected, found.lang), message: own, isProgramText: true };
  return { ...place, expected: namesOf(found.expected, found.lang), ...explain(found, path), isProgramText: false, exit: 2 };
}

/** Words of the command path among the tokens. */
function pathOf(tokens: readonly Token[]): readonly string[] {
  const { commands, filters } = catalog();
  const path: string[] = [];
  let node = commands;
  for (const token of tokens) {
    if (token.type !== 'word') continue;
    const child = node.children.get(token.text) ?? (path.length === 0 ? (filters.children.get(token.text) ?? commands.children.get('kubectl')?.children.get(token.text)) : undefined);
    if (child === undefined) break;
    node = child;
    path.splice(0, path.length, ...child.path);
  }
  return path;
}

/** Programs that have words of their own for what is wrong with their line. */
const PROGRAMS: ReadonlySet<string> = new Set(['kubectl', 'etcdctl', 'etcdutl', 'crictl', 'grep', 'head', 'tail', 'wc', 'sort', 'uniq', 'base64']);

function programFailure(found: Found, path: readonly string[]): string | undefined {
  const { token, before } = found;
  const last = before[before.length - 1];
  if (!PROGRAMS.has(path[0] ?? '')) return undefined;
  if (token?.type === 'unknownFlag') return unknownFlag(token, path);
  if (last?.type === 'option' && token?.type !== 'argument') return missingArgument(last, found.text, path);
  return token?.type === 'word' ? unknownWord(token.value, found, path) : undefined;
}

/** A word where the program expects one of its commands. */
function unknownWord(word: string, found: Found, path: readonly string[]): string | undefined {
  const words = [...(findNode(path)?.children.keys() ?? [])];
  const [program = '', verb] = path;
  if (words.length === 0 && program !== 'kubectl') return undefined;
  if (verb === undefined) return unknownCommand(program, word, words);
  if (program !== 'kubectl' || words.length === 0) return undefined;
  const name = path.join(' ');
  if (path.length > 2 || verb !== 'create') return `error: unknown command "${word}"\nSee '${name} -h' for help and examples`;
  const unexpectedWords = [word, ...found.after.slice(1).flatMap((each) => (each.type === 'word' ? [each.value] : []))];
  return `error: Unexpected args: [${unexpectedWords.join(' ')}]\nSee '${name} -h' for help and examples`;
}

function unknownFlag(token: Token, path: readonly string[]): string {
  const typed = token.text;
  const isLong = typed.startsWith('--');
  // In front of a command kubectl takes what it does not know for a plugin's.
  if (path.length === 1 && path[0] === 'kubectl') return `Error: flags cannot be placed before plugin name: ${typed}`;
  return programText(path, isLong ? `unknown flag: ${typed}` : `unknown shorthand flag: '${typed.slice(1)}' in ${token.value.startsWith('-') ? token.value : typed}`);
}

function missingArgument(option: Token, text: string, path: readonly string[]): string {
  const typed = text.slice(option.offset, option.end);
  return programText(path, typed.startsWith('--') ? `flag needs an argument: ${typed.replace(/=$/, '')}` : `flag needs an argument: '${typed.slice(-1)}' in -${typed.slice(-1)}`);
}

/** @source spf13/cobra command.go: suggestions within two edits, or with the same beginning, in the order of their names */
function unknownCommand(program: string, word: string, words: readonly string[]): string {
  const low = word.toLowerCase();
  const near = words.filter((each) => editDistance(low, each.toLowerCase()) <= 2 || each.toLowerCase().startsWith(low)).sort();
  if (program !== 'kubectl') return etcdUnknown(program, word, near.sort((a, b) => ETCDCTL_ORDER.indexOf(a) - ETCDCTL_ORDER.indexOf(b)));
  return `error: unknown command "${word}" for "kubectl"${near.length === 0 ? '' : `\n\nDid you mean this?\n${near.map((each) => `\t${each}`).join('\n')}`}`;
}

/** Commands in the order in which etcdctl adds them, which is that of its suggestions. @source etcd-io/etcd etcdctl/ctlv3/ctl.go */
const ETCDCTL_ORDER = ['get', 'put', 'del', 'txn', 'compaction', 'alarm', 'defrag', 'endpoint', 'move-leader', 'watch', 'version', 'lease', 'member', 'snapshot', 'make-mirror', 'lock', 'elect', 'auth', 'user', 'role', 'check', 'completion', 'downgrade'];

/** The library and the program itself both say what is wrong. */
function etcdUnknown(program: string, word: string, near: readonly string[]): string {
  const message = `Error: unknown command "${word}" for "${program}"${near.length === 0 ? '' : `\n\nDid you mean this?\n${near.map((each) => `\t${each}\n`).join('')}`}`;
  return `${message}\nRun '${program} --help' for usage.\n${message}`;
}

function usageText(path: readonly string[]): string {
  const node = findNode(path);
  return node === undefined ? '' : etcdHelp(node, 'en') ?? '';
}

/** An error of the flag library, as each program shows it. */
function programText(path: readonly string[], message: string): string {
  const name = path.join(' ');
  switch (path[0]) {
    case 'kubectl': return isDiff(path) ? `error: ${message}\nSee '${name} -h' for help and examples` : `error: ${message}\nSee '${name} --help' for usage.`;
    // etcdctl prints its usage apart, on standard output.
    case 'etcdctl': return `Error: ${message}\n\nError: ${message}`;
    case 'etcdutl': return `Error: ${message}\n${usageText(path)}\n\nError: ${message}`;
    default: return `${path[0] ?? ''}: ${message}`;
  }
}

/** What may follow any command: true, and no help to anyone. */
const FOLLOWERS: ReadonlySet<string> = new Set([';', '&&', '|', '>', '>>']);

function namesOf(expected: readonly Symbol[], lang: Lang): readonly string[] {
  const names = expected.filter((symbol) => ('hint' in symbol ? !['josa', 'copula', 'heredoc', 'verbWord', 'refused', 'dashes'].includes(symbol.hint) : !FOLLOWERS.has(symbol.literal)))
    .map((symbol) => ('hint' in symbol ? symbol[lang] : /^[\w가-힣-]+$/.test(symbol.literal) ? symbol.literal : `\`${symbol.literal}\``));
  return [...new Set(names)];
}

/** The endings of Korean questions are no help to who writes English. */
const inScript = (names: readonly string[], text: string, lang: Lang): readonly string[] =>
  (lang === 'ko' || /[가-힣]/.test(text) ? names : names.filter((name) => !/[가-힣]/.test(name)));

/** Read as a question so far, though its first word asks nothing. */
function isNoCommand(found: Found, path: readonly string[]): boolean {
  const first = found.before[0];
  return path.length === 0 && first?.isAsked === true && !QUESTIONS.has(first.text);
}

type Said = Pick<Failure, 'message' | 'stranger'>;

function explain(found: Found, path: readonly string[]): Said {
  const { token, lang } = found;
  const ko = lang === 'ko';
  const isStart = found.expected.some((symbol) => !('hint' in symbol) && symbol.literal === 'kubectl');
  if (isStart && token === undefined) return { message: ko ? '뒤에 명령을 더 적어 주세요.' : 'more is needed here: a command' };
  if (isStart || isNoCommand(found, path)) return unknownLine(found);
  if (isLostQuestion(found)) return { message: ko ? `이 질문은 알아듣지 못했어요. ${QUESTIONS_OF.ko}` : `I did not understand this question. ${QUESTIONS_OF.en}` };
  const names = inScript(namesOf(found.expected, lang), found.text, lang);
  const list = names.length > NAMED_MAX ? `${names.slice(0, NAMED_MAX).join(', ')} …` : names.join(', ');
  const typed = token?.value ?? '';
  if (token === undefined) return { message: ko ? `뒤에 더 적어 주세요: ${list}` : `more is needed here: ${list}` };
  const near = /^[a-z]/i.test(typed) ? nearest(typed, found.expected.flatMap((symbol) => ('hint' in symbol ? [] : [symbol.literal])), 2)[0] : undefined;
  const meant = near === undefined ? '' : ko ? ` 혹시 \`${near}\`인가요?` : ` Did you mean ${near}?`;
  if (names.length === 0) return { message: ko ? `여기서 끝나야 하는데 "${typed}"도 있어요.` : `the line should end here, but "${typed}" follows` };
  return { message: ko ? `"${typed}" 대신 이런 것을 적어 주세요: ${list}.${meant}` : `"${typed}" does not fit here; expected ${list}.${meant}` };
}

const QUESTIONS_OF = {
  ko: '`왜 web 파드가 Pending이야?`, `etcd가 뭐야?`, `누가 web을 지웠어?`, `파드 보여줘`처럼 물어봐 주세요.',
  en: 'Ask like this: `why is pod web pending?`, `what is etcd?`, `who deleted web?`, `show me the pods`.',
};

/** More than the first word of a question, and no reading of it. */
function isLostQuestion({ before, after }: Found): boolean {
  return QUESTIONS.has(before[0]?.text ?? '') && [...before, ...after].some(({ isAsked }) => isAsked);
}

/** The first word begins nothing known. */
function unknownLine(found: Found): Said {
  const { lang, text } = found;
  const ko = lang === 'ko';
  const first = found.before[0] ?? found.token;
  const typed = first?.value ?? '';
  if (/^\s*(apiVersion|kind):/.test(text)) {
    return { message: ko ? '매니페스트 같아요. `kubectl apply -f - <<EOF` 다음 줄부터 붙여 넣고, 끝에 `EOF`를 적어 주세요.' : 'this looks like a manifest: begin with `kubectl apply -f - <<EOF`, paste it, and end with `EOF`' };
  }
  const advice = adviceFor(typed);
  if (advice !== undefined) return { message: advice[lang], stranger: isGreeting(typed) ? 'greeting' : 'advised' };
  const { commands } = catalog();
  const words = [...commands.children.keys(), ...(commands.children.get('kubectl')?.children.keys() ?? [])];
  const near = nearest(typed, words, 2).slice(0, 3);
  if (near.length > 0) return { message: ko ? `"${typed}" 명령은 몰라요. 이런 명령이 있어요: ${near.join(', ')}` : `I do not know "${typed}". Did you mean ${near.join(', ')}?`, stranger: 'typo' };
  const message = ko
    ? `"${typed}" 명령은 몰라요. 첫 수업은 \`learn\`으로 시작하고, 할 수 있는 일은 \`help\`로 볼 수 있어요. \`왜 web 파드가 Pending이야?\`나 \`etcd가 뭐야?\`처럼 물어봐도 돼요.`
    : `I do not know "${typed}". \`learn\` begins a lesson, \`help\` shows what you can do; you can also ask \`why is pod web pending?\` or \`what is etcd?\`.`;
  return { message, stranger: 'unknown' };
}

/** The line with a caret under the bad part, and the message. A message that names no part stands alone. */
export function renderFailure(line: string, failure: Failure, widthOf: (text: string) => number): { readonly marked: readonly string[]; readonly message: string } {
  const { message } = failure;
  if (failure.isProgramText || failure.stranger === 'advised' || failure.stranger === 'greeting') return { marked: [], message };
  const start = line.lastIndexOf('\n', Math.max(0, failure.at - 1)) + 1;
  const end = line.indexOf('\n', start);
  const shown = line.slice(start, end < 0 ? line.length : end);
  const pad = ' '.repeat(widthOf(line.slice(start, failure.at)));
  const mark = '^'.repeat(Math.max(1, widthOf(line.slice(failure.at, failure.at + failure.width))));
  return { marked: [shown, `${pad}${mark}`], message };
}
