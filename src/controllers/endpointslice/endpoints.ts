/**
 * From pods to endpoints: which pods stand behind a Service, with which ports and conditions.
 *
 * @source kubernetes/endpointslice utils.go, util/controller_utils.go
 */
import { deepFreeze } from '../../base/data.ts';
import type { Pod } from '../../api/kinds/core/pod.ts';
import type { Service, ServicePort } from '../../api/kinds/core/service.ts';
import type { Endpoint, EndpointSlicePort } from '../../api/kinds/discovery/endpoint-slice.ts';
import { isPodReady, isPodTerminal } from '../pods.ts';

/** Has an address and has not ended. Pods that are being deleted still count: they serve until they are gone. */
export const belongsInEndpoints = (pod: Pod): boolean => !isPodTerminal(pod) && (pod.status?.podIP ?? '') !== '';

interface Remembered { readonly publish: boolean; readonly zone: string | undefined; readonly endpoint: Endpoint }
const remembered = new WeakMap<Pod, Remembered>();

/** The endpoint of a pod; the same frozen object for the same pod as long as nothing about it changes. */
export function endpointOf(pod: Pod, service: Service, zone: string | undefined): Endpoint {
  const publish = service.spec.publishNotReadyAddresses === true;
  const hasHostname = (pod.spec.hostname ?? '') !== '' && pod.spec.subdomain === service.metadata.name;
  const known = hasHostname ? undefined : remembered.get(pod);
  if (known !== undefined && known.publish === publish && known.zone === zone) return known.endpoint;
  const serving = isPodReady(pod);
  const terminating = pod.metadata.deletionTimestamp !== undefined;
  const { name, namespace = '', uid = '' } = pod.metadata;
  const { nodeName } = pod.spec;
  const endpoint = deepFreeze<Endpoint>({
    addresses: [pod.status?.podIP ?? ''],
    conditions: { ready: publish || (serving && !terminating), serving, terminating },
    ...(hasHostname ? { hostname: pod.spec.hostname ?? '' } : {}),
    ...(nodeName !== undefined ? { nodeName } : {}), ...(zone !== undefined ? { zone } : {}),
    targetRef: { kind: 'Pod', namespace, name, uid },
  });
  if (!hasHostname) remembered.set(pod, { publish, zone, endpoint });
  return endpoint;
}

/** Number of the container port that a service port means; undefined when the pod has none of that name. */
function targetPort(pod: Pod, port: ServicePort): number | undefined {
  const target = port.targetPort ?? port.port;
  if (typeof target === 'number') return target === 0 ? port.port : target;
  for (const container of [...pod.spec.containers, ...(pod.spec.initContainers ?? []).filter(one => one.restartPolicy === 'Always')]) {
    for (const declared of container.ports ?? []) {
      if (declared.name === target && (declared.protocol ?? 'TCP') === (port.protocol ?? 'TCP')) return declared.containerPort;
    }
  }
  return undefined;
}

/** The ports of a pod behind a Service. Named ports may differ between pods, which then need slices of their own. */
export function portsOf(pod: Pod, service: Service): readonly EndpointSlicePort[] {
  const ports: EndpointSlicePort[] = [];
  for (const port of service.spec.ports ?? []) {
    const number = targetPort(pod, port);
    if (number === undefined) continue;
    ports.push({ name: port.name ?? '', port: number, protocol: port.protocol ?? 'TCP', ...(port.appProtocol !== undefined ? { appProtocol: port.appProtocol } : {}) });
  }
  return ports;
}

/** True when all pods have the same ports, so that the first pod's are everybody's. */
export const hasNamedTargets = (service: Service): boolean => (service.spec.ports ?? []).some(port => typeof port.targetPort === 'string');

/** Equal for equal sets of ports. */
export function portsKey(ports: readonly EndpointSlicePort[] | undefined): string {
  return (ports ?? []).map(port => `${port.name ?? ''}/${port.port ?? ''}/${port.protocol ?? ''}/${port.appProtocol ?? ''}`).sort().join(' ');
}
