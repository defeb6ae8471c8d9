/** How people say an answer: names with words around them, numbers with an ending. */
import type { Text } from '../base/text.ts';

const QUOTES = /^["'`“”‘’(]+|["'`“”‘’).!?,。]+$/g;
const LEAD = /^(?:i think|it'?s|it is|its|that'?s|on|in|at|by|the|node|제 생각에는|아마)\s+/i;
const TAIL = /(?:\s*(?:노드|머신|서버|컴포넌트|node|machine|에서요|에서|에요|이에요|예요|입니다|인가요|일까요|이요|이야|야|요))$/i;

/** The texts that an answer may stand for, as given first. */
export function formsOf(given: string): readonly string[] {
  const forms = [given];
  let form = given.replace(QUOTES, '').trim();
  for (;;) {
    forms.push(form, form.toLowerCase());
    const next = form.replace(LEAD, '').replace(TAIL, '').replace(QUOTES, '').trim();
    if (next === form || next === '') return [...new Set(forms)];
    form = next;
  }
}

/** Words for the first places of a list. */
const ORDINALS: readonly (readonly string[])[] = [
  ['a', 'one', 'first', '첫', '첫째', '하나', '일'], ['b', 'two', 'second', '두', '둘째', '둘', '이'],
  ['c', 'three', 'third', '세', '셋째', '셋', '삼'], ['d', 'four', 'fourth', '네', '넷째', '넷', '사'],
];
/** A part of a choice's text this long is taken for the choice, when no other has it. */
const PART_MIN = 2;

/** Which of the choices is meant, from 0: by its number, its place in words, its text or a part of that. -1 = none, or several. */
export function choiceOf(given: string, choices: readonly Text[]): number {
  const said = given.replace(QUOTES, '').trim().toLowerCase();
  const number = /^(\d+)\s*(?:번째|번|st|nd|rd|th)?(?:이에요|예요|이요|요)?$/.exec(said)?.[1];
  if (number !== undefined) return Number(number) >= 1 && Number(number) <= choices.length ? Number(number) - 1 : -1;
  const word = said.replace(/\s*(?:번째|번|one)?(?:이에요|예요|요)?$/, '').replace(/^the\s+/, '');
  const place = ORDINALS.findIndex(words => words.includes(word));
  if (place >= 0 && place < choices.length) return place;
  const low = choices.map(({ ko, en }) => [ko.toLowerCase(), en.toLowerCase()]);
  const whole = low.findIndex(texts => texts.includes(said));
  if (whole >= 0 || said.length < PART_MIN) return whole;
  const parts = low.flatMap((texts, i) => (texts.some(text => text.includes(said)) ? [i] : []));
  return parts.length === 1 ? parts[0] ?? -1 : -1;
}
