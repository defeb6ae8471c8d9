import fc from 'fast-check';
import t from 'tap';
import { cleanText, columnsOf, cutColumns, padColumns, sliceColumns } from '../../src/repl/columns.ts';
import { Line, LINE_CHARACTERS_MAX } from '../../src/repl/line.ts';
import { commonPrefix, insertion } from '../../src/tui/completion.ts';
import { encodeDifference, Grid } from '../../src/tui/grid.ts';
import { viewInput } from '../../src/tui/input-view.ts';
import { KeyFilter } from '../../src/tui/key-filter.ts';
import { layOut } from '../../src/tui/layout.ts';
import { LINES_WAITING_MAX, Room } from '../../src/tui/room.ts';
import { pressKey, typeText, useMouse } from '../../src/tui/room-keys.ts';
import { paintRoom } from '../../src/tui/room-paint.ts';
import { viewStatus } from '../../src/tui/status-view.ts';
import { cutLine, plainText, seg } from '../../src/tui/styled.ts';
import { STYLES, THEME_NAMES, themeNamed } from '../../src/tui/theme.ts';
import { Transcript, TRANSCRIPT_ROWS_MAX } from '../../src/tui/transcript.ts';
import { lintText } from '../../src/lessons/lint.ts';
import { wordsOf } from '../../src/tui/words.ts';
import { wrapLine } from '../../src/tui/wrap.ts';
import { FakeSession, type FakeOptions } from './fake-session.ts';
import { Terminal } from './xterm.ts';

const NFD = '\u1112\u1161\u11ab'; // 한, taken apart
const pieces = fc.array(fc.constantFrom('a', 'b', ' ', '한', '글', '가', '●', '…', '漢', 'é', '🚢', '-', '│'), { maxLength: 40 }).map((all) => all.join(''));

t.test('columns count what a terminal draws', (t) => {
  const cases: readonly (readonly [string, number])[] = [['abc', 3], ['한글', 4], [NFD, 2], ['한a글', 5], ['❯ ', 2], ['漢字', 4], ['', 0], ['e\u0301', 1], ['🚢', 2]];
  for (const [text, columns] of cases) t.equal(columnsOf(text), columns, JSON.stringify(text));
  t.equal(sliceColumns('한글abc', 1, 4), ' 글a', 'half a syllable becomes a space');
  t.equal(cutColumns('한글abc', 4), '한 …');
  t.equal(padColumns('한글', 6), '한글  ');
  t.equal(cleanText('a\tb\x1b[31mred\x1b[0m\r\n\x00끝'), 'a       bred\n끝', 'escape codes, tabs and NUL bytes do not reach the screen');
  fc.assert(fc.property(pieces, fc.nat(30), fc.nat(30), (text, from, columns) => columnsOf(sliceColumns(text, from, columns)) <= columns));
  t.end();
});

t.test('the line edits whole graphemes', (t) => {
  const line = new Line();
  for (const jamo of NFD) line.insert(jamo);
  t.equal(line.text, '한', 'conjoining jamo typed one by one become a syllable');
  line.backspace();
  t.ok(line.isEmpty, 'Backspace removes the whole syllable');
  line.insert('kubectl get 파드');
  line.wordLeft();
  t.equal(line.offset, 12);
  line.insert('X');
  t.equal(line.text, 'kubectl get X파드');
  line.killWord();
  t.equal(line.text, 'kubectl get 파드');
  line.killToEnd();
  line.home();
  line.yank();
  t.equal(line.text, '파드kubectl get ');
  line.set('ab');
  line.transpose();
  t.equal(line.text, 'ba');
  line.set('kubectl get po --watch');
  for (let i = 0; i < 8; i++) line.left();
  line.complete(12, 'pods');
  t.equal(line.text, 'kubectl get pods --watch', 'a completion replaces the word before the cursor only');
  t.notOk(line.insert('x'.repeat(LINE_CHARACTERS_MAX)), 'a text longer than the maximum is refused whole');
  t.equal(line.text, 'kubectl get pods --watch');
  t.end();
});

