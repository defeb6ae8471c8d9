import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import t from 'tap';
import { presets, type Topology } from '../../src/cluster/topology.ts';
import { commands } from '../../src/kubectl/registry.ts';
import { bootedWorld } from '../../src/program/booted.ts';
import { Session } from '../../src/repl/session.ts';

/** What kubectl 1.35.2 did with a line, without a server. */
interface Row { readonly line: string; readonly exit: number; readonly stdout: string; readonly stderr: string }

const recorded = resolve('test/kubectl/testdata/recorded');
const lessonsFolder = resolve('lessons');

for (const file of readdirSync(recorded).sort()) {
  t.test(`lines of ${file} print what kubectl 1.35.2 prints`, (t) => {
    const rows = JSON.parse(readFileSync(`${recorded}/${file}`, 'utf8')) as readonly Row[];
    const topology = presets['default'] as Topology;
    const booted = bootedWorld(topology, 1);
    const session = new Session({ topology, seed: 1, lang: 'en', lessonsFolder, topologyOf: (name) => presets[name], ...(booted !== undefined ? { booted } : {}) });
    const before = process.cwd();
    // The lines name files of this folder.
    process.chdir('test/kubectl/testdata/files');
    for (const { line, exit, stdout, stderr } of rows) {
      const typed = session.run(line);
      t.same({ exit: typed.exit, stdout: typed.stdout, stderr: typed.stderr }, { exit, stdout, stderr }, line);
    }
    process.chdir(before);
    t.end();
  });
}

t.test('every command of kubectl 1.35.2 is there with its flags', (t) => {
  const known = JSON.parse(readFileSync('test/kubectl/testdata/flags.json', 'utf8')) as Readonly<Record<string, string>>;
  const ours = new Map(commands.filter(({ path }) => path[0] === 'kubectl').map((command) => [command.path.slice(1).join(' '), command]));
  for (const [name, flags] of Object.entries(known)) {
    if (flags === '' && Object.keys(known).some((other) => other.startsWith(`${name} `))) continue;
    const command = ours.get(name);
    if (command === undefined) { t.fail(`kubectl ${name} is missing`); continue; }
    const wrong = flags.split(' ').filter((word) => word !== '').filter((word) => {
      const [, long = '', short, value = ''] = /^([\w-]+)(?:\/(\w))?=(.*)$/.exec(word) ?? [];
      const flag = command.flags.find((each) => each.name === long);
      const isSwitch = value === 'true' || value === 'false';
      return flag === undefined || flag.short !== short || (isSwitch && flag.type !== 'bool');
    });
    t.same(wrong, [], `kubectl ${name}`);
  }
  t.end();
});
