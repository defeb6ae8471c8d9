/** Manifests as text, in YAML or JSON: one or several documents, lists taken apart. */
import type { Document } from 'yaml';
import { deepFreeze, type Result } from '../base/data.ts';
import type { Edited } from '../kubectl/command.ts';
import { AS_KUBERNETES, yaml } from './yaml.ts';

/** Documents of one file. */
const DOCUMENTS_MAX = 10_000;
const ALIASES_MAX = 100;

/** Reads the objects of a manifest, where the last of two equal keys wins as with kubectl; the error names file and line in kubectl's form. */
export function readManifest(source: string, text: string): Result<readonly unknown[], string> {
  const { isMap, LineCounter, parseAllDocuments } = yaml();
  const lines = new LineCounter();
  const documents = parseAllDocuments(text, { ...AS_KUBERNETES, lineCounter: lines });
  if ('empty' in documents) return { ok: true, value: [] };
  if (documents.length > DOCUMENTS_MAX) return { ok: false, error: `error: ${source}: more than ${DOCUMENTS_MAX} documents` };
  const objects: unknown[] = [];
  for (const document of documents) {
    const [error] = document.errors;
    if (error !== undefined) {
      const { line } = lines.linePos(error.pos[0]);
      return { ok: false, error: `error: error parsing ${source}: error converting YAML to JSON: yaml: line ${line}: ${error.message}` };
    }
    if (document.contents === null) continue;
    if (!isMap(document.contents)) {
      const { line } = lines.linePos(document.contents.range?.[0] ?? 0);
      return { ok: false, error: `error: error parsing ${source}: line ${line}: expected an object with apiVersion and kind` };
    }
    const data = dataOf(document);
    if (data === undefined) return { ok: false, error: `error: error parsing ${source}: error converting YAML to JSON: yaml: document contains excessive aliasing` };
    objects.push(...itemsOf(data));
  }
  return { ok: true, value: objects };
}

/** The document as plain data; undefined when its aliases stand for too much, where the library throws. */
function dataOf(document: Document.Parsed): unknown {
  try {
    return document.toJS({ maxAliasCount: ALIASES_MAX }) as unknown;
  } catch {
    return undefined;
  }
}

/** A List stands for its items. */
function itemsOf(data: unknown): readonly unknown[] {
  const { kind, items } = data as { kind?: unknown; items?: unknown };
  return typeof kind === 'string' && kind.endsWith('List') && Array.isArray(items) ? items : [data];
}

/** Reads the text of a patch, which is YAML or JSON; undefined when it is neither a map nor a list. */
export function readPatch(text: string): unknown {
  const document = yaml().parseDocument(text, AS_KUBERNETES);
  return document.errors.length > 0 ? undefined : dataOf(document);
}

/** Reads what came out of an editor; comment lines do not count. */
export function readEdited(text: string): Edited {
  const plain = text.split('\n').filter(line => !line.startsWith('#')).join('\n');
  if (plain.trim() === '') return { type: 'object', text: '', object: {} };
  const read = readManifest('the edited file', plain);
  // Several objects are edited as one List.
  const object = read.ok && read.value.length > 1 ? { apiVersion: 'v1', kind: 'List', items: read.value } : read.ok ? read.value[0] : undefined;
  if (typeof object === 'object' && object !== null) return { type: 'object', text, object: deepFreeze(object) };
  return { type: 'unreadable', text, message: read.ok ? 'expected one object' : read.error.replace(/^error: /, '') };
}
