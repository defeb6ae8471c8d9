// Reads the stories that the real kubectl and the prompt's run side by side.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { flagStories } from './kubectl-flags.mjs';

/** What kubectl has for flags, and why some are not tried. */
export function flagTable(root) {
  return {
    declared: JSON.parse(readFileSync(join(root, 'test', 'kubectl', 'testdata', 'flags.json'), 'utf8')),
    reasons: parse(readFileSync(join(root, 'test', 'clients', 'differential', 'flags.yaml'), 'utf8')).untried,
  };
}

/** Every story: `{ id, files, steps }`; a step is a line, or time that passes. */
export function storiesOf(root) {
  const clients = join(root, 'test', 'clients');
  const told = readdirSync(join(clients, 'differential')).filter(name => name.endsWith('.txt')).sort()
    .flatMap(name => storiesIn(readFileSync(join(clients, 'differential', name), 'utf8'), name.replace('.txt', '')));
  const shared = [join(root, 'test', 'vectors', 'kubectl.yaml'), ...readdirSync(clients).filter(name => name.endsWith('.yaml') && name !== 'known.yaml').sort().map(name => join(clients, name))];
  const declared = JSON.parse(readFileSync(join(root, 'test', 'kubectl', 'testdata', 'flags.json'), 'utf8'));
  const flags = flagStories(parse(readFileSync(join(clients, 'differential', 'flags.yaml'), 'utf8')), declared);
  return [...told, ...flags, ...shared.flatMap(path => parse(readFileSync(path, 'utf8')).stories).flatMap(fromYaml)];
}

/**
 * `== NAME` begins a story, `file NAME` followed by indented lines gives a file, `+30s` lets time pass, `watch 5s: LINE` stops a line after that time,
 * `edit PROGRAM: LINE` has that for an editor, `type A;B: LINE` types A and B on a terminal, `#` is a comment, and everything else is a line, with a here-document if it asks for one.
 */
function storiesIn(text, topic) {
  const stories = [];
  const lines = text.split('\n');
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i];
    const story = stories.at(-1);
    if (line.trim() === '' || line.startsWith('#')) continue;
    if (line.startsWith('== ')) { stories.push({ id: `${topic}/${line.slice(3).trim()}`, files: {}, steps: [] }); continue; }
    if (story === undefined) throw new Error(`${topic}.txt:${i + 1}: a story begins with "== NAME"`);
    const pass = /^\+(\d+)s$/.exec(line);
    if (pass !== null) { story.steps.push({ pass: Number(pass[1]) }); continue; }
    const file = /^file (\S+)$/.exec(line);
    if (file !== null) {
      const content = [];
      while (i + 1 < lines.length && (lines[i + 1].startsWith('  ') || lines[i + 1] === '')) content.push(lines[++i].slice(2));
      story.files[file[1]] = `${content.join('\n').trimEnd()}\n`;
      continue;
    }
    const [, watch, editor, typed, command] = /^(?:watch (\d+)s: |edit (.+): |type (.*?): ?)?(kubectl\b.*)$/.exec(line) ?? [];
    if (command === undefined) throw new Error(`${topic}.txt:${i + 1}: "${line}" is no line of kubectl`);
    const here = [command];
    const end = /<<'?(\w+)'?/.exec(command)?.[1];
    if (end !== undefined) do here.push(lines[++i]); while (i < lines.length && lines[i] !== end);
    story.steps.push({ line: here.join('\n'), ...(watch === undefined ? {} : { watch: Number(watch) }), ...(editor === undefined ? {} : { editor }), ...(typed === undefined ? {} : { typed: typed === '' ? [] : typed.split(';') }) });
  }
  return stories;
}

/** A story of the client suite: the steps that both can run. */
function fromYaml(story) {
  if (story.https === true || story.prompt === false) return [];
  const steps = story.steps.map(step => (Array.isArray(step) ? { run: step[0], ...step[1] } : step)).filter(({ only, run }) => only !== 'real' && run.startsWith('kubectl'));
  return [{ id: `shared/${story.id}`, files: story.files ?? {}, steps: steps.map(({ run, stdin }) => ({ line: stdin === undefined ? run : `${run} <<'EOF'\n${stdin.replace(/\n?$/, '\n')}EOF` })) }];
}
