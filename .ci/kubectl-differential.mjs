// Types the same lines to the real kubectl (against `serve`) and to the prompt's, and compares what they print, line by line. Before each line the
// world is forked: both start from the same state, so names, addresses and revisions agree and only what a line itself brings may differ.
// The lines are those of test/clients/differential/*.txt, test/clients/*.yaml and test/vectors/kubectl.yaml. Differences that have a reason stand in
// test/clients/differential/known.yaml. What a line leaves behind (stored objects, files) is compared too, and every flag of kubectl must be on some line. `node .ci/kubectl-differential.mjs [WORD…]` runs the stories whose id contains a word; `--show` prints
// both outputs in full; `--list` prints every line with its verdict.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync, appendFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { openCluster } from '../dist/src/cluster/cluster.js';
import { presets } from '../dist/src/cluster/topology.js';
import { bootedWorld } from '../dist/src/program/booted.js';
import { editOutside } from '../dist/src/repl/external-editor.js';
import { Session } from '../dist/src/repl/session.js';
import { serve } from '../dist/src/serve/server.js';
import { newAuthority } from '../dist/src/serve/tls.js';
import { folder as programs, install } from './client-programs.mjs';
import { filesDiffering, revisionOf, storesDiffering } from './kubectl-effects.mjs';
import { untriedFlags } from './kubectl-flags.mjs';
import { linesDiffering, masked, outcomeOf } from './kubectl-outcomes.mjs';
import { flagTable, storiesOf } from './kubectl-stories.mjs';
import { typeToPrompt, typeToReal } from './kubectl-typing.mjs';

const root = join(fileURLToPath(import.meta.url), '..', '..');
const topology = presets['default'];
const authority = await newAuthority('127.0.0.1', []);
/** Only folders that exist: kubectl complains of the others, and npm adds some. */
const PATH = (process.env.PATH ?? '').split(':').filter(folder => existsSync(folder)).join(':');
/** A line that takes longer than this is killed. */
const STEP_MS = 60_000;
/** Characters of a differing line that are printed without `--show`. */
const LINE_MAX = 300;
/** Lines whose output has no order: kubectl does several things at once, or walks through a map of Go. */
const UNORDERED = /kubectl (drain|logs .*(-l|--selector|--all-containers|--all-pods)|set env .*--from|(label|annotate) .*--list)/;
/** Virtual seconds per real second for a line that waits for something. Other lines shall find the world as it was. */
const WAITING = 30;
const STANDING = 0.001;
/** Virtual microseconds that pass after a change. */
const SETTLING = 1_000_000;
/** Lines that wait without a watch or a stream. */
const WAITS = /\b(drain|debug)\b|--force|--rm\b|--attach|scale deploy\/web .*--timeout/;
const TURN_MS = 20;
/** A watch has shown what was there before the world goes on after this long. */
const SETTLE_MS = 300;

/** Runs a line with the real kubectl on a fork of the world. The world stands until the line watches something, so that it misses nothing. */
async function runReal(step, { world, seat }) {
  const cluster = openCluster({ topology, seed: 1, booted: world });
  const from = cluster.kernel.world.now;
  let watchedAt = WAITS.test(step.line) ? 0 : Infinity;
  const observe = ({ url, headers }) => { if (watchedAt === Infinity && (/[?&](watch|follow)=(true|1)/.test(url) || headers.upgrade !== undefined)) watchedAt = performance.now() + SETTLE_MS; };
  const served = await serve({ cluster, speed: STANDING, host: '127.0.0.1', port: seat.port, kubeconfig: join(seat.real, '.fresh-config'), secure: undefined, observe });
  if (seat.port === 0) {
    seat.port = Number(new URL(served.url).port);
    writeFileSync(join(seat.real, '.kubeconfig'), configFor(served.url));
  }
  const end = step.watch === undefined ? Infinity : from + step.watch * 1_000_000;
  const turning = setInterval(() => { if (performance.now() >= watchedAt) cluster.kernel.run({ until: Math.min(end, cluster.kernel.world.now + TURN_MS * 1000 * (step.watch === undefined ? WAITING : step.watch)) }); }, TURN_MS);
  const done = step.typed !== undefined ? await typeToReal(step.line, step.typed, { cwd: seat.real, env: environmentOf(step, seat), isOpen: () => watchedAt < Infinity }) : await shell(step, seat, step.watch === undefined ? undefined : () => cluster.kernel.world.now >= end);
  clearInterval(turning);
  await served.close();
  return { ...done, kernel: cluster.kernel };
}

