import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import t from 'tap';
import { parseCron } from '../../src/api/cron.ts';
import { nextTime } from '../../src/api/cron-next.ts';
import { formatTime, parseTime } from '../../src/api/time.ts';
import { offsetAt } from '../../src/api/time-zones.ts';
import { mostRecent, zonedTime } from '../../src/controllers/cronjob/schedule.ts';
import { runScenario } from './workload-scenario.ts';

/** `node dist/test/controllers/workloads.test.js --rewrite` writes the outputs anew; read the difference before keeping it. */
const REWRITE = process.argv.includes('--rewrite');
const FOLDER = 'test/controllers/testdata';
const scenarios = readdirSync(FOLDER).filter(name => name.endsWith('.txt')).sort();

for (const file of scenarios) {
  t.test(`scenario ${file.replace('.txt', '')}`, async t => {
    const path = join(FOLDER, file);
    const text = readFileSync(path, 'utf8');
    const found = runScenario(text);
    if (REWRITE) writeFileSync(path, found);
    t.equal(found, REWRITE ? found : text);
  });
}

const at = (text: string): never => parseTime(text) as never;

t.test('schedules are due when cron says so', t => {
  const cases: readonly (readonly [schedule: string, after: string, next: string | undefined, zone?: string])[] = [
    ['* * * * *', '2026-01-01T00:00:00Z', '2026-01-01T00:01:00Z'], ['*/15 * * * *', '2026-01-01T00:50:10Z', '2026-01-01T01:00:00Z'], ['0-59/20 * * * *', '2026-01-01T00:40:00Z', '2026-01-01T01:00:00Z'],
    ['5/20 * * * *', '2026-01-01T00:00:00Z', '2026-01-01T00:05:00Z'], ['30 8 * * mon-fri', '2026-01-02T09:00:00Z', '2026-01-05T08:30:00Z'], ['0 0 1,15 * 3', '2026-01-02T00:00:00Z', '2026-01-07T00:00:00Z'],
    ['0 0 13 * 5', '2026-01-01T00:00:00Z', '2026-01-02T00:00:00Z'], ['0 0 13 * *', '2026-01-01T00:00:00Z', '2026-01-13T00:00:00Z'], ['0 0 29 2 *', '2026-01-01T00:00:00Z', '2028-02-29T00:00:00Z'],
    ['0 0 31 2 *', '2026-01-01T00:00:00Z', undefined], ['59 23 31 12 *', '2026-12-31T23:59:00Z', '2027-12-31T23:59:00Z'], ['@hourly', '2026-01-01T00:00:01Z', '2026-01-01T01:00:00Z'],
    ['@daily', '2026-01-31T10:00:00Z', '2026-02-01T00:00:00Z'], ['@weekly', '2026-01-01T00:00:00Z', '2026-01-04T00:00:00Z'], ['@monthly', '2026-12-05T00:00:00Z', '2027-01-01T00:00:00Z'],
    ['@yearly', '2026-01-01T00:00:00Z', '2027-01-01T00:00:00Z'], ['@every 1h30m', '2026-01-01T00:00:10Z', '2026-01-01T01:30:10Z'], ['0 12 * JAN ?', '2026-02-01T00:00:00Z', '2027-01-01T12:00:00Z'],
    ['0 0 * * *', '2026-01-01T00:00:00Z', '2026-01-01T15:00:00Z', 'Asia/Tokyo'], ['0 0 * * *', '2026-01-01T00:00:00Z', '2026-01-01T15:00:00Z', 'Asia/Seoul'], ['TZ=Asia/Kolkata 30 5 * * *', '2026-01-01T00:00:00Z', '2026-01-02T00:00:00Z'],
    // Spring in New York: 2026-03-08 has no half past two; the next day has.
    ['30 2 * * *', '2026-03-07T08:00:00Z', '2026-03-09T06:30:00Z', 'America/New_York'], ['0 * * * *', '2026-03-08T06:30:00Z', '2026-03-08T07:00:00Z', 'America/New_York'],
    // Autumn: 2026-11-01 has half past one twice.
    ['30 1 * * *', '2026-11-01T05:00:00Z', '2026-11-01T05:30:00Z', 'America/New_York'], ['30 1 * * *', '2026-11-01T05:30:00Z', '2026-11-01T06:30:00Z', 'America/New_York'],
    ['0 9 * * *', '2026-06-30T00:00:00Z', '2026-06-30T07:00:00Z', 'Europe/Berlin'], ['0 9 * * *', '2026-12-30T00:00:00Z', '2026-12-30T08:00:00Z', 'Europe/Berlin'],
    // Clocks in Cairo change at midnight: the day begins at one.
    ['0 0 * * *', '2026-04-23T12:00:00Z', '2026-04-24T21:00:00Z', 'Africa/Cairo'],
  ];
  for (const [text, after, next, zone] of cases) {
    const parsed = parseCron(text);
    const found = parsed.ok ? nextTime(parsed.value, at(after), zone) : undefined;
    t.equal(found === undefined ? undefined : formatTime(found), next, `${text} after ${after} ${zone ?? ''}`);
  }
  t.end();
});

