/**
 * Validation of what containers may do to their node: profiles, kernel settings, groups.
 *
 * @source kubernetes pkg/apis/core/validation/validation.go (ValidateSecurityContext, validatePodSpecSecurityContext, validateSysctls)
 */
import { duplicate, forbidden, invalid, notSupported, required, tooLong } from '../../field-error.ts';
import type { FieldError } from '../../field-error.ts';
import { userId } from '../../names.ts';
import type { SecurityContext, SecurityProfile } from './container.ts';
import { eachContainer } from './each-container.ts';
import type { PodSecurityContext, PodSpec } from './pod-spec.ts';
import { validateDescendingPath } from './validate-path.ts';
import { validateWindowsOptions } from './validate-windows.ts';

interface Spot { readonly path: string; readonly errors: FieldError[] }

const profileTypes = ['Localhost', 'RuntimeDefault', 'Unconfined'] as const;

function validateSeccomp(profile: SecurityProfile | undefined, { path, errors }: Spot): void {
  if (profile === undefined) return;
  const { type, localhostProfile } = profile;
  if (!type) errors.push(required(`${path}.type`, 'type is required when seccompProfile is set'));
  else if (!(profileTypes as readonly string[]).includes(type)) errors.push(notSupported(`${path}.type`, type, profileTypes));
  if (type !== 'Localhost') {
    if (localhostProfile !== undefined) errors.push(invalid(`${path}.localhostProfile`, profile, 'can only be set when seccomp type is Localhost'));
  } else if (localhostProfile === undefined) errors.push(required(`${path}.localhostProfile`, 'must be set when seccomp type is Localhost'));
  else validateDescendingPath(localhostProfile, `${path}.localhostProfile`, errors);
}

/** Longest path of a profile: PATH_MAX less the end. */
const maximumProfile = 4095;

function validateAppArmor(profile: SecurityProfile | undefined, { path, errors }: Spot): void {
  if (profile === undefined) return;
  const { type, localhostProfile } = profile;
  const at = `${path}.localhostProfile`;
  if (!type) errors.push(required(`${path}.type`, 'type is required when appArmorProfile is set'));
  else if (!(profileTypes as readonly string[]).includes(type)) errors.push(notSupported(`${path}.type`, type, profileTypes));
  else if (type !== 'Localhost') {
    if (localhostProfile !== undefined) errors.push(invalid(at, localhostProfile, 'can only be set when AppArmor type is Localhost'));
  } else if (localhostProfile === undefined) errors.push(required(at, 'must be set when AppArmor type is Localhost'));
  else {
    if (localhostProfile.trim() !== localhostProfile) errors.push(invalid(at, localhostProfile, 'must not be padded with whitespace'));
    else if (localhostProfile === '') errors.push(required(at, 'must be set when AppArmor type is Localhost'));
    if (localhostProfile.length > maximumProfile) errors.push(tooLong(at, maximumProfile));
  }
}

function validateIds(context: SecurityContext | PodSecurityContext, fields: readonly ('fsGroup' | 'runAsUser' | 'runAsGroup')[], { path, errors }: Spot): void {
  for (const field of fields) {
    const id = (context as PodSecurityContext)[field];
    if (id !== undefined) for (const message of userId(id)) errors.push(invalid(`${path}.${field}`, id, message));
  }
}

/** The security context of one container. */
export function validateSecurity(context: SecurityContext | undefined, { path, errors, hostUsers }: Spot & { readonly hostUsers: boolean }): void {
  if (context === undefined) return;
  validateIds(context, ['runAsUser', 'runAsGroup'], { path, errors });
  if (context.procMount !== undefined && context.procMount !== 'Default' && context.procMount !== 'Unmasked') {
    errors.push(notSupported(`${path}.procMount`, context.procMount, ['Default', 'Unmasked']));
  }
  if (hostUsers && context.procMount === 'Unmasked') errors.push(invalid(`${path}.procMount`, context.procMount, '`hostUsers` must be false to use `Unmasked`'));
  validateSeccomp(context.seccompProfile, { path: `${path}.seccompProfile`, errors });
  if (context.allowPrivilegeEscalation === false) {
    if (context.privileged === true) errors.push(invalid(path, context, 'cannot set `allowPrivilegeEscalation` to false and `privileged` to true'));
    for (const added of context.capabilities?.add ?? []) {
      if (added === 'CAP_SYS_ADMIN') errors.push(invalid(path, context, 'cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN'));
    }
  }
  validateWindowsOptions(context.windowsOptions, { path: `${path}.windowsOptions`, errors });
  validateAppArmor(context.appArmorProfile, { path: `${path}.appArmorProfile`, errors });
}

