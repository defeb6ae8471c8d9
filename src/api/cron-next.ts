/**
 * When a schedule is due next. Fields are those of the clock on the wall: an hour that is left out in spring is not there, and one that comes twice in autumn is
 * there twice.
 *
 * @source github.com/robfig/cron v3 spec.go (SpecSchedule.Next), constantdelay.go
 */
import { type Micros, micros } from '../base/data.ts';
import { civilOf, DAY, daysFromCivil } from './civil.ts';
import type { CronSchedule } from './cron.ts';
import { worldEpochSeconds } from './time.ts';
import { offsetAt } from './time-zones.ts';

/** A schedule that is not due within so many years never is. */
const YEARS_MAX = 5;
const SECOND = 1_000_000;

type Fields = Extract<CronSchedule, { type: 'fields' }>;

/** The first time after a moment; undefined = never. `zone` counts unless the schedule names one itself. */
export function nextTime(schedule: CronSchedule, after: Micros, zone = 'UTC'): Micros | undefined {
  const seconds = Math.floor(after / SECOND) + worldEpochSeconds;
  const next = schedule.type === 'every' ? seconds + schedule.seconds : nextOfFields(schedule, seconds + 1, schedule.zone ?? zone);
  return next === undefined ? undefined : micros((next - worldEpochSeconds) * SECOND);
}

/** Seconds since 1970 at which a clock of the zone shows this date; one that it never shows is moved by the hour left out. */
function instantOf(zone: string, wall: number): number {
  const guess = wall - offsetAt(zone, wall);
  const offset = offsetAt(zone, guess);
  return wall - offset;
}

function nextOfFields(schedule: Fields, from: number, zone: string): number | undefined {
  const clockAt = (at: number): ReturnType<typeof civilOf> => civilOf(at + offsetAt(zone, at));
  const midnight = (year: number, month: number, day: number): number => instantOf(zone, daysFromCivil(year, month, day) * DAY);
  const last = clockAt(from).year + YEARS_MAX;
  let at = from;
  for (let clock = clockAt(at); clock.year <= last; clock = clockAt(at)) {
    const { year, month, day, hour, minute, second } = clock;
    if (!schedule.months.includes(month)) at = month === 12 ? midnight(year + 1, 1, 1) : midnight(year, month + 1, 1);
    else if (!fitsDay(schedule, clock)) at = dayAfter(clockAt, midnight(year, month, day + 1), day);
    else if (!schedule.hours.includes(hour)) at += 3600 - minute * 60 - second;
    else if (!schedule.minutes.includes(minute)) at += 60 - second;
    else if (second > 0) at += 60 - second;
    else return at;
  }
  return undefined;
}

/** The first moment of the next day: where clocks change at midnight it may show eleven or one. */
function dayAfter(clockAt: (at: number) => ReturnType<typeof civilOf>, at: number, day: number): number {
  return clockAt(at).day === day ? at + 3600 : at;
}

/** Both lists must fit when one of them is open; else one of them is enough. */
function fitsDay({ daysOfMonth, daysOfWeek, anyDayOfMonth, anyDayOfWeek }: Fields, { day, weekday }: { readonly day: number; readonly weekday: number }): boolean {
  const [month, week] = [daysOfMonth.includes(day), daysOfWeek.includes(weekday)];
  return anyDayOfMonth || anyDayOfWeek ? month && week : month || week;
}
