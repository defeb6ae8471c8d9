/** Save files: the journal of a run, from which the run is rebuilt exactly. */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Micros, Result } from '../base/data.ts';
import type { Topology } from '../cluster/topology.ts';
import type { TypedLine } from '../cluster/view-contract.ts';
import type { Learner } from '../lessons/curriculum.ts';
import type { LessonState } from '../lessons/engine.ts';
import type { JournalEntry } from '../sim/timeline.ts';
import { reasonOf } from './file-errors.ts';

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
export function writeSave(path: string | undefined, save: Save): Result<string, string> {
  const file = path ?? join(stateFolder(), 'saved.json');
  try {
    mkdirSync(dirname(file), { recursive: true });
    const fresh = `${file}.${process.pid}.new`;
    writeFileSync(fresh, `${JSON.stringify({ format: FORMAT, ...save })}\n`);
    renameSync(fresh, file);
    return { ok: true, value: file };
  } catch (error) {
    return { ok: false, error: `${file}: cannot be written: ${reasonOf(error)}` };
  }
}

/** Reads a save; the error names what is wrong with the file. */
export function readSave(file: string): Result<Save, string> {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    return { ok: false, error: `${file}: cannot be read: ${reasonOf(error)}` };
  }
  if (text.length > SAVE_BYTES_MAX) return { ok: false, error: `${file}: larger than ${SAVE_BYTES_MAX} bytes` };
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (error) {
    return { ok: false, error: `${file}: not a save of pilothouse: ${reasonOf(error)}` };
  }
  const problem = checkSave(data);
  return problem === undefined ? { ok: true, value: data as Save } : { ok: false, error: `${file}: ${problem}` };
}

function checkSave(data: unknown): string | undefined {
  if (typeof data !== 'object' || data === null || Array.isArray(data)) return 'expected a save of pilothouse, found no fields';
  const save = data as Record<string, unknown>;
  if (save['format'] !== FORMAT) return `format: expected "${FORMAT}", found ${JSON.stringify(save['format'])}`;
  for (const name of ['seed', 'handled', 'at']) if (!Number.isSafeInteger(save[name])) return `${name}: expected a whole number`;
  if (typeof save['digest'] !== 'string') return 'digest: expected a text';
  if (!Array.isArray(save['journal'])) return 'journal: expected a list';
  if (!Array.isArray(save['typed'])) return 'typed: expected a list';
  const topology = save['topology'] as { name?: unknown; machines?: unknown } | undefined;
  if (typeof topology?.name !== 'string' || !Array.isArray(topology.machines)) return 'topology: expected a name and machines';
  return badEntry(save['journal']);
}

function badEntry(journal: readonly unknown[]): string | undefined {
  for (const [i, entry] of journal.entries()) {
    const { at, handled, action } = (entry ?? {}) as { at?: unknown; handled?: unknown; action?: { type?: unknown } };
    if (!Number.isSafeInteger(at) || !Number.isSafeInteger(handled)) return `journal[${i}]: expected whole numbers "at" and "handled"`;
    if (action?.type !== 'deliver' && action?.type !== 'fault' && action?.type !== 'heal') return `journal[${i}].action.type: expected deliver, fault or heal`;
  }
  return undefined;
}
