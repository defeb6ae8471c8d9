/** Texts and regular expressions. @source kubernetes/apiserver pkg/cel/library/regex.go, google/cel-go ext/strings.go (version 2) */
import type { Environment } from '@marcbachmann/cel-js';
import { formatText } from '../format.ts';
import type { Add } from './library.ts';

const pattern = (text: string): RegExp => new RegExp(text, 'gu');

/** All matches, or the first of them; a negative number = all. */
function findAll(text: string, expression: string, limit = -1n): readonly string[] {
  const found = text.match(pattern(expression)) ?? [];
  return limit < 0n ? found : found.slice(0, Number(limit));
}

/** Replaces so many times; a negative number = always. */
function replace(text: string, from: string, { to, limit }: { readonly to: string; readonly limit: bigint }): string {
  if (limit < 0n) return text.replaceAll(from, to);
  // An empty text is found before each character, and at the end.
  const parts = from === '' ? ['', ...text, ''] : text.split(from);
  const count = Math.min(Number(limit), parts.length - 1);
  return parts.slice(0, count).map(part => part + to).join('') + parts.slice(count).join(from);
}

class Strings {}

const ESCAPES: Readonly<Record<string, string>> = { '\x07': '\\a', '\b': '\\b', '\f': '\\f', '\n': '\\n', '\r': '\\r', '\t': '\\t', '\v': '\\v', '\\': '\\\\', '"': '\\"' };

/** Adds the functions. */
export function registerTexts(environment: Environment, add: Add): void {
  add('string.find(string): string', (text: string, expression: string) => pattern(expression).exec(text)?.[0] ?? '');
  add('string.findAll(string): list<string>', findAll);
  add('string.findAll(string, int): list<string>', findAll);
  add('string.charAt(int): string', (text: string, at: bigint) => text.charAt(Number(at)));
  add('string.replace(string, string): string', (text: string, from: string, to: string) => text.replaceAll(from, to));
  add('string.replace(string, string, int): string', (text: string, from: string, to: string, limit: bigint) => replace(text, from, { to, limit }));
  add('string.format(list): string', formatText);
  environment.registerType('Strings', Strings).registerConstant('strings', 'Strings', new Strings());
  add('Strings.quote(string): string', (_: Strings, text: string) => `"${text.replaceAll(/[\x07\b\f\n\r\t\v\\"]/g, one => ESCAPES[one] ?? one)}"`);
}
