import { equalData } from '../../../base/compare.ts';
import type { Micros } from '../../../base/data.ts';
import { isConditionStatus } from '../../condition.ts';
import { invalid, mapValue, required } from '../../field-error.ts';
import type { FieldError } from '../../field-error.ts';
import type { Condition, KubeObject, Time } from '../../meta.ts';
import { dns1123Label, dns1123Subdomain } from '../../names.ts';
import { defineResource, metadataFields, specStrategy, statusSubresource } from '../../resource.ts';
import { isReadableSelector, labelSelectorMatches, labelSelectorText, selectorValue, validateLabelSelector } from '../../selector.ts';
import { humanDuration, parseTime } from '../../time.ts';
import { immutableText, validateImmutable, validateObjectMeta, validateObjectMetaUpdate } from '../../validate-meta.ts';
import { containerImages, containerNames, noTemplate, validateSameSelector, validateSelected } from '../apps/workload.ts';
import { ageColumn, nameColumn } from '../columns.ts';
import type { Affinity } from '../core/affinity.ts';
import type { PodTemplateSpec } from '../core/pod-spec.ts';
import { defaultJobSpec } from './job-spec.ts';
import type { JobSpec } from './job-spec.ts';
import { validateJobStatus, validateJobStatusChange } from './job-status.ts';
import { failurePolicyValue, successPolicyValue, validateJobSpec } from './validate-job.ts';
import { internalPodTemplate } from '../core/internal-pod.ts';
import { nameWarnings } from '../core/pod-warnings.ts';
import { jobWarnings } from './job-warnings.ts';

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
const jobLabels = {
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
  const selector = { ...job.spec.selector, matchLabels: { [jobLabels.uid]: job.metadata.uid ?? '', ...job.spec.selector?.matchLabels } };
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
  const actual = job.spec.template?.metadata?.labels;
  for (const label of [jobLabels.legacyUid, jobLabels.legacyName, jobLabels.uid, jobLabels.name]) {
    const [wanted, given] = [expected[label] ?? '', actual?.[label]];
    if (given === undefined) errors.push(required(`spec.template.metadata.labels[${label}]`, `must be '${wanted}'`));
    else if (given !== wanted) errors.push(invalid(`spec.template.metadata.labels[${label}]`, mapValue(actual), `must be '${wanted}'`));
  }
  if (isReadableSelector(job.spec.selector) && !labelSelectorMatches(job.spec.selector, expected)) errors.push(invalid('spec.selector', selectorValue(job.spec.selector), '`selector` not auto-generated'));
}

function validateSpec(spec: JobSpec, errors: FieldError[]): void {
  validateJobSpec(spec, 'spec', errors);
  if (spec.selector === undefined) errors.push(required('spec.selector'));
  errors.push(...validateLabelSelector(spec.selector, 'spec.selector'));
  if (spec.selector === undefined || isReadableSelector(spec.selector)) validateSelected(spec.template ?? noTemplate, spec.selector, errors);
}

/** Pods of an indexed job are called `name-index`, which must be a label. */
function validateHostname(job: Job, errors: FieldError[]): void {
  const { completionMode, completions = 0 } = job.spec;
  if (completionMode !== 'Indexed' || completions <= 0) return;
  const longest = `${job.metadata.name}-${completions - 1}`;
  if (dns1123Label(longest).length > 0) errors.push(invalid('metadata.name', job.metadata.name, `will not able to create pod with invalid DNS label: ${longest}`));
}

/** The old affinity with the new one's rules about nodes; it may go as a whole if it had no others. */
function comparableAffinity(affinity: Affinity | undefined, old: Affinity | undefined): object | undefined {
  const { nodeAffinity: _nodes, ...others } = old ?? {};
  if (affinity === undefined) return Object.keys(others).length === 0 ? undefined : others;
  return { ...others, ...(affinity.nodeAffinity === undefined ? {} : { nodeAffinity: affinity.nodeAffinity }) };
}

/** While a job is suspended and never started, what decides where its pods run may change. */
function comparableTemplate(job: Job, old: Job): PodTemplateSpec {
  const neverStarted = old.spec.suspend === true && old.status?.startTime === undefined;
  if (!neverStarted) return old.spec.template;
  const { nodeSelector, tolerations, schedulingGates } = job.spec.template.spec;
  const { labels, annotations } = job.spec.template.metadata ?? {};
  const spec = { ...old.spec.template.spec, nodeSelector, tolerations, schedulingGates, affinity: comparableAffinity(job.spec.template.spec.affinity, old.spec.template.spec.affinity) };
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

/** What a job keeps from its beginning to its end, as errors show it. */
const fixed: readonly (readonly [field: keyof JobSpec, shown: (spec: JobSpec) => unknown])[] = [
  ['completionMode', (spec) => spec.completionMode], ['podFailurePolicy', ({ podFailurePolicy: policy }) => policy && failurePolicyValue(policy)],
  ['backoffLimitPerIndex', (spec) => spec.backoffLimitPerIndex], ['managedBy', (spec) => spec.managedBy], ['successPolicy', ({ successPolicy: policy }) => policy && successPolicyValue(policy)],
];

/**
 * @source kubernetes pkg/apis/batch/validation/validation.go (ValidateJobUpdate), pkg/registry/batch/job/strategy.go (ValidateUpdate)
 */
function validateUpdate(job: Job, old: Job): readonly FieldError[] {
  if (job.spec === old.spec) return [...validateObjectMeta(job, true, dns1123Subdomain), ...validateObjectMetaUpdate(job, old)];
  const errors = [...validate(job), ...validateObjectMetaUpdate(job, old)];
  validateSpec(job.spec, errors);
  validateCompletions(job, old, errors);
  validateSameSelector(job.spec.selector, old.spec.selector, errors);
  if (!equalData(job.spec.template, comparableTemplate(job, old))) errors.push(invalid('spec.template', internalPodTemplate(job.spec.template), immutableText));
  for (const [field, shown] of fixed) if (!equalData(job.spec[field], old.spec[field])) errors.push(invalid(`spec.${field}`, shown(job.spec), immutableText));
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
/** @source kubernetes pkg/registry/batch/job/storage/storage.go (deleteOptionWarnings) */
const preservedText = 'child pods are preserved by default when jobs are deleted; set propagationPolicy=Background to remove them or set propagationPolicy=Orphan to suppress this warning';

/** @source kubernetes pkg/registry/batch/job/strategy.go */
export const jobResource = defineResource<Job>({
  group: 'batch', version: 'v1', kind: 'Job', plural: 'jobs', singular: 'job', shortNames: [], categories: ['all'], namespaced: true,
  subresources: [statusSubresource], storagePrefix: '/registry/jobs/', allowUnconditionalUpdate: true, keepsDependents: { remark: preservedText },
  selectableFields: [...metadataFields<Job>(true), { path: 'status.successful', get: (job) => `${job.status?.succeeded ?? 0}` }],
  refusedField: (label) => `field label ${JSON.stringify(label)} not supported for batchv1.Job`,
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
    validateJobStatus(job, old, errors);
    validateJobStatusChange(job, old, errors);
    return errors;
  },
  warnings: (job, old) => [...(old === undefined ? nameWarnings(job.metadata.name) : []), ...jobWarnings(job.spec, old?.spec, 'spec')],
});
