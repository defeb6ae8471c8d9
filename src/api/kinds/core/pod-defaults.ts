/**
 * What the API server fills into pods and pod templates.
 *
 * Every function gives its argument back when nothing is missing, so that a defaulted template stays one shared object.
 *
 * @source kubernetes pkg/apis/core/v1/defaults.go
 */
import { deepFreeze } from '../../../base/data.ts';
import { overlay } from '../../overlay.ts';
import type { Draft } from '../../overlay.ts';
import type {
  Container, ContainerPort, EnvVar, HTTPGetAction, Lifecycle, LifecycleHandler, ObjectFieldSelector, Probe, ResourceRequirements,
} from './container.ts';
import { defaultClaimSpec } from './claim-spec.ts';
import type { PersistentVolumeClaimSpec } from './claim-spec.ts';
import type { PodSpec } from './pod-spec.ts';
import { defaultSource } from './source-defaults.ts';
import type { DownwardAPIVolumeFile, EphemeralVolumeSource, ProjectedVolumeSource, Volume, VolumeProjection } from './volume.ts';

/** `map` that gives the list back when no item changed. */
export function mapSame<T>(list: readonly T[], change: (item: T) => T): readonly T[] {
  let copy: T[] | undefined;
  for (let i = 0; i < list.length; i++) {
    const item = list[i] as T;
    const changed = change(item);
    if (changed === item) continue;
    copy ??= list.slice();
    copy[i] = changed;
  }
  return copy ?? list;
}

/** Image tag of a reference such as `host:5000/name:tag@digest`; '' when there is a digest only. */
function imageTag(image: string): string {
  const at = image.indexOf('@');
  const name = at < 0 ? image : image.slice(0, at);
  const colon = name.indexOf(':', name.lastIndexOf('/') + 1);
  if (colon >= 0) return name.slice(colon + 1);
  return at < 0 ? 'latest' : '';
}

function defaultPort(port: ContainerPort): ContainerPort {
  return port.protocol === undefined ? overlay(port, { protocol: 'TCP' }) : port;
}

function defaultFieldRef(ref: ObjectFieldSelector): ObjectFieldSelector {
  return ref.apiVersion === undefined ? overlay(ref, { apiVersion: 'v1' }) : ref;
}

function defaultEnv(variable: EnvVar): EnvVar {
  const ref = variable.valueFrom?.fieldRef;
  if (ref === undefined || ref.apiVersion !== undefined) return variable;
  return { ...variable, valueFrom: { ...variable.valueFrom, fieldRef: defaultFieldRef(ref) } };
}

function defaultHttpGet(action: HTTPGetAction): HTTPGetAction {
  if (action.path !== undefined && action.path !== '' && action.scheme !== undefined) return action;
  return { ...action, path: action.path === undefined || action.path === '' ? '/' : action.path, scheme: action.scheme ?? 'HTTP' };
}

const hasCounters = (probe: Probe): boolean => Boolean(probe.timeoutSeconds && probe.periodSeconds && probe.successThreshold && probe.failureThreshold);

/** Zero counts as left out for the four counters, as upstream. */
function defaultProbe(probe: Probe): Probe {
  const httpGet = probe.httpGet === undefined ? undefined : defaultHttpGet(probe.httpGet);
  const grpc = probe.grpc !== undefined && probe.grpc.service === undefined ? { ...probe.grpc, service: '' } : probe.grpc;
  if (hasCounters(probe) && httpGet === probe.httpGet && grpc === probe.grpc) return probe;
  const draft: Draft<Probe> = {
    timeoutSeconds: probe.timeoutSeconds || 1,
    periodSeconds: probe.periodSeconds || 10,
    successThreshold: probe.successThreshold || 1,
    failureThreshold: probe.failureThreshold || 3,
  };
  if (httpGet !== undefined) draft.httpGet = httpGet;
  if (grpc !== undefined) draft.grpc = grpc;
  return overlay(probe, draft);
}

function defaultHandler(handler: LifecycleHandler): LifecycleHandler {
  if (handler.httpGet === undefined) return handler;
  const httpGet = defaultHttpGet(handler.httpGet);
  return httpGet === handler.httpGet ? handler : { ...handler, httpGet };
}

function defaultLifecycle(lifecycle: Lifecycle): Lifecycle {
  const postStart = lifecycle.postStart === undefined ? undefined : defaultHandler(lifecycle.postStart);
  const preStop = lifecycle.preStop === undefined ? undefined : defaultHandler(lifecycle.preStop);
  if (postStart === lifecycle.postStart && preStop === lifecycle.preStop) return lifecycle;
  return { ...lifecycle, ...(postStart === undefined ? {} : { postStart }), ...(preStop === undefined ? {} : { preStop }) };
}

function isContainerComplete(container: Container): boolean {
  return container.imagePullPolicy !== undefined && container.terminationMessagePath !== undefined
    && container.terminationMessagePolicy !== undefined && container.resources !== undefined;
}

