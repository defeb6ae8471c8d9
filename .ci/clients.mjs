// Runs real clients against `pilothouse serve`: kubectl and helm (from the npm package that ships both), and the JavaScript client library. The stories of
// test/vectors/kubectl.yaml and test/clients/*.yaml run with the real kubectl and with the one of the prompt; where the two differ, the difference is printed.
// `node .ci/clients.mjs [WORD…]` runs the stories whose id contains a word; `--show` prints every failure in full.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { folder, install } from './client-programs.mjs';
import { strains } from './client-strain.mjs';
import { presets } from '../dist/src/cluster/topology.js';
import { openCluster } from '../dist/src/cluster/cluster.js';
import { bootedWorld } from '../dist/src/program/booted.js';
import { editOutside } from '../dist/src/repl/external-editor.js';
import { Session } from '../dist/src/repl/session.js';
import { serve } from '../dist/src/serve/server.js';

const root = join(fileURLToPath(import.meta.url), '..', '..');
/** Virtual seconds per real second: pods start and stop at once for people, and clients see every step. */
const SPEED = 30;
const STEP_MS = 60_000;
const STATE_MS = 5_000;

// ---- Servers and shells ----------------------------------------------------------------------------------------------------

const topology = presets['default'];
const newCluster = (of = topology) => { const booted = bootedWorld(of, 1); return openCluster({ topology: of, seed: 1, ...(booted === undefined ? {} : { booted }) }); };

/** A served cluster with a place to work in. */
async function newSeat(options = {}) {
  const place = mkdtempSync(join(tmpdir(), 'pilothouse-clients-'));
  // curl by name gets indented answers, as from the real API server; the stories want the bytes that programs get.
  writeFileSync(join(place, '.curlrc'), 'user-agent = "client"\n');
  const requests = [];
  const seat = { place, requests };
  const served = await serve({
    cluster: newCluster(options.topology), speed: options.speed ?? SPEED, host: '127.0.0.1', port: 0, kubeconfig: join(place, '.kubeconfig'), secure: options.https ? { users: [{ name: 'alice', groups: ['dev'] }] } : undefined,
    observe: (request) => { requests.push({ method: request.method, path: decodeURIComponent(request.url), type: request.headers['content-type'] ?? '' }); seat.observe?.(request); },
  });
  const env = { PATH: `${folder}:${process.env.PATH}`, HOME: place, KUBECONFIG: join(place, '.kubeconfig'), KUBECACHEDIR: join(place, '.cache'), HELM_CACHE_HOME: join(place, '.helm'), KUBE_EDITOR: 'true', SERVER: served.url };
  return Object.assign(seat, { served, env, close: async () => { await served.close(); rmSync(place, { recursive: true, force: true }); } });
}

function shell(seat, line, { stdin = '', env = {} } = {}) {
  return new Promise((resolve) => {
    const child = spawn('bash', ['-c', line], { cwd: seat.place, env: { ...seat.env, ...env }, detached: true });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (part) => { stdout += part; });
    child.stderr.on('data', (part) => { stderr += part; });
    const timer = setTimeout(() => { try { process.kill(-child.pid, 'SIGKILL'); } catch { /* it has ended */ } stderr += '\n(killed: it took too long)'; }, STEP_MS);
    child.on('close', (code) => { clearTimeout(timer); resolve({ exit: code ?? 137, stdout, stderr }); });
    child.stdin.on('error', () => undefined);
    child.stdin.end(stdin);
  });
}

// ---- Stories ---------------------------------------------------------------------------------------------------------------

const list = value => (value === undefined ? [] : Array.isArray(value) ? value : [value]);

