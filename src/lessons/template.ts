/** Filling texts: `{node}` is replaced, `{n:이에요}` is replaced and given its particle. */
import type { Lang, Text } from '../base/text.ts';
import { josa } from './josa.ts';

/** A value for a slot: the same in both languages, or a text of its own in each. */
export type Filler = string | number | Text;
/** values by slot name. */
export type Fillers = Readonly<Record<string, Filler | undefined>>;

const SLOT = /\{(\w+)(?::([가-힣]+))?\}/g;

/** The names a text needs filled. */
export function slots(text: string): string[] {
  return [...text.matchAll(SLOT)].map(match => match[1] ?? '');
}

const inLang = (value: Filler, lang: Lang): string => (typeof value === 'object' ? value[lang] : String(value));

/** Fills one language; names without a value stay as they are. */
export function fillText(template: string, fillers: Fillers, lang: Lang): string {
  return template.replace(SLOT, (whole, name: string, particle: string | undefined) => {
    const value = fillers[name];
    if (value === undefined) return whole;
    const word = inLang(value, lang);
    return particle === undefined ? word : josa(word, particle);
  });
}

/** Fills both languages. */
export function fill(template: Text, fillers: Fillers): Text {
  return { ko: fillText(template.ko, fillers, 'ko'), en: fillText(template.en, fillers, 'en') };
}

/** A duration in seconds for people: `50초` / `50 s`, `5분 50초` / `5 min 50 s`. */
export function secondsText(seconds: number): Text {
  const tenths = Math.round(seconds * 10) / 10;
  if (tenths < 60) return { ko: `${tenths}초`, en: `${tenths} s` };
  const whole = Math.round(seconds);
  const minutes = Math.floor(whole / 60) % 60;
  const hours = Math.floor(whole / 3600);
  const parts = [[hours, '시간', 'h'], [minutes, '분', 'min'], [whole % 60, '초', 's']] as const;
  const shown = parts.filter(([amount]) => amount > 0);
  return { ko: shown.map(([amount, ko]) => `${amount}${ko}`).join(' '), en: shown.map(([amount, , en]) => `${amount} ${en}`).join(' ') };
}

/** An amount of bytes for people: `2GiB` / `2 GiB`. */
export function bytesText(bytes: number): Text {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let amount = bytes;
  let unit = 0;
  while (amount >= 1024 && unit < units.length - 1) { amount /= 1024; unit++; }
  const rounded = Math.round(amount * 10) / 10;
  return { ko: `${rounded}${units[unit]}`, en: `${rounded} ${units[unit]}` };
}
