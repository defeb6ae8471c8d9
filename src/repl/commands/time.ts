import { micros, type Result, type Micros } from '../../base/data.ts';
import { formatClock, formatDuration, parseDuration } from '../../base/duration.ts';
import { josa } from '../../lessons/josa.ts';
import { secondsText } from '../../lessons/template.ts';
import { defineSessionCommand, errorOf, say, type SessionControls, type SessionOperands, wordOf } from '../controls.ts';

/** `until` gives up after this much virtual time unless `within` says otherwise. */
const UNTIL_MICROS = micros(600_000_000);
/** Steps of one line; more would freeze the screen. */
const STEPS_MAX = 100_000;

/** Units as Korean writes them. */
const UNITS: Readonly<Record<string, string>> = { 밀리초: 'ms', 초: 's', 분: 'm', 시간: 'h', 일: 'd' };
const inLatin = (text: string): string => text.replace(/밀리초|초|분|시간|일/g, (unit) => UNITS[unit] ?? unit);
/** A duration as a sentence has it: `6m`, `6분`. */
const spoken = (session: SessionControls, value: Micros): string => (session.lang === 'ko' && value >= 1_000_000 ? secondsText(value / 1_000_000).ko : formatDuration(value));

function durationOf(operands: SessionOperands, role: string, session: SessionControls): Result<Micros, string> {
  const text = wordOf(operands, role);
  const parsed = parseDuration(inLatin(text));
  if (parsed.ok) return parsed;
  return { ok: false, error: say(session, `"${text}" 시간을 읽지 못했어요. 500ms, 30s, 5m, 1h30m이나 30초, 5분처럼 적어 주세요.`, parsed.error) };
}

function countOf(operands: SessionOperands, session: SessionControls): Result<number, string> {
  const count = Number(wordOf(operands, 'count') || '1');
  if (Number.isInteger(count) && count >= 1 && count <= STEPS_MAX) return { ok: true, value: count };
  return { ok: false, error: say(session, `1부터 ${STEPS_MAX}까지의 수를 적어 주세요.`, `give a number from 1 to ${STEPS_MAX}`) };
}

export const advance = defineSessionCommand({
  path: ['advance'], usage: 'advance DURATION', examples: ['advance 30s', 'advance 1h30m'],
  summary: { ko: '가상 시간을 보내요', en: 'lets virtual time pass' },
  run(operands, session) {
    const duration = durationOf(operands, 'duration', session);
    if (!duration.ok) return duration.error;
    const { value } = duration;
    session.travel({
      end: micros(session.now + value),
      over: () => {
        session.print(say(session, `${josa(spoken(session, value), '이')} 지났어요. 지금 시각은 ${josa(formatClock(session.now), '이에요')}.`, `${formatDuration(value)} passed; it is ${formatClock(session.now)}.`), 'note');
        return undefined;
      },
    }, `advance ${formatDuration(value)}`);
    return undefined;
  },
});

export const step = defineSessionCommand({
  path: ['step'], usage: 'step [COUNT]', examples: ['step', 'step 3'],
  summary: { ko: '일어날 일을 하나씩 일으켜요', en: 'lets one event happen' },
  run(operands, session) {
    const count = countOf(operands, session);
    if (!count.ok) return count.error;
    session.print(session.step(count.value).join('\n'), 'note');
    return undefined;
  },
});

export const until = defineSessionCommand({
  path: ['until'], usage: 'until CONDITION [within DURATION]', examples: ['until nodes().size() > 0 within 10s'],
  summary: { ko: '조건이 맞을 때까지 시간을 보내요', en: 'lets time pass until a condition holds' },
  run(operands, session) {
    const within = operands['within'] === undefined ? { ok: true as const, value: UNTIL_MICROS } : durationOf(operands, 'within', session);
    if (!within.ok) return within.error;
    const text = wordOf(operands, 'condition');
    const holds = session.condition(text);
    if (!holds.ok) return holds.error;
    session.travel({
      end: micros(session.now + within.value), holds: holds.value,
      over: (held) => {
        if (!held) return say(session, `${spoken(session, within.value)} 안에 조건이 맞지 않았어요.`, `the condition did not hold within ${formatDuration(within.value)}`);
        session.print(say(session, `조건이 맞았어요. 지금 시각은 ${josa(formatClock(session.now), '이에요')}.`, `The condition holds; it is ${formatClock(session.now)}.`), 'note');
        return undefined;
      },
    }, `until ${text}`);
    return undefined;
  },
});