t.test('clocks of the world', t => {
  const cases: readonly (readonly [zone: string, at: string, hours: number])[] = [
    ['UTC', '2026-07-01T00:00:00Z', 0], ['Asia/Seoul', '2026-07-01T00:00:00Z', 9], ['Asia/Kathmandu', '2026-07-01T00:00:00Z', 5.75], ['America/New_York', '2026-03-08T06:59:59Z', -5], ['America/New_York', '2026-03-08T07:00:00Z', -4],
    ['Europe/London', '2026-03-29T00:59:59Z', 0], ['Europe/London', '2026-03-29T01:00:00Z', 1], ['Europe/Dublin', '2026-07-01T00:00:00Z', 1], ['Europe/Dublin', '2026-12-01T00:00:00Z', 0], ['Australia/Sydney', '2026-01-01T00:00:00Z', 11],
    ['Australia/Lord_Howe', '2026-07-01T00:00:00Z', 10.5], ['America/Santiago', '2026-01-01T00:00:00Z', -3], ['America/Nuuk', '2026-07-01T00:00:00Z', -1], ['Pacific/Chatham', '2026-07-01T00:00:00Z', 12.75], ['GMT', '2026-01-01T00:00:00Z', 0],
  ];
  for (const [zone, when, hours] of cases) t.equal(offsetAt(zone, Date.parse(when) / 1000) / 3600, hours, `${zone} at ${when}`);
  t.equal(zonedTime(at('2026-01-01T15:00:00Z'), 'Asia/Tokyo'), '2026-01-02T00:00:00+09:00');
  t.equal(zonedTime(at('2026-01-01T15:00:00Z'), undefined), '2026-01-01T15:00:00Z');
  for (let month = 1; month <= 12; month++) {
    const when = `2027-${String(month).padStart(2, '0')}-15T12:00:00Z`;
    for (const zone of Intl.supportedValuesOf('timeZone')) {
      if (zone === 'Africa/Casablanca' || zone === 'Africa/El_Aaiun' || offsetAt(zone, 0) === 0 && !['UTC', 'Africa/Abidjan'].includes(zone)) continue;
      const part = new Intl.DateTimeFormat('en', { timeZone: zone, timeZoneName: 'longOffset' }).formatToParts(new Date(when)).find(one => one.type === 'timeZoneName')?.value ?? '';
      const [, sign = '+', hours = '0', minutes = '0'] = /^GMT(?:([+-])(\d+):(\d+))?$/.exec(part) ?? [];
      const expected = (sign === '-' ? -1 : 1) * (Number(hours) * 3600 + Number(minutes) * 60);
      if (offsetAt(zone, Date.parse(when) / 1000) !== expected) t.fail(`${zone} at ${when}: ${offsetAt(zone, Date.parse(when) / 1000)}, not ${expected}`);
    }
  }
  t.end();
});

