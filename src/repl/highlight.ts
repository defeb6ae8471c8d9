/** Colours for a line being typed, from the roles in which the grammar read its words. */
import { feed, expectedAfter, readAs } from './parse/engine.ts';
import { lex } from './parse/lexer.ts';
import type { Token } from './parse/token.ts';
import type { Span } from './session-view.ts';

/** The spans of a line, in order and without overlap. */
export function highlight(line: string): readonly Span[] {
  const lexed = lex(line);
  const fed = feed(lexed.tokens);
  const known = fed.bad < 0 ? lexed.tokens.length : fed.bad;
  const spans: Span[] = [];
  for (const [i, token] of lexed.tokens.entries()) {
    if (i < known) {
      const style = styleOf(token, readAs(fed, i));
      if (style !== undefined) spans.push({ from: token.offset, to: token.end, style });
    } else if (i === known && !isBeingTyped(token, line, expectedAfter(fed, i).flatMap((symbol) => ('hint' in symbol ? [] : [symbol.literal])))) {
      spans.push({ from: token.offset, to: token.end, style: 'error' });
    }
  }
  for (const range of lexed.comments) spans.push({ ...range, style: 'comment' });
  for (const range of lexed.bodies) spans.push({ ...range, style: 'string' });
  return spans.sort((a, b) => a.from - b.from);
}

function styleOf(token: Token, role: ReturnType<typeof readAs>): Span['style'] | undefined {
  if (role === undefined) return undefined;
  if (token.isQuoted) return 'string';
  if ('hint' in role) return role.style;
  return token.type === 'operator' ? 'comment' : 'command';
}

/** The last word may still become one that fits. */
function isBeingTyped(token: Token, line: string, literals: readonly string[]): boolean {
  if (token.end !== line.length) return false;
  if (token.type === 'unknownFlag' || token.text.startsWith('-')) return true;
  return literals.some((literal) => literal.startsWith(token.text)) || /[가-힣]$/.test(line);
}
