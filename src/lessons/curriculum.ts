/** The order of the lessons, what each needs, and what a learner has finished. */
import { listOf, matching, problemText, readDocument, record, type Shape, type Source, words } from '../base/document.ts';
import type { Lang, Text } from '../base/text.ts';
import type { LessonState } from './engine.ts';
import type { Lesson } from './schema.ts';
import { newTutor, type TutorState } from './tutor.ts';

/** Lessons of the curriculum at most. */
const LESSONS_MAX = 200;

/** One line of the curriculum. */
export interface CurriculumEntry {
  readonly id: string;
  /** As in the lesson, so that a list needs no lesson read. */
  readonly title: Text;
  /** Relative to the folder of the curriculum. */
  readonly file: string;
}
/** A track and its lessons. */
export interface Track { readonly title: Text; readonly lessons: readonly CurriculumEntry[] }
/** The order of all lessons. */
export interface Curriculum { readonly tracks: readonly Track[] }

/** What is kept of a learner between sessions. Plain data. */
export interface Learner {
  readonly finished: readonly string[];
  readonly beliefs: Readonly<Record<string, number>>;
  readonly tutor: TutorState;
}

/** Somebody who has not begun. */
export const newLearner: Learner = { finished: [], beliefs: {}, tutor: newTutor };

const bilingual: Shape<Text> = record({ ko: '두 언어로 된 텍스트가', en: 'a text in both languages' }, { ko: words, en: words });
const entry: Shape<CurriculumEntry> = record({ ko: '수업 { id: …, title: …, file: … } 맵이', en: 'a lesson, { id: …, title: …, file: … }' }, { id: matching(/^[a-z][a-z0-9-]*$/, { ko: '수업 id가', en: 'a lesson id' }), title: bilingual, file: matching(/^[\w./-]+\.yaml$/, { ko: 'YAML 파일의 경로가', en: 'the path of a YAML file' }) });
const curriculumShape: Shape<Curriculum> = record({ ko: '수업 목록이', en: 'a curriculum' }, {
  tracks: listOf(record({ ko: '수업 묶음이', en: 'a track' }, { title: bilingual, lessons: listOf(entry, { max: LESSONS_MAX }) }), { max: LESSONS_MAX }),
});

/** Reads `curriculum.yaml`. */
export function readCurriculum(source: Source, lang: Lang = 'en'): { readonly curriculum: Curriculum | undefined; readonly problems: readonly string[] } {
  const { value, problems } = readDocument(curriculumShape, source);
  return { curriculum: value, problems: problems.map(problem => problemText(problem, source, lang)) };
}

/** All entries in order. */
export function entries(curriculum: Curriculum): readonly CurriculumEntry[] {
  return curriculum.tracks.flatMap(({ lessons }) => lessons);
}

/** An entry by what a learner types: `a1-first-look`, `a1`, `first-look` or its position. */
export function findEntry(curriculum: Curriculum, word: string): CurriculumEntry | undefined {
  const all = entries(curriculum);
  const wanted = word.trim().toLowerCase();
  if (/^\d+$/.test(wanted)) return all[Number(wanted) - 1];
  return all.find(({ id }) => id === wanted) ?? all.find(({ id }) => id.startsWith(`${wanted}-`)) ?? all.find(({ id }) => id.endsWith(`-${wanted}`));
}

/** The first lesson not finished. */
export function nextEntry(curriculum: Curriculum, learner: Learner): CurriculumEntry | undefined {
  return entries(curriculum).find(({ id }) => !learner.finished.includes(id));
}

/** Lessons to do before this one. */
export function missingNeeds(lesson: Lesson, learner: Learner): readonly string[] {
  return lesson.needs.filter(id => !learner.finished.includes(id));
}

/** The learner's record after a move in a lesson. */
export function learned(learner: Learner, lesson: Lesson, state: LessonState): Learner {
  const isFinished = state.step >= lesson.steps.length;
  const finished = isFinished && !learner.finished.includes(lesson.id) ? [...learner.finished, lesson.id] : learner.finished;
  return finished === learner.finished && state.beliefs === learner.beliefs ? learner : { ...learner, finished, beliefs: state.beliefs };
}
