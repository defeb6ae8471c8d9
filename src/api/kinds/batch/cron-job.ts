import { equalData } from '../../../base/compare.ts';
import { parseCron } from '../../cron.ts';
import { invalid, notSupported, required } from '../../field-error.ts';
import type { FieldError } from '../../field-error.ts';
import type { KubeObject, ObjectMeta, Time } from '../../meta.ts';
import { dns1123Subdomain } from '../../names.ts';
import { defineResource, metadataFields, specStrategy, statusSubresource } from '../../resource.ts';
import { labelSelectorText, selectorValue } from '../../selector.ts';
import { age } from '../../time.ts';
import { isTimeZone } from '../../time-zones.ts';
import { validateNonNegative, validateObjectMeta, validateObjectMetaUpdate } from '../../validate-meta.ts';
import { containerImages, containerNames, noTemplate } from '../apps/workload.ts';
import { ageColumn, nameColumn } from '../columns.ts';
import type { ObjectReference } from '../core/event.ts';
import { defaultJobParts } from './job-spec.ts';
import type { JobSpec } from './job-spec.ts';
import { jobWarnings } from './job-warnings.ts';
import { validateJobSpec } from './validate-job.ts';
import { nameWarnings } from '../core/pod-warnings.ts';

/** The desired state of a cron job. */
export interface CronJobSpec {
  /** Five fields or a descriptor; see `cron.ts`. */
  readonly schedule: string;
  /** Name in the time zone database; absent: the zone of kube-controller-manager. */
  readonly timeZone?: string;
  readonly startingDeadlineSeconds?: number;
  readonly concurrencyPolicy?: 'Allow' | 'Forbid' | 'Replace';
  readonly suspend?: boolean;
  readonly jobTemplate: { readonly metadata?: Partial<ObjectMeta>; readonly spec: JobSpec };
  readonly successfulJobsHistoryLimit?: number;
  readonly failedJobsHistoryLimit?: number;
}

/** The observed state of a cron job. */
export interface CronJobStatus {
  readonly active?: readonly ObjectReference[];
  readonly lastScheduleTime?: Time;
  readonly lastSuccessfulTime?: Time;
}

/** Makes jobs by the clock. */
export interface CronJob extends KubeObject {
  readonly apiVersion: 'batch/v1';
  readonly kind: 'CronJob';
  readonly spec: CronJobSpec;
  readonly status?: CronJobStatus;
}

/** Jobs are called `name-` and ten digits, and job names have 63 characters at most. */
const maximumNameLength = 52;
const policies = ['Allow', 'Forbid', 'Replace'] as const;

/** Metadata that Go writes even when it is empty. */
const named = <T extends { readonly metadata?: object }>(part: T): T => (part.metadata === undefined ? { ...part, metadata: {} } : part);

/** The job template is defaulted as a job is, but for what depends on the job's own name. */
function defaultSpec(spec: CronJobSpec): CronJobSpec {
  const job = spec.jobTemplate?.spec ?? {};
  const parts = defaultJobParts(job);
  return {
    ...spec, concurrencyPolicy: spec.concurrencyPolicy ?? 'Allow', suspend: spec.suspend ?? false,
    successfulJobsHistoryLimit: spec.successfulJobsHistoryLimit ?? 3, failedJobsHistoryLimit: spec.failedJobsHistoryLimit ?? 1,
    jobTemplate: { ...named(spec.jobTemplate ?? {}), spec: { ...job, ...parts, template: named(parts.template) } },
  };
}

function validateSchedule(spec: CronJobSpec, mayHaveZone: boolean, errors: FieldError[]): void {
  const { schedule } = spec;
  if (!schedule) { errors.push(required('spec.schedule')); return; }
  const parsed = parseCron(schedule);
  if (!parsed.ok) errors.push(invalid('spec.schedule', schedule, parsed.error));
  if (!schedule.includes('TZ')) return;
  if (!mayHaveZone) errors.push(invalid('spec.schedule', schedule, 'cannot use TZ or CRON_TZ in schedule, use timeZone field instead'));
  else if (spec.timeZone !== undefined) errors.push(invalid('spec.schedule', schedule, 'cannot use both timeZone field and TZ or CRON_TZ in schedule'));
}

function validateTimeZone(zone: string | undefined, errors: FieldError[]): void {
  const path = 'spec.timeZone';
  if (zone === undefined) return;
  if (zone === '') { errors.push(invalid(path, zone, 'timeZone must be nil or non-empty string')); return; }
  const wellFormed = zone.split('/').every((part) => part !== '.' && part !== '..' && !part.startsWith('-') && /^[A-Za-z.\-_0-9+]{1,14}$/.test(part));
  if (!wellFormed) { errors.push(invalid(path, zone, `unknown time zone ${zone}`)); return; }
  const isLocal = zone.toLowerCase() === 'local';
  if (isLocal) errors.push(invalid(path, zone, 'timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones'));
  if (zone !== 'Local' && !isTimeZone(zone)) errors.push(invalid(path, zone, `unknown time zone ${zone}`));
}

