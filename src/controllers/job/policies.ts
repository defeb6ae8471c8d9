/**
 * Rules of a Job about ends: which failures end it, count or do not count, and which successes are enough.
 *
 * @source kubernetes/kubernetes pkg/controller/job/pod_failure_policy.go, success_policy.go
 */
import type { JobSpec, PodFailurePolicyOnExitCodes, PodFailurePolicyRule } from '../../api/kinds/batch/job-spec.ts';
import type { Job } from '../../api/kinds/batch/job.ts';
import type { Pod } from '../../api/kinds/core/pod.ts';
import type { ContainerStatus } from '../../api/kinds/core/pod-status.ts';
import { type Intervals, parseIntervals, sharedTotal, totalOf } from './indexes.ts';

/** What a failed pod means: `counts` towards the limit; `failJob` = why the Job ends. */
export interface FailureVerdict { readonly counts: boolean; readonly action?: PodFailurePolicyRule['action']; readonly failJob?: string }

const COUNTS: FailureVerdict = Object.freeze({ counts: true });

/** The first rule that fits decides; without one the failure counts. */
export function judgeFailure(policy: JobSpec['podFailurePolicy'], pod: Pod): FailureVerdict {
  for (const [at, rule] of (policy?.rules ?? []).entries()) {
    const why = rule.onExitCodes !== undefined ? exitCodeReason(rule.onExitCodes, pod) : conditionReason(rule, pod);
    if (why === undefined) continue;
    if (rule.action === 'FailJob') return { counts: true, action: rule.action, failJob: `${why} matching FailJob rule at index ${at}` };
    return { counts: rule.action !== 'Ignore', action: rule.action };
  }
  return COUNTS;
}

function exitCodeReason(codes: PodFailurePolicyOnExitCodes, { metadata, status }: Pod): string | undefined {
  const found = [...(status?.containerStatuses ?? []), ...(status?.initContainerStatuses ?? [])].find(one => meetsCodes(codes, one));
  return found === undefined ? undefined : `Container ${found.name} for pod ${metadata.namespace ?? ''}/${metadata.name} failed with exit code ${found.state?.terminated?.exitCode ?? 0}`;
}

function meetsCodes({ containerName, operator, values }: PodFailurePolicyOnExitCodes, { name, state }: ContainerStatus): boolean {
  const code = state?.terminated?.exitCode;
  if (code === undefined || code === 0 || (containerName !== undefined && containerName !== name)) return false;
  return values.includes(code) === (operator === 'In');
}

function conditionReason({ onPodConditions = [] }: PodFailurePolicyRule, { metadata, status }: Pod): string | undefined {
  const found = (status?.conditions ?? []).find(condition => onPodConditions.some(pattern => pattern.type === condition.type && (pattern.status ?? 'True') === condition.status));
  return found === undefined ? undefined : `Pod ${metadata.namespace ?? ''}/${metadata.name} has condition ${found.type}`;
}

/** Why the indexes that succeeded are enough; undefined = they are not. */
export function meetsSuccessPolicy({ spec }: Job, succeeded: Intervals): string | undefined {
  if (succeeded.length === 0) return undefined;
  for (const [at, { succeededIndexes, succeededCount }] of (spec.successPolicy?.rules ?? []).entries()) {
    if (succeededIndexes === undefined) {
      if (succeededCount !== undefined && totalOf(succeeded) >= succeededCount) return `Matched rules at index ${at}`;
      continue;
    }
    const required = parseIntervals(succeededIndexes, spec.completions ?? 0);
    if (required.length > 0 && sharedTotal(required, succeeded) >= (succeededCount ?? totalOf(required))) return `Matched rules at index ${at}`;
  }
  return undefined;
}
