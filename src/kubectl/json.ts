/**
 * Plain data as JSON, as Go's encoding/json writes it: keys in order, `<`, `>` and `&` escaped.
 * @source golang encoding/json
 */
import { compareText } from '../base/compare.ts';

function quoted(text: string): string {
  return JSON.stringify(text).replace(/[<>&\u2028\u2029\u007f]/g, (character) => (character === '\u007f' ? character : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`));
}

/** JSON over several lines, indented by four spaces; keys in order, or as they stand (`asIs`: Go's structs). */
export function toJson(value: unknown, order: 'sorted' | 'asIs' = 'sorted', pad = ''): string {
  if (typeof value === 'string') return quoted(value);
  if (typeof value !== 'object' || value === null) return value === undefined ? 'null' : String(value);
  const inner = `${pad}    `;
  if (Array.isArray(value)) {
    if (value.length === 0) return '[]';
    return `[\n${value.map((item) => `${inner}${toJson(item, order, inner)}`).join(',\n')}\n${pad}]`;
  }
  const map = value as Readonly<Record<string, unknown>>;
  const keys = order === 'sorted' ? keysOf(map) : Object.keys(map).filter((key) => map[key] !== undefined);
  if (keys.length === 0) return '{}';
  return `{\n${keys.map((key) => `${inner}${quoted(key)}: ${toJson(map[key], order, inner)}`).join(',\n')}\n${pad}}`;
}

/** JSON in one line without spaces; keys in order, or as they stand. */
export function toCompactJson(value: unknown, order: 'sorted' | 'asIs' = 'sorted'): string {
  if (typeof value === 'string') return quoted(value);
  if (typeof value !== 'object' || value === null) return value === undefined ? 'null' : String(value);
  if (Array.isArray(value)) return `[${value.map((item) => toCompactJson(item, order)).join(',')}]`;
  const map = value as Readonly<Record<string, unknown>>;
  const keys = order === 'sorted' ? keysOf(map) : Object.keys(map).filter((key) => map[key] !== undefined);
  return `{${keys.map((key) => `${quoted(key)}:${toCompactJson(map[key], order)}`).join(',')}}`;
}

const keysOf = (map: Readonly<Record<string, unknown>>): readonly string[] => Object.keys(map).filter((key) => map[key] !== undefined).sort(compareText);