/** The kubeconfig that the prompt begins with: its names, and certificates that nobody asks for over plain http. */
function configFor(server) {
  const data = text => Buffer.from(text).toString('base64');
  const [{ certificate, key }] = authority.users;
  return JSON.stringify({
    apiVersion: 'v1', kind: 'Config', 'current-context': 'kubernetes-admin@kubernetes', contexts: [{ name: 'kubernetes-admin@kubernetes', context: { cluster: 'kubernetes', user: 'kubernetes-admin' } }],
    clusters: [{ name: 'kubernetes', cluster: { server, 'certificate-authority-data': data(authority.certificate) } }],
    users: [{ name: 'kubernetes-admin', user: { 'client-certificate-data': data(certificate), 'client-key-data': data(key) } }],
  });
}

const environmentOf = (step, seat) => ({ PATH: `${programs}:${PATH}`, HOME: seat.real, KUBECONFIG: join(seat.real, '.kubeconfig'), KUBECACHEDIR: join(seat.real, '.cache'), KUBE_EDITOR: step.editor ?? 'true' });

function shell(step, seat, enough) {
  return new Promise((resolve) => {
    const env = environmentOf(step, seat);
    const line = enough === undefined ? step.line : `exec ${step.line}`;
    const child = spawn('bash', ['-c', line], { cwd: seat.real, env, detached: true });
    const done = { exit: 0, stdout: '', stderr: '' };
    child.stdout.on('data', (part) => { done.stdout += part; });
    child.stderr.on('data', (part) => { done.stderr += part; });
    const kill = (signal) => { try { process.kill(-child.pid, signal); } catch { /* it has ended */ } };
    const timer = setTimeout(() => { kill('SIGKILL'); done.stderr += '\n(killed: it took too long)'; }, STEP_MS);
    const looking = enough === undefined ? undefined : setInterval(() => { if (enough()) { clearInterval(looking); setTimeout(() => kill('SIGINT'), SETTLE_MS); } }, 50);
    child.on('close', (code) => { clearTimeout(timer); clearInterval(looking); resolve({ ...done, exit: enough === undefined ? code ?? 137 : 0 }); });
    child.stdin.on('error', () => undefined);
    child.stdin.end();
  });
}

const output = ({ whole: { stdout, stderr } }) => ({ stdout, stderr });

/** Types a line at the prompt; the world goes on from there. */
function runPrompt(step, { session, seat }) {
  const before = process.cwd();
  process.chdir(seat.prompt);
  process.env['KUBE_EDITOR'] = step.editor ?? 'true';
  try {
    if (step.typed !== undefined) return typeToPrompt(session, step.line, step.typed);
    if (step.watch === undefined) {
      let { exit } = session.run(step.line);
      // Nobody types more: a program in a container that reads comes to the end of its input.
      if (session.takesInput) { session.typeEnd(); while (session.busy) session.work(1000); exit = session.exitCode; }
      return { exit, ...output(session) };
    }
    session.begin(step.line);
    const until = session.now + step.watch * 1_000_000;
    while (session.busy && session.now < until) session.tick(200, 1000);
    if (session.busy) session.interrupt();
    return { ...output(session), exit: 0 };
  } catch (error) {
    return { exit: -1, stdout: '', stderr: `the prompt failed: ${error.stack}` };
  } finally {
    process.chdir(before);
  }
}

function newSession() {
  const booted = bootedWorld(topology, 1);
  const session = new Session({ topology, seed: 1, lang: 'en', lessonsFolder: join(root, 'lessons'), topologyOf: name => presets[name], ...(booted === undefined ? {} : { booted }) });
  // What a line printed in whole; the session keeps only its beginning.
  const finished = session.finished.bind(session);
  session.finished = (line) => { session.whole = line; finished(line); };
  session.editor = draft => editOutside(draft, false);
  session.redirect = (file, text, append) => { (append ? appendFileSync : writeFileSync)(file, text); return undefined; };
  session.saveFile = (path, data) => { mkdirSync(dirname(path), { recursive: true }); writeFileSync(path, Buffer.from(data, 'latin1')); return undefined; };
  return session;
}

function newSeat(files, port) {
  const place = mkdtempSync(join(tmpdir(), 'pilothouse-lines-'));
  const seat = { place, real: join(place, 'real'), prompt: join(place, 'prompt'), port };
  for (const side of [seat.real, seat.prompt]) {
    mkdirSync(side);
    for (const [name, text] of Object.entries(files)) { mkdirSync(dirname(join(side, name)), { recursive: true }); writeFileSync(join(side, name), text); }
  }
  return seat;
}

