/** `explain TOPIC`: components, terms and beliefs of the catalogues, found by any of their names in either language. */
import { type Lang, nearestWords, type Text } from '../base/text.ts';
import type { FaultKind } from '../sim/fault.ts';
import { faultKinds } from '../sim/faults/registry.ts';
import { type ComponentIntroduction, components } from './components.ts';
import { glossary, type Term } from './glossary.ts';
import { misconceptions } from './misconceptions.ts';
import { phrases } from './phrases.ts';
import { fill } from './template.ts';
import { noteText, type TutorNote } from './tutor.ts';

/** An explanation: a heading, sentences, and lines of the prompt that show it. */
export interface Explanation {
  readonly topic: string;
  readonly title: Text;
  readonly lines: readonly Text[];
  readonly look: readonly string[];
}

/** Found, or a sentence that offers the nearest topics. */
export type ExplainResult = { readonly ok: true; readonly value: Explanation } | { readonly ok: false; readonly message: Text };

/** Notes that `explain` without a topic lists. */
const RECENT_MAX = 12;
/** Topics offered for a mistyped one. */
const OFFERED_MAX = 3;

const plainName = (word: string): string => word.toLowerCase().normalize('NFC').replace(/\([^)]*\)/g, '').replace(/[\s_\-.`'"?]+/g, '');
const koNames = (ko: string): string[] => {
  const inBrackets = /\(([^)]+)\)/.exec(ko)?.[1];
  return [...ko.split(' / '), ...(inBrackets === undefined ? [] : [inBrackets])];
};

/** Made when somebody first asks. */
const made: ReadonlyMap<string, Explanation>[] = [];
const index = (): ReadonlyMap<string, Explanation> => made[0] ??= buildIndex();

function buildIndex(): Map<string, Explanation> {
  const byName = new Map<string, Explanation>();
  const add = (names: readonly string[], explanation: Explanation): void => {
    for (const name of names) if (!byName.has(plainName(name))) byName.set(plainName(name), explanation);
  };
  for (const component of components) add([component.name, ...component.aliases], ofComponent(component));
  for (const term of glossary) add([term.en, `${term.en}s`, ...koNames(term.ko), ...(term.aliases ?? [])], ofTerm(term));
  for (const kind of faultKinds) add([kind.name, `fault ${kind.name}`], ofFault(kind));
  for (const { code, belief, truth, experiment } of misconceptions) add([code], { topic: code, title: belief, lines: [truth], look: experiment ?? [] });
  return byName;
}

function ofComponent(component: ComponentIntroduction): Explanation {
  return { topic: component.name, title: { ko: component.name, en: component.name }, lines: [component.introduction, component.place], look: component.look };
}

function ofTerm(term: Term): Explanation {
  return {
    topic: term.en,
    title: { ko: term.ko.includes('(') || term.ko === term.en ? term.ko : `${term.ko}(${term.en})`, en: term.en },
    lines: [term.meaning],
    look: [],
  };
}

function ofFault({ name, summary, about, example }: FaultKind): Explanation {
  return { topic: name, title: { ko: `fault ${name}`, en: `fault ${name}` }, lines: [summary, about], look: [example] };
}

/** Explains a topic. */
export function explain(topic: string): ExplainResult {
  const found = index().get(plainName(topic));
  if (found !== undefined) return { ok: true, value: found };
  const near = nearestWords(topic.trim(), topics(), OFFERED_MAX).map(name => `\`${name}\``).join(', ');
  const offer = near === '' ? { ko: '`explain etcd`처럼 적어 보세요.', en: 'Write for example `explain etcd`.' } : fill(phrases.didYouMean, { names: near });
  const message = fill(phrases.unknownTopic, { name: topic.trim(), offer });
  if (near !== '' || !/^[a-z]+$/i.test(topic.trim())) return { ok: false, message };
  const fields = fill(phrases.fieldsOf, { name: topic.trim() });
  return { ok: false, message: { ko: `${message.ko} ${fields.ko}`, en: `${message.en} ${fields.en}` } };
}

/** Names for completion: components, and terms in one language or both. */
export function topics(lang?: Lang): string[] {
  const english = lang === 'ko' ? [] : glossary.map(({ en }) => en);
  const korean = lang === 'en' ? [] : glossary.flatMap(({ ko }) => koNames(ko.replace(/\([^)]*\)/g, '')));
  return [...new Set([...components.map(({ name }) => name), ...english, ...korean, ...faultKinds.map(({ name }) => name)])];
}

/** One topic with a line about it, for completion lists. */
export function topicSummaries(): readonly { readonly text: string; readonly summary: Text }[] {
  return [
    ...components.map(({ name, introduction }) => ({ text: name, summary: introduction })),
    ...faultKinds.map(({ name, summary }) => ({ text: name, summary })),
    ...glossary.map(({ en, ko, meaning }) => ({ text: en, summary: { ko: `${ko}: ${meaning.ko}`, en: meaning.en } })),
  ];
}

/** `explain` alone: the latest things that happened, importance 1 included, newest last. */
export function recentEvents(notes: readonly TutorNote[], max = RECENT_MAX): readonly { readonly at: number; readonly text: Text }[] {
  const recent: { at: number; text: Text }[] = [];
  for (let i = notes.length - 1; i >= 0 && recent.length < max; i--) {
    const note = notes[i];
    const text = note === undefined ? undefined : noteText(note);
    if (note !== undefined && text !== undefined) recent.unshift({ at: note.at, text });
  }
  return recent;
}
