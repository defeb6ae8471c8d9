/**
 * What the API server remarks on pods and templates of pods without refusing them.
 *
 * A frozen spec is looked at once: the pods of a template share it.
 *
 * @source kubernetes pkg/api/pod/warnings.go, pkg/registry/core/pod/strategy.go (WarningsOnCreate)
 */
import { equalData } from '../../../base/compare.ts';
import { addressRemarks } from '../../ip-forms.ts';
import type { KubeObject, StringMap } from '../../meta.ts';
import { dns1123Label } from '../../names.ts';
import { milliValue } from '../../quantity.ts';
import type { NodeAffinity, PodAffinity } from './affinity.ts';
import type { PersistentVolumeClaimSpec } from './claim-spec.ts';
import type { Container, ContainerPort, ResourceList } from './container.ts';
import { eachContainer } from './each-container.ts';
import { deprecatedLabel, keyWarnings, termWarnings } from './node-labels.ts';
import type { PodSpec, PodTemplateSpec } from './pod-spec.ts';
import type { PodStatus } from './pod-status.ts';
import type { Volume } from './volume.ts';

type Warn = (text: string) => void;

const retired: readonly (readonly [source: string, said: string, shown: string])[] = [
  ['photonPersistentDisk', 'deprecated in v1.11, non-functional in v1.16+', 'photonPersistentDisk'], ['gitRepo', 'deprecated in v1.11', 'gitRepo'],
  ['scaleIO', 'deprecated in v1.16, non-functional in v1.22+', 'scaleIO'], ['flocker', 'deprecated in v1.22, non-functional in v1.25+', 'flocker'],
  ['storageos', 'deprecated in v1.22, non-functional in v1.25+', 'storageOS'], ['quobyte', 'deprecated in v1.22, non-functional in v1.25+', 'quobyte'],
  ['glusterfs', 'deprecated in v1.25, non-functional in v1.26+', 'glusterfs'], ['cephfs', 'deprecated in v1.28, non-functional in v1.31+', 'cephfs'],
  ['rbd', 'deprecated in v1.28, non-functional in v1.31+', 'rbd'],
];

/** Warnings about drivers that are gone, in pods and PersistentVolumes. */
export function retiredSources(of: object, path: string): readonly string[] {
  return retired.filter(([source]) => Object.hasOwn(of, source)).map(([, said, shown]) => `${path}.${shown}: ${said}`);
}

const fraction = (list: ResourceList | undefined, name: string, path: string): readonly string[] => {
  const amount = list?.[name];
  return amount === undefined || milliValue(amount) % 1000 === 0 ? [] : [`${path}[${name}]: fractional byte value ${JSON.stringify(amount)} is invalid, must be an integer`];
};

/** Warnings about the size of a claim. @source kubernetes pkg/api/persistentvolumeclaim/util.go */
export function claimSpecWarnings(spec: PersistentVolumeClaimSpec | undefined, path: string): readonly string[] {
  return (['requests', 'limits'] as const).flatMap((part) => fraction(spec?.resources?.[part], 'storage', `${path}.resources.${part}`));
}

function nodeAffinity(affinity: NodeAffinity, path: string, warn: Warn): void {
  const must = 'requiredDuringSchedulingIgnoredDuringExecution';
  const wish = 'preferredDuringSchedulingIgnoredDuringExecution';
  (affinity[must]?.nodeSelectorTerms ?? []).forEach((term, i) => termWarnings(term, `${path}.${must}.nodeSelectorTerms[${i}]`, false).forEach(warn));
  (affinity[wish] ?? []).forEach((term, i) => termWarnings(term.preference, `${path}.${wish}[${i}].preference`, true).forEach(warn));
}

const nullSelector = 'a null labelSelector results in matching no pod';

