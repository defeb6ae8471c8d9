/** Jobs: what they run and how they end; shared with the templates of cron jobs.
 * @source kubernetes/api batch/v1/types.go */
import type { LabelSelector } from '../../meta.ts';
import { defaultTemplate, noTemplate } from '../apps/workload.ts';
import type { PodTemplateSpec } from '../core/pod-spec.ts';

/** Which exit codes a rule is about. */
export interface PodFailurePolicyOnExitCodes {
  readonly containerName?: string;
  readonly operator: 'In' | 'NotIn';
  readonly values: readonly number[];
}

/** What a kind of failure means for the job; exactly one of the two patterns is set. */
export interface PodFailurePolicyRule {
  readonly action: 'FailJob' | 'FailIndex' | 'Ignore' | 'Count';
  readonly onExitCodes?: PodFailurePolicyOnExitCodes;
  readonly onPodConditions?: readonly { readonly type: string; readonly status?: string }[];
}

/** Indexes that make the whole job a success. */
export interface SuccessPolicyRule {
  readonly succeededIndexes?: string;
  readonly succeededCount?: number;
}

/** The desired state of a job. */
export interface JobSpec {
  readonly parallelism?: number;
  readonly completions?: number;
  readonly activeDeadlineSeconds?: number;
  readonly podFailurePolicy?: { readonly rules: readonly PodFailurePolicyRule[] };
  readonly successPolicy?: { readonly rules?: readonly SuccessPolicyRule[] };
  readonly backoffLimit?: number;
  readonly backoffLimitPerIndex?: number;
  readonly maxFailedIndexes?: number;
  readonly selector?: LabelSelector;
  readonly manualSelector?: boolean;
  readonly template: PodTemplateSpec;
  readonly ttlSecondsAfterFinished?: number;
  readonly completionMode?: 'NonIndexed' | 'Indexed';
  readonly suspend?: boolean;
  readonly podReplacementPolicy?: 'TerminatingOrFailed' | 'Failed';
  readonly managedBy?: string;
}

/** Retries before a job fails. */
const defaultBackoffLimit = 6;
/** Where each index may fail on its own, the job as a whole retries without end: the largest int32. */
const unlimited = 2_147_483_647;

function defaultFailurePolicy(policy: JobSpec['podFailurePolicy']): JobSpec['podFailurePolicy'] {
  if (policy === undefined || (policy.rules ?? []).every((rule) => (rule.onPodConditions ?? []).every((pattern) => pattern.status))) return policy;
  return {
    rules: policy.rules.map((rule) => (rule.onPodConditions === undefined ? rule
      : { ...rule, onPodConditions: rule.onPodConditions.map((pattern) => (pattern.status ? pattern : { ...pattern, status: 'True' })) })),
  };
}

/** What is filled into a job wherever it stands: its template, and the patterns of its failures. */
export function defaultJobParts(spec: Partial<JobSpec>): Pick<JobSpec, 'template' | 'podFailurePolicy'> {
  const podFailurePolicy = defaultFailurePolicy(spec.podFailurePolicy);
  return { template: defaultTemplate(spec.template ?? noTemplate), ...(podFailurePolicy === undefined ? {} : { podFailurePolicy }) };
}

/** Parallelism and completions are one unless completions say otherwise: a job without completions is a work queue.
 * @source kubernetes pkg/apis/batch/v1/defaults.go (SetDefaults_Job) */
export function defaultJobSpec(spec: JobSpec): JobSpec {
  const single = spec.completions === undefined && spec.parallelism === undefined;
  return {
    ...spec, ...(single ? { completions: 1 } : {}), parallelism: spec.parallelism ?? 1,
    backoffLimit: spec.backoffLimit ?? (spec.backoffLimitPerIndex === undefined ? defaultBackoffLimit : unlimited),
    completionMode: spec.completionMode ?? 'NonIndexed', suspend: spec.suspend ?? false, manualSelector: spec.manualSelector ?? false,
    podReplacementPolicy: spec.podReplacementPolicy ?? (spec.podFailurePolicy === undefined ? 'TerminatingOrFailed' : 'Failed'),
    ...defaultJobParts(spec),
  };
}
