/**
 * When extension API servers are looked at: after changes of their APIServices, Services and endpoints, and again and again.
 *
 * @source kubernetes/kube-aggregator pkg/controllers/status/remote/remote_available_controller.go
 */
import { millis } from '../../base/data.ts';
import type { EtcdEvent } from '../../etcd/contract.ts';
import { customKinds } from '../custom/definitions.ts';
import type { Server } from '../state.ts';
import { startTask } from '../tasks.ts';
import { plan } from './checks.ts';
import { CHECK_TASK } from './proxy.ts';
import { readRemotes } from './state.ts';

/** Wait while a look is not possible. */
const RETRY = millis(200);
/** What the state of a server depends on, beside its APIService: resource → where its objects lie. */
const BACKENDS: Readonly<Record<string, string>> = { '/services': '/registry/services/specs/', 'discovery.k8s.io/endpointslices': '/registry/endpointslices/' };

/** APIServices came, changed or went. */
export function apiServicesChanged(server: Server): void {
  const { aggregation } = server.state;
  const before = new Map([...aggregation.remotes.values()].map(remote => [remote.name, remote.service]));
  readRemotes(server.state);
  for (const { name, service } of aggregation.remotes.values()) {
    const known = before.get(name);
    if (known === undefined || known.name !== service.name || known.namespace !== service.namespace || known.port !== service.port) aggregation.due.set(name, true);
  }
  if (aggregation.due.size > 0) plan(server);
  // One that stands for a definition comes back.
  if (server.state.unready === 0 && customKinds(server.state).size > 0) startTask(server, 'definitions', {});
}

/** A Service or endpoints changed; slices are named after their Service. */
export function backendsChanged(server: Server, resource: string, events: readonly EtcdEvent[]): void {
  const prefix = BACKENDS[resource];
  if (prefix === undefined) return;
  const { remotes, due } = server.state.aggregation;
  for (const { name, service } of remotes.values()) if (events.some(({ kv }) => kv.key.startsWith(`${prefix}${service.namespace}/${service.name}`))) due.set(name, true);
  if (due.size > 0) plan(server);
}

/** It is time to look. While a round is under way, the next one waits for its end. */
export function aggregationTimer(server: Server): void {
  const { state } = server;
  const { remotes, due } = state.aggregation;
  if (remotes.size === 0) return;
  if (due.size === 0) for (const { name } of remotes.values()) due.set(name, true);
  if (state.unready > 0 || state.tasks.has(CHECK_TASK)) { server.out.startTimer('availability', RETRY); return; }
  startTask(server, CHECK_TASK, {});
}
