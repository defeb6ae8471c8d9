import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { presets, type Topology } from '../../src/cluster/topology.ts';
import { bootedWorld } from '../../src/program/booted.ts';
import { Session } from '../../src/repl/session.ts';

/** `node dist/test/cluster/stories.test.js --rewrite` writes the outputs anew; read the difference before keeping it. */
const REWRITE = process.argv.includes('--rewrite');
const FOLDER = 'test/cluster/testdata';

/**
 * Runs a story at the prompt: lines that begin with `❯` are typed, a heredoc goes on to its end word, and what follows is exactly what they print. A line
 * `# addons: NAME` at the top opens a cluster with these add-ons, `# cluster: NAME` another preset. Returns the story as it should have been.
 */
function runStory(text: string): string {
  const preset = presets[/^# cluster: (.*)$/m.exec(text)?.[1] ?? 'default'] as Topology;
  const addons = /^# addons: (.*)$/m.exec(text)?.[1]?.split(' ');
  const topology = addons === undefined ? preset : { ...preset, addons };
  const booted = bootedWorld(topology, 1);
  const session = new Session({ topology, seed: 1, lang: 'en', lessonsFolder: 'lessons', topologyOf: name => presets[name], verify: true, ...(booted === undefined ? {} : { booted }) });
  const out: string[] = [];
  const lines = text.split('\n');
  while (lines.length > 0) {
    const line = lines.shift() ?? '';
    if (line === '' || line.startsWith('#')) { if (line !== '' || out.at(-1) !== '') out.push(line); continue; }
    if (!line.startsWith('❯ ')) continue;
    out.push(line);
    const typed = [line.slice(2)];
    const end = /<<'?(\w+)'?/.exec(line)?.[1];
    while (end !== undefined && lines.length > 0 && typed.at(-1) !== end) { typed.push(lines.shift() ?? ''); out.push(typed.at(-1) ?? ''); }
    const { stdout, stderr } = session.run(typed.join('\n'));
    out.push(...`${stdout}${stderr}`.replace(/\n$/, '').split('\n').filter((each, _at, all) => all.length > 1 || each !== ''));
  }
  return `${out.join('\n').trimEnd()}\n`;
}

for (const file of readdirSync(FOLDER).filter(name => name.endsWith('.txt')).sort()) {
  t.test(`story ${file.replace('.txt', '')}`, async (t) => {
    const path = join(FOLDER, file);
    const text = readFileSync(path, 'utf8');
    const found = runStory(text);
    if (REWRITE) writeFileSync(path, found);
    t.equal(found, REWRITE ? found : text);
  });
}
