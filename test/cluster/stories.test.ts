import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { presets, type Topology } from '../../src/cluster/topology.ts';
import { bootedWorld } from '../../src/program/booted.ts';
import { Session } from '../../src/repl/session.ts';

/** `node dist/test/cluster/stories.test.js --rewrite` writes the outputs anew; read the difference before keeping it. */
const REWRITE = process.argv.includes('--rewrite');
const FOLDER = 'test/cluster/testdata';

/** Whether lines are what was expected: `…` stands for any text without spaces, and how wide columns are does not matter. */
function fits(expected: readonly string[], found: readonly string[]): boolean {
  const pattern = (line: string): RegExp => new RegExp(`^${line.trimEnd().replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replaceAll('…', '\\S+').replace(/ {2,}/g, ' +')}$`);
  return expected.length === found.length && expected.every((line, i) => pattern(line).test((found[i] ?? '').trimEnd()));
}

/** Output of a line, without what a run of time says of itself. */
function printed(session: Session, line: string): readonly string[] {
  const { stdout, stderr } = session.run(line);
  return `${stdout}${stderr}`.split('\n').filter((each, at, all) => (at < all.length - 1 || each !== '') && !/ passed; it is [\d:.]+\.$/.test(each));
}

/**
 * Runs a story at the prompt: lines that begin with `❯` are typed, a heredoc goes on to its end word, and what follows is what they print. A line
 * `# addons: NAME` at the top opens a cluster with these add-ons, `# cluster: NAME` another preset. Returns the story as it should have been.
 */
function runStory(text: string): string {
  const preset = presets[/^# cluster: (.*)$/m.exec(text)?.[1] ?? 'default'] as Topology;
  const addons = /^# addons: (.*)$/m.exec(text)?.[1]?.split(' ');
  const topology = addons === undefined ? preset : { ...preset, addons };
  const booted = bootedWorld(topology, 1);
  const session = new Session({ topology, seed: 1, lang: 'en', lessonsFolder: 'lessons', topologyOf: name => presets[name], verify: true, ...(booted === undefined ? {} : { booted }) });
  const out: string[] = [];
  const lines = text.trimEnd().split('\n');
  while (lines.length > 0) {
    const line = lines.shift() ?? '';
    out.push(line);
    if (!line.startsWith('❯ ')) continue;
    const typed = [line.slice(2)];
    const end = /<<'?(\w+)'?/.exec(line)?.[1];
    while (end !== undefined && lines.length > 0 && typed.at(-1) !== end) { typed.push(lines.shift() ?? ''); out.push(typed.at(-1) ?? ''); }
    const expected: string[] = [];
    while (lines.length > 0 && !/^(❯ |# )/.test(lines[0] ?? '') && (lines[0] !== '' || !/^(# |❯ )/.test(lines[1] ?? '# '))) expected.push(lines.shift() ?? '');
    const found = printed(session, typed.join('\n'));
    out.push(...(fits(expected, found) ? expected : found));
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