function podAffinity(affinity: PodAffinity | undefined, path: string, warn: Warn): void {
  (affinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []).forEach((term, i) => {
    if (term.labelSelector === undefined) warn(`${path}.requiredDuringSchedulingIgnoredDuringExecution[${i}].labelSelector: ${nullSelector}`);
  });
  (affinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []).forEach((term, i) => {
    if (term.podAffinityTerm.labelSelector === undefined) warn(`${path}.preferredDuringSchedulingIgnoredDuringExecution[${i}].podAffinityTerm.labelSelector: ${nullSelector}`);
  });
}

function volumes(list: readonly Volume[], path: string, warn: Warn): void {
  list.forEach((volume, i) => {
    retiredSources(volume, `${path}[${i}]`).forEach(warn);
    claimSpecWarnings(volume.ephemeral?.volumeClaimTemplate?.spec, `${path}[${i}].ephemeral.volumeClaimTemplate.spec`).forEach(warn);
  });
  const tokens = new Set(list.flatMap(({ projected }) => (projected?.sources ?? []).flatMap(({ serviceAccountToken: token }) => (token === undefined ? [] : [token.path]))));
  if (tokens.size === 0) return;
  list.forEach(({ projected }, i) => {
    for (const { configMap, secret, downwardAPI, clusterTrustBundle: bundle } of projected?.sources ?? []) {
      for (const [name, items] of [['configMap', configMap?.items], ['secrets', secret?.items], ['downwardAPI', downwardAPI?.items]] as const) {
        (items ?? []).forEach((item, k) => { if (tokens.has(item.path)) warn(`${path}[${i}].projected.sources.${name}[${k}]: ${sameAsToken(item.path)}`); });
      }
      if (bundle?.path !== undefined && tokens.has(bundle.path)) warn(`${path}[${i}].projected.sources.ClusterTrustBundle: ${sameAsToken(bundle.path)}`);
    }
  });
}

const sameAsToken = (path: string): string => `has duplicated path with ServiceAccountToken ${JSON.stringify(path)}`;

function repeats(values: readonly string[], say: (i: number, value: string) => void): void {
  const seen = new Set<string>();
  values.forEach((value, i) => { if (seen.has(value)) say(i, value); else seen.add(value); });
}

function environment(container: Container, path: string, warn: Warn): void {
  const variables = container.env ?? [];
  repeats(variables.map(({ name }) => name), (i, name) => {
    const { value = '', valueFrom } = variables[i] ?? {};
    const isKept = valueFrom === undefined && value !== `$(${name})` && value.includes(`$(${name})`);
    if (!isKept) warn(`${path}.env[${i}]: hides previous definition of ${JSON.stringify(name)}, which may be dropped when using apply`);
  });
}

function amounts({ resources }: Container, path: string, warn: Warn): void {
  for (const name of ['memory', 'ephemeral-storage']) {
    for (const part of ['limits', 'requests'] as const) fraction(resources?.[part], name, `${path}.resources.${part}`).forEach(warn);
  }
}

interface Place { readonly path: string; readonly port: ContainerPort }

/** @source kubernetes pkg/api/pod/warnings.go (allPorts) */
function overlap(a: ContainerPort, b: ContainerPort): string {
  const [hostA, hostB] = [a.hostPort ?? 0, b.hostPort ?? 0];
  const [ipA, ipB] = [a.hostIP ?? '', b.hostIP ?? ''];
  if (ipA === ipB && hostA === hostB) return 'duplicate';
  if (hostA === 0 || hostB === 0) return 'overlapping';
  return hostA === hostB && (ipA === '') !== (ipB === '') ? 'dangerously ambiguous' : '';
}

