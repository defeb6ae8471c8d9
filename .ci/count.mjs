// Prints `N passed, N failed` from the log of a test run (tap's own totals, and those of the comparisons with a real etcd, of the real clients and of both kubectls), and fails when anything
// failed or nothing ran.
import { readFileSync } from 'node:fs';

const [file, status] = process.argv.slice(2);
const log = readFileSync(file, 'utf8');
const totals = [...log.matchAll(/^# \{ total: (\d+)(?:, pass: (\d+))?(?:, fail: (\d+))?.*\}/gm)].at(-1);
const compared = [...log.matchAll(/^# differential: (\d+) passed, (\d+) failed/gm)].at(-1);
const clients = [...log.matchAll(/^# clients: (\d+) passed, (\d+) failed/gm)].at(-1);
const lines = [...log.matchAll(/^# kubectl: (\d+) passed, (\d+) failed/gm)].at(-1);
const passed = Number(totals?.[2] ?? 0) + Number(compared?.[1] ?? 0) + Number(clients?.[1] ?? 0) + Number(lines?.[1] ?? 0);
let failed = Number(totals?.[3] ?? 0) + Number(compared?.[2] ?? 0) + Number(clients?.[2] ?? 0) + Number(lines?.[2] ?? 0);
if (totals === undefined) console.error('no test ran');
if (status !== '0' && failed === 0) failed = 1;
console.log(`${passed} passed, ${failed} failed`);
process.exit(status === '0' && failed === 0 && passed > 0 ? 0 : 1);
