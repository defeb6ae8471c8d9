/**
 * The CronJob controller: starts a Job at each time of the schedule.
 *
 * @source kubernetes/kubernetes pkg/controller/cronjob/cronjob_controllerv2.go
 * @fidelity simplified: a time that the starting deadline rules out is told once as MissSchedule; upstream's present code passes over most of them in silence
 */
import { compareText, equalData } from '../../base/compare.ts';
import { deepFreeze, type Micros } from '../../base/data.ts';
import { isConditionStatus } from '../../api/condition.ts';
import { type CronSchedule, parseCron } from '../../api/cron.ts';
import { dateOf, DAY, weekdayOf } from '../../api/civil.ts';
import type { CronJob, CronJobStatus } from '../../api/kinds/batch/cron-job.ts';
import type { Job } from '../../api/kinds/batch/job.ts';
import type { ObjectReference } from '../../api/kinds/core/event.ts';
import { isTimeZone } from '../../api/time-zones.ts';
import { formatTime, parseTime, worldEpochSeconds } from '../../api/time.ts';
import type { Conversation } from '../../sim/conversation.ts';
import { cx, defineController, type ReconcileResult } from '../../client/controller.ts';
import { call, keyOf } from '../../client/resources.ts';
import { isFinished } from '../job/sync.ts';
import { isAlreadyExists, isNamespaceTerminating, isNotFound } from '../replies.ts';
import { controllerOf, controllerReference } from '../template.ts';
import { jobNameOf, mostRecent, tooMany, untilNext, zonedTime } from './schedule.ts';

/** Annotation of a Job with the time it was meant for. @source api/batch/v1/types.go (CronJobScheduledTimestampAnnotation) */
const SCHEDULED = 'batch.kubernetes.io/cronjob-scheduled-timestamp';

export const cronJobController = defineController({
  name: 'cronjob-controller',
  source: 'pkg/controller/cronjob/cronjob_controllerv2.go',
  for: 'CronJob',
  owns: ['Job'],
  workers: 5,
  reconcile,
});

/** One look; `status` grows into what is written. */
interface Look { readonly job: CronJob; readonly jobs: readonly Job[]; readonly now: Micros; status: CronJobStatus }

function* reconcile(key: string): Conversation<ReconcileResult> {
  const job = yield* cx.get<CronJob>('CronJob', key);
  if (job === null) { yield* cx.remember(`missed/${key}`, null); return {}; }
  const jobs = yield* cx.indexed<Job>('Job', 'controller', job.metadata.uid ?? '');
  const look: Look = { job, jobs, now: yield* cx.now(), status: job.status ?? {} };
  const result = (yield* settleActive(look)) ?? (yield* schedule(look));
  yield* cleanUp(look);
  const error = yield* writeStatus(look);
  return result.error === undefined && error === undefined ? result : { error: result.error ?? error ?? '' };
}

const tell = (look: Look, type: 'Normal' | 'Warning', reason: string, message: string): Conversation<null> => cx.event({ about: look.job, type, reason, message });

// ---- The list of active Jobs -----------------------------------------------------------------------------------------

const isListed = ({ status }: Look, uid: string | undefined): boolean => status.active?.some(one => one.uid === uid) === true;
const isSucceeded = (job: Job): boolean => isConditionStatus(job.status?.conditions, 'Complete');

function unlist(look: Look, uid: string | undefined): void {
  const { active = [], ...rest } = look.status;
  const left = active.filter(one => one.uid !== uid);
  look.status = { ...rest, ...(left.length > 0 ? { active: left } : {}) };
}

/** Brings the list up to date with the Jobs there are. */
function* settleActive(look: Look): Conversation<ReconcileResult | undefined> {
  for (const job of look.jobs) {
    const { uid, name } = job.metadata;
    const listed = isListed(look, uid);
    if (!listed && !isFinished(job)) {
      const live = yield* cx.request(call('get', 'CronJob', keyOf(look.job)));
      if (!live.ok) return isNotFound(live) ? {} : { error: live.message };
      const { status = {} } = live.object as CronJob;
      if (status.active?.some(one => one.uid === uid) === true) { look.status = status; continue; }
      yield* tell(look, 'Warning', 'UnexpectedJob', `Saw a job that the controller did not create or forgot: ${name}`);
    } else if (listed && isFinished(job)) {
      unlist(look, uid);
      yield* tell(look, 'Normal', 'SawCompletedJob', `Saw completed job: ${name}, condition: ${isSucceeded(job) ? 'Complete' : 'Failed'}`);
    }
    if (isSucceeded(job)) noteSuccess(look, job.status?.completionTime);
  }
  const known = new Set(look.jobs.map(job => job.metadata.uid));
  for (const { uid, name = '' } of look.status.active ?? []) {
    if (known.has(uid)) continue;
    const live = yield* cx.request(call('get', 'Job', `${look.job.metadata.namespace ?? ''}/${name}`));
    if (!live.ok && !isNotFound(live)) return { error: live.message };
    if (live.ok && live.object.metadata.uid === uid) continue;
    yield* tell(look, 'Normal', 'MissingJob', `Active job went missing: ${name}`);
    unlist(look, uid);
  }
  return undefined;
}

