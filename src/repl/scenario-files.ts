/** Scenario files on disk. */
import { readFileSync } from 'node:fs';
import type { Cel } from '../cluster/cel/evaluate.ts';
import { readScenario, type ScenarioReading } from '../scenario/schema.ts';
import { readYaml } from './read-document.ts';
import { reasonOf } from './file-errors.ts';

/** Reads one scenario file. */
export function readScenarioFile(path: string, cel: Cel): ScenarioReading {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    return { scenario: undefined, problems: [`${path}: cannot be read: ${reasonOf(error)}`] };
  }
  const document = readYaml(path, text);
  return document.ok ? readScenario(document.source, cel) : { scenario: undefined, problems: document.problems };
}
