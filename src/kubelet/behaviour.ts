/**
 * What happens inside a container: a plan computed from its image and command before it starts, so that only its end costs an event.
 *
 * @fidelity simplified: a few shell words (`sleep`, `echo`, `exit`, `touch`, `rm`, `test`, `if`, `for`, `while true`, `&&`, `||`, `trap`); other programs run
 * as their image says
 */
import { textOf } from '../base/bytes.ts';
import { deepFreeze } from '../base/data.ts';
import { wholeValue } from '../api/quantity.ts';
import { formatTime } from '../api/time.ts';
import type { Micros } from '../base/data.ts';
import { type ImageTraits, isUnknownImage, traitsOf, unknownTask } from './images.ts';
import { oneLinerPlan } from './one-liners.ts';
import type { ProgramLoad } from './usage.ts';

/** Something a program does at a time after its start (µs). */
export interface PlanStep { readonly at: number; readonly does: 'log' | 'touch' | 'remove'; readonly what: string }

/** The life of a container's program. */
export interface ProgramPlan {
  readonly steps: readonly PlanStep[];
  /** Steps repeated for ever: `steps` relative to each round. */
  readonly loop?: { readonly from: number; readonly period: number; readonly steps: readonly PlanStep[] };
  /** Ends by itself. */
  readonly end?: { readonly at: number; readonly code: number; readonly reason: 'Completed' | 'Error' | 'OOMKilled' };
  readonly server?: { readonly ports: readonly number[]; readonly paths: readonly string[]; readonly listensAfter: number };
  /** Answer to SIGTERM; absent = ignored. */
  readonly onTerm?: { readonly code: number; readonly takes: number };
  /** It is a client of the API, see `guests/`. */
  readonly guest?: true;
  /** What it takes of CPU and memory, where its command says more than its image. */
  readonly load?: ProgramLoad;
  /** It cannot even start: the OCI runtime's words. */
  readonly startError?: string;
  /** It lives by what it reads: the command that is run for those who attach. */
  readonly reads?: readonly string[];
}

/** What decides a plan. */
export interface ProgramInput {
  /** Full image name. */
  readonly image: string;
  readonly command: readonly string[];
  readonly args: readonly string[];
  readonly env?: readonly { readonly name: string; readonly value: string }[];
  /** Bytes; absent = no limit. */
  readonly memoryLimit?: number;
  /** The pod is one of a Job: a program that nobody knows ends by itself there. */
  readonly isTask?: boolean;
  /** Its input stays open for those who attach, and the image has what reads it. */
  readonly hasInput?: boolean;
}

const MILLI = 1000;
const SECOND = 1_000_000;
/** Time of a short command, µs. */
const COMMAND_TIME = 15 * MILLI;
/** Memory of ordinary programs, bytes: below it they are killed at once. */
const BASE_MEMORY = 6 * 1_048_576;
/** Statements a script may have. */
const STATEMENTS_MAX = 200;

const shells = new Set(['sh', 'bash', 'ash', '/bin/sh', '/bin/bash', '/bin/ash']);
const shortTools = new Set(['true', 'echo', 'date', 'ls', 'cat', 'env', 'printenv', 'hostname', 'id', 'uname', 'pwd', 'test', 'touch', 'rm', 'mkdir', 'cp', 'mv', 'chmod', 'grep', 'wget', 'nslookup', 'nc', 'ping', 'printf', 'expr', 'set']);

/** Plans of images without a command are shared by all their containers. */
const sharedPlans = new WeakMap<ImageTraits, ProgramPlan>();

/** Programs that work on their input when they are given no file; the number says how many words come before files. */
const filters: Readonly<Record<string, number>> = { cat: 0, tee: 1, wc: 0, sort: 0, grep: 1, sed: 1, awk: 1, head: 0, base64: 0 };

/** The command of a program that reads what it is sent: a shell without a script, or a filter without files. */
function readerOf(traits: ImageTraits, argv: readonly string[]): readonly string[] | undefined {
  const command = argv.length === 0 && traits.toolsOnly === true ? traits.entrypoint : argv;
  const [name = '', ...args] = command;
  const plain = name.slice(name.lastIndexOf('/') + 1);
  const words = args.filter(arg => !arg.startsWith('-')).length;
  if (shells.has(plain)) return words === 0 && !args.some(arg => /^-[a-z]*c/.test(arg)) ? command : undefined;
  return Object.hasOwn(filters, plain) && words <= (filters[plain] ?? 0) ? command : undefined;
}

