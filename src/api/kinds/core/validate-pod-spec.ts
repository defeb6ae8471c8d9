/**
 * Validation of pod specs, in pods and in templates.
 *
 * @source kubernetes pkg/apis/core/validation/validation.go (ValidatePodSpec)
 * @fidelity simplified: Windows pods and device claims are not checked further
 */
import { duplicate, forbidden, invalid, notSupported, required } from '../../field-error.ts';
import type { FieldError } from '../../field-error.ts';
import { isIP } from '../../ip.ts';
import { dns1123Label, dns1123Subdomain, dns1123SubdomainWithUnderscore, inclusiveRangeText, qualifiedName } from '../../names.ts';
import { validateLabels } from '../../validate-meta.ts';
import type { PodSpec, PodTemplateSpec } from './pod-spec.ts';
import { validateContainerCommon, validateContainers, validateInitContainers } from './validate-container.ts';
import type { ContainerContext, Spot } from './validate-container.ts';
import { validatePodLevelResources, validateResources } from './validate-resources.ts';
import { validatePodSecurity } from './validate-security.ts';
import { validateAffinity, validateSpread, validateTolerations } from './validate-scheduling.ts';
import { validateVolumes } from './validate-volume.ts';

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
  servers.forEach((server, i) => { if (!isIP(server)) errors.push(invalid(`${path}.nameservers[${i}]`, server, ipText)); });
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

function validateNames(spec: PodSpec, path: string, errors: FieldError[]): void {
  const names = [['serviceAccountName', spec.serviceAccountName], ['nodeName', spec.nodeName], ['priorityClassName', spec.priorityClassName], ['runtimeClassName', spec.runtimeClassName]] as const;
  for (const [field, name] of names) if (name) for (const message of dns1123Subdomain(name)) errors.push(invalid(`${path}.${field}`, name, message));
  for (const [field, name] of [['hostname', spec.hostname], ['subdomain', spec.subdomain]] as const) {
    if (name) for (const message of dns1123Label(name)) errors.push(invalid(`${path}.${field}`, name, message));
  }
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
    if (!isIP(alias.ip)) errors.push(invalid(`${path}[${i}].ip`, alias.ip, ipText));
    (alias.hostnames ?? []).forEach((name, k) => {
      for (const message of dns1123Subdomain(name)) errors.push(invalid(`${path}[${i}].hostnames[${k}]`, name, message));
    });
  });
}

/** Debug containers may say little; the rest is refused. */
function validateEphemeral(spec: PodSpec, context: ContainerContext, path: string): void {
  const { errors } = context;
  const names = new Set([...spec.containers, ...(spec.initContainers ?? [])].map((container) => container.name));
  const targets = new Set(names);
  (spec.ephemeralContainers ?? []).forEach((container, i) => {
    const at = `${path}[${i}]`;
    validateContainerCommon(container, context, at);
    if (names.has(container.name)) errors.push(duplicate(`${at}.name`, container.name));
    names.add(container.name);
    if (container.targetContainerName && !targets.has(container.targetContainerName)) {
      errors.push({ type: 'FieldValueNotFound', field: `${at}.targetContainerName`, badValue: container.targetContainerName, detail: '' });
    }
    for (const field of ['ports', 'livenessProbe', 'readinessProbe', 'startupProbe', 'lifecycle'] as const) {
      if (container[field] !== undefined) errors.push(forbidden(`${at}.${field}`, 'cannot be set for an Ephemeral Container'));
    }
    if (Object.keys(container.resources ?? {}).length > 0) errors.push(forbidden(`${at}.resources`, 'cannot be set for an Ephemeral Container'));
  });
}

function validateRest(spec: PodSpec, inPod: boolean, { path, errors }: Spot): void {
  validateHostNetworkPorts(spec, inPod, { path, errors });
  validateEnumeration(spec.restartPolicy, restartPolicies, { path: `${path}.restartPolicy`, errors });
  validateEnumeration(spec.dnsPolicy, dnsPolicies, { path: `${path}.dnsPolicy`, errors });
  validateLabels(spec.nodeSelector, `${path}.nodeSelector`, errors);
  validatePodSecurity(spec, path, errors);
  validateAffinity(spec.affinity, `${path}.affinity`, errors);
  validateDns(spec, `${path}.dnsConfig`, errors);
  validateGates(spec, path, errors);
  if (spec.topologySpreadConstraints !== undefined) validateSpread(spec.topologySpreadConstraints, `${path}.topologySpreadConstraints`, errors);
  validateNames(spec, path, errors);
  const deadline = spec.activeDeadlineSeconds;
  if (deadline !== undefined && (deadline < 1 || deadline > maximumInt32)) errors.push(invalid(`${path}.activeDeadlineSeconds`, deadline, inclusiveRangeText(1, maximumInt32)));
  if (spec.tolerations !== undefined) validateTolerations(spec.tolerations, `${path}.tolerations`, errors);
  validateHostAliases(spec, `${path}.hostAliases`, errors);
  if (spec.preemptionPolicy !== undefined) validateEnumeration(spec.preemptionPolicy, ['PreemptLowerPriority', 'Never'], { path: `${path}.preemptionPolicy`, errors });
  if (spec.overhead !== undefined) validateResources({ limits: spec.overhead }, `${path}.overhead`, errors);
  if (spec.resources !== undefined) validatePodLevelResources(spec.resources, `${path}.resources`, errors);
  if (spec.os !== undefined && spec.os.name !== 'linux' && spec.os.name !== 'windows') errors.push(notSupported(`${path}.os.name`, spec.os.name, ['linux', 'windows']));
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
  const context: ContainerContext = { volumes, gracePeriod: spec.terminationGracePeriodSeconds ?? 0, errors };
  validateContainers(spec.containers, context, `${path}.containers`);
  if (spec.initContainers !== undefined) validateInitContainers(spec, context, `${path}.initContainers`);
  if (spec.ephemeralContainers !== undefined) validateEphemeral(spec, context, `${path}.ephemeralContainers`);
  validateRest(spec, inPod, { path, errors });
  if (inPod) validateImages(spec, path, errors);
  if (errors.length === 0 && Object.isFrozen(spec)) good.add(spec);
  return errors;
}

function validateImages(spec: PodSpec, path: string, errors: FieldError[]): void {
  for (const list of ['containers', 'initContainers'] as const) {
    (spec[list] ?? []).forEach((container, i) => {
      const image = container.image ?? '';
      if (image.trim().length !== image.length) errors.push(invalid(`${path}.${list}[${i}].image`, image, 'must not have leading or trailing whitespace'));
    });
  }
}

/** A template: the labels and annotations of its pods, and their spec. */
export function validatePodTemplate(template: PodTemplateSpec, path: string): readonly FieldError[] {
  const errors: FieldError[] = [];
  validateLabels(template.metadata?.labels, `${path}.metadata.labels`, errors);
  for (const key of Object.keys(template.metadata?.annotations ?? {})) {
    for (const message of qualifiedName(key.toLowerCase())) errors.push(invalid(`${path}.metadata.annotations`, key, message));
  }
  errors.push(...validatePodSpec(template.spec ?? { containers: [] }, false, `${path}.spec`));
  if ((template.spec?.ephemeralContainers ?? []).length > 0) errors.push(forbidden(`${path}.spec.ephemeralContainers`, 'ephemeral containers not allowed in pod template'));
  return errors;
}
