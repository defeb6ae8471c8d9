/**
 * Validation of how containers restart, are resized and stopped, and of the device claims they name.
 *
 * @source kubernetes pkg/apis/core/validation/validation.go (validateResizePolicy, validateContainerRestartPolicy, validateStopSignal, validateResourceClaimNames)
 */
import { duplicate, forbidden, invalid, notSupported, required, tooMany } from '../../field-error.ts';
import type { FieldError } from '../../field-error.ts';
import { dns1123Label, dns1123Subdomain } from '../../names.ts';
import type { Container, ContainerResizePolicy, ResourceRequirements } from './container.ts';
import type { PodSpec, RestartPolicy } from './pod-spec.ts';

interface Spot { readonly path: string; readonly errors: FieldError[] }

const resizable = ['cpu', 'memory'] as const;
const resizeModes = ['NotRequired', 'RestartContainer'] as const;

/** What a change of resources does to a container. Upstream reports most of it on the list. */
export function validateResizePolicy(policies: readonly ContainerResizePolicy[], podPolicy: RestartPolicy | undefined, { path, errors }: Spot): void {
  const seen = new Set<string>();
  policies.forEach(({ resourceName, restartPolicy }, i) => {
    if (seen.has(resourceName)) errors.push(duplicate(`${path}[${i}]`, resourceName));
    seen.add(resourceName);
    if (!resourceName) errors.push(required(path));
    else if (!(resizable as readonly string[]).includes(resourceName)) errors.push(notSupported(path, resourceName, resizable));
    if (!restartPolicy) errors.push(required(path));
    else if (!resizeModes.includes(restartPolicy)) errors.push(notSupported(path, restartPolicy, resizeModes));
    if (podPolicy === 'Never' && restartPolicy !== 'NotRequired') errors.push(invalid(path, restartPolicy ?? '', "must be 'NotRequired' when pod `restartPolicy` is 'Never'"));
  });
}

const restartPolicies = ['Always', 'Never', 'OnFailure'] as const;
const ruleOperators = ['In', 'NotIn'] as const;
const mostRules = 20;
const mostExitCodes = 255;

/** The restart policy of one container and the rules that override it. */
export function validateRestartRules({ restartPolicy, restartPolicyRules: rules = [] }: Container, { path, errors }: Spot): void {
  if (restartPolicy === undefined) {
    if (rules.length === 0) return;
    errors.push(required(`${path}.restartPolicy`, 'must specify restartPolicy when restart rules are used'));
  } else if (!restartPolicies.includes(restartPolicy)) errors.push(notSupported(`${path}.restartPolicy`, restartPolicy, restartPolicies));
  if (rules.length > mostRules) errors.push(tooMany(`${path}.restartPolicyRules`, rules.length, mostRules));
  rules.forEach(({ action, exitCodes }, i) => {
    const at = `${path}.restartPolicyRules[${i}]`;
    if (action !== 'Restart') errors.push(notSupported(`${at}.action`, action ?? '', ['Restart']));
    if (exitCodes === undefined) { errors.push(required(`${at}.exitCodes`, 'must be specified')); return; }
    if (!ruleOperators.includes(exitCodes.operator)) errors.push(notSupported(`${at}.exitCodes.operator`, exitCodes.operator ?? '', ruleOperators));
    const count = (exitCodes.values ?? []).length;
    if (count > mostExitCodes) errors.push(tooMany(`${at}.exitCodes.values`, count, mostExitCodes));
  });
}