t.test('the line moves between its rows and through the history', (t) => {
  const line = new Line();
  line.set('first\n둘째 줄\nlast');
  t.ok(line.up());
  t.ok(line.up());
  t.notOk(line.up(), 'above the first row comes the history');
  t.ok(line.down());
  line.end();
  t.equal(line.offset, 'first\n둘째 줄'.length);
  line.clear();
  const history = ['kubectl get pods', 'advance 5m', 'kubectl get nodes', 'kubectl get nodes'];
  line.insert('kub');
  t.ok(line.older(history));
  t.equal(line.text, 'kubectl get nodes');
  t.ok(line.older(history), 'the same line twice is shown once, other beginnings are skipped');
  t.equal(line.text, 'kubectl get pods');
  t.notOk(line.older(history));
  line.newer(history);
  line.newer(history);
  t.equal(line.text, 'kub', 'what was typed comes back');
  fc.assert(fc.property(fc.array(fc.constantFrom('left', 'right', 'home', 'end', 'backspace', 'delete', 'killWord', 'yank', 'up', 'down', 'wordRight', '한', '\u1161', 'a b', '\n')), (keys) => {
    const model = new Line();
    for (const key of keys) {
      if (/^[a-z]/i.test(key) && key !== 'a b') (model as unknown as Record<string, () => void>)[key]?.();
      else model.insert(key);
    }
    return model.text === model.text.normalize('NFC') && model.cursor >= 0 && model.cursor <= model.graphemes.length && model.text.startsWith(model.text.slice(0, model.offset));
  }));
  t.end();
});

t.test('words wrap, tables stay aligned', (t) => {
  const rows = (line: string, columns: number): string[] => wrapLine(line, columns).map((row) => row.text);
  t.same(rows('스케줄러가 노드를 정합니다', 14), ['스케줄러가', '노드를', '정합니다']);
  t.same(rows('- 첫째 항목은 깁니다', 12), ['- 첫째', '  항목은', '  깁니다'], 'a list item hangs');
  t.same(rows('  │  ├─ apiserver wrote pods/web to etcd', 26), ['  │  ├─ apiserver wrote', '  │  │  pods/web to etcd'], 'a tree keeps its branches');
  t.same(rows('가나다라마바사', 6), ['가나다', '라마바', '사'], 'a word longer than the row is broken');
  t.same(rows('Normal   Started   12s   kubelet started the container web on it', 46),
    ['Normal   Started   12s   kubelet started the', '                         container web on it'], 'the last column of a table wraps in place');
  const wide = wrapLine('NAME   READY   STATUS   RESTARTS   AGE', 20);
  t.same(wide, [{ text: 'NAME   READY   STATUS   RESTARTS   AGE', isCut: true }], 'other tables are cut, not wrapped');
  t.equal(plainText(cutLine([seg(wide[0]?.text ?? '')], 20)), 'NAME   READY   STAT…');
  t.equal(plainText(cutLine([seg(wide[0]?.text ?? '')], 20, 10)), '…Y   STATUS   RESTA…', 'shifted sideways');
  t.equal(plainText(cutLine([seg(wide[0]?.text ?? '')], 20, 25)), '…STARTS   AGE');
  t.equal(wrapLine('가'.repeat(1_000_000), 80).length, 25_000);
  fc.assert(fc.property(pieces, fc.integer({ min: 4, max: 60 }), (text, columns) => wrapLine(text, columns).every((row) => row.isCut || columnsOf(row.text) <= columns)));
  t.end();
});

t.test('a trace wraps behind its time and branches, and a label does not push columns', (t) => {
  t.same(wrapLine('   +1.3ms     ├─ cp-1/kube-apiserver: kubelet PATCH pods', 44).map(({ text, isCut }) => [text, isCut]), [
    ['   +1.3ms     ├─ cp-1/kube-apiserver:', false], ['              │  kubelet PATCH pods', false],
  ]);
  const transcript = new Transcript({ columns: 60, names: () => wordsOf('ko'), highlight: () => [] });
  transcript.append({ stream: 'tutor', text: '  +0.0ms  api\n  +1.0ms  etcd' });
  transcript.append({ stream: 'note', text: '6분이 지났어요.' });
  t.same(transcript.rows.map((row) => plainText(row.words).trimEnd()), ['튜터:', '  +0.0ms  api', '  +1.0ms  etcd', '알림: 6분이 지났어요.']);
  t.end();
});

