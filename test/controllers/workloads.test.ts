import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import t from 'tap';
import { runScenario } from './workload-scenario.ts';

/** `node dist/test/controllers/workloads.test.js --rewrite` writes the outputs anew; read the difference before keeping it. */
const REWRITE = process.argv.includes('--rewrite');
const FOLDER = 'test/controllers/testdata';
const scenarios = readdirSync(FOLDER).filter(name => name.endsWith('.txt')).sort();

for (const file of scenarios) {
  t.test(`scenario ${file.replace('.txt', '')}`, async t => {
    const path = join(FOLDER, file);
    const text = readFileSync(path, 'utf8');
    const found = runScenario(text);
    if (REWRITE) writeFileSync(path, found);
    t.equal(found, REWRITE ? found : text);
  });
}

/** A change of the built program that the scenarios must notice. */
interface Planted { readonly about: string; readonly file: string; readonly change: readonly [find: string, replace: string]; readonly scenario: string }

const planted: readonly Planted[] = [
  { about: 'a finished pod is counted without asking whether it was counted before', file: 'job/tracking', change: ['if (!uncounted.succeeded.has(uid))', 'if (true)'], scenario: 'job-tracking' },
  { about: 'the wait after failures does not grow', file: 'job/backoff', change: ['wait *= 2', 'wait *= 1'], scenario: 'job-failures' },
  { about: 'a StatefulSet does not wait for the pod before', file: 'statefulset/control', change: ['isTerminating(pod) || !isRunningAndAvailable(pod, set, now)', 'isTerminating(pod)'], scenario: 'statefulset' },
  { about: 'a rollout judges nodes without a pod as available', file: 'daemonset/rollout', change: ['(pair.fresh === undefined) === (pair.old === undefined)', 'false'], scenario: 'daemonset' },
];

/** The scenarios of a copy of the built program in which a text was changed. */
async function withBug({ file, change: [find, replace] }: Planted, number: number): Promise<typeof runScenario> {
  const dist = fileURLToPath(new URL('../../', import.meta.url));
  const copy = join(dist, 'planted', `controllers-${number}`);
  rmSync(copy, { recursive: true, force: true });
  mkdirSync(copy, { recursive: true });
  for (const folder of ['src/base', 'src/sim', 'src/api', 'src/client', 'src/controllers', 'test/controllers']) cpSync(join(dist, folder), join(copy, folder), { recursive: true });
  const path = join(copy, 'src', 'controllers', `${file}.js`);
  const text = readFileSync(path, 'utf8');
  if (!text.includes(find)) throw new Error(`${file} has no text ${JSON.stringify(find)}`);
  writeFileSync(path, text.replace(find, replace));
  const module = await import(pathToFileURL(join(copy, 'test', 'controllers', 'workload-scenario.js')).href) as { runScenario: typeof runScenario };
  return module.runScenario;
}

t.test('planted bugs are found', async t => {
  for (const [number, bug] of planted.entries()) {
    const text = readFileSync(join(FOLDER, `${bug.scenario}.txt`), 'utf8');
    const run = await withBug(bug, number);
    t.not(run(text), text, bug.about);
  }
});
