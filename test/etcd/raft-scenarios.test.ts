import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { runScenario } from './raft-scenario.ts';

/** `node dist/test/etcd/raft-scenarios.test.js --rewrite` writes the outputs anew; read the difference before keeping it. */
const REWRITE = process.argv.includes('--rewrite');
const FOLDER = 'test/etcd/testdata';

for (const file of readdirSync(FOLDER).filter((name) => name.endsWith('.txt')).sort()) {
  t.test(`scenario ${file.replace('.txt', '')}`, async (t) => {
    const path = join(FOLDER, file);
    const text = readFileSync(path, 'utf8');
    const found = runScenario(text);
    if (REWRITE) writeFileSync(path, found);
    t.equal(found, REWRITE ? found : text);
  });
}
