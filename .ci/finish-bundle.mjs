// Bundles the program, so that starting it loads a few files instead of hundreds. blessed requires its widgets by computed names and stays outside.
import { chmodSync, rmSync } from 'node:fs';
import { build } from 'esbuild';

rmSync('dist/bin', { recursive: true, force: true });
await build({
  entryPoints: ['dist/src/main.js'], outdir: 'dist/bin', bundle: true, splitting: true, format: 'esm', platform: 'node', target: 'node20',
  external: ['blessed', 'readline-sync', 'yaml', 'ws', '@peculiar/x509', 'reflect-metadata'], legalComments: 'none', logLevel: 'error', minify: true, keepNames: false,
  banner: { js: "import { createRequire as pilothouseRequire } from 'node:module'; const require = pilothouseRequire(import.meta.url);" },
});
chmodSync('dist/bin/main.js', 0o755);