/** What is wrong with what a step printed; empty = nothing. */
function problems(step, done, isPrompt) {
  const found = [];
  const want = step.expect ?? {};
  // The vectors were written for clients that do not yet name the namespace after the word "deleted".
  const stdout = done.stdout + done.stdout.replace(/ from \S+ namespace/g, '');
  if (done.exit !== (want.exitCode ?? 0)) found.push(`exit ${done.exit}, not ${want.exitCode ?? 0}`);
  if (want.stdoutEquals !== undefined && done.stdout.trimEnd() !== want.stdoutEquals.trimEnd()) found.push(`stdout is not ${JSON.stringify(want.stdoutEquals)}`);
  for (const text of list(want.stdoutContains)) if (!stdout.includes(text)) found.push(`stdout lacks ${JSON.stringify(text)}`);
  for (const text of list(want.stdoutLacks)) if (done.stdout.includes(text)) found.push(`stdout has ${JSON.stringify(text)}`);
  for (const text of list(want.stdoutMatches)) if (!new RegExp(text, 'm').test(done.stdout)) found.push(`stdout does not match /${text}/`);
  for (const text of list(want.stderrContains)) if (!done.stderr.includes(text)) found.push(`stderr lacks ${JSON.stringify(text)}`);
  for (const text of list(want.stderrLacks)) if (done.stderr.includes(text)) found.push(`stderr has ${JSON.stringify(text)}`);
  for (const text of list(want.eitherContains)) if (!`${stdout}${done.stderr}`.includes(text)) found.push(`neither stream has ${JSON.stringify(text)}`);
  if (!isPrompt) for (const wanted of list(step.requests)) if (!(done.requests ?? []).some(seen => sent(wanted, seen))) found.push(`no request ${typeof wanted === 'string' ? wanted : `${wanted.method} ${wanted.path}`}`);
  return found;
}

/** `METHOD /path` with `…` for the rest, or a record of the vectors. */
function sent(wanted, seen) {
  if (typeof wanted !== 'string') return seen.method === wanted.method && seen.path.split('?')[0] === wanted.path && (wanted.contentType === null || wanted.contentType === undefined || seen.type === wanted.contentType);
  const [method, path, type = ''] = wanted.split(' ');
  if (seen.method !== method || !seen.type.includes(type)) return false;
  return path.endsWith('…') ? seen.path.startsWith(path.slice(0, -1)) : seen.path === path;
}

const sleep = ms => new Promise((resolve) => { setTimeout(resolve, ms); });

async function stateProblems(step, read) {
  const found = [];
  for (const { get, jsonpath, equals } of step.state ?? []) {
    const until = performance.now() + STATE_MS;
    let text = '';
    do {
      const done = await read(`kubectl get ${get} -o jsonpath='${jsonpath}'`);
      text = done.exit === 0 ? done.stdout : '';
      if (text === String(equals)) break;
      await sleep(100);
    } while (performance.now() < until);
    if (text !== String(equals)) found.push(`${get} ${jsonpath} is ${JSON.stringify(text)}, not ${JSON.stringify(String(equals))}`);
  }
  return found;
}

async function withKubectl(story) {
  const seat = await newSeat({ https: story.https === true });
  try {
    if (story.metrics === true) for (const { run, stdin } of metricsServer) await shell(seat, run, { stdin });
    for (const [name, text] of Object.entries(story.files ?? {})) { mkdirSync(dirname(join(seat.place, name)), { recursive: true }); writeFileSync(join(seat.place, name), text); }
    const results = [];
    for (const step of story.steps) {
      // What comes with time is asked for again: beside `serve` time passes by itself.
      const until = performance.now() + (step.pass ?? 0) * 1000;
      let done;
      do {
        seat.requests.length = 0;
        done = await shell(seat, step.run, step);
        done.requests = [...seat.requests];
      } while (problems(step, done, false).length > 0 && performance.now() < until && await sleep(500) === undefined);
      results.push({ done, problems: [...problems(step, done, false), ...await stateProblems(step, line => shell(seat, line))] });
    }
    return results;
  } finally {
    await seat.close();
  }
}