function ports(spec: PodSpec, path: string, warn: Warn): void {
  const taken = new Map<string, Place[]>();
  eachContainer(spec, path, (container, at) => {
    (container.ports ?? []).forEach((port, i) => {
      const place = `${at}.ports[${i}]`;
      if (port.hostIP && !port.hostPort) {
        warn(`${place}: hostIP set without hostPort: {Name:${port.name ?? ''} HostPort:0 ContainerPort:${port.containerPort} Protocol:${port.protocol ?? ''} HostIP:${port.hostIP}}`);
      }
      const key = `${port.containerPort}/${port.protocol ?? ''}`;
      const others = taken.get(key) ?? [];
      for (const other of others) {
        const kind = overlap(port, other.port);
        if (kind !== '') warn(`${place}: ${kind} port definition with ${other.path}`);
      }
      taken.set(key, [...others, { path: place, port }]);
    });
  });
}

function spreadKeys(spec: PodSpec, path: string, warn: Warn): void {
  (spec.topologySpreadConstraints ?? []).forEach(({ topologyKey, labelSelector }, i) => {
    const at = `${path}.topologySpreadConstraints[${i}]`;
    const said = deprecatedLabel(topologyKey);
    if (said !== undefined) warn(`${at}.topologyKey: ${topologyKey} is ${said}`);
    if (labelSelector === undefined) warn(`${at}.labelSelector: ${nullSelector}`);
  });
}

function specWarnings(spec: PodSpec, path: string): readonly string[] {
  const found: string[] = [];
  const warn: Warn = (text) => { found.push(text); };
  keyWarnings(Object.keys(spec.nodeSelector ?? {}), (key) => `${path}.nodeSelector[${key}]`).forEach(warn);
  if (spec.affinity?.nodeAffinity !== undefined) nodeAffinity(spec.affinity.nodeAffinity, `${path}.affinity.nodeAffinity`, warn);
  spreadKeys(spec, path, warn);
  if (spec.volumes !== undefined) volumes(spec.volumes, `${path}.volumes`, warn);
  repeats((spec.hostAliases ?? []).map(({ ip }) => ip), (i, ip) => warn(`${path}.hostAliases[${i}].ip: duplicate ip ${JSON.stringify(ip)}`));
  const secrets = (spec.imagePullSecrets ?? []).map(({ name = '' }) => name);
  repeats(secrets, (i, name) => warn(`${path}.imagePullSecrets[${i}].name: duplicate name ${JSON.stringify(name)}`));
  secrets.forEach((name, i) => { if (name === '') warn(`${path}.imagePullSecrets[${i}].name: invalid empty name ""`); });
  for (const name of ['memory', 'ephemeral-storage']) fraction(spec.overhead, name, `${path}.overhead`).forEach(warn);
  eachContainer(spec, path, (container, at) => { amounts(container, at, warn); environment(container, at, warn); });
  ports(spec, path, warn);
  if ((spec.terminationGracePeriodSeconds ?? 0) < 0) warn(`${path}.terminationGracePeriodSeconds: must be >= 0; negative values are invalid and will be treated as 1`);
  podAffinity(spec.affinity?.podAffinity, `${path}.affinity.podAffinity`, warn);
  podAffinity(spec.affinity?.podAntiAffinity, `${path}.affinity.podAntiAffinity`, warn);
  (spec.dnsConfig?.nameservers ?? []).forEach((ip, i) => addressRemarks(ip, `${path}.dnsConfig.nameservers[${i}]`).forEach(warn));
  (spec.hostAliases ?? []).forEach(({ ip }, i) => addressRemarks(ip, `${path}.hostAliases[${i}].ip`).forEach(warn));
  return found;
}

const ignoredAnnotations: readonly (readonly [key: string, said: string])[] = [
  ['scheduler.alpha.kubernetes.io/critical-pod', 'non-functional in v1.16+; use the "priorityClassName" field instead'],
  ['security.alpha.kubernetes.io/sysctls', 'non-functional in v1.11+; use the "sysctls" field instead'],
  ['security.alpha.kubernetes.io/unsafe-sysctls', 'non-functional in v1.11+; use the "sysctls" field instead'],
];
const seccompPod = 'seccomp.security.alpha.kubernetes.io/pod';

