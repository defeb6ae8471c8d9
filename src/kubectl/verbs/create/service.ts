/** `create service clusterip`, `nodeport`, `loadbalancer` and `externalname`. */
import type { Result } from '../../../base/data.ts';
import type { Arguments, Flag } from '../../command.ts';
import { listFlag, numberFlag, textFlag } from '../../options.ts';
import { defineGenerator } from './generate.ts';
import { SERVICE } from './kinds.ts';

const tcpFlag: Flag = { name: 'tcp', type: 'list', summary: 'PORT[:TARGETPORT]' };
const PORT_MAX = 65_535;

interface Port { readonly name: string; readonly protocol: 'TCP'; readonly port: number; readonly targetPort: number | string; readonly nodePort?: number }

/** @source kubernetes/kubectl pkg/cmd/create/create_service.go parsePorts */
function portOf(text: string, nodePort: number): Result<Port, string> {
  const [first = '', second] = text.split(':');
  if (!/^\d+$/.test(first)) return { ok: false, error: `strconv.ParseUint: parsing ${JSON.stringify(first)}: invalid syntax` };
  const port = Number(first);
  const target = second ?? first;
  const targetPort = /^\d+$/.test(target) ? Number(target) : target;
  if (second !== undefined && typeof targetPort === 'number' && (targetPort < 1 || targetPort > PORT_MAX)) return { ok: false, error: 'must be between 1 and 65535, inclusive' };
  return { ok: true, value: { name: text.replaceAll(':', '-'), protocol: 'TCP', port, targetPort, ...(nodePort > 0 ? { nodePort } : {}) } };
}

function serviceOf(args: Arguments, name: string, spec: { readonly type: string; readonly clusterIP?: string; readonly externalName?: string }): Result<object, string> {
  const ports: Port[] = [];
  for (const text of listFlag(args, 'tcp')) {
    const port = portOf(text, numberFlag(args, 'node-port') ?? 0);
    if (!port.ok) return port;
    ports.push(port.value);
  }
  const labels = { app: name };
  const { type, clusterIP, externalName } = spec;
  return {
    ok: true, value: {
      kind: 'Service', apiVersion: 'v1', metadata: { name, labels },
      spec: { ...(ports.length > 0 ? { ports } : {}), selector: labels, ...(clusterIP === undefined ? {} : { clusterIP }), type, ...(externalName === undefined ? {} : { externalName }) }, status: { loadBalancer: {} },
    },
  };
}

const hasPorts = (args: Arguments): boolean => listFlag(args, 'tcp').length > 0;
const NO_PORTS = { ok: false, error: 'at least one tcp port specifier must be provided' } as const;

export const createClusterIP = defineGenerator({
  path: ['service', 'clusterip'], of: SERVICE, noun: 'ClusterIP service', summary: 'create a service with an address inside the cluster',
  flags: [tcpFlag, { name: 'clusterip', type: 'string', summary: 'the address, or None for a headless service' }],
  examples: [{ line: 'kubectl create service clusterip shop --tcp=80:8080', shows: 'service/shop created' }],
  generate(args, name) {
    const address = textFlag(args, 'clusterip');
    if (address !== 'None' && !hasPorts(args)) return NO_PORTS;
    return serviceOf(args, name, { type: 'ClusterIP', ...(address === '' ? {} : { clusterIP: address }) });
  },
});

export const createNodePort = defineGenerator({
  path: ['service', 'nodeport'], of: SERVICE, noun: 'NodePort service', summary: 'create a service with a port on every node',
  flags: [tcpFlag, { name: 'node-port', type: 'int', summary: 'the port on the nodes' }],
  examples: [{ line: 'kubectl create service nodeport door --tcp=80', shows: 'service/door created' }],
  generate: (args, name) => (hasPorts(args) ? serviceOf(args, name, { type: 'NodePort' }) : NO_PORTS),
});

export const createLoadBalancer = defineGenerator({
  path: ['service', 'loadbalancer'], of: SERVICE, noun: 'LoadBalancer service', summary: 'create a service with a load balancer of the cloud', flags: [tcpFlag],
  examples: [{ line: 'kubectl create service loadbalancer gate --tcp=80', shows: 'service/gate created' }],
  generate: (args, name) => (hasPorts(args) ? serviceOf(args, name, { type: 'LoadBalancer' }) : NO_PORTS),
});

export const createExternalName = defineGenerator({
  path: ['service', 'externalname'], of: SERVICE, noun: 'ExternalName service', summary: 'create a service that is a name outside', required: ['external-name'],
  flags: [tcpFlag, { name: 'external-name', type: 'string', summary: 'the name outside' }],
  examples: [{ line: 'kubectl create service externalname far --external-name=far.example', shows: 'service/far created' }],
  generate: (args, name) => serviceOf(args, name, { type: 'ExternalName', externalName: textFlag(args, 'external-name') }),
});
