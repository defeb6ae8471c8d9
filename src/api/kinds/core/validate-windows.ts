/**
 * Validation of what depends on the operating system of a pod.
 *
 * @source kubernetes pkg/apis/core/validation/validation.go (validateWindowsSecurityContextOptions, validateWindowsHostProcessPod, validateOS, validateLinux, validateWindows)
 */
import { forbidden, invalid, notSupported, required } from '../../field-error.ts';
import type { FieldError } from '../../field-error.ts';
import { dns1123Subdomain } from '../../names.ts';
import type { WindowsSecurityContextOptions } from './container.ts';
import { eachContainer } from './each-container.ts';
import type { PodSpec } from './pod-spec.ts';

interface Spot { readonly path: string; readonly errors: FieldError[] }

const credentialKibibytes = 64;
const domainMaximum = 256;
const userMaximum = 104;
const netBios = /^[^\\/:*?"<>|.][^\\/:*?"<>|]{0,14}$/;
const dnsLabel = '[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?';
const dnsName = new RegExp(`^${dnsLabel}(?:\\.${dnsLabel})*$`);

const controls = /[\x00-\x1f\x7f]/;

function userFaults(name: string): readonly string[] {
  if (name === '') return ['runAsUserName cannot be an empty string'];
  if (controls.test(name)) return ['runAsUserName cannot contain control characters'];
  const parts = name.split('\\');
  if (parts.length > 2) return ['runAsUserName cannot contain more than one backslash'];
  const [domain, user] = parts.length === 2 ? [parts[0] ?? '', parts[1] ?? ''] : [undefined, name];
  const faults: string[] = [];
  if ((domain ?? '').length >= domainMaximum) faults.push(`runAsUserName's Domain length must be under ${domainMaximum} characters`);
  if (domain !== undefined && !netBios.test(domain) && !dnsName.test(domain)) faults.push("runAsUserName's Domain doesn't match the NetBios nor the DNS format");
  if (user === '') faults.push("runAsUserName's User cannot be empty");
  else if (user.length > userMaximum) faults.push(`runAsUserName's User length must not be longer than ${userMaximum} characters`);
  if (/^[. ]+$/.test(user)) faults.push("runAsUserName's User cannot contain only periods or spaces");
  if (/["/\\:;|=,+*?<>@[\]]/.test(user)) faults.push(`runAsUserName's User cannot contain the following characters: "/\\:;|=,+*?<>@[]`);
  return faults;
}

/** Options that only Windows knows. */
export function validateWindowsOptions(options: WindowsSecurityContextOptions | undefined, { path, errors }: Spot): void {
  if (options === undefined) return;
  const { gmsaCredentialSpecName: name, gmsaCredentialSpec: spec, runAsUserName } = options;
  if (name !== undefined) for (const message of dns1123Subdomain(name)) errors.push(invalid(`${path}.gmsaCredentialSpecName`, name, message));
  if (spec === '') errors.push(invalid(`${path}.gmsaCredentialSpec`, spec, 'gmsaCredentialSpec cannot be an empty string'));
  else if (spec !== undefined && spec.length > credentialKibibytes * 1024) {
    errors.push(invalid(`${path}.gmsaCredentialSpec`, spec, `gmsaCredentialSpec size must be under ${credentialKibibytes} KiB`));
  }
  if (runAsUserName !== undefined) for (const fault of userFaults(runAsUserName)) errors.push(invalid(`${path}.runAsUserName`, runAsUserName, fault));
}

/** Containers that run as processes of a Windows node: all of a pod or none, in the network of the node. */
export function validateHostProcess(spec: PodSpec, path: string, errors: FieldError[]): void {
  const ofPod = spec.securityContext?.windowsOptions?.hostProcess;
  let count = 0;
  let hosted = 0;
  eachContainer(spec, path, (container, at) => {
    count++;
    const own = container.securityContext?.windowsOptions?.hostProcess;
    if (ofPod !== undefined && own !== undefined && ofPod !== own) {
      errors.push(invalid(`${at}.securityContext.windowsOptions.hostProcess`, own, `pod hostProcess value must be identical if both are specified, was ${ofPod}`));
    }
    if (own ?? ofPod === true) hosted++;
  });
  if (hosted === 0) return;
  if (hosted !== count) errors.push(invalid(path, '', 'If pod contains any hostProcess containers then all containers must be HostProcess containers'));
  if (spec.hostNetwork !== true) errors.push(invalid(`${path}.hostNetwork`, false, 'hostNetwork must be true if pod contains any hostProcess containers'));
}

const systems = ['linux', 'windows'] as const;
const notOfPods = [
  'appArmorProfile', 'seLinuxOptions', 'seccompProfile', 'fsGroup', 'fsGroupChangePolicy', 'sysctls', 'runAsUser', 'runAsGroup', 'supplementalGroups',
  'supplementalGroupsPolicy', 'seLinuxChangePolicy',
] as const;
const notOfContainers = [
  'appArmorProfile', 'seLinuxOptions', 'seccompProfile', 'capabilities', 'readOnlyRootFilesystem', 'privileged', 'allowPrivilegeEscalation', 'procMount', 'runAsUser', 'runAsGroup',
] as const;

function validateLinux(spec: PodSpec, path: string, errors: FieldError[]): void {
  const text = 'windows options cannot be set for a linux pod';
  if (spec.securityContext?.windowsOptions !== undefined) errors.push(forbidden(`${path}.securityContext.windowsOptions`, text));
  eachContainer(spec, path, (container, at) => {
    if (container.securityContext?.windowsOptions !== undefined) errors.push(forbidden(`${at}.securityContext.windowsOptions`, text));
  });
}

function validateWindows(spec: PodSpec, path: string, errors: FieldError[]): void {
  const refuse = (field: string): void => { errors.push(forbidden(field, 'cannot be set for a windows pod')); };
  const { securityContext: security } = spec;
  for (const field of notOfPods) {
    const value = security?.[field];
    if (value !== undefined && !(field === 'sysctls' && (value as readonly unknown[]).length === 0)) refuse(`${path}.securityContext.${field}`);
  }
  if (spec.hostUsers !== undefined) refuse(`${path}.hostUsers`);
  if (spec.hostPID === true) refuse(`${path}.hostPID`);
  if (spec.hostIPC === true) refuse(`${path}.hostIPC`);
  if (spec.shareProcessNamespace !== undefined) refuse(`${path}.shareProcessNamespace`);
  eachContainer(spec, path, (container, at) => {
    for (const field of notOfContainers) if (container.securityContext?.[field] !== undefined) refuse(`${at}.securityContext.${field}`);
  });
}

/** The system that a pod names, and what it rules out. */
export function validateSystem(spec: PodSpec, path: string, errors: FieldError[]): void {
  const name: string | undefined = spec.os?.name;
  if (spec.os === undefined) return;
  if (!name) errors.push(required(`${path}.os.name`));
  else if (name === 'linux') validateLinux(spec, path, errors);
  else if (name === 'windows') validateWindows(spec, path, errors);
  else errors.push(notSupported(`${path}.os`, name, systems));
}
