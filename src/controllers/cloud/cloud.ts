/**
 * A simulated cloud provider, `simcloud`: machines that exist, stop and vanish, behind an API.
 *
 * @fidelity simplified: answers after a fixed time and never runs out of anything
 */
import { deepFreeze, millis, type ProcessId } from '../../base/data.ts';
import { Table } from '../../base/table.ts';
import { defineProcess, type Outbox } from '../../sim/process.ts';

/** One machine of the cloud. */
export interface CloudInstance {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly region: string;
  readonly zone: string;
  /** Within the cloud's network. */
  readonly address: string;
  readonly externalAddress?: string;
  /** Running unless said otherwise. */
  readonly state?: 'running' | 'stopped';
}

/** What may be asked of the cloud. Lookups give null when there is no such machine. */
export type CloudRequest =
  | { readonly op: 'findInstance'; readonly args: { readonly name: string; readonly providerID?: string } }
  | { readonly op: 'listInstances'; readonly args: Readonly<Record<string, never>> }
  | { readonly op: 'addInstance'; readonly args: CloudInstance }
  | { readonly op: 'deleteInstance'; readonly args: { readonly name: string } }
  | { readonly op: 'stopInstance' | 'startInstance'; readonly args: { readonly name: string } };

/** Message to the cloud; answered by `{ type: 'reply', id, body }` unless it came from outside the world. */
export type CloudMessage = { readonly type: 'cloud.request'; readonly id: number } & CloudRequest;

export interface CloudConfig { readonly instances: readonly CloudInstance[] }
interface CloudState { readonly instances: Table<CloudInstance> }

/** Time a real cloud's API takes for a lookup. */
const ANSWER_TIME = millis(40);
/** Scheme of provider ids: `pilothouse://ID`. */
const SCHEME = 'pilothouse://';

export const providerIdOf = (instance: CloudInstance): string => `${SCHEME}${instance.id}`;

export const cloud = defineProcess<CloudState, CloudMessage, CloudConfig>({
  kind: 'cloud',
  mailboxMax: 10_000,
  boot: ({ config, disk, out }) => boot(config, disk as Table<CloudInstance>, out),
  step(state, input, out) {
    if (input.type !== 'message' || input.body.type !== 'cloud.request') return;
    const body = answer(state, input.body, out);
    if (input.from !== ('' as ProcessId)) out.send(input.from, deepFreeze({ type: 'reply', id: input.body.id, body }), ANSWER_TIME);
  },
});

/** Machines of the configuration are on the disk from the first start on, so that a restart does not bring deleted ones back. */
function boot(config: CloudConfig, disk: Table<CloudInstance>, out: Outbox): CloudState {
  if (disk.size > 0) return { instances: disk.checkpoint() };
  const instances = config.instances.map(instance => [instance.name, deepFreeze(instance)] as const);
  out.write('first start', instances);
  return { instances: new Table(instances) };
}

function answer(state: CloudState, request: CloudRequest, out: Outbox): unknown {
  switch (request.op) {
    case 'findInstance': return find(state, request.args);
    case 'listInstances': return [...state.instances.values()];
    case 'addInstance': store(state, request.args.name, request.args, out); return null;
    case 'deleteInstance': store(state, request.args.name, undefined, out); return null;
    case 'stopInstance': return setState(state, request.args.name, 'stopped', out);
    case 'startInstance': return setState(state, request.args.name, 'running', out);
  }
}

function find(state: CloudState, by: { readonly name: string; readonly providerID?: string }): CloudInstance | null {
  const { providerID } = by;
  if (providerID === undefined || providerID === '') return state.instances.get(by.name) ?? null;
  for (const instance of state.instances.values()) if (providerIdOf(instance) === providerID) return instance;
  return null;
}

function setState(state: CloudState, name: string, to: 'running' | 'stopped', out: Outbox): null {
  const instance = state.instances.get(name);
  if (instance !== undefined) store(state, name, { ...instance, state: to }, out);
  return null;
}

function store(state: CloudState, name: string, instance: CloudInstance | undefined, out: Outbox): void {
  if (instance === undefined) state.instances.delete(name);
  else state.instances.set(name, deepFreeze(instance));
  out.write(`instance ${name}`, [[name, state.instances.get(name)]]);
  out.record('cloud.instance', { name, state: instance === undefined ? 'gone' : instance.state ?? 'running' });
}
