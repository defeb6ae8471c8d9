/** `create service clusterip` and `nodeport`. */
import type { Result } from '../../../base/data.ts';
import type { Arguments, Flag } from '../../command.ts';
import { listFlag, numberFlag, textFlag } from '../../options.ts';
import { defineGenerator } from './generate.ts';

const tcpFlag: Flag = { name: 'tcp', type: 'list', summary: 'PORT[:TARGETPORT]' };

interface Port { readonly name: string; readonly protocol: 'TCP'; readonly port: number; readonly targetPort: number | string; readonly nodePort?: number }

function portsOf(args: Arguments): Result<readonly Port[], string> {
  const ports: Port[] = [];
  const nodePort = numberFlag(args, 'node-port') ?? 0;
  for (const text of listFlag(args, 'tcp')) {
    const [first = '', second] = text.split(':');
    const port = Number(first);
    if (!Number.isInteger(port) || first === '') return { ok: false, error: `invalid port format "${text}": the port must be a number` };
    const target = second ?? first;
    const targetPort = /^\d+$/.test(target) ? Number(target) : target;
    ports.push({ name: text.replace(':', '-'), protocol: 'TCP', port, targetPort, ...(nodePort > 0 ? { nodePort } : {}) });
  }
  return { ok: true, value: ports };
}

function serviceOf(args: Arguments, name: string, spec: { readonly type: string; readonly clusterIP?: string }): Result<object, string> {
  const ports = portsOf(args);
  if (!ports.ok) return ports;
  const labels = { app: name };
  const { type, clusterIP } = spec;
  return { ok: true, value: { kind: 'Service', apiVersion: 'v1', metadata: { name, labels }, spec: { ...(ports.value.length > 0 ? { ports: ports.value } : {}), selector: labels, ...(clusterIP === undefined ? {} : { clusterIP }), type }, status: { loadBalancer: {} } } };
}

export const createClusterIP = defineGenerator({
  path: ['service', 'clusterip'], kind: 'Service', noun: 'ClusterIP service', summary: 'create a service with an address inside the cluster',
  flags: [tcpFlag, { name: 'clusterip', type: 'string', summary: 'the address, or None for a headless service' }],
  examples: [{ line: 'kubectl create service clusterip shop --tcp=80:8080', shows: 'service/shop created' }],
  generate(args, name) {
    const address = textFlag(args, 'clusterip');
    if (address !== 'None' && listFlag(args, 'tcp').length === 0) return { ok: false, error: 'at least one tcp port specifier must be provided' };
    return serviceOf(args, name, { type: 'ClusterIP', ...(address === '' ? {} : { clusterIP: address }) });
  },
});

export const createNodePort = defineGenerator({
  path: ['service', 'nodeport'], kind: 'Service', noun: 'NodePort service', summary: 'create a service with a port on every node',
  flags: [tcpFlag, { name: 'node-port', type: 'int', summary: 'the port on the nodes' }],
  examples: [{ line: 'kubectl create service nodeport door --tcp=80', shows: 'service/door created' }],
  generate: (args, name) => (listFlag(args, 'tcp').length === 0 ? { ok: false, error: 'at least one tcp port specifier must be provided' } : serviceOf(args, name, { type: 'NodePort' })),
});
