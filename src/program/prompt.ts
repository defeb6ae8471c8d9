/** `pilothouse` and `pilothouse learn`: the prompt on a screen or line by line. */
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Result } from '../base/data.ts';
import type { Lang } from '../base/text.ts';
import type { Topology } from '../cluster/topology.ts';
import { editOutside } from '../repl/external-editor.ts';
import { packageRoot } from '../repl/package-root.ts';
import { Session } from '../repl/session.ts';
import { readSave } from '../repl/save-file.ts';
import { bootedWorld } from './booted.ts';
import { chosenTopology, findTopology } from './clusters.ts';
import { ended, keeper, progress, unfinished } from './keep.ts';
import type { ProgramOptions } from './options.ts';
import { DEFAULT_SEED } from './seed.ts';
import { cannotWrite } from '../repl/file-errors.ts';
import { words } from './words.ts';

/** The lessons of the package. */
export const lessonsFolder = (): string => join(packageRoot(), 'lessons');

/** Opens a session for these options; the error is for standard error. */
function openSession(options: ProgramOptions, topology: Topology, tell: (problem: string) => void): Session {
  const seed = options.seed ?? DEFAULT_SEED;
  const booted = bootedWorld(topology, seed);
  const session = new Session({
    topology, seed, lang: options.lang, lessonsFolder: lessonsFolder(), topologyOf, survives: true,
    ...(booted !== undefined ? { booted } : {}),
    keep: keeper(problem => session.print(problem, 'note')),
  });
  session.redirect = (file, text, append) => writeTo(session.lang, file, () => { if (append) appendFileSync(file, text); else writeFileSync(file, text); });
  session.saveFile = (path, data) => writeTo(session.lang, path, () => {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, Buffer.from(data, 'latin1'));
  });
  const learner = progress(options.lang, tell);
  if (learner !== undefined) session.desk.restore(learner, undefined);
  return session;
}

export function topologyOf(name: string): Topology | undefined {
  const found = findTopology(name, 'en');
  return found.ok ? found.value : undefined;
}

/** Writes a file of the learner's; the problem in words when it cannot be. */
function writeTo(lang: Lang, file: string, write: () => void): string | undefined {
  try {
    write();
    return undefined;
  } catch (error) {
    return cannotWrite(file, error, lang);
  }
}

/** Runs the prompt. Resolves with the exit code. */
export async function runPrompt(options: ProgramOptions): Promise<number> {
  const topology = chosenTopology(options);
  if (!topology.ok) { process.stderr.write(`${topology.error}\n`); return 2; }
  const problems: string[] = [];
  const tell = (problem: string): void => { problems.push(problem); };
  const session = openSession(options, topology.value, tell);
  const resumed = resume(session, options, tell);
  if (!resumed.ok) { process.stderr.write(`${resumed.error}\n`); return 2; }
  const [, lesson] = options.words;
  if (lesson !== undefined && session.desk.find(lesson) === undefined) {
    process.stderr.write(`pilothouse learn: ${words.noLesson(lesson, session.desk.list().map(({ id }) => id))[options.lang]}\n`);
    return 2;
  }
  const isScreen = !options.plain && process.stdout.isTTY === true && process.stdin.isTTY === true && process.env['TERM'] !== 'dumb';
  const opening: Opening = { resumed: resumed.value, problems };
  const code = await (isScreen ? onScreen : inLines)(session, options, opening);
  // After a signal the session can be continued at the next start.
  if (code < 128) ended(session.toSave());
  // The terminal's handles would keep the process alive.
  if (isScreen) process.exit(code);
  return code;
}

/** Goes on from a save, or from a session that was cut off. Gives what to tell about it; the error is for standard error. */
function resume(session: Session, options: ProgramOptions, tell: (problem: string) => void): Result<string, string> {
  const nothing = { ok: true, value: '' } as const;
  if (options.restore !== undefined) {
    const saved = readSave(options.restore, options.lang);
    const done = saved.ok ? session.fromSave(saved.value) : saved;
    return done.ok ? nothing : done;
  }
  const isPlainStart = process.stdin.isTTY === true && options.cluster === '' && options.seed === undefined && options.words.length === 0;
  const left = isPlainStart ? unfinished(options.lang, tell) : undefined;
  if (left === undefined) return nothing;
  const done = session.fromSave(left);
  const ko = options.lang === 'ko';
  if (!done.ok) return { ok: true, value: ko ? `지난번 기록을 이어 갈 수 없어요: ${done.error}` : `The last session cannot be continued: ${done.error}` };
  return { ok: true, value: ko ? `지난번에 하던 데서 이어요 (명령 ${left.typed.length}개).` : `Going on where the last session stopped (${left.typed.length} lines).` };
}

/** What there is to tell before the first line. */
interface Opening { readonly resumed: string; readonly problems: readonly string[] }

function greet(session: Session, options: ProgramOptions, { resumed, problems }: Opening): void {
  for (const problem of problems) session.print(problem, 'note');
  if (options.words[0] === 'learn') {
    const opened = session.learn(options.words[1]);
    if (!opened.ok) session.print(opened.error, 'stderr');
    return;
  }
  if (resumed !== '') {
    session.print(resumed, 'note');
    session.desk.repeat();
    if (session.typed.length > 0) return;
  }
  session.print(welcome(options.lang, session.view.processes().some(({ kind }) => kind === 'kube-apiserver')), 'tutor');
}

/** What there is to look at depends on whether there is more than etcd. */
function welcome(lang: 'ko' | 'en', hasServer: boolean): string {
  const look = hasServer ? 'kubectl get nodes' : 'etcdctl endpoint status --cluster -w table';
  return lang === 'ko' ? `조타실에 온 걸 환영해요. \`learn\`을 입력하면 수업이 시작돼요. \`${look}\`${hasServer ? '로' : '으로'} 클러스터를 둘러보고, \`help\`로 할 수 있는 일을 볼 수도 있어요.`
    : `Welcome to the pilothouse. \`learn\` begins the first lesson, \`${look}\` looks around, \`help\` shows what you can do.`;
}

async function onScreen(session: Session, options: ProgramOptions, opening: Opening): Promise<number> {
  const { runTui } = await import('../tui/run.ts');
  // The screen has an editor of its own.
  session.editor = () => undefined;
  const visit = runTui(session, { theme: options.theme, mouse: options.mouse });
  greet(session, options, opening);
  return visit;
}

async function inLines(session: Session, options: ProgramOptions, opening: Opening): Promise<number> {
  const { runPlain } = await import('../repl/plain.ts');
  session.editor = draft => editOutside(draft, process.stdin.isTTY === true);
  const isGreeted = process.stdin.isTTY === true || options.words[0] === 'learn';
  return runPlain(session, { quiet: options.quiet, begin: () => { if (isGreeted) greet(session, options, opening); } });
}
