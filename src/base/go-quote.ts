/** Texts as Go's `%q` and its JSON encoder write them. */

const ESCAPES: Readonly<Record<string, string>> = { '"': '\\"', '\\': '\\\\', '\x07': '\\a', '\b': '\\b', '\f': '\\f', '\n': '\\n', '\r': '\\r', '\t': '\\t', '\v': '\\v' };

/** Nothing in it has to be escaped; so are nearly all texts. */
const PLAIN = /^[ !#-[\]-~]*$/;
const ESCAPED = /["\\]|[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/gu;

function escaped(character: string): string {
  const known = ESCAPES[character];
  if (known !== undefined) return known;
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x80) return `\\x${code.toString(16).padStart(2, '0')}`;
  // Half of a pair is no character in UTF-8.
  if (code >= 0xd800 && code < 0xe000) return '\ufffd';
  return code > 0xffff ? `\\U${code.toString(16).padStart(8, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`;
}

/** A text in quotes. @source golang strconv.Quote */
export const goQuote = (text: string): string => (PLAIN.test(text) ? `"${text}"` : `"${text.replace(ESCAPED, escaped)}"`);

/** JSON that may stand in HTML. @source golang encoding/json.HTMLEscape */
export const escapedForHtml = (json: string): string => json.replace(/[<>&\u2028\u2029]/g, character => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** A value as Go's JSON encoder writes it. @source golang encoding/json.Marshal */
export const goJson = (value: unknown): string => escapedForHtml(JSON.stringify(value));
