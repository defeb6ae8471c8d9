// Compares pilothouse's etcd with a real one, where one is installed (Debian: etcd-server, etcd-client; another folder: ETCD_BIN=FOLDER):
// random operations of two seeds, and every output form of etcdctl. Prints every difference; those of older versions are named with their reason.
// `node .ci/etcd-differential.mjs [SEED…] [--count N]`
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const dist = join(fileURLToPath(import.meta.url), '..', '..', 'dist');
const load = (path) => import(pathToFileURL(join(dist, path)).href);
const { findEtcd } = await load('src/bench/real/etcd.js');
const { compareOperations } = await load('test/etcd/differential/run.js');
const { compareForms } = await load('test/etcd/differential/forms.js');

const words = process.argv.slice(2);
const at = words.indexOf('--count');
const count = at < 0 ? 2500 : Number(words.splice(at, 2)[1]);
const seeds = words.length === 0 ? [1, 2] : words.map(Number);
/** Differences printed in full. */
const SHOWN_MAX = 20;

const programs = findEtcd();
if (programs === undefined) {
  console.log('# differential: no etcd is installed, so nothing is compared (Debian: apt-get install etcd-server etcd-client)');
  process.exit(0);
}

let passed = 0;
let failed = 0;
function tell(what, { compared, differences }) {
  passed += compared - differences.length;
  failed += differences.length;
  console.log(`# ${what}: ${compared} compared, ${differences.length} different`);
  for (const difference of differences.slice(0, SHOWN_MAX)) console.log(JSON.stringify(difference, null, 2));
}

for (const seed of seeds) tell(`operations of seed ${seed} beside etcd ${programs.version}`, await compareOperations(programs, { seed, count }));
const forms = await compareForms(programs);
tell(`output of etcdctl ${programs.version}`, forms);
for (const { name, reason, lines } of forms.named) console.log(`#   ${lines} × ${name}: ${reason}`);
console.log(`# differential: ${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
