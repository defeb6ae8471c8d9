// Builds everything into dist/: generated sources first, then one TypeScript pass.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(fileURLToPath(import.meta.url), '..', '..');
process.chdir(root);

function run(label, file, args) {
  const done = spawnSync(process.execPath, [file, ...args], { stdio: 'inherit' });
  if (done.status !== 0) {
    console.error(`build: ${label} failed`);
    process.exit(done.status ?? 1);
  }
}

// An installed package ships dist/ and no compiler: there is nothing to build there.
const compiler = ['node_modules/tsgo/bin/tsc', 'node_modules/typescript/bin/tsc'].find((path) => existsSync(path));
if (compiler === undefined) {
  if (existsSync('dist/src/main.js')) process.exit(0);
  console.error('build: the TypeScript compiler is missing; run npm ci first');
  process.exit(1);
}

for (const script of readdirSync('.ci').filter((name) => /^generate-.*\.mjs$/.test(name)).sort()) {
  run(script, join('.ci', script), []);
}
run('tsc', compiler, ['-p', 'tsconfig.json']);
for (const script of readdirSync('.ci').filter((name) => /^finish-.*\.mjs$/.test(name)).sort()) {
  run(script, join('.ci', script), []);
}
