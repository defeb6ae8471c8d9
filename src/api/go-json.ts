/** What Go's JSON parser says about a text that is no JSON. @source golang encoding/json scanner.go */

/** The error of Go for a text that JSON.parse refuses. */
export function goSyntaxError(text: string): string {
  try {
    JSON.parse(text);
  } catch (error) {
    return asGoSays((error as Error).message);
  }
  return '';
}

/** The sentence of Go for V8's own. */
export function asGoSays(message: string): string {
  if (/Unexpected end|Unterminated/.test(message)) return 'unexpected end of JSON input';
  const [, character = ''] = /Unexpected token '?(.+?)'?[,\s]/.exec(message) ?? [];
  return character === '' ? `invalid JSON: ${message}` : `invalid character '${character}' looking for beginning of value`;
}
