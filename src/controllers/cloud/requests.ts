import type { Conversation } from '../../sim/conversation.ts';
import { cx } from '../../client/controller.ts';
import { settings } from '../settings.ts';
import type { Node } from '../../api/kinds/core/node.ts';
import { type CloudInstance, type CloudRequest, providerIdOf } from './cloud.ts';

/** The cloud's answer, or why there is none. */
export type CloudReply<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: string };

/** One request to the cloud's API. */
function* askCloud<T>(request: CloudRequest): Conversation<CloudReply<T>> {
  const { cloud } = yield* settings();
  if (cloud === '') return { ok: false, error: 'no cloud provider is configured' };
  const reply = yield* cx.send(cloud, { type: 'cloud.request', ...request });
  return reply.ok ? { ok: true, value: reply.body as T } : { ok: false, error: reply.error };
}

/** The machine behind a node, by its provider id or else by its name. */
export function findInstance(node: Node): Conversation<CloudReply<CloudInstance | null>> {
  const providerID = node.spec?.providerID;
  return askCloud<CloudInstance | null>({ op: 'findInstance', args: { name: node.metadata.name, ...(providerID !== undefined ? { providerID } : {}) } });
}

/** Machines of many nodes at once. */
export interface Machines { of(node: Node): CloudInstance | undefined }

/** All machines, so that a round over many nodes costs one request. */
export function* allMachines(): Conversation<CloudReply<Machines>> {
  const reply = yield* askCloud<readonly CloudInstance[]>({ op: 'listInstances', args: {} });
  if (!reply.ok) return reply;
  const byName = new Map(reply.value.map(instance => [instance.name, instance]));
  const byId = new Map(reply.value.map(instance => [providerIdOf(instance), instance]));
  return { ok: true, value: { of: ({ metadata, spec }) => (spec?.providerID === undefined ? byName.get(metadata.name) : byId.get(spec.providerID)) } };
}
