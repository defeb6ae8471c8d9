import { compareText, equalData } from '../../base/compare.ts';
import { podSecretNames } from '../../api/kinds/core/pod-secrets.ts';
import type { Node, Pod } from '../../api/kinds/all.ts';
import type { KubeObject } from '../../api/meta.ts';
import { notFound, type Status } from '../../api/status.ts';
import { nodeOf } from '../authn/users.ts';
import type { Server } from '../state.ts';
import { audienceFault } from './node-audience.ts';
import { type AdmissionAttributes, definePlugin, refused } from './plugin.ts';

const MIRROR_POD = 'kubernetes.io/config.mirror';
const NODE_LEASES = 'kube-node-lease';

/** A kubelet changes its own Node and the pods bound to it, nothing else. */
export const nodeRestriction = definePlugin({
  name: 'NodeRestriction',
  source: 'plugin/pkg/admission/noderestriction/admission.go',
  validate(attributes, server) {
    const node = nodeOf(attributes.user);
    if (node === '') return undefined;
    switch (attributes.descriptor.kind) {
      case 'Node': return aboutNode(attributes, node);
      case 'Pod': return aboutPod(attributes, node, server);
      case 'ServiceAccount': return attributes.subresource === 'token' ? aboutToken(attributes, node, server) : undefined;
      case 'PersistentVolumeClaim': return aboutClaim(attributes, node);
      case 'Lease': return aboutLease(attributes, node);
      case 'CSINode': return nameOf(attributes) === node ? undefined : refused(attributes, 'can only access CSINode with the same name as the requesting node');
      default: return undefined;
    }
  },
});

function nameOf(attributes: AdmissionAttributes): string {
  return attributes.name === '' ? attributes.object?.metadata.name ?? '' : attributes.name;
}

// ---- Nodes -----------------------------------------------------------------------------------------------------------

function aboutNode(attributes: AdmissionAttributes, node: string): Status | undefined {
  const name = nameOf(attributes);
  if (name !== node) return refused(attributes, `node "${node}" is not allowed to modify node "${name}"`);
  const now = attributes.object as Node | undefined;
  const old = attributes.old as Node | undefined;
  if (now === undefined || (old !== undefined && now.metadata.labels === old.metadata.labels && now.spec === old.spec)) return undefined;
  if (old !== undefined && !equalData(now.spec?.taints ?? [], old.spec?.taints ?? [])) return refused(attributes, `node "${node}" is not allowed to modify taints`);
  const labels = forbiddenLabels(now.metadata.labels ?? {}, old?.metadata.labels ?? {});
  if (labels === '') return undefined;
  return refused(attributes, old === undefined ? `node "${node}" is not allowed to set the following labels: ${labels}` : `is not allowed to modify labels: ${labels}`);
}

const NODE_RESTRICTION = 'node-restriction.kubernetes.io';
/** Labels of Kubernetes' own that a kubelet sets. @source kubernetes/kubernetes staging/src/k8s.io/kubelet/pkg/apis/well_known_labels.go */
const KUBELET_LABELS: readonly string[] = [
  'kubernetes.io/hostname', 'topology.kubernetes.io/zone', 'topology.kubernetes.io/region', 'failure-domain.beta.kubernetes.io/zone', 'failure-domain.beta.kubernetes.io/region',
  'beta.kubernetes.io/instance-type', 'node.kubernetes.io/instance-type', 'kubernetes.io/os', 'kubernetes.io/arch', 'beta.kubernetes.io/os', 'beta.kubernetes.io/arch', 'node.kubernetes.io/windows-build',
];
const KUBELET_DOMAINS: readonly string[] = ['kubelet.kubernetes.io', 'node.kubernetes.io'];

type Labels = Readonly<Record<string, string>>;

/** Changed labels that a kubelet has no say in, sorted. */
function forbiddenLabels(now: Labels, old: Labels): string {
  const changed = [...Object.keys(now).filter(label => old[label] !== now[label]), ...Object.keys(old).filter(label => now[label] === undefined)];
  return changed.filter(isForbiddenLabel).sort(compareText).join(', ');
}

