import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import t from 'tap';
import { presets, type Topology } from '../../src/cluster/topology.ts';
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