t.test('the transcript is bounded and keeps a scrolled view where it is', (t) => {
  const transcript = new Transcript({ columns: 40, names: () => wordsOf('ko'), highlight: () => [] });
  const texts = (): string[] => transcript.view(5).map((row) => row.mark.text + plainText(row.words));
  transcript.append({ stream: 'input', text: 'kubectl get pods' });
  transcript.append({ stream: 'stderr', text: 'No resources found\n' });
  transcript.append({ stream: 'tutor', text: '파드가 `아직` 없습니다.' });
  t.same(texts(), ['❯ kubectl get pods', '! No resources found', '┃ 튜터: 파드가 아직 없습니다.'], 'each speaker has a mark, the tutor a name');
  transcript.append({ stream: 'cluster', text: '`web` 파드가 떴어요.' });
  t.match(texts().at(-1), /[^`]web 파드가 떴어요/, 'what the cluster tells sets names off as the tutor does');
  transcript.append({ stream: 'stdout', text: 'echo `date`' });
  t.match(texts().at(-1), /echo `date`/, 'output is shown as it is');
  transcript.append({ stream: 'stderr', text: 'cat: `x`: no such file' });
  t.match(texts().at(-1), /cat: `x`:/, 'so is what a program complains of');
  transcript.append({ stream: 'stderr', text: '`learn`으로 시작해 보세요.', spoken: true });
  t.match(texts().at(-1), /^! learn으로 시작해 보세요/, 'our own complaints set names off');
  for (let i = 0; i < 30; i++) transcript.append({ stream: 'stdout', text: `line ${i}` });
  transcript.scroll(10, 5);
  const seen = texts();
  transcript.append({ stream: 'stdout', text: 'new' });
  t.same(texts(), seen, 'new text does not move it');
  t.equal(transcript.unseen, 1);
  transcript.scroll(-100, 5);
  t.equal(texts().at(-1), '  new');
  transcript.append({ stream: 'stdout', text: Array.from({ length: 25_000 }, (_, i) => `row ${i}`).join('\n') });
  transcript.append({ stream: 'stdout', text: 'after' });
  t.ok(transcript.rows.length <= TRANSCRIPT_ROWS_MAX * 1.1);
  transcript.resize(30);
  t.ok(transcript.rows.length <= TRANSCRIPT_ROWS_MAX);
  t.equal(texts().at(-1), '  after');
  t.equal(transcript.lastOutput().split('\n').at(-1), 'after');
  t.end();
});

t.test('a terminal shows the cells we mean, whatever covered them before', async (t) => {
  const theme = themeNamed('dark', undefined);
  const drawing = fc.record({ x: fc.nat(29), y: fc.nat(5), text: pieces, style: fc.constantFrom(...STYLES) });
  await fc.assert(fc.asyncProperty(fc.array(fc.array(drawing, { maxLength: 8 }), { minLength: 2, maxLength: 5 }), async (frames) => {
    const terminal = new Terminal({ cols: 30, rows: 6, allowProposedApi: true });
    let before: Grid | undefined;
    for (const frame of frames) {
      const grid = new Grid(30, 6);
      for (const { x, y, text, style } of frame) grid.put(x, y, text, { style });
      const codes = encodeDifference(before, grid, theme);
      before = grid;
      await new Promise<void>((done) => { terminal.write(codes, done); });
      for (let i = 0; i < 180; i++) {
        const glyph = grid.glyphs[i] ?? '';
        if (glyph === '🚢' || glyph === '') continue;
        const cell = terminal.buffer.active.getLine(Math.floor(i / 30))?.getCell(i % 30);
        if ((cell?.getChars() || ' ').normalize('NFC') !== glyph) return false;
      }
    }
    return true;
  }), { numRuns: 60 });
  t.equal(encodeDifference(new Grid(9, 9), new Grid(9, 9), theme), '', 'nothing changed, nothing written');
});

t.test('the layout folds the side pane, and says when a window is too small', (t) => {
  const at = (columns: number, rows: number): ReturnType<typeof layOut> => layOut({ columns, rows, inputRows: 1, hidesSide: false });
  t.equal(at(59, 24), undefined);
  t.equal(at(80, 15), undefined);
  t.match(at(80, 24), { strip: { rows: 3 }, transcript: { y: 3, rows: 18, columns: 80 }, side: undefined });
  t.match(at(100, 30), { strip: undefined, side: { columns: 37 }, transcript: { columns: 61, rows: 27 } });
  t.match(layOut({ columns: 120, rows: 40, inputRows: 4, hidesSide: true }), { side: undefined, transcript: { columns: 120, rows: 34 } });
  fc.assert(fc.property(fc.integer({ min: 60, max: 300 }), fc.integer({ min: 16, max: 100 }), fc.integer({ min: 1, max: 20 }), (columns, rows, inputRows) => {
    const layout = layOut({ columns, rows, inputRows, hidesSide: false });
    if (layout === undefined) return false;
    const height = (layout.strip?.rows ?? 0) + layout.transcript.rows + 1 + layout.input.rows + 1;
    return height === rows && layout.transcript.rows >= 5 && (layout.side === undefined || layout.side.x + layout.side.columns === columns);
  }));
  t.end();
});

t.test('the status line leaves out what matters least', (t) => {
  const status = { clock: '00:03:10', speed: 10, paused: false, seed: 7, cluster: 'ha', lesson: '12/58', busy: false, faults: ['crash worker-1'], branch: 'main' };
  const at = (columns: number): string => plainText(viewStatus(status, wordsOf('en'), columns)).replaceAll(/\s+/g, ' ').trim();
  t.equal(at(120), '00:03:10 10x ha seed 7 branch main lesson 12/58 faults 1: crash worker-1');
  t.equal(at(60), '00:03:10 10x lesson 12/58 faults 1: crash worker-1');
  t.equal(at(20), '00:03:10 10x');
  t.match(plainText(viewStatus({ ...status, paused: true }, wordsOf('ko'), 120)), '‖ 멈춤');
  t.end();
});

t.test('every theme knows every style, and NO_COLOR wins', (t) => {
  for (const name of THEME_NAMES) {
    const theme = themeNamed(name, undefined);
    for (const style of STYLES) t.match(theme[style], /^[0-9;]*$/, `${name} ${style}`);
  }
  const mono = themeNamed('dark', '1');
  t.ok(STYLES.every((style) => !/(?:^|;)(?:3[0-8]|4[0-8]|9[0-7]|10[0-7])(?:;|$)/.test(mono[style])), 'no colours');
  t.equal(themeNamed('dark', ''), themeNamed('dark', undefined), 'an empty NO_COLOR counts as unset');
  t.end();
});

t.test('typed text breaks into rows with the cursor in the right cell', (t) => {
  const view = (text: string, cursor: number, columns: number, rows = 6): ReturnType<typeof viewInput> => {
    const characters = Array.from(text);
    return viewInput({ graphemes: characters, styles: [], cursor }, columns, rows);
  };
  t.match(view('한글 abc', 3, 20), { caretRow: 0, caretColumn: 5 });
  t.match(view('abcdef', 6, 6), { caretRow: 1, caretColumn: 0 }, 'after a full row the cursor stands in the next one');
  t.same(view('abcde한', 0, 6).rows.map(plainText), ['abcde', '한'], 'a wide character is never split');
  t.same(view('a\nb\nc\nd', 7, 10, 3).rows.map(plainText), ['b', 'c', 'd'], 'the rows around the cursor are shown');
  t.match(view('a\nb\nc\nd', 0, 10, 3), { caretRow: 0, rowsAbove: 0, rowsBelow: 1 });
  t.equal(commonPrefix([{ text: 'deployment', summary: '' }, { text: 'deployments', summary: '' }]), 'deployment');
  t.same(['get', '--output=', 'pod/', 'pod,'].map(insertion), ['get ', '--output=', 'pod/', 'pod,']);
  t.end();
});

/** A filter over a silent terminal, with what came out of it in order. */
function filtered(): { readonly feed: (text: string) => void; readonly heard: string[]; readonly close: () => void } {
  const silent = { isTTY: true, isRaw: true, setRawMode: () => undefined, resume: () => undefined, pause: () => undefined, on: () => undefined, removeAllListeners: () => undefined };
  const filter = new KeyFilter(silent);
  const heard: string[] = [];
  for (const event of ['data', 'text', 'paste', 'newline']) filter.on(event, (text = '') => heard.push(`${event}:${String(text)}`));
  filter.on('mouse', ({ kind, x, y }: { kind: string; x: number; y: number }) => heard.push(`mouse:${kind} ${x},${y}`));
  return { feed: (text) => filter.feed(text), heard, close: () => filter.close() };
}

t.test('the key filter keeps order, joins what is split, and takes pastes out', async (t) => {
  const cases: readonly (readonly [string, readonly string[], readonly string[]])[] = [
    ['Korean between letters', ['a한b'], ['data:a', 'text:한', 'data:b']],
    ['text beside a mouse report', ['\x1b[<64;5;6Mab'], ['mouse:wheelUp 4,5', 'data:ab']],
    ['a paste with newlines', ['x\x1b[200~one\ntwo\x1b[201~y'], ['data:x', 'paste:one\ntwo', 'data:y']],
    ['a paste in parts, its end mark split', ['\x1b[200~on', 'e\x1b[20', '1~z'], ['paste:one', 'data:z']],
    ['a split mouse report', ['\x1b[<0;3', ';4M'], ['mouse:press 2,3']],
    ['a split arrow key', ['\x1b[', 'A'], ['data:\x1b[A']],
    ['Alt-Enter', ['\x1b\r'], ['newline:']],
    ['typed before the screen came: Enter is a line feed, and only then', ['learn\n', 'a\n'], ['data:learn\r', 'data:a\n']], ['Ctrl-J as the first key', ['\n'], ['data:\n']],
    ['answers and reports nobody asked for', ['a\x1b[?1;2cb\x1b[27;5;13~\x1b[97;5u'], ['data:a', 'data:b']],
    ['a released button', ['\x1b[<0;3;4m'], []],
  ];
  for (const [name, chunks, expected] of cases) {
    const filter = filtered();
    for (const chunk of chunks) filter.feed(chunk);
    t.same(filter.heard, expected, name);
    filter.close();
  }
  const lone = filtered();
  lone.feed('\x1b');
  await new Promise((resolve) => setTimeout(resolve, 60));
  t.same(lone.heard, ['data:\x1b'], 'Escape alone is a key after a moment');
});

/** A room with a fake session, keys by name. */
function room(window = { columns: 80, rows: 24 }, options: FakeOptions = {}): { readonly room: Room; readonly session: FakeSession; readonly keys: (...names: string[]) => void; readonly screen: () => string[] } {
  const session = new FakeSession(options);
  const made = new Room(session, window);
  paintRoom(made);
  const keys = (...names: string[]): void => {
    for (const name of names) {
      if (/^(?:enter|tab|escape|backspace|up|down|right|left|home|end|pageup|pagedown|f\d|[CMS]-\w+)$/.test(name)) pressKey(made, { name, text: '' });
      else for (const character of name) typeText(made, character);
    }
    paintRoom(made);
  };
  return { room: made, session, keys, screen: () => paintRoom(made).grid.toLines() };
}

t.test('the room runs lines and shows who said what', (t) => {
  const { keys, screen, session, room: made } = room();
  keys('kubectl get pods', 'enter', 'fail', 'enter', 'cluster', 'enter');
  t.same(session.begun, ['kubectl get pods', 'fail', 'cluster']);
  const text = screen().join('\n');
  for (const part of ['❯ kubectl get pods', '  ran: kubectl', '! Error from server', '· 클러스터: worker-1', '❯ fail']) t.match(text, part);
  keys('up');
  t.equal(made.line.text, 'cluster');
  keys('C-u', 'get <<E', 'enter', 'x');
  t.match(screen().join('\n'), '입력이 더 필요해요');
  keys('M-enter', 'E');
  t.match(screen().join('\n'), 'Enter 실행', 'several rows may be whole');
  keys('enter');
  t.equal(session.begun.at(-1), 'get <<E\nx\nE', 'a heredoc goes on until its end');
  keys('watch', 'enter', 'echo later', 'enter');
  t.match(screen().join('\n'), '기다리는 줄 1');
  keys('C-c');
  t.equal(session.interrupted, 1);
  t.ok(session.busy === false && made.waiting.length === 0, 'Ctrl-C drops the lines that wait, too');
  keys('watch', 'enter');
  for (let i = 0; i < LINES_WAITING_MAX + 2; i++) keys('echo x', 'enter');
  t.equal(made.waiting.length, LINES_WAITING_MAX);
  keys('C-c', 'C-u', 'C-c');
  t.notOk(made.wantsQuit);
  t.match(screen().join('\n'), '한 번 더');
  (session as { lang: 'ko' | 'en' }).lang = 'en';
  session.begin('cluster');
  t.match(screen().join('\n'), /· 클러스터: worker-1[\s\S]*· cluster: worker-1[\s\S]*seed 7/, 'the screen speaks the language that is chosen, what was said stays');
  keys('C-c');
  t.ok(made.wantsQuit, 'twice leaves');
  t.end();
});

t.test('completion, suggestion and search', (t) => {
  const { keys, screen, room: made } = room();
  keys('kubectl get de', 'tab');
  const list = screen();
  t.match(list.join('\n'), />describe {5}객체 하나를/);
  t.match(list.join('\n'), 'Esc 닫기');
  keys('p');
  t.equal(made.popup?.items.length, 2, 'typing narrows the list');
  keys('down', 'enter');
  t.equal(made.line.text, 'kubectl get deployments ');
  keys('C-u', 'adv', 'tab');
  t.equal(made.line.text, 'advance ', 'a single match needs no list');
  keys('C-u', 'kubectl get po');
  t.match(screen().join('\n'), 'kubectl get pods -o wide --watch');
  keys('right');
  t.equal(made.line.text, 'kubectl get pods -o wide --watch', 'the arrow takes the suggestion');
  keys('enter', 'echo one', 'enter', 'C-r', 'pods');
  t.match(screen().join('\n'), '기록 찾기: pods  kubectl get pods');
  keys('enter');
  t.equal(made.line.text, 'kubectl get pods -o wide --watch');
  keys('C-c', 'C-r', 'zzz');
  t.match(screen().join('\n'), '(없음)');
  keys('escape');
  t.ok(made.line.isEmpty);
  t.end();
});

t.test('tabs, panes and the mouse', (t) => {
  const wide = room({ columns: 120, rows: 40 });
  t.match(wide.screen().join('\n'), /\[지도\] 이벤트[\s\S]*cp-1 control-plane +● Ready[\s\S]*✗ kubelet/);
  wide.keys('C-t');
  t.match(wide.screen().join('\n'), /지도 \[이벤트\][\s\S]*! 00:00:09 kubelet worker-2/);
  wide.keys('M-1');
  t.equal(wide.room.tabIndex, 0);
  useMouse(wide.room, { kind: 'press', x: (wide.room.layout?.tabs?.x ?? 0) + 8, y: 0 });
  t.equal(wide.room.tabIndex, 1, 'a press on a title chooses the tab');
  wide.keys('f4');
  t.equal(wide.room.layout?.transcript.columns, 120);
  wide.keys('fill 100', 'enter');
  useMouse(wide.room, { kind: 'wheelUp', x: 3, y: 3 });
  t.equal(wide.room.transcript.hidden, 3);
  wide.keys('wide', 'enter');
  const narrow = room();
  narrow.keys('wide', 'enter');
  t.match(narrow.screen().join('\n'), /NAME .*…[\s\S]*Shift-→ 잘린 열 보기/, 'how to see the rest is told');
  narrow.keys('S-right', 'S-right');
  t.match(narrow.screen().join('\n'), /NAME +….*IP .*\n.*web-5d9c7b8f6d-x0k4p/, 'a cut table shifts sideways behind its first column');
  narrow.keys(...Array<string>(40).fill('S-right'));
  t.notMatch(narrow.screen().join('\n'), /NAME.*…$/m, 'no further than to its end');
  narrow.keys('C-l');
  t.notMatch(narrow.screen().join('\n'), /NAME/, 'Ctrl-L empties the view');
  narrow.keys('S-up');
  t.match(narrow.screen().join('\n'), /NAME/, 'and scrolling up brings it back');
  t.match(narrow.screen()[0], '● cp-1 etcd★', 'narrow windows have the strip');
  const crowd = room({ columns: 100, rows: 30 }, { nodes: 60, podsPerNode: 30, lang: 'en' });
  t.match(crowd.screen().join('\n'), /nodes 59\/60 {2}pods \d+\/1710\n.*worker-57 +pods \d+\/30 +✗ NotReady/, 'trouble first when all do not fit');
  crowd.keys('M-down', 'M-down');
  t.equal(crowd.room.sideScroll, 2);
  const tiny = room({ columns: 59, rows: 20 });
  t.match(tiny.screen().join('\n'), '60×16');
  t.end();
});

t.test('time passes in slices and only changes are painted', (t) => {
  const { room: made, session, keys } = room();
  made.pass(16);
  paintRoom(made);
  made.pass(16);
  t.notOk(made.isDirty, 'within one second of the clock nothing changes');
  made.pass(1_000);
  t.ok(made.isDirty);
  session.paused = true;
  made.pass(16);
  paintRoom(made);
  made.pass(60_000);
  t.notOk(made.isDirty, 'a paused room is still');
  keys('watch', 'enter', 'echo next', 'enter');
  session.busy = false;
  made.pass(16);
  t.equal(session.begun.at(-1), 'echo next', 'a waiting line begins when the running one ends');
  made.paste('가'.repeat(LINE_CHARACTERS_MAX + 1));
  t.match(made.message, '-f FILE', 'a paste that is too long is refused with advice');
  made.paste('kind: Pod\nmetadata:\n  name: web\n');
  t.equal(made.line.text, 'kind: Pod\nmetadata:\n  name: web');
  t.end();
});

t.test('any keys in any window leave a picture of the right size', (t) => {
  const names = ['enter', 'tab', 'escape', 'backspace', 'up', 'down', 'right', 'left', 'C-r', 'C-t', 'f4', 'pageup', 'pagedown', 'S-right', 'M-up', 'C-w', 'C-y', 'M-enter', 'C-c'];
  fc.assert(fc.property(
    fc.array(fc.oneof(fc.constantFrom(...names), fc.constantFrom('k', 'kubectl ', '한글', 'wide', 'tutor', 'fill 30', ' ', '\u1161')), { maxLength: 40 }),
    fc.integer({ min: 1, max: 130 }), fc.integer({ min: 1, max: 45 }),
    (keys, columns, rows) => {
      const { room: made, keys: press } = room({ columns, rows });
      press(...keys);
      made.window = { columns: rows * 3, rows: Math.max(1, Math.floor(columns / 3)) };
      const { grid, caret } = paintRoom(made);
      return grid.toLines().length === made.window.rows && (caret === undefined || (caret.x < grid.columns && caret.y < grid.rows));
    },
  ), { numRuns: 150 });
  t.end();
});

t.test('the words of the screen are spoken like the tutor\'s', t => {
  const [ko, en] = [wordsOf('ko'), wordsOf('en')].map(textsIn) as [readonly string[], readonly string[]];
  t.equal(ko.length, en.length);
  ko.forEach((text, i) => t.same(lintText({ ko: text, en: en[i] ?? '' }), [], text));
  t.end();
});

/** Every text of a catalogue; those that are made of something are made of numbers. */
function textsIn(words: unknown): readonly string[] {
  if (typeof words === 'string') return [words];
  if (typeof words === 'function') return [String((words as (...of: number[]) => unknown)(1, 1))];
  return Object.values(words as object).flatMap(textsIn);
}
