/** Scenario files on disk. */
import { readFileSync } from 'node:fs';
import type { Lang } from '../base/text.ts';
import type { Cel } from '../cluster/cel/evaluate.ts';
import { readScenario, type ScenarioReading } from '../scenario/schema.ts';
import { readYaml } from './read-document.ts';
import { cannotRead } from './file-errors.ts';

/** Reads one scenario file. */
export function readScenarioFile(path: string, cel: Cel, lang: Lang = 'en'): ScenarioReading {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    return { scenario: undefined, problems: [cannotRead(path, error, lang)] };
  }
  const document = readYaml(path, text, lang);
  return document.ok ? readScenario(document.source, cel, lang) : { scenario: undefined, problems: document.problems };
}
