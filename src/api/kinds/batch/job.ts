import { equalData } from '../../../base/compare.ts';
import type { Micros } from '../../../base/data.ts';
import { isConditionStatus } from '../../condition.ts';
import { invalid, required } from '../../field-error.ts';
import type { FieldError } from '../../field-error.ts';
import type { Condition, KubeObject, Time } from '../../meta.ts';
import { dns1123Label, dns1123Subdomain } from '../../names.ts';
import { defineResource, metadataFields, specStrategy, statusSubresource } from '../../resource.ts';
import { labelSelectorMatches, labelSelectorText, validateLabelSelector } from '../../selector.ts';
import { humanDuration, parseTime } from '../../time.ts';
import { validateImmutable, validateObjectMeta, validateObjectMetaUpdate } from '../../validate-meta.ts';
import { containerImages, containerNames } from '../apps/workload.ts';
import { ageColumn, nameColumn } from '../columns.ts';
import type { PodTemplateSpec } from '../core/pod-spec.ts';
import { defaultJobSpec } from './job-spec.ts';
import type { JobSpec } from './job-spec.ts';
import { validateJobStatus, validateJobStatusChange } from './job-status.ts';
import { validateJobSpec } from './validate-job.ts';
import { nameWarnings, templateWarnings } from '../core/pod-warnings.ts';

/** The observed state of a job. */
export interface JobStatus {
  readonly conditions?: readonly Condition[];
  readonly startTime?: Time;
  readonly completionTime?: Time;
  readonly active?: number;
  readonly succeeded?: number;
  readonly failed?: number;
  readonly terminating?: number;
  readonly completedIndexes?: string;
  readonly failedIndexes?: string;
  readonly uncountedTerminatedPods?: { readonly succeeded?: readonly string[]; readonly failed?: readonly string[] };
  readonly ready?: number;
}

/** Pods that run to their end. */
export interface Job extends KubeObject {
  readonly apiVersion: 'batch/v1';
  readonly kind: 'Job';
  readonly spec: JobSpec;
  readonly status?: JobStatus;
}

/** Labels that the API server puts on the pods of a job: the new names and the old ones. */
export const jobLabels = {
  uid: 'batch.kubernetes.io/controller-uid', name: 'batch.kubernetes.io/job-name', legacyUid: 'controller-uid', legacyName: 'job-name',
} as const;

function generatedLabels(job: Job): Readonly<Record<string, string>> {
  const uid = job.metadata.uid ?? '';
  return { [jobLabels.uid]: uid, [jobLabels.name]: job.metadata.name, [jobLabels.legacyUid]: uid, [jobLabels.legacyName]: job.metadata.name };
}

/** A job selects its own pods by its uid, unless it says that it brings a selector of its own.
 * @source kubernetes pkg/registry/batch/job/strategy.go (generateSelector) */
function withSelector(job: Job): Job {
  if (job.spec.manualSelector === true) return job;
  const { template } = job.spec;
  const labels = { ...generatedLabels(job), ...template?.metadata?.labels };
  const labelled: PodTemplateSpec = { ...template, metadata: { ...template?.metadata, labels } };
  const selector = job.spec.selector ?? { matchLabels: { [jobLabels.uid]: job.metadata.uid ?? '' } };
  return withOwnLabels({ ...job, spec: { ...job.spec, selector, template: labelled } });
}

/** A job without labels takes those of its template. */
function withOwnLabels(job: Job): Job {
  const labels = job.spec?.template?.metadata?.labels;
  if (labels === undefined || Object.keys(job.metadata.labels ?? {}).length > 0) return job;
  return { ...job, metadata: { ...job.metadata, labels } };
}

