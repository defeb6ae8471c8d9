/** `pilothouse lesson new|list|check`: for authors. */
import { writeFileSync } from 'node:fs';
import { createCel } from '../cluster/cel/evaluate.ts';
import { presets } from '../cluster/topology.ts';
import { entries } from '../lessons/curriculum.ts';
import { checkLesson, type LessonHarness } from '../lessons/check-lesson.ts';
import { newLessonText } from '../lessons/new-lesson.ts';
import type { LessonReading } from '../lessons/schema.ts';
import { openLibrary, readLessonFile } from '../repl/lesson-library.ts';
import { Session } from '../repl/session.ts';
import type { Lang } from '../base/text.ts';
import { cannotWrite } from '../repl/file-errors.ts';
import { misfit, words } from './words.ts';
import { findTopology } from './clusters.ts';
import type { ProgramOptions } from './options.ts';
import { lessonsFolder, topologyOf } from './prompt.ts';

const LESSON_ID = /^[a-z][a-z0-9-]*$/;

export async function runLessons(options: ProgramOptions): Promise<number> {
  const [, what, ...files] = options.words;
  if (what === 'list') return list(options);
  if (what === 'check') return check(files, options.lang);
  if (what === 'new') return write(files, options.lang);
  process.stderr.write(`${misfit('pilothouse lesson', { ko: 'new, list, check 가운데 하나가', en: 'new, list or check' }, what ?? '')[options.lang]}\n`);
  return 2;
}

/** Writes a first lesson to go on from; a file that is there stays as it is. */
function write(names: readonly string[], lang: Lang): number {
  const [id = ''] = names;
  if (names.length !== 1 || !LESSON_ID.test(id)) {
    process.stderr.write(`${words.lessonId(names.join(' '))[lang]}\n`);
    return 2;
  }
  const file = `${id}.yaml`;
  try {
    writeFileSync(file, newLessonText(id), { flag: 'wx' });
  } catch (error) {
    const isThere = (error as NodeJS.ErrnoException).code === 'EEXIST';
    process.stderr.write(isThere ? `${file}: ${words.isThere[lang]}\n` : `${cannotWrite(file, error, lang)}\n`);
    return 2;
  }
  process.stdout.write(`${file}\n`);
  return 0;
}

function list(options: ProgramOptions): number {
  const { library, problems } = openLibrary(lessonsFolder(), createCel(), options.lang);
  if (library === undefined) { process.stderr.write(`${problems.join('\n')}\n`); return 2; }
  for (const { id } of entries(library.curriculum)) process.stdout.write(`${id.padEnd(20)}${library.lesson(id)?.lesson?.title[options.lang] ?? ''}\n`);
  return 0;
}

function check(files: readonly string[], lang: Lang): number {
  const readings = files.length > 0 ? files.map(file => ({ name: file, reading: readLessonFile(file, createCel(), lang) })) : ownLessons();
  let code = 0;
  for (const { name, reading } of readings) {
    if (reading.lesson === undefined) {
      code = 2;
      for (const problem of reading.problems) process.stderr.write(`${problem}\n`);
      continue;
    }
    const began = performance.now();
    const complaints = checkLesson(reading.lesson, harness());
    for (const { step, message } of complaints) process.stdout.write(`${name}: ${step}: ${message}\n`);
    process.stdout.write(`${complaints.length === 0 ? '✓' : '✗'} ${reading.lesson.id} (${Math.round(performance.now() - began)} ms)\n`);
    if (complaints.length > 0 && code === 0) code = 1;
  }
  return code;
}

function ownLessons(): readonly { readonly name: string; readonly reading: LessonReading }[] {
  const { library, problems } = openLibrary(lessonsFolder(), createCel());
  if (library === undefined) return [{ name: 'curriculum', reading: { lesson: undefined, problems } }];
  return entries(library.curriculum).map(({ id }) => ({ name: id, reading: library.lesson(id) ?? { lesson: undefined, problems: [`${id}: no such lesson`] } }));
}

/** A session as the lesson check drives it. */
export function harness(): LessonHarness {
  let session = newSession('default', 1);
  return {
    open(cluster, seed) { session = newSession(cluster, seed); },
    run: line => session.run(line),
    advance: time => { session.pass(time); },
    view: () => session.view,
  };
}

function newSession(cluster: string, seed: number): Session {
  const topology = findTopology(cluster, 'en');
  const fallback = presets['default'];
  if (!topology.ok && fallback === undefined) throw new Error(topology.error);
  return new Session({ topology: topology.ok ? topology.value : fallback as NonNullable<typeof fallback>, seed, lang: 'en', lessonsFolder: lessonsFolder(), topologyOf });
}
