/** What Go's JSON parser says about a text that is no JSON. @source golang encoding/json scanner.go */

class Fault extends Error {}

interface Reader { readonly text: string; at: number }

const shown = (character: string): string => (character === "'" ? String.raw`'\''` : character === '"' ? `'"'` : `'${JSON.stringify(character).slice(1, -1)}'`);

function fault(reader: Reader, where: string): never {
  const code = reader.text.codePointAt(reader.at);
  if (code === undefined) throw new Fault('unexpected end of JSON input');
  throw new Fault(`invalid character ${shown(String.fromCodePoint(code))} ${where}`);
}

const here = ({ text, at }: Reader): string => text.charAt(at);

function skipSpace(reader: Reader): void {
  while (' \t\r\n'.includes(here(reader)) && reader.at < reader.text.length) reader.at++;
}

function readLiteral(reader: Reader, word: string): void {
  for (const letter of word) {
    if (here(reader) !== letter) fault(reader, `in literal ${word} (expecting '${letter}')`);
    reader.at++;
  }
}

function readString(reader: Reader): void {
  reader.at++;
  for (;;) {
    const character = here(reader);
    if (character === '' || character < ' ') fault(reader, 'in string literal');
    reader.at++;
    if (character === '"') return;
    if (character !== '\\') continue;
    const escaped = here(reader);
    if (!'"\\/bfnrtu'.includes(escaped) || escaped === '') fault(reader, 'in string escape code');
    reader.at++;
    for (let i = 0; i < 4 && escaped === 'u'; i++, reader.at++) if (!/^[0-9a-fA-F]$/.test(here(reader))) fault(reader, 'in \\u hexadecimal character escape');
  }
}

const isDigit = (character: string): boolean => character >= '0' && character <= '9' && character !== '';

function readDigits(reader: Reader, where: string): void {
  if (!isDigit(here(reader))) fault(reader, where);
  while (isDigit(here(reader))) reader.at++;
}

function readNumber(reader: Reader): void {
  if (here(reader) === '-') {
    reader.at++;
    if (!isDigit(here(reader))) fault(reader, 'in numeric literal');
  }
  if (here(reader) === '0') reader.at++;
  else readDigits(reader, 'in numeric literal');
  if (here(reader) === '.') {
    reader.at++;
    readDigits(reader, 'after decimal point in numeric literal');
  }
  if (here(reader) !== 'e' && here(reader) !== 'E') return;
  reader.at++;
  if (here(reader) === '+' || here(reader) === '-') reader.at++;
  readDigits(reader, 'in exponent of numeric literal');
}

/** Go's own limit. */
const maximumDepth = 10_000;

function readItems(reader: Reader, depth: number, kind: 'object' | 'array'): void {
  const end = kind === 'object' ? '}' : ']';
  reader.at++;
  skipSpace(reader);
  if (here(reader) === end) { reader.at++; return; }
  for (;;) {
    skipSpace(reader);
    if (kind === 'object') {
      if (here(reader) !== '"') fault(reader, 'looking for beginning of object key string');
      readString(reader);
      skipSpace(reader);
      if (here(reader) !== ':') fault(reader, 'after object key');
      reader.at++;
    }
    readValue(reader, depth + 1);
    skipSpace(reader);
    const next = here(reader);
    if (next !== ',' && next !== end) fault(reader, kind === 'object' ? 'after object key:value pair' : 'after array element');
    reader.at++;
    if (next === end) return;
  }
}

const literals: Readonly<Record<string, string>> = { t: 'true', f: 'false', n: 'null' };

function readValue(reader: Reader, depth: number): void {
  if (depth > maximumDepth) throw new Fault('exceeded max depth');
  skipSpace(reader);
  const character = here(reader);
  if (character === '{') readItems(reader, depth, 'object');
  else if (character === '[') readItems(reader, depth, 'array');
  else if (character === '"') readString(reader);
  else if (character === '-' || isDigit(character)) readNumber(reader);
  else if (literals[character] === undefined) fault(reader, 'looking for beginning of value');
  else readLiteral(reader, literals[character]);
}

/** The error of Go for a text that is no JSON, '' for one that is. */
export function goSyntaxError(text: string): string {
  const reader = { text, at: 0 };
  try {
    readValue(reader, 1);
    skipSpace(reader);
    if (reader.at < text.length) fault(reader, 'after top-level value');
    return '';
  } catch (thrown) {
    if (thrown instanceof Fault) return thrown.message;
    throw thrown;
  }
}

/** What Go's decoder calls a value that it cannot use. @source golang/go src/encoding/json/decode.go (UnmarshalTypeError) */
export function goValueName(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  return typeof value === 'boolean' ? 'bool' : typeof value;
}