function validateGenerated(job: Job, errors: FieldError[]): void {
  if (job.spec.manualSelector === true || job.spec.selector === undefined) return;
  if (!job.metadata.uid) errors.push(required('metadata.uid'));
  const expected = generatedLabels(job);
  const actual = job.spec.template?.metadata?.labels ?? {};
  for (const label of Object.keys(expected)) {
    if (actual[label] === undefined) errors.push(required('spec.template.metadata.labels', `must be '${expected[label] ?? ''}'`));
    else if (actual[label] !== expected[label]) errors.push(invalid('spec.template.metadata.labels', actual, `must be '${expected[label] ?? ''}'`));
  }
  if (!labelSelectorMatches(job.spec.selector, expected)) errors.push(invalid('spec.selector', job.spec.selector, '`selector` not auto-generated'));
}

function validateSpec(spec: JobSpec, errors: FieldError[]): void {
  validateJobSpec(spec, 'spec', errors);
  if (spec.selector === undefined) { errors.push(required('spec.selector')); return; }
  errors.push(...validateLabelSelector(spec.selector, 'spec.selector'));
  const labels = spec.template?.metadata?.labels ?? {};
  if (!labelSelectorMatches(spec.selector, labels)) errors.push(invalid('spec.template.metadata.labels', labels, '`selector` does not match template `labels`'));
}

/** Pods of an indexed job are called `name-index`, which must be a label. */
function validateHostname(job: Job, errors: FieldError[]): void {
  const { completionMode, completions = 0 } = job.spec;
  if (completionMode !== 'Indexed' || completions <= 0) return;
  const longest = `${job.metadata.name}-${completions - 1}`;
  if (dns1123Label(longest).length > 0) errors.push(invalid('metadata.name', job.metadata.name, `will not able to create pod with invalid DNS label: ${longest}`));
}

/** While a job is suspended and never started, what decides where its pods run may change. */
function comparableTemplate(job: Job, old: Job): PodTemplateSpec {
  const neverStarted = old.spec.suspend === true && old.status?.startTime === undefined;
  if (!neverStarted) return old.spec.template;
  const { nodeSelector, tolerations, schedulingGates } = job.spec.template.spec;
  const affinity = { ...old.spec.template.spec.affinity, nodeAffinity: job.spec.template.spec.affinity?.nodeAffinity };
  const { labels, annotations } = job.spec.template.metadata ?? {};
  const spec = { ...old.spec.template.spec, nodeSelector, tolerations, schedulingGates, affinity: Object.values(affinity).some((part) => part !== undefined) ? affinity : undefined };
  return { metadata: { ...old.spec.template.metadata, labels, annotations }, spec } as unknown as PodTemplateSpec;
}

function validateCompletions(job: Job, old: Job, errors: FieldError[]): void {
  if (job.spec.completionMode !== 'Indexed') { errors.push(...validateImmutable(job.spec.completions, old.spec.completions, 'spec.completions')); return; }
  const { completions, parallelism } = job.spec;
  if (completions === undefined || completions === old.spec.completions) return;
  if (completions !== parallelism) errors.push(invalid('spec.completions', completions, 'can only be modified in tandem with spec.parallelism'));
}

function validate(job: Job): readonly FieldError[] {
  const errors = validateObjectMeta(job, true, dns1123Subdomain);
  validateGenerated(job, errors);
  validateSpec(job.spec, errors);
  validateHostname(job, errors);
  return errors;
}

function validateUpdate(job: Job, old: Job): readonly FieldError[] {
  if (job.spec === old.spec) return [...validateObjectMeta(job, true, dns1123Subdomain), ...validateObjectMetaUpdate(job, old)];
  const errors = [...validate(job), ...validateObjectMetaUpdate(job, old)];
  validateSpec(job.spec, errors);
  validateCompletions(job, old, errors);
  errors.push(...validateImmutable(job.spec.selector, old.spec.selector, 'spec.selector'));
  if (!equalData(job.spec.template, comparableTemplate(job, old))) errors.push(invalid('spec.template', job.spec.template, 'field is immutable'));
  for (const field of ['completionMode', 'podFailurePolicy', 'backoffLimitPerIndex', 'managedBy', 'successPolicy'] as const) {
    errors.push(...validateImmutable(job.spec[field], old.spec[field], `spec.${field}`));
  }
  return errors;
}

