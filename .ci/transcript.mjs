// Runs the README's transcript again and writes what really happens into it. Review the difference before you commit it.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const text = readFileSync('README.md', 'utf8');
const pattern = /(<!-- transcript -->\n```text\n)([\s\S]*?)(```)/;
const lines = (pattern.exec(text)?.[2] ?? '').split('\n').filter((line) => line.startsWith('❯ ')).map((line) => line.slice(2));
const env = { ...process.env, XDG_STATE_HOME: mkdtempSync(join(tmpdir(), 'pilothouse-')), LANG: 'C.UTF-8', LC_ALL: '' };

let real = '';
let before = '';
for (const [i, line] of lines.entries()) {
  const input = lines.slice(0, i + 1).map((one) => `${one}\n`).join('');
  const { stdout, stderr } = spawnSync(process.execPath, ['dist/bin/main.js', '--plain'], { input, encoding: 'utf8', env });
  if (stderr !== '') console.error(stderr);
  real += `❯ ${line}\n${stdout.slice(before.length)}`;
  before = stdout;
}
writeFileSync('README.md', text.replace(pattern, (_all, head, _old, tail) => `${head}${real}${tail}`));