/** Whether a label is not for a kubelet to set on its own Node. */
export function isForbiddenLabel(label: string): boolean {
  const slash = label.indexOf('/');
  const domain = slash < 0 ? '' : label.slice(0, slash);
  const within = (parent: string): boolean => domain === parent || domain.endsWith(`.${parent}`);
  if (within(NODE_RESTRICTION)) return true;
  if (!within('kubernetes.io') && !within('k8s.io')) return false;
  return !KUBELET_LABELS.includes(label) && !KUBELET_DOMAINS.some(within);
}

// ---- Pods ------------------------------------------------------------------------------------------------------------

function aboutPod(attributes: AdmissionAttributes, node: string, server: Server): Status | undefined {
  switch (attributes.subresource) {
    case '': return aboutPodItself(attributes, node, server);
    case 'status': return aboutPodStatus(attributes, node);
    case 'eviction':
      return existing(attributes, server)?.spec.nodeName === node ? undefined : refused(attributes, `node ${node} can only evict pods with spec.nodeName set to itself`);
    default:
      return refused(attributes, `unexpected pod subresource "${attributes.subresource}", only 'status' and 'eviction' are allowed`);
  }
}

function aboutPodItself(attributes: AdmissionAttributes, node: string, server: Server): Status | undefined {
  switch (attributes.operation) {
    case 'CREATE': return aboutMirror(attributes, node, server);
    case 'DELETE': {
      const pod = (attributes.old ?? existing(attributes, server)) as Pod | undefined;
      if (pod === undefined) return notFound({ group: '', resource: 'pods' }, attributes.name);
      return pod.spec.nodeName === node ? undefined : refused(attributes, `node "${node}" can only delete pods with spec.nodeName set to itself`);
    }
    default: return refused(attributes, `unexpected operation "${attributes.operation}", node "${node}" can only create and delete mirror pods`);
  }
}

function aboutMirror(attributes: AdmissionAttributes, node: string, server: Server): Status | undefined {
  const pod = attributes.object as Pod;
  const refuse = (why: string): Status => refused(attributes, why);
  if (pod.metadata.annotations?.[MIRROR_POD] === undefined) return refuse(`pod does not have "${MIRROR_POD}" annotation, node "${node}" can only create mirror pods`);
  if (pod.spec.nodeName !== node) return refuse(`node "${node}" can only create pods with spec.nodeName set to itself`);
  const owners = pod.metadata.ownerReferences ?? [];
  const [owner] = owners;
  if (owners.length > 1) return refuse(`node "${node}" can only create pods with a single owner reference set to itself`);
  if (owner === undefined || owner.apiVersion !== 'v1' || owner.kind !== 'Node' || owner.name !== node) return refuse(`node "${node}" can only create pods with an owner reference set to itself`);
  if (owner.controller !== true) return refuse(`node "${node}" can only create pods with a controller owner reference set to itself`);
  if (owner.blockOwnerDeletion === true) return refuse(`node "${node}" must not set blockOwnerDeletion on an owner reference`);
  const self = server.state.caches.get('/nodes')?.items.get(`/registry/minions/${node}`);
  if (self === undefined) return notFound({ group: '', resource: 'nodes' }, node);
  if (owner.uid !== self.metadata.uid) return refuse(`node ${node} UID mismatch: expected ${owner.uid} got ${self.metadata.uid ?? ''}`);
  return aboutMirrorReferences(pod, node, refuse);
}

/** Whoever may create a pod that refers to a secret can read the secret. */
function aboutMirrorReferences({ spec }: Pod, node: string, refuse: (why: string) => Status): Status | undefined {
  const refers = (what: string): Status => refuse(`node "${node}" can not create pods that reference ${what}`);
  if ((spec.serviceAccountName ?? '') !== '') return refers('a service account');
  const containers = [...spec.initContainers ?? [], ...spec.containers];
  const volumes = spec.volumes ?? [];
  const env = containers.flatMap(container => container.env ?? []);
  const envFrom = containers.flatMap(container => container.envFrom ?? []);
  const projected = volumes.flatMap(volume => volume.projected?.sources ?? []);
  if (podSecretNames(spec).length > 0) return refers('secrets');
  const configMaps = volumes.some(volume => volume.configMap !== undefined) || projected.some(source => source.configMap !== undefined)
    || env.some(one => one.valueFrom?.configMapKeyRef !== undefined) || envFrom.some(one => one.configMapRef !== undefined);
  if (configMaps) return refers('configmaps');
  return volumes.some(volume => volume.persistentVolumeClaim !== undefined) ? refers('persistentvolumeclaims') : undefined;
}

