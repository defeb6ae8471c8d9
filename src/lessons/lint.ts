/**
 * How the tutor's Korean and English must read: polite 해요 endings, particles that fit, spelling that is often missed, no text left in one language.
 */
import type { Text } from '../base/text.ts';
import { knownEnding, particleAfter } from './josa.ts';
import { slots } from './template.ts';

interface Rule { readonly form: RegExp; readonly message: string }

const HANGUL = /[가-힣]/;

/** Forms that never stand in tutor speech. */
const koreanRules: readonly Rule[] = [
  { form: /[가-힣]*[^아다지]니다(?![가-힣])|[가-힣]+십시오/, message: 'stiff ending; the tutor speaks 해요체' },
  { form: /[가-힣`](이\(가\)|을\(를\)|은\(는\)|와\(과\)|과\(와\)|\(으\)로)/, message: 'a particle with brackets; let it be chosen' },
  { form: /(?:^|[^이니])에요/, message: '에요 after a name or noun; write 예요 or 이에요' },
  { form: /(안|잘|돼) 되요|되요(?![가-힣])|안되요|되어져|어지어|어졌졌/, message: 'write 돼요 (되어요), and no double passive' },
  { form: /할수|볼수|될수|쓸수|여러개|세개|한개/, message: 'a space is missing (할 수, 여러 개)' },
  { form: /\d (초|분|시간|개|번)(?![가-힣]*[A-Za-z])/, message: 'no space between a number and its unit' },
  { form: /\d,\d{3}/, message: 'no comma in numbers' },
  { form: /당신|(?:^|\s)너의|여러분들/, message: 'drop the pronoun' },
  { form: /에 의해|가지고 있|[가-힣]들이[ .]/, message: 'translated style: actor first, no 가지다, no needless plural' },
  { form: /!{2,}/, message: 'no chains of exclamation marks' },
  { form: /` (이|가|을|를|은|는|와|과|로|으로|의|에|에서)(?=[\s.,?!]|$)/, message: 'no space before a particle after code' },
];
const englishRules: readonly Rule[] = [
  { form: HANGUL, message: 'Korean in the English text' },
  { form: / {2,}/, message: 'two spaces in a row' },
];

const AFTER_NAME = /(`[^`]+`|[A-Za-z][A-Za-z0-9-]*|\d+)(으로|로|이에요|예요|이라고|라고|이|가|을|를|은|는|과|와)(?=[\s.,?!:;]|$)/g;

/** Complaints about one text, as sentences for its author. */
export function lintText({ ko, en }: Text): string[] {
  const complaints: string[] = [];
  if (!HANGUL.test(ko) && /[A-Za-z]{2,} [A-Za-z]{2,} [A-Za-z]{2,}/.test(ko.replace(/`[^`]*`/g, ''))) complaints.push('ko: the Korean text is not Korean');
  for (const { form, message } of koreanRules) {
    const found = form.exec(ko);
    if (found !== null) complaints.push(`ko: "${found[0].trim()}": ${message}`);
  }
  complaints.push(...lintParticles(ko));
  for (const { form, message } of englishRules) {
    if (form.test(en)) complaints.push(`en: ${message}`);
  }
  const [left, right] = [slots(ko), slots(en)].map(names => [...new Set(names)].sort().join(', '));
  if (left !== right) complaints.push(`the languages fill different names: ko {${left}}, en {${right}}`);
  return complaints;
}

/** Particles after Latin words, code and numbers whose reading is known. */
function lintParticles(ko: string): string[] {
  const complaints: string[] = [];
  for (const [, name = '', particle = ''] of ko.matchAll(AFTER_NAME)) {
    const ending = knownEnding(name);
    if (ending === undefined) continue;
    const right = particleAfter(ending, particle);
    if (right !== particle) complaints.push(`ko: "${name}${particle}" should be "${name}${right}"`);
  }
  return complaints;
}
