/**
 * APIServices of the versions that definitions bring: made when a version is served, gone when no definition has it any more.
 *
 * @source kubernetes/kubernetes pkg/controlplane/controller/crdregistration/crdregistration_controller.go, kubernetes/kube-aggregator pkg/controllers/autoregister
 */
import { deepFreeze } from '../../base/data.ts';
import type { APIService, CustomResourceDefinition } from '../../api/kinds/all.ts';
import type { ApiCall } from '../../api/wire.ts';
import { API_SERVICES } from '../aggregation/state.ts';
import type { ServerState } from '../state.ts';

/** On APIServices that this server keeps as long as their reason is there; those it only makes at its start say `onstart`. */
const LABEL = 'kube-aggregator.kubernetes.io/automanaged';
const KEPT = 'true';
/** Behind all groups of Kubernetes. */
const GROUP_PRIORITY = 1000;
const VERSION_PRIORITY = 100;

const of = { group: 'apiregistration.k8s.io', version: 'v1', resource: 'apiservices', subresource: '', namespace: '' } as const;

function serviceFor(group: string, version: string): APIService {
  return {
    apiVersion: 'apiregistration.k8s.io/v1', kind: 'APIService', metadata: { name: `${version}.${group}`, labels: { [LABEL]: KEPT } },
    spec: { group, version, groupPriorityMinimum: GROUP_PRIORITY, versionPriority: VERSION_PRIORITY },
  };
}

/** Calls that make what is missing and remove what has no reason any more. An APIService of somebody else is left alone. */
export function registrationCalls({ caches }: ServerState, definitions: readonly CustomResourceDefinition[]): readonly ApiCall[] {
  const present = caches.get(API_SERVICES)?.items;
  if (present === undefined) return [];
  const wanted = new Map<string, APIService>();
  for (const { spec } of definitions) for (const { name, served } of spec.versions) if (served) wanted.set(`${name}.${spec.group}`, serviceFor(spec.group, name));
  const calls: ApiCall[] = [];
  const known = new Set<string>();
  for (const { metadata } of present.values()) {
    known.add(metadata.name);
    if (metadata.labels?.[LABEL] === KEPT && !wanted.has(metadata.name) && metadata.deletionTimestamp === undefined) calls.push({ ...of, verb: 'delete', name: metadata.name });
  }
  for (const [name, body] of wanted) if (!known.has(name)) calls.push({ ...of, verb: 'create', name: '', body });
  return deepFreeze(calls);
}
