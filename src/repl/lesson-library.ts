/** The lesson files on disk: the curriculum at once, each lesson when it is first wanted. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Lang } from '../base/text.ts';
import type { Cel } from '../cluster/cel/evaluate.ts';
import { type Curriculum, findEntry, readCurriculum } from '../lessons/curriculum.ts';
import { type LessonReading, readLesson } from '../lessons/schema.ts';
import { readYaml } from './read-document.ts';
import { cannotRead } from './file-errors.ts';

/** Lessons by what a learner types. */
export interface LessonLibrary {
  readonly curriculum: Curriculum;
  /** Reads a lesson of the curriculum; undefined when there is none by that name. */
  lesson(word: string): LessonReading | undefined;
}

/** Reads one lesson file. */
export function readLessonFile(path: string, cel: Cel, lang: Lang = 'en'): LessonReading {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    return { lesson: undefined, problems: [cannotRead(path, error, lang)] };
  }
  const document = readYaml(path, text, lang);
  return document.ok ? readLesson(document.source, cel, lang) : { lesson: undefined, problems: document.problems };
}

/** Opens the library in a folder with a `curriculum.yaml`. */
export function openLibrary(folder: string, cel: Cel, lang: Lang = 'en'): { readonly library: LessonLibrary | undefined; readonly problems: readonly string[] } {
  const file = join(folder, 'curriculum.yaml');
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    return { library: undefined, problems: [cannotRead(file, error, lang)] };
  }
  const document = readYaml(file, text, lang);
  if (!document.ok) return { library: undefined, problems: document.problems };
  const { curriculum, problems } = readCurriculum(document.source, lang);
  if (curriculum === undefined) return { library: undefined, problems };
  const kept = new Map<string, LessonReading>();
  const lesson = (word: string): LessonReading | undefined => {
    const entry = findEntry(curriculum, word);
    if (entry === undefined) return undefined;
    let reading = kept.get(entry.id);
    if (reading === undefined) kept.set(entry.id, reading = readLessonFile(join(folder, entry.file), cel, lang));
    return reading;
  };
  return { library: { curriculum, lesson }, problems: [] };
}
