/**
 * Validation of pod specs, in pods and in templates.
 *
 * @source kubernetes pkg/apis/core/validation/validation.go (ValidatePodSpec)
 */
import { duplicate, forbidden, invalid, missing, notSupported, required, tooLong } from '../../field-error.ts';
import type { FieldError } from '../../field-error.ts';
import { isAddress } from '../../ip-forms.ts';
import { dns1123Label, dns1123Subdomain, dns1123SubdomainWithUnderscore, inclusiveRangeText, qualifiedName } from '../../names.ts';
import type { NameCheck } from '../../names.ts';
import { validateAnnotations, validateLabels } from '../../validate-meta.ts';
import type { Container } from './container.ts';
import { eachContainer } from './each-container.ts';
import type { PodSpec, PodTemplateSpec } from './pod-spec.ts';
import { validateContainerCommon, validateContainers, validateInitContainers } from './validate-container.ts';
import type { ContainerContext, Spot } from './validate-container.ts';
import { validatePodClaims } from './validate-container-rules.ts';
import { validatePodAnnotations, validateProfilesMatch } from './validate-pod-annotations.ts';
import { validatePodResources } from './validate-pod-resources.ts';
import { validateResources } from './validate-resources.ts';
import { validateHostUsers, validatePodSecurity } from './validate-security.ts';
import { validateAffinity, validateSpread, validateTolerations } from './validate-scheduling.ts';
import { validateVolumes } from './validate-volume.ts';
import { validateHostProcess, validateSystem } from './validate-windows.ts';

const maximumInt32 = 2_147_483_647;
const restartPolicies = ['Always', 'OnFailure', 'Never'] as const;
const dnsPolicies = ['ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None'] as const;

/** What an address must be. */
export const ipText = 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)';

function validateEnumeration(value: string | undefined, allowed: readonly string[], { path, errors }: Spot): void {
  if (!value) errors.push(required(path));
  else if (!allowed.includes(value)) errors.push(notSupported(path, value, allowed));
}

/** Limits of the resolver library: 3 servers, 32 domains, 2,048 characters. */
const maximumNameservers = 3;
const maximumSearches = 32;
const maximumSearchCharacters = 2048;

function validateDns(spec: PodSpec, path: string, errors: FieldError[]): void {
  const config = spec.dnsConfig;
  if (spec.dnsPolicy === 'None') {
    if (config === undefined) { errors.push(required(path, 'must provide `dnsConfig` when `dnsPolicy` is None')); return; }
    if ((config.nameservers ?? []).length === 0) {
      errors.push(required(`${path}.nameservers`, 'must provide at least one DNS nameserver when `dnsPolicy` is None'));
      return;
    }
  }
  if (config === undefined) return;
  const servers = config.nameservers ?? [];
  const searches = config.searches ?? [];
  if (servers.length > maximumNameservers) errors.push(invalid(`${path}.nameservers`, servers, `must not have more than ${maximumNameservers} nameservers`));
  servers.forEach((server, i) => { if (!isAddress(server)) errors.push(invalid(`${path}.nameservers[${i}]`, server, ipText)); });
  if (searches.length > maximumSearches) errors.push(invalid(`${path}.searches`, searches, `must not have more than ${maximumSearches} search paths`));
  if (searches.join(' ').length > maximumSearchCharacters) {
    errors.push(invalid(`${path}.searches`, searches, `must not have more than ${maximumSearchCharacters} characters (including spaces) in the search list`));
  }
  searches.forEach((search, i) => {
    if (search === '.') return;
    const name = search.endsWith('.') ? search.slice(0, -1) : search;
    for (const message of dns1123SubdomainWithUnderscore(name)) errors.push(invalid(`${path}.searches[${i}]`, name, message));
  });
  (config.options ?? []).forEach((option, i) => { if (!option.name) errors.push(required(`${path}.options[${i}]`, 'must not be empty')); });
}

function validateHostNetworkPorts(spec: PodSpec, inPod: boolean, { path, errors }: Spot): void {
  if (spec.hostNetwork !== true) return;
  spec.containers.forEach((container, i) => {
    (container.ports ?? []).forEach((port, k) => {
      const host = port.hostPort ?? 0;
      if ((inPod || host !== 0) && host !== port.containerPort) {
        errors.push(invalid(`${path}.containers[${i}].ports[${k}].hostPort`, host, 'must match `containerPort` when `hostNetwork` is true'));
      }
    });
  });
}

const anyName: NameCheck = dns1123Subdomain;
const oneLabel: NameCheck = dns1123Label;

function validateName(name: string | undefined, check: NameCheck, { path, errors }: Spot): void {
  if (name) for (const message of check(name)) errors.push(invalid(path, name, message));
}

/** Longest name of a host. */
const maximumHostname = 64;

