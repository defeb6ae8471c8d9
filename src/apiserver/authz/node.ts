/**
 * The Node authorizer: a kubelet may do what kubelets do, and read only what concerns pods on its own node.
 *
 * @source kubernetes/kubernetes plugin/pkg/auth/authorizer/node/node_authorizer.go
 */
import type { KubeObject } from '../../api/meta.ts';
import type { Pod } from '../../api/kinds/all.ts';
import { parseFieldSelector } from '../../api/field-selector.ts';
import { nodeOf } from '../authn/users.ts';
import { type Habits, learn, newHabits, recall } from '../habits.ts';
import { nodeRules } from '../bootstrap/node-rules.ts';
import type { Server } from '../state.ts';
import { type Attributes, type Decision, noOpinion } from './attributes.ts';
import { claimsOf, configMapsOf, podsOn, secretsOf } from './node-graph.ts';
import { rulesAllow } from './rules.ts';

const READ_VERBS: readonly string[] = ['get', 'list', 'watch'];
const OWN_VERBS: readonly string[] = ['get', 'create', 'update', 'patch', 'delete'];

/** Asks the Node authorizer; others than kubelets are none of its business. */
export function authorizeNode(server: Server, attributes: Attributes): Decision {
  const node = nodeOf(attributes.user);
  if (node === '') return noOpinion;
  switch (attributes.resource) {
    case '': break;
    case 'secrets': case 'configmaps': return referenced(server, attributes, node);
    case 'persistentvolumeclaims': return attributes.subresource === 'status' ? statusUpdate(server, attributes, node) : individual(server, attributes, node);
    case 'persistentvolumes': case 'volumeattachments': return individual(server, attributes, node);
    case 'serviceaccounts': return tokens(server, attributes, node);
    case 'pods': return pods(server, attributes, node);
    case 'nodes': return nodes(attributes, node);
    case 'leases': return leases(attributes, node);
    case 'csinodes': return csiNodes(attributes, node);
    default: break;
  }
  return coveredByRules(attributes) ? allowed : noOpinion;
}

/** The rules are the same for all nodes and name no objects, so what they say is decided once. */
const ruleHabits: Habits<boolean> = newHabits();

function coveredByRules(attributes: Attributes): boolean {
  if (attributes.resource === '') return rulesAllow(nodeRules, attributes);
  return recall(ruleHabits, attributes) ?? learn(ruleHabits, attributes, rulesAllow(nodeRules, attributes));
}

const allowed: Decision = Object.freeze({ allowed: true, reason: '' });
const deny = (reason: string): Decision => ({ allowed: false, reason });

function selectsOnly(attributes: Attributes, field: string, value: string): boolean {
  const parsed = parseFieldSelector(attributes.fieldSelector);
  return parsed.ok && parsed.value.some(term => term.field === field && term.operator === '=' && term.value === value);
}

function referenced(server: Server, attributes: Attributes, node: string): Decision {
  if (!READ_VERBS.includes(attributes.verb)) return deny('can only read resources of this type');
  if (attributes.subresource !== '') return deny('cannot read subresource');
  if (attributes.namespace === '') return deny('can only read namespaced object of this type');
  return related(server, attributes, node);
}

function individual(server: Server, attributes: Attributes, node: string): Decision {
  if (attributes.verb !== 'get') return deny('can only get individual resources of this type');
  if (attributes.subresource !== '') return deny('cannot get subresource');
  return related(server, attributes, node);
}

function statusUpdate(server: Server, attributes: Attributes, node: string): Decision {
  if (attributes.verb !== 'update' && attributes.verb !== 'patch') return deny('can only get/update/patch this type');
  return related(server, attributes, node);
}

function tokens(server: Server, attributes: Attributes, node: string): Decision {
  if (attributes.verb !== 'create' || attributes.name === '') return deny('can only create tokens for individual service accounts');
  if (attributes.subresource !== 'token') return deny('can only create token subresource of serviceaccount');
  return related(server, attributes, node);
}

// ---- The graph -------------------------------------------------------------------------------------------------------

function related(server: Server, attributes: Attributes, node: string): Decision {
  if (attributes.name === '') return deny('No Object name found');
  return hasPath(server, attributes, node) ? allowed : deny(`no relationship found between node '${node}' and this object`);
}

