/** Byte strings: one character per byte. Streams carry them, because a world holds plain data only. */

/** A text in UTF-8. */
export function bytesOf(text: string): string {
  let plain = true;
  for (let i = 0; i < text.length && plain; i++) plain = text.charCodeAt(i) < 0x80;
  if (plain) return text;
  let bytes = '';
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    if (code < 0x80) bytes += character;
    else if (code < 0x800) bytes += String.fromCharCode(0xc0 | (code >> 6), 0x80 | (code & 0x3f));
    else if (code < 0x10000) bytes += String.fromCharCode(0xe0 | (code >> 12), 0x80 | ((code >> 6) & 0x3f), 0x80 | (code & 0x3f));
    else bytes += String.fromCharCode(0xf0 | (code >> 18), 0x80 | ((code >> 12) & 0x3f), 0x80 | ((code >> 6) & 0x3f), 0x80 | (code & 0x3f));
  }
  return bytes;
}

/** Continuation bytes after a first byte. */
function following(byte: number): number {
  if (byte < 0xc0) return 0;
  return byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3;
}

/** The text that UTF-8 bytes stand for; what is no UTF-8 becomes U+FFFD. */
export function textOf(bytes: string): string {
  let text = '';
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes.charCodeAt(i);
    if (byte < 0x80) { text += bytes[i] ?? ''; continue; }
    const more = following(byte);
    let code = more === 0 ? -1 : byte & (0x3f >> more);
    for (let k = 1; k <= more && code >= 0; k++) {
      const next = bytes.charCodeAt(i + k);
      code = (next & 0xc0) === 0x80 ? (code << 6) | (next & 0x3f) : -1;
    }
    if (code < 0 || code > 0x10ffff) { text += '\ufffd'; continue; }
    text += String.fromCodePoint(code);
    i += more;
  }
  return text;
}