/** The parts that are there and changed, undefined when nothing did. */
function changedParts(container: Container): Draft<Container> | undefined {
  let copy: Draft<Container> | undefined;
  const { ports, env, lifecycle } = container;
  if (ports !== undefined) {
    const changed = mapSame(ports, defaultPort);
    if (changed !== ports) { copy = {}; copy.ports = changed; }
  }
  if (env !== undefined) {
    const changed = mapSame(env, defaultEnv);
    if (changed !== env) { copy ??= {}; copy.env = changed; }
  }
  if (lifecycle !== undefined) {
    const changed = defaultLifecycle(lifecycle);
    if (changed !== lifecycle) { copy ??= {}; copy.lifecycle = changed; }
  }
  for (const kind of probeKinds) {
    const probe = container[kind];
    if (probe === undefined) continue;
    const changed = defaultProbe(probe);
    if (changed !== probe) { copy ??= {}; copy[kind] = changed; }
  }
  return copy;
}

const probeKinds = ['livenessProbe', 'readinessProbe', 'startupProbe'] as const;

function defaultContainer<C extends Container>(container: C): C {
  const changed = changedParts(container);
  if (changed === undefined && isContainerComplete(container)) return container;
  const draft: Draft<Container> = changed ?? {};
  draft.imagePullPolicy = container.imagePullPolicy ?? (imageTag(container.image ?? '') === 'latest' ? 'Always' : 'IfNotPresent');
  draft.terminationMessagePath = container.terminationMessagePath ?? '/dev/termination-log';
  draft.terminationMessagePolicy = container.terminationMessagePolicy ?? 'File';
  draft.resources = container.resources ?? {};
  return overlay<Container>(container, draft) as C;
}

/** Files are readable by everyone and writable by their owner: 0644. */
const defaultFileMode = 0o644;
/** Life of a projected token, one hour. */
const defaultTokenSeconds = 3600;

function defaultDownwardItem(item: DownwardAPIVolumeFile): DownwardAPIVolumeFile {
  if (item.fieldRef === undefined || item.fieldRef.apiVersion !== undefined) return item;
  return { ...item, fieldRef: defaultFieldRef(item.fieldRef) };
}

function defaultProjection(source: VolumeProjection): VolumeProjection {
  const token = source.serviceAccountToken;
  if (token !== undefined && token.expirationSeconds === undefined) {
    return { ...source, serviceAccountToken: { ...token, expirationSeconds: defaultTokenSeconds } };
  }
  const items = source.downwardAPI?.items;
  if (items === undefined) return source;
  const changed = mapSame(items, defaultDownwardItem);
  return changed === items ? source : { ...source, downwardAPI: { items: changed } };
}

function defaultDownward(source: NonNullable<Volume['downwardAPI']>): NonNullable<Volume['downwardAPI']> {
  const items = source.items === undefined ? undefined : mapSame(source.items, defaultDownwardItem);
  if (items === source.items && source.defaultMode !== undefined) return source;
  return { ...(items === undefined ? {} : { items }), defaultMode: source.defaultMode ?? defaultFileMode };
}

function defaultProjected(volume: Volume, projected: ProjectedVolumeSource): Volume {
  const old = projected.sources ?? [];
  const sources = mapSame(old, defaultProjection);
  if (sources === old && projected.defaultMode !== undefined) return volume;
  return { ...volume, projected: { ...projected, sources, defaultMode: projected.defaultMode ?? defaultFileMode } };
}

function defaultEphemeral(volume: Volume, template: NonNullable<EphemeralVolumeSource['volumeClaimTemplate']>): Volume {
  const spec = defaultClaimSpec(template.spec as PersistentVolumeClaimSpec);
  return spec === template.spec ? volume : { ...volume, ephemeral: { ...volume.ephemeral, volumeClaimTemplate: { ...template, spec } } };
}

function defaultVolume(volume: Volume): Volume {
  if (Object.keys(volume).length === 1) return { ...volume, emptyDir: {} };
  if (volume.configMap !== undefined && volume.configMap.defaultMode === undefined) return { ...volume, configMap: { ...volume.configMap, defaultMode: defaultFileMode } };
  if (volume.secret !== undefined && volume.secret.defaultMode === undefined) return { ...volume, secret: { ...volume.secret, defaultMode: defaultFileMode } };
  if (volume.downwardAPI !== undefined) {
    const changed = defaultDownward(volume.downwardAPI);
    return changed === volume.downwardAPI ? volume : { ...volume, downwardAPI: changed };
  }
  if (volume.projected !== undefined) return defaultProjected(volume, volume.projected);
  if (volume.ephemeral?.volumeClaimTemplate !== undefined) return defaultEphemeral(volume, volume.ephemeral.volumeClaimTemplate);
  if (volume.image !== undefined && (volume.image.pullPolicy ?? '') === '') return { ...volume, image: { ...volume.image, pullPolicy: imageTag(volume.image.reference ?? '') === 'latest' ? 'Always' : 'IfNotPresent' } };
  return defaultSource(volume);
}

