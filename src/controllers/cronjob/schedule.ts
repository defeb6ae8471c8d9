/**
 * Which of a CronJob's times is due, and when to look again.
 *
 * @source kubernetes/kubernetes pkg/controller/cronjob/utils.go (mostRecentScheduleTime, nextScheduleTimeDuration)
 */
import { type Micros, micros, millis, seconds } from '../../base/data.ts';
import type { CronSchedule } from '../../api/cron.ts';
import { nextTime } from '../../api/cron-next.ts';
import type { CronJob } from '../../api/kinds/batch/cron-job.ts';
import { formatTime, parseTime, worldEpochSeconds } from '../../api/time.ts';
import { offsetAt } from '../../api/time-zones.ts';

/** So many missed times are a sign that something is wrong. */
const MISSED_MAX = 100;
/** A look comes this much after the time, so that it is surely past. @source pkg/controller/cronjob/cronjob_controllerv2.go (nextScheduleDelta) */
const NEXT_SCHEDULE_DELTA = millis(100);
const SECOND = 1_000_000;

/** `earliest`: times after it count. `time`: the last one that has come. `missed`: how many have, roughly. */
export interface Recent { readonly earliest: Micros; readonly time?: Micros; readonly missed: number; readonly error?: string }

/** The last time that has come since the last start, or since the starting deadline. */
export function mostRecent({ metadata, spec, status }: CronJob, schedule: CronSchedule, now: Micros, withDeadline: boolean): Recent {
  const since = parseTime(status?.lastScheduleTime ?? metadata.creationTimestamp ?? '') ?? now;
  const deadline = withDeadline && spec.startingDeadlineSeconds !== undefined ? now - seconds(spec.startingDeadlineSeconds) : since;
  const earliest = micros(Math.max(since, deadline));
  const next = (after: Micros): Micros | undefined => nextTime(schedule, after, spec.timeZone);
  const first = next(earliest);
  if (first === undefined) return { earliest, missed: 0, error: 'time difference between two schedules is less than 1 second' };
  if (now < first) return { earliest, missed: 0 };
  const second = next(first);
  if (second === undefined || now < second) return { earliest, time: first, missed: 0 };
  const between = second - first;
  const missed = Math.floor((now - first) / between) + 1;
  return { earliest, time: lastUntil(now, { first, between }, next), missed };
}

/** The last time that has come. Schedules need not be regular, so the search begins shortly before now and goes further back until it finds one. */
function lastUntil(now: Micros, { first, between }: { readonly first: Micros; readonly between: number }, next: (after: Micros) => Micros | undefined): Micros {
  for (let back = 2 * between; ; back *= 2) {
    let found: Micros | undefined;
    for (let at = next(micros(Math.max(first - SECOND, now - back))); at !== undefined && at <= now; at = next(at)) found = at;
    if (found !== undefined) return found;
    if (now - back < first) return first;
  }
}

export const tooMany = ({ missed }: Recent): boolean => missed > MISSED_MAX;

/** How long until the next time is surely past. */
export function untilNext(job: CronJob, schedule: CronSchedule, now: Micros): Micros {
  const recent = mostRecent(job, schedule, now, false);
  const from = recent.time ?? (recent.error === undefined && recent.missed === 0 ? recent.earliest : now);
  const next = nextTime(schedule, from, job.spec.timeZone) ?? now;
  return micros(Math.max(0, next + NEXT_SCHEDULE_DELTA - now));
}

/** Jobs are called after their time in minutes since 1970, so that a second look cannot start one twice. */
export const jobNameOf = (job: CronJob, time: Micros): string => `${job.metadata.name}-${Math.floor((time / SECOND + worldEpochSeconds) / 60)}`;

/** RFC 3339 in the zone of the CronJob. */
export function zonedTime(time: Micros, zone: string | undefined): string {
  const offset = zone === undefined ? 0 : offsetAt(zone, Math.floor(time / SECOND) + worldEpochSeconds);
  if (offset === 0) return formatTime(time);
  const pad = (n: number): string => String(n).padStart(2, '0');
  const minutes = Math.abs(offset) / 60;
  return `${formatTime(micros(time + offset * SECOND)).slice(0, -1)}${offset < 0 ? '-' : '+'}${pad(Math.floor(minutes / 60))}:${pad(minutes % 60)}`;
}