function aboutPodStatus(attributes: AdmissionAttributes, node: string): Status | undefined {
  if (attributes.operation !== 'UPDATE') return refused(attributes, `unexpected operation "${attributes.operation}"`);
  const old = attributes.old as Pod;
  const now = attributes.object as Pod;
  if (old.spec.nodeName !== node) return refused(attributes, `node "${node}" can only update pod status for pods with spec.nodeName set to itself`);
  const relabels = old.metadata.labels !== now.metadata.labels && !equalData(old.metadata.labels ?? {}, now.metadata.labels ?? {});
  return relabels ? refused(attributes, `node "${node}" cannot update labels through pod status`) : undefined;
}

function existing({ namespace, name }: AdmissionAttributes, { state }: Server): Pod | undefined {
  return state.caches.get('/pods')?.items.get(`/registry/pods/${namespace}/${name}`) as Pod | undefined;
}

// ---- The rest --------------------------------------------------------------------------------------------------------

interface TokenRequest { readonly spec?: { readonly audiences?: readonly string[]; readonly boundObjectRef?: { readonly apiVersion?: string; readonly kind?: string; readonly name?: string; readonly uid?: string } } }

/** A kubelet gets tokens only for the pods that it runs. */
function aboutToken(attributes: AdmissionAttributes, node: string, server: Server): Status | undefined {
  const { audiences = [], boundObjectRef: reference } = (attributes.object as unknown as TokenRequest | undefined)?.spec ?? {};
  const { apiVersion = '', kind = '', name = '', uid = '' } = reference ?? {};
  if (apiVersion !== 'v1' || kind !== 'Pod' || name === '') return refused(attributes, 'node requested token not bound to a pod');
  if (uid === '') return refused(attributes, 'node requested token with a pod binding without a uid');
  const pod = existing({ ...attributes, name }, server);
  if (pod === undefined) return notFound({ group: '', resource: 'pods' }, name);
  if (uid !== pod.metadata.uid) return refused(attributes, `the UID in the bound object reference (${uid}) does not match the UID in record. The object might have been deleted and then recreated`);
  if (pod.spec.nodeName !== node) return refused(attributes, 'node requested token bound to a pod scheduled on a different node');
  const fault = audienceFault(attributes, server, { pod, audiences });
  return fault === '' ? undefined : refused(attributes, fault);
}

function aboutClaim(attributes: AdmissionAttributes, node: string): Status | undefined {
  if (attributes.subresource !== 'status') return refused(attributes, 'may only update PVC status');
  if (attributes.operation !== 'UPDATE') return refused(attributes, `unexpected operation "${attributes.operation}"`);
  return equalData(withoutReport(attributes.old), withoutReport(attributes.object)) ? undefined
    : refused(attributes, `node "${node}" is not allowed to update fields other than status.capacity and status.conditions`);
}

/** A claim without what its kubelet reports. */
function withoutReport(object: KubeObject | undefined): unknown {
  if (object === undefined) return undefined;
  const { resourceVersion: _version, managedFields: _fields, ...metadata } = object.metadata as KubeObject['metadata'] & { readonly managedFields?: unknown };
  const { capacity: _capacity, conditions: _conditions, allocatedResources: _resources, allocatedResourceStatuses: _statuses, ...status } = (object as { readonly status?: Record<string, unknown> }).status ?? {};
  return { ...object, metadata, status };
}

function aboutLease(attributes: AdmissionAttributes, node: string): Status | undefined {
  if (attributes.namespace !== NODE_LEASES) return refused(attributes, `can only access leases in the "${NODE_LEASES}" system namespace`);
  return nameOf(attributes) === node ? undefined : refused(attributes, 'can only access node lease with the same name as the requesting node');
}
