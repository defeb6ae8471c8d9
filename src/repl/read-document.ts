/** YAML text into plain data with the place of every path: the edge where documents of authors (lessons, scenarios, topologies) enter. */
import type { Node, Pair, YAMLParseError } from 'yaml';
import type { Path, Place, Source } from '../base/document.ts';
import type { Lang, Text } from '../base/text.ts';
import { yaml } from './yaml.ts';

/** Longest document read; longer ones are refused before parsing. */
const DOCUMENT_MAX = 1_000_000;
/** Aliases that one document may expand. */
const ALIASES_MAX = 100;
/** Syntax errors that are shown; the rest mostly follow from them. */
const PROBLEMS_MAX = 5;

/** A parsed document, or what is wrong with the text as `file:line:column: message`. */
export type DocumentReading = { readonly ok: true; readonly source: Source } | { readonly ok: false; readonly problems: readonly string[] };

/** Parses one YAML document. */
export function readYaml(file: string, text: string, lang: Lang = 'en'): DocumentReading {
  const { LineCounter, parseDocument } = yaml();
  if (text.length > DOCUMENT_MAX) return { ok: false, problems: [`${file}:1:1: ${told(lang, `파일이 너무 커요. ${DOCUMENT_MAX}자까지 읽어요.`, `the file is too large: at most ${DOCUMENT_MAX} characters`)}`] };
  const strange = /[\0\ufffd]/.exec(text)?.index;
  if (strange !== undefined) return { ok: false, problems: [`${file}:${text.slice(0, strange).split('\n').length}:1: ${told(lang, 'UTF-8로 된 텍스트가 아니에요. 파일을 UTF-8로 저장해 주세요.', 'expected text in UTF-8; save the file in that encoding')}`] };
  const lines = new LineCounter();
  const place = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { line, column: col };
  };
  try {
    const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true });
    if (document.errors.length > 0) return { ok: false, problems: problemsOf(document.errors, ({ line, column }, message) => `${file}:${line}:${column}: ${message}`, { place, lang }) };
    const locate = (path: Path): Place => place(offsetOf(document.contents as Node | null, path));
    return { ok: true, source: { file, data: document.toJS({ maxAliasCount: ALIASES_MAX }) as unknown, locate } };
  } catch (error) {
    // The library gives up with an exception: on aliases of aliases, and where its own calls are nested too deeply.
    return { ok: false, problems: [`${file}:1:1: ${error instanceof RangeError ? TOO_DEEP[lang] : told(lang, `별칭(alias)이 너무 많은 것을 가리켜요. ${ALIASES_MAX}개까지 따라가요.`, `the aliases of the document stand for too much: at most ${ALIASES_MAX} are followed`)}`] };
  }
}

const told = (lang: Lang, ko: string, en: string): string => (lang === 'ko' ? ko : en);
const TOO_DEEP: Text = { ko: '괄호나 목록이 너무 깊이 들어가 있어요.', en: 'brackets or lists are nested too deeply' };

/** What is wrong with the YAML itself, by the library's code; what is not here keeps the library's words. */
const IN_KOREAN: Readonly<Record<string, string>> = {
  ALIAS_PROPS: '별칭에는 앵커나 태그를 붙일 수 없어요.', BAD_ALIAS: '별칭이 올바르지 않아요.', BAD_INDENT: '들여쓰기가 맞지 않아요.', BAD_SCALAR_START: '이 글자로는 값을 시작할 수 없어요. 따옴표로 감싸 주세요.',
  BLOCK_AS_IMPLICIT_KEY: '여기서는 한 줄에 항목을 이어 적을 수 없어요. 줄을 바꾸거나 값을 따옴표로 감싸 주세요.', BLOCK_IN_FLOW: '괄호 안에는 여러 줄로 된 목록이나 맵을 쓸 수 없어요.', DUPLICATE_KEY: '같은 항목이 두 번 나와요.',
  MISSING_CHAR: '있어야 할 글자가 빠졌어요.', MULTILINE_IMPLICIT_KEY: '항목 이름은 한 줄에 적어야 해요.', MULTIPLE_DOCS: '여기서 두 번째 문서가 시작돼요. 파일 하나에는 문서가 하나만 있어야 해요.',
  TAB_AS_INDENT: '들여쓰기에는 탭을 쓸 수 없어요. 빈칸으로 바꿔 주세요.', TAG_RESOLVE_FAILED: '모르는 태그예요.', UNEXPECTED_TOKEN: '여기에 올 수 없는 글자예요.',
};

function libraryWords({ code, message }: YAMLParseError, lang: Lang): string {
  if (/call stack/.test(message)) return TOO_DEEP[lang];
  if (lang === 'ko') return IN_KOREAN[code] ?? message;
  return code === 'MULTIPLE_DOCS' ? 'a second document begins here; the file may hold only one' : message;
}

/** What the library found, each place once and not more than one wants to read. */
function problemsOf(errors: readonly YAMLParseError[], line: (place: Place, message: string) => string, { place, lang }: { readonly place: (offset: number) => Place; readonly lang: Lang }): readonly string[] {
  const all = [...new Set(errors.map(error => line(place(error.pos[0]), libraryWords(error, lang))))];
  const first = all.slice(0, PROBLEMS_MAX);
  return all.length === first.length ? first : [...first, told(lang, `… 그 밖에 ${all.length - first.length}개 더`, `… and ${all.length - first.length} more`)];
}

/** Offset of the value at a path, or of the nearest part above it that exists; for a key without a value, of the key. */
function offsetOf(root: Node | null, path: Path): number {
  let node = root;
  let offset = node?.range?.[0] ?? 0;
  for (const part of path) {
    const found = childOf(node, part);
    if (found === undefined) return offset;
    offset = found.offset;
    node = found.node;
  }
  return offset;
}

function childOf(node: Node | null, part: string | number): { readonly node: Node | null; readonly offset: number } | undefined {
  const { isCollection, isMap, isScalar } = yaml();
  if (!isCollection(node)) return undefined;
  if (isMap(node)) {
    const pair = (node.items as Pair<Node, Node | null>[]).find(({ key }) => isScalar(key) && key.value === part);
    return pair === undefined ? undefined : { node: pair.value, offset: pair.key.range?.[0] ?? 0 };
  }
  const item = typeof part === 'number' ? (node.items[part] as Node | undefined) : undefined;
  return item === undefined ? undefined : { node: item, offset: item.range?.[0] ?? 0 };
}
