/** What the API server remarks on jobs and on the templates of cron jobs. @source kubernetes pkg/api/job/warnings.go */
import { equalData } from '../../../base/compare.ts';
import { templateWarnings } from '../core/pod-warnings.ts';
import type { JobSpec } from './job-spec.ts';

/** Above both, the list of finished indexes may not fit into the status. */
const manyCompletions = 100_000;
const manyAtOnce = 10_000;
const untracked = 'In Indexed Jobs with a number of completions higher than 10^5 and a parallelism higher than 10^4, Kubernetes might not be able to track completedIndexes when a big number of indexes fail';

/** Of a spec that is new or changed. `path` is that of the spec. */
export function jobWarnings(spec: JobSpec | undefined, old: JobSpec | undefined, path: string): readonly string[] {
  if (spec === undefined || spec === old || (old !== undefined && equalData(spec, old))) return [];
  const { completions = 0, parallelism = 0, completionMode, template } = spec;
  const isUntracked = completionMode === 'Indexed' && completions > manyCompletions && parallelism > manyAtOnce;
  return [...(isUntracked ? [`${path}: ${untracked}`] : []), ...templateWarnings(template, old?.template, `${path}.template`)];
}
