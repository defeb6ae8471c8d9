/**
 * Validation of containers.
 *
 * @source kubernetes pkg/apis/core/validation/validation.go
 * @fidelity simplified: resize policies and restart rules are taken as they are
 */
import { duplicate, forbidden, invalid, missing, notSupported, required } from '../../field-error.ts';
import type { FieldError } from '../../field-error.ts';
import type { IntOrString } from '../../meta.ts';
import { configMapKey, dns1123Label, dns1123Subdomain, environmentName, httpHeaderName, portName, portNumber, qualifiedName } from '../../names.ts';
import { validateNonNegative } from '../../validate-meta.ts';
import type {
  Container, ContainerPort, EnvFromSource, EnvVar, HTTPGetAction, Lifecycle, LifecycleHandler, Probe, VolumeMount,
} from './container.ts';
import type { PodSpec } from './pod-spec.ts';
import { validateDescendingPath } from './validate-path.ts';
import { validateResources } from './validate-resources.ts';
import { validateSecurity } from './validate-security.ts';
import type { Volume } from './volume.ts';

/** What the checks of one container need to know of its pod. */
export interface ContainerContext {
  readonly volumes: ReadonlyMap<string, Volume>;
  readonly gracePeriod: number;
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
      names.add(port.name);
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
/** Fields that exist but are not offered everywhere; anything else cannot be converted at all. */
const knownFields: ReadonlySet<string> = new Set<string>([...environmentFields, 'metadata.labels', 'metadata.annotations', 'spec.restartPolicy', 'spec.schedulerName', 'status.phase', 'spec.host']);
const containerResources = ['limits.cpu', 'limits.ephemeral-storage', 'limits.memory', 'requests.cpu', 'requests.ephemeral-storage', 'requests.memory'] as const;

/** A reference to a field of the pod, `metadata.labels['key']` included. */
export function validateFieldRef(ref: { readonly apiVersion?: string; readonly fieldPath: string }, offered: readonly string[], { path, errors }: Spot): void {
  if (!ref.apiVersion) { errors.push(required(`${path}.apiVersion`)); return; }
  if (!ref.fieldPath) { errors.push(required(`${path}.fieldPath`)); return; }
  const subscript = /^(metadata\.(?:labels|annotations))\['(.*)'\]$/.exec(ref.fieldPath);
  if (subscript !== null) {
    const key = subscript[1] === 'metadata.annotations' ? (subscript[2] ?? '').toLowerCase() : subscript[2] ?? '';
    for (const message of qualifiedName(key)) errors.push(invalid(path, key, message));
  } else if (!knownFields.has(ref.fieldPath)) {
    errors.push(invalid(`${path}.fieldPath`, ref.fieldPath, `error converting fieldPath: field label not supported: ${ref.fieldPath}`));
  } else if (!offered.includes(ref.fieldPath)) {
    errors.push(notSupported(`${path}.fieldPath`, ref.fieldPath, offered));
  }
}

/** A reference to a resource amount of a container. */
export function validateResourceRef(ref: { readonly resource: string; readonly containerName?: string }, inVolume: boolean, { path, errors }: Spot): void {
  const huge = (ref.resource ?? '').startsWith('requests.hugepages-') || (ref.resource ?? '').startsWith('limits.hugepages-');
  if (inVolume && !ref.containerName) errors.push(required(`${path}.containerName`));
  else if (!ref.resource) errors.push(required(`${path}.resource`));
  else if (!huge && !(containerResources as readonly string[]).includes(ref.resource)) errors.push(notSupported(`${path}.resource`, ref.resource, containerResources));
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
  if (from.fileKeyRef !== undefined) sources++;
  if (sources === 0) errors.push(invalid(path, '', 'must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef` or `secretKeyRef`'));
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
    const device = container.volumeDevices?.find((other) => other.name === mount.name);
    if (device !== undefined) errors.push(invalid(`${at}.name`, mount.name, 'must not already exist in volumeDevices'));
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
  (container.volumeDevices ?? []).forEach((device, i) => {
    const at = `${path}[${i}]`;
    const volume = context.volumes.get(device.name);
    if (!device.name) errors.push(required(`${at}.name`));
    if (volume === undefined) errors.push(missing(`${at}.name`, device.name));
    else if (volume.persistentVolumeClaim === undefined && volume.ephemeral === undefined) {
      errors.push(invalid(`${at}.name`, device.name, 'can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode'));
    }
    if (!device.devicePath) errors.push(required(`${at}.devicePath`));
    else if (device.devicePath.split('/').includes('..')) errors.push(invalid(`${at}.devicePath`, device.devicePath, "can not contain backsteps ('..')"));
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
  else if (handler.sleep !== undefined && (handler.sleep.seconds < 0 || handler.sleep.seconds > gracePeriod)) {
    errors.push(invalid(`${path}.sleep`, handler.sleep.seconds, `must be non-negative and less than terminationGracePeriodSeconds (${gracePeriod})`));
  }
}

function validateHandler(handler: Handler, context: ContainerContext, path: string): void {
  const { errors } = context;
  const given = handlerKinds.filter((kind) => handler[kind] !== undefined);
  if (given.length === 0) errors.push(required(path, 'must specify a handler type'));
  validateOneHandler(handler, context, path);
  for (const kind of given.slice(1)) errors.push(forbidden(`${path}.${kind}`, 'may not specify more than 1 handler type'));
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
  validateSecurity(container.securityContext, `${path}.securityContext`, errors);
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
    if (container.restartPolicy !== undefined && !['Always', 'OnFailure', 'Never'].includes(container.restartPolicy)) {
      errors.push(notSupported(`${at}.restartPolicy`, container.restartPolicy, ['Always', 'Never', 'OnFailure']));
    }
    if (names.has(container.name)) errors.push(duplicate(`${at}.name`, container.name));
    else if (container.name) names.add(container.name);
    validateHostPorts([container], path, errors);
    if (container.restartPolicy === 'Always') { validateLiving(container, context, at); return; }
    for (const field of onlyForSidecars) {
      if (container[field] !== undefined) errors.push(forbidden(`${at}.${field}`, 'may not be set for init containers without restartPolicy=Always'));
    }
  });
}
