import t from 'tap';
import { choiceOf, formsOf } from '../../src/lessons/spoken.ts';
import type { Micros } from '../../src/base/data.ts';
import { createCel } from '../../src/cluster/cel/evaluate.ts';
import { checkLesson, type LessonHarness } from '../../src/lessons/check-lesson.ts';
import { findEntry, learned, missingNeeds, newLearner, nextEntry } from '../../src/lessons/curriculum.ts';
import * as engine from '../../src/lessons/engine.ts';
import { lintText } from '../../src/lessons/lint.ts';
import { newLessonText } from '../../src/lessons/new-lesson.ts';
import { type Lesson, lessonTexts, readLesson } from '../../src/lessons/schema.ts';
import { openLibrary } from '../../src/repl/lesson-library.ts';
import { readYaml } from '../../src/repl/read-document.ts';
import { type FakeWorld, newFakeWorld, pod, typed, viewOf } from './fake-view.ts';

const cel = createCel();

const MINI = `
id: mini
title: { ko: 작은 레슨, en: A small lesson }
aim: { ko: 파드를 띄워요., en: Start a pod. }
seed: 4
facts:
  - { say: { ko: 파드는 떠요., en: Pods start. }, source: test }
steps:
  - id: hello
    say: { ko: 어서 오세요., en: Welcome. }
  - id: run
    do: { ko: 파드 web을 띄워 보세요., en: Start a pod web. }
    check:
      - that: pod("default", "web") != null
        pending: { ko: 아직 파드가 없어요., en: There is no pod yet. }
      - that: pod("default", "web").status.phase == "Running"
        pending: { ko: 지금은 파드가 Running이 아니에요., en: Right now the pod is not Running. }
    hints:
      - { ko: 동사는 run이에요., en: The verb is run. }
    solution: kubectl run web
    wrong: [{ lines: kubectl run other, fails: 1 }]
    done: { ko: 떴어요., en: It runs. }
  - id: where
    ask: { ko: 어느 노드인가요?, en: On which node? }
    accept: pod("default", "web").spec.nodeName == answer
    because: { ko: 거기 있어요., en: There it is. }
    otherwise: { ko: 노드 이름을 보세요., en: Look at the name of the node. }
    solution: worker-1
    wrong: [cp-1]
  - id: starter
    quiz: { ko: 누가 띄우나요?, en: Who starts it? }
    choices:
      - { right: { ko: kubelet이 띄워요, en: The kubelet }, because: { ko: 그래요., en: Yes. } }
      - { wrong: { ko: 스케줄러가 띄워요, en: The scheduler }, reveals: M05, because: { ko: 배정만 해요., en: It only binds. } }
      - { wrong: { ko: API 서버가 띄워요, en: The API server }, reveals: M01, because: { ko: 저장만 해요., en: It only stores. } }
  - id: order
    order: { ko: 차례대로 놓아 보세요., en: Put in order. }
    cards:
      - { ko: 만들어요, en: create }
      - { ko: 묶어요, en: bind }
      - { ko: 띄워요, en: start }
    because: { ko: 차례예요., en: In order. }
`;

function lessonOf(text: string): Lesson {
  const document = readYaml('mini.yaml', text);
  if (!document.ok) throw new Error(document.problems.join('\n'));
  const { lesson, problems } = readLesson(document.source, cel);
  if (lesson === undefined) throw new Error(problems.join('\n'));
  return lesson;
}

const kinds = (move: engine.Move): string => move.messages.map(({ kind }) => kind).join(' ');
const en = (messages: readonly engine.Message[]): string => messages.map(({ text }) => text.en).join('\n');

