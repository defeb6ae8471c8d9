/** Base64 of UTF-8 texts, for Secrets and `binaryData`: the closed folders have no Buffer. */

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** The UTF-8 bytes of a text. */
export function utf8Bytes(text: string): readonly number[] {
  const bytes: number[] = [];
  for (const character of text) {
    const point = character.codePointAt(0) ?? 0;
    if (point < 0x80) bytes.push(point);
    else if (point < 0x800) bytes.push(0xc0 | (point >> 6), 0x80 | (point & 63));
    else if (point < 0x10000) bytes.push(0xe0 | (point >> 12), 0x80 | ((point >> 6) & 63), 0x80 | (point & 63));
    else bytes.push(0xf0 | (point >> 18), 0x80 | ((point >> 12) & 63), 0x80 | ((point >> 6) & 63), 0x80 | (point & 63));
  }
  return bytes;
}

/** Base64 of a text. */
export const encodeBase64Text = (text: string): string => encoded(utf8Bytes(text));

/** Base64 of a byte string. */
export const encodeBase64 = (bytes: string): string => encoded([...bytes].map(byte => byte.charCodeAt(0)));

function encoded(bytes: readonly number[]): string {
  let text = '';
  for (let i = 0; i < bytes.length; i += 3) {
    const chunk = ((bytes[i] ?? 0) << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
    text += alphabet.charAt(chunk >> 18) + alphabet.charAt((chunk >> 12) & 63);
    text += i + 1 < bytes.length ? alphabet.charAt((chunk >> 6) & 63) : '=';
    text += i + 2 < bytes.length ? alphabet.charAt(chunk & 63) : '=';
  }
  return text;
}

/** Where a text stops being base64, -1 when it is good. */
export function base64Fault(text: string): number {
  const end = text.endsWith('==') ? text.length - 2 : text.endsWith('=') ? text.length - 1 : text.length;
  for (let i = 0; i < end; i++) if (!alphabet.includes(text.charAt(i))) return i;
  return text.length % 4 === 0 ? -1 : text.length - (text.length % 4);
}

function textOfBytes(bytes: readonly number[]): string {
  let text = '';
  for (let i = 0; i < bytes.length;) {
    const lead = bytes[i] ?? 0;
    const length = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    let point = length === 1 ? lead : lead & (0xff >> (length + 1));
    for (let k = 1; k < length; k++) point = (point << 6) | ((bytes[i + k] ?? 0) & 63);
    text += point <= 0x10ffff ? String.fromCodePoint(point) : '\ufffd';
    i += length;
  }
  return text;
}

/** The text of a base64 text; what is no base64 is skipped. */
export function decodeBase64Text(encoded: string): string {
  const bytes: number[] = [];
  let bits = 0;
  let count = 0;
  for (const character of encoded) {
    const value = alphabet.indexOf(character);
    if (value < 0) continue;
    bits = ((bits << 6) | value) & 0xffffff;
    count += 6;
    if (count < 8) continue;
    count -= 8;
    bytes.push((bits >> count) & 255);
  }
  return textOfBytes(bytes);
}

/** The bytes that base64 stands for, one character each. */
export function decodeBase64(text: string): string {
  let decoded = '';
  let held = 0;
  let bits = 0;
  for (const character of text) {
    const value = alphabet.indexOf(character);
    if (value < 0) continue;
    held = ((held << 6) | value) & 0xffff;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    decoded += String.fromCharCode((held >> bits) & 255);
  }
  return decoded;
}
