import { forbidden, invalid, notSupported, required } from '../../field-error.ts';
import type { FieldError } from '../../field-error.ts';
import type { IntOrString, KubeObject, LabelSelector } from '../../meta.ts';
import { isStrictSubset } from '../../ip.ts';
import { cidrRemarks, parseLooseCidr } from '../../ip-forms.ts';
import { dns1123Subdomain, portName, portNumber } from '../../names.ts';
import { defineResource, metadataFields, specStrategy } from '../../resource.ts';
import { labelSelectorText, validateLabelSelector } from '../../selector.ts';
import { validateObjectMeta, validateObjectMetaUpdate } from '../../validate-meta.ts';
import { ageColumn, nameColumn } from '../columns.ts';
import type { Protocol } from '../core/container.ts';

/** Addresses outside the cluster. */
export interface IPBlock {
  readonly cidr: string;
  readonly except?: readonly string[];
}

/** Who may be talked to. */
export interface NetworkPolicyPeer {
  readonly podSelector?: LabelSelector;
  readonly namespaceSelector?: LabelSelector;
  readonly ipBlock?: IPBlock;
}

/** Which ports are open. */
export interface NetworkPolicyPort {
  readonly protocol?: Protocol;
  readonly port?: IntOrString;
  readonly endPort?: number;
}

/** Traffic that comes in. */
export interface NetworkPolicyIngressRule {
  readonly ports?: readonly NetworkPolicyPort[];
  readonly from?: readonly NetworkPolicyPeer[];
}

/** Traffic that goes out. */
export interface NetworkPolicyEgressRule {
  readonly ports?: readonly NetworkPolicyPort[];
  readonly to?: readonly NetworkPolicyPeer[];
}

/** What the pods of a selection may do on the network. */
export interface NetworkPolicySpec {
  readonly podSelector?: LabelSelector;
  readonly ingress?: readonly NetworkPolicyIngressRule[];
  readonly egress?: readonly NetworkPolicyEgressRule[];
  readonly policyTypes?: readonly ('Ingress' | 'Egress')[];
}

/** A firewall for pods. */
export interface NetworkPolicy extends KubeObject {
  readonly apiVersion: 'networking.k8s.io/v1';
  readonly kind: 'NetworkPolicy';
  readonly spec: NetworkPolicySpec;
}

const protocols = ['TCP', 'UDP', 'SCTP'] as const;
const types = ['Ingress', 'Egress'] as const;
const cidrText = 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)';

function validatePort(port: NetworkPolicyPort, path: string, errors: FieldError[]): void {
  const { protocol, port: of, endPort } = port;
  if (protocol !== undefined && !protocols.includes(protocol)) errors.push(notSupported(`${path}.protocol`, protocol, protocols));
  if (of === undefined) {
    if (endPort !== undefined) errors.push(invalid(`${path}.endPort`, endPort, 'may not be specified when `port` is not specified'));
  } else if (typeof of === 'number') {
    for (const message of portNumber(of)) errors.push(invalid(`${path}.port`, of, message));
    if (endPort === undefined) return;
    if (endPort < of) errors.push(invalid(`${path}.endPort`, of, 'must be greater than or equal to `port`'));
    for (const message of portNumber(endPort)) errors.push(invalid(`${path}.endPort`, endPort, message));
  } else {
    if (endPort !== undefined) errors.push(invalid(`${path}.endPort`, endPort, 'may not be specified when `port` is non-numeric'));
    for (const message of portName(of)) errors.push(invalid(`${path}.port`, of, message));
  }
}

function validateBlock(block: IPBlock, path: string, errors: FieldError[]): void {
  if (!block.cidr) { errors.push(required(`${path}.cidr`)); return; }
  const range = parseLooseCidr(block.cidr);
  if (range === undefined) { errors.push(invalid(`${path}.cidr`, block.cidr, cidrText)); return; }
  (block.except ?? []).forEach((except, i) => {
    const at = `${path}.except[${i}]`;
    const inner = parseLooseCidr(except);
    if (inner === undefined) errors.push(invalid(at, except, cidrText));
    else if (!isStrictSubset(inner, range)) errors.push(invalid(at, except, 'must be a strict subset of `cidr`'));
  });
}

function validatePeer(peer: NetworkPolicyPeer, path: string, errors: FieldError[]): void {
  errors.push(...validateLabelSelector(peer.podSelector, `${path}.podSelector`));
  errors.push(...validateLabelSelector(peer.namespaceSelector, `${path}.namespaceSelector`));
  if (peer.ipBlock !== undefined) validateBlock(peer.ipBlock, `${path}.ipBlock`, errors);
  const count = [peer.podSelector, peer.namespaceSelector, peer.ipBlock].filter((part) => part !== undefined).length;
  if (count === 0) errors.push(required(path, 'must specify a peer'));
  else if (count > 1 && peer.ipBlock !== undefined) errors.push(forbidden(path, 'may not specify both ipBlock and another peer'));
}