async function runStory(story, tell) {
  const session = newSession();
  const seat = newSeat(story.files, 0);
  try {
    for (const step of story.steps) {
      if (step.pass !== undefined) { session.pass(step.pass * 1_000_000); continue; }
      const before = revisionOf(session.cluster.kernel);
      const real = await runReal(step, { world: session.cluster.kernel.checkpoint(), seat });
      const prompt = runPrompt(step, { session, seat });
      const { kernel } = session.cluster;
      const isChange = step.watch === undefined && (revisionOf(real.kernel) !== before || revisionOf(kernel) !== before);
      const effects = [...(isChange ? storesDiffering(real.kernel, kernel, topology) : []), ...filesDiffering(seat, text => text.split('\n').map(masked).join('\n'))];
      // What a line has begun is done before the next, so that the outcome does not hang on which of the two kubectls met a controller at its work.
      const isHasty = step.line.includes('--wait=false');
      if (!isHasty && isChange || story.id.startsWith('shared/')) session.pass(SETTLING);
      tell(story, step, { real: outcomeOf(real, seat, UNORDERED.test(step.line)), prompt: outcomeOf(prompt, seat, UNORDERED.test(step.line)), effects });
    }
  } finally {
    rmSync(seat.place, { recursive: true, force: true });
  }
}

// ---- All together ----------------------------------------------------------------------------------------------------------

const flags = process.argv.slice(2).filter(word => word.startsWith('--'));
const words = process.argv.slice(2).filter(word => !word.startsWith('--'));
const known = parse(readFileSync(join(root, 'test', 'clients', 'differential', 'known.yaml'), 'utf8')).map(({ line, effect, reason }) => ({ pattern: new RegExp(line ?? effect), isEffect: line === undefined, reason, used: 0 }));
const totals = { lines: 0, exact: 0, masked: 0, explained: 0, failed: 0, text: 0, settled: 0, explainedEffects: 0, unlike: 0 };

function tell(story, step, { real, prompt, effects }) {
  totals.lines++;
  tellEffects(story, step, effects);
  const { verdict, compared, differences } = linesDiffering(real, prompt);
  totals.text += compared;
  if (flags.includes('--list')) console.log(`# ${verdict} ${story.id}: ${step.line.split('\n')[0]}`);
  if (verdict !== 'differs') { totals[verdict]++; return; }
  const reason = known.find(({ pattern, isEffect }) => !isEffect && pattern.test(step.line));
  if (reason !== undefined) { reason.used++; totals.explained++; return; }
  totals.failed++;
  console.log(`not ok ${story.id}: ${step.line.split('\n')[0]}`);
  for (const difference of differences.slice(0, flags.includes('--show') ? 400 : 12)) console.log(`    ${flags.includes('--show') ? difference : difference.slice(0, LINE_MAX)}`);
  if (flags.includes('--show')) console.log(JSON.stringify({ real: real.exact, prompt: prompt.exact }, null, 1));
}

/** What a line left behind. The same difference is told once per story. */
const left = new Set();
function tellEffects(story, step, effects) {
  const fresh = effects.filter(effect => !left.has(`${story.id} ${effect}`));
  for (const effect of effects) left.add(`${story.id} ${effect}`);
  if (fresh.length === 0) { totals.settled++; return; }
  const reason = known.find(({ pattern, isEffect }) => isEffect && fresh.every(effect => pattern.test(`${step.line.split('\n')[0]}: ${effect}`)));
  if (reason !== undefined) { reason.used++; totals.explainedEffects++; return; }
  totals.unlike++;
  console.log(`not ok ${story.id}: ${step.line.split('\n')[0]} leaves something else behind`);
  for (const effect of fresh.slice(0, flags.includes('--show') ? 400 : 12)) console.log(`    ${effect.slice(0, LINE_MAX)}`);
}

install();
const began = performance.now();
const stories = storiesOf(root).filter(({ id }) => words.length === 0 || words.some(word => id.includes(word)));
for (const story of stories) await runStory(story, tell);
if (words.length === 0) for (const { pattern, used } of known) if (used === 0) console.log(`# no line differs any more that matches ${pattern.source}: take it out of differential/known.yaml`);
// Every flag of kubectl is on some line, or it is said why not.
const { declared, reasons } = flagTable(root);
const { all, untried } = untriedFlags(storiesOf(root).flatMap(({ steps }) => steps).flatMap(({ line }) => line ?? []), declared);
const forgotten = untried.filter(flag => reasons[flag.replace(/ --.*/, '')] === undefined);
for (const flag of forgotten) console.log(`not ok no line tries kubectl ${flag}`);
console.log(`# flags of kubectl: ${all - untried.length} of ${all} are tried, ${untried.length - forgotten.length} are not for a reason, ${forgotten.length} are forgotten`);
console.log(`# kubectl at the prompt beside the real one: ${totals.lines} command lines, ${totals.text} lines of text in ${Math.round((performance.now() - began) / 1000)} s: ${totals.exact} equal, ${totals.masked} equal but for times and what is random, ${totals.explained} explained, ${totals.failed} different`);
console.log(`# kubectl: ${totals.exact + totals.masked} passed, ${totals.failed} failed, ${totals.explained} explained, of ${totals.lines} lines`);
console.log(`# what they left behind: ${totals.settled} the same, ${totals.explainedEffects} explained, ${totals.unlike} different`);
process.exit(totals.failed + totals.unlike + forgotten.length === 0 ? 0 : 1);