export const pause = defineSessionCommand({
  path: ['pause'], usage: 'pause', examples: ['pause'],
  summary: { ko: '시간을 멈춰요', en: 'stops time' },
  run(_operands, session) {
    session.setPaused(true);
    session.print(say(session, '시간을 멈췄어요. `resume`이라고 치면 다시 흘러요.', 'Time stands still. `resume` lets it run again.'), 'note');
    return undefined;
  },
});

export const resume = defineSessionCommand({
  path: ['resume'], usage: 'resume', examples: ['resume'],
  summary: { ko: '멈춘 시간을 다시 흘려보내요', en: 'lets time run again' },
  run(_operands, session) {
    session.setPaused(false);
    session.print(say(session, '시간이 다시 흘러요.', 'Time runs again.'), 'note');
    return undefined;
  },
});

export const speed = defineSessionCommand({
  path: ['speed'], usage: 'speed FACTOR', examples: ['speed 10x', 'speed 1x'],
  summary: { ko: '시간이 흐르는 빠르기를 정해요', en: 'sets how fast time runs' },
  run(operands, session) {
    const text = wordOf(operands, 'factor');
    const factor = /^\d+(\.\d+)?[x×]?$/.test(text) ? Number.parseFloat(text) : Number.NaN;
    if (!(factor >= 0.01 && factor <= 1000)) return say(session, '0.01x부터 1000x까지 쓸 수 있어요. 예: speed 10x', 'give a factor from 0.01x to 1000x, for example: speed 10x');
    session.setSpeed(factor);
    session.print(say(session, `이제 시간이 ${factor}배로 흘러요.`, `Time now runs ${factor} times as fast.`), 'note');
    return undefined;
  },
});

function movedLines(session: SessionControls, lines: readonly string[], texts: { readonly none: string; readonly some: string }): string | undefined {
  if (lines.length === 0) return texts.none;
  session.print([texts.some, ...lines.map((line) => `  ${line}`)].join('\n'), 'note');
  return undefined;
}

export const undo = defineSessionCommand({
  path: ['undo'], usage: 'undo [COUNT]', examples: [],
  summary: { ko: '마지막으로 바꾼 것을 되돌려요', en: 'takes back the last change' },
  run(operands, session) {
    const count = countOf(operands, session);
    if (!count.ok) return count.error;
    return movedLines(session, session.undo(count.value), { none: say(session, '되돌릴 것이 없어요.', 'there is nothing to undo'), some: say(session, '되돌렸어요:', 'Took back:') });
  },
});

export const redo = defineSessionCommand({
  path: ['redo'], usage: 'redo [COUNT]', examples: [],
  summary: { ko: '되돌린 것을 다시 해요', en: 'does again what was taken back' },
  run(operands, session) {
    const count = countOf(operands, session);
    if (!count.ok) return count.error;
    return movedLines(session, session.redo(count.value), { none: say(session, '다시 할 것이 없어요.', 'there is nothing to redo'), some: say(session, '다시 했어요:', 'Did again:') });
  },
});

export const back = defineSessionCommand({
  path: ['back'], usage: 'back DURATION', examples: [],
  summary: { ko: '그만큼 앞선 때로 가요', en: 'goes back in time' },
  run(operands, session) {
    const duration = durationOf(operands, 'duration', session);
    if (!duration.ok) return duration.error;
    return goTo(session, micros(Math.max(0, session.now - duration.value)), `back ${wordOf(operands, 'duration')}`);
  },
});

export const goto = defineSessionCommand({
  path: ['goto'], usage: 'goto HH:MM:SS', examples: [],
  summary: { ko: '그 시각으로 가요', en: 'goes to a moment' },
  run(operands, session) {
    const text = wordOf(operands, 'clock');
    const parts = /^(?:(?:(\d+):)?(\d+):)?(\d+(?:\.\d+)?)$/.exec(text);
    if (parts === null) return say(session, '시각은 00:03:10처럼 적어 주세요.', 'write the time like 00:03:10');
    const total = Number(parts[1] ?? 0) * 3600 + Number(parts[2] ?? 0) * 60 + Number(parts[3] ?? 0);
    return goTo(session, micros(Math.round(total * 1_000_000)));
  },
});

function goTo(session: SessionControls, at: Micros, label = `goto ${formatClock(at)}`): string | undefined {
  const arrived = (): undefined => {
    session.print(say(session, `지금 시각은 ${josa(formatClock(session.now), '이에요')}.`, `It is ${formatClock(session.now)} now.`), 'note');
    return undefined;
  };
  if (at > session.now) {
    session.travel({ end: at, over: arrived }, label);
    return undefined;
  }
  const done = session.goTo(at, label);
  return done.ok ? arrived() : errorOf(done);
}
