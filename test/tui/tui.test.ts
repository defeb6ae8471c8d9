import { fileURLToPath } from 'node:url';
import t from 'tap';
import { startPty, type PtyOptions, type PtyProgram } from './pty.ts';

const DEMO = fileURLToPath(new URL('./demo.js', import.meta.url));

async function open(args: readonly string[] = [], options: PtyOptions = {}): Promise<PtyProgram> {
  const program = await startPty(process.execPath, [DEMO, ...args], options);
  await program.until((lines) => lines.some((line) => line.startsWith('❯')));
  return program;
}
const shows = (text: string) => (lines: string[]): boolean => lines.some((line) => line.includes(text));

t.test('screens on a real pseudo-terminal', { timeout: 60_000 }, async (t) => {
  await t.test('typing Korean, pastes and mouse reports', async (t) => {
    const program = await open();
    program.write('왜 web-1 파드가 Pending 이야');
    await program.until(shows('❯ 왜 web-1 파드가 Pending 이야'));
    t.same(program.cursor(), [2 + 28, 38], 'the cursor stands after the last wide character');
    t.match(program.cell(2, 38), { characters: '왜', columns: 2 });
    program.write('\x7f');
    await program.until((lines) => lines[38] === '❯ 왜 web-1 파드가 Pending 이');
    t.same(program.cursor(), [2 + 26, 38]);
    program.write('\x15\u1112\u1161\u11ab');
    await program.until((lines) => lines[38] === '❯ 한');
    program.write('\x7f\x1b[200~붙여\n넣기\x1b[201~');
    await program.until((lines) => lines[37] === '❯ 붙여' && lines[38] === '┊ 넣기');
    program.write('\x15\x15\x15\x1b[<0;5;5M한글abc');
    await program.until((lines) => lines[38]?.startsWith('❯ 한글abc') === true);
    program.write('\x1b[D\x1b[D\x1b[D나');
    await program.until((lines) => lines[38]?.startsWith('❯ 한글나abc') === true);
    t.same(program.cursor(), [2 + 6, 38]);
    program.kill('SIGKILL');
  });

  await t.test('a popup over wide characters leaves no trace', async (t) => {
    const program = await open([], { columns: 80, rows: 24 });
    program.write('fill 40\r');
    await program.until(shows('39 줄 번호'));
    program.write('d');
    await program.idle();
    const before = program.lines();
    program.write('e\t');
    await program.until(shows('>describe'));
    program.write('\x1b');
    await program.until((lines) => !shows('>describe')(lines));
    program.write('\x7f');
    await program.until((lines) => lines[22]?.startsWith('❯ d') === true && lines[22] === before[22]);
    t.same(program.lines().slice(3, 21), before.slice(3, 21));
    program.kill('SIGKILL');
  });

  await t.test('keys of history, scrolling, tabs and search', async (t) => {
    const program = await open([], { columns: 100, rows: 30 });
    program.write('fill 200\recho 하나\r');
    await program.until(shows('❯ echo 하나'));
    program.write('\x1b[A\x1b[A');
    await program.until((lines) => lines[28]?.startsWith('❯ fill 200') === true);
    program.write('\x03\x1b[5~');
    await program.until(shows('위를 보는 중'));
    program.write('\x1b[6~\x1b[6~');
    await program.until((lines) => !shows('위를 보는 중')(lines));
    program.write('\x1b[<64;5;5M');
    await program.until(shows('↑ 3줄'));
    program.write('\x1b2');
    await program.until(shows('[이벤트]'));
    program.write('\x1bOQ');
    await program.until(shows('[지도]'));
    program.write('\x12fill');
    await program.until(shows('기록 찾기: fill  fill 200'));
    program.write('\r');
    await program.until((lines) => lines[28]?.startsWith('❯ fill 200') === true);
    program.write('\x0c');
    await program.until((lines) => !shows('fill 1')(lines) && lines[28]?.startsWith('❯ fill 200') === true);
    t.ok(shows('[지도]')(program.lines()), 'Ctrl-L empties the view and draws the rest again');
    program.kill('SIGKILL');
  });

  await t.test('resizing works at once, and small windows wait', async (t) => {
    const program = await open();
    program.write('tutor\r');
    await program.until(shows('ReplicaSet을'));
    program.resize(70, 20);
    await program.until((lines) => shows('● cp-1')(lines.slice(0, 1)) && shows('❯')(lines.slice(18, 19)));
    t.ok(program.lines().every((line) => !line.includes('\x03')));
    program.resize(50, 10);
    await program.until(shows('50×10'));
    program.write('echo 살아 있다\r');
    program.resize(120, 40);
    await program.until((lines) => shows('  살아 있다')(lines) && shows('├')(lines));
    program.kill('SIGKILL');
  });

  await t.test('a running line: Ctrl-C stops it, twice leaves', async (t) => {
    const program = await open([], { columns: 80, rows: 24, scrollback: 500 });
    program.write('watch\r');
    await program.until(shows('web-1  1/1'));
    program.write('\x03');
    await program.until((lines) => !shows('Ctrl-C 중단')(lines));
    program.write('\x03');
    await program.until(shows('한 번 더'));
    program.write('\x03');
    t.equal((await program.exited).exitCode, 0);
    await program.idle();
    t.equal(program.terminal.buffer.active.type, 'normal', 'the normal screen is back');
    const left = program.lines().join('\n');
    t.match(left, /❯ watch\n {2}NAME {3}READY/, 'with the talk left on it');
    for (const mode of ['\x1b[?2004l', '\x1b[?1000l', '\x1b[?1049l', '\x1b[?25h']) t.ok(program.raw().lastIndexOf(mode) >= 0, JSON.stringify(mode));
    t.ok(program.raw().lastIndexOf('\x1b[?25h') > program.raw().lastIndexOf('\x1b[?25l'), 'the cursor is shown');
  });

  await t.test('leaving: quit, Ctrl-D, signals, a bug of ours, a closed terminal', async (t) => {
    const cases: readonly (readonly [string, (program: PtyProgram) => void, number])[] = [
      ['quit', (program) => program.write('quit\r'), 0],
      ['Ctrl-D on an empty line', (program) => program.write('\x04'), 0],
      ['SIGTERM', (program) => program.kill('SIGTERM'), 143],
      ['SIGHUP', (program) => program.kill('SIGHUP'), 129],
      ['an exception', (program) => program.write('boom\r'), 70],
    ];
    for (const [name, leave, code] of cases) {
      const program = await open([], { columns: 80, rows: 24 });
      program.write('echo 안녕\r');
      await program.until(shows('❯ echo 안녕'));
      leave(program);
      t.equal((await program.exited).exitCode, code, name);
      await program.idle();
      t.match(program.raw().slice(-4_000), /\x1b\[\?2004l[\s\S]*\x1b\[\?1049l/, `${name}: modes are off`);
      if (code === 70) t.match(program.lines().join('\n'), 'internal error: the fake world broke (cluster ha, seed 7, at 00:00:0');
    }
  });

  await t.test('themes and switches', async (t) => {
    const plain = await open([], { columns: 80, rows: 24, env: { NO_COLOR: '1' } });
    plain.write('kubectl get pods\r');
    await plain.until(shows('ran: kubectl'));
    t.notMatch(plain.raw(), /\x1b\[[0-9;]*[;[](?:3[0-7]|4[0-7]|9[0-7]|10[0-7]|38|48)[;m]/, 'NO_COLOR: no colour codes');
    plain.kill('SIGKILL');
    const quiet = await open(['--no-mouse', '--theme', 'high-contrast', '--lang', 'en']);
    t.notMatch(quiet.raw(), /\x1b\[\?100[0-9]h/, '--no-mouse: mouse reports stay off');
    t.ok(shows('[Map] Events')(quiet.lines()));
    quiet.write('echo 복사\r');
    await quiet.until(shows('  복사'));
    quiet.write('\x1bc');
    await quiet.until(shows('Copied 1 rows'));
    t.match(quiet.raw(), `\x1b]52;c;${Buffer.from('복사').toString('base64')}\x07`, 'Alt-C copies the last output');
    quiet.kill('SIGKILL');
  });
});
