/**
 * Checks of the baseline level: known ways to break out of a container.
 *
 * @source kubernetes/kubernetes staging/src/k8s.io/pod-security-admission/policy/check_*.go
 */
import type { Container, PodSpec, Probe } from '../../../api/kinds/all.ts';
import { quote } from '../../../api/field-error.ts';
import { type Check, type CheckFunction, containersOf, containersText, type Finding, hasOwnUsers, namesOf, plural, quoted, settersText, sortedSet, type Subject } from './finding.ts';

const always = (run: CheckFunction): Check['versions'] => [{ since: 0, run }];

const APPARMOR_ANNOTATION = 'container.apparmor.security.beta.kubernetes.io/';

/** The field came with 1.30; the annotation is looked at in all versions. */
function appArmorProfile({ metadata, spec }: Subject): Finding | undefined {
  const bad = (profile: { readonly type?: string } | undefined): boolean => profile !== undefined && profile.type !== 'RuntimeDefault' && profile.type !== 'Localhost';
  const values: string[] = [];
  const podIsBad = bad(spec.securityContext?.appArmorProfile);
  if (podIsBad) values.push(quote(spec.securityContext?.appArmorProfile?.type ?? ''));
  const names = namesOf(spec, container => {
    const profile = container.securityContext?.appArmorProfile;
    if (bad(profile)) values.push(quote(profile?.type ?? ''));
    return bad(profile);
  });
  const annotations = Object.entries(metadata.annotations ?? {})
    .filter(([key, value]) => key.startsWith(APPARMOR_ANNOTATION) && value !== '' && value !== 'runtime/default' && !value.startsWith('localhost/'))
    .map(([key, value]) => `${key}=${quote(value)}`);
  const setters = [...(podIsBad ? ['pod'] : []), ...(names.length > 0 ? [containersText(names)] : [])];
  const details: string[] = [];
  if (setters.length > 0) details.push(`${setters.join(' and ')} must not set AppArmor profile type to ${sortedSet(values).join(', ')}`);
  if (annotations.length > 0) details.push(sortedSet(annotations).join(', '));
  const count = annotations.length + values.length;
  return details.length === 0 ? undefined : { reason: plural(count, 'forbidden AppArmor profile', 'forbidden AppArmor profiles'), detail: details.join(' and ') };
}

const DEFAULT_CAPABILITIES: readonly string[] = [
  'AUDIT_WRITE', 'CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'FSETID', 'KILL', 'MKNOD', 'NET_BIND_SERVICE', 'SETFCAP', 'SETGID', 'SETPCAP', 'SETUID', 'SYS_CHROOT',
];

function capabilities({ spec }: Subject): Finding | undefined {
  const beyond = (container: Container): readonly string[] => (container.securityContext?.capabilities?.add ?? []).filter(capability => !DEFAULT_CAPABILITIES.includes(capability));
  const names = namesOf(spec, container => beyond(container).length > 0);
  if (names.length === 0) return undefined;
  const added = sortedSet(containersOf(spec).flatMap(beyond));
  return { reason: 'non-default capabilities', detail: `${containersText(names)} must not include ${quoted(added)} in securityContext.capabilities.add` };
}

function hostNamespaces({ spec }: Subject): Finding | undefined {
  const used = [...(spec.hostIPC === true ? ['hostIPC'] : []), ...(spec.hostNetwork === true ? ['hostNetwork'] : []), ...(spec.hostPID === true ? ['hostPID'] : [])];
  const named = used.map(name => `${name}=true`);
  return used.length === 0 ? undefined : { reason: 'host namespaces', detail: named.join(', ') };
}

function hostPathVolumes({ spec }: Subject): Finding | undefined {
  const names = (spec.volumes ?? []).filter(volume => volume.hostPath !== undefined).map(({ name }) => name);
  return names.length === 0 ? undefined : { reason: 'hostPath volumes', detail: `${plural(names.length, 'volume', 'volumes')} ${quoted(names)}` };
}