t.test('a lesson runs from its greeting to its recap', t => {
  const lesson = lessonOf(MINI);
  const world = newFakeWorld();
  const view = viewOf(world);
  let move = engine.start(lesson, view, { seed: 4 });
  t.equal(kinds(move), 'title say task', 'telling steps flow into the first that asks');
  t.same(engine.observe(lesson, move.state, view), { state: move.state, messages: [] });

  move = engine.check(lesson, move.state, view);
  t.equal(en(move.messages), 'Not yet. There is no pod yet.', 'the first clause only');
  move = engine.hint(lesson, move.state);
  t.equal(en(move.messages), 'Hint 1: The verb is run.');
  t.match(en(engine.hint(lesson, move.state).messages), /No more hints/);
  t.equal(kinds(engine.solution(lesson, move.state)), 'note command');
  t.match(en(engine.answer(lesson, move.state, view, '1').messages), /no question open/);

  world.objects.push(pod('web', { phase: 'Pending', node: 'worker-1' }));
  t.equal(engine.observe(lesson, move.state, view).state, move.state);
  world.objects[0] = pod('web', { phase: 'Running', node: 'worker-1' });
  move = engine.observe(lesson, move.state, view);
  t.equal(kinds(move), 'praise question note');
  t.match(en(move.messages), /^Right. It runs./);

  t.match(en(engine.answer(lesson, move.state, view, 'cp-1').messages), /Let's look again. Look at the name/);
  move = engine.answer(lesson, move.state, view, ' worker-1 ');
  t.equal(kinds(move), 'praise question choice choice choice note');
  t.end();
});

function atQuiz(world: FakeWorld): { lesson: Lesson; state: engine.LessonState } {
  const lesson = lessonOf(MINI);
  world.objects.push(pod('web', { node: 'worker-1' }));
  const view = viewOf(world);
  let { state } = engine.start(lesson, view, { seed: 4 });
  ({ state } = engine.observe(lesson, state, view));
  ({ state } = engine.answer(lesson, state, view, 'worker-1'));
  return { lesson, state };
}

t.test('a line that solves a part of a step is told what comes next, once', t => {
  const lesson = lessonOf(MINI);
  const world = newFakeWorld();
  const view = viewOf(world);
  let move = engine.start(lesson, view, { seed: 4 });
  t.equal(kinds(engine.lineEnded(lesson, move.state, view)), '', 'nothing was solved');
  world.objects.push(pod('web', { phase: 'Pending', node: 'worker-1' }));
  t.equal(kinds(engine.observe(lesson, move.state, view)), '', 'time that passes is not commented on');
  move = engine.lineEnded(lesson, move.state, view);
  t.equal(en(move.messages), 'Right now the pod is not Running.');
  t.equal(kinds(engine.lineEnded(lesson, move.state, view)), '', 'said once');
  world.objects[0] = pod('web', { phase: 'Running', node: 'worker-1' });
  move = engine.lineEnded(lesson, move.state, view);
  t.equal(kinds(move), 'praise question note');
  t.equal(move.state.reached, 0, 'the next step begins at its first clause');
  const checked = engine.check(lesson, { ...engine.start(lesson, view, { seed: 4 }).state }, viewOf(newFakeWorld()));
  t.equal(checked.state.reached, 0);
  t.end();
});

t.test('a wrong choice is refuted and counted, and the second hit offers an experiment', t => {
  const world = newFakeWorld();
  const view = viewOf(world);
  const { lesson, state } = atQuiz(world);
  const step = engine.openStep(lesson, state);
  if (step?.kind !== 'quiz') throw new Error('expected the quiz');
  const choices = engine.shuffledChoices(state, step);
  const wrong = String(choices.findIndex(({ reveals }) => reveals === 'M05') + 1);
  const once = engine.answer(lesson, state, view, wrong);
  t.same(once.state.beliefs, { M05: 1 });
  t.equal(kinds(once), 'refutation');
  const twice = engine.answer(lesson, once.state, view, wrong);
  t.match(kinds(twice), /^refutation note note command/);
  t.match(en(twice.messages), /That idea came up twice/);
  t.match(en(engine.answer(lesson, state, view, '9').messages), /from 1 to 3/);
  t.not(engine.shuffledChoices({ ...state, seed: 1 }, step).map(({ text }) => text.en).join() + engine.shuffledChoices({ ...state, seed: 2 }, step).map(({ text }) => text.en).join()
    + engine.shuffledChoices({ ...state, seed: 3 }, step).map(({ text }) => text.en).join(), Array(3).fill(step.choices.map(({ text }) => text.en).join()).join(''), 'the seed shuffles');
  const [line = ''] = engine.solutionLines(state, step);
  const right = engine.answer(lesson, twice.state, view, line.replace('answer ', ''));
  t.equal(kinds(right), 'praise question choice choice choice note');
  t.end();
});

t.test('answers are understood as people say them', t => {
  for (const [said, meant] of [['worker-1 노드예요', 'worker-1'], ['It is on worker-1.', 'worker-1'], ['`cp-1`', 'cp-1'], ['CP-1이요', 'cp-1'], ['worker-1에서 돌아요', undefined]] as const) {
    t.equal(formsOf(said).includes(meant ?? 'worker-1'), meant !== undefined, said);
  }
  const choices = [{ ko: '모든 노드에서 호스트 서비스로', en: 'As a host service on every node' }, { ko: '워커 노드에서만', en: 'Only on workers' }];
  for (const [said, at] of [['2', 1], ['2번', 1], ['(2)', 1], ['두 번째요', 1], ['첫번째', 0], ['the second one', 1], ['b', 1], ['호스트 서비스', 0], ['only on workers', 1], ['노드에서', -1], ['3', -1], ['0', -1], ['', -1]] as const) {
    t.equal(choiceOf(said, choices), at, said);
  }
  t.end();
});

t.test('cards are checked from the front, and the lesson ends with its facts', t => {
  const world = newFakeWorld();
  const view = viewOf(world);
  const { lesson, state: quiz } = atQuiz(world);
  const asked = engine.answer(lesson, quiz, view, 'The kubelet');
  const step = engine.openStep(lesson, asked.state);
  if (step?.kind !== 'order') throw new Error('expected the cards');
  const right = (engine.solutionLines(asked.state, step)[0] ?? '').replace('answer ', '').split(' ');
  t.not(right.join(' '), '1 2 3', 'the cards are never shown in order');
  t.match(en(engine.answer(lesson, asked.state, view, '1 2').messages), /each number from 1 to 3 once/);
  t.match(en(engine.answer(lesson, asked.state, view, [right[0], right[2], right[1]].join(' ')).messages), /The first 1 are in place/);
  t.match(en(engine.answer(lesson, asked.state, view, [right[1], right[0], right[2]].join(',')).messages), /first card/);
  const done = engine.answer(lesson, asked.state, view, right.join(' '));
  t.equal(kinds(done), 'praise note say praise');
  t.match(en(done.messages), /“A small lesson” is done: 4 of 4/);
  t.same(engine.progress(lesson, done.state), { title: lesson.title, step: 4, steps: 4, solved: 4, finished: true });
  t.same(learned(newLearner, lesson, done.state).finished, ['mini']);
  t.match(en(engine.next(lesson, done.state, view).messages), /over/);
  t.end();
});

t.test('next skips an open step only when said twice', t => {
  const lesson = lessonOf(MINI);
  const view = viewOf(newFakeWorld());
  const begun = engine.start(lesson, view, { seed: 1 });
  const asked = engine.next(lesson, begun.state, view);
  t.match(en(asked.messages), /Not finished yet. There is no pod yet. Say `next` once more/);
  const skipped = engine.next(lesson, asked.state, view);
  t.match(en(skipped.messages), /^Skipped/);
  t.same(skipped.state.results, { run: 'skipped' });
  t.same(JSON.parse(JSON.stringify(skipped.state)), skipped.state, 'the state is plain data');
  t.equal(engine.reset(lesson, skipped.state, view).state.step, 1);
  t.end();
});

t.test('a lesson file with mistakes is refused with places', t => {
  const cases: readonly [name: string, change: (text: string) => string, want: RegExp][] = [
    ['unknown field', text => text.replace('    hints:', '    hint:'), /^mini.yaml:18:5: "hint" is not known here; did you mean "hints"\?/],
    ['missing language', text => text.replace('{ ko: 떴어요., en: It runs. }', '{ ko: 떴어요. }'), /^mini.yaml:22:5: "en" is missing; expected a text \(at steps\[1\]\.done\)/],
    ['bad expression', text => text.replace('!= null', '!!= null'), /^mini.yaml:14:9: .*\(at steps\[1\]\.check\[0\]\.that, character 23 of the text\)/],
    ['no condition', text => text.replace('pod("default", "web") != null', 'pods("default").size()'), /gives int/],
    ['unknown misconception', text => text.replace('M05', 'M99'), /^mini.yaml:\d+:\d+: no misconception has the code "M99"/],
    ['two right choices', text => text.replace('- { wrong: { ko: 스케줄러가 띄워요, en: The scheduler }, reveals: M05,', '- { right: { ko: 스케줄러가 띄워요, en: The scheduler },'), /exactly one right choice/],
    ['wrong clause', text => text.replace('fails: 1', 'fails: 3'), /names clause 3; expected 1 to 2/],
    ['same id', text => text.replace('id: where', 'id: run'), /two steps have the id "run"/],
    ['no step kind', text => text.replace('    say: { ko: 어서', '    tell: { ko: 어서'), /expected one of the fields do, quiz, ask, order, say/],
    ['not a list', text => text.replace(/steps:[\s\S]*/, 'steps: 3\n'), /^mini.yaml:8:1: expected a list of at least 1/],
    ['no YAML', text => text.replace('id: mini', 'id: [mini'), /^mini.yaml:\d+:\d+: /],
  ];
  for (const [name, change, want] of cases) {
    const document = readYaml('mini.yaml', change(MINI));
    const problems = document.ok ? readLesson(document.source, cel).problems : document.problems;
    t.match(problems[0], want, name);
  }
  t.end();
});

/** A harness whose cluster only knows `kubectl run`. */
function fakeHarness(phaseAfter = 'Running'): LessonHarness {
  let world = newFakeWorld();
  return {
    open: () => { world = newFakeWorld(); },
    run: line => {
      const name = /^kubectl run (\S+)/.exec(line)?.[1];
      if (name !== undefined) world.objects.push(pod(name, { phase: phaseAfter, node: 'worker-1' }));
      world.lines.push(typed(line));
      return { exit: 0, stdout: '', stderr: '' };
    },
    advance: (micros: Micros) => { world.now += micros; },
    view: () => viewOf(world),
  };
}

t.test('checking a lesson proves it on a cluster', t => {
  t.same(checkLesson(lessonOf(MINI), fakeHarness()), []);
  const complaints = (text: string, harness = fakeHarness()): string => checkLesson(lessonOf(text), harness).map(({ step, message }) => `${step}: ${message}`).join('\n');
  t.match(complaints(MINI, fakeHarness('Pending')), /run: not solved by its solution: clause 2 does not hold/);
  t.match(complaints(MINI.replace('kubectl run other, fails: 1', 'kubectl run web, fails: 1')), /wrong attempt 1: expected clause 1 to fail first, but it solves the step/);
  t.match(complaints(MINI.replace('pod("default", "web") != null', '"true"').replace('pod("default", "web").status.phase == "Running"', '"true"')), /run: solved before anything was done/);
  t.match(complaints(MINI.replace('wrong: [cp-1]', 'wrong: [worker-1]')), /where: the wrong answer "worker-1" is accepted/);
  t.match(complaints(MINI.replace('떴어요.', '떴습니다.')), /run done: ko: .*stiff/);
  t.end();
});

t.test('the file for a new lesson passes as it is', t => {
  const lesson = lessonOf(newLessonText('c9-my-lesson'));
  t.equal(lesson.id, 'c9-my-lesson');
  for (const { where, text } of lessonTexts(lesson)) t.same(lintText(text), [], where);
  t.end();
});

t.test('the curriculum is complete and its lessons read well', t => {
  const { library, problems } = openLibrary('lessons', cel);
  t.same(problems, []);
  if (library === undefined) throw new Error('no library');
  const all = library.curriculum.tracks.flatMap(({ lessons }) => lessons);
  for (const { id, title } of all) {
    const reading = library.lesson(id);
    t.same(reading?.problems, [], id);
    if (reading?.lesson === undefined) continue;
    t.equal(reading.lesson.id, id);
    t.same(reading.lesson.title, title);
    for (const { where, text } of lessonTexts(reading.lesson)) t.same(lintText(text), [], `${id} ${where}`);
    const view = viewOf(newFakeWorld());
    const begun = engine.start(reading.lesson, view, { seed: 1 });
    t.equal(engine.observe(reading.lesson, begun.state, view).state, begun.state, `${id}: nothing is solved in an empty world`);
    for (const step of reading.lesson.steps) if (step.kind === 'do') t.ok(step.hints.length > 0 && step.wrong.length > 0, `${id} ${step.id} has hints and a wrong attempt`);
  }
  t.equal(findEntry(library.curriculum, 'a2')?.id, 'a2-one-pod');
  t.equal(findEntry(library.curriculum, 'first-look')?.id, 'a1-first-look');
  t.equal(findEntry(library.curriculum, '2')?.id, 'a2-one-pod');
  t.equal(nextEntry(library.curriculum, { ...newLearner, finished: ['a1-first-look'] })?.id, 'a2-one-pod');
  const second = library.lesson('a2')?.lesson;
  t.same(second === undefined ? [] : missingNeeds(second, newLearner), ['a1-first-look']);
  t.equal(library.lesson('nothing'), undefined);
  t.end();
});
