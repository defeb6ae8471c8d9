import { defineSessionCommand, say, type SessionControls, wordOf, wordsOf } from '../controls.ts';

/** Columns of a usage with its summary beside it; a longer one has the summary below, where it needs no narrow column. */
const USAGE_COLUMNS = 34;

const described = (usage: string, summary: string): readonly string[] =>
  (usage.length <= USAGE_COLUMNS ? [`  ${usage.padEnd(USAGE_COLUMNS)}  ${summary}`] : [`  ${usage}`, `  ${' '.repeat(USAGE_COLUMNS)}  ${summary}`]);

function listFaults(session: SessionControls): void {
  const active = session.activeFaults();
  const kinds = session.faultKinds();
  const lines = [
    active.length === 0 ? say(session, '지금은 아무 장애도 없어요.', 'No fault is active.') : say(session, '지금 일으킨 장애:', 'Active faults:'),
    ...active.map((fault) => `  ${fault}`),
    say(session, '일으킬 수 있는 장애:', 'Faults you can inject:'),
    ...kinds.flatMap((kind) => described(`fault ${kind.usage}`, kind.summary[session.lang])),
  ];
  session.print(lines.join('\n'), 'note');
}

export const fault = defineSessionCommand({
  path: ['fault'], usage: 'fault [KIND WORDS…]', examples: ['fault', 'fault crash worker-1'],
  summary: { ko: '장애를 일으켜요', en: 'injects a fault' },
  run(operands, session) {
    const kind = wordOf(operands, 'kind');
    if (kind === '') {
      listFaults(session);
      return undefined;
    }
    const done = session.inject(kind, wordsOf(operands, 'words'));
    if (!done.ok) return done.error;
    session.print(say(session, `장애를 일으켰어요: ${done.value}`, `Injected: ${done.value}`), 'note');
    return undefined;
  },
});

export const heal = defineSessionCommand({
  path: ['heal'], usage: 'heal [all | KIND WORDS…]', examples: ['heal all'],
  summary: { ko: '장애를 고쳐요', en: 'ends a fault' },
  run(operands, session) {
    const kind = wordOf(operands, 'kind');
    const done = session.heal(kind === '' ? undefined : kind, wordsOf(operands, 'words'));
    if (!done.ok) return done.error;
    const healed = done.value.length === 0 ? say(session, '고칠 장애가 없어요.', 'There is no fault to heal.') : say(session, `고쳤어요: ${done.value.join(', ')}`, `Healed: ${done.value.join(', ')}`);
    session.print(healed, 'note');
    return undefined;
  },
});