function validateHostname(spec: PodSpec, path: string, errors: FieldError[]): void {
  const name = spec.hostnameOverride;
  if (name === undefined) return;
  const at = `${path}.hostnameOverride`;
  if (spec.setHostnameAsFQDN === true) errors.push(forbidden(at, 'may not be specified when setHostnameAsFQDN is true'));
  if (spec.hostNetwork === true) errors.push(forbidden(at, 'may not be specified when hostNetwork is true'));
  if (name.length > maximumHostname) errors.push(tooLong(at, maximumHostname));
  for (const message of dns1123Subdomain(name)) errors.push(invalid(at, name, message));
}

function validateGates(spec: PodSpec, path: string, errors: FieldError[]): void {
  (spec.readinessGates ?? []).forEach((gate, i) => {
    for (const message of qualifiedName(gate.conditionType)) errors.push(invalid(`${path}.readinessGates[${i}].conditionType`, gate.conditionType, message));
  });
  const seen = new Set<string>();
  (spec.schedulingGates ?? []).forEach((gate, i) => {
    for (const message of qualifiedName(gate.name)) errors.push(invalid(`${path}.schedulingGates[${i}]`, gate.name, message));
    if (seen.has(gate.name)) errors.push(duplicate(`${path}.schedulingGates[${i}]`, gate.name));
    seen.add(gate.name);
  });
}

function validateHostAliases(spec: PodSpec, path: string, errors: FieldError[]): void {
  (spec.hostAliases ?? []).forEach((alias, i) => {
    if (!isAddress(alias.ip)) errors.push(invalid(`${path}[${i}].ip`, alias.ip, ipText));
    (alias.hostnames ?? []).forEach((name, k) => {
      for (const message of dns1123Subdomain(name)) errors.push(invalid(`${path}[${i}].hostnames[${k}]`, name, message));
    });
  });
}

/** Of an ephemeral container, in the order of its fields upstream. */
const notEphemeral = ['ports', 'resources', 'resizePolicy', 'restartPolicy', 'restartPolicyRules', 'livenessProbe', 'readinessProbe', 'startupProbe', 'lifecycle'] as const;

/** Debug containers may say little; the rest is refused. */
function validateEphemeral(spec: PodSpec, context: ContainerContext, path: string): void {
  const { errors } = context;
  const names = new Set([...spec.containers, ...(spec.initContainers ?? [])].map((container) => container.name));
  const targets = new Set(names);
  (spec.ephemeralContainers ?? []).forEach((container, i) => {
    const at = `${path}[${i}]`;
    validateContainerCommon(container, context, at);
    validateImage(container, at, errors);
    if (names.has(container.name)) errors.push(duplicate(`${at}.name`, container.name));
    names.add(container.name);
    if (container.targetContainerName && !targets.has(container.targetContainerName)) errors.push(missing(`${at}.targetContainerName`, container.targetContainerName));
    for (const field of notEphemeral) {
      const value = container[field];
      const isLeftOut = value === undefined || (field === 'resources' && Object.keys(value).length === 0);
      if (!isLeftOut) errors.push(forbidden(`${at}.${field}`, 'cannot be set for an Ephemeral Container'));
    }
    (container.volumeMounts ?? []).forEach((mount, k) => {
      for (const field of ['subPath', 'subPathExpr'] as const) if (mount[field]) errors.push(forbidden(`${at}.volumeMounts[${k}].${field}`, 'cannot be set for an Ephemeral Container'));
    });
  });
}

/** Values of files need a volume that the containers write to. @source kubernetes pkg/apis/core/validation/validation.go (validateFileKeyRefVolumes) */
function validateFileVolumes(spec: PodSpec, path: string, errors: FieldError[]): void {
  eachContainer(spec, path, (container, at) => {
    (container.env ?? []).forEach(({ valueFrom }, i) => {
      const name = valueFrom?.fileKeyRef?.volumeName;
      if (name === undefined) return;
      const volume = spec.volumes?.find((candidate) => candidate.name === name);
      const field = `${at}.env[${i}].valueFrom.fileKeyRef.volumeName`;
      if (volume === undefined) errors.push(missing(field, name));
      else if (volume.emptyDir === undefined) errors.push(invalid(field, name, 'referenced volume must be of type emptyDir'));
    });
  });
}