t.test('the last time that has come is found in irregular schedules too', t => {
  const job = (schedule: string, last: string, more: object = {}): never => ({ metadata: { name: 'j', creationTimestamp: last }, spec: { schedule, ...more } }) as never;
  const cases: readonly (readonly [schedule: string, last: string, now: string, time: string | undefined, missed: number, more?: object])[] = [
    ['0 * * * *', '2026-01-01T09:00:00Z', '2026-01-01T11:05:00Z', '2026-01-01T11:00:00Z', 2], ['0,5 * * * *', '2026-01-01T08:50:00Z', '2026-01-01T10:50:00Z', '2026-01-01T10:05:00Z', 23],
    ['30 8 * * mon-fri', '2026-01-02T08:30:00Z', '2026-01-11T00:00:00Z', '2026-01-09T08:30:00Z', 6], ['* * * * *', '2026-01-01T00:00:00Z', '2026-01-01T10:00:00Z', '2026-01-01T10:00:00Z', 600],
    ['* * * * *', '2026-01-01T00:00:00Z', '2026-01-01T10:00:00Z', '2026-01-01T10:00:00Z', 10, { startingDeadlineSeconds: 600 }], ['0 * * * *', '2026-01-01T09:00:00Z', '2026-01-01T10:05:00Z', undefined, 0, { startingDeadlineSeconds: 60 }],
  ];
  for (const [schedule, last, now, time, missed, more] of cases) {
    const parsed = parseCron(schedule);
    if (!parsed.ok) throw new Error(parsed.error);
    const found = mostRecent(job(schedule, last, more), parsed.value, at(now), true);
    t.same([found.time === undefined ? undefined : formatTime(found.time), found.missed], [time, missed], `${schedule} since ${last} at ${now}`);
  }
  t.end();
});

/** A change of the built program that the scenarios must notice. */
interface Planted { readonly about: string; readonly file: string; readonly change: readonly [find: string, replace: string]; readonly scenario: string }

const planted: readonly Planted[] = [
  { about: 'a finished pod is counted without asking whether it was counted before', file: 'job/tracking', change: ['if (!uncounted.succeeded.has(uid))', 'if (true)'], scenario: 'job-tracking' },
  { about: 'the wait after failures does not grow', file: 'job/backoff', change: ['wait *= 2', 'wait *= 1'], scenario: 'job-failures' },
  { about: 'a StatefulSet does not wait for the pod before', file: 'statefulset/control', change: ['isTerminating(pod) || !isRunningAndAvailable(pod, set, now)', 'isTerminating(pod)'], scenario: 'statefulset' },
  { about: 'a rollout judges nodes without a pod as available', file: 'daemonset/rollout', change: ['(pair.fresh === undefined) === (pair.old === undefined)', 'false'], scenario: 'daemonset' },
];

/** The scenarios of a copy of the built program in which a text was changed. */
async function withBug({ file, change: [find, replace] }: Planted, number: number): Promise<typeof runScenario> {
  const dist = fileURLToPath(new URL('../../', import.meta.url));
  const copy = join(dist, 'planted', `controllers-${number}`);
  rmSync(copy, { recursive: true, force: true });
  mkdirSync(copy, { recursive: true });
  for (const folder of ['src/base', 'src/sim', 'src/api', 'src/client', 'src/controllers', 'test/controllers']) cpSync(join(dist, folder), join(copy, folder), { recursive: true });
  const path = join(copy, 'src', 'controllers', `${file}.js`);
  const text = readFileSync(path, 'utf8');
  if (!text.includes(find)) throw new Error(`${file} has no text ${JSON.stringify(find)}`);
  writeFileSync(path, text.replace(find, replace));
  const module = await import(pathToFileURL(join(copy, 'test', 'controllers', 'workload-scenario.js')).href) as { runScenario: typeof runScenario };
  return module.runScenario;
}

t.test('planted bugs are found', async t => {
  for (const [number, bug] of planted.entries()) {
    const text = readFileSync(join(FOLDER, `${bug.scenario}.txt`), 'utf8');
    const run = await withBug(bug, number);
    t.not(run(text), text, bug.about);
  }
});