function withPrompt(story) {
  const booted = bootedWorld(topology, 1);
  const session = new Session({ topology, seed: 1, lang: 'en', lessonsFolder: join(root, 'lessons'), topologyOf: name => presets[name], ...(booted === undefined ? {} : { booted }) });
  process.env.KUBE_EDITOR = 'true';
  session.editor = draft => editOutside(draft, false);
  const before = process.cwd();
  const place = mkdtempSync(join(tmpdir(), 'pilothouse-prompt-'));
  for (const [name, text] of Object.entries(story.files ?? {})) { mkdirSync(dirname(join(place, name)), { recursive: true }); writeFileSync(join(place, name), text); }
  process.chdir(place);
  try {
    const run = (line) => {
      try {
        const { exit, stdout, stderr } = session.run(line);
        return { exit, stdout, stderr };
      } catch (error) {
        return { exit: -1, stdout: '', stderr: `the prompt failed: ${error.stack}` };
      }
    };
    const fed = step => (step.stdin === undefined ? step.run : `${step.run} <<'EOF'\n${step.stdin.replace(/\n?$/, '\n')}EOF`);
    if (story.metrics === true) for (const step of metricsServer) run(fed(step));
    return story.steps.map((step) => {
      if (step.only === 'real') return undefined;
      // Virtual seconds that pass at the prompt.
      if (step.pass !== undefined) session.pass(step.pass * 1_000_000);
      const done = run(fed(step));
      const wrong = problems(step, done, true);
      for (const { get, jsonpath, equals } of step.state ?? []) {
        const read = run(`kubectl get ${get} -o jsonpath='${jsonpath}'`);
        const text = read.exit === 0 ? read.stdout.replace(/\n$/, '') : '';
        if (text !== String(equals)) wrong.push(`${get} ${jsonpath} is ${JSON.stringify(text)}, not ${JSON.stringify(String(equals))}`);
      }
      return { done, problems: wrong };
    });
  } finally {
    process.chdir(before);
    rmSync(place, { recursive: true, force: true });
  }
}

// ---- The JavaScript library ------------------------------------------------------------------------------------------------

async function withLibrary() {
  const seat = await newSeat();
  try {
    for (const { run, stdin } of metricsServer) await shell(seat, run, { stdin });
    writeFileSync(join(folder, 'library.mjs'), readFileSync(join(root, 'test', 'clients', 'library.mjs')));
    const done = await shell(seat, `${JSON.stringify(process.execPath)} ${JSON.stringify(join(folder, 'library.mjs'))}`, { env: { NODE_NO_WARNINGS: '1' } });
    return { lines: done.stdout.split('\n').filter(line => /^(not )?ok /.test(line)), done };
  } finally {
    await seat.close();
  }
}

// ---- A server in need --------------------------------------------------------------------------------------------------------

/** Runs one part of what the library does with such a server. Resolves with what is wrong. */
async function inNeed(seat, what) {
  writeFileSync(join(folder, 'library-strain.mjs'), readFileSync(join(root, 'test', 'clients', 'library-strain.mjs')));
  const { exit, stdout, stderr } = await shell(seat, `${JSON.stringify(process.execPath)} ${JSON.stringify(join(folder, 'library-strain.mjs'))} ${what}`, { env: { NODE_NO_WARNINGS: '1' } });
  return exit === 0 ? [] : [`the library: ${stdout}${stderr}`.trim()];
}

async function strain() {
  for (const [name, act, options] of strains({ shell, library: inNeed })) {
    const seat = await newSeat(options);
    try { count(`strain:${name}`, await act(seat)); } catch (error) { count(`strain:${name}`, [String(error.stack)]); } finally { await seat.close(); }
  }
}

// ---- All together ----------------------------------------------------------------------------------------------------------

