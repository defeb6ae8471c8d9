import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { startPty } from './pty.ts';

const DEMO = fileURLToPath(new URL('./demo.js', import.meta.url));

interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs the plain prompt over piped standard input. */
function run(input: string | Buffer, args: readonly string[] = []): Promise<Ran> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [DEMO, 'plain', ...args], { stdio: 'pipe' });
    let [out, err] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => { out += text; });
    child.stderr.setEncoding('utf8').on('data', (text: string) => { err += text; });
    child.stdin.on('error', () => undefined);
    child.on('close', (code) => resolve({ code, out, err }));
    child.stdin.end(input);
  });
}

t.test('piped standard input is a script', async (t) => {
  const cases: readonly (readonly [string, string | Buffer, Partial<Ran>])[] = [
    ['outputs only, no echo', 'echo 하나\necho two\n', { code: 0, out: '하나\ntwo\n', err: '' }],
    ['a failed line gives 1, the rest still runs', 'fail\necho after\n', { code: 1, out: 'after\n', err: 'Error from server (NotFound): pods "web" not found\n' }],
    ['no end of the last line, CRLF, a byte order mark, NUL bytes', '\ufeffecho a\r\n\r\necho b\0c', { code: 0, out: 'a\nbc\n' }],
    ['a heredoc is one line', 'apply <<EOF\nkind: Pod\nEOF\necho end\n', { code: 0, out: 'ran: apply <<EOF ⏎ kind: Pod ⏎ EOF\nend\n' }],
    ['an unfinished heredoc runs as it is', 'apply <<EOF\nkind: Pod', { out: 'ran: apply <<EOF ⏎ kind: Pod\n' }],
    ['the tutor has a prefix', 'cluster\n', { out: '[클러스터] worker-1/kubelet: 컨테이너 web을 시작했습니다.\n' }],
    ['quit ends the script', 'quit\necho never\n', { code: 0, out: '' }],
    ['nothing at all', '', { code: 0, out: '', err: '' }],
    ['a paused watch is ended', 'watch\necho end\n', { code: 0 }],
  ];
  const ran = await Promise.all(cases.map(([, input]) => run(input)));
  cases.forEach(([name, , expected], i) => t.match(ran[i], expected, name));
  t.equal((await run('cluster\necho a\n', ['--quiet'])).out, 'a\n', '--quiet: only what commands print');
  const invalid = await run(Buffer.from([0x65, 0x63, 0x68, 0x6f, 0x20, 0xff, 0xfe, 0x0a]));
  t.equal(invalid.code, 0, 'bytes that are no UTF-8 do not break it');
  const huge = await run(`echo ${'x'.repeat(3 << 20)}\n`);
  t.match(huge, { code: 2, err: /한 줄이 1572864바이트보다 길어요\. 큰 매니페스트는 파일에 담아/ });
  const many = await run(`${'echo line\n'.repeat(20_000)}`);
  t.equal(many.out.length, 20_000 * 5, 'many lines');
});

t.test('a reader that leaves ends the run quietly', async (t) => {
  const child = spawn('/bin/sh', ['-c', `yes 'echo 가나다' | '${process.execPath}' '${DEMO}' plain | head -3`], { stdio: 'pipe' });
  let [out, err] = ['', ''];
  child.stdout.on('data', (text: Buffer) => { out += text.toString(); });
  child.stderr.on('data', (text: Buffer) => { err += text.toString(); });
  await new Promise((resolve) => child.on('close', resolve));
  t.same([out, err], ['가나다\n가나다\n가나다\n', '']);
});

t.test('the plain prompt on a terminal', async (t) => {
  const program = await startPty(process.execPath, [DEMO, 'plain'], { columns: 80, rows: 24, term: 'dumb' });
  await program.until((lines) => lines[0] === '❯');
  program.write('echo 안녕하세요\r');
  await program.until((lines) => lines[1] === '안녕하세요' && lines[2] === '❯');
  program.write('apply <<EOF\r');
  await program.until((lines) => lines[3]?.startsWith('┊') === true);
  program.write('EOF\r');
  await program.until((lines) => lines[4] === 'ran: apply <<EOF ⏎ EOF');
  program.write('tutor\r');
  await program.until((lines) => lines.some((line) => line.startsWith('[튜터] `kubectl create')));
  program.write('\x04');
  t.equal((await program.exited).exitCode, 0, 'Ctrl-D leaves');
  const ascii = await startPty(process.execPath, [DEMO, 'plain'], { columns: 80, rows: 24, env: { LANG: 'C', LC_ALL: 'C' } });
  await ascii.until((lines) => lines[0] === 'pilothouse>');
  ascii.write('quit\r');
  t.equal((await ascii.exited).exitCode, 0);
});