function validateSpec(spec: NetworkPolicySpec, errors: FieldError[]): void {
  errors.push(...validateLabelSelector(spec.podSelector, 'spec.podSelector'));
  (spec.ingress ?? []).forEach((rule, i) => {
    (rule.ports ?? []).forEach((port, k) => validatePort(port, `spec.ingress[${i}].ports[${k}]`, errors));
    (rule.from ?? []).forEach((peer, k) => validatePeer(peer, `spec.ingress[${i}].from[${k}]`, errors));
  });
  (spec.egress ?? []).forEach((rule, i) => {
    (rule.ports ?? []).forEach((port, k) => validatePort(port, `spec.egress[${i}].ports[${k}]`, errors));
    (rule.to ?? []).forEach((peer, k) => validatePeer(peer, `spec.egress[${i}].to[${k}]`, errors));
  });
  const given = spec.policyTypes ?? [];
  if (given.length > types.length) { errors.push(invalid('spec.policyTypes', given, 'may not specify more than two policyTypes')); return; }
  given.forEach((type, i) => { if (!types.includes(type)) errors.push(notSupported(`spec.policyTypes[${i}]`, type, types)); });
}

function defaultPorts<R extends { readonly ports?: readonly NetworkPolicyPort[] }>(rule: R): R {
  if (rule.ports === undefined || rule.ports.every((port) => port.protocol !== undefined)) return rule;
  return { ...rule, ports: rule.ports.map((port) => (port.protocol === undefined ? { ...port, protocol: 'TCP' } : port)) };
}

/** A policy is about traffic that comes in, and about traffic that goes out when it says something of it.
 * @source kubernetes pkg/apis/networking/v1/defaults.go */
function defaultSpec(spec: NetworkPolicySpec): NetworkPolicySpec {
  const ingress = spec.ingress?.map(defaultPorts);
  const egress = spec.egress?.map(defaultPorts);
  const same = (spec.ingress ?? []).every((rule, i) => rule === ingress?.[i]) && (spec.egress ?? []).every((rule, i) => rule === egress?.[i]);
  if (same && (spec.policyTypes ?? []).length > 0 && spec.podSelector !== undefined) return spec;
  const policyTypes = (spec.policyTypes ?? []).length > 0 ? spec.policyTypes : (spec.egress ?? []).length > 0 ? types : ['Ingress' as const];
  return {
    ...spec, podSelector: spec.podSelector ?? {}, ...(ingress === undefined ? {} : { ingress }), ...(egress === undefined ? {} : { egress }),
    ...(policyTypes === undefined ? {} : { policyTypes }),
  };
}

/** Blocks that are written in a way that will not be understood for ever. @source kubernetes pkg/registry/networking/networkpolicy/strategy.go (networkPolicyWarnings) */
function blockWarnings(peers: readonly NetworkPolicyPeer[] | undefined, path: string): readonly string[] {
  return (peers ?? []).flatMap(({ ipBlock }, i) => (ipBlock === undefined ? [] : [
    ...cidrRemarks(ipBlock.cidr, `${path}[${i}].ipBlock.cidr`), ...(ipBlock.except ?? []).flatMap((except, k) => cidrRemarks(except, `${path}[${i}].ipBlock.except[${k}]`)),
  ]));
}

const strategy = specStrategy<NetworkPolicy>();

/** @source kubernetes pkg/registry/networking/networkpolicy/strategy.go */
export const networkPolicyResource = defineResource<NetworkPolicy>({
  group: 'networking.k8s.io', version: 'v1', kind: 'NetworkPolicy', plural: 'networkpolicies', singular: 'networkpolicy', shortNames: ['netpol'],
  categories: [], namespaced: true, subresources: [], storagePrefix: '/registry/networkpolicies/', allowUnconditionalUpdate: true,
  selectableFields: metadataFields<NetworkPolicy>(true),
  columns: [nameColumn(), { name: 'Pod-Selector', doc: 'networking.NetworkPolicySpec.podSelector', cell: (policy) => labelSelectorText(policy.spec?.podSelector ?? {}) }, ageColumn()],
  defaults(policy) {
    const spec = defaultSpec(policy.spec ?? {});
    return spec === policy.spec ? policy : { ...policy, spec };
  },
  prepareForCreate: strategy.prepareForCreate,
  prepareForUpdate: strategy.prepareForUpdate,
  validate(policy) {
    const errors = validateObjectMeta(policy, true, dns1123Subdomain);
    validateSpec(policy.spec, errors);
    return errors;
  },
  validateUpdate(policy, old) {
    const errors = validateObjectMetaUpdate(policy, old);
    validateSpec(policy.spec, errors);
    return errors;
  },
  warnings: ({ spec }) => [
    ...(spec?.ingress ?? []).flatMap(({ from }, i) => blockWarnings(from, `spec.ingress[${i}].from`)), ...(spec?.egress ?? []).flatMap(({ to }, i) => blockWarnings(to, `spec.egress[${i}].to`)),
  ],
});