const sysctlMaximum = 253;
const sysctlFormat = String.raw`^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$`;
const sysctlPattern = new RegExp(sysctlFormat);

/** The namespace of the kernel to which a setting belongs. @source kubernetes/component-helpers node/util/sysctl/namespace.go */
function sysctlNamespace(name: string): 'ipc' | 'net' | undefined {
  const plain = name.replaceAll('/', '.');
  if (plain.startsWith('net.')) return 'net';
  return plain === 'kernel.sem' || ['kernel.shm', 'kernel.msg', 'fs.mqueue.'].some((prefix) => plain.startsWith(prefix)) ? 'ipc' : undefined;
}

function validateSysctls(spec: PodSpec, { path, errors }: Spot): void {
  const seen = new Set<string>();
  (spec.securityContext?.sysctls ?? []).forEach(({ name = '' }, i) => {
    const at = `${path}[${i}].name`;
    if (name === '') errors.push(required(at));
    else if (name.length > sysctlMaximum || !sysctlPattern.test(name)) errors.push(invalid(at, name, `must have at most ${sysctlMaximum} characters and match regex ${sysctlFormat}`));
    else if (seen.has(name)) errors.push(duplicate(at, name));
    const namespace = sysctlNamespace(name);
    if (spec.hostNetwork === true && namespace === 'net') errors.push(invalid(at, name, "may not be specified when 'hostNetwork' is true"));
    else if (spec.hostIPC === true && namespace === 'ipc') errors.push(invalid(at, name, "may not be specified when 'hostIPC' is true"));
    seen.add(name);
  });
}

const policies = { fsGroupChangePolicy: ['Always', 'OnRootMismatch'], supplementalGroupsPolicy: ['Merge', 'Strict'], seLinuxChangePolicy: ['MountOption', 'Recursive'] } as const;

function validatePolicy(security: PodSecurityContext, field: keyof typeof policies, { path, errors }: Spot): void {
  const value: string | undefined = security[field];
  const allowed: readonly string[] = policies[field];
  if (value !== undefined && !allowed.includes(value)) errors.push(notSupported(`${path}.${field}`, value, allowed));
}

/** The security context of a pod. */
export function validatePodSecurity(spec: PodSpec, path: string, errors: FieldError[]): void {
  const { securityContext: security } = spec;
  const at = { path: `${path}.securityContext`, errors };
  if (security !== undefined) {
    validateIds(security, ['fsGroup', 'runAsUser', 'runAsGroup'], at);
    (security.supplementalGroups ?? []).forEach((id, i) => {
      for (const message of userId(id)) errors.push(invalid(`${at.path}.supplementalGroups[${i}]`, id, message));
    });
  }
  // Upstream keeps this field in the security context.
  if (spec.shareProcessNamespace === true && spec.hostPID === true) {
    errors.push(invalid(`${at.path}.shareProcessNamespace`, true, 'ShareProcessNamespace and HostPID cannot both be enabled'));
  }
  if (security === undefined) return;
  validateSysctls(spec, { path: `${at.path}.sysctls`, errors });
  validatePolicy(security, 'fsGroupChangePolicy', at);
  validateSeccomp(security.seccompProfile, { path: `${at.path}.seccompProfile`, errors });
  validateWindowsOptions(security.windowsOptions, { path: `${at.path}.windowsOptions`, errors });
  validateAppArmor(security.appArmorProfile, { path: `${at.path}.appArmorProfile`, errors });
  validatePolicy(security, 'supplementalGroupsPolicy', at);
  validatePolicy(security, 'seLinuxChangePolicy', at);
}

/** What pods with users of their own may not share with their node. */
export function validateHostUsers(spec: PodSpec, path: string, errors: FieldError[]): void {
  if (spec.hostUsers !== false) return;
  const text = 'when `hostUsers` is false';
  if (spec.hostNetwork === true) errors.push(forbidden(`${path}.hostNetwork`, text));
  if (spec.hostPID === true) errors.push(forbidden(`${path}.HostPID`, text));
  if (spec.hostIPC === true) errors.push(forbidden(`${path}.HostIPC`, text));
  eachContainer(spec, path, (container, at) => { if ((container.volumeDevices ?? []).length > 0) errors.push(forbidden(`${at}.volumeDevices`, text)); });
}