function validateRest(spec: PodSpec, inPod: boolean, { path, errors }: Spot): void {
  if (spec.resources !== undefined) validatePodResources(spec, spec.resources, { path: `${path}.resources`, errors });
  validateHostNetworkPorts(spec, inPod, { path, errors });
  validateEnumeration(spec.restartPolicy, restartPolicies, { path: `${path}.restartPolicy`, errors });
  validateEnumeration(spec.dnsPolicy, dnsPolicies, { path: `${path}.dnsPolicy`, errors });
  validateLabels(spec.nodeSelector, `${path}.nodeSelector`, errors);
  validatePodSecurity(spec, path, errors);
  validateAffinity(spec.affinity, `${path}.affinity`, errors);
  validateDns(spec, `${path}.dnsConfig`, errors);
  validateGates(spec, path, errors);
  if (spec.topologySpreadConstraints !== undefined) validateSpread(spec.topologySpreadConstraints, `${path}.topologySpreadConstraints`, errors);
  validateHostProcess(spec, path, errors);
  validateHostUsers(spec, path, errors);
  validateHostname(spec, path, errors);
  validateName(spec.serviceAccountName, anyName, { path: `${path}.serviceAccountName`, errors });
  validateName(spec.nodeName, anyName, { path: `${path}.nodeName`, errors });
  const deadline = spec.activeDeadlineSeconds;
  if (deadline !== undefined && (deadline < 1 || deadline > maximumInt32)) errors.push(invalid(`${path}.activeDeadlineSeconds`, deadline, inclusiveRangeText(1, maximumInt32)));
  validateName(spec.hostname, oneLabel, { path: `${path}.hostname`, errors });
  validateName(spec.subdomain, oneLabel, { path: `${path}.subdomain`, errors });
  if (spec.tolerations !== undefined) validateTolerations(spec.tolerations, `${path}.tolerations`, errors);
  validateHostAliases(spec, `${path}.hostAliases`, errors);
  validateName(spec.priorityClassName, anyName, { path: `${path}.priorityClassName`, errors });
  if (spec.runtimeClassName !== undefined) for (const message of dns1123Subdomain(spec.runtimeClassName)) errors.push(invalid(`${path}.runtimeClassName`, spec.runtimeClassName, message));
  if (spec.preemptionPolicy !== undefined) validateEnumeration(spec.preemptionPolicy, ['PreemptLowerPriority', 'Never'], { path: `${path}.preemptionPolicy`, errors });
  if (spec.overhead !== undefined) validateResources({ limits: spec.overhead }, `${path}.overhead`, errors);
  validateSystem(spec, path, errors);
  validateFileVolumes(spec, path, errors);
}

// Frozen specs that passed once, by use: a template's spec is shared by all its pods.
const goodInPod = new WeakSet<PodSpec>();
const goodInTemplate = new WeakSet<PodSpec>();

/** Everything about a spec. `inPod` adds what only holds for real pods. */
export function validatePodSpec(spec: PodSpec, inPod: boolean, path: string): readonly FieldError[] {
  const good = inPod ? goodInPod : goodInTemplate;
  if (good.has(spec)) return [];
  const errors: FieldError[] = [];
  if (spec.terminationGracePeriodSeconds === undefined) errors.push(required(`${path}.terminationGracePeriodSeconds`));
  const volumes = validateVolumes(spec.volumes ?? [], `${path}.volumes`, errors);
  if (spec.resourceClaims !== undefined) validatePodClaims(spec.resourceClaims, { path: `${path}.resourceClaims`, errors });
  const context: ContainerContext = { volumes, gracePeriod: spec.terminationGracePeriodSeconds, spec, errors };
  validateContainers(spec.containers, context, `${path}.containers`);
  if (spec.initContainers !== undefined) validateInitContainers(spec, context, `${path}.initContainers`);
  if (spec.ephemeralContainers !== undefined) validateEphemeral(spec, context, `${path}.ephemeralContainers`);
  validateRest(spec, inPod, { path, errors });
  if (inPod) validateImages(spec, path, errors);
  if (errors.length === 0 && Object.isFrozen(spec)) good.add(spec);
  return errors;
}

function validateImage({ image = '' }: Container, path: string, errors: FieldError[]): void {
  if (image.trim().length !== image.length) errors.push(invalid(`${path}.image`, image, 'must not have leading or trailing whitespace'));
}

function validateImages(spec: PodSpec, path: string, errors: FieldError[]): void {
  for (const list of ['containers', 'initContainers'] as const) (spec[list] ?? []).forEach((container, i) => validateImage(container, `${path}.${list}[${i}]`, errors));
}

/** A template: the labels and annotations of its pods, and their spec. */
export function validatePodTemplate(template: PodTemplateSpec, path: string): readonly FieldError[] {
  const errors: FieldError[] = [];
  const { annotations } = template.metadata ?? {};
  const spec = template.spec ?? { containers: [] };
  // Upstream leaves the metadata out of these paths.
  validateLabels(template.metadata?.labels, `${path}.labels`, errors);
  validateAnnotations(annotations, `${path}.annotations`, errors);
  if (annotations !== undefined) validatePodAnnotations(annotations, spec, { path: `${path}.annotations`, errors });
  errors.push(...validatePodSpec(spec, false, `${path}.spec`));
  if (annotations !== undefined) validateProfilesMatch(annotations, spec, { path: `${path}.spec`, errors });
  if ((template.spec?.ephemeralContainers ?? []).length > 0) errors.push(forbidden(`${path}.spec.ephemeralContainers`, 'ephemeral containers not allowed in pod template'));
  return errors;
}