/** @source kubernetes pkg/printers/internalversion/printers.go (printJob) */
function statusText(job: Job): string {
  const conditions = job.status?.conditions;
  if (isConditionStatus(conditions, 'Complete')) return 'Complete';
  if (isConditionStatus(conditions, 'Failed')) return 'Failed';
  if (job.metadata.deletionTimestamp !== undefined) return 'Terminating';
  if (isConditionStatus(conditions, 'Suspended')) return 'Suspended';
  if (isConditionStatus(conditions, 'FailureTarget')) return 'FailureTarget';
  return isConditionStatus(conditions, 'SuccessCriteriaMet') ? 'SuccessCriteriaMet' : 'Running';
}

function completionsText(job: Job): string {
  const succeeded = job.status?.succeeded ?? 0;
  const { completions, parallelism = 0 }: Partial<JobSpec> = job.spec ?? {};
  if (completions !== undefined) return `${succeeded}/${completions}`;
  return parallelism > 1 ? `${succeeded}/1 of ${parallelism}` : `${succeeded}/1`;
}

function durationText(job: Job, now: Micros): string {
  const { startTime, completionTime } = job.status ?? {};
  const from = startTime === undefined ? undefined : parseTime(startTime);
  if (from === undefined) return '';
  const to = completionTime === undefined ? now : parseTime(completionTime) ?? now;
  return humanDuration(to - from);
}

const strategy = specStrategy<Job>({});

/** @source kubernetes pkg/registry/batch/job/strategy.go */
export const jobResource = defineResource<Job>({
  group: 'batch', version: 'v1', kind: 'Job', plural: 'jobs', singular: 'job', shortNames: [], categories: ['all'], namespaced: true,
  subresources: [statusSubresource], storagePrefix: '/registry/jobs/', allowUnconditionalUpdate: true,
  selectableFields: [...metadataFields<Job>(true), { path: 'status.successful', get: (job) => `${job.status?.succeeded ?? 0}` }],
  columns: [
    nameColumn(),
    { name: 'Status', description: 'One word for the state of the job.', cell: statusText },
    { name: 'Completions', doc: 'batch.JobStatus.succeeded', cell: completionsText },
    { name: 'Duration', description: 'How long it has taken, or did take to complete.', cell: durationText },
    ageColumn(),
    { name: 'Containers', wide: true, description: 'Names of the containers of the template.', cell: (job) => containerNames(job.spec?.template) },
    { name: 'Images', wide: true, description: 'Images of the containers of the template.', cell: (job) => containerImages(job.spec?.template) },
    { name: 'Selector', wide: true, doc: 'batch.JobSpec.selector', cell: (job) => labelSelectorText(job.spec?.selector) },
  ],
  defaults(job) {
    const spec = defaultJobSpec(job.spec ?? {});
    return withOwnLabels(equalData(spec, job.spec) ? job : { ...job, spec });
  },
  ...strategy,
  prepareForCreate: (job) => withSelector(strategy.prepareForCreate(job)),
  validate,
  validateUpdate,
  validateStatusUpdate(job, old) {
    const errors = validateObjectMetaUpdate(job, old);
    validateJobStatus(job, errors);
    validateJobStatusChange(job, old, errors);
    return errors;
  },
  warnings(job, old) {
    const { completions = 0, parallelism = 0, completionMode, template } = job.spec ?? {};
    const found = [...(old === undefined ? nameWarnings(job.metadata.name) : []), ...templateWarnings(template, old?.spec?.template, 'spec.template')];
    // Above both, the list of finished indexes may not fit into the status.
    if (completionMode === 'Indexed' && completions > 100_000 && parallelism > 10_000) {
      found.push('spec.completions: In Indexed Jobs with a number of completions higher than 10^5 and a parallelism higher than 10^4, Kubernetes might not be able to track completedIndexes when a big number of indexes fail');
    }
    return found;
  },
});