function noteSuccess(look: Look, time: string | undefined): void {
  const before = look.status.lastSuccessfulTime;
  if (time !== undefined && (before === undefined || (parseTime(time) ?? 0) > (parseTime(before) ?? 0))) look.status = { ...look.status, lastSuccessfulTime: time };
}

// ---- The next start ----------------------------------------------------------------------------------------------------

function* schedule(look: Look): Conversation<ReconcileResult> {
  const { job, now } = look;
  const { spec } = job;
  if (job.metadata.deletionTimestamp !== undefined) return {};
  if (spec.timeZone !== undefined && !isTimeZone(spec.timeZone)) { yield* tell(look, 'Warning', 'UnknownTimeZone', `invalid timeZone: "${spec.timeZone}": unknown time zone ${spec.timeZone}`); return {}; }
  if (spec.suspend === true) return {};
  if (spec.timeZone === undefined && spec.schedule.includes('TZ')) {
    yield* tell(look, 'Warning', 'UnsupportedSchedule', `CRON_TZ or TZ used in schedule "${spec.schedule}" is not officially supported, see https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/ for more details`);
  }
  const parsed = parseCron(spec.schedule);
  if (!parsed.ok) { yield* tell(look, 'Warning', 'UnparseableSchedule', `unparseable schedule: "${spec.schedule}" : ${parsed.error}`); return {}; }
  const recent = mostRecent(job, parsed.value, now, true);
  if (recent.error !== undefined) { yield* tell(look, 'Warning', 'InvalidSchedule', `invalid schedule: ${spec.schedule} : ${recent.error}`); return {}; }
  if (recent.time === undefined) yield* noteMissed(look, parsed.value);
  else {
    if (tooMany(recent)) yield* tell(look, 'Warning', 'TooManyMissedTimes', 'too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew');
    const failed = yield* startAt(look, recent.time);
    if (failed !== undefined) return failed;
  }
  return { requeueAfter: untilNext({ ...job, status: look.status }, parsed.value, now) };
}

/** Memory: `missed/CRONJOB` → the last time that was told to be missed. A time that only the starting deadline rules out is told once. */
function* noteMissed(look: Look, parsed: CronSchedule): Conversation<void> {
  const { time } = mostRecent(look.job, parsed, look.now, false);
  const slot = `missed/${keyOf(look.job)}`;
  if (time === undefined || (yield* cx.recall<Micros>(slot)) === time) return;
  yield* cx.remember(slot, time);
  yield* tell(look, 'Warning', 'MissSchedule', `Missed scheduled time to start a job: ${longTime(time)}`);
}

const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'] as const;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const;

/** `Thu, 01 Jan 2026 00:05:00 +0000`. */
function longTime(time: Micros): string {
  const days = Math.floor((time / 1_000_000 + worldEpochSeconds) / DAY);
  const { year, month, day } = dateOf(days);
  return `${WEEKDAYS[weekdayOf(days)] ?? ''}, ${String(day).padStart(2, '0')} ${MONTHS[month - 1] ?? ''} ${year} ${formatTime(time).slice(11, 19)} +0000`;
}

