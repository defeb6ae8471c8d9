import type { Span } from '../session-view.ts';
import type { Token } from './token.ts';

/** Style of a piece of a line. */
export type Style = Span['style'];

/** A terminal that is not a literal: which tokens it accepts, how they look, what to call it when it is missing. */
export interface Terminal {
  readonly hint: string;
  test(this: void, token: unknown): boolean;
  readonly style: Style;
  readonly ko: string;
  readonly en: string;
}
export type GrammarSymbol = string | { readonly literal: string } | Terminal;
/** A rule as nearley reads it. */
export interface CompiledRule {
  readonly name: string;
  readonly symbols: readonly GrammarSymbol[];
  /** `path`: the command that the rule makes. */
  readonly postprocess?: ((data: readonly unknown[]) => unknown) & { readonly path?: readonly string[] };
}

const isWord = (token: Token): boolean => token.type === 'word';
const isPlainWord = (token: Token): boolean => isWord(token) && !token.isAsked;
const isAsked = (token: Token): boolean => isWord(token) && token.isAsked;
const isInteger = (token: Token): boolean => isPlainWord(token) && /^-?\d+$/.test(token.value);
const hasSlash = (token: Token): boolean => token.value.includes('/');
const isPair = (token: Token): boolean => isPlainWord(token) && (token.value.includes('=') || (token.value.length > 1 && token.value.endsWith('-')));
const isKind = (token: Token): boolean => isAsked(token) && token.means !== undefined && 'kind' in token.means;
const isState = (token: Token): boolean => isAsked(token) && token.means !== undefined && 'state' in token.means;
/** Words of the question grammar that are never the thing asked about. */
const QUESTION_WORDS: ReadonlySet<string> = new Set([
  'is', 'are', 'not', 'the', 'a', 'an', 'me', 'last', '왜', '안', '누가', '뭐야', '뭐예요', '뭔가요', '뭐죠', '뭐지', '무엇인가요', '무엇이야', '무슨', '뜻이야',
  '설명해줘', '설명해', '알려줘', '보여줘', '보여', '줘', '목록', '만들었어', '지웠어', '죽였어', '바꿨어',
  '힌트', '모르겠어', '모르겠어요', '몰라', '몰라요', '다음', '정답', '풀이', '확인', '수업', '시작', '시작해', '시작해요', '시작하자', '시작할래', '시작할래요',
  '도움말', '도와줘', '도와주세요', '되돌려', '나가기', '종료', '끝',
]);
const isNoun = (token: Token): boolean => isAsked(token) && !QUESTION_WORDS.has(token.text) && !isState(token);

