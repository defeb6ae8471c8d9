/**
 * Validation of containers.
 *
 * @source kubernetes pkg/apis/core/validation/validation.go
 */
import { duplicate, forbidden, invalid, missing, notSupported, required } from '../../field-error.ts';
import type { FieldError } from '../../field-error.ts';
import type { IntOrString } from '../../meta.ts';
import { configMapKey, dns1123Label, dns1123Subdomain, environmentName, httpHeaderName, portName, portNumber, qualifiedName } from '../../names.ts';
import { compareQuantity } from '../../quantity.ts';
import { validateNonNegative } from '../../validate-meta.ts';
import type {
  Container, ContainerPort, EnvFromSource, EnvVar, EnvVarSource, HTTPGetAction, Lifecycle, LifecycleHandler, Probe, ResourceFieldSelector, VolumeMount,
} from './container.ts';
import type { PodSpec } from './pod-spec.ts';
import { validateClaimRefs, validateResizePolicy, validateRestartRules, validateStopSignal } from './validate-container-rules.ts';
import { validateDescendingPath, validateNoBacksteps } from './validate-path.ts';
import { validateResources } from './validate-resources.ts';
import { validateSecurity } from './validate-security.ts';
import type { Volume } from './volume.ts';

/** What the checks of one container need to know of its pod. */
export interface ContainerContext {
  readonly volumes: ReadonlyMap<string, Volume>;
  /** Undefined when it is missing, which is an error of its own. */
  readonly gracePeriod: number | undefined;
  readonly spec: PodSpec;
  /** Where everything found goes. */
  readonly errors: FieldError[];
}

/** A path and where errors about it go. */
export interface Spot {
  readonly path: string;
  readonly errors: FieldError[];
}

const protocols = ['SCTP', 'TCP', 'UDP'] as const;
const pullPolicies = ['Always', 'IfNotPresent', 'Never'] as const;

/** A port given as number or name. */
export function validatePortNumberOrName(port: IntOrString, path: string, errors: FieldError[]): void {
  const messages = typeof port === 'number' ? portNumber(port) : portName(port);
  for (const message of messages) errors.push(invalid(path, port, message));
}

function validatePorts(ports: readonly ContainerPort[], path: string, errors: FieldError[]): void {
  const names = new Set<string>();
  for (let i = 0; i < ports.length; i++) {
    const port = ports[i] as ContainerPort;
    const at = `${path}[${i}]`;
    if (port.name !== undefined && port.name !== '') {
      const messages = portName(port.name);
      for (const message of messages) errors.push(invalid(`${at}.name`, port.name, message));
      if (messages.length === 0 && names.has(port.name)) errors.push(duplicate(`${at}.name`, port.name));
      if (messages.length === 0) names.add(port.name);
    }
    if (!port.containerPort) errors.push(required(`${at}.containerPort`));
    else for (const message of portNumber(port.containerPort)) errors.push(invalid(`${at}.containerPort`, port.containerPort, message));
    if (port.hostPort) for (const message of portNumber(port.hostPort)) errors.push(invalid(`${at}.hostPort`, port.hostPort, message));
    if (!port.protocol) errors.push(required(`${at}.protocol`));
    else if (!protocols.includes(port.protocol)) errors.push(notSupported(`${at}.protocol`, port.protocol, protocols));
  }
}

const environmentFields = [
  'metadata.name', 'metadata.namespace', 'metadata.uid', 'spec.nodeName', 'spec.serviceAccountName',
  'status.hostIP', 'status.hostIPs', 'status.podIP', 'status.podIPs',
] as const;
/** Fields that exist but are not offered everywhere; anything else cannot be converted at all. `spec.host` is the old name of another. */
const knownFields: ReadonlySet<string> = new Set<string>([...environmentFields, 'metadata.labels', 'metadata.annotations', 'spec.restartPolicy', 'spec.schedulerName', 'status.phase']);
const containerResources = ['limits.cpu', 'limits.ephemeral-storage', 'limits.memory', 'requests.cpu', 'requests.ephemeral-storage', 'requests.memory'] as const;