/** Starts the Job of a time unless it has been, or another one is in the way. Returns how the look ends if it cannot go on. */
function* startAt(look: Look, time: Micros): Conversation<ReconcileResult | undefined> {
  const { job } = look;
  const { namespace = '' } = job.metadata;
  const name = jobNameOf(job, time);
  const active = look.status.active ?? [];
  if (active.some(one => one.name === name) || look.status.lastScheduleTime === formatTime(time)) return undefined;
  if (job.spec.concurrencyPolicy === 'Forbid' && active.length > 0) {
    yield* tell(look, 'Normal', 'JobAlreadyActive', 'Not starting job because prior execution is running and concurrency policy is Forbid');
    return undefined;
  }
  if (job.spec.concurrencyPolicy === 'Replace') {
    const failed = yield* replaceActive(look, active);
    if (failed !== undefined) return failed;
  }
  const created = yield* cx.request(call('create', 'Job', `${namespace}/`, { body: jobFor(job, name, time) }));
  if (created.ok) yield* tell(look, 'Normal', 'SuccessfulCreate', `Created job ${name}`);
  else if (!isAlreadyExists(created)) {
    if (!isNamespaceTerminating(created)) yield* tell(look, 'Warning', 'FailedCreate', `Error creating job: ${created.message}`);
    return { error: created.message };
  }
  // One that is there already was made by an earlier look whose status was lost, or by somebody else.
  const found = created.ok ? created : yield* cx.request(call('get', 'Job', `${namespace}/${name}`));
  if (!found.ok) return { error: found.message };
  if (controllerOf(found.object)?.uid !== job.metadata.uid || isListed(look, found.object.metadata.uid)) return {};
  look.status = { ...look.status, active: [...(look.status.active ?? []), referenceTo(found.object as Job)], lastScheduleTime: formatTime(time) };
  return undefined;
}

function referenceTo({ metadata }: Job): ObjectReference {
  const { name, namespace = '', uid = '', resourceVersion = '' } = metadata;
  return { kind: 'Job', apiVersion: 'batch/v1', namespace, name, uid, resourceVersion };
}

function* replaceActive(look: Look, active: readonly ObjectReference[]): Conversation<ReconcileResult | undefined> {
  for (const { name = '' } of active) {
    const key = `${look.job.metadata.namespace ?? ''}/${name}`;
    const live = yield* cx.request(call('get', 'Job', key));
    if (!live.ok) { yield* tell(look, 'Warning', 'FailedGet', `Get job: ${live.message}`); return { error: live.message }; }
    if (!(yield* deleteJob(look, live.object as Job))) return { error: `could not replace job ${key}` };
  }
  return undefined;
}

function* deleteJob(look: Look, job: Job): Conversation<boolean> {
  const reply = yield* cx.request(call('delete', 'Job', keyOf(job), { options: { propagationPolicy: 'Background' } }));
  if (!reply.ok) { yield* tell(look, 'Warning', 'FailedDelete', `Deleted job: ${reply.message}`); return false; }
  unlist(look, job.metadata.uid);
  yield* tell(look, 'Normal', 'SuccessfulDelete', `Deleted job ${job.metadata.name}`);
  return true;
}

function jobFor(job: CronJob, name: string, time: Micros): Job {
  const { metadata = {}, spec } = job.spec.jobTemplate;
  return deepFreeze<Job>({
    apiVersion: 'batch/v1', kind: 'Job',
    metadata: {
      name, namespace: job.metadata.namespace ?? '', ...(metadata.labels !== undefined ? { labels: metadata.labels } : {}),
      annotations: { ...metadata.annotations, [SCHEDULED]: zonedTime(time, job.spec.timeZone) }, ownerReferences: [controllerReference(job)],
    },
    spec,
  });
}

// ---- History ---------------------------------------------------------------------------------------------------------

/** Finished Jobs beyond the limits go, the oldest first. */
function* cleanUp(look: Look): Conversation<void> {
  const { failedJobsHistoryLimit, successfulJobsHistoryLimit } = look.job.spec;
  const finished = look.jobs.filter(isFinished).sort((a, b) => compareText(a.status?.startTime ?? '~', b.status?.startTime ?? '~') || compareText(a.metadata.name, b.metadata.name));
  for (const [jobs, limit] of [[finished.filter(isSucceeded), successfulJobsHistoryLimit], [finished.filter(job => !isSucceeded(job)), failedJobsHistoryLimit]] as const) {
    if (limit === undefined) continue;
    for (const job of jobs.slice(0, Math.max(0, jobs.length - limit))) if (job.metadata.deletionTimestamp === undefined) yield* deleteJob(look, job);
  }
}

function* writeStatus({ job, status }: Look): Conversation<string | undefined> {
  if (equalData(job.status ?? {}, status)) return undefined;
  const reply = yield* cx.request(call('update', 'CronJob', keyOf(job), { subresource: 'status', body: deepFreeze({ ...job, status }) }));
  return reply.ok || isNotFound(reply) ? undefined : reply.message;
}
