/**
 * Lines of at most `width` characters, broken at spaces; spaces inside a line and empty lines stay. A word that is longer than a line has
 * one of its own.
 * @source mitchellh/go-wordwrap, as kubectl explain uses it
 */
export function wordWrap(text: string, width: number): readonly string[] {
  return text.split('\n').flatMap((line) => wrapLine(line, width));
}

function wrapLine(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const [piece = '', spaces = '', word = ''] of text.matchAll(/(\s*)(\S+)/g)) {
    const isTooLong = line !== '' && line.length + piece.length > width;
    if (isTooLong) lines.push(line);
    line = isTooLong ? word : `${line}${spaces}${word}`;
  }
  return [...lines, line];
}
