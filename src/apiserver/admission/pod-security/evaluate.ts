/** Puts the checks of a level and version together. @source kubernetes/kubernetes staging/src/k8s.io/pod-security-admission/policy/registry.go */
import { baselineChecks } from './baseline.ts';
import type { Check, CheckFunction, Finding, Subject } from './finding.ts';
import type { LevelVersion } from './policy.ts';
import { restrictedChecks } from './restricted.ts';

/** Everything that a level forbids about a pod; empty = the pod may be. */
export function evaluate(wanted: LevelVersion, subject: Subject): readonly Finding[] {
  if (wanted.level === 'privileged') return [];
  const found: Finding[] = [];
  for (const check of checksFor(wanted)) {
    const finding = check(subject);
    if (finding !== undefined) found.push(finding);
  }
  return found;
}

/** As in `privileged (container "a" must not set securityContext.privileged=true), hostPort (…)`. */
export function findingsText(found: readonly Finding[]): string {
  return found.map(({ reason, detail }) => (detail === '' ? reason : `${reason} (${detail})`)).join(', ');
}

/** Only the reasons, for a warning about many pods. */
export function reasonsText(found: readonly Finding[]): string {
  return found.map(({ reason }) => reason).join(', ');
}

function checksFor({ level, minor }: LevelVersion): readonly CheckFunction[] {
  const plain = baselineChecks.filter(check => check.overlap !== true);
  const checks = level === 'baseline' ? [...plain, ...baselineChecks.filter(check => check.overlap === true)] : [...plain, ...restrictedChecks];
  return checks.flatMap(check => versionOf(check, minor));
}

function versionOf({ versions }: Check, minor: number): readonly CheckFunction[] {
  const fitting = versions.filter(({ since }) => since <= minor).at(-1);
  return fitting === undefined ? [] : [fitting.run];
}
