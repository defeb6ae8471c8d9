/** Save files: the journal of a run, from which the run is rebuilt exactly. */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Micros, Result } from '../base/data.ts';
import type { Lang, Text } from '../base/text.ts';
import type { Topology } from '../cluster/topology.ts';
import type { TypedLine } from '../cluster/view-contract.ts';
import type { Learner } from '../lessons/curriculum.ts';
import type { LessonState } from '../lessons/engine.ts';
import type { JournalEntry } from '../sim/timeline.ts';
import { cannotRead, cannotWrite, reasonOf } from './file-errors.ts';

/** Everything of a session that must survive. */
export interface Save {
  readonly topology: Topology;
  readonly seed: number;
  readonly lang: 'ko' | 'en';
  readonly journal: readonly JournalEntry[];
  readonly handled: number;
  readonly at: Micros;
  readonly digest: string;
  readonly typed: readonly TypedLine[];
  readonly learner: Learner;
  readonly lesson: LessonState | undefined;
}

const FORMAT = 'pilothouse-save/1';
/** Largest save read. */
const SAVE_BYTES_MAX = 200_000_000;

/** Folder for what is kept between sessions. */
export function stateFolder(): string {
  return join(process.env['XDG_STATE_HOME'] ?? join(homedir(), '.local', 'state'), 'pilothouse');
}

/** Writes a save whole or not at all: to a new file, then in place of the old one. */
export function writeSave(path: string | undefined, save: Save, lang: Lang = save.lang): Result<string, string> {
  const file = path ?? join(stateFolder(), 'saved.json');
  try {
    mkdirSync(dirname(file), { recursive: true });
    const fresh = `${file}.${process.pid}.new`;
    writeFileSync(fresh, `${JSON.stringify({ format: FORMAT, ...save })}\n`);
    renameSync(fresh, file);
    return { ok: true, value: file };
  } catch (error) {
    return { ok: false, error: cannotWrite(file, error, lang) };
  }
}

/** Reads a save; the error names what is wrong with the file. */
export function readSave(file: string, lang: Lang = 'en'): Result<Save, string> {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    return { ok: false, error: cannotRead(file, error, lang) };
  }
  const refuse = ({ ko, en }: Text): Result<Save, string> => ({ ok: false, error: `${file}: ${lang === 'ko' ? ko : en}` });
  if (text.length > SAVE_BYTES_MAX) return refuse({ ko: `${SAVE_BYTES_MAX}바이트보다 커요.`, en: `larger than ${SAVE_BYTES_MAX} bytes` });
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (error) {
    return refuse({ ko: `조타실이 저장한 파일이 아니거나 중간에 잘렸어요 (${reasonOf(error)}).`, en: `not a save of pilothouse: ${reasonOf(error)}` });
  }
  const problem = checkSave(data);
  return problem === undefined ? { ok: true, value: data as Save } : refuse(problem);
}

type Fields = Readonly<Record<string, unknown>>;
const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);
const isText = (value: unknown): value is string => typeof value === 'string';
const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
const isTally = (value: unknown): boolean => isFields(value) && Object.values(value).every(isCount);
const isTexts = (value: unknown): boolean => Array.isArray(value) && value.every(isText);

const expected = (where: string, ko: string, en: string): Text => ({ ko: `${where}: ${ko} 와야 해요.`, en: `${where}: expected ${en}` });