/** What the container will do. */
export function planOf(input: ProgramInput): ProgramPlan {
  const traits = input.isTask === true && isUnknownImage(input.image) ? unknownTask : traitsOf(input.image);
  const reads = input.hasInput === true ? readerOf(traits, input.command.length > 0 ? [...input.command, ...input.args] : input.args) : undefined;
  if (reads !== undefined) return deepFreeze({ steps: [], reads });
  const fits = input.memoryLimit === undefined || input.memoryLimit >= memoryOf(traits, []).bytes;
  if (input.command.length === 0 && input.args.length === 0 && fits) {
    let shared = sharedPlans.get(traits);
    if (shared === undefined) sharedPlans.set(traits, (shared = deepFreeze(programPlan(traits, [], { env: [] }))));
    return shared;
  }
  const argv = input.command.length > 0 ? [...input.command, ...input.args] : input.args.length > 0 && traits.toolsOnly === true ? [...(traits.entrypoint[0] === 'stress' ? ['stress'] : []), ...input.args] : [];
  return deepFreeze(programPlan(traits, expanded(argv, input.env ?? []), input));
}

/** `$(NAME)` as Kubernetes replaces it, `$NAME` and `${NAME}` as a shell does. */
function expanded(argv: readonly string[], env: NonNullable<ProgramInput['env']>): readonly string[] {
  if (!argv.some(word => word.includes('$'))) return argv;
  const values = new Map(env.map(({ name, value }) => [name, value]));
  return argv.map(word => word.replace(/\$\((\w+)\)|\$\{(\w+)\}|\$(\w+)/g, (whole: string, ...names: readonly string[]) => values.get(names.slice(0, 3).find(name => name !== undefined) ?? '') ?? whole));
}

function programPlan(traits: ImageTraits, argv: readonly string[], { memoryLimit, env = [] }: Pick<ProgramInput, 'memoryLimit' | 'env'>): ProgramPlan {
  const plan = argv.length === 0 ? imagePlan(traits) : commandPlan(traits, argv, env);
  if (memoryLimit === undefined) return plan;
  const memory = memoryOf(traits, argv);
  if (memory.bytes <= memoryLimit) return plan;
  const at = Math.floor((memory.millis * MILLI * memoryLimit) / memory.bytes);
  if (plan.end !== undefined && plan.end.at <= at) return plan;
  return { ...plan, steps: plan.steps.filter(step => step.at <= at), end: { at, code: 137, reason: 'OOMKilled' } };
}

function memoryOf(traits: ImageTraits, argv: readonly string[]): { readonly bytes: number; readonly millis: number } {
  const flag = argv.indexOf('--vm-bytes');
  if (flag >= 0) return { bytes: wholeValue((argv[flag + 1] ?? '0').replace(/([KMG])$/, '$1i')), millis: 900 };
  return traits.memory ?? { bytes: BASE_MEMORY, millis: 200 };
}

function imagePlan(traits: ImageTraits): ProgramPlan {
  const steps = traits.log.map((what, i): PlanStep => ({ at: (i + 1) * 8 * MILLI, does: 'log', what }));
  const { ends, server, onTerm } = traits;
  return {
    steps, ...(traits.guest !== undefined ? { guest: true as const } : {}),
    ...(ends !== undefined ? { end: { at: ends.millis * MILLI, code: ends.code, reason: ends.code === 0 ? 'Completed' as const : 'Error' as const } } : {}),
    ...(server !== undefined ? { server: { ...server, listensAfter: server.listensAfter * MILLI } } : {}),
    ...(onTerm !== undefined ? { onTerm: { code: onTerm.code, takes: onTerm.millis * MILLI } } : {}),
  };
}