/** @source kubernetes pkg/apis/core/pods/helpers.go (ConvertDownwardAPIFieldLabel) */
function conversionFault({ apiVersion, fieldPath }: { readonly apiVersion?: string; readonly fieldPath: string }, isSubscript: boolean): string {
  if (apiVersion !== 'v1') return `unsupported pod version: ${apiVersion ?? ''}`;
  if (isSubscript) return /^metadata\.(labels|annotations)\[/.test(fieldPath) ? '' : `field label does not support subscript: ${fieldPath}`;
  return knownFields.has(fieldPath) || fieldPath === 'spec.host' ? '' : `field label not supported: ${fieldPath}`;
}

/** A reference to a field of the pod, `metadata.labels['key']` included. */
export function validateFieldRef(ref: { readonly apiVersion?: string; readonly fieldPath: string }, offered: readonly string[], { path, errors }: Spot): void {
  if (!ref.apiVersion) { errors.push(required(`${path}.apiVersion`)); return; }
  if (!ref.fieldPath) { errors.push(required(`${path}.fieldPath`)); return; }
  const subscript = /^([^[]*)\['(.*)'\]$/.exec(ref.fieldPath);
  const fault = conversionFault(ref, subscript !== null);
  if (fault !== '') { errors.push(invalid(`${path}.fieldPath`, ref.fieldPath, `error converting fieldPath: ${fault}`)); return; }
  if (subscript !== null) {
    const key = subscript[1] === 'metadata.annotations' ? (subscript[2] ?? '').toLowerCase() : subscript[2] ?? '';
    for (const message of qualifiedName(key)) errors.push(invalid(path, key, message));
    return;
  }
  const field = ref.fieldPath === 'spec.host' ? 'spec.nodeName' : ref.fieldPath;
  if (!offered.includes(field)) errors.push(notSupported(`${path}.fieldPath`, field, offered));
}

const byteDivisors = '1, 1k, 1M, 1G, 1T, 1P, 1E, 1Ki, 1Mi, 1Gi, 1Ti, 1Pi, 1Ei';
const resourceNames: Readonly<Record<string, string>> = { cpu: 'cpu', memory: 'memory', 'ephemeral-storage': 'local ephemeral storage' };

function validateDivisor(resource: string, divisor: string | undefined, { path, errors }: Spot): void {
  if (divisor === undefined || compareQuantity(divisor, '0') === 0) return;
  const bare = resource.slice(resource.indexOf('.') + 1);
  const named = isHugePagesRef(resource) ? 'hugepages' : /^(limits|requests)\./.test(resource) ? resourceNames[bare] : undefined;
  if (named === undefined) return;
  const allowed = named === 'cpu' ? ['1m', '1'] : byteDivisors.split(', ');
  if (allowed.includes(divisor)) return;
  errors.push(invalid(`${path}.divisor`, resource, `only divisor's values ${named === 'cpu' ? '1m and 1' : byteDivisors} are supported with the ${named} resource`));
}

const isHugePagesRef = (resource: string): boolean => resource.startsWith('requests.hugepages-') || resource.startsWith('limits.hugepages-');

/** A reference to a resource amount of a container. */
export function validateResourceRef(ref: ResourceFieldSelector, inVolume: boolean, { path, errors }: Spot): void {
  const resource = ref.resource ?? '';
  if (inVolume && !ref.containerName) errors.push(required(`${path}.containerName`));
  else if (resource === '') errors.push(required(`${path}.resource`));
  else if (!isHugePagesRef(resource) && !(containerResources as readonly string[]).includes(resource)) errors.push(notSupported(`${path}.resource`, resource, containerResources));
  validateDivisor(resource, ref.divisor, { path, errors });
}

function validateFileRef(ref: NonNullable<EnvVarSource['fileKeyRef']>, path: string, errors: FieldError[]): void {
  if (!ref.key) errors.push(required(`${path}.key`));
  else for (const message of environmentName(ref.key)) errors.push(invalid(`${path}.key`, ref.key, message));
  if (!ref.volumeName) errors.push(required(`${path}.volumeName`));
  else for (const message of dns1123Label(ref.volumeName)) errors.push(invalid(`${path}.volumeName`, ref.volumeName, message));
  if (!ref.path) errors.push(required(`${path}.path`));
  else validateNoBacksteps(ref.path, `${path}.path`, errors);
}

function validateKeyRef(ref: { readonly name?: string; readonly key: string }, path: string, errors: FieldError[]): void {
  for (const message of dns1123Subdomain(ref.name ?? '')) errors.push(invalid(`${path}.name`, ref.name ?? '', message));
  if (!ref.key) errors.push(required(`${path}.key`));
  else for (const message of configMapKey(ref.key)) errors.push(invalid(`${path}.key`, ref.key, message));
}

function validateValueFrom(variable: EnvVar, path: string, errors: FieldError[]): void {
  const from = variable.valueFrom;
  if (from === undefined) return;
  let sources = 0;
  if (from.fieldRef !== undefined) { sources++; validateFieldRef(from.fieldRef, environmentFields, { path: `${path}.fieldRef`, errors }); }
  if (from.resourceFieldRef !== undefined) { sources++; validateResourceRef(from.resourceFieldRef, false, { path: `${path}.resourceFieldRef`, errors }); }
  if (from.configMapKeyRef !== undefined) { sources++; validateKeyRef(from.configMapKeyRef, `${path}.configMapKeyRef`, errors); }
  if (from.secretKeyRef !== undefined) { sources++; validateKeyRef(from.secretKeyRef, `${path}.secretKeyRef`, errors); }
  if (from.fileKeyRef !== undefined) { sources++; validateFileRef(from.fileKeyRef, `${path}.fileKeyRef`, errors); }
  if (sources === 0) errors.push(invalid(path, '', 'must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`'));
  else if (variable.value !== undefined && variable.value !== '') errors.push(invalid(path, '', 'may not be specified when `value` is not empty'));
  else if (sources > 1) errors.push(invalid(path, '', 'may not have more than one field specified at a time'));
}

function validateEnvironment(variables: readonly EnvVar[], path: string, errors: FieldError[]): void {
  for (let i = 0; i < variables.length; i++) {
    const variable = variables[i] as EnvVar;
    if (!variable.name) errors.push(required(`${path}[${i}].name`));
    else for (const message of environmentName(variable.name)) errors.push(invalid(`${path}[${i}].name`, variable.name, message));
    validateValueFrom(variable, `${path}[${i}].valueFrom`, errors);
  }
}

function validateEnvironmentFrom(sources: readonly EnvFromSource[], path: string, errors: FieldError[]): void {
  sources.forEach((source, i) => {
    const at = `${path}[${i}]`;
    if (source.prefix) for (const message of environmentName(source.prefix)) errors.push(invalid(`${at}.prefix`, source.prefix, message));
    let count = 0;
    for (const kind of ['configMapRef', 'secretRef'] as const) {
      const ref = source[kind];
      if (ref === undefined) continue;
      count++;
      if (!ref.name) errors.push(required(`${at}.${kind}.name`));
      else for (const message of dns1123Subdomain(ref.name)) errors.push(invalid(`${at}.${kind}.name`, ref.name, message));
    }
    // Upstream reports these two on the list, without the index.
    if (count === 0) errors.push(invalid(path, '', 'must specify one of: `configMapRef` or `secretRef`'));
    else if (count > 1) errors.push(invalid(path, '', 'may not have more than one field specified at a time'));
  });
}

const propagations = ['Bidirectional', 'HostToContainer', 'None'] as const;

/** Upstream reports these on the list, without the index. */
function validateSharing(mount: VolumeMount, isPrivileged: boolean, { path, errors }: Spot): void {
  const { mountPropagation, recursiveReadOnly } = mount;
  if (mountPropagation !== undefined && !(propagations as readonly string[]).includes(mountPropagation)) errors.push(notSupported(`${path}.mountPropagation`, mountPropagation, propagations));
  if (mountPropagation === 'Bidirectional' && !isPrivileged) errors.push(forbidden(`${path}.mountPropagation`, 'Bidirectional mount propagation is available only to privileged containers'));
  if (recursiveReadOnly === undefined || recursiveReadOnly === 'Disabled') return;
  const at = `${path}.recursiveReadOnly`;
  if (recursiveReadOnly !== 'Enabled' && recursiveReadOnly !== 'IfPossible') { errors.push(notSupported(at, recursiveReadOnly, ['Disabled', 'Enabled', 'IfPossible'])); return; }
  if (mount.readOnly !== true) errors.push(forbidden(at, 'may only be specified when readOnly is true'));
  if (mountPropagation !== undefined && mountPropagation !== 'None') errors.push(forbidden(at, 'may only be specified when mountPropagation is None or not specified'));
}

function validateMounts(container: Container, context: ContainerContext, path: string): void {
  const { errors } = context;
  const mounts = container.volumeMounts ?? [];
  const paths = new Set<string>();
  for (let i = 0; i < mounts.length; i++) {
    const mount = mounts[i] as VolumeMount;
    const at = `${path}[${i}]`;
    if (!mount.name) errors.push(required(`${at}.name`));
    if (!context.volumes.has(mount.name)) errors.push(missing(`${at}.name`, mount.name ?? ''));
    if (!mount.mountPath) errors.push(required(`${at}.mountPath`));
    if (paths.has(mount.mountPath)) errors.push(invalid(`${at}.mountPath`, mount.mountPath, 'must be unique'));
    paths.add(mount.mountPath);
    for (const field of ['name', 'path'] as const) {
      const used = field === 'name' ? mount.name : mount.mountPath;
      const taken = container.volumeDevices?.some((other) => (field === 'name' ? other.name : other.devicePath) === used) === true;
      if (taken) errors.push(invalid(`${at}.${field === 'name' ? 'name' : 'mountPath'}`, used, `must not already exist ${field === 'name' ? '' : 'as a path '}in volumeDevices`));
    }
    // Upstream reports sub paths on the list, without the index.
    if (mount.subPath) validateDescendingPath(mount.subPath, `${path}.subPath`, errors);
    if (mount.subPathExpr) {
      if (mount.subPath) errors.push(invalid(`${at}.subPathExpr`, mount.subPathExpr, 'subPathExpr and subPath are mutually exclusive'));
      validateDescendingPath(mount.subPathExpr, `${path}.subPathExpr`, errors);
    }
    validateSharing(mount, container.securityContext?.privileged === true, { path, errors });
  }
}

function validateDevices(container: Container, context: ContainerContext, path: string): void {
  const { errors } = context;
  const names = new Set<string>();
  const paths = new Set<string>();
  (container.volumeDevices ?? []).forEach(({ name = '', devicePath = '' }, i) => {
    const at = `${path}[${i}]`;
    const volume = context.volumes.get(name);
    if (name === '') errors.push(required(`${at}.name`));
    if (names.has(name)) errors.push(invalid(`${at}.name`, name, 'must be unique'));
    if (volume === undefined) errors.push(missing(`${at}.name`, name));
    else if (volume.persistentVolumeClaim === undefined && volume.ephemeral === undefined) {
      errors.push(invalid(`${at}.name`, name, 'can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode'));
    }
    if (devicePath === '') errors.push(required(`${at}.devicePath`));
    if (paths.has(devicePath)) errors.push(invalid(`${at}.devicePath`, devicePath, 'must be unique'));
    if (devicePath.split('/').includes('..')) errors.push(invalid(`${at}.devicePath`, devicePath, "can not contain backsteps ('..')"));
    else paths.add(devicePath);
    const mounts = container.volumeMounts ?? [];
    if (mounts.some((mount) => mount.name === name)) errors.push(invalid(`${at}.name`, name, 'must not already exist in volumeMounts'));
    if (mounts.some((mount) => mount.mountPath === devicePath)) errors.push(invalid(`${at}.devicePath`, devicePath, 'must not already exist as a path in volumeMounts'));
    if (name !== '') names.add(name);
  });
}

function validateHttpGet(action: HTTPGetAction, path: string, errors: FieldError[]): void {
  if (!action.path) errors.push(required(`${path}.path`));
  validatePortNumberOrName(action.port, `${path}.port`, errors);
  if (action.scheme !== 'HTTP' && action.scheme !== 'HTTPS') errors.push(notSupported(`${path}.scheme`, action.scheme ?? '', ['HTTP', 'HTTPS']));
  for (const header of action.httpHeaders ?? []) {
    for (const message of httpHeaderName(header.name)) errors.push(invalid(`${path}.httpHeaders`, header.name, message));
  }
}

const handlerKinds = ['exec', 'httpGet', 'tcpSocket', 'grpc', 'sleep'] as const;

type Handler = LifecycleHandler & Pick<Probe, 'grpc'>;

function validateOneHandler(handler: Handler, context: ContainerContext, path: string): void {
  const { errors, gracePeriod } = context;
  if (handler.exec !== undefined) {
    if ((handler.exec.command ?? []).length === 0) errors.push(required(`${path}.exec.command`));
  } else if (handler.httpGet !== undefined) validateHttpGet(handler.httpGet, `${path}.httpGet`, errors);
  else if (handler.tcpSocket !== undefined) validatePortNumberOrName(handler.tcpSocket.port, `${path}.tcpSocket.port`, errors);
  else if (handler.grpc !== undefined) validatePortNumberOrName(handler.grpc.port, `${path}.grpc.port`, errors);
  else if (handler.sleep !== undefined && gracePeriod !== undefined && (handler.sleep.seconds < 0 || handler.sleep.seconds > gracePeriod)) {
    errors.push(invalid(`${path}.sleep`, handler.sleep.seconds, `must be non-negative and less than terminationGracePeriodSeconds (${gracePeriod})`));
  }
}

function validateHandler(handler: Handler, context: ContainerContext, path: string): void {
  const { errors } = context;
  const given = handlerKinds.filter((kind) => handler[kind] !== undefined);
  validateOneHandler(handler, context, path);
  for (const kind of given.slice(1)) errors.push(forbidden(`${path}.${kind}`, 'may not specify more than 1 handler type'));
  if (given.length === 0) errors.push(required(path, 'must specify a handler type'));
}

function validateProbe(probe: Probe, context: ContainerContext, path: string): void {
  const { errors } = context;
  validateHandler(probe, context, path);
  validateNonNegative(probe.initialDelaySeconds, `${path}.initialDelaySeconds`, errors);
  validateNonNegative(probe.timeoutSeconds, `${path}.timeoutSeconds`, errors);
  validateNonNegative(probe.periodSeconds, `${path}.periodSeconds`, errors);
  validateNonNegative(probe.successThreshold, `${path}.successThreshold`, errors);
  validateNonNegative(probe.failureThreshold, `${path}.failureThreshold`, errors);
  const grace = probe.terminationGracePeriodSeconds;
  if (grace !== undefined && grace <= 0) errors.push(invalid(`${path}.terminationGracePeriodSeconds`, grace, 'must be greater than 0'));
  if (path.endsWith('.readinessProbe')) {
    if (grace !== undefined) errors.push(invalid(`${path}.terminationGracePeriodSeconds`, grace, 'must not be set for readinessProbes'));
  } else if (probe.successThreshold !== 1) {
    errors.push(invalid(`${path}.successThreshold`, probe.successThreshold ?? 0, 'must be 1'));
  }
}

function validateLifecycle(lifecycle: Lifecycle | undefined, context: ContainerContext, path: string): void {
  if (lifecycle?.postStart !== undefined) validateHandler(lifecycle.postStart, context, `${path}.postStart`);
  if (lifecycle?.preStop !== undefined) validateHandler(lifecycle.preStop, context, `${path}.preStop`);
  if (lifecycle?.stopSignal !== undefined) validateStopSignal(lifecycle.stopSignal, context.spec.os, { path: `${path}.stopSignal`, errors: context.errors });
}

/** What holds for regular, init and ephemeral containers. */
export function validateContainerCommon(container: Container, context: ContainerContext, path: string): void {
  const { errors } = context;
  if (!container.name) errors.push(required(`${path}.name`));
  else for (const message of dns1123Label(container.name)) errors.push(invalid(`${path}.name`, container.name, message));
  if (!container.image) errors.push(required(`${path}.image`));
  const policy = container.terminationMessagePolicy;
  if (!policy) errors.push(required(`${path}.terminationMessagePolicy`));
  else if (policy !== 'File' && policy !== 'FallbackToLogsOnError') {
    errors.push(notSupported(`${path}.terminationMessagePolicy`, policy, ['File', 'FallbackToLogsOnError']));
  }
  if (container.ports !== undefined) validatePorts(container.ports, `${path}.ports`, errors);
  if (container.env !== undefined) validateEnvironment(container.env, `${path}.env`, errors);
  if (container.envFrom !== undefined) validateEnvironmentFrom(container.envFrom, `${path}.envFrom`, errors);
  if (container.volumeMounts !== undefined) validateMounts(container, context, `${path}.volumeMounts`);
  if (container.volumeDevices !== undefined) validateDevices(container, context, `${path}.volumeDevices`);
  const pull = container.imagePullPolicy;
  if (!pull) errors.push(required(`${path}.imagePullPolicy`));
  else if (!pullPolicies.includes(pull)) errors.push(notSupported(`${path}.imagePullPolicy`, pull, pullPolicies));
  validateResources(container.resources, `${path}.resources`, errors);
  validateClaimRefs(container.resources, context.spec, { path: `${path}.resources.claims`, errors });
  if (container.resizePolicy !== undefined) validateResizePolicy(container.resizePolicy, context.spec.restartPolicy, { path: `${path}.resizePolicy`, errors });
  validateSecurity(container.securityContext, { path: `${path}.securityContext`, errors, hostUsers: context.spec.hostUsers !== false });
}

const probeKinds = ['livenessProbe', 'readinessProbe', 'startupProbe'] as const;

function validateLiving(container: Container, context: ContainerContext, path: string): void {
  validateLifecycle(container.lifecycle, context, `${path}.lifecycle`);
  for (const kind of probeKinds) {
    const probe = container[kind];
    if (probe !== undefined) validateProbe(probe, context, `${path}.${kind}`);
  }
}

/** Two containers that want the same port of the node. */
function validateHostPorts(containers: readonly Container[], path: string, errors: FieldError[]): void {
  const taken = new Set<string>();
  containers.forEach((container, i) => {
    (container.ports ?? []).forEach((port, k) => {
      if (!port.hostPort) return;
      const key = `${port.protocol ?? 'TCP'}/${port.hostIP ?? ''}/${port.hostPort}`;
      if (taken.has(key)) errors.push(duplicate(`${path}[${i}].ports[${k}].hostPort`, key));
      taken.add(key);
    });
  });
}

/** The regular containers of a pod. */
export function validateContainers(containers: readonly Container[], context: ContainerContext, path: string): void {
  const { errors } = context;
  if (containers.length === 0) { errors.push(required(path)); return; }
  const names = new Set<string>();
  for (let i = 0; i < containers.length; i++) {
    const container = containers[i] as Container;
    const at = `${path}[${i}]`;
    validateContainerCommon(container, context, at);
    if (names.has(container.name)) errors.push(duplicate(`${at}.name`, container.name));
    names.add(container.name);
    validateLiving(container, context, at);
    validateRestartRules(container, { path: at, errors });
  }
  validateHostPorts(containers, path, errors);
}

const onlyForSidecars = ['lifecycle', 'livenessProbe', 'readinessProbe', 'startupProbe'] as const;

/** The init containers of a pod, sidecars included. */
export function validateInitContainers(spec: Pick<PodSpec, 'containers' | 'initContainers'>, context: ContainerContext, path: string): void {
  const { errors } = context;
  const names = new Set(spec.containers.map((container) => container.name));
  (spec.initContainers ?? []).forEach((container, i) => {
    const at = `${path}[${i}]`;
    validateContainerCommon(container, context, at);
    if (container.restartPolicy === 'Always' && (container.restartPolicyRules ?? []).length > 0) {
      errors.push(forbidden(`${at}.restartPolicyRules`, 'restartPolicyRules are not allowed for init containers with restart policy Always'));
    } else validateRestartRules(container, { path: at, errors });
    if (names.has(container.name)) errors.push(duplicate(`${at}.name`, container.name));
    else if (container.name) names.add(container.name);
    validateHostPorts([container], path, errors);
    if (container.restartPolicy === 'Always') { validateLiving(container, context, at); return; }
    for (const field of onlyForSidecars) {
      if (container[field] !== undefined) errors.push(forbidden(`${at}.${field}`, 'may not be set for init containers without restartPolicy=Always'));
    }
  });
}
