import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import t from 'tap';
import { addons } from '../../src/addons/registry.ts';
import { forms, resources, unstored } from '../../src/api/kinds/registry.ts';
import { plugins as admissionPlugins } from '../../src/apiserver/admission/registry.ts';
import { pipeline } from '../../src/apiserver/pipeline.ts';
import { cloudControllers } from '../../src/controllers/cloud/registry.ts';
import { controllers } from '../../src/controllers/registry.ts';
import { commands } from '../../src/kubectl/registry.ts';
import { sessionCommands } from '../../src/repl/commands/registry.ts';
import { plugins } from '../../src/scheduler/plugins/registry.ts';
import { faultKinds } from '../../src/sim/faults/registry.ts';

/** All files below a folder. */
function filesBelow(folder: string, ending: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap(entry => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return filesBelow(path, ending);
    return path.endsWith(ending) && !path.includes('.generated.') ? [path] : [];
  }).sort();
}

const sources = filesBelow('src', '.ts');
const read = (path: string): string => readFileSync(path, 'utf8');

t.test('every extension stands in its registry', t => {
  const folders = [
    ['src/sim/faults', 'src/sim/faults/registry.ts', ['sides.ts', 'operands.ts']],
    ['src/scheduler/plugins', 'src/scheduler/plugins/registry.ts', ['resource-scorers.ts']],
    ['src/tui/tabs', 'src/tui/tabs/registry.ts', ['tab.ts']],
    ['src/bench', 'src/bench/registry.ts', ['suite.ts', 'load.ts', 'pod.ts', 'world.ts']],
    ['src/apiserver/stages', 'src/apiserver/pipeline.ts', []],
  ] as const;
  for (const [folder, registry, helpers] of folders) {
    const text = read(registry);
    for (const name of readdirSync(folder).filter(file => file.endsWith('.ts'))) {
      if (name === 'registry.ts' || (helpers as readonly string[]).includes(name)) continue;
      t.ok(text.includes(`/${name}'`), `${folder}/${name} is imported by ${registry}`);
    }
  }
  t.end();
});