function validateJobTemplate(spec: CronJobSpec, errors: FieldError[]): void {
  const path = 'spec.jobTemplate.spec';
  const job = spec.jobTemplate?.spec ?? { template: noTemplate };
  validateJobSpec(job, path, errors);
  if (job.selector !== undefined) errors.push(invalid(`${path}.selector`, selectorValue(job.selector), '`selector` will be auto-generated'));
  if (job.manualSelector === true) errors.push(notSupported(`${path}.manualSelector`, true as unknown as string, ['nil', 'false']));
}

function validateSpec(spec: CronJobSpec, old: CronJobSpec | undefined, errors: FieldError[]): void {
  validateSchedule(spec, old?.schedule.includes('TZ') === true, errors);
  validateNonNegative(spec.startingDeadlineSeconds, 'spec.startingDeadlineSeconds', errors);
  if (old === undefined || old.timeZone !== spec.timeZone) validateTimeZone(spec.timeZone, errors);
  const policy = spec.concurrencyPolicy;
  if (!policy) errors.push(required('spec.concurrencyPolicy'));
  else if (!policies.includes(policy)) errors.push(notSupported('spec.concurrencyPolicy', policy, policies));
  validateJobTemplate(spec, errors);
  validateNonNegative(spec.successfulJobsHistoryLimit, 'spec.successfulJobsHistoryLimit', errors);
  validateNonNegative(spec.failedJobsHistoryLimit, 'spec.failedJobsHistoryLimit', errors);
}

/** @source kubernetes pkg/registry/batch/cronjob/strategy.go */
export const cronJobResource = defineResource<CronJob>({
  group: 'batch', version: 'v1', kind: 'CronJob', plural: 'cronjobs', singular: 'cronjob', shortNames: ['cj'], categories: ['all'], namespaced: true,
  subresources: [statusSubresource], storagePrefix: '/registry/cronjobs/', allowUnconditionalUpdate: true, selectableFields: metadataFields<CronJob>(true),
  columns: [
    nameColumn(),
    { name: 'Schedule', doc: 'batch.CronJobSpec.schedule', cell: (job) => job.spec?.schedule ?? '' },
    { name: 'Timezone', doc: 'batch.CronJobSpec.timeZone', cell: (job) => job.spec?.timeZone ?? '<none>' },
    { name: 'Suspend', type: 'boolean', doc: 'batch.CronJobSpec.suspend', cell: (job) => (job.spec?.suspend === undefined ? '<unset>' : job.spec?.suspend ? 'True' : 'False') },
    { name: 'Active', type: 'integer', doc: 'batch.CronJobStatus.active', cell: (job) => (job.status?.active ?? []).length },
    { name: 'Last Schedule', doc: 'batch.CronJobStatus.lastScheduleTime', cell: (job, now) => (job.status?.lastScheduleTime === undefined ? '<none>' : age(job.status.lastScheduleTime, now)) },
    ageColumn(),
    { name: 'Containers', wide: true, description: 'Names of the containers of the template.', cell: (job) => containerNames(job.spec?.jobTemplate?.spec?.template) },
    { name: 'Images', wide: true, description: 'Images of the containers of the template.', cell: (job) => containerImages(job.spec?.jobTemplate?.spec?.template) },
    { name: 'Selector', wide: true, doc: 'batch.JobSpec.selector', cell: (job) => labelSelectorText(job.spec?.jobTemplate?.spec?.selector) },
  ],
  defaults(job) {
    const spec = defaultSpec(job.spec ?? {});
    return equalData(spec, job.spec) ? job : { ...job, spec };
  },
  ...specStrategy<CronJob>({}),
  validate(job) {
    const errors = validateObjectMeta(job, true, dns1123Subdomain);
    validateSpec(job.spec, undefined, errors);
    if (job.metadata.name.length > maximumNameLength) errors.push(invalid('metadata.name', job.metadata.name, `must be no more than ${maximumNameLength} characters`));
    return errors;
  },
  validateUpdate(job, old) {
    const errors = validateObjectMetaUpdate(job, old);
    validateSpec(job.spec, old.spec, errors);
    return errors;
  },
  validateStatusUpdate: (job, old) => validateObjectMetaUpdate(job, old),
  warnings(job, old) {
    const found = [...(old === undefined ? nameWarnings(job.metadata.name) : []), ...jobWarnings(job.spec?.jobTemplate?.spec, old?.spec?.jobTemplate?.spec, 'spec.jobTemplate.spec')];
    // Upstream writes the path so.
    if ((job.spec?.schedule ?? '').includes('TZ')) {
      found.push('cannot use TZ or CRON_TZ in spec.spec.schedule, use timeZone instead, see https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/ for more details');
    }
    return found;
  },
});