function annotationWarnings(annotations: StringMap, spec: PodSpec, { path, inTemplate }: { readonly path: string; readonly inTemplate: boolean }): readonly string[] {
  const at = (key: string): string => `${path}metadata.annotations[${key}]`;
  const found = ignoredAnnotations.filter(([key]) => Object.hasOwn(annotations, key)).map(([key, said]) => `${at(key)}: ${said}`);
  const noField = 'non-functional in v1.27+; use the "seccompProfile" field instead';
  if (spec.securityContext?.seccompProfile === undefined && Object.hasOwn(annotations, seccompPod)) found.push(`${at(seccompPod)}: ${noField}`);
  eachContainer(spec, '', ({ name, securityContext }) => {
    const seccomp = `container.seccomp.security.alpha.kubernetes.io/${name}`;
    if (securityContext?.seccompProfile === undefined && Object.hasOwn(annotations, seccomp)) found.push(`${at(seccomp)}: ${noField}`);
    const appArmor = `container.apparmor.security.beta.kubernetes.io/${name}`;
    const hasField = spec.securityContext?.appArmorProfile !== undefined || securityContext?.appArmorProfile !== undefined;
    if (inTemplate && !hasField && Object.hasOwn(annotations, appArmor)) found.push(`${at(appArmor)}: deprecated since v1.30; use the "appArmorProfile" field instead`);
  });
  return found;
}

const none: readonly string[] = Object.freeze([]);
const ofPods = new WeakMap<PodSpec, readonly string[]>();

function podSpecWarnings(spec: PodSpec): readonly string[] {
  let found = ofPods.get(spec);
  if (found === undefined) {
    found = specWarnings(spec, 'spec');
    if (found.length === 0) found = none;
    if (Object.isFrozen(spec)) ofPods.set(spec, found);
  }
  return found;
}

/** Names of workloads that become parts of names of pods. */
export function nameWarnings(name: string, use = 'in Pod names and hostnames'): readonly string[] {
  const faults = dns1123Label(name ?? '');
  return faults.length === 0 ? none : [`metadata.name: this is used ${use}, which can result in surprising behavior; a DNS label is recommended: [${faults.join(' ')}]`];
}

/** Of a new pod; updates of pods are never remarked on. */
export function podWarnings({ metadata, spec }: KubeObject & { readonly spec: PodSpec }, old: KubeObject | undefined): readonly string[] {
  if (old !== undefined || spec === undefined) return none;
  const ofSpec = podSpecWarnings(spec);
  const ofName = nameWarnings(metadata.name, "in the Pod's hostname");
  const ofAnnotations = metadata.annotations === undefined ? none : annotationWarnings(metadata.annotations, spec, { path: '', inTemplate: false });
  return ofName.length + ofAnnotations.length === 0 ? ofSpec : [...ofName, ...ofSpec, ...ofAnnotations];
}

/** Of a template at a path, where it is new or changed. */
export function templateWarnings(template: PodTemplateSpec | undefined, old: PodTemplateSpec | undefined, path: string): readonly string[] {
  if (template?.spec === undefined || template === old || (old !== undefined && equalData(template, old))) return none;
  const { annotations } = template.metadata ?? {};
  return [...specWarnings(template.spec, `${path}.spec`), ...annotations === undefined ? none : annotationWarnings(annotations, template.spec, { path: `${path}.`, inTemplate: true })];
}

/** What is remarked on a change of the status. @source kubernetes pkg/registry/core/pod/strategy.go (podStatusStrategy.WarningsOnUpdate) */
export function podStatusWarnings({ status }: { readonly status?: PodStatus }): readonly string[] {
  const found: string[] = [];
  for (const field of ['podIPs', 'hostIPs'] as const) (status?.[field] ?? []).forEach(({ ip }, i) => { found.push(...addressRemarks(ip, `status.${field}[${i}].ip`)); });
  return found;
}