function commandPlan(traits: ImageTraits, argv: readonly string[], env: NonNullable<ProgramInput['env']>): ProgramPlan {
  const name = argv[0] ?? '';
  const script = shells.has(name) ? argv[argv.findIndex(word => /^-[a-z]*c$/.test(word)) + 1] : undefined;
  if (shells.has(name)) return argv.some(word => /^-[a-z]*c$/.test(word)) ? scriptPlan(script ?? '', traits) : { steps: [], end: { at: COMMAND_TIME, code: 0, reason: 'Completed' } };
  const plain = name.slice(name.lastIndexOf('/') + 1);
  if (plain === 'sleep' || plain === 'false' || plain === 'tail' || shortTools.has(plain)) return scriptPlan(argv.map(word => (/[\s;&|]/.test(word) ? `"${word}"` : word)).join(' '), traits);
  const short = oneLinerPlan(plain, argv.slice(1), env);
  if (short !== undefined) return short;
  if (plain === 'stress') return stressPlan(argv);
  if (traits.toolsOnly === true || /nosuch|not-?found|missing|wrong|typo/.test(plain)) return { steps: [], startError: notFound(name) };
  const { ends: _ends, ...lasting } = traits;
  return imagePlan(traits === unknownTask ? traits : lasting);
}

/** `stress --cpu 2 --vm 1 --vm-bytes 100M`: each worker computes without a pause. */
function stressPlan(argv: readonly string[]): ProgramPlan {
  const [cpu, io, vm] = [['--cpu', '-c'], ['--io', '-i'], ['--vm', '-m']].map(names => Number(argv[argv.findIndex(word => (names as readonly string[]).includes(word)) + 1]) || 0) as [number, number, number];
  const workers = argv.some(word => /^(--(cpu|io|vm)|-[cim])$/.test(word)) ? { cpu, io, vm } : { cpu: 0, io: 0, vm: 1 };
  const load = { milli: 1000 * (workers.cpu + workers.vm) + 60 * workers.io + 0.1, memory: BASE_MEMORY + workers.vm * memoryOf(traitsOf(''), argv).bytes };
  return {
    steps: [{ at: 5 * MILLI, does: 'log', what: `stress: info: [1] dispatching hogs: ${workers.cpu} cpu, ${workers.io} io, ${workers.vm} vm, 0 hdd` }], onTerm: { code: 143, takes: 10 * MILLI }, load,
  };
}

const notFound = (name: string): string =>
  `failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: error during container init: exec: "${name}": ${name.includes('/') ? `stat ${name}: no such file or directory` : 'executable file not found in $PATH'}`;

// ---- Scripts ---------------------------------------------------------------------------------------------------------

interface Walk { at: number; status: number; steps: PlanStep[]; ended: boolean; forever: boolean; loop?: ProgramPlan['loop']; onTerm?: ProgramPlan['onTerm']; load?: ProgramLoad; program?: ProgramPlan; files: Set<string> }

function scriptPlan(script: string, traits: ImageTraits): ProgramPlan {
  const walk: Walk = { at: 0, status: 0, steps: [], ended: false, forever: false, files: new Set() };
  run(statementsOf(script), walk, traits);
  if (walk.program !== undefined) return { ...walk.program, steps: [...walk.steps, ...walk.program.steps.map(step => ({ ...step, at: step.at + walk.at }))] };
  const code = walk.status;
  return {
    steps: walk.steps,
    ...(walk.loop !== undefined ? { loop: walk.loop } : {}),
    ...(walk.forever ? {} : { end: { at: walk.at + COMMAND_TIME, code, reason: code === 0 ? 'Completed' as const : 'Error' as const } }),
    ...(walk.onTerm !== undefined ? { onTerm: walk.onTerm } : {}), ...(walk.load !== undefined ? { load: walk.load } : {}),
  };
}

/** A core without a pause. */
const BUSY: ProgramLoad = { milli: 1000, memory: 900 * 1024 };
/** A command of a loop takes this much CPU time; one that waits for the network leaves most of the core alone. */
const ROUND_TIME = 2 * MILLI;
const NETWORK_SHARE = 180;

/** `body`: of a loop; `branches`: of an `if`, each with its condition, the last of them empty for `else`. */
interface Statement { readonly join: '' | '&&' | '||'; readonly words: readonly string[]; readonly body?: readonly Statement[]; readonly branches?: readonly Branch[] }
interface Branch { readonly when: readonly Statement[]; readonly then: readonly Statement[] }