function hasPath(server: Server, { resource, namespace, name }: Attributes, node: string): boolean {
  switch (resource) {
    case 'secrets': return podsOn(server, node, namespace).some(pod => secretsOf(pod).has(name)) || secretOfVolume(server, node, { namespace, name });
    case 'configmaps': return podsOn(server, node, namespace).some(pod => configMapsOf(pod).has(name));
    case 'serviceaccounts': return podsOn(server, node, namespace).some(pod => pod.spec.serviceAccountName === name);
    case 'persistentvolumeclaims': return podsOn(server, node, namespace).some(pod => claimsOf(pod).includes(name));
    case 'pods': return podsOn(server, node, namespace).some(pod => pod.metadata.name === name);
    case 'persistentvolumes': return usesVolume(server, node, read<Volume>(server, '/persistentvolumes', `/registry/persistentvolumes/${name}`));
    case 'volumeattachments': return read<Attachment>(server, 'storage.k8s.io/volumeattachments', `/registry/volumeattachments/${name}`)?.spec?.nodeName === node;
    default: return false;
  }
}

interface Reference { readonly namespace?: string; readonly name?: string }
interface Volume extends KubeObject {
  readonly spec?: { readonly claimRef?: Reference; readonly csi?: Readonly<Record<string, unknown>> };
}
interface Attachment extends KubeObject { readonly spec?: { readonly nodeName?: string } }

function read<T extends KubeObject>({ state }: Server, resource: string, key: string): T | undefined {
  return state.caches.get(resource)?.items.get(key) as T | undefined;
}

function usesVolume(server: Server, node: string, volume: Volume | undefined): boolean {
  const claim = volume?.spec?.claimRef;
  return claim !== undefined && podsOn(server, node, claim.namespace ?? '').some(pod => claimsOf(pod).includes(claim.name ?? ''));
}

const CSI_SECRETS = ['controllerPublishSecretRef', 'nodePublishSecretRef', 'nodeStageSecretRef', 'nodeExpandSecretRef'] as const;

/** Whether a volume that a pod of the node uses names the secret: the way leads from the pods over their claims, which are few. */
function secretOfVolume(server: Server, node: string, secret: { readonly namespace: string; readonly name: string }): boolean {
  const namesSecret = (volume: Volume | undefined): boolean => CSI_SECRETS.some(field => {
    const reference = volume?.spec?.csi?.[field] as Reference | undefined;
    return reference?.name === secret.name && reference.namespace === secret.namespace;
  });
  const volumeOf = (pod: Pod, claim: string): Volume | undefined => {
    const bound = read<KubeObject & { readonly spec?: { readonly volumeName?: string } }>(server, '/persistentvolumeclaims', `/registry/persistentvolumeclaims/${pod.metadata.namespace ?? ''}/${claim}`);
    return read<Volume>(server, '/persistentvolumes', `/registry/persistentvolumes/${bound?.spec?.volumeName ?? ''}`);
  };
  return podsOn(server, node, '').some(pod => claimsOf(pod).some(claim => namesSecret(volumeOf(pod, claim))));
}

// ---- Resources with rules of their own -------------------------------------------------------------------------------

function pods(server: Server, attributes: Attributes, node: string): Decision {
  const { verb } = attributes;
  switch (attributes.subresource) {
    case '':
      if (verb === 'create' || verb === 'delete') return allowed;
      if (verb === 'get') return individual(server, attributes, node);
      if (verb !== 'list' && verb !== 'watch') return noOpinion;
      if (selectsOnly(attributes, 'spec.nodeName', node)) return allowed;
      return attributes.name === '' ? deny('can only list/watch pods with spec.nodeName field selector') : related(server, attributes, node);
    case 'status': return verb === 'update' || verb === 'patch' ? allowed : noOpinion;
    case 'eviction': return verb === 'create' ? allowed : noOpinion;
    default: return noOpinion;
  }
}

function nodes(attributes: Attributes, node: string): Decision {
  const { verb, name, subresource } = attributes;
  if (subresource === 'status') return verb === 'update' || verb === 'patch' ? allowed : noOpinion;
  if (subresource !== '') return noOpinion;
  if (verb === 'create' || verb === 'update' || verb === 'patch') return allowed;
  if (!READ_VERBS.includes(verb)) return noOpinion;
  if (name === node) return allowed;
  return deny(name === '' ? `node '${node}' cannot read all nodes, only its own Node object` : `node '${node}' cannot read '${name}', only its own Node object`);
}

function leases(attributes: Attributes, node: string): Decision {
  if (!OWN_VERBS.includes(attributes.verb)) return deny('can only get, create, update, patch, or delete a node lease');
  if (attributes.namespace !== 'kube-node-lease') return deny('can only access leases in the "kube-node-lease" system namespace');
  return attributes.verb === 'create' || attributes.name === node ? allowed : deny('can only access node lease with the same name as the requesting node');
}

function csiNodes(attributes: Attributes, node: string): Decision {
  if (!OWN_VERBS.includes(attributes.verb)) return deny('can only get, create, update, patch, or delete a CSINode');
  if (attributes.subresource !== '') return deny('cannot authorize CSINode subresources');
  return attributes.verb === 'create' || attributes.name === node ? allowed : deny('can only access CSINode with the same name as the requesting node');
}
