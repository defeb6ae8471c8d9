/** YAML text into plain data with the place of every path: the edge where documents of authors (lessons, scenarios, topologies) enter. */
import type { Node, Pair, YAMLParseError } from 'yaml';
import type { Path, Place, Source } from '../base/document.ts';
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
export function readYaml(file: string, text: string): DocumentReading {
  const { LineCounter, parseDocument } = yaml();
  if (text.length > DOCUMENT_MAX) return { ok: false, problems: [`${file}:1:1: the file is too large: at most ${DOCUMENT_MAX} characters`] };
  const strange = /[\0\ufffd]/.exec(text)?.index;
  if (strange !== undefined) return { ok: false, problems: [`${file}:${text.slice(0, strange).split('\n').length}:1: expected text in UTF-8; save the file in that encoding`] };
  const lines = new LineCounter();
  const place = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { line, column: col };
  };
  try {
    const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true });
    if (document.errors.length > 0) return { ok: false, problems: problemsOf(document.errors, ({ line, column }, message) => `${file}:${line}:${column}: ${message}`, place) };
    const locate = (path: Path): Place => place(offsetOf(document.contents as Node | null, path));
    return { ok: true, source: { file, data: document.toJS({ maxAliasCount: ALIASES_MAX }) as unknown, locate } };
  } catch (error) {
    // The library gives up with an exception: on aliases of aliases, and where its own calls are nested too deeply.
    return { ok: false, problems: [`${file}:1:1: ${error instanceof RangeError ? TOO_DEEP : `the aliases of the document stand for too much: at most ${ALIASES_MAX} are followed`}`] };
  }
}

const TOO_DEEP = 'brackets or lists are nested too deeply';

/** What the library found, each place once and not more than one wants to read. */
function problemsOf(errors: readonly YAMLParseError[], told: (place: Place, message: string) => string, place: (offset: number) => Place): readonly string[] {
  const all = [...new Set(errors.map(({ pos, code, message }) => told(place(pos[0]), code === 'MULTIPLE_DOCS' ? 'a second document begins here; the file may hold only one' : /call stack/.test(message) ? TOO_DEEP : message)))];
  const first = all.slice(0, PROBLEMS_MAX);
  return all.length === first.length ? first : [...first, `… and ${all.length - first.length} more`];
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
