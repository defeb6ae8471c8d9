// Bundles the program into one file, and stores V8's compiled code of what a first command runs beside it, so that starting compiles next to nothing.
// blessed requires its widgets by computed names and stays outside.
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { build } from 'esbuild';

rmSync('dist/bin', { recursive: true, force: true });
mkdirSync('dist/bin', { recursive: true });
/** string-width compiles its tables of emoji as it is loaded; in the bundle it is loaded by the first text that is not plain. */
const lateWidth = {
  name: 'late-width',
  setup(bundle) {
    bundle.onResolve({ filter: /^string-width$/ }, ({ kind }) => (kind === 'import-statement' ? { path: 'string-width', namespace: 'late' } : undefined));
    bundle.onLoad({ filter: /.*/, namespace: 'late' }, () => ({ contents: "export default text => require('string-width').default(text);", resolveDir: process.cwd() }));
  },
};
const common = { platform: 'node', target: 'node20', format: 'cjs', legalComments: 'none', logLevel: 'error', minify: true };
await build({
  ...common, entryPoints: ['dist/src/main.js'], outfile: 'dist/bin/pilothouse.js', bundle: true, keepNames: false, plugins: [lateWidth],
  // What stays outside is loaded with require even where the source waits for it: a script has no import() of its own.
  supported: { 'dynamic-import': false },
  external: ['blessed', 'readline-sync', 'yaml', 'ws', '@peculiar/x509', 'reflect-metadata', 'etcd3', 'cockatiel'],
  // Modules look for their package from where they lie: the folder above, as this one has a package.json of its own.
  define: { 'import.meta.url': 'pilothouseUrl' },
  banner: { js: "const pilothouseUrl = require('node:url').pathToFileURL(__dirname).href;" },
});
// esbuild leaves regular expressions as they are. A text of ASCII alone is read without decoding it.
const bundled = readFileSync('dist/bin/pilothouse.js', 'utf8');
writeFileSync('dist/bin/pilothouse.js', bundled.replace(/[^\x00-\x7f]/g, unit => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`));
await build({ ...common, entryPoints: ['src/start.cjs'], outfile: 'dist/bin/main.js' });
writeFileSync('dist/bin/package.json', '{ "type": "commonjs" }\n');
chmodSync('dist/bin/main.js', 0o755);

const warm = spawnSync(process.execPath, ['dist/bin/main.js', '--plain', '--quiet'], { input: 'kubectl get nodes\n', encoding: 'utf8', env: { ...process.env, PILOTHOUSE_KEEP_CODE: '1' } });
if (warm.status !== 0) {
  console.error(`build: the bundled program does not start:\n${warm.stderr}`);
  process.exit(1);
}
