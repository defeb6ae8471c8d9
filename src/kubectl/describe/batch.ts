/** Jobs and cron jobs. @source kubernetes/kubectl pkg/describe/describe.go describeJob, describeCronJob */
import type { PodTemplateSpec } from '../../api/kinds/all.ts';
import type { KubeObject, LabelSelector } from '../../api/meta.ts';
import { labelSelectorText } from '../../api/selector.ts';
import { age, parseTime } from '../../api/time.ts';
import { longTime } from '../time-text.ts';
import { templateLines } from './pod.ts';
import { annotationLines, controllerOf, eventLines, labelLines, type Lines, optional } from './sections.ts';
import type { Described } from './types.ts';

interface JobSpec {
  readonly selector?: LabelSelector; readonly parallelism?: number; readonly completions?: number; readonly completionMode?: string; readonly suspend?: boolean; readonly backoffLimit?: number;
  readonly ttlSecondsAfterFinished?: number; readonly activeDeadlineSeconds?: number; readonly template?: PodTemplateSpec;
}
interface JobStatus { readonly startTime?: string; readonly completionTime?: string; readonly active?: number; readonly ready?: number; readonly succeeded?: number; readonly failed?: number; readonly completedIndexes?: string }
export type JobLike = KubeObject & { readonly spec: JobSpec; readonly status?: JobStatus };

/** A list of completed indexes longer than this is cut at the next comma. */
const INDEXES_SHOWN = 50;

function indexesText(indexes: string): string {
  const comma = indexes.indexOf(',', INDEXES_SHOWN);
  if (indexes === '') return '<none>';
  return comma < 0 ? indexes : `${indexes.slice(0, comma + 1)}...`;
}

function durationText(from: string, to: string): string {
  const end = parseTime(to);
  return end === undefined ? '<unknown>' : age(from, end);
}

export function describeJob({ object, events, now }: Described<JobLike>): Lines {
  const { metadata, spec, status = {} } = object;
  const { startTime, completionTime } = status;
  const ready = status.ready === undefined ? '' : ` (${status.ready} Ready)`;
  return [
    `Name:\t${metadata.name}`, `Namespace:\t${metadata.namespace ?? ''}`, `Selector:\t${spec.selector === undefined ? '' : labelSelectorText(spec.selector)}`,
    ...labelLines('Labels', metadata.labels), ...annotationLines('Annotations', metadata.annotations), ...optional('Controlled By', controllerOf(object)),
    ...optional('Parallelism', spec.parallelism), `Completions:\t${spec.completions ?? '<unset>'}`, ...optional('Completion Mode', spec.completionMode),
    ...(spec.suspend === undefined ? [] : [`Suspend:\t${String(spec.suspend)}`]), ...optional('Backoff Limit', spec.backoffLimit), ...optional('TTL Seconds After Finished', spec.ttlSecondsAfterFinished),
    ...(startTime === undefined ? [] : [`Start Time:\t${longTime(startTime)}`]), ...(completionTime === undefined ? [] : [`Completed At:\t${longTime(completionTime)}`]),
    ...(startTime === undefined || completionTime === undefined ? [] : [`Duration:\t${durationText(startTime, completionTime)}`]),
    ...(spec.activeDeadlineSeconds === undefined ? [] : [`Active Deadline Seconds:\t${spec.activeDeadlineSeconds}s`]),
    `Pods Statuses:\t${status.active ?? 0} Active${ready} / ${status.succeeded ?? 0} Succeeded / ${status.failed ?? 0} Failed`,
    ...(spec.completionMode === 'Indexed' ? [`Completed Indexes:\t${indexesText(status.completedIndexes ?? '')}`] : []),
    ...templateLines(spec.template), ...eventLines(events, now),
  ];
}

export type CronJobLike = KubeObject & {
  readonly spec: {
    readonly schedule?: string; readonly concurrencyPolicy?: string; readonly suspend?: boolean; readonly successfulJobsHistoryLimit?: number; readonly failedJobsHistoryLimit?: number;
    readonly startingDeadlineSeconds?: number; readonly jobTemplate?: { readonly spec?: JobSpec };
  };
  readonly status?: { readonly lastScheduleTime?: string; readonly active?: readonly { readonly name?: string }[] };
};

const truth = (value: boolean | undefined): string => (value === undefined ? '<unset>' : value ? 'True' : 'False');

export function describeCronJob({ object, events, now }: Described<CronJobLike>): Lines {
  const { metadata, spec, status = {} } = object;
  const job = spec.jobTemplate?.spec ?? {};
  const active = (status.active ?? []).map((each) => each.name ?? '').join(', ');
  return [
    `Name:\t${metadata.name}`, `Namespace:\t${metadata.namespace ?? ''}`, ...labelLines('Labels', metadata.labels), ...annotationLines('Annotations', metadata.annotations),
    `Schedule:\t${spec.schedule ?? ''}`, `Concurrency Policy:\t${spec.concurrencyPolicy ?? ''}`, `Suspend:\t${truth(spec.suspend)}`,
    `Successful Job History Limit:\t${spec.successfulJobsHistoryLimit ?? '<unset>'}`, `Failed Job History Limit:\t${spec.failedJobsHistoryLimit ?? '<unset>'}`,
    `Starting Deadline Seconds:\t${spec.startingDeadlineSeconds === undefined ? '<unset>' : `${spec.startingDeadlineSeconds}s`}`,
    `Selector:\t${job.selector === undefined ? '<unset>' : labelSelectorText(job.selector)}`, `Parallelism:\t${job.parallelism ?? '<unset>'}`, `Completions:\t${job.completions ?? '<unset>'}`,
    ...(job.activeDeadlineSeconds === undefined ? [] : [`Active Deadline Seconds:\t${job.activeDeadlineSeconds}s`]),
    ...templateLines(job.template),
    `Last Schedule Time:\t${status.lastScheduleTime === undefined ? '<unset>' : longTime(status.lastScheduleTime)}`, `Active Jobs:\t${active === '' ? '<none>' : active}`, ...eventLines(events, now),
  ];
}
