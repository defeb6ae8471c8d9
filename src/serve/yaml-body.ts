/**
 * YAML of a request into data, as the API server's reader takes it: YAML 1.1, the last of two equal keys wins, and a list of those for strict validation.
 *
 * @source sigs.k8s.io/yaml yaml.go (YAMLToJSON, YAMLToJSONStrict), goyaml.v2/decode.go (setMapIndex, "already set in map")
 */
import type { Node } from 'yaml';
import type { Result } from '../base/data.ts';
import { AS_KUBERNETES, yaml } from '../repl/yaml.ts';

/** Largest expansion of aliases. */
const ALIASES_MAX = 1000;
/** Keys that are named at most. */
const DUPLICATES_MAX = 100;

/** `duplicates`: what upstream's strict reader says, line by line; undefined = nothing. */
export interface YamlBody { readonly value: unknown; readonly duplicates: string | undefined }

/** Reads one document; the error begins with `yaml: `. */
export function readYamlBody(text: string): Result<YamlBody, string> {
  const library = yaml();
  const lines = new library.LineCounter();
  const document = library.parseDocument(text, { ...AS_KUBERNETES, lineCounter: lines });
  const [problem] = document.errors;
  if (problem !== undefined) return { ok: false, error: `yaml: line ${lines.linePos(problem.pos[0]).line}: ${problem.message}` };
  const found: string[] = [];
  collect(library, document.contents, { found, lineOf: node => lines.linePos(node.range?.[0] ?? 0).line });
  try {
    return { ok: true, value: { value: document.toJS({ maxAliasCount: ALIASES_MAX }), duplicates: found.length === 0 ? undefined : `yaml: unmarshal errors:\n${found.map(line => `  ${line}`).join('\n')}` } };
  } catch (error) {
    return { ok: false, error: `yaml: ${error instanceof Error ? error.message : String(error)}` };
  }
}

interface Collecting { readonly found: string[]; readonly lineOf: (node: Node) => number }

/** Values before the key that holds them: so the reader meets them. */
function collect(library: ReturnType<typeof yaml>, node: unknown, cx: Collecting): void {
  if (library.isSeq(node)) { for (const item of node.items) collect(library, item, cx); return; }
  if (!library.isMap(node)) return;
  const names = new Set<unknown>();
  for (const { key, value } of node.items) {
    collect(library, value, cx);
    if (!library.isScalar(key)) continue;
    const at = library.isNode(value) && value.range !== undefined && value.range !== null && value.range[1] > value.range[0] ? value : key;
    if (names.has(key.value) && cx.found.length < DUPLICATES_MAX) cx.found.push(`line ${cx.lineOf(at)}: key ${JSON.stringify(key.value)} already set in map`);
    names.add(key.value);
  }
}
