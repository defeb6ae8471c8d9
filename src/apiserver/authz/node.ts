/**
 * The Node authorizer: a kubelet may do what kubelets do, and read only what concerns pods on its own node.
 *
 * @source kubernetes/kubernetes plugin/pkg/auth/authorizer/node/node_authorizer.go
 * @fidelity simplified: the graph of references is walked when asked instead of being kept; volumes and claims are not part of it
 */
import type { Pod } from '../../api/kinds/all.ts';
import { parseFieldSelector } from '../../api/field-selector.ts';
import { nodeOf } from '../authn/users.ts';
import { nodeRules } from '../bootstrap/node-rules.ts';
import type { Server } from '../state.ts';
import { type Attributes, type Decision, noOpinion } from './attributes.ts';
import { rulesAllow } from './rules.ts';

const READ_VERBS: readonly string[] = ['get', 'list', 'watch'];

/** Asks the Node authorizer; others than kubelets are none of its business. */
export function authorizeNode(server: Server, attributes: Attributes): Decision {
  const node = nodeOf(attributes.user);
  if (node === '') return noOpinion;
  if (attributes.group === '') {
    switch (attributes.resource) {
      case 'secrets': case 'configmaps': return referenced(server, attributes, node);
      case 'serviceaccounts': if (attributes.subresource === 'token') return tokens(server, attributes, node); break;
      case 'pods': return pods(attributes, node);
      case 'nodes': return nodes(attributes, node);
      default: break;
    }
  }
  if (attributes.group === 'coordination.k8s.io' && attributes.resource === 'leases') return leases(attributes, node);
  return rulesAllow(nodeRules, attributes) ? allowed : noOpinion;
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
  if (attributes.name === '') return deny('No Object name found');
  const pods = podsOn(server, attributes.namespace, node);
  const refers = attributes.resource === 'secrets' ? refersToSecret : refersToConfigMap;
  return pods.some(pod => refers(pod, attributes.name)) ? allowed : deny(`no relationship found between node '${node}' and this object`);
}

function podsOn(server: Server, namespace: string, node: string): readonly Pod[] {
  const found: Pod[] = [];
  const items = server.state.caches.get('/pods')?.items;
  items?.range(`/registry/pods/${namespace}/`, `/registry/pods/${namespace}0`, (_key, object) => {
    const pod = object as Pod;
    if (pod.spec.nodeName === node) found.push(pod);
  });
  return found;
}

function refersToSecret(pod: Pod, name: string): boolean {
  if (pod.spec.imagePullSecrets?.some(secret => secret.name === name) === true) return true;
  if (pod.spec.volumes?.some(volume => volume.secret?.secretName === name || volume.projected?.sources?.some(source => source.secret?.name === name) === true) === true) return true;
  return containersOf(pod).some(container => container.env?.some(env => env.valueFrom?.secretKeyRef?.name === name) === true
    || container.envFrom?.some(from => from.secretRef?.name === name) === true);
}

function refersToConfigMap(pod: Pod, name: string): boolean {
  if (pod.spec.volumes?.some(volume => volume.configMap?.name === name || volume.projected?.sources?.some(source => source.configMap?.name === name) === true) === true) return true;
  return containersOf(pod).some(container => container.env?.some(env => env.valueFrom?.configMapKeyRef?.name === name) === true
    || container.envFrom?.some(from => from.configMapRef?.name === name) === true);
}

function containersOf(pod: Pod): Pod['spec']['containers'] {
  return pod.spec.initContainers === undefined ? pod.spec.containers : [...pod.spec.initContainers, ...pod.spec.containers];
}

function tokens(server: Server, attributes: Attributes, node: string): Decision {
  if (attributes.verb !== 'create') return deny('can only create tokens for individual service accounts');
  if (attributes.name === '') return deny('can only create tokens for individual service accounts');
  const uses = podsOn(server, attributes.namespace, node).some(pod => pod.spec.serviceAccountName === attributes.name);
  return uses ? allowed : deny(`no relationship found between node '${node}' and this object`);
}

function pods(attributes: Attributes, node: string): Decision {
  if (attributes.verb === 'list' || attributes.verb === 'watch') {
    if (selectsOnly(attributes, 'spec.nodeName', node)) return allowed;
    return deny(`can only list/watch pods with spec.nodeName field selector`);
  }
  return rulesAllow(nodeRules, attributes) ? allowed : noOpinion;
}

function nodes(attributes: Attributes, node: string): Decision {
  if (attributes.verb === 'create' && attributes.subresource === '') return allowed;
  if (attributes.verb === 'list' || attributes.verb === 'watch') {
    return attributes.name === node || selectsOnly(attributes, 'metadata.name', node) ? allowed : deny(`node '${node}' cannot read all nodes, only its own Node object`);
  }
  if (attributes.verb === 'get' && attributes.name !== node) return deny(`node '${node}' cannot read '${attributes.name}', only its own Node object`);
  return rulesAllow(nodeRules, attributes) ? allowed : noOpinion;
}

function leases(attributes: Attributes, node: string): Decision {
  if (attributes.namespace !== 'kube-node-lease') return deny('can only access leases in the "kube-node-lease" system namespace');
  if (attributes.verb !== 'create' && attributes.name !== node) return deny('can only access node lease with the same name as the requesting node');
  return ['get', 'create', 'update', 'patch', 'delete'].includes(attributes.verb) ? allowed : deny('can only get, create, update, patch, or delete a node lease');
}