const plainSignals = [
  'SIGABRT', 'SIGALRM', 'SIGBUS', 'SIGCHLD', 'SIGCLD', 'SIGCONT', 'SIGFPE', 'SIGHUP', 'SIGILL', 'SIGINT', 'SIGIO', 'SIGIOT', 'SIGKILL', 'SIGPIPE', 'SIGPOLL', 'SIGPROF',
  'SIGPWR', 'SIGQUIT', 'SIGSEGV', 'SIGSTKFLT', 'SIGSTOP', 'SIGSYS', 'SIGTERM', 'SIGTRAP', 'SIGTSTP', 'SIGTTIN', 'SIGTTOU', 'SIGURG', 'SIGUSR1', 'SIGUSR2', 'SIGVTALRM',
  'SIGWINCH', 'SIGXCPU', 'SIGXFSZ', 'SIGRTMIN', 'SIGRTMAX',
] as const;
const realtimeSignals = [...Array(15).keys()].flatMap((i) => [`SIGRTMIN+${i + 1}`, ...(i < 14 ? [`SIGRTMAX-${i + 1}`] : [])]);
const windowsSignals = ['SIGKILL', 'SIGTERM'] as const;
const linuxSignals = [...plainSignals, ...realtimeSignals].sort();

/** The signal that stops a container, which depends on the system of the pod. */
export function validateStopSignal(signal: string, os: PodSpec['os'], { path, errors }: Spot): void {
  if (os === undefined) { errors.push(forbidden(path, 'may not be set for containers with empty `spec.os.name`')); return; }
  const known: readonly string[] = os.name === 'windows' ? windowsSignals : linuxSignals;
  if (!known.includes(signal)) errors.push(notSupported(path, signal, known));
}

/** Device claims that a container names must be claims of its pod. */
export function validateClaimRefs(resources: ResourceRequirements | undefined, spec: PodSpec, { path, errors }: Spot): void {
  const seen = new Set<string>();
  const claims = (spec.resourceClaims ?? []).map(({ name }) => name).filter((name) => name !== '').sort();
  (resources?.claims ?? []).forEach(({ name, request = '' }, i) => {
    const at = `${path}[${i}]`;
    if (!name) { errors.push(required(at)); return; }
    if (seen.has(name)) errors.push(duplicate(at, name));
    else {
      if (request !== '') for (const message of dns1123Label(request)) errors.push(invalid(`${at}.request`, request, message));
      const key = request === '' ? name : `${name}/${request}`;
      if (seen.has(key)) errors.push(duplicate(at, key));
      else if (request === '') for (const other of seen) if (other.startsWith(`${name}/`)) errors.push(duplicate(at, name));
      seen.add(key);
    }
    if (claims.includes(name)) return;
    const detail = `must be one of the names in pod.spec.resourceClaims${claims.length === 0 ? ' which is empty' : `: ${claims.join(', ')}`}`;
    errors.push({ type: 'FieldValueNotFound', field: at, badValue: name, detail });
  });
}

type PodResourceClaim = NonNullable<PodSpec['resourceClaims']>[number];

/** The device claims of a pod. */
export function validatePodClaims(claims: readonly PodResourceClaim[], { path, errors }: Spot): void {
  const seen = new Set<string>();
  claims.forEach((claim, i) => {
    const at = `${path}[${i}]`;
    if (!claim.name) errors.push(required(`${at}.name`));
    else if (seen.has(claim.name)) errors.push(duplicate(`${at}.name`, claim.name));
    else for (const message of dns1123Label(claim.name)) errors.push(invalid(`${at}.name`, claim.name, message));
    seen.add(claim.name);
    const both = claim.resourceClaimName !== undefined && claim.resourceClaimTemplateName !== undefined;
    if (both) errors.push(invalid(at, claim, 'at most one of `resourceClaimName` or `resourceClaimTemplateName` may be specified'));
    if (claim.resourceClaimName === undefined && claim.resourceClaimTemplateName === undefined) {
      errors.push(invalid(at, claim, 'must specify one of: `resourceClaimName`, `resourceClaimTemplateName`'));
    }
    for (const field of ['resourceClaimName', 'resourceClaimTemplateName'] as const) {
      const name = claim[field];
      if (name !== undefined) for (const message of dns1123Subdomain(name)) errors.push(invalid(`${at}.${field}`, name, message));
    }
  });
}
