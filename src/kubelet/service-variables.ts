/**
 * Variables that tell containers where the Services are: those of their namespace, and always those of the API server's own Service.
 *
 * @source kubernetes/kubernetes pkg/kubelet/envvars/envvars.go (FromServices), pkg/kubelet/kubelet_pods.go (getServiceEnvVarMap)
 */
import type { Environment } from '../api/cri.ts';
import type { Pod } from '../api/kinds/core/pod.ts';
import type { Service } from '../api/kinds/core/service.ts';
import { listCached } from '../client/informer.ts';
import type { KubeletState } from './state.ts';

/** Services of the namespace `default` that every container is told of. */
const MASTER_SERVICE = 'kubernetes';
const MASTER_NAMESPACE = 'default';

/** What the pod's containers are told about Services; one frozen list for all pods of a namespace while no Service changes. */
export function serviceVariables({ services, serviceVariables: known }: KubeletState, { metadata, spec }: Pod): Environment {
  const namespace = spec.enableServiceLinks === false ? '' : metadata.namespace ?? '';
  let found = known.get(namespace);
  if (found === undefined) {
    const own = namespace === '' ? [] : listCached<Service>(services, namespace).filter(hasAddress);
    const master = listCached<Service>(services, MASTER_NAMESPACE).filter(service => service.metadata.name === MASTER_SERVICE && hasAddress(service));
    const all = new Map([...master, ...own].map(service => [service.metadata.name, service]));
    known.set(namespace, (found = variablesOfAll([...all.values()])));
  }
  return found;
}

const NONE: Environment = Object.freeze([]);

/** Memo by the first Service: all kubelets see the same frozen ones. */
const lists = new WeakMap<Service, { readonly services: readonly Service[]; readonly variables: Environment }>();

function variablesOfAll(services: readonly Service[]): Environment {
  const [first] = services;
  if (first === undefined) return NONE;
  const known = lists.get(first);
  if (known !== undefined && known.services.length === services.length && services.every((service, i) => service === known.services[i])) return known.variables;
  // Services with similar names may mean the same variable; the later one has it.
  const found = new Map(services.flatMap(variablesOf));
  const variables = Object.freeze([...found].map(([name, value]) => Object.freeze({ name, value })));
  lists.set(first, { services, variables });
  return variables;
}

const hasAddress = ({ spec: { clusterIP = '' } }: Service): boolean => clusterIP !== '' && clusterIP !== 'None';

function variablesOf({ metadata, spec: { clusterIP = '', ports = [] } }: Service): readonly (readonly [string, string])[] {
  const prefix = variableName(metadata.name);
  const port = `${prefix}_SERVICE_PORT`;
  const url = (protocol: string, number: number): string => `${protocol.toLowerCase()}://${clusterIP.includes(':') ? `[${clusterIP}]` : clusterIP}:${number}`;
  const found: [string, string][] = [[`${prefix}_SERVICE_HOST`, clusterIP]];
  for (const [place, one] of ports.entries()) {
    if (place === 0) found.push([port, String(one.port)]);
    if (one.name !== undefined && one.name !== '') found.push([`${port}_${variableName(one.name)}`, String(one.port)]);
  }
  for (const [place, { protocol = 'TCP', port: number }] of ports.entries()) {
    const link = `${prefix}_PORT_${number}_${protocol.toUpperCase()}`;
    if (place === 0) found.push([`${prefix}_PORT`, url(protocol, number)]);
    found.push([link, url(protocol, number)], [`${link}_PROTO`, protocol.toLowerCase()], [`${link}_PORT`, String(number)], [`${link}_ADDR`, clusterIP]);
  }
  return found;
}

function variableName(text: string): string {
  const name = text.replaceAll(/[.-]/g, '_').toUpperCase();
  return /^\d/.test(name) ? `_${name}` : name;
}