const flags = process.argv.slice(2).filter(word => word.startsWith('--'));
const words = process.argv.slice(2).filter(word => !word.startsWith('--'));
const chosen = id => words.length === 0 || words.some(word => id.includes(word));
const vectors = parse(readFileSync(join(root, 'test', 'vectors', 'kubectl.yaml'), 'utf8'));
const own = readdirSync(join(root, 'test', 'clients')).filter(name => name.endsWith('.yaml') && name !== 'known.yaml').sort().flatMap(name => parse(readFileSync(join(root, 'test', 'clients', name), 'utf8')).stories);
/** What the story of aggregation installs, for stories that only use it. */
const metricsServer = own.find(({ id }) => id === 'metrics').steps.map(([run, { stdin } = {}]) => ({ run, stdin })).filter(({ run }) => /^kubectl (apply|wait|rollout)/.test(run)).slice(0, 3);
const known = existsSync(join(root, 'test', 'clients', 'known.yaml')) ? parse(readFileSync(join(root, 'test', 'clients', 'known.yaml'), 'utf8')) ?? {} : {};
/** The vectors leave the request itself to whoever runs them: a real one for CN=foo, O=dev. */
const REQUEST = 'LS0tLS1CRUdJTiBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0KTUlIWE1INENBUUF3SERFTU1Bb0dBMVVFQ2d3RFpHVjJNUXd3Q2dZRFZRUUREQU5tYjI4d1dUQVRCZ2NxaGtqTwpQUUlCQmdncWhrak9QUU1CQndOQ0FBUUJpOGtBdjZWTmwxQlphQU5xQlgrbGsrdnRLSnNUVmo0SnUxMEhJZHRWCnUxbHZLeHBUTG9PeS8vZWRBVFIrYmVLVndMemhkOEJwYUhtOUZlYWIySzdnb0FBd0NnWUlLb1pJemowRUF3SUQKU1FBd1JnSWhBUFcybzlyS1pUNHppanYvRjlmT0dZUXFpcEN4bzhiNTdyS0QyMWo4aWRXakFpRUF2cEF0c3p4bgpCNllwZWZaNHg2bHdTL0hWYTJBQ1VmNjd0a2N0ZHdHWDEzMD0KLS0tLS1FTkQgQ0VSVElGSUNBVEUgUkVRVUVTVC0tLS0tCg==';
const signing = `apiVersion: certificates.k8s.io/v1\nkind: CertificateSigningRequest\nmetadata: { name: foo }\nspec: { request: ${REQUEST}, signerName: kubernetes.io/kube-apiserver-client, usages: [client auth] }\n`;
for (const story of vectors.stories) for (const step of story.steps) if (step.stdin?.startsWith('# spec.request') === true) step.stdin = signing;
const stories = [...vectors.stories, ...own].map(story => ({ ...story, steps: story.steps.map(step => (Array.isArray(step) ? fromShort(step) : step)) }));

/** `[line, { exit, out, err, is, lacks, match, any, … }]`, the short form of a step. */
function fromShort([run, { exit, out, err, is, lacks, match, any, ...rest } = {}]) {
  return { run, ...rest, expect: { exitCode: exit, stdoutContains: out, stderrContains: err, stdoutEquals: is, stdoutLacks: lacks, stdoutMatches: match, eitherContains: any } };
}

const totals = { passed: 0, failed: 0, known: 0 };
const seen = new Set();
function count(name, wrong, done) {
  seen.add(name);
  const reason = known[name] ?? Object.entries(known).find(([key]) => key.endsWith('*') && name.startsWith(key.slice(0, -1)))?.[1];
  if (wrong.length === 0) {
    totals.passed++;
    if (known[name] !== undefined) console.log(`# ${name} passes: take it out of known.yaml`);
    return;
  }
  if (reason !== undefined) { totals.known++; if (flags.includes('--show')) console.log(`# known ${name}: ${reason}`); return; }
  totals.failed++;
  console.log(`not ok ${name}: ${wrong.join('; ')}`);
  if (flags.includes('--show') && done !== undefined) console.log(`  ${JSON.stringify({ exit: done.exit, stdout: done.stdout.slice(0, 1500), stderr: done.stderr.slice(0, 1500) })}`);
}

