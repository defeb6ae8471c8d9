import { readFileSync } from 'node:fs';
import t from 'tap';
import { drive } from './drive.ts';

interface Row { readonly line: string; readonly exit: number; readonly stdout: string; readonly stderr: string }

t.test('lines that need no server print what kubectl 1.35.2 prints', (t) => {
  const rows = JSON.parse(readFileSync('test/kubectl/testdata/offline.json', 'utf8')) as readonly Row[];
  for (const row of rows) {
    const { exit, stdout, stderr } = drive(row.line);
    t.same({ exit, stdout, stderr }, { exit: row.exit, stdout: row.stdout, stderr: row.stderr }, row.line);
  }
  t.end();
});
