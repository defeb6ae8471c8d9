import type { Result } from '../../base/data.ts';
import { defineSessionCommand, errorOf, say, show, type SessionCommand, type SessionControls, wordOf } from '../controls.ts';

interface LessonAct { readonly name: string; readonly ko: string; readonly en: string; run(session: SessionControls): Result<null, string> }

function lessonCommand(act: LessonAct): SessionCommand {
  return defineSessionCommand({
    path: [act.name], usage: act.name, examples: [], summary: { ko: act.ko, en: act.en },
    run: (_operands, session) => errorOf(act.run(session)),
  });
}

export const lessons = defineSessionCommand({
  path: ['lessons'], usage: 'lessons', examples: ['lessons'],
  summary: { ko: '수업 목록을 보여 줘요', en: 'lists the lessons' },
  run(_operands, session) {
    const all = session.lessons();
    const width = Math.max(0, ...all.map((lesson) => lesson.id.length));
    const shown = all.map((lesson) => `${lesson.done ? '✓' : lesson.current ? '▸' : ' '} ${lesson.id.padEnd(width)}  ${lesson.title}`);
    const wanted = all.find((lesson) => lesson.current && !lesson.done) ?? all.find((lesson) => !lesson.done) ?? all[0];
    const how = wanted === undefined ? [] : [say(session, `\`learn ${wanted.id}\`처럼 시작해요.`, `Begin one, for example with \`learn ${wanted.id}\`.`)];
    session.print([say(session, '수업 목록이에요.', 'The lessons:'), ...shown, ...how].join('\n'), 'tutor');
    return undefined;
  },
});

export const learn = defineSessionCommand({
  path: ['learn'], usage: 'learn [LESSON]', examples: [],
  summary: { ko: '수업을 시작해요', en: 'begins a lesson' },
  run: (operands, session) => errorOf(session.learn(wordOf(operands, 'lesson') || undefined)),
});

export const next = lessonCommand({ name: 'next', ko: '다음으로 넘어가요', en: 'goes on', run: (session) => session.lessonNext() });
export const hint = lessonCommand({ name: 'hint', ko: '힌트를 들어요', en: 'gives a hint', run: (session) => session.lessonHint() });
export const solution = lessonCommand({ name: 'solution', ko: '풀이를 봐요', en: 'shows the solution', run: (session) => session.lessonSolution() });
export const check = lessonCommand({ name: 'check', ko: '맞게 했는지 봐요', en: 'checks your work', run: (session) => session.lessonCheck() });
export const reset = lessonCommand({ name: 'reset', ko: '수업을 처음부터 다시 해요', en: 'begins the lesson again', run: (session) => session.lessonReset() });

export const answer = defineSessionCommand({
  path: ['answer'], usage: 'answer NUMBER|WORDS', examples: [],
  summary: { ko: '질문에 답해요. 답만 적어도 돼요', en: 'answers the question; the answer alone will do' },
  run: (operands, session) => errorOf(session.lessonAnswer(wordOf(operands, 'choice'))),
});

export const explain = defineSessionCommand({
  path: ['explain'], usage: 'explain TOPIC', examples: ['explain etcd'],
  summary: { ko: '낱말이나 부품을 설명해요', en: 'explains a word or a part' },
  run(operands, session) {
    const topic = wordOf(operands, 'topic');
    if (topic !== '') return show(session, session.explain(topic));
    session.print([say(session, '설명할 수 있는 것:', 'I can explain:'), session.topics().join(', ')].join('\n'), 'tutor');
    return undefined;
  },
});

export const why = defineSessionCommand({
  path: ['why'], usage: 'why TYPE/NAME', examples: [],
  summary: { ko: '왜 그런지 거슬러 올라가 봐요', en: 'walks the causes back' },
  run: (operands, session) => show(session, session.why(wordOf(operands, 'target'), wordOf(operands, 'state') || undefined)),
});

/** What the verbs of "who did this" mean. */
const ACTS: Readonly<Record<string, string>> = {
  created: 'created', deleted: 'deleted', killed: 'killed', changed: 'changed',
  만들었어: 'created', 지웠어: 'deleted', 죽였어: 'killed', 바꿨어: 'changed',
};

export const who = defineSessionCommand({
  path: ['who'], usage: 'who created|deleted|killed|changed TYPE/NAME', examples: [],
  summary: { ko: '누가 그랬는지 찾아요', en: 'finds who did it' },
  run: (operands, session) => show(session, session.who(ACTS[wordOf(operands, 'act')] ?? 'changed', wordOf(operands, 'target'))),
});

export const trace = defineSessionCommand({
  path: ['trace'], usage: 'trace [last | TYPE/NAME]', examples: ['trace last'],
  summary: { ko: '한 일이 어디를 거쳐 갔는지 보여 줘요', en: 'shows the way of what happened' },
  run(operands, session) {
    const target = wordOf(operands, 'target');
    return show(session, session.trace(target === '' || target === 'last' ? undefined : target));
  },
});

export const lang = defineSessionCommand({
  path: ['lang'], usage: 'lang ko|en', examples: ['lang en', 'lang ko'],
  summary: { ko: '언어를 바꿔요', en: 'changes the language' },
  run(operands, session) {
    const wanted = wordOf(operands, 'lang') === 'ko' ? 'ko' : 'en';
    session.setLang(wanted);
    session.print(wanted === 'ko' ? '이제 한국어로 말할게요.' : 'I will speak English now.', 'tutor');
    session.repeatStep();
    return undefined;
  },
});

export const level = defineSessionCommand({
  path: ['level'], usage: 'level quiet|normal|chatty', examples: ['level normal'],
  summary: { ko: '설명을 얼마나 자주 할지 정해요', en: 'sets how much I explain' },
  run(operands, session) {
    const wanted = wordOf(operands, 'level');
    session.setLevel(wanted === 'quiet' || wanted === 'chatty' ? wanted : 'normal');
    session.print(say(session, { quiet: '이제 꼭 필요한 말만 할게요.', normal: '이제 보통으로 설명할게요.', chatty: '이제 자주 설명할게요.' }[wanted === 'quiet' || wanted === 'chatty' ? wanted : 'normal'], `I will be ${wanted}.`), 'tutor');
    return undefined;
  },
});
