import { defineSessionCommand, say, wordOf, wordsOf } from '../controls.ts';

export const help = defineSessionCommand({
  path: ['help'], usage: 'help [COMMAND]', examples: ['help', 'help kubectl get'],
  summary: { ko: '무엇을 할 수 있는지 보여 줘요', en: 'shows what you can do' },
  run(operands, session) {
    const words = wordsOf(operands, 'words');
    const text = session.help(words);
    if (!text.ok) return text.error;
    if (wordOf(operands, 'mistake') !== '') return text.value;
    // What a program prints of itself is its output.
    session.print(text.value, words[0] === 'etcdctl' || words[0] === 'etcdutl' ? 'stdout' : 'note');
    return undefined;
  },
});

export const seed = defineSessionCommand({
  path: ['seed'], usage: 'seed', examples: ['seed'],
  summary: { ko: '이 세계의 시드를 보여 줘요', en: 'shows the seed of this world' },
  run(_operands, session) {
    session.print(String(session.seed), 'note');
    return undefined;
  },
});

export const save = defineSessionCommand({
  path: ['save'], usage: 'save [FILE]', examples: [],
  summary: { ko: '지금까지 한 일을 저장해요', en: 'saves what was done' },
  run(operands, session) {
    const done = session.save(wordOf(operands, 'path') || undefined);
    if (!done.ok) return done.error;
    session.print(say(session, `저장했어요: ${done.value}`, `Saved: ${done.value}`), 'note');
    return undefined;
  },
});

export const restore = defineSessionCommand({
  path: ['restore'], usage: 'restore FILE', examples: [],
  summary: { ko: '저장한 것을 불러와요', en: 'brings back what was saved' },
  run(operands, session) {
    const done = session.restore(wordOf(operands, 'path'));
    if (!done.ok) return done.error;
    session.print(say(session, '불러왔어요.', 'Restored.'), 'note');
    return undefined;
  },
});

export const status = defineSessionCommand({
  path: ['status'], usage: 'status', examples: ['status'],
  summary: { ko: '지금 어떤지 보여 줘요', en: 'shows how things stand' },
  run(_operands, session) {
    session.print(session.statusLines().join('\n'), 'note');
    return undefined;
  },
});

export const requests = defineSessionCommand({
  path: ['requests'], usage: 'requests', examples: ['requests'],
  summary: { ko: 'API 서버 안에 있는 요청이 어느 단계인지 보여 줘요', en: 'shows the requests in the API servers and the stage of each' },
  run(_operands, session) {
    session.print(session.requestLines().join('\n'), 'note');
    return undefined;
  },
});

export const fidelity = defineSessionCommand({
  path: ['fidelity'], usage: 'fidelity', examples: ['fidelity'],
  summary: { ko: '진짜 쿠버네티스와 어디가 다른지 보여 줘요', en: 'shows where this differs from the real thing' },
  run(_operands, session) {
    session.print(session.fidelityLines().join('\n'), 'note');
    return undefined;
  },
});

export const quit = defineSessionCommand({
  path: ['quit'], usage: 'quit', examples: [],
  summary: { ko: '나가요', en: 'leaves' },
  run(_operands, session) {
    session.quit();
    return undefined;
  },
});
