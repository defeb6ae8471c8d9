/**
 * Plain data as KYAML: YAML in braces, with quotes around every text.
 * @source kubernetes-sigs/yaml kyaml/kyaml.go, KEP-5295
 */
import { yamlText } from './yaml.ts';

/** A document, beginning with `---`; keys stand in the order given, or sorted. */
export function toKyaml(value: unknown, order: 'sorted' | 'asIs'): string {
  return `---\n${nodeText(value, '', order)}\n`;
}

function nodeText(value: unknown, pad: string, order: 'sorted' | 'asIs'): string {
  if (typeof value === 'string') return textOf(value, pad);
  if (typeof value !== 'object' || value === null) return value === undefined ? 'null' : String(value);
  return Array.isArray(value) ? listText(value, pad, order) : mapText(value as Readonly<Record<string, unknown>>, pad, order);
}

function mapText(map: Readonly<Record<string, unknown>>, pad: string, order: 'sorted' | 'asIs'): string {
  const keys = Object.keys(map).filter((key) => map[key] !== undefined);
  if (order === 'sorted') keys.sort((a, b) => (a < b ? -1 : 1));
  if (keys.length === 0) return '{}';
  const inner = `${pad}  `;
  return `{\n${keys.map((key) => `${inner}${keyText(key)}: ${nodeText(map[key], inner, order)},\n`).join('')}${pad}}`;
}

/** Objects and lists stand right behind the bracket, other items each on a line of their own. */
function listText(list: readonly unknown[], pad: string, order: 'sorted' | 'asIs'): string {
  if (list.length === 0) return '[]';
  const isCuddled = list.every((item) => typeof item === 'object' && item !== null);
  if (isCuddled) return `[${list.map((item) => nodeText(item, pad, order)).join(', ')}]`;
  const inner = `${pad}  `;
  return `[\n${list.map((item) => `${inner}${nodeText(item, inner, order)},\n`).join('')}${pad}]`;
}

/** Keys need quotes when they could mean something else. */
function keyText(key: string): string {
  const plain = yamlText(key, { indent: 0, column: 0, isKey: true });
  return /^["'|>]/.test(plain) || !/^[A-Za-z_][\w./-]*$/.test(key) ? JSON.stringify(key) : key;
}

const escaped = (text: string): string => JSON.stringify(text).slice(1, -1);

function textOf(text: string, pad: string): string {
  const lines = text.split('\n');
  if (lines.length < 2) return `"${escaped(text)}"`;
  const shown = lines.map((line, i) => (i < lines.length - 1 ? `${pad}   ${escaped(line)}\\n\\\n` : line === '' ? '' : `${pad}   ${escaped(line)}\\\n`));
  return `"\\\n${shown.join('')}${pad}  "`;
}
