// Collects the @fidelity notes of the sources into one table.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const target = 'src/cluster/fidelity.generated.ts';

function sources(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return sources(path);
    return entry.name.endsWith('.ts') && !entry.name.endsWith('.generated.ts') ? [path] : [];
  }).sort();
}

const notes = sources('src').flatMap((path) => {
  const text = readFileSync(path, 'utf8');
  return [...text.matchAll(/@fidelity ((?:(?!\*\/|\n\s*\*\s*@|\n\s*\*\s*\n)[\s\S])+)/g)].map(([, note]) => ({
    where: path.replace(/^src\//, '').replace(/\.ts$/, ''), note: note.replace(/\n\s*\*\s*/g, ' ').trim(),
  }));
});

const lines = notes.map(({ where, note }) => `  { where: ${JSON.stringify(where)}, note: ${JSON.stringify(note)} },`);
const text = `// Made by .ci/generate-fidelity.mjs from the sources.\nexport const fidelityNotes: readonly { readonly where: string; readonly note: string }[] = [\n${lines.join('\n')}\n];\n`;
let old = '';
try { old = readFileSync(target, 'utf8'); } catch { /* first build */ }
if (old !== text) writeFileSync(target, text);