install();
const began = performance.now();
for (const story of stories.filter(({ id }) => chosen(id))) {
  const real = await withKubectl(story);
  real.forEach(({ done, problems: wrong }, i) => { count(`${story.id}/${i + 1}`, wrong.map(text => `${text} (${story.steps[i].run})`), done); });
  if (story.prompt === false || flags.includes('--real')) continue;
  withPrompt(story).forEach((result, i) => { if (result !== undefined) count(`prompt:${story.id}/${i + 1}`, result.problems.map(text => `${text} (${story.steps[i].run})`), result.done); });
}
/** What the commands of the wire rows are about. */
const scenery = `
apiVersion: v1
kind: Node
metadata: { name: n1 }
---
apiVersion: v1
kind: Pod
metadata: { name: p, labels: { a: b } }
spec: { nodeName: n1, containers: [{ name: c, image: i }] }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: d }
spec: { replicas: 1, selector: { matchLabels: { a: d } }, template: { metadata: { labels: { a: d } }, spec: { containers: [{ name: c, image: i, ports: [{ containerPort: 80 }] }] } } }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: { name: b }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view }
---
apiVersion: batch/v1
kind: CronJob
metadata: { name: cj }
spec: { schedule: '@daily', jobTemplate: { spec: { template: { spec: { restartPolicy: Never, containers: [{ name: c, image: i }] } } } } }
---
apiVersion: certificates.k8s.io/v1
kind: CertificateSigningRequest
metadata: { name: q }
spec: { request: ${REQUEST}, signerName: example.com/s, usages: [client auth] }
`;
const manifest = 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: f }\ndata: { k: v }\n';
const role = 'apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: { name: fresh }\nrules: []\n';
/** Rows of the vectors: what the client sends. Streams come over a WebSocket here, not by the POST that follows a refusal. */
async function wireRows() {
  const seat = await newSeat();
  await shell(seat, 'kubectl create -f -', { stdin: scenery });
  for (const { id, run, requests } of vectors.wire) {
    if (requests.some(({ path }) => /\/(exec|attach|portforward)$/.test(path))) continue;
    if (run === 'kubectl apply -f -') await shell(seat, 'kubectl delete configmap f --ignore-not-found');
    if (run.includes('drain')) await shell(seat, 'kubectl uncordon n1');
    seat.requests.length = 0;
    const done = await shell(seat, `timeout 5 ${run}`, { stdin: run.includes('reconcile') ? role : manifest });
    // Rows that differ in the version only are what older and newer clients send.
    const missing = requests.filter(wanted => !seat.requests.some(request => sent(wanted, request)));
    const alternatives = missing.length < requests.length && new Set(requests.map(({ method, path }) => `${method} ${path.split('/').at(-1)}`)).size === 1;
    count(id, alternatives ? [] : missing.map(({ method, path, contentType }) => `no ${method} ${path} with ${contentType} (${run})`), done);
  }
  await seat.close();
}
if (chosen('wire')) await wireRows();
if (chosen('strain')) await strain();
if (chosen('library')) {
  const { lines, done } = await withLibrary();
  if (lines.length === 0) count('library', [`it printed nothing: ${done.stderr.slice(0, 500)}`]);
  for (const line of lines) count(`library:${line.replace(/^(not )?ok /, '').split(':')[0]}`, line.startsWith('ok ') ? [] : [line]);
}
if (words.length === 0) for (const name of Object.keys(known)) if (!name.endsWith('*') && !seen.has(name)) { console.log(`not ok ${name}: listed in known.yaml, but there is no such step`); totals.failed++; }
console.log(`# clients: ${totals.passed} passed, ${totals.failed} failed, ${totals.known} known differences, in ${((performance.now() - began) / 1000).toFixed(0)} s`);
process.exit(totals.failed === 0 && totals.passed > 0 ? 0 : 1);
