/**
 * What Go says of texts that are no regular expressions.
 *
 * @source Go regexp/syntax parse.go (Parse, parsePerlFlags, parseEscape)
 * @fidelity simplified: the common faults have Go's words, all others are called unsupported syntax
 */

/** Where a group or a class is open, and how many groups. */
interface Scan { readonly open: number; readonly fault: string }

const fault = (what: string, where: string): string => `error parsing regexp: ${what}: \`${where}\``;

/** Why a text cannot be parsed; '' when it can. */
export function regexpFault(text: string): string {
  const { open, fault: found } = scan(text);
  if (found !== '') return found;
  if (open > 0) return fault('missing closing )', text);
  return isPattern(text) ? '' : fault('invalid or unsupported Perl syntax', text);
}

function isPattern(text: string): boolean {
  try {
    return new RegExp(text.replaceAll('(?P<', '(?<').replaceAll(/\(\?[imsU-]+:/g, '(?:').replaceAll(/\(\?[imsU-]+\)/g, '').replaceAll(/\\[AzQE]|\\[pP](?:\{[^}]*\}|.)/g, 'x').replaceAll(/\[\[:\^?\w+:\]/g, '[a')) instanceof RegExp;
  } catch {
    return false;
  }
}

function scan(text: string): Scan {
  let open = 0;
  for (let at = 0; at < text.length; at++) {
    const letter = text.charAt(at);
    if (letter === '\\') {
      if (at + 1 === text.length) return { open, fault: 'error parsing regexp: trailing backslash at end of expression: ``' };
      if (/[1-9]/.test(text.charAt(++at))) return { open, fault: fault('invalid escape sequence', text.slice(at - 1, at + 1)) };
    } else if (letter === '[') {
      const end = classEnd(text, at);
      if (end < 0) return { open, fault: fault('missing closing ]', text.slice(at)) };
      at = end;
    } else if (letter === '(') {
      const [group = ''] = /^\(\?(?:[=!]|<[=!])/.exec(text.slice(at)) ?? [];
      if (group.length === 3) return { open, fault: fault('invalid or unsupported Perl syntax', group) };
      if (group !== '') return { open, fault: fault('invalid named capture', text.slice(at)) };
      open++;
    } else if (letter === ')' && open-- === 0) return { open, fault: fault('unexpected )', text) };
    else if (/[*+?]/.test(letter) && (at === 0 || /[(|^]/.test(text.charAt(at - 1))) && text.slice(at - 1, at + 1) !== '(?' && text.charAt(at - 2) !== '\\') {
      return { open, fault: fault('missing argument to repetition operator', letter) };
    }
  }
  return { open, fault: '' };
}

/** The bracket that closes a class; the first letter in it may be one. -1 = none does. */
function classEnd(text: string, from: number): number {
  const first = text.startsWith('[^', from) ? from + 2 : from + 1;
  for (let at = first; at < text.length; at++) {
    if (text.charAt(at) === '\\') at++;
    else if (text.startsWith('[:', at)) at = Math.max(at, text.indexOf(':]', at) + 1);
    else if (at > first && text.charAt(at) === ']') return at;
  }
  return -1;
}