function checkSave(save: unknown): Text | undefined {
  if (!isFields(save)) return { ko: '조타실이 저장한 파일이 아니에요.', en: 'expected a save of pilothouse, found no fields' };
  if (save['format'] !== FORMAT) {
    const found = JSON.stringify(save['format']) ?? 'nothing';
    return { ko: `format: "${FORMAT}" 형식만 읽을 수 있는데 ${found} 값이 있어요. 다른 판에서 저장했을지도 몰라요.`, en: `format: expected "${FORMAT}", found ${found}` };
  }
  for (const name of ['seed', 'handled', 'at']) if (!isCount(save[name])) return expected(name, '0 이상의 정수가', 'a whole number');
  if (save['lang'] !== 'ko' && save['lang'] !== 'en') return expected('lang', 'ko나 en이', 'ko or en');
  if (!isText(save['digest'])) return expected('digest', '텍스트가', 'a text');
  if (!Array.isArray(save['journal'])) return expected('journal', '목록이', 'a list');
  if (!Array.isArray(save['typed'])) return expected('typed', '목록이', 'a list');
  return badTopology(save['topology']) ?? badEntry(save['journal']) ?? badLine(save['typed']) ?? badLearner(save['learner']) ?? badLesson(save['lesson']);
}

function badTopology(topology: unknown): Text | undefined {
  if (!isFields(topology) || !isText(topology['name']) || !Array.isArray(topology['machines'])) return expected('topology', '이름과 머신 목록이', 'a name and machines');
  const wrong = topology['machines'].findIndex(machine => !isFields(machine) || !['name', 'role', 'address', 'zone'].every(field => isText(machine[field])) || !isFields(machine['labels']) || !isFields(machine['capacity']) || !Array.isArray(machine['taints']) || !isTexts(machine['images']));
  return wrong < 0 ? undefined : expected(`topology.machines[${wrong}]`, '머신이', 'a machine');
}

/** What each action of the journal has beside its type. */
const ACTIONS: Readonly<Record<string, (action: Fields) => boolean>> = {
  deliver: ({ to, body }) => isText(to) && isFields(body) && isText(body['type']),
  fault: ({ kind, args, words }) => isText(kind) && args !== undefined && isTexts(words),
  heal: ({ id }) => isCount(id),
};

function badEntry(journal: readonly unknown[]): Text | undefined {
  for (const [i, entry] of journal.entries()) {
    const where = `journal[${i}]`;
    if (!isFields(entry) || !isCount(entry['at']) || !isCount(entry['handled'])) return expected(where, '정수 "at"과 "handled"가', 'whole numbers "at" and "handled"');
    const { action } = entry;
    const type = isFields(action) && isText(action['type']) ? action['type'] : '';
    const fits = Object.hasOwn(ACTIONS, type) ? ACTIONS[type] : undefined;
    if (fits === undefined) return expected(`${where}.action.type`, 'deliver, fault, heal 가운데 하나가', 'deliver, fault or heal');
    if (!fits(action as Fields)) return expected(`${where}.action`, `${type}에 필요한 항목이 모두`, `all fields of ${type}`);
  }
  return undefined;
}

function badLine(typed: readonly unknown[]): Text | undefined {
  const wrong = typed.findIndex(line => !isFields(line) || !['line', 'stdout', 'stderr'].every(field => isText(line[field])) || !Number.isInteger(line['exit']));
  return wrong < 0 ? undefined : expected(`typed[${wrong}]`, '입력한 줄과 그 출력이', 'a line and its output');
}

function badLearner(learner: unknown): Text | undefined {
  const tutor = isFields(learner) ? learner['tutor'] : undefined;
  const isGood = isFields(learner) && isTexts(learner['finished']) && isTally(learner['beliefs']) && isFields(tutor) && isTally(tutor['said']) && isTexts(tutor['met']);
  return isGood ? undefined : expected('learner', '마친 수업의 기록이', 'a record of finished lessons');
}

function badLesson(lesson: unknown): Text | undefined {
  if (lesson === undefined || lesson === null) return undefined;
  const isGood = isFields(lesson) && isText(lesson['lesson']) && ['seed', 'step', 'hints', 'linesBefore', 'since'].every(field => isCount(lesson[field])) && isFields(lesson['results']) && isTally(lesson['beliefs']);
  return isGood ? undefined : expected('lesson', '수업에서 있던 자리가', 'a place in a lesson');
}