function hostPorts(container: Container): Container {
  if (container.ports === undefined) return container;
  const ports = mapSame(container.ports, (port) => (port.hostPort === undefined ? { ...port, hostPort: port.containerPort } : port));
  return ports === container.ports ? container : { ...container, ports };
}

/** What a pod runs with when nothing else is said: 30 s to stop. */
const defaultGraceSeconds = 30;

function isSpecComplete(spec: PodSpec): boolean {
  return spec.restartPolicy !== undefined && spec.terminationGracePeriodSeconds !== undefined && spec.dnsPolicy !== undefined
    && spec.securityContext !== undefined && spec.schedulerName !== undefined
    && (spec.serviceAccount ?? '') === (spec.serviceAccountName ?? '');
}

// Defaulted specs by the spec they were made from, and each by itself: templates are shared by thousands of pods.
const defaulted = new WeakMap<PodSpec, PodSpec>();
const podDefaulted = new WeakMap<PodSpec, PodSpec>();

/** The lists of a spec with their items defaulted; only those that changed. */
function changedLists(spec: PodSpec): Draft<PodSpec> {
  const draft: Draft<PodSpec> = {};
  for (const list of ['containers', 'initContainers'] as const) {
    const old = list === 'containers' ? spec.containers ?? [] : spec.initContainers;
    if (old === undefined) continue;
    const filled = mapSame(old, defaultContainer);
    const changed = spec.hostNetwork === true ? mapSame(filled, hostPorts) : filled;
    if (changed !== spec[list]) draft[list] = changed;
  }
  if (spec.ephemeralContainers !== undefined) {
    const changed = mapSame(spec.ephemeralContainers, defaultContainer);
    if (changed !== spec.ephemeralContainers) draft.ephemeralContainers = changed;
  }
  if (spec.volumes !== undefined) {
    const changed = mapSame(spec.volumes, defaultVolume);
    if (changed !== spec.volumes) draft.volumes = changed;
  }
  return draft;
}

function computeSpec(spec: PodSpec): PodSpec {
  const draft = changedLists(spec);
  if (isSpecComplete(spec)) return Object.keys(draft).length === 0 ? spec : overlay(spec, draft);
  const account = spec.serviceAccountName ?? spec.serviceAccount;
  if (account !== undefined) { draft.serviceAccountName = account; draft.serviceAccount = account; }
  draft.restartPolicy = spec.restartPolicy ?? 'Always';
  draft.terminationGracePeriodSeconds = spec.terminationGracePeriodSeconds ?? defaultGraceSeconds;
  draft.dnsPolicy = spec.dnsPolicy ?? 'ClusterFirst';
  draft.securityContext = spec.securityContext ?? {};
  draft.schedulerName = spec.schedulerName ?? 'default-scheduler';
  return overlay(spec, draft);
}

function remember(memo: WeakMap<PodSpec, PodSpec>, spec: PodSpec, result: PodSpec): PodSpec {
  // Frozen as well, so that what follows from it is remembered too: who owns which of its fields, and that it is valid.
  if (Object.isFrozen(spec)) memo.set(spec, deepFreeze(result));
  return result;
}

/** Defaults of a spec in a template. */
export function defaultPodSpec(spec: PodSpec): PodSpec {
  return defaulted.get(spec) ?? remember(defaulted, spec, computeSpec(spec));
}

function requestsFromLimits(resources: ResourceRequirements): ResourceRequirements {
  const limits = resources.limits;
  if (limits === undefined) return resources;
  const given = resources.requests;
  let requests: Record<string, string> | undefined;
  for (const name of Object.keys(limits)) {
    if (given?.[name] !== undefined) continue;
    requests ??= Object.assign({}, given) as Record<string, string>;
    requests[name] = limits[name] ?? '0';
  }
  return requests === undefined ? resources : overlay(resources, { requests });
}

function defaultRequests(container: Container): Container {
  if (container.resources === undefined) return container;
  const resources = requestsFromLimits(container.resources);
  return resources === container.resources ? container : { ...container, resources };
}

function computePodSpec(given: PodSpec): PodSpec {
  const spec = defaultPodSpec(given);
  const containers = mapSame(spec.containers, defaultRequests);
  const initContainers = spec.initContainers === undefined ? undefined : mapSame(spec.initContainers, defaultRequests);
  if (containers === spec.containers && initContainers === spec.initContainers && spec.enableServiceLinks !== undefined) return spec;
  const draft: Draft<PodSpec> = { containers, enableServiceLinks: spec.enableServiceLinks ?? true };
  if (initContainers !== undefined) draft.initContainers = initContainers;
  return overlay(spec, draft);
}

/** Defaults of a spec in a pod itself: also requests from limits. */
export function defaultSpecOfPod(spec: PodSpec): PodSpec {
  return podDefaulted.get(spec) ?? remember(podDefaulted, spec, computePodSpec(spec));
}