/** Words with their quotes resolved, and the signs between commands. */
function tokensOf(script: string): readonly string[] {
  const tokens: string[] = [];
  for (const match of script.matchAll(/&&|\|\||[;\n]|&|>>?|((?:"[^"]*"|'[^']*'|[^\s;&|>"'])+)/g)) {
    const word = match[1];
    tokens.push(word === undefined ? (match[0] === '\n' ? ';' : match[0]) : word.replace(/"([^"]*)"|'([^']*)'/g, '$1$2'));
  }
  return tokens;
}

function statementsOf(script: string): readonly Statement[] {
  const tokens = tokensOf(script);
  let at = 0;
  const branchesOf = (): Branch[] => {
    const branches: Branch[] = [{ when: list('then'), then: list('elif', 'else', 'fi') }];
    for (let last = tokens[at - 1]; last === 'elif' || last === 'else'; last = tokens[at - 1]) {
      branches.push({ when: last === 'else' ? [] : list('then'), then: list('elif', 'else', 'fi') });
      if (at >= tokens.length && tokens[at - 1] !== 'fi') break;
    }
    return branches;
  };
  const list = (...until: readonly string[]): Statement[] => {
    const statements: Statement[] = [];
    let join: Statement['join'] = '';
    let words: string[] = [];
    const close = (): void => { if (words.length > 0) statements.push({ join, words }); words = []; };
    while (at < tokens.length && statements.length < STATEMENTS_MAX) {
      const token = tokens[at++] ?? '';
      if (words.length === 0 && until.includes(token)) return statements;
      if (words.length === 0 && token === 'if') { statements.push({ join, words: [], branches: branchesOf() }); continue; }
      if (words.length === 0 && (token === 'while' || token === 'until' || token === 'for')) {
        const head = [token];
        while (at < tokens.length && tokens[at] !== 'do') head.push(tokens[at++] ?? '');
        at++;
        statements.push({ join, words: head, body: list('done') });
      } else if (token === ';' || token === '&') { close(); join = ''; } else if (token === '&&' || token === '||') { close(); join = token; } else words.push(token);
    }
    close();
    return statements;
  };
  return list();
}

function run(statements: readonly Statement[], walk: Walk, traits: ImageTraits): void {
  for (const statement of statements) {
    if (walk.ended || walk.forever || walk.program !== undefined) return;
    if ((statement.join === '&&' && walk.status !== 0) || (statement.join === '||' && walk.status === 0)) continue;
    if (statement.branches !== undefined) choose(statement.branches, walk, traits);
    else if (statement.body !== undefined && statement.words[0] === 'for') forEach(statement.words, statement.body, { walk, traits });
    else if (statement.body !== undefined) repeat(statement.body, walk, traits);
    else command(statement.words, walk, traits);
  }
}

/** The first branch whose condition ends well. */
function choose(branches: readonly Branch[], walk: Walk, traits: ImageTraits): void {
  for (const { when, then } of branches) {
    run(when, walk, traits);
    if (walk.ended || walk.forever) return;
    if (when.length > 0 && walk.status !== 0) continue;
    walk.status = 0;
    run(then, walk, traits);
    return;
  }
  walk.status = 0;
}

/** `test A = B`, `-lt` and their like; what it does not know is true. */
function compares(words: readonly string[]): boolean {
  if (words[0] === '!') return !compares(words.slice(1));
  const [first = '', second, third = ''] = words;
  if (second === undefined) return first !== '';
  if (first === '-z') return second === '';
  if (first === '-n') return second !== '';
  const [left, right] = [Number(first), Number(third)];
  switch (second) {
    case '=': case '==': return first === third;
    case '!=': return first !== third;
    case '-eq': return left === right;
    case '-ne': return left !== right;
    case '-lt': return left < right;
    case '-le': return left <= right;
    case '-gt': return left > right;
    case '-ge': return left >= right;
    default: return true;
  }
}

/** `for NAME in ITEM…`: the body once per item. */
function forEach([, name = '', , ...rest]: readonly string[], body: readonly Statement[], { walk, traits }: { readonly walk: Walk; readonly traits: ImageTraits }): void {
  const items = rest.filter(word => word !== ';').join(' ').replace(/\$\(seq (\d+)(?: (\d+))?\)|\{(\d+)\.\.(\d+)\}/g, (_whole, a: string | undefined, b: string | undefined, c: string | undefined, d: string | undefined) => {
    const from = c !== undefined ? Number(c) : b === undefined ? 1 : Number(a);
    const to = Number(d ?? b ?? a);
    return Array.from({ length: Math.max(0, Math.min(STATEMENTS_MAX, to - from + 1)) }, (_, i) => String(from + i)).join(' ');
  });
  for (const item of items.split(/\s+/).filter(word => word !== '').slice(0, STATEMENTS_MAX)) {
    if (walk.ended || walk.forever) return;
    run(withValue(body, name, item), walk, traits);
  }
}

function withValue(statements: readonly Statement[], name: string, value: string): readonly Statement[] {
  const put = (word: string): string => word.replaceAll(`\${${name}}`, value).replace(new RegExp(`\\$${name}\\b`, 'g'), value);
  return statements.map(({ join, words, body, branches }) => ({
    join, words: words.map(put), ...(body === undefined ? {} : { body: withValue(body, name, value) }),
    ...(branches === undefined ? {} : { branches: branches.map(({ when, then }) => ({ when: withValue(when, name, value), then: withValue(then, name, value) })) }),
  }));
}

/** A loop without an exit runs for ever; its steps are kept once. */
function repeat(body: readonly Statement[], walk: Walk, traits: ImageTraits): void {
  const round: Walk = { ...walk, at: 0, steps: [] };
  run(body, round, traits);
  if (round.ended) {
    walk.steps.push(...round.steps.map(step => ({ ...step, at: step.at + walk.at })));
    walk.at += round.at;
    walk.status = round.status;
    walk.ended = true;
    return;
  }
  walk.forever = true;
  walk.load = round.load ?? loopLoad(body, round.at);
  if (!round.forever) walk.loop = { from: walk.at, period: Math.max(round.at, SECOND), steps: round.steps };
}

/** What a loop takes: all of a core when it never sleeps. */
function loopLoad(body: readonly Statement[], at: number): ProgramLoad {
  const network = body.some(({ words }) => words.some(word => /^(wget|curl|nc|nslookup|ping)$/.test(word)));
  const most = network ? NETWORK_SHARE : BUSY.milli;
  const work = ROUND_TIME * Math.max(1, body.length);
  return { milli: at === 0 ? most : Math.min(most, (1000 * work) / (work + at)), memory: BUSY.memory };
}

/** Programs that compute for ever, and what makes them do so. */
const ENDLESS: Readonly<Record<string, RegExp>> = { yes: /^/, dd: /if=\/dev\/(zero|urandom)/, sha256sum: /\/dev\/(zero|urandom)/, md5sum: /\/dev\/(zero|urandom)/, sha1sum: /\/dev\/(zero|urandom)/ };

function command(words: readonly string[], walk: Walk, traits: ImageTraits): void {
  const arrow = words.findIndex(word => word === '>' || word === '>>');
  const target = arrow < 0 ? '' : words[arrow + 1] ?? '';
  const [name = '', ...rest] = arrow < 0 ? words : words.slice(0, arrow);
  const note = (does: PlanStep['does'], what: string): void => { walk.steps.push({ at: walk.at, does, what }); };
  walk.status = 0;
  if (Object.hasOwn(ENDLESS, name) && ENDLESS[name]?.test(rest.join(' ')) === true && !rest.join(' ').includes('count=')) { walk.forever = true; walk.load = BUSY; return; }
  switch (name.slice(name.lastIndexOf('/') + 1)) {
    case 'sleep': nap(rest[0] ?? '0', walk); return;
    case 'tail': walk.forever = true; return;
    case 'exit': walk.status = Number(rest[0] ?? walk.status) & 255; walk.ended = true; return;
    case 'false': walk.status = 1; return;
    case 'test': walk.status = compares(rest) ? 0 : 1; return;
    case '[': case '[[': walk.status = compares(rest.slice(0, -1)) ? 0 : 1; return;
    case '!': command(rest, walk, traits); walk.status = walk.status === 0 ? 1 : 0; return;
    case 'echo': case 'printf': if (target === '' || target.startsWith('/dev/')) note('log', rest.filter(word => word !== '-n' && word !== '-e').join(' ')); break;
    case 'touch': for (const path of rest) { walk.files.add(path); note('touch', path); } return;
    case 'rm': for (const path of rest) if (!path.startsWith('-')) { walk.files.delete(path); note('remove', path); } return;
    case 'cat': case 'ls': walk.status = rest.every(path => path.startsWith('-') || walk.files.has(path) || path.startsWith('/etc') || path.startsWith('/proc')) ? 0 : 1; return;
    case 'trap': if (/TERM|15/.test(rest.join(' '))) walk.onTerm = { code: Number(/exit (\d+)/.exec(rest[0] ?? '')?.[1] ?? 0), takes: 50 * MILLI }; return;
    case 'exec': command(rest, walk, traits); return;
    case 'nginx': case 'httpd': case 'httpd-foreground': case 'redis-server': case 'python': case 'python3': case 'node': case 'java': walk.program = imagePlan(traits); return;
    default: break;
  }
  if (target !== '' && !target.startsWith('/dev/') && !target.startsWith('&')) { walk.files.add(target); note('touch', target); }
}

function nap(text: string, walk: Walk): void {
  if (text === 'infinity' || text === 'inf') { walk.forever = true; return; }
  const unit = { s: 1, m: 60, h: 3600, d: 86_400 }[text.slice(-1)] ?? 1;
  walk.at += Math.round(Number.parseFloat(text) * unit * SECOND) || 0;
}

// ---- Looking at a running program ------------------------------------------------------------------------------------

/** Lines a container may have printed at most; older ones are rotated away. */
const LINES_MAX = 2000;

export interface LogLine { readonly at: number; readonly text: string }

/** What the program printed until a moment, oldest first. `startedAt` and `until` in virtual time. */
export function logOf(plan: ProgramPlan, startedAt: number, until: number): readonly LogLine[] {
  const lines: LogLine[] = [];
  const add = (steps: readonly PlanStep[], offset: number): void => {
    for (const step of steps) if (step.does === 'log' && startedAt + offset + step.at <= until) lines.push({ at: startedAt + offset + step.at, text: printed(step.what, startedAt + offset + step.at) });
  };
  add(plan.steps, 0);
  if (plan.loop !== undefined && plan.loop.steps.length > 0) {
    const rounds = Math.floor((until - startedAt - plan.loop.from) / plan.loop.period);
    for (let round = Math.max(0, rounds - LINES_MAX); round <= rounds; round++) add(plan.loop.steps, plan.loop.from + round * plan.loop.period);
  }
  return lines;
}

/** The plan of a program that has printed more, which nobody could know before. Byte strings; the oldest lines are rotated away. */
export function withLines({ plan, info }: { readonly plan: ProgramPlan; readonly info: { readonly startedAt: number } }, lines: readonly string[], now: number): ProgramPlan {
  return { ...plan, steps: [...plan.steps, ...lines.map((what): PlanStep => ({ at: now - info.startedAt, does: 'log', what: textOf(what) }))].slice(-LINES_MAX) };
}

/** When the program prints its next line after a moment; undefined = never again. Virtual times. */
export function nextLogAt(plan: ProgramPlan, startedAt: number, after: number): number | undefined {
  let next = Infinity;
  for (const step of plan.steps) if (step.does === 'log' && startedAt + step.at > after) next = Math.min(next, startedAt + step.at);
  const { loop } = plan;
  const logs = loop?.steps.filter(step => step.does === 'log') ?? [];
  if (loop !== undefined && logs.length > 0) {
    const round = Math.max(0, Math.floor((after - startedAt - loop.from) / loop.period));
    for (const each of [round, round + 1]) {
      for (const step of logs) { const at = startedAt + loop.from + each * loop.period + step.at; if (at > after) next = Math.min(next, at); }
    }
  }
  return next === Infinity ? undefined : next;
}

/** nginx and others begin a line with the time; `$(date)` is the time too. */
function printed(what: string, at: number): string {
  const time = formatTime(at as Micros);
  if (what.startsWith('[notice]')) return `${time.slice(0, 19).replaceAll('-', '/').replace('T', ' ')} ${what}`;
  return what.replaceAll('$(date)', time);
}

/** Whether a file that the script makes exists, and when that next changes (-1 = never). Times after the start. */
export function fileAt(plan: ProgramPlan, path: string, after: number): { readonly exists: boolean; readonly until: number } {
  let exists = false;
  for (const step of plan.steps) {
    if (step.what !== path || step.does === 'log') continue;
    if (step.at > after) return { exists, until: step.at };
    exists = step.does === 'touch';
  }
  return { exists, until: -1 };
}