/** What a file imports, as paths from the root; `import(…)` counts too. */
function imports(path: string): string[] {
  return [...read(path).matchAll(/(?:from|import\()\s*'(\.[^']+)'/g)].map(([, target = '']) => join(dirname(path), target));
}

t.test('what is declared is registered: every file with a declaration is reached from its registry', t => {
  const folders = [
    ['src/controllers', /\bdefineController\b[<(]/, ['src/controllers/registry.ts', 'src/controllers/cloud/registry.ts']],
    ['src/apiserver/admission', /\bdefine(Plugin|Admission\w*)\(|: AdmissionPlugin = /, ['src/apiserver/admission/registry.ts']],
    ['src/api/kinds', /\bdefine(Resource|Form)\b[<(]/, ['src/api/kinds/registry.ts']],
    ['src/kubectl/verbs', /\bdefineCommand\(/, ['src/kubectl/registry.ts']],
    ['src/repl/commands', /\bdefineSessionCommand\(/, ['src/repl/commands/registry.ts']],
    ['src/addons', /\bmanifests\(\): /, ['src/addons/registry.ts']],
  ] as const;
  for (const [folder, declares, registries] of folders) {
    const reached = new Set<string>(registries);
    for (const path of reached) for (const target of imports(path)) if (target.startsWith(folder)) reached.add(target);
    const declaring = filesBelow(folder, '.ts').filter(path => declares.test(read(path)));
    t.ok(declaring.length > 0, `${folder} declares something`);
    for (const path of declaring) if (!reached.has(path)) t.fail(`${path} is not reached from ${registries.join(' or ')}`);
  }
  t.end();
});

t.test('names are given once', t => {
  const kindName = ({ group, version, kind }: { readonly group: string; readonly version: string; readonly kind: string }): string => `${group}/${version} ${kind}`;
  const named: Readonly<Record<string, readonly string[]>> = {
    faults: faultKinds.map(({ name }) => name), stages: pipeline.map(({ name }) => name), 'admission plugins': admissionPlugins.map(({ name }) => name),
    'scheduler plugins': plugins.map(({ name }) => name), controllers: [...controllers, ...cloudControllers].map(({ name }) => name), kinds: [...resources, ...unstored, ...forms].map(kindName),
    'commands of the cluster': commands.map(({ path }) => path.join(' ')), 'commands of the session': sessionCommands.map(({ path }) => path.join(' ')), 'add-ons': addons.map(({ name }) => name),
  };
  for (const [what, names] of Object.entries(named)) t.same(names.filter((name, i) => names.indexOf(name) !== i), [], what);
  t.end();
});

t.test('no file is forgotten: each is imported by another, and what is public is used', t => {
  const everything = [...sources, ...filesBelow('test', '.ts')];
  const imported = new Set(everything.flatMap(imports));
  t.same(sources.filter(path => !imported.has(path)), ['src/main.ts'], 'files that nobody imports');
  const users = new Map<string, number>();
  const scripts = readdirSync('.ci').filter(name => name.endsWith('.mjs')).map(name => join('.ci', name));
  for (const path of [...everything, ...scripts, ...filesBelow('grammar', '.ne')]) {
    for (const word of new Set(read(path).match(/[A-Za-z_$][\w$]*/g))) users.set(word, (users.get(word) ?? 0) + 1);
  }
  const unused = sources.flatMap(path => [...read(path).matchAll(/^export (?:async )?(?:function\*?|const|class) (\w+)/gm)].filter(([, name = '']) => (users.get(name) ?? 0) < 2).map(([, name = '']) => `${path} ${name}`));
  t.same(unused, [], 'exported and used by nobody else');
  t.end();
});

t.test('files that the documents name exist', t => {
  for (const document of ['README.md', 'ARCHITECTURE.md', '.ci/CONTRIBUTING.md']) {
    for (const [, path = ''] of read(document).matchAll(/`((?:src|test|lessons|grammar|\.ci)\/[\w./-]+)`/g)) t.ok(existsSync(path), `${document}: ${path}`);
  }
  t.end();
});

t.test('nothing lies at the top that does not belong there', t => {
  const kept = ['src', 'grammar', 'lessons', 'test', 'package.json', 'package-lock.json', 'tsconfig.json', 'README.md', 'ARCHITECTURE.md', 'LICENSE', 'NOTICE'];
  const dotted = ['.ci', '.git', '.gitignore', '.npmrc'];
  const made = ['node_modules', 'dist', '.tap'];
  t.same(readdirSync('.').filter(name => !made.includes(name)).sort(), [...dotted, ...kept].sort());
  t.end();
});

t.test('files stay short enough to read', t => {
  const CODE_LINES_MAX = 400;
  /** Files that were longer when the rule came; the list may only shrink. */
  const longer: Readonly<Record<string, number>> = { 'src/repl/session.ts': 500 };
  for (const path of sources) {
    const lines = read(path).split('\n').filter(line => line.trim() !== '' && !/^\s*(\/\/|\/\*|\*)/.test(line)).length;
    const most = longer[path] ?? CODE_LINES_MAX;
    if (lines > most) t.fail(`${path} has ${lines} code lines, at most ${most}`);
  }
  t.pass('all files looked at');
  t.end();
});

t.test('no marks of unfinished work, no machine paths, no registry hosts', t => {
  const banned = [/\b(TODO|FIXME|XXX)\b/, /not implemented/i, /(^|[^\w.])\/(work|home|root|tmp)\/\w/, /registry\.npm|npmjs\.org|deb\.debian/];
  for (const path of [...sources, ...filesBelow('lessons', '.yaml'), ...filesBelow('grammar', '.ne'), 'README.md', 'ARCHITECTURE.md']) {
    const text = read(path);
    for (const pattern of banned) if (pattern.test(text)) t.fail(`${path} contains ${String(pattern)}`);
  }
  t.pass('all files looked at');
  t.end();
});

t.test('the reading tour of ARCHITECTURE.md names files and functions that exist', t => {
  const tour = /## Reading tour([\s\S]*?)\n## /.exec(read('ARCHITECTURE.md'))?.[1] ?? '';
  const stops = [...tour.matchAll(/`(src\/[\w/.-]+\.ts)`, `(\w+)`/g)];
  t.ok(stops.length >= 10, `${stops.length} stops`);
  for (const [, file = '', name = ''] of stops) {
    const text = read(file);
    t.ok(new RegExp(`(function\\*? |const |  (?:async )?#?)${name}\\b`).test(text), `${file} has ${name}`);
  }
  t.end();
});

t.test('folders of ARCHITECTURE.md are the folders of src', t => {
  const text = read('ARCHITECTURE.md');
  for (const entry of readdirSync('src', { withFileTypes: true })) if (entry.isDirectory()) t.ok(text.includes(`\`${entry.name}\``) || text.includes(`### ${entry.name}`), entry.name);
  t.end();
});