function hostPorts({ spec }: Subject): Finding | undefined {
  const portsOf = (container: Container): readonly number[] => (container.ports ?? []).map(({ hostPort = 0 }) => hostPort).filter(port => port !== 0);
  const names = namesOf(spec, container => portsOf(container).length > 0);
  if (names.length === 0) return undefined;
  const ports = sortedSet(containersOf(spec).flatMap(portsOf).map(String));
  return { reason: 'hostPort', detail: `${containersText(names)} ${plural(names.length, 'uses', 'use')} ${plural(ports.length, 'hostPort', 'hostPorts')} ${ports.join(', ')}` };
}

interface Handler { readonly httpGet?: { readonly host?: string }; readonly tcpSocket?: { readonly host?: string } }

function hostsOf(container: Container): readonly string[] {
  const probes: readonly (Probe | undefined)[] = [container.livenessProbe, container.readinessProbe, container.startupProbe];
  const handlers: readonly (Handler | undefined)[] = [...probes, container.lifecycle?.postStart, container.lifecycle?.preStop];
  return handlers.flatMap(handler => [handler?.httpGet?.host ?? '', handler?.tcpSocket?.host ?? '']).filter(host => host !== '');
}

function hostProbes({ spec }: Subject): Finding | undefined {
  const names = sortedSet(namesOf(spec, container => hostsOf(container).length > 0));
  if (names.length === 0) return undefined;
  const hosts = sortedSet(containersOf(spec).flatMap(hostsOf));
  return {
    reason: 'probe or lifecycle host',
    detail: `${containersText(names)} ${plural(names.length, 'uses', 'use')} ${plural(hosts.length, 'probe or lifecycle host', 'probe or lifecycle hosts')} ${quoted(hosts)}`,
  };
}

function privileged({ spec }: Subject): Finding | undefined {
  const names = namesOf(spec, container => container.securityContext?.privileged === true);
  return names.length === 0 ? undefined : { reason: 'privileged', detail: `${containersText(names)} must not set securityContext.privileged=true` };
}

/** Also a check of the restricted level, for all pods. */
export function procMount({ spec }: Subject): Finding | undefined {
  const mountOf = (container: Container): string => container.securityContext?.procMount ?? 'Default';
  const names = namesOf(spec, container => mountOf(container) !== 'Default');
  if (names.length === 0) return undefined;
  const values = sortedSet(containersOf(spec).map(mountOf).filter(value => value !== 'Default'));
  return { reason: 'procMount', detail: `${containersText(names)} must not set securityContext.procMount to ${quoted(values)}` };
}

const SELINUX_TYPES: readonly string[] = ['', 'container_t', 'container_init_t', 'container_kvm_t'];
const SELINUX_TYPES_1_31: readonly string[] = [...SELINUX_TYPES, 'container_engine_t'];

interface Labels { readonly type?: string; readonly user?: string; readonly role?: string }

function seLinux(types: readonly string[]): CheckFunction {
  const isBad = ({ type = '', user = '', role = '' }: Labels = {}): boolean => !types.includes(type) || user !== '' || role !== '';
  return ({ spec }) => {
    const pod = spec.securityContext?.seLinuxOptions;
    const setters = settersText(isBad(pod), namesOf(spec, container => isBad(container.securityContext?.seLinuxOptions)));
    if (setters === undefined) return undefined;
    const all: readonly Labels[] = [pod ?? {}, ...containersOf(spec).map(container => container.securityContext?.seLinuxOptions ?? {})];
    const badTypes = sortedSet(all.map(({ type = '' }) => type).filter(type => !types.includes(type)));
    const data = badTypes.length > 0 ? [`${plural(badTypes.length, 'type', 'types')} ${quoted(badTypes)}`] : [];
    if (all.some(({ user = '' }) => user !== '')) data.push('user may not be set');
    if (all.some(({ role = '' }) => role !== '')) data.push('role may not be set');
    return { reason: 'seLinuxOptions', detail: `${setters} set forbidden securityContext.seLinuxOptions: ${data.join('; ')}` };
  };
}

const allowedProfile = (type: string | undefined): boolean => type === 'RuntimeDefault' || type === 'Localhost';

/** Who sets a seccomp profile that nobody may set; shared with the restricted level. */
export function badSeccomp(spec: PodSpec): Finding | undefined {
  const pod = spec.securityContext?.seccompProfile;
  const isBad = (profile: { readonly type?: string } | undefined): boolean => profile !== undefined && !allowedProfile(profile.type);
  const setters = settersText(isBad(pod), namesOf(spec, container => isBad(container.securityContext?.seccompProfile)));
  if (setters === undefined) return undefined;
  const values = sortedSet([pod, ...containersOf(spec).map(container => container.securityContext?.seccompProfile)].filter(isBad).map(profile => profile?.type ?? ''));
  return { reason: 'seccompProfile', detail: `${setters} must not set securityContext.seccompProfile.type to ${quoted(values)}` };
}

