/**
 * Whether an extension API server is there: its Service, its endpoints, and an answer from it.
 *
 * @source kubernetes/kube-aggregator pkg/controllers/status/remote/remote_available_controller.go
 */
import { equalData } from '../../base/compare.ts';
import { deepFreeze, micros, seconds } from '../../base/data.ts';
import { findCondition, setCondition } from '../../api/condition.ts';
import type { APIService, EndpointSlice, Service } from '../../api/kinds/all.ts';
import type { Condition } from '../../api/meta.ts';
import { isStatus } from '../../api/status.ts';
import { formatTime } from '../../api/time.ts';
import type { ApiCall } from '../../api/wire.ts';
import type { CallAnswer } from '../bootstrap/loopback.ts';
import type { Server } from '../state.ts';
import { type Remote, type RemoteResource, apiServiceOf } from './state.ts';

/** What a look at the caches says; no reason = its server must be asked. */
export interface Check { readonly name: string; readonly group: string; readonly version: string; readonly verdict: Verdict | null }
interface Verdict { readonly status: 'True' | 'False'; readonly reason: string; readonly message: string }
/** How a check ended. */
export interface Checked { readonly name: string; readonly verdict: Verdict; readonly resources: readonly RemoteResource[] | null }

/** Everybody is looked at again after this time. @source pkg/apiserver/apiserver.go (resync 30 s) */
const RESYNC = seconds(30);
/** Waits after failures. @source same file (5 s doubled up to 30 s) */
const RETRY_MIN = seconds(5);

const no = (reason: string, message: string): Verdict => ({ status: 'False', reason, message });
const passed: Verdict = { status: 'True', reason: 'Passed', message: 'all checks passed' };

/** Takes the APIServices that are due, each with what the caches say of it. */
export function availabilityWork(server: Server): readonly Check[] {
  const { remotes, due } = server.state.aggregation;
  const checks = [...remotes.values()].filter(({ name }) => due.has(name)).map(remote => ({ name: remote.name, group: remote.group, version: remote.version, verdict: lookAt(server, remote) ?? null }));
  due.clear();
  return deepFreeze(checks);
}

function lookAt({ state }: Server, { service: { namespace, name, port } }: Remote): Verdict | undefined {
  const service = state.caches.get('/services')?.items.get(`/registry/services/specs/${namespace}/${name}`) as Service | undefined;
  const about = `service/${name} in ${JSON.stringify(namespace)}`;
  if (service === undefined) return no('ServiceNotFound', `${about} is not present`);
  if ((service.spec.type ?? 'ClusterIP') !== 'ClusterIP') return undefined;
  const wanted = service.spec.ports?.find(one => one.port === port);
  if (wanted === undefined) return no('ServicePortError', `${about} is not listening on port ${port}`);
  const slices: EndpointSlice[] = [];
  state.caches.get('discovery.k8s.io/endpointslices')?.items.range(`/registry/endpointslices/${namespace}/`, `/registry/endpointslices/${namespace}0`, (_key, object) => {
    if (object.metadata.labels?.['kubernetes.io/service-name'] === name) slices.push(object as EndpointSlice);
  });
  if (slices.length === 0) return no('EndpointsNotFound', `cannot find endpointslices for ${about}`);
  const portName = wanted.name ?? '';
  const isThere = slices.some(({ endpoints, ports }) => endpoints.some(({ conditions }) => conditions?.ready !== false) && ports?.some(one => (one.name ?? '') === portName) === true);
  return isThere ? undefined : no('MissingEndpoints', `endpointslices for ${about} have no addresses with port name ${JSON.stringify(portName)}`);
}

/** The verdict that answers give, of which one good one is enough; and what the server serves. */
export function judge(check: Check, answers: readonly CallAnswer[]): Checked {
  const good = answers.find(({ code }) => code >= 200 && code < 300);
  if (good !== undefined) return { name: check.name, verdict: passed, resources: (good.body as { readonly resources?: readonly RemoteResource[] }).resources ?? [] };
  const last = answers.at(-1);
  const url = `/apis/${check.group}/${check.version}`;
  return { name: check.name, verdict: no('FailedDiscoveryCheck', discoveryFault(url, last)), resources: null };
}

function discoveryFault(path: string, answer: CallAnswer | undefined): string {
  const why = isStatus(answer?.body) ? answer.body.message : undefined;
  if (why === undefined) return `failing or missing response from ${path}: bad status from ${path}: ${answer?.code ?? 0}`;
  const url = /^Get "([^"]+)"/.exec(why)?.[1];
  return url === undefined ? why : `failing or missing response from ${url}: ${why}`;
}

/** Remembers what a check found. @returns the write that tells it, if it is news */
export function availabilityDone({ state, out }: Server, { name, verdict, resources }: Checked): readonly ApiCall[] {
  const { aggregation } = state;
  for (const [key, remote] of aggregation.remotes) {
    if (remote.name !== name) continue;
    const failures = verdict.reason === 'FailedDiscoveryCheck' ? remote.failures + 1 : 0;
    const isNews = resources !== null && !equalData(resources, remote.resources);
    if (isNews || failures !== remote.failures) aggregation.remotes.set(key, Object.freeze({ ...remote, failures, resources: isNews ? resources : remote.resources }));
    if (isNews) aggregation.version = Object.freeze({});
  }
  plan({ state, out });
  const object = apiServiceOf(state, name);
  return object === undefined ? [] : deepFreeze(statusCalls(object, verdict, formatTime(out.now)));
}

function statusCalls(object: APIService, verdict: Verdict, now: string): readonly ApiCall[] {
  const present = findCondition(object.status?.conditions, 'Available');
  if (present !== undefined && present.status === verdict.status && present.reason === verdict.reason && present.message === verdict.message) return [];
  const condition: Condition = { type: 'Available', ...verdict, lastTransitionTime: now };
  const body = { ...object, status: { ...object.status, conditions: setCondition(object.status?.conditions, condition) } };
  return [{ verb: 'update', group: 'apiregistration.k8s.io', version: 'v1', resource: 'apiservices', subresource: 'status', namespace: '', name: object.metadata.name, body }];
}

/** Wait after so many failures in a row. */
function retryAfter(failures: number): number {
  let wait: number = RETRY_MIN;
  for (let i = 1; i < failures && wait < RESYNC; i++) wait *= 2;
  return Math.min(wait, RESYNC);
}

/** Sets the timer for the next look: soon where something is due or failed, else after the interval. */
export function plan({ state, out }: Server): void {
  const { remotes, due } = state.aggregation;
  if (remotes.size === 0) return;
  let wait: number = RESYNC;
  for (const { failures } of remotes.values()) if (failures > 0) wait = Math.min(wait, retryAfter(failures));
  if (due.size > 0) wait = 0;
  state.aggregation.nextAt = out.now + wait;
  out.startTimer('availability', micros(wait));
}