type Entry = readonly [accepts: (token: Token) => boolean, style: Style, ko: string, en: string];
const table: Readonly<Record<string, Entry>> = {
  switch: [(token) => token.type === 'switch', 'flag', '플래그', 'a flag'],
  option: [(token) => token.type === 'option', 'flag', '플래그', 'a flag'],
  assigned: [(token) => token.type === 'assigned', 'value', '값', 'a value'],
  argument: [(token) => token.type === 'argument', 'value', '플래그의 값', 'a value for the flag'],
  heredoc: [(token) => token.type === 'heredoc', 'string', '<<EOF', '<<EOF'],
  dashes: [(token) => token.type === 'dashes', 'command', '--', '--'],
  rest: [(token) => token.type === 'rest', 'value', '인자', 'an argument'],
  raw: [(token) => token.type === 'raw', 'value', 'CEL 식', 'a CEL expression'],
  file: [isPlainWord, 'string', '파일 이름', 'a file name'],
  pattern: [isPlainWord, 'string', '찾을 글자', 'a pattern'],
  node: [isPlainWord, 'value', '노드 이름', 'a node'],
  nodeName: [(token) => isPlainWord(token) && !/[=:]|-$/.test(token.value), 'value', '노드 이름', 'a node'],
  taint: [(token) => isPlainWord(token) && /[=:]|-$/.test(token.value), 'value', '테인트', 'a taint'],
  resource: [(token) => isWord(token) && !hasSlash(token) && !token.value.includes('=') && !/.-$/.test(token.value), 'resource', '리소스 종류', 'a resource type'],
  typeName: [(token) => isPlainWord(token) && hasSlash(token) && !isPair(token), 'resource', '종류/이름', 'TYPE/NAME'],
  name: [isWord, 'value', '이름', 'a name'],
  slashless: [(token) => isPlainWord(token) && !isPair(token) && !hasSlash(token), 'value', '이름', 'a name'],
  plainName: [(token) => isPlainWord(token) && !isPair(token), 'value', '이름', 'a name'],
  refused: [isPlainWord, 'value', '더 쓸 수 없는 말', 'a word too many'],
  anyWord: [isPlainWord, 'value', '값', 'a value'],
  newName: [isPlainWord, 'value', '새 이름', 'a new name'],
  pair: [isPair, 'value', '키=값', 'KEY=VALUE'],
  pod: [isPlainWord, 'value', '파드 이름', 'a pod'],
  podWord: [isPlainWord, 'value', '파드', 'a pod'],
  container: [isPlainWord, 'value', '컨테이너 이름', 'a container'],
  context: [isPlainWord, 'value', '컨텍스트', 'a context'],
  apiVerb: [isPlainWord, 'value', '동사(get, list …)', 'a verb (get, list …)'],
  apiResource: [isPlainWord, 'resource', '리소스 종류', 'a resource type'],
  field: [isPlainWord, 'resource', '필드 경로', 'a field path'],
  helpWord: [isPlainWord, 'command', '명령', 'a command'],
  etcdKey: [isPlainWord, 'value', '키', 'a key'],
  arg: [isPlainWord, 'value', '인자', 'an argument'],
  memberId: [isPlainWord, 'value', '멤버 ID', 'a member id'],
  leaseId: [isPlainWord, 'value', '리스 ID', 'a lease id'],
  containerId: [isPlainWord, 'value', '컨테이너 ID', 'a container id'],
  image: [isPlainWord, 'value', '이미지', 'an image'],
  integer: [isInteger, 'value', '정수', 'a whole number'],
  choice: [(token) => isWord(token) && /^[1-9]$/.test(token.value), 'value', '보기 번호', 'the number of an answer'],
  answerWord: [isWord, 'value', '보기 번호나 답', 'the number of a choice, or an answer'],
  duration: [isPlainWord, 'value', '시간(30s, 5m)', 'a duration (30s, 5m)'],
  factor: [isPlainWord, 'value', '배속(10x)', 'a factor (10x)'],
  clock: [isPlainWord, 'value', '시각(00:03:10)', 'a time (00:03:10)'],
  faultKind: [(token) => isPlainWord(token) && token.value !== 'all', 'command', '장애 종류', 'a kind of fault'],
  faultTarget: [isPlainWord, 'value', '머신이나 프로세스', 'a machine or process'],
  lesson: [isPlainWord, 'value', '수업 이름', 'a lesson'],
  topic: [isPlainWord, 'value', '주제', 'a topic'],
  target: [(token) => isPlainWord(token) && token.value !== 'last', 'value', '대상', 'a target'],
  subject: [(token) => isNoun(token), 'value', '이름', 'a name'],
  askedName: [(token) => isNoun(token) && !isKind(token), 'value', '이름', 'a name'],
  askedTopic: [isNoun, 'value', '주제', 'a topic'],
  kind: [isKind, 'resource', '리소스 종류', 'a kind of object'],
  state: [isState, 'value', '상태', 'a state'],
  josa: [(token) => token.type === 'josa', 'comment', '조사', 'a particle'],
  copula: [(token) => token.type === 'copula', 'comment', '어미', 'an ending'],
  verbWord: [isAsked, 'comment', '동사', 'a verb'],
};

const made = new Map<string, Terminal>();

/** The terminal that the grammar writes as `%name`. */
export function hint(name: string): Terminal {
  const known = made.get(name);
  if (known !== undefined) return known;
  const entry = table[name];
  if (entry === undefined) throw new Error(`the grammar names the terminal %${name}, which src/repl/parse/terminals.ts does not know`);
  const terminal: Terminal = { hint: name, test: (token) => entry[0](token as Token), style: entry[1], ko: entry[2], en: entry[3] };
  made.set(name, terminal);
  return terminal;
}