const SECCOMP_POD = 'seccomp.security.alpha.kubernetes.io/pod';
const SECCOMP_CONTAINER = 'container.seccomp.security.alpha.kubernetes.io/';

function seccompAnnotations({ metadata, spec }: Subject): Finding | undefined {
  const keys = [SECCOMP_POD, ...containersOf(spec).map(({ name }) => SECCOMP_CONTAINER + name)];
  const bad = keys.flatMap(key => {
    const value = metadata.annotations?.[key];
    return value === undefined || value === 'runtime/default' || value === 'docker/default' || value.startsWith('localhost/') ? [] : [`${key}=${quote(value)}`];
  });
  return bad.length === 0 ? undefined : { reason: 'seccompProfile', detail: `forbidden ${plural(bad.length, 'annotation', 'annotations')} ${sortedSet(bad).join(', ')}` };
}

const SYSCTLS: readonly string[] = [
  'kernel.shm_rmid_forced', 'net.ipv4.ip_local_port_range', 'net.ipv4.tcp_syncookies', 'net.ipv4.ping_group_range', 'net.ipv4.ip_unprivileged_port_start',
];
const SYSCTLS_1_27: readonly string[] = [...SYSCTLS, 'net.ipv4.ip_local_reserved_ports'];
const SYSCTLS_1_29: readonly string[] = [...SYSCTLS_1_27, 'net.ipv4.tcp_keepalive_time', 'net.ipv4.tcp_fin_timeout', 'net.ipv4.tcp_keepalive_intvl', 'net.ipv4.tcp_keepalive_probes'];
const SYSCTLS_1_32: readonly string[] = [...SYSCTLS_1_29, 'net.ipv4.tcp_rmem', 'net.ipv4.tcp_wmem'];

const sysctls = (allowed: readonly string[]): CheckFunction => ({ spec }) => {
  const bad = (spec.securityContext?.sysctls ?? []).map(({ name }) => name).filter(name => !allowed.includes(name));
  return bad.length === 0 ? undefined : { reason: 'forbidden sysctls', detail: bad.join(', ') };
};

function windowsHostProcess({ spec }: Subject): Finding | undefined {
  const isSet = (options: { readonly hostProcess?: boolean } | undefined): boolean => options?.hostProcess === true;
  const setters = settersText(isSet(spec.securityContext?.windowsOptions), namesOf(spec, container => isSet(container.securityContext?.windowsOptions)));
  return setters === undefined ? undefined : { reason: 'hostProcess', detail: `${setters} must not set securityContext.windowsOptions.hostProcess=true` };
}

const baseline = (versions: Check['versions'], overlap = false): Check => ({ level: 'baseline', overlap, versions });

/** In the order of upstream's file names, which is the order of their findings. */
export const baselineChecks: readonly Check[] = [
  baseline(always(appArmorProfile)),
  baseline(always(capabilities), true),
  baseline(always(hostNamespaces)),
  baseline(always(hostPathVolumes), true),
  baseline(always(hostPorts)),
  baseline([{ since: 34, run: hostProbes }]),
  baseline(always(privileged)),
  baseline([{ since: 0, run: procMount }, { since: 35, run: subject => (hasOwnUsers(subject.spec) ? undefined : procMount(subject)) }]),
  baseline([{ since: 0, run: seLinux(SELINUX_TYPES) }, { since: 31, run: seLinux(SELINUX_TYPES_1_31) }]),
  baseline([{ since: 0, run: seccompAnnotations }, { since: 19, run: ({ spec }) => badSeccomp(spec) }], true),
  baseline([{ since: 0, run: sysctls(SYSCTLS) }, { since: 27, run: sysctls(SYSCTLS_1_27) }, { since: 29, run: sysctls(SYSCTLS_1_29) }, { since: 32, run: sysctls(SYSCTLS_1_32) }]),
  baseline(always(windowsHostProcess)),
];
