/**
 * Checks of the restricted level: today's best practice for pods.
 *
 * @source kubernetes/kubernetes staging/src/k8s.io/pod-security-admission/policy/check_*.go
 */
import type { Container, Volume } from '../../../api/kinds/all.ts';
import { badSeccomp, procMount } from './baseline.ts';
import { type Check, type CheckFunction, containersOf, containersText, type Finding, hasOwnUsers, namesOf, quoted, settersText, sortedSet, type Subject } from './finding.ts';

function allowPrivilegeEscalation({ spec }: Subject): Finding | undefined {
  const names = namesOf(spec, container => container.securityContext?.allowPrivilegeEscalation !== false);
  return names.length === 0 ? undefined
    : { reason: 'allowPrivilegeEscalation != false', detail: `${containersText(names)} must set securityContext.allowPrivilegeEscalation=false` };
}

function capabilities({ spec }: Subject): Finding | undefined {
  const forbidden = (container: Container): readonly string[] => (container.securityContext?.capabilities?.add ?? []).filter(capability => capability !== 'NET_BIND_SERVICE');
  const missing = namesOf(spec, container => container.securityContext?.capabilities?.drop?.includes('ALL') !== true);
  const adding = namesOf(spec, container => forbidden(container).length > 0);
  const details: string[] = [];
  if (missing.length > 0) details.push(`${containersText(missing)} must set securityContext.capabilities.drop=["ALL"]`);
  if (adding.length > 0) details.push(`${containersText(adding)} must not include ${quoted(sortedSet(containersOf(spec).flatMap(forbidden)))} in securityContext.capabilities.add`);
  return details.length === 0 ? undefined : { reason: 'unrestricted capabilities', detail: details.join('; ') };
}

const ALLOWED_VOLUMES = ['configMap', 'csi', 'downwardAPI', 'emptyDir', 'ephemeral', 'image', 'persistentVolumeClaim', 'projected', 'secret'] as const;

function restrictedVolumes({ spec }: Subject): Finding | undefined {
  const allowed = (volume: Volume): boolean => ALLOWED_VOLUMES.some(type => (volume as unknown as Readonly<Record<string, unknown>>)[type] !== undefined);
  const bad = (spec.volumes ?? []).filter(volume => !allowed(volume));
  if (bad.length === 0) return undefined;
  const types = sortedSet(bad.map(typeOf));
  const names = bad.map(({ name }) => name);
  return {
    reason: 'restricted volume types',
    detail: `${names.length === 1 ? 'volume' : 'volumes'} ${quoted(names)} ${names.length === 1 ? 'uses' : 'use'} restricted volume ${types.length === 1 ? 'type' : 'types'} ${quoted(types)}`,
  };
}

function typeOf(volume: Volume): string {
  return Object.keys(volume).find(key => key !== 'name') ?? 'unknown';
}

function runAsNonRoot({ spec }: Subject): Finding | undefined {
  const pod = spec.securityContext?.runAsNonRoot;
  const setters = settersText(pod === false, namesOf(spec, container => container.securityContext?.runAsNonRoot === false));
  if (setters !== undefined) return { reason: 'runAsNonRoot != true', detail: `${setters} must not set securityContext.runAsNonRoot=false` };
  const silent = pod === true ? [] : namesOf(spec, container => container.securityContext?.runAsNonRoot === undefined);
  return silent.length === 0 ? undefined : { reason: 'runAsNonRoot != true', detail: `pod or ${containersText(silent)} must set securityContext.runAsNonRoot=true` };
}

function runAsUser({ spec }: Subject): Finding | undefined {
  const setters = settersText(spec.securityContext?.runAsUser === 0, namesOf(spec, container => container.securityContext?.runAsUser === 0));
  return setters === undefined ? undefined : { reason: 'runAsUser=0', detail: `${setters} must not set runAsUser=0` };
}

function seccompProfile({ spec }: Subject): Finding | undefined {
  const bad = badSeccomp(spec);
  if (bad !== undefined) return bad;
  const silent = spec.securityContext?.seccompProfile !== undefined ? [] : namesOf(spec, container => container.securityContext?.seccompProfile === undefined);
  return silent.length === 0 ? undefined
    : { reason: 'seccompProfile', detail: `pod or ${containersText(silent)} must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost"` };
}

/** Pods of Windows have no such rights to give up. */
const onLinux = (run: CheckFunction): CheckFunction => subject => (subject.spec.os?.name === 'windows' ? undefined : run(subject));
/** A user that is root only within its pod. */
const withoutOwnUsers = (run: CheckFunction): CheckFunction => subject => (hasOwnUsers(subject.spec) ? undefined : run(subject));

const restricted = (...versions: Check['versions']): Check => ({ level: 'restricted', versions });

/** In the order of upstream's file names, which is the order of their findings. */
export const restrictedChecks: readonly Check[] = [
  restricted({ since: 8, run: allowPrivilegeEscalation }, { since: 25, run: onLinux(allowPrivilegeEscalation) }),
  restricted({ since: 22, run: capabilities }, { since: 25, run: onLinux(capabilities) }),
  restricted({ since: 35, run: procMount }),
  restricted({ since: 0, run: restrictedVolumes }),
  restricted({ since: 0, run: runAsNonRoot }, { since: 35, run: withoutOwnUsers(runAsNonRoot) }),
  restricted({ since: 23, run: runAsUser }, { since: 35, run: withoutOwnUsers(runAsUser) }),
  restricted({ since: 19, run: seccompProfile }, { since: 25, run: onLinux(seccompProfile) }),
];
