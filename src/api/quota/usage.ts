/**
 * What an object counts for against the quotas of its namespace.
 *
 * @source kubernetes/kubernetes pkg/quota/v1/evaluator/core, kubernetes/apiserver pkg/quota/v1/generic/evaluator.go
 */
import type { PersistentVolumeClaim, Pod, ResourceList, Service } from '../kinds/all.ts';
import type { KubeObject } from '../meta.ts';
import { podTotal } from './pod-resources.ts';

/** What is counted of one kind. */
export interface Usage {
  /** The bare name of the count, as in `configmaps`; '' = only `count/…`. */
  readonly legacy: string;
  of(object: KubeObject): ResourceList;
  /** Whether a resource of a quota is about this kind, beyond the counts. */
  concerns(resource: string): boolean;
}

const COMPUTE = ['cpu', 'memory', 'ephemeral-storage'] as const;
const LEGACY_COUNTS: readonly string[] = ['configmaps', 'secrets', 'resourcequotas', 'replicationcontrollers'];
const STORAGE_CLASS = '.storageclass.storage.k8s.io/';

const never = (): boolean => false;

const podUsage: Usage = {
  legacy: '',
  concerns: resource => resource === 'pods' || (COMPUTE as readonly string[]).includes(resource) || resource.startsWith('limits.') || resource.startsWith('hugepages-')
    || (resource.startsWith('requests.') && resource !== 'requests.storage'),
  of(object) {
    const pod = object as Pod;
    // Who has finished holds nothing any more.
    if (pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed') return {};
    const requests = podTotal(pod.spec, 'requests');
    const limits = podTotal(pod.spec, 'limits');
    const usage: Record<string, string> = { pods: '1' };
    for (const [name, amount] of Object.entries(requests)) {
      if ((COMPUTE as readonly string[]).includes(name) || name.startsWith('hugepages-')) usage[name] = amount;
      usage[`requests.${name}`] = amount;
    }
    for (const [name, amount] of Object.entries(limits)) if ((COMPUTE as readonly string[]).includes(name)) usage[`limits.${name}`] = amount;
    return usage;
  },
};

const serviceUsage: Usage = {
  legacy: 'services',
  concerns: resource => resource === 'services.nodeports' || resource === 'services.loadbalancers',
  of(object) {
    const { type, ports = [], allocateLoadBalancerNodePorts } = (object as Service).spec as Service['spec'] & { readonly allocateLoadBalancerNodePorts?: boolean };
    const opens = type === 'NodePort' || (type === 'LoadBalancer' && allocateLoadBalancerNodePorts !== false);
    return { 'services.nodeports': String(opens ? ports.length : 0), 'services.loadbalancers': type === 'LoadBalancer' ? '1' : '0' };
  },
};

const claimUsage: Usage = {
  legacy: 'persistentvolumeclaims',
  concerns: resource => resource === 'requests.storage' || resource.includes(STORAGE_CLASS),
  of(object) {
    const { spec } = object as PersistentVolumeClaim;
    const size = spec.resources?.requests?.['storage'];
    const usage: Record<string, string> = size === undefined ? {} : { 'requests.storage': size };
    const storageClass = spec.storageClassName ?? '';
    if (storageClass === '') return usage;
    usage[`${storageClass}${STORAGE_CLASS}persistentvolumeclaims`] = '1';
    if (size !== undefined) usage[`${storageClass}${STORAGE_CLASS}requests.storage`] = size;
    return usage;
  },
};

const byResource: Readonly<Record<string, Usage>> = { pods: podUsage, services: serviceUsage, persistentvolumeclaims: claimUsage };
const counted: Usage = { legacy: '', of: () => ({}), concerns: never };
const countedByName: Readonly<Record<string, Usage>> = Object.fromEntries(LEGACY_COUNTS.map(legacy => [legacy, { legacy, of: () => ({}), concerns: never }]));

/** Which kind of object, by its place in the API. */
export interface Counted { readonly group: string; readonly plural: string }

function usageFor({ group, plural }: Counted): Usage {
  return group === '' ? byResource[plural] ?? countedByName[plural] ?? counted : counted;
}

const countName = ({ group, plural }: Counted): string => (group === '' ? `count/${plural}` : `count/${plural}.${group}`);

/** Everything that an object counts for. */
export function usageOf(kind: Counted, object: KubeObject): ResourceList {
  const usage = usageFor(kind);
  return { [countName(kind)]: '1', ...(usage.legacy === '' ? {} : { [usage.legacy]: '1' }), ...usage.of(object) };
}

/** Those of a quota's resources that this kind of object counts for. */
export function resourcesFor(kind: Counted, resources: readonly string[]): readonly string[] {
  const usage = usageFor(kind);
  return resources.filter(resource => resource === countName(kind) || (usage.legacy !== '' && resource === usage.legacy) || usage.concerns(resource));
}
