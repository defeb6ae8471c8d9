/** What admission sees of a stream or of what is passed on: the options with which it is opened. @source kubernetes/kubernetes pkg/apis/core/types.go (PodExecOptions, PodAttachOptions, PodPortForwardOptions, PodProxyOptions, ServiceProxyOptions, NodeProxyOptions) */
import type { KubeObject } from '../../api/meta.ts';
import type { ApiCall, RequestOptions } from '../../api/wire.ts';
import { deepFreeze } from '../../base/data.ts';

const KINDS: Readonly<Record<string, string>> = { exec: 'PodExecOptions', attach: 'PodAttachOptions', portforward: 'PodPortForwardOptions' };
const PROXY_KINDS: Readonly<Record<string, string>> = { pods: 'PodProxyOptions', services: 'ServiceProxyOptions', nodes: 'NodeProxyOptions' };
const FIELDS = ['stdin', 'stdout', 'stderr', 'tty', 'container', 'command', 'ports'] as const;

/** The options of a request that opens a stream; undefined = it opens none. */
export function connectOptions(call: ApiCall): KubeObject | undefined {
  return call.subresource === '' && call.proxied === undefined ? undefined : optionsOf(call);
}

function optionsOf({ subresource, resource, proxied, options = {} }: ApiCall): KubeObject | undefined {
  if (proxied !== undefined) return deepFreeze({ apiVersion: 'v1', kind: PROXY_KINDS[resource] ?? '', metadata: { name: '' }, ...(proxied.path === '' ? {} : { path: proxied.path }) });
  const kind = KINDS[subresource];
  if (kind === undefined) return undefined;
  const given = FIELDS.filter(field => options[field] !== undefined).map(field => [field, options[field]] as const);
  return deepFreeze({ apiVersion: 'v1', kind, metadata: { name: '' }, ...Object.fromEntries(given) });
}

/** The options of a call as admission left them. */
export function connectedAs(options: RequestOptions, admitted: KubeObject | undefined): RequestOptions {
  if (admitted === undefined) return options;
  const changed = admitted as unknown as Readonly<Record<string, unknown>>;
  return { ...options, ...Object.fromEntries(FIELDS.filter(field => changed[field] !== undefined).map(field => [field, changed[field]])) };
}
