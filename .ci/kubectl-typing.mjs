// Lines that talk with a program in a container: the real kubectl on a pseudo-terminal, the prompt's with what is typed into its session.
import { spawn } from '@lydell/node-pty';

/** What is typed next waits until nothing was written for this long. */
const IDLE_MS = 500;
/** And the first line until there is something to type into. */
const FIRST_MS = 1500;
const STEP_MS = 45_000;
/** Virtual time that the session has, and turns without news after which it is fed. */
const SESSION_MICROS = 120_000_000;
const CALM_TURNS = 3;

/** Both streams of a terminal are one; their lines are compared without their order, because two streams of the prompt have none. */
export const asTerminal = text => text.replaceAll('\r\n', '\n').trimEnd().split('\n').sort().join('\n');

/** Runs a line of bash on a terminal and types into it. `isOpen`: a stream is there. */
export function typeToReal(line, typed, { cwd, env, isOpen }) {
  return new Promise((resolve) => {
    const child = spawn('bash', ['-c', line], { name: 'dumb', cols: 400, rows: 60, cwd, env: { ...env, TERM: 'dumb' } });
    const rest = [...typed];
    let text = '';
    let last = performance.now();
    child.onData((part) => { text += part; last = performance.now(); });
    const timer = setTimeout(() => { child.kill('SIGKILL'); text += '\n(killed: it took too long)'; }, STEP_MS);
    const feeding = setInterval(() => {
      if (rest.length === 0 || !(isOpen() || text.endsWith(': ')) || performance.now() - last < (rest.length === typed.length ? FIRST_MS : IDLE_MS)) return;
      last = performance.now();
      child.write(`${rest.shift()}\r`);
    }, 50);
    child.onExit(({ exitCode }) => { clearTimeout(timer); clearInterval(feeding); resolve({ exit: exitCode, stdout: asTerminal(text), stderr: '' }); });
  });
}

/** The same at the prompt. */
export function typeToPrompt(session, line, typed) {
  session.begin(line);
  const rest = [...typed];
  const until = session.now + SESSION_MICROS;
  let calm = 0;
  while (session.busy && session.now < until) {
    session.tick(200, 1000);
    if (!session.takesInput || ++calm < CALM_TURNS) continue;
    calm = 0;
    if (rest.length > 0) session.type(rest.shift());
  }
  if (session.busy) session.interrupt();
  const { stdout, stderr } = session.whole;
  return { exit: session.exitCode, stdout: asTerminal(stdout + stderr), stderr: '' };
}
