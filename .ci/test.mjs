// Everything that must hold, in the order in which failures are cheapest to find. `node .ci/test.mjs STEP…` runs some steps only.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(fileURLToPath(import.meta.url), '..', '..');
process.chdir(root);

const node = process.execPath;
const bin = (path) => join('node_modules', path);
const compiler = bin('tsgo/bin/tsc');

const steps = {
  build: [node, '.ci/build.mjs'],
  closed: [node, compiler, '-p', '.ci/tsconfig.closed.json'],
  lint: [node, bin('eslint/bin/eslint.js'), '--config', '.ci/eslint.config.mjs', '--suppressions-location', '.ci/eslint-suppressions.json', '--pass-on-unpruned-suppressions', '--max-warnings', '0', 'src'],
  layers: [node, bin('dependency-cruiser/bin/dependency-cruise.mjs'), '--config', '.ci/dependency-cruiser.cjs', '--output-type', 'err', 'src'],
};

function testFiles(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return testFiles(path);
    return entry.name.endsWith('.test.js') ? [path] : [];
  }).sort();
}

function run(name, [file, ...args]) {
  const began = performance.now();
  console.log(`# ${name}`);
  const done = spawnSync(file, args, { stdio: 'inherit', env: { ...process.env, NO_UPDATE_NOTIFIER: '1' } });
  if (done.error !== undefined) console.error(`${name}: ${done.error.message}`);
  console.log(`# ${name} ${done.status === 0 ? 'ok' : 'FAILED'} in ${((performance.now() - began) / 1000).toFixed(1)} s`);
  return done.status === 0;
}

/** Without TypeScript's plugin, since the tests are built already, and without coverage; at most 15 minutes for a file. */
const TAP = ['run', '--reporter=terse', '--plugin=!@tapjs/typescript', '--disable-coverage', '--timeout=900', '--jobs=2'];

/** Runs the test files, two at a time; each is a program of its own that speaks TAP. Returns whether all passed. */
function tests(only) {
  const files = testFiles('dist/test').filter((file) => only.length === 0 || only.some((word) => file.includes(word)));
  if (files.length === 0) {
    console.error(`no test file is named like ${only.join(' or ')}`);
    return false;
  }
  const done = spawnSync(node, [bin('tap/dist/esm/run.mjs'), ...TAP, ...files], { stdio: 'inherit' });
  return done.status === 0;
}

const wanted = process.argv.slice(2);
const names = wanted.length === 0 ? Object.keys(steps) : wanted.filter((word) => word in steps);
const failed = names.filter((name) => !run(name, steps[name]));
if (failed.length > 0) {
  console.error(`failed: ${failed.join(', ')}`);
  if (wanted.length > 0 || failed.includes('build')) process.exit(1);
}
if (wanted.length === 0 || wanted.some((word) => !(word in steps))) {
  const ok = tests(wanted.filter((word) => !(word in steps) && word !== 'tests'));
  if (!ok || failed.length > 0) process.exit(1);
}
